/*
 * What systemd is told (sd_notify(3)): one datagram of VAR=value lines to
 * $NOTIFY_SOCKET. Without that variable nobody listens, and nothing is sent.
 */
#ifndef BOT_IO_NOTIFY_H
#define BOT_IO_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

bool notify_is_wanted(void);
/* "READY=1\nSTATUS=…". What does not arrive is lost: no state depends on it. */
void notify_send(const char *lines);
/* How soon after the last WATCHDOG=1 this process is taken for hung; 0: it is
 * not watched. */
int64_t notify_watchdog_ms(void);

#endif
