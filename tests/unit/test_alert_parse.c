/*
 * What monitors post, and what is made of it. The bodies are made up in the
 * form that each monitor documents.
 */
#include "bot/alert/parse.h"

#include "bot/base/civil.h"
#include "bot/base/mem.h"
#include "bot/base/utf8.h"
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

static void expect(const char *what, const char *part, struct str is,
                   const char *wanted)
{
    if (wanted != NULL && !str_is(is, wanted))
        fail_msg("%s: %s is \"%.*s\", not \"%s\"", what, part, STR_ARG(is),
                 wanted);
}

static void expect_time(const char *what, const char *part, int64_t is,
                        const char *wanted)
{
    char iso[CIVIL_ISO_BYTES] = "";
    if (is != 0)
        civil_iso(is, iso);
    expect(what, part, str_of(iso), wanted);
}

/* One alert; NULL is not looked at, but of the times: they are absent. */
static const struct row {
    const char *what;
    enum alert_form form;
    const char *body, *key;
    bool is_firing;
    const char *title, *text, *link, *service;
    enum severity severity;
    const char *started, *ended;
} rows[] = {
    /* Alertmanager */
    {.what = "fires",
     .body = AM(AM_DISK),
     .key = "c6eadffa33fcdf37",
     .is_firing = true,
     .title = "DiskFull on db-1:9100",
     .text = "Disk of db-1 is 96 % full\n/ has 2 GB left.\n"
             "Runbook: https://wiki.example.org/disk#full",
     .link = "http://prom.example.org:9090/graph?g0.expr=up",
     .service = "forum",
     .severity = SEVERITY_2,
     .started = "2022-12-13T17:53:00.500Z"},
    {.what = "is over",
     .body = AM("{\"status\":\"resolved\",\"labels\":{\"alertname\":\"Disk\"},"
                "\"annotations\":{},\"startsAt\":\"2022-12-13T18:53:00Z\","
                "\"endsAt\":\"2022-12-13T19:03:00.123456789-00:30\","
                "\"generatorURL\":\"\",\"fingerprint\":\"aa\"}"),
     .key = "aa",
     .title = "Disk",
     .text = "Labels: alertname=Disk",
     .link = "",
     .service = "default",
     .started = "2022-12-13T18:53:00.000Z",
     .ended = "2022-12-13T19:33:00.123Z"},
    {.what = "an end that was told ahead is none",
     .body = AM("{\"status\":\"firing\",\"labels\":{\"alertname\":\"Disk\"},"
                "\"startsAt\":\"2022-12-13T18:53:00Z\","
                "\"endsAt\":\"2022-12-13T18:58:00Z\"}"),
     .is_firing = true,
     .started = "2022-12-13T18:53:00.000Z"},
    {.what = "an end before the start is none",
     .body = AM("{\"status\":\"resolved\",\"labels\":{\"alertname\":\"Disk\"},"
                "\"startsAt\":\"2022-12-13T18:53:00Z\","
                "\"endsAt\":\"2022-12-13T18:52:59Z\"}"),
     .started = "2022-12-13T18:53:00.000Z"},
    {.what = "the summary, where there is no place",
     .body = AM_LABELS("\"alertname\":\"Latency\"",
                       "\"summary\":\"Half of all answers take 2 s\""),
     .is_firing = true,
     .title = "Latency: Half of all answers take 2 s",
     .text = "Half of all answers take 2 s"},
    {.what = "no name",
     .body = AM_LABELS("\"job\":\"node\"", "\"description\":\"It burns.\""),
     .is_firing = true,
     .title = "It burns.",
     .text = "It burns."},
    {.what = "nothing but a label",
     .body = AM_LABELS("\"job\":\"node\"", ""),
     .key = "15c8af444d444b7bc733caf3e0525339658eeea2997f499e005f617a06eaf171",
     .is_firing = true,
     .text = "Labels: job=node"},
    {.what = "wrong types count as absent",
     .body = AM("{\"status\":\"firing\",\"labels\":{\"alertname\":\"Disk\","
                "\"instance\":7,\"severity\":[],\"service\":null},"
                "\"annotations\":[1],\"startsAt\":{},\"endsAt\":false,"
                "\"generatorURL\":9,\"fingerprint\":12}"),
     .is_firing = true,
     .title = "Disk",
     .link = "",
     .service = "default"},
    {.what = "the place may be a host",
     .body = AM_LABELS("\"alertname\":\"Raid\",\"host\":\"fritz\"", ""),
     .is_firing = true,
     .title = "Raid on fritz"},
    {.what = "no password in any text",
     .body = AM(
         "{\"status\":\"firing\",\"labels\":{\"alertname\":\"Probe\","
         "\"instance\":\"https://nova:hunter2@api.example.org/x\"},"
         "\"annotations\":{\"description\":\"GET "
         "http://a:b@c@api.example.org/ and ftp://nova@files: 502\"},"
         "\"generatorURL\":\"https://nova:hunter2@prom.example.org/g?a=1\"}"),
     .is_firing = true,
     .title = "Probe on https://api.example.org/x",
     .text = "GET http://api.example.org/ and ftp://files: 502",
     .link = "https://prom.example.org/g?a=1"},
    {.what = "no token in any text",
     .body = AM("{\"status\":\"firing\",\"labels\":{\"alertname\":\"Probe\"},"
                "\"annotations\":{\"description\":\"password=hunter2hunter2 "
                "failed\"},\"generatorURL\":"
                "\"https://prom.example.org/g?password=hunter2hunter2\"}"),
     .is_firing = true,
     .text = "password=[removed: a password] failed",
     .link = "https://prom.example.org/g"},
    {.what = "nor in a link that cannot do without",
     .body = AM("{\"status\":\"firing\",\"labels\":{\"alertname\":\"Probe\"},"
                "\"generatorURL\":"
                "\"https://hooks.example.org/ghp_"
                "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789/g\"}"),
     .is_firing = true,
     .title = "Probe",
     .link = ""},
    {.what = "a private address stays",
     .body =
         AM_LABELS("\"alertname\":\"Raid\",\"instance\":\"10.1.2.3:9100\"", ""),
     .is_firing = true,
     .title = "Raid on 10.1.2.3:9100"},
    {.what = "only http and https are links",
     .body = AM("{\"status\":\"firing\",\"labels\":{\"alertname\":\"Disk\"},"
                "\"annotations\":{\"dashboard\":\"https://dash.example.org/d\","
                "\"runbook\":\"ftp://wiki.example.org/disk\"},"
                "\"generatorURL\":\"javascript:alert(1)\"}"),
     .is_firing = true,
     .text = "Labels: alertname=Disk",
     .link = "https://dash.example.org/d"},
    {.what = "control characters and those that turn the reading direction",
     .body = AM_LABELS("\"alertname\":\"Disk\\u0000\\u001b[31m\\r\\nfull\","
                       "\"instance\":\"\\u202eno\\u0009de\\u0085\"",
                       "\"description\":\"one\\r\\n\\ttwo\\u2067\\u007f\""),
     .is_firing = true,
     .title = "Disk [31m full on no de",
     .text = "one\ntwo"},

    /* Grafana */
    {.what = "unified alerting",
     .form = ALERT_FORM_GRAFANA,
     .body = "{\"receiver\":\"opsroom\",\"status\":\"firing\",\"orgId\":1,"
             "\"alerts\":[{\"status\":\"firing\",\"labels\":{\"alertname\":"
             "\"High memory\",\"service\":\"mail\",\"severity\":\"P1\"},"
             "\"annotations\":{\"summary\":\"Memory of zone us-1\"},"
             "\"startsAt\":\"2021-10-12T09:51:03.157076+02:00\",\"endsAt\":"
             "\"0001-01-01T00:00:00Z\",\"generatorURL\":"
             "\"https://grafana.example.org/alerting/1afz/edit\","
             "\"fingerprint\":\"c6ea\",\"silenceURL\":"
             "\"https://grafana.example.org/alerting/silence/new\","
             "\"dashboardURL\":\"\",\"panelURL\":"
             "\"https://grafana.example.org/d/x?viewPanel=2\",\"values\":"
             "{\"B\":44.23943737541908,\"C\":1}}],\"groupLabels\":{},"
             "\"commonLabels\":{},\"commonAnnotations\":{},\"externalURL\":"
             "\"https://grafana.example.org/\",\"version\":\"1\",\"groupKey\":"
             "\"{}:{}\",\"truncatedAlerts\":0,\"title\":\"[FIRING:1]\","
             "\"state\":\"alerting\",\"message\":\"**Firing**\"}",
     .key = "c6ea",
     .is_firing = true,
     .title = "High memory: Memory of zone us-1",
     .text = "Memory of zone us-1\nValues: B = 44.2394, C = 1",
     .link = "https://grafana.example.org/d/x?viewPanel=2",
     .service = "mail",
     .severity = SEVERITY_1,
     .started = "2021-10-12T07:51:03.157Z"},
    {.what = "a rule of that name",
     .form = ALERT_FORM_GRAFANA,
     .body = "{\"version\":\"1\",\"alerts\":[{\"status\":\"firing\",\"labels\":"
             "{\"alertname\":\"TestAlert\",\"instance\":\"db-1\"},"
             "\"fingerprint\":\"c6eb\"}]}",
     .key = "c6eb",
     .is_firing = true,
     .title = "TestAlert on db-1",
     .text = "Labels: alertname=TestAlert, instance=db-1"},
    {.what = "unified alerting without data",
     .form = ALERT_FORM_GRAFANA,
     .body = GRAFANA_ALERT("\"alertname\":\"DatasourceNoData\","
                           "\"datasource_uid\":\"P1\",\"grafana_folder\":"
                           "\"ops\",\"ref_id\":\"A\",\"rulename\":"
                           "\"High memory\",\"service\":\"mail\"",
                           "\"summary\":\"Memory of us-1 is full\""),
     .key = "c6ea",
     .is_firing = true,
     .title = "High memory: no data arrives",
     .text = "No data arrives for this rule.\nMemory of us-1 is full",
     .service = "mail",
     .started = "2022-12-13T18:53:00.000Z"},
    {.what = "unified alerting that cannot ask",
     .form = ALERT_FORM_GRAFANA,
     .body = GRAFANA_ALERT("\"alertname\":\"DatasourceError\",\"instance\":"
                           "\"us-1\",\"rulename\":\"High memory\"",
                           "\"Error\":\"failed to execute query A: 503\","
                           "\"summary\":\"Memory of us-1 is full\""),
     .key = "c6ea",
     .is_firing = true,
     .title = "High memory on us-1: the rule cannot be evaluated",
     .text = "The rule cannot be evaluated.\nfailed to execute query A: 503\n"
             "Memory of us-1 is full",
     .started = "2022-12-13T18:53:00.000Z"},
    {.what = "legacy alerting",
     .form = ALERT_FORM_GRAFANA,
     .body = GRAFANA_RULE("alerting"),
     .key = "7",
     .is_firing = true,
     .title = "Queue too long",
     .text = "Mail waits.\nqueue.length = 120.5",
     .link = "https://grafana.example.org/d/x?viewPanel=2",
     .service = "mail",
     .severity = SEVERITY_2},
    {.what = "legacy alerting is over",
     .form = ALERT_FORM_GRAFANA,
     .body = GRAFANA_RULE("ok"),
     .key = "7",
     .title = "Queue too long",
     .severity = SEVERITY_2},
    {.what = "legacy alerting without data and without a name",
     .form = ALERT_FORM_GRAFANA,
     .body = "{\"state\":\"no_data\",\"title\":\"[No Data] Queue too long\"}",
     .key = "Queue too long",
     .is_firing = true,
     .title = "Queue too long",
     .text = "No data arrives."},

    /* UptimeRobot */
    {.what = "down, as JSON",
     .form = ALERT_FORM_UPTIMEROBOT,
     .body = "{\"monitorID\":\"792000001\",\"monitorURL\":"
             "\"https://forum.example.org/\",\"monitorFriendlyName\":"
             "\"Forum\",\"alertType\":\"1\",\"alertTypeFriendlyName\":\"Down\","
             "\"alertDetails\":\"HTTP 502 - Bad Gateway\",\"alertDuration\":"
             "\"*alertDuration*\",\"alertDateTime\":\"1670957580\","
             "\"sslExpiryDate\":\"\"}",
     .key = "792000001",
     .is_firing = true,
     .title = "Forum is down",
     .text = "HTTP 502 - Bad Gateway",
     .link = "https://forum.example.org/",
     .service = "default",
     .started = "2022-12-13T18:53:00.000Z"},
    {.what = "up, as a form",
     .form = ALERT_FORM_UPTIMEROBOT,
     .body = "secret=x&monitorID=792000001&monitorURL=https%3A%2F%2Fforum."
             "example.org%2F&monitorFriendlyName=The+Forum+%26+more&alertType="
             "2&alertDetails=100%&alertDuration=60&alertDateTime=1670957580&",
     .key = "792000001",
     .title = "The Forum & more is down",
     .text = "100%",
     .link = "https://forum.example.org/",
     .started = "2022-12-13T18:52:00.000Z",
     .ended = "2022-12-13T18:53:00.000Z"},
    {.what = "numbers, and a ping",
     .form = ALERT_FORM_UPTIMEROBOT,
     .body = "{\"monitorID\":792000001,\"monitorURL\":\"db.example.org\","
             "\"alertType\":1,\"dashboardUrl\":"
             "\"https://dash.example.org/792000001\"}",
     .key = "792000001",
     .is_firing = true,
     .title = "db.example.org is down",
     .text = "db.example.org",
     .link = "https://dash.example.org/792000001"},
    {.what = "only words",
     .form = ALERT_FORM_UPTIMEROBOT,
     .body = "monitorFriendlyName=Forum&alertTypeFriendlyName=Up",
     .key = "Forum",
     .title = "Forum is down"},
    {.what = "a certificate expires",
     .form = ALERT_FORM_UPTIMEROBOT,
     .body = "monitorID=7&monitorFriendlyName=Forum&alertType=3&"
             "sslExpiryDate=1670957580&domainExpireDate=*domainExpireDate*",
     .key = "7 certificate",
     .is_firing = true,
     .title = "Forum: the certificate expires",
     .text = "The certificate expires: 2022-12-13"},
    {.what = "a domain expires",
     .form = ALERT_FORM_UPTIMEROBOT,
     .body = "monitorID=7&alertType=3&domainExpireDate=13+Dec",
     .key = "7 domain",
     .is_firing = true,
     .title = "Monitor 7: the domain expires",
     .text = "The domain expires: 13 Dec"},

    /* Uptime Kuma */
    {.what = "down",
     .form = ALERT_FORM_KUMA,
     .body = KUMA(KUMA_BEAT("0"), KUMA_MONITOR),
     .key = "29",
     .is_firing = true,
     .title = "Forum is down",
     .text = "connect ECONNREFUSED",
     .link = "https://forum.example.org/",
     .service = "forum",
     .started = "2024-09-24T23:51:35.527Z"},
    {.what = "up",
     .form = ALERT_FORM_KUMA,
     .body = KUMA(KUMA_BEAT("1"), KUMA_MONITOR),
     .key = "29",
     .title = "Forum is down",
     .service = "forum",
     .ended = "2024-09-24T23:51:35.527Z"},
    {.what = "what was found instead of a keyword, cut within an emoji",
     .form = ALERT_FORM_KUMA,
     .body = KUMA("{\"monitorID\":29,\"status\":0,\"msg\":\"200 - OK, but "
                  "keyword is not in [We are back soon \\ud83d...]\"}",
                  KUMA_MONITOR),
     .key = "29",
     .is_firing = true,
     .title = "Forum is down",
     .text = "200 - OK, but keyword is not in [We are back soon "
             "\xEF\xBF\xBD...]",
     .service = "forum"},
    {.what = "a port",
     .form = ALERT_FORM_KUMA,
     .body = KUMA("{\"status\":0,\"msg\":null}",
                  "{\"id\":3,\"name\":\"\",\"url\":\"https://\",\"hostname\":"
                  "\"db.example.org\",\"port\":5432,\"tags\":{}}"),
     .key = "3",
     .is_firing = true,
     .title = "Monitor 3 is down",
     .text = "Host: db.example.org:5432",
     .link = "",
     .service = "default"},
    {.what = "a certificate is going to expire",
     .form = ALERT_FORM_KUMA,
     .body = "{\"heartbeat\":null,\"monitor\":null,\"msg\":\"[Forum]"
             "[https://forum.example.org/] server certificate "
             "forum.example.org will expire in 14 days\"}",
     .key = "[Forum][https://forum.example.org/] server certificate "
            "forum.example.org will expire",
     .is_firing = true,
     .title = "Forum: server certificate forum.example.org will expire in "
              "14 days",
     .text = "",
     .link = "https://forum.example.org/"},
    {.what = "a domain is going to expire",
     .form = ALERT_FORM_KUMA,
     .body = "{\"heartbeat\":null,\"monitor\":null,\"msg\":\"Domain name "
             "example.org will expire in 7 days\"}",
     .key = "Domain name example.org will expire",
     .is_firing = true,
     .title = "Domain name example.org will expire in 7 days",
     .text = "",
     .link = ""},

    /* generic */
    {.what = "all paths",
     .form = ALERT_FORM_GENERIC,
     .body = "{\"id\":42,\"what\":{\"title\":\"Queue\",\"text\":\"long\"},"
             "\"links\":[{\"href\":\"https://mon.example.org/42\"}],"
             "\"labels\":{\"example.org/service\":\"mail\"},\"level\":"
             "\"warning\",\"state\":\"bad\",\"since\":1670957580,\"until\":1}",
     .key = "42",
     .is_firing = true,
     .title = "Queue",
     .text = "long",
     .link = "https://mon.example.org/42",
     .service = "mail",
     .severity = SEVERITY_3,
     .started = "2022-12-13T18:53:00.000Z"},
    {.what = "over, with nothing but a key",
     .form = ALERT_FORM_GENERIC,
     .body = "{\"id\":\"q-1\",\"state\":\" OK \",\"since\":1670957580123,"
             "\"until\":\"2022-12-13T18:54:00z\"}",
     .key = "q-1",
     .title = "Alert q-1",
     .started = "2022-12-13T18:53:00.123Z",
     .ended = "2022-12-13T18:54:00.000Z"},
    {.what = "no state fires",
     .form = ALERT_FORM_GENERIC,
     .body = "[{\"id\":1.5,\"what\":{\"title\":true},\"level\":1e999,"
             "\"since\":1e999,\"links\":{\"0\":7}}]",
     .key = "1.5",
     .is_firing = true,
     .title = "true",
     .link = ""},
};

static void each_body_says_what_its_monitor_means(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct row *row = &rows[i];
        struct alerts alerts = {.count = 0};
        struct buf why = BUF_INIT(ALERTS_WHY_BYTES);
        if (parse(row->form, str_of(row->body), &alerts, &why) != ERR_OK)
            fail_msg("%s: refused: %s", row->what, buf_text(&why));
        assert_int_equal(alerts.count, 1);
        assert_int_equal(why.n, 0);
        const struct alert *alert = &alerts.all[0];
        expect(row->what, "source", alert->source, "robot");
        expect(row->what, "key", alert->key, row->key);
        expect(row->what, "title", alert->title, row->title);
        expect(row->what, "text", alert->text, row->text);
        expect(row->what, "link", alert->link, row->link);
        expect(row->what, "service", alert->service, row->service);
        expect_time(row->what, "start", alert->started_ms,
                    row->started == NULL ? "" : row->started);
        expect_time(row->what, "end", alert->ended_ms,
                    row->ended == NULL ? "" : row->ended);
        if (alert->is_firing != row->is_firing ||
            alert->severity != row->severity)
            fail_msg("%s: firing %d, severity %d", row->what, alert->is_firing,
                     (int)alert->severity);
        assert_false(alert->by_probe);
        alerts_release(&alerts);
        buf_release(&why);
    }
}

static void what_tells_of_no_alert_is_taken_without_one(void **state)
{
    (void)state;
    static const struct {
        enum alert_form form;
        const char *body, *why;
    } none[] = {
        {ALERT_FORM_KUMA,
         "{\"heartbeat\":null,\"monitor\":null,\"msg\":\"opsroom Testing\"}",
         "A test of Uptime Kuma: nothing to record."},
        {ALERT_FORM_KUMA, KUMA(KUMA_BEAT("2"), KUMA_MONITOR),
         "The monitor is pending: nothing to record."},
        {ALERT_FORM_KUMA, KUMA(KUMA_BEAT("3"), KUMA_MONITOR),
         "The monitor is under maintenance: nothing to record."},
        {ALERT_FORM_GRAFANA, GRAFANA_TEST,
         "A test of Grafana: nothing to "
         "record."},
        {ALERT_FORM_GRAFANA,
         "{\"evalMatches\":[{\"value\":100,\"metric\":\"High value\",\"tags\":"
         "null}],\"message\":\"Someone is testing the alert notification "
         "within Grafana.\",\"orgId\":0,\"ruleId\":5577006791947779410,"
         "\"ruleName\":\"Test notification\",\"ruleUrl\":"
         "\"https://grafana.example.org/\",\"state\":\"alerting\",\"tags\":{},"
         "\"title\":\"[Alerting] Test notification\"}",
         "A test of Grafana: nothing to record."},
        {ALERT_FORM_GRAFANA, GRAFANA_RULE("pending"),
         "The rule is pending: nothing to record."},
        {ALERT_FORM_GRAFANA, GRAFANA_RULE("paused"),
         "The rule is paused: nothing to record."},
    };
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        struct alerts alerts = {.count = 9};
        struct buf why = BUF_INIT(ALERTS_WHY_BYTES);
        assert_int_equal(
            parse(none[i].form, str_of(none[i].body), &alerts, &why), ERR_OK);
        assert_int_equal(alerts.count, 0);
        assert_string_equal(buf_text(&why), none[i].why);
        alerts_release(&alerts);
        buf_release(&why);
    }
}

static void long_text_is_cut_and_its_end_kept(void **state)
{
    (void)state;
    struct buf body = BUF_INIT(100000), why = BUF_INIT(ALERTS_WHY_BYTES);
    struct alerts alerts = {.count = 0};
    buf_add_text(&body, "{\"version\":\"4\",\"truncatedAlerts\":17,\"alerts\":["
                        "{\"status\":\"firing\",\"labels\":{\"alertname\":\"");
    for (int i = 0; i < 300; i++)
        buf_add_text(&body, "\xF0\x9F\x94\xA5"); /* two units */
    buf_add_text(&body, "\"},\"annotations\":{\"runbook\":"
                        "\"https://wiki.example.org/\",\"description\":\"");
    for (int i = 0; i < 20000; i++)
        buf_add_text(&body, "ab ");
    buf_add_text(&body, "\"},\"generatorURL\":\"http://prom.example.org/\"}]}");
    assert_int_equal(
        parse(ALERT_FORM_ALERTMANAGER, buf_str(&body), &alerts, &why), ERR_OK);
    const struct alert *alert = &alerts.all[0];
    assert_int_equal(utf16_units(alert->title), ALERT_TITLE_UNITS - 1);
    assert_true(str_ends(alert->title, "\xE2\x80\xA6"));
    assert_true(utf16_units(alert->text) <= ALERT_TEXT_UNITS);
    assert_true(utf16_units(alert->text) > ALERT_TEXT_UNITS - 5);
    assert_true(str_ends(alert->text,
                         " ab\xE2\x80\xA6\nRunbook: https://wiki.example.org/\n"
                         "17 more of this group were left out.") ||
                str_ends(alert->text,
                         " a\xE2\x80\xA6\nRunbook: https://wiki.example.org/\n"
                         "17 more of this group were left out."));
    alerts_release(&alerts);
    buf_release(&body);
}

static void a_list_may_lie_deep(void **state)
{
    (void)state;
    struct alert_source source = alert_source_of(ALERT_FORM_GENERIC);
    struct alerts alerts = {.count = 0};
    struct buf why = BUF_INIT(ALERTS_WHY_BYTES);
    source.list_path = (char[]){"data.1.items"};
    source.key_path = (char[]){""};
    source.title_path = (char[]){"names.1"};
    assert_int_equal(
        alerts_parse(&source, STR_NONE,
                     STR("{\"data\":[0,{\"items\":[{\"names\":[1,\"A\"]},"
                         "{\"names\":[1,\"B\"],\"state\":\"OK\"}]}]}"),
                     &alerts, &why),
        ERR_OK);
    assert_int_equal(alerts.count, 2);
    expect("first", "title", alerts.all[0].title, "A");
    expect("first", "key", alerts.all[0].key, "A");
    assert_true(alerts.all[0].is_firing && !alerts.all[1].is_firing);
    alerts_release(&alerts);
    source.list_path = (char[]){"data.7"};
    assert_int_equal(
        alerts_parse(&source, STR_NONE, STR("{\"data\":[]}"), &alerts, &why),
        ERR_INVALID);
    assert_string_equal(buf_text(&why), "data.7 is missing or not an array.");
    buf_release(&why);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_body_says_what_its_monitor_means),
        cmocka_unit_test(what_tells_of_no_alert_is_taken_without_one),
        cmocka_unit_test(long_text_is_cut_and_its_end_kept),
        cmocka_unit_test(a_list_may_lie_deep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
