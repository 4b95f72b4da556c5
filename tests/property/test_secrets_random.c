/*
 * Secrets between random pieces of text: each is gone, and with whatever glued
 * together scrubbing twice is scrubbing once. SEED and ROUNDS choose another
 * run; a failure names its own.
 */
#include "bot/base/utf8.h"
#include "bot/core/secrets.h"
#include "tests/lib/chance.h"

/* clang-format off */
#include <stdarg.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#include <inttypes.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uint64_t chance, round_seed;

static size_t below(size_t n)
{
    return (size_t)chance_below(&chance, n);
}

/* What stands before a secret, and what must not come out. */
static const struct {
    const char *before, *secret;
} secrets[] = {
    {"", "ghp_16C7e42F292c6912E7710c838347Ae178B4a"},
    {"Authorization: Bearer ", "c2VjcmV0.c2VjcmV0"},
    {"password=", "hunter2hunter2"},
    {"DB_PASS=", "hunter3hunter3"},
    {"https://dma:", "hunter4hunter4@git.example.org"},
    {"-----BEGIN PRIVATE KEY-----\n", "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAE"},
    {"", "10.20.30.40"},
    {"", "fd12:3456:789a::1"},
    {"OTP_SECRET=", "0123456789abcdef0123456789abcdef"},
    {"", "AKIAIOSFODNN7EXAMPLE"},
};

static const char *const pieces[] = {
    " ",
    "\n",
    ", ",
    "(",
    "\"",
    "'",
    "`",
    "=",
    ": ",
    ":",
    "://",
    "@",
    "/",
    "token",
    "key ",
    "secret=",
    "password",
    "--",
    "-",
    ".",
    "10.",
    "fe80::",
    "ghp_",
    "eyJabcdef.",
    "AKIA",
    "\\n",
    "%3D",
    "is ",
    "Bearer",
    "<",
    "[removed: ",
    "a token]",
    "]",
    "\xC3\xA9",
    "webhooks/1052589341636789258/",
    "-----BEGIN PRIVATE KEY-----",
    "-----END PRIVATE KEY-----",
    "abcDEF0123456789abcDEF0123456789",
};

/* Such as cannot become part of a secret's name or value. */
static const char *const plain[] = {"It was slow. ", "\n",      "18:53 ",
                                    "(so) ",         "v1.2.3 ", "caf\xC3\xA9 "};

static void add_piece(struct buf *text)
{
    if (below(12) == 0)
        buf_add_char(text, (char)below(256));
    else if (below(4) == 0)
        buf_add_text(text, secrets[below(COUNT(secrets))].secret);
    else
        buf_add_text(text, pieces[below(COUNT(pieces))]);
}

static void check_scrub(const struct buf *text, struct buf *once)
{
    struct buf twice = BUF_INIT(100000);
    bool removed = secrets_scrub(buf_str(text), once, NULL);
    assert_false(once->overflow);
    assert_true(once->n <= text->n * 8);
    assert_true(!utf8_valid(buf_str(text)) || utf8_valid(buf_str(once)));
    assert_int_equal(removed, !str_eq(buf_str(text), buf_str(once)));
    if (secrets_scrub(buf_str(once), &twice, NULL))
        fail_msg("%s\nbecame\n%s\nand then\n%s", buf_text(text), buf_text(once),
                 buf_text(&twice));
    buf_release(&twice);
}

static void play_glued(void)
{
    struct buf text = BUF_INIT(10000), once = BUF_INIT(100000);
    for (size_t n = below(30); n > 0; n--)
        add_piece(&text);
    check_scrub(&text, &once);
    buf_release(&text);
    buf_release(&once);
}

static void play_apart(void)
{
    struct buf text = BUF_INIT(10000), once = BUF_INIT(100000);
    bool used[COUNT(secrets)] = {false};
    for (size_t n = 1 + below(6); n > 0; n--) {
        size_t i = below(COUNT(secrets));
        used[i] = true;
        buf_add_text(&text, plain[below(COUNT(plain))]);
        buf_add_text(&text, secrets[i].before);
        buf_add_text(&text, secrets[i].secret);
        buf_add_text(&text, below(2) == 0 ? "\n" : " ");
    }
    check_scrub(&text, &once);
    for (size_t i = 0; i < COUNT(secrets); i++)
        if (used[i] && strstr(buf_text(&once), secrets[i].secret) != NULL)
            fail_msg("%s\nis still in\n%s", secrets[i].secret, buf_text(&once));
    buf_release(&text);
    buf_release(&once);
}

static void play(void (*round)(void))
{
    uint64_t seed = chance_setting("SEED", 1);
    uint64_t rounds = chance_setting("ROUNDS", 5000);
    uint64_t before = round_seed; /* of another test that failed */
    for (uint64_t i = 0; i < rounds; i++) {
        round_seed = chance = seed + i;
        round();
    }
    round_seed = before;
}

static void a_second_time_removes_nothing(void **state)
{
    (void)state;
    play(play_glued);
}

static void no_secret_comes_out(void **state)
{
    (void)state;
    play(play_apart);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_time_removes_nothing),
        cmocka_unit_test(no_secret_comes_out),
    };
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    if (failures != 0)
        print_message("# again: SEED=%" PRIu64
                      " ROUNDS=1 build/san/tests/property/"
                      "test_secrets_random\n",
                      round_seed);
    return failures;
}
