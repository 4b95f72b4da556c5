/*
 * The gateway session when it is lost: op 7 and 9, close codes, the way back.
 */
#include "tests/lib/gateway_trace.h"

#include "bot/discord/gateway_close.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* ---- reconnect, invalid session ---- */

static void asked_to_reconnect_it_resumes_at_once(void **state)
{
    (void)state;
    play(LOGGED_IN "> {'op':7,'d':null}\n" LEAVE
                   "> next 0..0\n" CONNECT_RESUME HELLO RESUME_1 RESUMED);
}

static void asked_to_reconnect_before_hello(void **state)
{
    (void)state;
    play(LOGGED_IN "> closed 4000\n"
                   "> next 500..1000\n" CONNECT_RESUME "> opened\n"
                   "> {'op':7}\n" LEAVE
                   "> next 1000..2000\n" CONNECT_RESUME HELLO RESUME_1 RESUMED);
    play(CONNECT "> opened\n"
                 "> {'op':7}\n" LEAVE
                 "> next 0..0\n" CONNECT_AGAIN NEW_SESSION);
}

/* A server that says nothing else is not asked without end. */
static void asked_again_and_again_it_backs_off(void **state)
{
    (void)state;
    play(LOGGED_IN
         "> {'op':7}\n" LEAVE "> next 0..0\n" CONNECT_RESUME "> opened\n"
         "> {'op':7}\n" LEAVE "> next 1000..2000\n" CONNECT_RESUME "> opened\n"
         "> {'op':7}\n" LEAVE
         "> next 2000..4000\n" CONNECT_RESUME HELLO RESUME_1);
}

/* How long resuming fails is counted anew: what came meanwhile would be lost
 * with the session. */
static void resumed_long_ago_it_resumes_again(void **state)
{
    (void)state;
    play(LOGGED_IN
         "> {'op':7}\n" LEAVE
         "> next 0..0\n" CONNECT_RESUME HELLO RESUME_1 RESUMED "> {'op':11}\n"
         "> pass 30000\n> {'op':11}\n"
         "> pass 30000\n> {'op':11}\n"
         "> pass 30000\n> {'op':11}\n"
         "> pass 30000\n> {'op':11}\n"
         "> {'op':7}\n" LEAVE "> next 0..0\n" CONNECT_RESUME "> opened\n"
         "> {'op':7}\n" LEAVE "> next 1000..2000\n" CONNECT_RESUME HELLO
         "< SEND RESUME s1 2\n= resuming\n");
}

static void nothing_is_sent_or_read_after_leaving(void **state)
{
    (void)state;
    play(LOGGED_IN "> {'op':7}\n"
                   "< CLOSE 4000\n"
                   "> {'op':1}\n"
                   "> {'op':0,'s':9,'t':'GUILD_CREATE','d':{}}\n"
                   "> {'op':7}\n"
                   "> opened\n"
                   "> wait 3000\n"
                   "> closed 0\n"
                   "> next 0..0\n" CONNECT_RESUME HELLO RESUME_1);
}

static void session_invalid_but_resumable(void **state)
{
    (void)state;
    play(LOGGED_IN "> closed 0\n"
                   "> next 500..1000\n" CONNECT_RESUME HELLO RESUME_1
                   "> {'op':9,'d':true}\n" LEAVE
                   "> next 1000..5000\n" CONNECT_RESUME HELLO RESUME_1 RESUMED);
}

static void session_invalid(void **state)
{
    (void)state;
    play(LOGGED_IN "> wait 1\n"
                   "> {'op':9,'d':false}\n" DROPPED LEAVE
                   "> next 1000..5000\n" CONNECT_AGAIN "> opened\n"
                   "> {'op':10,'d':{'heartbeat_interval':40000}}\n"
                   /* never two identifies within 5 s */
                   "> pass 4500\n" IDENTIFY READY);
}

static void not_a_payload(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "> no\n",         "> []\n",        "> {}\n",           "> {'op':'1'}\n",
        "> {'op':1.5}\n", "> {'op':1}x\n", "> {'op':1,'d':\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char script[4000];
        (void)snprintf(script, sizeof script, "%s%s%s", LOGGED_IN, texts[i],
                       LEAVE "> next 500..1000\n" CONNECT_RESUME);
        play(script);
    }
}

/* A resume brings it again, and would for ever: then it is left out. */
static void not_a_payload_again(void **state)
{
    (void)state;
    play(LOGGED_IN "> {'op':0,\n" LEAVE
                   "> next 500..1000\n" CONNECT_RESUME HELLO RESUME_1
                   "> {'op':0,\n"
                   "> {'op':0,'s':3,'t':'A_NEW_ONE','d':{}}\n"
                   "< DISPATCH A_NEW_ONE 3 replayed\n" RESUMED);
}

static void unknown_payloads_are_ignored(void **state)
{
    (void)state;
    play(LOGGED_IN "> {'op':31,'s':77,'d':{}}\n"
                   "> {'op':0,'s':3,'t':null,'d':{}}\n"
                   "> {'op':11,'s':99}\n"
                   "> {'op':1,'s':99}\n"
                   "< SEND BEAT 1\n" /* a sequence counts in op 0 only */
                   "> {'op':0,'s':4,'t':'A_NEW_EVENT','d':[1]}\n"
                   "< DISPATCH A_NEW_EVENT 4\n"
                   "= ready\n");
}

static void ready_without_a_session(void **state)
{
    (void)state;
    play(CONNECT HELLO IDENTIFY "> {'op':0,'s':1,'t':'READY','d':{}}\n"
                                "< SESSION none\n"
                                "< DISPATCH READY 1\n"
                                "> closed 0\n"
                                "> next 500..1000\n" CONNECT_AGAIN);
}

/* ---- closes ---- */

static void every_close_code_has_its_action(void **state)
{
    (void)state;
    static const struct {
        int code;
        enum gateway_close_action action;
    } cases[] = {
        {0, GATEWAY_CLOSE_RESUME},    {1000, GATEWAY_CLOSE_RESUME},
        {1001, GATEWAY_CLOSE_RESUME}, {1006, GATEWAY_CLOSE_RESUME},
        {1011, GATEWAY_CLOSE_RESUME}, {3000, GATEWAY_CLOSE_RESUME},
        {4000, GATEWAY_CLOSE_RESUME}, {4001, GATEWAY_CLOSE_RESUME},
        {4002, GATEWAY_CLOSE_RESUME}, {4003, GATEWAY_CLOSE_IDENTIFY},
        {4004, GATEWAY_CLOSE_FATAL},  {4005, GATEWAY_CLOSE_RESUME},
        {4006, GATEWAY_CLOSE_RESUME}, {4007, GATEWAY_CLOSE_IDENTIFY},
        {4008, GATEWAY_CLOSE_RESUME}, {4009, GATEWAY_CLOSE_IDENTIFY},
        {4010, GATEWAY_CLOSE_FATAL},  {4011, GATEWAY_CLOSE_FATAL},
        {4012, GATEWAY_CLOSE_FATAL},  {4013, GATEWAY_CLOSE_FATAL},
        {4014, GATEWAY_CLOSE_FATAL},  {4015, GATEWAY_CLOSE_RESUME},
    };
    static const char *const after[] = {
        [GATEWAY_CLOSE_RESUME] =
            "= waiting to connect\n> next 500..1000\n" CONNECT_RESUME HELLO
                RESUME_1 RESUMED,
        [GATEWAY_CLOSE_IDENTIFY] =
            DROPPED "> next 500..1000\n" CONNECT_AGAIN
                    "> opened\n> {'op':10,'d':{'heartbeat_interval':40000}}\n"
                    "> pass 5000\n" IDENTIFY READY,
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char script[4000], fatal[100];
        int code = cases[i].code;
        (void)snprintf(fatal, sizeof fatal, "< FATAL %d\n= stopped\n", code);
        (void)snprintf(
            script, sizeof script, "%s> closed %d\n%s", LOGGED_IN, code,
            cases[i].action == GATEWAY_CLOSE_FATAL ? fatal
                                                   : after[cases[i].action]);
        play(script);
    }
}

static void fatal_stays_fatal(void **state)
{
    (void)state;
    play(LOGGED_IN "> closed 4004\n"
                   "< FATAL 4004\n"
                   "> opened\n"
                   "> {'op':1}\n"
                   "> closed 1000\n"
                   "> wait 1000000\n"
                   "= stopped\n");
}

/* The peer's reason to close may cross ours. */
static void fatal_code_counts_while_leaving(void **state)
{
    (void)state;
    play(LOGGED_IN "> {'op':7}\n"
                   "< CLOSE 4000\n"
                   "> closed 4004\n"
                   "< FATAL 4004\n"
                   "= stopped\n"
                   "> closed 4004\n"); /* nothing more */
    play(LOGGED_IN "> {'op':7}\n"
                   "< CLOSE 4000\n"
                   "> closed 4009\n" DROPPED "> next 0..0\n" CONNECT_AGAIN);
}

static void normal_closure_is_resumed_once(void **state)
{
    (void)state;
    play(LOGGED_IN "> closed 1000\n"
                   "> next 500..1000\n" CONNECT_RESUME HELLO RESUME_1
                   "> closed 1000\n" DROPPED
                   "> next 1000..2000\n" CONNECT_AGAIN);
    play(LOGGED_IN "> closed 1001\n"
                   "> next 500..1000\n" CONNECT_RESUME "> closed 0\n" DROPPED
                   "> next 1000..2000\n" CONNECT_AGAIN);
    play(LOGGED_IN "> closed 1000\n"
                   "> next 500..1000\n" CONNECT_RESUME HELLO RESUME_1 RESUMED
                   /* and another one is another try */
                   "> closed 1000\n"
                   "> next 500..1000\n" CONNECT_RESUME);
    /* Once resumed, it is forgotten: a loss is an ordinary loss. */
    play(LOGGED_IN "> closed 1000\n"
                   "> next 500..1000\n" CONNECT_RESUME HELLO RESUME_1 RESUMED
                   "> closed 0\n"
                   "> next 500..1000\n" CONNECT_RESUME "> closed 0\n"
                   "> next 1000..2000\n" CONNECT_RESUME);
}

static void resume_address_that_is_gone(void **state)
{
    (void)state;
    play(LOGGED_IN "> closed 0\n"
                   "> next 500..1000\n" CONNECT_RESUME "> closed 0\n"
                   "> next 1000..2000\n" CONNECT_RESUME "> opened\n"
                   "> closed 1006\n"
                   "> next 2000..4000\n" CONNECT_RESUME "> closed 0\n"
                   "> next 4000..8000\n" CONNECT_RESUME "> closed 0\n"
                   "> next 8000..16000\n" CONNECT_RESUME "> closed 0\n"
                   "> next 16000..32000\n" CONNECT_RESUME "> closed 0\n" DROPPED
                   "> next 30000..60000\n" CONNECT_AGAIN NEW_SESSION);
}

static void resumes_that_keep_dying(void **state)
{
    (void)state;
    play(LOGGED_IN
         "> closed 0\n"
         "> next 500..1000\n" CONNECT_RESUME HELLO RESUME_1 "> closed 1006\n"
         "> next 1000..2000\n" CONNECT_RESUME HELLO RESUME_1 "> closed 1006\n"
         "> next 2000..4000\n" CONNECT_RESUME HELLO RESUME_1 "> closed 1006\n"
         "> next 4000..8000\n" CONNECT_RESUME HELLO RESUME_1 "> closed 1006\n"
         "> next 8000..16000\n" CONNECT_RESUME HELLO RESUME_1 "> closed 1006\n"
         "> next 16000..32000\n" CONNECT_RESUME HELLO RESUME_1 "> closed 1006\n"
         "> next 30000..60000\n" CONNECT_RESUME HELLO RESUME_1);
    struct play play = {.gateway = gateway_new(&play_config)};
    play_on(&play, LOGGED_IN
            "> closed 0\n> next 500..1000\n" CONNECT_RESUME HELLO RESUME_1);
    play.now += 90000;
    play_on(&play, "> closed 1006\n" DROPPED);
    gateway_free(play.gateway);
}

static void backs_off_up_to_a_minute_and_starts_again(void **state)
{
    (void)state;
    play(CONNECT "> closed 0\n"
                 "> next 500..1000\n< FIND_URL\n> url none 0 0 0\n"
                 "> next 1000..2000\n< FIND_URL\n> url none 0 0 0\n"
                 "> next 2000..4000\n< FIND_URL\n> url none 0 0 0\n"
                 "> next 4000..8000\n< FIND_URL\n> url none 0 0 0\n"
                 "> next 8000..16000\n< FIND_URL\n> url none 0 0 0\n"
                 "> next 16000..32000\n< FIND_URL\n> url none 0 0 0\n"
                 "> next 30000..60000\n< FIND_URL\n> url none 0 0 0\n"
                 "> next 30000..60000\n< FIND_URL\n"
                 "> url wss://gw.test 1000 0 0\n" CONNECT_AGAIN NEW_SESSION
                 "> closed 0\n"
                 "> next 500..1000\n" CONNECT_RESUME);
}

/* ---- the identify budget ---- */

static void budget_nearly_spent_waits(void **state)
{
    (void)state;
    play("> next 0..0\n< FIND_URL\n"
         "> url wss://gw.test 19 7200000 0\n"
         "> next 7200000..7200000\n< FIND_URL\n"
         "> url wss://gw.test 19 5 0\n"
         "> next 60000..60000\n< FIND_URL\n"
         "> url wss://gw.test 1000 0 901\n"
         "> next 600000..600000\n< FIND_URL\n"
         "> url wss://gw.test 20 0 900\n" CONNECT_AGAIN);
}

/* What we spend between two answers counts too. */
static void budget_is_asked_again_when_it_runs_out(void **state)
{
    (void)state;
    play("> next 0..0\n< FIND_URL\n"
         "> url wss://gw.test 20 0 0\n" CONNECT_AGAIN HELLO IDENTIFY READY
         "> closed 4009\n" DROPPED "> next 500..1000\n< FIND_URL\n");
}

static void resuming_needs_no_budget(void **state)
{
    (void)state;
    struct play play = {.gateway = gateway_new(&play_config)};
    gateway_restore(play.gateway, STR("s1"), STR_NONE, 1);
    play_on(
        &play,
        "> next 0..0\n< FIND_URL\n"
        "> url wss://gw.test 0 7200000 1000\n" CONNECT_AGAIN HELLO RESUME_1);
    gateway_free(play.gateway);
}

/* A process that dies at once and is started again, for ever. */
static void a_restart_waits_between_identifies(void **state)
{
    (void)state;
    static const struct {
        int64_t ago;
        const char *then;
    } cases[] = {
        {0, "> next 5500..5500\n" IDENTIFY},
        {4500, "> next 1000..1000\n" IDENTIFY},
        {5500, IDENTIFY},
        {-1, "> next 5500..5500\n" IDENTIFY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gateway_config config = play_config;
        config.seed = 6; /* whose first beat comes late */
        struct play play = {.gateway = gateway_new(&config)};
        char script[4000];
        gateway_restore_identify(play.gateway, cases[i].ago, 0);
        (void)snprintf(script, sizeof script, CONNECT HELLO "%s",
                       cases[i].then);
        play_on(&play, script);
        gateway_free(play.gateway);
    }
}

static void a_token_too_long_stops(void **state)
{
    (void)state;
    char token[5000];
    memset(token, 'x', sizeof token);
    token[sizeof token - 1] = '\0';
    struct gateway_config with = {.token = token, .intents = 1};
    play_with(&with, CONNECT HELLO "< CLOSE 4000\n< FATAL 4004\n= stopped\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asked_to_reconnect_it_resumes_at_once),
        cmocka_unit_test(asked_to_reconnect_before_hello),
        cmocka_unit_test(asked_again_and_again_it_backs_off),
        cmocka_unit_test(resumed_long_ago_it_resumes_again),
        cmocka_unit_test(nothing_is_sent_or_read_after_leaving),
        cmocka_unit_test(session_invalid_but_resumable),
        cmocka_unit_test(session_invalid),
        cmocka_unit_test(not_a_payload),
        cmocka_unit_test(not_a_payload_again),
        cmocka_unit_test(unknown_payloads_are_ignored),
        cmocka_unit_test(ready_without_a_session),
        cmocka_unit_test(every_close_code_has_its_action),
        cmocka_unit_test(fatal_stays_fatal),
        cmocka_unit_test(fatal_code_counts_while_leaving),
        cmocka_unit_test(normal_closure_is_resumed_once),
        cmocka_unit_test(resume_address_that_is_gone),
        cmocka_unit_test(resumes_that_keep_dying),
        cmocka_unit_test(backs_off_up_to_a_minute_and_starts_again),
        cmocka_unit_test(budget_nearly_spent_waits),
        cmocka_unit_test(budget_is_asked_again_when_it_runs_out),
        cmocka_unit_test(resuming_needs_no_budget),
        cmocka_unit_test(a_restart_waits_between_identifies),
        cmocka_unit_test(a_token_too_long_stops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
