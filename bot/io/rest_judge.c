#include "bot/io/rest_judge.h"

/* Discord docs, JSON error codes. */
#define CODE_ALREADY_ANSWERED 40060
#define CODE_DEAD_TOKEN       50027

/* Of an answer that is final. */
static enum rest_fate fate_of(bool is_callback, bool was_repeated,
                              const struct transfer_end *end,
                              const struct rest_answer *answer)
{
    if (end->result != TRANSFER_ANSWERED)
        return REST_REJECTED; /* no URL of ours, or too large */
    if (answer->status >= 200 && answer->status < 300)
        return REST_DONE;
    /* Without the bot's token in it, it says nothing about that. */
    if (answer->status == 401)
        return is_callback || answer->code == CODE_DEAD_TOKEN ? REST_EXPIRED
                                                              : REST_BAD_TOKEN;
    if (answer->status == 403)
        return REST_FORBIDDEN;
    if (answer->status == 404 && answer->code != 0)
        return REST_GONE;
    /* By the attempt whose answer was lost. */
    if (answer->code == CODE_ALREADY_ANSWERED && is_callback && was_repeated)
        return REST_DONE;
    return REST_REJECTED;
}

enum rest_next rest_judge(const struct rest_call *call, bool maybe_done,
                          const struct transfer_end *end,
                          struct rest_answer *answer)
{
    bool may_repeat = call->is_callback || call->repeat == REST_REPEAT_SAFE;
    answer->fate = REST_UNREACHABLE;
    if (end->result == TRANSFER_NOT_SENT)
        return REST_AGAIN_LATER;
    if (end->result == TRANSFER_LOST || answer->status >= 500) {
        answer->maybe_done = true;
        return may_repeat ? REST_AGAIN_LATER : REST_FINAL;
    }
    if (answer->status == 429)
        return REST_AGAIN_WHEN_ALLOWED;
    answer->fate =
        fate_of(call->is_callback, maybe_done || end->was_resent, end, answer);
    return REST_FINAL;
}

enum rest_fate rest_judge_fetch(const struct transfer_end *end)
{
    if (end->result == TRANSFER_NOT_SENT || end->result == TRANSFER_LOST ||
        end->status >= 500 || end->status == 429)
        return REST_UNREACHABLE;
    if (end->result == TRANSFER_ANSWERED && end->status == 403)
        return REST_FORBIDDEN;
    if (end->result == TRANSFER_ANSWERED && end->status == 404)
        return REST_GONE;
    return end->result == TRANSFER_ANSWERED && end->status >= 200 &&
                   end->status < 300
               ? REST_DONE
               : REST_REJECTED;
}
