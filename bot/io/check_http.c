#include "bot/io/check_kind.h"

static void on_answer(struct check *check, const struct web_answer *answer)
{
    struct probe_result result;
    verdict_http(check->probe, answer->status, answer->ms, answer->body,
                 &result);
    check_end(check, &result);
}

static void start(struct check *check, const struct check_order *order)
{
    const struct web_order web = {
        .url = check->probe->target,
        .credentials = order->credentials,
        .body_limit = VERDICT_BODY_BYTES,
    };
    check->work = web_start(check, &web, on_answer);
}

static void stop(struct check *check)
{
    web_free(check->work);
}

const struct check_kind check_http = {start, stop};
