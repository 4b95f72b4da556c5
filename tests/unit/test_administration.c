/* What admins ask, and what people write and read of the postmortem. */
#include "bot/export.h"
#include "bot/postmortem/postmortem.h"
#include "bot/preview.h"
#include "tests/lib/one_caller.h"
#include "tests/lib/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct process process;

static enum err render(struct store *store, const struct config *config,
                       const struct incident *in, bool is_public,
                       struct buf *page, struct buf *why)
{
    struct postmortem_settings settings = record_settings;
    (void)config;
    settings.is_public = is_public;
    return postmortem_render(store, in, &settings, page, why);
}

static int open_with_process(void **state)
{
    (void)caller_setup(state);
    process = (struct process){
        .version = "1.2.3",
        .application_id = 4711,
        .started_ms = NOW - 2 * MS_PER_HOUR,
        .is_connected = true,
        .connection_ms = NOW - MS_PER_HOUR,
        .last_commit_ms = NOW - 5 * MS_PER_MINUTE,
        .render = render,
        .check_prose = preview_check,
        .export = export_incident,
    };
    caller.process = &process;
    return 0;
}

static const char *reads(const struct interaction *it)
{
    int64_t kept = caller_kept(&caller);
    const char *words = caller_does(&caller, it);
    assert_int_equal(caller_kept(&caller), kept);
    return words;
}

static void nova_administers(void)
{
    static uint64_t admins[] = {NOVA};
    caller.config.access.allowed[RIGHT_ADMIN] = (struct id_list){admins, 1};
}

/* ---- for admins only ---- */

static void others_are_refused(void **state)
{
    static const char *const names[] = {"opsroom setup", "opsroom health",
                                        "opsroom export"};
    (void)state;
    (void)caller_declares(&caller);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct interaction it = slash(names[i]);
        assert_says(reads(&it), "You may not administer opsroom here");
        assert_int_equal(caller.run.answer.file.n, 0);
    }
}

static void setup_names_what_is_missing(void **state)
{
    uint64_t responders[] = {ROLE_SRE, DMA};
    (void)state;
    nova_administers();
    caller.config.announce_channel_id = 55;
    caller.config.access.allowed[RIGHT_RESPOND] =
        (struct id_list){responders, 2};
    struct interaction it = slash("opsroom setup");
    it.app_permissions = UINT64_C(2252180186844240);
    const char *words = reads(&it);
    assert_says(words, "has every permission it needs in this channel");
    assert_says(words, "- announcements: <#55>");
    assert_says(words, "may write to the record: <@&900000000000000021>, "
                       "`900000000000000012`");
    assert_says(words, "may administer opsroom: <@900000000000000011>");
    assert_says(words, "may resolve incidents: every member");
    it.app_permissions &= ~(UINT64_C(1) << 28 | UINT64_C(1) << 51);
    words = reads(&it);
    assert_says(words, "**Missing in this channel**\n- Manage Roles: to close "
                       "private rooms");
    assert_says(words, "- Pin Messages: to pin the card\n");
    assert_says(words, "client_id=4711&scope=bot+applications.commands&"
                       "permissions=2252180186844240&guild_id=");
    it.app_permissions = UINT64_C(1) << 3; /* an administrator has them all */
    assert_says(reads(&it), "has every permission");
}

static void health_says_what_to_do(void **state)
{
    (void)state;
    nova_administers();
    struct interaction it = slash("opsroom health");
    const char *words = reads(&it);
    assert_says(words, "**opsroom 1.2.3** is up for 2 h");
    assert_says(words, "**Gateway** connected for 1 h");
    assert_says(words, "**Last commit** 5 minutes ago");
    assert_says(words, "git** 0 tasks\n");
    assert_says(words, "All is well.");
    (void)caller_declares(&caller);
    process.is_connected = false;
    process.failed_ms = NOW;
    words = reads(&it);
    assert_says(words, "**not connected** for 1 h");
    assert_says(words, "the last try failed");
    assert_says(words, "- The record could not be written: look at the disk");
    assert_null(strstr(words, "All is well"));
}

static bool first_row(const struct outbox_row *row, void *context)
{
    *(int64_t *)context = row->id;
    return false;
}

static void health_shows_what_is_stuck(void **state)
{
    int64_t id = 0, next;
    (void)state;
    nova_administers();
    (void)caller_declares(&caller);
    assert_int_equal(store_begin(caller.store), ERR_OK);
    assert_int_equal(
        store_due(caller.store, NOW + MS_PER_HOUR, first_row, &id, &next),
        ERR_OK);
    assert_int_equal(store_outbox_begin(caller.store, id, NOW), ERR_OK);
    assert_int_equal(store_commit(caller.store), ERR_OK);
    struct interaction it = slash("opsroom health");
    assert_says(reads(&it), "of INC-1, tried 1 time in ");
    assert_int_equal(store_begin(caller.store), ERR_OK);
    for (int i = 0; i < 2; i++)
        assert_int_equal(store_outbox_begin(caller.store, id, NOW), ERR_OK);
    assert_int_equal(store_outbox_retry(caller.store, id, NOW,
                                        STR("Missing Permissions *50013*")),
                     ERR_OK);
    assert_int_equal(store_commit(caller.store), ERR_OK);
    caller.now_ms += 20 * MS_PER_MINUTE;
    it = slash("opsroom health");
    const char *words = reads(&it);
    assert_says(words, "of INC-1, tried 3 times in 20 minutes: Missing "
                       "Permissions \\*50013\\*");
    assert_says(words, "- A task is stuck.");
}

/* A card of alerts belongs to none. */
static void health_names_no_incident_that_is_none(void **state)
{
    (void)state;
    nova_administers();
    assert_int_equal(store_begin(caller.store), ERR_OK);
    assert_int_equal(
        store_want(caller.store, EFFECT_ALERT_CARD, 0, 1, NULL, NOW), ERR_OK);
    assert_int_equal(store_commit(caller.store), ERR_OK);
    struct interaction it = slash("opsroom health");
    assert_says(reads(&it), "git** 1 task; the oldest: alert_card\n");
}

/* Rows are remembered by Discord's clock; ours is 20 minutes ahead, or behind.
 */
static void health_counts_by_one_clock(void **state)
{
    const int64_t aheads[] = {20 * MS_PER_MINUTE, -20 * MS_PER_MINUTE};
    int64_t id = 0, next;
    (void)state;
    nova_administers();
    (void)caller_declares(&caller);
    for (int i = 0; i < 2; i++) {
        process.ahead_ms = aheads[i];
        assert_int_equal(store_begin(caller.store), ERR_OK);
        assert_int_equal(
            store_due(caller.store, NOW + MS_PER_HOUR, first_row, &id, &next),
            ERR_OK);
        for (int times = 0; times < 2; times++)
            assert_int_equal(
                store_outbox_begin(caller.store, id, NOW - aheads[i]), ERR_OK);
        assert_int_equal(store_commit(caller.store), ERR_OK);
        struct interaction it = slash("opsroom health");
        caller.now_ms = NOW + 5 * MS_PER_MINUTE;
        const char *words = reads(&it);
        assert_says(words, "tried 2 times in 5 minutes");
        assert_null(strstr(words, "stuck"));
        it = slash("opsroom health");
        caller.now_ms = NOW + 15 * MS_PER_MINUTE;
        assert_says(reads(&it), "- A task is stuck.");
        assert_int_equal(store_begin(caller.store), ERR_OK);
        assert_int_equal(store_outbox_done(caller.store, id, 1, false, 0, 0),
                         ERR_OK);
        assert_int_equal(store_commit(caller.store), ERR_OK);
    }
}

static void export_holds_the_record(void **state)
{
    (void)state;
    nova_administers();
    (void)caller_declares(&caller);
    struct interaction it = slash("timeline add");
    add_text(&it, "text", "For the record only");
    add_text(&it, "visibility", "private");
    (void)does(&it);
    it = slash("opsroom export");
    const char *words = reads(&it);
    assert_says(words, "**INC-1**: all 4 events of its record");
    assert_string_equal(caller.run.answer.file_name, "inc-1.json");
    cJSON *json = cJSON_Parse(buf_text(&caller.run.answer.file));
    const cJSON *events = cJSON_GetObjectItem(json, "events");
    assert_int_equal(cJSON_GetArraySize(events), 4);
    assert_says(buf_text(&caller.run.answer.file), "For the record only");
    assert_says(words, cJSON_GetObjectItem(json, "record_sha256")->valuestring);
    cJSON_Delete(json);
}

/* ---- the postmortem ---- */

static const cJSON *data(void)
{
    return cJSON_GetObjectItem(caller.answer, "data");
}

static bool is_offered(const char *part)
{
    char *json = cJSON_PrintUnformatted(data());
    bool is = strstr(json, part) != NULL;
    free(json);
    return is;
}

static void sections_are_written(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction it = slash("postmortem write");
    assert_says(reads(&it), "Sections not written in Discord yet: summary, "
                            "impact, causes, what went "
                            "well, what went poorly, where we were lucky.");
    assert_true(is_offered("1|postmortem write|1|section"));
    it = button("1|postmortem write|1|section");
    it.chosen = STR("causes");
    assert_string_equal(reads(&it), ""); /* a form, which knows the choice */
    assert_true(is_offered("1|postmortem write|1|section=causes"));
    it = form("1|postmortem write|1|section=causes");
    add_text(&it, "text", "A full disk.\nNobody watched it.");
    const char *words = does(&it);
    assert_says(words, "\"causes\" of the postmortem of **INC-1** is written");
    assert_null(strstr(words, ", causes"));
    it = button("1|postmortem write|1|section=causes");
    assert_string_equal(reads(&it), "");
    assert_true(is_offered("A full disk.\\nNobody watched it."));
    it = slash("postmortem write");
    add_text(&it, "section", "causes");
    add_flag(&it, "clear", true);
    assert_says(does(&it), "is empty again");
}

/* A resolved incident is reached by its number. */
static struct interaction of_one(const char *command)
{
    struct interaction it = slash(command);
    add_text(&it, "incident", "INC-1");
    return it;
}

/* The page opens with them, until somebody writes it anew. */
static void the_last_words_are_the_summary(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction it = slash("resolve");
    add_text(&it, "summary", "A full disk; it is larger now.");
    (void)does(&it);
    it = of_one("postmortem write");
    assert_says(reads(&it),
                "Sections not written in Discord yet: impact, causes,");
    it = button("1|postmortem write|1|section=summary");
    assert_string_equal(reads(&it), "");
    assert_true(is_offered("A full disk; it is larger now."));
    it = of_one("postmortem write");
    add_text(&it, "section", "summary");
    add_text(&it, "text", "Short of space.");
    (void)does(&it);
    it = of_one("postmortem write");
    add_text(&it, "section", "summary");
    add_flag(&it, "clear", true);
    assert_says(does(&it),
                "is what the incident was resolved with again, in place of "
                "what you wrote at");
}

static void the_page_is_previewed(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction it = slash("postmortem write");
    add_text(&it, "section", "where we were lucky");
    add_text(&it, "text", "It was *Sunday*.");
    (void)does(&it);
    it = slash("postmortem preview");
    const char *words = reads(&it);
    assert_says(words, "The incident is still open");
    assert_says(words, "Sections not written in Discord yet: summary");
    assert_string_equal(caller.run.answer.file_name, "inc-1-postmortem.md");
    const char *page = buf_text(&caller.run.answer.file);
    assert_says(page, "<!-- opsroom:begin lucky -->\n\n"
                      "## Where we were lucky\n\nIt was \\*Sunday\\*.\n");
}

static void the_public_page_names_nobody(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction it = slash("postmortem write");
    add_text(&it, "section", "summary");
    add_text(&it, "text", "@nova fixed it, on a Wednesday in December.");
    (void)does(&it);
    it = slash("postmortem preview");
    add_text(&it, "audience", "public");
    const char *words = reads(&it);
    assert_says(words, "as everybody may read it");
    assert_says(words, "The record says something else:\n- [ ] summary: "
                       "“Wednesday”");
    assert_string_equal(caller.run.answer.file_name, "inc-1-public.md");
    const char *page = buf_text(&caller.run.answer.file);
    assert_says(page, "the responder fixed it");
    assert_null(strstr(page, "nova"));
}

static void a_private_incident_has_no_public_page(void **state)
{
    (void)state;
    struct interaction it = slash("incident declare");
    add_text(&it, "title", "Leak");
    add_flag(&it, "private", true);
    (void)does(&it);
    it = slash("postmortem preview");
    add_text(&it, "incident", "INC-1");
    add_text(&it, "audience", "public");
    assert_string_equal(reads(&it),
                        "The page cannot be rendered: INC-1 is private: it has "
                        "no public version.");
    assert_int_equal(caller.run.answer.file.n, 0);
}

#define CASE(name)                                                             \
    cmocka_unit_test_setup_teardown(name, open_with_process, caller_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(others_are_refused),
        CASE(setup_names_what_is_missing),
        CASE(health_says_what_to_do),
        CASE(health_shows_what_is_stuck),
        CASE(health_counts_by_one_clock),
        CASE(health_names_no_incident_that_is_none),
        CASE(export_holds_the_record),
        CASE(sections_are_written),
        CASE(the_last_words_are_the_summary),
        CASE(the_page_is_previewed),
        CASE(the_public_page_names_nobody),
        CASE(a_private_incident_has_no_public_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
