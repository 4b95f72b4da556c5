/* The commands that steer an incident, and those that tell how it stands. */
#include "tests/lib/one_caller.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void declare(const char *title, const char *flag)
{
    struct interaction it = slash("incident declare");
    add_text(&it, "title", title);
    if (flag != NULL)
        add_flag(&it, flag, true);
    (void)caller_does(&caller, &it);
    if (!caller.requested) { /* there is one like it */
        it = button("1|incident declare|0|draft=1");
        (void)does(&it);
    }
}

static void resolve(int64_t id)
{
    struct interaction it = slash("resolve");
    char name[24];
    (void)snprintf(name, sizeof name, "INC-%" PRId64, id);
    add_text(&it, "incident", name);
    add_text(&it, "summary", "Over");
    (void)does(&it);
}

static bool is_offered(const char *part)
{
    char *json = cJSON_PrintUnformatted(caller.answer);
    bool is = strstr(json, part) != NULL;
    free(json);
    return is;
}

/* ---- list ---- */

static void list_shows_open_ones_first(void **state)
{
    (void)state;
    struct interaction it = slash("incident list");
    keeps_nothing(&it, "There is no incident yet");
    declare("First", NULL);
    declare("Second", "drill");
    declare("Third", "private");
    resolve(1);
    declare("Fourth", NULL);
    resolve(3);
    const char *words = caller_does(&caller, &it);
    const char *order[] = {"**Open**",           "INC-4",    "INC-2",
                           "· drill\n  Second",  "**Over**", "INC-3",
                           "· private\n  Third", "INC-1"};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        words = strstr(words, order[i]);
        if (words == NULL)
            fail_msg("no %s at its place", order[i]);
    }
    it.user.id = DMA;
    words = caller_does(&caller, &it);
    assert_null(strstr(words, "Third"));
    assert_null(strstr(words, "INC-3"));
    it.guild_id = GUILD + 1;
    assert_says(caller_does(&caller, &it), "There is no incident yet");
}

/* Every incident once, whichever page it is on, however long the titles. */
static void list_has_pages(void **state)
{
    char title[TITLE_UNITS + 1], next[60] = "";
    int seen[30] = {0};
    (void)state;
    memset(title, '*', TITLE_UNITS);
    title[TITLE_UNITS] = '\0';
    for (int64_t id = 1; id <= 29; id++) {
        declare(title, id % 3 == 0 ? "drill" : NULL);
        caller_room(&caller, id);
        if (id % 2 == 0)
            resolve(id);
    }
    for (int pages = 0; pages < 10; pages++) {
        struct interaction it = slash("incident list");
        if (next[0] != '\0')
            add_text(&it, "before", next);
        const char *words = caller_does(&caller, &it);
        assert_true(strlen(words) < 2000);
        for (const char *at = words; (at = strstr(at, "- **INC-")) != NULL;)
            seen[strtol(at += 8, NULL, 10)]++;
        char *json = cJSON_PrintUnformatted(caller.answer);
        const char *more = strstr(json, "before=INC");
        next[0] = '\0';
        if (more != NULL)
            str_copy(next, sizeof next,
                     (struct str){more + 7, strcspn(more + 7, "\"")});
        free(json);
        if (next[0] == '\0')
            break;
    }
    for (int id = 1; id <= 29; id++)
        if (seen[id] != 1)
            fail_msg("INC-%d is shown %d times", id, seen[id]);
}

/* ---- set ---- */

static void set_changes_one_thing_or_several(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction it = slash("incident set");
    keeps_nothing(&it, ""); /* a form, with what stands there */
    assert_true(is_offered("\"value\":\"Logins fail\""));
    add_text(&it, "severity", "SEV1");
    add_text(&it, "title", "Nobody can log in");
    assert_says(does(&it), "SEV3 → SEV1; title: Nobody can log in");
    keeps_nothing(&it, "is so already");
    assert_int_equal(caller.taken.after.severity, SEVERITY_1);
    it = slash("incident set");
    add_text(&it, "milestone", "impact start");
    add_text(&it, "time", "yesterday 18:40");
    (void)does(&it);
    keeps_nothing(&it, "is so already, impact start 2022-12-12 18:40 UTC:");
    it = slash("incident set");
    add_flag(&it, "private", true);
    assert_says(does(&it), "the live room is closed");
    it = slash("incident set");
    add_flag(&it, "private", false);
    it.channel_id = 1001;
    const char *words = does(&it);
    assert_says(words, "public from now on. Everybody may see its room");
    assert_says(words, "also secrets that somebody pasted");
    assert_says(words, "with `visibility:private` (out of both rooms)");
    it = slash("incident set");
    add_text(&it, "type", "security");
    assert_says(does(&it), "private from now on");
    assert_true(caller.taken.after.is_private);
}

/* Where everybody writes nothing can be hidden. */
static void a_borrowed_room_stays_open(void **state)
{
    (void)state;
    struct interaction it = slash("incident declare");
    add_text(&it, "title", "Logins fail");
    (void)does(&it);
    caller_room_failed(&caller, 1);
    it = slash("incident set");
    add_flag(&it, "private", true);
    char where[80];
    (void)snprintf(
        where, sizeof where,
        "what stands in <#%" PRIu64 "> stays there for everybody who", LOBBY);
    const char *words = does(&it);
    assert_says(words, where);
    assert_null(strstr(words, "only responders see its room"));
}

static void set_repeats_the_impact(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction it = slash("incident set");
    add_text(&it, "severity", "SEV1");
    add_text(&it, "impact", "Nobody can *log* in");
    assert_string_equal(does(&it), "**INC-1**: severity SEV3 → SEV1; impact.\n"
                                   "Impact: Nobody can \\*log\\* in");
    it = slash("incident set");
    add_text(&it, "severity", "SEV2");
    assert_string_equal(does(&it), "**INC-1**: severity SEV1 → SEV2.");
    char text[450];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    it = slash("incident set");
    add_text(&it, "impact", text);
    char says[300];
    (void)snprintf(says, sizeof says, ": impact: %.200s…", text);
    assert_true(str_ends(str_of(does(&it)), says));
}

static void set_tells_a_milestone_or_takes_it_back(void **state)
{
    static const struct {
        const char *milestone, *time, *says;
    } wrong[] = {
        {"impact start", NULL, "Say when that was"},
        {NULL, "18:40", "Say with `milestone`"},
        {"impact start", "soon", "`time`: "},
        {"impact start", "2031-01-01 10:00", "future"},
        {"declared", "18:40", "Choose one of"},
        {"resolved", "18:40", "still investigating"},
    };
    (void)state;
    (void)caller_declares(&caller);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct interaction it = slash("incident set");
        if (wrong[i].milestone != NULL)
            add_text(&it, "milestone", wrong[i].milestone);
        if (wrong[i].time != NULL)
            add_text(&it, "time", wrong[i].time);
        keeps_nothing(&it, wrong[i].says);
    }
    const struct when *start =
        &caller.taken.after.milestones[MILESTONE_IMPACT_START];
    struct interaction it = slash("incident set");
    add_text(&it, "milestone", "impact start");
    add_text(&it, "time", "~18:40");
    assert_says(does(&it), "impact start");
    assert_int_equal(start->precision, WHEN_ABOUT);
    it = slash("incident set");
    add_text(&it, "milestone", "impact start");
    add_text(&it, "time", "Not recorded");
    assert_says(does(&it), "impact start not recorded");
    assert_int_equal(start->precision, WHEN_NEVER);
}

static const char *sets_milestone(const char *milestone, const char *time)
{
    struct interaction it = slash("incident set");
    add_text(&it, "milestone", milestone);
    add_text(&it, "time", time);
    return does(&it);
}

/* A button that asked for it stands where it stood: somebody may have told it
 * since, and who presses sees what. */
static void an_old_button_shows_what_is_told_by_now(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction press =
        button("1|incident set|1|milestone=impact start");
    assert_string_equal(caller_does(&caller, &press), "");
    assert_null(caller_field(&caller, "time"));
    struct interaction it = slash("incident set");
    add_text(&it, "milestone", "impact start");
    add_text(&it, "time", "~18:40");
    (void)does(&it);
    assert_string_equal(caller_does(&caller, &press), "");
    assert_non_null(caller_field(&caller, "time"));
    assert_string_equal(caller_field(&caller, "time"), "2022-12-13 ~18:40");
    struct interaction sent = form("1|incident set|1|milestone=impact start");
    add_text(&sent, "time", "2022-12-13 ~18:40");
    keeps_nothing(&sent, "is so already");
    /* A move that nobody dated has more than its form shows. */
    caller.now_ms += 12345;
    it = slash("incident update");
    add_text(&it, "message", "It is the disk");
    add_text(&it, "state", "identified");
    (void)does(&it);
    press = button("1|incident set|1|milestone=identified");
    assert_string_equal(caller_does(&caller, &press), "");
    char *shown = strdup(caller_field(&caller, "time"));
    sent = form("1|incident set|1|milestone=identified");
    add_text(&sent, "time", shown);
    keeps_nothing(&sent, "is so already");
    free(shown);
}

/* Two days later its bare time is still of that day, as it is offered. */
static void a_milestone_stays_on_its_day(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    (void)sets_milestone("identified", "18:52");
    caller.now_ms += 2 * MS_PER_DAY;
    (void)sets_milestone("identified", "18:40");
    assert_int_equal(kept()->milestone_at.from_ms, NOW - 30 * MS_PER_MINUTE);
    struct interaction it = typing("incident set", "time", "18:45");
    add_text(&it, "milestone", "identified");
    assert_says(caller_is_offered(&caller, &it), "(2022-12-13 18:45 UTC)");
    /* Nobody told that one. */
    (void)sets_milestone("mitigated", "18:40");
    assert_int_equal(kept()->milestone_at.from_ms,
                     NOW + 2 * MS_PER_DAY - 30 * MS_PER_MINUTE);
}

static void an_end_before_its_start_is_said(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    assert_null(strstr(sets_milestone("impact end", "18:30"), "wrong"));
    assert_says(sets_milestone("impact start", "18:40"),
                "**That cannot be**: impact end 18:30 UTC");
    assert_null(strstr(sets_milestone("impact start", "18:30"), "wrong"));
    assert_null(strstr(sets_milestone("impact end", "18:XX"), "wrong"));
    assert_says(sets_milestone("impact end", "18:20"),
                "**That cannot be**: impact end 18:20 UTC");
}

/* As when local time was typed for UTC. */
static void no_end_is_before_the_impact_unsaid(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    (void)sets_milestone("impact start", "18:40");
    struct interaction it = slash("incident update");
    add_text(&it, "message", "Space made");
    add_text(&it, "state", "mitigated");
    add_text(&it, "at", "18:30");
    assert_says(does(&it), "**That cannot be**: mitigated 18:30 UTC");
    it = slash("incident update");
    add_text(&it, "message", "Still watching");
    assert_null(strstr(does(&it), "wrong")); /* it was said */
    it = slash("resolve");
    add_text(&it, "summary", "Space made");
    add_text(&it, "at", "18:20");
    const char *words = does(&it);
    assert_says(words, "**That cannot be**: resolved 18:20 UTC "
                       "(<t:1670955600:t>), but impact start");
    assert_says(words, ", but mitigated 18:30 UTC");
    it = slash("timeline edit");
    add_text(&it, "incident", "1");
    add_text(&it, "id", "#6");
    add_text(&it, "time", "18:45");
    assert_null(strstr(does(&it), "cannot be**: resolved"));
}

/* ---- the same twice ---- */

static struct interaction second(const char *title)
{
    struct interaction it = slash("incident declare");
    add_text(&it, "title", title);
    add_text(&it, "severity", "SEV1");
    add_text(&it, "started", "18:XX");
    add_text(&it, "impact", "Nobody sees\nany picture");
    it.id = 7;
    return it;
}

static void the_same_is_asked_about(void **state)
{
    (void)state;
    declare("Images do not load on media.example.org", NULL);
    caller_room(&caller, 1);
    caller.now_ms += 3 * MS_PER_MINUTE;
    struct interaction it = second("media.example.org: images not loading");
    int64_t kept_before = caller_kept(&caller);
    const char *words = caller_does(&caller, &it);
    assert_says(words,
                "**INC-1** has been open for 3 minutes in <#1001>: Images");
    assert_says(words, "Is it the same?");
    assert_int_equal(caller_kept(&caller), kept_before);
    assert_true(is_offered("https://discord.com/channels/900000000000000001/"
                           "1001"));
    assert_true(is_offered("1|timeline add|0|incident=INC-1|kind=report|"
                           "draft=7"));

    struct interaction same =
        button("1|timeline add|0|incident=INC-1|kind=report|draft=7");
    assert_says(does(&same), "of **INC-1** at");
    assert_int_equal(kept()->kind, EVENT_REPORT);
    assert_true(str_is(kept()->text, "media.example.org: images not loading\n"
                                     "Nobody sees\nany picture\n"
                                     "Impact began 2022-12-13 18:XX UTC"));
    struct interaction anyway = button("1|incident declare|0|draft=7");
    keeps_nothing(&anyway, "is no longer there");
}

/* They would be asked to press what is refused. */
static void who_only_declares_adds_no_report(void **state)
{
    (void)state;
    uint64_t ids[] = {DMA};
    declare("Images do not load", NULL);
    caller_room(&caller, 1);
    caller.config.access.allowed[RIGHT_RESPOND] = (struct id_list){ids, 1};
    struct interaction it = second("Images do not load");
    keeps_nothing(&it, "Is it the same?");
    assert_false(is_offered("timeline add"));
    assert_true(is_offered("1|incident declare|0|draft=7"));
}

static void what_was_typed_is_declared_anyway(void **state)
{
    (void)state;
    declare("Images do not load", "drill");
    struct interaction it = second("Images do not load");
    add_text(&it, "type", "near-miss");
    add_text(&it, "service", "media");
    add_flag(&it, "private", true);
    add_flag(&it, "drill", true);
    keeps_nothing(&it, "Is it the same?");
    struct interaction anyway = button("1|incident declare|0|draft=7");
    caller.now_ms += MS_PER_MINUTE;
    (void)does(&anyway);
    const struct incident *in = &caller.taken.after;
    const struct when *start = &in->milestones[MILESTONE_IMPACT_START];
    assert_int_equal(in->id, 2);
    assert_string_equal(in->title, "Images do not load");
    assert_string_equal(in->impact, "Nobody sees\nany picture");
    assert_string_equal(in->services, "media\n");
    assert_int_equal(in->severity, SEVERITY_1);
    assert_int_equal(in->type, TYPE_NEAR_MISS);
    assert_true(in->is_private);
    assert_true(in->is_drill);
    assert_string_equal(start->typed, "18:XX");
    assert_int_equal(start->precision, WHEN_HOUR);
    assert_int_equal(start->to_ms - start->from_ms, MS_PER_HOUR - 1);
}

/* Of other words, a drill, over, secret, or of another server: no question. */
static void what_differs_is_not_asked_about(void **state)
{
    (void)state;
    declare("Images do not load", NULL);
    declare("Search is empty", "private");
    declare("Mail is late", "drill");
    declare("DNS is wrong", NULL);
    resolve(4);
    static const char *const titles[] = {"Logins fail with 504", "Mail is late",
                                         "DNS is wrong"};
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++) {
        struct interaction it = slash("incident declare");
        add_text(&it, "title", titles[i]);
        (void)does(&it);
    }
    struct interaction it = slash("incident declare");
    add_text(&it, "title", "Search is empty");
    it.user.id = DMA;
    (void)does(&it);
    it = slash("incident declare");
    add_text(&it, "title", "Images do not load");
    it.guild_id = GUILD + 1;
    (void)does(&it);
    /* What is meant to be secret is not offered to a public record. */
    it = slash("incident declare");
    add_text(&it, "title", "Images do not load");
    add_text(&it, "type", "security");
    keeps_nothing(&it, "Is it the same?");
    assert_false(is_offered("timeline add"));
}

/* ---- snooze ---- */

static void a_reminder_is_put_off(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction it = slash("incident snooze");
    add_text(&it, "reminder", "no commander");
    assert_says(does(&it), "No reminder \"no commander\" in **INC-1** until "
                           "20:10 UTC");
    assert_int_equal(kept()->until_ms, NOW + MS_PER_HOUR);
    add_text(&it, "until", "tomorrow");
    (void)does(&it);
    assert_int_equal(kept()->until_ms, civil_day_start(NOW) + MS_PER_DAY);
    it = slash("incident snooze");
    add_text(&it, "reminder", "change still open");
    keeps_nothing(&it, "Say which one");
    add_text(&it, "entry", "#1");
    keeps_nothing(&it, "needs no such reminder");
    it = button("1|incident snooze|1|reminder=update overdue|minutes=30");
    (void)does(&it);
    assert_int_equal(kept()->reminder, REMINDER_UPDATE);
    it = slash("incident snooze");
    add_text(&it, "reminder", "no commander");
    add_text(&it, "until", "soon");
    keeps_nothing(&it, "cannot be read");
    /* It is of all incidents, and comes whatever one of them says. */
    it = slash("incident snooze");
    add_text(&it, "reminder", "weekly digest");
    keeps_nothing(&it, "`reminder` cannot be weekly digest. Choose one of:");
}

#define CASE(name)                                                             \
    cmocka_unit_test_setup_teardown(name, caller_setup, caller_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(list_shows_open_ones_first),
        CASE(list_has_pages),
        CASE(set_changes_one_thing_or_several),
        CASE(a_borrowed_room_stays_open),
        CASE(set_repeats_the_impact),
        CASE(set_tells_a_milestone_or_takes_it_back),
        CASE(an_old_button_shows_what_is_told_by_now),
        CASE(a_milestone_stays_on_its_day),
        CASE(an_end_before_its_start_is_said),
        CASE(no_end_is_before_the_impact_unsaid),
        CASE(the_same_is_asked_about),
        CASE(who_only_declares_adds_no_report),
        CASE(what_was_typed_is_declared_anyway),
        CASE(what_differs_is_not_asked_about),
        CASE(a_reminder_is_put_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
