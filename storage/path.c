#include "storage/store_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINKS_MOST 40 /* as many as Linux follows */

/* SQLite and the lock add their own endings to a name. */
static bool is_short(size_t n)
{
    return n < PATH_MAX - sizeof ".journal";
}

static bool follow(char path[static PATH_MAX])
{
    char link[PATH_MAX], folder[PATH_MAX], next[2 * PATH_MAX];
    ssize_t n = 0;
    for (int i = 0; i < LINKS_MOST; i++) {
        n = readlink(path, link, sizeof link - 1);
        if (n <= 0)
            return true;
        link[n] = '\0';
        path_folder(path, folder);
        bool is_whole = link[0] == '/';
        int bytes = snprintf(next, sizeof next, "%s%s%s",
                             is_whole ? "" : folder, is_whole ? "" : "/", link);
        if (bytes < 0 || !is_short((size_t)bytes))
            return false;
        str_copy(path, PATH_MAX, str_of(next));
    }
    return true; /* whoever opens it says that it is a circle */
}

enum err path_follow(const char *path, char out[static PATH_MAX],
                     struct buf *why)
{
    bool fits = is_short(strlen(path));
    if (fits) {
        str_copy(out, PATH_MAX, str_of(path));
        fits = follow(out);
    }
    if (!fits)
        buf_addf(why, "The path %.200s is too long.", path);
    return fits ? ERR_OK : ERR_TOO_LONG;
}

void path_folder(const char *path, char out[static PATH_MAX])
{
    char copy[PATH_MAX];
    str_copy(copy, sizeof copy, str_of(path));
    str_copy(out, PATH_MAX, str_of(dirname(copy)));
}

/* Only what is new is given away: what lay there by that name might be anything
 * that the owner of the folder would like to have. */
int path_create(const char *path)
{
    char folder[PATH_MAX];
    struct stat status;
    int fd =
        open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 || geteuid() != 0)
        return fd;
    path_folder(path, folder);
    /* Where files have no owner, as on FAT, it is everybody's anyway. */
    bool is_given = stat(folder, &status) == 0 &&
                    fchown(fd, status.st_uid, status.st_gid) == 0;
    (void)is_given;
    return fd;
}
