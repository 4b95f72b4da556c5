/*
 * What probes measured around an incident: which of them, the CSV, the charts
 * that follow from it.
 */
#include "bot/probe/measured.h"
#include "tests/lib/play.h"

#include <math.h>
#include <string.h>

/* clang-format off */
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#define MINUTE MS_PER_MINUTE

/* Settings own their text, so these are no literals. */
static char forum[] = "forum", database[] = "database", wiki[] = "wiki",
            none[] = "", https[] = "forum, \"https\"", tls[] = "forum tls",
            disk[] = "db disk", page[] = "wiki page", more[] = ">",
            same[] = "==";
static char *forum_needs[] = {database};
static struct service all_services[] = {
    {forum, none, none, {forum_needs, 1}},
    {database, none, none, {NULL, 0}},
    {wiki, none, none, {NULL, 0}},
};
static const struct services services = {all_services, 3};
static struct probe all_probes[] = {
    {.name = disk,
     .service = database,
     .kind = PROBE_PROMETHEUS,
     .bad_when = more,
     .threshold = 0.9},
    {.name = page, .service = wiki, .kind = PROBE_HTTP, .bad_when = none},
    {.name = https,
     .service = forum,
     .kind = PROBE_HTTP,
     .bad_when = none,
     .slower_than_ms = 2000},
    {.name = tls,
     .service = forum,
     .kind = PROBE_TLS,
     .bad_when = none,
     .days_left = 14},
};
static const struct probes probes = {all_probes, 4};

static struct incident about(const char *names)
{
    struct incident in = {
        .id = 12, .state = STATE_INVESTIGATING, .first_event_ms = T0};
    str_copy_to(in.services, str_of(names));
    return in;
}

static void expect_found(const char *of, int most, const char *names)
{
    const struct probe *found[MEASURED_PROBES];
    struct incident in = about(of);
    struct buf text = BUF_INIT(1000);
    int count = measured_find(&probes, &services, &in, found, most);
    for (int i = 0; i < count; i++)
        buf_addf(&text, "%s; ", found[i]->name);
    assert_string_equal(buf_text(&text), names);
    buf_release(&text);
}

static void probes_of_its_services_and_of_related_ones(void **state)
{
    (void)state;
    expect_found("forum\n", 8, "forum, \"https\"; forum tls; db disk; ");
    expect_found("database\n", 8, "db disk; forum, \"https\"; forum tls; ");
    expect_found("forum\n", 2, "forum, \"https\"; forum tls; ");
    expect_found("wiki\n", 8, "wiki page; ");
    expect_found("mail\n", 8, "");
    expect_found("", 8, "");
    struct incident in = about("forum\n"), other = about("mail\n");
    assert_ptr_equal(measured_first(&probes, &in), &all_probes[2]);
    assert_null(measured_first(&probes, &other));
}

static void half_an_hour_before_to_a_quarter_after(void **state)
{
    (void)state;
    struct incident in = about("forum\n");
    struct measured_span span = measured_span(&in, T0 + 20 * MINUTE);
    assert_int_equal(span.from_ms, T0 - 30 * MINUTE);
    assert_int_equal(span.to_ms, T0 + 20 * MINUTE);
    in.milestones[MILESTONE_IMPACT_START] = at(T0 + MINUTE, "");
    in.milestones[MILESTONE_RESOLVED] = at(T0 + 40 * MINUTE, "");
    in.state = STATE_RESOLVED;
    span = measured_span(&in, T0 + 41 * MINUTE);
    assert_int_equal(span.from_ms, T0 - 29 * MINUTE);
    assert_int_equal(span.to_ms, T0 + 41 * MINUTE);
    span = measured_span(&in, T0 + 600 * MINUTE);
    assert_int_equal(span.to_ms, T0 + 55 * MINUTE);
}

/* https slow in the third minute, tls fine, the disk without an answer. */
static struct measured three_minutes(void)
{
    struct measured measured = {.count = 0};
    struct incident in = about("forum\n");
    struct measured_span span = measured_span(&in, T0 + 5 * MINUTE);
    const struct probe *found[MEASURED_PROBES];
    int count = measured_find(&probes, &services, &in, found, MEASURED_PROBES);
    for (int i = 0; i < count; i++) {
        static const double values[3][3] = {
            {120, 118.25, 9812.5}, {60, 60, 60}, {0.5, NAN, 0.95}};
        struct measured_probe *place = measured_add(&measured, found[i]);
        for (int n = 0; n < 3; n++)
            measured_add_sample(place, &span,
                                (struct chart_sample){T0 + n * MINUTE + 123,
                                                      values[i][n],
                                                      i == 1 || n == 0});
    }
    return measured;
}

static const char csv[] =
    "probe,time,value,good,threshold,bad,quantity,unit\n"
    "\"forum, \"\"https\"\"\",2022-12-13T18:55:00.123Z,120,true,2000,above,"
    "response time,ms\n"
    "\"forum, \"\"https\"\"\",2022-12-13T18:56:00.123Z,118.25,false,2000,above,"
    "response time,ms\n"
    "\"forum, \"\"https\"\"\",2022-12-13T18:57:00.123Z,9812.5,false,2000,above,"
    "response time,ms\n"
    "forum tls,2022-12-13T18:55:00.123Z,60,true,14,below,certificate,days "
    "left\n"
    "forum tls,2022-12-13T18:56:00.123Z,60,true,14,below,certificate,days "
    "left\n"
    "forum tls,2022-12-13T18:57:00.123Z,60,true,14,below,certificate,days "
    "left\n"
    "db disk,2022-12-13T18:55:00.123Z,0.5,true,0.9,above,value,\n"
    "db disk,2022-12-13T18:56:00.123Z,,false,0.9,above,value,\n"
    "db disk,2022-12-13T18:57:00.123Z,0.95,false,0.9,above,value,\n";

static void the_csv_and_back(void **state)
{
    (void)state;
    struct measured measured = three_minutes(), again;
    struct buf text = BUF_INIT(MEASURED_BYTES),
               twice = BUF_INIT(MEASURED_BYTES);
    measured_print(&measured, &text);
    assert_string_equal(buf_text(&text), csv);
    assert_int_equal(measured_read(buf_str(&text), &again), ERR_OK);
    measured_print(&again, &twice);
    assert_string_equal(buf_text(&twice), csv);
    assert_int_equal(measured_last_ms(&again), T0 + 2 * MINUTE + 123);
    buf_release(&text);
    buf_release(&twice);
    measured_release(&measured);
    measured_release(&again);
}

static void another_csv_is_refused(void **state)
{
#define HEADER "probe,time,value,good,threshold,bad,quantity,unit\n"
#define TIME   "2022-12-13T18:55:00.123Z"
    static const char *const cases[] = {
        "",
        "time,value\n",
        HEADER "forum," TIME ",1,true,,,value,", /* cut off */
        HEADER "forum," TIME ",1,true,,,value\n",
        HEADER "forum,18:55,1,true,,,value,\n",
        HEADER "forum," TIME ",fast,true,,,value,\n",
        HEADER "forum," TIME ",1,true,high,,value,\n",
        HEADER "\"forum," TIME ",1,true,,,value,\n",
        HEADER "forum," TIME ",1,true,,,value,\n"
               "forum,2022-12-13T18:54:00.000Z,1,true,,,value,\n",
    };
    struct measured out;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (measured_read(str_of(cases[i]), &out) != ERR_INVALID)
            fail_msg("read: %s", cases[i]);
    assert_int_equal(measured_read(STR(HEADER), &out), ERR_OK);
    assert_int_equal(out.count, 0);
}

/* Two days of checks every five seconds, one of them bad. */
static void of_too_many_samples_the_worst_stay(void **state)
{
    (void)state;
    const struct measured_span span = {T0, T0 + 48 * 60 * MINUTE};
    struct measured measured = {.count = 0};
    struct measured_probe *probe = measured_add(&measured, &all_probes[2]);
    size_t bad = 0;
    double highest = 0;
    for (int64_t ms = span.from_ms; ms <= span.to_ms; ms += 5000) {
        bool is_bad = ms == T0 + 1000 * 5000;
        measured_add_sample(
            probe, &span,
            (struct chart_sample){
                ms, is_bad ? NAN : 100 + (double)(ms / 5000 % 7), !is_bad});
    }
    assert_in_range(probe->count, MEASURED_SAMPLES / 2, MEASURED_SAMPLES);
    for (size_t i = 0; i < probe->count; i++) {
        bad += !probe->samples[i].good;
        if (probe->samples[i].value > highest)
            highest = probe->samples[i].value;
    }
    assert_int_equal(bad, 1);
    assert_true(highest == 106);
    measured_release(&measured);
}

static void one_chart_for_what_is_measured_alike(void **state)
{
    (void)state;
    struct measured measured = three_minutes();
    struct measured_charts charts;
    struct incident in = about("forum\n");
    in.milestones[MILESTONE_DECLARED] = at(T0 + MINUTE, "");
    in.milestones[MILESTONE_FIRST_REPORT] = at(T0, "");
    assert_non_null(measured_add(&measured, &all_probes[3]));
    measured_charts(&measured, &in, &charts);
    assert_int_equal(charts.count, 3);
    assert_true(str_is(charts.all[0].title, "forum, \"https\""));
    assert_true(str_is(charts.all[0].quantity, "response time"));
    assert_true(str_is(charts.all[1].title, "forum tls, forum tls"));
    assert_int_equal(charts.all[1].series_count, 2);
    assert_true(charts.all[1].below_is_bad);
    assert_true(charts.all[2].threshold == 0.9);
    const struct chart *chart = &charts.all[0];
    assert_int_equal(chart->from_ms, T0 - 30 * MINUTE);
    assert_int_equal(chart->to_ms, T0 + 2 * MINUTE + 123);
    assert_int_equal(chart->incident_from_ms, T0);
    assert_int_equal(chart->incident_to_ms, 0);
    assert_int_equal(chart->mark_count, 2);
    assert_true(str_is(chart->marks[0].text, "first report"));
    assert_true(str_is(chart->marks[1].text, "declared"));
    in.state = STATE_RESOLVED;
    in.milestones[MILESTONE_RESOLVED] = at(T0 + 10 * MINUTE, "");
    measured_charts(&measured, &in, &charts);
    assert_int_equal(charts.all[0].to_ms, T0 + 10 * MINUTE);
    assert_int_equal(charts.all[0].incident_to_ms, T0 + 10 * MINUTE);
    measured_release(&measured);
}

static void equality_is_no_line(void **state)
{
    (void)state;
    struct measured measured = {.count = 0};
    struct probe probe = all_probes[0];
    probe.bad_when = same;
    assert_true(isnan(measured_add(&measured, &probe)->threshold));
    measured_release(&measured);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(probes_of_its_services_and_of_related_ones),
        cmocka_unit_test(half_an_hour_before_to_a_quarter_after),
        cmocka_unit_test(the_csv_and_back),
        cmocka_unit_test(another_csv_is_refused),
        cmocka_unit_test(of_too_many_samples_the_worst_stay),
        cmocka_unit_test(one_chart_for_what_is_measured_alike),
        cmocka_unit_test(equality_is_no_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
