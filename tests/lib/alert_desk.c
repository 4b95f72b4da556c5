#include "tests/lib/alert_desk.h"

#include "bot/alert/parse.h"
#include "storage/verify.h"
#include "tests/lib/alert_bodies.h"

#include <string.h>

/* clang-format off */
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

/* Settings own their text, so these are no literals. */
static char forum[] = "forum", database[] = "database", wiki[] = "wiki",
            nobody[] = "";
static char *forum_needs[] = {database};
static struct service all_services[] = {
    {forum, nobody, nobody, {forum_needs, 1}},
    {database, nobody, nobody, {NULL, 0}},
    {wiki, nobody, nobody, {NULL, 0}},
};
static const struct services services = {all_services, 3};

static void on_wake(void *context)
{
    (void)context;
}

void desk_done(bool kept, void *context)
{
    struct desk *desk = context;
    *(kept ? &desk->kept : &desk->lost) += 1;
}

static void open_alerts(struct desk *desk, bool has_announcements)
{
    const struct alerts_config config = {
        .loop = &desk->loop,
        .store = desk->store,
        .services = &services,
        .has_announcements = has_announcements,
        .wake = on_wake,
    };
    desk->alerts = alerts_new(&config);
}

struct desk desk_open(void **state)
{
    struct desk desk = {.scratch = *state, .store = scratch_open(*state)};
    return desk;
}

void desk_begin(struct desk *desk)
{
    assert_int_equal(uv_loop_init(&desk->loop), 0);
    open_alerts(desk, true);
}

void desk_close(struct desk *desk)
{
    struct verdicts verdicts;
    struct buf report = BUF_INIT(4000);
    alerts_free(desk->alerts);
    (void)uv_run(&desk->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&desk->loop), 0);
    enum err err = store_verify(desk->store, &verdicts, &report);
    if (err != ERR_OK)
        fail_msg("%s", buf_text(&report));
    buf_release(&report);
    store_close(desk->store);
}

void desk_turn(struct desk *desk, int64_t now_ms)
{
    bool accepted = false;
    assert_int_equal(store_begin(desk->store), ERR_OK);
    assert_int_equal(alerts_settle(desk->alerts, now_ms, &accepted), ERR_OK);
    assert_int_equal(store_commit(desk->store), ERR_OK);
    alerts_ended(desk->alerts, true);
}

int desk_turns(struct desk *desk, int64_t now_ms)
{
    int count = 0;
    for (; alerts_have_work(desk->alerts); count++)
        desk_turn(desk, now_ms);
    return count;
}

void desk_restart(struct desk *desk, int64_t now_ms)
{
    alerts_free(desk->alerts);
    open_alerts(desk, true);
    desk_turn(desk, now_ms);
}

struct alert alert_fires(const char *key, const char *service,
                         int64_t started_ms)
{
    return (struct alert){.source = STR("kuma"),
                          .key = str_of(key),
                          .is_firing = true,
                          .title = str_of(key),
                          .service = str_of(service),
                          .severity = SEVERITY_3,
                          .started_ms = started_ms};
}

struct alert alert_ends(const char *key, int64_t ended_ms)
{
    struct alert alert = alert_fires(key, "", 0);
    alert.is_firing = false;
    alert.ended_ms = ended_ms;
    return alert;
}

void desk_hand_in(struct desk *desk, struct alert alert, int64_t now_ms)
{
    int kept = desk->kept;
    alerts_hand_in(desk->alerts, &alert, 1, desk_done, desk);
    desk_turn(desk, now_ms);
    assert_int_equal(desk->kept, kept + 1);
}

void desk_declare(struct desk *desk, int64_t id, const char *service,
                  int64_t card)
{
    struct incident in = {0};
    struct request request = scratch_declare(id, "Something is down");
    request.draft.service = str_of(service);
    request.alert_card = card;
    assert_int_equal(scratch_take(desk->store, &in, &request, SCRATCH_NOW_MS),
                     VERDICT_ACCEPTED);
    alerts_changed(desk->alerts);
}

void desk_move(struct desk *desk, enum incident_state to, int64_t now_ms)
{
    struct incident in;
    struct request request = scratch_move(to, "a reason");
    assert_int_equal(store_incident(desk->store, 1, &in), ERR_OK);
    assert_int_equal(scratch_take(desk->store, &in, &request, now_ms),
                     VERDICT_ACCEPTED);
    alerts_changed(desk->alerts);
    (void)desk_turns(desk, now_ms);
}

int64_t desk_number(const struct desk *desk, const char *sql)
{
    return scratch_number(desk->scratch, sql);
}

static bool note(const struct entry *entry, void *context)
{
    struct seen *seen = context;
    seen->event = entry->event;
    str_copy_to(seen->text, entry->event.text);
    return true;
}

struct seen desk_last_alert(const struct desk *desk, int64_t id)
{
    static const enum event_kind alert = EVENT_ALERT;
    struct seen seen = {.text = ""};
    assert_int_equal(
        store_each_entry(
            desk->store, id,
            &(struct entry_page){.order = EVENTS_BY_TIME, .kind = &alert}, note,
            &seen),
        ERR_OK);
    return seen;
}

void monitor_posts(struct desk *desk, enum alert_form form, const char *body,
                   int64_t now_ms)
{
    const struct alert_source source = alert_source_of(form);
    struct buf why = BUF_INIT(ALERTS_WHY_BYTES);
    struct alerts alerts;
    assert_int_equal(
        alerts_parse(&source, STR_NONE, str_of(body), &alerts, &why), ERR_OK);
    assert_int_equal(alerts.count, 1);
    desk_hand_in(desk, alerts.all[0], now_ms);
    alerts_release(&alerts);
    buf_release(&why);
}
