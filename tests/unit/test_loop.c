#include "bot/io/loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

/* Everything that happens, as letters in order. */
struct story {
    char text[64];
    int n;
    uv_loop_t loop;
    struct turn_end *turn;
    struct deadline *first, *second;
    uv_pipe_t pipes[2]; /* both are closed with the last read */
    int reads_left;
};

static void tell(struct story *story, char what)
{
    assert_true(story->n < (int)sizeof story->text - 1);
    story->text[story->n++] = what;
}

static void start(struct story *story)
{
    *story = (struct story){.n = 0};
    assert_true(loop_open(&story->loop));
}

/* Nothing may be left that keeps the loop alive, or open. */
static void finish(struct story *story, const char *expected)
{
    assert_int_equal(uv_run(&story->loop, UV_RUN_DEFAULT), 0);
    turn_end_free(story->turn);
    deadline_free(story->first);
    deadline_free(story->second);
    deadline_free(NULL);
    turn_end_free(NULL);
    assert_int_equal(uv_run(&story->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&story->loop), 0);
    assert_string_equal(story->text, expected);
}

static void on_first(void *context)
{
    tell(context, '1');
}

static void on_second(void *context)
{
    tell(context, '2');
}

static void deadlines_come_in_order_and_can_be_moved(void **state)
{
    struct story story;
    (void)state;
    start(&story);
    int64_t now = loop_now_ms(&story.loop);
    story.first = deadline_new(&story.loop, on_first, &story);
    story.second = deadline_new(&story.loop, on_second, &story);
    deadline_set(story.first, now + 1);
    deadline_set(story.second, now + 2);
    deadline_set(story.first, now + 3);
    finish(&story, "21");
}

static void a_deadline_in_the_past_comes_at_once_and_never_never(void **state)
{
    struct story story;
    (void)state;
    start(&story);
    story.first = deadline_new(&story.loop, on_first, &story);
    story.second = deadline_new(&story.loop, on_second, &story);
    deadline_set(story.first, INT64_MIN);
    deadline_set(story.second, loop_now_ms(&story.loop) + 1);
    deadline_set(story.second, INT64_MAX);
    finish(&story, "1");
}

static void free_in_callback(void *context)
{
    struct story *story = context;
    tell(story, 'f');
    deadline_free(story->first);
    story->first = NULL;
}

static void a_deadline_may_free_itself(void **state)
{
    struct story story;
    (void)state;
    start(&story);
    story.first = deadline_new(&story.loop, free_in_callback, &story);
    deadline_set(story.first, 0);
    finish(&story, "f");
}

static void on_turn_end(void *context)
{
    tell(context, 'e');
}

static void wake_from_timer(void *context)
{
    struct story *story = context;
    tell(story, 't');
    turn_end_wake(story->turn);
    turn_end_wake(story->turn);
}

/* Nothing else would end the wait for I/O. */
static void a_turn_woken_by_a_timer_ends_without_io(void **state)
{
    struct story story;
    (void)state;
    start(&story);
    story.turn = turn_end_new(&story.loop, on_turn_end, &story);
    story.first = deadline_new(&story.loop, wake_from_timer, &story);
    deadline_set(story.first, 0);
    finish(&story, "te");
}

static void on_turn_end_once_more(void *context)
{
    struct story *story = context;
    tell(story, 'e');
    if (story->n == 1)
        turn_end_wake(story->turn);
}

static void a_wake_at_the_end_gives_another_turn(void **state)
{
    struct story story;
    (void)state;
    start(&story);
    story.turn = turn_end_new(&story.loop, on_turn_end_once_more, &story);
    turn_end_wake(story.turn);
    finish(&story, "ee");
}

static void give_room(uv_handle_t *handle, size_t hint, uv_buf_t *buf)
{
    static char room[64];
    (void)handle;
    (void)hint;
    *buf = uv_buf_init(room, sizeof room);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct story *story = stream->data;
    (void)buf;
    if (n <= 0)
        return;
    tell(story, 'r');
    turn_end_wake(story->turn);
    if (--story->reads_left == 0) {
        for (int i = 0; i < 2; i++)
            if (story->pipes[i].data != NULL)
                uv_close((uv_handle_t *)&story->pipes[i], NULL);
    }
}

static void open_pipes(struct story *story, int count)
{
    story->reads_left = count;
    for (int i = 0; i < count; i++) {
        uv_file ends[2];
        uv_pipe_t *pipe = &story->pipes[i];
        assert_int_equal(uv_pipe(ends, UV_NONBLOCK_PIPE, 0), 0);
        assert_int_equal(write(ends[1], "x", 1), 1);
        assert_int_equal(close(ends[1]), 0);
        assert_int_equal(uv_pipe_init(&story->loop, pipe, 0), 0);
        assert_int_equal(uv_pipe_open(pipe, ends[0]), 0);
        pipe->data = story;
        assert_int_equal(uv_read_start((uv_stream_t *)pipe, give_room, on_read),
                         0);
    }
}

static void all_reads_of_a_turn_come_before_its_end(void **state)
{
    struct story story;
    (void)state;
    start(&story);
    story.turn = turn_end_new(&story.loop, on_turn_end, &story);
    open_pipes(&story, 2);
    finish(&story, "rre");
}

static void again_until_read(void *context)
{
    struct story *story = context;
    if (story->reads_left > 0)
        deadline_set(story->first, 0);
    else
        tell(story, '1');
}

/* libuv alone would run the timer for ever. */
static void a_deadline_that_is_always_due_lets_io_through(void **state)
{
    struct story story;
    (void)state;
    start(&story);
    story.turn = turn_end_new(&story.loop, on_turn_end, &story);
    story.first = deadline_new(&story.loop, again_until_read, &story);
    deadline_set(story.first, 0);
    open_pipes(&story, 1);
    finish(&story, "re1");
}

static void a_woken_turn_that_is_freed_never_ends(void **state)
{
    struct story story;
    (void)state;
    start(&story);
    story.turn = turn_end_new(&story.loop, on_turn_end, &story);
    turn_end_wake(story.turn);
    turn_end_free(story.turn);
    story.turn = NULL;
    finish(&story, "");
}

struct metered {
    int64_t most_us, all_us;
};

static void on_busy(int64_t us, void *context)
{
    struct metered *metered = context;
    metered->most_us = us > metered->most_us ? us : metered->most_us;
    metered->all_us += us;
}

static void spin(void *context)
{
    uint64_t until_ns = uv_hrtime() + 3000000;
    tell(context, 's');
    while (uv_hrtime() < until_ns)
        continue;
}

static void a_meter_tells_of_work_and_not_of_waiting(void **state)
{
    struct story story;
    struct metered metered = {0};
    (void)state;
    start(&story);
    struct loop_meter *meter = loop_meter_new(&story.loop, on_busy, &metered);
    uint64_t began_ns = uv_hrtime();
    story.first = deadline_new(&story.loop, spin, &story);
    story.second = deadline_new(&story.loop, on_second, &story);
    deadline_set(story.first, loop_now_ms(&story.loop) + 1);
    deadline_set(story.second, loop_now_ms(&story.loop) + 50);
    assert_int_equal(uv_run(&story.loop, UV_RUN_DEFAULT), 0);
    int64_t took_us = (int64_t)((uv_hrtime() - began_ns) / 1000);
    loop_meter_free(meter);
    loop_meter_free(NULL);
    assert_true(metered.most_us >= 3000);
    assert_true(metered.all_us <= took_us - 10000); /* of 47 ms of waiting */
    finish(&story, "s2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deadlines_come_in_order_and_can_be_moved),
        cmocka_unit_test(a_deadline_in_the_past_comes_at_once_and_never_never),
        cmocka_unit_test(a_deadline_may_free_itself),
        cmocka_unit_test(a_turn_woken_by_a_timer_ends_without_io),
        cmocka_unit_test(a_wake_at_the_end_gives_another_turn),
        cmocka_unit_test(all_reads_of_a_turn_come_before_its_end),
        cmocka_unit_test(a_deadline_that_is_always_due_lets_io_through),
        cmocka_unit_test(a_woken_turn_that_is_freed_never_ends),
        cmocka_unit_test(a_meter_tells_of_work_and_not_of_waiting),
    };
    (void)alarm(60); /* a loop that never ends, ends here */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
