/*
 * Random pastes. Whatever is pasted, each line that is not blank is told once;
 * and entries written down in whatever form come out as they were. SEED and
 * ROUNDS choose another run; a failure names its own.
 */
#include "bot/core/import.h"
#include "tests/lib/chance.h"

/* clang-format off */
#include <stdarg.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#include <inttypes.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define DAY_MS       INT64_C(1671235200000) /* 2022-12-17 */
#define MOST         40                     /* entries, or pieces */

static const struct when_base base = {
    .now_ms = DAY_MS + 60 * MS_PER_DAY,
    .base_day_ms = DAY_MS,
    .anchor_ms = DAY_MS,
};

static uint64_t chance, round_seed;

static size_t below(size_t n)
{
    return (size_t)chance_below(&chance, n);
}

/* ---- any bytes ---- */

static const char *const pieces[] = {
    "18:53",
    " ",
    "\n",
    "\n\n",
    "- ",
    "**",
    "`",
    "@dma",
    "```",
    "\n```\n",
    "~~~",
    "| ",
    "|",
    "\n|---|---|\n",
    "Dec 17",
    "## ",
    "22:XX",
    "~",
    "UTC",
    "CST",
    "pm",
    "[",
    "]",
    ": ",
    " - ",
    "text",
    "\xC3\xA9",
    "2022-12-18",
    "time",
    "25:70",
    "\xE2\x80\xA2 ",
    "  ",
    "\r\n",
    "between ",
    " and ",
};

struct lines {
    struct str all[4000];
    int told[4000];
    int count;
};

static void tell_line(void *to, int line, enum import_line what)
{
    struct lines *lines = to;
    (void)what;
    assert_in_range(line, 1, lines->count);
    lines->told[line - 1]++;
}

static void tell_entry(void *to, const struct import_entry *entry)
{
    struct lines *lines = to;
    assert_in_range(entry->line, 1, lines->count);
    assert_true(entry->text.n > 0);
}

static void tell_problem(void *to, int line, struct str words)
{
    struct lines *lines = to;
    assert_in_range(line, 1, lines->count);
    assert_true(str_ends(words, ".") && words.n > 10);
}

static void any_bytes(void)
{
    static struct lines lines;
    struct buf text = BUF_INIT(3000);
    for (size_t n = below(60); n > 0; n--)
        if (below(20) == 0)
            buf_add_char(&text, (char)below(256));
        else
            buf_add_text(&text, pieces[below(COUNT(pieces))]);
    struct str rest = buf_str(&text), line;
    if (str_starts(rest, "\xEF\xBB\xBF"))
        rest = str_from(rest, 3);
    for (lines.count = 0; str_cut(&rest, '\n', &line); lines.count++) {
        lines.all[lines.count] = str_trim(line);
        lines.told[lines.count] = 0;
    }
    struct import_source source = {.text = buf_str(&text), .base = &base};
    struct import_sink sink = {&lines, tell_entry, tell_problem, tell_line};
    (void)import_read(&source, &sink);
    for (int i = 0; i < lines.count; i++)
        if (lines.told[i] != (lines.all[i].n > 0))
            fail_msg("line %d of\n%s\nwas told %d times", i + 1,
                     buf_text(&text), lines.told[i]);
    buf_release(&text);
}

/* ---- there and back ---- */

struct written {
    int64_t ms;
    const char *actor, *text, *more, *block;
};

struct story {
    struct written entries[MOST];
    int count, heard;
};

static const char *const actors[] = {NULL, "dma", "malte_j", "UptimeRobot"};
static const char *const texts[] = {
    "Slow responses", "`nginx -t` fails: 3 hosts", "fritz \xE2\x80\x93 franz",
    "See https://example.org/a_b?x=1|2", "\"quoted\" (and so on)"};
static const char *const mores[] = {NULL, "and slower", "still with `code`"};
static const char *const blocks[] = {
    NULL, "nginx -t", "Dec 13 fritz\n  18:59:01 x\n\n| not a table |"};

static void write_date(const struct written *entry, int64_t *day,
                       struct buf *out)
{
    char date[CIVIL_ISO_BYTES];
    int64_t is = civil_day_start(entry->ms);
    if (is == *day && below(3) > 0)
        return;
    civil_date(is, date);
    *day = is;
    if (below(2) == 0)
        buf_addf(out, "\n## %s\n\n", date);
    else
        buf_addf(out, "**%s**\n", date);
}

static void write_line(const struct written *entry, struct buf *out)
{
    static const char *const marks[] = {"- ", "* ", "", "\xE2\x80\xA2 ", "> "};
    struct civil civil = civil_of(entry->ms);
    bool is_bold = below(2) == 0, is_ticked = below(2) == 0;
    buf_add_text(out, marks[below(COUNT(marks))]);
    buf_addf(out, is_bold ? "**%02d:%02d**" : "%02d:%02d", civil.hour,
             civil.minute);
    buf_add_text(out, below(3) == 0 ? " - " : below(2) == 0 ? ": " : " ");
    if (entry->actor != NULL)
        buf_addf(out, is_ticked ? "`@%s` " : "@%s ", entry->actor);
    buf_addf(out, "%s\n", entry->text);
    if (entry->more != NULL)
        buf_addf(out, "  %s\n", entry->more);
    if (entry->block != NULL)
        buf_addf(out, "%s%s\n%s\n```\n", below(2) == 0 ? "\n" : "",
                 below(2) == 0 ? "```" : "```log", entry->block);
}

static void check_entry(void *to, const struct import_entry *entry)
{
    struct story *story = to;
    assert_in_range(story->heard, 0, story->count - 1);
    const struct written *want = &story->entries[story->heard++];
    struct buf text = BUF_INIT(1000);
    buf_add_text(&text, want->text);
    if (want->more != NULL)
        buf_addf(&text, "\n%s", want->more);
    assert_int_equal(entry->when.from_ms, want->ms);
    assert_true(str_eq(entry->actor, want->actor == NULL
                                         ? (struct str){NULL, 0}
                                         : str_of(want->actor)));
    if (!str_eq(entry->text, buf_str(&text)))
        fail_msg("\"%.*s\" is not \"%s\"", STR_ARG(entry->text),
                 buf_text(&text));
    assert_int_equal(entry->block_count, want->block != NULL);
    if (want->block != NULL)
        assert_true(str_is(entry->blocks[0], want->block));
    buf_release(&text);
}

static void no_problem(void *to, int line, struct str words)
{
    (void)to;
    (void)line;
    fail_msg("%.*s", STR_ARG(words));
}

static void there_and_back(void)
{
    struct story story = {.count = 1 + (int)below(MOST)};
    struct buf text = BUF_INIT(100000);
    int64_t ms = DAY_MS + (int64_t)below(1440) * MS_PER_MINUTE, day = 0;
    for (int i = 0; i < story.count; i++) {
        struct written *entry = &story.entries[i];
        *entry = (struct written){
            ms, actors[below(COUNT(actors))], texts[below(COUNT(texts))],
            mores[below(COUNT(mores))], blocks[below(COUNT(blocks))]};
        /* Midnight rolls on by itself; only a longer gap needs its date. */
        if (i > 0 && civil_day_start(ms) > day &&
            ms - story.entries[i - 1].ms <= 12 * MS_PER_HOUR && below(2) == 0)
            day = civil_day_start(ms);
        write_date(entry, &day, &text);
        write_line(entry, &text);
        ms += (int64_t)below(below(4) == 0 ? 3000 : 300) * MS_PER_MINUTE;
    }
    struct import_source source = {.text = buf_str(&text), .base = &base};
    struct import_sink sink = {&story, check_entry, no_problem, NULL};
    struct import_result result = import_read(&source, &sink);
    assert_int_equal(result.entries, story.count);
    buf_release(&text);
}

/* ---- rounds ---- */

static void play(void (*round)(void))
{
    uint64_t seed = chance_setting("SEED", 1);
    uint64_t rounds = chance_setting("ROUNDS", 2000);
    uint64_t before = round_seed; /* of another test that failed */
    for (uint64_t i = 0; i < rounds; i++) {
        round_seed = chance = seed + i;
        round();
    }
    round_seed = before;
}

static void every_line_is_told_once(void **state)
{
    (void)state;
    play(any_bytes);
}

static void entries_come_out_as_they_were(void **state)
{
    (void)state;
    play(there_and_back);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_is_told_once),
        cmocka_unit_test(entries_come_out_as_they_were),
    };
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    if (failures != 0)
        print_message("# again: SEED=%" PRIu64
                      " ROUNDS=1 build/san/tests/property/"
                      "test_import_random\n",
                      round_seed);
    return failures;
}
