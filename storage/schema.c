/*
 * The tables, as numbered migrations: migration N brings a file from
 * user_version N - 1 to N. The list only grows; a text that was released is
 * never edited, because files of that version exist.
 *
 * Numbers, ids (64 bit, as signed) and times in milliseconds are INTEGER; enums
 * are their words. In `event` a default value is NULL, so that a column added
 * later leaves old rows, and their hashes, as they are.
 */
#include "storage/store_internal.h"

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

/* clang-format off */
static const char facts_1[] =
    "PRAGMA application_id = 0x6F70726D;"

    "CREATE TABLE fact ("
    "  name TEXT PRIMARY KEY,"
    "  value TEXT NOT NULL"
    ") STRICT, WITHOUT ROWID;"
    "INSERT INTO fact VALUES ('instance', lower(hex(randomblob(12))));";

static const char incidents_1[] =
    "CREATE TABLE incident ("
    "  id INTEGER PRIMARY KEY,"
    "  guild_id INTEGER NOT NULL,"
    "  origin_channel_id INTEGER NOT NULL,"
    "  state TEXT NOT NULL,"
    "  severity TEXT NOT NULL,"
    "  type TEXT NOT NULL,"
    "  is_private INTEGER NOT NULL,"
    "  is_drill INTEGER NOT NULL,"
    "  title TEXT NOT NULL,"
    "  impact TEXT NOT NULL,"
    "  declared_by_id INTEGER NOT NULL,"
    "  declared_by_name TEXT NOT NULL,"
    "  declared_at_ms INTEGER NOT NULL,"
    "  state_since_ms INTEGER NOT NULL,"
    "  next_update_due_ms INTEGER NOT NULL,"
    "  identified_by_move INTEGER NOT NULL,"
    "  war_channel_id INTEGER NOT NULL,"
    "  live_channel_id INTEGER NOT NULL,"
    "  card_message_id INTEGER NOT NULL,"
    "  announce_message_id INTEGER NOT NULL,"
    "  postmortem_ref TEXT NOT NULL,"
    "  postmortem_commit TEXT NOT NULL,"
    "  last_seq INTEGER NOT NULL,"
    "  first_event_ms INTEGER NOT NULL,"
    "  latest_typed_ms INTEGER NOT NULL,"
    "  last_update_ms INTEGER NOT NULL,"
    "  entries INTEGER NOT NULL"
    ") STRICT;"
    "CREATE INDEX incident_live ON incident (guild_id, id)"
    "  WHERE state IN ('investigating', 'identified', 'mitigated');"
    "CREATE INDEX incident_war ON incident (war_channel_id)"
    "  WHERE war_channel_id <> 0;"
    "CREATE INDEX incident_live_room ON incident (live_channel_id)"
    "  WHERE live_channel_id <> 0;"

    "CREATE TABLE milestone ("
    "  incident INTEGER NOT NULL REFERENCES incident (id),"
    "  name TEXT NOT NULL,"
    "  at_from_ms INTEGER NOT NULL,"
    "  at_to_ms INTEGER NOT NULL,"
    "  at_precision TEXT NOT NULL,"
    "  at_typed TEXT NOT NULL,"
    "  PRIMARY KEY (incident, name)"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE role_holder ("
    "  incident INTEGER NOT NULL REFERENCES incident (id),"
    "  place INTEGER NOT NULL,"
    "  role TEXT NOT NULL,"
    "  type TEXT NOT NULL,"
    "  user_id INTEGER NOT NULL,"
    "  name TEXT NOT NULL,"
    "  since_from_ms INTEGER NOT NULL,"
    "  since_to_ms INTEGER NOT NULL,"
    "  since_precision TEXT NOT NULL,"
    "  since_typed TEXT NOT NULL,"
    "  PRIMARY KEY (incident, place)"
    ") STRICT, WITHOUT ROWID;";

static const char events_1[] =
    "CREATE TABLE event ("
    "  incident INTEGER NOT NULL REFERENCES incident (id),"
    "  seq INTEGER NOT NULL CHECK (seq > 0),"
    "  hash BLOB NOT NULL CHECK (length(hash) = 32),"
    "  recorded_at_ms INTEGER,"
    "  kind TEXT,"
    "  occurred_from_ms INTEGER,"
    "  occurred_to_ms INTEGER,"
    "  occurred_precision TEXT,"
    "  occurred_typed TEXT,"
    "  actor_type TEXT,"
    "  actor_id INTEGER,"
    "  actor_name TEXT,"
    "  recorder_type TEXT,"
    "  recorder_id INTEGER,"
    "  recorder_name TEXT,"
    "  source TEXT,"
    "  visibility TEXT,"
    "  text TEXT,"
    "  link TEXT,"
    "  target INTEGER,"
    "  confidence TEXT,"
    "  change_what TEXT,"
    "  change_where TEXT,"
    "  change_from TEXT,"
    "  change_to TEXT,"
    "  change_undo TEXT,"
    "  change_verified TEXT,"
    "  change_temporary INTEGER,"
    "  declared_id INTEGER,"
    "  declared_guild_id INTEGER,"
    "  declared_channel_id INTEGER,"
    "  severity TEXT,"
    "  type TEXT,"
    "  is_private INTEGER,"
    "  is_drill INTEGER,"
    "  impact TEXT,"
    "  impact_from_from_ms INTEGER,"
    "  impact_from_to_ms INTEGER,"
    "  impact_from_precision TEXT,"
    "  impact_from_typed TEXT,"
    "  state_from TEXT,"
    "  state_to TEXT,"
    "  next_in_min INTEGER,"
    "  role TEXT,"
    "  holder_type TEXT,"
    "  holder_id INTEGER,"
    "  holder_name TEXT,"
    "  effect TEXT,"
    "  failed INTEGER,"
    "  ref_id INTEGER,"
    "  ref TEXT,"
    "  file_name TEXT,"
    "  file_type TEXT,"
    "  file_sha256 TEXT,"
    "  file_bytes INTEGER,"
    "  file_alt TEXT,"
    "  PRIMARY KEY (incident, seq)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event"
    "  BEGIN SELECT raise(ABORT, 'the log is append-only'); END;"
    "CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event"
    "  BEGIN SELECT raise(ABORT, 'the log is append-only'); END;"

    "CREATE TABLE attachment ("
    "  id INTEGER PRIMARY KEY,"
    "  sha256 TEXT NOT NULL UNIQUE,"
    "  bytes BLOB NOT NULL"
    ") STRICT;"
    "CREATE TRIGGER attachment_is_never_changed BEFORE UPDATE ON attachment"
    "  BEGIN SELECT raise(ABORT, 'evidence is never changed'); END;"
    "CREATE TRIGGER attachment_is_never_deleted BEFORE DELETE ON attachment"
    "  BEGIN SELECT raise(ABORT, 'evidence is never deleted'); END;";

static const char world_1[] =
    "CREATE TABLE outbox ("
    "  id INTEGER PRIMARY KEY,"
    "  incident INTEGER NOT NULL REFERENCES incident (id),"
    "  lane TEXT NOT NULL,"
    "  kind TEXT NOT NULL,"
    "  target INTEGER NOT NULL,"
    "  wanted INTEGER NOT NULL,"
    "  attempts INTEGER NOT NULL,"
    "  not_before_ms INTEGER NOT NULL,"
    "  first_attempt_ms INTEGER NOT NULL,"
    "  url TEXT,"
    "  error TEXT,"
    "  UNIQUE (incident, lane, kind, target)"
    ") STRICT;"

    "CREATE TABLE room_message ("
    "  incident INTEGER NOT NULL REFERENCES incident (id),"
    "  room TEXT NOT NULL,"
    "  ordinal INTEGER NOT NULL,"
    "  first_seq INTEGER NOT NULL,"
    "  last_seq INTEGER NOT NULL,"
    "  message_id INTEGER NOT NULL,"
    "  planned_ms INTEGER NOT NULL,"
    "  content BLOB NOT NULL CHECK (length(content) = 32),"
    "  PRIMARY KEY (incident, room, ordinal)"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE answer ("
    "  interaction INTEGER PRIMARY KEY,"
    "  at_ms INTEGER NOT NULL,"
    "  answer BLOB NOT NULL"
    ") STRICT;"
    "CREATE INDEX answer_by_age ON answer (at_ms);"

    "CREATE TABLE session ("
    "  one INTEGER PRIMARY KEY CHECK (one = 1),"
    "  session_id TEXT NOT NULL,"
    "  resume_url TEXT NOT NULL,"
    "  seq INTEGER NOT NULL"
    ") STRICT;"
    "CREATE TABLE identify ("
    "  id INTEGER PRIMARY KEY,"
    "  at_ms INTEGER NOT NULL"
    ") STRICT;";
/* clang-format on */

/* Rows of texts, run in order; a row is a version. */
static const char *const migrations[][5] = {
    {facts_1, incidents_1, events_1, world_1},
};
const int schema_version = COUNT(migrations);

static int run(struct store *store, const char *sql)
{
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL);
}

static enum err migrate_one(struct store *store, int version)
{
    const char *const *texts = migrations[version - 1];
    char sets_version[48];
    (void)snprintf(sets_version, sizeof sets_version,
                   "PRAGMA user_version = %d", version);
    int rc = run(store, "BEGIN IMMEDIATE");
    for (int i = 0; texts[i] != NULL && rc == SQLITE_OK; i++)
        rc = run(store, texts[i]);
    if (rc == SQLITE_OK)
        rc = run(store, sets_version);
    if (rc == SQLITE_OK)
        rc = run(store, "COMMIT");
    if (rc == SQLITE_OK)
        return ERR_OK;
    enum err err = sqlite_failed(store, rc);
    (void)run(store, "ROLLBACK");
    return err;
}

enum err schema_migrate(struct store *store)
{
    struct query query = query_new(store, "PRAGMA user_version");
    int64_t version = query_row(&query) ? row_int(&query, 0) : 0;
    enum err err = query_end(&query);
    for (; err == ERR_OK && version < schema_version; version++)
        err = migrate_one(store, (int)version + 1);
    return err;
}
