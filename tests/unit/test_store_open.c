#include "storage/store_internal.h"
#include "storage/verify.h"
#include "tests/lib/scratch.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void makes_a_file_that_only_its_user_reads(void **state)
{
    const struct scratch *scratch = *state;
    struct stat status;
    struct store *store = scratch_open(scratch);
    assert_int_equal(stat(scratch->db, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_true(scratch_has(scratch, "-wal"));
    store_close(store);
    assert_false(scratch_has(scratch, "-wal"));
    assert_false(scratch_has(scratch, "-shm"));
    assert_false(scratch_has(scratch, ".lock"));
    store_close(NULL);
}

static void keeps_its_settings_and_its_name(void **state)
{
    const struct scratch *scratch = *state;
    char instance[32];
    struct store *store = scratch_open(scratch);
    str_copy_to(instance, str_of(store_instance(store)));
    assert_int_equal(strlen(instance), 24);
    assert_int_equal(strspn(instance, "0123456789abcdef"), 24);
    static const struct {
        const char *pragma;
        int64_t value;
    } settings[] = {
        {"PRAGMA synchronous", 2},    {"PRAGMA foreign_keys", 1},
        {"PRAGMA trusted_schema", 0}, {"PRAGMA cell_size_check", 1},
        {"PRAGMA user_version", 16},  {"PRAGMA application_id", 0x6F70726D},
    };
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        struct query query = query_new(store, settings[i].pragma);
        assert_true(query_row(&query));
        assert_int_equal(row_int(&query, 0), settings[i].value);
        assert_int_equal(query_end(&query), ERR_OK);
    }
    struct query query = query_new(store, "PRAGMA journal_mode");
    assert_true(query_row(&query));
    assert_true(str_is(row_text(&query, 0), "wal"));
    assert_int_equal(query_end(&query), ERR_OK);
    store_close(store);
    store = scratch_open(scratch);
    assert_string_equal(store_instance(store), instance);
    store_close(store);
}

/* Every way to be refused leaves the file, and its folder, as they were. */
static void refuse(const struct scratch *scratch, enum err expected,
                   const char *says)
{
    struct buf before = BUF_INIT(1 << 20), after = BUF_INIT(1 << 20),
               why = BUF_INIT(1024);
    struct store *store = NULL;
    scratch_read(scratch->db, &before);
    for (int read_only = 0; read_only <= 1; read_only++) {
        buf_clear(&why);
        assert_int_equal(store_open(scratch->db, read_only, &store, &why),
                         expected);
        assert_null(store);
        if (strstr(buf_text(&why), says) == NULL)
            fail_msg("\"%s\" does not say \"%s\"", buf_text(&why), says);
        if (strpbrk(buf_text(&why), "\n*") != NULL)
            fail_msg("\"%s\" is more than a line", buf_text(&why));
    }
    scratch_read(scratch->db, &after);
    assert_true(str_eq(buf_str(&before), buf_str(&after)));
    assert_false(scratch_has(scratch, "-wal"));
    assert_false(scratch_has(scratch, "-shm"));
    assert_false(scratch_has(scratch, "-journal"));
    assert_false(scratch_has(scratch, ".lock"));
    buf_release(&before);
    buf_release(&after);
    buf_release(&why);
}

/* The bot does not read all of it before it answers; `opsroom check` does. */
static void opens_a_large_record(void **state)
{
    const struct scratch *scratch = *state;
    struct buf why = BUF_INIT(1000);
    store_close(scratch_open(scratch));
    scratch_sql(scratch, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL"
                         " SELECT i + 1 FROM n WHERE i < 400000)"
                         " INSERT INTO fact SELECT 'n' || i, 'x' FROM n");
    store_close(scratch_open(scratch));
    assert_int_equal(store_check(scratch->db, &why), ERR_OK);
    buf_release(&why);
}

static void refuses_what_is_not_a_database(void **state)
{
    const struct scratch *scratch = *state;
    char garbage[9000];
    uint32_t seed = 7;
    for (size_t i = 0; i < sizeof garbage; i++)
        garbage[i] = (char)((seed = seed * 1664525 + 1013904223) >> 24);
    static const size_t sizes[] = {1, 10, 100, 511, 512, 4096, 9000};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        scratch_write(scratch->db, garbage, sizes[i]);
        refuse(scratch, ERR_CORRUPT, "is not a database");
    }
    scratch_write(scratch->db, "dear diary\n", 11);
    refuse(scratch, ERR_CORRUPT, "is not a database");
}

static void refuses_a_damaged_file(void **state)
{
    const struct scratch *scratch = *state;
    struct buf whole = BUF_INIT(1 << 20);
    scratch_fill(scratch);
    scratch_read(scratch->db, &whole);
    assert_true(whole.n > 16384);
    /* Cut off. */
    scratch_write(scratch->db, whole.s, whole.n / 2);
    refuse(scratch, ERR_CORRUPT, "is damaged");
    /* A page that is not one. */
    memset(whole.s + 8192, 0x5A, 4096);
    scratch_write(scratch->db, whole.s, whole.n);
    refuse(scratch, ERR_CORRUPT, "is damaged");
    buf_release(&whole);
}

static void refuses_other_programs_and_newer_files(void **state)
{
    const struct scratch *scratch = *state;
    scratch_sql(scratch, "CREATE TABLE bookmark (url TEXT)");
    refuse(scratch, ERR_REFUSED, "belongs to another program");
    scratch_sql(scratch, "PRAGMA application_id = 1");
    refuse(scratch, ERR_REFUSED, "belongs to another program");
    assert_int_equal(remove(scratch->db), 0);
    scratch_fill(scratch);
    scratch_sql(scratch, "PRAGMA user_version = 99");
    /* The raw connection leaves the file checkpointed, without a -wal. */
    refuse(scratch, ERR_REFUSED, "newer opsroom");
}

/* A process was killed: part of the file is still in its log. */
static void leaves_the_log_of_a_refused_file(void **state)
{
    const struct scratch *scratch = *state;
    struct buf before = BUF_INIT(1 << 20), after = BUF_INIT(1 << 20);
    struct store *store = NULL;
    struct buf why = BUF_INIT(1024);
    char log[256];
    (void)snprintf(log, sizeof log, "%s-wal", scratch->db);
    pid_t child = fork();
    if (child == 0) {
        store = scratch_open(scratch);
        (void)sqlite3_exec(store->db, "PRAGMA user_version = 99", NULL, NULL,
                           NULL);
        (void)raise(SIGKILL);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    scratch_read(scratch->db, &before);
    scratch_read(log, &before);
    for (int read_only = 0; read_only <= 1; read_only++) {
        assert_int_equal(store_open(scratch->db, read_only, &store, &why),
                         ERR_REFUSED);
        assert_non_null(strstr(buf_text(&why), "newer opsroom"));
    }
    scratch_read(scratch->db, &after);
    scratch_read(log, &after);
    assert_true(str_eq(buf_str(&before), buf_str(&after)));
    buf_release(&before);
    buf_release(&after);
    buf_release(&why);
}

static void reads_an_older_file_only_after_its_migration(void **state)
{
    const struct scratch *scratch = *state;
    struct store *store = NULL;
    struct buf why = BUF_INIT(1024);
    scratch_fill(scratch);
    scratch_sql(scratch, "PRAGMA user_version = 0");
    assert_int_equal(store_open(scratch->db, true, &store, &why), ERR_REFUSED);
    assert_non_null(strstr(buf_text(&why), "older opsroom"));
    assert_null(store);
    buf_release(&why);
    /* `check` stands before the start that migrates it. */
    assert_int_equal(store_check(scratch->db, &why), ERR_OK);
    buf_release(&why);
}

static void refuse_path(const char *path, bool read_only, enum err expected,
                        const char *says)
{
    struct store *store = NULL;
    struct buf why = BUF_INIT(1024);
    assert_int_equal(store_open(path, read_only, &store, &why), expected);
    assert_null(store);
    if (strstr(buf_text(&why), says) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", buf_text(&why), says);
    buf_release(&why);
}

static void check_path(const char *path, enum err expected, const char *says)
{
    struct buf why = BUF_INIT(1024);
    assert_int_equal(store_check(path, &why), expected);
    if (strstr(buf_text(&why), says) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", buf_text(&why), says);
    buf_release(&why);
}

static void refuses_places_without_a_file(void **state)
{
    const struct scratch *scratch = *state;
    char path[256];
    refuse_path(scratch->folder, false, ERR_IO, "is not a file");
    refuse_path(scratch->db, true, ERR_NOT_FOUND, "No such file");
    (void)snprintf(path, sizeof path, "%s/none/opsroom.db", scratch->folder);
    refuse_path(path, false, ERR_IO, "There is no folder");
    refuse_path(path, true, ERR_IO, "There is no folder");
    check_path(path, ERR_IO, "There is no folder");
    check_path(scratch->folder, ERR_IO, "is not a file");
    check_path(scratch->db, ERR_OK, "");
    assert_false(scratch_has(scratch, ""));
}

/* The first name leads to the second one, before there is a file and after. */
static void one_bot_whatever_the_file_is_called(void **state)
{
    const struct scratch *scratch = *state;
    char name[256], other[256];
    (void)snprintf(name, sizeof name, "%s/name.db", scratch->folder);
    (void)snprintf(other, sizeof other, "%s/other.db", scratch->folder);
    assert_int_equal(symlink("name.db", other), 0);
    assert_int_equal(symlink("opsroom.db", name), 0);
    for (int i = 0; i < 2; i++) {
        struct store *store = NULL;
        struct buf why = BUF_INIT(1024);
        assert_int_equal(store_open(other, false, &store, &why), ERR_OK);
        refuse_path(scratch->db, false, ERR_REFUSED, "in use by another");
        refuse_path(name, false, ERR_REFUSED, "in use by another");
        assert_true(scratch_has(scratch, ".lock"));
        store_close(store);
        buf_release(&why);
    }
    assert_int_equal(unlink(name), 0);
    assert_int_equal(symlink("other.db", name), 0);
    refuse_path(other, true, ERR_IO, "Too many levels of symbolic links");
}

/* What the file's modes forbid, root may do all the same. */
static void become_nobody(void)
{
    if (geteuid() == 0 && seteuid(65534) != 0)
        _exit(99);
}

static void refuses_what_it_may_not_write(void **state)
{
    const struct scratch *scratch = *state;
    struct buf before = BUF_INIT(1 << 20), after = BUF_INIT(1 << 20);
    scratch_fill(scratch);
    scratch_read(scratch->db, &before);
    assert_int_equal(chmod(scratch->db, 0444), 0);
    assert_int_equal(chmod(scratch->folder, 0777), 0);
    pid_t child = fork();
    if (child == 0) {
        become_nobody();
        refuse_path(scratch->db, false, ERR_IO, "Cannot write");
        check_path(scratch->db, ERR_IO, "Cannot write");
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    scratch_read(scratch->db, &after);
    assert_true(str_eq(buf_str(&before), buf_str(&after)));
    assert_false(scratch_has(scratch, "-wal"));
    buf_release(&before);
    buf_release(&after);
}

/* A folder on a read-only file system, or of another user. */
static void refuses_a_folder_it_may_not_write(void **state)
{
    const struct scratch *scratch = *state;
    int status = 0;
    scratch_fill(scratch);
    assert_int_equal(chmod(scratch->db, 0666), 0);
    assert_int_equal(chmod(scratch->folder, 0555), 0);
    pid_t child = fork();
    if (child == 0) {
        become_nobody();
        refuse_path(scratch->db, false, ERR_IO,
                    "opsroom.db.lock: Permission denied. Let the bot's user "
                    "write in that folder");
        check_path(scratch->db, ERR_IO, "Let the bot's user write there");
        /* But to read it, as in last night's snapshot, nothing is written. */
        struct store *store = NULL;
        struct verdicts verdicts;
        struct buf why = BUF_INIT(1024);
        if (store_open(scratch->db, true, &store, &why) != ERR_OK ||
            store_verify(store, &verdicts, &why) != ERR_OK)
            fail_msg("%s", buf_text(&why));
        store_close(store);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(chmod(scratch->folder, 0700), 0);
    store_close(scratch_open(scratch));
}

#define BOT_UID 65534

static void expect_owner(const struct scratch *scratch, const char *suffix)
{
    char name[256];
    struct stat status;
    (void)snprintf(name, sizeof name, "%s%s", scratch->db, suffix);
    assert_int_equal(lstat(name, &status), 0);
    if (status.st_uid != BOT_UID)
        fail_msg("%s belongs to %d", name, (int)status.st_uid);
}

/* Started once as root, to see whether it works; or killed while it restored.
 * What lay there before stays whose it is. */
static void what_root_makes_is_the_bots(void **state)
{
    const struct scratch *scratch = *state;
    char lock[256];
    struct stat status;
    if (geteuid() != 0)
        skip();
    assert_int_equal(chown(scratch->folder, BOT_UID, BOT_UID), 0);
    struct store *store = scratch_open(scratch);
    expect_owner(scratch, "");
    expect_owner(scratch, "-wal");
    expect_owner(scratch, ".lock");
    store_close(store);
    (void)snprintf(lock, sizeof lock, "%s.lock", scratch->db);
    scratch_write(lock, "", 0);
    store = scratch_open(scratch);
    assert_int_equal(lstat(lock, &status), 0);
    assert_int_equal(status.st_uid, 0);
    store_close(store);
    assert_int_equal(symlink("/etc/passwd", lock), 0);
    refuse_path(scratch->db, false, ERR_IO, "Cannot write");
    assert_int_equal(chown(scratch->folder, 0, 0), 0);
}

/* Opens no log: `errno` says that there is no room for one. */
static int (*real_open)(sqlite3_vfs *, sqlite3_filename, sqlite3_file *, int,
                        int *);

static int open_without_room(sqlite3_vfs *vfs, sqlite3_filename name,
                             sqlite3_file *file, int flags, int *out)
{
    if ((flags & SQLITE_OPEN_WAL) == 0)
        return real_open(vfs, name, file, flags, out);
    file->pMethods = NULL;
    errno = ENOSPC;
    return SQLITE_CANTOPEN;
}

static void a_full_disk_is_called_so(void **state)
{
    const struct scratch *scratch = *state;
    static sqlite3_vfs full;
    sqlite3_vfs *real = sqlite3_vfs_find(NULL);
    full = *real;
    real_open = real->xOpen;
    full.zName = "full";
    full.xOpen = open_without_room;
    assert_int_equal(sqlite3_vfs_register(&full, 1), SQLITE_OK);
    refuse_path(scratch->db, false, ERR_STORAGE,
                "opsroom.db: No space left on device (unable to open database "
                "file); make room on that disk, then try again [SQLite code ");
    assert_int_equal(sqlite3_vfs_unregister(&full), SQLITE_OK);
    assert_int_equal(sqlite3_vfs_register(real, 1), SQLITE_OK);
}

/* Somebody has a look with another program, and writes. */
static void a_turn_fails_while_another_program_writes(void **state)
{
    const struct scratch *scratch = *state;
    struct incident in;
    struct request entry = scratch_entry(EVENT_NOTE, "one more");
    scratch_fill(scratch);
    struct store *store = scratch_open(scratch);
    sqlite3 *other;
    assert_int_equal(store_incident(store, 1, &in), ERR_OK);
    assert_int_equal(sqlite3_open(scratch->db, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(store_begin(store), ERR_STORAGE);
    assert_non_null(strstr(store_why(store), "database is locked"));
    assert_int_equal(store_incident(store, 1, &in), ERR_OK); /* reads go on */
    assert_int_equal(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_close(other), SQLITE_OK);
    assert_int_equal(scratch_take(store, &in, &entry, SCRATCH_NOW_MS + 200000),
                     VERDICT_ACCEPTED);
    store_close(store);
}

static void one_bot_a_file(void **state)
{
    const struct scratch *scratch = *state;
    struct buf why = BUF_INIT(1024);
    struct store *second = NULL;
    struct store *store = scratch_open(scratch);
    pid_t child = fork();
    if (child == 0) {
        refuse_path(scratch->db, false, ERR_REFUSED,
                    "in use by another opsroom");
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_true(scratch_has(scratch, ".lock"));
    /* A reader beside it is welcome. */
    assert_int_equal(store_open(scratch->db, true, &second, &why), ERR_OK);
    store_close(second);
    buf_release(&why);
    store_close(store);
    store_close(scratch_open(scratch));
}

static void takes_over_after_a_kill(void **state)
{
    const struct scratch *scratch = *state;
    pid_t child = fork();
    if (child == 0) {
        struct incident in = {0};
        struct request declare = scratch_declare(1, "Global outage");
        struct store *store = scratch_open(scratch);
        (void)scratch_take(store, &in, &declare, SCRATCH_NOW_MS);
        (void)raise(SIGKILL);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_true(scratch_has(scratch, "-wal"));
    struct incident in;
    struct store *store = scratch_open(scratch);
    assert_int_equal(store_incident(store, 1, &in), ERR_OK);
    assert_string_equal(in.title, "Global outage");
    store_close(store);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(makes_a_file_that_only_its_user_reads),
        TEST(keeps_its_settings_and_its_name),
        TEST(opens_a_large_record),
        TEST(refuses_what_is_not_a_database),
        TEST(refuses_a_damaged_file),
        TEST(refuses_other_programs_and_newer_files),
        TEST(leaves_the_log_of_a_refused_file),
        TEST(reads_an_older_file_only_after_its_migration),
        TEST(refuses_places_without_a_file),
        TEST(refuses_what_it_may_not_write),
        TEST(refuses_a_folder_it_may_not_write),
        TEST(one_bot_whatever_the_file_is_called),
        TEST(what_root_makes_is_the_bots),
        TEST(a_full_disk_is_called_so),
        TEST(a_turn_fails_while_another_program_writes),
        TEST(one_bot_a_file),
        TEST(takes_over_after_a_kill),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
