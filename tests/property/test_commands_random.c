/*
 * Whatever a client sends, known or forged: there is a private answer that
 * Discord takes, a refusal changes nothing, and a private incident is named to
 * nobody outside of its room. SEED and ROUNDS choose another run; a failure
 * names its own.
 */
#include "bot/base/utf8.h"
#include "bot/discord/json.h"
#include "bot/discord/message.h"
#include "bot/postmortem/postmortem.h"
#include "bot/room/room.h"
#include "commands/check.h"
#include "commands/menus.h"
#include "storage/verify.h"
#include "tests/lib/caller.h"
#include "tests/lib/chance.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CALLS   150
#define SECRET  "Keys of the vault leaked"
#define TITLE   "Logins fail"
#define HELD    INT64_C(1) /* the private incident, in channel 1001 */
#define IN_HELD UINT64_C(1001)

static struct caller caller;

/* ---- chance ---- */

static uint64_t seed, chance;

static int below(int n)
{
    return (int)chance_below(&chance, (uint64_t)n);
}

static bool one_in(int n)
{
    return below(n) == 0;
}

/* ---- what clients send ---- */

static const char *const texts[] = {
    "Restarted the queue workers",
    "a\nb\n\n> c\n- d",
    "",
    " \t\n ",
    "@everyone <@123> <@&5> @here <#7> </resolve:1>",
    "<this file> | `x` ```fence``` ~~~ **b** __u__ ||s|| [a](http://b) # h",
    "\xF0\x9F\x94\xA5\xF0\x9F\x94\xA5 \xE6\x97\xA5\xE6\x9C\xAC",
    "bad \xFF\xFE utf-8 \xC3",
    "\x1B[31mred\x01\x7F",
    "\xE2\x80\xAEturned\xE2\x80\x8F",
    "{{title}} {{{x}}} <!-- opsroom: INC-1 --> --- \\",
    "18:53",
    "22:XX",
    "5m ago",
    "Dec 17 22:XX",
    "between 2022-12-10 and 2022-12-12",
    "99:99",
    "mitigated",
    "resolved",
    "investigating",
    "cancelled",
    "closed",
    "none",
    "me",
    "yes",
    "5",
    "000000000000000000000000000000000000000000000000000000000000000005",
    "99999999999999999999999",
    "-1",
    "finding",
    "idea",
    "confirmed",
    "private",
    "room",
    "https://example.org/a?b=@everyone",
    "https://",
    "#217",
    "<@!900000000000000011>",
    "nobody",
};

/* Lives until the next call is through. */
static struct str any_text(void)
{
    static char pool[16][9000];
    static int next;
    char *text = pool[next++ % 16];
    size_t n = 0, most = (size_t[]){80, 300, 1500, 4000, 8900}[below(5)];
    if (!one_in(4))
        return str_of(texts[below(sizeof texts / sizeof *texts)]);
    struct str piece = str_of(texts[below(sizeof texts / sizeof *texts)]);
    while (piece.n > 0 && n + piece.n <= most) {
        memcpy(text + n, piece.s, piece.n);
        n += piece.n;
        if (one_in(3))
            piece = str_of(texts[below(sizeof texts / sizeof *texts)]);
    }
    text[n] = '\0';
    return (struct str){text, n};
}

/* Mostly what the option is for. */
static struct str fit_text(const struct option *option)
{
    static const char *const times[] = {"18:53", "5m ago", "22:XX", "~18:52"};
    if (one_in(6))
        return any_text();
    switch (option->type) {
    case VALUE_CHOICE:
        return str_of(word_of(option->choices, below(option->choices->count)));
    case VALUE_TIME:
        return str_of(times[below(4)]);
    case VALUE_FLAG:
        return STR("yes");
    case VALUE_MINUTES:
        return STR("30");
    case VALUE_USER:
        return STR("me");
    case VALUE_LINK:
        return STR("#217");
    case VALUE_ENTRY:
        return one_in(3) ? STR("INC-1 #2") : STR("#3");
    case VALUE_INCIDENT:
        return STR("INC-1");
    case VALUE_TEXT:
    case VALUE_FILE:
        break;
    }
    return one_in(3) ? any_text() : STR("Restarted the `queue` workers");
}

static void add_option(struct interaction *it, const struct option *option)
{
    static const enum option_type types[] = {
        OPTION_TYPE_STRING, OPTION_TYPE_INTEGER, OPTION_TYPE_BOOLEAN,
        OPTION_TYPE_USER,   OPTION_TYPE_CHANNEL, OPTION_TYPE_ATTACHMENT};
    static const struct option unknown = {.name = "mood"};
    bool is_forged = option == NULL || one_in(60);
    if (option == NULL)
        option = &unknown;
    if (it->option_count == INTERACTION_OPTIONS)
        return;
    struct interaction_option *raw = &it->options[it->option_count++];
    *raw = (struct interaction_option){
        .name = is_forged ? any_text() : str_of(option->name),
        .type = OPTION_TYPE_STRING,
        .text = fit_text(option),
        .number = one_in(4) ? (int64_t)chance_next(&chance) : 1 + below(300),
        /* Whoever may, may make the held one public: not here. */
        .flag = one_in(2) || strcmp(option->name, "private") == 0,
        .id = chance_next(&chance),
        .user = {.id = chance_next(&chance) % 3 + NOVA,
                 .name = any_text(),
                 .is_bot = one_in(9)},
        .file = {5, any_text(), any_text(), STR("https://example.org/x"),
                 below(1100000)},
    };
    if (it->type == INTERACTION_COMMAND || it->type == INTERACTION_AUTOCOMPLETE)
        raw->type = one_in(60) ? types[below(6)] : option_discord_type(option);
}

/* Required ones nearly always. */
static void add_options(struct interaction *it, const struct command *command)
{
    int count = command == NULL ? 0 : command_option_count(command);
    for (int i = 0; i < count; i++)
        if (command->options[i].required ? !one_in(40) : one_in(4))
            add_option(it, &command->options[i]);
    if (count > 0 && command->scope == SCOPE_INCIDENT && one_in(8))
        add_option(it, &incident_option);
    for (int i = one_in(100) ? below(30) : 0; i > 0; i--)
        add_option(it, NULL);
}

static void make_custom_id(struct interaction *it,
                           const struct command *command)
{
    static char id[20000];
    int count = command == NULL ? 0 : command_option_count(command);
    int n = snprintf(id, sizeof id, "1|%s|%d|",
                     command == NULL ? "explode" : command->name, below(5));
    for (int i = below(3); i > 0 && count > 0; i--) {
        const struct option *option = &command->options[below(count)];
        struct str value = fit_text(option);
        n += snprintf(id + n, sizeof id - (size_t)n, "%s=%.*s|", option->name,
                      STR_ARG(value));
    }
    if (n > 100 && !one_in(9))
        n = 100; /* as long as Discord lets them be */
    it->custom_id = one_in(30) ? any_text() : (struct str){id, (size_t)n};
}

/* Lives until the next one. */
static const cJSON *any_embeds(void)
{
    static cJSON *embeds;
    cJSON *embed = json_object(), *field = json_object(), *fields;
    cJSON_Delete(embeds);
    embeds = json_array();
    fields = json_array();
    json_set_text(field, "name", any_text());
    json_set_text(field, "value", any_text());
    json_add(fields, field);
    json_set_text(embed, "title", any_text());
    json_set_text(embed, "description", any_text());
    json_set(embed, "fields", fields);
    json_add(embeds, embed);
    return embeds;
}

static void open_menu(struct interaction *it)
{
    const struct menu *menu = &menus[below(menu_count)];
    bool fits = !one_in(9);
    it->command_type = (int)menu->type;
    str_copy_to(it->command, str_of(menu->name));
    if ((menu->type == MENU_USER) == fits)
        it->target_user =
            (struct interaction_user){.id = NOVA + (uint64_t)below(3),
                                      .name = any_text(),
                                      .is_bot = one_in(9)};
    else if (!one_in(9))
        it->target_message = (struct interaction_message){
            .id = (uint64_t)(WRITTEN - INT64_C(1420070400000)) << 22 |
                  (uint64_t)below(3000),
            .channel_id = LOBBY,
            .author = {.id = NOVA + (uint64_t)below(3),
                       .name = any_text(),
                       .is_bot = one_in(9)},
            .content = any_text(),
            .embeds = any_embeds(),
            .files = {{5, any_text(), any_text(), STR("https://example.org/x"),
                       below(1100000)}},
            .file_count = below(2),
        };
}

static void begin_typing(struct interaction *it)
{
    if (it->option_count == 0)
        return;
    struct interaction_option *raw = &it->options[below(it->option_count)];
    raw->focused = true;
    if (one_in(2))
        raw->text = STR("");
}

static struct interaction any_interaction(void)
{
    static const uint64_t channels[] = {LOBBY, IN_HELD, 1002, 2002, 1003, 77};
    const struct command *command =
        one_in(30) ? NULL : commands[below(command_count)];
    struct interaction it = slash(command == NULL ? "explode" : command->name);
    it.type = (enum interaction_type[]){
        INTERACTION_COMMAND, INTERACTION_COMMAND, INTERACTION_COMPONENT,
        INTERACTION_FORM, INTERACTION_AUTOCOMPLETE}[below(5)];
    make_custom_id(&it, command);
    if (it.type == INTERACTION_COMMAND && one_in(6))
        open_menu(&it);
    if (it.type == INTERACTION_COMPONENT && one_in(3))
        it.chosen = any_text();
    it.on_private = one_in(2);
    it.parent_id = one_in(9) ? 1002 : 0;
    it.channel_id = channels[below(6)];
    it.guild_id = one_in(30) ? 0 : one_in(30) ? 7 : GUILD;
    it.user.id = NOVA + (uint64_t)below(3);
    it.user.name = one_in(3) ? any_text() : STR("nova");
    it.user.is_bot = one_in(40);
    if (it.type != INTERACTION_COMMAND || it.command_type == 1)
        add_options(&it, command);
    if (it.type == INTERACTION_AUTOCOMPLETE)
        begin_typing(&it);
    return it;
}

/* ---- what must hold ---- */

static void check_message(const cJSON *data)
{
    const char *content =
        cJSON_GetStringValue(cJSON_GetObjectItem(data, "content"));
    const cJSON *mentions = cJSON_GetObjectItem(data, "allowed_mentions");
    assert_non_null(content);
    assert_true(utf8_valid(str_of(content)));
    assert_in_range(utf16_units(str_of(content)), 1, MESSAGE_UNITS);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(mentions, "parse")),
                     0);
    assert_null(cJSON_GetObjectItem(mentions, "users"));
}

/* Who declared it, who has a role in it, and who is in its room. */
static bool may_know_held(const struct interaction *it)
{
    struct incident held;
    bool has_role = false;
    caller_in(&caller, HELD, &held);
    for (int i = 0; i < ROLE_HOLDERS; i++)
        has_role = has_role || (held.holders[i].role != ROLE_NONE &&
                                held.holders[i].user_id == it->user.id);
    return it->channel_id == IN_HELD || it->user.id == NOVA || has_role;
}

static void check_secrecy(void)
{
    char *answer = cJSON_Print(caller.answer);
    if (strstr(answer, SECRET) != NULL || strstr(answer, "<#1001>") != NULL)
        fail_msg("a private incident is named: %s", answer);
    free(answer);
}

static void call_once(void)
{
    struct interaction it = any_interaction();
    int64_t before = caller_kept(&caller);
    bool may_know = may_know_held(&it);
    (void)caller_does(&caller, &it);
    const cJSON *data = cJSON_GetObjectItem(caller.answer, "data");
    if (cJSON_GetObjectItem(data, "content") != NULL)
        check_message(data);
    if (!may_know)
        check_secrecy();
    bool accepted =
        caller.requested && caller.taken.outcome.verdict == VERDICT_ACCEPTED;
    if (!accepted)
        assert_int_equal(caller_kept(&caller), before);
    else if (caller.taken.after.id == HELD)
        assert_true(may_know);
    caller.now_ms += below(600000);
}

static bool check_entry(const struct event *event, void *context)
{
    const struct incident *in = context;
    struct buf text = BUF_INIT(100000);
    entry_add(&text, &(struct shown){.event = *event}, ENTRY_UNITS);
    assert_in_range(utf16_units(buf_str(&text)), 1, ENTRY_UNITS);
    if (in->is_private || event->visibility == VISIBILITY_PRIVATE)
        assert_false(entry_belongs(in, event, ROOM_LIVE));
    buf_release(&text);
    return true;
}

/* Card, entries and page can be made of it. */
static bool check_incident(const struct incident *in, void *context)
{
    static const struct postmortem_settings settings = {.template = NULL,
                                                        .repository = "/r",
                                                        .branch = "main",
                                                        .path =
                                                            "{date}-{slug}.md",
                                                        .author_name = "a",
                                                        .author_email = "b"};
    struct buf page = BUF_INIT(8u << 20), why = BUF_INIT(500);
    struct incident copy = *in;
    (void)context;
    cJSON_Delete(
        card_message(in, &(struct card_parts){.probes = STR_NONE}, ROOM_WAR));
    assert_int_equal(store_each_event(caller.store, in->id, EVENTS_BY_SEQ, 0,
                                      check_entry, &copy),
                     ERR_OK);
    if (postmortem_render(caller.store, in, &settings, &page, &why) != ERR_OK)
        fail_msg("INC-%" PRId64 ": %s", in->id, buf_text(&why));
    buf_release(&page);
    buf_release(&why);
    return true;
}

/* What autocomplete and lists could let out. */
static void write_secrets(void)
{
    struct interaction it = slash("timeline change");
    it.channel_id = IN_HELD;
    add_text(&it, "what", SECRET);
    add_text(&it, "where", SECRET);
    add_text(&it, "from", SECRET);
    add_text(&it, "to", SECRET);
    (void)caller_does(&caller, &it);
    assert_true(caller.requested);
    it = slash("timeline add");
    it.channel_id = IN_HELD;
    add_text(&it, "text", SECRET);
    (void)caller_does(&caller, &it);
    assert_true(caller.requested);
}

static void play_one(void)
{
    struct verdicts verdicts;
    struct buf report = BUF_INIT(1u << 20);
    chance = seed;
    caller_open(&caller);
    struct interaction it = slash("incident declare");
    add_text(&it, "title", SECRET);
    add_flag(&it, "private", true);
    (void)caller_does(&caller, &it);
    caller_room(&caller, HELD);
    write_secrets();
    (void)caller_declares(&caller);
    for (int i = 0; i < CALLS; i++)
        call_once();
    if (store_verify(caller.store, &verdicts, &report) != ERR_OK)
        fail_msg("%s", buf_text(&report));
    assert_int_equal(store_each_incident(caller.store, check_incident, NULL),
                     ERR_OK);
    buf_release(&report);
    caller_close(&caller);
}

static void clients_send_anything(void **state)
{
    uint64_t first = chance_setting("SEED", 1);
    uint64_t rounds = chance_setting("ROUNDS", 40);
    (void)state;
    for (seed = first; seed < first + rounds; seed++)
        play_one();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clients_send_anything),
    };
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    if (failures != 0)
        print_message("# again: SEED=%" PRIu64 " ROUNDS=1 "
                      "build/san/tests/property/test_commands_random\n",
                      seed);
    return failures;
}
