/* Days to come, as people name them. */
#include "bot/core/due.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* 2026-11-21T10:30:00Z, a Saturday */
#define NOW INT64_C(1795257000000)

static void days_that_are_read(void **state)
{
    static const struct {
        const char *text, *day;
    } cases[] = {
        {"2026-12-24", "2026-12-24"},
        {" 2026-11-21 ", "2026-11-21"},
        {"2028-2-29", "2028-02-29"},
        {"today", "2026-11-21"},
        {"Tomorrow", "2026-11-22"},
        {"Friday", "2026-11-27"},
        {"on fri", "2026-11-27"},
        {"by Thurs", "2026-11-26"},
        {"next Sunday", "2026-11-22"},
        {"saturday", "2026-11-28"}, /* today is one */
        {"in 2 weeks", "2026-12-05"},
        {"2 weeks", "2026-12-05"},
        {"2w", "2026-12-05"},
        {"10d", "2026-12-01"},
        {"in 3 days", "2026-11-24"},
        {"in a week", "2026-11-28"},
        {"next week", "2026-11-28"},
        {"next month", "2026-12-21"},
        {"in 3 months", "2027-02-21"},
        {"Dec 24", "2026-12-24"},
        {"24 December", "2026-12-24"},
        {"Dec 24th, 2027", "2027-12-24"},
        {"24th of december", "2026-12-24"},
        {"24. Dec", "2026-12-24"},
        {"Nov 21", "2026-11-21"},
        {"Nov 20", "2027-11-20"}, /* this year's is past */
        {"Sept 1", "2027-09-01"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char date[CIVIL_ISO_BYTES] = "nothing";
        int64_t day;
        if (due_parse(str_of(cases[i].text), NOW, &day, NULL) == ERR_OK)
            civil_date(day, date);
        if (!str_is(str_of(date), cases[i].day))
            fail_msg("\"%s\" gives %s", cases[i].text, date);
        assert_int_equal(day % MS_PER_DAY, 0);
    }
}

/* The end of a shorter month; a leap day only where there is one. */
static void ends_of_months(void **state)
{
    char date[CIVIL_ISO_BYTES];
    int64_t day, from = civil_to_ms((struct civil){2027, 1, 31, 0, 0, 0, 0});
    (void)state;
    assert_int_equal(due_parse(STR("next month"), from, &day, NULL), ERR_OK);
    civil_date(day, date);
    assert_string_equal(date, "2027-02-28");
    assert_int_equal(due_parse(STR("Feb 29"), from, &day, NULL), ERR_INVALID);
}

static void days_that_are_not(void **state)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"", "cannot be read"},
        {"soon", "cannot be read"},
        {"2026-11-20", "is past"},
        {"2026-13-01", "cannot be read"},
        {"2026-12", "cannot be read"},
        {"2026-12-24-1", "cannot be read"},
        {"2050-01-01", "five years"},
        {"in 9999999999 weeks", "cannot be read"},
        {"in 1500 weeks", "five years"},
        {"Dec", "cannot be read"},
        {"Dec 32", "cannot be read"},
        {"24 24 Dec", "cannot be read"},
        {"one two three four five six", "cannot be read"},
        {"in", "cannot be read"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf why = BUF_INIT(300);
        int64_t day = 77;
        assert_int_equal(due_parse(str_of(cases[i].text), NOW, &day, &why),
                         ERR_INVALID);
        assert_int_equal(day, 77);
        if (strstr(buf_text(&why), cases[i].says) == NULL)
            fail_msg("\"%s\": %s", cases[i].text, buf_text(&why));
        buf_release(&why);
    }
}

static void prints_with_its_weekday(void **state)
{
    struct buf text = BUF_INIT(60);
    (void)state;
    due_print(NOW, &text);
    assert_string_equal(buf_text(&text), "2026-11-21, a Saturday");
    buf_release(&text);
    assert_int_equal(civil_weekday(-1), 3); /* 1969-12-31 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_that_are_read),
        cmocka_unit_test(ends_of_months),
        cmocka_unit_test(days_that_are_not),
        cmocka_unit_test(prints_with_its_weekday),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
