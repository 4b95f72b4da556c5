#include "bot/base/civil.h"
#include "bot/watch/probe_runner.h"
#include "storage/samples.h"
#include "tests/lib/peer.h"
#include "tests/lib/scratch.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

#define GUARD_SECONDS 60

/* Two probes of one server, run on request only: their own turn does not come
 * within the test. */
struct scene {
    uv_loop_t loop;
    struct store *store;
    struct peer *peer;
    bool is_ill;
    char target[80];
    struct probe all[2];
    struct probes probes;
    struct probe_runner *runner;
    struct buf told;   /* a line an alert */
    struct alert last; /* its times only */
    void *receipt;     /* of it */
    int wakes, ran, results;
};

static void came(struct peer_link *link, void *context)
{
    struct scene *scene = context;
    if (memmem(link->in.s, link->in.n, "\r\n\r\n", 4) == NULL)
        return;
    peer_take(link, link->in.n);
    peer_say(link, scene->is_ill
                       ? STR("HTTP/1.1 502 Ill\r\nContent-Length: 0\r\n\r\n")
                       : STR("HTTP/1.1 200 Well\r\nContent-Length: 0\r\n\r\n"));
}

static void gone(struct peer_link *link, void *context)
{
    (void)link;
    (void)context;
}

static void on_alert(const struct alert *alert, void *receipt, void *context)
{
    struct scene *scene = context;
    assert_true(alert->by_probe);
    assert_true(alert->is_warning || str_eq(alert->source, alert->key));
    assert_int_equal(alert->severity, SEVERITY_NONE);
    buf_addf(&scene->told, "%s %.*s | %.*s | %.*s\n",
             alert->is_firing ? "fires" : "ends", STR_ARG(alert->title),
             STR_ARG(alert->service), STR_ARG(alert->link));
    /* The room shows both, one behind the other. */
    assert_true(alert->link.n == 0 ||
                memmem(alert->text.s, alert->text.n, alert->link.s,
                       alert->link.n) == NULL);
    scene->last = *alert;
    scene->receipt = receipt;
}

static void on_result(const struct probe_status *status, void *context)
{
    assert_true(status->last_ms > 0);
    ((struct scene *)context)->results++;
}

static void on_wake(void *context)
{
    ((struct scene *)context)->wakes++;
}

static void start(struct scene *scene)
{
    scene->runner = probes_new(&(struct probes_config){
        .loop = &scene->loop,
        .store = scene->store,
        .probes = &scene->probes,
        .user_agent = "opsroom test",
        .on_alert = on_alert,
        .alert_context = scene,
        .on_result = on_result,
        .result_context = scene,
        .wake = on_wake,
        .wake_context = scene,
    });
    assert_non_null(scene->runner);
}

static void open_scene(struct scene *scene, const struct scratch *scratch)
{
    static char forum[] = "forum https", mail[] = "mail https",
                service[] = "forum", empty[] = "";
    *scene = (struct scene){.told = BUF_INIT(10000)};
    const struct peer_handlers handlers = {came, gone, scene};
    assert_int_equal(uv_loop_init(&scene->loop), 0);
    scene->store = scratch_open(scratch);
    scene->peer = peer_new(&scene->loop, &handlers);
    (void)snprintf(scene->target, sizeof scene->target,
                   "http://127.0.0.1:%d/health?key=hunter2",
                   peer_port(scene->peer));
    for (int i = 0; i < 2; i++)
        scene->all[i] = (struct probe){
            .name = i == 0 ? forum : mail,
            .service = i == 0 ? service : empty,
            .kind = PROBE_HTTP,
            .target = scene->target,
            .interval_s = 3600,
            .timeout_s = 30,
            .down_after = 2,
            .of = 3,
            .ca_file = empty,
            .expect_text = empty,
            .credentials_file = empty,
        };
    scene->probes = (struct probes){scene->all, 2};
    start(scene);
}

static void close_scene(struct scene *scene)
{
    probes_free(scene->runner);
    probes_free(NULL);
    peer_free(scene->peer);
    buf_release(&scene->told);
    assert_int_equal(uv_run(&scene->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&scene->loop), 0);
    store_close(scene->store);
}

static void on_ran(const struct probe_status *status, void *context)
{
    assert_false(status->is_running);
    ((struct scene *)context)->ran++;
}

static void check(struct scene *scene, int index, bool is_ill)
{
    int before = scene->ran;
    scene->is_ill = is_ill;
    probes_run(scene->runner, index, on_ran, scene);
    assert_int_equal(scene->ran, before);
    while (scene->ran == before)
        (void)uv_run(&scene->loop, UV_RUN_ONCE);
}

static void settle(struct scene *scene)
{
    assert_int_equal(store_begin(scene->store), ERR_OK);
    assert_int_equal(probes_settle(scene->runner, clock_wall_ms()), ERR_OK);
    assert_int_equal(store_commit(scene->store), ERR_OK);
    probes_ended(scene->runner, true);
    assert_false(probes_have_work(scene->runner));
}

static void restart(struct scene *scene)
{
    probes_free(scene->runner);
    start(scene);
}

static void expect_told(struct scene *scene, const char *lines)
{
    char with_port[600] = "";
    struct buf expected = BUF_IN(with_port);
    struct str rest = str_of(lines), line;
    while (str_cut(&rest, '\n', &line))
        if (line.n > 0)
            buf_addf(&expected, "%.*s | http://127.0.0.1:%d/health\n",
                     STR_ARG(line), peer_port(scene->peer));
    assert_string_equal(buf_text(&scene->told), with_port);
    buf_clear(&scene->told);
}

static bool count_sample(const struct sample *sample, void *context)
{
    *(int64_t *)context += sample->good * 100 + sample->bad;
    return true;
}

static int64_t samples(struct scene *scene, const char *name)
{
    int64_t count = 0;
    assert_int_equal(store_each_sample(scene->store, str_of(name), 0, INT64_MAX,
                                       count_sample, &count),
                     ERR_OK);
    return count;
}

static void changes_are_told_once(void **state)
{
    struct scene scene;
    open_scene(&scene, *state);
    int64_t before_ms = clock_wall_ms();
    check(&scene, 0, false);
    check(&scene, 0, false);
    expect_told(&scene, "");
    check(&scene, 0, true);
    expect_told(&scene, "");
    check(&scene, 0, true);
    expect_told(&scene, "fires forum https is down | forum");
    int64_t started_ms = scene.last.started_ms;
    assert_true(started_ms >= before_ms);
    assert_int_equal(scene.last.ended_ms, 0);
    check(&scene, 0, true);
    check(&scene, 0, false);
    expect_told(&scene, "");
    check(&scene, 0, false);
    expect_told(&scene, "ends forum https is up again | forum");
    assert_int_equal(scene.last.started_ms, started_ms);
    assert_true(scene.last.ended_ms > started_ms);
    assert_int_equal(scene.results, 7);
    assert_true(probes_have_work(scene.runner));
    settle(&scene);
    close_scene(&scene);
}

static void a_status_says_how_it_stands(void **state)
{
    struct scene scene;
    open_scene(&scene, *state);
    assert_int_equal(probes_count(scene.runner), 2);
    assert_int_equal(probes_find(scene.runner, STR("MAIL https")), 1);
    assert_int_equal(probes_find(scene.runner, STR("mail")), -1);
    struct probe_status status = probes_status(scene.runner, 1);
    assert_int_equal(status.state, PROBE_UNKNOWN);
    assert_int_equal(status.last_ms, 0);
    check(&scene, 1, true);
    check(&scene, 1, true);
    status = probes_status(scene.runner, 1);
    assert_int_equal(status.state, PROBE_DOWN);
    assert_true(str_starts(str_of(status.last.words), "502 Bad Gateway"));
    assert_true(status.since_ms > 0 && status.since_ms <= status.last_ms);
    probes_watch(scene.runner, 1, clock_wall_ms() + MS_PER_HOUR);
    status = probes_status(scene.runner, 1);
    assert_true(status.is_running);
    assert_true(status.watched_until_ms > status.last_ms);
    assert_ptr_equal(status.probe, &scene.all[1]);
    /* Who asks while a check is under way hears of that one. */
    int links = peer_links(scene.peer);
    check(&scene, 1, true);
    assert_int_equal(peer_links(scene.peer), links + 1);
    close_scene(&scene);
}

/* No alert and no command brings a turn: it asks for one within seconds. */
static void samples_bring_a_turn_of_their_own(void **state)
{
    struct scene scene;
    open_scene(&scene, *state);
    for (int i = 0; i < 3; i++) {
        settle(&scene);
        check(&scene, 0, false); /* all is well from the second on */
    }
    (void)uv_run(&scene.loop, UV_RUN_NOWAIT);
    assert_false(probes_have_work(scene.runner));
    assert_in_range(uv_backend_timeout(&scene.loop), 1, 5000);
    close_scene(&scene);
}

static void samples_go_to_the_store_with_a_turn(void **state)
{
    struct scene scene;
    open_scene(&scene, *state);
    check(&scene, 0, false);
    check(&scene, 1, true);
    assert_int_equal(samples(&scene, "forum https"), 0);
    settle(&scene);
    assert_int_equal(samples(&scene, "forum https"), 100);
    assert_int_equal(samples(&scene, "mail https"), 1);
    settle(&scene);
    check(&scene, 0, false);
    settle(&scene);
    assert_int_equal(samples(&scene, "forum https"), 200);
    close_scene(&scene);
}

static void a_turn_that_fails_loses_nothing(void **state)
{
    struct scene scene;
    open_scene(&scene, *state);
    for (int i = 0; i < 2; i++)
        check(&scene, 0, true);
    expect_told(&scene, "fires forum https is down | forum");
    assert_int_equal(store_begin(scene.store), ERR_OK);
    assert_int_equal(probes_settle(scene.runner, clock_wall_ms()), ERR_OK);
    store_rollback(scene.store);
    probes_ended(scene.runner, false);
    assert_int_equal(samples(&scene, "forum https"), 0);
    check(&scene, 0, true);
    settle(&scene);
    assert_int_equal(samples(&scene, "forum https"), 3);
    restart(&scene);
    check(&scene, 0, false);
    check(&scene, 0, false);
    expect_told(&scene, "ends forum https is up again | forum");
    close_scene(&scene);
}

/* The turn that should have kept it fails, and the disk is well afterwards. */
static void an_alert_that_is_not_kept_is_told_again(void **state)
{
    struct scene scene;
    open_scene(&scene, *state);
    for (int i = 0; i < 2; i++)
        check(&scene, 0, false);
    for (int i = 0; i < 2; i++)
        check(&scene, 0, true);
    expect_told(&scene, "fires forum https is down | forum");
    int64_t started_ms = scene.last.started_ms;
    probes_told(false, scene.receipt);
    settle(&scene);
    assert_in_range(uv_backend_timeout(&scene.loop), 1, 5 * MS_PER_SECOND);
    check(&scene, 0, true);
    expect_told(&scene, "fires forum https is down | forum");
    assert_int_equal(scene.last.started_ms, started_ms);
    probes_told(true, scene.receipt);
    check(&scene, 0, true);
    expect_told(&scene, "");
    for (int i = 0; i < 2; i++)
        check(&scene, 0, false);
    expect_told(&scene, "ends forum https is up again | forum");
    probes_told(false, scene.receipt);
    check(&scene, 0, false);
    expect_told(&scene, "ends forum https is up again | forum");
    probes_told(true, scene.receipt);
    settle(&scene);
    restart(&scene);
    check(&scene, 0, false);
    check(&scene, 0, false);
    expect_told(&scene, "");
    /* A process that begins while it is down tells in vain, too. */
    for (int i = 0; i < 2; i++)
        check(&scene, 0, true);
    probes_told(true, scene.receipt);
    settle(&scene);
    restart(&scene);
    buf_clear(&scene.told);
    for (int i = 0; i < 2; i++)
        check(&scene, 0, true);
    expect_told(&scene, "fires forum https is down | forum");
    probes_told(false, scene.receipt);
    check(&scene, 0, true);
    expect_told(&scene, "fires forum https is down | forum");
    close_scene(&scene);
}

static void a_restart_while_it_is_down_tells_again(void **state)
{
    struct scene scene;
    open_scene(&scene, *state);
    check(&scene, 0, true);
    check(&scene, 0, true);
    expect_told(&scene, "fires forum https is down | forum");
    int64_t started_ms = scene.last.started_ms;
    settle(&scene);
    restart(&scene);
    check(&scene, 0, true);
    expect_told(&scene, "");
    check(&scene, 0, true);
    expect_told(&scene, "fires forum https is down | forum");
    assert_int_equal(scene.last.started_ms, started_ms);
    check(&scene, 0, true);
    expect_told(&scene, "");
    /* Started for the first time while its target is down. */
    check(&scene, 1, true);
    check(&scene, 1, true);
    expect_told(&scene, "fires mail https is down | ");
    close_scene(&scene);
}

static void change_twice(struct scene *scene)
{
    for (int i = 0; i < 4; i++)
        check(scene, 0, i < 2);
}

/* A target that goes down for good while it flaps is down since then. */
static void what_flaps_and_goes_down_is_down_since_then(void **state)
{
    struct scene scene;
    open_scene(&scene, *state);
    check(&scene, 0, false);
    check(&scene, 0, false);
    int64_t before_ms = clock_wall_ms();
    change_twice(&scene);
    int64_t changed_ms = scene.last.ended_ms;
    change_twice(&scene);
    expect_told(&scene, "fires forum https is down | forum\n"
                        "ends forum https is up again | forum\n"
                        "fires forum https is down | forum\n"
                        "fires forum https is flapping: up and down again and"
                        " again | forum");
    assert_in_range(scene.last.started_ms, before_ms, changed_ms);
    settle(&scene);
    restart(&scene);
    before_ms = clock_wall_ms();
    check(&scene, 0, true);
    check(&scene, 0, true);
    expect_told(&scene, "fires forum https is down | forum");
    assert_true(scene.last.started_ms >= before_ms);
    close_scene(&scene);
}

static int64_t mute_for_an_hour(struct scene *scene)
{
    int64_t until_ms = clock_wall_ms() + MS_PER_HOUR;
    probes_mute(scene->runner, 0, until_ms);
    return until_ms;
}

static void expect_muted_after_restart(struct scene *scene, int64_t until_ms)
{
    settle(scene);
    restart(scene);
    assert_int_equal(probes_status(scene->runner, 0).muted_until_ms, until_ms);
}

static void a_mute_holds_until_it_ends(void **state)
{
    struct scene scene;
    open_scene(&scene, *state);
    int64_t until_ms = mute_for_an_hour(&scene);
    expect_muted_after_restart(&scene, until_ms);
    for (int i = 0; i < 3; i++)
        check(&scene, 0, true);
    expect_told(&scene, "");
    assert_int_equal(probes_status(scene.runner, 0).state, PROBE_DOWN);
    probes_mute(scene.runner, 0, 0);
    check(&scene, 0, true);
    expect_told(&scene, "fires forum https is down | forum");
    /* One that is over by itself. */
    probes_mute(scene.runner, 0, clock_wall_ms() - 1);
    check(&scene, 0, false);
    check(&scene, 0, false);
    expect_told(&scene, "ends forum https is up again | forum");
    assert_int_equal(probes_status(scene.runner, 0).muted_until_ms, 0);
    close_scene(&scene);
}

/* A certificate is changed in the middle of a maintenance, too. */
static void a_mute_holds_what_a_certificate_warns_of(void **state)
{
    struct scene scene;
    open_scene(&scene, *state);
    struct runner_probe *one = &scene.runner->all[0];
    scene.all[0].kind = PROBE_TLS;
    scene.all[0].days_left = 14;
    one->last = (struct probe_result){.is_good = true, .value = 5};
    runner_tell_expiry(one, clock_wall_ms());
    assert_string_equal(buf_text(&scene.told),
                        "fires forum https: the certificate expires within 7 "
                        "days | forum | \n");
    buf_clear(&scene.told);
    (void)mute_for_an_hour(&scene);
    one->last.value = 0.5;
    runner_tell_expiry(one, clock_wall_ms());
    assert_string_equal(buf_text(&scene.told), "");
    close_scene(&scene);
}

/* Whoever asked for it is told that nothing was kept. */
static void a_mute_that_is_not_kept_is_none(void **state)
{
    struct scene scene;
    open_scene(&scene, *state);
    int64_t until_ms = mute_for_an_hour(&scene);
    settle(&scene);
    probes_mute(scene.runner, 0, until_ms + 1);
    assert_int_equal(store_begin(scene.store), ERR_OK);
    assert_int_equal(probes_settle(scene.runner, clock_wall_ms()), ERR_OK);
    store_rollback(scene.store);
    probes_ended(scene.runner, false);
    assert_int_equal(probes_status(scene.runner, 0).muted_until_ms, until_ms);
    expect_muted_after_restart(&scene, until_ms);
    close_scene(&scene);
}

/* The turn after it fails before it has begun: somebody else has the store. */
static void a_mute_that_is_kept_outlives_a_turn(void **state)
{
    struct scene scene;
    open_scene(&scene, *state);
    int64_t until_ms = mute_for_an_hour(&scene);
    settle(&scene);
    probes_ended(scene.runner, false);
    assert_int_equal(probes_status(scene.runner, 0).muted_until_ms, until_ms);
    expect_muted_after_restart(&scene, until_ms);
    close_scene(&scene);
}

static void a_missing_password_is_a_bad_result(void **state)
{
    static char nowhere[] = "/nowhere/credentials";
    struct scene scene;
    open_scene(&scene, *state);
    scene.all[0].credentials_file = nowhere;
    check(&scene, 0, false);
    struct probe_status status = probes_status(scene.runner, 0);
    assert_false(status.last.is_good);
    assert_string_equal(status.last.words,
                        "not checked: its credentials_file is not usable");
    assert_int_equal(peer_links(scene.peer), 0);
    close_scene(&scene);
}

/* By themselves: every second, one after the other. */
static void probes_run_by_themselves(void **state)
{
    struct scene scene;
    open_scene(&scene, *state);
    scene.all[0].interval_s = scene.all[1].interval_s = 1;
    restart(&scene);
    while (scene.results < 4 || scene.wakes == 0)
        (void)uv_run(&scene.loop, UV_RUN_ONCE);
    assert_true(probes_status(scene.runner, 0).last_ms > 0);
    assert_true(probes_status(scene.runner, 1).last_ms > 0);
    close_scene(&scene);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown((name), scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(changes_are_told_once),
        TEST(a_status_says_how_it_stands),
        TEST(samples_bring_a_turn_of_their_own),
        TEST(samples_go_to_the_store_with_a_turn),
        TEST(a_turn_that_fails_loses_nothing),
        TEST(an_alert_that_is_not_kept_is_told_again),
        TEST(a_restart_while_it_is_down_tells_again),
        TEST(what_flaps_and_goes_down_is_down_since_then),
        TEST(a_mute_holds_until_it_ends),
        TEST(a_mute_holds_what_a_certificate_warns_of),
        TEST(a_mute_that_is_not_kept_is_none),
        TEST(a_mute_that_is_kept_outlives_a_turn),
        TEST(a_missing_password_is_a_bad_result),
        TEST(probes_run_by_themselves),
    };
    (void)signal(SIGPIPE, SIG_IGN);
    (void)alarm(GUARD_SECONDS);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
