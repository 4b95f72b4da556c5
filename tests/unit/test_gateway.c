/*
 * The gateway session from CONNECT to READY, and its heartbeats.
 */
#include "bot/discord/gateway_send.h"
#include "tests/lib/gateway_trace.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* ---- connecting and logging in ---- */

static void connects_identifies_is_ready(void **state)
{
    (void)state;
    play("= waiting to connect\n" CONNECT "= connecting\n"
         "> opened\n"
         "= waiting for hello\n"
         "> {'op':10,'d':{'heartbeat_interval':40000}}\n" IDENTIFY READY);
}

static void asks_for_the_url_until_it_is_told(void **state)
{
    (void)state;
    play("> next 0..0\n"
         "< FIND_URL\n"
         "> url none 0 0 0\n"
         "> next 500..1000\n"
         "< FIND_URL\n"
         "> url https://gw.test 1000 0 0\n" /* no websocket */
         "> next 1000..2000\n"
         "< FIND_URL\n"
         "> url wss://gw.test 1000 0 0\n" CONNECT_AGAIN);
}

static void url_gets_its_query(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        bool compress;
        const char *full;
    } cases[] = {
        {"wss://gw.test", false, "wss://gw.test/?v=10&encoding=json"},
        {"wss://gw.test/", false, "wss://gw.test/?v=10&encoding=json"},
        {"wss://gw.test", true,
         "wss://gw.test/?v=10&encoding=json&compress=zlib-stream"},
        {"wss://gw.test/", true,
         "wss://gw.test/?v=10&encoding=json&compress=zlib-stream"},
        {"wss://gw.test/?v=9", false, "wss://gw.test/?v=10&encoding=json"},
        {"ws://127.0.0.1:80/gw", false,
         "ws://127.0.0.1:80/gw?v=10&encoding=json"},
        {"ws://127.0.0.1:80/gw/", true,
         "ws://127.0.0.1:80/gw/?v=10&encoding=json&compress=zlib-stream"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char script[500];
        struct gateway_config with = play_config;
        with.compress = cases[i].compress;
        (void)snprintf(script, sizeof script,
                       "> next 0..0\n< FIND_URL\n> url %s 1000 0 0\n"
                       "< CONNECT %s\n",
                       cases[i].url, cases[i].full);
        play_with(&with, script);
    }
}

static void resume_url_gets_the_same_query(void **state)
{
    (void)state;
    struct gateway_config with = play_config;
    with.compress = true;
    play_with(&with,
              "> next 0..0\n"
              "< FIND_URL\n"
              "> url wss://gw.test 1000 0 0\n"
              "< CONNECT "
              "wss://gw.test/?v=10&encoding=json&compress=zlib-stream\n" HELLO
                  IDENTIFY READY "> closed 0\n"
              "> next 500..1000\n"
              "< CONNECT "
              "wss://re.test/?v=10&encoding=json&compress=zlib-stream\n");
}

static void resumes_a_session_of_the_last_run(void **state)
{
    (void)state;
    struct play play = {.gateway = gateway_new(&play_config)};
    gateway_restore(play.gateway, STR("old"), STR("wss://re.test"), 41);
    play_on(&play, "> next 0..0\n" CONNECT_RESUME HELLO "< SEND RESUME old 41\n"
                   "> {'op':0,'s':42,'t':'INTERACTION_CREATE','d':{}}\n"
                   "< DISPATCH INTERACTION_CREATE 42 replayed\n"
                   "> {'op':0,'s':43,'t':'RESUMED','d':{}}\n"
                   "< DISPATCH RESUMED 43\n"
                   /* this may have been the RESUMED of an earlier resume */
                   "> {'op':0,'s':44,'t':'INTERACTION_CREATE','d':{}}\n"
                   "< DISPATCH INTERACTION_CREATE 44 replayed\n"
                   "> wait 1000\n"
                   "> {'op':0,'s':45,'t':'INTERACTION_CREATE','d':{}}\n"
                   "< DISPATCH INTERACTION_CREATE 45\n");
    assert_int_equal(gateway_seq(play.gateway), 45);
    gateway_free(play.gateway);
}

/* Without its own address a session resumes at the common one. */
static void resumes_without_a_resume_url(void **state)
{
    (void)state;
    struct play play = {.gateway = gateway_new(&play_config)};
    gateway_restore(play.gateway, STR("old"), STR("ftp://re.test"), 41);
    play_on(&play, CONNECT HELLO "< SEND RESUME old 41\n");
    gateway_free(play.gateway);
}

static void hello_that_never_comes(void **state)
{
    (void)state;
    play(CONNECT "> opened\n"
                 "> next 20000..20000\n" LEAVE
                 /* the cached address may be the reason */
                 "> next 500..1000\n"
                 "< FIND_URL\n");
}

static void socket_that_never_opens(void **state)
{
    (void)state;
    play(CONNECT "> next 30000..30000\n" LEAVE "> next 500..1000\n"
                 "< FIND_URL\n");
}

/* In an outage Discord acknowledges beats and withholds READY. */
static void ready_that_never_comes(void **state)
{
    (void)state;
    play(CONNECT HELLO IDENTIFY
         "> next 0..40000\n"
         "< SEND BEAT null\n"
         "> {'op':11}\n"
         "> next 40000..40000\n"
         "< SEND BEAT null\n"
         "> {'op':11}\n"
         "> next 40000..40000\n"
         "< SEND BEAT null\n"
         "= identifying\n"
         /* lost without a session: identify */
         "> closed 0\n"
         "> next 500..1000\n" CONNECT_AGAIN HELLO IDENTIFY);
}

static void hello_without_an_interval(void **state)
{
    (void)state;
    play(CONNECT "> opened\n"
                 "> {'op':10,'d':{'heartbeat_interval':-1}}\n" LEAVE);
    play(CONNECT "> opened\n"
                 "> {'op':10}\n" LEAVE);
}

static void second_hello_identifies_once(void **state)
{
    (void)state;
    play(CONNECT HELLO IDENTIFY "> {'op':10,'d':{'heartbeat_interval':30000}}\n"
                                "> next 0..30000\n"
                                "< SEND BEAT null\n");
}

/* ---- heartbeats ---- */

static void beats_on_time(void **state)
{
    (void)state;
    play(LOGGED_IN "> next 0..40000\n"
                   "< SEND BEAT 1\n"
                   "> {'op':11}\n"
                   "> {'op':0,'s':5,'t':'GUILD_CREATE','d':{}}\n"
                   "< DISPATCH GUILD_CREATE 5\n"
                   "> next 40000..40000\n"
                   "< SEND BEAT 5\n");
}

static void first_beats_are_spread_over_the_interval(void **state)
{
    (void)state;
    int64_t least = INT64_MAX, most = 0;
    for (uint64_t seed = 0; seed < 200; seed++) {
        struct gateway_config config = play_config;
        config.seed = seed;
        struct play play = {.gateway = gateway_new(&config)};
        play_on(&play, CONNECT HELLO IDENTIFY);
        int64_t first = gateway_deadline(play.gateway);
        least = first < least ? first : least;
        most = first > most ? first : most;
        gateway_free(play.gateway);
    }
    assert_in_range(least, 0, 2000);
    assert_in_range(most, 38000, 39999);
}

static void missed_ack_is_a_dead_connection(void **state)
{
    (void)state;
    play(LOGGED_IN "> next 0..40000\n"
                   "< SEND BEAT 1\n"
                   "> next 40000..40000\n" LEAVE
                   "> next 500..1000\n" CONNECT_RESUME HELLO RESUME_1
                   /* the flag of the old connection is not carried over */
                   "> next 0..40000\n"
                   "< SEND BEAT 1\n");
}

static void asked_for_a_beat_it_answers_at_once(void **state)
{
    (void)state;
    play(CONNECT HELLO IDENTIFY "> {'op':1,'d':null}\n"
                                "< SEND BEAT null\n" READY "> {'op':1}\n"
                                "< SEND BEAT 1\n"
                                /* and the beat on time needs no ACK of it */
                                "> next 0..40000\n"
                                "< SEND BEAT 1\n");
}

static void sends_no_more_than_discord_allows(void **state)
{
    (void)state;
    struct play play = {.gateway = gateway_new(&play_config)};
    play_on(&play, CONNECT HELLO IDENTIFY);
    int sent = 1; /* identify */
    for (int i = 0; i < 500; i++) {
        gateway_receive(play.gateway, STR("{\"op\":1}"), play.now, &play.out);
        sent += play.out.count;
        gateway_out_release(&play.out);
    }
    assert_int_equal(sent, 115); /* 5 are kept for the beats */
    play_on(&play, "> next 0..40000\n"
                   "< SEND BEAT null\n"
                   "> {'op':11}\n");
    /* One answer is owed, and comes when the identify has left the window. */
    int64_t owed = gateway_deadline(play.gateway);
    while (owed < 60000) { /* beats on time go on */
        play.now = owed;
        gateway_tick(play.gateway, owed, &play.out);
        gateway_out_release(&play.out);
        gateway_receive(play.gateway, STR("{\"op\":11}"), owed, &play.out);
        owed = gateway_deadline(play.gateway);
    }
    assert_int_equal(owed, 60000);
    play.now = owed;
    gateway_tick(play.gateway, owed, &play.out);
    assert_int_equal(play.out.count, 1);
    assert_int_equal(play.out.actions[0].kind, GATEWAY_ACTION_SEND);
    gateway_out_release(&play.out);
    gateway_free(play.gateway);
}

static void a_new_connection_has_a_window_of_its_own(void **state)
{
    (void)state;
    struct play play = {.gateway = gateway_new(&play_config)};
    play_on(&play, LOGGED_IN);
    for (int i = 0; i < 500; i++) {
        gateway_receive(play.gateway, STR("{\"op\":1}"), play.now, &play.out);
        gateway_out_release(&play.out);
    }
    play_on(&play,
            "> {'op':7}\n" LEAVE "> next 0..0\n" CONNECT_RESUME HELLO RESUME_1);
    gateway_free(play.gateway);
}

static void the_window_slides(void **state)
{
    (void)state;
    struct send_window window = {0};
    for (int i = 0; i < 115; i++) {
        assert_int_equal(send_window_wait(&window, false, i), 0);
        send_window_count(&window, i);
    }
    assert_int_equal(send_window_wait(&window, false, 200), 59800);
    for (int i = 115; i < 120; i++) {
        assert_int_equal(send_window_wait(&window, true, 200), 0);
        send_window_count(&window, 200);
    }
    assert_int_equal(send_window_wait(&window, true, 59999), 1);
    assert_int_equal(send_window_wait(&window, true, 60000), 0);
    /* Six have to leave before one of the others may go. */
    assert_int_equal(send_window_wait(&window, false, 60000), 5);
    assert_int_equal(send_window_wait(&window, false, 60005), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connects_identifies_is_ready),
        cmocka_unit_test(asks_for_the_url_until_it_is_told),
        cmocka_unit_test(url_gets_its_query),
        cmocka_unit_test(resume_url_gets_the_same_query),
        cmocka_unit_test(resumes_a_session_of_the_last_run),
        cmocka_unit_test(resumes_without_a_resume_url),
        cmocka_unit_test(hello_that_never_comes),
        cmocka_unit_test(socket_that_never_opens),
        cmocka_unit_test(ready_that_never_comes),
        cmocka_unit_test(hello_without_an_interval),
        cmocka_unit_test(second_hello_identifies_once),
        cmocka_unit_test(beats_on_time),
        cmocka_unit_test(first_beats_are_spread_over_the_interval),
        cmocka_unit_test(missed_ack_is_a_dead_connection),
        cmocka_unit_test(asked_for_a_beat_it_answers_at_once),
        cmocka_unit_test(sends_no_more_than_discord_allows),
        cmocka_unit_test(a_new_connection_has_a_window_of_its_own),
        cmocka_unit_test(the_window_slides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
