/* What a command refuses: with which words, and that nothing is kept. */
#include "tests/lib/one_caller.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Refused with these words before it became a request, and nothing is kept. */
static void refuses(const struct interaction *it, const char *part)
{
    int64_t kept = caller_kept(&caller);
    const char *words = caller_does(&caller, it);
    assert_says(words, part);
    assert_false(caller.requested);
    assert_int_equal(caller_kept(&caller), kept);
}

/* One slash option, as text, that is wrong. */
static void bad_text(void **state)
{
    static const struct {
        const char *command, *option, *text, *says;
    } cases[] = {
        {"timeline add", "time", "yesterdayish", "18:53"},
        {"timeline add", "time", "Dec 13 2022 19:20", "future"},
        {"timeline add", "time", "2022-02-30", "Nothing was kept"},
        {"timeline add", "time", "2031-01-01 10:00", "future"},
        {"timeline add", "kind", "change", "/timeline change"},
        {"timeline add", "kind", "state", "Choose one of: report, note"},
        {"timeline add", "kind", "state", "alert, idea (note if left out"},
        {"timeline add", "confidence", "none", "theory, confirmed, ruled-out"},
        {"timeline add", "visibility", "public", "live, room, private"},
        {"timeline add", "link", "javascript:alert(1)", "https://"},
        {"timeline add", "link", "https://", "is not a link"},
        {"timeline add", "link", "https://a b", "is not a link"},
        {"timeline add", "link", "#", "is not a link"},
        {"timeline add", "link", "#2](x)", "is not a link"},
        {"timeline add", "by", "<@42>", "plain text"},
        {"timeline add", "by", "\x1b[31mnova", "U+001B"},
        {"timeline add", "by",
         "a\xE2\x80\xAE"
         "b",
         "U+202E"},
        {"timeline add", "by", "caf\xC3", "not valid UTF-8, at character 4"},
        {"incident update", "state", "review", "Choose one of: investigating"},
        {"incident update", "next_in", "soon", "number of minutes"},
        {"incident update", "mood", "good", "older form"},
        {"ic assign", "user", "nova", "has to be a member"},
        {"ic assign", "role", "king", "commander, scribe, comms, ops"},
        {"timeline change", "temporary", "perhaps", "has to be yes or no"},
    };
    (void)state;
    (void)caller_declares(&caller);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct interaction it = slash(cases[i].command);
        const char *name = cases[i].command;
        if (strcmp(name, "timeline add") == 0)
            add_text(&it, "text", "Queue restarted");
        if (strcmp(name, "incident update") == 0)
            add_text(&it, "message", "Still down");
        if (strcmp(name, "ic assign") == 0 &&
            strcmp(cases[i].option, "user") != 0)
            add_user(&it, "user", DMA, "dma");
        if (strcmp(name, "timeline change") == 0) {
            add_text(&it, "what", "TTL");
            add_text(&it, "where", "cdn");
            add_text(&it, "from", "60");
            add_text(&it, "to", "600");
        }
        add_text(&it, cases[i].option, cases[i].text);
        refuses(&it, cases[i].says);
    }
}

static void missing_options(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction it = slash("incident declare");
    refuses(&it, "`title` is missing");
    add_text(&it, "title", "  \n ");
    refuses(&it, "`title` is missing");
    it = slash("timeline add");
    refuses(&it, "`text` is missing");
    it = slash("ic assign");
    refuses(&it, "`user` is missing");
    it = slash("incident update");
    add_text(&it, "state", "mitigated");
    refuses(&it, "`message` is missing");
    it = slash("timeline change");
    add_text(&it, "what", "TTL");
    add_text(&it, "where", "cdn");
    add_text(&it, "to", "600");
    refuses(&it, "`from` is missing");
}

static void several_texts(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction it = slash("timeline change");
    add_text(&it, "what", "the limit of open connections");
    add_text(&it, "where", "db-1 and db-2, in pgbouncer.ini");
    add_text(&it, "to", "600");
    refuses(&it, "`from` is missing");
    const cJSON *data = cJSON_GetObjectItem(caller.answer, "data");
    const char *words = cJSON_GetObjectItem(data, "content")->valuestring;
    assert_says(words, "What you typed, to copy:\n`what`\n```\nthe limit of "
                       "open connections\n```\n`where`\n```\ndb-1 and db-2, in "
                       "pgbouncer.ini\n```");
    assert_null(strstr(words, "600"));
    /* Each is short, and it is much to type again in all. */
    it = slash("timeline change");
    add_text(&it, "what", "MEDIA_KEY");
    add_text(&it, "where", "web-2");
    add_text(&it, "from", "the old key");
    add_text(&it, "to", "the new key");
    add_text(&it, "time", "25:99");
    keeps_nothing(&it, "`from`\n```\nthe old key\n```\n`to`\n```\nthe new "
                       "key\n```");
    /* A form is gone once it is sent: all that was in it comes back. */
    it = form("1|timeline change|1|");
    add_text(&it, "what", "the limit of open connections");
    add_text(&it, "where", "db-1");
    add_text(&it, "to", "600");
    keeps_nothing(&it, "`where`\n```\ndb-1\n```\n`to`\n```\n600\n```");
}

static char *repeat(const char *part, int times)
{
    struct buf text = BUF_INIT(100000);
    for (int i = 0; i < times; i++)
        buf_add_text(&text, part);
    return buf_detach(&text);
}

/* The text comes back, so that nobody types it twice; a mention in it does not
 * ping, and a fence in it does not end the block. */
static void long_text(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    char *text = repeat("Queue ```restarted``` @everyone ", 50);
    struct interaction it = slash("timeline add");
    add_text(&it, "text", text);
    refuses(&it, "`text` is 1599 characters long; the limit is 1500");
    const cJSON *data = cJSON_GetObjectItem(caller.answer, "data");
    const char *words = cJSON_GetObjectItem(data, "content")->valuestring;
    assert_says(words, "What you typed, to copy:\n```");
    assert_null(strstr(words, "e```restarted"));
    const cJSON *mentions = cJSON_GetObjectItem(data, "allowed_mentions");
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(mentions, "parse")),
                     0);
    free(text);

    /* Astral characters are two units each. */
    text = repeat("\xF0\x9F\x94\xA5", 61);
    it = slash("incident declare");
    add_text(&it, "title", text);
    refuses(&it, "`title` is 122 characters long; the limit is 120");
    free(text);
}

/* Text that was refused for another reason comes back too, and clean. */
static void text_is_given_back(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction it = slash("timeline add");
    add_text(&it, "text",
             "Restarted the queue \x1b[31mworkers\xFF on "
             "\xE2\x80\xAE"
             "fritz");
    refuses(&it, "Restarted the queue [31mworkers on fritz");
    it = slash("timeline add");
    add_text(&it, "text", "Restarted the queue workers on fritz");
    add_text(&it, "time", "soon");
    refuses(&it, "```\nRestarted the queue workers on fritz\n```");
}

static void minutes_and_files(void **state)
{
    static const int64_t minutes[] = {-5, 0, 10081};
    (void)state;
    (void)caller_declares(&caller);
    for (size_t i = 0; i < sizeof minutes / sizeof minutes[0]; i++) {
        struct interaction it = slash("incident update");
        add_text(&it, "message", "Still down");
        add_number(&it, "next_in", minutes[i]);
        refuses(&it, "from 1 to 10080");
    }
    struct interaction old = slash("timeline add");
    add_number(&old, "text", 5);
    refuses(&old, "your Discord app shows an older command");
    struct interaction it = slash("timeline add");
    add_text(&it, "text", "The log");
    add_file(&it, "file", "sidekiq.log", 1000001);
    refuses(&it, "1000001 bytes; at most 1000000");
    it = slash("timeline add");
    add_text(&it, "text", "The log");
    add_file(&it, "file", "gpj\xE2\x80\xAE.exe", 10);
    refuses(&it, "the file's name");
}

static void strangers(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction it = slash("incident status");
    it.guild_id = 0;
    refuses(&it, "not in direct messages");
    it = slash("incident status");
    it.user.is_bot = true;
    refuses(&it, "Only people");
    it = slash("incident explode");
    refuses(&it, "does not know this command");
    it = slash("resolve");
    it.command_type = 2;
    refuses(&it, "does not know this command");

    uint64_t other = GUILD + 1;
    caller.config.guilds = (struct id_list){&other, 1};
    it = slash("incident status");
    refuses(&it, "does not serve this server");
    other = GUILD;
    (void)caller_does(&caller, &it);
    assert_says(caller_does(&caller, &it), "INC-1");
}

static void authority(void **state)
{
    uint64_t responders[] = {ROLE_SRE}, commanders[] = {DMA};
    (void)state;
    (void)caller_declares(&caller);
    struct id_list *allowed = caller.config.access.allowed;
    allowed[RIGHT_RESPOND] = (struct id_list){responders, 1};
    allowed[RIGHT_COMMAND] = (struct id_list){commanders, 1};
    allowed[RIGHT_RESOLVE] = (struct id_list){commanders, 1};

    struct interaction it = slash("incident declare");
    add_text(&it, "title", "Search is down");
    assert_says(caller_does(&caller, &it), "one of the responders will");
    it = slash("incident cancel");
    it.user.id = DMA;
    add_text(&it, "incident", "INC-2");
    add_text(&it, "reason", "A test");
    (void)caller_does(&caller, &it);

    it = slash("ic assign");
    add_user(&it, "user", NOVA, "nova");
    refuses(&it, "You may not assign roles and move incidents here");
    it = slash("resolve");
    refuses(&it, "You may not resolve incidents");
    /* A move needs more than a message does; resolving more than a move. */
    it = slash("incident update");
    add_text(&it, "message", "Disk is full");
    add_text(&it, "state", "identified");
    refuses(&it, "You may not assign roles and move incidents here");
    it = button("1|incident update|1|state=resolved");
    refuses(&it, "You may not resolve incidents");
    it = slash("incident update");
    add_text(&it, "message", "Disk is full");
    assert_says(caller_does(&caller, &it), "Kept as #");
    it.role_count = 0;
    refuses(&it, "You may not write to the record");
    it = slash("resolve");
    it.user.id = DMA;
    add_text(&it, "summary", "Disk freed");
    assert_says(caller_does(&caller, &it), "is resolved");
}

/* Nothing could have been kept, and everybody may know how it stands. */
static void authority_to_read(void **state)
{
    static const char *const names[] = {"timeline list", "action list",
                                        "alert list", "probe list",
                                        "postmortem preview"};
    static const char *const administers[] = {"opsroom health",
                                              "opsroom export"};
    uint64_t responders[] = {ROLE_SRE};
    (void)state;
    (void)caller_declares(&caller);
    caller.config.access.allowed[RIGHT_RESPOND] =
        (struct id_list){responders, 1};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct interaction it = slash(names[i]);
        it.role_count = 0;
        refuses(&it, "Only responders may read this here. Ask somebody who "
                     "may, or ask whoever runs opsroom to add you or one of "
                     "your roles to `access` in its settings. `/incident "
                     "status` tells how an incident stands, and so does "
                     "**What is happening?** in its live room.");
        assert_null(strstr(caller_does(&caller, &it), "kept"));
    }
    for (size_t i = 0; i < sizeof administers / sizeof administers[0]; i++) {
        struct interaction it = slash(administers[i]);
        refuses(&it, "You may not administer opsroom here. Ask somebody");
        assert_null(strstr(caller_does(&caller, &it), "kept"));
    }
    struct interaction it = slash("probe mute");
    it.role_count = 0;
    refuses(&it, "Nothing was kept.");
}

/* Command given to a reader: nobody would learn of it until it matters. */
static void a_role_for_somebody_who_may_not(void **state)
{
    uint64_t responders[] = {ROLE_SRE}, resolvers[] = {NOVA};
    (void)state;
    (void)caller_declares(&caller);
    struct id_list *allowed = caller.config.access.allowed;
    allowed[RIGHT_RESPOND] = (struct id_list){responders, 1};
    struct interaction it = slash("ic assign");
    it.roles[it.role_count++] = ROLE_SRE;
    add_user(&it, "user", DMA, "dma");
    assert_null(strstr(caller_does(&caller, &it), "may not")); /* unknown */
    it = slash("ic handoff");
    it.roles[it.role_count++] = ROLE_SRE;
    add_user(&it, "user", DMA + 1, "finch");
    add_text(&it, "conditions", "Calm");
    cJSON *roles = cJSON_CreateArray();
    it.options[0].user.roles = roles;
    assert_says(caller_does(&caller, &it),
                "**But finch may not write to the record here.** Whoever runs "
                "opsroom can change that");
    cJSON_Delete(roles);
    it = slash("ic assign");
    it.roles[it.role_count++] = ROLE_SRE;
    add_user(&it, "user", DMA, "dma");
    char role[24];
    (void)snprintf(role, sizeof role, "%" PRIu64, ROLE_SRE);
    const char *ids[] = {role};
    roles = cJSON_CreateStringArray(ids, 1);
    it.options[0].user.roles = roles;
    assert_null(strstr(caller_does(&caller, &it), "may not"));
    allowed[RIGHT_RESOLVE] = (struct id_list){resolvers, 1};
    add_text(&it, "role", "scribe");
    assert_null(strstr(caller_does(&caller, &it), "may not"));
    it.user.id = DMA;
    it.options[1].text = STR("commander");
    it.options[0].user.id = DMA + 2;
    assert_says(caller_does(&caller, &it), "may not resolve incidents here");
    cJSON_Delete(roles);
}

static void stale_and_forged_buttons(void **state)
{
    static const char *const unknown[] = {
        "",
        "resolve",
        "2|resolve|1|",
        "1|resolve",
        "1|resolve|",
        "1|resolve|-1|",
        "1|explode|1|",
        "1|resolve|x|",
        "1||1|",
        "1|resolve|99999999999999999999|",
        ("1|timeline add|1|by=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
         "a"),
    };
    (void)state;
    (void)caller_declares(&caller);
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        struct interaction it = button(unknown[i]);
        refuses(&it, "This button is not known");
    }
    struct interaction it = button("1|resolve|77|");
    refuses(&it, "belongs to no incident of this server");
    it = button("1|resolve|1|");
    it.guild_id = GUILD + 1;
    refuses(&it, "belongs to no incident of this server");
    it = button("1|incident update|1|state=resolved|mood=bad");
    refuses(&it, "a field that opsroom does not know");
    it = button("1|incident update|1|state=review");
    refuses(&it, "Choose one of");
    it = button("1|ic assign|1|user=nova");
    refuses(&it, "has to be a member");
    it = button("1|ic assign|1|");
    refuses(&it, "Say who");
}

static void a_bot_gets_no_role(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction it = slash("ic assign");
    add_user(&it, "user", DMA, "Carl*bot");
    it.options[0].user.is_bot = true;
    refuses(&it, "Carl\\*bot is a bot");
}

/* The rules' refusals, worded by them. */
static void moves_that_are_not_legal(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction it = slash("resolve");
    add_text(&it, "summary", "Disk freed");
    (void)caller_does(&caller, &it);
    int64_t kept = caller_kept(&caller);
    it.channel_id = 1001;
    assert_says(caller_does(&caller, &it), "already resolved");
    it = slash("incident update");
    it.channel_id = 1001;
    add_text(&it, "message", "Down again, and nobody knows the reason");
    add_text(&it, "state", "mitigated");
    const char *words = caller_does(&caller, &it);
    assert_says(words, "cannot become mitigated");
    assert_says(words, ". Nothing was kept.\nWhat you typed, to copy");
    assert_says(words, "investigating");
    assert_says(words, "```\nDown again, and nobody knows the reason\n```");
    assert_int_equal(caller_kept(&caller), kept);
}

/* The database failed: nothing was kept, and the text is not lost. */
static void sorry(void **state)
{
    (void)state;
    struct interaction it = slash("timeline add");
    add_text(&it, "text", "Restarted the queue workers on fritz");
    struct answer made;
    cJSON *answer = command_sorry(&it, &made);
    const cJSON *data = cJSON_GetObjectItem(answer, "data");
    const char *words = cJSON_GetObjectItem(data, "content")->valuestring;
    assert_says(words, "nothing was kept");
    assert_says(words, "```\nRestarted the queue workers on fritz\n```");
    assert_int_equal(made.file.n, 0);
    answer_release(&made);
    cJSON_Delete(answer);

    char *text = repeat("Restarted the queue ", 150);
    it = slash("resolve");
    add_text(&it, "summary", text);
    answer = command_sorry(&it, &made);
    assert_int_equal(made.file.n, strlen(text) + 1);
    assert_memory_equal(made.file.s, text, strlen(text));
    answer_release(&made);
    cJSON_Delete(answer);
    free(text);
}

#define CASE(name)                                                             \
    cmocka_unit_test_setup_teardown(name, caller_setup, caller_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(bad_text),
        CASE(missing_options),
        CASE(several_texts),
        CASE(long_text),
        CASE(text_is_given_back),
        CASE(minutes_and_files),
        CASE(strangers),
        CASE(authority),
        CASE(authority_to_read),
        CASE(stale_and_forged_buttons),
        CASE(a_bot_gets_no_role),
        CASE(a_role_for_somebody_who_may_not),
        CASE(moves_that_are_not_legal),
        CASE(sorry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
