/*
 * What a command has to wait for before it can answer: an attached file, to be
 * downloaded, or a probe's check. Begun when its first answer stands; what came
 * is given back, and the command goes through a turn again. Nothing of it is
 * kept: after a restart the first answer still says what to do.
 */
#ifndef BOT_TURN_WAITS_H
#define BOT_TURN_WAITS_H

#include "bot/io/rest.h"
#include "bot/watch/probes.h"

struct waits;

/* `data` is handed over: the interaction as it came. `file`: its bytes,
 * borrowed, STR_NONE when it could not be had; NULL: a probe has checked. */
typedef void waited_fn(cJSON *data, const struct str *file, void *context);

struct waits *waits_new(struct rest *rest, waited_fn *done, void *context);
/* After rest_free and probes_free, so that nothing comes any more. NULL is
 * fine. */
void waits_free(struct waits *waits);
/* Both take `data`, and call back once, not from inside. `url` may lie in it.
 */
void waits_for_file(struct waits *waits, cJSON *data, const char *url,
                    size_t max_bytes);
void waits_for_probe(struct waits *waits, cJSON *data,
                     struct probe_runner *probes, int probe);

#endif
