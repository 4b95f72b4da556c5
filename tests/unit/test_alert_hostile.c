/*
 * Bodies that are broken or meant to break us: taken whole or refused whole.
 */
#include "bot/alert/parse.h"

#include "bot/base/mem.h"
#include "tests/lib/alert_bodies.h"

#include <string.h>

/* clang-format off */
#include <stdarg.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

static enum err parse(enum alert_form form, struct str body, struct alerts *out,
                      struct buf *why)
{
    struct alert_source source = alert_source_of(form);
    struct alerts alerts = {.count = -1};
    enum err err =
        alerts_parse(&source, STR("application/json"), body, &alerts, why);
    if (err == ERR_OK)
        *out = alerts;
    else
        assert_true(alerts.count == -1 && alerts.all == NULL);
    return err;
}

#define BODY(literal) (literal), sizeof(literal) - 1
#define NUL_BODY      "{\"version\":\"4\0\"}"

static const struct {
    const char *what;
    enum alert_form form;
    const char *body;
    size_t bytes;
    const char *why; /* begins with it */
} refused[] = {
    {"empty", ALERT_FORM_ALERTMANAGER, BODY(" \n"), "The body is empty."},
    {"truncated", ALERT_FORM_ALERTMANAGER,
     BODY("{\"version\":\"4\",\"alerts\":"), "The body is not JSON"},
    {"two values", ALERT_FORM_KUMA, BODY("{} {}"), "The body is not JSON"},
    {"a NUL byte", ALERT_FORM_ALERTMANAGER, BODY(NUL_BODY),
     "The body has a NUL byte"},
    {"not UTF-8", ALERT_FORM_ALERTMANAGER, BODY("{\"version\":\"\xFF\"}"),
     "The body is not UTF-8."},
    {"twice the same name", ALERT_FORM_ALERTMANAGER,
     BODY("{\"version\":\"4\",\"version\":\"4\"}"), "A name stands twice"},
    {"twice the same name, deep", ALERT_FORM_KUMA,
     BODY("{\"a\":[{\"x\":1,\"b\":2,\"x\":1}]}"), "A name stands twice"},
    {"no object", ALERT_FORM_ALERTMANAGER, BODY("[]"),
     "The JSON is not an object."},
    {"another version", ALERT_FORM_ALERTMANAGER,
     BODY("{\"version\":\"1\",\"alerts\":[]}"), "version is not \"4\""},
    {"no version", ALERT_FORM_ALERTMANAGER, BODY("{\"alerts\":[]}"),
     "version is not \"4\""},
    {"no list", ALERT_FORM_ALERTMANAGER,
     BODY("{\"version\":\"4\",\"alerts\":{}}"),
     "alerts is missing or not an array."},
    {"an empty list", ALERT_FORM_ALERTMANAGER, BODY(AM("")),
     "alerts is empty."},
    {"one of two is broken", ALERT_FORM_ALERTMANAGER, BODY(AM(AM_DISK ",{}")),
     "alerts[1].status is neither"},
    {"a wrong status", ALERT_FORM_ALERTMANAGER,
     BODY(AM("{\"status\":\"Firing\",\"labels\":{\"a\":\"b\"}}")),
     "alerts[0].status is neither"},
    {"no labels", ALERT_FORM_ALERTMANAGER,
     BODY(AM("{\"status\":\"firing\",\"labels\":{\"a\":1}}")),
     "alerts[0].labels is missing"},
    {"labels as a list", ALERT_FORM_ALERTMANAGER,
     BODY(AM("{\"status\":\"firing\",\"labels\":[\"a\"]}")),
     "alerts[0].labels is missing"},
    {"nothing of Grafana", ALERT_FORM_GRAFANA, BODY("{\"state\":\"ok\"}"),
     "Neither alerts nor ruleName is there"},
    {"a state of nobody", ALERT_FORM_GRAFANA, BODY(GRAFANA_RULE("broken")),
     "state is neither"},
    {"no monitor", ALERT_FORM_UPTIMEROBOT, BODY("alertType=1"),
     "monitorID, monitorURL and"},
    {"only variables", ALERT_FORM_UPTIMEROBOT,
     BODY("{\"monitorID\":\"*monitorID*\",\"alertType\":\"1\"}"),
     "monitorID, monitorURL and"},
    {"no alert type", ALERT_FORM_UPTIMEROBOT,
     BODY("monitorID=7&alertType=*alertType*"), "alertType is missing"},
    {"another alert type", ALERT_FORM_UPTIMEROBOT,
     BODY("monitorID=7&alertType=9&alertTypeFriendlyName=Down"),
     "alertType is missing or unknown"},
    {"a field twice", ALERT_FORM_UPTIMEROBOT,
     BODY("monitorID=7&alertType=1&alertType=2"), "A field is there twice."},
    {"a NUL in a field", ALERT_FORM_UPTIMEROBOT, BODY("monitorID=7%00"),
     "A field has a NUL byte"},
    {"a field that is not UTF-8", ALERT_FORM_UPTIMEROBOT, BODY("monitorID=%ff"),
     "A field is not UTF-8."},
    {"nothing of Kuma", ALERT_FORM_KUMA, BODY("{}"),
     "Neither heartbeat nor msg is there"},
    {"another status", ALERT_FORM_KUMA, BODY(KUMA(KUMA_BEAT("4"), "null")),
     "heartbeat.status is neither"},
    {"no number as status", ALERT_FORM_KUMA,
     BODY(KUMA(KUMA_BEAT("\"0\""), "null")), "heartbeat.status is neither"},
    {"a monitor without an id", ALERT_FORM_KUMA,
     BODY(KUMA("{\"status\":0}", "{\"name\":\"Forum\"}")),
     "Neither heartbeat.monitorID nor monitor.id"},
    {"no title", ALERT_FORM_GENERIC, BODY("{\"id\":1,\"what\":{\"title\":{}}}"),
     "Neither text nor a number is at what.title."},
    {"no key", ALERT_FORM_GENERIC, BODY("{\"what\":{\"title\":\"x\"}}"),
     "Neither text nor a number is at id."},
    {"no alert", ALERT_FORM_GENERIC, BODY("7"),
     "The body is missing or not an array."},
    {"an empty body list", ALERT_FORM_GENERIC, BODY("[]"),
     "The body is empty."},
};

static void a_broken_body_is_refused_in_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct str body = {refused[i].body, refused[i].bytes};
        struct alerts alerts = {.count = 0};
        struct buf why = BUF_INIT(ALERTS_WHY_BYTES);
        if (parse(refused[i].form, body, &alerts, &why) != ERR_INVALID)
            fail_msg("%s: not refused", refused[i].what);
        if (!str_starts(buf_str(&why), refused[i].why) ||
            !str_ends(buf_str(&why), "."))
            fail_msg("%s: refused with \"%s\"", refused[i].what,
                     buf_text(&why));
        buf_release(&why);
    }
}

/* Every byte may be the last that arrived. */
static void what_did_not_arrive_whole_is_refused(void **state)
{
    (void)state;
    static const struct {
        enum alert_form form;
        const char *body;
    } whole[] = {
        {ALERT_FORM_ALERTMANAGER, AM(AM_DISK)},
        {ALERT_FORM_KUMA, KUMA(KUMA_BEAT("0"), KUMA_MONITOR)},
        {ALERT_FORM_GRAFANA, GRAFANA_RULE("ok")},
    };
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        size_t bytes = strlen(whole[i].body);
        for (size_t n = 0; n < bytes; n++) {
            struct alerts alerts;
            struct buf why = BUF_INIT(ALERTS_WHY_BYTES);
            char *head = mem_copy(whole[i].body, n);
            assert_int_equal(
                parse(whole[i].form, (struct str){head, n}, &alerts, &why),
                ERR_INVALID);
            assert_true(why.n > 0);
            free(head);
            buf_release(&why);
        }
    }
}

static enum err parse_group(int count, struct alerts *out)
{
    struct buf body = BUF_INIT(1 << 20), why = BUF_INIT(ALERTS_WHY_BYTES);
    buf_add_text(&body, "{\"version\":\"4\",\"alerts\":[");
    for (int i = 0; i < count; i++)
        buf_addf(&body,
                 "%s{\"status\":\"firing\",\"labels\":{\"alertname\":\"Disk\","
                 "\"instance\":\"db-%d\"},\"fingerprint\":\"%x\"}",
                 i > 0 ? "," : "", i, i);
    buf_add_text(&body, "]}");
    assert_false(body.overflow);
    enum err err = parse(ALERT_FORM_ALERTMANAGER, buf_str(&body), out, &why);
    if (err != ERR_OK)
        assert_string_equal(buf_text(&why),
                            "alerts has 2001 entries, 2000 are allowed.");
    buf_release(&body);
    buf_release(&why);
    return err;
}

static void a_storm_is_taken_whole_or_not_at_all(void **state)
{
    (void)state;
    struct alerts alerts = {.count = 0};
    assert_int_equal(parse_group(ALERTS_PER_BODY, &alerts), ERR_OK);
    assert_int_equal(alerts.count, ALERTS_PER_BODY);
    assert_true(
        str_is(alerts.all[ALERTS_PER_BODY - 1].title, "Disk on db-1999"));
    alerts_release(&alerts);
    assert_int_equal(parse_group(ALERTS_PER_BODY + 1, &alerts), ERR_INVALID);
}

static enum err parse_nested(int levels, struct buf *why)
{
    struct buf body = BUF_INIT(1 << 20);
    struct alerts alerts;
    buf_add_text(&body, "{\"version\":\"4\",\"x\":\"]]}\\\"[[\",\"y\":");
    for (int i = 1; i < levels; i++)
        buf_add_char(&body, '[');
    for (int i = 1; i < levels; i++)
        buf_add_char(&body, ']');
    buf_add_text(&body, "}");
    enum err err = parse(ALERT_FORM_ALERTMANAGER, buf_str(&body), &alerts, why);
    buf_release(&body);
    return err;
}

static void deep_and_wide_json_is_refused_before_it_is_built(void **state)
{
    (void)state;
    struct buf why = BUF_INIT(ALERTS_WHY_BYTES), body = BUF_INIT(1 << 20);
    struct alerts alerts;
    assert_int_equal(parse_nested(32, &why), ERR_INVALID);
    assert_string_equal(buf_text(&why), "alerts is missing or not an array.");
    buf_clear(&why);
    assert_int_equal(parse_nested(33, &why), ERR_INVALID);
    assert_string_equal(buf_text(&why),
                        "The JSON is nested deeper than 32 levels.");
    buf_clear(&why);
    assert_int_equal(parse_nested(100000, &why), ERR_INVALID);
    buf_clear(&why);
    buf_add_text(&body, "{\"x\":[0");
    for (int i = 0; i < 100000; i++)
        buf_add_text(&body, ",0");
    buf_add_text(&body, "]}");
    assert_int_equal(
        parse(ALERT_FORM_ALERTMANAGER, buf_str(&body), &alerts, &why),
        ERR_INVALID);
    assert_string_equal(buf_text(&why),
                        "The JSON has more than 100000 values.");
    buf_release(&body);
    buf_release(&why);
}

static void a_multipart_form_is_refused(void **state)
{
    (void)state;
    struct alert_source source = alert_source_of(ALERT_FORM_KUMA);
    struct alerts alerts;
    struct buf why = BUF_INIT(ALERTS_WHY_BYTES);
    assert_int_equal(alerts_parse(&source,
                                  STR("Multipart/form-data; boundary=x"),
                                  STR("--x"), &alerts, &why),
                     ERR_INVALID);
    assert_true(str_starts(buf_str(&why), "The body is a multipart form"));
    buf_release(&why);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_broken_body_is_refused_in_words),
        cmocka_unit_test(what_did_not_arrive_whole_is_refused),
        cmocka_unit_test(a_storm_is_taken_whole_or_not_at_all),
        cmocka_unit_test(deep_and_wide_json_is_refused_before_it_is_built),
        cmocka_unit_test(a_multipart_form_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
