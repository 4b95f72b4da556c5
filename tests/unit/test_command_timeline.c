/* /timeline list, edit, strike and settle: what they show and what they keep.
 */
#include "bot/discord/custom_id.h"
#include "tests/lib/one_caller.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Its number. */
static int64_t add_entry(const char *time, const char *kind, const char *text)
{
    struct interaction it = slash("timeline add");
    add_text(&it, "text", text);
    add_text(&it, "time", time);
    add_text(&it, "kind", kind);
    (void)caller_does(&caller, &it);
    assert_int_equal(caller.taken.outcome.verdict, VERDICT_ACCEPTED);
    return caller.taken.outcome.events[0].seq;
}

static int64_t add_change(const char *what, bool temporary)
{
    struct interaction it = slash("timeline change");
    add_text(&it, "what", what);
    add_text(&it, "where", "fritz");
    add_text(&it, "from", "60");
    add_text(&it, "to", "600");
    add_flag(&it, "temporary", temporary);
    if (!temporary)
        add_text(&it, "verified", "curl");
    (void)caller_does(&caller, &it);
    assert_int_equal(caller.taken.outcome.verdict, VERDICT_ACCEPTED);
    return caller.taken.outcome.events[0].seq;
}

static const char *lists(const char *option, const char *value)
{
    struct interaction it = slash("timeline list");
    if (option != NULL)
        add_text(&it, option, value);
    return caller_does(&caller, &it);
}

static struct event kept_event(void)
{
    return caller.taken.outcome.events[0];
}

static int count_of(const char *text, const char *part)
{
    int count = 0;
    for (; (text = strstr(text, part)) != NULL; text += strlen(part))
        count++;
    return count;
}

/* ---- list ---- */

static void entries_by_time(void **state)
{
    (void)state;
    (void)add_entry("19:06", "note", "Third");
    (void)add_entry("18:53", "report", "First *of* all");
    (void)add_entry("Dec 12 22:XX", "note", "The day before");
    const char *words = lists(NULL, NULL);
    assert_says(words, "Timeline of **INC-1**, times in UTC:\n**2022-12-12**\n"
                       "**#6** 22:XX · note · nova: The day before\n"
                       "**2022-12-13**\n"
                       "**#5** 18:53 · report · nova: First \\*of\\* all\n"
                       "**#4** 19:06 · note · nova: Third\n");
    assert_null(caller_button(&caller, "Older"));
    assert_null(caller_button(&caller, "Newer"));
    words = lists("kind", "report");
    assert_says(words, "only report");
    assert_null(strstr(words, "Third"));
    assert_says(lists("kind", "alert"), "nothing here");
}

/* Every entry stands on exactly one page, also when many have the same time,
 * and the way back shows the same. */
static void pages_of(const char *option, const char *value)
{
    int seen = 0, count = 0;
    const char *words = lists(option, value);
    assert_says(words, "Entry 60 ");
    for (;;) {
        assert_true(count < 60 && strlen(words) < 4000);
        seen += count_of(words, " nova: Entry ");
        if (caller_button(&caller, "Older") == NULL)
            break;
        words = caller_presses(&caller, "Older");
        assert_int_equal(caller_answer_type(&caller), 7);
        count++;
    }
    assert_says(words, "Entry 1 ");
    assert_int_equal(seen, 60);
    assert_true(count >= 2);
    seen = count_of(words, " nova: Entry ");
    for (int i = 0; i < count; i++) {
        words = caller_presses(&caller, "Newer");
        seen += count_of(words, " nova: Entry ");
    }
    assert_int_equal(seen, 60);
    assert_says(words, "Entry 60 ");
    assert_null(caller_button(&caller, "Newer"));
    words = caller_presses(&caller, "Older"); /* and there is a way back */
    assert_null(strstr(words, "Entry 60 "));
}

static void pages(void **state)
{
    char text[160];
    (void)state;
    for (int i = 1; i <= 60; i++) {
        (void)snprintf(text, sizeof text, "Entry %d %s", i,
                       i % 7 == 0 ? "is long: ______________________________"
                                    "________________________________________"
                                  : "is short");
        (void)add_entry("18:53", "note", text);
    }
    pages_of("kind", "note");
    pages_of(NULL, NULL);
}

static void shows_what_became_of_it(void **state)
{
    (void)state;
    int64_t wrong = add_entry("18:53", "note", "Disk is fine");
    assert_int_equal(wrong, 4);
    struct interaction it = slash("timeline strike");
    add_text(&it, "id", "#4");
    assert_string_equal(caller_does(&caller, &it), ""); /* the form */
    assert_int_equal(caller_answer_type(&caller), 9);
    struct interaction sent = form("1|timeline strike|1|id=4");
    add_text(&sent, "reason", "It was full");
    assert_says(caller_does(&caller, &sent),
                "Entry #4 of **INC-1** is struck: It was full\nIt counts no "
                "more. Rooms that showed it cross it out: what it said can "
                "still be read there, and in the record.");
    assert_says(lists(NULL, NULL),
                "**#4** ~~18:53 · note · nova: Disk is fine~~ (struck)");
    assert_says(caller_does(&caller, &sent), "is struck already");
    it = slash("timeline strike");
    add_text(&it, "id", "#99");
    assert_says(caller_does(&caller, &it), "has no entry #99");
}

/* When it began, and who noticed first, is what the other entries say. */
static void a_struck_report_is_forgotten(void **state)
{
    static const char *const ids[] = {"#4", "#5"};
    struct interaction it = slash("incident set");
    struct incident in;
    (void)state;
    (void)add_entry("18:40", "report", "First");
    (void)add_entry("18:50", "report", "Second");
    add_text(&it, "milestone", "impact start");
    add_text(&it, "time", "18:35");
    (void)does(&it);
    for (int i = 0; i < 2; i++) {
        it = slash("timeline strike");
        add_text(&it, "id", ids[i]);
        add_text(&it, "reason", "It was another host");
        (void)does(&it);
        caller_in(&caller, 1, &in);
        const struct when *first = &in.milestones[MILESTONE_FIRST_REPORT];
        assert_int_equal(when_is_set(first), i == 0);
        if (i == 0)
            assert_string_equal(first->typed, "18:50");
        assert_int_equal(in.first_event_ms, NOW - 35 * MS_PER_MINUTE);
    }
}

/* ---- edit ---- */

/* The form that somebody has before them after that call. */
static struct interaction form_for(struct interaction it, uint64_t user_id)
{
    static char id[2][CUSTOM_ID_BYTES];
    static int next;
    it.user.id = user_id;
    it.user.name = user_id == DMA ? STR("dma") : STR("nova");
    assert_string_equal(caller_does(&caller, &it), "");
    const cJSON *data = cJSON_GetObjectItem(caller.answer, "data");
    next = !next;
    (void)snprintf(id[next], sizeof id[next], "%s",
                   cJSON_GetObjectItem(data, "custom_id")->valuestring);
    struct interaction sent = form(id[next]);
    sent.user = it.user;
    return sent;
}

/* The form of the second still shows what the first has corrected. */
static void corrections_meet(void **state)
{
    (void)state;
    (void)add_entry("18:53", "note", "Disk is fine");
    struct interaction novas = form_for(button("1|timeline edit|1|id=4"), NOVA);
    struct interaction dmas = form_for(button("1|timeline edit|1|id=4"), DMA);
    add_text(&novas, "text", "Disk is full");
    assert_says(caller_does(&caller, &novas), "now reads");
    add_text(&dmas, "text", "Disk is fine");
    add_text(&dmas, "kind", "report");
    int64_t kept = caller_kept(&caller);
    const char *words = caller_does(&caller, &dmas);
    assert_int_equal(caller_kept(&caller), kept);
    assert_says(words, "Entry #4 of **INC-1** was corrected by nova at 19:10 "
                       "UTC");
    assert_says(words, "after you opened the form. Yours would take that "
                       "back: nothing was kept. It reads now, in UTC:\n"
                       "**#4** 18:53 · note · nova: Disk is full");
    (void)caller_presses(&caller, "Correct it");
    assert_string_equal(caller_field(&caller, "text"), "Disk is full");
    /* The same once more is no correction. */
    assert_says(caller_does(&caller, &novas), "says so already");
}

static void corrected_changes_meet(void **state)
{
    (void)state;
    struct interaction it = slash("timeline change");
    add_text(&it, "what", "TTL");
    add_text(&it, "where", "cdn-eu");
    add_text(&it, "from", "60");
    add_text(&it, "to", "600");
    (void)caller_does(&caller, &it);
    const char *rest = "1|timeline change|1|entry=4|temporary=no";
    struct interaction novas =
        form_for(button("1|timeline change|1|entry=4"), NOVA);
    struct interaction dmas = form_for(button(rest), DMA);
    add_text(&novas, "what", "TTL");
    add_text(&novas, "to", "300");
    assert_says(caller_does(&caller, &novas), "60 → 300");
    add_flag(&dmas, "temporary", true);
    assert_says(caller_does(&caller, &dmas),
                "was corrected by nova at 19:10 UTC");
    (void)caller_presses(&caller, "Correct it");
    assert_string_equal(caller_field(&caller, "to"), "300");
}

static void edit_by_form(void **state)
{
    (void)state;
    (void)add_entry("18:53", "note", "Disk is fine");
    struct interaction it = slash("timeline edit");
    add_text(&it, "id", "4");
    assert_string_equal(caller_does(&caller, &it), "");
    const cJSON *data = cJSON_GetObjectItem(caller.answer, "data");
    assert_string_equal(cJSON_GetObjectItem(data, "custom_id")->valuestring,
                        "1|timeline edit|1|id=4|seen=4");
    assert_string_equal(caller_field(&caller, "time"), "2022-12-13 18:53");
    assert_string_equal(caller_field(&caller, "text"), "Disk is fine");
    struct interaction sent = form("1|timeline edit|1|id=4");
    add_text(&sent, "time", "2022-12-13 18:53");
    add_text(&sent, "text", "Disk is fine");
    int64_t kept = caller_kept(&caller);
    assert_says(caller_does(&caller, &sent), "says so already");
    assert_int_equal(caller_kept(&caller), kept);
    sent.options[1].text = STR("Disk is full");
    assert_says(caller_does(&caller, &sent),
                "Entry #4 of **INC-1** now reads, in UTC:\n**#4** 18:53 · note "
                "· nova: Disk is full");
    assert_string_equal(kept_event().occurred.typed, "18:53");
    assert_says(lists(NULL, NULL),
                "**#4** 18:53 · note · nova: Disk is full (corrected)");
}

/* After midnight a bare time is of the day before, and an answer says so. */
static void the_answer_says_the_day(void **state)
{
    (void)state;
    int64_t change = add_change("TTL", true);
    (void)add_entry("18:53", "note", "Disk is fine");
    caller.now_ms += 6 * MS_PER_HOUR; /* 01:10 */
    struct interaction it = slash("timeline edit");
    add_text(&it, "id", "#5");
    add_text(&it, "time", "23:50");
    assert_says(caller_does(&caller, &it),
                "**#5** 2022-12-13 23:50 · note · nova: Disk is fine");
    it = slash("timeline edit");
    add_text(&it, "id", "#5");
    add_text(&it, "time", "00:30");
    assert_says(caller_does(&caller, &it), "**#5** 00:30 · note");
    it = slash("timeline change");
    add_text(&it, "entry", "#4");
    add_text(&it, "what", "TTL");
    add_text(&it, "where", "fritz");
    add_text(&it, "from", "60");
    add_text(&it, "to", "600");
    add_text(&it, "time", "23:40");
    assert_int_equal(change, 4);
    assert_says(caller_does(&caller, &it),
                "now reads: TTL on fritz: 60 → 600, at 2022-12-13 23:40 UTC");
    it.options[4].text = STR("300");
    it.option_count = 5;
    assert_says(caller_does(&caller, &it), "60 → 300\n");
    it = slash("incident status");
    const char *words = caller_does(&caller, &it);
    assert_says(words, "**#4** 2022-12-13 23:40 · change");
    assert_says(words, "**#5** 00:30 · note");
    /* A list has them as headings. */
    words = lists(NULL, NULL);
    assert_says(words, "**2022-12-13**\n");
    assert_says(words, "**2022-12-14**\n**#5** 00:30 · note");
    assert_says(words, "**#4** 23:40 · change");
}

/* "2h ago" is about two hours: the form shows it as it is known. */
static void edit_of_an_approximate_time(void **state)
{
    static const char *const times[] = {"~18:52", "2h ago"};
    (void)state;
    for (int i = 0; i < 2; i++) {
        char shown[100], id[40];
        (void)snprintf(id, sizeof id, "#%d",
                       (int)add_entry(times[i], "note", "Disk is fine"));
        struct interaction it = slash("timeline edit");
        add_text(&it, "id", id);
        (void)caller_does(&caller, &it);
        (void)snprintf(shown, sizeof shown, "%s",
                       caller_field(&caller, "time"));
        assert_string_equal(shown,
                            i == 0 ? "2022-12-13 ~18:52" : "2022-12-13 ~17:10");
        const cJSON *data = cJSON_GetObjectItem(caller.answer, "data");
        (void)snprintf(id, sizeof id, "%s",
                       cJSON_GetObjectItem(data, "custom_id")->valuestring);
        struct interaction sent = form(id);
        add_text(&sent, "time", shown);
        add_text(&sent, "text", "Disk is full");
        assert_says(caller_does(&caller, &sent), "nova: Disk is full");
        assert_string_equal(kept_event().occurred.typed, times[i]);
        sent.options[0].text = STR("2022-12-13 ~18:40");
        sent.custom_id = STR("1|timeline edit|1|id=4");
        (void)caller_does(&caller, &sent);
        assert_int_equal(kept_event().occurred.precision, WHEN_ABOUT);
    }
}

/* What somebody corrects by minutes stays on its day, also days later, and
 * what is offered says so. */
static void edit_by_a_bare_time(void **state)
{
    (void)state;
    (void)add_entry("18:52", "note", "Disk is full");
    (void)add_entry("2022-12-12 23:50", "note", "Disk is filling");
    (void)add_change("ulimit", true);
    caller.now_ms += 3 * MS_PER_DAY;
    static const struct {
        const char *command, *option, *id, *time;
        int64_t at;
    } cases[] = {
        {"timeline edit", "id", "#4", "18:40", NOW - 30 * MS_PER_MINUTE},
        {"timeline edit", "id", "#5", "00:05",
         NOW - (19 * 60 + 5) * MS_PER_MINUTE},
        {"timeline change", "entry", "#6", "18:50", NOW - 20 * MS_PER_MINUTE},
        {"timeline edit", "id", "INC-1 #4", "1h ago",
         NOW + 3 * MS_PER_DAY - MS_PER_HOUR},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct interaction it = slash(cases[i].command);
        add_text(&it, cases[i].option, cases[i].id);
        add_text(&it, "time", cases[i].time);
        static const char *const rest[] = {"what", "where", "from", "to"};
        for (int n = 0; i == 2 && n < 4; n++)
            add_text(&it, rest[n], rest[n]);
        (void)caller_does(&caller, &it);
        assert_string_equal(kept_event().occurred.typed, cases[i].time);
        assert_int_equal(kept_event().occurred.from_ms, cases[i].at);
    }
    struct interaction it = typing("timeline edit", "time", "18:45");
    add_text(&it, "id", "#6");
    assert_says(caller_is_offered(&caller, &it),
                "18:45\t18:45 (2022-12-13 18:45 UTC)\n");
}

/* In what is written up later, the time of writing tells no day. */
static void edit_of_what_nobody_dated(void **state)
{
    (void)state;
    (void)add_entry("2022-12-10 18:52", "note", "Disk is full");
    struct interaction it = slash("resolve");
    add_text(&it, "summary", "Archive deleted");
    (void)caller_does(&caller, &it);
    it = slash("timeline edit");
    add_text(&it, "id", "INC-1 #5");
    add_text(&it, "time", "12:10");
    (void)caller_does(&caller, &it);
    assert_int_equal(kept_event().occurred.from_ms,
                     NOW - 3 * MS_PER_DAY - 7 * MS_PER_HOUR);
}

static void edit_by_options(void **state)
{
    static const struct {
        const char *option, *value, *says;
    } cases[] = {
        {"time", "18:40", "**#4** 18:40 · finding, ruled out · nova: Disk"},
        {"confidence", "confirmed", "finding, confirmed"},
        {"by", "@dma", "· dma: Disk"},
        {"by", "nobody", "confirmed · Disk"},
        {"visibility", "private", "Disk"},
        {"phase", "Investigate", "Disk"},
        {"kind", "alert", "· alert · Disk"},
        {"by", "UptimeRobot", "alert · UptimeRobot: Disk"},
    };
    (void)state;
    struct interaction it = slash("timeline add");
    add_text(&it, "text", "Disk");
    add_text(&it, "confidence", "ruled-out");
    (void)caller_does(&caller, &it);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        it = slash("timeline edit");
        add_text(&it, "id", "#4");
        add_text(&it, cases[i].option, cases[i].value);
        assert_says(caller_does(&caller, &it), cases[i].says);
        assert_int_equal(kept_event().kind, EVENT_EDIT);
    }
    assert_int_equal(kept_event().actor.type, ACTOR_ROBOT);
    assert_int_equal(kept_event().visibility, VISIBILITY_PRIVATE);
    assert_int_equal(kept_event().phase, PHASE_INVESTIGATE);
    assert_says(caller_does(&caller, &it), "says so already");
}

/* Its milestone is part of what it says. */
static void edit_of_a_move(void **state)
{
    (void)state;
    struct interaction it = slash("incident update");
    add_text(&it, "message", "Disk cleaned");
    add_text(&it, "state", "mitigated");
    (void)does(&it);
    it = slash("timeline edit");
    add_text(&it, "id", "#4");
    add_text(&it, "time", "18:40");
    const char *words = caller_does(&caller, &it);
    assert_says(words,
                "Entry #4 of **INC-1** now reads, in UTC:\n**#4** 18:40");
    assert_says(words, "\nWith it the milestone **mitigated** is 18:40 UTC");
    assert_int_equal(add_entry("18:53", "report", "Logins fail"), 6);
    it = slash("timeline edit");
    add_text(&it, "id", "#6");
    add_text(&it, "text", "Logins fail, all of them");
    assert_null(strstr(does(&it), "milestone"));
    it = slash("timeline edit");
    add_text(&it, "id", "#6");
    add_text(&it, "kind", "comms");
    words = caller_does(&caller, &it);
    assert_says(words, "\nWith it the milestone **first human report** is not "
                       "recorded.\n");
    assert_says(words, "\nWith it the milestone **first public notice** is "
                       "18:53 UTC");
}

/* ---- settle ---- */

static void settle_from_the_list(void **state)
{
    (void)state;
    assert_int_equal(add_change("TTL", true), 4);
    assert_int_equal(add_change("Queue size", false), 5);
    assert_int_equal(add_change("Workers", true), 6);
    assert_int_equal(add_entry("18:53", "idea", "Alert on disk space"), 7);
    struct interaction it = slash("timeline list");
    add_flag(&it, "open", true);
    const char *words = caller_does(&caller, &it);
    assert_says(words, "Open in **INC-1**: 2 changes, 1 parked idea.");
    assert_says(words, "**#4** TTL on fritz: 60 → 600");
    assert_says(words, "temporary · not verified · how to undo it is not");
    assert_says(words, "Parked ideas:\n**#7** Alert on disk space");
    assert_null(strstr(words, "Queue size"));
    words = caller_presses(&caller, "#4 Reverted");
    assert_int_equal(caller_answer_type(&caller), 7);
    assert_says(words, "Entry #4 of **INC-1** is reverted.\n\nOpen in **INC-1**"
                       ": 1 change, 1 parked idea.");
    words = caller_presses(&caller, "#7 Make action item");
    assert_says(words, "Action item #10: Alert on disk space (volunteer");
    assert_string_equal(caller_presses(&caller, "#6 Hand over"), "");
    assert_says(caller_field(&caller, "text"),
                "Settle Workers on fritz, now 600 (before: 60)");
    struct interaction sent = form("1|timeline settle|1|id=6|what=handed over");
    sent.on_private = true;
    add_text(&sent, "text", "Undo it on Monday");
    add_user(&sent, "user", DMA, "dma");
    words = caller_does(&caller, &sent);
    assert_says(words, "is handed over. Action item #12: Undo it on Monday, "
                       "owner: dma");
    assert_says(words, "Nothing is open in **INC-1**");
    assert_says(caller_does(&caller, &sent), "settled already: handed over");
    it = slash("timeline settle");
    add_text(&it, "id", "#4");
    add_text(&it, "what", "dropped");
    assert_says(caller_does(&caller, &it), "a change is kept, reverted");
}

/* The list takes the place of what was said after /resolve, which proposed the
 * alert that was missing. */
static void settling_leaves_what_is_proposed(void **state)
{
    (void)state;
    (void)add_change("TTL", true);
    struct interaction it = slash("resolve");
    add_text(&it, "summary", "Set right");
    assert_says(caller_does(&caller, &it), "Proposed action item: Add a");
    assert_says(caller_presses(&caller, "#4 Keep"),
                "Proposed action item: Add");
    assert_says(caller_presses(&caller, "Add action item"), "· detect ·");
}

static void a_bot_takes_nothing_over(void **state)
{
    (void)state;
    assert_int_equal(add_change("TTL", true), 4);
    struct interaction it = slash("timeline settle");
    add_text(&it, "id", "#4");
    add_text(&it, "what", "handed over");
    add_user(&it, "user", DMA, "UptimeRobot");
    it.options[2].user.is_bot = true;
    keeps_nothing(&it, "UptimeRobot is a bot");
}

static void sheet_pages(void **state)
{
    char what[40];
    (void)state;
    for (int i = 1; i <= 6; i++) {
        (void)snprintf(what, sizeof what, "Setting %d", i);
        (void)add_change(what, true);
    }
    for (int i = 1; i <= 3; i++)
        (void)add_entry("18:53", "idea", "Idea");
    struct interaction it = slash("timeline list");
    add_flag(&it, "open", true);
    const char *words = caller_does(&caller, &it);
    int changes = count_of(words, "Setting "), ideas = 0, more = 0;
    for (; more < 9 && caller_button(&caller, "More") != NULL; more++) {
        words = caller_presses(&caller, "More");
        changes += count_of(words, "Setting ");
        ideas += count_of(words, "** Idea");
    }
    assert_int_equal(changes, 6);
    assert_int_equal(ideas, 3);
    assert_int_equal(more, 2);
    assert_says(caller_presses(&caller, "From the start"), "Setting 1");
}

/* ---- what is offered while somebody types ---- */

static void offers_entries(void **state)
{
    (void)state;
    (void)add_entry("18:53", "report", "Slow responses");
    (void)add_entry("19:00", "note", "Disk is full");
    struct interaction it = slash("timeline edit");
    it.type = INTERACTION_AUTOCOMPLETE;
    add_text(&it, "id", "disk");
    it.options[0].focused = true;
    (void)caller_does(&caller, &it);
    const cJSON *choices = cJSON_GetObjectItem(
        cJSON_GetObjectItem(caller.answer, "data"), "choices");
    assert_int_equal(cJSON_GetArraySize(choices), 1);
    const cJSON *choice = cJSON_GetArrayItem(choices, 0);
    assert_string_equal(cJSON_GetObjectItem(choice, "value")->valuestring,
                        "#5");
    assert_string_equal(cJSON_GetObjectItem(choice, "name")->valuestring,
                        "#5 19:00 nova: Disk is full");
}

#define CASE(name)                                                             \
    cmocka_unit_test_setup_teardown(name, caller_setup_declared,               \
                                    caller_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(entries_by_time),
        CASE(pages),
        CASE(a_struck_report_is_forgotten),
        CASE(shows_what_became_of_it),
        CASE(edit_by_form),
        CASE(corrections_meet),
        CASE(corrected_changes_meet),
        CASE(the_answer_says_the_day),
        CASE(edit_of_an_approximate_time),
        CASE(edit_by_a_bare_time),
        CASE(edit_of_what_nobody_dated),
        CASE(edit_by_options),
        CASE(edit_of_a_move),
        CASE(settle_from_the_list),
        CASE(settling_leaves_what_is_proposed),
        CASE(a_bot_takes_nothing_over),
        CASE(sheet_pages),
        CASE(offers_entries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
