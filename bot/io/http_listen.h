/*
 * Addresses of the listener and of its peers.
 */
#ifndef BOT_IO_HTTP_LISTEN_H
#define BOT_IO_HTTP_LISTEN_H

#include "bot/base/buf.h"

#include <netinet/in.h>
#include <sys/socket.h>

#define HTTP_ADDRESS_BYTES (INET6_ADDRSTRLEN + sizeof "[]:65535")

/* A listening socket at "127.0.0.1:9464" or "[::1]:9464", or -1 with `why`.
 * `address` is where, with the port that a 0 became. */
int http_listen_open(const char *listen, char address[HTTP_ADDRESS_BYTES],
                     struct buf *why);
void http_listen_close(int fd);

/* Its words, and a number that is the same for all that one holder of an
 * address can come from: an IPv4 address, the /64 of an IPv6 one. */
uint64_t http_listen_peer(const struct sockaddr *from,
                          char words[INET6_ADDRSTRLEN]);

#endif
