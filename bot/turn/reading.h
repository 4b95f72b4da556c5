/*
 * Attached files that a command has to read before it can answer: downloaded
 * while its first answer stands, then given back. Nothing of it is kept: after
 * a restart the first answer still says to attach the file again.
 */
#ifndef BOT_TURN_READING_H
#define BOT_TURN_READING_H

#include "bot/io/rest.h"

struct readings;

/* The file's bytes, borrowed; STR_NONE: it could not be had. `data` is handed
 * over: the interaction as it came. */
typedef void reading_fn(cJSON *data, struct str bytes, void *context);

struct readings *readings_new(struct rest *rest, reading_fn *done,
                              void *context);
/* After rest_free, so that no file comes any more. NULL is fine. */
void readings_free(struct readings *readings);
/* Takes `data`; `url` may lie in it. Calls back once, and not from inside. */
void readings_begin(struct readings *readings, cJSON *data, const char *url,
                    size_t max_bytes);

#endif
