/*
 * POST /alerts/NAME: where the monitors of the settings hand in. A request is
 * answered when its alerts are committed (200), or with what is wrong with it
 * (4xx), or 503 when they could not be kept: monitors then try again.
 */
#ifndef BOT_WATCH_ALERT_DOOR_H
#define BOT_WATCH_ALERT_DOOR_H

#include "bot/config/config.h"
#include "bot/io/http_server.h"
#include "bot/watch/alerts.h"

struct alert_door;

/* Reads the secrets. NULL, with `why` in whole sentences, when one cannot be
 * read. Settings and desk are borrowed. */
struct alert_door *alert_door_new(const struct config *config,
                                  struct alerts_desk *desk, struct buf *why);
/* The listener must be gone before it. NULL is fine. */
void alert_door_free(struct alert_door *door);
struct http_route alert_door_route(struct alert_door *door);

#endif
