#include "bot/io/child.h"

#include "bot/base/buf.h"
#include "bot/base/mem.h"

#include <assert.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READ_BYTES     16384
#define SENTENCE_BYTES 300

/* Three handles of libuv and the memory go when all of them are closed. */
struct child {
    uv_process_t process;
    uv_pipe_t to, from;
    uv_timer_t timer;
    uv_write_t write;
    char *input;
    struct buf output;
    const char *program; /* last part of its path, for sentences */
    char *program_copy;
    int64_t timeout_ms;
    child_fn *done; /* NULL: told, or cancelled */
    void *context;
    int open_handles;
    bool is_running, is_output_open;
    int64_t exit_code;
    int exit_signal;
    char failure[SENTENCE_BYTES]; /* "": none so far */
};

static void on_closed(uv_handle_t *handle)
{
    struct child *child = handle->data;
    if (--child->open_handles > 0)
        return;
    buf_release(&child->output);
    free(child->input);
    free(child->program_copy);
    free(child);
}

static void close_handle(void *handle)
{
    if (!uv_is_closing(handle))
        uv_close(handle, on_closed);
}

static void kill_now(struct child *child)
{
    if (child->is_running)
        (void)uv_process_kill(&child->process, SIGKILL);
}

/* Tells once, when nothing more can come. */
static void settle(struct child *child)
{
    child_fn *done = child->done;
    bool has_failed = child->failure[0] != '\0';
    if (child->is_running || (child->is_output_open && !has_failed))
        return;
    child->done = NULL;
    close_handle(&child->process);
    close_handle(&child->to);
    close_handle(&child->from);
    close_handle(&child->timer);
    if (done == NULL)
        return;
    if (!has_failed && child->exit_signal != 0) {
        (void)snprintf(child->failure, sizeof child->failure,
                       "%s was ended by signal %d", child->program,
                       child->exit_signal);
        has_failed = true;
    }
    if (has_failed)
        done(-1, str_of(child->failure), child->context);
    else
        done((int)child->exit_code, buf_str(&child->output), child->context);
}

static void fail(struct child *child, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void fail(struct child *child, const char *format, ...)
{
    va_list args;
    if (child->failure[0] == '\0') {
        va_start(args, format);
        (void)vsnprintf(child->failure, sizeof child->failure, format, args);
        va_end(args);
    }
    kill_now(child);
    settle(child);
}

static void on_exit_status(uv_process_t *process, int64_t code, int signal)
{
    struct child *child = process->data;
    child->is_running = false;
    child->exit_code = code;
    child->exit_signal = signal;
    settle(child);
}

static void on_timer(uv_timer_t *timer)
{
    struct child *child = timer->data;
    fail(child, "%s did not end within %lld ms and was killed", child->program,
         (long long)child->timeout_ms);
}

static void give_room(uv_handle_t *handle, size_t hint, uv_buf_t *room)
{
    struct child *child = handle->data;
    size_t left = child->output.limit - child->output.n;
    size_t n = left < READ_BYTES ? left : READ_BYTES;
    (void)hint;
    /* No room: libuv reports UV_ENOBUFS, which is the limit. */
    if (n > 0 && buf_reserve(&child->output, n))
        *room = uv_buf_init(child->output.s + child->output.n, (unsigned)n);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *room)
{
    struct child *child = stream->data;
    (void)room;
    if (n >= 0) {
        child->output.n += (size_t)n;
        return;
    }
    (void)uv_read_stop(stream);
    child->is_output_open = false;
    if (n == UV_ENOBUFS)
        fail(child, "%s printed more than %zu bytes and was killed",
             child->program, child->output.limit - 1);
    else
        settle(child);
}

/* The child sees the end of its input. A child that does not read it has its
 * reasons; its exit code tells. */
static void on_written(uv_write_t *write, int status)
{
    struct child *child = write->data;
    (void)status;
    close_handle(&child->to);
}

static int spawn(struct child *child, uv_loop_t *loop, const char *path)
{
    char path_only[] = "PATH=/usr/bin:/bin";
    char *environment[] = {path_only, NULL};
    char *arguments[] = {child->program_copy, NULL};
    uv_stdio_container_t stdio[3] = {
        {.flags = UV_CREATE_PIPE | UV_READABLE_PIPE,
         .data.stream = (uv_stream_t *)&child->to},
        {.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE,
         .data.stream = (uv_stream_t *)&child->from},
        {.flags = UV_INHERIT_FD, .data.fd = STDERR_FILENO},
    };
    uv_process_options_t options = {
        .exit_cb = on_exit_status,
        .file = path,
        .args = arguments,
        .env = environment,
        .stdio = stdio,
        .stdio_count = 3,
    };
    /* Libraries open descriptors without the flag; we never hand one on. */
    (void)close_range(STDERR_FILENO + 1, ~0u, CLOSE_RANGE_CLOEXEC);
    return uv_spawn(loop, &child->process, &options);
}

static void start_input(struct child *child, struct str input)
{
    child->input = mem_copy(input.s, input.n);
    uv_buf_t bytes = uv_buf_init(child->input, (unsigned)input.n);
    if (uv_write(&child->write, (uv_stream_t *)&child->to, &bytes, 1,
                 on_written) != 0)
        close_handle(&child->to);
}

struct child *child_run(uv_loop_t *loop, const struct child_job *job,
                        child_fn *done, void *context)
{
    struct child *child = mem_alloc(sizeof *child);
    child->done = done;
    child->context = context;
    child->timeout_ms = job->timeout_ms;
    child->program_copy = mem_text(job->program);
    const char *slash = strrchr(child->program_copy, '/');
    child->program = slash == NULL ? child->program_copy : slash + 1;
    /* One byte more, to see that there was more. */
    child->output = BUF_INIT(job->output_limit + 1);
    child->open_handles = 4;
    (void)uv_timer_init(loop, &child->timer);
    (void)uv_pipe_init(loop, &child->to, 0);
    (void)uv_pipe_init(loop, &child->from, 0);
    child->timer.data = child->to.data = child->from.data = child;
    child->process.data = child->write.data = child;

    int failed = spawn(child, loop, job->program);
    if (failed) {
        (void)snprintf(child->failure, sizeof child->failure,
                       "%s could not be started: %s", job->program,
                       uv_strerror(failed));
        (void)uv_timer_start(&child->timer, on_timer, 0, 0);
        return child;
    }
    child->is_running = child->is_output_open = true;
    start_input(child, job->input);
    (void)uv_read_start((uv_stream_t *)&child->from, give_room, on_read);
    (void)uv_timer_start(&child->timer, on_timer, (uint64_t)job->timeout_ms, 0);
    return child;
}

void child_cancel(struct child *child)
{
    if (child == NULL)
        return;
    child->done = NULL;
    fail(child, "cancelled");
}
