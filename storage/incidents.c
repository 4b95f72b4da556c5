/*
 * The projections: what an incident is now, in three tables. The lists below
 * are their only description; reading, writing and `verify` walk them.
 */
#include "storage/store_internal.h"

#include <inttypes.h>
#include <string.h>

/* clang-format off */
/* What seldom changes, and what has an index. */
#define RARE_COLUMNS(X)                                                        \
    X(ID, guild_id, incident, guild_id, NULL)                                  \
    X(ID, origin_channel_id, incident, origin_channel_id, NULL)                \
    X(ENUM, state, incident, state, &state_words)                              \
    X(ENUM, severity, incident, severity, &severity_words)                     \
    X(ENUM, type, incident, type, &type_words)                                 \
    X(BOOL, is_private, incident, is_private, NULL)                            \
    X(BOOL, is_drill, incident, is_drill, NULL)                                \
    X(TEXT, title, incident, title, NULL)                                      \
    X(TEXT, impact, incident, impact, NULL)                                    \
    X(ID, declared_by_id, incident, declared_by.id, NULL)                      \
    X(TEXT, declared_by_name, incident, declared_by.name, NULL)                \
    X(INT64, declared_at_ms, incident, declared_at_ms, NULL)                   \
    X(INT64, state_since_ms, incident, state_since_ms, NULL)                   \
    X(INT64, next_update_due_ms, incident, next_update_due_ms, NULL)           \
    X(BOOL, identified_by_move, incident, identified_by_move, NULL)            \
    X(ID, war_channel_id, incident, war_channel_id, NULL)                      \
    X(ID, live_channel_id, incident, live_channel_id, NULL)                    \
    X(ID, card_message_id, incident, card_message_id, NULL)                    \
    X(ID, announce_message_id, incident, announce_message_id, NULL)            \
    X(TEXT, postmortem_ref, incident, postmortem_ref, NULL)                    \
    X(TEXT, postmortem_commit, incident, postmortem_commit, NULL)
/* What every entry changes. */
#define BUSY_COLUMNS(X)                                                        \
    X(INT64, last_seq, incident, last_seq, NULL)                               \
    X(INT64, first_event_ms, incident, first_event_ms, NULL)                   \
    X(INT64, latest_typed_ms, incident, latest_typed_ms, NULL)                 \
    X(INT64, last_update_ms, incident, last_update_ms, NULL)                   \
    X(INT64, entries, incident, entries, NULL)
/* Of later versions; as seldom changed. */
#define MORE_COLUMNS(X)                                                        \
    X(INT64, last_told_ms, incident, last_told_ms, NULL)                       \
    X(INT64, reopened, incident, reopened, NULL)                               \
    X(INT64, duplicate_of, incident, duplicate_of, NULL)                       \
    X(INT64, milestones_told, incident, milestones_told, NULL)                 \
    X(INT64, commander_reminded_ms, incident, remind_commander.last_ms, NULL) \
    X(INT64, commander_snoozed_ms, incident, remind_commander.snoozed_ms, NULL) \
    X(INT64, update_reminded_ms, incident, remind_update.last_ms, NULL) \
    X(INT64, update_snoozed_ms, incident, remind_update.snoozed_ms, NULL) \
    X(INT64, digest_reminded_ms, incident, remind_digest.last_ms, NULL) \
    X(INT64, digest_snoozed_ms, incident, remind_digest.snoozed_ms, NULL) \
    X(INT64, archive_reminded_ms, incident, remind_archive.last_ms, NULL) \
    X(INT64, archive_snoozed_ms, incident, remind_archive.snoozed_ms, NULL) \
    X(BOOL, war_is_borrowed, incident, war_is_borrowed, NULL)                  \
    X(TEXT, services, incident, services, NULL)                                \
    X(ENUM, pull_state, incident, pull_state, &pull_state_words)               \
    X(INT64, pull_number, incident, pull_number, NULL)                         \
    X(TEXT, pull_url, incident, pull_url, NULL)                                \
    X(INT64, state_seq, incident, state_seq, NULL)
#define HOLDER_COLUMNS(X)                                                      \
    X(ENUM, role, role_holder, role, &role_words)                              \
    X(ENUM, type, role_holder, type, &actor_type_words)                        \
    X(ID, user_id, role_holder, user_id, NULL)                                 \
    X(TEXT, name, role_holder, name, NULL)                                     \
    WHEN_COLUMNS(X, since, role_holder, since)                                 \
    X(INT64, seq, role_holder, seq, NULL)
#define AT_COLUMNS(X)                                                          \
    X(INT64, at_from_ms, when, from_ms, NULL)                                  \
    X(INT64, at_to_ms, when, to_ms, NULL)                                      \
    X(ENUM, at_precision, when, precision, &precision_words)                   \
    X(TEXT, at_typed, when, typed, NULL)

static const struct column rare_all[] = {
    RARE_COLUMNS(COLUMN_ROW) MORE_COLUMNS(COLUMN_ROW)};
static const struct column busy_all[] = {BUSY_COLUMNS(COLUMN_ROW)};
static const struct column incident_all[] = {
    RARE_COLUMNS(COLUMN_ROW) BUSY_COLUMNS(COLUMN_ROW)
        MORE_COLUMNS(COLUMN_ROW)};
static const struct column holder_all[] = {HOLDER_COLUMNS(COLUMN_ROW)};
static const struct column at_all[] = {AT_COLUMNS(COLUMN_ROW)};

#define INSERT_INCIDENT                                                        \
    "INSERT INTO incident (id"                                                 \
    RARE_COLUMNS(COLUMN_NAME) BUSY_COLUMNS(COLUMN_NAME)                        \
    MORE_COLUMNS(COLUMN_NAME)                                                  \
    ") VALUES (?" RARE_COLUMNS(COLUMN_MARK) BUSY_COLUMNS(COLUMN_MARK)          \
    MORE_COLUMNS(COLUMN_MARK) ")"
#define SELECT_INCIDENT                                                        \
    "SELECT id" RARE_COLUMNS(COLUMN_NAME) BUSY_COLUMNS(COLUMN_NAME)            \
    MORE_COLUMNS(COLUMN_NAME) " FROM incident WHERE id = ?"
/* The first assignment only takes the place before the first comma: of a column
 * named twice, SQLite takes the last. */
#define UPDATE_RARE                                                            \
    "UPDATE incident SET title = ''" RARE_COLUMNS(COLUMN_SET)                  \
    MORE_COLUMNS(COLUMN_SET) " WHERE id = ?"
#define UPDATE_BUSY                                                            \
    "UPDATE incident SET entries = 0" BUSY_COLUMNS(COLUMN_SET) " WHERE id = ?"
#define PUT_HOLDER                                                             \
    "INSERT OR REPLACE INTO role_holder (incident, place"                      \
    HOLDER_COLUMNS(COLUMN_NAME) ") VALUES (?, ?"                               \
    HOLDER_COLUMNS(COLUMN_MARK) ")"
#define SELECT_HOLDERS                                                         \
    "SELECT place" HOLDER_COLUMNS(COLUMN_NAME)                                 \
    " FROM role_holder WHERE incident = ?"
#define PUT_MILESTONE                                                          \
    "INSERT OR REPLACE INTO milestone (incident, name"                         \
    AT_COLUMNS(COLUMN_NAME) ") VALUES (?, ?" AT_COLUMNS(COLUMN_MARK) ")"
#define SELECT_MILESTONES                                                      \
    "SELECT name" AT_COLUMNS(COLUMN_NAME) " FROM milestone WHERE incident = ?"
/* clang-format on */

static const struct columns rare_columns = {rare_all, COUNT(rare_all)};
static const struct columns busy_columns = {busy_all, COUNT(busy_all)};
const struct columns incident_columns = {incident_all, COUNT(incident_all)};
const struct columns holder_columns = {holder_all, COUNT(holder_all)};
const struct columns when_columns = {at_all, COUNT(at_all)};

/* ---- reading ---- */

static enum err read_incident(struct store *store, int64_t id,
                              struct incident *in)
{
    struct query query = query_new(store, SELECT_INCIDENT);
    const char *damaged;
    query_int(&query, id);
    if (query_row(&query) &&
        !columns_read(&query, 1, &incident_columns, in, &damaged))
        return query_end_damaged(&query, "INC-%" PRId64 ": %s is damaged", id,
                                 damaged);
    return query_end_found(&query);
}

static enum err read_holders(struct store *store, struct incident *in)
{
    struct query query = query_new(store, SELECT_HOLDERS);
    query_int(&query, in->id);
    while (query_row(&query)) {
        const char *damaged = "place";
        int64_t place = row_int(&query, 0);
        if (place < 0 || place >= ROLE_HOLDERS ||
            !columns_read(&query, 1, &holder_columns, &in->holders[place],
                          &damaged))
            return query_end_damaged(
                &query, "INC-%" PRId64 ": a role holder's %s is damaged",
                in->id, damaged);
    }
    return query_end(&query);
}

static enum err read_milestones(struct store *store, struct incident *in)
{
    struct query query = query_new(store, SELECT_MILESTONES);
    query_int(&query, in->id);
    while (query_row(&query)) {
        const char *damaged = "name";
        int which = word_find(&milestone_words, row_text(&query, 0));
        if (which < 0 || !columns_read(&query, 1, &when_columns,
                                       &in->milestones[which], &damaged))
            return query_end_damaged(
                &query, "INC-%" PRId64 ": a milestone's %s is damaged", in->id,
                damaged);
    }
    return query_end(&query);
}

enum err store_incident(struct store *store, int64_t id, struct incident *out)
{
    struct incident *in = &store->known;
    enum err err = ERR_OK;
    if (in->id != id || store->lock_fd < 0) {
        *in = (struct incident){.id = id};
        err = read_incident(store, id, in);
        if (err == ERR_OK)
            err = read_holders(store, in);
        if (err == ERR_OK)
            err = read_milestones(store, in);
    }
    if (err == ERR_OK)
        *out = *in;
    else
        in->id = 0;
    return err;
}

enum err store_count_incidents(struct store *store, int64_t *out)
{
    struct query query = query_new(store, "SELECT count(*) FROM incident");
    return query_end_int(&query, out);
}

enum err store_next_incident_id(struct store *store, int64_t *out)
{
    struct query query =
        query_new(store, "SELECT coalesce(max(id), 0) + 1 FROM incident");
    return query_end_int(&query, out);
}

enum err store_incident_announced(struct store *store, uint64_t message_id,
                                  int64_t *id)
{
    struct query query =
        query_new(store, "SELECT id FROM incident WHERE announce_message_id = ?"
                         " AND announce_message_id <> 0");
    query_id(&query, message_id);
    return query_end_int(&query, id);
}

/* "<> 0" lets SQLite use the indexes, which leave unmade rooms out. */
enum err store_incident_of_channel(struct store *store, uint64_t guild_id,
                                   uint64_t channel_id, int64_t *id)
{
    static const char *const rooms[] = {
        "SELECT id FROM incident WHERE war_channel_id = ? AND"
        " war_channel_id <> 0 AND guild_id = ? ORDER BY id DESC LIMIT 1",
        "SELECT id FROM incident WHERE live_channel_id = ? AND"
        " live_channel_id <> 0 AND guild_id = ? ORDER BY id DESC LIMIT 1"};
    enum err err = ERR_NOT_FOUND;
    for (int i = 0; i < COUNT(rooms) && err == ERR_NOT_FOUND; i++) {
        struct query query = query_new(store, rooms[i]);
        query_id(&query, channel_id);
        query_id(&query, guild_id);
        err = query_end_int(&query, id);
    }
    return err;
}

enum err store_live_incidents(struct store *store, uint64_t guild_id,
                              int64_t *ids, int max, int *count)
{
    struct query query = query_new(
        store, "SELECT id FROM incident WHERE guild_id = ? AND"
               " state IN ('investigating', 'identified', 'mitigated')"
               " ORDER BY id DESC");
    int n = 0;
    query_id(&query, guild_id);
    for (; query_row(&query); n++)
        if (n < max)
            ids[n] = row_int(&query, 0);
    enum err err = query_end(&query);
    if (err == ERR_OK)
        *count = n;
    return err;
}

/* The newest incident older than `id`. */
static enum err older_incident(struct store *store, int64_t *id)
{
    struct query query = query_new(
        store, "SELECT id FROM incident WHERE id < ? ORDER BY id DESC LIMIT 1");
    query_int(&query, *id);
    return query_end_int(&query, id);
}

enum err store_each_incident(struct store *store, store_incident_fn *each,
                             void *context)
{
    struct incident in;
    int64_t id = INT64_MAX;
    enum err err = older_incident(store, &id);
    while (err == ERR_OK) {
        err = store_incident(store, id, &in);
        if (err != ERR_OK || !each(&in, context))
            return err;
        err = older_incident(store, &id);
    }
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

/* The guild's newest one that is over and older than `id`. Left to itself,
 * SQLite sorts all of the guild's for it. */
static enum err older_past(struct store *store, uint64_t guild_id, int64_t *id)
{
    struct query query = query_new(
        store, "SELECT id FROM incident NOT INDEXED WHERE id < ? AND"
               " guild_id = ? AND"
               " state NOT IN ('investigating', 'identified', 'mitigated')"
               " ORDER BY id DESC LIMIT 1");
    query_int(&query, *id);
    query_id(&query, guild_id);
    return query_end_int(&query, id);
}

enum err store_each_past_incident(struct store *store, uint64_t guild_id,
                                  int64_t before, store_incident_fn *each,
                                  void *context)
{
    struct incident in;
    int64_t id = before;
    enum err err = older_past(store, guild_id, &id);
    while (err == ERR_OK) {
        err = store_incident(store, id, &in);
        if (err != ERR_OK || !each(&in, context))
            return err;
        err = older_past(store, guild_id, &id);
    }
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

enum err store_next_naming(struct store *store, int64_t other_id, int64_t *id)
{
    struct query query = query_new(
        store, "SELECT i.id FROM incident AS i CROSS JOIN entry AS n"
               "  INDEXED BY entry_by_kind ON n.incident = i.id"
               "  AND n.kind IN ('link', 'state')"
               " CROSS JOIN event AS e ON e.incident = n.incident"
               "  AND e.seq = n.seq"
               " WHERE i.id > ? AND e.other_id = ? ORDER BY i.id LIMIT 1");
    query_int(&query, *id);
    query_int(&query, other_id);
    return query_end_int(&query, id);
}

/* ---- writing ---- */

static enum err write_incident(struct store *store,
                               const struct incident *before,
                               const struct incident *after)
{
    if (before->last_seq == 0) {
        struct query query = query_new(store, INSERT_INCIDENT);
        query_int(&query, after->id);
        columns_bind(&query, &incident_columns, after);
        return query_run(&query);
    }
    if (!columns_equal(&rare_columns, before, after)) {
        struct query query = query_new(store, UPDATE_RARE);
        columns_bind(&query, &rare_columns, after);
        query_int(&query, after->id);
        enum err err = query_run(&query);
        if (err != ERR_OK)
            return err;
    }
    struct query query = query_new(store, UPDATE_BUSY);
    columns_bind(&query, &busy_columns, after);
    query_int(&query, after->id);
    return query_run(&query);
}

/* A place that became free, or a milestone that was taken back, stays as a row
 * that says so. */
static enum err write_holder(struct store *store, const struct incident *in,
                             int place)
{
    struct query query = query_new(store, PUT_HOLDER);
    query_int(&query, in->id);
    query_int(&query, place);
    columns_bind(&query, &holder_columns, &in->holders[place]);
    return query_run(&query);
}

static enum err write_milestone(struct store *store, const struct incident *in,
                                int which)
{
    struct query query = query_new(store, PUT_MILESTONE);
    query_int(&query, in->id);
    query_text(&query, str_of(word_of(&milestone_words, which)));
    columns_bind(&query, &when_columns, &in->milestones[which]);
    return query_run(&query);
}

enum err incident_put(struct store *store, const struct incident *before,
                      const struct incident *after)
{
    store->known.id = 0;
    enum err err = write_incident(store, before, after);
    for (int i = 0; i < ROLE_HOLDERS && err == ERR_OK; i++)
        if (!columns_equal(&holder_columns, &before->holders[i],
                           &after->holders[i]))
            err = write_holder(store, after, i);
    for (int i = 0; i < MILESTONE_COUNT && err == ERR_OK; i++)
        if (!columns_equal(&when_columns, &before->milestones[i],
                           &after->milestones[i]))
            err = write_milestone(store, after, i);
    return err;
}

/* What the event says of an entry, an action item or a message in a room. */
static enum err event_project(struct store *store, int64_t incident_id,
                              const struct event *event)
{
    enum err err = entry_project(store, incident_id, event);
    if (err == ERR_OK)
        err = item_project(store, incident_id, event);
    if (err == ERR_OK && event->lost)
        err = room_forget(store, incident_id, event);
    return err;
}

enum err store_append(struct store *store, const struct incident *before,
                      const struct incident *after, const struct event *events,
                      int count)
{
    if (!store->turn) {
        store_say(store, "an event belongs into a transaction");
        return ERR_STORAGE;
    }
    enum err err = incident_put(store, before, after);
    if (err == ERR_OK && before->war_channel_id != 0 &&
        before->war_channel_id != after->war_channel_id)
        err = room_move(store, after->id, ROOM_WAR);
    if (err == ERR_OK && before->live_channel_id != 0 &&
        before->live_channel_id != after->live_channel_id)
        err = room_move(store, after->id, ROOM_LIVE);
    if (err == ERR_OK)
        err = events_insert(store, after->id, events, count);
    for (int i = 0; i < count && err == ERR_OK; i++)
        err = event_project(store, after->id, &events[i]);
    if (err == ERR_OK)
        store->known = *after;
    return err;
}
