/* /timeline import: what it shows, what it asks, and what it keeps. */
#include "tests/lib/one_caller.h"

#include "bot/discord/custom_id.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PASTE                                                                  \
    "## Timeline (UTC)\n"                                                      \
    "- **18:53** `@nova` Slow responses\n"                                     \
    "- **18:59** `@dma` Redis cannot persist\n"                                \
    "  ```\n"                                                                  \
    "  MISCONF *Redis*\n"                                                      \
    "    indented\n"                                                           \
    "  ```\n"                                                                  \
    "- 19:06 - Archive deleted\n"

static struct interaction pasting(const char *text)
{
    struct interaction it = form("1|timeline import|1|");
    add_text(&it, "text", text);
    return it;
}

static const char *pastes(const char *text)
{
    struct interaction it = pasting(text);
    return caller_does(&caller, &it);
}

static int64_t entries(void)
{
    struct incident in;
    caller_in(&caller, 1, &in);
    return in.entries;
}

struct seen {
    struct event evidence[4];
    char names[4][80], hashes[4][SHA256_HEX];
    int count, imported, in_live, with_file;
};

static bool look(const struct entry *entry, void *context)
{
    struct seen *seen = context;
    const struct event *event = &entry->event;
    if (event->kind == EVENT_EVIDENCE && seen->count < 4) {
        seen->evidence[seen->count] = *event;
        str_copy_to(seen->hashes[seen->count++], event->file_sha256);
    }
    seen->imported += event->source == SOURCE_IMPORT;
    seen->with_file += event->file_name.n > 0;
    seen->in_live +=
        event->source == SOURCE_IMPORT && event->visibility == VISIBILITY_LIVE;
    return true;
}

static void preview_then_keep(void **state)
{
    struct seen seen = {.count = 0};
    (void)state;
    int64_t kept = caller_kept(&caller);
    const char *words = pastes(PASTE);
    assert_says(words, "3 entries for **INC-1**, 1 piece of evidence; 1 line "
                       "is skipped as headings. Nothing is kept yet.\n");
    assert_says(words, "In UTC:\n"
                       "- **2022-12-13 18:53** nova: Slow responses\n"
                       "- **18:59** dma: Redis cannot persist (with evidence)\n"
                       "- **19:06** Archive deleted\n");
    assert_says(words, "\nTimes without a date are taken from 2022-12-13 on. "
                       "Another day? Give `base_date`.\n");
    assert_int_equal(caller_kept(&caller), kept);
    words = caller_presses(&caller, "Keep");
    assert_string_equal(words, "Imported into **INC-1**: 3 new, 0 already "
                               "there. It stands in <#2001>.");
    assert_int_equal(caller_answer_type(&caller), 7);
    assert_int_equal(entries(), 3);
    assert_int_equal(store_each_entry(caller.store, 1, NULL, look, &seen),
                     ERR_OK);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.imported, 4);
    assert_int_equal(seen.with_file, 1);
    assert_int_equal(seen.evidence[0].target, 5);
    assert_int_equal(seen.evidence[0].actor.type, ACTOR_NAME);
    struct buf bytes = BUF_INIT(1000);
    assert_int_equal(
        store_attachment(caller.store, str_of(seen.hashes[0]), &bytes), ERR_OK);
    assert_string_equal(buf_text(&bytes), "MISCONF *Redis*\n  indented");
    assert_int_equal(seen.evidence[0].file_bytes, bytes.n);
    buf_release(&bytes);
}

static void twice_changes_nothing(void **state)
{
    (void)state;
    (void)pastes(PASTE);
    (void)caller_presses(&caller, "Keep");
    int64_t kept = caller_kept(&caller);
    struct interaction again = pasting(PASTE);
    again.id = 2;
    assert_says(caller_does(&caller, &again),
                "3 of them are in the record already");
    assert_says(caller_presses(&caller, "Keep"), "0 new, 3 already there.");
    assert_int_equal(caller_kept(&caller), kept);
    assert_says(pastes(PASTE "- 19:07 @nova Starts the notes\n"), "4 entries");
    assert_says(caller_presses(&caller, "Keep"), "1 new, 3 already there.");
}

/* In chats people say the log first: nothing but a block, twice a minute. */
static void blocks_of_one_minute_are_all_kept(void **state)
{
    struct seen seen = {.count = 0};
    (void)state;
    (void)pastes("All times UTC\n[18:59] dma: ```\none\n```\n"
                 "[18:59] dma: ```\ntwo\n```\n");
    (void)caller_presses(&caller, "Keep");
    assert_int_equal(store_each_entry(caller.store, 1, NULL, look, &seen),
                     ERR_OK);
    assert_int_equal(seen.count, 2);
    int64_t kept = caller_kept(&caller);
    struct interaction again = pasting("[18:59 UTC] dma: ```\ntwo\n```\n");
    again.id = 2;
    (void)caller_does(&caller, &again);
    (void)caller_presses(&caller, "Keep");
    assert_int_equal(caller_kept(&caller), kept);
}

static void cancelled(void **state)
{
    (void)state;
    int64_t kept = caller_kept(&caller);
    (void)pastes(PASTE);
    assert_string_equal(caller_presses(&caller, "Cancel"),
                        "Nothing was imported.");
    assert_int_equal(caller_kept(&caller), kept);
}

/* Through the preview, as its buttons carry no options of the command. */
static void stays_in_the_war_room(void **state)
{
    struct seen seen = {.count = 0};
    (void)state;
    struct interaction it = pasting(PASTE);
    add_text(&it, "visibility", "room");
    (void)caller_does(&caller, &it);
    assert_says(caller_presses(&caller, "Keep"), "It stands in <#1001>.");
    assert_int_equal(store_each_entry(caller.store, 1, NULL, look, &seen),
                     ERR_OK);
    assert_int_equal(seen.imported, 4);
    assert_int_equal(seen.in_live, 0);
}

/* In no zone that the paste names: one is asked for, and holds for all. */
static void asks_for_the_zone(void **state)
{
    (void)state;
    const char *words = pastes("18:53 @nova Slow\n19:06 @dma Fast\n");
    assert_says(words, "2 of the times name no zone. Which one are they in?\n"
                       "In UTC:\n");
    assert_null(caller_button(&caller, "Keep"));
    struct interaction chosen = button("1|timeline import|1|draft=1|zone");
    chosen.id = 7;
    chosen.chosen = STR("+01:00");
    chosen.on_private = true;
    assert_says(caller_does(&caller, &chosen), "- **2022-12-13 17:53** nova");
    assert_says(caller_presses(&caller, "Keep"), "2 new");
    assert_int_equal(caller.taken.outcome.events[0].occurred.from_ms,
                     NOW - 77 * MS_PER_MINUTE);
    struct interaction it = pasting("18:58 @nova Slow\n");
    add_text(&it, "zone", "CET");
    it.id = 8;
    assert_says(caller_does(&caller, &it), "17:58");
    assert_non_null(caller_button(&caller, "Keep"));
    it.options[1].text = STR("Middle Earth");
    assert_says(caller_does(&caller, &it), "`zone` has to be such as");
}

static void other_days(void **state)
{
    (void)state;
    static const char from[] =
        "\nTimes without a date are taken from 2022-12-11 on.\n";
    struct interaction it = pasting("23:50 @nova Slow\n"
                                    "00:10 @dma Fast\n");
    add_text(&it, "base_date", "2022-12-11");
    (void)caller_does(&caller, &it);
    const char *words = caller_presses(&caller, "They are UTC");
    assert_says(words, from);
    assert_says(words, "- **2022-12-11 23:50** nova: Slow\n"
                       "- **2022-12-12 00:10** dma: Fast\n");
    (void)caller_presses(&caller, "Keep");
    assert_int_equal(entries(), 2);
}

/* 19:10 UTC is ten past four of the next day in Tokyo. */
static void the_day_is_that_of_the_zone(void **state)
{
    (void)state;
    struct interaction it = pasting("04:05 @nova Slow\n04:09 @dma Fast\n");
    add_text(&it, "zone", "JST");
    const char *words = caller_does(&caller, &it);
    assert_says(words, "- **2022-12-13 19:05** nova: Slow\n"
                       "- **19:09** dma: Fast\n");
    assert_says(words, "\nTimes without a date are taken from 2022-12-14 on. "
                       "Another day? Give `base_date`.\n");
    words = pastes("| Time (JST) | Event |\n|--|--|\n| 04:05 | Slow |\n");
    assert_says(words, "- **2022-12-13 19:05** Slow\n");
    assert_says(words, " are taken from 2022-12-14 on.");
    words = pastes("04:05 JST @nova Slow\n");
    assert_says(words, "- **2022-12-13 19:05** nova: Slow\n");
    /* The chat begins before midnight, the incident after. */
    it = pasting("23:55 @nova Slow\n00:05 @dma Fast\n");
    it.id = 8;
    add_text(&it, "zone", "+05:00");
    words = caller_does(&caller, &it);
    assert_says(words, "- **2022-12-13 18:55** nova: Slow\n"
                       "- **19:05** dma: Fast\n");
    assert_says(words, " are taken from 2022-12-13 on.");
    /* What has not come yet today was yesterday. */
    it = pasting("18:00 @nova Slow\n");
    it.id = 10;
    add_text(&it, "zone", "+05:00");
    words = caller_does(&caller, &it);
    assert_says(words, "- **2022-12-13 13:00** nova: Slow\n");
    assert_says(words, " are taken from 2022-12-13 on.");
    /* A date alone is the same everywhere. */
    it = pasting("04:05 @nova Slow\n");
    it.id = 9;
    add_text(&it, "zone", "JST");
    add_text(&it, "base_date", "2022-12-13");
    words = caller_does(&caller, &it);
    assert_says(words, "- **2022-12-12 19:05** nova: Slow\n");
    assert_says(words, " are taken from 2022-12-13 on.\n");
}

static void problems_are_named(void **state)
{
    struct buf text = BUF_INIT(100000);
    (void)state;
    buf_add_text(&text, "some words before\n");
    for (int i = 0; i < 30; i++)
        buf_addf(&text, "18:%02d UTC @nova Step %d\n", i, i);
    buf_add_text(&text, "2031-01-01 18:53 @nova In the future\n");
    const char *words = pastes(buf_text(&text));
    assert_says(words, "30 entries");
    assert_says(words, "- … 22 more …\n");
    assert_says(words, "things would not be kept:**\n- Line 1");
    assert_says(caller_presses(&caller, "Keep"), "30 new, 0 already there.");
    assert_int_equal(entries(), 30);
    words = pastes("Nothing with a time");
    assert_says(words, "No entry was found in it");
    assert_null(strstr(words, "without a date"));
    buf_release(&text);
}

static void a_file(void **state)
{
    (void)state;
    struct interaction it = slash("timeline import");
    add_file(&it, "file", "timeline.md", 300);
    assert_says(caller_does(&caller, &it),
                "Reading timeline.md. What is in it will stand here");
    assert_true(caller.run.answer.reads_file);
    it.file_text = STR("\xEF\xBB\xBF" PASTE);
    assert_says(caller_does(&caller, &it), "3 entries for **INC-1**");
    it.file_text = STR("18:53 \xFF");
    assert_says(caller_does(&caller, &it), "not a text in UTF-8");
    it.file_lost = true;
    assert_says(caller_does(&caller, &it), "could not be read");
    it = slash("timeline import");
    add_file(&it, "file", "timeline.md", 300);
    add_text(&it, "text", "18:53 @dma Redis cannot persist");
    keeps_nothing(&it,
                  "Give `file` or `text`, one at a time. Nothing was kept.");
    keeps_nothing(&it, "18:53 @dma Redis cannot persist\n```");
    it = slash("timeline import");
    add_file(&it, "file", "timeline.md", 900000);
    assert_says(caller_does(&caller, &it), "import it in parts");
    assert_false(caller.run.answer.reads_file);
}

/* One that the rules refuse takes all of them back. */
static void all_or_nothing(void **state)
{
    (void)state;
    (void)pastes(PASTE);
    struct interaction it = slash("incident update");
    char keep[CUSTOM_ID_BYTES];
    str_copy_to(keep, str_of(caller_button(&caller, "Keep")));
    add_text(&it, "message", "A false alarm");
    add_text(&it, "state", "cancelled");
    (void)caller_does(&caller, &it);
    int64_t kept = caller_kept(&caller);
    it = button(keep);
    it.channel_id = 1001;
    assert_says(caller_does(&caller, &it), "its record is final");
    assert_int_equal(caller_kept(&caller), kept);
}

#define CASE(name)                                                             \
    cmocka_unit_test_setup_teardown(name, caller_setup_declared,               \
                                    caller_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(preview_then_keep),
        CASE(twice_changes_nothing),
        CASE(blocks_of_one_minute_are_all_kept),
        CASE(cancelled),
        CASE(stays_in_the_war_room),
        CASE(asks_for_the_zone),
        CASE(other_days),
        CASE(the_day_is_that_of_the_zone),
        CASE(problems_are_named),
        CASE(a_file),
        CASE(all_or_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
