/*
 * A copy is whole or it is not there, and what lay in its place is kept when it
 * is worth keeping.
 */
#include "bot/base/civil.h"
#include "storage/backup.h"
#include "storage/discord.h"
#include "storage/verify.h"
#include "tests/lib/scratch.h"

#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define KEPT "opsroom.db.20221213T185300Z"

/* A second place beside the first one: the backup. */
static struct scratch beside(const struct scratch *scratch)
{
    struct scratch other = *scratch;
    (void)snprintf(other.db, sizeof other.db, "%s/backup.db", scratch->folder);
    return other;
}

static enum err backup(const struct scratch *scratch, const char *file,
                       struct verdicts *verdicts, struct buf *why)
{
    struct store *store = NULL;
    enum err err = store_open(scratch->db, true, &store, why);
    if (err == ERR_OK)
        err = store_backup(store, file, verdicts, why);
    store_close(store);
    return err;
}

/* The names in the folder, sorted, each with a blank behind it; but not what a
 * reader leaves beside the record. */
static void expect_files(const struct scratch *scratch, const char *expected)
{
    struct dirent **entries;
    struct buf names = BUF_INIT(4096);
    int count = scandir(scratch->folder, &entries, NULL, alphasort);
    assert_true(count >= 0);
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        if (name[0] != '.' && strcmp(name, "opsroom.db-wal") != 0 &&
            strcmp(name, "opsroom.db-shm") != 0)
            buf_addf(&names, "%s ", name);
        free(entries[i]);
    }
    free(entries);
    assert_string_equal(buf_text(&names), expected);
    buf_release(&names);
}

static void expect_whole(const struct scratch *scratch, int64_t events)
{
    struct store *store = NULL;
    struct verdicts verdicts;
    struct buf why = BUF_INIT(4096);
    if (store_open(scratch->db, true, &store, &why) != ERR_OK ||
        store_verify(store, &verdicts, &why) != ERR_OK)
        fail_msg("%s: %s", scratch->db, buf_text(&why));
    assert_int_equal(verdicts.events, events);
    store_close(store);
    buf_release(&why);
}

static void add_entry(struct store *store)
{
    struct incident in;
    struct request entry = scratch_entry(EVENT_NOTE, "one more");
    assert_int_equal(store_incident(store, 1, &in), ERR_OK);
    assert_int_equal(scratch_take(store, &in, &entry, SCRATCH_NOW_MS + 200000),
                     VERDICT_ACCEPTED);
}

static int64_t events_of(const struct scratch *scratch)
{
    return scratch_number(scratch, "SELECT count(*) FROM event");
}

static void copies_beside_a_running_bot(void **state)
{
    const struct scratch *scratch = *state;
    struct scratch copy = beside(scratch);
    struct verdicts verdicts;
    struct buf why = BUF_INIT(4096);
    struct stat status;
    scratch_fill(scratch);
    struct store *bot = scratch_open(scratch);
    add_entry(bot); /* is in the log only */
    int64_t events = events_of(scratch);
    assert_int_equal(store_begin(bot), ERR_OK);
    add_entry(bot); /* not committed */
    if (backup(scratch, copy.db, &verdicts, &why) != ERR_OK)
        fail_msg("%s", buf_text(&why));
    assert_int_equal(store_commit(bot), ERR_OK);
    assert_int_equal(verdicts.events, events);
    assert_int_equal(stat(copy.db, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    /* The next one takes its place. */
    if (backup(scratch, copy.db, &verdicts, &why) != ERR_OK)
        fail_msg("%s", buf_text(&why));
    assert_true(verdicts.events > events);
    store_close(bot);
    expect_whole(&copy, verdicts.events);
    expect_files(scratch, "backup.db opsroom.db ");
}

static void refuse_backup(const struct scratch *scratch, const char *file,
                          enum err expected, const char *says)
{
    struct verdicts verdicts;
    struct buf why = BUF_INIT(4096), before = BUF_INIT(1 << 20),
               after = BUF_INIT(1 << 20);
    bool is_there = access(file, F_OK) == 0 && strchr(file, '.') != NULL;
    if (is_there)
        scratch_read(file, &before);
    assert_int_equal(backup(scratch, file, &verdicts, &why), expected);
    if (strstr(buf_text(&why), says) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", buf_text(&why), says);
    if (is_there)
        scratch_read(file, &after);
    assert_true(str_eq(buf_str(&before), buf_str(&after)));
    buf_release(&why);
    buf_release(&before);
    buf_release(&after);
}

static void copies_over_nothing_but_a_backup(void **state)
{
    const struct scratch *scratch = *state;
    struct scratch other = beside(scratch);
    char path[256];
    scratch_fill(scratch);
    refuse_backup(scratch, scratch->db, ERR_REFUSED, "is the record itself");
    (void)snprintf(path, sizeof path, "%s/none/b.db", scratch->folder);
    refuse_backup(scratch, path, ERR_IO, "Create it, or name another file");
    refuse_backup(scratch, scratch->folder, ERR_REFUSED, "no record");
    scratch_write(other.db, "dear diary\n", 11);
    refuse_backup(scratch, other.db, ERR_REFUSED, "is no record of opsroom");
    assert_int_equal(remove(other.db), 0);
    scratch_sql(&other, "CREATE TABLE bookmark (url TEXT)");
    refuse_backup(scratch, other.db, ERR_REFUSED, "is no record of opsroom");
    assert_int_equal(remove(other.db), 0);
    struct store *bot = scratch_open(&other);
    pid_t child = fork();
    if (child == 0) {
        refuse_backup(scratch, other.db, ERR_REFUSED,
                      "in use by another opsroom");
        _exit(0);
    }
    int exit_status = 0;
    assert_int_equal(waitpid(child, &exit_status, 0), child);
    assert_int_equal(exit_status, 0);
    store_close(bot);
}

#define DAMAGE                                                                 \
    "DROP TRIGGER event_is_never_changed;"                                     \
    "UPDATE event SET text = 'all is well' WHERE seq = 7"

static void a_damaged_record_replaces_no_backup(void **state)
{
    const struct scratch *scratch = *state;
    struct scratch copy = beside(scratch);
    struct verdicts verdicts;
    struct buf why = BUF_INIT(4096);
    scratch_fill(scratch);
    assert_int_equal(backup(scratch, copy.db, &verdicts, &why), ERR_OK);
    scratch_sql(scratch, DAMAGE);
    refuse_backup(scratch, copy.db, ERR_CORRUPT,
                  "#7: the entry does not match its hash\nThe copy was thrown "
                  "away; an older backup of that name is kept.");
    expect_whole(&copy, verdicts.events);
    expect_files(scratch, "backup.db opsroom.db ");
}

/* A bot that was killed: its last entry is in the log only. */
static void die_with_one_more(const struct scratch *scratch)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        add_entry(scratch_open(scratch));
        (void)raise(SIGKILL);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(scratch_has(scratch, "-wal"));
}

static void copy_file(const char *from, const char *to)
{
    struct buf bytes = BUF_INIT(1 << 24);
    scratch_read(from, &bytes);
    scratch_write(to, bytes.s, bytes.n);
    buf_release(&bytes);
}

/* Who copied the files by hand before has a log beside the copy: it is not of
 * the backup that takes the copy's place. */
static void the_log_of_an_older_copy_is_not_the_new_ones(void **state)
{
    const struct scratch *scratch = *state;
    struct scratch copy = beside(scratch);
    struct verdicts verdicts;
    struct buf why = BUF_INIT(4096);
    char log[200], copied_log[200];
    (void)snprintf(log, sizeof log, "%s-wal", scratch->db);
    (void)snprintf(copied_log, sizeof copied_log, "%s-wal", copy.db);
    scratch_fill(scratch);
    die_with_one_more(scratch);
    copy_file(scratch->db, copy.db);
    copy_file(log, copied_log);
    struct store *bot = scratch_open(scratch);
    add_entry(bot);
    add_entry(bot);
    store_close(bot);
    if (backup(scratch, copy.db, &verdicts, &why) != ERR_OK)
        fail_msg("%s", buf_text(&why));
    expect_whole(&copy, verdicts.events);
    expect_files(scratch, "backup.db opsroom.db ");
    buf_release(&why);
}

static enum err restore(const struct scratch *scratch, const char *file,
                        struct restored *out, struct buf *why)
{
    *out = (struct restored){.kept = BUF_INIT(4096)};
    return store_restore(scratch->db, file, SCRATCH_NOW_MS, out, why);
}

static void restores_and_keeps_what_was_there(void **state)
{
    const struct scratch *scratch = *state;
    struct scratch copy = beside(scratch), kept = *scratch;
    struct verdicts verdicts;
    struct restored restored;
    struct buf why = BUF_INIT(4096);
    scratch_fill(scratch);
    scratch_sql(scratch,
                "INSERT INTO session VALUES (1, 'abc', 'wss://x', 7);"
                "INSERT INTO fact VALUES ('commands/1001', 'of then')");
    assert_int_equal(backup(scratch, copy.db, &verdicts, &why), ERR_OK);
    die_with_one_more(scratch);
    if (restore(scratch, copy.db, &restored, &why) != ERR_OK)
        fail_msg("%s", buf_text(&why));
    assert_int_equal(restored.verdicts.events, verdicts.events);
    /* Killed between any two of its steps, it would have left one file with
     * everything in it: nothing of it lay apart. */
    expect_files(scratch, "backup.db opsroom.db " KEPT " ");
    expect_whole(scratch, verdicts.events);
    (void)snprintf(kept.db, sizeof kept.db, "%s/" KEPT, scratch->folder);
    assert_string_equal(buf_text(&restored.kept), kept.db);
    store_close(scratch_open(&kept));
    expect_whole(&kept, verdicts.events + 1);
    buf_release(&restored.kept);
    /* It does not go on as the one that was copied. */
    struct stored_session session;
    struct store *bot = scratch_open(scratch), *reader = NULL;
    struct buf commands = BUF_INIT(100);
    assert_int_equal(store_session(bot, &session), ERR_NOT_FOUND);
    assert_int_equal(store_fact(bot, FACT_COMMANDS "1001", &commands),
                     ERR_NOT_FOUND);
    assert_int_equal(store_open(copy.db, true, &reader, &why), ERR_OK);
    assert_string_not_equal(store_instance(bot), store_instance(reader));
    store_close(bot);
    store_close(reader);
    /* Where nothing was, nothing is kept. */
    assert_int_equal(remove(scratch->db), 0);
    assert_int_equal(restore(scratch, copy.db, &restored, &why), ERR_OK);
    assert_int_equal(restored.kept.n, 0);
    store_close(scratch_open(scratch));
}

/* Moved away by hand, the file left its log: that is no part of the backup. */
/* Whom the bot runs as. */
#define BOT_USER 12345

/* Else the bot cannot open what root restored for it. */
static void what_root_restores_is_the_bots(void **state)
{
    const struct scratch *scratch = *state;
    struct scratch copy = beside(scratch);
    struct verdicts verdicts;
    struct stat status;
    if (geteuid() != 0)
        skip();
    scratch_fill(scratch);
    struct buf why = BUF_INIT(4096);
    assert_int_equal(backup(scratch, copy.db, &verdicts, &why), ERR_OK);
    assert_int_equal(chown(scratch->db, BOT_USER, BOT_USER), 0);
    for (int i = 0; i < 2; i++) {
        struct restored restored;
        if (restore(scratch, copy.db, &restored, &why) != ERR_OK)
            fail_msg("%s", buf_text(&why));
        buf_release(&restored.kept);
        assert_int_equal(stat(scratch->db, &status), 0);
        assert_int_equal(status.st_uid, BOT_USER);
        assert_int_equal(status.st_gid, BOT_USER);
        /* And when there was none: whose the folder is. */
        assert_int_equal(remove(scratch->db), 0);
        assert_int_equal(chown(scratch->folder, BOT_USER, BOT_USER), 0);
    }
    buf_release(&why);
}

static void a_log_without_its_file_is_put_away(void **state)
{
    const struct scratch *scratch = *state;
    struct scratch copy = beside(scratch);
    struct verdicts verdicts;
    struct restored restored;
    struct buf why = BUF_INIT(4096);
    char moved[200];
    (void)snprintf(moved, sizeof moved, "%s/moved.db", scratch->folder);
    scratch_fill(scratch);
    assert_int_equal(backup(scratch, copy.db, &verdicts, &why), ERR_OK);
    die_with_one_more(scratch);
    assert_int_equal(rename(scratch->db, moved), 0);
    if (restore(scratch, copy.db, &restored, &why) != ERR_OK)
        fail_msg("%s", buf_text(&why));
    assert_int_equal(restored.kept.n, 0);
    expect_whole(scratch, verdicts.events);
    expect_files(scratch, "backup.db moved.db opsroom.db " KEPT "-wal ");
    buf_release(&restored.kept);
}

/* Who has the record on another disk by a symbolic link has it there after. */
static void names_may_be_links(void **state)
{
    const struct scratch *scratch = *state;
    struct scratch copy = beside(scratch), link = *scratch, to = *scratch;
    struct verdicts verdicts;
    struct restored restored;
    struct buf why = BUF_INIT(4096);
    struct stat status;
    (void)snprintf(link.db, sizeof link.db, "%s/record", scratch->folder);
    (void)snprintf(to.db, sizeof to.db, "%s/latest", scratch->folder);
    assert_int_equal(symlink("opsroom.db", link.db), 0);
    assert_int_equal(symlink("backup.db", to.db), 0);
    scratch_fill(scratch);
    assert_int_equal(backup(&link, to.db, &verdicts, &why), ERR_OK);
    die_with_one_more(scratch);
    /* What is in the log only is copied, too. */
    assert_int_equal(backup(&link, to.db, &verdicts, &why), ERR_OK);
    expect_whole(&copy, verdicts.events);
    struct store *bot = scratch_open(scratch);
    assert_int_equal(restore(&link, to.db, &restored, &why), ERR_REFUSED);
    store_close(bot);
    die_with_one_more(scratch);
    assert_int_equal(restore(&link, to.db, &restored, &why), ERR_OK);
    expect_files(scratch, "backup.db latest opsroom.db " KEPT " record ");
    assert_true(lstat(link.db, &status) == 0 && S_ISLNK(status.st_mode));
    assert_true(lstat(to.db, &status) == 0 && S_ISLNK(status.st_mode));
    expect_whole(scratch, verdicts.events);
    buf_release(&restored.kept);
    buf_release(&why);
}

static void refuse_restore(const struct scratch *scratch, const char *file,
                           enum err expected, const char *says)
{
    struct restored restored;
    struct buf why = BUF_INIT(4096);
    assert_int_equal(restore(scratch, file, &restored, &why), expected);
    if (strstr(buf_text(&why), says) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", buf_text(&why), says);
    assert_int_equal(restored.kept.n, 0);
    buf_release(&why);
}

static void restores_only_what_is_whole(void **state)
{
    const struct scratch *scratch = *state;
    struct scratch copy = beside(scratch);
    struct verdicts verdicts;
    struct buf why = BUF_INIT(4096);
    scratch_fill(scratch);
    int64_t events = events_of(scratch);
    refuse_restore(scratch, scratch->db, ERR_REFUSED, "is the record itself");
    refuse_restore(scratch, copy.db, ERR_IO, "Cannot read");
    scratch_write(copy.db, "dear diary\n", 11);
    refuse_restore(scratch, copy.db, ERR_REFUSED, "is no record of opsroom");
    assert_int_equal(remove(copy.db), 0);
    assert_int_equal(backup(scratch, copy.db, &verdicts, &why), ERR_OK);
    scratch_sql(&copy, "PRAGMA user_version = 99");
    refuse_restore(scratch, copy.db, ERR_REFUSED, "newer opsroom");
    assert_int_equal(remove(copy.db), 0);
    assert_int_equal(backup(scratch, copy.db, &verdicts, &why), ERR_OK);
    scratch_sql(&copy, DAMAGE);
    refuse_restore(scratch, copy.db, ERR_CORRUPT,
                   "does not match its hash\nNothing was changed.");
    assert_int_equal(truncate(copy.db, 20000), 0);
    refuse_restore(scratch, copy.db, ERR_CORRUPT, "is damaged");
    expect_files(scratch, "backup.db opsroom.db ");
    expect_whole(scratch, events);
}

/* Whatever a copy is written over first, it is not what is copied. */
static void what_is_copied_is_not_written_over(void **state)
{
    const struct scratch *scratch = *state;
    struct scratch part = *scratch, record = *scratch;
    struct verdicts verdicts;
    struct buf why = BUF_INIT(4096);
    char target[200];
    (void)snprintf(part.db, sizeof part.db, "%s/opsroom.db.part",
                   scratch->folder);
    scratch_fill(scratch);
    assert_int_equal(backup(scratch, part.db, &verdicts, &why), ERR_OK);
    scratch_sql(&part, DAMAGE);
    refuse_restore(scratch, part.db, ERR_REFUSED, "Give it another name");
    expect_files(scratch, "opsroom.db opsroom.db.part ");
    assert_int_equal(remove(part.db), 0);

    (void)snprintf(record.db, sizeof record.db, "%s/b.db.part",
                   scratch->folder);
    (void)snprintf(target, sizeof target, "%s/b.db", scratch->folder);
    scratch_fill(&record);
    refuse_backup(&record, target, ERR_REFUSED, "Name another file");
    expect_whole(&record, verdicts.events);
}

/* A path that is wrong by a word: another program works on that file. */
static void restores_over_ruins_but_not_over_what_is_anothers(void **state)
{
    const struct scratch *scratch = *state;
    struct scratch copy = beside(scratch);
    struct verdicts verdicts;
    struct restored restored;
    struct buf why = BUF_INIT(4096);
    scratch_fill(scratch);
    assert_int_equal(backup(scratch, copy.db, &verdicts, &why), ERR_OK);
    assert_int_equal(remove(scratch->db), 0);
    scratch_sql(scratch, "CREATE TABLE bookmark (url TEXT)");
    refuse_restore(scratch, copy.db, ERR_REFUSED, "belongs to another program");
    assert_int_equal(scratch_number(scratch, "SELECT count(*) FROM bookmark"),
                     0);
    assert_int_equal(remove(scratch->db), 0);
    scratch_write(scratch->db, "ruins\n", 6);
    assert_int_equal(restore(scratch, copy.db, &restored, &why), ERR_OK);
    expect_whole(scratch, verdicts.events);
    buf_release(&restored.kept);
}

static void does_not_restore_under_a_running_bot(void **state)
{
    const struct scratch *scratch = *state;
    struct scratch copy = beside(scratch);
    struct verdicts verdicts;
    struct buf why = BUF_INIT(4096);
    scratch_fill(scratch);
    assert_int_equal(backup(scratch, copy.db, &verdicts, &why), ERR_OK);
    struct store *bot = scratch_open(scratch);
    refuse_restore(scratch, copy.db, ERR_REFUSED, "in use by another opsroom");
    add_entry(bot);
    store_close(bot);
    expect_whole(scratch, verdicts.events + 1);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(copies_beside_a_running_bot),
        TEST(copies_over_nothing_but_a_backup),
        TEST(a_damaged_record_replaces_no_backup),
        TEST(the_log_of_an_older_copy_is_not_the_new_ones),
        TEST(restores_and_keeps_what_was_there),
        TEST(what_root_restores_is_the_bots),
        TEST(a_log_without_its_file_is_put_away),
        TEST(names_may_be_links),
        TEST(restores_only_what_is_whole),
        TEST(what_is_copied_is_not_written_over),
        TEST(restores_over_ruins_but_not_over_what_is_anothers),
        TEST(does_not_restore_under_a_running_bot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
