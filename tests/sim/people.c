/* People who use the bot, each wish under a word of its own by which it is
 * found again in the record. */
#include "tests/sim/people.h"

#include "bot/base/mem.h"
#include "bot/discord/custom_id.h"
#include "bot/discord/interaction.h"
#include "bot/discord/json.h"
#include "commands/command.h"
#include "tests/lib/room_world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN_MS      900000
#define PATIENCE_MS   1000 /* of the deadline, for the way to the bot */
#define DISCORD_BEGAN INT64_C(1420070400000)

static struct ask *asks;
static int ask_count, ask_room;
static int words;
static uint64_t next_id;

void people_reset(void)
{
    for (int i = 0; i < ask_count; i++) {
        free(asks[i].said);
        for (int k = 0; k < 4; k++)
            free((char *)(uintptr_t)asks[i].typed[k]);
    }
    ask_count = words = 0;
    next_id = 0;
}

int people_ask_count(void)
{
    return ask_count;
}

struct ask *people_ask(int i)
{
    return &asks[i];
}

const char *act_name(enum people_act act)
{
#define ACT_NAME(name) #name,
    static const char *const names[] = {PEOPLE_ACT_LIST(ACT_NAME)};
    return names[act];
}

bool is_secret(const char *text)
{
    return strstr(text, "secretq") != NULL;
}

/* ---- asking ---- */

struct ask *people_ask_new(enum people_act act, const char *kind)
{
    if (ask_count == ask_room) {
        ask_room = ask_room == 0 ? 64 : ask_room * 2;
        asks = mem_resize(asks, (size_t)ask_room * sizeof *asks);
    }
    struct ask *ask = &asks[ask_count++];
    *ask = (struct ask){.act = act, .created_ms = sim.now_ms, .who = sim.actor};
    ask->id = ((uint64_t)(sim.now_ms - DISCORD_BEGAN) << 22) + ++next_id;
    (void)snprintf(ask->token, sizeof ask->token, "tok-%" PRIu64, next_id);
    (void)snprintf(ask->word, sizeof ask->word, "%sq%dz", kind, ++words);
    return ask;
}

int ask_number(const struct ask *ask)
{
    return (int)(ask - asks) + 1;
}

struct ask *people_find(uint64_t id)
{
    for (int i = ask_count; i-- > 0;)
        if (asks[i].id == id)
            return &asks[i];
    return NULL;
}

static void on_deadline(void *context)
{
    struct ask *ask = people_find((uint64_t)(uintptr_t)context);
    if (ask == NULL || ask->is_answered || ask->is_excused ||
        ask->delivered_ms == 0 ||
        ask->delivered_ms - ask->created_ms > PATIENCE_MS)
        return;
    sim_fail("%s (%s) got no answer in time", act_name(ask->act), ask->word);
}

/* The name of a slash command, or of the one that a button stands for. */
static const struct command *command_in(const cJSON *data)
{
    const cJSON *nested = cJSON_GetArrayItem(json_get(data, "options"), 0);
    struct str name = json_text(data, "name");
    struct custom_id id;
    char text[100];
    if (custom_id_parse(json_text(data, "custom_id"), &id))
        return command_find(id.command);
    bool is_group = json_get(nested, "options") != NULL;
    (void)snprintf(text, sizeof text, "%.*s%s%.*s", STR_ARG(name),
                   is_group ? " " : "",
                   STR_ARG(is_group ? json_text(nested, "name") : STR_NONE));
    return command_find(str_of(text));
}

static void note_rights(struct ask *ask, const struct command *command)
{
    ask->reads = command != NULL && command->reads;
    ask->may = command == NULL || command->anybody ||
               caller_may(ask->who, command->right);
}

void people_send(struct ask *ask, int type, uint64_t channel_id, cJSON *data,
                 cJSON *message)
{
    cJSON *all = json_object(), *channel = json_object();
    json_set_id(all, "id", ask->id);
    json_set_id(all, "application_id", WORLD_BOT);
    json_set_number(all, "type", type);
    json_set_text(all, "token", str_of(ask->token));
    caller_sign(ask->who, all);
    note_rights(ask, command_in(data));
    ask->channel_id = channel_id;
    json_set_id(all, "channel_id", channel_id);
    json_set_id(channel, "id", channel_id);
    json_set_number(channel, "type", 0);
    json_set(all, "channel", channel);
    json_set(all, "data", data);
    if (message != NULL)
        json_set(all, "message", message);
    sim_tell("%s (%s) by %s", act_name(ask->act), ask->word,
             caller_name(ask->who));
    sim_at(sim.now_ms + ANSWER_MS + 1, on_deadline,
           (void *)(uintptr_t)ask->id); /* 64 bits everywhere we test */
    gateway_dispatch("INTERACTION_CREATE", all);
}

static cJSON *options_of(const struct option_given *given)
{
    cJSON *list = json_array();
    for (; given->name != NULL; given++) {
        cJSON *option = json_object();
        json_set_text(option, "name", str_of(given->name));
        json_set_number(option, "type", given->type);
        if (given->type == OPTION_TYPE_BOOLEAN)
            json_set(option, "value", cJSON_CreateBool(given->flag));
        else if (given->type == OPTION_TYPE_INTEGER)
            json_set_number(option, "value", strtod(given->text, NULL));
        else
            json_set_text(option, "value", str_of(given->text));
        json_add(list, option);
    }
    return list;
}

/* `command`: "timeline add". types: the first option, still. */
static cJSON *command_data(const char *command,
                           const struct option_given *given, bool types)
{
    cJSON *data = json_object(), *options = options_of(given);
    struct str rest = str_of(command), first;
    (void)str_cut(&rest, ' ', &first);
    if (types)
        json_set_true(options->child, "focused");
    json_set_number(data, "type", 1);
    json_set_text(data, "name", first);
    if (rest.n > 0) {
        cJSON *nested = json_object(), *list = json_array();
        json_set_text(nested, "name", rest);
        json_set_number(nested, "type", 1);
        json_set(nested, "options", options);
        json_add(list, nested);
        options = list;
    }
    json_set(data, "options", options);
    return data;
}

/* ---- which incident ---- */

#define KNOWN 12
static struct {
    int64_t ids[KNOWN];
    int count;
    struct incident in;
} known;

static bool note_id(const struct incident *in, void *context)
{
    (void)context;
    if (known.count < KNOWN)
        known.ids[known.count++] = in->id;
    return known.count < KNOWN;
}

/* False: there is none that anybody knows of. */
static bool choose(int which)
{
    if (!sim.is_running || sim.store == NULL || store_in_transaction(sim.store))
        return false;
    known.count = 0;
    sim.is_looking = true;
    bool ok = store_each_incident(sim.store, note_id, NULL) == ERR_OK &&
              known.count > 0 &&
              store_incident(sim.store, known.ids[which % known.count],
                             &known.in) == ERR_OK;
    sim.is_looking = false;
    return ok;
}

/* Declared in private, and never shown since. */
static bool is_private_born(const struct incident *in)
{
    return is_secret(in->title);
}

const char *people_kind(const struct incident *in)
{
    return is_private_born(in) && caller_may_know(sim.actor, in) ? "secret"
                                                                 : "w";
}

/* ---- what they do ---- */

void people_ask_command(struct ask *ask, const char *command,
                        const struct option_given *given, cJSON *resolved)
{
    uint64_t channel = known.in.war_is_borrowed ? 0 : known.in.war_channel_id;
    struct option_given all[8];
    bool types = ask->act == ACT_TYPE;
    char name[24];
    int n = 0;
    while (given[n].name != NULL) {
        all[n] = given[n];
        n++;
    }
    if (channel == 0 || !caller_sees(ask->who, channel)) {
        (void)snprintf(name, sizeof name, "INC-%" PRId64, known.in.id);
        all[n++] = (struct option_given){"incident", 3, name, false};
        channel = WORLD_ORIGIN;
    }
    all[n] = (struct option_given){NULL, 0, NULL, false};
    ask->incident_id = known.in.id;
    cJSON *data = command_data(command, all, types);
    if (resolved != NULL)
        json_set(data, "resolved", resolved);
    people_send(ask, types ? INTERACTION_AUTOCOMPLETE : INTERACTION_COMMAND,
                channel, data, NULL);
}

void people_ask_alone(struct ask *ask, const char *command,
                      const struct option_given *given)
{
    bool types = ask->act == ACT_TYPE;
    people_send(ask, types ? INTERACTION_AUTOCOMPLETE : INTERACTION_COMMAND,
                WORLD_ORIGIN, command_data(command, given, types), NULL);
}

static void ask_command(struct ask *ask, const char *command,
                        const struct option_given *given)
{
    people_ask_command(ask, command, given, NULL);
}

static void declare(bool is_private)
{
    struct ask *ask =
        people_ask_new(is_private ? ACT_DECLARE_PRIVATE : ACT_DECLARE,
                       is_private ? "secret" : "w");
    const struct option_given options[] = {
        {"title", 3, ask->word, false},
        {"private", OPTION_TYPE_BOOLEAN, NULL, is_private},
        {NULL, 0, NULL, false}};
    people_ask_alone(ask, "incident declare", options);
}

static void add(enum people_act act, const char *visibility)
{
    bool is_hidden = act == ACT_ADD_PRIVATE;
    struct ask *ask = people_ask_new(act, is_hidden ? "hidden"
                                          : is_private_born(&known.in)
                                              ? people_kind(&known.in)
                                          : act == ACT_ADD_ROOM ? "inner"
                                                                : "w");
    const struct option_given options[] = {{"text", 3, ask->word, false},
                                           {"visibility", 3, visibility, false},
                                           {NULL, 0, NULL, false}};
    ask_command(ask, "timeline add", options);
}

static void by_number(enum people_act act, const char *command,
                      const char *name)
{
    char id[16];
    struct ask *ask = people_ask_new(act, people_kind(&known.in));
    (void)snprintf(
        id, sizeof id, "#%d",
        1 + (int)luck_below(LUCK_PEOPLE, (uint64_t)known.in.last_seq));
    const struct option_given options[] = {{"id", 3, id, false},
                                           {name, 3, ask->word, false},
                                           {NULL, 0, NULL, false}};
    ask_command(ask, command, options);
}

static void with_text(enum people_act act, const char *command,
                      const char *name)
{
    struct ask *ask = people_ask_new(act, people_kind(&known.in));
    const struct option_given options[] = {{name, 3, ask->word, false},
                                           {NULL, 0, NULL, false}};
    ask_command(ask, command, options);
}

static void change(void)
{
    struct ask *ask = people_ask_new(ACT_CHANGE, people_kind(&known.in));
    const struct option_given options[] = {{"what", 3, ask->word, false},
                                           {"where", 3, "db-1", false},
                                           {"from", 3, "on", false},
                                           {"to", 3, "off", false},
                                           {NULL, 0, NULL, false}};
    ask_command(ask, "timeline change", options);
}

static void set_private(bool is_private)
{
    if (is_private_born(&known.in))
        return; /* it stays so: else nobody could tell what must be hidden */
    struct ask *ask = people_ask_new(is_private ? ACT_HIDE : ACT_SHOW, "w");
    const struct option_given options[] = {
        {"private", OPTION_TYPE_BOOLEAN, NULL, is_private},
        {NULL, 0, NULL, false}};
    ask_command(ask, "incident set", options);
}

/* ---- of monitors and probes ---- */

static void declare_about(enum people_act act, int which)
{
    char title[60];
    struct ask *ask = people_ask_new(act, "w");
    bool is_alike = act == ACT_DECLARE_ALIKE;
    struct option_given options[] = {
        {"title", 3, title, false},
        {"service", 3, which % 3 == 0 ? "shop" : "forum", false},
        {NULL, 0, NULL, false}};
    (void)snprintf(title, sizeof title, "%s%s",
                   is_alike ? "everything is down " : "", ask->word);
    if (is_alike)
        options[1].name = NULL;
    people_ask_alone(ask, "incident declare", options);
}

static void link_service(int which)
{
    struct ask *ask = people_ask_new(ACT_LINK_SERVICE, "w");
    const struct option_given options[] = {
        {"service", 3, which % 2 == 0 ? "forum" : "shop", false},
        {NULL, 0, NULL, false}};
    ask_command(ask, "incident link", options);
}

static void link_alerts(void)
{
    char number[24];
    struct ask *ask = people_ask_new(ACT_LINK_ALERTS, "w");
    ask->card = 1 + (int64_t)luck_below(LUCK_PEOPLE, 4);
    (void)snprintf(number, sizeof number, "#%" PRId64, ask->card);
    const struct option_given options[] = {{"alerts", 3, number, false},
                                           {NULL, 0, NULL, false}};
    ask_command(ask, "incident link", options);
}

static void write_section(int which)
{
    static const char *const sections[] = {"summary", "impact", "causes",
                                           "what went well"};
    struct ask *ask = people_ask_new(ACT_WRITE, people_kind(&known.in));
    const struct option_given options[] = {
        {"section", 3, sections[which % 4], false},
        {"text", 3, ask->word, false},
        {NULL, 0, NULL, false}};
    ask_command(ask, "postmortem write", options);
}

static void ask_probe(enum people_act act, int which)
{
    int target = which % SIM_TARGETS;
    struct ask *ask = people_ask_new(act, "w");
    bool is_mute = act == ACT_MUTE;
    const struct option_given options[] = {
        {"target", 3, sim.config->probes.all[target].name, false},
        {is_mute ? "minutes" : NULL, OPTION_TYPE_INTEGER, "2", false},
        {NULL, 0, NULL, false}};
    if (is_mute)
        target_mute(target, sim.now_ms + MUTED_MS + ANSWER_MS);
    people_ask_alone(ask, is_mute ? "probe mute" : "probe run", options);
}

/* False: it is about an incident. */
static bool act_alone(enum people_act act, int which)
{
    switch ((int)act) {
    case ACT_DECLARE:
    case ACT_DECLARE_PRIVATE:
        declare(act == ACT_DECLARE_PRIVATE);
        return true;
    case ACT_DECLARE_SERVICE:
    case ACT_DECLARE_ALIKE:
        declare_about(act, which);
        return true;
    case ACT_PRESS_CARD:
    case ACT_PRESS_CARD_TWICE:
        people_press(act, which, &known.in);
        return true;
    case ACT_MUTE:
    case ACT_CHECK:
        if (sim.is_watched)
            ask_probe(act, which);
        return true;
    default:
        return false;
    }
}

/* They see what they press, and declare where they are. */
static bool is_there(enum people_act act)
{
    bool presses = act == ACT_PRESS || act == ACT_PRESS_TWICE;
    return !presses || caller_sees(sim.actor, known.in.war_channel_id);
}

void people_act(enum people_act act, int which)
{
    bool is_away = sim.actor == VISITOR;
    if ((!is_away && act_alone(act, which)) || !choose(which) || !is_there(act))
        return;
    switch ((int)act) {
    case ACT_ADD:
        add(act, "live");
        break;
    case ACT_ADD_ROOM:
        add(act, "room");
        break;
    case ACT_ADD_PRIVATE:
        add(act, "private");
        break;
    case ACT_CHANGE:
        change();
        break;
    case ACT_EDIT:
        by_number(act, "timeline edit", "text");
        break;
    case ACT_STRIKE:
        by_number(act, "timeline strike", "reason");
        break;
    case ACT_RESOLVE:
        with_text(act, "resolve", "summary");
        break;
    case ACT_REOPEN:
        with_text(act, "incident reopen", "reason");
        break;
    case ACT_UPDATE:
        with_text(act, "incident update", "message");
        break;
    case ACT_ITEM:
        with_text(act, "action add", "text");
        break;
    case ACT_TITLE:
        with_text(act, "incident set", "title");
        break;
    case ACT_LIST:
        with_text(act, "timeline list", NULL); /* without options */
        break;
    case ACT_HIDE:
    case ACT_SHOW:
        set_private(act == ACT_HIDE);
        break;
    case ACT_PRESS:
    case ACT_PRESS_TWICE:
        people_press(act, which, &known.in);
        break;
    case ACT_WRITE:
        write_section(which);
        break;
    case ACT_LINK_ALERTS:
        link_alerts();
        break;
    case ACT_LINK_SERVICE:
        link_service(which);
        break;
    default:
        deeds_act(act, which, &known.in);
        break;
    }
}

/* ---- answers ---- */

bool people_wait(void)
{
    for (int i = 0; i < ask_count; i++)
        if (sim.now_ms - asks[i].created_ms <= ANSWER_MS)
            return true;
    return false;
}

int people_answered(uint64_t interaction_id, const char *token,
                    const cJSON *answer, int *code)
{
    struct ask *ask = people_find(interaction_id);
    int64_t type = 0;
    if (ask == NULL || strcmp(ask->token, token) != 0 ||
        sim.now_ms - ask->created_ms > ANSWER_MS) {
        *code = 10062;
        return 404;
    }
    if (ask->is_answered) {
        *code = 40060;
        return 400;
    }
    (void)json_whole(json_get(answer, "type"), &type);
    ask->is_answered = true;
    ask->answered_ms = sim.now_ms;
    struct str said = json_text(json_get(answer, "data"), "content");
    ask->said = mem_alloc(said.n + 1);
    if (said.n > 0)
        memcpy(ask->said, said.s, said.n);
    sim_tell("  %s answered: %.90s", ask->word,
             type == 9 ? "a form" : ask->said);
    sim.actor = ask->who;
    people_go_on(ask, (int)type, answer);
    return 204;
}

int people_edited(const char *token, int *code)
{
    for (int i = 0; i < ask_count; i++)
        if (strcmp(asks[i].token, token) == 0) {
            if (sim.now_ms - asks[i].created_ms <= TOKEN_MS)
                return 200;
            *code = 50027;
            return 401;
        }
    *code = 10062;
    return 404;
}
