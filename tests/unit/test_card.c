#include "bot/discord/json.h"
#include "bot/room/room.h"
#include "tests/lib/golden.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define AT(h, m) civil_to_ms((struct civil){2022, 12, 13, (h), (m), 0, 0})

static struct when at(int h, int m)
{
    return (struct when){
        .from_ms = AT(h, m), .to_ms = AT(h, m), .precision = WHEN_MINUTE};
}

static struct incident outage(void)
{
    struct incident in = {
        .id = 12,
        .guild_id = 1000,
        .state = STATE_INVESTIGATING,
        .severity = SEVERITY_1,
        .title = "Global outage: 504 *timeouts*",
        .declared_by = {77, "nova"},
        .declared_at_ms = AT(18, 57),
        .state_since_ms = AT(18, 57),
        .last_update_ms = AT(19, 2),
        .entries = 5,
        .war_channel_id = 2001,
        .live_channel_id = 2002,
    };
    in.milestones[MILESTONE_DECLARED] = at(18, 57);
    return in;
}

static void hold(struct incident *in, int place, enum role role,
                 const char *name)
{
    in->holders[place].role = role;
    in->holders[place].type = ACTOR_MEMBER;
    in->holders[place].user_id = 77;
    str_copy_to(in->holders[place].name, str_of(name));
}

static void check(const char *name, const struct incident *in)
{
    static const struct open_counts none;
    cJSON *card =
        card_message(in, &(struct card_parts){.open = none}, ROOM_WAR);
    golden_json(name, card);
    cJSON_Delete(card);
}

static void just_declared(void **state)
{
    (void)state;
    struct incident in = outage();
    check("room/card_declared.json", &in);
}

/* A bare time that was taken for the day before is seen. */
static void begun_on_another_day(void **state)
{
    (void)state;
    struct incident in = outage();
    int64_t from_ms = AT(20, 0) - MS_PER_DAY;
    in.milestones[MILESTONE_IMPACT_START] =
        (struct when){from_ms, from_ms + MS_PER_HOUR - 1, WHEN_HOUR, "20:XX"};
    cJSON *card =
        card_message(&in, &(struct card_parts){.open = {0}}, ROOM_WAR);
    const cJSON *embed = cJSON_GetArrayItem(json_get(card, "embeds"), 0);
    assert_non_null(strstr(json_text(embed, "description").s,
                           "not known yet · since 2022-12-12 20:XX UTC\n"));
    cJSON_Delete(card);
}

static void under_way(void **state)
{
    (void)state;
    struct incident in = outage();
    in.state = STATE_MITIGATED;
    in.state_since_ms = AT(19, 6);
    in.next_update_due_ms = AT(19, 36);
    str_copy_to(in.impact, STR("HTTP 504 for every region; no data lost"));
    hold(&in, 0, ROLE_SCRIBE, "quill_");
    hold(&in, 1, ROLE_COMMANDER, "nova");
    hold(&in, 2, ROLE_OPS, "dma");
    hold(&in, 3, ROLE_OPS, "malte_j");
    in.milestones[MILESTONE_IMPACT_START] =
        (struct when){AT(18, 53), AT(18, 53), WHEN_ABOUT, "~18:53"};
    check("room/card_mitigated.json", &in);
}

static void private_drill(void **state)
{
    (void)state;
    struct incident in = outage();
    in.is_drill = true;
    in.type = TYPE_SECURITY;
    in.is_private = true;
    in.live_channel_id = 0;
    in.severity = SEVERITY_3;
    check("room/card_private_drill.json", &in);
}

static void over(void **state)
{
    (void)state;
    struct incident in = outage();
    in.state = STATE_REVIEW;
    in.state_since_ms = AT(19, 16);
    in.entries = 16;
    in.milestones[MILESTONE_IMPACT_START] = at(18, 50);
    in.milestones[MILESTONE_FIRST_REPORT] = at(18, 53);
    in.milestones[MILESTONE_FIRST_ALERT] = at(19, 1);
    in.milestones[MILESTONE_IDENTIFIED] = at(19, 2);
    in.milestones[MILESTONE_RESOLVED] = at(19, 16);
    str_copy_to(in.impact, STR("HTTP 504 for every region; no data lost"));
    str_copy_to(in.postmortem_ref, STR("postmortem/2022-12-13-global-outage"));
    str_copy_to(in.postmortem_commit,
                STR("0123456789abcdef0123456789abcdef01234567"));
    check("room/card_over.json", &in);
}

static void expect_text(const struct incident *in, const char *part)
{
    cJSON *card = card_message(in, &(struct card_parts){0}, ROOM_WAR);
    char *text = cJSON_PrintUnformatted(card);
    if (strstr(text, part) == NULL)
        fail_msg("no \"%s\" in %s", part, text);
    free(text);
    cJSON_Delete(card);
}

/* Precision is never invented, and a day not left out. */
static void times_are_as_they_were_told(void **state)
{
    (void)state;
    struct incident in = outage();
    struct when hour = {AT(19, 0), AT(19, 59), WHEN_HOUR, "19:XX"};
    struct when day = {AT(0, 0) - 3 * MS_PER_DAY, AT(0, 0) - 2 * MS_PER_DAY - 1,
                       WHEN_DAY, "2022-12-10"};
    struct when about = {AT(18, 57), AT(18, 57), WHEN_ABOUT, "~18:57"};
    in.state = STATE_MITIGATED;
    in.milestones[MILESTONE_MITIGATED] = hour;
    expect_text(&in, "**Mitigated** since 19:XX UTC\\n");
    in.milestones[MILESTONE_MITIGATED] = day;
    expect_text(&in, "**Mitigated** since 2022-12-10 UTC\\n");
    in.state = STATE_IDENTIFIED;
    in.milestones[MILESTONE_IDENTIFIED] = about;
    expect_text(&in, "**Identified** since \\\\~18:57 UTC (");
    in.state_since_ms = AT(19, 30); /* for the second time */
    expect_text(&in, "**Identified** since 19:30 UTC (");
    in.state = STATE_RESOLVED;
    in.milestones[MILESTONE_RESOLVED] = about;
    expect_text(&in, "**Resolved** \\\\~18:57 UTC (");
    in.milestones[MILESTONE_DECLARED] = when_exact(AT(18, 50));
    in.state = STATE_INVESTIGATING;
    expect_text(&in, "**Declared** 18:50 UTC (");
}

/* An end before its beginning has no length. */
static void no_heading_stands_alone(void **state)
{
    (void)state;
    struct incident in = outage();
    in.state = STATE_RESOLVED;
    in.milestones[MILESTONE_IMPACT_START] = when_exact(AT(18, 59));
    in.milestones[MILESTONE_IDENTIFIED] = in.milestones[MILESTONE_MITIGATED] =
        in.milestones[MILESTONE_DECLARED] = (struct when){.from_ms = 0};
    in.milestones[MILESTONE_RESOLVED] = when_exact(AT(18, 49));
    cJSON *card = card_message(&in, &(struct card_parts){0}, ROOM_WAR);
    char *text = cJSON_PrintUnformatted(card);
    assert_null(strstr(text, "**From"));
    free(text);
    cJSON_Delete(card);
}

static bool over_says(struct incident in, bool page_is_withheld,
                      const char *words)
{
    in.state = STATE_RESOLVED;
    cJSON *card = card_message(
        &in, &(struct card_parts){.page_is_withheld = page_is_withheld},
        ROOM_WAR);
    char *text = cJSON_PrintUnformatted(card);
    bool says = strstr(text, words) != NULL;
    free(text);
    cJSON_Delete(card);
    return says;
}

/* Of a private one none is written, unless the settings say so. */
static void where_the_page_is(void **state)
{
    (void)state;
    struct incident in = outage();
    assert_true(over_says(in, false, "**Postmortem** not written yet"));
    assert_true(
        over_says(in, true, "**Postmortem** only in `/postmortem preview`"));
    str_copy_to(in.postmortem_commit, STR("0123456789abcdef"));
    str_copy_to(in.postmortem_ref, STR("postmortem/leak"));
    assert_true(over_says(in, true, "`0123456789` on branch postmortem/leak"));
}

/* What spectators see: no secrets, and one button. */
static void in_the_live_room(void **state)
{
    (void)state;
    struct incident in = outage();
    const struct open_counts open = {.changes = 2, .ideas = 1};
    str_copy_to(in.title, STR("Login fails with password=hunter22secret"));
    str_copy_to(in.impact, STR("Nobody reaches 10.1.2.3"));
    hold(&in, 0, ROLE_COMMANDER, "nova");
    cJSON *card =
        card_message(&in, &(struct card_parts){.open = open}, ROOM_LIVE);
    golden_json("room/card_live.json", card);
    cJSON_Delete(card);
}

/* The war room is on its way, or was deleted: no link says "unknown". */
static void nobody_is_sent_where_there_is_no_room(void **state)
{
    (void)state;
    struct incident in = outage();
    in.war_channel_id = 0;
    cJSON *card =
        card_message(&in, &(struct card_parts){.open = {0}}, ROOM_LIVE);
    const cJSON *embed = cJSON_GetArrayItem(json_get(card, "embeds"), 0);
    assert_null(strstr(json_text(embed, "description").s, "<#0>"));
    cJSON_Delete(card);
}

static void counts_what_is_open(void **state)
{
    (void)state;
    struct incident in = outage();
    const struct open_counts open = {.changes = 2, .ideas = 1};
    cJSON *card =
        card_message(&in, &(struct card_parts){.open = open}, ROOM_WAR);
    golden_json("room/card_open.json", card);
    cJSON_Delete(card);
}

static void roles_have_the_names_that_people_use(void **state)
{
    static const char *const names[ROLE_COUNT] = {
        [ROLE_COMMANDER] = "incident lead", [ROLE_OPS] = "hands"};
    (void)state;
    struct incident in = outage();
    hold(&in, 0, ROLE_COMMANDER, "nova");
    hold(&in, 1, ROLE_OPS, "dma");
    hold(&in, 2, ROLE_SCRIBE, "quill");
    cJSON *card =
        card_message(&in, &(struct card_parts){.role_names = names}, ROOM_WAR);
    char *text = cJSON_PrintUnformatted(card);
    assert_non_null(strstr(text, "**Incident lead** nova"));
    assert_non_null(strstr(text, "**Hands** dma"));
    assert_non_null(strstr(text, "**Scribe** quill"));
    free(text);
    cJSON_Delete(card);
}

/* The button that cannot work is not there. */
static void offers_only_what_is_legal(void **state)
{
    (void)state;
    static const struct {
        enum incident_state state;
        bool has_commander;
        int buttons;
    } cases[] = {
        {STATE_INVESTIGATING, false, 6}, {STATE_INVESTIGATING, true, 5},
        {STATE_IDENTIFIED, true, 5},     {STATE_MITIGATED, true, 5},
        {STATE_MITIGATED, false, 6},     {STATE_RESOLVED, false, 0},
        {STATE_REVIEW, false, 0},        {STATE_CLOSED, false, 0},
        {STATE_CANCELLED, false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct incident in = outage();
        in.state = cases[i].state;
        if (cases[i].has_commander)
            hold(&in, 0, ROLE_COMMANDER, "nova");
        static const struct open_counts none;
        cJSON *card =
            card_message(&in, &(struct card_parts){.open = none}, ROOM_WAR);
        const cJSON *rows = json_get(card, "components");
        assert_true(cJSON_IsArray(rows)); /* an edit must clear old buttons */
        const cJSON *row;
        int buttons = 0;
        cJSON_ArrayForEach(row, rows)
        {
            buttons += cJSON_GetArraySize(json_get(row, "components"));
        }
        assert_int_equal(buttons, cases[i].buttons);
        cJSON_Delete(card);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(just_declared),
        cmocka_unit_test(begun_on_another_day),
        cmocka_unit_test(under_way),
        cmocka_unit_test(private_drill),
        cmocka_unit_test(over),
        cmocka_unit_test(where_the_page_is),
        cmocka_unit_test(in_the_live_room),
        cmocka_unit_test(no_heading_stands_alone),
        cmocka_unit_test(times_are_as_they_were_told),
        cmocka_unit_test(nobody_is_sent_where_there_is_no_room),
        cmocka_unit_test(counts_what_is_open),
        cmocka_unit_test(roles_have_the_names_that_people_use),
        cmocka_unit_test(offers_only_what_is_legal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
