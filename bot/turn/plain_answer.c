#include "bot/turn/plain_answer.h"

#include "bot/discord/message.h"

#define WORDS_BYTES 1000

static cJSON *words_of(const struct flight *flight,
                       const struct rest_answer *refusal)
{
    struct buf words = BUF_INIT(WORDS_BYTES);
    buf_addf(&words,
             "%s Discord refuses to show the answer (status %d, code %d). "
             "Please tell whoever runs opsroom: its log says why.",
             flight->is_kept
                 ? "**It was done, and is kept:** look at the room, or at "
                   "`/incident status`."
                 : "**Nothing was kept.** Try it as a slash command with its "
                   "options (`/help`).",
             refusal->status, refusal->code);
    cJSON *message = message_new(buf_str(&words));
    buf_release(&words);
    return message;
}

bool plain_answer(struct flight *flight, const struct rest_answer *refusal,
                  struct rest_call *out)
{
    struct str token = str_of(flight->token);
    if (refusal->fate != REST_REJECTED ||
        refusal->code == REST_ANSWERED_ALREADY || token.n == 0)
        return false;
    cJSON *message = words_of(flight, refusal);
    if (flight->came_ms < 0) {
        *out = rest_interaction_edit(flight->application_id, token, message);
    } else {
        message_set_flags(message, FLAG_EPHEMERAL);
        *out = rest_interaction_callback(flight->interaction_id, token,
                                         answer_message(message));
    }
    flight->token[0] = '\0';
    return true;
}
