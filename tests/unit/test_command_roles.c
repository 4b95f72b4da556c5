/* Command handed over with a brief, and roles that are left. */
#include "tests/lib/one_caller.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void command_is_handed_over(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction it = slash("ic assign");
    add_user(&it, "user", NOVA, "nova");
    (void)does(&it);
    it = slash("incident update");
    add_text(&it, "message", "The *disk* is full");
    add_text(&it, "state", "identified");
    add_text(&it, "at", "18:XX");
    (void)does(&it);
    it = slash("timeline change");
    add_text(&it, "what", "TTL");
    add_text(&it, "where", "cdn");
    add_text(&it, "from", "60");
    add_text(&it, "to", "600");
    (void)does(&it);
    caller.now_ms += MS_PER_HOUR;
    it = slash("ic handoff");
    add_user(&it, "user", DMA, "dma");
    int64_t before = caller_kept(&caller);
    assert_string_equal(caller_does(&caller, &it), ""); /* a form */
    assert_int_equal(caller_kept(&caller), before);
    add_text(&it, "conditions", "Rolling restart under way");
    add_text(&it, "needs", "Somebody awake at six");
    const char *words = does(&it);
    assert_says(words, "dma is commander of **INC-1** since 20:10 UTC");
    assert_says(words, "**Actions** nothing said");
    const struct event *event = kept();
    assert_int_equal(event->kind, EVENT_HANDOFF);
    char snapshot[2000];
    str_copy_to(snapshot, event->snapshot);
    assert_string_equal(snapshot,
                        "identified since 2022-12-13 18:XX UTC, SEV3\n"
                        "commander: nova\n"
                        "Last update: The *disk* is full\n"
                        "Open change #6: TTL on cdn, now 600\n"
                        "Open: 1 change, 0 parked ideas, 0 action items");
    it = slash("ic who");
    words = caller_does(&caller, &it);
    assert_says(words, "- **commander** dma since 20:10 UTC");
    assert_says(words, "- 20:10 UTC (<t:1670962200:t>) commander: dma (handed "
                       "over)\n- 19:10 UTC (<t:1670958600:t>) commander: nova");
}

/* [roles] */
static void roles_have_the_names_that_people_use(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    caller.config.role_names[ROLE_COMMANDER] = (char[]){"incident lead"};
    struct interaction it = slash("ic assign");
    add_user(&it, "user", DMA, "dma");
    assert_says(does(&it), "dma is incident lead of");
    it = slash("timeline list");
    assert_says(caller_does(&caller, &it), " · incident lead · ");
    assert_null(strstr(caller_does(&caller, &it), "commander"));
    it = typing("timeline strike", "id", "");
    it = typing("timeline strike", "id", "");
    assert_says(caller_is_offered(&caller, &it), "incident lead: dma");
}

/* Everybody in the war room reads it. */
static void a_handover_tells_nothing_private(void **state)
{
    static const char *const updates[] = {"Told in the rooms", "Told to few"};
    (void)state;
    (void)caller_declares(&caller);
    for (int i = 0; i < 2; i++) {
        struct interaction it = slash("incident update");
        add_text(&it, "message", updates[i]);
        (void)does(&it);
    }
    struct interaction it = slash("timeline edit");
    add_text(&it, "id", "#5");
    add_text(&it, "visibility", "private");
    (void)does(&it);
    it = slash("timeline change");
    add_text(&it, "what", "Password");
    add_text(&it, "where", "cdn");
    add_text(&it, "from", "the old one");
    add_text(&it, "to", "a new one");
    add_text(&it, "visibility", "private");
    (void)does(&it);
    it = slash("ic handoff");
    add_user(&it, "user", DMA, "dma");
    add_text(&it, "needs", "Sleep");
    (void)does(&it);
    assert_text(kept()->snapshot,
                "investigating since 2022-12-13 19:10 UTC, SEV3\n"
                "Last update: Told in the rooms\n"
                "Open change #7, in the record only\n"
                "Open: 1 change, 0 parked ideas, 0 action items");
}

/* Whoever leaves in a hurry sends the form as it came. */
static void a_handover_needs_no_brief(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction it = form("1|ic handoff|1|");
    add_user(&it, "user", DMA, "dma");
    add_text(&it, "conditions", "");
    assert_says(does(&it), "dma is commander of **INC-1** since 19:10 UTC");
}

static void a_role_is_left(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction it = slash("ic leave");
    keeps_nothing(&it, "You have no role in **INC-1**. `/ic who` shows");
    struct interaction take = slash("ic assign");
    add_user(&take, "user", NOVA, "nova");
    (void)does(&take);
    add_text(&take, "role", "scribe");
    (void)does(&take);
    keeps_nothing(&it, "You have 2 roles in **INC-1**. Say with `role`");
    it.user.id = DMA;
    add_text(&it, "role", "commander");
    keeps_nothing(&it, "You are not commander");
    it.user.id = NOVA;
    assert_says(does(&it), "**Nobody commands it now.**");
    assert_null(incident_commander(&caller.taken.after));
    it = slash("incident status");
    assert_says(caller_does(&caller, &it), "**Commander** nobody now");
    it = slash("ic leave");
    assert_says(does(&it), "no longer scribe");
    it = slash("ic who");
    assert_says(caller_does(&caller, &it), "scribe: nobody; nova left");
    it = slash("resolve");
    add_text(&it, "summary", "Over");
    (void)does(&it);
    it = slash("incident status");
    add_text(&it, "incident", "1");
    assert_says(caller_does(&caller, &it), "**Commander** nobody at the end");
    it = slash("ic who");
    add_text(&it, "incident", "1");
    assert_says(caller_does(&caller, &it), "- **commander** nobody at the end");
}

#define CASE(name)                                                             \
    cmocka_unit_test_setup_teardown(name, caller_setup, caller_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(command_is_handed_over),
        CASE(roles_have_the_names_that_people_use),
        CASE(a_handover_tells_nothing_private),
        CASE(a_handover_needs_no_brief),
        CASE(a_role_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
