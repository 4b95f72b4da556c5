/* Monitors that tell the bot of alerts, again until they hear that it has them;
 * on the way requests are lost, late, or there twice. */
#include "tests/sim/monitors.h"

#include "bot/base/mem.h"
#include "bot/discord/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SILENT_MS   (36 * MS_PER_HOUR)   /* then a repeat is another one */
#define PATIENCE_MS (10 * MS_PER_SECOND) /* then it is sent again */
#define LATE_MS     (40 * MS_PER_SECOND)
#define STORM       24
#define FLOOD       130 /* more than the bot takes in a turn */
#define WHOLE       100 /* up to so many are kept together, or none is */
#define ALARMS      2000

/* One body, as long as somebody sends it. */
struct notice {
    struct notice *before;
    int source, count;
    bool is_told;
    struct told {
        int alarm;
        bool fires;
        int64_t began_ms, ended_ms;
        char title[24];
    } all[];
};

static struct alarm *alarms[ALARMS];
static int count, titles;
static struct notice *notices;
static int waiting;   /* of these, not heard of yet */
static int under_way; /* requests */
static int told_count;

void monitors_reset(void)
{
    while (count > 0)
        free(alarms[--count]);
    while (notices != NULL) {
        struct notice *notice = notices;
        notices = notice->before;
        free(notice);
    }
    titles = waiting = under_way = told_count = 0;
}

int alarm_count(void)
{
    return count;
}

struct alarm *alarm_at(int i)
{
    return alarms[i];
}

int monitors_told(void)
{
    return told_count;
}

bool monitors_wait(void)
{
    return waiting > 0 || under_way > 0;
}

/* ---- what the bot can have made of it ---- */

/* Long enough unheard, it is another one. */
static bool may_be_anew(const struct alarm *alarm)
{
    return sim.was_skewed || sim.now_ms - alarm->heard_ms > SILENT_MS;
}

static void may_become(struct alarm *alarm, bool fires, bool is_sure)
{
    uint32_t over = alarm->may_be[0], firing = alarm->may_be[1];
    uint32_t anew = over | (may_be_anew(alarm) ? firing : 0);
    uint32_t new_over = fires ? 0 : over | firing;
    uint32_t new_firing = fires ? firing | anew << 1 : 0;
    if (fires && is_sure)
        alarm->heard_ms = sim.now_ms;
    alarm->may_be[0] = new_over | (is_sure ? 0 : over);
    alarm->may_be[1] = new_firing | (is_sure ? 0 : firing);
}

static void note_fate(const struct notice *notice, int status)
{
    bool is_none =
        status == DOOR_SHUT || (status == 503 && notice->count <= WHOLE);
    if (status > 0 && status != 200 && status != 503)
        sim_fail("alerts are refused with %d", status);
    for (int i = 0; i < notice->count; i++) {
        const struct told *told = &notice->all[i];
        alarms[told->alarm]->under_way--;
        if (!is_none)
            may_become(alarms[told->alarm], told->fires, status == 200);
    }
}

/* ---- sending ---- */

static char *body_of(const struct notice *notice)
{
    cJSON *root = json_object(), *list = json_array();
    for (int i = 0; i < notice->count; i++) {
        const struct told *told = &notice->all[i];
        const struct alarm *alarm = alarms[told->alarm];
        cJSON *item = json_object();
        json_set_text(item, "key", str_of(alarm->key));
        json_set_text(item, "title", str_of(told->title));
        json_set_text(item, "state",
                      told->fires ? STR("firing") : STR("resolved"));
        json_set_number(item, "started", (double)told->began_ms);
        if (!told->fires)
            json_set_number(item, "ended", (double)told->ended_ms);
        if (alarm->service != NULL)
            json_set_text(item, "service", str_of(alarm->service));
        json_add(list, item);
    }
    json_set(root, "alerts", list);
    char *text = json_print(root);
    cJSON_Delete(root);
    return text;
}

static void on_answer(int status, void *context)
{
    struct notice *notice = context;
    under_way--;
    told_count += status > 0;
    note_fate(notice, status);
    if (status != DOOR_SHUT)
        sim_tell("  %d alerts, %s%s: %d", notice->count, notice->all[0].title,
                 notice->all[0].fires ? "" : " over", status);
    if (status != 200 || notice->is_told || trouble_befalls(SIM_POST_UNTOLD))
        return;
    notice->is_told = true;
    waiting--;
}

static void on_arrival(void *context)
{
    const struct notice *notice = context;
    char path[40], secret[80];
    char *body = body_of(notice);
    for (int i = 0; i < notice->count; i++)
        alarms[notice->all[i].alarm]->under_way++;
    (void)snprintf(path, sizeof path, "/alerts/%s",
                   sim.config->alert_sources.all[notice->source].name);
    (void)snprintf(secret, sizeof secret, "Bearer %s", SIM_SECRET);
    const struct door_letter letter = {
        .path = path, .body = body, .authorization = secret};
    door_post(&letter, on_answer, context);
    cJSON_free(body);
}

static void on_turn_to_send(void *context)
{
    struct notice *notice = context;
    int times = trouble_befalls(SIM_POST_TWICE) ? 2 : 1;
    if (notice->is_told)
        return;
    for (int i = 0; i < times && !trouble_befalls(SIM_POST_LOST); i++) {
        int64_t way_ms = 1 + (int64_t)luck_below(LUCK_MONITORS, 50);
        if (trouble_befalls(SIM_POST_LATE))
            way_ms += (int64_t)luck_below(LUCK_MONITORS, LATE_MS);
        under_way++;
        sim_at(sim.now_ms + way_ms, on_arrival, notice);
    }
    sim_at(sim.now_ms + PATIENCE_MS, on_turn_to_send, notice);
}

static struct notice *notice_new(int source, int most)
{
    struct notice *notice =
        mem_alloc(sizeof *notice + (size_t)most * sizeof notice->all[0]);
    *notice = (struct notice){.before = notices, .source = source};
    notices = notice;
    return notice;
}

static void add_alarm(struct notice *notice, int which)
{
    const struct alarm *alarm = alarms[which];
    struct told *told = &notice->all[notice->count++];
    *told = (struct told){.alarm = which,
                          .fires = alarm->is_firing,
                          .began_ms = sim.now_ms,
                          .ended_ms = sim.now_ms};
    str_copy_to(told->title, str_of(alarm->title));
}

static void tell(struct notice *notice)
{
    if (notice->count == 0)
        return;
    waiting++;
    on_turn_to_send(notice);
}

/* ---- what happens to what they watch ---- */

static void set_title(struct alarm *alarm)
{
    (void)snprintf(alarm->title, sizeof alarm->title, "alarm%dx", ++titles);
}

static int begin_new(int source, int which)
{
    static const char *const services[] = {"forum", "login", NULL, "shop",
                                           "attic"};
    struct alarm *alarm = mem_alloc(sizeof *alarm);
    if (count == ALARMS)
        sim_fail("too many alerts");
    *alarm = (struct alarm){.source = source,
                            .service = services[which % 5],
                            .is_firing = true,
                            .may_be = {1, 0}};
    (void)snprintf(alarm->key, sizeof alarm->key, "key-%d", count);
    set_title(alarm);
    alarms[count++] = alarm;
    return count - 1;
}

static void begin_many(int source, int which, int how_many)
{
    struct notice *notice = notice_new(source, how_many);
    for (int i = 0; i < how_many; i++)
        add_alarm(notice, begin_new(source, which));
    tell(notice);
}

/* Sets those of a source, and tells of all that it changed. */
static void end_all(int source)
{
    struct notice *notice = notice_new(source, count);
    for (int i = 0; i < count; i++)
        if (alarms[i]->source == source && alarms[i]->is_firing) {
            alarms[i]->is_firing = false;
            add_alarm(notice, i);
        }
    tell(notice);
}

static void tell_one(int which)
{
    struct notice *notice = notice_new(alarms[which]->source, 1);
    add_alarm(notice, which);
    tell(notice);
}

/* The chosen one, or the next that is so; -1: none is. */
static int choose(int which, bool is_firing)
{
    for (int i = 0; i < count; i++) {
        int at = (which + i) % count;
        if (alarms[at]->is_firing == is_firing)
            return at;
    }
    return -1;
}

void monitors_act(enum monitor_act act, int which)
{
    int sources = sim.config->alert_sources.count;
    int source = sources == 0 ? 0 : which / 5 % sources;
    int one = -1;
    if (sources == 0)
        return;
    switch (act) {
    case MONITOR_FIRE:
        begin_many(source, which, 1);
        break;
    case MONITOR_STORM:
        begin_many(source, which, STORM);
        break;
    case MONITOR_FLOOD:
        begin_many(source, which, FLOOD);
        break;
    case MONITOR_END_ALL:
        end_all(source);
        break;
    case MONITOR_AGAIN:
        one = choose(which, true);
        break;
    case MONITOR_END:
        if ((one = choose(which, true)) >= 0)
            alarms[one]->is_firing = false;
        break;
    case MONITOR_REFIRE:
        if ((one = choose(which, false)) >= 0) {
            alarms[one]->is_firing = true;
            set_title(alarms[one]);
        }
        break;
    case MONITOR_STRAY: /* its beginning was told to somebody else */
        one = begin_new(source, which);
        alarms[one]->is_firing = false;
        break;
    case MONITOR_ACTS:
        break;
    }
    if (one >= 0)
        tell_one(one);
}

const char *monitor_act_name(enum monitor_act act)
{
#define MONITOR_NAME(name) #name,
    static const char *const names[] = {MONITOR_ACT_LIST(MONITOR_NAME)};
    return names[act];
}
