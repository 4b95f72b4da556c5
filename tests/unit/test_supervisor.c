/*
 * What systemd hears, on a socket that stands for it.
 */
#include "bot/io/notify.h"
#include "bot/supervisor.h"
#include "tests/lib/scratch.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

struct listener {
    int fd;
    uv_loop_t loop;
};

static void listen_at(struct listener *listener, const char *name)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    assert_true(strlen(name) < sizeof at.sun_path);
    memcpy(at.sun_path, name, strlen(name));
    if (name[0] == '@')
        at.sun_path[0] = '\0';
    listener->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    socklen_t bytes =
        (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));
    assert_int_equal(bind(listener->fd, (struct sockaddr *)&at, bytes), 0);
    assert_int_equal(setenv("NOTIFY_SOCKET", name, 1), 0);
    assert_int_equal(uv_loop_init(&listener->loop), 0);
}

static void expect(struct listener *listener, const char *expected)
{
    char heard[500];
    ssize_t n = recv(listener->fd, heard, sizeof heard - 1, 0);
    if (n < 0 && expected != NULL)
        fail_msg("heard nothing, not \"%s\"", expected);
    if (n >= 0) {
        heard[n] = '\0';
        assert_non_null(expected);
        assert_string_equal(heard, expected);
    }
}

static void stop_listening(struct listener *listener)
{
    assert_int_equal(uv_run(&listener->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&listener->loop), 0);
    (void)close(listener->fd);
    assert_int_equal(unsetenv("NOTIFY_SOCKET"), 0);
    assert_int_equal(unsetenv("WATCHDOG_USEC"), 0);
    assert_int_equal(unsetenv("WATCHDOG_PID"), 0);
}

static void tells_its_life(void **state)
{
    const struct scratch *scratch = *state;
    static const char *const names[] = {"/socket", "@opsroom-test-"};
    for (int i = 0; i < 2; i++) {
        struct listener listener;
        char name[100];
        if (i == 0)
            (void)snprintf(name, sizeof name, "%.80s%s", scratch->folder,
                           names[i]);
        else
            (void)snprintf(name, sizeof name, "%s%d", names[i], (int)getpid());
        listen_at(&listener, name);
        struct supervisor *supervisor = supervisor_new(&listener.loop, 60000);
        expect(&listener, NULL);
        supervisor_connected(supervisor, true);
        expect(&listener, "READY=1\nSTATUS=Connected to Discord.");
        supervisor_connected(supervisor, false);
        expect(&listener,
               "STATUS=Lost the connection to Discord; trying again.");
        supervisor_connected(supervisor, true);
        expect(&listener, "READY=1\nSTATUS=Connected to Discord.");
        supervisor_stopping(supervisor);
        expect(&listener, "STOPPING=1\nSTATUS=Stopping.");
        supervisor_free(supervisor);
        stop_listening(&listener);
    }
}

static void does_not_wait_for_discord_for_ever(void **state)
{
    const struct scratch *scratch = *state;
    struct listener listener;
    char name[100];
    (void)snprintf(name, sizeof name, "%.80s/socket", scratch->folder);
    listen_at(&listener, name);
    struct supervisor *supervisor = supervisor_new(&listener.loop, 1);
    expect(&listener, NULL);
    assert_int_equal(uv_run(&listener.loop, UV_RUN_DEFAULT), 0);
    expect(&listener, "READY=1\nSTATUS=Discord is not reached yet; trying on.");
    supervisor_connected(supervisor, true);
    expect(&listener, "READY=1\nSTATUS=Connected to Discord.");
    supervisor_free(supervisor);
    stop_listening(&listener);
}

static void shows_that_its_loop_turns(void **state)
{
    const struct scratch *scratch = *state;
    struct listener listener;
    char name[100];
    (void)snprintf(name, sizeof name, "%.80s/socket", scratch->folder);
    listen_at(&listener, name);
    assert_int_equal(setenv("WATCHDOG_USEC", "2000", 1), 0);
    struct supervisor *supervisor = supervisor_new(&listener.loop, 60000);
    for (int i = 0; i < 3; i++) {
        expect(&listener, "WATCHDOG=1");
        assert_int_not_equal(uv_run(&listener.loop, UV_RUN_ONCE), 0);
    }
    supervisor_free(supervisor);
    stop_listening(&listener);
}

static void the_watchdog_is_for_this_process(void **state)
{
    static const struct {
        const char *socket, *usec, *pid; /* "": this one */
        int64_t ms;
    } rows[] = {
        {"/nowhere", "60000000", NULL, 60000},
        {"/nowhere", "60000000", "", 60000},
        {"/nowhere", "60000000", "1", 0},
        {"/nowhere", "soon", NULL, 0},
        {"/nowhere", NULL, NULL, 0},
        {NULL, "60000000", NULL, 0},
        {"nowhere", "60000000", NULL, 0},
        {"", "60000000", NULL, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char pid[32];
        (void)snprintf(pid, sizeof pid, "%d", (int)getpid());
        (void)unsetenv("NOTIFY_SOCKET");
        (void)unsetenv("WATCHDOG_USEC");
        (void)unsetenv("WATCHDOG_PID");
        if (rows[i].socket != NULL)
            assert_int_equal(setenv("NOTIFY_SOCKET", rows[i].socket, 1), 0);
        if (rows[i].usec != NULL)
            assert_int_equal(setenv("WATCHDOG_USEC", rows[i].usec, 1), 0);
        if (rows[i].pid != NULL)
            assert_int_equal(
                setenv("WATCHDOG_PID", rows[i].pid[0] ? rows[i].pid : pid, 1),
                0);
        assert_int_equal(notify_watchdog_ms(), rows[i].ms);
        notify_send("READY=1"); /* to nobody: no harm */
    }
    (void)unsetenv("NOTIFY_SOCKET");
    (void)unsetenv("WATCHDOG_USEC");
    (void)unsetenv("WATCHDOG_PID");
}

/* Nobody asked: no timer that would wake the process. */
static void without_systemd_it_sleeps(void **state)
{
    uv_loop_t loop;
    (void)state;
    assert_int_equal(unsetenv("NOTIFY_SOCKET"), 0);
    assert_int_equal(uv_loop_init(&loop), 0);
    struct supervisor *supervisor = supervisor_new(&loop, 60000);
    assert_int_equal(uv_loop_alive(&loop), 0);
    supervisor_free(supervisor);
    supervisor_free(NULL);
    assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&loop), 0);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tells_its_life),
        TEST(does_not_wait_for_discord_for_ever),
        TEST(shows_that_its_loop_turns),
        cmocka_unit_test(the_watchdog_is_for_this_process),
        cmocka_unit_test(without_systemd_it_sleeps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
