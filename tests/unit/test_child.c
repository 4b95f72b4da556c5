#include "bot/io/child.h"

#include "bot/base/buf.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define GUARD_SECONDS 60

struct run {
    int status, calls;
    struct buf output;
};

static void on_done(int status, struct str output, void *context)
{
    struct run *run = context;
    run->status = status;
    run->calls++;
    buf_add(&run->output, output);
}

static void run_job(const struct child_job *job, struct run *run)
{
    uv_loop_t loop;
    *run = (struct run){.output = BUF_INIT(1 << 20)};
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_non_null(child_run(&loop, job, on_done, run));
    assert_int_equal(run->calls, 0); /* never from inside */
    assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(run->calls, 1);
    assert_int_equal(uv_loop_close(&loop), 0);
}

static void a_child_gets_its_input_and_gives_its_output(void **state)
{
    struct run run;
    struct buf input = BUF_INIT(1 << 20);
    (void)state;
    /* More than a pipe holds: both directions flow at once. */
    for (int i = 0; i < 50000; i++)
        buf_addf(&input, "line %d\n", i);
    run_job(&(struct child_job){.program = "/bin/cat",
                                .input = buf_str(&input),
                                .timeout_ms = 20000,
                                .output_limit = 1 << 20},
            &run);
    assert_int_equal(run.status, 0);
    assert_true(str_eq(buf_str(&run.output), buf_str(&input)));
    buf_release(&run.output);
    buf_release(&input);
}

static const struct {
    const char *program;
    const char *input;
    int64_t timeout_ms;
    size_t limit;
    int status;
    const char *output;
} jobs[] = {
    {"/bin/sh", "echo out; exit 7", 20000, 100, 7, "out\n"},
    {"/bin/sh", "exit 255", 20000, 100, 255, ""},
    {"/bin/cat", "", 20000, 100, 0, ""},
    /* Does not read what it is given. */
    {"/bin/true", "something", 20000, 100, 0, ""},
    {"/bin/sh", "kill -TERM $$", 20000, 100, -1, "sh was ended by signal 15"},
    {"/bin/sh", "exec sleep 1000", 50, 100, -1,
     "sh did not end within 50 ms and was killed"},
    /* Gone itself, but something it started holds its output. */
    {"/bin/sh", "sleep 2 & exit 0", 50, 100, -1,
     "sh did not end within 50 ms and was killed"},
    {"/bin/sh", "printf 1234", 20000, 4, 0, "1234"},
    {"/bin/sh", "printf 12345; exec sleep 1000", 20000, 4, -1,
     "sh printed more than 4 bytes and was killed"},
    {"/nowhere/opsroom-git", "", 20000, 100, -1,
     "/nowhere/opsroom-git could not be started: no such file or directory"},
    {"/etc", "", 20000, 100, -1,
     "/etc could not be started: permission denied"},
    /* Nothing of ours but the path. The shell adds PWD, SHLVL and _ itself. */
    {"/bin/sh", "env | grep -v -e ^PWD= -e ^SHLVL= -e ^_= -e ^OLDPWD=", 20000,
     4096, 0, "PATH=/usr/bin:/bin\n"},
    /* 0 to 2, and ls's own on the folder. */
    {"/bin/sh", "exec ls /proc/self/fd", 20000, 4096, 0, "0\n1\n2\n3\n"},
};

static void every_end_is_told(void **state)
{
    (void)state;
    assert_int_equal(setenv("DISCORD_TOKEN", "a-secret-of-ours", 1), 0);
    /* One that a child would inherit. */
    int open_fd = open("/dev/null", O_RDONLY); /* NOLINT */
    assert_true(open_fd > 2);
    for (size_t i = 0; i < sizeof jobs / sizeof *jobs; i++) {
        struct run run;
        run_job(&(struct child_job){.program = jobs[i].program,
                                    .input = str_of(jobs[i].input),
                                    .timeout_ms = jobs[i].timeout_ms,
                                    .output_limit = jobs[i].limit},
                &run);
        assert_string_equal(buf_text(&run.output), jobs[i].output);
        assert_int_equal(run.status, jobs[i].status);
        buf_release(&run.output);
    }
    assert_int_equal(close(open_fd), 0);
}

static void a_cancelled_child_is_killed_and_says_nothing(void **state)
{
    uv_loop_t loop;
    struct run run = {.output = BUF_INIT(100)};
    struct child_job job = {.program = "/bin/sh",
                            .input = STR("exec sleep 1000"),
                            .timeout_ms = 1000000,
                            .output_limit = 100};
    (void)state;
    assert_int_equal(uv_loop_init(&loop), 0);
    struct child *child = child_run(&loop, &job, on_done, &run);
    child_cancel(child);
    assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(run.calls, 0);
    assert_int_equal(uv_loop_close(&loop), 0);
    child_cancel(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_child_gets_its_input_and_gives_its_output),
        cmocka_unit_test(every_end_is_told),
        cmocka_unit_test(a_cancelled_child_is_killed_and_says_nothing),
    };
    (void)signal(SIGPIPE, SIG_IGN);
    (void)alarm(GUARD_SECONDS);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
