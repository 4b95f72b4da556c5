/* The forge tells the bot that something happened, once: what is lost on the
 * way is lost. Whoever signs otherwise is not let in. */
#include "tests/sim/forge.h"

#include "bot/base/mem.h"
#include "bot/base/sha256.h"
#include "tests/sim/promises.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LATE_MS (40 * MS_PER_SECOND)
/* Told of something, the bot knows it by then, other things before it. */
#define KNOWN_MS MS_PER_MINUTE
/* After trouble the bot may wait so long before it looks. */
#define CALM_MS (12 * MS_PER_MINUTE)
#define HOOKS   2000

static struct hook {
    bool is_pull, is_wrong;
    int64_t number, arrived_ms;
    int process;
} hooks[HOOKS];
static int count;

void forge_hook_reset(void)
{
    count = 0;
}

/* ---- what the bot has made of it ---- */

struct search {
    const struct thing *thing;
    enum pull_state known;
    bool is_open_item, is_found;
};

static bool look_at_item(const struct stored_item *stored, void *context)
{
    struct search *search = context;
    if (stored->item.issue_number != search->thing->number)
        return true;
    search->is_found = true;
    search->is_open_item = item_is_open(&stored->item);
    return false;
}

static bool look_at_incident(const struct incident *in, void *context)
{
    struct search *search = context;
    const struct item_filter filter = {.incident_id = in->id};
    if (!search->thing->is_pull)
        must_read(store_each_item(sim.store, &filter, look_at_item, search));
    else if (in->pull_number == search->thing->number) {
        search->is_found = true;
        search->known = in->pull_state;
    }
    return !search->is_found;
}

/* Who opens an item again afterwards, does so whatever its issue says. */
static void check_known(const struct thing *thing, int64_t told_ms)
{
    struct search search = {.thing = thing};
    if (!thing->is_closed || thing->read_ms >= told_ms)
        return;
    must_read(store_each_incident(sim.store, look_at_incident, &search));
    bool is_behind =
        thing->is_pull ? search.known == PULL_OPEN : search.is_open_item;
    if (search.is_found && is_behind)
        sim_fail("the bot was told that %s %" PRId64
                 " ended, and has not looked since",
                 thing->is_pull ? "pull request" : "issue", thing->number);
}

/* What is in a hook's way is in the bot's, too. A clock that was put back while
 * it was down finds the next look further away. */
static bool is_calm(int64_t since_ms)
{
    int64_t disturbed_ms = forge_disturbed_ms();
    bool was_long_ago = disturbed_ms == 0 || since_ms - disturbed_ms > CALM_MS;
    return was_long_ago && !forge_wants_rest() && !forge_disk_fails() &&
           sim.set_ms == 0 && sim.skew_ms >= 0;
}

static void on_look(void *context)
{
    const struct hook *hook = context;
    bool can_look = hook->process == sim.process && sim.is_running &&
                    !sim.is_dead && !sim.is_stopping && sim.store != NULL &&
                    !store_in_transaction(sim.store);
    const struct thing *thing = forge_find(hook->is_pull, hook->number);
    if (!can_look || thing == NULL || !is_calm(hook->arrived_ms) ||
        thing->changed_ms > hook->arrived_ms)
        return;
    sim.is_looking = true;
    check_known(thing, hook->arrived_ms);
    sim.is_looking = false;
}

/* ---- the way there ---- */

static void on_answer(int status, void *context)
{
    struct hook *hook = context;
    sim_tell("  the forge tells of %s %" PRId64 ": %d",
             hook->is_pull ? "pull request" : "issue", hook->number, status);
    if (status != 0 && status != DOOR_SHUT &&
        status != (hook->is_wrong ? 401 : 202))
        sim_fail("a webhook of the forge%s is answered with %d",
                 hook->is_wrong ? " signed with another secret" : "", status);
    hook->arrived_ms = sim.now_ms;
    hook->process = sim.process;
    if (status == 202 && is_calm(sim.now_ms))
        sim_at(sim.now_ms + KNOWN_MS, on_look, hook);
}

static void on_arrival(void *context)
{
    struct hook *hook = context;
    char body[100], hex[SHA256_HEX], signature[SHA256_HEX + 10];
    const char *secret =
        hook->is_wrong ? "the secret of somebody else" : SIM_SECRET;
    (void)snprintf(body, sizeof body,
                   "{\"action\":\"%s\",\"number\":%" PRId64 "}",
                   hook->is_pull ? "pull" : "issue", hook->number);
    struct sha256 sum = sha256_hmac(str_of(secret), str_of(body));
    sha256_hex(&sum, hex);
    (void)snprintf(signature, sizeof signature, "sha256=%s", hex);
    struct door_letter letter = {.path = "/forge/hook", .body = body};
    if (forge_kind() == FORGE_GITLAB)
        letter.gitlab_token = secret;
    else
        letter.signature = signature;
    door_post(&letter, on_answer, hook);
}

static void send_one(const struct thing *thing, bool is_wrong)
{
    enum sim_luck luck = is_wrong ? LUCK_MONITORS : LUCK_FORGE;
    int64_t way_ms = 1 + (int64_t)luck_below(luck, 50);
    if (trouble_befalls(SIM_HOOK_LATE))
        way_ms += (int64_t)luck_below(luck, LATE_MS);
    if (count == HOOKS)
        sim_fail("the forge tells too much");
    struct hook *hook = &hooks[count++];
    *hook = (struct hook){.is_pull = thing->is_pull,
                          .is_wrong = is_wrong,
                          .number = thing->number};
    sim_at(sim.now_ms + way_ms, on_arrival, hook);
}

void forge_hook_tell(const struct thing *thing)
{
    if (sim.config->forge.webhook_secret_file[0] == '\0')
        return;
    bool is_strange = luck_below(LUCK_MONITORS, 8) == 0;
    if (is_strange || trouble_befalls(SIM_HOOK_WRONG))
        send_one(thing, true);
    if (!trouble_befalls(SIM_HOOK_LOST))
        send_one(thing, false);
    if (trouble_befalls(SIM_HOOK_TWICE))
        send_one(thing, false);
}
