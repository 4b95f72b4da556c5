/*
 * Pasted timelines: what each form of a line says, and what is said about those
 * that cannot be read.
 */
#include "bot/core/import.h"

/* clang-format off */
#include <stdarg.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#define DAY_MS INT64_C(1671235200000) /* 2022-12-17 */
static const struct when_base base = {
    .now_ms = DAY_MS + 30 * MS_PER_DAY,
    .base_day_ms = DAY_MS - MS_PER_DAY,
    .anchor_ms = DAY_MS,
};

/* What was read, as lines: `1 2022-12-17 18:53 @dma text`, with the phase in
 * brackets, text's further lines behind " / ", and blocks behind " # ". */
struct heard {
    struct buf out;
    struct sha256 keys[8];
    int entries;
};

static void add_on_one_line(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.s[i] == '\n')
            buf_add_text(out, " / ");
        else
            buf_add_char(out, text.s[i]);
}

static void hear_entry(void *to, const struct import_entry *entry)
{
    struct heard *heard = to;
    buf_addf(&heard->out, "%d ", entry->line);
    when_print(&entry->when, true, &heard->out);
    if (entry->phase != PHASE_NONE)
        buf_addf(&heard->out, " (%s)",
                 word_of(&phase_words, (int)entry->phase));
    if (entry->actor.n > 0)
        buf_addf(&heard->out, " @%.*s", STR_ARG(entry->actor));
    buf_add_char(&heard->out, ' ');
    add_on_one_line(&heard->out, entry->text);
    for (int i = 0; i < entry->block_count; i++) {
        buf_add_text(&heard->out, " # ");
        add_on_one_line(&heard->out, entry->blocks[i]);
    }
    buf_add_char(&heard->out, '\n');
    if (heard->entries < 8)
        heard->keys[heard->entries] = import_entry_key(entry);
    heard->entries++;
}

static void hear_problem(void *to, int line, struct str words)
{
    struct heard *heard = to;
    (void)line;
    buf_addf(&heard->out, "! %.*s\n", STR_ARG(words));
}

static struct import_result hear(const struct import_source *source,
                                 struct heard *heard)
{
    struct import_sink sink = {heard, hear_entry, hear_problem, NULL};
    *heard = (struct heard){.out = BUF_INIT(1 << 20)};
    return import_read(source, &sink);
}

static void hear_is(const char *text, const char *want)
{
    struct heard heard;
    struct import_source source = {.text = str_of(text),
                                   .base = &base,
                                   .has_date = true,
                                   .date_ms = DAY_MS};
    (void)hear(&source, &heard);
    if (strcmp(buf_text(&heard.out), want) != 0)
        fail_msg("%s\nwas heard as\n%s\nnot as\n%s", text, buf_text(&heard.out),
                 want);
    buf_release(&heard.out);
}

/* One line each, on 2022-12-17. */
static const struct {
    const char *line, *heard;
} lines[] = {
    {"- **18:53** `@dma` Slow responses", "18:53 @dma Slow responses"},
    {"\xE2\x80\xA2 18:53 @dma Slow responses", "18:53 @dma Slow responses"},
    {"\xE2\x80\xA2 **18:53** @dma: Slow", "18:53 @dma Slow"},
    {"* 18:53 - Slow responses", "18:53 Slow responses"},
    {"* **18:53** \xE2\x80\x93 Slow responses", "18:53 Slow responses"},
    {"+ 18:53 Slow", "18:53 Slow"},
    {"1. 18:53 Slow", "18:53 Slow"},
    {"- [x] 18:53 Slow", "18:53 Slow"},
    {"> 18:53 Slow", "18:53 Slow"},
    {"  - 18:53 Slow", "18:53 Slow"},
    {"13:12 - Slow", "13:12 Slow"},
    {"13:12: Slow", "13:12 Slow"},
    {"13:12 Slow: very", "13:12 Slow: very"},
    {"**13:12:** Slow", "13:12 Slow"},
    {"**13:12 Slow**", "13:12 Slow"},
    {"**13:12**: **very** slow", "13:12 **very** slow"},
    {"*13:12* Slow", "13:12 Slow"},
    {"`13:12` `nginx -t` fails", "13:12 `nginx -t` fails"},
    {"13:12 `nginx -t` fails", "13:12 `nginx -t` fails"},
    {"(13:12) Slow", "13:12 Slow"},
    {"[13:12] dma: Slow", "13:12 @dma Slow"},
    {"[13:12] <dma> Slow", "13:12 @dma Slow"},
    {"[13:12]dma: Slow", "13:12 @dma Slow"}, /* Discord, compact */
    {"[13:12] Slow: very", "13:12 @Slow very"},
    {"[13:12] https://example.org is slow",
     "13:12 https://example.org is slow"},
    {"[13:12] It is slow", "13:12 It is slow"},
    {"13:12 dma: Slow", "13:12 dma: Slow"},
    {"18:53 UTC @dma Slow", "18:53 @dma Slow"},
    {"18:53 (UTC) @dma Slow", "18:53 @dma Slow"},
    {"18:53Z Slow", "18:53 Slow"},
    {"18:53 CET Slow", "17:53 (typed 18:53 CET) Slow"},
    {"18:53 +0100 Slow", "17:53 (typed 18:53 +0100) Slow"},
    {"18:53 West coast users fail", "18:53 West coast users fail"},
    {"18:53 -5 hosts left", "18:53 -5 hosts left"},
    {"18:53 EST users wake up", "23:53 (typed 18:53 EST) users wake up"},
    {"22:17:30 Slow", "22:17:30 Slow"},
    {"22:XX Slow", "22:XX Slow"},
    {"22:xx: Slow", "22:XX Slow"},
    {"24:XX Slow", "24:XX Slow"},
    {"~18:52 Slow", "~18:52 Slow"},
    {"- ~18:52 - Slow", "~18:52 Slow"},
    {"about 18:52 it slows down", "~18:52 it slows down"},
    {"18:53 @malte_j, Slow", "18:53 @malte_j Slow"},
    {"18:53 @nova@social.example.org Slow",
     "18:53 @nova@social.example.org Slow"},
    {"18:53 **@nova** Slow", "18:53 @nova Slow"},
    {"18:53 @UptimeRobot - Monitor is DOWN",
     "18:53 @UptimeRobot Monitor is DOWN"},
    {"18:53 @dma and @nova restart it", "18:53 @dma and @nova restart it"},
    {"18:53 `@dma`, `@nova`: restart it", "18:53 `@dma`, `@nova`: restart it"},
    {"18:53 @everyone is told", "18:53 @everyone is told"},
    {"18:53 @dma's server is down", "18:53 @dma's server is down"},
    {"18:53 `@dma`'s server is down", "18:53 `@dma`'s server is down"},
    {"18:53 @dma\xE2\x80\x99s server", "18:53 @dma\xE2\x80\x99s server"},
    {"18:53 @jonas' server", "18:53 @jonas' server"},
    {"18:53 <@123> is told", "18:53 <@123> is told"},
    {"18:53 ~ @ midnight", "18:53 ~ @ midnight"},
    {"18:53 10.2.1 is installed", "18:53 10.2.1 is installed"},
    {"18:53 3 hosts - 2 of them new", "18:53 3 hosts - 2 of them new"},
};

static void every_form_of_a_line_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct buf want = BUF_INIT(1000);
        buf_addf(&want, "1 2022-12-17 %s\n", lines[i].heard);
        hear_is(lines[i].line, buf_text(&want));
        buf_release(&want);
    }
}

static void lines_with_dates_are_read(void **state)
{
    (void)state;
    hear_is("Dec 17th 22:XX More reports", "1 2022-12-17 22:XX More reports\n");
    hear_is("Dec 18th, 2022 at 14:45 - Rules", "1 2022-12-18 14:45 Rules\n");
    hear_is("- **Dec 18** **14:45** @dma Rules",
            "1 2022-12-18 14:45 @dma Rules\n");
    hear_is("Sat, 17 Dec 22:15 Rules", "1 2022-12-17 22:15 Rules\n");
    hear_is("Dec 18 ~14:45 Rules", "1 2022-12-18 ~14:45 Rules\n");
    hear_is("2022-12-09 19:16 text", "1 2022-12-09 19:16 text\n");
    hear_is("2022-12-09T19:16:05Z text", "1 2022-12-09 19:16:05 text\n");
    hear_is("2022-12-09 first seen", "1 2022-12-09 first seen\n");
    hear_is("Dec 9: first seen", "1 2022-12-09 first seen\n");
    hear_is("Dec 31 23:00 a\nJan 1 00:10 b",
            "1 2022-12-31 23:00 a\n2 2023-01-01 00:10 b\n");
    hear_is("18:53-19:10 Slow", "1 2022-12-17 18:53 to 19:10 Slow\n");
    hear_is("18:53 \xE2\x80\x93 19:10 Slow",
            "1 2022-12-17 18:53 to 19:10 Slow\n");
    hear_is("between 2022-12-10 and 2022-12-16 it grew",
            "1 2022-12-10 to 2022-12-16 it grew\n");
    hear_is("23:50-00:10 Slow", "1 2022-12-17 23:50 to 2022-12-18 00:10 "
                                "Slow\n");
}

static void dates_alone_hold_for_what_follows(void **state)
{
    (void)state;
    static const char *const headings[] = {
        "## 2022-12-18",
        "Dec 18th",
        "**Dec 18**",
        "2022-12-18",
        "### Sunday, Dec 18",
        "**Sunday, 18 December 2022:**",
        "- Dec 18:",
        "# Timeline of 2022-12-18 (UTC)",
        "Sun Dec 18",
        "__2022-12-18__",
        "## Dec 18 the queues",
    };
    for (size_t i = 0; i < sizeof headings / sizeof *headings; i++) {
        struct buf text = BUF_INIT(1000);
        buf_addf(&text, "23:58 a\n\n%s\n\n- 14:45 b\n", headings[i]);
        hear_is(buf_text(&text),
                "1 2022-12-17 23:58 a\n5 2022-12-18 14:45 b\n");
        buf_release(&text);
    }
}

static void so_does_the_zone_of_a_date_alone(void **state)
{
    (void)state;
    hear_is("## Dec 18 (CET)\n00:30 a",
            "2 2022-12-17 23:30 (typed 00:30 +01:00) a\n");
    hear_is("2022-12-18 PST\n18:30 a",
            "2 2022-12-19 02:30 (typed 18:30 -08:00) a\n");
}

static void midnight_rolls_on(void **state)
{
    (void)state;
    hear_is("23:58 a\n00:03 b\n00:01 c\n09:00 d\n23:00 e\n07:30 f",
            "1 2022-12-17 23:58 a\n2 2022-12-18 00:03 b\n"
            "3 2022-12-18 00:01 c\n4 2022-12-18 09:00 d\n"
            "5 2022-12-18 23:00 e\n6 2022-12-19 07:30 f\n");
    /* A step back is no new day, and a date has the last word. */
    hear_is("19:06 a\n19:05 b", "1 2022-12-17 19:06 a\n2 2022-12-17 19:05 b\n");
    hear_is("Dec 17 23:58 a\nDec 17 00:03 b\n00:05 c",
            "1 2022-12-17 23:58 a\n2 2022-12-17 00:03 b\n"
            "3 2022-12-17 00:05 c\n");
    hear_is("24:XX a\n00:40 b\n14:45 c",
            "1 2022-12-17 24:XX a\n2 2022-12-18 00:40 b\n"
            "3 2022-12-18 14:45 c\n");
    hear_is("23:58 CET a\n00:03 CET b",
            "1 2022-12-17 22:58 (typed 23:58 CET) a\n"
            "2 2022-12-17 23:03 (typed 00:03 CET) b\n");
    hear_is("18:10-18:20 PST a\n18:30 PST b",
            "1 2022-12-18 02:10 to 02:20 (typed 18:10-18:20 PST) a\n"
            "2 2022-12-18 02:30 (typed 18:30 PST) b\n");
}

static void text_goes_on(void **state)
{
    (void)state;
    hear_is("18:53 @dma Slow\nand slower\n  - much\n\n  indented\n18:54 Next",
            "1 2022-12-17 18:53 @dma Slow / and slower / - much / indented\n"
            "6 2022-12-17 18:54 Next\n");
    hear_is("18:53 @dma\nSlow", "1 2022-12-17 18:53 @dma Slow\n");
    hear_is("18:53 Slow\r\nand slower\r\n",
            "1 2022-12-17 18:53 Slow / and slower\n");
    hear_is("18:53 Slow\nMay 5 users complained",
            "1 2022-12-17 18:53 Slow / May 5 users complained\n");
    hear_is("\xEF\xBB\xBF# Timeline\n---\n18:53 Slow\n***\n",
            "3 2022-12-17 18:53 Slow\n");
}

static void blocks_are_evidence(void **state)
{
    (void)state;
    hear_is("- **18:59** `@nova` Redis\n```\nDec 13 fritz\n  two\n\n```\n",
            "1 2022-12-17 18:59 @nova Redis # Dec 13 fritz /   two / \n");
    hear_is("18:59 Redis\n\n~~~sh\n```\n~~~ \nand on",
            "1 2022-12-17 18:59 Redis / and on # ```\n");
    hear_is("- 18:59 Redis\n  ```bash\n  nginx -t\n    more\n  ```\n- 19:00 b",
            "1 2022-12-17 18:59 Redis # nginx -t /   more\n"
            "6 2022-12-17 19:00 b\n");
    hear_is("18:59 a\n```\n19:00 no entry\n```\n```\ntwo\n```",
            "1 2022-12-17 18:59 a # 19:00 no entry # two\n");
    hear_is("18:59 a ```log line\nnext```\n19:00 b",
            "1 2022-12-17 18:59 a # log line / next\n"
            "3 2022-12-17 19:00 b\n");
    hear_is("18:59 see ```inline``` code",
            "1 2022-12-17 18:59 see ```inline``` code\n");
    hear_is("18:59 a\n```one line```\n19:00 b",
            "1 2022-12-17 18:59 a # one line\n3 2022-12-17 19:00 b\n");
    hear_is("18:59 @nova\n```\nx\n```",
            "1 2022-12-17 18:59 @nova See the evidence. # x\n");
    hear_is("18:59 a\n````\n```\n````", "1 2022-12-17 18:59 a # ```\n");
    hear_is("```\nx\n```\n18:59 a",
            "! Line 1: a code block without an entry above it. Put a line with "
            "a time before it.\n4 2022-12-17 18:59 a\n");
    hear_is("18:59 a\n```\nx", "! Line 2: this code block is never closed.\n"
                               "1 2022-12-17 18:59 a # x\n");
}

static void tables_are_read(void **state)
{
    (void)state;
    hear_is("| Time | Phase | Who | What |\n|---|:-:|---|---|\n"
            "| 18:53 | Identify | @dma | Slow |\n"
            "| 18:55 | Remediate | | Deleted \\| gone |\n"
            "| | | | and more |\n"
            "| Dec 18 01:00 | - | `@nova` | Over<br>and out |\n",
            "3 2022-12-17 18:53 (Identify) @dma Slow\n"
            "4 2022-12-17 18:55 (Remediate) Deleted | gone / and more\n"
            "6 2022-12-18 01:00 @nova Over / and out\n");
    hear_is("What | Who | When (UTC) | Link\n---|---|---|---\n"
            "Slow | dma | 18:53 | #217\nNotes\n",
            "3 2022-12-17 18:53 @dma Slow / Link: #217 / Notes\n");
    hear_is("| 18:53 | Identify | dma | Slow |\n| 18:54 | nova | Fast |\n"
            "| 18:55 | Over |",
            "1 2022-12-17 18:53 (Identify) @dma Slow\n"
            "2 2022-12-17 18:54 @nova Fast\n3 2022-12-17 18:55 Over\n");
    hear_is("| Date | Time | Event |\n|--|--|--|\n| Dec 18 | 18:53 | a |\n"
            "| | 18:54 | b |",
            "3 2022-12-18 18:53 a\n4 2022-12-18 18:54 b\n");
    hear_is("| Time (CET) | Event |\n|--|--|\n| 18:53 | a |",
            "3 2022-12-17 17:53 (typed 18:53 +01:00) a\n");
    hear_is("| Time | Who | What |\n|--|--|--|\n| 18:53 | dma | Slow |\n"
            "| ? | user report | timeouts |\n| | | the texts too |\n"
            "| 18:55 | nova | Fast |\n",
            "3 2022-12-17 18:53 @dma Slow\n"
            "! Line 4: no time found in this row.\n"
            "! Line 5: no time found in this row.\n"
            "6 2022-12-17 18:55 @nova Fast\n");
    hear_is("| Time | Event |\n|--|--|\n| soon | a |\n| 25:70 | b |",
            "! Line 3: no time found in this row.\n"
            "! Line 4: 25:70 is not a time of day: hours go from 00 to 24, "
            "minutes and seconds to 59.\n");
}

static void what_cannot_be_read_is_told(void **state)
{
    (void)state;
    hear_is("We saw this:\n18:53 Slow\n\nThe end",
            "! Line 1: no time found: \"We saw this:\".\n"
            "2 2022-12-17 18:53 Slow\n"
            "! Line 4: no time found: \"The end\".\n");
    hear_is("25:70 a", "! Line 1: 25:70 is not a time of day: hours go from 00 "
                       "to 24, minutes and seconds to 59.\n");
    hear_is("6:53 pm a",
            "! Line 1: Times have 24 hours here: 6:53 pm is 18:53.\n");
    hear_is("6:53pm a",
            "! Line 1: Times have 24 hours here: 6:53pm is 18:53.\n");
    hear_is("[6:53 AM] dma: a",
            "! Line 1: Times have 24 hours here: 6:53 am is 06:53.\n");
    hear_is("[6:53:10 PM] dma: a",
            "! Line 1: Times have 24 hours here: 6:53:10 pm is 18:53:10.\n");
    hear_is("12:30 a.m. a",
            "! Line 1: Times have 24 hours here: 12:30 am is 00:30.\n");
    hear_is("18:53 CST a",
            "! Line 1: CST means different zones in different places. Give the "
            "offset: 18:53 -06:00 or 18:53 +05:30.\n");
    hear_is("2022-02-30 18:53 a",
            "! Line 1: There is no such date as day 30 of month 2 that year. "
            "Write it as 2022-12-17 or Dec 17.\n");
    hear_is("2024-12-17 18:53 a",
            "! Line 1: 2024-12-17 18:53 UTC is in the future: it is now "
            "2023-01-16 00:00 UTC. Give the time when it happened.\n");
    hear_is("18:53", "! Line 1: nothing is said after the time.\n");
    hear_is("18:53 \xFF\n18:54 b",
            "! Line 1: it has characters that cannot be kept.\n"
            "2 2022-12-17 18:54 b\n");
    hear_is("## 2024-12-17\n18:53 a",
            "! Line 1: 2024-12-17 00:00 UTC is in the future: it is now "
            "2023-01-16 00:00 UTC. Give the time when it happened.\n"
            "2 2022-12-17 18:53 a\n");
}

static void limits_are_told(void **state)
{
    (void)state;
    struct buf text = BUF_INIT(100000);
    struct heard heard;
    struct import_source source = {.base = &base};
    buf_add_text(&text, "18:53 ");
    for (int i = 0; i <= TEXT_UNITS; i++)
        buf_add_char(&text, 'x');
    buf_add_text(&text, "\n18:54 b\n");
    source.text = buf_str(&text);
    struct import_result result = hear(&source, &heard);
    assert_int_equal(result.entries, 1);
    assert_int_equal(result.problems, 1);
    assert_non_null(strstr(buf_text(&heard.out),
                           "Line 1: the entry has 1501 characters, 1500 fit."));
    buf_release(&heard.out);
    buf_clear(&text);
    for (int i = 0; i < IMPORT_ENTRIES + 2; i++)
        buf_addf(&text, "18:53 %d\n", i);
    source.text = buf_str(&text);
    result = hear(&source, &heard);
    assert_int_equal(result.entries, IMPORT_ENTRIES);
    assert_int_equal(result.problems, 2);
    assert_non_null(strstr(buf_text(&heard.out), "Line 501: there are more"));
    buf_release(&heard.out);
    buf_release(&text);
}

static struct import_result zones_of(const char *text)
{
    struct heard heard;
    struct import_source source = {.text = str_of(text), .base = &base};
    struct import_result result = hear(&source, &heard);
    buf_release(&heard.out);
    return result;
}

static void the_zone_is_asked_for_when_nobody_says_it(void **state)
{
    (void)state;
    struct import_result result = zones_of("18:53 a\n18:54 UTC b\nDec 18: c");
    assert_true(result.has_zone);
    assert_int_equal(result.unzoned, 1);
    result = zones_of("18:53 a\n18:54 b");
    assert_false(result.has_zone);
    assert_int_equal(result.unzoned, 2);
    result = zones_of("All times are in UTC.\n18:53 a\n18:54 b");
    assert_true(result.has_zone);
    assert_int_equal(result.unzoned, 0);
    assert_int_equal(result.problems, 0);
    result = zones_of("## Timeline (UTC)\n18:53 a");
    assert_int_equal(result.unzoned, 0);
    result = zones_of("## 2022-12-17 (UTC)\n18:53 a\nDec 18 (CET)\n18:53 b");
    assert_int_equal(result.unzoned, 0);

    struct heard heard;
    struct import_source source = {.text = STR("00:30 a\n18:53 UTC b"),
                                   .base = &base,
                                   .has_date = true,
                                   .date_ms = DAY_MS,
                                   .has_zone = true,
                                   .zone_min = 60};
    result = hear(&source, &heard);
    assert_int_equal(result.unzoned, 0);
    assert_string_equal(buf_text(&heard.out),
                        "1 2022-12-16 23:30 (typed 00:30 +01:00) a\n"
                        "2 2022-12-17 18:53 b\n");
    buf_release(&heard.out);
}

static void without_a_date_it_is_the_incident_s(void **state)
{
    (void)state;
    struct heard heard;
    struct import_source source = {.text = STR("18:53 a\n00:10 b"),
                                   .base = &base};
    (void)hear(&source, &heard);
    assert_string_equal(buf_text(&heard.out),
                        "1 2022-12-16 18:53 a\n2 2022-12-17 00:10 b\n");
    buf_release(&heard.out);
}

static bool same_key(const char *a, const char *b)
{
    struct heard one, two;
    struct import_source source = {.base = &base};
    source.text = str_of(a);
    (void)hear(&source, &one);
    source.text = str_of(b);
    (void)hear(&source, &two);
    assert_int_equal(one.entries, 1);
    assert_int_equal(two.entries, 1);
    buf_release(&one.out);
    buf_release(&two.out);
    return memcmp(&one.keys[0], &two.keys[0], sizeof one.keys[0]) == 0;
}

static void the_same_entry_is_known_again(void **state)
{
    (void)state;
    assert_true(same_key("- **18:53** `@dma` Slow", "18:53 UTC @dma   Slow"));
    assert_true(same_key("18:53 Slow\nand on", "18:53 Slow and on"));
    assert_true(same_key("Dec 16 18:53 Slow", "18:53 Slow"));
    assert_false(same_key("18:53 Slow", "18:54 Slow"));
    assert_false(same_key("18:53 Slow", "~18:53 Slow"));
    assert_false(same_key("18:53 @dma Slow", "18:53 @nova Slow"));
    assert_false(same_key("18:53 Slow", "18:53 slow"));
    assert_false(same_key("18:53 Slow", "18:53 Slower"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_of_a_line_is_read),
        cmocka_unit_test(lines_with_dates_are_read),
        cmocka_unit_test(dates_alone_hold_for_what_follows),
        cmocka_unit_test(so_does_the_zone_of_a_date_alone),
        cmocka_unit_test(midnight_rolls_on),
        cmocka_unit_test(text_goes_on),
        cmocka_unit_test(blocks_are_evidence),
        cmocka_unit_test(tables_are_read),
        cmocka_unit_test(what_cannot_be_read_is_told),
        cmocka_unit_test(limits_are_told),
        cmocka_unit_test(the_zone_is_asked_for_when_nobody_says_it),
        cmocka_unit_test(without_a_date_it_is_the_incident_s),
        cmocka_unit_test(the_same_entry_is_known_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
