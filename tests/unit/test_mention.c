/* Discord says beside a command's text who is mentioned in it. */
#include "bot/base/utf8.h"
#include "bot/discord/json.h"
#include "bot/postmortem/people.h"
#include "tests/lib/one_caller.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static cJSON *resolved;

/* 77 is Kim, with a nick of two words here; 78 has a name that turns the
 * reading direction; 79 is a robot; 81 tells more than a name by the nick. */
static struct interaction typed(const char *text)
{
    struct interaction it = slash("timeline add");
    cJSON_Delete(resolved);
    resolved = json_parse(
        STR("{\"users\":{\"77\":{\"id\":\"77\",\"username\":\"kim\","
            "\"global_name\":\"Kim\"},\"78\":{\"id\":\"78\",\"username\":"
            "\"lee\\u202e\"},\"79\":{\"id\":\"79\",\"username\":"
            "\"Uptime Kuma\",\"bot\":true},\"81\":{\"id\":\"81\","
            "\"username\":\"lou.b\"}},\"members\":{\"77\":{"
            "\"nick\":\"Kim of ops\"},\"81\":{\"nick\":\"[SRE]Lou|night\"}"
            "}}"));
    assert_non_null(resolved);
    it.resolved = resolved;
    add_text(&it, "text", text);
    return it;
}

static void assert_kept_as(const char *text, const char *wanted)
{
    struct interaction it = typed(text);
    (void)does(&it);
    assert_text(kept()->text, wanted);
}

static void who_is_mentioned_is_named(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    assert_kept_as("<@77> restarted it", "@kim restarted it");
    assert_kept_as("Asked <@!77>", "Asked @kim");
    assert_kept_as("<@77>", "@kim");
    assert_kept_as("<@78> <@79> <@80> <@&77> <3", "@lee @Uptime Kuma <@80> "
                                                  "<@&77> <3");
}

/* The page for everybody takes "@somebody" out as far as it knows such a name
 * to go. */
static void a_name_that_a_page_would_not_know_is_another(void **state)
{
    struct people *people;
    struct incident in;
    char space[100];
    struct buf page = BUF_IN(space);
    (void)state;
    int64_t id = caller_declares(&caller);
    assert_kept_as("Asked <@81>, who knows", "Asked @lou.b, who knows");
    assert_int_equal(store_incident(caller.store, id, &in), ERR_OK);
    assert_int_equal(people_of(caller.store, &in, NULL, &people), ERR_OK);
    people_redact(people, kept()->text, &page);
    people_free(people);
    assert_text(buf_str(&page), "Asked somebody, who knows");
}

/* Each reader's Discord shows such a mark in their own zone; a page, and the
 * rooms, which show what was typed, would show the number. */
static void moments_are_told_in_utc(void **state)
{
    static const char *const marks[] = {"<t:1670957580>", "<t:1670957580:R>",
                                        "<t:1670957580:t>"};
    (void)state;
    (void)caller_declares(&caller);
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        char text[80];
        (void)snprintf(text, sizeof text, "Down since %s.", marks[i]);
        assert_kept_as(text, "Down since 2022-12-13 18:53 UTC.");
    }
    assert_kept_as("<t:1670957585:T>", "2022-12-13 18:53:05 UTC");
    assert_kept_as("<t:> <t:x> <t:1:FF> <t:999999999999> <t:5",
                   "<t:> <t:x> <t:1:FF> <t:999999999999> <t:5");
    struct interaction it =
        message_menu("Add to timeline", "At <t:1670957580>");
    (void)does(&it);
    assert_text(kept()->text, "At 2022-12-13 18:53 UTC");
    /* Nobody is mentioned: nothing comes along. */
    it = slash("timeline add");
    add_text(&it, "text", "Since <t:1670957580:F>");
    (void)does(&it);
    assert_text(kept()->text, "Since 2022-12-13 18:53 UTC");
}

/* Nothing is refused, or cut, that was short enough when it was typed. */
static void a_name_may_be_too_long(void **state)
{
    (void)state;
    char text[TEXT_UNITS + 1];
    memset(text, 'x', TEXT_UNITS);
    memcpy(text, "<@79> ", 6);
    text[TEXT_UNITS] = '\0';
    (void)caller_declares(&caller);
    assert_kept_as(text, text);
    text[TEXT_UNITS - 7] = '\0';
    struct interaction it = typed(text);
    (void)does(&it);
    assert_true(str_starts(kept()->text, "@Uptime Kuma x"));
    assert_int_equal(utf16_units(kept()->text), TEXT_UNITS);
}

static void who_did_it(void **state)
{
    static const struct {
        const char *by;
        enum actor_type type;
        uint64_t id;
        const char *name;
    } cases[] = {
        {"<@77>", ACTOR_MEMBER, 77, "Kim of ops"},
        {"<@78>", ACTOR_MEMBER, 78, "lee"},
        {"<@79>", ACTOR_ROBOT, 79, "Uptime Kuma"},
        {"<@77> and dma", ACTOR_NAME, 0, "kim and dma"},
    };
    (void)state;
    (void)caller_declares(&caller);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct interaction it = typed("Restarted it");
        add_text(&it, "by", cases[i].by);
        (void)does(&it);
        assert_int_equal(kept()->actor.type, cases[i].type);
        assert_true(kept()->actor.id == cases[i].id);
        assert_text(kept()->actor.name, cases[i].name);
    }
    struct interaction it = typed("Restarted it");
    add_text(&it, "by", "<@80>");
    keeps_nothing(&it, "cannot read the name out of a mention");
}

static int forget(void **state)
{
    cJSON_Delete(resolved);
    resolved = NULL;
    return caller_teardown(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(who_is_mentioned_is_named, caller_setup,
                                        forget),
        cmocka_unit_test_setup_teardown(
            a_name_that_a_page_would_not_know_is_another, caller_setup, forget),
        cmocka_unit_test_setup_teardown(moments_are_told_in_utc, caller_setup,
                                        forget),
        cmocka_unit_test_setup_teardown(a_name_may_be_too_long, caller_setup,
                                        forget),
        cmocka_unit_test_setup_teardown(who_did_it, caller_setup, forget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
