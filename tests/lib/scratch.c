#include "tests/lib/scratch.h"

#include "bot/base/file.h"
#include "bot/base/mem.h"
#include "bot/road/road.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- files ---- */

int scratch_setup(void **state)
{
    const char *parent = getenv("TMPDIR");
    struct scratch *scratch = mem_alloc(sizeof *scratch);
    (void)snprintf(scratch->folder, sizeof scratch->folder, "%s/opsroom-XXXXXX",
                   parent == NULL ? P_tmpdir : parent);
    assert_non_null(mkdtemp(scratch->folder));
    (void)snprintf(scratch->db, sizeof scratch->db, "%s/opsroom.db",
                   scratch->folder);
    *state = scratch;
    return 0;
}

int scratch_teardown(void **state)
{
    struct scratch *scratch = *state;
    file_remove_all(scratch->folder);
    int failed = access(scratch->folder, F_OK) == 0;
    free(scratch);
    return failed;
}

bool scratch_has(const struct scratch *scratch, const char *suffix)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s%s", scratch->db, suffix);
    return access(path, F_OK) == 0;
}

void scratch_write(const char *path, const void *bytes, size_t n)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

void scratch_read(const char *path, struct buf *out)
{
    assert_int_equal(file_load(path, out), ERR_OK);
}

/* ---- databases ---- */

struct store *scratch_open(const struct scratch *scratch)
{
    struct store *store = NULL;
    struct buf why = BUF_INIT(1024);
    enum err err = store_open(scratch->db, false, &store, &why);
    if (err != ERR_OK)
        fail_msg("%s", buf_text(&why));
    buf_release(&why);
    return store;
}

static void check(sqlite3 *db, int rc, const char *sql)
{
    if (rc != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
}

static sqlite3 *open_raw(const struct scratch *scratch)
{
    sqlite3 *db = NULL;
    check(db, sqlite3_open(scratch->db, &db), scratch->db);
    return db;
}

void scratch_sql(const struct scratch *scratch, const char *sql)
{
    sqlite3 *db = open_raw(scratch);
    check(db, sqlite3_exec(db, sql, NULL, NULL, NULL), sql);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

int64_t scratch_number(const struct scratch *scratch, const char *sql)
{
    sqlite3 *db = open_raw(scratch);
    sqlite3_stmt *stmt = NULL;
    check(db, sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), sql);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    int64_t number = sqlite3_column_int64(stmt, 0);
    (void)sqlite3_finalize(stmt);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return number;
}

/* ---- requests ---- */

enum verdict scratch_take(struct store *store, struct incident *in,
                          const struct request *request, int64_t now_ms)
{
    struct incident after;
    struct outcome outcome;
    bool own_turn = !store_in_transaction(store);
    if (own_turn)
        assert_int_equal(store_begin(store), ERR_OK);
    enum err err = road_take(store, in, request, now_ms, &after, &outcome);
    if (err != ERR_OK)
        fail_msg("%s: %s", err_words(err), store_why(store));
    if (own_turn)
        assert_int_equal(store_commit(store), ERR_OK);
    *in = after;
    return outcome.verdict;
}

static struct event draft(enum event_kind kind, const char *text)
{
    struct actor nova = {ACTOR_MEMBER, 400000000000000001u, STR("nova")};
    return (struct event){
        .kind = kind, .text = str_of(text), .actor = nova, .recorder = nova};
}

struct request scratch_declare(int64_t id, const char *title)
{
    struct request request = {
        .kind = REQUEST_DECLARE,
        .draft = draft(EVENT_DECLARED, title),
        .new_id = id,
        .guild_id = 100000000000000001u,
        .origin_channel_id = 200000000000000001u,
    };
    request.draft.severity = SEVERITY_2;
    return request;
}

struct request scratch_entry(enum event_kind kind, const char *text)
{
    return (struct request){.kind = REQUEST_ADD, .draft = draft(kind, text)};
}

struct request scratch_move(enum incident_state to, const char *text)
{
    struct request request = {.kind = REQUEST_MOVE,
                              .draft = draft(EVENT_STATE, text)};
    request.draft.state_to = to;
    return request;
}

void scratch_fill(const struct scratch *scratch)
{
    struct store *store = scratch_open(scratch);
    struct incident in = {0};
    struct request declare = scratch_declare(1, "Global outage");
    struct request entry = scratch_entry(EVENT_NOTE, "tweaked the CDNs");
    assert_int_equal(scratch_take(store, &in, &declare, SCRATCH_NOW_MS),
                     VERDICT_ACCEPTED);
    for (int i = 0; i < 100; i++)
        assert_int_equal(
            scratch_take(store, &in, &entry, SCRATCH_NOW_MS + i * 1000),
            VERDICT_ACCEPTED);
    store_close(store);
}
