/* What became of roles, attached files and charts that were asked for. */
#include "tests/sim/people.h"
#include "tests/sim/promises.h"

#include "bot/base/sha256.h"
#include "bot/discord/json.h"
#include "bot/probe/measured.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- roles: who took one and did not leave it ---- */

struct holding {
    enum role role;
    uint64_t id;
    char name[NAME_BYTES];
};
static struct holdings {
    struct holding all[64];
    int count;
} holdings;

static void drop(enum role role, uint64_t id)
{
    int kept = 0;
    for (int i = 0; i < holdings.count; i++) {
        const struct holding *one = &holdings.all[i];
        bool is_it =
            one->role == role && (role == ROLE_COMMANDER || one->id == id);
        if (!is_it)
            holdings.all[kept++] = *one;
    }
    holdings.count = kept;
}

static bool note_role(const struct event *event, void *context)
{
    (void)context;
    if (event->kind != EVENT_ROLE && event->kind != EVENT_HANDOFF)
        return true;
    bool leaves = event->holder.type == ACTOR_NOBODY;
    drop(event->role, leaves ? event->actor.id : event->holder.id);
    if (leaves || holdings.count == 64)
        return true;
    struct holding *one = &holdings.all[holdings.count++];
    one->role = event->role;
    one->id = event->holder.id;
    str_copy_to(one->name, event->holder.name);
    return true;
}

static bool card_names(uint64_t message_id, const char *name)
{
    const cJSON *message = world_message(discord_world(), message_id);
    char *text = message == NULL ? NULL : cJSON_PrintUnformatted(message);
    bool is_named = text == NULL || strstr(text, name) != NULL;
    free(text);
    return is_named;
}

static void check_roles(const struct incident *in)
{
    int held = 0;
    holdings.count = 0;
    must_read(
        store_each_event(sim.store, in->id, EVENTS_BY_SEQ, 0, note_role, NULL));
    for (int i = 0; i < ROLE_HOLDERS; i++)
        held += in->holders[i].role != ROLE_NONE;
    if (held != holdings.count)
        sim_fail("INC-%" PRId64 " has %d people in roles, and %d took one",
                 in->id, held, holdings.count);
    for (int i = 0; i < holdings.count; i++) {
        const struct holding *one = &holdings.all[i];
        struct actor actor = {ACTOR_MEMBER, one->id, STR_NONE};
        if (incident_holder(in, one->role, &actor) == NULL)
            sim_fail("INC-%" PRId64 ": %s is not %s any more", in->id,
                     one->name, word_of(&role_words, (int)one->role));
        if (one->role == ROLE_COMMANDER && in->card_message_id != 0 &&
            incident_is_live(in) && !discord_lost_unseen(in->war_channel_id) &&
            !card_names(in->card_message_id, one->name))
            sim_fail("INC-%" PRId64 " has a card that does not name %s", in->id,
                     one->name);
    }
}

/* ---- files and charts ---- */

struct file_search {
    const struct ask *ask;
    int64_t seq; /* of the entry; 0: not found yet */
    int kept, failed;
    char sha256[SHA256_HEX];
};

static bool has_word(struct str text, const char *word)
{
    return text.n > 0 && memmem(text.s, text.n, word, strlen(word)) != NULL;
}

static bool look_for_file(const struct event *event, void *context)
{
    struct file_search *search = context;
    if (search->seq == 0 && event_kind_by_person(event->kind) &&
        has_word(event->text, search->ask->word)) {
        search->seq = event->seq;
        return true;
    }
    bool is_its = search->seq != 0 && (event->target == search->seq ||
                                       fetch_seq(event->target) == search->seq);
    if (is_its && event->kind == EVENT_EVIDENCE &&
        event->target == search->seq) {
        search->kept++;
        str_copy_to(search->sha256, event->file_sha256);
    }
    search->failed += is_its && event->kind == EVENT_TASK &&
                      event->effect == EFFECT_FETCH && event->failed;
    return true;
}

static void check_file(const struct ask *ask, const struct incident *in)
{
    char url[100], want[SHA256_HEX];
    struct file_search search = {.ask = ask};
    must_read(store_each_event(sim.store, in->id, EVENTS_BY_SEQ, 0,
                               look_for_file, &search));
    if (search.seq == 0)
        return; /* nothing was kept: check_ask says whether it was to be */
    if (search.kept + search.failed != 1)
        sim_fail("%s (%s): its file is on record %d times, and failed %d times",
                 act_name(ask->act), ask->word, search.kept, search.failed);
    if (search.kept == 0)
        return;
    (void)snprintf(url, sizeof url, "https://files.test/kept/%s", ask->word);
    char *bytes = deeds_file(url);
    struct sha256 hash = sha256_of(str_of(bytes));
    sha256_hex(&hash, want);
    free(bytes);
    if (strcmp(want, search.sha256) != 0)
        sim_fail("%s (%s): its file is another one", act_name(ask->act),
                 ask->word);
}

static bool look_for_chart(const struct event *event, void *context)
{
    bool *is_there = context;
    *is_there |= measured_is(event) ||
                 (event->kind == EVENT_TASK && event->effect == EFFECT_CHART);
    return !*is_there;
}

static void check_chart(const struct ask *ask, const struct incident *in)
{
    bool is_there = false;
    if (ask->said == NULL || strstr(ask->said, "is being drawn") == NULL)
        return;
    must_read(store_each_event(sim.store, in->id, EVENTS_BY_SEQ, 0,
                               look_for_chart, &is_there));
    if (!is_there)
        sim_fail("%s (%s): nothing was drawn, and nobody was told",
                 act_name(ask->act), ask->word);
}

void deeds_check(const struct incident *in)
{
    check_roles(in);
    for (int i = 0; i < people_ask_count(); i++) {
        const struct ask *ask = people_ask(i);
        if (ask->incident_id != in->id)
            continue;
        if (ask->act == ACT_ADD_FILE)
            check_file(ask, in);
        else if (ask->act == ACT_CHART)
            check_chart(ask, in);
    }
}

/* ---- what answers say ---- */

bool deeds_settled(const char *said)
{
    char words[60];
    for (int i = SETTLEMENT_NONE + 1; i < SETTLEMENT_COUNT; i++) {
        (void)snprintf(words, sizeof words, " is %s.",
                       word_of(&settlement_words, i));
        if (strncmp(said, "Entry #", 7) == 0 && strstr(said, words) != NULL)
            return true;
    }
    return false;
}

bool deeds_assigned(const struct ask *ask, const char *said)
{
    char words[60];
    (void)snprintf(words, sizeof words, "%s is already", ask->word);
    size_t n = strlen(ask->word);
    bool names =
        strncmp(said, ask->word, n) == 0 && strncmp(said + n, " is ", 4) == 0;
    return (names && strstr(said, words) == NULL) ||
           (strncmp(said, "You are ", 8) == 0 &&
            strstr(said, " since ") != NULL);
}
