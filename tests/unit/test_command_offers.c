/* What answers offer besides: a change instead of a vague entry, a correction
 * of what should not be shown, and, at the end, what is still open. */
#include "tests/lib/one_caller.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *adds(const char *kind, const char *text)
{
    struct interaction it = slash("timeline add");
    add_text(&it, "text", text);
    add_text(&it, "kind", kind);
    add_text(&it, "time", "18:53");
    return caller_does(&caller, &it);
}

/* The entry becomes the change, under its number and with its words. */
static void a_vague_entry_becomes_a_change(void **state)
{
    (void)state;
    assert_says(adds("action", "Tweaked the CDNs"),
                "\"Tweaked\" will say little later.");
    assert_string_equal(caller_presses(&caller, "Make it a change"), "");
    assert_string_equal(caller_field(&caller, "what"), "Tweaked the CDNs");
    assert_string_equal(caller_field(&caller, "time"), "2022-12-13 18:53");
    struct interaction sent = form("1|timeline change|1|entry=4");
    add_text(&sent, "what", "proxy_read_timeout");
    add_text(&sent, "where", "cdn-1");
    add_text(&sent, "from", "30s");
    add_text(&sent, "to", "120s");
    add_text(&sent, "time", "2022-12-13 18:53");
    assert_says(caller_does(&caller, &sent),
                "Entry #4 of **INC-1** is a change now: proxy\\_read\\_timeout "
                "on cdn-1: 30s → 120s\n");
    assert_int_equal(kept()->kind, EVENT_EDIT);
    assert_int_equal(kept()->entry_kind, EVENT_CHANGE);
    assert_string_equal(kept()->occurred.typed, "18:53");
    struct interaction it = slash("timeline list");
    assert_says(
        caller_does(&caller, &it),
        "**#4** 18:53 · change · nova: proxy\\_read\\_timeout on cdn-1: "
        "30s → 120s · Tweaked the CDNs (corrected)");
    /* What is not said of it again stays. */
    sent = form("1|timeline change|1|entry=4");
    add_text(&sent, "what", "proxy_read_timeout");
    add_text(&sent, "to", "90s");
    assert_says(caller_does(&caller, &sent),
                "Change #4 of **INC-1** now reads: proxy\\_read\\_timeout on "
                "cdn-1: 30s → 90s\n");
}

static struct interaction changing_ttl(void)
{
    struct interaction it = slash("timeline change");
    add_text(&it, "what", "TTL");
    add_text(&it, "where", "cdn");
    add_text(&it, "from", "60");
    add_text(&it, "to", "600");
    return it;
}

static void a_change_is_completed(void **state)
{
    (void)state;
    struct interaction it = changing_ttl();
    (void)does(&it);
    assert_string_equal(caller_presses(&caller, "Temporary? Verified?"), "");
    struct interaction sent = form("1|timeline change|1|entry=4|temporary=no");
    add_flag(&sent, "temporary", true);
    add_text(&sent, "undo", "set it to 60 *again*");
    const char *words = does(&sent);
    assert_says(words, "Change #4 of **INC-1** now reads: TTL on cdn: 60 → "
                       "600\n");
    assert_says(words, "\nIt is marked as temporary. To undo it: set it to 60 "
                       "\\*again\\*\nNobody has verified it yet.");
    sent = form("1|timeline change|1|entry=4|temporary=yes");
    add_flag(&sent, "temporary", false);
    add_text(&sent, "verified", "curl");
    words = does(&sent);
    assert_says(words, "\nTo undo it: set it to 60 \\*again\\*");
    assert_null(strstr(words, "temporary"));
    assert_null(strstr(words, "Nobody"));
}

/* Who deletes what stands in the form takes it back; what the form did not ask
 * for stays. */
static void a_field_is_emptied(void **state)
{
    (void)state;
    struct interaction it = changing_ttl();
    add_text(&it, "undo", "set it to 60 again");
    add_text(&it, "verified", "curl");
    (void)does(&it);
    struct interaction sent = form("1|timeline change|1|entry=4|temporary=no");
    add_flag(&sent, "temporary", false);
    add_text(&sent, "undo", "set it to 60 again");
    add_text(&sent, "verified", " ");
    const char *words = does(&sent);
    assert_says(words, "To undo it: set it to 60 again");
    assert_says(words, "Nobody has verified it yet.");
    assert_int_equal(kept()->change_verified.n, 0);
    sent = form("1|timeline change|1|entry=4|temporary=no");
    add_flag(&sent, "temporary", true);
    add_text(&sent, "undo", "");
    assert_says(does(&sent), "temporary, without a way to undo it");
    /* A slash command says nothing of what it leaves blank. */
    it = changing_ttl();
    add_text(&it, "entry", "#4");
    add_text(&it, "verified", "dig");
    (void)does(&it);
    it.options[5].text = STR(" ");
    it.options[3].text = STR("900");
    (void)does(&it);
    assert_text(kept()->change_verified, "dig");
}

/* Its link or file still says something; without, it would be no entry. */
static void a_text_is_emptied(void **state)
{
    (void)state;
    struct interaction it = slash("timeline add");
    add_text(&it, "text", "password=hunter2secret");
    add_text(&it, "link", "#217");
    (void)does(&it);
    it.option_count = 1;
    (void)does(&it);
    struct interaction sent = form("1|timeline edit|1|id=4");
    add_text(&sent, "time", "2022-12-13 19:10:00");
    add_text(&sent, "text", "");
    assert_says(does(&sent), "now reads, in UTC:\n**#4** 19:10:00 · note · "
                             "nova: \\#217");
    assert_int_equal(kept()->text.n, 0);
    sent = form("1|timeline edit|1|id=5");
    add_text(&sent, "time", "2022-12-13 19:10:00");
    add_text(&sent, "text", "");
    keeps_nothing(&sent, "The entry is empty.");
    /* What opsroom wrote down keeps its words. */
    sent = form("1|timeline edit|1|id=1");
    add_text(&sent, "time", "2022-12-13 19:09");
    add_text(&sent, "text", "");
    (void)does(&sent);
    assert_text(kept()->text, "Logins fail");
}

static void a_definite_entry_is_left_alone(void **state)
{
    (void)state;
    (void)adds("action", "Deleted /var/lib/postgres/archive");
    assert_null(caller_button(&caller, "Make it a change"));
    (void)adds("note", "Somebody tweaked something");
    assert_null(caller_button(&caller, "Make it a change"));
}

static const char replace[] = "If it is real, replace it where it is used.";
#define CORRECT                                                                \
    "\nPress **Correct it** and leave it out: then the war room shows it no "  \
    "more. The record keeps it."
static const char remedy[] = CORRECT " Striking would only cross it out.";

/* Struck, it could still be read in the war room, and not be corrected. */
static void a_secret_may_be_corrected(void **state)
{
    static const char text[] = "Login works with password=hunter2hunter2";
    (void)state;
    const char *words = adds("note", text);
    assert_says(words, "The live room does not show all that you wrote");
    assert_says(words, ": what looks like a password is left out.");
    assert_says(words, replace);
    assert_says(words, remedy);
    assert_null(caller_button(&caller, "Strike it"));
    assert_string_equal(caller_presses(&caller, "Correct it"), "");
    assert_string_equal(caller_field(&caller, "text"), text);
    struct interaction it = slash("timeline add");
    add_text(&it, "text", text);
    add_text(&it, "visibility", "room");
    words = caller_does(&caller, &it);
    assert_null(strstr(words, "The live room"));
    assert_null(strstr(words, "Press **Correct it**"));
    words = adds("note", "password=hunter2hunter2, at 10.0.0.1 and 10.0.0.2");
    assert_says(words, ": what looks like a password and 2 private addresses "
                       "is left out.");
    assert_says(words, replace);
    words = adds("note", "It is 10.0.0.1 again");
    assert_null(strstr(words, "If it is real"));
    assert_says(words, remedy);
}

/* No form has the field. */
static void a_secret_in_a_link(void **state)
{
    (void)state;
    struct interaction it = slash("timeline add");
    add_text(&it, "text", "The dashboard");
    add_text(&it, "link", "https://nova:hunter2hunter2@example.org/d/1");
    const char *words = does(&it);
    assert_says(words, "The live room does not show");
    assert_says(words, "\n`/timeline edit id:#4 visibility:private` takes the "
                       "entry out of the rooms. The record keeps it. Striking "
                       "would only cross it out.");
    assert_null(strstr(words, "Press **Correct it**"));
}

static const char *changes(const char *option, const char *text)
{
    static const char *const needed[] = {"what", "where", "from", "to"};
    struct interaction it = slash("timeline change");
    for (int i = 0; i < 4; i++)
        if (strcmp(needed[i], option) != 0)
            add_text(&it, needed[i], "x");
    add_text(&it, option, text);
    return does(&it);
}

/* The form that opens has the field. */
static void a_secret_in_a_change(void **state)
{
    static const char secret[] = "password=hunter2hunter2";
    (void)state;
    assert_says(changes("to", secret), remedy);
    assert_null(caller_button(&caller, "Strike it"));
    assert_string_equal(caller_presses(&caller, "Correct it"), "");
    assert_string_equal(caller_field(&caller, "to"), secret);
    assert_says(changes("undo", secret), remedy);
    assert_string_equal(caller_presses(&caller, "Correct it"), "");
    assert_string_equal(caller_field(&caller, "undo"), secret);
    (void)adds("action", "Rotated: password=hunter2hunter2");
    struct interaction it = slash("timeline change");
    add_text(&it, "entry", "#6");
    add_text(&it, "what", "the password");
    add_text(&it, "where", "x");
    add_text(&it, "from", "x");
    add_text(&it, "to", "x");
    assert_says(does(&it), remedy);
    assert_string_equal(caller_presses(&caller, "Correct it"), "");
    assert_string_equal(caller_field(&caller, "text"),
                        "Rotated: password=hunter2hunter2");
}

static void an_update_may_be_corrected(void **state)
{
    (void)state;
    struct interaction it = slash("incident update");
    add_text(&it, "message", "It is 10.1.2.3 again");
    const char *words = caller_does(&caller, &it);
    assert_says(words, "what looks like a private address is");
    assert_says(words, CORRECT);
    assert_null(strstr(words, "Striking"));
    assert_string_equal(caller_presses(&caller, "Correct it"), "");
    assert_string_equal(caller_field(&caller, "text"), "It is 10.1.2.3 again");
    struct interaction sent = form("1|timeline edit|1|id=4");
    add_text(&sent, "text", "It is the database again");
    assert_says(caller_does(&caller, &sent),
                "update · nova: It is the database again");
    assert_int_equal(kept()->entry_kind, EVENT_STATE);
}

/* ---- the end ---- */

static const char *resolves(void)
{
    struct interaction it = slash("resolve");
    add_text(&it, "summary", "Disk freed");
    return caller_does(&caller, &it);
}

static void sets(const char *milestone)
{
    struct interaction it = slash("incident set");
    add_text(&it, "milestone", milestone);
    add_text(&it, "time", "18:50");
    (void)caller_does(&caller, &it);
    (void)kept();
}

static void resolve_in_one_step(void **state)
{
    static const char *const facts[] = {"impact start", "commander assigned",
                                        "first public notice", "identified",
                                        "mitigated"};
    (void)state;
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++)
        sets(facts[i]);
    assert_says(resolves(), "Nothing is open, and nothing is missing.");
    assert_int_equal(kept()->state_to, STATE_RESOLVED);
    assert_null(caller_button(&caller, "Set identified"));
}

static void resolve_shows_what_is_open(void **state)
{
    (void)state;
    sets("impact start");
    struct interaction it = changing_ttl();
    add_flag(&it, "temporary", true);
    (void)caller_does(&caller, &it);
    (void)adds("idea", "Alert on disk space");
    const char *words = resolves();
    assert_int_equal(caller.taken.after.state, STATE_RESOLVED);
    assert_says(words, "Not recorded: commander assigned, first public notice");
    assert_says(words, "Open in **INC-1**: 1 change, 1 parked idea.");
    assert_null(caller_button(&caller, "Set impact start"));
    assert_string_equal(caller_presses(&caller, "Set identified"), "");
    assert_null(caller_field(&caller, "time"));
    struct interaction sent = form("1|incident set|1|milestone=identified");
    add_text(&sent, "time", "19:02");
    (void)caller_does(&caller, &sent);
    assert_int_equal(kept()->milestone, MILESTONE_IDENTIFIED);
    it = slash("timeline list");
    it.channel_id = 1001; /* its room: it is over */
    add_flag(&it, "open", true);
    words = caller_does(&caller, &it);
    assert_null(caller_button(&caller, "Set identified"));
    assert_says(caller_presses(&caller, "#5 Keep"), "#5 of **INC-1** is kept.");
    words = caller_presses(&caller, "#6 Drop");
    assert_int_equal(caller_answer_type(&caller), 7);
    assert_null(strstr(words, "Open in"));
    assert_says(words, "Not recorded: ");
    assert_non_null(caller_button(&caller, "Set mitigated"));
}

/* One way to end it asks no less than the other. */
static void an_update_that_resolves(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++)
        (void)adds("idea", "Alert on disk space");
    struct interaction it = slash("incident update");
    add_text(&it, "message", "Freed 10.1.2.3");
    add_text(&it, "state", "resolved");
    const char *words = caller_does(&caller, &it);
    assert_int_equal(caller.taken.after.state, STATE_RESOLVED);
    assert_says(words, "**INC-1** is resolved since ");
    assert_says(words, "Late entries are still welcome");
    assert_says(words, CORRECT "\n\n");
    assert_says(words, "Not recorded: impact start, commander assigned");
    assert_says(words, "0 changes, 5 parked ideas.");
    assert_non_null(caller_button(&caller, "Set mitigated"));
    assert_non_null(caller_button(&caller, "#5 Drop"));
    assert_null(caller_button(&caller, "#6 Drop")); /* five rows */
    const cJSON *data = cJSON_GetObjectItem(caller.answer, "data");
    assert_int_equal(
        cJSON_GetArraySize(cJSON_GetObjectItem(data, "components")), 5);
    assert_says(caller_presses(&caller, "More"), "**#6** Alert");
    /* What is over already only gets some words more. */
    it = slash("incident update");
    it.channel_id = 1001;
    add_text(&it, "message", "The backlog is done, too");
    words = caller_does(&caller, &it);
    assert_says(words, "Kept as #");
    assert_null(strstr(words, "Not recorded"));
}

/* Discord takes five rows: three for entries, one for facts, one for pages. */
static void resolve_with_much_open(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++)
        (void)adds("idea", "Alert on disk space");
    const char *words = resolves();
    assert_says(words, "0 changes, 5 parked ideas.");
    assert_says(words, "**#6** Alert");
    assert_null(strstr(words, "**#7** Alert"));
    assert_non_null(caller_button(&caller, "Set identified"));
    words = caller_presses(&caller, "More");
    assert_says(words, "**#7** Alert");
    assert_says(words, "**#8** Alert");
    assert_non_null(caller_button(&caller, "From the start"));
    assert_null(caller_button(&caller, "More"));
}

/* Whatever command brings it to the live room. */
static void says_what_is_left_out(void **state)
{
    static const struct {
        const char *command, *option;
        bool leaves_out;
    } cases[] = {
        {"incident set", "impact", true},
        {"incident link", "text", true},
        {"action add", "text", false},
        {"resolve", "summary", true},
        {"incident reopen", "reason", true},
        {"postmortem write", "text", false},
    };
    const char *says = "The live room does not show all that you wrote";
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct interaction it = slash(cases[i].command);
        add_text(&it, "incident", "1");
        add_text(&it, cases[i].option, "password: hunter2hunter2");
        if (strcmp(cases[i].command, "incident link") == 0)
            add_text(&it, "url", "#217");
        if (strcmp(cases[i].command, "postmortem write") == 0)
            add_text(&it, "section", "causes");
        bool is_said = strstr(does(&it), says) != NULL;
        if (is_said != cases[i].leaves_out)
            fail_msg("%s %s it", cases[i].command,
                     is_said ? "says" : "does not say");
    }
}

/* A correction may bring one in; what it holds is known by its entry. */
static void a_corrected_secret(void **state)
{
    (void)state;
    struct interaction it = slash("timeline add");
    add_text(&it, "text", "Rotated the key");
    (void)does(&it);
    it = slash("timeline edit");
    add_text(&it, "id", "#4");
    add_text(&it, "text", "password: hunter2hunter2");
    const char *words = does(&it);
    assert_says(words, "The live room does not show all that you wrote");
    assert_says(words, remedy);
    assert_null(caller_button(&caller, "Strike it"));
    assert_string_equal(caller_presses(&caller, "Correct it"), "");
    assert_string_equal(caller_field(&caller, "text"),
                        "password: hunter2hunter2");
    it = slash("timeline add");
    add_text(&it, "text", "Alert");
    add_text(&it, "kind", "idea");
    add_text(&it, "visibility", "live");
    (void)does(&it);
    it = slash("timeline edit");
    add_text(&it, "id", "#6");
    add_text(&it, "text", "password: hunter2hunter2");
    assert_null(strstr(does(&it), "The live room"));
}

/* Their words are the entry's alone: cards and page have the incident's. */
static void words_about_the_incident_do_not_change_it(void **state)
{
    (void)state;
    struct interaction it = slash("timeline edit");
    add_text(&it, "id", "#1");
    add_text(&it, "text", "Logins fail for everybody");
    assert_says(does(&it), "\nThe incident's title stays as it is: `/incident "
                           "set` changes it.");
    assert_string_not_equal(caller.taken.after.title,
                            "Logins fail for everybody");
    it = slash("incident set");
    add_text(&it, "severity", "SEV1");
    (void)does(&it);
    it = slash("timeline edit");
    add_text(&it, "id", "#5");
    add_text(&it, "text", "severity SEV3 → SEV2");
    assert_says(does(&it), "\nWhat it set stays as it is: `/incident set` "
                           "changes it.");
    assert_int_equal(caller.taken.after.severity, SEVERITY_1);
    it = slash("timeline edit");
    add_text(&it, "id", "#5");
    add_text(&it, "time", "19:00");
    assert_null(strstr(does(&it), "stays as it is"));
}

/* Action items stand in the war room, in digests, on the page and in issues. */
static void what_is_private_is_in_no_action_item(void **state)
{
    (void)state;
    struct interaction it = changing_ttl();
    add_text(&it, "visibility", "private");
    (void)does(&it);
    it = slash("timeline add");
    add_text(&it, "text", "Rotate the key that leaked");
    add_text(&it, "kind", "idea");
    add_text(&it, "visibility", "private");
    (void)does(&it);
    struct interaction list = slash("timeline list");
    add_flag(&list, "open", true);
    assert_says(caller_does(&caller, &list), "Rotate the key");
    assert_string_equal(caller_presses(&caller, "#4 Hand over"), "");
    assert_string_equal(caller_field(&caller, "text"),
                        "Settle change #4, which is in the record only");
    (void)caller_does(&caller, &list);
    assert_says(caller_presses(&caller, "#5 Make action item"),
                "Action item #7: See to idea \\#5, which is in the record "
                "only");
}

#define CASE(name)                                                             \
    cmocka_unit_test_setup_teardown(name, caller_setup_declared,               \
                                    caller_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_vague_entry_becomes_a_change),
        CASE(a_change_is_completed),
        CASE(a_field_is_emptied),
        CASE(a_text_is_emptied),
        CASE(a_definite_entry_is_left_alone),
        CASE(a_secret_may_be_corrected),
        CASE(a_secret_in_a_link),
        CASE(a_secret_in_a_change),
        CASE(an_update_may_be_corrected),
        CASE(says_what_is_left_out),
        CASE(a_corrected_secret),
        CASE(words_about_the_incident_do_not_change_it),
        CASE(what_is_private_is_in_no_action_item),
        CASE(resolve_in_one_step),
        CASE(resolve_shows_what_is_open),
        CASE(an_update_that_resolves),
        CASE(resolve_with_much_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
