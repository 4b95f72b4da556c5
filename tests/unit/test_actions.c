/* Action items: made, given away, done and dropped, and the list of them. */
#include "tests/lib/one_caller.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Its number; due and owner may be NULL and 0. */
static int64_t make(const char *incident, const char *text, const char *due,
                    uint64_t owner)
{
    struct interaction it = slash("action add");
    add_text(&it, "incident", incident);
    add_text(&it, "text", text);
    if (due != NULL)
        add_text(&it, "due", due);
    if (owner != 0)
        add_user(&it, "owner", owner, owner == NOVA ? "nova" : "dma");
    (void)does(&it);
    return kept()->seq;
}

static bool has_button(const char *custom_id)
{
    char *json = cJSON_PrintUnformatted(caller.answer);
    bool has = strstr(json, custom_id) != NULL;
    free(json);
    return has;
}

static struct interaction list(void)
{
    return slash("action list");
}

static void an_item_is_made(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction it = slash("action add");
    add_text(&it, "text", "Alert on disk *space*");
    add_text(&it, "kind", "detect");
    add_text(&it, "due", "in 2 weeks");
    const char *words = does(&it);
    assert_says(words, "**INC-1 #4** · detect · volunteer wanted · due "
                       "2022-12-27, a Tuesday\nAlert on disk \\*space\\*");
    assert_true(has_button("1|action assign|1|id=#4|user=me"));
    it = button("1|action assign|1|id=#4|user=me");
    assert_says(does(&it), "· detect · nova · due 2022-12-27");
    assert_int_equal(kept()->holder.id, NOVA);
    assert_int_equal(kept()->due_ms, civil_day_start(NOW) + 14 * MS_PER_DAY);
    it = slash("action add");
    add_text(&it, "text", "Free some space");
    add_text(&it, "due", "today");
    add_text(&it, "link", "#217");
    assert_says(does(&it), " · due 2022-12-13, a Tuesday (today)\n");
    assert_text(kept()->link, "#217");
    it = slash("action add");
    add_text(&it, "text", "Later");
    add_text(&it, "due", "yesterday");
    keeps_nothing(&it, "`due`: This day cannot be read");
    it = slash("action add");
    add_text(&it, "text", "Later");
    add_user(&it, "owner", DMA, "Carl");
    it.options[1].user.is_bot = true;
    keeps_nothing(&it, "Carl is a bot");
}

/* What is not said stays; an old button takes nothing from anybody. */
static void an_item_changes_hands(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    int64_t seq = make("1", "Alert on disk space", "2022-12-24", DMA);
    struct interaction it = button("1|action assign|1|id=#4|user=me");
    assert_int_equal(seq, 4);
    keeps_nothing(&it, "belongs to dma by now");
    it = slash("action assign");
    add_text(&it, "id", "#4");
    keeps_nothing(&it, "Say what changes");
    add_text(&it, "state", "doing");
    add_flag(&it, "nobody", false);
    assert_says(does(&it), "doing · dma · due 2022-12-24");
    keeps_nothing(&it, "is doing already");
    it = slash("action assign");
    add_text(&it, "id", "#4");
    add_user(&it, "user", NOVA, "nova");
    assert_says(does(&it), "doing · nova · due 2022-12-24");
    it = button("1|action assign|1|id=#4|user=me");
    keeps_nothing(&it, "is doing already");
    it = slash("action assign");
    add_text(&it, "id", "#4");
    add_flag(&it, "nobody", true);
    add_text(&it, "due", "none");
    assert_says(does(&it), "volunteer wanted.");
    assert_int_equal(kept()->due_ms, 0);
    assert_int_equal(kept()->item_state, ITEM_DOING);
    it = slash("action assign");
    add_text(&it, "id", "#1");
    add_flag(&it, "nobody", true);
    keeps_nothing(&it, "has no action item #1");
}

/* Which one a button is about, it says. */
static void a_list_of_several_incidents_tells_them_apart(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    (void)caller_declares(&caller);
    (void)make("1", "Alert on disk space", NULL, 0);
    (void)make("2", "Bigger disk", NULL, 0);
    struct interaction it = list();
    (void)caller_does(&caller, &it);
    assert_non_null(caller_button(&caller, "Done INC-1 #4"));
    assert_string_equal(caller_button(&caller, "Take INC-2 #4"),
                        "1|action assign|0|id=INC-2 #4|user=me");
    it.channel_id = 1002; /* in a room there is one #4 */
    (void)caller_does(&caller, &it);
    assert_string_equal(caller_button(&caller, "Done #4"),
                        "1|action done|0|id=INC-2 #4");
}

static void two_people_may_have_one_name(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    (void)make("1", "Alert on disk space", NULL, DMA);
    struct interaction it = slash("action assign");
    add_text(&it, "id", "#4");
    add_user(&it, "user", NOVA, "dma");
    assert_says(does(&it), " · dma.");
    assert_int_equal(kept()->holder.id, NOVA);
}

/* The numbers of both are of one record, and easily mixed up. */
static void an_item_is_no_entry(void **state)
{
    static const char *const names[] = {"timeline strike", "timeline edit",
                                        "timeline settle", "timeline change"};
    static const char says[] = "#4 is an action item, not an entry of the "
                               "timeline: for it there are `/action done`, "
                               "`/action drop` and `/action assign`. Nothing "
                               "was kept.";
    (void)state;
    (void)caller_declares(&caller);
    (void)make("1", "Alert on disk space", NULL, 0);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        bool is_change = strcmp(names[i], "timeline change") == 0;
        struct interaction it = slash(names[i]);
        add_text(&it, is_change ? "entry" : "id", "#4");
        if (strcmp(names[i], "timeline settle") == 0)
            add_text(&it, "what", "dropped");
        for (int j = 0; is_change && j < 4; j++)
            add_text(&it, command_find(STR("timeline change"))->options[j].name,
                     "x");
        keeps_nothing(&it, says);
    }
    struct interaction it = slash("timeline strike");
    add_text(&it, "id", "#4");
    add_text(&it, "reason", "It was another host");
    keeps_nothing(&it, says);
}

static void an_item_ends(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    (void)make("1", "Alert on disk space", NULL, 0);
    (void)make("1", "Buy a bigger disk", NULL, 0);
    (void)make("1", "Page somebody", NULL, 0);
    struct interaction it = slash("action done");
    add_text(&it, "id", "#4");
    int64_t before = caller_kept(&caller);
    assert_string_equal(caller_does(&caller, &it), ""); /* a form */
    assert_int_equal(caller_kept(&caller), before);
    add_text(&it, "evidence", "It woke us on Monday");
    assert_says(does(&it), "is done: It woke us on Monday");
    keeps_nothing(&it, "is done already");
    it = slash("action done");
    add_text(&it, "id", "#6");
    add_text(&it, "link", "#217");
    assert_says(does(&it), "is done: \\#217");
    assert_text(kept()->link, "#217");
    it = slash("action drop");
    add_text(&it, "id", "5");
    add_text(&it, "reason", "The new server has one");
    assert_says(does(&it), "is dropped: The new server");
    it = list();
    it.channel_id = 1001;
    const char *words = caller_does(&caller, &it);
    assert_says(words, "- **#4** · done · nobody\n  Alert on disk space\n"
                       "  Evidence: It woke us on Monday");
    assert_says(words, "Why: The new server has one");
    assert_false(has_button("action done"));
    it.channel_id = LOBBY;
    assert_says(caller_does(&caller, &it), "There are none.");
    add_flag(&it, "all", true);
    assert_says(caller_does(&caller, &it), "**INC-1 #4** · done");
    it = slash("action assign");
    add_text(&it, "id", "#5");
    add_user(&it, "user", NOVA, "nova");
    (void)does(&it);
    assert_int_equal(kept()->item_state, ITEM_OPEN);
}

/* #4 is done, #5 is dropped. */
static void end_two(void)
{
    (void)caller_declares(&caller);
    (void)make("1", "Alert on disk space", NULL, 0);
    (void)make("1", "Buy a bigger disk", NULL, 0);
    struct interaction it = slash("action done");
    add_text(&it, "id", "#4");
    add_text(&it, "evidence", "It woke us on Monday");
    (void)does(&it);
    it = slash("action drop");
    add_text(&it, "id", "#5");
    add_text(&it, "reason", "The new server has one");
    (void)does(&it);
}

/* A list, or a reminder, that stands there still offers what is done by now. */
static void an_old_button_opens_nothing_again(void **state)
{
    (void)state;
    end_two();
    struct interaction it = button("1|action assign|1|id=#4|user=me");
    keeps_nothing(&it, "**INC-1 #4** is done by now. To open it again, use "
                       "`/action assign`. Nothing was kept.");
    it = button("1|action assign|1|id=#5|user=me");
    keeps_nothing(&it, "**INC-1 #5** is dropped by now");
}

/* What it is good for is no news of whether it is done. */
static void a_kind_is_corrected_afterwards(void **state)
{
    (void)state;
    end_two();
    struct interaction it = slash("action assign");
    add_text(&it, "id", "#4");
    add_text(&it, "kind", "detect");
    assert_says(does(&it), "**INC-1 #4** · done · detect");
    it = slash("action assign");
    add_text(&it, "id", "#5");
    add_text(&it, "kind", "prevent");
    assert_says(does(&it), "**INC-1 #5** · dropped · prevent");
    it = list();
    it.channel_id = 1001;
    const char *words = caller_does(&caller, &it);
    assert_says(words, "  Evidence: It woke us on Monday");
    assert_says(words, "  Why: The new server has one");
}

/* Nobody reads what belongs to a private incident of others. */
static void a_list_of_what_one_may_know(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction it = slash("incident declare");
    add_text(&it, "title", "Leak");
    add_flag(&it, "private", true);
    (void)does(&it);
    (void)make("1", "Alert on disk space", "today", NOVA);
    (void)make("2", "Rotate the keys", NULL, 0);
    (void)make("1", "Not mine", NULL, DMA);
    caller.now_ms += 3 * MS_PER_DAY;
    it = list();
    const char *words = caller_does(&caller, &it);
    assert_says(words, "- **INC-1 #4** · nova · **overdue** since 2022-12-13");
    assert_says(words, "- **INC-2 #2** · volunteer wanted\n  Rotate");
    assert_true(has_button("1|action done|0|id=INC-1 #4"));
    assert_false(has_button("1|action assign|0|id=INC-1 #4|user=me"));
    assert_true(has_button("1|action assign|0|id=INC-2 #2|user=me"));
    it.user.id = DMA;
    words = caller_does(&caller, &it);
    assert_says(words, "Not mine");
    assert_null(strstr(words, "Rotate"));
    assert_false(has_button("INC-2"));
    add_text(&it, "incident", "2");
    keeps_nothing(&it, "there is no INC-2");
    it = list();
    add_flag(&it, "mine", true);
    words = caller_does(&caller, &it);
    assert_says(words, "**Your action items**\n- **INC-1 #4**");
    assert_null(strstr(words, "Not mine"));
    it = button("1|action done|0|id=INC-1 #4");
    it.user.id = DMA;
    add_text(&it, "evidence", "There");
    assert_says(does(&it), "**INC-1 #4** is done");
    it = list();
    add_text(&it, "incident", "1");
    assert_says(caller_does(&caller, &it), "**#4** · done · nova · due 2022");
}

static void a_list_of_the_room(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    (void)caller_declares(&caller);
    (void)make("1", "Alert on disk space", NULL, 0);
    (void)make("2", "Rotate the keys", NULL, 0);
    struct interaction it = list();
    it.channel_id = 3000; /* a thread of it */
    it.parent_id = 1002;
    const char *words = caller_does(&caller, &it);
    assert_says(words, "**Action items of INC-2**");
    assert_null(strstr(words, "disk space"));
    (void)make("1", "Page somebody", NULL, NOVA);
    add_flag(&it, "mine", true);
    assert_says(caller_does(&caller, &it), "**Your action items**\n"
                                           "- **INC-1 #5** · nova\n");
}

/* A channel that serves as a private incident's room belongs to others, too. */
static void a_list_tells_of_no_private_room(void **state)
{
    (void)state;
    struct interaction it = slash("incident declare");
    add_text(&it, "title", "Leak");
    add_flag(&it, "private", true);
    (void)does(&it);
    caller_room_failed(&caller, 1);
    it = list();
    assert_says(caller_does(&caller, &it), "**Action items of INC-1**");
    it.user.id = DMA;
    assert_null(strstr(caller_does(&caller, &it), "INC-1"));
}

static void a_list_has_pages(void **state)
{
    char text[200];
    int seen[20] = {0};
    (void)state;
    (void)caller_declares(&caller);
    memset(text, '*', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    for (int i = 0; i < 14; i++)
        (void)make("1", text, NULL, i % 3 == 0 ? DMA : 0);
    for (int from = 1; from < 20; from += 6) {
        char number[16];
        struct interaction it = list();
        (void)snprintf(number, sizeof number, "%d", from);
        add_text(&it, "incident", "INC-1");
        add_text(&it, "from", number);
        const char *words = caller_does(&caller, &it);
        assert_true(strlen(words) < 2000);
        for (const char *at = words; (at = strstr(at, "- **#")) != NULL;)
            seen[strtol(at += 5, NULL, 10)]++;
        assert_int_equal(has_button("More"), from < 13);
    }
    for (int seq = 4; seq < 18; seq++)
        assert_int_equal(seen[seq], 1);
    struct interaction it = list();
    add_text(&it, "from", "0");
    keeps_nothing(&it, "has to be a number");
}

/* The next page is of the same list. */
static void a_list_goes_on_as_it_began(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    for (int i = 0; i < 14; i++)
        (void)make("1", "Alert on disk space", NULL, i % 2 == 0 ? NOVA : 0);
    struct interaction it = slash("action drop");
    add_text(&it, "id", "#4");
    add_text(&it, "reason", "There is one");
    (void)does(&it);
    it = list();
    add_flag(&it, "mine", true);
    add_flag(&it, "all", true);
    (void)caller_does(&caller, &it);
    assert_string_equal(caller_presses(&caller, "More"),
                        "**Your action items**\n- **INC-1 #4** · dropped · "
                        "nova\n  Alert on disk space\n  Why: There is one\n");
    assert_null(caller_button(&caller, "More"));
    assert_non_null(strstr(caller_presses(&caller, "First"), "INC-1 #6"));
}

#define CASE(name)                                                             \
    cmocka_unit_test_setup_teardown(name, caller_setup, caller_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(an_item_is_made),
        CASE(an_item_changes_hands),
        CASE(a_list_of_several_incidents_tells_them_apart),
        CASE(two_people_may_have_one_name),
        CASE(an_item_is_no_entry),
        CASE(an_item_ends),
        CASE(an_old_button_opens_nothing_again),
        CASE(a_kind_is_corrected_afterwards),
        CASE(a_list_of_what_one_may_know),
        CASE(a_list_of_the_room),
        CASE(a_list_tells_of_no_private_room),
        CASE(a_list_has_pages),
        CASE(a_list_goes_on_as_it_began),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
