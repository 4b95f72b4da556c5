/* What each command makes of its options, and what it answers. */
#include "bot/room/room.h"
#include "tests/lib/one_caller.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void declare_with_everything(void **state)
{
    (void)state;
    struct interaction it = slash("incident declare");
    add_text(&it, "title", " Global outage: *504* ");
    add_text(&it, "severity", "sev1");
    add_text(&it, "type", "near-miss");
    add_text(&it, "started", "18:53");
    add_text(&it, "impact", "HTTP 504 everywhere");
    add_flag(&it, "private", false);
    add_flag(&it, "drill", true);
    const char *words = does(&it);
    assert_says(words, "**INC-1** is declared, SEV1, a drill: "
                       "Global outage: \\*504\\*");
    assert_says(words, "\nIts impact began 18:53 UTC (<t:1670957580:t>).");
    assert_says(words, "they will appear in a moment");
    assert_text(kept()->text, "Global outage: *504*");
    assert_int_equal(kept()->type, TYPE_NEAR_MISS);
    assert_text(kept()->impact, "HTTP 504 everywhere");
    assert_int_equal(kept()->impact_from.from_ms, NOW - 17 * MS_PER_MINUTE);
    assert_int_equal(kept()->source, SOURCE_SLASH);
    assert_int_equal(kept()->recorder.type, ACTOR_MEMBER);
    assert_int_equal(kept()->recorder.id, NOVA);
    assert_text(kept()->recorder.name, "nova");
    assert_int_equal(caller.taken.after.guild_id, GUILD);
    assert_int_equal(caller.taken.after.origin_channel_id, LOBBY);
    it = slash("incident declare");
    add_text(&it, "title", "Leak");
    add_text(&it, "type", "security");
    assert_says(does(&it), "**INC-2** is declared, SEV3: Leak\nIt is "
                           "private");
}

/* Of two, the room decides; elsewhere the answer names both. */
static void which_incident(void **state)
{
    (void)state;
    struct interaction it = slash("timeline add");
    add_text(&it, "text", "Queue restarted");
    assert_says(caller_does(&caller, &it), "No incident is open here");
    (void)caller_declares(&caller);
    assert_says(does(&it), "of **INC-1**");
    (void)caller_declares(&caller);
    const char *words = caller_does(&caller, &it);
    assert_false(caller.requested);
    assert_says(words, "2 incidents are open");
    assert_says(words, "- **INC-2** in <#1002>: Logins fail\n"
                       "- **INC-1** in <#1001>: Logins fail\n");
    it.channel_id = 1001;
    assert_says(does(&it), "of **INC-1**");
    /* A text that names another one is a text. */
    it.options[0].text = STR("INC-2 #1");
    assert_says(does(&it), "of **INC-1**");
    it.channel_id = 2002;
    assert_says(does(&it), "of **INC-2**");
    it.guild_id = GUILD + 1;
    assert_says(caller_does(&caller, &it), "No incident is open here");

    /* Over, it is still reached from its room, and no longer in the way. */
    it = slash("resolve");
    it.channel_id = 1002;
    add_text(&it, "summary", "Disk freed");
    (void)does(&it);
    it = slash("timeline add");
    add_text(&it, "text", "Thanked everybody");
    assert_says(does(&it), "of **INC-1**");
    it.channel_id = 1002;
    assert_says(does(&it), "of **INC-2**");
}

/* No room could be made, so the lobby was it: the next incident is not written
 * into the record of the last. */
static void shared_room(void **state)
{
    (void)state;
    struct interaction declare = slash("incident declare");
    add_text(&declare, "title", "First");
    (void)does(&declare);
    caller_room_failed(&caller, 1);
    struct interaction it = slash("resolve");
    add_text(&it, "summary", "Disk freed");
    (void)does(&it);
    it = slash("timeline add");
    add_text(&it, "text", "Late");
    assert_says(does(&it), "of **INC-1**");
    (void)does(&declare);
    assert_says(does(&it), "of **INC-2**");
}

/* Nobody can tell which of them is meant there. */
static void shared_by_two(void **state)
{
    static const char *const titles[] = {"Logins fail", "Certificates expire"};
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct interaction declare = slash("incident declare");
        add_text(&declare, "title", titles[i]);
        (void)does(&declare);
        caller_room_failed(&caller, i + 1);
    }
    struct interaction it = slash("timeline add");
    add_text(&it, "text", "Disk freed");
    keeps_nothing(&it, "2 incidents are open");
    add_text(&it, "incident", "1");
    assert_says(does(&it), "of **INC-1**");
}

/* Nobody learns of a private incident who does not see its room. */
static void private_incident(void **state)
{
    (void)state;
    struct interaction it = slash("incident declare");
    add_text(&it, "title", "Leak");
    add_flag(&it, "private", true);
    (void)does(&it);
    it = slash("incident status");
    assert_says(caller_does(&caller, &it), "**INC-1**");
    it.user.id = DMA;
    assert_says(caller_does(&caller, &it), "No incident is open here");
    struct interaction forged = form("1|resolve|1|");
    add_text(&forged, "summary", "Over");
    forged.user.id = DMA;
    assert_says(caller_does(&caller, &forged), "belongs to no incident");
    caller_room_failed(&caller, 1);
    assert_says(caller_does(&caller, &it), "No incident is open here");
    (void)caller_declares(&caller);
    assert_says(caller_does(&caller, &it), "**INC-2**");
    it.user.id = NOVA;
    /* The lobby is its room, for who may know; nothing is written there. */
    assert_says(caller_does(&caller, &it), "**INC-1**");
    assert_says(caller_does(&caller, &it), "Room: none could be made");
    it = slash("timeline add");
    add_text(&it, "text", "Keys rotated");
    assert_says(does(&it), "no private room could be made");
}

static void a_plain_entry(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction it = slash("timeline add");
    add_text(&it, "text", "Slow *responses*\nfor `all` <@123> @everyone");
    add_text(&it, "time", "18:53");
    const char *words = does(&it);
    assert_says(words, "Kept as #4 of **INC-1** at 18:53 UTC "
                       "(<t:1670957580:t>): Slow \\*responses\\* for");
    assert_says(words, "It stands in <#2001>.");
    assert_null(strstr(words, "<@123>"));
    assert_null(strstr(words, "@everyone"));
    assert_text(kept()->text, "Slow *responses*\nfor `all` <@123> @everyone");
    assert_int_equal(kept()->kind, EVENT_NOTE);
    assert_int_equal(kept()->visibility, VISIBILITY_LIVE);
    assert_int_equal(kept()->actor.id, NOVA);
    assert_int_equal(kept()->occurred.precision, WHEN_MINUTE);
    assert_string_equal(kept()->occurred.typed, "18:53");
}

/* The date is said when it is not today's; a range has no reader's clock. */
static void times_in_answers(void **state)
{
    static const struct {
        const char *typed, *says;
    } cases[] = {
        {"Dec 12 22:17:30", "at 2022-12-12 22:17:30 UTC (<t:1670883450:f>)"},
        {"18:XX", "at 18:XX UTC: Queue"},
        {"~18:52", "at \\~18:52 UTC (<t:"},
        {"19:53 CET", "at 18:53 UTC (<t:"},
        {"2022-12-12", "at 2022-12-12 UTC: Queue"},
        {"5m ago", "at 19:05 UTC (<t:"},
    };
    (void)state;
    (void)caller_declares(&caller);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct interaction it = slash("timeline add");
        add_text(&it, "text", "Queue restarted");
        add_text(&it, "time", cases[i].typed);
        assert_says(does(&it), cases[i].says);
    }
}

static void kinds_and_people(void **state)
{
    static const struct {
        const char *kind, *confidence, *by;
        enum event_kind keeps;
        enum actor_type actor;
        const char *name;
        enum visibility visibility;
    } cases[] = {
        {NULL, NULL, NULL, EVENT_NOTE, ACTOR_MEMBER, "nova", VISIBILITY_LIVE},
        {NULL, "ruled-out", "dma", EVENT_FINDING, ACTOR_NAME, "dma",
         VISIBILITY_LIVE},
        {"alert", NULL, "@UptimeRobot", EVENT_ALERT, ACTOR_ROBOT,
         "@UptimeRobot", VISIBILITY_LIVE},
        {"report", NULL, "nobody", EVENT_REPORT, ACTOR_NOBODY, "",
         VISIBILITY_LIVE},
        {"report", NULL, "@ the community", EVENT_REPORT, ACTOR_NAME,
         "the community", VISIBILITY_LIVE},
        {"action", NULL, "<@!900000000000000011>", EVENT_ACTION, ACTOR_MEMBER,
         "nova", VISIBILITY_LIVE},
        {"idea", NULL, "@", EVENT_IDEA, ACTOR_MEMBER, "nova", VISIBILITY_ROOM},
    };
    (void)state;
    (void)caller_declares(&caller);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct interaction it = slash("timeline add");
        add_text(&it, "text", "Queue restarted");
        if (cases[i].kind != NULL)
            add_text(&it, "kind", cases[i].kind);
        if (cases[i].confidence != NULL)
            add_text(&it, "confidence", cases[i].confidence);
        if (cases[i].by != NULL)
            add_text(&it, "by", cases[i].by);
        (void)does(&it);
        assert_int_equal(kept()->kind, cases[i].keeps);
        assert_int_equal(kept()->actor.type, cases[i].actor);
        assert_text(kept()->actor.name, cases[i].name);
        assert_int_equal(kept()->recorder.id, NOVA);
        assert_int_equal(kept()->visibility, cases[i].visibility);
    }
}

/* Whatever is asked for, the live room has no ideas. */
static void an_idea_stands_in_the_war_room(void **state)
{
    static const struct {
        const char *visibility, *where;
    } cases[] = {{NULL, "It stands in <#1001>."},
                 {"live", "It stands in <#1001>."},
                 {"private", "It is in the record only"}};
    (void)state;
    (void)caller_declares(&caller);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct interaction it = slash("timeline add");
        add_text(&it, "text", "Buy a bigger disk");
        add_text(&it, "kind", "idea");
        if (cases[i].visibility != NULL)
            add_text(&it, "visibility", cases[i].visibility);
        assert_says(does(&it), cases[i].where);
    }
}

static void evidence_link_and_hints(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction it = slash("timeline add");
    add_text(&it, "text", "Redis cannot persist");
    add_text(&it, "link", "https://status.example.org/1");
    add_text(&it, "visibility", "private");
    add_file(&it, "file", "sidekiq_1.log", 4711);
    const char *words = does(&it);
    assert_says(words, "sidekiq\\_1.log (4711 bytes) is being downloaded");
    assert_says(words, "in the record only");
    assert_int_equal(kept()->kind, EVENT_EVIDENCE);
    assert_text(kept()->link, "https://status.example.org/1");
    assert_text(caller.run.request.fetches[0].url,
                "https://cdn.example.org/log");
    assert_text(kept()->file_name, "sidekiq_1.log");

    it = slash("timeline add");
    add_text(&it, "text", "Tweaked the CDNs");
    add_text(&it, "kind", "action");
    add_text(&it, "link", "#217");
    assert_says(does(&it), "\"Tweaked\" will say little later");
    assert_text(kept()->link, "#217");
    it = slash("timeline add");
    add_text(&it, "text", "Deleted the archive");
    add_text(&it, "kind", "action");
    assert_null(strstr(does(&it), "will say little"));
    it = slash("timeline add");
    add_text(&it, "text", "```js\nerror: AccessDenied\n  at put\n```");
    assert_says(does(&it), ": error: AccessDenied   at put\n");
    assert_text(kept()->text, "```js\nerror: AccessDenied\n  at put\n```");
}

static void a_change(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction it = slash("timeline change");
    add_text(&it, "what", "CDN TTL");
    add_text(&it, "where", "edge *1*");
    add_text(&it, "from", "60");
    add_text(&it, "to", "600");
    add_flag(&it, "temporary", true);
    add_text(&it, "time", "19:01");
    const char *words = does(&it);
    assert_says(words, "Kept as #4 of **INC-1** at 19:01 UTC");
    assert_says(words, "CDN TTL on edge \\*1\\*: 60 → 600\n");
    assert_says(words, "temporary, without a way to undo it");
    assert_says(words, "Nobody has verified it yet");
    assert_int_equal(kept()->kind, EVENT_CHANGE);
    assert_text(kept()->change_where, "edge *1*");
    assert_true(kept()->change_temporary);
    add_text(&it, "undo", "set it back");
    add_text(&it, "verified", "curl shows max-age=600");
    words = does(&it);
    assert_says(words, "It is marked as temporary.");
    assert_null(strstr(words, "verified"));
    assert_text(kept()->change_undo, "set it back");
    assert_text(kept()->change_verified, "curl shows max-age=600");
}

static void roles(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction it = slash("ic assign");
    add_user(&it, "user", DMA, "dma\xE2\x80\xAE");
    add_text(&it, "at", "18:59");
    assert_says(does(&it),
                "dma is commander of **INC-1** since 18:59 UTC (<t:");
    assert_int_equal(kept()->holder.id, DMA);
    assert_text(kept()->holder.name, "dma");
    assert_int_equal(kept()->actor.id, NOVA);
    /* An old card's button takes command from nobody; a command does. */
    it = button("1|ic assign|1|user=me");
    keeps_nothing(&it, "dma is already commander of INC-1");
    it.user.id = DMA;
    keeps_nothing(&it, "dma is already commander of INC-1, since");
    it = slash("ic assign");
    add_user(&it, "user", NOVA, "nova");
    assert_says(does(&it), "You are commander of **INC-1**");
    assert_text(kept()->text, "takes over from dma");
    it = button("1|ic assign|1|user=me|role=scribe");
    assert_says(does(&it), "You are scribe of **INC-1** since 19:10 UTC");
    int64_t before = caller_kept(&caller);
    assert_says(caller_does(&caller, &it), "already");
    assert_int_equal(caller_kept(&caller), before);
}

static void updates(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction it = slash("incident update");
    add_text(&it, "message", "Root filesystem full");
    add_text(&it, "state", "identified");
    add_text(&it, "at", "19:02");
    add_number(&it, "next_in", 30);
    const char *words = does(&it);
    assert_says(words, "**INC-1** is identified since 19:02 UTC (<t:");
    assert_says(words, "before, it was investigating.\n");
    assert_says(words, "Root filesystem full");
    assert_says(words, "next update is due by 19:40 UTC");
    assert_int_equal(kept()->state_to, STATE_IDENTIFIED);
    it = slash("incident update");
    add_text(&it, "message", "Still deleting");
    words = does(&it);
    assert_says(words, "Kept as #5");
    assert_null(strstr(words, "identified since"));
    assert_null(strstr(words, "next update"));
}

static void status(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction it = slash("incident update");
    add_text(&it, "message", "Root filesystem full");
    add_text(&it, "impact", "504 *everywhere*");
    add_text(&it, "state", "identified");
    add_number(&it, "next_in", 30);
    (void)does(&it);
    int64_t before = caller_kept(&caller);
    it = slash("incident status");
    const char *words = caller_does(&caller, &it);
    assert_false(caller.requested);
    assert_says(words, "**INC-1** · SEV3 · **identified** since 19:10 UTC");
    assert_says(words, "**What people notice** 504 \\*everywhere\\*\n");
    assert_says(words, "**Commander** nobody yet");
    assert_says(words, "**Last update** 19:10 UTC (<t:1670958600:t>): Root "
                       "filesystem full · the next one by 19:40 UTC");
    assert_says(words, "**Still open** 0 changes to settle");
    assert_says(words, "Room: <#1001> · for everyone: <#2001>");
    caller.now_ms += MS_PER_HOUR;
    assert_says(caller_does(&caller, &it),
                "the next one is overdue since 19:40 UTC");
    assert_int_equal(caller_kept(&caller), before);
}

static const cJSON *form_data(void)
{
    assert_int_equal(cJSON_GetObjectItem(caller.answer, "type")->valueint, 9);
    return cJSON_GetObjectItem(caller.answer, "data");
}

static const cJSON *form_field(int place)
{
    const cJSON *components = cJSON_GetObjectItem(form_data(), "components");
    return cJSON_GetObjectItem(cJSON_GetArrayItem(components, place),
                               "component");
}

static void resolve_by_form(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction it = slash("timeline add");
    add_text(&it, "text", "Slow responses");
    add_text(&it, "kind", "report");
    add_text(&it, "time", "18:53");
    (void)does(&it);
    it = slash("resolve");
    add_text(&it, "at", "19:06");
    int64_t before = caller_kept(&caller);
    (void)caller_does(&caller, &it);
    assert_int_equal(caller_kept(&caller), before);
    char id[101];
    str_copy_to(
        id, str_of(cJSON_GetObjectItem(form_data(), "custom_id")->valuestring));
    assert_string_equal(id, "1|resolve|1|");
    assert_string_equal(cJSON_GetObjectItem(form_data(), "title")->valuestring,
                        "Resolve INC-1");
    /* What was typed with the command stands in the form. */
    assert_string_equal(
        cJSON_GetObjectItem(form_field(1), "value")->valuestring, "19:06");
    assert_true(cJSON_IsTrue(cJSON_GetObjectItem(form_field(0), "required")));
    assert_true(cJSON_IsFalse(cJSON_GetObjectItem(form_field(1), "required")));

    it = form(id);
    add_text(&it, "summary", "  ");
    assert_says(caller_does(&caller, &it), "`summary` is missing");
    it = form(id);
    add_text(&it, "summary", "Archive deleted");
    add_text(&it, "at", "19:06");
    const char *words = does(&it);
    assert_says(words, "**INC-1** is resolved since 19:06 UTC (<t:");
    assert_says(words, "13 minutes after the first human report");
    assert_says(words, "The postmortem is being written.");
    assert_says(words, "Not recorded: impact start, commander assigned");
    assert_int_equal(kept()->source, SOURCE_MODAL);
    assert_text(kept()->text, "Archive deleted");
    /* A second time there is nothing to ask: the rules say what is true. */
    it = button(id);
    assert_says(caller_does(&caller, &it), "already resolved");
}

static void forms_keep_what_their_button_brought(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction it = button("1|timeline add|1|kind=finding");
    (void)caller_does(&caller, &it);
    assert_string_equal(
        cJSON_GetObjectItem(form_data(), "custom_id")->valuestring,
        "1|timeline add|1|kind=finding");
    it = form("1|timeline add|1|kind=finding");
    add_text(&it, "text", "Disk is full");
    add_text(&it, "time", "");
    (void)does(&it);
    assert_int_equal(kept()->kind, EVENT_FINDING);
    it = form("1|timeline change|1|");
    add_text(&it, "what", "TTL");
    assert_says(caller_does(&caller, &it), "A change needs its where");
    /* One that leaves no room for its incident still opens the form. */
    while (caller_declares(&caller) < 10)
        continue;
    it = button("1|timeline add|0|by=abcdefghijklmnopqrstuvwxyzabcdefghijklmno"
                "pqrstuvwxyzabcdefghijklmnopqrstuvwxyzab");
    it.channel_id = 1010;
    (void)caller_does(&caller, &it);
    assert_non_null(cJSON_GetObjectItem(form_data(), "components"));
}

/* Every button of the card does something for its incident, wherever it is
 * pressed. */
static void the_card_s_buttons(void **state)
{
    (void)state;
    int64_t first = caller_declares(&caller);
    (void)caller_declares(&caller);
    struct incident in;
    caller_in(&caller, first, &in);
    cJSON *card =
        card_message(&in, &(struct card_parts){.probes = STR_NONE}, ROOM_WAR);
    const cJSON *row, *item;
    int pressed = 0;
    cJSON_ArrayForEach(row, cJSON_GetObjectItem(card, "components"))
    {
        cJSON_ArrayForEach(item, cJSON_GetObjectItem(row, "components"))
        {
            struct interaction it =
                button(cJSON_GetObjectItem(item, "custom_id")->valuestring);
            const char *words = caller_does(&caller, &it);
            pressed++;
            if (caller.requested) {
                assert_int_equal(caller.taken.outcome.verdict,
                                 VERDICT_ACCEPTED);
                assert_int_equal(kept()->source, SOURCE_BUTTON);
                assert_int_equal(caller.taken.after.id, first);
            } else if (words[0] != '\0') {
                fail_msg("%s: %s", cJSON_PrintUnformatted(item), words);
            }
        }
    }
    assert_true(pressed >= 3);
    cJSON_Delete(card);
    caller_in(&caller, first, &in);
    assert_int_equal(in.state, STATE_MITIGATED);
    assert_int_equal(incident_commander(&in)->user_id, NOVA);
}

#define CASE(name)                                                             \
    cmocka_unit_test_setup_teardown(name, caller_setup, caller_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(declare_with_everything),
        CASE(which_incident),
        CASE(shared_room),
        CASE(shared_by_two),
        CASE(private_incident),
        CASE(a_plain_entry),
        CASE(times_in_answers),
        CASE(kinds_and_people),
        CASE(an_idea_stands_in_the_war_room),
        CASE(evidence_link_and_hints),
        CASE(a_change),
        CASE(roles),
        CASE(updates),
        CASE(status),
        CASE(resolve_by_form),
        CASE(forms_keep_what_their_button_brought),
        CASE(the_card_s_buttons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
