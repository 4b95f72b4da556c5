#include "tests/lib/captured.h"

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <unistd.h>

static int saved_stderr, pipe_ends[2];

void capture_begin(void)
{
    assert_int_equal(pipe(pipe_ends), 0);
    saved_stderr = dup(STDERR_FILENO);
    assert_true(saved_stderr >= 0);
    assert_true(dup2(pipe_ends[1], STDERR_FILENO) >= 0);
}

void capture_end(char *out, size_t bytes)
{
    assert_true(dup2(saved_stderr, STDERR_FILENO) >= 0);
    (void)close(saved_stderr);
    (void)close(pipe_ends[1]);
    size_t n = 0;
    ssize_t got;
    while ((got = read(pipe_ends[0], out + n, bytes - 1 - n)) > 0)
        n += (size_t)got;
    out[n] = '\0';
    (void)close(pipe_ends[0]);
}
