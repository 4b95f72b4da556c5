#include "bot/io/check_kind.h"

static void on_connected(uv_tcp_t *tcp, void *context)
{
    struct check *check = context;
    struct probe_result result;
    (void)tcp;
    verdict_connected(check_elapsed_ms(check), &result);
    check_end(check, &result);
}

static void start(struct check *check, const struct check_order *order)
{
    const struct connect_handlers handlers = {on_connected, check};
    (void)order;
    check->work = connector_start(check, &handlers);
}

static void stop(struct check *check)
{
    connector_free(check->work);
}

const struct check_kind check_tcp = {start, stop};
