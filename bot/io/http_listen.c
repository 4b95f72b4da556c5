#include "bot/io/http_listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define BACKLOG 128

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* Numbers only: where to listen is not for a name server to say. */
static bool read_address(struct str text, union address *out)
{
    char host[INET6_ADDRSTRLEN + 2];
    uint64_t port;
    size_t colon = text.n;
    while (colon > 0 && text.s[colon - 1] != ':')
        colon--;
    if (colon == 0 || !str_to_u64(str_from(text, colon), &port) ||
        port > UINT16_MAX || colon >= sizeof host)
        return false;
    struct str name = {text.s, colon - 1};
    *out = (union address){.v4 = {.sin_family = AF_INET}};
    if (str_starts(name, "[") && str_ends(name, "]")) {
        name = (struct str){name.s + 1, name.n - 2};
        *out = (union address){.v6 = {.sin6_family = AF_INET6}};
        out->v6.sin6_port = htons((uint16_t)port);
    } else {
        out->v4.sin_port = htons((uint16_t)port);
    }
    str_copy_to(host, str_is(name, "localhost") ? STR("127.0.0.1") : name);
    return out->any.sa_family == AF_INET
               ? inet_pton(AF_INET, host, &out->v4.sin_addr) == 1
               : inet_pton(AF_INET6, host, &out->v6.sin6_addr) == 1;
}

static void print_address(const union address *from,
                          char to[HTTP_ADDRESS_BYTES])
{
    char host[INET6_ADDRSTRLEN];
    bool is_v6 = from->any.sa_family == AF_INET6;
    (void)http_listen_peer(&from->any, host);
    (void)snprintf(
        to, HTTP_ADDRESS_BYTES, is_v6 ? "[%s]:%u" : "%s:%u", host,
        (unsigned)ntohs(is_v6 ? from->v6.sin6_port : from->v4.sin_port));
}

static const char *way_out(int number)
{
    switch (number) {
    case EADDRINUSE:
        return "Stop what listens there, or change";
    case EADDRNOTAVAIL:
        return "This machine does not have that address: change";
    case EACCES:
        return "Ports below 1024 are not for everybody: change";
    default:
        return "See to that, or change";
    }
}

int http_listen_open(const char *listen_at, char address[HTTP_ADDRESS_BYTES],
                     struct buf *why)
{
    union address at;
    socklen_t n;
    int on = 1;
    if (!read_address(str_of(listen_at), &at)) {
        buf_addf(why,
                 "cannot listen on \"%s\": it takes an address and a port, "
                 "such as 127.0.0.1:9464 or [::1]:9464",
                 listen_at);
        return -1;
    }
    n = at.any.sa_family == AF_INET6 ? sizeof at.v6 : sizeof at.v4;
    int fd =
        socket(at.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    bool ok = fd >= 0 &&
              setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
              bind(fd, &at.any, n) == 0 && listen(fd, BACKLOG) == 0 &&
              getsockname(fd, &at.any, &n) == 0;
    if (!ok) {
        buf_addf(why, "cannot listen on %s: %s. %s http.listen.", listen_at,
                 strerror(errno), way_out(errno));
        http_listen_close(fd);
        return -1;
    }
    print_address(&at, address);
    return fd;
}

void http_listen_close(int fd)
{
    if (fd >= 0)
        (void)close(fd);
}

static uint64_t four(const void *bytes, char words[INET6_ADDRSTRLEN])
{
    struct in_addr address;
    memcpy(&address, bytes, sizeof address);
    (void)inet_ntop(AF_INET, &address, words, INET6_ADDRSTRLEN);
    return address.s_addr;
}

uint64_t http_listen_peer(const struct sockaddr *from,
                          char words[INET6_ADDRSTRLEN])
{
    struct sockaddr_in6 six;
    uint64_t who = 0;
    words[0] = '\0';
    if (from->sa_family == AF_INET)
        return four(&((const struct sockaddr_in *)from)->sin_addr, words);
    if (from->sa_family != AF_INET6)
        return who;
    memcpy(&six, from, sizeof six);
    /* So whoever comes by IPv4 to "[::]:9464" is shown. */
    if (IN6_IS_ADDR_V4MAPPED(&six.sin6_addr))
        return four(&six.sin6_addr.s6_addr[12], words);
    (void)inet_ntop(AF_INET6, &six.sin6_addr, words, INET6_ADDRSTRLEN);
    memcpy(&who, &six.sin6_addr, sizeof who);
    return who;
}
