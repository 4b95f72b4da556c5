#include "bot/io/rest_patience.h"

#include "bot/base/civil.h"

#define GIVE_UP_MS      60000
#define BACKOFF_MS      250
#define BACKOFF_MOST_MS 8000
/* Discord docs, Interactions: the first answer is due within 3 s. A lost
 * attempt must leave time for another. */
#define CALLBACK_GIVE_UP_MS 3000
#define CALLBACK_ATTEMPT_MS 1200
#define CALLBACK_BACKOFF_MS 50
/* The same: what follows it, for 15 minutes from the command on. */
#define EDIT_GIVE_UP_MS (14 * MS_PER_MINUTE)

bool rest_is_first_answer(const struct rest_call *call)
{
    return call->is_callback && call->method == REST_POST;
}

int64_t rest_attempt_ms(const struct rest_call *call)
{
    int64_t ms = call->timeout_ms > 0 ? call->timeout_ms : REST_ATTEMPT_MS;
    return rest_is_first_answer(call) && ms > CALLBACK_ATTEMPT_MS
               ? CALLBACK_ATTEMPT_MS
               : ms;
}

int64_t rest_patience_ms(const struct rest_call *call)
{
    if (rest_is_first_answer(call))
        return CALLBACK_GIVE_UP_MS;
    return call->is_callback ? EDIT_GIVE_UP_MS : GIVE_UP_MS;
}

int64_t rest_backoff_ms(const struct rest_call *call, int failures)
{
    int64_t ms = rest_is_first_answer(call) ? CALLBACK_BACKOFF_MS : BACKOFF_MS;
    for (int i = 1; i < failures && ms < BACKOFF_MOST_MS; i++)
        ms *= 2;
    return ms;
}
