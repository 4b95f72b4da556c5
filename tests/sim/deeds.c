/* What people do besides: take and hand over command, see to changes, ideas and
 * action items, attach files, import a timeline. */
#include "tests/sim/people.h"

#include "bot/base/mem.h"
#include "bot/discord/interaction.h"
#include "bot/discord/json.h"
#include "tests/lib/room_world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OTHERS 3

/* ---- what commands are about ---- */

#define FOUND 16
static struct {
    int64_t seqs[FOUND];
    int count;
} found;

static bool note(int64_t seq)
{
    if (found.count < FOUND)
        found.seqs[found.count++] = seq;
    return found.count < FOUND;
}

static bool note_item(const struct stored_item *stored, void *context)
{
    (void)context;
    return note(stored->item.seq);
}

static bool note_entry(const struct entry *entry, void *context)
{
    (void)context;
    return note(entry->event.seq);
}

/* "#7": one of those found, seldom another; false: there is none. */
static bool choose(char *out, size_t bytes)
{
    if (found.count == 0)
        return false;
    uint64_t n = luck_below(LUCK_PEOPLE, (uint64_t)found.count);
    (void)snprintf(out, bytes, "#%" PRId64, found.seqs[n]);
    return true;
}

static bool choose_item(const struct incident *in, char *out, size_t bytes)
{
    struct item_filter filter = {.incident_id = in->id};
    found.count = 0;
    sim.is_looking = true;
    enum err err = store_each_item(sim.store, &filter, note_item, NULL);
    sim.is_looking = false;
    return err == ERR_OK && choose(out, bytes);
}

static bool choose_open(const struct incident *in, enum event_kind kind,
                        char *out, size_t bytes)
{
    found.count = 0;
    sim.is_looking = true;
    enum err err = store_each_open(sim.store, in->id, kind, note_entry, NULL);
    sim.is_looking = false;
    return err == ERR_OK && choose(out, bytes);
}

static cJSON *resolved_user(const char *id, const char *name)
{
    cJSON *resolved = json_object(), *users = json_object();
    cJSON *user = json_object();
    json_set_text(user, "id", str_of(id));
    json_set_text(user, "username", str_of(name));
    json_set(users, id, user);
    json_set(resolved, "users", users);
    return resolved;
}

static cJSON *resolved_file(const char *id, const char *name, const char *url)
{
    cJSON *resolved = json_object(), *files = json_object();
    cJSON *file = json_object();
    json_set_text(file, "id", str_of(id));
    json_set_text(file, "filename", str_of(name));
    json_set_text(file, "content_type", STR("text/plain"));
    json_set_text(file, "url", str_of(url));
    json_set_number(file, "size", 20);
    json_set(files, id, file);
    json_set(resolved, "attachments", files);
    return resolved;
}

/* ---- roles ---- */

static const char *someone(char *out, size_t bytes)
{
    (void)snprintf(out, bytes, "%" PRIu64,
                   caller_id(NOVA) + luck_below(LUCK_PEOPLE, OTHERS));
    return out;
}

/* Each time they are called otherwise: the record has the name of then. */
static void assign(const struct incident *in, int which)
{
    static const char *const roles[] = {"commander", "commander", "scribe",
                                        "ops"};
    char id[12];
    struct ask *ask = people_ask_new(ACT_ASSIGN, people_kind(in));
    const struct option_given options[] = {
        {"user", OPTION_TYPE_USER, someone(id, sizeof id), false},
        {"role", 3, roles[which % 4], false},
        {NULL, 0, NULL, false}};
    people_ask_command(ask, "ic assign", options, resolved_user(id, ask->word));
}

static void hand_over(const struct incident *in)
{
    char id[12];
    struct ask *ask = people_ask_new(ACT_HANDOFF, people_kind(in));
    const struct option_given options[] = {
        {"user", OPTION_TYPE_USER, someone(id, sizeof id), false},
        {"conditions", 3, ask->word, false},
        {NULL, 0, NULL, false}};
    people_ask_command(ask, "ic handoff", options,
                       resolved_user(id, "the next one"));
}

static void leave(const struct incident *in)
{
    struct ask *ask = people_ask_new(ACT_LEAVE, people_kind(in));
    const struct option_given options[] = {{"reason", 3, ask->word, false},
                                           {NULL, 0, NULL, false}};
    people_ask_command(ask, "ic leave", options, NULL);
}

/* ---- the incident ---- */

static void cancel(const struct incident *in, int which)
{
    char other[32];
    struct ask *ask = people_ask_new(ACT_CANCEL, people_kind(in));
    bool is_duplicate = which % 3 == 0 && in->id > 1;
    (void)snprintf(other, sizeof other, "INC-%" PRId64, in->id - 1);
    const struct option_given options[] = {
        {"reason", 3, ask->word, false},
        {is_duplicate ? "duplicate_of" : NULL, 3, other, false},
        {NULL, 0, NULL, false}};
    people_ask_command(ask, "incident cancel", options, NULL);
}

/* By its number of minutes it is found again in the record. */
static void snooze(const struct incident *in, int which)
{
    static const char *const reminders[] = {"update overdue", "no commander"};
    char minutes[12];
    struct ask *ask = people_ask_new(ACT_SNOOZE, people_kind(in));
    (void)snprintf(minutes, sizeof minutes, "%d", ask_number(ask));
    const struct option_given options[] = {
        {"reminder", 3, reminders[which % 2], false},
        {"minutes", OPTION_TYPE_INTEGER, minutes, false},
        {NULL, 0, NULL, false}};
    people_ask_command(ask, "incident snooze", options, NULL);
}

/* ---- changes, ideas, action items ---- */

static void add_idea(const struct incident *in)
{
    struct ask *ask = people_ask_new(ACT_IDEA, people_kind(in));
    const struct option_given options[] = {{"text", 3, ask->word, false},
                                           {"kind", 3, "idea", false},
                                           {NULL, 0, NULL, false}};
    people_ask_command(ask, "timeline add", options, NULL);
}

static void settle(const struct incident *in, int which)
{
    static const char *const fates[] = {"kept", "reverted", "handed over",
                                        "made an action item", "dropped"};
    char id[24], user[12];
    int fate = which % 5;
    if (!choose_open(in, fate < 3 ? EVENT_CHANGE : EVENT_IDEA, id, sizeof id))
        return;
    struct ask *ask = people_ask_new(ACT_SETTLE, people_kind(in));
    bool has_owner = fate == 2 || fate == 3;
    const struct option_given options[] = {{"id", 3, id, false},
                                           {"what", 3, fates[fate], false},
                                           {"text", 3, ask->word, false},
                                           {has_owner ? "user" : NULL,
                                            OPTION_TYPE_USER,
                                            someone(user, sizeof user), false},
                                           {NULL, 0, NULL, false}};
    people_ask_command(ask, "timeline settle", options,
                       resolved_user(user, "an owner"));
}

static void see_to_item(enum people_act act, const struct incident *in,
                        const char *command, const char *option)
{
    char id[24], user[12];
    if (!choose_item(in, id, sizeof id))
        return;
    struct ask *ask = people_ask_new(act, people_kind(in));
    bool is_given = option == NULL;
    const struct option_given options[] = {
        {"id", 3, id, false},
        {is_given ? "user" : option, is_given ? OPTION_TYPE_USER : 3,
         is_given ? someone(user, sizeof user) : ask->word, false},
        {NULL, 0, NULL, false}};
    people_ask_command(ask, command, options,
                       is_given ? resolved_user(user, ask->word) : NULL);
}

/* ---- files ---- */

static void add_file(const struct incident *in, int which)
{
    char url[100], name[40];
    struct ask *ask = people_ask_new(ACT_ADD_FILE, people_kind(in));
    (void)snprintf(name, sizeof name, "log-%s.txt", ask->word);
    (void)snprintf(url, sizeof url, "https://files.test/%s/%s",
                   which % 4 == 0 ? "gone" : "kept", ask->word);
    const struct option_given options[] = {
        {"text", 3, ask->word, false},
        {"file", OPTION_TYPE_ATTACHMENT, "900", false},
        {NULL, 0, NULL, false}};
    people_ask_command(ask, "timeline add", options,
                       resolved_file("900", name, url));
}

static void import_pasted(const struct incident *in, int which)
{
    char text[100];
    struct ask *ask = people_ask_new(ACT_IMPORT, people_kind(in));
    (void)snprintf(text, sizeof text, DEEDS_TIMELINE, ask->word);
    const struct option_given options[] = {
        {"text", 3, text, false},
        {which % 4 == 0 ? "keep" : NULL, OPTION_TYPE_BOOLEAN, NULL, true},
        {NULL, 0, NULL, false}};
    people_ask_command(ask, "timeline import", options, NULL);
}

static void import_file(const struct incident *in, int which)
{
    char url[100];
    struct ask *ask = people_ask_new(ACT_IMPORT_FILE, people_kind(in));
    (void)snprintf(url, sizeof url, "https://files.test/timeline/%s",
                   ask->word);
    const struct option_given options[] = {
        {"file", OPTION_TYPE_ATTACHMENT, "901", false},
        {which % 3 == 0 ? "keep" : NULL, OPTION_TYPE_BOOLEAN, NULL, true},
        {NULL, 0, NULL, false}};
    people_ask_command(ask, "timeline import", options,
                       resolved_file("901", "timeline.txt", url));
}

static void ask_chart(const struct incident *in)
{
    const struct option_given options[] = {{NULL, 0, NULL, false}};
    if (sim.is_watched)
        people_ask_command(people_ask_new(ACT_CHART, people_kind(in)),
                           "probe chart", options, NULL);
}

/* What stands at an address; NULL: nothing does. */
char *deeds_file(const char *url)
{
    char text[160];
    const char *name = strrchr(url, '/');
    if (strstr(url, "/gone/") != NULL)
        return NULL;
    if (strstr(url, "/timeline/") != NULL)
        (void)snprintf(text, sizeof text, DEEDS_TIMELINE,
                       name == NULL ? "" : name + 1);
    else
        (void)snprintf(text, sizeof text, "what stands at %s", url);
    return mem_text(text);
}

/* An answer was edited: with what was found in a file. */
void deeds_edited(const char *token, struct str body)
{
    for (int i = 0; i < people_ask_count(); i++) {
        struct ask *ask = people_ask(i);
        if (ask->act != ACT_IMPORT_FILE || strcmp(ask->token, token) != 0)
            continue;
        cJSON *answer = json_object(), *data = json_parse(body);
        struct str said = json_text(data, "content");
        free(ask->said);
        ask->said = mem_alloc(said.n + 1);
        if (said.n > 0)
            memcpy(ask->said, said.s, said.n);
        sim_tell("  %s answered again: %.90s", ask->word, ask->said);
        json_set(answer, "data", data);
        people_go_on(ask, 4, answer);
        cJSON_Delete(answer);
        return;
    }
}

void deeds_act(enum people_act act, int which, const struct incident *in)
{
    switch ((int)act) {
    case ACT_ASSIGN:
        assign(in, which);
        break;
    case ACT_HANDOFF:
        hand_over(in);
        break;
    case ACT_LEAVE:
        leave(in);
        break;
    case ACT_CANCEL:
        cancel(in, which);
        break;
    case ACT_SNOOZE:
        snooze(in, which);
        break;
    case ACT_IDEA:
        add_idea(in);
        break;
    case ACT_SETTLE:
        settle(in, which);
        break;
    case ACT_ITEM_ASSIGN:
        see_to_item(act, in, "action assign", NULL);
        break;
    case ACT_ITEM_DONE:
        see_to_item(act, in, "action done", "evidence");
        break;
    case ACT_ITEM_DROP:
        see_to_item(act, in, "action drop", "reason");
        break;
    case ACT_ADD_FILE:
        add_file(in, which);
        break;
    case ACT_IMPORT:
        import_pasted(in, which);
        break;
    case ACT_IMPORT_FILE:
        import_file(in, which);
        break;
    case ACT_CHART:
        ask_chart(in);
        break;
    default:
        readers_act(act, which, in);
        break;
    }
}
