/*
 * A backup is a database of its own: one file, without a log beside it. It is
 * made beside its place as FILE.part, proven, and only then renamed: under its
 * own name there is never half a backup.
 */
#include "storage/backup.h"
#include "storage/discord.h"
#include "storage/store_internal.h"

#include "bot/base/civil.h"
#include "storage/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#define REPORT_BYTES 4000

static bool name_part(const char *file, char part[static PATH_MAX],
                      struct buf *why)
{
    int n = snprintf(part, PATH_MAX, "%s.part", file);
    /* SQLite and the lock add their own endings to it. */
    if (n >= 0 && n < PATH_MAX - (int)sizeof ".journal")
        return true;
    buf_addf(why, "The path %s is too long.", file);
    return false;
}

static void forget_logs(const char *file)
{
    static const char *const endings[] = {"-wal", "-shm", "-journal"};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        char name[PATH_MAX + 16];
        (void)snprintf(name, sizeof name, "%s%s", file, endings[i]);
        (void)unlink(name);
    }
}

static void forget_part(const char *part)
{
    (void)unlink(part);
    forget_logs(part);
}

/* One step is one snapshot: the bot goes on writing meanwhile. */
static int copy_pages(sqlite3 *from, sqlite3 *to)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    if (backup == NULL)
        return sqlite3_errcode(to);
    int rc;
    do
        rc = sqlite3_backup_step(backup, -1);
    while (rc == SQLITE_OK);
    int end = sqlite3_backup_finish(backup);
    return rc == SQLITE_DONE ? end : rc;
}

/* For its user only, like the database; *why says what went wrong. */
static enum err copy(sqlite3 *from, const char *part, struct buf *why)
{
    sqlite3 *to = NULL;
    forget_part(part); /* of a process that was killed */
    int fd = open(part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        buf_addf(why, "Cannot create %s: %s.", part, strerror(errno));
        return ERR_IO;
    }
    (void)close(fd);
    int rc = sqlite3_open_v2(part, &to,
                             SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(to, "PRAGMA synchronous = FULL", NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = copy_pages(from, to);
    if (rc == SQLITE_OK) /* its log goes into the file, and away */
        rc = sqlite3_exec(to, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    if (rc != SQLITE_OK) {
        buf_addf(why, "Cannot copy to %s: ", part);
        sqlite_words(to, rc, why);
        buf_add_text(why, ". Nothing was changed.");
    }
    (void)sqlite3_close(to);
    return rc == SQLITE_OK ? ERR_OK : ERR_IO;
}

/* `next`: what was kept of it, and what to do. */
static enum err prove(struct store *store, const char *what, const char *next,
                      struct verdicts *verdicts, struct buf *why)
{
    struct buf report = BUF_INIT(REPORT_BYTES);
    struct verdicts found = {.incidents = 0};
    enum err err = store_verify(store, &found, &report);
    if (err == ERR_OK)
        *verdicts = found;
    else if (err == ERR_CORRUPT)
        buf_addf(why, "%s holds a damaged record:\n%s%s", what,
                 buf_text(&report), next);
    else
        buf_addf(why, "%s cannot be read: %s. Nothing was changed.", what,
                 store_why(store));
    buf_release(&report);
    return err;
}

static enum err prove_copy(const char *part, struct verdicts *verdicts,
                           struct buf *why)
{
    struct store *store = NULL;
    enum err err = store_open(part, true, &store, why);
    if (err == ERR_OK)
        err = prove(
            store, "The copy",
            "The copy was thrown away; an older backup of that name is kept. "
            "Keep the record's file, stop the bot, and restore an "
            "older backup.",
            verdicts, why);
    store_close(store);
    return err;
}

/* What is in its log goes into the file, which SQLite does when the last one
 * who has read it closes it: killed when the log was put away and the new file
 * had not come, we would leave a record without it. In ruins nothing is done.
 */
static void fold_log(const char *path)
{
    sqlite3 *db = NULL;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                        NULL) == SQLITE_OK)
        (void)sqlite3_exec(db, "SELECT count(*) FROM sqlite_schema", NULL, NULL,
                           NULL);
    (void)sqlite3_close(db);
}

/* A rename is durable when its folder is. */
static enum err put_in_place(const char *part, const char *file,
                             struct buf *why)
{
    char folder[PATH_MAX];
    path_folder(file, folder);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && rename(part, file) == 0 && fsync(fd) == 0;
    if (!ok)
        buf_addf(why, "Cannot put %s into place: %s.", file, strerror(errno));
    if (fd >= 0)
        (void)close(fd);
    return ok ? ERR_OK : ERR_IO;
}

/* ---- backup ---- */

static bool is_one_file(const char *one, const char *other)
{
    struct stat a, b;
    return stat(one, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

/* Only an older backup is written over: neither the record itself, nor
 * something else that lies there. */
static enum err may_replace(const char *path, const char *file, struct buf *why)
{
    struct stat status;
    if (is_one_file(path, file)) {
        buf_addf(why, "%s is the record itself. Name another file.", file);
        return ERR_REFUSED;
    }
    if (stat(file, &status) != 0 && errno == ENOENT)
        return ERR_OK;
    return inspect_backup(file, why);
}

static enum err back_up(struct store *store, const char *file,
                        struct verdicts *verdicts, struct buf *why)
{
    char part[PATH_MAX];
    int lock = -1;
    if (!name_part(file, part, why))
        return ERR_TOO_LONG;
    /* No bot works on what we write over, nor does a second backup. */
    enum err err = may_replace(store->path, file, why);
    if (err == ERR_OK && is_one_file(part, store->path)) {
        buf_addf(why,
                 "%s is the record itself, and would be written over. "
                 "Name another file.",
                 part);
        err = ERR_REFUSED;
    }
    if (err == ERR_OK)
        err = lock_take(file, "name another file", &lock, why);
    if (err == ERR_OK) {
        err = copy(store->db, part, why);
        if (err == ERR_OK)
            err = prove_copy(part, verdicts, why);
        if (err == ERR_OK) {
            /* Who copied record and log here by hand left a log that would be
             * played into the new file. */
            fold_log(file);
            forget_logs(file);
            err = put_in_place(part, file, why);
        }
        if (err != ERR_OK)
            forget_part(part);
    }
    lock_release(file, lock);
    return err;
}

enum err store_backup(struct store *store, const char *file,
                      struct verdicts *verdicts, struct buf *why)
{
    char place[PATH_MAX];
    enum err err = path_follow(file, place, why);
    return err == ERR_OK ? back_up(store, place, verdicts, why) : err;
}

/* ---- restore ---- */

static enum err copy_file(const char *file, const char *part, struct buf *why)
{
    sqlite3 *from = NULL;
    int rc = inspect_open(file, &from);
    enum err err = ERR_IO;
    if (rc == SQLITE_OK) {
        err = copy(from, part, why);
    } else {
        buf_addf(why, "%s cannot be read: ", file);
        sqlite_words(from, rc, why);
        buf_add_char(why, '.');
    }
    (void)sqlite3_close(from);
    return err;
}

/* What was said to Discord since the copy was made is said: the number of an
 * incident, or of a message, may come again for another one. With a name of its
 * own the restored record takes nothing for its own that is not; and a session
 * of another time is not resumed, which would replay what was undone, or cut
 * off a bot that still runs on the other copy. Discord may have the commands of
 * a newer opsroom by now. */
static enum err begin_anew(struct store *store)
{
    static const struct stored_session none = {.seq = 0};
    enum err err = store_begin(store);
    if (err != ERR_OK)
        return err;
    struct query query =
        query_new(store, "UPDATE fact SET value = lower(hex(randomblob(12)))"
                         " WHERE name = 'instance'");
    err = query_run(&query);
    if (err == ERR_OK) {
        query = query_new(
            store, "DELETE FROM fact WHERE name GLOB '" FACT_COMMANDS "*'");
        err = query_run(&query);
    }
    if (err == ERR_OK)
        err = store_put_session(store, &none);
    if (err == ERR_OK)
        return store_commit(store);
    store_rollback(store);
    return err;
}

/* To open it brings an older schema up to date. */
static enum err make_ready(const char *part, const char *file,
                           struct verdicts *verdicts, struct buf *why)
{
    struct store *store = NULL;
    enum err err = store_open(part, false, &store, why);
    if (err == ERR_OK)
        err = prove(store, file, "Nothing was changed. Restore another backup.",
                    verdicts, why);
    if (err == ERR_OK) {
        err = begin_anew(store);
        if (err != ERR_OK)
            buf_addf(why, "Cannot write %s: %s.", part, store_why(store));
    }
    store_close(store);
    return err;
}

/* Root restores for the bot's user: the file is whose the old one was, or the
 * folder. */
static bool give_away(const char *part, const char *path)
{
    char folder[PATH_MAX];
    struct stat status;
    if (geteuid() != 0)
        return true;
    path_folder(path, folder);
    if (stat(path, &status) != 0 && stat(folder, &status) != 0)
        return false;
    return lchown(part, status.st_uid, status.st_gid) == 0;
}

/* Of ruins, or of a file that was moved away without it. A log is played into
 * whatever has its file's name: it goes before the new file comes. */
static bool keep_log(const char *path, const char *kept, const char *ending)
{
    char log[PATH_MAX + 16], kept_log[PATH_MAX + 80];
    (void)snprintf(log, sizeof log, "%s%s", path, ending);
    (void)snprintf(kept_log, sizeof kept_log, "%s%s", kept, ending);
    return access(log, F_OK) != 0 ||
           (link(log, kept_log) == 0 && unlink(log) == 0);
}

/* The old file and what is still in its log, under a name of their own. They
 * are linked, not moved: at any time there is a file at `path`. */
static enum err keep_old(const char *path, int64_t now_ms, struct buf *kept,
                         struct buf *why)
{
    char index[PATH_MAX + 16], name[PATH_MAX + 64];
    struct civil now = civil_of(now_ms);
    bool is_there = access(path, F_OK) == 0;
    (void)snprintf(name, sizeof name, "%s.%04d%02d%02dT%02d%02d%02dZ", path,
                   now.year, now.month, now.day, now.hour, now.minute,
                   now.second);
    if ((is_there && link(path, name) != 0) ||
        !keep_log(path, name, "-journal") || !keep_log(path, name, "-wal")) {
        buf_addf(why, "Cannot keep the old file as %s: %s.", name,
                 strerror(errno));
        return ERR_IO;
    }
    (void)snprintf(index, sizeof index, "%s-shm", path);
    (void)unlink(index); /* made anew from the log */
    if (is_there)
        buf_add_text(kept, name);
    return ERR_OK;
}

static enum err restore(const char *path, const char *file, int64_t now_ms,
                        struct restored *out, struct buf *why)
{
    char part[PATH_MAX];
    if (!name_part(path, part, why))
        return ERR_TOO_LONG;
    if (is_one_file(path, file)) {
        buf_addf(why, "%s is the record itself. Name a backup.", file);
        return ERR_REFUSED;
    }
    if (is_one_file(part, file)) {
        buf_addf(why, "%s would be written over. Give it another name.", file);
        return ERR_REFUSED;
    }
    enum err err = inspect_place(path, why);
    if (err == ERR_OK)
        err = inspect_backup(file, why);
    if (err != ERR_OK)
        return err;
    err = copy_file(file, part, why);
    if (err == ERR_OK)
        err = make_ready(part, file, &out->verdicts, why);
    if (err == ERR_OK && !give_away(part, path)) {
        buf_addf(why, "Cannot give %s to the bot's user: %s.", part,
                 strerror(errno));
        err = ERR_IO;
    }
    if (err == ERR_OK) {
        fold_log(path);
        err = keep_old(path, now_ms, &out->kept, why);
    }
    if (err == ERR_OK)
        err = put_in_place(part, path, why);
    if (err != ERR_OK)
        forget_part(part);
    return err;
}

enum err store_restore(const char *path, const char *file, int64_t now_ms,
                       struct restored *out, struct buf *why)
{
    char place[PATH_MAX], from[PATH_MAX];
    int lock = -1;
    enum err err = path_follow(path, place, why);
    if (err == ERR_OK)
        err = path_follow(file, from, why);
    if (err == ERR_OK)
        err = lock_take(place, CHANGE_PATH, &lock, why);
    if (err == ERR_OK)
        err = restore(place, from, now_ms, out, why);
    lock_release(place, lock);
    return err;
}
