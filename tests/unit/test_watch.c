/* A probe's alert on its way to the record. */
#include "bot/watch/watch.h"
#include "tests/lib/peer.h"
#include "tests/lib/scratch.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

#define GUARD_SECONDS 60

/* One probe of a server that answers 502; checked on request. */
struct scene {
    uv_loop_t loop;
    struct store *store;
    struct peer *peer;
    char target[80];
    struct probe probe;
    struct config config;
    struct watch *watch;
    int ran;
};

static void came(struct peer_link *link, void *context)
{
    (void)context;
    if (memmem(link->in.s, link->in.n, "\r\n\r\n", 4) == NULL)
        return;
    peer_take(link, link->in.n);
    peer_say(link, STR("HTTP/1.1 502 Ill\r\nContent-Length: 0\r\n\r\n"));
}

static void gone(struct peer_link *link, void *context)
{
    (void)link;
    (void)context;
}

static void on_wake(void *context)
{
    (void)context;
}

/* As a process does that starts. */
static void start_watch(struct scene *scene)
{
    struct buf why = BUF_INIT(500);
    scene->watch = watch_new(&(struct watch_config){.loop = &scene->loop,
                                                    .store = scene->store,
                                                    .config = &scene->config,
                                                    .wake = on_wake,
                                                    .context = scene},
                             &why);
    assert_non_null(scene->watch);
}

static void open_scene(struct scene *scene, const struct scratch *scratch)
{
    static char name[] = "forum https", service[] = "forum", empty[] = "";
    const struct peer_handlers handlers = {came, gone, scene};
    *scene = (struct scene){.ran = 0};
    assert_int_equal(uv_loop_init(&scene->loop), 0);
    scene->store = scratch_open(scratch);
    scene->peer = peer_new(&scene->loop, &handlers);
    (void)snprintf(scene->target, sizeof scene->target, "http://127.0.0.1:%d/",
                   peer_port(scene->peer));
    scene->probe = (struct probe){.name = name,
                                  .service = service,
                                  .kind = PROBE_HTTP,
                                  .target = scene->target,
                                  .interval_s = 3600,
                                  .timeout_s = 30,
                                  .down_after = 1,
                                  .of = 1,
                                  .ca_file = empty,
                                  .expect_text = empty,
                                  .credentials_file = empty};
    scene->config.probes = (struct probes){&scene->probe, 1};
    scene->config.announce_channel_id = 7;
    start_watch(scene);
}

static void close_scene(struct scene *scene)
{
    watch_free(scene->watch);
    peer_free(scene->peer);
    assert_int_equal(uv_run(&scene->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&scene->loop), 0);
    store_close(scene->store);
}

static void on_ran(const struct probe_status *status, void *context)
{
    (void)status;
    ((struct scene *)context)->ran++;
}

static void check(struct scene *scene)
{
    int before = scene->ran;
    probes_run(watch_probes(scene->watch), 0, on_ran, scene);
    while (scene->ran == before)
        (void)uv_run(&scene->loop, UV_RUN_ONCE);
}

/* As the shell's turn has it. */
static void turn(struct scene *scene, bool is_kept)
{
    struct alerts_desk *alerts = watch_alerts(scene->watch);
    struct probe_runner *probes = watch_probes(scene->watch);
    int64_t now_ms = clock_wall_ms();
    bool accepted = false;
    assert_int_equal(store_begin(scene->store), ERR_OK);
    if (probes != NULL)
        assert_int_equal(probes_settle(probes, now_ms), ERR_OK);
    assert_int_equal(alerts_settle(alerts, now_ms, &accepted), ERR_OK);
    if (is_kept)
        assert_int_equal(store_commit(scene->store), ERR_OK);
    else
        store_rollback(scene->store);
    if (probes != NULL)
        probes_ended(probes, is_kept);
    alerts_ended(alerts, is_kept);
}

static void a_turn_that_fails_loses_no_alert(void **state)
{
    const struct scratch *scratch = *state;
    struct scene scene;
    open_scene(&scene, scratch);
    check(&scene);
    turn(&scene, false);
    assert_int_equal(scratch_number(scratch, "SELECT count(*) FROM alert"), 0);
    check(&scene);
    turn(&scene, true);
    assert_int_equal(scratch_number(scratch, "SELECT count(*) FROM alert"
                                             " WHERE key = 'forum https'"),
                     1);
    assert_int_equal(scratch_number(scratch, "SELECT count(*) FROM probe"
                                             " WHERE told = 'down'"),
                     1);
    check(&scene);
    turn(&scene, true);
    assert_int_equal(scratch_number(scratch, "SELECT sum(times) FROM alert"),
                     1);
    close_scene(&scene);
}

/* A card stands for days: "down since 18:53" would be today to whoever reads
 * it. */
static void a_card_tells_the_day_since_when_a_probe_is_down(void **state)
{
    const struct incident in = {.services = "forum\n"};
    struct buf words = BUF_INIT(1000);
    struct scene scene;
    open_scene(&scene, *state);
    check(&scene);
    watch_add_probes(&in, &words, scene.watch);
    const char *at = strstr(buf_text(&words), "forum https down since <t:");
    assert_non_null(at);
    assert_non_null(strstr(at, ":f>"));
    buf_release(&words);
    close_scene(&scene);
}

/* Whoever watched it is not in the settings any more, or is called otherwise:
 * nobody else would ever say that it is over. */
static void what_nobody_watches_any_more_does_not_fire(void **state)
{
    static char renamed[] = "forum web", monitor[] = "kuma";
    static const struct alert told[] = {
        {.source = {monitor, 4}, .key = {"mail", 4}, .is_firing = true},
        {.source = {"gone", 4}, .key = {"mail", 4}, .is_firing = true},
    };
    const char *fire = "SELECT count(*) FROM alert WHERE ended_ms = 0";
    const struct scratch *scratch = *state;
    struct alert_source source = {.name = monitor};
    struct incident in = {0};
    struct request request = scratch_declare(1, "The forum is down");
    struct scene scene;
    open_scene(&scene, scratch);
    scene.config.alert_sources = (struct alert_sources){&source, 1};
    request.draft.service = STR("forum");
    assert_int_equal(scratch_take(scene.store, &in, &request, SCRATCH_NOW_MS),
                     VERDICT_ACCEPTED);
    check(&scene);
    alerts_hand_in(watch_alerts(scene.watch), told, 2, NULL, NULL);
    turn(&scene, true);
    assert_int_equal(scratch_number(scratch, fire), 3);
    watch_free(scene.watch);
    start_watch(&scene);
    turn(&scene, true);
    assert_int_equal(scratch_number(scratch, "SELECT count(*) FROM alert WHERE"
                                             " ended_ms = 0 AND source ="
                                             " 'forum https'"),
                     1); /* it is watched */
    watch_free(scene.watch);
    scene.probe.name = renamed;
    start_watch(&scene);
    turn(&scene, false);
    assert_int_equal(scratch_number(scratch, fire), 2);
    turn(&scene, true);
    assert_int_equal(scratch_number(scratch, fire), 1);
    assert_int_equal(scratch_number(scratch, "SELECT count(*) FROM alert WHERE"
                                             " ended_ms = 0 AND source ="
                                             " 'kuma'"),
                     1);
    assert_int_equal(scratch_number(scratch,
                                    "SELECT count(*) FROM event WHERE"
                                    " alert_state = 'over' AND text"
                                    " LIKE 'No longer watched after %'"),
                     1);
    close_scene(&scene);
}

/* It was taken out of the settings while it was down, and is again. */
static void what_is_watched_again_begins_anew(void **state)
{
    const struct scratch *scratch = *state;
    struct scene scene;
    char sql[120];
    open_scene(&scene, scratch);
    check(&scene);
    turn(&scene, true);
    for (int count = 0; count <= 1; count++) {
        watch_free(scene.watch);
        scene.config.probes.count = count;
        start_watch(&scene);
        turn(&scene, true);
    }
    (void)snprintf(sql, sizeof sql,
                   "SELECT count(*) FROM alert WHERE ended_ms = 0 AND"
                   " started_ms >= %lld",
                   (long long)clock_wall_ms());
    check(&scene);
    turn(&scene, true);
    assert_int_equal(scratch_number(scratch, sql), 1);
    close_scene(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_card_tells_the_day_since_when_a_probe_is_down, scratch_setup,
            scratch_teardown),
        cmocka_unit_test_setup_teardown(
            what_nobody_watches_any_more_does_not_fire, scratch_setup,
            scratch_teardown),
        cmocka_unit_test_setup_teardown(what_is_watched_again_begins_anew,
                                        scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(a_turn_that_fails_loses_no_alert,
                                        scratch_setup, scratch_teardown),
    };
    (void)signal(SIGPIPE, SIG_IGN);
    (void)alarm(GUARD_SECONDS);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
