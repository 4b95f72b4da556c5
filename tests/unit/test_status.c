/* /incident status: what everybody may know of an incident. */
#include "tests/lib/one_caller.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void status_shows_what_everybody_may_read(void **state)
{
    uint64_t responders[] = {ROLE_SRE};
    (void)state;
    (void)caller_declares(&caller);
    caller.config.role_names[ROLE_COMMANDER] = (char[]){"incident lead"};
    static const struct {
        const char *text, *visibility;
    } entries[] = {
        {"Oldest of six", "live"}, {"Second", "live"},
        {"Third", "live"},         {"Kept in the room", "room"},
        {"Fourth", "live"},        {"Fifth", "live"},
        {"Mistaken", "live"},      {"On the record", "private"},
        {"Sixth", "live"},
    };
    for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++) {
        struct interaction it = slash("timeline add");
        add_text(&it, "text", entries[i].text);
        add_text(&it, "visibility", entries[i].visibility);
        (void)does(&it);
        caller.now_ms += MS_PER_MINUTE;
    }
    struct interaction it = slash("timeline strike");
    add_text(&it, "id", "#10");
    add_text(&it, "reason", "It was another host");
    (void)does(&it);
    it = slash("ic assign");
    add_user(&it, "user", DMA, "dma");
    (void)does(&it);
    /* Whoever reads the live room has no right but this one. */
    caller.config.access.allowed[RIGHT_RESPOND] =
        (struct id_list){responders, 1};
    it = button("1|incident status|1|");
    it.role_count = 0;
    it.user.id = 77;
    const char *words = caller_does(&caller, &it);
    assert_says(words, "**Incident lead** dma");
    assert_says(words, "nova: Sixth");
    assert_says(words, "nova: Third");
    assert_null(strstr(words, "Kept in the room"));
    assert_null(strstr(words, "On the record"));
    assert_null(strstr(words, "Mistaken"));
    assert_null(strstr(words, "nova: Second"));
}

static void status_is_no_way_around_the_live_room(void **state)
{
    (void)state;
    struct interaction declare = slash("incident declare");
    add_text(&declare, "title", "Logins fail with password=hunter2secret");
    (void)does(&declare);
    caller_room(&caller, 1);
    caller.config.live_delay_s = 600;
    struct interaction it = slash("timeline add");
    add_text(&it, "text", "password=hunter2secret was wrong");
    (void)does(&it);
    struct interaction asked = slash("incident status");
    const char *words = caller_does(&caller, &asked);
    assert_null(strstr(words, "was wrong")); /* not out yet */
    assert_null(strstr(words, "hunter2secret"));
    asked.channel_id = 1001;
    words = caller_does(&caller, &asked);
    assert_says(words, "\\[removed: a password\\] was wrong");
    assert_null(strstr(words, "hunter2secret"));
    asked.channel_id = 3000; /* a thread of the war room */
    asked.parent_id = 1001;
    assert_says(caller_does(&caller, &asked), "was wrong");
    asked.channel_id = LOBBY;
    asked.parent_id = 0;
    caller.now_ms += 9 * MS_PER_MINUTE;
    assert_null(strstr(caller_does(&caller, &asked), "was wrong"));
    caller.now_ms += MS_PER_MINUTE;
    assert_says(caller_does(&caller, &asked), "was wrong");
    asked = slash("incident list");
    assert_null(strstr(caller_does(&caller, &asked), "hunter2secret"));
}

static void shows_no_secret(const char *words, const char *part)
{
    assert_says(words, part);
    assert_null(strstr(words, "hunter2secret"));
}

/* Not while they type, nor when they are asked which one they mean. */
static void titles_for_everybody_show_no_secret(void **state)
{
    (void)state;
    uint64_t responders[] = {DMA + 5};
    struct interaction declare = slash("incident declare");
    add_text(&declare, "title", "Logins fail with password=hunter2secret");
    (void)does(&declare);
    caller.config.access.allowed[RIGHT_RESPOND] =
        (struct id_list){responders, 1};
    struct interaction typed = typing("incident status", "incident", "");
    shows_no_secret(caller_is_offered(&caller, &typed),
                    "INC-1\tINC-1 Logins fail with password=[removed: a "
                    "password] (investigating)\n");
    typed = typing("incident status", "incident", "hunter2");
    assert_string_equal(caller_is_offered(&caller, &typed), "");
    struct interaction again = slash("incident declare");
    add_text(&again, "title", "Logins fail with a password");
    shows_no_secret(caller_does(&caller, &again), "Is it the same?");
    (void)caller_declares(&caller);
    struct interaction asked = slash("incident status");
    shows_no_secret(caller_does(&caller, &asked), "2 incidents are open");
}

/* What was told last, by what everybody may read. */
static void the_last_update_is_one_that_everybody_may_read(void **state)
{
    static const char *const hidden[] = {"room", "private"};
    (void)state;
    (void)caller_declares(&caller);
    struct interaction it = slash("incident update");
    add_text(&it, "message", "Told to all");
    add_number(&it, "next_in", 30);
    (void)does(&it);
    for (int i = 0; i < 2; i++) {
        char id[] = "#5";
        id[1] = (char)(id[1] + 2 * i);
        it = slash("incident update");
        add_text(&it, "message", "Told to few");
        add_number(&it, "next_in", 30);
        (void)does(&it);
        it = slash("timeline edit");
        add_text(&it, "id", id);
        add_text(&it, "visibility", hidden[i]);
        (void)does(&it);
    }
    struct interaction asked = slash("incident status");
    const char *words = caller_does(&caller, &asked);
    assert_says(words, ": Told to all · the next one by");
    assert_null(strstr(words, "Told to few"));
    it = slash("resolve");
    add_text(&it, "summary", "Over");
    (void)does(&it);
    asked.channel_id = 1001;
    words = caller_does(&caller, &asked);
    assert_says(words, ": Over\n");
    assert_null(strstr(words, "next one"));
}

/* Who may do something about it. */
static void what_failed_is_told_to_responders(void **state)
{
    uint64_t responders[] = {ROLE_SRE};
    (void)state;
    (void)caller_declares(&caller);
    struct interaction it = slash("incident status");
    assert_null(strstr(caller_does(&caller, &it), "Not done"));
    it = slash("incident declare");
    add_text(&it, "title", "Images do not load");
    (void)does(&it);
    caller_room_failed(&caller, 2);
    caller.config.access.allowed[RIGHT_RESPOND] =
        (struct id_list){responders, 1};
    it = slash("incident status");
    add_text(&it, "incident", "2");
    assert_says(caller_does(&caller, &it), "**Not done** No permission to");
    it.role_count = 0;
    assert_null(strstr(caller_does(&caller, &it), "Not done"));
}

#define CASE(name)                                                             \
    cmocka_unit_test_setup_teardown(name, caller_setup, caller_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(status_shows_what_everybody_may_read),
        CASE(status_is_no_way_around_the_live_room),
        CASE(titles_for_everybody_show_no_secret),
        CASE(the_last_update_is_one_that_everybody_may_read),
        CASE(what_failed_is_told_to_responders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
