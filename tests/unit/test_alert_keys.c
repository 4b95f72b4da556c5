/*
 * By what an alert is known while it fires, and when it is over.
 */
#include "bot/alert/parse.h"

#include "tests/lib/alert_bodies.h"

#include <stdlib.h>
#include <string.h>

/* clang-format off */
#include <stdarg.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

static enum err parsed(enum alert_form form, struct str body,
                       struct alerts *out, struct buf *why)
{
    const struct alert_source source = alert_source_of(form);
    return alerts_parse(&source, STR("application/json"), body, out, why);
}

/* The key of the only alert; free() it. */
static char *key_of(const char *body)
{
    struct alerts alerts = {.count = 0};
    struct buf why = BUF_INIT(ALERTS_WHY_BYTES), key = BUF_INIT(1000);
    assert_int_equal(
        parsed(ALERT_FORM_ALERTMANAGER, str_of(body), &alerts, &why), ERR_OK);
    assert_int_equal(alerts.count, 1);
    buf_add(&key, alerts.all[0].key);
    assert_true(key.n > 0 && key.n <= ALERT_KEY_BYTES);
    alerts_release(&alerts);
    return buf_detach(&key);
}

static void an_alert_has_one_key_while_it_is_the_same(void **state)
{
    (void)state;
    char *fires = key_of(AM("{\"status\":\"firing\",\"labels\":{\"a\":\"1\","
                            "\"b\":\"2\"},\"annotations\":{\"summary\":\"x\"},"
                            "\"startsAt\":\"2022-12-13T18:53:00Z\"}"));
    char *is_over = key_of(AM("{\"status\":\"resolved\",\"labels\":{\"b\":"
                              "\"2\",\"a\":\"1\"},\"annotations\":{},"
                              "\"startsAt\":\"2022-12-13T18:54:00Z\"}"));
    char *other = key_of(AM_LABELS("\"a\":\"1\",\"b\":\"3\"", ""));
    char *joined = key_of(AM_LABELS("\"a\":\"1\\nb=1:2\"", ""));
    assert_string_equal(fires, is_over);
    assert_string_not_equal(fires, other);
    assert_string_not_equal(fires, joined);
    assert_int_equal(strlen(fires), 64);
    free(fires);
    free(is_over);
    free(other);
    free(joined);
}

static void a_key_that_may_not_be_shown_is_its_digest(void **state)
{
    (void)state;
    static const char *const keys[] = {
        "https://nova:hunter2@example.org/",
        "two\nlines",
        "0123456789012345678901234567890123456789012345678901234567890123456789"
        "012345678901234567890123456789012345678901234567890123456789012345678"
        "9",
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        struct buf body = BUF_INIT(1000), why = BUF_INIT(ALERTS_WHY_BYTES);
        struct alerts alerts = {.count = 0};
        buf_add_text(&body, "{\"what\":{\"title\":\"x\"},\"id\":\"");
        for (const char *c = keys[i]; *c != '\0'; c++)
            buf_addf(&body, *c == '\n' ? "\\n" : "%c", *c);
        buf_add_text(&body, "\"}");
        assert_int_equal(
            parsed(ALERT_FORM_GENERIC, buf_str(&body), &alerts, &why), ERR_OK);
        assert_int_equal(alerts.all[0].key.n, 64);
        alerts_release(&alerts);
        buf_release(&body);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_alert_has_one_key_while_it_is_the_same),
        cmocka_unit_test(a_key_that_may_not_be_shown_is_its_digest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
