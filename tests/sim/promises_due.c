/* Whatever is due is done, and what failed is mended, without anybody's help.
 */
#include "tests/sim/promises.h"

#include "bot/discord/json.h"
#include "storage/outbox.h"
#include "storage/store_internal.h"

#include <inttypes.h>
#include <string.h>

#define LATE_MS  (15 * MS_PER_SECOND)
#define BLIND_MS MS_PER_HOUR /* a clock that was set: that long at most */
#define WATCHED  200
#define HEADS    64
/* The longest that a request, or a git job, is under way. */
#define STUCK_MS (150 * MS_PER_SECOND)

/* ---- reminders ---- */

static int64_t not_to_come(int64_t at_ms)
{
    return at_ms > sim.now_ms ? 0 : at_ms;
}

static void check_due(const char *what, int64_t id, int64_t at_ms)
{
    int64_t slack_ms = LATE_MS + (sim.set_ms != 0 ? BLIND_MS : 0);
    int64_t since_ms = at_ms < sim.set_ms ? sim.set_ms : at_ms;
    if (at_ms != NOT_DUE && sim.now_ms - since_ms > slack_ms)
        sim_fail("INC-%" PRId64 ": %s is due for %" PRId64 " s", id, what,
                 (sim.now_ms - at_ms) / MS_PER_SECOND);
}

static bool check_change(const struct entry *entry, void *context)
{
    const struct incident *in = context;
    struct entry_state change = entry->state;
    change.reminded_ms = not_to_come(change.reminded_ms);
    check_due("a reminder of a change", in->id,
              reminder_due_change(in, &change, &sim.config->reminders));
    return true;
}

static bool check_item(const struct stored_item *stored, void *context)
{
    const struct incident *in = context;
    struct action_item item = stored->item;
    item.reminded_ms = not_to_come(item.reminded_ms);
    check_due(
        "a reminder of an action item", in->id,
        reminder_due_item(&item, stored->made_ms, &sim.config->reminders));
    check_due(
        "a reminder that nobody owns an action item", in->id,
        reminder_due_owner(&item, stored->made_ms, &sim.config->reminders));
    return true;
}

static void check_incident(int64_t id)
{
    const struct reminder_settings *set = &sim.config->reminders;
    const struct item_filter filter = {.incident_id = id, .open_only = true};
    struct incident in;
    must_read(store_incident(sim.store, id, &in));
    in.last_told_ms = not_to_come(in.last_told_ms);
    in.remind_commander.last_ms = not_to_come(in.remind_commander.last_ms);
    in.remind_update.last_ms = not_to_come(in.remind_update.last_ms);
    check_due("a reminder of command", id, reminder_due_commander(&in, set));
    check_due("a reminder of an update", id, reminder_due_update(&in, set));
    check_due("the archive", id, reminder_due_archive(&in, set));
    if (in.is_drill)
        return;
    must_read(store_each_open(sim.store, id, EVENT_CHANGE, check_change, &in));
    must_read(store_each_item(sim.store, &filter, check_item, &in));
}

static bool check_digest(const struct digest *digest, void *context)
{
    (void)context;
    if (digest->incident_id != 0)
        check_due("the digest", digest->incident_id,
                  reminder_due_digest(digest->last_ms, &sim.config->reminders));
    return true;
}

static void check_reminders(void)
{
    int64_t ids[WATCHED];
    int count = 0;
    must_read(store_watched(sim.store, ids, WATCHED, &count));
    for (int i = 0; i < count && i < WATCHED; i++)
        check_incident(ids[i]);
    must_read(store_each_digest(sim.store, sim.now_ms, check_digest, NULL));
}

/* ---- effects ---- */

/* The first rows of their lanes that are due, and since when they are so
 * without anything having become of them. */
struct head {
    int64_t id, attempts, wanted, not_before_ms, since_ms;
};
static struct {
    struct head all[HEADS];
    int count;
} heads;

void due_reset(void)
{
    heads.count = 0;
}

static int64_t since_when(const struct head *head)
{
    for (int i = 0; i < heads.count; i++) {
        const struct head *old = &heads.all[i];
        if (old->id == head->id && old->attempts == head->attempts &&
            old->wanted == head->wanted &&
            old->not_before_ms == head->not_before_ms)
            return old->since_ms;
    }
    return sim.now_ms;
}

static void check_effects(void)
{
    struct head now[HEADS];
    int count = 0;
    /* It sleeps by another clock than the one that was set. */
    bool clock_misleads = sim.set_ms != 0 && sim.now_ms - sim.set_ms <
                                                 OUTBOX_WAIT_MOST_MS + STUCK_MS;
    struct query query = query_new(
        sim.store,
        "WITH head AS (SELECT min(id) AS id FROM outbox WHERE kind <> 'poll'"
        " AND (attempts > 0 OR not_before_ms <= ?1) GROUP BY incident, lane)"
        " SELECT o.id, attempts, wanted, not_before_ms, kind, incident FROM"
        " head CROSS JOIN outbox AS o ON o.id = head.id"
        " WHERE not_before_ms <= ?1");
    query_int(&query, sim.now_ms);
    while (query_row(&query) && count < HEADS) {
        struct head *head = &now[count++];
        *head = (struct head){row_int(&query, 0), row_int(&query, 1),
                              row_int(&query, 2), row_int(&query, 3), 0};
        head->since_ms = since_when(head);
        if (sim.now_ms - head->since_ms > STUCK_MS && !clock_misleads)
            sim_fail("%.*s of INC-%" PRId64 " is due, and nothing is done",
                     STR_ARG(row_text(&query, 4)), row_int(&query, 5));
    }
    must_read(query_end(&query));
    memcpy(heads.all, now, (size_t)count * sizeof now[0]);
    heads.count = count;
}

/* The pause after n tries that failed, doubled from the first to the longest.
 * Forges say themselves when to come back; what has its pace, keeps it. */
#define PAUSE_FIRST_MS (2 * MS_PER_SECOND)
#define PAUSE_MOST_MS  (5 * MS_PER_MINUTE)

static void check_pauses(void)
{
    struct query query = query_new(
        sim.store, "SELECT kind, incident, attempts, not_before_ms FROM outbox"
                   " WHERE attempts > 0 AND not_before_ms > ?"
                   " AND not_before_ms <> paced_ms"
                   " AND kind NOT IN ('pull', 'issue', 'poll')");
    query_int(&query, sim.now_ms);
    while (query_row(&query) && !sim.was_skewed) {
        int64_t most_ms = PAUSE_FIRST_MS;
        int64_t left_ms = row_int(&query, 3) - sim.now_ms;
        for (int64_t i = 1; i < row_int(&query, 2); i++)
            most_ms = most_ms < PAUSE_MOST_MS / 2 ? 2 * most_ms : PAUSE_MOST_MS;
        if (left_ms > most_ms)
            sim_fail("%.*s of INC-%" PRId64 " is put off for %" PRId64 " ms",
                     STR_ARG(row_text(&query, 0)), row_int(&query, 1), left_ms);
    }
    must_read(query_end(&query));
}

void due_check(void)
{
    check_effects();
    check_pauses();
    if (sim.is_watched)
        check_reminders();
}

/* ---- what failed ---- */

struct healing {
    bool is_healed;
};

static bool has_failed(const struct incident *in, enum effect_kind kind)
{
    bool failed;
    must_read(effect_failed_last(sim.store, in->id, kind, 0, &failed));
    if (failed)
        sim_tell("  INC-%" PRId64 ": %s has failed", in->id,
                 word_of(&effect_kind_words, (int)kind));
    return failed;
}

static bool look_for_issue(const struct stored_item *stored, void *context)
{
    struct healing *healing = context;
    bool failed;
    must_read(effect_failed_last(sim.store, stored->incident_id, EFFECT_ISSUE,
                                 stored->item.seq, &failed));
    healing->is_healed = healing->is_healed && !failed;
    return true;
}

/* The review, and what it leaves to do, go on when the room is gone, but not
 * when it was archived. */
static void look_at_forge(const struct incident *in, struct healing *healing)
{
    const struct item_filter filter = {.incident_id = in->id,
                                       .open_only = true};
    if (incident_is_live(in) || incident_is_archived(in) ||
        in->postmortem_ref[0] == '\0' || sim.config->forge.kind == FORGE_NONE)
        return;
    if (has_failed(in, EFFECT_PULL))
        healing->is_healed = false;
    must_read(store_each_item(sim.store, &filter, look_for_issue, healing));
}

/* Deleted when it was over: there is nothing to show it in any more. */
static bool is_of_lost_room(const struct incident *in, enum effect_kind kind)
{
    return (kind == EFFECT_LIVE || kind == EFFECT_LIVE_CARD) &&
           in->live_channel_id == 0 && !incident_is_live(in);
}

static bool look_for_failure(const struct incident *in, void *context)
{
    static const enum effect_kind kinds[] = {
        EFFECT_ACCESS, EFFECT_ARCHIVE,   EFFECT_RENAME,
        EFFECT_CARD,   EFFECT_PIN,       EFFECT_ROOM,
        EFFECT_LIVE,   EFFECT_LIVE_CARD, EFFECT_ANNOUNCE};
    struct healing *healing = context;
    if (!is_withheld(in))
        look_at_forge(in, healing);
    if (is_tidied(in))
        return true;
    /* Over, private, and without a room of its own: it gets none any more. */
    size_t count = incident_room(in) == 0 ? 3
                   : in->is_private       ? 6
                                          : sizeof kinds / sizeof kinds[0];
    bool fails = incident_is_live(in)
                     ? in->war_is_borrowed ||
                           (!in->is_private && has_failed(in, EFFECT_LIVE_ROOM))
                     : !is_withheld(in) && has_failed(in, EFFECT_POSTMORTEM);
    for (size_t i = 0; i < count; i++)
        fails = fails ||
                (!is_of_lost_room(in, kinds[i]) && has_failed(in, kinds[i]));
    healing->is_healed = healing->is_healed && !fails;
    return true;
}

bool due_is_healed(void)
{
    struct healing healing = {true};
    must_read(store_each_incident(sim.store, look_for_failure, &healing));
    return healing.is_healed;
}

/* ---- rooms ---- */

#define SEND_MESSAGES (UINT64_C(1) << 11)

static bool is_silenced(uint64_t channel_id)
{
    const cJSON *overwrite;
    cJSON_ArrayForEach(overwrite,
                       json_get(world_channel(discord_world(), channel_id),
                                "permission_overwrites"))
    {
        uint64_t id = 0, deny = 0;
        (void)str_to_u64(json_text(overwrite, "id"), &id);
        (void)str_to_u64(json_text(overwrite, "deny"), &deny);
        if (id == WORLD_GUILD && (deny & SEND_MESSAGES) != 0)
            return true;
    }
    return false;
}

/* Long over, its room is read-only. */
static void check_archived(const struct incident *in)
{
    const cJSON *room = world_channel(discord_world(), in->war_channel_id);
    if (!incident_is_archived(in) || in->war_is_borrowed || room == NULL)
        return;
    if (!is_silenced(in->war_channel_id))
        sim_fail("INC-%" PRId64 " is archived, and its room is not", in->id);
}

void rooms_check(const struct incident *in)
{
    bool needs_live = !in->is_private && incident_is_live(in);
    if (!incident_is_live(in))
        check_archived(in);
    if (!incident_is_live(in))
        return; /* what was deleted, or refused, by then is not made again */
    if (in->war_channel_id == 0)
        sim_fail("INC-%" PRId64 " has no war room", in->id);
    if (needs_live && in->live_channel_id == 0)
        sim_fail("INC-%" PRId64 " has no live room", in->id);
    if (in->card_message_id == 0)
        sim_fail("INC-%" PRId64 " has no card", in->id);
}
