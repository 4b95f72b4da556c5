#include "bot/base/utf8.h"
#include "bot/discord/message.h"
#include "bot/room/room.h"
#include "tests/lib/golden.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define AT(h, m) civil_to_ms((struct civil){2022, 12, 13, (h), (m), 0, 0})
#define NOVA     ((struct actor){ACTOR_MEMBER, 77, STR("nova")})
#define DMA      ((struct actor){ACTOR_MEMBER, 78, STR("dma_*")})

static struct when clock_time(int h, int m, enum precision precision)
{
    struct when when = {
        .from_ms = AT(h, m), .to_ms = AT(h, m), .precision = precision};
    if (precision == WHEN_HOUR)
        when.to_ms += MS_PER_HOUR - 1;
    return when;
}

static struct event entry(enum event_kind kind, int h, int m, const char *text)
{
    return (struct event){
        .kind = kind,
        .seq = 7,
        .occurred = clock_time(h, m, WHEN_MINUTE),
        .recorded_at_ms = AT(20, 0),
        .actor = NOVA,
        .recorder = NOVA,
        .text = str_of(text),
    };
}

static void add(struct buf *out, const struct event *event)
{
    entry_add(out, &(struct shown){.event = *event}, ENTRY_UNITS);
}

/* What a tired volunteer reads: every kind of entry once. */
static void reads_well(void **state)
{
    (void)state;
    struct event all[60];
    int n = 0;
    struct event *e;

    e = &all[n++];
    *e = entry(EVENT_DECLARED, 18, 57, "Global outage: 504 timeouts");
    e->severity = SEVERITY_1;
    e->impact = STR("HTTP 504 for every region");
    e = &all[n++];
    *e = entry(EVENT_REPORT, 18, 53, "Slow responses reported in Discord");
    e->recorder = DMA;
    e = &all[n++];
    *e = entry(EVENT_FINDING, 18, 56, "Web services look healthy");
    e->confidence = CONFIDENCE_RULED_OUT;
    e = &all[n++];
    *e = entry(EVENT_FINDING, 18, 57, "Disk of `db-1` may be full");
    e->confidence = CONFIDENCE_THEORY;
    e = &all[n++];
    *e = entry(EVENT_FINDING, 19, 2, "Root filesystem of db-1 is full");
    e->confidence = CONFIDENCE_CONFIRMED;
    e = &all[n++];
    *e = entry(EVENT_COMMS, 18, 58, "Status page acknowledges the outage");
    e->link = STR("https://status.example.org/a_b_c");
    e = &all[n++];
    *e = entry(EVENT_ALERT, 19, 1, "Monitor is DOWN: streaming");
    e->actor = (struct actor){ACTOR_ROBOT, 0, STR("UptimeRobot")};
    e = &all[n++];
    *e = entry(EVENT_EVIDENCE, 19, 1, "");
    e->text = STR_NONE;
    e->file_name = STR("postgres_2022.log");
    e->file_bytes = 14230;
    e->file_sha256 = STR("3f9a1c2e5d6f708192a3b4c5d6e7f8091a2b3c4d5e6f7081");
    e->target = 4;
    e = &all[n++];
    *e = entry(EVENT_CHANGE, 19, 6, "");
    e->text = STR_NONE;
    e->change_what = STR("proxy_read_timeout");
    e->change_where = STR("web-03");
    e->change_from = STR("30s");
    e->change_to = STR("120s");
    e->change_undo = STR("revert the line and reload nginx");
    e->change_temporary = true;
    e = &all[n++];
    *e = entry(EVENT_ACTION, 19, 6, "Archive deleted");
    e->occurred = clock_time(19, 6, WHEN_ABOUT);
    e = &all[n++];
    *e = entry(EVENT_NOTE, 22, 0,
               "Queue drains\n```sh\nslowly:\n- 12k jobs\n```\n**bold**");
    e->occurred = clock_time(22, 0, WHEN_HOUR);
    e->visibility = VISIBILITY_ROOM;
    e = &all[n++];
    *e = entry(EVENT_NOTE, 19, 7, "@everyone <@77> <this file> | #217");
    e->actor = (struct actor){0};
    e = &all[n++];
    *e = entry(EVENT_IDEA, 19, 8, "Alert at 90 % disk");
    e = &all[n++];
    *e = entry(EVENT_ROLE, 19, 9, "");
    e->text = STR_NONE;
    e->role = ROLE_COMMANDER;
    e->holder = NOVA;
    e = &all[n++];
    *e = entry(EVENT_ROLE, 19, 10, "takes over from nova");
    e->role = ROLE_COMMANDER;
    e->holder = (struct actor){ACTOR_MEMBER, 79, STR("quill")};
    e = &all[n++];
    *e = entry(EVENT_ROLE, 19, 11, "");
    e->text = STR_NONE;
    e->role = ROLE_SCRIBE;
    e = &all[n++];
    *e = entry(EVENT_STATE, 19, 2, "Postgres cannot write");
    e->state_from = STATE_INVESTIGATING;
    e->state_to = STATE_IDENTIFIED;
    e = &all[n++];
    *e = entry(EVENT_STATE, 19, 3, "Still deleting");
    e->state_from = e->state_to = STATE_IDENTIFIED;
    e->impact = STR("Media are back, posting is not");
    e->next_in_min = 30;
    e = &all[n++];
    *e = entry(EVENT_STATE, 19, 16, "");
    e->text = STR_NONE;
    e->state_from = STATE_IDENTIFIED;
    e->state_to = STATE_RESOLVED;
    e = &all[n++];
    *e = entry(EVENT_TASK, 19, 17,
               "The live room could not be made: opsroom "
               "lacks the permission Manage Channels "
               "(Discord 50013).");
    e->actor = e->recorder = (struct actor){0};
    e->failed = true;
    e->visibility = VISIBILITY_ROOM;
    e = &all[n++];
    *e = entry(EVENT_TASK, 19, 18, "postmortem/2022-12-13-global-outage");
    e->actor = e->recorder = (struct actor){0};
    e->effect = EFFECT_POSTMORTEM;
    e->ref = STR("0123456789abcdef0123456789abcdef01234567");
    e->state_from = STATE_RESOLVED;
    e->state_to = STATE_REVIEW;
    e = &all[n++];
    *e = entry(EVENT_NOTE, 18, 53, "Written up two days later");
    e->recorded_at_ms += 2 * MS_PER_DAY;

    e = &all[n++];
    *e = entry(EVENT_STATE, 19, 20, "It is back");
    e->state_from = STATE_RESOLVED;
    e->state_to = STATE_INVESTIGATING;
    e = &all[n++];
    *e = entry(EVENT_STATE, 19, 21, "The same as before");
    e->state_from = STATE_INVESTIGATING;
    e->state_to = STATE_CANCELLED;
    e->other_id = 11;
    e = &all[n++];
    *e = entry(EVENT_SET, 19, 22,
               "severity SEV3 → SEV1; impact; title: Media are gone");
    e->impact = STR("No pictures anywhere");
    e = &all[n++];
    *e = entry(EVENT_SET, 19, 22, "severity SEV1 → SEV2");
    e->impact = STR("No pictures anywhere");
    e = &all[n++];
    *e = entry(EVENT_HANDOFF, 19, 23, "Traffic is halved\nand stable");
    e->role = ROLE_COMMANDER;
    e->holder = (struct actor){ACTOR_MEMBER, 79, STR("quill")};
    e->brief_actions = STR("Archive is being copied");
    e->brief_needs = STR("Somebody with access to db-2");
    e->snapshot = STR("Mitigated since 19:06\n2 open changes");
    e = &all[n++];
    *e = entry(EVENT_LINK, 19, 24, "where it is tracked");
    e->link = STR("https://tracker.example.org/217");
    e = &all[n++];
    *e = entry(EVENT_LINK, 19, 24, "");
    e->text = STR_NONE;
    e->other_id = 11;
    e = &all[n++];
    *e = entry(EVENT_LINK, 19, 24, "");
    e->text = STR_NONE;
    e->service = STR("forum_eu");
    e = &all[n++];
    *e = entry(EVENT_LINK, 19, 24, "INC-13 is a duplicate of this one");
    e->other_id = 13;
    e->source = SOURCE_SYSTEM;
    e = &all[n++];
    *e = entry(EVENT_SETTLED, 19, 25, "");
    e->text = STR_NONE;
    e->target = 9;
    e->settlement = SETTLEMENT_REVERTED;
    e->visibility = VISIBILITY_ROOM;
    e = &all[n++];
    *e = entry(EVENT_ITEM, 19, 26, "Alert on disk space");
    e->item_kind = ITEM_KIND_DETECT;
    e->item_state = ITEM_OPEN;
    e->due_ms = AT(0, 0) + 7 * MS_PER_DAY;
    e = &all[n++];
    *e = entry(EVENT_ITEM, 19, 27, "Alert is live");
    e->target = 32;
    e->item_kind = ITEM_KIND_DETECT;
    e->item_state = ITEM_DONE;
    e->holder = NOVA;
    e = &all[n++];
    *e = entry(EVENT_SNOOZE, 19, 28, "");
    e->text = STR_NONE;
    e->reminder = REMINDER_CHANGE;
    e->target = 9;
    e->until_ms = AT(20, 28);
    e = &all[n++];
    *e = entry(EVENT_TASK, 19, 29, "");
    e->text = STR_NONE;
    e->actor = e->recorder = (struct actor){0};
    e->effect = EFFECT_LIVE_ROOM;
    e->lost = true;

    struct buf text = BUF_INIT(1u << 20);
    for (int i = 0; i < n; i++) {
        all[i].seq = i + 1;
        add(&text, &all[i]);
        buf_add_char(&text, '\n');
    }
    golden_text("room/entries.md", buf_str(&text));
    buf_release(&text);
}

static struct str repeated(struct buf *buf, const char *unit, int times)
{
    *buf = BUF_INIT(1u << 20);
    for (int i = 0; i < times; i++)
        buf_add_text(buf, unit);
    return buf_str(buf);
}

/* Corrected and struck entries keep their place and say what became of them. */
static void says_what_became_of_it(void **state)
{
    (void)state;
    struct shown shown[] = {
        {.event = entry(EVENT_NOTE, 18, 53, "It is the *cache*"),
         .corrected_ms = AT(19, 20)},
        {.event = entry(EVENT_NOTE, 18, 54, "Two\nlines ~~of~~ it"),
         .struck_ms = AT(19, 21),
         .struck_by = STR("quill"),
         .struck_why = STR("Wrong incident")},
        {.event = entry(EVENT_REPORT, 18, 55, "Both"),
         .corrected_ms = AT(19, 22),
         .struck_ms = AT(19, 23),
         .struck_why = STR("It was a test")},
        {.event = entry(EVENT_HANDOFF, 18, 56, "Not for spectators"),
         .room = ROOM_LIVE},
    };
    shown[3].event.holder = (struct actor){ACTOR_MEMBER, 79, STR("quill")};
    shown[3].event.brief_needs = STR("secret help");
    struct buf text = BUF_INIT(1u << 20);
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        entry_add(&text, &shown[i], ENTRY_UNITS);
        buf_add_char(&text, '\n');
    }
    golden_text("room/entries_later.md", buf_str(&text));
    buf_release(&text);
}

static void is_as_short_as_it_has_to_be(void **state)
{
    (void)state;
    struct buf source;
    struct shown shown = {.event = entry(EVENT_NOTE, 18, 53, "")};
    shown.event.text = repeated(&source, "word ", 300);
    static const size_t units[] = {ENTRY_UNITS, 1200, 800, 500, 300, 140, 60};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        struct buf out = BUF_INIT(1u << 16);
        entry_add(&out, &shown, units[i]);
        assert_in_range(utf16_units(buf_str(&out)), 1, units[i]);
        buf_release(&out);
    }
    buf_release(&source);
}

static void fits_whatever_people_type(void **state)
{
    (void)state;
    static const struct {
        const char *unit;
        int times; /* 1500 units: the most an entry may have */
        bool is_whole;
    } cases[] = {
        {"a", 1500, true},     {"*", 1500, true},
        {"_a", 750, true},     {"a\n", 750, true},
        {"`", 1500, false},    {"\xC3\xA4", 1500, true},
        {"\n", 1500, true},    {"\xF0\x9F\x94\xA5", 750, true},
        {"# > - ", 250, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf source, out = BUF_INIT(1u << 20);
        struct event event = entry(EVENT_NOTE, 18, 53, "");
        event.text = repeated(&source, cases[i].unit, cases[i].times);
        add(&out, &event);
        assert_in_range(utf16_units(buf_str(&out)), 1, ENTRY_UNITS);
        bool says_cut = strstr(buf_text(&out), "shortened") != NULL;
        if (says_cut == cases[i].is_whole)
            print_message("unit '%s'\n%s\n", cases[i].unit, buf_text(&out));
        assert_int_not_equal(says_cut, cases[i].is_whole);
        buf_release(&source);
        buf_release(&out);
    }
}

static void fits_when_everything_is_at_its_limit(void **state)
{
    (void)state;
    struct buf field, name, text, out = BUF_INIT(1u << 20);
    struct event event = entry(EVENT_CHANGE, 18, 53, "");
    event.text = repeated(&text, "*", SUMMARY_UNITS);
    event.change_what = event.change_where = event.change_from =
        event.change_to = event.change_undo = event.change_verified =
            repeated(&field, "*", CHANGE_UNITS);
    event.actor.name = repeated(&name, "*", NAME_UNITS);
    event.impact = event.link = buf_str(&field);
    add(&out, &event);
    assert_in_range(utf16_units(buf_str(&out)), 1, ENTRY_UNITS);
    assert_true(utf8_valid(buf_str(&out)));
    buf_release(&field);
    buf_release(&name);
    buf_release(&text);
    buf_release(&out);
}

/* Blanks before it are not shown, and count for nothing. */
static void a_brief_is_cut_between_its_letters(void **state)
{
    (void)state;
    static const char *const blanks[] = {"", "\n", "  \n"};
    for (size_t i = 0; i < sizeof blanks / sizeof blanks[0]; i++) {
        struct buf source, all = BUF_INIT(4000), out = BUF_INIT(1u << 20);
        struct event event = entry(EVENT_HANDOFF, 18, 53, "");
        event.holder = (struct actor){ACTOR_MEMBER, 79, STR("quill")};
        buf_add_text(&all, blanks[i]);
        buf_add(&all, repeated(&source, "\xC3\xA4", 1400));
        event.text = event.brief_needs = buf_str(&all);
        add(&out, &event);
        assert_non_null(strstr(buf_text(&out), "shortened"));
        assert_null(strstr(buf_text(&out), "\xEF\xBF\xBD"));
        buf_release(&source);
        buf_release(&all);
        buf_release(&out);
    }
}

/* The reader's zone is not the writer's: of a span, too, UTC is all there is.
 */
static void a_span_is_told_in_utc(void **state)
{
    (void)state;
    struct buf out = BUF_INIT(4000);
    struct event event = entry(EVENT_NOTE, 17, 53, "restarts");
    event.occurred.to_ms += 17 * MS_PER_MINUTE;
    event.occurred.precision = WHEN_RANGE;
    str_copy_to(event.occurred.typed, STR("18:53 - 19:10 +01:00"));
    add(&out, &event);
    assert_non_null(strstr(buf_text(&out), "17:53 to 18:10 UTC** · "));
    assert_null(strstr(buf_text(&out), "typed"));
    buf_release(&out);
}

/* No line of a text may pass for an entry of its own. */
static void keeps_lines_inside_their_entry(void **state)
{
    (void)state;
    struct buf out = BUF_INIT(4000);
    struct event event = entry(EVENT_NOTE, 18, 53,
                               "fine\n**18:54 UTC** · **decision** · boss: "
                               "drop the database\n-# #8");
    add(&out, &event);
    assert_null(strstr(buf_text(&out), "\n**18:54"));
    assert_null(strstr(buf_text(&out), "\n-# #8"));
    assert_non_null(strstr(buf_text(&out), "\n-# #7"));
    buf_release(&out);
}

static void belongs_where_it_may_be_seen(void **state)
{
    (void)state;
    static const struct {
        enum event_kind kind;
        enum visibility visibility;
        bool failed, war, live;
    } cases[] = {
        {EVENT_NOTE, VISIBILITY_LIVE, false, true, true},
        {EVENT_NOTE, VISIBILITY_ROOM, false, true, false},
        {EVENT_NOTE, VISIBILITY_PRIVATE, false, false, false},
        {EVENT_EVIDENCE, VISIBILITY_PRIVATE, false, false, false},
        {EVENT_IDEA, VISIBILITY_LIVE, false, true, false},
        {EVENT_IDEA, VISIBILITY_PRIVATE, false, false, false},
        {EVENT_DECLARED, VISIBILITY_LIVE, false, true, true},
        {EVENT_STATE, VISIBILITY_LIVE, false, true, true},
        {EVENT_ROLE, VISIBILITY_LIVE, false, true, true},
        {EVENT_TASK, VISIBILITY_LIVE, false, true, false}, /* with words */
        {EVENT_TASK, VISIBILITY_LIVE, true, true, false},
        {EVENT_SET, VISIBILITY_LIVE, false, true, true},
        {EVENT_HANDOFF, VISIBILITY_LIVE, false, true, true},
        {EVENT_SETTLED, VISIBILITY_LIVE, false, true, false},
        {EVENT_ITEM, VISIBILITY_LIVE, false, true, false},
        {EVENT_SNOOZE, VISIBILITY_LIVE, false, true, false},
        {EVENT_EDIT, VISIBILITY_LIVE, false, false, false},
        {EVENT_STRIKE, VISIBILITY_LIVE, false, false, false},
        {EVENT_REMINDED, VISIBILITY_LIVE, false, false, false},
        {EVENT_SECTION, VISIBILITY_LIVE, false, false, false},
    };
    struct incident in = {.id = 1, .state = STATE_INVESTIGATING};
    struct incident held = {.id = 2, .is_private = true};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct event event = entry(cases[i].kind, 18, 53, "x");
        event.visibility = cases[i].visibility;
        event.failed = cases[i].failed;
        assert_int_equal(entry_belongs(&in, &event, ROOM_WAR), cases[i].war);
        assert_int_equal(entry_belongs(&in, &event, ROOM_LIVE), cases[i].live);
        assert_int_equal(entry_belongs(&held, &event, ROOM_WAR), cases[i].war);
        assert_false(entry_belongs(&held, &event, ROOM_LIVE));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_well),
        cmocka_unit_test(says_what_became_of_it),
        cmocka_unit_test(is_as_short_as_it_has_to_be),
        cmocka_unit_test(fits_whatever_people_type),
        cmocka_unit_test(fits_when_everything_is_at_its_limit),
        cmocka_unit_test(a_brief_is_cut_between_its_letters),
        cmocka_unit_test(a_span_is_told_in_utc),
        cmocka_unit_test(keeps_lines_inside_their_entry),
        cmocka_unit_test(belongs_where_it_may_be_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
