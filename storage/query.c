#include "storage/store_internal.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <string.h>

void store_say(struct store *store, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(store->why, sizeof store->why, format, args);
    va_end(args);
}

static enum err err_of(int rc)
{
    int primary = rc & 0xff;
    if (primary == SQLITE_OK)
        return ERR_OK;
    return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB ? ERR_CORRUPT
                                                                 : ERR_STORAGE;
}

/* 0: not a failure of the system. Only these codes have its number; with others
 * the one of an earlier failure would be told. */
static int system_number(sqlite3 *db, int rc)
{
    int primary = rc & 0xff;
    if (primary == SQLITE_FULL)
        return ENOSPC;
    return primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN
               ? sqlite3_system_errno(db)
               : 0;
}

void sqlite_words(sqlite3 *db, int rc, struct buf *out)
{
    int number = system_number(db, rc);
    if (number != 0)
        buf_addf(out, "%s (", strerror(number));
    buf_add_text(out, sqlite3_errmsg(db));
    if (number != 0)
        buf_add_char(out, ')');
    if (number == ENOSPC || number == EDQUOT)
        buf_add_text(out, "; make room on that disk, then try again");
}

enum err sqlite_failed(struct store *store, int rc)
{
    struct buf words = BUF_INIT(300);
    sqlite_words(store->db, rc, &words);
    store_say(store, "%s [SQLite code %d]", buf_text(&words), rc);
    buf_release(&words);
    return err_of(rc);
}

static void fail(struct query *query, int rc)
{
    if (query->rc != SQLITE_OK)
        return;
    query->rc = rc;
    (void)sqlite_failed(query->store, rc);
}

static sqlite3_stmt *prepare(struct query *query, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v3(query->store->db, sql, -1,
                                SQLITE_PREPARE_PERSISTENT, &stmt, NULL);
    if (rc != SQLITE_OK)
        fail(query, rc);
    return stmt;
}

/* The place of a statement that is in the middle of its rows is passed over: it
 * is asked for once more, and gets a second one, which is kept as well. */
static bool is_other(const struct statement *place, const char *sql)
{
    return place->sql != NULL &&
           (place->sql != sql || sqlite3_stmt_busy(place->stmt) != 0);
}

struct query query_new(struct store *store, const char *sql)
{
    struct query query = {.store = store};
    if (store->turn && sqlite3_get_autocommit(store->db) != 0) {
        /* SQLite rolls back by itself when the disk is full or fails. What
         * comes now must not be kept without what came before. */
        query.rc = SQLITE_ABORT;
        store_say(store, "the transaction was rolled back by a failure before");
        return query;
    }
    size_t at = ((uintptr_t)sql >> 3) % STATEMENTS;
    for (size_t probes = 0; is_other(&store->statements[at], sql); probes++) {
        assert(probes < STATEMENTS);
        at = (at + 1) % STATEMENTS;
    }
    struct statement *place = &store->statements[at];
    if (place->sql == NULL) {
        place->stmt = prepare(&query, sql);
        place->sql = place->stmt == NULL ? NULL : sql;
    }
    query.stmt = place->stmt;
    return query;
}

static void check_bind(struct query *query, int rc)
{
    if (rc != SQLITE_OK)
        fail(query, rc);
}

void query_int(struct query *query, int64_t value)
{
    query->bound++;
    if (query->rc == SQLITE_OK)
        check_bind(query, sqlite3_bind_int64(query->stmt, query->bound, value));
}

void query_id(struct query *query, uint64_t value)
{
    query_int(query, (int64_t)value);
}

void query_real(struct query *query, double value)
{
    query->bound++;
    if (query->rc == SQLITE_OK && !isnan(value))
        check_bind(query,
                   sqlite3_bind_double(query->stmt, query->bound, value));
}

void query_text(struct query *query, struct str text)
{
    query->bound++;
    if (query->rc == SQLITE_OK)
        check_bind(query,
                   sqlite3_bind_text64(query->stmt, query->bound, text.s,
                                       text.n, SQLITE_STATIC, SQLITE_UTF8));
}

void query_blob(struct query *query, const void *bytes, size_t n)
{
    query->bound++;
    if (query->rc == SQLITE_OK)
        check_bind(query,
                   sqlite3_bind_blob64(query->stmt, query->bound,
                                       n == 0 ? "" : bytes, n, SQLITE_STATIC));
}

void query_hash(struct query *query, const struct sha256 *hash)
{
    query_blob(query, hash->bytes, sizeof hash->bytes);
}

void query_skip(struct query *query)
{
    query->bound++;
}

bool query_row(struct query *query)
{
    if (query->rc != SQLITE_OK)
        return false;
    int rc = sqlite3_step(query->stmt);
    if (rc == SQLITE_ROW) {
        query->rows++;
        return true;
    }
    if (rc != SQLITE_DONE)
        fail(query, rc);
    return false;
}

int64_t row_int(const struct query *query, int column)
{
    return sqlite3_column_int64(query->stmt, column);
}

double row_real(const struct query *query, int column)
{
    return row_is_null(query, column)
               ? NAN
               : sqlite3_column_double(query->stmt, column);
}

uint64_t row_id(const struct query *query, int column)
{
    return (uint64_t)row_int(query, column);
}

bool row_is_null(const struct query *query, int column)
{
    return sqlite3_column_type(query->stmt, column) == SQLITE_NULL;
}

struct str row_text(const struct query *query, int column)
{
    /* Text and blobs are both asked for as blobs: no conversion, no NUL. */
    const char *bytes = sqlite3_column_blob(query->stmt, column);
    int n = sqlite3_column_bytes(query->stmt, column);
    if (bytes == NULL && !row_is_null(query, column))
        bytes = "";
    return (struct str){bytes, (size_t)n};
}

bool row_hash(const struct query *query, int column, struct sha256 *out)
{
    struct str bytes = row_text(query, column);
    if (bytes.s == NULL || bytes.n != sizeof out->bytes)
        return false;
    memcpy(out->bytes, bytes.s, bytes.n);
    return true;
}

enum err query_end(struct query *query)
{
    int rc = query->rc;
    if (query->stmt != NULL) {
        (void)sqlite3_reset(query->stmt);
        /* Bound text is borrowed and dies with the caller. */
        (void)sqlite3_clear_bindings(query->stmt);
    }
    query->stmt = NULL;
    return err_of(rc);
}

enum err query_end_found(struct query *query)
{
    int rows = query->rows;
    enum err err = query_end(query);
    return err == ERR_OK && rows == 0 ? ERR_NOT_FOUND : err;
}

enum err query_end_int(struct query *query, int64_t *out)
{
    int64_t number = query_row(query) ? row_int(query, 0) : 0;
    enum err err = query_end_found(query);
    if (err == ERR_OK)
        *out = number;
    return err;
}

enum err query_end_text(struct query *query, struct buf *out)
{
    bool is_over = false;
    if (query_row(query)) {
        struct str text = row_text(query, 0);
        is_over = !buf_reserve(out, text.n);
        if (!is_over)
            buf_add(out, text);
    }
    if (is_over)
        store_say(query->store, "the stored text is over the caller's limit");
    enum err err = query_end_found(query);
    return err == ERR_OK && is_over ? ERR_TOO_LONG : err;
}

enum err query_run(struct query *query)
{
    while (query_row(query))
        continue;
    return query_end(query);
}

enum err query_end_damaged(struct query *query, const char *format, ...)
{
    va_list args;
    enum err err = query_end(query);
    if (err != ERR_OK)
        return err;
    va_start(args, format);
    (void)vsnprintf(query->store->why, sizeof query->store->why, format, args);
    va_end(args);
    return ERR_CORRUPT;
}
