#include "bot/session.h"

#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/discord/json.h"
#include "bot/facts.h"
#include "bot/io/gateway_ws.h"
#include "bot/io/loop.h"
#include "bot/version.h"
#include "storage/discord.h"

#include <stdlib.h>
#include <string.h>

/* Guild and channel events, and what becomes of messages (without their text);
 * interactions come without being asked for. No privileged intent. */
#define INTENTS (1u << 0 | 1u << 9) /* GUILDS, GUILD_MESSAGES */

struct session {
    uv_loop_t *loop;
    struct store *store;
    struct rest *rest;
    bool compress;
    struct session_handlers handlers;
    struct gateway *gateway;
    struct gateway_ws *ws;
    struct deadline *tick;
    int64_t heard_ms; /* of the loop: something came last; -1: never */
};

static void carry_out(struct session *session, struct gateway_out *out);

/* Small writes of their own: rare, and they must be durable before the next
 * action, so they do not wait for a turn. */
static void keep(struct session *session,
                 enum err (*write)(struct session *session))
{
    enum err err = store_begin(session->store);
    if (err == ERR_OK) {
        err = write(session);
        if (err == ERR_OK)
            err = store_commit(session->store);
        if (err != ERR_OK)
            store_rollback(session->store);
    }
    if (err != ERR_OK)
        log_error("session_not_kept",
                  LOG_TEXT("why", store_why(session->store)));
}

/* With who we are: a resume brings no READY that would tell it. */
static enum err write_session(struct session *session)
{
    const struct gateway *gateway = session->gateway;
    struct stored_session stored = {.seq = gateway_seq(gateway),
                                    .bot_user_id = gateway_bot_user_id(gateway),
                                    .application_id =
                                        gateway_application_id(gateway)};
    str_copy_to(stored.session_id, gateway_session_id(gateway));
    str_copy_to(stored.resume_url, gateway_resume_url(gateway));
    return store_put_session(session->store, &stored);
}

static enum err write_identify(struct session *session)
{
    return store_put_identify(session->store, clock_wall_ms());
}

static void on_url(const struct rest_answer *answer, void *context)
{
    struct session *session = context;
    struct gateway_out out = {.count = 0};
    int64_t identifies = 0, remaining = 1000, reset_after_ms = 0;
    const cJSON *limit = json_get(answer->json, "session_start_limit");
    (void)json_whole(json_get(limit, "remaining"), &remaining);
    (void)json_whole(json_get(limit, "reset_after"), &reset_after_ms);
    if (store_identifies(session->store, clock_wall_ms(), &identifies) !=
        ERR_OK)
        log_error("identifies_unknown",
                  LOG_TEXT("why", store_why(session->store)));
    gateway_url(session->gateway,
                answer->fate == REST_DONE ? json_text(answer->json, "url")
                                          : STR_NONE,
                remaining, reset_after_ms, identifies,
                loop_now_ms(session->loop), &out);
    carry_out(session, &out);
}

static void carry_out_one(struct session *session,
                          struct gateway_action *action)
{
    struct rest_call call;
    switch (action->kind) {
    case GATEWAY_ACTION_FIND_URL:
        call = rest_gateway_bot();
        rest_send(session->rest, &call, on_url, session);
        break;
    case GATEWAY_ACTION_CONNECT:
        gateway_ws_connect(session->ws, action->text, session->compress);
        break;
    case GATEWAY_ACTION_SEND:
        gateway_ws_send(session->ws, str_of(action->text));
        break;
    case GATEWAY_ACTION_CLOSE:
        gateway_ws_close(session->ws, action->code);
        break;
    case GATEWAY_ACTION_DISPATCH:
        session->handlers.dispatch(action, session->handlers.context);
        break;
    case GATEWAY_ACTION_SESSION:
        keep(session, write_session);
        session->handlers.renewed(session->handlers.context);
        break;
    case GATEWAY_ACTION_IDENTIFIED:
        keep(session, write_identify);
        break;
    case GATEWAY_ACTION_FATAL:
        session->handlers.fatal(action->code, action->text,
                                session->handlers.context);
        break;
    case GATEWAY_ACTION_LOG:
        log_warn("gateway", LOG_TEXT("words", action->text));
        break;
    }
}

static void carry_out(struct session *session, struct gateway_out *out)
{
    for (int i = 0; i < out->count; i++)
        carry_out_one(session, &out->actions[i]);
    gateway_out_release(out);
    deadline_set(session->tick, gateway_deadline(session->gateway));
}

static void on_opened(void *context)
{
    struct session *session = context;
    struct gateway_out out = {.count = 0};
    gateway_opened(session->gateway, loop_now_ms(session->loop), &out);
    carry_out(session, &out);
}

static void on_received(struct str text, void *context)
{
    struct session *session = context;
    struct gateway_out out = {.count = 0};
    session->heard_ms = loop_now_ms(session->loop);
    gateway_receive(session->gateway, text, loop_now_ms(session->loop), &out);
    carry_out(session, &out);
}

static void on_closed(int code, struct str reason, void *context)
{
    struct session *session = context;
    struct gateway_out out = {.count = 0};
    log_info("gateway_closed", LOG_INT("code", code),
             LOG_STR("reason", reason));
    session->handlers.lost(session->handlers.context);
    gateway_closed(session->gateway, code, reason, loop_now_ms(session->loop),
                   &out);
    carry_out(session, &out);
}

static void on_tick(void *context)
{
    struct session *session = context;
    struct gateway_out out = {.count = 0};
    gateway_tick(session->gateway, loop_now_ms(session->loop), &out);
    carry_out(session, &out);
}

struct session *session_new(uv_loop_t *loop, struct store *store,
                            struct rest *rest, const struct config *config,
                            const char *token,
                            const struct session_handlers *handlers)
{
    struct session *session = mem_alloc(sizeof *session);
    struct gateway_config gateway = {.token = token,
                                     .intents = INTENTS,
                                     .compress = config->compress,
                                     .seed = loop_seed()};
    struct gateway_ws_handlers socket = {on_opened, on_received, on_closed,
                                         session};
    session->loop = loop;
    session->heard_ms = -1;
    session->store = store;
    session->rest = rest;
    session->compress = config->compress;
    session->handlers = *handlers;
    session->gateway = gateway_new(&gateway);
    session->ws = gateway_ws_new(
        loop, &socket, config->ca_file[0] == '\0' ? NULL : config->ca_file,
        OPSROOM_USER_AGENT);
    session->tick = deadline_new(loop, on_tick, session);
    return session;
}

void session_start(struct session *session)
{
    struct stored_session stored;
    int64_t identified_ms;
    if (store_latest_identify(session->store, &identified_ms) == ERR_OK)
        gateway_restore_identify(session->gateway,
                                 clock_wall_ms() - identified_ms,
                                 loop_now_ms(session->loop));
    if (store_session(session->store, &stored) == ERR_OK)
        gateway_restore(session->gateway, str_of(stored.session_id),
                        str_of(stored.resume_url), stored.seq);
    on_tick(session);
}

enum gateway_state session_state(const struct session *session)
{
    return gateway_state(session->gateway);
}

bool session_has_more(void *context)
{
    return gateway_ws_has_more(((struct session *)context)->ws);
}

int64_t session_silence_ms(const struct session *session)
{
    return session->heard_ms < 0
               ? -1
               : loop_now_ms(session->loop) - session->heard_ms;
}

void session_free(struct session *session)
{
    if (session == NULL)
        return;
    gateway_ws_free(session->ws);
    gateway_free(session->gateway);
    deadline_free(session->tick);
    free(session);
}
