/*
 * A file of every older schema is brought up to date, and is then what the
 * newest program would have made of the same record.
 *
 * What an older program wrote is what this one writes as long as it does only
 * what that one could do: later columns hold nothing (which is checked), and
 * hashes do not cover what is not there. So the record is made here, and its
 * rows are moved into tables that the older migrations made.
 */
#include "bot/base/civil.h"
#include "bot/watch/alerts_record.h"
#include "storage/alerts.h"
#include "storage/discord.h"
#include "storage/rooms.h"
#include "storage/store_internal.h"
#include "storage/verify.h"
#include "tests/lib/schema_1.h"
#include "tests/lib/scratch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* ---- a record of what each version could do ---- */

struct record {
    struct store *store;
    struct incident in;
    int64_t now_ms;
};

static int64_t take(struct record *record, struct request request)
{
    record->now_ms += MS_PER_MINUTE;
    enum verdict verdict =
        scratch_take(record->store, &record->in, &request, record->now_ms);
    assert_int_equal(verdict, VERDICT_ACCEPTED);
    return record->in.last_seq;
}

static struct request about(enum request_kind kind, int64_t target,
                            const char *text)
{
    struct request request = {.kind = kind,
                              .draft = scratch_entry(EVENT_NOTE, text).draft};
    request.draft.target = target;
    return request;
}

static struct request change(bool temporary)
{
    struct request request = scratch_entry(EVENT_CHANGE, "");
    request.draft.change_what = STR("wal_keep_size");
    request.draft.change_where = STR("db-1");
    request.draft.change_from = STR("400 GB");
    request.draft.change_to = STR("1 GB");
    request.draft.change_temporary = temporary;
    return request;
}

static void version_1(struct record *record)
{
    struct sha256 hash;
    char hex[SHA256_HEX];
    struct request evidence = scratch_entry(EVENT_EVIDENCE, "df -h");
    struct request assign = about(REQUEST_ASSIGN, 0, NULL);
    assert_int_equal(store_begin(record->store), ERR_OK);
    assert_int_equal(store_put_attachment(record->store, STR("a log"), &hash),
                     ERR_OK);
    assert_int_equal(store_put_answer(record->store, 7, STR("said"), 5),
                     ERR_OK);
    assert_int_equal(
        store_put_session(record->store,
                          &(struct stored_session){"abc", "wss://x", 9, 0, 0}),
        ERR_OK);
    assert_int_equal(store_put_identify(record->store, 5), ERR_OK);
    assert_int_equal(store_commit(record->store), ERR_OK);
    sha256_hex(&hash, hex);
    evidence.draft.file_name = STR("df.txt");
    evidence.draft.file_sha256 = str_of(hex);
    evidence.draft.file_bytes = 5;
    assign.draft.kind = EVENT_ROLE;
    assign.draft.role = ROLE_COMMANDER;
    assign.draft.holder = assign.draft.actor;
    (void)take(record, scratch_declare(1, "Global outage"));
    (void)take(record, scratch_entry(EVENT_REPORT, "people see 504"));
    (void)take(record, scratch_entry(EVENT_IDEA, "move the media away"));
    (void)take(record, evidence);
    (void)take(record, assign);
    (void)take(record, change(true));
    (void)take(record, change(false));
    (void)take(record, scratch_move(STATE_MITIGATED, "space made"));
    (void)take(record, scratch_move(STATE_RESOLVED, "all is well"));
    (void)take(record, scratch_move(STATE_INVESTIGATING, "it is back"));
    struct room_message message = {1, 1, 3, 99, 1000, hash, 0, {{0}}};
    assert_int_equal(store_begin(record->store), ERR_OK);
    assert_int_equal(
        store_put_room_message(record->store, 1, ROOM_WAR, &message), ERR_OK);
    assert_int_equal(
        store_want(record->store, EFFECT_ACCESS, 1, 0, NULL, record->now_ms),
        ERR_OK);
    assert_int_equal(store_commit(record->store), ERR_OK);
}

static void version_2(struct record *record)
{
    int64_t note = take(record, scratch_entry(EVENT_NOTE, "disk is fulll"));
    int64_t wrong = take(record, scratch_entry(EVENT_NOTE, "another server"));
    int64_t idea = take(record, scratch_entry(EVENT_IDEA, "buy a disk"));
    struct request edit = about(REQUEST_EDIT, note, "disk is full");
    edit.draft.entry_kind = EVENT_NOTE;
    (void)take(record, edit);
    (void)take(record, about(REQUEST_STRIKE, wrong, "not ours"));
    struct request settle = about(REQUEST_SETTLE, idea, "bought");
    settle.draft.settlement = SETTLEMENT_DROPPED;
    (void)take(record, settle);
    (void)take(record, about(REQUEST_ITEM, 0, "alert on disk space"));
    struct request write = about(REQUEST_WRITE, 0, "It was the disk.");
    write.draft.section = SECTION_SUMMARY;
    (void)take(record, write);
}

static void version_3(struct record *record)
{
    assert_int_equal(store_begin(record->store), ERR_OK);
    assert_int_equal(
        store_want(record->store, EFFECT_CARD, 1, 0, NULL, record->now_ms),
        ERR_OK);
    assert_int_equal(store_commit(record->store), ERR_OK);
}

static void version_4(struct record *record)
{
    (void)take(record, scratch_entry(EVENT_ACTION, "restarted the queue"));
}

static void put_alert(struct record *record, const struct alert *alert)
{
    int64_t id;
    assert_int_equal(store_begin(record->store), ERR_OK);
    assert_int_equal(store_put_alert(record->store, alert, record->now_ms, &id),
                     ERR_OK);
    assert_int_equal(store_commit(record->store), ERR_OK);
}

static void version_5(struct record *record)
{
    const struct alert alert = {
        .source = STR("prometheus"),
        .key = STR("disk"),
        .title = STR("Disk is full"),
        .started_ms = SCRATCH_NOW_MS,
    };
    put_alert(record, &alert);
}

static void version_14(struct record *record)
{
    const struct alert alert = {
        .source = STR("kuma"),
        .key = STR("certificate"),
        .title = STR("The certificate expires"),
        .is_warning = true,
    };
    put_alert(record, &alert);
}

static void version_15(struct record *record)
{
    assert_int_equal(store_begin(record->store), ERR_OK);
    assert_int_equal(store_repeat_alert(record->store, 1, record->now_ms),
                     ERR_OK);
    assert_int_equal(store_commit(record->store), ERR_OK);
}

static void version_16(struct record *record)
{
    assert_int_equal(store_begin(record->store), ERR_OK);
    assert_int_equal(
        store_end_alert(record->store, 1, record->now_ms, ALERT_END_UNTOLD),
        ERR_OK);
    assert_int_equal(store_commit(record->store), ERR_OK);
}

/* A version that adds nothing that a record would show has an empty row here;
 * one without a row fails. */
static void version_11(struct record *record)
{
    assert_int_equal(store_begin(record->store), ERR_OK);
    assert_int_equal(store_put_announced_in(record->store, 1003), ERR_OK);
    assert_int_equal(store_commit(record->store), ERR_OK);
}

static void version_nothing(struct record *record)
{
    (void)record;
}

static void (*const versions[])(struct record *record) = {
    version_1,       version_2,       version_3,       version_4,
    version_5,       version_nothing, version_nothing, version_nothing,
    version_nothing, version_nothing, version_11,      version_nothing,
    version_nothing, version_14,      version_15,      version_16,
};
#define VERSIONS (int)(sizeof versions / sizeof versions[0])

static void make_record(const struct scratch *scratch, int version)
{
    struct record record = {.store = scratch_open(scratch),
                            .now_ms = SCRATCH_NOW_MS};
    for (int i = 0; i < version; i++)
        versions[i](&record);
    store_close(record.store);
}

/* ---- moving it into the tables of that version ---- */

static void exec(sqlite3 *db, const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
}

static char *text_of(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    char *text = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    if (sqlite3_step(stmt) == SQLITE_ROW)
        text = sqlite3_mprintf("%s", sqlite3_column_text(stmt, 0));
    (void)sqlite3_finalize(stmt);
    return text;
}

/* Runs each row of `select`, which is a statement, or fails when there is one
 * and `complaint` is given. */
static void each(sqlite3 *db, const char *select, const char *complaint)
{
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v2(db, select, -1, &stmt, NULL) != SQLITE_OK)
        fail_msg("%s: %s", select, sqlite3_errmsg(db));
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        char *text = sqlite3_mprintf("%s", sqlite3_column_text(stmt, 0));
        if (complaint == NULL) {
            exec(db, text);
        } else {
            char *count = text_of(db, text);
            if (strcmp(count, "0") != 0)
                fail_msg("%s: %s rows: %s", complaint, count, text);
            sqlite3_free(count);
        }
        sqlite3_free(text);
    }
    (void)sqlite3_finalize(stmt);
}

#define TABLES(of)                                                             \
    "(SELECT name FROM " of ".sqlite_schema WHERE type = 'table'"              \
    " AND name NOT LIKE 'sqlite_%') AS t"

static void make_old_file(const struct scratch *scratch,
                          const struct scratch *newest, int version)
{
    struct store bare = {.lock_fd = -1};
    assert_int_equal(sqlite3_open(scratch->db, &bare.db), SQLITE_OK);
    for (int i = 0; schema_1[i] != NULL; i++)
        exec(bare.db, schema_1[i]);
    exec(bare.db, "PRAGMA user_version = 1");
    assert_int_equal(schema_migrate(&bare, version), ERR_OK);
    for (size_t i = 0; i < STATEMENTS; i++)
        (void)sqlite3_finalize(bare.statements[i].stmt);
    char *attach = sqlite3_mprintf("ATTACH %Q AS newest", newest->db);
    exec(bare.db, attach);
    sqlite3_free(attach);
    each(bare.db,
         "SELECT 'SELECT count(*) FROM newest.event WHERE ' || c.name ||"
         " ' IS NOT NULL' FROM pragma_table_info('event', 'newest') AS c WHERE"
         " c.name NOT IN (SELECT name FROM pragma_table_info('event', 'main'))",
         "that version could not have written");
    each(bare.db,
         "SELECT 'INSERT OR REPLACE INTO main.' || t.name || ' (' || cols ||"
         " ') SELECT ' || cols || ' FROM newest.' || t.name FROM (SELECT"
         " t.name, (SELECT group_concat(name) FROM pragma_table_info(t.name,"
         " 'main')) AS cols FROM " TABLES("main") ") AS t",
         NULL);
    if (version == 1)
        exec(bare.db,
             "UPDATE outbox SET kind = 'let_in' WHERE kind = 'access'");
    assert_int_equal(sqlite3_close(bare.db), SQLITE_OK);
}

#define SHAPES(of)                                                             \
    "SELECT name, replace(replace(sql, ' ', ''), '\"', '') FROM " of           \
    ".sqlite_schema"

/* The tables are those of a new file; ALTER TABLE sets blanks and quotes as it
 * likes. */
static void expect_same_shape(sqlite3 *db)
{
    char *names = text_of(
        db,
        "SELECT coalesce(group_concat(DISTINCT name), '') FROM (SELECT * FROM"
        " (" SHAPES("main") " EXCEPT " SHAPES(
            "newest") ") UNION ALL SELECT"
                      " * FROM (" SHAPES("newest") " EXCEPT " SHAPES(
                          "main") "))");
    if (names[0] != '\0')
        fail_msg("schema.c and the migrations differ in: %s", names);
    sqlite3_free(names);
}

/* Whatever is in one of the two is in the other. */
static void expect_same(const struct scratch *scratch,
                        const struct scratch *newest)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(scratch->db, &db), SQLITE_OK);
    char *attach = sqlite3_mprintf("ATTACH %Q AS newest", newest->db);
    exec(db, attach);
    sqlite3_free(attach);
    expect_same_shape(db);
    each(db,
         "SELECT 'SELECT count(*) FROM (SELECT ' || cols || ' FROM main.' ||"
         " t.name || ' EXCEPT SELECT ' || cols || ' FROM newest.' || t.name ||"
         " ')' FROM (SELECT t.name, (SELECT group_concat(name) FROM"
         " pragma_table_info(t.name, 'main')) AS cols FROM " TABLES(
             "newest") ") AS t",
         "the upgrade made up");
    each(db,
         "SELECT 'SELECT count(*) FROM (SELECT ' || cols || ' FROM newest.' ||"
         " t.name || ' EXCEPT SELECT ' || cols || ' FROM main.' || t.name ||"
         " ')' FROM (SELECT t.name, (SELECT group_concat(name) FROM"
         " pragma_table_info(t.name, 'newest')) AS cols FROM " TABLES(
             "newest") ") AS t",
         "the upgrade lost");
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* ---- */

static int64_t verified_events(struct store *store, int version)
{
    struct verdicts verdicts;
    struct buf report = BUF_INIT(65536);
    if (store_verify(store, &verdicts, &report) != ERR_OK)
        fail_msg("from version %d:\n%s", version, buf_text(&report));
    buf_release(&report);
    return verdicts.events;
}

static void every_version_is_brought_up_to_date(void **state)
{
    struct scratch newest = *(const struct scratch *)*state, old = newest;
    (void)snprintf(newest.db, sizeof newest.db, "%s/newest.db", old.folder);
    if (VERSIONS != schema_version)
        fail_msg("say in `versions` what schema %d brings", schema_version);
    for (int version = 1; version <= VERSIONS; version++) {
        make_record(&newest, version);
        make_old_file(&old, &newest, version);
        struct store *store = scratch_open(&old);
        assert_true(verified_events(store, version) >= 10);
        store_close(store);
        assert_int_equal(scratch_number(&old, "PRAGMA user_version"),
                         schema_version);
        expect_same(&old, &newest);
        assert_int_equal(remove(old.db), 0);
        assert_int_equal(remove(newest.db), 0);
    }
}

static struct request shown(enum effect_kind effect, uint64_t id)
{
    return (struct request){
        .kind = REQUEST_EFFECT,
        .draft = {.effect = effect, .ref_id = id},
    };
}

/* Of a file that the newest program made. */
#define SET_BACK_15                                                            \
    "ALTER TABLE alert DROP COLUMN how_ended;"                                 \
    "ALTER TABLE alert DROP COLUMN again_ms;"
#define SET_BACK_14                                                            \
    SET_BACK_15                                                                \
    "ALTER TABLE alert DROP COLUMN is_warning;"                                \
    "ALTER TABLE room_message DROP COLUMN refused;"
#define SET_BACK_TO_14 SET_BACK_15 "PRAGMA user_version = 14"
#define SET_BACK_TO_13 SET_BACK_14 "PRAGMA user_version = 13"
#define SET_BACK_TO_12 SET_BACK_14 "PRAGMA user_version = 12"
#define SET_BACK_TO_7                                                          \
    SET_BACK_14 "DROP TABLE announced_in;"                                     \
                "ALTER TABLE incident DROP COLUMN state_seq;"                  \
                "ALTER TABLE role_holder DROP COLUMN seq;"                     \
                "PRAGMA user_version = 7"

/* Up to version 7 what worked again, and had its id before, had none. */
static void rows_are_what_the_log_says_now(void **state)
{
    const struct scratch *scratch = *state;
    struct record record = {.store = scratch_open(scratch),
                            .now_ms = SCRATCH_NOW_MS};
    struct incident in;
    (void)take(&record, scratch_declare(1, "Global outage"));
    (void)take(&record, shown(EFFECT_WAR_ROOM, 31));
    (void)take(&record, shown(EFFECT_CARD, 33));
    struct request again = shown(EFFECT_CARD, 0);
    again.draft.text = STR("What hindered it is out of the way.");
    (void)take(&record, again);
    store_close(record.store);
    scratch_sql(scratch,
                "UPDATE incident SET card_message_id = 0;" SET_BACK_TO_7);
    record.store = scratch_open(scratch);
    assert_int_equal(store_incident(record.store, 1, &in), ERR_OK);
    assert_int_equal(in.card_message_id, 33);
    assert_int_equal(in.war_channel_id, 31);
    store_close(record.store);
}

/* Up to version 12 a late word on what was over was word of how it stands. */
static void a_late_word_is_folded_anew(void **state)
{
    const struct scratch *scratch = *state;
    struct record record = {.store = scratch_open(scratch),
                            .now_ms = SCRATCH_NOW_MS};
    (void)take(&record, scratch_declare(1, "Global outage"));
    (void)take(&record, scratch_move(STATE_RESOLVED, "space made"));
    (void)take(&record, scratch_move(STATE_NONE, "and it stays so"));
    store_close(record.store);
    scratch_sql(
        scratch,
        "UPDATE incident SET last_told_ms = last_update_ms;" SET_BACK_TO_12);
    record.store = scratch_open(scratch);
    (void)verified_events(record.store, 12);
    store_close(record.store);
}

/* Up to version 13 an impact that was back had ended. */
static void an_end_is_folded_anew(void **state)
{
    const struct scratch *scratch = *state;
    struct record record = {.store = scratch_open(scratch),
                            .now_ms = SCRATCH_NOW_MS};
    struct request ends = {.kind = REQUEST_SET};
    struct incident in;
    (void)take(&record, scratch_declare(1, "Global outage"));
    incident_set_draft(&record.in, &ends.draft);
    ends.draft.milestone = MILESTONE_IMPACT_END;
    ends.draft.milestone_at = when_exact(record.now_ms);
    (void)take(&record, ends);
    (void)take(&record, scratch_move(STATE_MITIGATED, "space made"));
    (void)take(&record, scratch_move(STATE_INVESTIGATING, "full again"));
    store_close(record.store);
    scratch_sql(scratch, "UPDATE milestone SET at_from_ms = 1, at_to_ms = 1"
                         " WHERE name = 'impact end';" SET_BACK_TO_13);
    record.store = scratch_open(scratch);
    (void)verified_events(record.store, 13);
    assert_int_equal(store_incident(record.store, 1, &in), ERR_OK);
    assert_false(when_is_set(&in.milestones[MILESTONE_IMPACT_END]));
    store_close(record.store);
}

/* Up to version 13 a monitor that rang while all looked written up told no
 * time. */
static void an_alarm_is_folded_anew(void **state)
{
    const struct scratch *scratch = *state;
    struct record record = {.store = scratch_open(scratch),
                            .now_ms = SCRATCH_NOW_MS};
    struct request alert = scratch_entry(EVENT_ALERT, "the site is down");
    struct incident in;
    (void)take(&record, scratch_declare(1, "Global outage"));
    alert.draft.source = SOURCE_WEBHOOK;
    (void)take(&record, alert);
    store_close(record.store);
    scratch_sql(scratch, "DELETE FROM milestone WHERE name = 'first machine"
                         " alert';" SET_BACK_TO_13);
    record.store = scratch_open(scratch);
    (void)verified_events(record.store, 13);
    assert_int_equal(store_incident(record.store, 1, &in), ERR_OK);
    assert_true(when_is_set(&in.milestones[MILESTONE_FIRST_ALERT]));
    store_close(record.store);
}

static bool note_alert(const struct stored_alert *stored, void *context)
{
    const struct alert again = {.key = stored->alert.key};
    *(enum told *)context = alerts_told(stored, &again, clock_wall_ms());
    return false;
}

/* Up to version 14 nobody remembered when an alert was heard last. What a
 * script repeats every hour is not over because of that, nor is what was heard
 * once the same for ever. */
static void an_alert_that_is_repeated_goes_on(void **state)
{
    const struct scratch *scratch = *state;
    const struct alert disk = {.source = STR("cron"), .key = STR("disk")};
    const struct alert once = {.source = STR("cron"), .key = STR("once")};
    struct record record = {.store = scratch_open(scratch),
                            .now_ms = clock_wall_ms() - 5 * MS_PER_DAY};
    enum told told = TOLD_OTHERWISE;
    put_alert(&record, &disk);
    put_alert(&record, &once);
    scratch_sql(scratch, "UPDATE alert SET times = 120 WHERE key ="
                         " 'disk'");
    store_close(record.store);
    scratch_sql(scratch, SET_BACK_TO_14);
    record.store = scratch_open(scratch);
    assert_int_equal(store_firing_alert(record.store, disk.source, disk.key,
                                        note_alert, &told),
                     ERR_OK);
    assert_int_equal(told, TOLD_AGAIN);
    assert_int_equal(store_firing_alert(record.store, once.source, once.key,
                                        note_alert, &told),
                     ERR_OK);
    assert_int_equal(told, TOLD_ANEW);
    store_close(record.store);
}

/* It stays for store_verify to tell. */
static void damage_is_not_folded_away(void **state)
{
    const struct scratch *scratch = *state;
    struct record record = {.store = scratch_open(scratch),
                            .now_ms = SCRATCH_NOW_MS};
    struct verdicts verdicts;
    struct buf report = BUF_INIT(65536);
    (void)take(&record, scratch_declare(1, "Global outage"));
    (void)take(&record, scratch_move(STATE_MITIGATED, "space made"));
    store_close(record.store);
    scratch_sql(scratch, "DROP TRIGGER event_is_never_deleted;"
                         "DELETE FROM event WHERE incident = 1 AND seq ="
                         " (SELECT max(seq) FROM event WHERE incident"
                         " = 1);" SET_BACK_TO_7);
    record.store = scratch_open(scratch);
    assert_int_equal(store_verify(record.store, &verdicts, &report),
                     ERR_CORRUPT);
    if (strstr(buf_text(&report), "INC-1: state is mitigated") == NULL)
        fail_msg("%s", buf_text(&report));
    buf_release(&report);
    store_close(record.store);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_version_is_brought_up_to_date),
        TEST(rows_are_what_the_log_says_now),
        TEST(a_late_word_is_folded_anew),
        TEST(an_end_is_folded_anew),
        TEST(an_alarm_is_folded_anew),
        TEST(an_alert_that_is_repeated_goes_on),
        TEST(damage_is_not_folded_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
