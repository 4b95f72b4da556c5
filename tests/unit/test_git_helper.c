#include "bot/base/buf.h"
#include "tests/lib/scratch.h"

#include <cjson/cJSON.h>
#include <linux/landlock.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* The job of INC-<incident> with that page; NAME{n} is its name. */
struct job {
    const char *repository;
    int incident;
    const char *page;
    const char *files; /* JSON; NULL: none */
};

static const char *helper(void)
{
    static char path[300];
    const char *build = getenv("OPSROOM_BUILD");
    (void)snprintf(path, sizeof path, "%s/opsroom-git",
                   build == NULL ? "build/san" : build);
    return path;
}

/* Runs a shell command in the test's folder; its output replaces *out. */
__attribute__((format(printf, 3, 4))) static int
sh(const struct scratch *scratch, struct buf *out, const char *format, ...)
{
    struct buf command = BUF_INIT(20000);
    va_list args;
    char *program = realpath(helper(), NULL);
    if (program == NULL)
        fail_msg("%s is missing: run `make san`, and the tests from the "
                 "repository's root",
                 helper());
    buf_addf(&command, "cd '%s' && G='%s' && ", scratch->folder, program);
    va_start(args, format);
    buf_addv(&command, format, args);
    va_end(args);
    FILE *pipe = popen(buf_text(&command), "r");
    assert_non_null(pipe);
    char bytes[4096];
    size_t n;
    buf_clear(out);
    while ((n = fread(bytes, 1, sizeof bytes, pipe)) > 0)
        buf_add_bytes(out, bytes, n);
    int status = pclose(pipe);
    assert_true(WIFEXITED(status));
    buf_release(&command);
    free(program);
    return WEXITSTATUS(status);
}

static void write_job(const struct scratch *scratch, const char *file,
                      struct job job)
{
    char path[300], mark[60], page[2000];
    (void)snprintf(path, sizeof path, "%s/%s", scratch->folder, file);
    (void)snprintf(mark, sizeof mark, "<!-- opsroom: INC-%d -->", job.incident);
    (void)snprintf(page, sizeof page, "%s\n%s\n", job.page, mark);
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "repository", job.repository);
    cJSON_AddStringToObject(json, "base", "main");
    cJSON_AddStringToObject(json, "branch", "postmortem/2022-12-13-slow{n}");
    cJSON_AddStringToObject(json, "path",
                            "content/2022-12-13-slow{n}/index.md");
    cJSON_AddStringToObject(json, "mark", mark);
    cJSON_AddStringToObject(json, "content", page);
    cJSON_AddStringToObject(json, "message", "postmortem: Slow (INC-1)\n");
    cJSON_AddStringToObject(json, "author_name", "opsroom");
    cJSON_AddStringToObject(json, "author_email", "opsroom@example.org");
    cJSON_AddNumberToObject(json, "time", 1670958960); /* 19:16 UTC */
    if (job.files != NULL)
        cJSON_AddItemToObject(json, "files", cJSON_Parse(job.files));
    char *text = cJSON_PrintUnformatted(json);
    scratch_write(path, text, strlen(text));
    free(text);
    cJSON_Delete(json);
}

/* What the helper answers, to be read with says(). */
static int run(const struct scratch *scratch, struct job job, struct buf *out)
{
    write_job(scratch, "job.json", job);
    return sh(scratch, out, "\"$G\" <job.json");
}

static void says(const struct buf *out, const char *words)
{
    if (strstr(buf_text(out), words) == NULL)
        fail_msg("%s\ndoes not say\n%s", buf_text(out), words);
}

/* One line of git's, without its end. */
static void git_says(const struct scratch *scratch, const char *git,
                     const char *expected)
{
    struct buf out = BUF_INIT(10000);
    assert_int_equal(sh(scratch, &out, "git -C r.git %s 2>&1", git), 0);
    while (out.n > 0 && out.s[out.n - 1] == '\n')
        buf_cut(&out, out.n - 1);
    if (strcmp(buf_text(&out), expected) != 0)
        fail_msg("git %s says\n%s\nnot\n%s", git, buf_text(&out), expected);
    buf_release(&out);
}

static void is_sound(const struct scratch *scratch)
{
    struct buf out = BUF_INIT(10000);
    if (sh(scratch, &out, "git -C r.git fsck --strict --full 2>&1") != 0)
        fail_msg("%s", buf_text(&out));
    buf_release(&out);
}

/* A base branch with other files, as a person would make it. */
static void make_base(const struct scratch *scratch)
{
    struct buf out = BUF_INIT(10000);
    if (sh(scratch, &out,
           "exec 2>&1; git init -q --bare -b main r.git && "
           "git clone -q r.git w && cd w && git config user.name x && "
           "git config user.email x@example.org && mkdir -p content/old && "
           "echo readme >README && echo old >content/old/index.md && "
           "echo run >run.sh && chmod +x run.sh && git add . && "
           "git commit -qm first && git push -q origin HEAD:main") != 0)
        fail_msg("%s", buf_text(&out));
    buf_release(&out);
}

static const struct job slow = {"r.git", 1, "It was slow.", NULL};

/* ---- */

static void starts_a_repository(void **state)
{
    const struct scratch *scratch = *state;
    struct buf out = BUF_INIT(10000);
    assert_int_equal(run(scratch, slow, &out), 0);
    says(&out, "\"branch\":\"postmortem/2022-12-13-slow\",\"unchanged\":false");
    git_says(scratch, "log --format='%P|%an|%ae|%aI|%cI|%s' --all",
             "|opsroom|opsroom@example.org|2022-12-13T19:16:00+00:00|"
             "2022-12-13T19:16:00+00:00|postmortem: Slow (INC-1)");
    git_says(scratch, "ls-tree -r --name-only postmortem/2022-12-13-slow",
             "content/2022-12-13-slow/index.md");
    git_says(scratch,
             "show postmortem/2022-12-13-slow:content/2022-12-13-slow/index.md"
             " | grep -v opsroom:page",
             "It was slow.\n<!-- opsroom: INC-1 -->");
    git_says(scratch, "symbolic-ref HEAD", "refs/heads/main");
    is_sound(scratch);
    buf_release(&out);
}

static void goes_on_after_a_half_made_repository(void **state)
{
    const struct scratch *scratch = *state;
    struct buf out = BUF_INIT(10000);
    assert_int_equal(sh(scratch, &out,
                        "mkdir -p r.git.new/objects r.git;"
                        " touch r.git.new/config.lock"),
                     0);
    assert_int_equal(run(scratch, slow, &out), 0);
    git_says(scratch, "rev-list --count --all", "1");
    is_sound(scratch);
    buf_release(&out);
}

/* An admin looks as root: the folder of the bot's user stays that. */
static void a_look_makes_no_repository(void **state)
{
    const struct scratch *scratch = *state;
    static const char *const folders[] = {"r.git", "none.git"};
    struct buf out = BUF_INIT(10000);
    assert_int_equal(sh(scratch, &out, "mkdir r.git && ls -di r.git"), 0);
    struct buf before = BUF_INIT(100), after = BUF_INIT(100);
    buf_add(&before, buf_str(&out));
    for (int i = 0; i < 2; i++) {
        struct job look = slow;
        look.repository = folders[i];
        write_job(scratch, "job.json", look);
        assert_int_equal(sh(scratch, &out,
                            "sed 's/^{/{\"op\":\"look\",/' job.json | \"$G\""),
                         0);
        assert_string_equal(buf_text(&out),
                            "{\"branch\":\"postmortem/2022-12-13-slow\","
                            "\"path\":\"content/2022-12-13-slow/index.md\"}\n");
    }
    assert_int_equal(sh(scratch, &after, "ls -di r.git && ls -A r.git"), 0);
    assert_string_equal(buf_text(&after), buf_text(&before));
    assert_int_not_equal(sh(scratch, &out, "ls none.git 2>&1"), 0);
    assert_int_equal(run(scratch, slow, &out), 0);
    is_sound(scratch);
    buf_release(&out);
    buf_release(&before);
    buf_release(&after);
}

static void keeps_all_other_files(void **state)
{
    const struct scratch *scratch = *state;
    struct buf out = BUF_INIT(10000);
    make_base(scratch);
    assert_int_equal(run(scratch, slow, &out), 0);
    git_says(scratch, "diff --name-status main postmortem/2022-12-13-slow",
             "A\tcontent/2022-12-13-slow/index.md");
    git_says(scratch, "rev-list --count main..postmortem/2022-12-13-slow", "1");
    git_says(scratch, "rev-list --count main", "1");
    is_sound(scratch);
    buf_release(&out);
}

static void commits_the_same_page_once(void **state)
{
    const struct scratch *scratch = *state;
    struct buf first = BUF_INIT(10000), again = BUF_INIT(10000);
    make_base(scratch);
    assert_int_equal(run(scratch, slow, &first), 0);
    assert_int_equal(run(scratch, slow, &again), 0);
    says(&again, "\"unchanged\":true");
    buf_cut(&first,
            sizeof "{\"commit\":\"0123456789012345678901234567890123456789");
    says(&again, buf_text(&first));
    git_says(scratch, "rev-list --count --all", "2");
    buf_release(&first);
    buf_release(&again);
}

static void commits_another_page_on_top(void **state)
{
    const struct scratch *scratch = *state;
    struct buf out = BUF_INIT(10000);
    make_base(scratch);
    assert_int_equal(run(scratch, slow, &out), 0);
    assert_int_equal(
        run(scratch, (struct job){"r.git/", 1, "Slower.", NULL}, &out), 0);
    says(&out, "\"unchanged\":false");
    git_says(scratch, "rev-list --count main..postmortem/2022-12-13-slow", "2");
    git_says(scratch,
             "show postmortem/2022-12-13-slow:content/2022-12-13-slow/index.md"
             " | grep -v opsroom:page",
             "Slower.\n<!-- opsroom: INC-1 -->");
    is_sound(scratch);
    buf_release(&out);
}

static void puts_pictures_beside_the_page(void **state)
{
    const struct scratch *scratch = *state;
    struct buf out = BUF_INIT(10000);
    struct job job = slow;
    make_base(scratch);
    job.files =
        "[{\"path\":\"content/2022-12-13-slow{n}/a.png\","
        "\"base64\":\"iVBORwD/Cg==\"},"
        "{\"path\":\"content/2022-12-13-slow{n}/b.svg\",\"text\":\"<svg/>\"},"
        "{\"path\":\"static/c\",\"base64\":\"YWJj\"}]";
    assert_int_equal(run(scratch, job, &out), 0);
    git_says(scratch, "diff --name-status main postmortem/2022-12-13-slow",
             "A\tcontent/2022-12-13-slow/a.png\n"
             "A\tcontent/2022-12-13-slow/b.svg\n"
             "A\tcontent/2022-12-13-slow/index.md\nA\tstatic/c");
    git_says(scratch,
             "show postmortem/2022-12-13-slow:content/2022-12-13-slow/a.png | "
             "od -An -tx1",
             " 89 50 4e 47 00 ff 0a");
    git_says(scratch, "show postmortem/2022-12-13-slow:static/c", "abc");
    assert_int_equal(run(scratch, job, &out), 0);
    says(&out, "\"unchanged\":true");
    job.files = "[{\"path\":\"static/c\",\"text\":\"abcd\"}]";
    assert_int_equal(run(scratch, job, &out), 0);
    says(&out, "\"unchanged\":false");
    git_says(scratch,
             "diff --name-status postmortem/2022-12-13-slow~ "
             "postmortem/2022-12-13-slow",
             "M\tstatic/c");
    is_sound(scratch);
    buf_release(&out);
}

/* The page came to the base branch, and the branch is gone. */
static void sees_that_it_was_merged(void **state)
{
    const struct scratch *scratch = *state;
    struct buf out = BUF_INIT(10000);
    make_base(scratch);
    assert_int_equal(run(scratch, slow, &out), 0);
    assert_int_equal(
        sh(scratch, &out,
           "git -C r.git branch -qf main postmortem/2022-12-13-slow && "
           "git -C r.git branch -qD postmortem/2022-12-13-slow"),
        0);
    assert_int_equal(run(scratch, slow, &out), 0);
    says(&out, "\"unchanged\":true");
    git_says(scratch, "rev-list --count --all", "2");
    buf_release(&out);
}

static void tells_incidents_of_one_name_apart(void **state)
{
    const struct scratch *scratch = *state;
    struct buf out = BUF_INIT(10000);
    static const struct job other = {
        "r.git", 2, "Evidence:\n<!-- opsroom: INC-1 -->\n", NULL};
    make_base(scratch);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(run(scratch, slow, &out), 0);
        says(&out, "\"postmortem/2022-12-13-slow\"");
        assert_int_equal(run(scratch, other, &out), 0);
        says(&out, "\"postmortem/2022-12-13-slow-2\"");
    }
    git_says(scratch, "rev-list --count --all", "3");
    git_says(scratch,
             "ls-tree -r --name-only postmortem/2022-12-13-slow-2 -- "
             "content/",
             "content/2022-12-13-slow-2/index.md\ncontent/old/index.md");
    buf_release(&out);
}

static void takes_turns(void **state)
{
    const struct scratch *scratch = *state;
    struct buf out = BUF_INIT(10000);
    write_job(scratch, "1.json", slow);
    write_job(scratch, "2.json", (struct job){"r.git", 2, "Other", NULL});
    make_base(scratch);
    assert_int_equal(sh(scratch, &out,
                        "for i in 1 2 1 2 1 2 1 2 1 2 1 2; do "
                        "\"$G\" <$i.json & done; wait"),
                     0);
    int commits = 0;
    for (const char *at = buf_text(&out);
         (at = strstr(at, "{\"commit\"")) != NULL; at++)
        commits++;
    assert_int_equal(commits, 12);
    git_says(scratch, "rev-list --count --all", "3");
    git_says(scratch, "branch --list --format='%(refname:short)'",
             "main\npostmortem/2022-12-13-slow\n"
             "postmortem/2022-12-13-slow-2");
    is_sound(scratch);
    buf_release(&out);
}

/* ---- what goes wrong ---- */

static void refuses_in_words(void **state)
{
    const struct scratch *scratch = *state;
    static const struct {
        const char *before, *repository, *words;
    } cases[] = {
        {"mkdir full && touch full/x", "full",
         "full is not a bare git repository"},
        {"git init -q work", "work", "work is not a bare git repository"},
        {"touch file", "file", "file: Not a directory"},
        {"touch file", "file/r.git", "file/r.git: Not a directory"},
        {"git init -q --bare lock.git && mkdir -p lock.git/refs/heads/"
         "postmortem && touch lock.git/refs/heads/postmortem/"
         "2022-12-13-slow.lock",
         "lock.git", "moving the branch: "},
        {"git init -q --bare taken.git && cd taken.git && "
         "C=$(git -c user.name=x -c user.email=x@example.org commit-tree -m x "
         "$(git mktree </dev/null)) && git update-ref refs/heads/postmortem $C "
         "&& git update-ref refs/heads/main $C",
         "taken.git", "moving the branch: "},
        {"git clone -q --bare taken.git trunk.git && cd trunk.git && git "
         "branch -m main trunk && git branch -m postmortem postmortem/x",
         "trunk.git",
         "trunk.git has no branch main to start from\",\"reason"
         "\":\"not_found\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf out = BUF_INIT(10000);
        assert_int_equal(sh(scratch, &out, "%s", cases[i].before), 0);
        assert_int_equal(
            run(scratch, (struct job){cases[i].repository, 1, "x", NULL}, &out),
            1);
        says(&out, "{\"error\":\"");
        says(&out, cases[i].words);
        buf_release(&out);
    }
}

/* Where the kernel can do that. */
static void opens_no_file_of_others(void **state)
{
    const struct scratch *scratch = *state;
    struct buf out = BUF_INIT(10000);
    if (syscall(SYS_landlock_create_ruleset, NULL, 0,
                LANDLOCK_CREATE_RULESET_VERSION) < 2)
        skip();
    make_base(scratch);
    assert_int_equal(sh(scratch, &out,
                        "git -C r.git pack-refs --all && "
                        "mv r.git/packed-refs secret && "
                        "ln -s ../secret r.git/packed-refs"),
                     0);
    assert_int_equal(run(scratch, slow, &out), 1);
    says(&out, "Permission denied");
    buf_release(&out);
}

static void moves_no_branch_on_a_full_disk(void **state)
{
    const struct scratch *scratch = *state;
    struct buf out = BUF_INIT(10000);
    make_base(scratch);
    write_job(scratch, "job.json", slow);
    assert_int_equal(
        sh(scratch, &out, "trap '' XFSZ; ulimit -f 0; exec \"$G\" <job.json"),
        1);
    says(&out, "{\"error\":\"writing the page: ");
    git_says(scratch, "branch --list --format='%(refname:short)'", "main");
    is_sound(scratch);
    assert_int_equal(run(scratch, slow, &out), 0);
    git_says(scratch, "rev-list --count --all", "2");
    buf_release(&out);
}

#define JOB_WITH(file)                                                         \
    "{\"repository\":\"r.git\",\"base\":\"b\",\"branch\":\"b\",\"path\":"      \
    "\"p\","                                                                   \
    "\"mark\":\"m\",\"content\":\"c\",\"message\":\"m\",\"author_name\":"      \
    "\"a\","                                                                   \
    "\"author_email\":\"e\",\"time\":1,\"files\":[" file "]}"

static void refuses_a_bad_job(void **state)
{
    const struct scratch *scratch = *state;
    static const struct {
        const char *job, *words;
    } cases[] = {
        {"", "is not JSON"},
        {"{", "is not JSON"},
        {"[]", "is not JSON"},
        {"{} {}", "is not JSON"},
        {"{}", "the job has no \\\"repository\\\""},
        {"{\"repository\":7}", "the job has no \\\"repository\\\""},
        {"{\"repository\":\"r.git\"}", "the job has no \\\"base\\\""},
        {JOB_WITH("{}"), "file 1 has no path, or no text or base64"},
        {JOB_WITH("{\"path\":\"a\"}"), "file 1 has no path"},
        {JOB_WITH("{\"path\":\"a\",\"base64\":\"YWJ\"}"), "file 1 has no path"},
        {JOB_WITH("{\"path\":\"a\",\"base64\":\"YW.j\"}"),
         "file 1 has no path"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf out = BUF_INIT(10000);
        assert_int_equal(
            sh(scratch, &out, "printf '%%s' '%s' | \"$G\"", cases[i].job), 2);
        says(&out, cases[i].words);
        assert_int_equal(sh(scratch, &out, "test -e r.git"), 1);
        buf_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
        TEST(starts_a_repository),
        TEST(goes_on_after_a_half_made_repository),
        TEST(a_look_makes_no_repository),
        TEST(keeps_all_other_files),
        TEST(commits_the_same_page_once),
        TEST(commits_another_page_on_top),
        TEST(puts_pictures_beside_the_page),
        TEST(sees_that_it_was_merged),
        TEST(tells_incidents_of_one_name_apart),
        TEST(takes_turns),
        TEST(refuses_in_words),
        TEST(opens_no_file_of_others),
        TEST(moves_no_branch_on_a_full_disk),
        TEST(refuses_a_bad_job),
    };
    return cmocka_run_group_tests_name("git_helper", tests, NULL, NULL);
}
