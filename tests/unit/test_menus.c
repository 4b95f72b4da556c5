/* A menu on a message or a member is a slash command with its options filled
 * in. */
#include "bot/base/utf8.h"
#include "storage/rooms.h"
#include "tests/lib/one_caller.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LINK                                                                   \
    "https://discord.com/channels/900000000000000001/900000000000000002/"

static void add_file_to(struct interaction *it, const char *name, int64_t bytes)
{
    struct interaction_message *message = &it->target_message;
    message->files[message->file_count++] = (struct interaction_file){
        .id = 5,
        .name = str_of(name),
        .type = STR("image/png"),
        .url = STR("https://cdn.example.org/x"),
        .bytes = bytes,
    };
}

/* Two clicks: the menu, and its entry. */
static void a_message_becomes_an_entry(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction it =
        message_menu("Add to timeline", " The queue *stopped*\nat node 2 ");
    assert_says(does(&it), "of **INC-1** at 19:03 UTC");
    assert_int_equal(kept()->kind, EVENT_NOTE);
    assert_text(kept()->text, "The queue *stopped*\nat node 2");
    assert_int_equal(kept()->source, SOURCE_MENU);
    assert_int_equal(kept()->occurred.precision, WHEN_EXACT);
    assert_true(kept()->occurred.from_ms == WRITTEN);
    assert_int_equal(kept()->actor.type, ACTOR_MEMBER);
    assert_true(kept()->actor.id == DMA);
    assert_text(kept()->actor.name, "dma");
    assert_true(kept()->recorder.id == NOVA);
    assert_true(str_starts(kept()->link, LINK));
    assert_true(str_eq(kept()->origin, kept()->link));

    /* The same message again. */
    assert_says(caller_does(&caller, &it), "already");
    assert_int_equal(caller.taken.outcome.verdict, VERDICT_ALREADY);
}

/* Struck by mistake, or too early: a strike cannot be taken back. */
static void a_message_counts_again(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction it = message_menu("Add to timeline", "Queue stopped");
    (void)does(&it);
    struct interaction strike = slash("timeline strike");
    add_text(&strike, "id", "#4");
    add_text(&strike, "reason", "It was another host");
    (void)does(&strike);
    assert_says(does(&it), "Kept as #6 of **INC-1**");
    assert_text(kept()->text, "Queue stopped");
    keeps_nothing(&it, "has this already: it is entry \\#6");
}

/* A copy would have our markup, and stand in the live room. */
static void what_the_bot_wrote_is_in_the_record_already(void **state)
{
    static const char *const names[] = {"Add to timeline", "Attach as evidence",
                                        "Park as idea", "Make action item"};
    (void)state;
    (void)caller_declares(&caller);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct interaction it =
            message_menu(names[i], "18:53 · **note** · nova: Salaries\n-# #4");
        struct room_message shown = {.ordinal = 1,
                                     .first_seq = 2,
                                     .last_seq = 4,
                                     .message_id = it.target_message.id};
        assert_int_equal(store_begin(caller.store), ERR_OK);
        assert_int_equal(
            store_put_room_message(caller.store, 1, ROOM_WAR, &shown), ERR_OK);
        assert_int_equal(store_commit(caller.store), ERR_OK);
        keeps_nothing(&it, "opsroom wrote that message: what it shows stands "
                           "in the record of **INC-1** already");
        assert_non_null(caller_button(&caller, "Write an action item"));
        /* A card, or a reminder. */
        it.target_message.id += 1 + i;
        it.target_message.author.is_bot = true;
        it.application_id = it.target_message.author.id;
        keeps_nothing(&it, "stands in the record already");
        it.application_id++; /* another bot's word */
        (void)does(&it);
    }
}

static void other_menus_say_what_it_is(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction it = message_menu("Park as idea", "Buy a bigger disk");
    (void)does(&it);
    assert_int_equal(kept()->kind, EVENT_IDEA);
    assert_int_equal(kept()->visibility, VISIBILITY_ROOM);
    it = message_menu("Attach as evidence", "See the graph");
    it.target_message.id += 1;
    add_file_to(&it, "graph.png", 1000);
    add_file_to(&it, "core.bin", 5000000);
    add_file_to(&it, "log.txt", 10);
    assert_says(does(&it), "1 of the message's files could not be kept");
    assert_int_equal(kept()->kind, EVENT_EVIDENCE);
    assert_int_equal(caller.run.request.fetch_count, 2);
    assert_text(caller.run.request.fetches[1].name, "log.txt");
    /* An action item has no files, so none is missed. */
    it = message_menu("Make action item", "Buy a bigger disk");
    it.target_message.id += 2;
    add_file_to(&it, "core.bin", 5000000);
    assert_null(strstr(does(&it), "could not be kept"));
    /* What is an entry may become an item, too; each of them once. */
    keeps_nothing(&it, "has this already: it is action item");
    struct interaction add = message_menu("Add to timeline", "Buy a disk");
    add.target_message.id = it.target_message.id;
    (void)does(&add);
    keeps_nothing(&add, "has this already: it is entry");
}

/* Pictures without words, a monitor's embed, a bot, more than an entry holds,
 * and what no record should hold. */
static void odd_messages(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction it = message_menu("Add to timeline", "");
    add_file_to(&it, "a.png", 10);
    add_file_to(&it, "b.png", 10);
    (void)does(&it);
    assert_text(kept()->text, "Attached: a.png, b.png");

    it = message_menu("Add to timeline", " ");
    it.target_message.id += 1;
    it.target_message.author.is_bot = true;
    it.target_message.author.name = STR("UptimeRobot");
    cJSON *embeds = cJSON_Parse("[{\"title\":\"Monitor is DOWN\","
                                "\"description\":\"HTTP 504\"}]");
    it.target_message.embeds = embeds;
    (void)does(&it);
    cJSON_Delete(embeds);
    assert_text(kept()->text, "Monitor is DOWN\nHTTP 504");
    assert_int_equal(kept()->actor.type, ACTOR_ROBOT);

    it = message_menu("Add to timeline", "a\xE2\x80\xAE"
                                         "b\x1b[31m");
    it.target_message.id += 2;
    (void)does(&it);
    assert_text(kept()->text, "ab[31m");

    /* Who wrote it is not known, only who brought it here. */
    it = message_menu("Add to timeline", "Nothing loads");
    it.target_message.id += 6;
    it.target_message.is_forwarded = true;
    (void)does(&it);
    assert_text(kept()->text, "Forwarded: Nothing loads");

    cJSON *mentions =
        cJSON_Parse("[{\"id\":\"900000000000000012\",\"username\":\"dma\"}]");
    it = message_menu("Add to timeline",
                      "<@900000000000000012> and <@!900000000000000012>, see "
                      "<#5> <@5> <3");
    it.target_message.id += 4;
    it.target_message.mentions = mentions;
    (void)does(&it);
    assert_text(kept()->text, "@dma and @dma, see <#5> <@5> <3");
    cJSON_Delete(mentions);

    /* Our clock may be behind Discord's. */
    it = message_menu("Add to timeline", "Early");
    it.target_message.id += UINT64_C(3600000) << 22;
    (void)does(&it);
    assert_true(kept()->occurred.from_ms == NOW);

    char text[4001];
    memset(text, 'x', 4000);
    text[4000] = '\0';
    it = message_menu("Add to timeline", text);
    it.target_message.id += 3;
    assert_says(does(&it), "The message is longer than an entry: only its "
                           "first 1499 characters are kept. `/timeline add` "
                           "takes the rest, as text or as `file`.");
    assert_int_equal(kept()->text.n, TEXT_UNITS - 1 + strlen("…"));
    assert_true(str_ends(kept()->text, "…"));
    assert_null(strstr(caller_does(&caller, &it), "longer than an entry"));
    text[TEXT_UNITS] = '\0';
    it = message_menu("Add to timeline", text);
    it.target_message.id += 5;
    assert_null(strstr(does(&it), "longer than an entry"));
}

/* More than fits: what is left out is said. */
static void an_alert_as_long_as_may_be(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    char content[3 * 1400 + 1] = "", text[3 * 4096 + 1] = "";
    cJSON *embeds = cJSON_Parse("[{}]");
    struct interaction it = message_menu("Add to timeline", content);
    for (size_t i = 0; i + 1 < sizeof text; i += 3)
        memcpy(text + i, "語", 4);
    memcpy(content, text, sizeof content - 1);
    cJSON_AddStringToObject(embeds->child, "description", text);
    it.target_message.content = str_of(content);
    it.target_message.author.is_bot = true;
    it.target_message.embeds = embeds;
    assert_says(does(&it), "The message is longer than an entry");
    assert_int_equal(utf16_units(kept()->text), TEXT_UNITS);
    cJSON_Delete(embeds);
}

/* Nothing to say: the form asks, and the message waits for it. */
static void an_empty_message_opens_the_form(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction it = message_menu("Add to timeline", "");
    assert_string_equal(caller_does(&caller, &it), "");
    const cJSON *data = cJSON_GetObjectItem(caller.answer, "data");
    assert_says(cJSON_GetObjectItem(data, "title")->valuestring,
                "Add to INC-1");
}

/* A thread in the room is the room. */
static void in_a_thread(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    (void)caller_declares(&caller);
    struct interaction it = message_menu("Add to timeline", "Down");
    it.channel_id = 55;
    it.parent_id = 1001;
    assert_says(does(&it), "of **INC-1**");
}

static void nothing_to_add_to(void **state)
{
    (void)state;
    struct interaction it = message_menu("Add to timeline", "Down");
    assert_says(caller_does(&caller, &it), "No incident is open here");
    it = message_menu("Explode", "Down");
    assert_says(caller_does(&caller, &it), "does not know this command");
    it = message_menu("timeline add", "Down"); /* a slash command's name */
    assert_says(caller_does(&caller, &it), "does not know this command");
    assert_false(caller.requested);
}

static char *custom_id_of_form(void)
{
    const cJSON *data = cJSON_GetObjectItem(caller.answer, "data");
    const cJSON *id = cJSON_GetObjectItem(data, "custom_id");
    assert_non_null(id);
    return strdup(id->valuestring);
}

static const char *field_value(int place)
{
    const cJSON *data = cJSON_GetObjectItem(caller.answer, "data");
    const cJSON *label =
        cJSON_GetArrayItem(cJSON_GetObjectItem(data, "components"), place);
    const cJSON *value =
        cJSON_GetObjectItem(cJSON_GetObjectItem(label, "component"), "value");
    return value == NULL ? "" : value->valuestring;
}

/* As Discord sends it: the JSON of the message is kept for the form. */
static cJSON *message_json(const struct interaction *it)
{
    struct buf text = BUF_INIT(2000);
    buf_addf(
        &text,
        "{\"id\":\"%llu\",\"channel_id\":\"%llu\",\"author\":{\"id\":"
        "\"%llu\",\"username\":\"dma\"},\"content\":\"%.*s\","
        "\"attachments\":[{\"id\":\"5\",\"filename\":\"a.png\",\"size\":10,"
        "\"url\":\"https://cdn.example.org/a?sig=1\"}]}",
        (unsigned long long)it->target_message.id, (unsigned long long)LOBBY,
        (unsigned long long)DMA, STR_ARG(it->target_message.content));
    cJSON *json = cJSON_Parse(buf_text(&text));
    assert_non_null(json);
    buf_release(&text);
    return json;
}

static bool is_the_report(const struct event *event, void *context)
{
    (void)context;
    assert_int_equal(event->kind, EVENT_REPORT);
    assert_text(event->text, "Site is down");
    assert_true(event->actor.id == DMA);
    assert_true(event->occurred.from_ms == WRITTEN);
    assert_true(str_starts(event->link, LINK));
    return true;
}

/* A menu has no options, and the message stands where it stands. */
static void of_two_incidents_a_button_says_which(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    (void)caller_declares(&caller);
    struct interaction it = message_menu("Attach as evidence", "See the graph");
    cJSON *json = message_json(&it);
    it.id = 77;
    it.target_json = json;
    keeps_nothing(&it, "2 incidents are open. Which one is it?\n"
                       "- **INC-2** in <#1002>: Logins fail\n"
                       "- **INC-1** in <#1001>: Logins fail\n"
                       "Nothing was kept yet.");
    assert_non_null(caller_button(&caller, "INC-2"));
    assert_says(caller_presses(&caller, "INC-1"), "of **INC-1** at 19:03 UTC");
    assert_true(caller.taken.accepted);
    assert_int_equal(kept()->kind, EVENT_EVIDENCE);
    assert_text(kept()->text, "See the graph");
    assert_true(kept()->actor.id == DMA);
    assert_true(kept()->occurred.from_ms == WRITTEN);
    assert_int_equal(caller.run.request.fetch_count, 1);
    it = message_menu("Make action item", "Alert on it");
    it.id = 78;
    it.target_json = json;
    (void)caller_does(&caller, &it);
    assert_says(caller_presses(&caller, "INC-2"), "**INC-2 #4**");
    cJSON_Delete(json);
}

/* "It was my cron job", an hour later in the lobby. */
static void of_past_incidents_a_button_says_which(void **state)
{
    static const char *const ends[] = {"resolve", "incident cancel", NULL};
    (void)state;
    for (int i = 0; i < 2; i++) {
        int64_t id = caller_declares(&caller);
        struct interaction end = slash(ends[i]);
        add_text(&end, i == 0 ? "summary" : "reason", "It was a cron job");
        end.channel_id = 1000 + (uint64_t)id;
        (void)does(&end);
    }
    struct interaction it = slash("incident declare");
    add_text(&it, "title", "Leak");
    add_flag(&it, "private", true);
    (void)does(&it);
    it.options[0].text = STR("Stolen laptop");
    (void)does(&it);
    it = slash("resolve");
    add_text(&it, "incident", "4");
    add_text(&it, "summary", "It was found");
    (void)does(&it);
    it = message_menu("Add to timeline", "It was my cron job");
    cJSON *json = message_json(&it);
    it.id = 77;
    it.user.id = DMA; /* who does not know of the private ones */
    it.target_json = json;
    keeps_nothing(&it, "No incident is open here. Which past one is it about?\n"
                       "- **INC-1** in <#1001>: Logins fail\n"
                       "Nothing was kept yet.");
    assert_null(caller_button(&caller, "INC-3"));
    char *id = strdup(caller_button(&caller, "INC-1"));
    it = button(id);
    it.user.id = DMA;
    assert_says(does(&it), "of **INC-1** at 19:03 UTC");
    cJSON_Delete(json);
    free(id);
}

/* There are buttons for the latest; the words of the message are copied. */
static void an_older_one_is_reached_otherwise(void **state)
{
    (void)state;
    struct interaction it = message_menu("Add to timeline", "It was my job");
    cJSON *json = message_json(&it);
    it.id = 77;
    it.target_json = json;
    for (int i = 0; i < 6; i++) {
        assert_null(strstr(caller_does(&caller, &it), "and others"));
        int64_t id = caller_declares(&caller);
        struct interaction end = slash("resolve");
        add_text(&end, "summary", "It was a cron job");
        end.channel_id = 1000 + (uint64_t)id;
        (void)does(&end);
    }
    keeps_nothing(&it, "\n- and others: by `/timeline add` with the option "
                       "`incident`\nNothing was kept yet.");
    assert_non_null(caller_button(&caller, "INC-2"));
    assert_null(caller_button(&caller, "INC-1"));
    cJSON_Delete(json);
}

/* Its picture's name tells nobody what is down. */
static void an_alert_gives_its_words_for_a_title(void **state)
{
    (void)state;
    struct interaction it = message_menu("Declare incident", "");
    cJSON *embeds = cJSON_Parse("[{\"fields\":[{\"name\":\"Error\","
                                "\"value\":\"HTTP 504\"}]}]");
    it.id = 77;
    it.target_message.author.is_bot = true;
    it.target_message.embeds = embeds;
    add_file_to(&it, "graph.png", 10);
    cJSON *json = message_json(&it);
    it.target_json = json;
    assert_string_equal(caller_does(&caller, &it), ""); /* the form */
    assert_string_equal(field_value(0), "Error: HTTP 504");
    cJSON_Delete(json);
    cJSON_Delete(embeds);
}

static void declared_from_a_message(void **state)
{
    (void)state;
    struct interaction it = message_menu("Declare incident", "Site is down");
    cJSON *json = message_json(&it);
    it.id = 77;
    it.target_json = json;
    assert_string_equal(caller_does(&caller, &it), ""); /* the form */
    assert_string_equal(field_value(0), "Site is down");
    assert_string_equal(field_value(2), "2022-12-13 19:03:00");
    char *id = custom_id_of_form();
    assert_string_equal(id, "1|incident declare|0|msg=77");
    cJSON_Delete(json);

    struct interaction sent = form(id);
    add_text(&sent, "title", "Nothing loads");
    /* Not somebody else's. */
    sent.user.id = DMA;
    assert_says(caller_does(&caller, &sent), "somebody else's");
    sent.user.id = NOVA;
    assert_says(does(&sent), "**INC-1** is declared, SEV3: Nothing loads");
    assert_int_equal(caller.run.call.accepted, 2);
    int64_t seq = caller.taken.after.last_seq;
    assert_int_equal(store_event(caller.store, 1, seq, is_the_report, NULL),
                     ERR_OK);
    assert_int_equal(scratch_number(caller.scratch,
                                    "SELECT count(*) FROM outbox"
                                    " WHERE kind = 'fetch'"),
                     1);
    assert_true(
        when_is_set(&caller.taken.after.milestones[MILESTONE_FIRST_REPORT]));
    /* Once. */
    sent.id = 78;
    assert_says(caller_does(&caller, &sent), "used already");
    assert_false(caller.requested);
    free(id);
    it = message_menu("Add to timeline", "Site is down");
    keeps_nothing(&it, "has this already: it is entry \\#2");
}

/* Its words become the first report, which the live room of a public incident
 * would show to everybody. */
static void declared_from_a_private_room(void **state)
{
    (void)state;
    struct interaction it = slash("incident declare");
    add_text(&it, "title", "Leak");
    add_flag(&it, "private", true);
    (void)does(&it);
    caller_room(&caller, 1);
    (void)caller_declares(&caller);
    for (int i = 0; i < 2; i++) {
        it = message_menu("Declare incident", "The dump is at x");
        cJSON *json = message_json(&it);
        it.channel_id = i == 0 ? 1001 : 1002;
        it.id = 77 + (uint64_t)i;
        it.target_json = json;
        (void)caller_does(&caller, &it);
        char *id = custom_id_of_form();
        struct interaction sent = form(id);
        sent.channel_id = i == 0 ? 3000 : 1002; /* a thread of it */
        sent.parent_id = i == 0 ? 1001 : 0;
        add_text(&sent, "title",
                 i == 0 ? "Mail relay is down" : "Search is slow");
        const char *words = does(&sent);
        assert_true(caller.taken.after.is_private == (i == 0));
        if (i == 0)
            assert_says(words, "\nIt is private, like **INC-1**, in whose room "
                               "the message stands: only responders will see");
        cJSON_Delete(json);
        free(id);
    }
    /* A title that somebody types says no more than they want. */
    it = slash("incident declare");
    add_text(&it, "title", "DNS is wrong");
    it.channel_id = 1001;
    (void)does(&it);
    assert_false(caller.taken.after.is_private);
}

/* What served as its room, as none could be made, is everybody's. */
static void declared_where_a_private_one_has_no_room(void **state)
{
    (void)state;
    struct interaction it = slash("incident declare");
    add_text(&it, "title", "Leak");
    (void)does(&it);
    caller_room_failed(&caller, 1);
    it = slash("incident set");
    add_flag(&it, "private", true);
    (void)does(&it);
    it = message_menu("Declare incident", "Mail is slow");
    cJSON *json = message_json(&it);
    it.id = 77;
    it.target_json = json;
    (void)caller_does(&caller, &it);
    char *id = custom_id_of_form();
    struct interaction sent = form(id);
    add_text(&sent, "title", "Mail relay is down");
    assert_null(strstr(does(&sent), "It is private"));
    assert_false(caller.taken.after.is_private);
    cJSON_Delete(json);
    free(id);
}

static void a_member_becomes_commander(void **state)
{
    (void)state;
    (void)caller_declares(&caller);
    struct interaction it = user_menu("Assign as commander");
    assert_says(does(&it), "dma is commander of **INC-1**");
    assert_int_equal(kept()->source, SOURCE_MENU);
}

static void menus_need_the_right_of_their_command(void **state)
{
    (void)state;
    uint64_t ids[] = {DMA};
    (void)caller_declares(&caller);
    caller.config.access.allowed[RIGHT_COMMAND] = (struct id_list){ids, 1};
    struct interaction it = user_menu("Assign as commander");
    assert_says(caller_does(&caller, &it), "You may not assign roles");
    assert_true(caller.run.answer.denied);
    assert_int_equal(caller.run.answer.denied_right, RIGHT_COMMAND);
    assert_false(caller.requested);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, caller_setup, caller_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_message_becomes_an_entry),
        TEST(a_message_counts_again),
        TEST(what_the_bot_wrote_is_in_the_record_already),
        TEST(other_menus_say_what_it_is),
        TEST(odd_messages),
        TEST(an_alert_as_long_as_may_be),
        TEST(an_empty_message_opens_the_form),
        TEST(nothing_to_add_to),
        TEST(in_a_thread),
        TEST(of_two_incidents_a_button_says_which),
        TEST(of_past_incidents_a_button_says_which),
        TEST(an_older_one_is_reached_otherwise),
        TEST(an_alert_gives_its_words_for_a_title),
        TEST(declared_from_a_message),
        TEST(declared_from_a_private_room),
        TEST(declared_where_a_private_one_has_no_room),
        TEST(a_member_becomes_commander),
        TEST(menus_need_the_right_of_their_command),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
