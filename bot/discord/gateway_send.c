#include "bot/discord/gateway_send.h"

#include "bot/discord/json.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define OP_IDENTIFY 2
#define OP_RESUME   6

#define URL_BYTES 512

int64_t send_window_wait(struct send_window *window, bool is_beat,
                         int64_t now_ms)
{
    int most = is_beat ? SEND_MOST : SEND_MOST - SEND_RESERVED;
    while (window->count > 0 &&
           now_ms - window->at_ms[window->first] >= SEND_WINDOW_MS) {
        window->first = (window->first + 1) % SEND_MOST;
        window->count--;
    }
    if (window->count < most)
        return 0;
    /* When this one leaves the window, fewer than `most` are left in it. */
    int blocking = (window->first + window->count - most) % SEND_MOST;
    return window->at_ms[blocking] + SEND_WINDOW_MS - now_ms;
}

void send_window_count(struct send_window *window, int64_t now_ms)
{
    int next = (window->first + window->count) % SEND_MOST;
    window->at_ms[next] = now_ms;
    window->count++;
}

static void print(struct buf *out, int op, cJSON *data)
{
    cJSON *payload = json_object();
    json_set_number(payload, "op", op);
    json_set(payload, "d", data);
    char *text = json_printed(payload);
    buf_add_text(out, text);
    free(text);
}

void payload_identify(struct buf *out, const char *token, uint32_t intents)
{
    cJSON *data = json_object();
    cJSON *properties = json_object();
    json_set_text(data, "token", str_of(token));
    json_set_number(data, "intents", intents);
    json_set_text(properties, "os", STR("linux"));
    json_set_text(properties, "browser", STR("opsroom"));
    json_set_text(properties, "device", STR("opsroom"));
    json_set(data, "properties", properties);
    print(out, OP_IDENTIFY, data);
}

void payload_resume(struct buf *out, const char *token, const char *session_id,
                    int64_t seq)
{
    cJSON *data = json_object();
    json_set_text(data, "token", str_of(token));
    json_set_text(data, "session_id", str_of(session_id));
    json_set_number(data, "seq", (double)seq);
    print(out, OP_RESUME, data);
}

void payload_heartbeat(struct buf *out, int64_t seq)
{
    if (seq > 0)
        buf_addf(out, "{\"op\":1,\"d\":%" PRId64 "}", seq);
    else
        buf_add_text(out, "{\"op\":1,\"d\":null}");
}

bool gateway_url_is_sane(struct str url)
{
    if (url.n > URL_BYTES ||
        !(str_starts(url, "wss://") || str_starts(url, "ws://")))
        return false;
    for (size_t i = 0; i < url.n; i++)
        if (url.s[i] <= ' ' || url.s[i] > '~')
            return false;
    return true;
}

void gateway_full_url(struct buf *out, struct str url, bool compress)
{
    struct str base, rest = url;
    if (!str_cut(&rest, '?', &base))
        base = url;
    struct str host = str_from(base, str_starts(base, "wss://") ? 6 : 5);
    buf_add(out, base);
    if (memchr(host.s, '/', host.n) == NULL)
        buf_add_char(out, '/');
    buf_add_text(out, "?v=10&encoding=json");
    if (compress)
        buf_add_text(out, "&compress=zlib-stream");
}
