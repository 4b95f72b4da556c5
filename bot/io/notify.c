#include "bot/io/notify.h"

#include "bot/base/str.h"

#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* '@' at its head stands for the zero byte of an abstract name. */
static bool notify_address(struct sockaddr_un *to, socklen_t *bytes)
{
    const char *name = getenv("NOTIFY_SOCKET");
    size_t n = name == NULL ? 0 : strlen(name);
    if (n < 2 || n >= sizeof to->sun_path || (name[0] != '/' && name[0] != '@'))
        return false;
    *to = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(to->sun_path, name, n);
    if (name[0] == '@')
        to->sun_path[0] = '\0';
    *bytes = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
    return true;
}

bool notify_is_wanted(void)
{
    struct sockaddr_un to;
    socklen_t bytes;
    return notify_address(&to, &bytes);
}

void notify_send(const char *lines)
{
    struct sockaddr_un to;
    socklen_t bytes;
    if (!notify_address(&to, &bytes))
        return;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return;
    (void)sendto(fd, lines, strlen(lines), MSG_NOSIGNAL,
                 (const struct sockaddr *)&to, bytes);
    (void)close(fd);
}

static uint64_t number_of(const char *variable)
{
    const char *text = getenv(variable);
    uint64_t number = 0;
    return text != NULL && str_to_u64(str_of(text), &number) ? number : 0;
}

int64_t notify_watchdog_ms(void)
{
    uint64_t ms = number_of("WATCHDOG_USEC") / 1000;
    uint64_t whom = number_of("WATCHDOG_PID");
    if (!notify_is_wanted() || (whom != 0 && whom != (uint64_t)getpid()))
        return 0;
    return ms > INT64_MAX ? INT64_MAX : (int64_t)ms;
}
