/*
 * [[service]], [[probe]] and [[alert]] of the settings: what reaches the
 * fields, and what is said of what is wrong.
 */
#include "bot/config/config.h"
#include "tests/lib/settings_file.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define FORUM "[[service]]\nname = \"forum\"\n"
#define HTTP                                                                   \
    "[[probe]]\nname = \"p\"\nkind = \"http\"\n"                               \
    "target = \"https://forum.example.org/\"\n"
#define TLS                                                                    \
    "[[probe]]\nname = \"p\"\nkind = \"tls\"\ntarget = "                       \
    "\"mx.example.org:25\"\n"
#define DNS                                                                    \
    "[[probe]]\nname = \"p\"\nkind = \"dns\"\ntarget = \"mx.example.org\"\n"
#define QUERY                                                                  \
    "[[probe]]\nname = \"p\"\nkind = \"prometheus\"\n"                         \
    "target = \"http://[::1]:9090/prom\"\nquery = \"up\"\nbad_when = \"<\"\n"
#define ALERT                                                                  \
    "[[alert]]\nname = \"am\"\nform = \"alertmanager\"\n"                      \
    "secret_file = \"am.secret\"\n"
#define GENERIC                                                                \
    "[[alert]]\nname = \"any\"\nform = \"generic\"\nsecret_file = \"s\"\n"
#define PROMETHEUS_AT                                                          \
    "[[probe]]\nname = \"p\"\nkind = \"prometheus\"\nquery = \"up\"\n"         \
    "bad_when = \"<\"\nthreshold = 1\n"
#define WEB_HINT                                                               \
    "allowed is an http:// or https:// URL without user name, password and "   \
    "#; credentials_file holds the password\n"

static const struct {
    const char *text, *why;
} wrong[] = {
    /* The shape. */
    {"[probe]\nname = \"p\"\n",
     "1:2: probe: is a table; allowed is [[probe]], once for each\n"},
    {"[[probes]]\nname = \"p\"\n",
     "1:3: probes: is a list; did you mean [[probe]]?\n"},
    {"[[servce]]\nname = \"p\"\n",
     "1:3: servce: unknown table; did you mean service?\n"},
    {"service = [1]\n", "1:12: service: is a number; allowed is a table\n"},
    {"alert = 3\n",
     "1:1: alert: is a number; allowed is [[alert]], once for each\n"},
    /* Keys that are missing, unknown, or of another kind. */
    {"[[service]]\n",
     "1:1: service.name: is missing; every [[service]] needs it\n"},
    {"[[probe]]\n[[probe]]\nname = \"p\"\nkind = \"tcp\"\n",
     "1:1: probe.name: is missing; every [[probe]] needs it\n"
     "1:1: probe.kind: is missing; every [[probe]] needs it, one of http tls "
     "tcp dns prometheus\n"
     "2:1: probe.target: is missing; kind \"tcp\" needs it\n"},
    {"[[probe]]\nname = \"p\"\nkind = \"prometheus\"\n",
     "1:1: probe.target: is missing; kind \"prometheus\" needs it\n"
     "1:1: probe.query: is missing; kind \"prometheus\" needs it\n"
     "1:1: probe.bad_when: is missing; kind \"prometheus\" needs it\n"
     "1:1: probe.threshold: is missing; kind \"prometheus\" needs it\n"},
    {"[[alert]]\nname = \"am\"\nform = \"generic\"\n",
     "1:1: alert.secret_file: is missing; every [[alert]] needs it\n"
     "1:1: alert.title_path: is missing; form \"generic\" needs it\n"},
    {HTTP "days_left = 3\n",
     "5:1: probe.days_left: is for kind \"tls\" only; this one is \"http\"\n"},
    {TLS "query = 3\n", "5:1: probe.query: is for kind \"prometheus\" only; "
                        "this one is \"tls\"\n"},
    {DNS "ca_file = \"x\"\n",
     "5:1: probe.ca_file: is for kind \"http\" or \"tls\" or \"prometheus\" "
     "only; this one is \"dns\"\n"},
    {GENERIC "title_path = \"t\"\nservice_label = \"job\"\n",
     "6:1: alert.service_label: is for form \"alertmanager\" or \"kuma\" or "
     "\"grafana\" only; this one is \"generic\"\n"},
    {DNS "answer = [\"192.0.2.1\"]\n",
     "5:1: probe.answer: unknown setting; did you mean answers?\n"},
    {FORUM "telephone = \"x\"\n",
     "3:1: service.telephone: unknown setting; allowed are name, owner, "
     "runbook, depends_on\n"},
    /* A wrong kind is one complaint, whatever is right only for some. */
    {"[[probe]]\nname = \"p\"\nkind = \"htttp\"\ntarget = \"x y\"\n"
     "query = \"up\"\n",
     "3:8: probe.kind: \"htttp\" is unknown; allowed is one of http tls tcp "
     "dns prometheus\n"},
    {"[[probe]]\nname = \"p\"\nkind = 1\n",
     "3:8: probe.kind: is a number; allowed is http tls tcp dns prometheus\n"},
    /* Names. */
    {"[[service]]\nname = \"\"\n",
     "2:8: service.name: is 0 bytes long; 1 to 63 are allowed\n"},
    {"[[service]]\nname = \" forum\"\n",
     "2:8: service.name: \" forum\" does not fit; allowed is text without "
     "blanks around it\n"},
    {"[[service]]\nname = \"a\\u202Eb\"\n",
     "2:8: service.name: holds a control character; one line of plain text is "
     "allowed\n"},
    {"[[service]]\nname = \"0123456789012345678901234567890123456789012345678"
     "901234567890123\"\n",
     "2:8: service.name: is 64 bytes long; 1 to 63 are allowed\n"},
    {"[[alert]]\nname = \"Alert_Manager\"\nform = \"kuma\"\n"
     "secret_file = \"s\"\n",
     "2:8: alert.name: \"Alert_Manager\" does not fit; allowed is lower-case "
     "letters, digits and dashes\n"},
    {FORUM FORUM "[[service]]\nname = \"Forum\"\n",
     "4:8: service.name: \"forum\" is taken by the [[service]] of line 1; give "
     "it another name\n"
     "6:8: service.name: \"Forum\" is taken by the [[service]] of line 1; give "
     "it another name\n"},
    {HTTP TLS, "6:8: probe.name: \"p\" is taken by the [[probe]] of line 1; "
               "give it another name\n"},
    {ALERT ALERT, "6:8: alert.name: \"am\" is taken by the [[alert]] of line "
                  "1; give it another name\n"},
    /* What they name. */
    {FORUM "depends_on = [\"forum\",\n  \"datbase\"]\n"
           "[[service]]\nname = \"database\"\n",
     "4:3: service.depends_on: no [[service]] is called \"datbase\"; did you "
     "mean \"database\"?\n"},
    {HTTP "service = \"shop\"\n" FORUM,
     "5:11: probe.service: no [[service]] is called \"shop\"; add one\n"},
    {ALERT "service = \"form\"\n" FORUM,
     "5:11: alert.service: no [[service]] is called \"form\"; did you mean "
     "\"forum\"?\n"},
    {FORUM "depends_on = \"forum\"\n",
     "3:14: service.depends_on: is text; allowed is a list of texts in quotes, "
     "such as [\"one\", \"two\"]\n"},
    {FORUM "depends_on = [1, \"\"]\n",
     "3:15: service.depends_on: is a number; allowed is text in quotes\n"
     "3:18: service.depends_on: is 0 bytes long; 1 to 255 are allowed\n"},
    {FORUM "runbook = \"http://wiki.example.org/\"\n",
     "3:11: service.runbook: \"http://wiki.example.org/\" does not fit; "
     "allowed "
     "is an https:// URL without user name and password\n"},
    /* Targets; a password is not said again. */
    {"[[probe]]\nname = \"p\"\nkind = \"http\"\ntarget = "
     "\"ftp://x.example/\"\n",
     "4:10: probe.target: \"ftp://x.example/\" does not fit; " WEB_HINT},
    {"[[probe]]\nname = \"p\"\nkind = \"http\"\n"
     "target = \"https://nova:hunter2@x.example/\"\n",
     "4:10: probe.target: does not fit; " WEB_HINT},
    {"[[probe]]\nname = \"p\"\nkind = \"http\"\n"
     "target = \"x.example/?token=hunter2\"\n",
     "4:10: probe.target: does not fit; " WEB_HINT},
    {"[[probe]]\nname = \"p\"\nkind = \"tcp\"\ntarget = \"mx.example.org\"\n",
     "4:10: probe.target: \"mx.example.org\" does not fit; allowed is a host "
     "and a port such as \"mail.example.org:465\" or \"[2001:db8::1]:465\"\n"},
    {"[[probe]]\nname = \"p\"\nkind = \"dns\"\ntarget = \"192.0.2.1\"\n",
     "4:10: probe.target: \"192.0.2.1\" does not fit; allowed is a host name "
     "such as \"forum.example.org\"\n"},
    /* Numbers, alone and together. */
    {HTTP "interval_s = 1\n",
     "5:14: probe.interval_s: 1 is out of range; 2 to 86400 is allowed\n"},
    {HTTP "timeout_s = 5\ninterval_s = 5\n",
     "5:13: probe.timeout_s: 5 s is not below the interval_s of 5 s\n"},
    {HTTP "interval_s = 10\n",
     "1:1: probe.timeout_s: 10 s is not below the interval_s of 10 s\n"},
    {HTTP "down_after = 4\n",
     "5:14: probe.down_after: 4 bad results cannot be among the last 3, which "
     "is what \"of\" says\n"},
    {HTTP "of = 11\n", "5:6: probe.of: 11 is out of range; 1 to 10 is "
                       "allowed\n"},
    {HTTP "expect_status = 99\n",
     "5:17: probe.expect_status: 99 is no status; allowed is 0, or 100 to "
     "599\n"},
    {QUERY "threshold = inf\n",
     "7:13: probe.threshold: is a decimal number or a date; allowed is a "
     "number, such as 0.5\n"},
    {QUERY "threshold = 2026-11-21\n",
     "7:13: probe.threshold: is a decimal number or a date; allowed is a "
     "number, such as 0.5\n"},
    {QUERY "threshold = \"1\"\n",
     "7:13: probe.threshold: is text; allowed is a number, such as 0.5\n"},
    {DNS "answers = [\"192.0.2.256\"]\n",
     "5:12: probe.answers: \"192.0.2.256\" does not fit; allowed is an address "
     "such as \"192.0.2.1\" or \"2001:db8::1\"\n"},
    /* The listener. */
    {"[http]\nlisten = \"9464\"\n",
     "2:10: http.listen: \"9464\" does not fit; allowed is an address and a "
     "port such as \"127.0.0.1:9464\" or \"[::1]:9464\", or \"\" for no "
     "listener\n"},
};

static void wrong_lists_are_named_with_their_place(void **state)
{
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct config config = {.compress = false};
        struct buf why = BUF_INIT(65536);
        settings_load(*state, str_of(wrong[i].text), &config, &why);
        assert_string_equal(buf_text(&why), wrong[i].why);
        config_release(&config);
        buf_release(&why);
    }
}

/* One key and its value, below what its kind needs. */
#define LOCKED                                                                 \
    "[[probe]]\nname = \"p\"\nkind = \"http\"\n"                               \
    "credentials_file = \"p.credentials\"\n"

static const struct {
    const char *above, *line;
    bool is_right;
} values[] = {
    {FORUM, "runbook = \"https://wiki.example.org/forum#restart\"", true},
    {FORUM, "runbook = \"https://a:b@wiki.example.org/\"", false},
    {FORUM, "runbook = \"https://wiki.example.org/#<b>\"", false},
    {FORUM, "depends_on = [\"FORUM\"]", true},
    {TLS, "server_name = \"mail.example.org\"", true},
    {TLS, "server_name = \"mail.example.org:25\"", false},
    {TLS, "server_name = \"a b\"", false},
    {DNS, "answers = [\"192.0.2.1\", \"2001:db8::1\"]", true},
    {DNS, "answers = [\"mx.example.org\"]", false},
    {QUERY, "threshold = -3", true},
    {QUERY, "threshold = 1e-7", true},
    {QUERY, "threshold = nan", false},
    {HTTP, "expect_status = 0", true},
    {HTTP, "expect_status = 100", true},
    {HTTP, "credentials_file = \"p.credentials\"", true},
    {LOCKED, "target = \"http://a.example/\"", false},
    {LOCKED, "target = \"http://10.0.0.7:9090/\"", false},
    {LOCKED, "target = \"http://127.0.0.1:9090/\"", true},
    {LOCKED, "target = \"https://a.example/\"", true},
    {HTTP, "down_after = 10\nof = 10", true},
    {GENERIC, "title_path = \"incident.title\"", true},
    {GENERIC, "title_path = \".title\"", false},
    {GENERIC, "title_path = \"incident..title\"", false},
    {GENERIC, "title_path = \"title.\"", false},
    {"[[probe]]\nname = \"p\"\nkind = \"tcp\"\n", "target = \"[::1]:25\"",
     true},
    {"[[probe]]\nname = \"p\"\nkind = \"tcp\"\n", "target = \"[::1]\"", false},
    {"[[probe]]\nname = \"p\"\nkind = \"tcp\"\n", "target = \"::1:25\"", false},
    {"[[probe]]\nname = \"p\"\nkind = \"tcp\"\n", "target = \"a.example:0\"",
     false},
    {"[[probe]]\nname = \"p\"\nkind = \"tcp\"\n", "target = \"a.example:25/\"",
     false},
    {"[[probe]]\nname = \"p\"\nkind = \"http\"\n",
     "target = \"wss://a.example/\"", false},
    {"[[alert]]\nname = \"k\"\nform = \"kuma\"\nsecret_file = \"s\"\n",
     "service_label = \"team\"", true},
    /* As a browser has it; a path is where Prometheus may be. */
    {PROMETHEUS_AT, "target = \"https://a.example/graph?g0.expr=up\"", false},
    {PROMETHEUS_AT, "target = \"https://a.example?\"", false},
    {PROMETHEUS_AT, "target = \"https://a.example/prom/\"", true},
    {"[http]\n", "listen = \"\"", true},
    {"[http]\n", "listen = \"[::]:0\"", true},
    {"[http]\n", "listen = \"0.0.0.0:80\"", true},
    {"[http]\n", "listen = \"localhost:9464\"", true},
    {"[http]\n", "listen = \"example.org:9464\"", false},
    {"[http]\n", "listen = \"::1:9464\"", false},
    {"[http]\n", "listen = \"[127.0.0.1]:9464\"", false},
    {"[http]\n", "listen = \"127.0.0.1:65536\"", false},
};

static void each_value_has_its_bounds(void **state)
{
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct config config = {.compress = false};
        struct buf why = BUF_INIT(65536), text = BUF_INIT(4096);
        buf_addf(&text, "%s%s\n", values[i].above, values[i].line);
        settings_load(*state, buf_str(&text), &config, &why);
        if ((why.n == 0) != values[i].is_right)
            fail_msg("%s: %s", values[i].line, buf_text(&why));
        config_release(&config);
        buf_release(&why);
        buf_release(&text);
    }
}

static void what_is_left_out_has_its_default(void **state)
{
    struct config config;
    struct buf why = BUF_INIT(1000);
    settings_load(*state, STR(FORUM HTTP ALERT), &config, &why);
    assert_string_equal(buf_text(&why), "");
    assert_int_equal(config.services.count, 1);
    const struct service *service = &config.services.all[0];
    assert_string_equal(service->owner, "");
    assert_string_equal(service->runbook, "");
    assert_int_equal(service->depends_on.count, 0);
    assert_int_equal(config.probes.count, 1);
    const struct probe *probe = &config.probes.all[0];
    assert_string_equal(probe->service, "");
    assert_int_equal(probe->interval_s, 30);
    assert_int_equal(probe->timeout_s, 10);
    assert_int_equal(probe->down_after, 2);
    assert_int_equal(probe->of, 3);
    assert_false(probe->allow_internal);
    assert_string_equal(probe->ca_file, "");
    assert_int_equal(probe->expect_status, 0);
    assert_string_equal(probe->expect_text, "");
    assert_int_equal(probe->slower_than_ms, 0);
    assert_false(probe->follow_redirects);
    assert_string_equal(probe->credentials_file, "");
    assert_int_equal(probe->days_left, 14);
    assert_string_equal(probe->server_name, "");
    assert_int_equal(probe->answers.count, 0);
    assert_string_equal(probe->query, "");
    assert_string_equal(probe->bad_when, "");
    assert_int_equal(config.alert_sources.count, 1);
    const struct alert_source *source = &config.alert_sources.all[0];
    assert_string_equal(source->service, "");
    assert_string_equal(source->service_label, "service");
    assert_string_equal(source->list_path, "");
    assert_string_equal(source->title_path, "");
    assert_string_equal(source->resolved_word, "resolved");
    config_release(&config);
    config_release(&config);
}

static void without_lists_there_is_a_listener_and_nothing_to_check(void **state)
{
    struct config config;
    struct buf why = BUF_INIT(1000);
    settings_load(*state, STR("probe = []\n"), &config, &why);
    assert_string_equal(buf_text(&why), "");
    assert_int_equal(config.services.count, 0);
    assert_int_equal(config.probes.count, 0);
    assert_int_equal(config.alert_sources.count, 0);
    assert_string_equal(config.http_listen, "127.0.0.1:9464");
    assert_true(config.http_metrics);
    assert_int_equal(config.probes_at_once, 20);
    assert_int_equal(config.probes_keep_hours, 48);
    assert_int_equal(config.probes_keep_days, 90);
    config_release(&config);
}

static void lists_reach_their_fields(void **state)
{
    struct config config;
    struct buf why = BUF_INIT(1000);
    settings_load(
        *state,
        STR(QUERY
            "threshold = 0.123456789012\nservice = \"Forum\"\n"
            "interval_s = 60\ntimeout_s = 59\nallow_internal = true\n"
            "[[probe]]\nname = \"zone\"\nkind = \"dns\"\n"
            "target = \"mx.example.org\"\nanswers = [\"::1\", \"192.0.2.1\"]\n"
            "[[probe]]\nname = \"cert\"\nkind = \"tls\"\n"
            "target = \"mx.example.org:25\"\ndays_left = 21\n"
            "[[service]]\nname = \"forum\"\nowner = \"web crew\"\n"
            "depends_on = [\"database\"]\n"
            "[[service]]\nname = \"database\"\ndepends_on = "
            "[\"forum\"]\n" GENERIC
            "title_path = \"a.b\"\nservice = \"database\"\n"),
        &config, &why);
    assert_string_equal(buf_text(&why), "");
    assert_int_equal(config.probes.count, 3);
    const struct probe *probe = config.probes.all;
    assert_int_equal(probe[0].kind, PROBE_PROMETHEUS);
    assert_string_equal(probe[0].target, "http://[::1]:9090/prom");
    assert_string_equal(probe[0].bad_when, "<");
    assert_true(probe[0].threshold == 0.123456789012);
    assert_string_equal(probe[0].service, "Forum");
    assert_int_equal(probe[0].timeout_s, 59);
    assert_true(probe[0].allow_internal);
    assert_int_equal(probe[1].kind, PROBE_DNS);
    assert_string_equal(probe[1].target, "mx.example.org");
    assert_int_equal(probe[1].answers.count, 2);
    assert_string_equal(probe[1].answers.texts[1], "192.0.2.1");
    assert_int_equal(probe[2].kind, PROBE_TLS);
    assert_int_equal(probe[2].days_left, 21);
    /* A circle is fine: each may take the other down. */
    assert_int_equal(config.services.count, 2);
    assert_string_equal(config.services.all[0].owner, "web crew");
    assert_string_equal(config.services.all[1].depends_on.texts[0], "forum");
    assert_int_equal(config.alert_sources.all[0].form, ALERT_FORM_GENERIC);
    assert_string_equal(config.alert_sources.all[0].title_path, "a.b");
    assert_string_equal(config.alert_sources.all[0].service, "database");
    config_release(&config);
}

/* Each block of the example, without its #: right as it stands. A probe whose
 * kind is nowhere shown could not be found out. */
static void each_commented_block_can_be_used(void **state)
{
    struct buf printed = BUF_INIT(65536), block = BUF_INIT(65536);
    struct str rest, line;
    int blocks = 0;
    config_print_example(&printed);
    rest = buf_str(&printed);
    for (bool more = true; more;) {
        more = str_cut(&rest, '\n', &line);
        if (!more || str_starts(line, "#[[")) {
            struct config config = {.compress = false};
            struct buf why = BUF_INIT(1000);
            settings_load(*state, buf_str(&block), &config, &why);
            assert_string_equal(buf_text(&why), "");
            if (block.n > 0) {
                blocks++;
                assert_int_equal(config.services.count + config.probes.count +
                                     config.alert_sources.count +
                                     config.assignee_count,
                                 1);
            }
            config_release(&config);
            buf_clear(&block);
        }
        if (str_starts(line, "#") && !str_starts(line, "# ")) {
            buf_add(&block, str_from(line, 1));
            buf_add_char(&block, '\n');
        }
    }
    /* A service, four probes (tcp has nothing of its own), two sources. */
    assert_int_equal(blocks, 8);
    buf_release(&printed);
    buf_release(&block);
}

static void there_is_a_most_of_each(void **state)
{
    static const struct {
        const char *section, *rest;
        int most;
    } rows[] = {
        {"service", "", 200},
        {"probe", "kind = \"tcp\"\ntarget = \"a.example:25\"\n", 1000},
        {"alert", "form = \"kuma\"\nsecret_file = \"s\"\n", 50},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int over = 0; over < 2; over++) {
            struct config config = {.compress = false};
            struct buf text = BUF_INIT(1u << 20), why = BUF_INIT(1000);
            struct buf expected = BUF_INIT(100);
            for (int n = 0; n < rows[i].most + over; n++)
                buf_addf(&text, "[[%s]]\nname = \"n%d\"\n%s", rows[i].section,
                         n, rows[i].rest);
            if (over)
                buf_addf(&expected,
                         "1:1: %s: there are %d; at most %d are allowed\n",
                         rows[i].section, rows[i].most + 1, rows[i].most);
            settings_load(*state, buf_str(&text), &config, &why);
            assert_string_equal(buf_text(&why), buf_text(&expected));
            config_release(&config);
            buf_release(&text);
            buf_release(&why);
            buf_release(&expected);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_lists_are_named_with_their_place),
        cmocka_unit_test(each_value_has_its_bounds),
        cmocka_unit_test(what_is_left_out_has_its_default),
        cmocka_unit_test(
            without_lists_there_is_a_listener_and_nothing_to_check),
        cmocka_unit_test(lists_reach_their_fields),
        cmocka_unit_test(each_commented_block_can_be_used),
        cmocka_unit_test(there_is_a_most_of_each),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
