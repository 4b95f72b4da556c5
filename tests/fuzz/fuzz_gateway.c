/*
 * Any lines as what a server does: the first byte of a line says what happens,
 * the rest is the frame. The session keeps its contract whatever comes.
 */
#include "bot/discord/gateway.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>

static void happen(struct gateway *gateway, struct str line, int64_t now_ms,
                   struct gateway_out *out)
{
    struct str rest = str_from(line, 1);
    switch (line.n == 0 ? 't' : line.s[0]) {
    case 'o':
        gateway_opened(gateway, now_ms, out);
        break;
    case 'u':
        gateway_url(gateway, rest.n == 0 ? STR("wss://gw.test") : rest, 1000, 0,
                    0, now_ms, out);
        break;
    case 'c':
        gateway_closed(gateway, rest.n == 0 ? 0 : 3990 + rest.s[0] % 32, rest,
                       now_ms, out);
        break;
    case 't':
        gateway_tick(gateway, now_ms, out);
        break;
    default:
        gateway_receive(gateway, line, now_ms, out);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct gateway_config config = {.token = "t", .seed = size};
    struct gateway *gateway = gateway_new(&config);
    struct str rest = {(const char *)data, size}, line;
    struct gateway_out out = {0};
    bool is_dead = false;
    int64_t now_ms = 0;
    while (str_cut(&rest, '\n', &line)) {
        int64_t due = gateway_deadline(gateway);
        if (line.n == 0 && due != INT64_MAX && due > now_ms)
            now_ms = due;
        happen(gateway, line, now_ms, &out);
        assert(!is_dead || out.count == 0);
        for (int i = 0; i < out.count; i++) {
            const struct gateway_action *action = &out.actions[i];
            assert(action->kind != GATEWAY_ACTION_CLOSE ||
                   action->code == GATEWAY_CLOSE_RESUMABLE);
            assert(action->kind != GATEWAY_ACTION_SEND ||
                   strlen(action->text) <= GATEWAY_SEND_BYTES);
            is_dead = is_dead || action->kind == GATEWAY_ACTION_FATAL;
        }
        assert(is_dead == (gateway_state(gateway) == GATEWAY_DEAD));
        gateway_out_release(&out);
    }
    gateway_free(gateway);
    return 0;
}
