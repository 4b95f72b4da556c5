#include "storage/store_internal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define SMALLEST_PAGE 512

#define LEFT " It was left as it is."

/* ---- the lock ---- */

/* Whether the locked file is still the one at that path: another process may
 * have removed it between our open and our lock. */
static bool is_same_file(int fd, const char *path)
{
    struct stat ours, theirs;
    return fstat(fd, &ours) == 0 && stat(path, &theirs) == 0 &&
           ours.st_ino == theirs.st_ino && ours.st_dev == theirs.st_dev;
}

static void lock_path(const char *path, char out[static PATH_MAX])
{
    (void)snprintf(out, PATH_MAX, "%s.lock", path);
}

static enum err no_lock(const char *path, const char *lock, const char *instead,
                        struct buf *why)
{
    if (errno == ENOENT)
        buf_addf(why, "There is no folder for %s. Create it, or %s.", path,
                 instead);
    else
        buf_addf(why,
                 "Cannot write %s: %s. Let the bot's user write in that "
                 "folder, or %s.",
                 lock, strerror(errno), instead);
    return ERR_IO;
}

enum err lock_take(const char *path, const char *instead, int *out,
                   struct buf *why)
{
    char lock[PATH_MAX];
    lock_path(path, lock);
    for (;;) {
        int fd = path_create(lock);
        bool was_there = fd < 0 && errno == EEXIST;
        if (was_there)
            fd = open(lock, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
        if (was_there && fd < 0 && errno == ENOENT)
            continue; /* removed by another process just now */
        if (fd < 0)
            return no_lock(path, lock, instead, why);
        if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
            (void)close(fd);
            buf_addf(why,
                     "%s is in use by another opsroom. Stop that one first, or "
                     "%s.",
                     path, instead);
            return ERR_REFUSED;
        }
        if (is_same_file(fd, lock)) {
            *out = fd;
            return ERR_OK;
        }
        (void)close(fd);
    }
}

void lock_release(const char *path, int fd)
{
    char lock[PATH_MAX];
    if (fd < 0)
        return;
    lock_path(path, lock);
    (void)unlink(lock); /* while it is ours */
    (void)close(fd);
}

/* ---- the file ---- */

static bool has_bytes(const char *path, const char *suffix)
{
    char name[PATH_MAX];
    struct stat status;
    (void)snprintf(name, sizeof name, "%s%s", path, suffix);
    return stat(name, &status) == 0 && status.st_size > 0;
}

/* The name as a URI; "?immutable=1" reads without locks and without making
 * -wal and -shm files, which is right as long as there is nothing in them. */
static void make_uri(const char *path, struct buf *uri)
{
    buf_add_text(uri, "file:");
    for (const char *c = path; *c != '\0'; c++) {
        if (*c == '%' || *c == '?' || *c == '#')
            buf_addf(uri, "%%%02x", (unsigned char)*c);
        else
            buf_add_char(uri, *c);
    }
    if (!has_bytes(path, "-wal") && !has_bytes(path, "-journal"))
        buf_add_text(uri, "?immutable=1");
}

/* The first column of the first row, as a number or as text. */
static int ask(sqlite3 *db, const char *sql, int64_t *number, char *text,
               size_t bytes)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW) {
        *number = sqlite3_column_int64(stmt, 0);
        (void)snprintf(text, bytes, "%s",
                       (const char *)sqlite3_column_text(stmt, 0));
        rc = SQLITE_OK;
    }
    (void)sqlite3_finalize(stmt);
    return rc;
}

struct findings {
    int rc; /* of the first question that failed */
    char check[300];
    int64_t application, version, tables;
};

/* SQLite looks at the trees of all tables first, which takes 0.2 s for 370 MB,
 * then at each row, which takes 4 s. */
#define STEPS      1000 /* of SQLite's machine, from one question to the next */
#define STEPS_MOST 2000 /* times that: 0.1 s, some 15,000 entries */

static int is_long_enough(void *context)
{
    int *steps = context;
    return ++*steps > STEPS_MOST;
}

/* "*** in database main ***\nPage 21: never used": there is only that one. */
static void say_in_one_line(char *text)
{
    char *line = strncmp(text, "*** ", 4) == 0 ? strchr(text, '\n') : NULL;
    if (line != NULL)
        memmove(text, line + 1, strlen(line + 1) + 1);
    for (; *text != '\0'; text++)
        if (*text == '\n')
            *text = ' ';
}

static void check(sqlite3 *db, bool whole, struct findings *found)
{
    int64_t number = 0;
    int steps = 0;
    if (!whole)
        sqlite3_progress_handler(db, STEPS, is_long_enough, &steps);
    found->rc = ask(db, "PRAGMA quick_check(1)", &number, found->check,
                    sizeof found->check);
    sqlite3_progress_handler(db, 0, NULL, NULL);
    say_in_one_line(found->check);
    if (found->rc == SQLITE_INTERRUPT) {
        found->rc = SQLITE_OK;
        (void)snprintf(found->check, sizeof found->check, "ok");
    }
}

static void find_words(sqlite3 *db, struct findings *found)
{
    struct buf words = BUF_INIT(sizeof found->check - 1);
    sqlite_words(db, found->rc, &words);
    str_copy_to(found->check, buf_str(&words));
    buf_release(&words);
}

static void look(sqlite3 *db, bool whole, struct findings *found)
{
    char text[sizeof found->check];
    check(db, whole, found);
    if (found->rc == SQLITE_OK)
        found->rc = ask(db, "PRAGMA application_id", &found->application, text,
                        sizeof text);
    if (found->rc == SQLITE_OK)
        found->rc =
            ask(db, "PRAGMA user_version", &found->version, text, sizeof text);
    if (found->rc == SQLITE_OK)
        found->rc = ask(db, "SELECT count(*) FROM sqlite_schema",
                        &found->tables, text, sizeof text);
    if (found->rc != SQLITE_OK)
        find_words(db, found);
}

static enum err not_a_database(const char *path, struct buf *why)
{
    buf_addf(why,
             "%s is not a database." LEFT " Change storage.path, or move the "
             "file away.",
             path);
    return ERR_CORRUPT;
}

static enum err not_ours(const char *path, struct buf *why)
{
    buf_addf(why, "%s belongs to another program." LEFT " Change storage.path.",
             path);
    return ERR_REFUSED;
}

static enum err look_failed(const char *path, const struct findings *found,
                            struct buf *why)
{
    int primary = found->rc & 0xff;
    if (primary == SQLITE_NOTADB)
        return not_a_database(path, why);
    if (primary == SQLITE_OK || primary == SQLITE_CORRUPT) {
        buf_addf(why,
                 "%s is damaged (%s)." LEFT " Restore a backup, or move the "
                 "file away to begin anew.",
                 path, found->check);
        return ERR_CORRUPT;
    }
    buf_addf(why, "%s cannot be read: %s." LEFT, path, found->check);
    return ERR_IO;
}

static enum err judge(const char *path, const struct findings *found,
                      bool read_only, bool *is_new, struct buf *why)
{
    if (found->rc != SQLITE_OK || strcmp(found->check, "ok") != 0)
        return look_failed(path, found, why);
    bool is_blank = found->application == 0 && found->tables == 0;
    if (found->application != STORE_APPLICATION_ID && !is_blank)
        return not_ours(path, why);
    if (found->version > schema_version) {
        buf_addf(why,
                 "%s was written by a newer opsroom (schema %d; this one knows "
                 "%d)." LEFT " Install the newer opsroom again.",
                 path, (int)found->version, schema_version);
        return ERR_REFUSED;
    }
    if (read_only && found->version < schema_version) {
        buf_addf(why,
                 "%s was written by an older opsroom (schema %d; this one "
                 "needs %d). Start the bot once: it brings the file up to "
                 "date.",
                 path, (int)found->version, schema_version);
        return ERR_REFUSED;
    }
    *is_new = is_blank;
    return ERR_OK;
}

int inspect_open(const char *path, sqlite3 **db)
{
    struct buf uri = BUF_INIT((size_t)PATH_MAX * 3);
    make_uri(path, &uri);
    int rc = sqlite3_open_v2(
        buf_text(&uri), db,
        SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK)
        (void)sqlite3_busy_timeout(*db, 1000);
    buf_release(&uri);
    return rc;
}

static void inspect_bytes(const char *path, bool whole, struct findings *found)
{
    sqlite3 *db = NULL;
    found->rc = inspect_open(path, &db);
    if (found->rc == SQLITE_OK)
        look(db, whole, found);
    else
        find_words(db, found);
    (void)sqlite3_close(db);
}

/* Who was killed in a transaction before there was a write-ahead log, as in its
 * first second, left a journal. Nothing can be read before it is played back,
 * which SQLite does for whoever may write. What it cannot play back stays. */
static void play_back(const char *path)
{
    struct findings found = {.rc = SQLITE_OK};
    sqlite3 *db = NULL;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                        NULL) == SQLITE_OK)
        look(db, false, &found);
    (void)sqlite3_close(db);
}

/* By its size and permissions; `is_new`: there is nothing to read in it. */
static enum err inspect_outside(const char *path, bool read_only, bool *is_new,
                                struct buf *why)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        if (errno == ENOENT && !read_only) {
            *is_new = true;
            return ERR_OK;
        }
        buf_addf(why, "Cannot read %s: %s. Check storage.path.", path,
                 strerror(errno));
        return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
    }
    if (!S_ISREG(status.st_mode)) {
        buf_addf(why, "%s is not a file. Change storage.path.", path);
        return ERR_IO;
    }
    if (!read_only && faccessat(AT_FDCWD, path, R_OK | W_OK, AT_EACCESS) != 0) {
        buf_addf(why,
                 "Cannot write %s: %s." LEFT " Let the bot's user write it, or "
                 "change storage.path.",
                 path, strerror(errno));
        return ERR_IO;
    }
    if (status.st_size == 0 && !read_only) {
        *is_new = true;
        return ERR_OK;
    }
    /* SQLite takes what is smaller than its smallest page for an empty file. */
    return status.st_size < SMALLEST_PAGE ? not_a_database(path, why) : ERR_OK;
}

enum err inspect_check(const char *path, struct buf *why)
{
    struct findings found = {.rc = SQLITE_OK};
    bool is_new = false;
    enum err err = inspect_outside(path, false, &is_new, why);
    if (err != ERR_OK || is_new)
        return err;
    inspect_bytes(path, true, &found);
    return judge(path, &found, false, &is_new, why);
}

enum err inspect_file(const char *path, bool read_only, bool *is_new,
                      struct buf *why)
{
    struct findings found = {.rc = SQLITE_OK};
    enum err err = inspect_outside(path, read_only, is_new, why);
    if (err != ERR_OK || *is_new)
        return err;
    if (!read_only && has_bytes(path, "-journal"))
        play_back(path);
    inspect_bytes(path, read_only, &found);
    return judge(path, &found, read_only, is_new, why);
}

enum err inspect_place(const char *path, struct buf *why)
{
    struct findings found = {.rc = SQLITE_OK};
    if (access(path, F_OK) != 0)
        return ERR_OK;
    inspect_bytes(path, false, &found);
    bool is_ours = found.application == STORE_APPLICATION_ID;
    return found.rc == SQLITE_OK && !is_ours && found.tables > 0
               ? not_ours(path, why)
               : ERR_OK;
}

enum err inspect_backup(const char *path, struct buf *why)
{
    struct findings found = {.rc = SQLITE_OK};
    struct stat status;
    int rc = stat(path, &status);
    if (rc == 0 && S_ISREG(status.st_mode) && status.st_size >= SMALLEST_PAGE)
        inspect_bytes(path, true, &found);
    if (rc != 0 || (found.rc & 0xff) == SQLITE_CANTOPEN) {
        buf_addf(why, "Cannot read %s: %s.", path,
                 rc != 0 ? strerror(errno) : found.check);
        return ERR_IO;
    }
    if ((found.rc & 0xff) == SQLITE_CORRUPT ||
        (found.rc == SQLITE_OK && found.application == STORE_APPLICATION_ID &&
         strcmp(found.check, "ok") != 0)) {
        buf_addf(why, "%s is damaged (%s)." LEFT, path, found.check);
        return ERR_CORRUPT;
    }
    if (found.rc != SQLITE_OK || found.application != STORE_APPLICATION_ID) {
        buf_addf(why, "%s is no record of opsroom." LEFT, path);
        return ERR_REFUSED;
    }
    if (found.version > schema_version) {
        buf_addf(why,
                 "%s was written by a newer opsroom (schema %d; this one knows "
                 "%d)." LEFT " Use the newer opsroom.",
                 path, (int)found.version, schema_version);
        return ERR_REFUSED;
    }
    return ERR_OK;
}
