#include "bot/discord/rest_call.h"

#include "bot/base/mem.h"
#include "bot/base/sha256.h"
#include "bot/base/utf8.h"
#include "bot/discord/json.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MULTIPART_FRAME 2048 /* what stands around the parts */
#define REASON_UNITS    512  /* Discord docs, Audit Log Reason */

/* The token dies 3 s after the click; a later answer is of no use, but a
 * second attempt after a lost connection may be. */
#define CALLBACK_TIMEOUT_MS 2500

const char *rest_method_name(enum rest_method method)
{
    static const char *const names[] = {"GET", "POST", "PUT", "PATCH",
                                        "DELETE"};
    assert((size_t)method < sizeof names / sizeof names[0]);
    return names[method];
}

void rest_call_release(struct rest_call *call)
{
    free(call->body);
    free(call->reason);
    *call = (struct rest_call){0};
}

static struct rest_call call_new(enum rest_method method, const char *route,
                                 uint64_t major_id)
{
    return (struct rest_call){
        .method = method, .route = route, .major_id = major_id};
}

__attribute__((format(printf, 2, 3))) static void
set_path(struct rest_call *call, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(call->path, sizeof call->path, format, args);
    va_end(args);
    assert(n > 0 && (size_t)n < sizeof call->path);
}

static void take_body(struct rest_call *call, cJSON *body)
{
    if (body != NULL)
        call->body = json_printed(body);
}

static void set_reason(struct rest_call *call, const char *reason)
{
    struct str text = str_of(reason);
    text.n = utf8_cut_units(text, REASON_UNITS);
    if (text.n == 0)
        return;
    call->reason = mem_alloc(text.n + 1);
    memcpy(call->reason, text.s, text.n);
}

struct rest_call rest_channel_create(uint64_t guild_id, cJSON *body,
                                     const char *reason)
{
    struct rest_call call =
        call_new(REST_POST, "POST /guilds/:id/channels", guild_id);
    set_path(&call, "/guilds/%" PRIu64 "/channels", guild_id);
    take_body(&call, body);
    set_reason(&call, reason);
    call.repeat = REST_REPEAT_NEVER;
    return call;
}

struct rest_call rest_channel_get(uint64_t channel_id)
{
    struct rest_call call = call_new(REST_GET, "GET /channels/:id", channel_id);
    set_path(&call, "/channels/%" PRIu64, channel_id);
    return call;
}

struct rest_call rest_channel_edit(uint64_t channel_id, cJSON *body,
                                   const char *reason)
{
    struct rest_call call =
        call_new(REST_PATCH, "PATCH /channels/:id", channel_id);
    set_path(&call, "/channels/%" PRIu64, channel_id);
    take_body(&call, body);
    set_reason(&call, reason);
    return call;
}

struct rest_call rest_channel_rename(uint64_t channel_id, cJSON *body,
                                     const char *reason)
{
    struct rest_call call = rest_channel_edit(channel_id, body, reason);
    call.route = "PATCH /channels/:id name";
    return call;
}

struct rest_call rest_guild_roles(uint64_t guild_id)
{
    struct rest_call call =
        call_new(REST_GET, "GET /guilds/:id/roles", guild_id);
    set_path(&call, "/guilds/%" PRIu64 "/roles", guild_id);
    return call;
}

struct rest_call rest_active_threads(uint64_t guild_id)
{
    struct rest_call call =
        call_new(REST_GET, "GET /guilds/:id/threads/active", guild_id);
    set_path(&call, "/guilds/%" PRIu64 "/threads/active", guild_id);
    return call;
}

/* No nonce guards it: a lost answer is looked up. */
struct rest_call rest_thread_create(uint64_t channel_id, cJSON *body,
                                    const char *reason)
{
    struct rest_call call =
        call_new(REST_POST, "POST /channels/:id/threads", channel_id);
    set_path(&call, "/channels/%" PRIu64 "/threads", channel_id);
    take_body(&call, body);
    set_reason(&call, reason);
    call.repeat = REST_REPEAT_NEVER;
    return call;
}

struct rest_call rest_guild_channels(uint64_t guild_id)
{
    struct rest_call call =
        call_new(REST_GET, "GET /guilds/:id/channels", guild_id);
    set_path(&call, "/guilds/%" PRIu64 "/channels", guild_id);
    return call;
}

struct rest_call rest_message_create(uint64_t channel_id, cJSON *body)
{
    struct rest_call call =
        call_new(REST_POST, "POST /channels/:id/messages", channel_id);
    set_path(&call, "/channels/%" PRIu64 "/messages", channel_id);
    call.repeat =
        json_get(body, "nonce") != NULL && json_is_true(body, "enforce_nonce")
            ? REST_REPEAT_SAFE
            : REST_REPEAT_NEVER;
    take_body(&call, body);
    return call;
}

struct rest_call rest_message_edit(uint64_t channel_id, uint64_t message_id,
                                   cJSON *body)
{
    struct rest_call call =
        call_new(REST_PATCH, "PATCH /channels/:id/messages/:id", channel_id);
    set_path(&call, "/channels/%" PRIu64 "/messages/%" PRIu64, channel_id,
             message_id);
    take_body(&call, body);
    return call;
}

struct rest_call rest_message_delete(uint64_t channel_id, uint64_t message_id,
                                     const char *reason)
{
    struct rest_call call =
        call_new(REST_DELETE, "DELETE /channels/:id/messages/:id", channel_id);
    set_path(&call, "/channels/%" PRIu64 "/messages/%" PRIu64, channel_id,
             message_id);
    set_reason(&call, reason);
    return call;
}

struct rest_call rest_messages_list(uint64_t channel_id, int limit)
{
    struct rest_call call =
        call_new(REST_GET, "GET /channels/:id/messages", channel_id);
    assert(limit >= 1 && limit <= 100);
    set_path(&call, "/channels/%" PRIu64 "/messages?limit=%d", channel_id,
             limit);
    return call;
}

struct rest_call rest_message_pin(uint64_t channel_id, uint64_t message_id,
                                  const char *reason)
{
    struct rest_call call =
        call_new(REST_PUT, "PUT /channels/:id/messages/pins/:id", channel_id);
    set_path(&call, "/channels/%" PRIu64 "/messages/pins/%" PRIu64, channel_id,
             message_id);
    set_reason(&call, reason);
    return call;
}

/* A repeated callback that had arrived the first time answers 40060: done. */
struct rest_call rest_interaction_callback(uint64_t interaction_id,
                                           struct str token, cJSON *body)
{
    struct rest_call call = call_new(
        REST_POST, "POST /interactions/:id/:token/callback", interaction_id);
    set_path(&call, "/interactions/%" PRIu64 "/%.*s/callback", interaction_id,
             STR_ARG(token));
    take_body(&call, body);
    call.is_callback = true;
    call.timeout_ms = CALLBACK_TIMEOUT_MS;
    return call;
}

static void make_boundary(const struct rest_file *files, int count,
                          char out[static SHA256_HEX])
{
    struct buf hashes = BUF_INIT((size_t)count * SHA256_BYTES);
    for (int i = 0; i < count; i++) {
        struct sha256 hash = sha256_of(files[i].bytes);
        buf_add_bytes(&hashes, hash.bytes, sizeof hash.bytes);
    }
    struct sha256 hash = sha256_of(buf_str(&hashes));
    sha256_hex(&hash, out);
    buf_release(&hashes);
}

/* Reference, Uploading Files. The boundary is a hash of what it divides, so
 * that no part can hold it. */
void rest_call_attach(struct rest_call *call, const struct rest_file *files,
                      int count)
{
    char boundary[SHA256_HEX];
    size_t bytes = strlen(call->body) + MULTIPART_FRAME;
    for (int i = 0; i < count; i++)
        bytes += files[i].bytes.n + MULTIPART_FRAME;
    struct buf all = BUF_INIT(bytes);
    make_boundary(files, count, boundary);
    buf_addf(&all,
             "--%s\r\nContent-Disposition: form-data; name=\"payload_json\"\r\n"
             "Content-Type: application/json\r\n\r\n%s\r\n",
             boundary, call->body);
    for (int i = 0; i < count; i++) {
        const struct rest_file *file = &files[i];
        assert(strpbrk(file->name, "\"\r\n") == NULL &&
               strpbrk(file->type, "\r\n") == NULL);
        buf_addf(&all,
                 "--%s\r\nContent-Disposition: form-data; name=\"files[%d]\"; "
                 "filename=\"%s\"\r\nContent-Type: %s\r\n\r\n",
                 boundary, i, file->name, file->type);
        buf_add(&all, file->bytes);
        buf_add_text(&all, "\r\n");
    }
    buf_addf(&all, "--%s--\r\n", boundary);
    assert(!all.overflow);
    (void)snprintf(call->content_type, sizeof call->content_type,
                   "multipart/form-data; boundary=%s", boundary);
    free(call->body);
    call->body_bytes = all.n;
    call->body = buf_detach(&all);
}

struct rest_call rest_interaction_edit(uint64_t application_id,
                                       struct str token, cJSON *body)
{
    struct rest_call call =
        call_new(REST_PATCH, "PATCH /webhooks/:id/:token/messages/@original",
                 application_id);
    set_path(&call, "/webhooks/%" PRIu64 "/%.*s/messages/@original",
             application_id, STR_ARG(token));
    take_body(&call, body);
    call.is_callback = true;
    return call;
}

struct rest_call rest_commands_put(uint64_t application_id, char *body)
{
    struct rest_call call =
        call_new(REST_PUT, "PUT /applications/:id/commands", 0);
    set_path(&call, "/applications/%" PRIu64 "/commands", application_id);
    call.body = body;
    return call;
}

struct rest_call rest_gateway_bot(void)
{
    struct rest_call call = call_new(REST_GET, "GET /gateway/bot", 0);
    set_path(&call, "/gateway/bot");
    return call;
}

struct rest_call rest_application(void)
{
    struct rest_call call = call_new(REST_GET, "GET /applications/@me", 0);
    set_path(&call, "/applications/@me");
    return call;
}
