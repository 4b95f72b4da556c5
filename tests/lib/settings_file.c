#include "tests/lib/settings_file.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

void settings_write(const struct scratch *scratch, const char *name,
                    struct str text, mode_t mode, char path[static 160])
{
    (void)snprintf(path, 160, "%s/%s", scratch->folder, name);
    (void)unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, mode);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text.s, text.n), (ssize_t)text.n);
    assert_int_equal(fchmod(fd, mode), 0);
    assert_int_equal(close(fd), 0);
}

void settings_load(const struct scratch *scratch, struct str text,
                   struct config *config, struct buf *why)
{
    struct buf named = BUF_INIT(65536);
    char file[160];
    settings_write(scratch, "c.toml", text, 0600, file);
    enum err err = config_load(file, config, &named);
    assert_int_equal(err, named.n == 0 ? ERR_OK : ERR_INVALID);
    struct str rest = buf_str(&named), line;
    while (str_cut(&rest, '\n', &line) && line.n > 0) {
        assert_true(str_starts(line, file));
        buf_add(why, str_from(line, strlen(file) + 1));
        buf_add_char(why, '\n');
    }
    buf_release(&named);
}
