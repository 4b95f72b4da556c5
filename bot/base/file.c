#include "bot/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <unistd.h>

enum err file_read(int fd, struct buf *out)
{
    char piece[16384];
    ssize_t n = 1;
    while (n > 0 && !out->overflow) {
        n = read(fd, piece, sizeof piece);
        if (n > 0)
            buf_add_bytes(out, piece, (size_t)n);
    }
    if (n < 0)
        return ERR_IO;
    return out->overflow ? ERR_TOO_LONG : ERR_OK;
}

enum err file_load(const char *path, struct buf *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return ERR_IO;
    enum err err = file_read(fd, out);
    int why = errno;
    (void)close(fd);
    errno = why;
    return err;
}

#define FOLDERS_OPEN 20

static int remove_one(const char *path, const struct stat *stat, int type,
                      struct FTW *where)
{
    (void)stat;
    (void)type;
    (void)where;
    (void)remove(path);
    return 0;
}

void file_remove_all(const char *path)
{
    (void)nftw(path, remove_one, FOLDERS_OPEN, FTW_DEPTH | FTW_PHYS);
}
