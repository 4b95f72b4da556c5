/*
 * For the files of storage/ only: the store itself, statements and columns.
 */
#ifndef STORAGE_STORE_INTERNAL_H
#define STORAGE_STORE_INTERNAL_H

#include "storage/rooms.h"
#include "storage/store.h"

#include <limits.h>
#include <sqlite3.h>

#define COUNT(array)  (int)(sizeof(array) / sizeof((array)[0]))
#define STATEMENTS    256 /* a power of two, above the number of queries */
#define WISHES        64
#define CANONICAL_MAX ((size_t)256 * 1024)

struct store {
    sqlite3 *db;
    char *path;
    int lock_fd;    /* -1: read-only */
    bool read_only; /* opened for `verify` and `timeline` */
    bool is_new;    /* made by us, just now */
    bool turn;      /* between store_begin and store_commit or _rollback */
    int log_pages;  /* in the write-ahead log after the last commit */
    /* What was wanted in this turn since anything else became of the outbox: to
     * want it again says nothing new, and with many requests in a turn it would
     * be a third of the writing. */
    struct wish {
        enum effect_kind kind;
        int64_t incident_id, target;
    } wishes[WISHES];
    int wish_count;
    bool has_wishes; /* see store_has_wishes */
    /* As its row stands: most of what comes is about one incident, and nobody
     * else may write (see the lock). Its id is 0 while that is not known. */
    struct incident known;
    char instance[32];
    char why[400];
    /* Prepared statements, found by the address of their text: SQL texts are
     * literals or live in `sql`, so the address is the identity. */
    struct statement {
        const char *sql;
        sqlite3_stmt *stmt;
    } statements[STATEMENTS];
    /* Built from event_fields when the store opens. */
    struct event_sql {
        struct buf insert, one, by_seq, by_time, last_task, last_section;
        struct buf entry, entries[2][2], open_entries; /* [order][newest] */
        struct buf entries_of_kind[2];                 /* [newest] */
    } sql;
    struct buf scratch; /* canonical bytes of an event */
};

/* ---- statements (query.c) ---- */

/* One use of a statement: query_new, binds in order, then query_run, or
 * query_row until it is false and query_end. Failures stick: the first one is
 * kept, later calls do nothing, and query_end returns it. */
struct query {
    struct store *store;
    sqlite3_stmt *stmt;
    int bound; /* parameters so far */
    int rows;  /* seen so far */
    int rc;    /* SQLITE_OK, or the first failure */
};

/* `sql` must live as long as the store. */
struct query query_new(struct store *store, const char *sql);
void query_int(struct query *query, int64_t value);
void query_id(struct query *query, uint64_t value);
void query_real(struct query *query, double value);    /* NAN: NULL */
void query_text(struct query *query, struct str text); /* STR_NONE: NULL */
void query_blob(struct query *query, const void *bytes, size_t n);
void query_hash(struct query *query, const struct sha256 *hash);
void query_skip(struct query *query); /* leaves the parameter NULL */

bool query_row(struct query *query);
int64_t row_int(const struct query *query, int column);
uint64_t row_id(const struct query *query, int column);
double row_real(const struct query *query, int column); /* NULL: NAN */
bool row_is_null(const struct query *query, int column);
/* Borrowed until the next query_row or query_end; STR_NONE for NULL. */
struct str row_text(const struct query *query, int column);
bool row_hash(const struct query *query, int column, struct sha256 *out);

MUST_CHECK enum err query_end(struct query *query);
MUST_CHECK enum err query_end_found(struct query *query); /* or NOT_FOUND */
/* The first column of the first row; NOT_FOUND without one. *out is set only
 * when it is ERR_OK. */
MUST_CHECK enum err query_end_int(struct query *query, int64_t *out);
/* Adds the only column of the only row to `out`; NOT_FOUND without a row,
 * ERR_TOO_LONG when it is over the limit of `out`. */
MUST_CHECK enum err query_end_text(struct query *query, struct buf *out);
/* For statements without rows. */
MUST_CHECK enum err query_run(struct query *query);
/* Gives up: what the row holds is damaged. */
MUST_CHECK enum err query_end_damaged(struct query *query, const char *format,
                                      ...)
    __attribute__((format(printf, 2, 3)));

/* Why a call failed. What SQLite calls "disk I/O error" the system has a better
 * name for: a full disk is no broken one. */
void sqlite_words(sqlite3 *db, int rc, struct buf *out);
/* Notes what SQLite said and translates its code. */
enum err sqlite_failed(struct store *store, int rc);
void store_say(struct store *store, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* ---- plain structs as columns (columns.c) ---- */

/* A struct's member and the column it is kept in. */
struct column {
    const char *name;
    enum {
        COLUMN_INT64,
        COLUMN_ID,
        COLUMN_BOOL,
        COLUMN_ENUM, /* stored as its word */
        COLUMN_TEXT, /* a char array */
    } type;
    size_t offset, bytes;
    const struct words *words; /* of an ENUM */
};
struct columns {
    const struct column *all;
    int count;
};

void columns_bind(struct query *query, const struct columns *columns,
                  const void *from);
/* False: a value that no writer of ours could have stored; *damaged is its
 * column. */
bool columns_read(const struct query *query, int first,
                  const struct columns *columns, void *to,
                  const char **damaged);
bool column_equal(const struct column *column, const void *a, const void *b);
bool columns_equal(const struct columns *columns, const void *a, const void *b);
void column_print(const struct column *column, const void *from,
                  struct buf *out);

/* For the lists of columns: X(TYPE, column, struct, member, words). */
#define COLUMN_ROW(type, column, of, member, words)                            \
    {#column, COLUMN_##type, offsetof(struct of, member),                      \
     sizeof(((struct of *)NULL)->member), words},
#define COLUMN_NAME(type, column, of, member, words) ", " #column
#define COLUMN_MARK(type, column, of, member, words) ", ?"
#define COLUMN_SET(type, column, of, member, words)  ", " #column " = ?"
#define WHEN_COLUMNS(X, name, of, member)                                      \
    X(INT64, name##_from_ms, of, member.from_ms, NULL)                         \
    X(INT64, name##_to_ms, of, member.to_ms, NULL)                             \
    X(ENUM, name##_precision, of, member.precision, &precision_words)          \
    X(TEXT, name##_typed, of, member.typed, NULL)

/* ---- the parts of an incident (incidents.c) ---- */

/* Of struct incident (but its id, milestones and holders), struct role_holder
 * and struct when. */
extern const struct columns incident_columns, holder_columns, when_columns;
/* The rows of `after`; those of `before` stand there (last_seq 0: none). */
MUST_CHECK enum err incident_put(struct store *store,
                                 const struct incident *before,
                                 const struct incident *after);

/* ---- events (events.c) ---- */

void events_prepare(struct store *store);
MUST_CHECK enum err events_insert(struct store *store, int64_t incident_id,
                                  const struct event *events, int count);
/* `event` borrows from the row. False: damaged, *damaged names the column. */
bool event_of_row(const struct query *query, struct event *event,
                  struct sha256 *hash, const char **damaged);
/* The chain: SHA-256 of the hash before, the incident's id, the event's number
 * (both 8 bytes, big end first) and the event's canonical bytes. */
MUST_CHECK enum err event_hash(struct store *store, const struct sha256 *before,
                               int64_t incident_id, const struct event *event,
                               struct sha256 *out);

/* The columns of `event` as event_of_row reads them, each after `prefix`. */
void events_add_names(struct buf *sql, const char *prefix);
#define EVENT_COLUMNS (2 + event_field_count)

/* ---- entries and action items (entries.c, items.c), rooms (rooms.c) ---- */

extern const struct columns entry_columns, item_columns;
void entries_prepare(struct store *store);
/* The stored state, or all zero. */
MUST_CHECK enum err entry_state(struct store *store, int64_t incident_id,
                                int64_t seq, struct entry_state *out);
MUST_CHECK enum err item_state(struct store *store, int64_t incident_id,
                               int64_t seq, struct action_item *out);
/* What the event changes of them, if anything. */
MUST_CHECK enum err entry_project(struct store *store, int64_t incident_id,
                                  const struct event *event);
MUST_CHECK enum err item_project(struct store *store, int64_t incident_id,
                                 const struct event *event);
MUST_CHECK enum err room_move(struct store *store, int64_t incident_id,
                              enum room room);
MUST_CHECK enum err room_forget(struct store *store, int64_t incident_id,
                                const struct event *event);

/* A request was undone, a turn ended, or a wish was taken up. */
void wishes_forget(struct store *store);

/* ---- the schema (schema.c, migrations.c) ---- */

#define STORE_APPLICATION_ID INT64_C(0x6F70726D) /* "oprm" */
extern const int schema_version;
extern const char *const schema_tables[]; /* texts to run, up to a NULL */
/* Makes the tables in a new file (`to` is schema_version then), or runs the
 * migrations that it lacks up to that version: all or nothing. */
MUST_CHECK enum err schema_migrate(struct store *store, int to);

/* ---- the proof (verify.c) ---- */

/* Every incident's rows as its log says by the rules of now, after an upgrade
 * that folds otherwise. What is damaged stays as it is, for store_verify to
 * tell. */
MUST_CHECK enum err incidents_refold(struct store *store);

/* ---- before the file is opened (inspect.c) ---- */

/* Whether the file at `path` may be opened as ours; *is_new when there is none
 * yet. Changes no byte of it and leaves no other file behind, but for what
 * somebody left half done: to be written, it is first as it was before. To be
 * written, of a long record only the first rows are looked at one by one, so
 * that a start does not wait for it. */
MUST_CHECK enum err inspect_file(const char *path, bool read_only, bool *is_new,
                                 struct buf *why);
/* The same without changing even that: whether it could be opened and written
 * by us; so it is when it is not there. */
MUST_CHECK enum err inspect_check(const char *path, struct buf *why);
/* Whether it is a record of ours, of this schema or an older one, to be copied
 * from or written over. */
MUST_CHECK enum err inspect_backup(const char *path, struct buf *why);
/* Whether a record may be put there: not where another program's database is;
 * that of a record in ruins is what a backup is for. */
MUST_CHECK enum err inspect_place(const char *path, struct buf *why);
/* Reads, and leaves nothing behind. A result of SQLite; closed by the caller
 * whatever it is. */
int inspect_open(const char *path, sqlite3 **db);
/* Where the file lies that a name means: SQLite's log, the lock and what is
 * kept lie beside it, also when the name is a symbolic link. Whoever opens by a
 * name follows it first: two names of one record must not let two bots write
 * it. */
MUST_CHECK enum err path_follow(const char *path, char out[static PATH_MAX],
                                struct buf *why);
void path_folder(const char *path, char out[static PATH_MAX]);
/* A new file for its user only, or -1 and errno. What root makes is whose the
 * folder is: a check or a restore as root must not lock the bot out. */
int path_create(const char *path);
/* One bot a file: "<path>.lock" exists and is locked while it runs. `instead`:
 * what else to do when it cannot be had. */
#define CHANGE_PATH "change storage.path"
MUST_CHECK enum err lock_take(const char *path, const char *instead, int *fd,
                              struct buf *why);
void lock_release(const char *path, int fd); /* -1 is fine */

#endif
