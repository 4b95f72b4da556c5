/*
 * What the end of an attempt means: the retry matrix of rest.h, and the fate
 * that the caller is told (Discord docs: HTTP response codes, JSON error
 * codes). Pure.
 */
#ifndef BOT_IO_REST_JUDGE_H
#define BOT_IO_REST_JUDGE_H

#include "bot/discord/rest_call.h"
#include "bot/io/rest_curl.h"

enum rest_next { REST_FINAL, REST_AGAIN_LATER, REST_AGAIN_WHEN_ALLOWED };

/* `maybe_done`: an earlier attempt may have been carried out. Reads the
 * answer's status and code, writes its fate and whether this attempt may have
 * been carried out. */
enum rest_next rest_judge(const struct rest_call *call, bool maybe_done,
                          const struct transfer_end *end,
                          struct rest_answer *answer);
/* Of a file from another host: one attempt. */
enum rest_fate rest_judge_fetch(const struct transfer_end *end);

#endif
