/* What is offered while somebody types, and the option `incident`. */
#include "bot/base/utf8.h"
#include "commands/attempt.h"
#include "commands/complete.h"
#include "tests/lib/one_caller.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_offers(const struct interaction *it, const char *expected)
{
    assert_string_equal(caller_is_offered(&caller, it), expected);
}

static void incidents(void **state)
{
    (void)state;
    struct interaction it = typing("timeline add", "incident", "");
    assert_offers(&it, "");
    (void)caller_declares(&caller);
    (void)caller_declares(&caller);
    struct interaction end = slash("resolve");
    add_text(&end, "summary", "Disk freed");
    add_text(&end, "incident", "inc-1");
    assert_says(caller_does(&caller, &end), "**INC-1** is resolved");
    assert_offers(&it, "INC-2\tINC-2 Logins fail (investigating)\n"
                       "INC-1\tINC-1 Logins fail (resolved)\n");
    it = typing("timeline add", "incident", " RESOLV");
    assert_offers(&it, "INC-1\tINC-1 Logins fail (resolved)\n");
    it.guild_id = GUILD + 1;
    assert_offers(&it, "");
}

static void never_a_private_one(void **state)
{
    (void)state;
    uint64_t admins[] = {DMA + 5};
    struct interaction declare = slash("incident declare");
    add_text(&declare, "title", "Leak");
    add_flag(&declare, "private", true);
    (void)caller_does(&caller, &declare);
    caller_room(&caller, 1);
    caller.config.access.allowed[RIGHT_ADMIN] = (struct id_list){admins, 1};
    static const struct {
        uint64_t user, channel;
        bool knows;
    } cases[] = {
        {NOVA, LOBBY, true},     /* declared it */
        {DMA, LOBBY, false},     /* anybody */
        {DMA, 1001, true},       /* is in its room */
        {DMA + 5, LOBBY, true},  /* an admin */
        {DMA + 6, LOBBY, false}, /* until given a role, below */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct interaction it = typing("timeline add", "incident", "");
        struct interaction add = slash("timeline add");
        it.user.id = add.user.id = cases[i].user;
        it.channel_id = add.channel_id = cases[i].channel;
        add_text(&add, "text", "Found it");
        add_text(&add, "incident", "1");
        assert_offers(
            &it, cases[i].knows ? "INC-1\tINC-1 Leak (investigating)\n" : "");
        const char *words = caller_does(&caller, &add);
        assert_says(words, cases[i].knows ? "of **INC-1**"
                                          : "There is no INC-1 in this server "
                                            "that you may see");
    }
    struct interaction assign = slash("ic assign");
    add_user(&assign, "user", DMA + 6, "scribe");
    add_text(&assign, "role", "scribe");
    (void)caller_does(&caller, &assign);
    struct interaction it = typing("timeline add", "incident", "");
    it.user.id = DMA + 6;
    assert_offers(&it, "INC-1\tINC-1 Leak (investigating)\n");
}

static void times(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction it = typing("timeline add", "time", "");
    const char *all = caller_is_offered(&caller, &it);
    assert_says(all, "now\tnow (19:10 UTC)\n");
    assert_says(all, "5m ago\t5m ago (19:05 UTC)\n");
    it = typing("timeline add", "time", "18:5");
    assert_offers(&it, "");
    it = typing("timeline add", "time", "18:53");
    assert_offers(&it, "18:53\t18:53 UTC\n");
    it = typing("timeline add", "time", "18:53 CET");
    assert_offers(&it, "18:53 CET\t18:53 CET (17:53 UTC)\n");
    it = typing("timeline add", "time", "5m");
    assert_says(caller_is_offered(&caller, &it), "15m ago\t");
    it = typing("timeline add", "time", "yesterday 23:50");
    assert_offers(&it, "yesterday 23:50\tyesterday 23:50 (2022-12-12 23:50 "
                       "UTC)\n");
    it = typing("timeline add", "time", "yesterdayish");
    assert_offers(&it, "");
}

static void change(const char *where, const char *incident, uint64_t user)
{
    struct interaction it = slash("timeline change");
    it.user.id = user;
    add_text(&it, "what", "TTL");
    add_text(&it, "where", where);
    add_text(&it, "from", "60");
    add_text(&it, "to", "600");
    add_text(&it, "incident", incident);
    (void)caller_does(&caller, &it);
    assert_true(caller.requested);
}

/* Of this incident first, then of others that one may know of. */
static void places(void **state)
{
    (void)state;
    struct interaction declare = slash("incident declare");
    add_text(&declare, "title", "Leak");
    add_flag(&declare, "private", true);
    (void)caller_does(&caller, &declare);
    (void)caller_declares(&caller);
    (void)caller_declares(&caller);
    change("vault-1", "1", NOVA);
    change("cdn-eu", "2", NOVA);
    change("node-2", "3", NOVA);
    change("cdn-eu", "3", NOVA);
    struct interaction it = typing("timeline change", "where", "");
    it.channel_id = 1002;
    assert_offers(&it, "cdn-eu\tcdn-eu\nnode-2\tnode-2\nvault-1\tvault-1\n");
    it.user.id = DMA;
    assert_offers(&it, "cdn-eu\tcdn-eu\nnode-2\tnode-2\n");
    it = typing("timeline change", "where", "NODE");
    assert_offers(&it, "node-2\tnode-2\n");
    it.guild_id = GUILD + 1;
    assert_offers(&it, "");
}

typedef void completer(const struct call *call, struct str typed,
                       struct choices *out);

/* To somebody who types where the last command was used. */
static void assert_completes(completer *complete, const char *typed,
                             const char *expected)
{
    struct choices choices = {cJSON_CreateArray(), 0};
    struct buf offered = BUF_INIT(10000);
    const cJSON *choice;
    complete(&caller.run.call, str_of(typed), &choices);
    cJSON_ArrayForEach(choice, choices.list)
    {
        buf_addf(&offered, "%s\t%s\n",
                 cJSON_GetObjectItem(choice, "value")->valuestring,
                 cJSON_GetObjectItem(choice, "name")->valuestring);
    }
    assert_string_equal(buf_text(&offered), expected);
    buf_release(&offered);
    cJSON_Delete(choices.list);
}

static void add_entry(const char *text, const char *kind)
{
    struct interaction it = slash("timeline add");
    add_text(&it, "text", text);
    add_text(&it, "kind", kind);
    add_text(&it, "time", "18:53");
    (void)caller_does(&caller, &it);
    assert_int_equal(caller.taken.outcome.verdict, VERDICT_ACCEPTED);
}

static void takes(struct event draft, enum request_kind kind)
{
    struct request request = {.kind = kind, .draft = draft};
    struct incident in;
    request.draft.actor = request.draft.recorder =
        (struct actor){ACTOR_MEMBER, NOVA, STR("nova")};
    caller_in(&caller, 1, &in);
    assert_int_equal(store_begin(caller.store), ERR_OK);
    assert_int_equal(road_take(caller.store, &in, &request, NOW,
                               &caller.taken.after, &caller.taken.outcome),
                     ERR_OK);
    assert_int_equal(caller.taken.outcome.verdict, VERDICT_ACCEPTED);
    assert_int_equal(store_commit(caller.store), ERR_OK);
}

static void entries(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    add_entry("Queue\nrestarted", "action"); /* #4 */
    add_entry("Buy a disk", "idea");
    add_entry("Wrong", "note");
    takes((struct event){.target = 6, .text = STR("Other incident")},
          REQUEST_STRIKE);
    change("cdn-eu", "1", NOVA); /* #8 */
    assert_completes(complete_entries, "",
                     "#8\t#8 19:10 nova: TTL on cdn-eu: 60 → 600\n"
                     "#5\t#5 18:53 nova: Buy a disk\n"
                     "#4\t#4 18:53 nova: Queue restarted\n"
                     "#1\t#1 19:10 nova: Logins fail\n");
    assert_completes(complete_entries, "queue",
                     "#4\t#4 18:53 nova: Queue restarted\n");
    assert_completes(complete_entries, "#5", "#5\t#5 18:53 nova: Buy a disk\n");
    assert_completes(complete_entries, "99", "");
    assert_completes(complete_open, "",
                     "#8\t#8 19:10 nova: TTL on cdn-eu: 60 → 600\n"
                     "#5\t#5 18:53 nova: Buy a disk\n");
}

/* What has no words of its own is known by who, what file, what link. */
static void entries_without_text(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction it = slash("ic assign"); /* #4 */
    add_user(&it, "user", DMA, "dma");
    (void)caller_does(&caller, &it);
    it = slash("ic leave");
    it.user.id = DMA;
    it.user.name = STR("dma");
    (void)caller_does(&caller, &it);
    it = slash("incident link");
    add_text(&it, "url", "https://example.org/217");
    (void)caller_does(&caller, &it);
    takes((struct event){.kind = EVENT_LINK,
                         .visibility = VISIBILITY_LIVE,
                         .service = STR("forum")},
          REQUEST_LINK);
    it = slash("timeline add");
    add_text(&it, "text", "A log");
    add_file(&it, "file", "nginx.log", 4);
    (void)caller_does(&caller, &it);
    takes((struct event){.kind = EVENT_TASK,
                         .effect = EFFECT_FETCH,
                         .target = fetch_target(8, 0),
                         .visibility = VISIBILITY_LIVE,
                         .file_name = STR("nginx.log"),
                         .file_bytes = 4,
                         .file_sha256 = STR("00")},
          REQUEST_EFFECT);
    assert_completes(complete_entries, "",
                     "#9\t#9 19:10 nova: nginx.log (of #8)\n"
                     "#8\t#8 19:10 nova: A log\n"
                     "#7\t#7 19:10 nova: forum\n"
                     "#6\t#6 19:10 nova: https://example.org/217\n"
                     "#5\t#5 19:10 dma: commander: nobody now\n"
                     "#4\t#4 19:10 nova: commander: dma\n"
                     "#1\t#1 19:10 nova: Logins fail\n");
}

static void action_items(void **state)
{
    (void)state;
    struct event item = {.text = STR("Alert on disk space"),
                         .item_kind = ITEM_KIND_DETECT,
                         .item_state = ITEM_OPEN};
    (void)caller_declares(&caller);
    takes(item, REQUEST_ITEM); /* #4 */
    item.text = STR("Bigger disk");
    item.item_kind = ITEM_KIND_PREVENT;
    item.holder = (struct actor){ACTOR_MEMBER, DMA, STR("dma")};
    takes(item, REQUEST_ITEM);
    item.text = STR("Tidy up");
    item.item_kind = ITEM_KIND_NONE;
    takes(item, REQUEST_ITEM);
    add_entry("Later", "note");
    assert_completes(
        complete_items, "",
        "INC-1 #4\tINC-1 #4 Alert on disk space (detect, volunteer wanted)\n"
        "INC-1 #5\tINC-1 #5 Bigger disk (prevent, dma)\n"
        "INC-1 #6\tINC-1 #6 Tidy up (dma)\n");
    assert_completes(complete_items, "DMA",
                     "INC-1 #5\tINC-1 #5 Bigger disk (prevent, dma)\n"
                     "INC-1 #6\tINC-1 #6 Tidy up (dma)\n");
}

/* However many came since. */
static void an_old_incident_by_its_number(void **state)
{
    (void)state;
    for (int i = 0; i < 130; i++)
        (void)caller_declares(&caller);
    struct interaction it = typing("timeline add", "incident", "inc-12");
    assert_true(str_starts(str_of(caller_is_offered(&caller, &it)),
                           "INC-12\tINC-12 Logins fail (investigating)\n"));
    it = typing("timeline add", "incident", "9");
    assert_true(str_starts(str_of(caller_is_offered(&caller, &it)), "INC-9\t"));
    it = typing("timeline add", "incident", "inc-999");
    assert_offers(&it, "");
    it = typing("timeline add", "incident", "inc-12");
    it.guild_id = GUILD + 1;
    assert_offers(&it, "");
}

/* However many were open before. */
static void a_new_item_by_its_incident(void **state)
{
    (void)state;
    const struct event item = {.text = STR("Bigger disk"),
                               .item_state = ITEM_OPEN};
    (void)caller_declares(&caller);
    for (int i = 0; i < 120; i++)
        takes(item, REQUEST_ITEM);
    (void)caller_declares(&caller);
    struct interaction add = slash("action add");
    add_text(&add, "text", "Alert on disk space");
    add_text(&add, "incident", "INC-2");
    (void)caller_does(&caller, &add);
    static const char *const typed[] = {"INC-2", "inc-2 #", "INC-2 #4"};
    for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++) {
        struct interaction it = typing("action done", "id", typed[i]);
        assert_offers(&it, "INC-2 #4\tINC-2 #4 Alert on disk space"
                           " (volunteer wanted)\n");
    }
}

/* A bare number is one of the room's items, as the command takes it: not the
 * first one of an incident that is called so. */
static void a_bare_number_is_of_the_room(void **state)
{
    (void)state;
    static const char *const of[] = {"INC-1", "INC-4"};
    for (int i = 0; i < 4; i++)
        (void)caller_declares(&caller);
    for (int i = 0; i < 2; i++) {
        struct interaction add = slash("action add");
        add_text(&add, "text", "Bigger disk");
        add_text(&add, "incident", of[i]);
        (void)caller_does(&caller, &add);
    }
    struct interaction it = typing("action done", "id", "4");
    it.channel_id = 1001;
    assert_offers(&it, "INC-1 #4\tINC-1 #4 Bigger disk (volunteer wanted)\n"
                       "INC-4 #4\tINC-4 #4 Bigger disk (volunteer wanted)\n");
    it = typing("action done", "id", "INC-4");
    it.channel_id = 1001;
    assert_offers(&it, "INC-4 #4\tINC-4 #4 Bigger disk (volunteer wanted)\n");
}

/* Silence, where a command would be refused in words. */
/* As many as Discord takes, and none longer than that. */
static void offers_fit_discord(void **state)
{
    (void)state;
    struct choices choices = {cJSON_CreateArray(), 0};
    char text[102];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    choices_add(&choices, str_of(text), STR("too long to be taken"));
    assert_int_equal(choices.count, 0);
    choices_add(&choices, (struct str){text, 100}, str_of(text));
    const cJSON *name = cJSON_GetObjectItem(choices.list->child, "name");
    assert_int_equal(utf16_units(str_of(name->valuestring)), 100);
    for (int i = 0; i < 30; i++) {
        (void)snprintf(text, sizeof text, "%d", i);
        choices_add(&choices, str_of(text), STR("a choice"));
    }
    assert_int_equal(cJSON_GetArraySize(choices.list), 25);
    assert_true(choices_full(&choices));
    cJSON_Delete(choices.list);
}

static void nothing_is_refused_aloud(void **state)
{
    (void)state;
    uint64_t ids[] = {DMA};
    struct interaction it = typing("explode", "time", "");
    assert_offers(&it, "");
    it = typing("timeline add", "mood", "");
    assert_offers(&it, "");
    it = typing("timeline add", "text", "x"); /* offers nothing */
    assert_offers(&it, "");
    it = typing("timeline add", "time", "");
    it.options[0].focused = false;
    assert_offers(&it, "");
    it = typing("timeline add", "time", ""); /* no incident is open */
    assert_says(caller_is_offered(&caller, &it), "now\t");
    it.guild_id = 0;
    assert_offers(&it, "");
    it = typing("timeline add", "time", "");
    caller.config.access.allowed[RIGHT_RESPOND] = (struct id_list){ids, 1};
    assert_offers(&it, "");
}

static void named_incident(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    (void)caller_declares(&caller);
    struct interaction it = slash("timeline add");
    add_text(&it, "text", "Queue restarted");
    assert_says(caller_does(&caller, &it),
                "or name it with the option `incident`");
    static const struct {
        const char *typed, *says;
    } cases[] = {
        {"INC-1", "of **INC-1**"},
        {"inc-2", "of **INC-2**"},
        {" 2 ", "of **INC-2**"},
        {"3", "There is no INC-3 in this server"},
        {"INC-", "has to be a number"},
        {"0", "has to be a number"},
        {"-1", "has to be a number"},
        {"99999999999999999999", "has to be a number"},
        {"Logins fail", "has to be a number"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        it = slash("timeline add");
        add_text(&it, "text", "Queue restarted");
        add_text(&it, "incident", cases[i].typed);
        it.channel_id = 1001; /* the other one's room does not matter */
        assert_says(caller_does(&caller, &it), cases[i].says);
    }
    it = slash("timeline add");
    it.guild_id = GUILD + 1;
    add_text(&it, "text", "Queue restarted");
    add_text(&it, "incident", "1");
    assert_says(caller_does(&caller, &it), "There is no INC-1");
}

/* Two that differ: neither of them is struck on a guess. */
static void an_entry_of_another_incident(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    (void)caller_declares(&caller);
    for (int i = 0; i < 2; i++) {
        struct interaction add = slash("timeline add");
        add_text(&add, "text", "Queue restarted");
        add_text(&add, "incident", i == 0 ? "1" : "2");
        (void)does(&add);
    }
    struct interaction it = slash("timeline strike");
    add_text(&it, "id", "INC-1 #4");
    add_text(&it, "reason", "It was another host");
    add_text(&it, "incident", "INC-2");
    keeps_nothing(&it, "`id` names an entry of INC-1, but the command is about "
                       "INC-2. Nothing was kept");
    it.options[2].text = STR("inc-1");
    assert_says(does(&it), "Entry #4 of **INC-1** is struck");
}

static void help(void **state)
{
    (void)state;
    struct interaction it = slash("help");
    const char *words = caller_does(&caller, &it);
    assert_true(str_starts(str_of(words), "- `/incident declare`: Declare"));
    assert_says(words,
                "\nAlso:\n- `/incident` status, list, update, set, link, "
                "reopen, cancel, snooze\n- `/ic` handoff, who, leave\n"
                "- `/timeline` change, list, edit, strike, settle, "
                "import\n- `/action` add, ");
    assert_says(words, "\n- `/postmortem` preview, write\nOn a message");
    assert_null(strstr(words, "- `/help`"));
    assert_says(words, "*Add to timeline*");
    assert_says(words, "\nMore of one, such as `/help command:resolve`.");
    add_text(&it, "command", "/timeline add");
    words = caller_does(&caller, &it);
    assert_true(str_starts(str_of(words), "`/timeline add`: Keep what"));
    assert_says(words, "- **`text`**: What happened");
    assert_says(words, "(theory, confirmed, ruled-out)");
    assert_says(words, "- `incident`: Which");
    it = slash("help");
    add_text(&it, "command", "declare");
    words = caller_does(&caller, &it);
    assert_true(str_starts(str_of(words), "`/incident declare`: Declare"));
    it = slash("help");
    add_text(&it, "command", "/probe");
    words = caller_does(&caller, &it);
    assert_true(str_starts(str_of(words), "These have that in their name:\n"
                                          "- `/probe list`: "));
    assert_null(strstr(words, "/timeline"));
    it = slash("help");
    add_text(&it, "command", "*banana*");
    assert_string_equal(caller_does(&caller, &it),
                        "There is no /\\*banana\\*. `/help` shows what there "
                        "is.");
    static const struct {
        const char *typed, *is;
    } slips[] = {
        {"resovle", "resolve"},
        {"/TIMELINE ADDD", "timeline add"},
        {"asign", "ic assign"},
    };
    for (size_t i = 0; i < sizeof slips / sizeof slips[0]; i++) {
        char says[100];
        it = slash("help");
        add_text(&it, "command", slips[i].typed);
        (void)snprintf(says, sizeof says, ". The nearest: `/%s`.", slips[i].is);
        words = caller_does(&caller, &it);
        assert_true(str_ends(str_of(words), says));
    }
    it = typing("help", "command", "TIMELINE c");
    assert_offers(&it, "timeline change\ttimeline change\n");

    /* Only what one may do. */
    uint64_t ids[] = {DMA};
    caller.config.access.allowed[RIGHT_DECLARE] = (struct id_list){ids, 1};
    it = slash("help");
    words = caller_does(&caller, &it);
    assert_null(strstr(words, "`/incident declare`"));
    assert_null(strstr(words, "*Declare incident*"));
    assert_null(strstr(words, "`/alert` list, ignore"));
    assert_says(words, "\n- `/alert` list\n");
    assert_says(words, "`/timeline add`");
    assert_says(words, "*Add to timeline*");
    it = slash("help");
    add_text(&it, "command", "declarre");
    assert_null(strstr(caller_does(&caller, &it), "nearest"));
}

/* What has to be given, and nothing else. */
static struct interaction shortest(const struct command *command,
                                   const char *entry)
{
    struct interaction it = slash(command->name);
    for (int i = 0; i < command_option_count(command); i++) {
        const struct option *option = &command->options[i];
        if (!option->required)
            continue;
        if (option->type == VALUE_USER)
            add_user(&it, option->name, DMA, "dma");
        else
            add_text(&it, option->name, entry);
    }
    if (str_is(str_of(command->name), "timeline settle"))
        it.options[1].text = STR("dropped");
    else if (str_is(str_of(command->name), "postmortem write"))
        add_text(&it, "section", "causes");
    return it;
}

/* Discord lets nobody leave out what has to be given. */
static void help_promises_a_form_where_one_opens(void **state)
{
    (void)state;
    for (int i = 0; i < command_count; i++) {
        const struct command *command = commands[i];
        if (command->form_title == NULL)
            continue;
        caller_teardown(state);
        caller_setup_declared(state);
        bool is_item = strncmp(command->name, "action", 6) == 0;
        struct interaction it = slash(is_item ? "action add" : "timeline add");
        add_text(&it, "text", "Look at the queue");
        if (!is_item)
            add_text(&it, "kind", "idea");
        (void)does(&it);
        char entry[24];
        (void)snprintf(entry, sizeof entry, "#%" PRId64, kept()->seq);
        it = shortest(command, entry);
        (void)caller_does(&caller, &it);
        bool opens = caller_answer_type(&caller) == 9;
        it = slash("help");
        add_text(&it, "command", command->name);
        bool says = strstr(caller_does(&caller, &it), "a form asks") != NULL;
        if (opens != says)
            fail_msg("/%s opens %s form: %s", command->name, opens ? "a" : "no",
                     caller_does(&caller, &it));
    }
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, caller_setup, caller_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(entries),
        TEST(entries_without_text),
        TEST(action_items),
        TEST(an_old_incident_by_its_number),
        TEST(a_new_item_by_its_incident),
        TEST(a_bare_number_is_of_the_room),
        TEST(places),
        TEST(incidents),
        TEST(never_a_private_one),
        TEST(times),
        TEST(help),
        TEST(help_promises_a_form_where_one_opens),
        TEST(offers_fit_discord),
        TEST(nothing_is_refused_aloud),
        TEST(named_incident),
        TEST(an_entry_of_another_incident),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
