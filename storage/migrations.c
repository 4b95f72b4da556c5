/*
 * How an older file comes to the tables of storage/schema.c: migration N brings
 * it from user_version N - 1 to N, beginning with 2 (tests/lib/schema_1.c is
 * what the first opsroom made). The list only grows; a text that was released
 * is never edited, because files of that version exist. test_upgrade.c holds
 * what comes of it against what schema.c makes.
 */
#include "storage/store_internal.h"

/* clang-format off */
static const char log_2[] =
    "ALTER TABLE event ADD COLUMN origin TEXT;"
    "ALTER TABLE event ADD COLUMN phase TEXT;"
    "ALTER TABLE event ADD COLUMN entry_kind TEXT;"
    "ALTER TABLE event ADD COLUMN milestone TEXT;"
    "ALTER TABLE event ADD COLUMN milestone_at_from_ms INTEGER;"
    "ALTER TABLE event ADD COLUMN milestone_at_to_ms INTEGER;"
    "ALTER TABLE event ADD COLUMN milestone_at_precision TEXT;"
    "ALTER TABLE event ADD COLUMN milestone_at_typed TEXT;"
    "ALTER TABLE event ADD COLUMN rest_first_ms INTEGER;"
    "ALTER TABLE event ADD COLUMN rest_typed_ms INTEGER;"
    "ALTER TABLE event ADD COLUMN untold INTEGER;"
    "ALTER TABLE event ADD COLUMN settlement TEXT;"
    "ALTER TABLE event ADD COLUMN item_kind TEXT;"
    "ALTER TABLE event ADD COLUMN item_state TEXT;"
    "ALTER TABLE event ADD COLUMN due_ms INTEGER;"
    "ALTER TABLE event ADD COLUMN brief_actions TEXT;"
    "ALTER TABLE event ADD COLUMN brief_needs TEXT;"
    "ALTER TABLE event ADD COLUMN snapshot TEXT;"
    "ALTER TABLE event ADD COLUMN other_id INTEGER;"
    "ALTER TABLE event ADD COLUMN title TEXT;"
    "ALTER TABLE event ADD COLUMN reminder TEXT;"
    "ALTER TABLE event ADD COLUMN until_ms INTEGER;"
    "ALTER TABLE event ADD COLUMN lost INTEGER;"
    "ALTER TABLE event ADD COLUMN section TEXT;"
    "CREATE INDEX event_section ON event (incident, section, seq)"
    "  WHERE section IS NOT NULL;"
    "CREATE INDEX event_by_origin ON event (incident, origin)"
    "  WHERE origin IS NOT NULL;"

    "ALTER TABLE incident ADD COLUMN last_told_ms INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE incident ADD COLUMN reopened INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE incident ADD COLUMN duplicate_of INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE incident ADD COLUMN milestones_told INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE incident ADD COLUMN commander_reminded_ms INTEGER NOT NULL"
    "  DEFAULT 0;"
    "ALTER TABLE incident ADD COLUMN commander_snoozed_ms INTEGER NOT NULL"
    "  DEFAULT 0;"
    "ALTER TABLE incident ADD COLUMN update_reminded_ms INTEGER NOT NULL"
    "  DEFAULT 0;"
    "ALTER TABLE incident ADD COLUMN update_snoozed_ms INTEGER NOT NULL"
    "  DEFAULT 0;"
    "ALTER TABLE incident ADD COLUMN digest_reminded_ms INTEGER NOT NULL"
    "  DEFAULT 0;"
    "ALTER TABLE incident ADD COLUMN digest_snoozed_ms INTEGER NOT NULL"
    "  DEFAULT 0;"
    "ALTER TABLE incident ADD COLUMN archive_reminded_ms INTEGER NOT NULL"
    "  DEFAULT 0;"
    "ALTER TABLE incident ADD COLUMN archive_snoozed_ms INTEGER NOT NULL"
    "  DEFAULT 0;"
    "CREATE INDEX incident_announced ON incident (announce_message_id)"
    "  WHERE announce_message_id <> 0;"
    "UPDATE incident SET last_told_ms = coalesce((SELECT max(recorded_at_ms)"
    "  FROM event WHERE incident = incident.id AND kind = 'state'), 0),"
    "  reopened = (SELECT count(*) FROM event WHERE incident = incident.id"
    "  AND kind = 'state' AND state_to = 'investigating' AND state_from NOT IN"
    "  ('investigating', 'identified', 'mitigated'));";

static const char entries_2[] =
    "CREATE TABLE entry ("
    "  incident INTEGER NOT NULL REFERENCES incident (id),"
    "  seq INTEGER NOT NULL,"
    "  version INTEGER NOT NULL,"
    "  recorded_at_ms INTEGER NOT NULL,"
    "  from_ms INTEGER NOT NULL,"
    "  kind TEXT NOT NULL,"
    "  confidence TEXT NOT NULL,"
    "  target INTEGER NOT NULL,"
    "  struck INTEGER NOT NULL,"
    "  needs_settling INTEGER NOT NULL,"
    "  settlement TEXT NOT NULL,"
    "  reminded_ms INTEGER NOT NULL,"
    "  snoozed_ms INTEGER NOT NULL,"
    "  PRIMARY KEY (incident, seq)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX entry_by_time ON entry (incident, from_ms, seq);"
    "CREATE INDEX entry_by_kind ON entry (incident, kind, from_ms, seq);"
    "CREATE INDEX entry_open ON entry (incident, seq)"
    "  WHERE needs_settling = 1 AND struck = 0 AND settlement = 'none';"
    "CREATE TABLE item ("
    "  incident INTEGER NOT NULL REFERENCES incident (id),"
    "  seq INTEGER NOT NULL,"
    "  kind TEXT NOT NULL,"
    "  state TEXT NOT NULL,"
    "  owner_type TEXT NOT NULL,"
    "  owner_id INTEGER NOT NULL,"
    "  owner_name TEXT NOT NULL,"
    "  due_ms INTEGER NOT NULL,"
    "  latest INTEGER NOT NULL,"
    "  reminded_ms INTEGER NOT NULL,"
    "  snoozed_ms INTEGER NOT NULL,"
    "  PRIMARY KEY (incident, seq)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX item_open ON item (incident, seq)"
    "  WHERE state IN ('open', 'doing');"
    /* Version 1 knew no corrections and no action items. */
    "INSERT INTO entry SELECT incident, seq, seq, coalesce(recorded_at_ms, 0),"
    "  coalesce(occurred_from_ms, 0), coalesce(kind, 'report'),"
    "  coalesce(confidence, 'none'), coalesce(target, 0), 0,"
    "  coalesce(kind, '') = 'idea' OR (coalesce(kind, '') = 'change' AND"
    "  (change_temporary IS NOT NULL OR change_verified IS NULL)),"
    "  'none', 0, 0 FROM event WHERE kind IS NOT 'task';";

static const char world_2[] =
    "ALTER TABLE outbox ADD COLUMN file_name TEXT;"
    "ALTER TABLE outbox ADD COLUMN file_type TEXT;"
    "UPDATE outbox SET kind = 'access' WHERE kind = 'let_in';"
    "ALTER TABLE room_message ADD COLUMN lost INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX room_message_by_id ON room_message (message_id)"
    "  WHERE message_id <> 0;";

static const char drafts_3[] =
    "CREATE TABLE draft ("
    "  interaction INTEGER PRIMARY KEY,"
    "  user_id INTEGER NOT NULL,"
    "  at_ms INTEGER NOT NULL,"
    "  text BLOB NOT NULL"
    ") STRICT;"
    "CREATE INDEX draft_by_age ON draft (at_ms);";

static const char places_3[] =
    "CREATE INDEX event_place ON event (incident, seq, change_where)"
    "  WHERE change_where IS NOT NULL;";

static const char rooms_3[] =
    "ALTER TABLE incident ADD COLUMN war_is_borrowed INTEGER NOT NULL"
    "  DEFAULT 0;"
    "UPDATE incident SET war_is_borrowed = 1"
    "  WHERE war_channel_id <> 0 AND war_channel_id = origin_channel_id;"
    "CREATE INDEX event_task ON event (incident, effect, seq)"
    "  WHERE effect IS NOT NULL;"
    "CREATE INDEX room_message_by_seq ON room_message (incident, room,"
    "  last_seq);"
    "CREATE INDEX room_message_unsent ON room_message (incident, room, ordinal)"
    "  WHERE message_id = 0;"
    "CREATE TABLE room ("
    "  incident INTEGER NOT NULL REFERENCES incident (id),"
    "  room TEXT NOT NULL,"
    "  settled_seq INTEGER NOT NULL,"
    "  PRIMARY KEY (incident, room)"
    ") STRICT, WITHOUT ROWID;";

static const char indexes_4[] =
    "CREATE INDEX event_typed ON event (incident, occurred_from_ms)"
    "  WHERE occurred_typed IS NOT NULL;"
    "CREATE INDEX incident_unarchived ON incident (id)"
    "  WHERE archive_reminded_ms <= last_update_ms;"
    "CREATE INDEX incident_digest ON incident (guild_id, declared_at_ms,"
    "  digest_reminded_ms, is_private, is_drill);";

static const char samples_5[] =
    "CREATE TABLE probe ("
    "  id INTEGER PRIMARY KEY,"
    "  name TEXT NOT NULL UNIQUE,"
    "  told TEXT NOT NULL DEFAULT 'unknown',"
    "  told_since_ms INTEGER NOT NULL DEFAULT 0,"
    "  muted_until_ms INTEGER NOT NULL DEFAULT 0"
    ") STRICT;"
    "CREATE TABLE sample ("
    "  slot INTEGER NOT NULL,"
    "  probe INTEGER NOT NULL REFERENCES probe (id),"
    "  at_ms INTEGER NOT NULL,"
    "  good INTEGER NOT NULL,"
    "  value REAL,"
    "  PRIMARY KEY (slot, probe, at_ms)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE sample_mean ("
    "  slot INTEGER NOT NULL,"
    "  probe INTEGER NOT NULL REFERENCES probe (id),"
    "  good INTEGER NOT NULL,"
    "  bad INTEGER NOT NULL,"
    "  mean REAL,"
    "  least REAL,"
    "  most REAL,"
    "  PRIMARY KEY (slot, probe)"
    ") STRICT, WITHOUT ROWID;";

static const char alerts_5[] =
    "ALTER TABLE event ADD COLUMN service TEXT;"
    "ALTER TABLE event ADD COLUMN alert_state TEXT;"
    "ALTER TABLE event ADD COLUMN alert_count INTEGER;"
    "ALTER TABLE incident ADD COLUMN services TEXT NOT NULL DEFAULT '';"
    "CREATE TABLE alert ("
    "  id INTEGER PRIMARY KEY,"
    "  source TEXT NOT NULL,"
    "  key TEXT NOT NULL,"
    "  by_probe INTEGER NOT NULL,"
    "  service TEXT NOT NULL,"
    "  severity TEXT NOT NULL,"
    "  title TEXT NOT NULL,"
    "  text TEXT NOT NULL,"
    "  link TEXT NOT NULL,"
    "  started_ms INTEGER NOT NULL,"
    "  ended_ms INTEGER NOT NULL,"
    "  received_ms INTEGER NOT NULL,"
    "  times INTEGER NOT NULL,"
    "  card INTEGER NOT NULL,"
    "  incident INTEGER NOT NULL,"
    "  seq INTEGER NOT NULL,"
    "  is_told INTEGER NOT NULL"
    ") STRICT;"
    "CREATE UNIQUE INDEX alert_firing ON alert (source, key)"
    "  WHERE ended_ms = 0;"
    "CREATE INDEX alert_homeless ON alert (id)"
    "  WHERE ended_ms = 0 AND incident = 0;"
    "CREATE INDEX alert_of_card ON alert (card, id) WHERE card <> 0;"
    "CREATE INDEX alert_of_incident ON alert (incident, seq, id)"
    "  WHERE incident <> 0;"
    "CREATE INDEX alert_firing_in ON alert (incident, seq)"
    "  WHERE ended_ms = 0;"
    "CREATE INDEX alert_untold ON alert (incident, seq)"
    "  WHERE is_told = 0;"
    "CREATE TABLE alert_card ("
    "  id INTEGER PRIMARY KEY,"
    "  state TEXT NOT NULL,"
    "  opened_ms INTEGER NOT NULL,"
    "  newest_ms INTEGER NOT NULL,"
    "  incident INTEGER NOT NULL,"
    "  by_name TEXT NOT NULL,"
    "  message_id INTEGER NOT NULL"
    ") STRICT;";

/* A row may be about no incident: a card of alerts. */
static const char outbox_5[] =
    "ALTER TABLE outbox RENAME TO outbox_4;"
    "CREATE TABLE outbox ("
    "  id INTEGER PRIMARY KEY,"
    "  incident INTEGER NOT NULL,"
    "  lane TEXT NOT NULL,"
    "  kind TEXT NOT NULL,"
    "  target INTEGER NOT NULL,"
    "  wanted INTEGER NOT NULL,"
    "  attempts INTEGER NOT NULL,"
    "  not_before_ms INTEGER NOT NULL,"
    "  first_attempt_ms INTEGER NOT NULL,"
    "  url TEXT,"
    "  error TEXT,"
    "  file_name TEXT,"
    "  file_type TEXT,"
    "  UNIQUE (incident, lane, kind, target)"
    ") STRICT;"
    "INSERT INTO outbox SELECT id, incident, lane, kind, target, wanted,"
    "  attempts, not_before_ms, first_attempt_ms, url, error, file_name,"
    "  file_type FROM outbox_4;"
    "DROP TABLE outbox_4;"
    "CREATE TRIGGER outbox_is_of_an_incident BEFORE INSERT ON outbox"
    "  WHEN NEW.incident <> 0 AND NOT EXISTS"
    "  (SELECT 1 FROM incident WHERE id = NEW.incident)"
    "  BEGIN SELECT raise(ABORT, 'there is no such incident'); END;";

static const char forge_6[] =
    "ALTER TABLE event ADD COLUMN pull_state TEXT;"
    "ALTER TABLE incident ADD COLUMN pull_state TEXT NOT NULL DEFAULT 'none';"
    "ALTER TABLE incident ADD COLUMN pull_number INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE incident ADD COLUMN pull_url TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE item ADD COLUMN issue_number INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE item ADD COLUMN issue_url TEXT NOT NULL DEFAULT '';"
    "CREATE INDEX incident_pull ON incident (id) WHERE pull_state = 'open';"
    "CREATE INDEX item_issue ON item (incident, seq)"
    "  WHERE issue_number <> 0 AND state IN ('open', 'doing');";
/* Every entry wrote a page of each of these two, for nobody: answers are
 * forgotten in the order of their ids, and a live incident is not archived. (For
 * NOT IN, SQLite would make a table of the words at each update.) */
static const char pages_7[] =
    "DROP INDEX answer_by_age;"
    "DROP INDEX incident_unarchived;"
    "CREATE INDEX incident_unarchived ON incident (id)"
    "  WHERE state <> 'investigating' AND state <> 'identified'"
    "  AND state <> 'mitigated' AND archive_reminded_ms <= last_update_ms;"
    "ALTER TABLE outbox ADD COLUMN paced_ms INTEGER NOT NULL DEFAULT 0;";

static const char untold_9[] =
    "DROP INDEX alert_untold;"
    "CREATE INDEX alert_untold ON alert (incident, seq)"
    "  WHERE is_told <> 1;";

static const char announced_11[] =
    "CREATE TABLE announced_in ("
    "  channel_id INTEGER PRIMARY KEY"
    ") STRICT;";

static const char since_12[] =
    "ALTER TABLE incident ADD COLUMN state_seq INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE role_holder ADD COLUMN seq INTEGER NOT NULL DEFAULT 0;";

static const char warnings_14[] =
    "ALTER TABLE alert ADD COLUMN is_warning INTEGER NOT NULL DEFAULT 0;";
static const char refused_14[] =
    "ALTER TABLE room_message ADD COLUMN refused BLOB NOT NULL DEFAULT"
    " x'0000000000000000000000000000000000000000000000000000000000000000';";

static const char again_15[] =
    "ALTER TABLE alert ADD COLUMN again_ms INTEGER NOT NULL DEFAULT 0;";
/* Nobody knows when those were heard last, perhaps before this start. To take
 * them for silent since the first time would tell an outage that goes on, and
 * is repeated every hour, as over. */
static const char heard_16[] =
    "UPDATE alert SET again_ms = unixepoch() * 1000"
    " WHERE times > 1 AND again_ms = 0 AND ended_ms = 0;";
static const char ends_16[] =
    "ALTER TABLE alert ADD COLUMN how_ended TEXT NOT NULL DEFAULT 'told';";
/* clang-format on */

/* Rows of texts, run in order; a row is a version, the first one 2. An empty
 * one folds otherwise: see FOLDED_ANEW. */
static const char *const migrations[][4] = {
    {log_2, entries_2, world_2},
    {drafts_3, places_3, rooms_3},
    {indexes_4},
    {samples_5, alerts_5, outbox_5},
    {forge_6},
    {pages_7},
    {NULL},
    {untold_9},
    {NULL},
    {announced_11},
    {since_12},
    {NULL},
    {warnings_14, refused_14},
    {again_15},
    {heard_16, ends_16},
};
const int schema_version = 1 + COUNT(migrations);

/* From this version on, the impact of what is back has not ended, and the time
 * of a monitor's alert counts also where all else looks written up. Set to the
 * newest version whenever the rules fold the log of before into something else.
 */
#define FOLDED_ANEW 14

static int run(struct store *store, const char *sql)
{
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL);
}

static int run_all(struct store *store, const char *const *texts)
{
    int rc = SQLITE_OK;
    while (*texts != NULL && rc == SQLITE_OK)
        rc = run(store, *texts++);
    return rc;
}

/* In one transaction: a file has all of it or nothing, and one sync is enough
 * where a disk is slow. */
static enum err migrate(struct store *store, int from, int to)
{
    char sets_version[48];
    (void)snprintf(sets_version, sizeof sets_version,
                   "PRAGMA user_version = %d", to);
    int rc = run(store, "BEGIN IMMEDIATE");
    if (from == 0 && rc == SQLITE_OK)
        rc = run_all(store, schema_tables);
    for (int version = from; version > 0 && version < to && rc == SQLITE_OK;)
        rc = run_all(store, migrations[version++ - 1]);
    if (rc == SQLITE_OK && from > 0 && from < FOLDED_ANEW &&
        to >= FOLDED_ANEW) {
        enum err err = incidents_refold(store);
        if (err != ERR_OK)
            return err;
    }
    if (rc == SQLITE_OK)
        rc = run(store, sets_version);
    if (rc == SQLITE_OK)
        rc = run(store, "COMMIT");
    return rc == SQLITE_OK ? ERR_OK : sqlite_failed(store, rc);
}

enum err schema_migrate(struct store *store, int to)
{
    struct query query = query_new(store, "PRAGMA user_version");
    int version = query_row(&query) ? (int)row_int(&query, 0) : 0;
    enum err err = query_end(&query);
    if (err != ERR_OK || version >= to)
        return err;
    err = migrate(store, version, to);
    if (err != ERR_OK)
        (void)run(store, "ROLLBACK");
    return err;
}
