/* Forms of corrections that are sent back: what they show may suit no more what
 * the entry becomes, and what somebody emptied there is to go. */
#include "bot/discord/custom_id.h"
#include "tests/lib/one_caller.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static int64_t finds(const char *text)
{
    struct interaction it = slash("timeline add");
    add_text(&it, "text", text);
    add_text(&it, "confidence", "confirmed");
    (void)does(&it);
    return kept()->seq;
}

/* "1|timeline edit|1|id=4" */
static struct interaction form_of(const char *command, const char *option,
                                  int64_t seq)
{
    static char custom_id[CUSTOM_ID_BYTES];
    (void)snprintf(custom_id, sizeof custom_id, "1|%s|1|%s=%" PRId64, command,
                   option, seq);
    return form(custom_id);
}

/* How sure it was goes with it, though the form still shows that. */
static void a_finding_becomes_a_note(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction it = form_of("timeline edit", "id", finds("Disk full"));
    add_text(&it, "time", "2022-12-13 19:10");
    add_text(&it, "text", "The disk is full");
    add_text(&it, "kind", "note");
    add_text(&it, "confidence", "confirmed");
    assert_says(does(&it), "note · nova: The disk is full");
    assert_int_equal(kept()->confidence, CONFIDENCE_NONE);
}

static void a_finding_becomes_a_change(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction it =
        form_of("timeline change", "entry", finds("The TTL is 600 now"));
    add_text(&it, "what", "TTL");
    add_text(&it, "where", "cdn");
    add_text(&it, "from", "60");
    add_text(&it, "to", "600");
    assert_says(does(&it), "is a change now: TTL on cdn: 60 → 600");
    assert_int_equal(kept()->confidence, CONFIDENCE_NONE);
    /* And a note again: it is nothing that would have to be undone. */
    it = form_of("timeline edit", "id", kept()->target);
    add_text(&it, "kind", "note");
    (void)does(&it);
    assert_text(kept()->change_what, "");
    assert_text(kept()->change_to, "");
    assert_text(kept()->text, "The TTL is 600 now");
}

static void what_is_emptied_goes(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction it = slash("timeline change");
    add_text(&it, "what", "TTL");
    add_text(&it, "where", "cdn");
    add_text(&it, "from", "60");
    add_text(&it, "to", "600");
    add_text(&it, "undo", "Set it to 60");
    add_text(&it, "verified", "curl");
    (void)does(&it);
    it = form_of("timeline change", "entry", kept()->seq);
    add_text(&it, "temporary", "yes");
    add_text(&it, "undo", "Set it to 60");
    add_text(&it, "verified", "");
    (void)does(&it);
    assert_text(kept()->change_verified, "");
    assert_text(kept()->change_undo, "Set it to 60");
    assert_true(kept()->change_temporary);
}

/* An update may have no other words: those are not what it did. */
static void an_update_keeps_its_words(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction it = slash("incident update");
    add_text(&it, "message", "Half of the logins fail");
    (void)does(&it);
    it = form_of("timeline edit", "id", kept()->seq);
    add_text(&it, "time", "2022-12-13 19:00");
    add_text(&it, "text", "");
    (void)does(&it);
    assert_text(kept()->text, "Half of the logins fail");
}

/* What somebody sends back goes with that form. */
static struct interaction set_form(void)
{
    static char custom_id[CUSTOM_ID_BYTES];
    struct interaction it = slash("incident set");
    (void)caller_does(&caller, &it);
    (void)snprintf(custom_id, sizeof custom_id, "%s",
                   cJSON_GetObjectItem(
                       cJSON_GetObjectItem(caller.answer, "data"), "custom_id")
                       ->valuestring);
    return form(custom_id);
}

static void send_set(struct interaction *sent, const char *title,
                     const char *severity, const char *impact)
{
    add_text(sent, "title", title);
    add_text(sent, "severity", severity);
    add_text(sent, "impact", impact);
    add_text(sent, "type", "service");
}

/* While nova types a better title, somebody else makes it SEV1. */
static void a_form_takes_back_nothing_that_came_meanwhile(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction sent = set_form();
    struct interaction other = slash("incident set");
    add_text(&other, "severity", "SEV1");
    add_text(&other, "impact", "Nobody can log in");
    (void)does(&other);
    send_set(&sent, "Logins fail with 502", "SEV3", "");
    assert_says(does(&sent), "title: Logins fail with 502.");
    assert_int_equal(now_is().severity, SEVERITY_1);
    assert_string_equal(now_is().impact, "Nobody can log in");

    sent = set_form();
    send_set(&sent, "Logins fail with 502", "SEV1", "Nobody can log in");
    keeps_nothing(&sent, "is so already");
}

static void an_impact_that_is_emptied_goes(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction other = slash("incident set");
    add_text(&other, "impact", "Nobody can log in");
    assert_says(does(&other), ": impact: Nobody can log in");
    struct interaction sent = set_form();
    send_set(&sent, "Logins fail", "SEV3", "");
    assert_says(does(&sent), "impact not recorded");
    assert_string_equal(now_is().impact, "");
}

#define CASE(name)                                                             \
    cmocka_unit_test_setup_teardown(name, caller_setup, caller_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_finding_becomes_a_note),
        CASE(a_finding_becomes_a_change),
        CASE(what_is_emptied_goes),
        CASE(an_update_keeps_its_words),
        CASE(a_form_takes_back_nothing_that_came_meanwhile),
        CASE(an_impact_that_is_emptied_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
