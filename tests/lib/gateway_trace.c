#include "tests/lib/gateway_trace.h"

#include "bot/base/mem.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define IDENTIFY_JSON                                                          \
    "{\"op\":2,\"d\":{\"token\":\"secret\",\"intents\":1,\"properties\":{"     \
    "\"os\":\"linux\",\"browser\":\"opsroom\",\"device\":\"opsroom\"}}}"

const struct gateway_config play_config = {
    .token = "secret", .intents = 1, .seed = 7};

/* The payloads we send, in short. */
static void name_send(struct buf *to, const char *text)
{
    cJSON *payload = cJSON_Parse(text);
    cJSON *data = cJSON_GetObjectItem(payload, "d");
    int op = cJSON_GetObjectItem(payload, "op")->valueint;
    assert_true(strlen(text) <= GATEWAY_SEND_BYTES);
    if (op == 2) {
        assert_string_equal(text, IDENTIFY_JSON);
        buf_add_text(to, "IDENTIFY");
    } else if (op == 6) {
        assert_string_equal(
            cJSON_GetStringValue(cJSON_GetObjectItem(data, "token")), "secret");
        buf_addf(to, "RESUME %s %d",
                 cJSON_GetStringValue(cJSON_GetObjectItem(data, "session_id")),
                 cJSON_GetObjectItem(data, "seq")->valueint);
    } else if (cJSON_IsNull(data)) {
        buf_add_text(to, "BEAT null");
    } else {
        assert_int_equal(op, 1);
        buf_addf(to, "BEAT %d", data->valueint);
    }
    cJSON_Delete(payload);
}

static void name_action(struct buf *to, const struct play *play,
                        const struct gateway_action *action)
{
    static const char *const names[] = {"FIND_URL",   "CONNECT ",  "SEND ",
                                        "CLOSE ",     "DISPATCH ", "SESSION ",
                                        "IDENTIFIED", "FATAL ",    "LOG"};
    struct str id = gateway_session_id(play->gateway);
    buf_add_text(to, names[action->kind]);
    if (action->kind == GATEWAY_ACTION_CONNECT)
        buf_add_text(to, action->text);
    else if (action->kind == GATEWAY_ACTION_SEND)
        name_send(to, action->text);
    else if (action->kind == GATEWAY_ACTION_CLOSE ||
             action->kind == GATEWAY_ACTION_FATAL)
        buf_addf(to, "%d", action->code);
    else if (action->kind == GATEWAY_ACTION_DISPATCH)
        buf_addf(to, "%s %" PRId64 "%s", action->name, action->seq,
                 action->replayed ? " replayed" : "");
    else if (action->kind == GATEWAY_ACTION_SESSION && id.n == 0)
        buf_add_text(to, "none");
    else if (action->kind == GATEWAY_ACTION_SESSION)
        buf_addf(to, "%.*s %.*s %" PRId64, STR_ARG(id),
                 STR_ARG(gateway_resume_url(play->gateway)),
                 gateway_seq(play->gateway));
}

/* Log lines are for people; the traces leave them out. */
static void skip_logs(struct play *play)
{
    while (play->next < play->out.count &&
           play->out.actions[play->next].kind == GATEWAY_ACTION_LOG)
        play->next++;
}

static void check_all_seen(struct play *play)
{
    skip_logs(play);
    if (play->next < play->out.count) {
        struct buf got = BUF_INIT(10000);
        name_action(&got, play, &play->out.actions[play->next]);
        fail_msg("line %d: nobody expects '%s' before it, in\n%s", play->line,
                 buf_text(&got), play->script);
    }
    gateway_out_release(&play->out);
    play->next = 0;
}

static void expect(struct play *play, struct str want)
{
    struct buf got = BUF_INIT(10000);
    skip_logs(play);
    if (play->next < play->out.count)
        name_action(&got, play, &play->out.actions[play->next++]);
    if (!str_eq(buf_str(&got), want))
        fail_msg("line %d: expected '%.*s', got '%s', in\n%s", play->line,
                 STR_ARG(want), buf_text(&got), play->script);
    buf_release(&got);
}

static void go_next(struct play *play, const char *range)
{
    int64_t least, most, due = gateway_deadline(play->gateway);
    assert_int_equal(sscanf(range, "%" SCNd64 "..%" SCNd64, &least, &most), 2);
    int64_t wait = due <= play->now ? 0 : due - play->now;
    if (due == INT64_MAX || wait < least || wait > most)
        fail_msg("line %d: due in %" PRId64 " ms, not in %s", play->line, wait,
                 range);
    play->now += wait;
    gateway_tick(play->gateway, play->now, &play->out);
}

static void go_wait(struct play *play, const char *ms)
{
    int64_t due = gateway_deadline(play->gateway);
    play->now += strtoll(ms, NULL, 10);
    if (due <= play->now)
        fail_msg("line %d: something is due", play->line);
    gateway_tick(play->gateway, play->now, &play->out);
}

static void go_pass(struct play *play, const char *ms)
{
    int64_t until = play->now + strtoll(ms, NULL, 10);
    while (play->out.count == 0 && gateway_deadline(play->gateway) <= until) {
        play->now = gateway_deadline(play->gateway);
        gateway_tick(play->gateway, play->now, &play->out);
        const struct gateway_action *action = &play->out.actions[0];
        if (action->kind == GATEWAY_ACTION_SEND &&
            str_starts(str_of(action->text), "{\"op\":1,")) {
            gateway_out_release(&play->out);
            gateway_receive(play->gateway, STR("{\"op\":11}"), play->now,
                            &play->out);
        }
    }
    if (play->out.count == 0)
        play->now = until;
}

static void go_url(struct play *play, const char *args)
{
    char url[200];
    int64_t left, reset, spent;
    assert_int_equal(sscanf(args, "%199s %" SCNd64 " %" SCNd64 " %" SCNd64, url,
                            &left, &reset, &spent),
                     4);
    gateway_url(play->gateway,
                strcmp(url, "none") == 0 ? STR_NONE : str_of(url), left, reset,
                spent, play->now, &play->out);
}

static void go(struct play *play, char *line)
{
    struct str text = str_of(line);
    check_all_seen(play);
    if (str_starts(text, "next "))
        go_next(play, line + 5);
    else if (str_starts(text, "wait "))
        go_wait(play, line + 5);
    else if (str_starts(text, "pass "))
        go_pass(play, line + 5);
    else if (str_starts(text, "url "))
        go_url(play, line + 4);
    else if (str_is(text, "opened"))
        gateway_opened(play->gateway, play->now, &play->out);
    else if (str_starts(text, "closed "))
        gateway_closed(play->gateway, (int)strtol(line + 7, NULL, 10),
                       STR("because"), play->now, &play->out);
    else
        gateway_receive(play->gateway, text, play->now, &play->out);
}

void play_on(struct play *play, const char *script)
{
    struct str rest = str_of(script), line;
    play->script = script;
    play->line = 0;
    while (str_cut(&rest, '\n', &line)) {
        play->line++;
        if (line.n < 2)
            continue;
        char *text = mem_alloc(line.n + 1);
        memcpy(text, line.s, line.n);
        for (char *c = text; *c != '\0'; c++)
            *c = *c == '\'' ? '"' : *c;
        if (text[0] == '>')
            go(play, text + 2);
        else if (text[0] == '<')
            expect(play, str_of(text + 2));
        else
            assert_string_equal(
                gateway_state_words(gateway_state(play->gateway)), text + 2);
        free(text);
    }
    check_all_seen(play);
}

void play_with(const struct gateway_config *with, const char *script)
{
    struct play play = {.gateway = gateway_new(with), .now = 0};
    play_on(&play, script);
    gateway_free(play.gateway);
}

void play(const char *script)
{
    struct gateway_config config = play_config;
    for (config.seed = 0; config.seed < 20; config.seed++)
        play_with(&config, script);
}
