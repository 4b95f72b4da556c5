#include "bot/base/buf.h"
#include "bot/base/mem.h"
#include "tests/bench/bench.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct guest {
    int fd;
    struct buf in, out;
    size_t used; /* of `in`, by the last answer */
};

struct guest *guest_new(int port)
{
    struct guest *guest = mem_alloc(sizeof *guest);
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int on = 1;
    guest->in = guest->out = BUF_INIT(8u << 20);
    guest->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int bad =
        connect(guest->fd, (const struct sockaddr *)&to, (socklen_t)sizeof to);
    bad |= setsockopt(guest->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    assert(bad == 0);
    return guest;
}

void guest_free(struct guest *guest)
{
    (void)close(guest->fd);
    buf_release(&guest->in);
    buf_release(&guest->out);
    free(guest);
}

void guest_send(struct guest *guest, const char *line, const char *head,
                struct str body)
{
    buf_clear(&guest->out);
    buf_addf(&guest->out,
             "%s HTTP/1.1\r\nHost: bench\r\n%sContent-Length: %zu\r\n\r\n",
             line, head, body.n);
    buf_add(&guest->out, body);
    for (size_t at = 0; at < guest->out.n;) {
        ssize_t n = write(guest->fd, guest->out.s + at, guest->out.n - at);
        if (n <= 0)
            return; /* its answer says so */
        at += (size_t)n;
    }
}

static bool read_more(struct guest *guest)
{
    bool ok = buf_reserve(&guest->in, 1u << 16);
    assert(ok);
    ssize_t n = read(guest->fd, guest->in.s + guest->in.n, 1u << 16);
    if (n <= 0)
        return false;
    guest->in.n += (size_t)n;
    guest->in.s[guest->in.n] = '\0';
    return true;
}

int guest_read(struct guest *guest, struct str *body)
{
    static const char wanted[] = "content-length:";
    size_t left = guest->in.n - guest->used;
    if (left > 0)
        memmove(guest->in.s, guest->in.s + guest->used, left);
    buf_cut(&guest->in, left);
    guest->used = 0;
    char *end;
    while ((end = guest->in.n == 0 ? NULL : strstr(guest->in.s, "\r\n\r\n")) ==
           NULL)
        if (!read_more(guest))
            return 0;
    const char *length = strcasestr(guest->in.s, wanted);
    size_t head = (size_t)(end - guest->in.s) + 4;
    size_t n =
        length == NULL ? 0 : strtoul(length + sizeof wanted - 1, NULL, 10);
    while (guest->in.n < head + n)
        if (!read_more(guest))
            return 0;
    guest->used = head + n;
    if (body != NULL)
        *body = (struct str){guest->in.s + head, n};
    return guest->in.n < 12 ? 0 : (int)strtol(guest->in.s + 9, NULL, 10);
}
