/* An event of the record as text: a line for a terminal, and JSON. */
#ifndef BOT_CLI_EVENT_H
#define BOT_CLI_EVENT_H

#include "bot/core/event.h"

#include <cjson/cJSON.h>

/* `2022-12-13 18:53  #7   finding    nova: Disk is full (confirmed)` and a
 * newline; further lines of a text are indented. */
void event_print(const struct event *event, struct buf *out);
/* Keys are event_fields' names, times as ISO 8601 and so without "_ms"; fields
 * that say nothing are left out. Owned by the caller. */
cJSON *event_json(const struct event *event);

#endif
