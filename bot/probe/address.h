/*
 * Where a check may connect to. A name that somebody else controls can resolve
 * to an address that only this machine reaches: the cloud's metadata service,
 * which hands out credentials, or what is on the same wire. Loopback and
 * private networks are allowed: teams probe their own hosts.
 */
#ifndef BOT_PROBE_ADDRESS_H
#define BOT_PROBE_ADDRESS_H

#include "bot/base/str.h"

#include <sys/socket.h>

/* Link-local, metadata, multicast, broadcast, unspecified or reserved, in any
 * form that carries an IPv4 address inside an IPv6 one; or not IP at all. */
bool address_is_internal(const struct sockaddr *address);

#define ADDRESS_BYTES 46
/* "192.0.2.1", "2001:db8::1"; "" of anything but IP. */
void address_print(const struct sockaddr *address,
                   char out[static ADDRESS_BYTES]);
/* An address in numbers, with port 0. False: it is a name. */
bool address_parse(struct str text, struct sockaddr_storage *out);

#endif
