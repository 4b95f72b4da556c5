#include "tests/bench/discord.h"

#include "tests/bench/h2.h"
#include "tests/bench/link.h"

#include "bot/base/buf.h"
#include "bot/base/mem.h"

#include <assert.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DISCORD_EPOCH_MS INT64_C(1420070400000)
#define IN_FLIGHT        65536 /* dispatch times kept; a power of two */
#define CHANNELS         20    /* of each guild */

#define USER                                                                   \
    "{\"id\":\"77\",\"username\":\"opsroom\",\"discriminator\":\"0\","         \
    "\"global_name\":null,\"avatar\":null,\"bot\":true,\"flags\":0,"           \
    "\"public_flags\":0}"
#define APPLICATION                                                            \
    "{\"id\":\"78\",\"name\":\"opsroom\",\"icon\":null,\"description\":\"\","  \
    "\"rpc_origins\":[],\"bot_public\":false,"                                 \
    "\"bot_require_code_grant\":false,\"owner\":" USER ",\"team\":null,"       \
    "\"verify_key\":\"\",\"flags\":0}"

struct discord {
    uv_loop_t *loop;
    struct discord_settings settings;
    uv_tcp_t listener;
    int port;
    struct link *gateway; /* the websocket, NULL: none */
    int64_t seq, next_id, requests;
    int64_t dispatched_ns[IN_FLIGHT];
};

int64_t discord_now_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* ---- the gateway ---- */

static void send_frame(struct link *link, struct str text)
{
    struct buf out = BUF_INIT(text.n + 16);
    buf_add_char(&out, (char)0x81);
    if (text.n < 126) {
        buf_add_char(&out, (char)text.n);
    } else if (text.n < 65536) {
        unsigned char head[3] = {126, (unsigned char)(text.n >> 8),
                                 (unsigned char)text.n};
        buf_add_bytes(&out, head, sizeof head);
    } else {
        unsigned char head[9] = {127};
        for (int i = 0; i < 8; i++)
            head[8 - i] = (unsigned char)(text.n >> (8 * i));
        buf_add_bytes(&out, head, sizeof head);
    }
    buf_add(&out, text);
    link_send(link, &out, 0);
}

static void add_guild(struct buf *text, int i)
{
    buf_addf(text,
             "\"id\":\"%d\",\"name\":\"guild %d\",\"owner_id\":\"4242\","
             "\"unavailable\":false,\"large\":false,\"member_count\":100,"
             "\"joined_at\":\"2024-01-01T00:00:00.000000+00:00\","
             "\"icon\":null,\"splash\":null,\"discovery_splash\":null,"
             "\"banner\":null,\"description\":null,\"vanity_url_code\":null,"
             "\"afk_channel_id\":null,\"afk_timeout\":300,"
             "\"application_id\":null,\"verification_level\":1,"
             "\"default_message_notifications\":1,"
             "\"explicit_content_filter\":2,\"mfa_level\":0,\"nsfw_level\":0,"
             "\"premium_tier\":0,\"premium_subscription_count\":0,"
             "\"premium_progress_bar_enabled\":false,"
             "\"preferred_locale\":\"en-US\",\"system_channel_id\":null,"
             "\"system_channel_flags\":0,\"rules_channel_id\":null,"
             "\"public_updates_channel_id\":null,\"features\":[],"
             "\"emojis\":[],\"stickers\":[],\"threads\":[],\"presences\":[],"
             "\"voice_states\":[],\"stage_instances\":[],"
             "\"guild_scheduled_events\":[],\"soundboard_sounds\":[],"
             "\"roles\":[{\"id\":\"%d\",\"name\":\"@everyone\",\"color\":0,"
             "\"colors\":{\"primary_color\":0,\"secondary_color\":null,"
             "\"tertiary_color\":null},"
             "\"hoist\":false,\"icon\":null,\"unicode_emoji\":null,"
             "\"position\":0,\"permissions\":\"2251804225\","
             "\"managed\":false,\"mentionable\":false,\"flags\":0}],"
             "\"members\":[{\"user\":" USER ",\"roles\":[],\"nick\":null,"
             "\"avatar\":null,\"deaf\":false,\"mute\":false,\"flags\":0,"
             "\"joined_at\":\"2024-01-01T00:00:00.000000+00:00\"}],"
             "\"channels\":[",
             500000 + i, i, 500000 + i);
    for (int c = 0; c < CHANNELS; c++)
        buf_addf(text,
                 "%s{\"id\":\"%d\",\"type\":0,\"name\":\"channel-%d\","
                 "\"position\":%d,\"flags\":0,\"parent_id\":null,"
                 "\"topic\":null,\"last_message_id\":null,\"nsfw\":false,"
                 "\"rate_limit_per_user\":0,\"permission_overwrites\":[]}",
                 c ? "," : "", 9000000 + i * 100 + c, c, c);
    buf_add_char(text, ']');
}

static void send_guilds(struct discord *discord)
{
    struct buf text = BUF_INIT(1u << 16);
    for (int i = 0; i < discord->settings.guilds; i++) {
        buf_clear(&text);
        buf_addf(&text,
                 "{\"op\":0,\"s\":%" PRId64 ",\"t\":\"GUILD_CREATE\",\"d\":{",
                 ++discord->seq);
        add_guild(&text, i);
        buf_add_text(&text, "}}");
        send_frame(discord->gateway, buf_str(&text));
    }
    buf_release(&text);
}

static void send_ready(struct discord *discord)
{
    struct buf text = BUF_INIT(1u << 18);
    buf_addf(&text,
             "{\"op\":0,\"s\":%" PRId64 ",\"t\":\"READY\",\"d\":{\"v\":10,"
             "\"user\":" USER ",\"session_id\":\"bench\",\"session_type\":"
             "\"normal\",\"resume_gateway_url\":\"%s://127.0.0.1:%d\","
             "\"shard\":[0,1],\"application\":{\"id\":\"78\",\"flags\":0},"
             "\"guilds\":[",
             ++discord->seq, discord->settings.tls ? "wss" : "ws",
             discord->port);
    for (int i = 0; i < discord->settings.guilds; i++)
        buf_addf(&text, "%s{\"id\":\"%d\",\"unavailable\":true}", i ? "," : "",
                 500000 + i);
    buf_add_text(&text, "]}}");
    send_frame(discord->gateway, buf_str(&text));
    buf_release(&text);
    send_guilds(discord);
    discord->settings.ready(discord->settings.ready_context);
}

static void on_payload(struct discord *discord, struct str text)
{
    if (str_starts(text, "{\"op\":1"))
        send_frame(discord->gateway, STR("{\"op\":11}"));
    else if (memmem(text.s, text.n, "\"op\":2", 6) != NULL)
        send_ready(discord);
}

static void read_frames(struct link *link)
{
    for (;;) {
        const unsigned char *b = (const unsigned char *)link->in.s;
        size_t have = link->in.n, head = 6;
        if (have < 2)
            return;
        size_t n = b[1] & 127u;
        if (n == 126) {
            head = 8;
            if (have < 4)
                return;
            n = (size_t)b[2] << 8 | b[3];
        }
        if (have < head + n)
            return;
        char *payload = link->in.s + head;
        for (size_t i = 0; i < n; i++)
            payload[i] = (char)(payload[i] ^ b[head - 4 + i % 4]);
        if ((b[0] & 15u) == 1)
            on_payload(link->owner, (struct str){payload, n});
        memmove(link->in.s, link->in.s + head + n, have - head - n);
        buf_cut(&link->in, have - head - n);
    }
}

static void upgrade(struct link *link, struct str key)
{
    static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    struct buf text = BUF_INIT(512);
    unsigned char hash[20];
    char accept[32];
    buf_add(&text, key);
    buf_add_text(&text, guid);
    int ok = EVP_Digest(text.s, text.n, hash, NULL, EVP_sha1(), NULL);
    assert(ok == 1);
    (void)EVP_EncodeBlock((unsigned char *)accept, hash, sizeof hash);
    buf_clear(&text);
    buf_addf(&text,
             "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
             "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
             accept);
    link->is_websocket = true;
    struct discord *discord = link->owner;
    discord->gateway = link;
    link_send(link, &text, 0);
    send_frame(link, STR("{\"op\":10,\"d\":{\"heartbeat_interval\":41250}}"));
}

/* ---- REST ---- */

static void on_callback(struct discord *discord, struct str path,
                        struct str body)
{
    /* /interactions/ID/nN/callback: N is the token. */
    const char *at = memmem(path.s, path.n, "/n", 2);
    int64_t n = at == NULL ? 0 : strtoll(at + 2, NULL, 10);
    int64_t ns = discord_now_ns() - discord->dispatched_ns[n % IN_FLIGHT];
    discord->settings.answered(n, ns, body, discord->settings.context);
}

static void add_answer(struct discord *discord, struct str path, bool is_read,
                       struct buf *body)
{
    if (str_ends(path, "/gateway/bot"))
        buf_addf(body,
                 "{\"url\":\"%s://127.0.0.1:%d\",\"shards\":1,"
                 "\"session_start_limit\":{\"total\":1000,\"remaining\":1000,"
                 "\"reset_after\":0,\"max_concurrency\":1}}",
                 discord->settings.tls ? "wss" : "ws", discord->port);
    else if (str_ends(path, "/users/@me"))
        buf_add_text(body, USER);
    else if (str_ends(path, "/applications/@me"))
        buf_add_text(body, APPLICATION);
    else if (str_ends(path, "/callback"))
        buf_add_text(body, "{\"interaction\":{\"id\":\"1\",\"type\":2}}");
    else if (is_read || str_ends(path, "/commands"))
        buf_add_text(body, "[]");
    else
        buf_addf(body, "{\"id\":\"%" PRId64 "\",\"name\":\"room\"}",
                 1000000 + ++discord->next_id);
}

static void reply(struct link *link, int32_t stream, struct str body)
{
    const struct discord *discord = link->owner;
    struct buf out = BUF_INIT(2048);
    if (link->h2 != NULL) {
        h2_reply(link, stream, body);
        return;
    }
    if (body.n == 0)
        buf_add_text(&out, "HTTP/1.1 204 No Content\r\n\r\n");
    else
        buf_addf(&out,
                 "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                 "Content-Length: %zu\r\n\r\n%.*s",
                 body.n, STR_ARG(body));
    link_send(link, &out, discord->settings.rest_delay_ms);
}

static void answer(struct link *link, int32_t stream, bool is_read,
                   struct str path, struct str told)
{
    struct discord *discord = link->owner;
    struct buf body = BUF_INIT(1024);
    struct str resource;
    (void)str_cut(&path, '?', &resource);
    bool is_callback = str_ends(resource, "/callback");
    discord->requests++;
    if (!is_callback || str_is(path, "with_response=true"))
        add_answer(discord, resource, is_read, &body);
    reply(link, stream, buf_str(&body));
    buf_release(&body);
    if (is_callback)
        on_callback(discord, resource, told);
    else if (told.n > 0 && discord->settings.told != NULL)
        discord->settings.told(resource, told, discord->settings.context);
}

static struct str header(struct str head, const char *name)
{
    const char *at = strcasestr(head.s, name);
    if (at == NULL || at >= head.s + head.n)
        return STR_NONE;
    at += strlen(name);
    const char *end = memchr(at, '\r', (size_t)(head.s + head.n - at));
    return str_trim((struct str){at, (size_t)((end ? end : at) - at)});
}

static void read_requests(struct link *link)
{
    while (link->in.n > 0 && !link->is_websocket) {
        char *end = strstr(link->in.s, "\r\n\r\n");
        if (end == NULL)
            return;
        struct str head = {link->in.s, (size_t)(end - link->in.s) + 4};
        struct str length = header(head, "\r\ncontent-length:");
        struct str key = header(head, "\r\nsec-websocket-key:");
        size_t n = length.n == 0 ? 0 : (size_t)strtoul(length.s, NULL, 10);
        if (link->in.n < head.n + n)
            return;
        struct str line = head, method, path;
        (void)str_cut(&line, ' ', &method);
        (void)str_cut(&line, ' ', &path);
        if (key.n > 0)
            upgrade(link, key);
        else
            answer(link, 0, str_is(method, "GET"), path,
                   (struct str){head.s + head.n, n});
        size_t used = head.n + n;
        memmove(link->in.s, link->in.s + used, link->in.n - used);
        buf_cut(&link->in, link->in.n - used);
    }
}

/* ---- connections ---- */

static void on_received(struct link *link)
{
    const struct discord *discord = link->owner;
    if (link->h2 == NULL && h2_is_spoken(link))
        h2_open(link, answer);
    if (link->h2 != NULL)
        h2_received(link, discord->settings.rest_delay_ms);
    else if (!link->is_websocket)
        read_requests(link);
    if (link->is_websocket)
        read_frames(link);
}

static void on_closed(struct link *link)
{
    struct discord *discord = link->owner;
    h2_close(link);
    if (discord->gateway == link)
        discord->gateway = NULL;
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct discord *discord = listener->data;
    if (status < 0)
        return;
    struct link *link = link_accept(listener, discord->settings.tls);
    link->owner = discord;
    link->received = on_received;
    link->closed = on_closed;
}

struct discord *discord_new(uv_loop_t *loop,
                            const struct discord_settings *settings)
{
    struct discord *discord = mem_alloc(sizeof *discord);
    struct sockaddr_in address;
    int length = sizeof address;
    discord->loop = loop;
    discord->settings = *settings;
    (void)uv_ip4_addr("127.0.0.1", 0, &address);
    (void)uv_tcp_init(loop, &discord->listener);
    discord->listener.data = discord;
    int bad =
        uv_tcp_bind(&discord->listener, (const struct sockaddr *)&address, 0);
    bad |= uv_listen((uv_stream_t *)&discord->listener, 256, on_connection);
    bad |= uv_tcp_getsockname(&discord->listener, (struct sockaddr *)&address,
                              &length);
    assert(bad == 0);
    discord->port = ntohs(address.sin_port);
    return discord;
}

int discord_port(const struct discord *discord)
{
    return discord->port;
}

void discord_set_delay(struct discord *discord, int64_t rest_delay_ms)
{
    discord->settings.rest_delay_ms = rest_delay_ms;
}

int64_t discord_requests(const struct discord *discord)
{
    return discord->requests;
}

void discord_dispatch(struct discord *discord, int64_t n, int type,
                      const char *data)
{
    struct timespec now;
    struct buf text = BUF_INIT(8192);
    (void)clock_gettime(CLOCK_REALTIME, &now);
    int64_t ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
    int64_t id = (ms - DISCORD_EPOCH_MS) << 22 | (n & 0x3FFFFF);
    buf_addf(
        &text,
        "{\"op\":0,\"s\":%" PRId64 ",\"t\":\"INTERACTION_CREATE\",\"d\":{"
        "\"id\":\"%" PRId64 "\",\"application_id\":\"78\",\"type\":%d,"
        "\"token\":\"n%" PRId64 "\",\"version\":1,\"guild_id\":\"500000\","
        "\"guild\":{\"id\":\"500000\",\"locale\":\"en-US\",\"features\":[]},"
        "\"guild_locale\":\"en-US\",\"channel_id\":\"9000000\","
        "\"channel\":{\"id\":\"9000000\",\"type\":0,\"name\":\"channel-0\"},"
        "\"app_permissions\":\"2252180186844240\",\"locale\":\"en-GB\","
        "\"context\":0,\"entitlements\":[],\"attachment_size_limit\":10485760,"
        "\"authorizing_integration_owners\":{\"0\":\"500000\"},"
        "\"member\":{\"user\":{\"id\":\"4242\",\"username\":\"nova\","
        "\"global_name\":\"nova\",\"avatar\":null,\"discriminator\":\"0\","
        "\"public_flags\":0},\"roles\":[],\"nick\":null,\"avatar\":null,"
        "\"deaf\":false,\"mute\":false,\"pending\":false,\"flags\":0,"
        "\"premium_since\":null,\"communication_disabled_until\":null,"
        "\"permissions\":\"2147483647\","
        "\"joined_at\":\"2020-01-01T00:00:00.000000+00:00\"},"
        "\"data\":%s}}",
        ++discord->seq, id, type, n, data);
    discord->dispatched_ns[n % IN_FLIGHT] = discord_now_ns();
    if (discord->gateway != NULL)
        send_frame(discord->gateway, buf_str(&text));
    buf_release(&text);
}
