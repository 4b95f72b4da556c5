/*
 * Times as people type them: what they mean, how they print, what is refused.
 */
#include "bot/core/when.h"

/* clang-format off */
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

/* "2022-12-13T18:53:00" */
static int64_t ms(const char *iso)
{
    struct civil c = {0};
    assert_true(sscanf(iso, "%d-%d-%dT%d:%d:%d", &c.year, &c.month, &c.day,
                       &c.hour, &c.minute, &c.second) >= 3);
    return civil_to_ms(c);
}

/* Lived: it began on the 13th at 18:53, now is 19:20 of the same day. */
#define NOW "2022-12-13T19:20:30"
static struct when_base lived(const char *now, const char *first)
{
    return (struct when_base){.now_ms = ms(now),
                              .base_day_ms = civil_day_start(ms(first)),
                              .anchor_ms = ms(now)};
}

struct reading {
    const char *text;
    const char *from, *to; /* to NULL: a point */
    enum precision precision;
    const char *printed; /* with the date */
};

/* Told at NOW, of an incident of today. */
static const struct reading readings[] = {
    {"18:53", "2022-12-13T18:53:00", NULL, WHEN_MINUTE, "2022-12-13 18:53"},
    {" 18:53 ", "2022-12-13T18:53:00", NULL, WHEN_MINUTE, "2022-12-13 18:53"},
    {"8:21", "2022-12-13T08:21:00", NULL, WHEN_MINUTE, "2022-12-13 08:21"},
    {"at 18:53", "2022-12-13T18:53:00", NULL, WHEN_MINUTE, "2022-12-13 18:53"},
    {"18:53:07", "2022-12-13T18:53:07", NULL, WHEN_SECOND,
     "2022-12-13 18:53:07"},
    {"18:XX", "2022-12-13T18:00:00", "2022-12-13T19:00:00", WHEN_HOUR,
     "2022-12-13 18:XX"},
    {"18:xx", "2022-12-13T18:00:00", "2022-12-13T19:00:00", WHEN_HOUR,
     "2022-12-13 18:XX"},
    {"19:XX", "2022-12-13T19:00:00", "2022-12-13T20:00:00", WHEN_HOUR,
     "2022-12-13 19:XX"},
    {"~18:52", "2022-12-13T18:52:00", NULL, WHEN_ABOUT, "2022-12-13 ~18:52"},
    {"~ 18:52", "2022-12-13T18:52:00", NULL, WHEN_ABOUT, "2022-12-13 ~18:52"},
    {"about 12:30", "2022-12-13T12:30:00", NULL, WHEN_ABOUT,
     "2022-12-13 ~12:30"},
    {"ca. 12:30", "2022-12-13T12:30:00", NULL, WHEN_ABOUT, "2022-12-13 ~12:30"},
    {"2022-12-12 ~12:30", "2022-12-12T12:30:00", NULL, WHEN_ABOUT,
     "2022-12-12 ~12:30"},
    {"Dec 12, about 12:30:15", "2022-12-12T12:30:15", NULL, WHEN_ABOUT,
     "2022-12-12 ~12:30:15"},
    {"now", "2022-12-13T19:20:30", NULL, WHEN_EXACT, "2022-12-13 19:20"},
    {"5m ago", "2022-12-13T19:15:00", NULL, WHEN_MINUTE, "2022-12-13 19:15"},
    {"5 minutes ago", "2022-12-13T19:15:00", NULL, WHEN_MINUTE,
     "2022-12-13 19:15"},
    {"90 min ago", "2022-12-13T17:50:00", NULL, WHEN_MINUTE,
     "2022-12-13 17:50"},
    {"1h 30m ago", "2022-12-13T17:50:00", NULL, WHEN_MINUTE,
     "2022-12-13 17:50"},
    {"1h30m ago", "2022-12-13T17:50:00", NULL, WHEN_MINUTE, "2022-12-13 17:50"},
    {"2h ago", "2022-12-13T17:20:00", NULL, WHEN_ABOUT, "2022-12-13 ~17:20"},
    {"an hour ago", "2022-12-13T18:20:00", NULL, WHEN_ABOUT,
     "2022-12-13 ~18:20"},
    {"about 5m ago", "2022-12-13T19:15:00", NULL, WHEN_ABOUT,
     "2022-12-13 ~19:15"},
    {"40s ago", "2022-12-13T19:19:50", NULL, WHEN_SECOND,
     "2022-12-13 19:19:50"},
    {"2 days ago", "2022-12-11", "2022-12-12", WHEN_DAY, "2022-12-11"},
    /* dates */
    {"2022-12-10", "2022-12-10", "2022-12-11", WHEN_DAY, "2022-12-10"},
    {"2022-12-10 19:16", "2022-12-10T19:16:00", NULL, WHEN_MINUTE,
     "2022-12-10 19:16"},
    {"2022-12-10T19:16:05Z", "2022-12-10T19:16:05", NULL, WHEN_SECOND,
     "2022-12-10 19:16:05"},
    {"Dec 10 22:XX", "2022-12-10T22:00:00", "2022-12-10T23:00:00", WHEN_HOUR,
     "2022-12-10 22:XX"},
    {"Dec 10", "2022-12-10", "2022-12-11", WHEN_DAY, "2022-12-10"},
    {"10 Dec", "2022-12-10", "2022-12-11", WHEN_DAY, "2022-12-10"},
    {"Feb 28th 01:52", "2022-02-28T01:52:00", NULL, WHEN_MINUTE,
     "2022-02-28 01:52"},
    {"February 28th 01:52", "2022-02-28T01:52:00", NULL, WHEN_MINUTE,
     "2022-02-28 01:52"},
    {"1st march 2021, 01:52", "2021-03-01T01:52:00", NULL, WHEN_MINUTE,
     "2021-03-01 01:52"},
    {"Sept. 3 2021", "2021-09-03", "2021-09-04", WHEN_DAY, "2021-09-03"},
    {"22:15 Dec 10", "2022-12-10T22:15:00", NULL, WHEN_MINUTE,
     "2022-12-10 22:15"},
    /* the hour after 23:59 */
    {"Dec 10 24:XX", "2022-12-11T00:00:00", "2022-12-11T01:00:00", WHEN_HOUR,
     "2022-12-10 24:XX"},
    {"Dec 10 24:10", "2022-12-11T00:10:00", NULL, WHEN_MINUTE,
     "2022-12-11 00:10"},
    /* zones */
    {"18:53 UTC", "2022-12-13T18:53:00", NULL, WHEN_MINUTE, "2022-12-13 18:53"},
    {"18:53 CET", "2022-12-13T17:53:00", NULL, WHEN_MINUTE,
     "2022-12-13 17:53 (typed 18:53 CET)"},
    {"18:53+01:00", "2022-12-13T17:53:00", NULL, WHEN_MINUTE,
     "2022-12-13 17:53 (typed 18:53+01:00)"},
    {"10:53 -05:00", "2022-12-13T15:53:00", NULL, WHEN_MINUTE,
     "2022-12-13 15:53 (typed 10:53 -05:00)"},
    {"18:53 UTC+1", "2022-12-13T17:53:00", NULL, WHEN_MINUTE,
     "2022-12-13 17:53 (typed 18:53 UTC+1)"},
    {"2022-12-10T10:00:00-05:00", "2022-12-10T15:00:00", NULL, WHEN_SECOND,
     "2022-12-10 15:00:00 (typed 2022-12-10T10:00:00-05:00)"},
    {"Dec 10 24:XX CET", "2022-12-10T23:00:00", "2022-12-11T00:00:00",
     WHEN_HOUR, "2022-12-10 23:XX (typed Dec 10 24:XX CET)"},
    {"18:XX +05:30", "2022-12-13T12:30:00", "2022-12-13T13:30:00", WHEN_RANGE,
     "2022-12-13 12:30 to 13:29 (typed 18:XX +05:30)"},
    {"2022-12-10-01:00", "2022-12-10T01:00:00", "2022-12-11T01:00:00",
     WHEN_RANGE,
     "2022-12-10 01:00 to 2022-12-11 00:59 (typed 2022-12-10-01:00)"},
    {"2022-12-10 CET", "2022-12-09T23:00:00", "2022-12-10T23:00:00", WHEN_RANGE,
     "2022-12-09 23:00 to 2022-12-10 22:59 (typed 2022-12-10 CET)"},
    /* spans */
    {"between 18:00 and 18:30", "2022-12-13T18:00:00", "2022-12-13T18:30:00",
     WHEN_RANGE, "2022-12-13 18:00 to 18:30"},
    {"18:00 - 18:30", "2022-12-13T18:00:00", "2022-12-13T18:30:00", WHEN_RANGE,
     "2022-12-13 18:00 to 18:30"},
    {"18:00-18:31", "2022-12-13T18:00:00", "2022-12-13T18:31:00", WHEN_RANGE,
     "2022-12-13 18:00 to 18:31"},
    {"18:00\xE2\x80\x93"
     "18:30",
     "2022-12-13T18:00:00", "2022-12-13T18:30:00", WHEN_RANGE,
     "2022-12-13 18:00 to 18:30"},
    {"from 18:00 to 18:30", "2022-12-13T18:00:00", "2022-12-13T18:30:00",
     WHEN_RANGE, "2022-12-13 18:00 to 18:30"},
    {"18:00 CET to 18:30", "2022-12-13T17:00:00", "2022-12-13T17:30:00",
     WHEN_RANGE, "2022-12-13 17:00 to 17:30 (typed 18:00 CET to 18:30)"},
    {"18:00 to 18:30 CET", "2022-12-13T17:00:00", "2022-12-13T17:30:00",
     WHEN_RANGE, "2022-12-13 17:00 to 17:30 (typed 18:00 to 18:30 CET)"},
    {"between 2022-07-10 and 2022-07-16", "2022-07-10", "2022-07-17",
     WHEN_RANGE, "2022-07-10 to 2022-07-16"},
    {"Dec 9 - Dec 10", "2022-12-09", "2022-12-11", WHEN_RANGE,
     "2022-12-09 to 2022-12-10"},
    {"Dec 10 23:50 - 00:10", "2022-12-10T23:50:00", "2022-12-11T00:10:00",
     WHEN_RANGE, "2022-12-10 23:50 to 2022-12-11 00:10"},
    {"between 17:XX and 18:XX", "2022-12-13T17:00:00", "2022-12-13T19:00:00",
     WHEN_RANGE, "2022-12-13 17:00 to 18:59"},
    {"Dec 31 23:00 - Jan 1 01:00", "2021-12-31T23:00:00", "2022-01-01T01:00:00",
     WHEN_RANGE, "2021-12-31 23:00 to 2022-01-01 01:00"},
    {"Dec 31 - Jan 1 2020", "2019-12-31", "2020-01-02", WHEN_RANGE,
     "2019-12-31 to 2020-01-01"},
    {"18:53:10 to 18:53:40", "2022-12-13T18:53:10", "2022-12-13T18:53:40",
     WHEN_RANGE, "2022-12-13 18:53:10 to 18:53:40"},
    {"19:24", "2022-12-13T19:24:00", NULL, WHEN_MINUTE, "2022-12-13 19:24"},
    {"Feb 29", "2020-02-29", "2020-03-01", WHEN_DAY, "2020-02-29"},
};

/* Told elsewhen. */
static const struct placed {
    struct reading reading;
    const char *now, *first, *anchor;
} placed[] = {
    {{"24:XX", "2022-12-14T00:00:00", "2022-12-14T01:00:00", WHEN_HOUR,
      "2022-12-13 24:XX"},
     "2022-12-14T02:00:00",
     NOW,
     "2022-12-14T02:00:00"},
    /* 00:30 in Berlin of the 14th is still the 13th in UTC */
    {{"00:30 CET", "2022-12-13T23:30:00", NULL, WHEN_MINUTE,
      "2022-12-13 23:30 (typed 00:30 CET)"},
     "2022-12-13T23:45:00",
     NOW,
     "2022-12-13T23:45:00"},
    /* by a clock that is behind UTC, or ahead of it, that day began elsewhen */
    {{"16:30 PST", "2022-12-13T00:30:00", NULL, WHEN_MINUTE,
      "2022-12-13 00:30 (typed 16:30 PST)"},
     "2022-12-14T00:10:00",
     "2022-12-12T18:00:00",
     "2022-12-14T00:10:00"},
    {{"00:30 +02:00", "2022-12-12T22:30:00", NULL, WHEN_MINUTE,
      "2022-12-12 22:30 (typed 00:30 +02:00)"},
     "2022-12-13T00:10:00",
     "2022-12-13T00:10:00",
     "2022-12-13T00:10:00"},
    /* midnight, years */
    {{"23:50", "2022-12-13T23:50:00", NULL, WHEN_MINUTE, "2022-12-13 23:50"},
     "2022-12-14T00:20:00",
     NOW,
     "2022-12-14T00:20:00"},
    {{"00:10", "2022-12-14T00:10:00", NULL, WHEN_MINUTE, "2022-12-14 00:10"},
     "2022-12-14T00:20:00",
     NOW,
     "2022-12-14T00:20:00"},
    /* declared at 00:20, told of what came before */
    {{"23:50", "2022-12-13T23:50:00", NULL, WHEN_MINUTE, "2022-12-13 23:50"},
     "2022-12-14T00:20:00",
     "2022-12-14T00:20:00",
     "2022-12-14T00:20:00"},
    {{"18:00", "2022-12-15T18:00:00", NULL, WHEN_MINUTE, "2022-12-15 18:00"},
     "2022-12-16T09:00:00",
     NOW,
     "2022-12-16T09:00:00"},
    {{"Dec 31 23:50", "2022-12-31T23:50:00", NULL, WHEN_MINUTE,
      "2022-12-31 23:50"},
     "2023-01-01T00:10:00",
     "2023-01-01T00:10:00",
     "2023-01-01T00:10:00"},
    {{"Jan 1 00:05", "2023-01-01T00:05:00", NULL, WHEN_MINUTE,
      "2023-01-01 00:05"},
     "2023-01-01T00:10:00",
     "2022-12-31T23:50:00",
     "2023-01-01T00:10:00"},
    {{"Feb 29 2024 12:00", "2024-02-29T12:00:00", NULL, WHEN_MINUTE,
      "2024-02-29 12:00"},
     "2024-03-01T00:00:00",
     "2024-03-01T00:00:00",
     "2024-03-01T00:00:00"},
    /* written up a year later */
    {{"Dec 17 22:XX", "2022-12-17T22:00:00", "2022-12-17T23:00:00", WHEN_HOUR,
      "2022-12-17 22:XX"},
     "2024-06-01T10:00:00",
     "2022-12-16T12:43:00",
     "2024-06-01T10:00:00"},
    {{"18:55", "2022-12-13T18:55:00", NULL, WHEN_MINUTE, "2022-12-13 18:55"},
     "2024-06-01T10:00:00",
     NOW,
     "2022-12-13T18:53:00"},
    {{"00:10", "2022-12-14T00:10:00", NULL, WHEN_MINUTE, "2022-12-14 00:10"},
     "2024-06-01T10:00:00",
     NOW,
     "2022-12-13T23:50:00"},
    {{"18:50", "2022-12-13T18:50:00", NULL, WHEN_MINUTE, "2022-12-13 18:50"},
     "2024-06-01T10:00:00",
     NOW,
     "2022-12-13T18:53:00"},
    /* twelve hours before or after: a story is told forwards */
    {{"06:53", "2022-12-14T06:53:00", NULL, WHEN_MINUTE, "2022-12-14 06:53"},
     "2024-06-01T10:00:00",
     NOW,
     "2022-12-13T18:53:00"},
    /* nearer on the day before, but nothing was before the base day */
    {{"23:50", "2022-12-13T23:50:00", NULL, WHEN_MINUTE, "2022-12-13 23:50"},
     "2024-06-01T10:00:00",
     NOW,
     "2022-12-13T00:30:00"},
};

typedef enum err parse_fn(struct str text, const struct when_base *base,
                          struct when *out, struct buf *why);

static void check_reading_by(parse_fn *parse, const struct reading *r,
                             const struct when_base *base)
{
    struct when got = {0};
    struct buf why = BUF_INIT(600), printed = BUF_INIT(600);
    enum err err = parse(str_of(r->text), base, &got, &why);
    if (err != ERR_OK)
        fail_msg("%s: %s", r->text, buf_text(&why));
    int64_t to = r->to == NULL ? ms(r->from) : ms(r->to);
    /* a span of clock times ends in its last minute, others before it */
    if (r->to != NULL && got.to_ms != to)
        to--;
    when_print(&got, true, &printed);
    if (got.from_ms != ms(r->from) || got.to_ms != to ||
        got.precision != r->precision ||
        !str_is(buf_str(&printed), r->printed)) {
        char from[CIVIL_ISO_BYTES], until[CIVIL_ISO_BYTES];
        civil_iso(got.from_ms, from);
        civil_iso(got.to_ms, until);
        fail_msg("%s: %s to %s, precision %d, prints %s", r->text, from, until,
                 (int)got.precision, buf_text(&printed));
    }
    assert_true(str_is(str_trim(str_of(r->text)), got.typed));
    buf_release(&why);
    buf_release(&printed);
}

static void check_reading(const struct reading *r, const struct when_base *base)
{
    check_reading_by(when_parse, r, base);
}

static void reads_every_form(void **state)
{
    (void)state;
    struct when_base base = lived(NOW, NOW);
    for (size_t i = 0; i < sizeof readings / sizeof *readings; i++)
        check_reading(&readings[i], &base);
}

/* A form shows a time as it is printed, and sends that back. */
static void reads_back_what_it_prints(void **state)
{
    (void)state;
    struct when_base base = lived(NOW, NOW);
    for (size_t i = 0; i < sizeof readings / sizeof *readings; i++) {
        struct when when, back;
        struct buf printed = BUF_INIT(600), why = BUF_INIT(600);
        assert_int_equal(
            when_parse(str_of(readings[i].text), &base, &when, NULL), ERR_OK);
        when_print_utc(&when, true, &printed);
        if (when_parse(buf_str(&printed), &base, &back, &why) != ERR_OK)
            fail_msg("%s: %s", buf_text(&printed), buf_text(&why));
        /* The clock of a machine is finer than what is shown of it. */
        if (back.from_ms / MS_PER_MINUTE != when.from_ms / MS_PER_MINUTE ||
            (when.precision != WHEN_EXACT && back.precision != when.precision))
            fail_msg("%s is read back as something else", buf_text(&printed));
        buf_release(&printed);
        buf_release(&why);
    }
}

/* Said at 00:10 of the 14th: of the reader's UTC, or of the zone that is named.
 */
static const struct reading said[] = {
    {"yesterday 23:50", "2022-12-13T23:50:00", NULL, WHEN_MINUTE,
     "2022-12-13 23:50"},
    {"23:50 yesterday", "2022-12-13T23:50:00", NULL, WHEN_MINUTE,
     "2022-12-13 23:50"},
    {"Yesterday, at 23:50", "2022-12-13T23:50:00", NULL, WHEN_MINUTE,
     "2022-12-13 23:50"},
    {"about yesterday 09:15", "2022-12-13T09:15:00", NULL, WHEN_ABOUT,
     "2022-12-13 ~09:15"},
    {"yesterday 22:XX", "2022-12-13T22:00:00", "2022-12-13T23:00:00", WHEN_HOUR,
     "2022-12-13 22:XX"},
    {"yesterday", "2022-12-13", "2022-12-14", WHEN_DAY, "2022-12-13"},
    {"today", "2022-12-14", "2022-12-15", WHEN_DAY, "2022-12-14"},
    {"today 00:05", "2022-12-14T00:05:00", NULL, WHEN_MINUTE,
     "2022-12-14 00:05"},
    /* It is the 13th there yet. */
    {"yesterday 18:30 -05:00", "2022-12-12T23:30:00", NULL, WHEN_MINUTE,
     "2022-12-12 23:30 (typed yesterday 18:30 -05:00)"},
    {"~yesterday 23:50", "2022-12-13T23:50:00", NULL, WHEN_ABOUT,
     "2022-12-13 ~23:50"},
    {"5m ago", "2022-12-14T00:05:00", NULL, WHEN_MINUTE, "2022-12-14 00:05"},
    {"-5m", "2022-12-14T00:05:00", NULL, WHEN_MINUTE, "2022-12-14 00:05"},
    {"5 min", "2022-12-14T00:05:00", NULL, WHEN_MINUTE, "2022-12-14 00:05"},
};

static void a_day_may_be_said(void **state)
{
    (void)state;
    struct when_base base = lived("2022-12-14T00:10:00", "2022-12-14");
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        check_reading_by(when_parse_said, &said[i], &base);
    static const char *const unread[] = {"yesterday evening",
                                         "yesterday yesterday",
                                         "yesterday 2022-12-13",
                                         "today 23:50",
                                         "yesterday-ish",
                                         "18:00 to 19:00 yesterday",
                                         "~yesterday",
                                         "-5",
                                         "--5m"};
    for (size_t i = 0; i < sizeof unread / sizeof *unread; i++) {
        struct when got;
        struct buf why = BUF_INIT(600);
        assert_int_equal(when_parse_said(str_of(unread[i]), &base, &got, &why),
                         ERR_INVALID);
        assert_true(why.n > 0);
        if (i == 0)
            assert_non_null(strstr(buf_text(&why), "\"yesterday evening\""));
        buf_release(&why);
    }
    struct when got;
    assert_int_equal(when_parse_said(STR("\0 yesterday"), &base, &got, NULL),
                     ERR_INVALID);
    /* Nobody knows the day that a paste or a page was written on. */
    assert_int_equal(when_parse(STR("yesterday 23:50"), &base, &got, NULL),
                     ERR_INVALID);
}

static void finds_day_and_year(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof placed / sizeof *placed; i++) {
        struct when_base base = lived(placed[i].now, placed[i].first);
        base.anchor_ms = ms(placed[i].anchor);
        check_reading(&placed[i].reading, &base);
    }
}

struct refusal {
    const char *text;
    const char *says;
};
static const struct refusal refusals[] = {
    {"", "missing"},
    {"  ", "missing"},
    {"yesterday-ish", "cannot be read"},
    {"18:5", "cannot be read"},
    {"1853", "18:53"},
    {"18:53 18:54", "cannot be read"},
    {"Dec 17 Dec 18", "cannot be read"},
    {"12/17", "cannot be read"},
    {"Dec 17 ~", "cannot be read"},
    {"18:53 ~18:54", "cannot be read"},
    {"5 parsecs ago", "cannot be read"},
    {"ago", "cannot be read"},
    {"100000000m ago", "cannot be read"},
    {"25:10", "not a time of day"},
    {"18:60", "not a time of day"},
    {"18:53:60", "not a time of day"},
    {"25:XX", "not a time of day"},
    {"2022-02-29", "no such date"},
    {"Feb 30", "no such date"},
    {"2022-13-01", "no such date"},
    {"Dec 0", "no such date"},
    {"2022-12-14", "in the future"},
    {"2022-12-13 19:26", "in the future"},
    {"between 18:00 and 20:00", "in the future"},
    {"6:53 pm", "6:53 pm is 18:53."},
    {"3pm", "3pm is 15:00."},
    {"12:05 am", "12:05 am is 00:05."},
    {"Dec 17 3 PM", "3 PM is 15:00."},
    {"15:30pm", "6:53 pm is 18:53."},
    {"1530", "If 1530 is a time of day, write it as 15:30."},
    {"15.30", "write it as 15:30."},
    {"2.2.0", "cannot be read"},
    {"9999", "cannot be read"},
    {"18:53 CST", "different zones"},
    {"18:53 XYZ", "not known"},
    {"18:53 +15:00", "not a zone"},
    {"18:53 CET CET", "cannot be read"},
    {"18:53-05:00", "zone or a span"},
    {"Dec 10-12", "between Dec 10 and Dec 12"},
    {"Dec 9th-11th", "cannot be read"},
    {"2022-12-10-12", "between Dec 10 and Dec 12"},
    {"Dec 10-12 18:53", "between Dec 10 and Dec 12"},
    {"between 18:00", "both ends"},
    {"between 2022-12-10 and 2022-12-09", "before it begins"},
    {"18:53\n", NULL},
    {"18:\n53", "characters"},
    {"18:53 \xE2\x80\xAE", "characters"},
    {"18:53 \xFF", "characters"},
};

static void refuses_in_words(void **state)
{
    (void)state;
    struct when_base base = lived(NOW, NOW);
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        const struct refusal *r = &refusals[i];
        struct when got = when_exact(42), untouched = got;
        struct buf why = BUF_INIT(600);
        enum err err = when_parse(str_of(r->text), &base, &got, &why);
        if (r->says == NULL) {
            assert_int_equal(err, ERR_OK);
        } else {
            if (err != ERR_INVALID || strstr(buf_text(&why), r->says) == NULL)
                fail_msg("%s: %d %s", r->text, (int)err, buf_text(&why));
            assert_memory_equal(&got, &untouched, sizeof got);
            assert_int_equal(when_parse(str_of(r->text), &base, &got, NULL),
                             ERR_INVALID);
        }
        buf_release(&why);
    }
}

static void refuses_what_is_too_long(void **state)
{
    (void)state;
    struct when_base base = lived(NOW, NOW);
    char text[WHEN_TYPED_BYTES + 1];
    struct when got;
    memset(text, ' ', sizeof text);
    memcpy(text, "18:", 3);
    memcpy(text + WHEN_TYPED_BYTES - 2, "53", 2);
    assert_int_equal(
        when_parse((struct str){text, WHEN_TYPED_BYTES}, &base, &got, NULL),
        ERR_TOO_LONG);
}

/* The evening of Dec 17 in order, and the next afternoon after it. */
static void sorts_the_24th_hour(void **state)
{
    (void)state;
    static const char *const in_order[] = {"Dec 17 21:43", "Dec 17 22:XX",
                                           "Dec 17 23:XX", "Dec 17 24:XX",
                                           "Dec 18 14:45"};
    struct when_base base = lived("2022-12-19T10:00:00", "2022-12-16T12:43:00");
    struct when before = {0};
    for (size_t i = 0; i < sizeof in_order / sizeof *in_order; i++) {
        struct when next;
        assert_int_equal(when_parse(str_of(in_order[i]), &base, &next, NULL),
                         ERR_OK);
        assert_int_equal(when_compare(&before, &next), -1);
        assert_int_equal(when_compare(&next, &before), 1);
        assert_int_equal(when_compare(&next, &next), 0);
        before = next;
    }
}

static void prints_without_a_date(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"18:53", "18:53"},
        {"Dec 10 24:XX", "24:XX"},
        {"~18:52", "~18:52"},
        {"18:53 CET", "17:53 (typed 18:53 CET)"},
        {"2022-12-10", "2022-12-10"},
        {"18:00 - 18:30", "2022-12-13 18:00 to 18:30"},
    };
    struct when_base base = lived(NOW, NOW);
    struct buf out = BUF_INIT(200);
    struct when never = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct when when;
        assert_int_equal(when_parse(str_of(cases[i][0]), &base, &when, NULL),
                         ERR_OK);
        buf_clear(&out);
        when_print(&when, false, &out);
        assert_string_equal(buf_text(&out), cases[i][1]);
    }
    buf_clear(&out);
    when_print(&never, true, &out);
    assert_string_equal(buf_text(&out), "not recorded");
    buf_release(&out);
}

static void prints_spans(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"18:53", "19:01", "8 minutes"},
        {"19:01", "18:53", "-8 minutes"},
        {"18:53", "18:54", "1 minute"},
        {"18:53", "18:53", "less than a minute"},
        {"17:XX", "18:11", "12 to 71 minutes"},
        {"17:00", "18:XX", "60 to 119 minutes"},
        {"~18:53", "19:01", "about 8 minutes"},
        {"17:00", "18:35", "1 h 35 min"},
        {"17:00", "19:00", "2 h"},
        {"Dec 11 12:43", "18:53", "2 d 6 h 10 min"},
        {"18:53:10", "18:53:50", "40 seconds"},
        {"18:53:50", "18:54:10", "20 seconds"},
        {"18:53:10", "18:55:50", "2 minutes"},
        {"12:00", "18:XX", "6 h to 6 h 59 min"},
        {"2022-12-10", "2022-12-12", "1 to 3 days"},
        {"18:53", "18:XX", "-53 to 6 minutes"},
    };
    struct when_base base = lived(NOW, NOW);
    struct buf out = BUF_INIT(200);
    struct when never = {0}, now = when_exact(ms(NOW));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct when a, b;
        assert_int_equal(when_parse(str_of(cases[i][0]), &base, &a, NULL),
                         ERR_OK);
        assert_int_equal(when_parse(str_of(cases[i][1]), &base, &b, NULL),
                         ERR_OK);
        buf_clear(&out);
        when_print_span(&a, &b, &out);
        assert_string_equal(buf_text(&out), cases[i][2]);
    }
    buf_clear(&out);
    when_print_span(&now, &never, &out);
    assert_string_equal(buf_text(&out), "not recorded");
    buf_release(&out);
}

static void knows_points(void **state)
{
    (void)state;
    struct when never = {0}, exact = when_exact(5), about = exact, hour = exact;
    about.precision = WHEN_ABOUT;
    hour.precision = WHEN_HOUR;
    hour.to_ms = 6;
    assert_false(when_is_set(&never));
    assert_false(when_is_point(&never));
    assert_true(when_is_set(&exact));
    assert_true(when_is_point(&exact));
    assert_false(when_is_point(&about));
    assert_false(when_is_point(&hour));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_back_what_it_prints),
        cmocka_unit_test(reads_every_form),
        cmocka_unit_test(a_day_may_be_said),
        cmocka_unit_test(finds_day_and_year),
        cmocka_unit_test(refuses_in_words),
        cmocka_unit_test(refuses_what_is_too_long),
        cmocka_unit_test(sorts_the_24th_hour),
        cmocka_unit_test(prints_without_a_date),
        cmocka_unit_test(prints_spans),
        cmocka_unit_test(knows_points),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
