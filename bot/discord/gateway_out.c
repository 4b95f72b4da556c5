/*
 * What a call of the gateway wants done.
 */
#include "bot/discord/gateway_session.h"

#include "bot/base/mem.h"

#include <assert.h>
#include <stdlib.h>

/* At most four come of one call: a READY that is over the limit of what we
 * store gives LOG, SESSION and DISPATCH; a Hello gives IDENTIFIED and SEND; a
 * close gives LOG, SESSION and nothing else; a tick may send a beat, an owed
 * answer and, with IDENTIFIED, the identify. Nothing is queued: each kind of
 * payload is due at most once, so a time for each is the whole queue. */
struct gateway_action *gateway_add(struct gateway_out *out,
                                   enum gateway_action_kind kind)
{
    assert(out->count < GATEWAY_ACTIONS);
    struct gateway_action *action = &out->actions[out->count++];
    *action = (struct gateway_action){.kind = kind};
    return action;
}

void gateway_add_text(struct gateway_out *out, enum gateway_action_kind kind,
                      struct buf *text)
{
    gateway_add(out, kind)->text = buf_detach(text);
}

void gateway_add_log(struct gateway_out *out, const char *format, ...)
{
    struct buf text = BUF_INIT(1000);
    va_list args;
    va_start(args, format);
    buf_addv(&text, format, args);
    va_end(args);
    gateway_add_text(out, GATEWAY_ACTION_LOG, &text);
}

void gateway_out_release(struct gateway_out *out)
{
    for (int i = 0; i < out->count; i++) {
        free(out->actions[i].text);
        cJSON_Delete(out->actions[i].data);
    }
    *out = (struct gateway_out){0};
}
