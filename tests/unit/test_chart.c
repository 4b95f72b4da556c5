#include "bot/base/civil.h"
#include "bot/probe/chart.h"
#include "tests/lib/scratch.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define MOST 600

static int64_t at(int hour, int minute)
{
    return civil_to_ms((struct civil){
        .year = 2022, .month = 12, .day = 13, .hour = hour, .minute = minute});
}

/* A check a minute from 18:30, filled by the case. */
struct world {
    struct chart_sample samples[MOST];
    struct chart chart;
};

static void start(struct world *world, size_t count)
{
    *world = (struct world){0};
    for (size_t i = 0; i < count; i++)
        world->samples[i] = (struct chart_sample){
            at(18, 30 + (int)i), 115.0 + (double)(i % 11), true};
    world->chart = (struct chart){
        .title = STR("forum https"),
        .quantity = STR("response time"),
        .unit = STR("ms"),
        .from_ms = at(18, 30),
        .to_ms = at(20, 10),
        .series = {{STR("forum https"), world->samples, count, 0}},
        .series_count = 1,
        .threshold = NAN,
    };
}

static void slow(struct world *world, size_t from, size_t to, double value)
{
    for (size_t i = from; i <= to; i++)
        world->samples[i].value = value + (double)i;
}

static void make_bad(struct world *world, size_t from, size_t to)
{
    for (size_t i = from; i <= to; i++)
        world->samples[i].good = false;
}

static void outage(struct world *world)
{
    start(world, 90);
    world->chart.threshold = 2000;
    slow(world, 21, 69, 4000);
    make_bad(world, 21, 34);
    world->samples[32].value = 9812.4;
    world->samples[40].value = NAN;
}

static void in_an_incident(struct world *world)
{
    outage(world);
    world->chart.has_incident = true;
    world->chart.incident_from_ms = at(18, 53);
}

static void over(struct world *world)
{
    in_an_incident(world);
    world->chart.incident_to_ms = at(19, 16);
}

static void without_samples(struct world *world)
{
    start(world, 0);
}

static void with_one(struct world *world)
{
    start(world, 1);
}

static void with_one_lost(struct world *world)
{
    start(world, 1);
    world->samples[0].value = NAN;
    world->samples[0].good = false;
}

static void constant(struct world *world)
{
    start(world, 5);
    for (int i = 0; i < 5; i++)
        world->samples[i].value = 0.25;
    world->chart.threshold = 0.5;
    world->chart.quantity = STR_NONE;
    world->chart.unit = STR_NONE;
}

static void unanswered(struct world *world)
{
    start(world, 4);
    for (int i = 0; i < 4; i++)
        world->samples[i].value = i % 2 == 0 ? NAN : INFINITY;
    make_bad(world, 0, 3);
}

static void flapping(struct world *world)
{
    start(world, 60);
    world->chart.threshold = 200;
    for (int i = 0; i < 5; i++)
        slow(world, (size_t)i * 10 + 5, (size_t)i * 10 + 7, 300);
}

static void running_low(struct world *world)
{
    start(world, 40);
    world->chart.title = STR("media tls");
    world->chart.quantity = STR("validity");
    world->chart.unit = STR("days");
    world->chart.threshold = 14;
    world->chart.threshold_label = STR("least");
    world->chart.below_is_bad = true;
    world->chart.to_ms = at(18, 30) + 2 * MS_PER_DAY;
    for (int i = 0; i < 40; i++) {
        world->samples[i].at_ms = at(18, 30) + i * MS_PER_HOUR;
        world->samples[i].value = 30 - i;
    }
}

static void never_normal(struct world *world)
{
    start(world, 4);
    make_bad(world, 0, 2);
    slow(world, 0, 3, -2e6);
}

static void two_probes(struct world *world)
{
    start(world, 10);
    world->chart.title = STR("forum");
    world->chart.series[1] =
        (struct chart_series){STR("forum api"), world->samples, 1, 0};
    world->chart.series_count = 2;
}

static void within_minutes(struct world *world)
{
    start(world, 3);
    world->chart.to_ms = at(18, 39);
    world->chart.from_ms = at(18, 30) + 30000; /* leaves the first one out */
}

static void says_what_it_shows(void **state)
{
    (void)state;
    static const struct {
        void (*make)(struct world *world);
        const char *words;
    } cases[] = {
        {outage,
         "forum https, response time in ms, 13 Dec 2022 18:30 to 20:10 UTC: "
         "normally around 120, above the limit of 2000 from 18:51 to 19:39, "
         "highest 9810 at 19:02; 14 of 90 checks failed, between 18:51 and "
         "19:04."},
        {in_an_incident,
         "forum https, response time in ms, 13 Dec 2022 18:30 to 20:10 UTC: "
         "normally around 120, above the limit of 2000 from 18:51 to 19:39, "
         "highest 9810 at 19:02; 14 of 90 checks failed, between 18:51 and "
         "19:04. Shaded: the incident, from 18:53 on."},
        {over,
         "forum https, response time in ms, 13 Dec 2022 18:30 to 20:10 UTC: "
         "normally around 120, above the limit of 2000 from 18:51 to 19:39, "
         "highest 9810 at 19:02; 14 of 90 checks failed, between 18:51 and "
         "19:04. Shaded: the incident, from 18:53 to 19:16."},
        {without_samples,
         "forum https, response time in ms, 13 Dec 2022 18:30 to 20:10 UTC: "
         "no samples."},
        {with_one,
         "forum https, response time in ms, 13 Dec 2022 18:30 to 20:10 UTC: "
         "one check, 115 at 18:30, good."},
        {with_one_lost,
         "forum https, response time in ms, 13 Dec 2022 18:30 to 20:10 UTC: "
         "one check, without a value at 18:30, failed."},
        {constant,
         "forum https, 13 Dec 2022 18:30 to 20:10 UTC: "
         "always 0.25, never above the limit of 0.5; none of 5 checks failed."},
        {unanswered,
         "forum https, response time in ms, 13 Dec 2022 18:30 to 20:10 UTC: "
         "no values; all 4 checks failed, between 18:30 and 18:33."},
        {flapping,
         "forum https, response time in ms, 13 Dec 2022 18:30 to 20:10 UTC: "
         "normally around 120, above the limit of 200 5 times from 18:35 to "
         "19:17, highest 347 at 19:17; none of 60 checks failed."},
        {running_low,
         "media tls, validity in days, 13 Dec 2022 18:30 to 15 Dec 2022 18:30 "
         "UTC: normally around 10, below the least of 14 from 14 Dec 11:30 to "
         "15 Dec 09:30, lowest -9 at 15 Dec 09:30; none of 40 checks failed."},
        {never_normal,
         "forum https, response time in ms, 13 Dec 2022 18:30 to 20:10 UTC: "
         "half of the values at most -2 million, lowest -2 million at 18:30, "
         "highest -2 million at 18:33; 3 of 4 checks failed, between 18:30 "
         "and 18:32."},
        {two_probes,
         "forum, response time in ms, 13 Dec 2022 18:30 to 20:10 UTC. forum "
         "https: normally around 120, lowest 115 at 18:30, highest 124 at "
         "18:39; none of 10 checks failed. forum api: one check, 115 at "
         "18:30, good."},
        {within_minutes,
         "forum https, response time in ms, 13 Dec 2022 18:30:30 to 18:39:00 "
         "UTC: half of the values at most 120, lowest 116 at 18:31:00, highest "
         "117 at 18:32:00; none of 2 checks failed."},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct world world;
        struct buf out = BUF_INIT(5000);
        cases[i].make(&world);
        chart_alt(&world.chart, &out);
        assert_string_equal(buf_text(&out), cases[i].words);
        buf_release(&out);
    }
}

static void never_says_more_than_fits(void **state)
{
    (void)state;
    struct world world;
    char title[3001];
    struct buf out = BUF_INIT(5000);
    for (size_t i = 0; i < sizeof title - 1; i += 2)
        memcpy(title + i, "\xc3\xa9", 2);
    title[sizeof title - 1] = '\0';
    start(&world, 10);
    world.chart.title = str_of(title);
    chart_alt(&world.chart, &out);
    assert_true(out.n <= CHART_ALT && out.n > CHART_ALT - 2);
    assert_true(str_ends(buf_str(&out), "\xc3\xa9\xe2\x80\xa6"));
    buf_release(&out);
}

static void prints_the_job(void **state)
{
    (void)state;
    struct world world;
    struct buf out = BUF_INIT(CHART_JOB);
    const struct chart_mark marks[] = {{0, STR("too early")}};
    over(&world);
    world.chart.from_ms = at(19, 9); /* the last 50, with the lost one */
    world.chart.marks = marks;
    world.chart.mark_count = 1;
    world.chart.series[0].count = 42;
    chart_job(&world.chart, CHART_SVG, &out);
    assert_string_equal(
        buf_text(&out),
        "{\"format\":\"svg\",\"width\":600,\"height\":320,\"scale\":2,"
        "\"title\":\"forum https\",\"quantity\":\"response time\","
        "\"unit\":\"ms\",\"alt\":\"forum https, response time in ms, 13 Dec "
        "2022 19:09 to 20:10 UTC: half of the values at most 4000, above the "
        "limit of 2000 from 19:09 to 19:11, highest 4040 at 19:11; none of 3 "
        "checks failed. Shaded: the incident, from 18:53 to 19:16.\","
        "\"from\":1670958540000,\"to\":1670962200000,\"threshold\":2000,"
        "\"threshold_label\":\"limit\","
        "\"incident\":{\"from\":1670957580000,\"to\":1670958960000},"
        "\"marks\":[],"
        "\"series\":[{\"name\":\"forum https\",\"gap\":0,\"samples\":["
        "[1670958540000,4039,true],[1670958600000,null,true],"
        "[1670958660000,4041,true]]}]}\n");
    buf_release(&out);
}

/* Whatever is in the texts and numbers, it is JSON that says the same. */
static void the_job_is_json(void **state)
{
    (void)state;
    struct world world;
    struct buf out = BUF_INIT(CHART_JOB);
    const struct chart_mark marks[] = {
        {0, STR("too early")},
        {INT64_C(1670957580000), STR("a \"b\" \\ \n \xff \xe2\x82\xac")},
    };
    in_an_incident(&world);
    world.samples[3].value = 1e300;
    world.samples[4].value = -INFINITY;
    world.chart.marks = marks;
    world.chart.mark_count = 2;
    world.chart.threshold = NAN;
    world.chart.to_ms = world.chart.from_ms - 5;
    chart_job(&world.chart, CHART_PNG, &out);
    cJSON *root = cJSON_ParseWithOpts(buf_text(&out), NULL, true);
    assert_non_null(root);
    const cJSON *from = cJSON_GetObjectItem(root, "from");
    const cJSON *to = cJSON_GetObjectItem(root, "to");
    assert_true(to->valuedouble == from->valuedouble + 1000);
    assert_true(cJSON_IsNull(cJSON_GetObjectItem(root, "threshold")));
    assert_true(cJSON_IsNull(
        cJSON_GetObjectItem(cJSON_GetObjectItem(root, "incident"), "to")));
    cJSON_Delete(root);
    buf_clear(&out);
    world.chart.to_ms = at(20, 10);
    chart_job(&world.chart, CHART_PNG, &out);
    root = cJSON_ParseWithOpts(buf_text(&out), NULL, true);
    assert_non_null(root);
    const cJSON *all = cJSON_GetObjectItem(root, "marks");
    assert_int_equal(cJSON_GetArraySize(all), 1);
    assert_string_equal(cJSON_GetObjectItem(all->child, "text")->valuestring,
                        "a \"b\" \\ \n \xef\xbf\xbd \xe2\x82\xac");
    const cJSON *samples = cJSON_GetObjectItem(
        cJSON_GetObjectItem(root, "series")->child, "samples");
    assert_int_equal(cJSON_GetArraySize(samples), 90);
    assert_true(cJSON_IsNull(cJSON_GetArrayItem(samples, 4)->child->next));
    cJSON_Delete(root);
    buf_release(&out);
}

/* The two sides of the job: what is printed here is what the helper reads. */
static void the_helper_draws_the_job(void **state)
{
    const struct scratch *scratch = *state;
    static const struct {
        enum chart_format format;
        const char *head;
    } cases[] = {{CHART_PNG, "\x89PNG\r"}, {CHART_SVG, "<?xml"}};
    const char *build = getenv("OPSROOM_BUILD");
    struct world world;
    const struct chart_mark marks[] = {{at(18, 53), STR("declared")}};
    over(&world);
    world.chart.marks = marks;
    world.chart.mark_count = 1;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char path[300], command[800];
        struct buf job = BUF_INIT(CHART_JOB);
        chart_job(&world.chart, cases[i].format, &job);
        (void)snprintf(path, sizeof path, "%s/job.json", scratch->folder);
        scratch_write(path, job.s, job.n);
        (void)snprintf(
            command, sizeof command, "%s/opsroom-draw <'%s' >'%s/picture'",
            build == NULL ? "build/san" : build, path, scratch->folder);
        assert_int_equal(system(command), 0);
        (void)snprintf(path, sizeof path, "%s/picture", scratch->folder);
        buf_clear(&job);
        scratch_read(path, &job);
        assert_true(str_starts(buf_str(&job), cases[i].head));
        buf_release(&job);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_it_shows),
        cmocka_unit_test(never_says_more_than_fits),
        cmocka_unit_test(prints_the_job),
        cmocka_unit_test(the_job_is_json),
        cmocka_unit_test_setup_teardown(the_helper_draws_the_job, scratch_setup,
                                        scratch_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
