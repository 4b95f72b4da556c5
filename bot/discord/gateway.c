/*
 * The gateway session (Discord docs, Gateway: Connection Lifecycle).
 *
 *           tick             opened         Hello
 *   IDLE ---------> CONNECTING ---> HELLO ---+----> IDENTIFYING --READY---+
 *    ^   (FIND_URL first, when               | (no session)               v
 *    |    no address is known)               +----> RESUMING ---RESUMED> READY
 *    |                                         (a session)                |
 *    +----- closed, op 7, op 9, a missed ACK, a Hello that never came ----+
 *
 * This file is a connection: Hello to READY, heartbeats, dispatches. What lies
 * between two connections is in gateway_connect.c.
 */
#include "bot/discord/gateway_session.h"

#include "bot/base/mem.h"
#include "bot/discord/json.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

enum op {
    OP_DISPATCH = 0,
    OP_HEARTBEAT = 1,
    OP_RECONNECT = 7,
    OP_INVALID_SESSION = 9,
    OP_HELLO = 10,
    OP_HEARTBEAT_ACK = 11,
};

#define IDENTIFY_GAP_MS 5500 /* one per 5 s, and some travel faster */
/* A replay holds the RESUMED of earlier resumes: what follows one at once may
 * be a replay still. */
#define REPLAY_MS         1000
#define INTERVAL_LEAST_MS 100 /* of heartbeats: saner ones pass */
#define INTERVAL_MOST_MS  600000

/* ---- life ---- */

struct gateway *gateway_new(const struct gateway_config *config)
{
    struct gateway *gateway = mem_alloc(sizeof *gateway);
    gateway->config = *config;
    gateway->random = config->seed;
    gateway->identified_at_ms = -IDENTIFY_GAP_MS;
    gateway->resuming_since_ms = NEVER;
    gateway->resumed_at_ms = -REPLAY_MS;
    return gateway;
}

void gateway_free(struct gateway *gateway)
{
    if (gateway == NULL)
        return;
    free(gateway->session_id);
    free(gateway->resume_url);
    free(gateway->url);
    free(gateway);
}

void gateway_restore(struct gateway *gateway, struct str session_id,
                     struct str resume_url, int64_t seq)
{
    gateway_set_session(gateway, session_id, resume_url, seq);
}

void gateway_restore_identify(struct gateway *gateway, int64_t ago_ms,
                              int64_t now_ms)
{
    /* The wall clock was set back: nobody knows how long ago that was. */
    gateway->identified_at_ms = now_ms - (ago_ms < 0 ? 0 : ago_ms);
}

/* READY or RESUMED: what went wrong before no longer counts. */
static void settle(struct gateway *gateway)
{
    gateway->state = GATEWAY_READY;
    gateway->failures = gateway->unreachable = 0;
    gateway->resuming_since_ms = NEVER;
    gateway->last_try = false;
}

/* [0, 1), by splitmix64. */
double gateway_random(struct gateway *gateway)
{
    uint64_t z = gateway->random += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    z ^= z >> 31;
    return (double)(z >> 11) / 9007199254740992.0; /* 2^53 */
}

bool gateway_is_open(const struct gateway *gateway)
{
    return gateway->state >= GATEWAY_HELLO && gateway->state <= GATEWAY_READY;
}

/* ---- sending ---- */

static void send_payload(struct gateway *gateway, struct buf *payload,
                         int64_t now_ms, struct gateway_out *out)
{
    send_window_count(&gateway->window, now_ms);
    gateway_add_text(out, GATEWAY_ACTION_SEND, payload);
}

static void send_heartbeat(struct gateway *gateway, int64_t now_ms,
                           struct gateway_out *out)
{
    struct buf payload = BUF_INIT(GATEWAY_SEND_BYTES);
    payload_heartbeat(&payload, gateway->seq);
    send_payload(gateway, &payload, now_ms, out);
}

/* Discord asked for a beat, out of turn. A peer that asks by the hundred gets
 * one answer when the window allows it. */
static void answer_heartbeat(struct gateway *gateway, int64_t now_ms,
                             struct gateway_out *out)
{
    int64_t wait = send_window_wait(&gateway->window, false, now_ms);
    gateway->answer_at_ms = wait == 0 ? NEVER : now_ms + wait;
    if (wait == 0)
        send_heartbeat(gateway, now_ms, out);
}

static void beat(struct gateway *gateway, int64_t now_ms,
                 struct gateway_out *out)
{
    if (!gateway->acked) {
        gateway_add_log(out,
                        "No heartbeat was acknowledged for %" PRId64 " ms.",
                        gateway->interval_ms);
        gateway_leave(gateway, gateway_backoff(gateway), now_ms, out);
        return;
    }
    int64_t wait = send_window_wait(&gateway->window, true, now_ms);
    if (wait > 0) {
        gateway->beat_at_ms = now_ms + wait;
        return;
    }
    gateway->acked = false;
    gateway->beat_at_ms = now_ms + gateway->interval_ms;
    send_heartbeat(gateway, now_ms, out);
}

/* IDENTIFIED comes before its SEND: a crash in between counts one too many. */
static void log_in(struct gateway *gateway, int64_t now_ms,
                   struct gateway_out *out)
{
    int64_t wait = send_window_wait(&gateway->window, false, now_ms);
    if (wait > 0) {
        gateway->login_at_ms = now_ms + wait;
        return;
    }
    struct buf payload = BUF_INIT(GATEWAY_SEND_BYTES);
    if (gateway->resuming)
        payload_resume(&payload, gateway->config.token, gateway->session_id,
                       gateway->seq);
    else
        payload_identify(&payload, gateway->config.token,
                         gateway->config.intents);
    /* Session ids are short: only a token can be too long, and is no token. */
    if (payload.overflow) {
        buf_release(&payload);
        gateway_add(out, GATEWAY_ACTION_CLOSE)->code = GATEWAY_CLOSE_RESUMABLE;
        gateway_die(gateway, gateway_close_find(4004), out);
        return;
    }
    gateway->login_at_ms = NEVER;
    gateway->state = gateway->resuming ? GATEWAY_RESUMING : GATEWAY_IDENTIFYING;
    if (!gateway->resuming) {
        gateway->identified_at_ms = now_ms;
        gateway->identifies_left--;
        gateway->identifies_spent++;
        gateway_add(out, GATEWAY_ACTION_IDENTIFIED);
    }
    send_payload(gateway, &payload, now_ms, out);
}

/* ---- receiving ---- */

static void on_hello(struct gateway *gateway, const cJSON *data, int64_t now_ms,
                     struct gateway_out *out)
{
    int64_t interval;
    if (!json_whole(json_get(data, "heartbeat_interval"), &interval) ||
        interval <= 0) {
        gateway_add_log(out, "A Hello without a heartbeat interval.");
        gateway_leave(gateway, gateway_backoff(gateway), now_ms, out);
        return;
    }
    if (interval < INTERVAL_LEAST_MS)
        interval = INTERVAL_LEAST_MS;
    if (interval > INTERVAL_MOST_MS)
        interval = INTERVAL_MOST_MS;
    gateway->interval_ms = interval;
    gateway->beat_at_ms =
        now_ms + (int64_t)((double)interval * gateway_random(gateway));
    gateway->acked = true;
    if (gateway->greeted)
        return; /* a second identify would close with 4005 */
    gateway->greeted = true;
    int64_t allowed = gateway->identified_at_ms + IDENTIFY_GAP_MS;
    if (gateway->resuming || allowed <= now_ms)
        log_in(gateway, now_ms, out);
    else
        gateway->login_at_ms = allowed;
}

/* d true: the session may still be resumed. Discord wants a random 1 to 5 s
 * before the next attempt. */
static void on_invalid_session(struct gateway *gateway, const cJSON *data,
                               int64_t now_ms, struct gateway_out *out)
{
    bool resumable = cJSON_IsTrue(data);
    int64_t wait = 1000 + (int64_t)(4000 * gateway_random(gateway));
    int64_t longer = gateway_backoff(gateway);
    gateway_add_log(out, "Discord says the session is invalid%s.",
                    resumable ? " but may be resumed" : "");
    if (!resumable)
        gateway_drop_session(gateway, out);
    gateway_leave(gateway, wait > longer ? wait : longer, now_ms, out);
}

static void on_ready(struct gateway *gateway, const cJSON *data, int64_t seq,
                     struct gateway_out *out)
{
    gateway_set_session(gateway, json_text(data, "session_id"),
                        json_text(data, "resume_gateway_url"), seq);
    gateway->bot_user_id = json_get_id(json_get(data, "user"), "id");
    gateway->application_id = json_get_id(json_get(data, "application"), "id");
    if (gateway->session_id == NULL)
        gateway_add_log(out,
                        "READY without a session id: nothing to resume later.");
    gateway_add(out, GATEWAY_ACTION_SESSION);
    settle(gateway);
}

/* `payload` is the whole frame; its `d` moves into the action. */
static void on_dispatch(struct gateway *gateway, cJSON *payload, int64_t now_ms,
                        struct gateway_out *out)
{
    struct str name = json_text(payload, "t");
    int64_t seq = 0;
    if (name.n == 0 || gateway->state == GATEWAY_HELLO) {
        gateway_add_log(out,
                        "A dispatch without a name, or before logging in.");
        return;
    }
    bool replayed = gateway->state == GATEWAY_RESUMING ||
                    now_ms - gateway->resumed_at_ms < REPLAY_MS;
    (void)json_whole(json_get(payload, "s"), &seq);
    if (seq > gateway->seq)
        gateway->seq = seq;
    if (str_is(name, "READY")) {
        on_ready(gateway, json_get(payload, "d"), seq, out);
        replayed = false;
    } else if (str_is(name, "RESUMED")) {
        settle(gateway);
        gateway->resumed_at_ms = now_ms;
        replayed = false;
    }
    struct gateway_action *action = gateway_add(out, GATEWAY_ACTION_DISPATCH);
    str_copy_to(action->name, name);
    action->seq = seq;
    action->replayed = replayed;
    action->data = cJSON_DetachItemFromObjectCaseSensitive(payload, "d");
}

static void on_payload(struct gateway *gateway, cJSON *payload, int64_t now_ms,
                       struct gateway_out *out)
{
    int64_t op;
    const cJSON *data = json_get(payload, "d");
    if (!json_whole(json_get(payload, "op"), &op)) {
        gateway_add_log(out,
                        "Discord sent something that is no gateway payload.");
        /* Resuming brings it once more; then it is left out, or the rest of
         * the session would never be reached. */
        if (gateway->state != GATEWAY_RESUMING)
            gateway_leave(gateway, gateway_backoff(gateway), now_ms, out);
        return;
    }
    switch (op) {
    case OP_DISPATCH:
        on_dispatch(gateway, payload, now_ms, out);
        break;
    case OP_HEARTBEAT:
        answer_heartbeat(gateway, now_ms, out);
        break;
    case OP_RECONNECT:
        /* At once, but not in a circle. */
        if (gateway->failures == 0) {
            gateway->failures++;
            gateway_leave(gateway, 0, now_ms, out);
        } else {
            gateway_leave(gateway, gateway_backoff(gateway), now_ms, out);
        }
        break;
    case OP_INVALID_SESSION:
        on_invalid_session(gateway, data, now_ms, out);
        break;
    case OP_HELLO:
        on_hello(gateway, data, now_ms, out);
        break;
    case OP_HEARTBEAT_ACK:
        gateway->acked = true;
        break;
    default:
        gateway_add_log(out, "Ignored opcode %" PRId64 ".", op);
        break;
    }
}

void gateway_receive(struct gateway *gateway, struct str text, int64_t now_ms,
                     struct gateway_out *out)
{
    if (!gateway_is_open(gateway))
        return;
    gateway->heard = true;
    cJSON *payload = json_parse(text);
    on_payload(gateway, payload, now_ms, out);
    cJSON_Delete(payload);
}

/* ---- time ---- */

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t gateway_deadline(const struct gateway *gateway)
{
    switch (gateway->state) {
    case GATEWAY_IDLE:
        return gateway->closing || gateway->asked_url ? NEVER
                                                      : gateway->connect_at_ms;
    case GATEWAY_CONNECTING:
        return gateway->hello_by_ms;
    case GATEWAY_HELLO:
    case GATEWAY_IDENTIFYING:
    case GATEWAY_RESUMING:
    case GATEWAY_READY:
        if (!gateway->greeted)
            return gateway->hello_by_ms;
        return earlier(gateway->beat_at_ms,
                       earlier(gateway->answer_at_ms, gateway->login_at_ms));
    case GATEWAY_DEAD:
    case GATEWAY_STATE_COUNT:
        break;
    }
    return NEVER;
}

void gateway_tick(struct gateway *gateway, int64_t now_ms,
                  struct gateway_out *out)
{
    if (now_ms < gateway_deadline(gateway))
        return;
    if (gateway->state == GATEWAY_IDLE) {
        gateway_connect(gateway, now_ms, out);
    } else if (!gateway->greeted) {
        gateway_add_log(out, "Discord did not %s in time.",
                        gateway->state == GATEWAY_CONNECTING ? "answer"
                                                             : "say Hello");
        gateway_leave(gateway, gateway_backoff(gateway), now_ms, out);
    } else {
        if (gateway->beat_at_ms <= now_ms)
            beat(gateway, now_ms, out);
        if (gateway_is_open(gateway) && gateway->answer_at_ms <= now_ms)
            answer_heartbeat(gateway, now_ms, out);
        if (gateway_is_open(gateway) && gateway->login_at_ms <= now_ms)
            log_in(gateway, now_ms, out);
    }
}

/* ---- looking in ---- */

enum gateway_state gateway_state(const struct gateway *gateway)
{
    return gateway->state;
}

int64_t gateway_seq(const struct gateway *gateway)
{
    return gateway->seq;
}

struct str gateway_session_id(const struct gateway *gateway)
{
    return str_of(gateway->session_id);
}

struct str gateway_resume_url(const struct gateway *gateway)
{
    return str_of(gateway->resume_url);
}

uint64_t gateway_bot_user_id(const struct gateway *gateway)
{
    return gateway->bot_user_id;
}

uint64_t gateway_application_id(const struct gateway *gateway)
{
    return gateway->application_id;
}

const char *gateway_state_words(enum gateway_state state)
{
    static const char *const words[GATEWAY_STATE_COUNT] = {
        "waiting to connect", "connecting", "waiting for hello", "identifying",
        "resuming",           "ready",      "stopped",
    };
    assert(state < GATEWAY_STATE_COUNT);
    return words[state];
}
