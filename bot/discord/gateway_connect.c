/*
 * The gateway between connections: when to connect and where, what is worth
 * keeping when a connection ends, and how many identifies are left.
 *
 * Every way back to IDLE goes through plan(). When the closing is ours, IDLE
 * waits for gateway_closed before it connects (`closing`): two sockets never
 * overlap, and a late "closed" is never taken for the new socket's.
 *
 * A resume costs nothing; an identify is one of 1000 a day, and going over
 * resets the bot's token. So a session is dropped only when Discord says so, or
 * when resuming has failed for long.
 */
#include "bot/discord/gateway_session.h"

#include "bot/base/mem.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define OPEN_MS              30000 /* CONNECT to open */
#define HELLO_MS             20000 /* open to Hello */
#define BACKOFF_MS           1000
#define BACKOFF_MOST_MS      60000
#define UNREACHABLE_MOST     3     /* resume address, times in a row */
#define UNREACHABLE_MOST_MS  30000 /* and for so long: it may be our network */
#define RESUMING_MOST_MS     90000 /* of resumes that die */
#define BUDGET_LEFT_LEAST    20
#define BUDGET_SPENT_MOST    900
#define BUDGET_WAIT_MS       600000
#define BUDGET_WAIT_LEAST_MS 60000
#define BUDGET_WAIT_MOST_MS  86400000
#define SESSION_ID_BYTES     256

static char *copy(struct str text)
{
    char *to = mem_alloc(text.n + 1);
    memcpy(to, text.s, text.n);
    return to;
}

void gateway_set_session(struct gateway *gateway, struct str session_id,
                         struct str resume_url, int64_t seq)
{
    free(gateway->session_id);
    free(gateway->resume_url);
    gateway->session_id = gateway->resume_url = NULL;
    gateway->seq = 0;
    if (session_id.n == 0 || session_id.n > SESSION_ID_BYTES)
        return;
    gateway->session_id = copy(session_id);
    gateway->seq = seq;
    if (gateway_url_is_sane(resume_url))
        gateway->resume_url = copy(resume_url);
}

void gateway_drop_session(struct gateway *gateway, struct gateway_out *out)
{
    if (gateway->session_id == NULL)
        return;
    gateway_set_session(gateway, STR_NONE, STR_NONE, 0);
    gateway_add(out, GATEWAY_ACTION_SESSION);
}

void gateway_die(struct gateway *gateway, const struct gateway_close *close,
                 struct gateway_out *out)
{
    struct gateway_action *action = gateway_add(out, GATEWAY_ACTION_FATAL);
    action->code = close->code;
    action->text = mem_text(close->words);
    gateway->state = GATEWAY_DEAD;
    gateway->closing = false;
}

int64_t gateway_backoff(struct gateway *gateway)
{
    int64_t most = BACKOFF_MS;
    for (int i = 0; i < gateway->failures && most < BACKOFF_MOST_MS; i++)
        most *= 2;
    if (most > BACKOFF_MOST_MS)
        most = BACKOFF_MOST_MS;
    gateway->failures++;
    int64_t half = most / 2;
    return half + (int64_t)((double)half * gateway_random(gateway));
}

/* The connection is over: what is worth keeping, and when to try again. */
static void plan(struct gateway *gateway, int64_t wait_ms, int64_t now_ms,
                 struct gateway_out *out)
{
    if (gateway->state != GATEWAY_READY && gateway->resuming) {
        gateway->unreachable = gateway->heard ? 0 : gateway->unreachable + 1;
        int64_t for_ms = now_ms - gateway->resuming_since_ms;
        if (gateway->last_try || for_ms >= RESUMING_MOST_MS ||
            (gateway->unreachable >= UNREACHABLE_MOST &&
             for_ms >= UNREACHABLE_MOST_MS))
            gateway_drop_session(gateway, out);
    } else if (!gateway->heard) {
        free(gateway->url);
        gateway->url = NULL;
    }
    gateway->state = GATEWAY_IDLE;
    gateway->connect_at_ms = now_ms + wait_ms;
}

/* Never 1000 or 1001: those would end the session. */
void gateway_leave(struct gateway *gateway, int64_t wait_ms, int64_t now_ms,
                   struct gateway_out *out)
{
    gateway_add(out, GATEWAY_ACTION_CLOSE)->code = GATEWAY_CLOSE_RESUMABLE;
    plan(gateway, wait_ms, now_ms, out);
    gateway->closing = true;
}

static bool budget_is_low(const struct gateway *gateway)
{
    return gateway->identifies_left < BUDGET_LEFT_LEAST ||
           gateway->identifies_spent > BUDGET_SPENT_MOST;
}

void gateway_connect(struct gateway *gateway, int64_t now_ms,
                     struct gateway_out *out)
{
    bool resuming = gateway->session_id != NULL;
    const char *base = resuming && gateway->resume_url != NULL
                           ? gateway->resume_url
                           : gateway->url;
    if (base == NULL || (!resuming && budget_is_low(gateway))) {
        gateway->asked_url = true;
        gateway_add(out, GATEWAY_ACTION_FIND_URL);
        return;
    }
    gateway->resuming = resuming;
    if (!resuming)
        gateway->seq = 0;
    gateway->heard = gateway->greeted = false;
    gateway->answer_at_ms = gateway->login_at_ms = NEVER;
    gateway->window = (struct send_window){0};
    if (!resuming)
        gateway->resuming_since_ms = NEVER;
    else if (gateway->resuming_since_ms == NEVER)
        gateway->resuming_since_ms = now_ms;
    gateway->hello_by_ms = now_ms + OPEN_MS;
    gateway->state = GATEWAY_CONNECTING;
    struct buf url = BUF_INIT(1000);
    gateway_full_url(&url, str_of(base), gateway->config.compress);
    gateway_add_text(out, GATEWAY_ACTION_CONNECT, &url);
}

static int64_t budget_wait(const struct gateway *gateway)
{
    int64_t wait = gateway->reset_after_ms;
    if (gateway->identifies_left >= BUDGET_LEFT_LEAST)
        return BUDGET_WAIT_MS;
    if (wait < BUDGET_WAIT_LEAST_MS)
        return BUDGET_WAIT_LEAST_MS;
    return wait < BUDGET_WAIT_MOST_MS ? wait : BUDGET_WAIT_MOST_MS;
}

void gateway_url(struct gateway *gateway, struct str url, int64_t remaining,
                 int64_t reset_after_ms, int64_t identifies_spent,
                 int64_t now_ms, struct gateway_out *out)
{
    if (!gateway->asked_url || gateway->state != GATEWAY_IDLE)
        return;
    gateway->asked_url = false;
    if (!gateway_url_is_sane(url)) {
        gateway->connect_at_ms = now_ms + gateway_backoff(gateway);
        return;
    }
    free(gateway->url);
    gateway->url = copy(url);
    gateway->identifies_left = remaining;
    gateway->identifies_spent = identifies_spent;
    gateway->reset_after_ms = reset_after_ms;
    if (gateway->session_id == NULL && budget_is_low(gateway)) {
        int64_t wait = budget_wait(gateway);
        gateway_add_log(out,
                        "The budget of identifies is nearly spent (%" PRId64
                        " left, %" PRId64 " used in 24 h): waiting %" PRId64
                        " s.",
                        remaining, identifies_spent, wait / 1000);
        gateway->connect_at_ms = now_ms + wait;
        return;
    }
    gateway_connect(gateway, now_ms, out);
}

void gateway_opened(struct gateway *gateway, int64_t now_ms,
                    struct gateway_out *out)
{
    (void)out;
    if (gateway->state != GATEWAY_CONNECTING)
        return;
    gateway->state = GATEWAY_HELLO;
    gateway->hello_by_ms = now_ms + HELLO_MS;
}

void gateway_closed(struct gateway *gateway, int code, struct str reason,
                    int64_t now_ms, struct gateway_out *out)
{
    const struct gateway_close *close = gateway_close_find(code);
    bool connected =
        gateway->state == GATEWAY_CONNECTING || gateway_is_open(gateway);
    if (!connected && !gateway->closing)
        return;
    if (close->action == GATEWAY_CLOSE_FATAL) {
        gateway_die(gateway, close, out);
        return;
    }
    if (close->action == GATEWAY_CLOSE_IDENTIFY)
        gateway_drop_session(gateway, out);
    if (gateway->closing) {
        gateway->closing = false; /* the way back is planned already */
        return;
    }
    reason.n = reason.n > 123 ? 123 : reason.n; /* all a close frame holds */
    gateway_add_log(out, "Closed with %d (%s) %.*s", code, close->words,
                    STR_ARG(reason));
    plan(gateway, gateway_backoff(gateway), now_ms, out);
    if (code == 1000 || code == 1001)
        gateway->last_try = true;
}
