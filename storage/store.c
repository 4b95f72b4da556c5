#include "storage/discord.h"
#include "storage/store_internal.h"

#include "bot/base/mem.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Pages in the write-ahead log. Moving them into the file syncs the disk twice,
 * so store_tidy does it while nobody waits; the commit itself does it only when
 * store_tidy was not given its turn for long. */
#define LOG_PAGES_TIDY 1000
#define LOG_PAGES_MOST 4000

/* ---- opening ---- */

/* synchronous=FULL: an answered command survives a power cut. cache_size in
 * KiB: the working set is small, and so is the bot to stay. */
/* temp_store: else each request's savepoint is a temporary file, to which every
 * page that the turn changed before is copied. */
static const char settings[] = "PRAGMA synchronous = FULL;"
                               "PRAGMA temp_store = MEMORY;"
                               "PRAGMA cell_size_check = ON;"
                               "PRAGMA cache_size = -1024;"
                               "PRAGMA journal_size_limit = 16777216;";

static enum err configure(struct store *store)
{
    static const struct {
        int option, on;
    } switches[] = {
        {SQLITE_DBCONFIG_ENABLE_FKEY, 1},    {SQLITE_DBCONFIG_DQS_DML, 0},
        {SQLITE_DBCONFIG_DQS_DDL, 0},        {SQLITE_DBCONFIG_DEFENSIVE, 1},
        {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
    };
    (void)sqlite3_extended_result_codes(store->db, 1);
    (void)sqlite3_busy_timeout(store->db, 500);
    for (size_t i = 0; i < sizeof switches / sizeof switches[0]; i++) {
        int rc = sqlite3_db_config(store->db, switches[i].option,
                                   switches[i].on, NULL);
        if (rc != SQLITE_OK)
            return sqlite_failed(store, rc);
    }
    int rc = sqlite3_exec(store->db, settings, NULL, NULL, NULL);
    return rc == SQLITE_OK ? ERR_OK : sqlite_failed(store, rc);
}

/* Before the first tables: their commit then costs one sync, not four. */
static enum err enter_wal(struct store *store)
{
    struct query query = query_new(store, "PRAGMA journal_mode = WAL");
    bool is_wal = query_row(&query) && str_is(row_text(&query, 0), "wal");
    enum err err = query_end(&query);
    if (err == ERR_OK && !is_wal) {
        store_say(store, "this file system cannot hold a write-ahead log");
        return ERR_STORAGE;
    }
    return err;
}

static enum err checkpoint(struct store *store)
{
    store->log_pages = 0;
    int rc = sqlite3_wal_checkpoint_v2(store->db, NULL,
                                       SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    return rc == SQLITE_OK ? ERR_OK : sqlite_failed(store, rc);
}

static int on_commit(void *context, sqlite3 *db, const char *name, int pages)
{
    struct store *store = context;
    (void)db;
    (void)name;
    store->log_pages = pages;
    /* The commit stands whether this works or not: the next one tries again. */
    if (pages >= LOG_PAGES_MOST && checkpoint(store) != ERR_OK)
        store->log_pages = pages;
    return SQLITE_OK;
}

enum err store_tidy(struct store *store)
{
    return store->log_pages < LOG_PAGES_TIDY ? ERR_OK : checkpoint(store);
}

static enum err set_up(struct store *store)
{
    enum err err = configure(store);
    events_prepare(store);
    entries_prepare(store);
    if (err == ERR_OK && !store->read_only)
        err = enter_wal(store);
    if (err == ERR_OK && !store->read_only)
        err = schema_migrate(store, schema_version);
    if (err != ERR_OK)
        return err;
    (void)sqlite3_wal_hook(store->db, on_commit, store);
    struct buf instance = BUF_INIT(sizeof store->instance - 1);
    err = store_fact(store, "instance", &instance);
    str_copy_to(store->instance, buf_str(&instance));
    buf_release(&instance);
    return err;
}

/* Incidents may be private, so only the bot's user may read the file; SQLite
 * gives -wal and -shm the same permissions. */
static enum err create_file(const char *path, struct buf *why)
{
    int fd = path_create(path);
    if (fd < 0 && errno != EEXIST) {
        buf_addf(why,
                 "Cannot create %s: %s. Let the bot's user write in that "
                 "folder, or change storage.path.",
                 path, strerror(errno));
        return ERR_IO;
    }
    if (fd >= 0)
        (void)close(fd);
    return ERR_OK;
}

static bool may_write_beside(const char *path, char folder[static PATH_MAX])
{
    path_folder(path, folder);
    return faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0;
}

/* Not only to make the file: its lock and its log lie beside it. */
static bool folder_is_writable(const char *path, struct buf *why)
{
    char folder[PATH_MAX];
    if (may_write_beside(path, folder))
        return true;
    buf_addf(why,
             "Cannot write in the folder %s: %s. Let the bot's user write "
             "there, or %s.",
             folder, strerror(errno), CHANGE_PATH);
    return false;
}

/* To read it SQLite makes an index of the log beside the file. Where it may
 * not, and nobody has made one, nobody writes the file either: it is read as it
 * is. */
static int open_to_read(struct store *store)
{
    char folder[PATH_MAX], index[PATH_MAX + 16];
    (void)snprintf(index, sizeof index, "%s-shm", store->path);
    if (!may_write_beside(store->path, folder) && access(index, F_OK) != 0)
        return inspect_open(store->path, &store->db);
    return sqlite3_open_v2(store->path, &store->db,
                           SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
}

static enum err open_file(struct store *store, struct buf *why)
{
    int rc = store->read_only
                 ? open_to_read(store)
                 : sqlite3_open_v2(store->path, &store->db,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                                   NULL);
    enum err err = rc == SQLITE_OK ? set_up(store) : sqlite_failed(store, rc);
    if (err != ERR_OK)
        buf_addf(why, "Cannot open %s: %s.", store->path, store->why);
    return err;
}

static bool folder_exists(const char *path, struct buf *why)
{
    char folder[PATH_MAX];
    struct stat status;
    path_folder(path, folder);
    if (stat(folder, &status) == 0 && S_ISDIR(status.st_mode))
        return true;
    buf_addf(why, "There is no folder %s. Create it, or %s.", folder,
             CHANGE_PATH);
    return false;
}

enum err store_check(const char *path, struct buf *why)
{
    char file[PATH_MAX];
    enum err err = path_follow(path, file, why);
    if (err != ERR_OK)
        return err;
    return folder_exists(file, why) && folder_is_writable(file, why)
               ? inspect_check(file, why)
               : ERR_IO;
}

enum err store_open(const char *path, bool read_only, struct store **out,
                    struct buf *why)
{
    char file[PATH_MAX];
    enum err err = path_follow(path, file, why);
    if (err != ERR_OK)
        return err;
    if (!folder_exists(file, why))
        return ERR_IO;
    /* Nobody reads its statistics of memory, and they cost a lock for every
     * allocation. Only before the first file; later it changes nothing. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    struct store *store = mem_alloc(sizeof *store);
    store->path = mem_text(file);
    store->read_only = read_only;
    store->lock_fd = -1;
    store->scratch = BUF_INIT(CANONICAL_MAX);
    /* The lock comes first: nobody else writes while we look. */
    if (!read_only)
        err = lock_take(file, CHANGE_PATH, &store->lock_fd, why);
    if (err == ERR_OK)
        err = inspect_file(file, read_only, &store->is_new, why);
    if (err == ERR_OK && store->is_new)
        err = create_file(file, why);
    if (err == ERR_OK)
        err = open_file(store, why);
    if (err != ERR_OK) {
        store_close(store);
        return err;
    }
    *out = store;
    return ERR_OK;
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    for (size_t i = 0; i < STATEMENTS; i++)
        (void)sqlite3_finalize(store->statements[i].stmt);
    int rc = sqlite3_close(store->db);
    assert(rc == SQLITE_OK); /* else a query was left open */
    lock_release(store->path, store->lock_fd);
    buf_release(&store->sql.insert);
    buf_release(&store->sql.one);
    buf_release(&store->sql.entry);
    buf_release(&store->sql.open_entries);
    for (int i = 0; i < 4; i++)
        buf_release(&store->sql.entries[i / 2][i % 2]);
    for (int i = 0; i < 2; i++)
        buf_release(&store->sql.entries_of_kind[i]);
    buf_release(&store->sql.by_seq);
    buf_release(&store->sql.by_time);
    buf_release(&store->sql.last_task);
    buf_release(&store->sql.last_section);
    buf_release(&store->scratch);
    free(store->path);
    free(store);
}

const char *store_why(const struct store *store)
{
    return store->why;
}

void store_place(const struct store *store, char out[static PATH_MAX])
{
    if (realpath(store->path, out) == NULL)
        str_copy(out, PATH_MAX, str_of(store->path));
}

bool store_is_new(const struct store *store)
{
    return store->is_new;
}

const char *store_instance(const struct store *store)
{
    return store->instance;
}

/* ---- transactions ---- */

static enum err run(struct store *store, const char *sql)
{
    struct query query = query_new(store, sql);
    return query_run(&query);
}

enum err store_begin(struct store *store)
{
    assert(!store->turn);
    enum err err = run(store, store->read_only ? "BEGIN" : "BEGIN IMMEDIATE");
    store->turn = err == ERR_OK;
    wishes_forget(store);
    return err;
}

/* A commit whose sync failed stands in the log all the same: after a kill the
 * next start would find it, though people were told that nothing was kept. A
 * change of no account is written over its beginning (it has to be a change:
 * SQLite writes no page that is as it was); store_why goes on telling why the
 * commit failed. */
static void bury(struct store *store)
{
    (void)sqlite3_exec(store->db,
                       "INSERT OR REPLACE INTO fact (name, value)"
                       " VALUES ('buried', hex(randomblob(4)))",
                       NULL, NULL, NULL);
}

enum err store_commit(struct store *store)
{
    assert(store->turn);
    enum err err = run(store, "COMMIT");
    if (err != ERR_OK) {
        store_rollback(store);
        bury(store);
    }
    store->turn = false;
    wishes_forget(store);
    return err;
}

void store_rollback(struct store *store)
{
    store->turn = false;
    wishes_forget(store);
    store->known.id = 0;
    if (sqlite3_get_autocommit(store->db) == 0)
        (void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
}

bool store_in_transaction(const struct store *store)
{
    return store->turn;
}

enum err store_request_begin(struct store *store)
{
    assert(store->turn);
    return run(store, "SAVEPOINT request");
}

enum err store_request_keep(struct store *store)
{
    return run(store, "RELEASE request");
}

void store_request_undo(struct store *store)
{
    wishes_forget(store);
    store->known.id = 0;
    /* Fails only when the whole transaction is gone already: store_commit then
     * says so. */
    if (run(store, "ROLLBACK TO request") == ERR_OK &&
        run(store, "RELEASE request") == ERR_OK)
        return;
}
