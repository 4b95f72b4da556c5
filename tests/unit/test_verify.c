/*
 * Each kind of damage is done by a second connection, past the triggers, and
 * the proof must name it.
 */
#include "storage/rooms.h"
#include "storage/verify.h"
#include "tests/lib/scratch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define HASH_OF_LOG                                                            \
    "(SELECT sha256 FROM attachment WHERE bytes = CAST('a log' AS BLOB))"

static void take(struct store *store, struct incident *in,
                 struct request request)
{
    assert_int_equal(scratch_take(store, in, &request, SCRATCH_NOW_MS),
                     VERDICT_ACCEPTED);
}

/* Two incidents; the first has 5 events or more, a holder, milestones, evidence
 * with bytes, an action item, outbox rows and a room message. */
static void fill(const struct scratch *scratch)
{
    struct store *store = scratch_open(scratch);
    struct incident first = {0}, second = {0};
    struct sha256 hash;
    char hex[SHA256_HEX];
    assert_int_equal(store_begin(store), ERR_OK);
    take(store, &first, scratch_declare(1, "Global outage"));
    take(store, &first, scratch_entry(EVENT_REPORT, "people see 504"));
    take(store, &first, scratch_entry(EVENT_NOTE, "disk is full"));
    assert_int_equal(store_put_attachment(store, STR("a log"), &hash), ERR_OK);
    sha256_hex(&hash, hex);
    struct request evidence = scratch_entry(EVENT_EVIDENCE, "df -h");
    evidence.draft.file_name = STR("df.txt");
    evidence.draft.file_sha256 = str_of(hex);
    evidence.draft.file_bytes = 5;
    take(store, &first, evidence);
    struct request assign = {.kind = REQUEST_ASSIGN,
                             .draft = scratch_entry(EVENT_ROLE, NULL).draft};
    assign.draft.role = ROLE_COMMANDER;
    assign.draft.holder = assign.draft.actor;
    take(store, &first, assign);
    take(store, &first, scratch_move(STATE_MITIGATED, "space made"));
    struct request item = {
        .kind = REQUEST_ITEM,
        .draft = scratch_entry(EVENT_ITEM, "alert on disk space").draft};
    take(store, &first, item);
    take(store, &second, scratch_declare(2, "Media slow"));
    struct room_message message = {1, 2, 3, 99, 1000, hash, 0, {{0}}};
    assert_int_equal(store_put_room_message(store, 1, ROOM_WAR, &message),
                     ERR_OK);
    assert_int_equal(store_commit(store), ERR_OK);
    store_close(store);
}

static enum err verify(const struct scratch *scratch, struct verdicts *verdicts,
                       struct buf *report)
{
    struct store *store = NULL;
    struct buf why = BUF_INIT(1024);
    enum err err = store_open(scratch->db, true, &store, &why);
    if (err != ERR_OK)
        fail_msg("%s", buf_text(&why));
    err = store_verify(store, verdicts, report);
    if (err == ERR_STORAGE)
        fail_msg("%s", store_why(store));
    store_close(store);
    return err;
}

static void an_untouched_record_is_clean(void **state)
{
    struct verdicts verdicts = {0};
    struct buf report = BUF_INIT(65536);
    fill(*state);
    enum err err = verify(*state, &verdicts, &report);
    assert_string_equal(buf_text(&report), "");
    assert_int_equal(err, ERR_OK);
    assert_int_equal(verdicts.incidents, 2);
    assert_int_equal(verdicts.attachments, 1);
    assert_int_equal(verdicts.problems, 0);
    assert_int_equal(verdicts.events,
                     scratch_number(*state, "SELECT count(*) FROM event"));
    buf_release(&report);
}

#define UNLOCK                                                                 \
    "DROP TRIGGER event_is_never_changed;"                                     \
    "DROP TRIGGER event_is_never_deleted;"                                     \
    "DROP TRIGGER attachment_is_never_changed;"                                \
    "DROP TRIGGER attachment_is_never_deleted;"

static void damage_is_named(void **state)
{
    /* `says`: a line of the report, or its head. */
    static const struct {
        const char *sql, *says;
        int problems; /* 0: one or more */
    } cases[] = {
        {"UPDATE event SET text = 'disk is fine' WHERE incident = 1 AND seq = "
         "3",
         "INC-1 #3: the entry does not match its hash", 1},
        {"UPDATE event SET actor_name = 'somebody' WHERE incident = 1 AND"
         " seq = 3",
         "INC-1 #3: the entry does not match its hash", 1},
        {"UPDATE event SET recorded_at_ms = recorded_at_ms + 1 WHERE"
         " incident = 2",
         "INC-2 #1: the entry does not match its hash", 1},
        {"UPDATE event SET failed = 1 WHERE incident = 1 AND seq = 3",
         "INC-1 #3: the entry does not match its hash", 1},
        {"UPDATE event SET hash = zeroblob(32) WHERE incident = 1 AND seq = 2",
         "INC-1 #2: the entry does not match its hash", 2},
        {"UPDATE event SET kind = 'gossip' WHERE incident = 1 AND seq = 3",
         "INC-1 #3: kind is damaged", 1},
        {"DELETE FROM event WHERE incident = 1 AND seq = 3",
         "INC-1: #4 follows #2, events are missing", 1},
        {"DELETE FROM event WHERE incident = 1 AND seq = 1",
         "INC-1: #2 follows #0, events are missing", 1},
        {"DELETE FROM event WHERE incident = 1 AND seq ="
         " (SELECT max(seq) FROM event WHERE incident = 1)",
         "INC-1: last_seq is ", 0},
        {"DELETE FROM event WHERE incident = 2",
         "INC-2: title is \"Media slow\", the log says \"\"", 0},
        {"UPDATE event SET seq = CASE seq WHEN 2 THEN 99 ELSE 2 END"
         " WHERE incident = 1 AND seq = 2;"
         "UPDATE event SET seq = 2 WHERE incident = 1 AND seq = 3;"
         "UPDATE event SET seq = 3 WHERE incident = 1 AND seq = 99;",
         "INC-1 #2: the entry does not match its hash", 0},
        {"UPDATE incident SET severity = 'SEV4' WHERE id = 1",
         "INC-1: severity is SEV4, the log says SEV2", 1},
        {"UPDATE incident SET title = 'Small outage' WHERE id = 1",
         "INC-1: title is \"Small outage\", the log says \"Global outage\"", 1},
        {"UPDATE incident SET is_private = 1 WHERE id = 2",
         "INC-2: is_private is yes, the log says no", 1},
        {"UPDATE incident SET guild_id = -1 WHERE id = 2",
         "INC-2: guild_id is 18446744073709551615, the log says "
         "100000000000000001",
         1},
        {"UPDATE incident SET entries = 77 WHERE id = 1",
         "INC-1: entries is 77, the log says ", 1},
        {"UPDATE incident SET state = 'asleep' WHERE id = 1",
         "INC-1: state is damaged", 1},
        {"UPDATE milestone SET at_from_ms = 5 WHERE incident = 1 AND"
         " name = 'mitigated'",
         "INC-1: milestone \"mitigated\" at_from_ms is 5, the log says 16", 1},
        {"DELETE FROM milestone WHERE incident = 1 AND name = 'mitigated'",
         "INC-1: milestone \"mitigated\" at_from_ms is 0, the log says 16", 0},
        {"UPDATE milestone SET name = 'lunch' WHERE incident = 1 AND"
         " name = 'mitigated'",
         "INC-1: a milestone's name is damaged", 1},
        {"UPDATE role_holder SET name = 'mallory' WHERE incident = 1",
         "INC-1: role holder 1 name is \"mallory\", the log says \"nova\"", 1},
        {"INSERT INTO role_holder SELECT incident, 5, role, type, user_id, "
         "name,"
         " since_from_ms, since_to_ms, since_precision, since_typed, seq FROM"
         " role_holder",
         "INC-1: role holder 6 role is commander, the log says none", 0},
        {"UPDATE role_holder SET place = 12",
         "INC-1: a role holder's place is "
         "damaged",
         1},
        {"UPDATE entry SET struck = 7 WHERE incident = 1 AND seq = 3",
         "INC-1: #3 struck is 7, the log says 0", 1},
        {"DELETE FROM entry WHERE incident = 1 AND seq = 3",
         "INC-1: #3 version is 0, the log says 3", 0},
        {"UPDATE item SET state = 'done'",
         "INC-1: action item #7 state is done, the log says open", 1},
        {"DELETE FROM item",
         "INC-1: action item #7 state is none, the log says", 0},
        {"UPDATE attachment SET bytes = x'00'",
         "INC-1 #4: the file has 1 bytes, the log says 5", 2},
        {"DELETE FROM attachment", "INC-1 #4: the file ", 1},
        {"DROP TRIGGER outbox_is_of_an_incident;"
         "INSERT INTO outbox (incident, lane, kind, target, wanted, attempts,"
         " not_before_ms, first_attempt_ms)"
         " VALUES (9, 'war', 'card', 0, 1, 0, 0, 0)",
         "1 rows of outbox belong to no incident", 1},
        {"UPDATE room_message SET incident = 9",
         "1 rows of room_message belong to no incident", 1},
        {"DELETE FROM incident WHERE id = 2",
         "1 rows of event belong to no "
         "incident",
         0},
    };
    const struct scratch *scratch = *state;
    struct buf whole = BUF_INIT(1 << 20), report = BUF_INIT(65536);
    fill(scratch);
    scratch_read(scratch->db, &whole);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct verdicts verdicts = {0};
        char sql[1024];
        buf_clear(&report);
        scratch_write(scratch->db, whole.s, whole.n);
        (void)snprintf(sql, sizeof sql, UNLOCK "%s", cases[i].sql);
        scratch_sql(scratch, sql);
        enum err err = verify(scratch, &verdicts, &report);
        if (err != ERR_CORRUPT)
            fail_msg("not found: %s", cases[i].sql);
        if (strstr(buf_text(&report), cases[i].says) == NULL)
            fail_msg("%s: \"%s\" is not in\n%s", cases[i].sql, cases[i].says,
                     buf_text(&report));
        if (cases[i].problems > 0 && verdicts.problems != cases[i].problems)
            fail_msg("%s: %d problems\n%s", cases[i].sql,
                     (int)verdicts.problems, buf_text(&report));
    }
    buf_release(&report);
    buf_release(&whole);
}

#define SCHEMA "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = "
#define INDEX  " WHERE name = 'entry_by_time'"

/* As when a bit of an index turned: the tables say what the log says, but who
 * looks by the index finds something else. */
static void an_index_that_differs_from_its_table_is_named(void **state)
{
    const struct scratch *scratch = *state;
    struct verdicts verdicts = {0};
    struct buf report = BUF_INIT(65536);
    fill(scratch);
    scratch_sql(scratch, "UPDATE entry SET from_ms = from_ms + 1"
                         " WHERE incident = 1 AND seq = 3");
    scratch_sql(scratch, SCHEMA "sql || ' WHERE 0'" INDEX);
    scratch_sql(scratch, "UPDATE entry SET from_ms = from_ms - 1"
                         " WHERE incident = 1 AND seq = 3");
    scratch_sql(scratch, SCHEMA "replace(sql, ' WHERE 0', '')" INDEX);
    assert_int_equal(verify(scratch, &verdicts, &report), ERR_CORRUPT);
    assert_non_null(strstr(buf_text(&report), "index entry_by_time"));
    assert_non_null(strstr(buf_text(&report), "REINDEX makes"));
    buf_clear(&report);
    scratch_sql(scratch, "REINDEX");
    assert_int_equal(verify(scratch, &verdicts, &report), ERR_OK);
    buf_release(&report);
}

static void proves_beside_a_running_bot(void **state)
{
    const struct scratch *scratch = *state;
    struct store *bot, *reader = NULL;
    struct incident in;
    struct verdicts verdicts;
    struct buf report = BUF_INIT(65536), why = BUF_INIT(1024);
    fill(scratch);
    bot = scratch_open(scratch);
    assert_int_equal(store_incident(bot, 1, &in), ERR_OK);
    assert_int_equal(store_open(scratch->db, true, &reader, &why), ERR_OK);
    for (int i = 0; i < 3; i++) {
        int64_t events = scratch_number(scratch, "SELECT count(*) FROM event");
        /* One entry committed, one under way. */
        take(bot, &in, scratch_entry(EVENT_NOTE, "still full"));
        struct incident later = in;
        assert_int_equal(store_begin(bot), ERR_OK);
        take(bot, &later, scratch_entry(EVENT_NOTE, "half done"));
        enum err err = store_verify(reader, &verdicts, &report);
        assert_string_equal(buf_text(&report), "");
        assert_int_equal(err, ERR_OK);
        assert_int_equal(verdicts.events, events + 1);
        store_rollback(bot);
    }
    store_close(reader);
    buf_release(&report);
    buf_release(&why);
    store_close(bot);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_untouched_record_is_clean),
        TEST(damage_is_named),
        TEST(an_index_that_differs_from_its_table_is_named),
        TEST(proves_beside_a_running_bot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
