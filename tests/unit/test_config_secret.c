/*
 * Secrets come from files that nobody else may read, and no word about them
 * shows them.
 */
#include "bot/base/mem.h"
#include "bot/config/config.h"
#include "tests/lib/settings_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

#define TOKEN                                                                  \
    "MTA0NjUyMzQ1Njc4OTAxMjM0NQ.Gabcde.x-y_z0123456789abcdefghijklmnopqrstuvw"

static enum err token_of(const char *path, char **token, struct buf *why)
{
    struct config config = {.token_file = mem_text(path)};
    enum err err = config_token(&config, token, why);
    config_release(&config);
    return err;
}

static void the_token_comes_from_a_private_file(void **state)
{
    const struct {
        struct str text;
        mode_t mode;
        enum err err;
        const char *why; /* after the file's name; NULL: not looked at */
    } rows[] = {
        {STR(TOKEN), 0600, ERR_OK, NULL},
        {STR(TOKEN "\n"), 0400, ERR_OK, NULL},
        {STR(TOKEN "\r\nsecond line\n"), 0600, ERR_OK, NULL},
        {STR(TOKEN), 0640, ERR_INVALID, "others may read"},
        {STR(TOKEN), 0604, ERR_INVALID, "run chmod 600"},
        {STR("Bot " TOKEN), 0600, ERR_INVALID, "without \"Bot \""},
        {STR("\"" TOKEN "\"\n"), 0600, ERR_INVALID, "without quotes"},
        {STR("DISCORD_TOKEN=" TOKEN "\n"), 0600, ERR_INVALID,
         "without a name before it"},
        {STR("# opsroom\n" TOKEN "\n"), 0600, ERR_INVALID,
         "a token is letters, digits, \".\", \"-\" and \"_\""},
        {STR("\n" TOKEN "\n"), 0600, ERR_INVALID,
         "the first line is what counts"},
        {STR("short"), 0600, ERR_INVALID, "is not 20 to 200 characters"},
        {STR(""), 0600, ERR_INVALID, "is not 20 to 200 characters"},
        {STR(TOKEN TOKEN TOKEN), 0600, ERR_INVALID,
         "is not 20 to 200 characters"},
        {STR("MTA0NjUyMzQ1Njc4OTAxMjM0NQ\0.Gabcde"), 0600, ERR_INVALID,
         "what no token has"},
    };
    char file[160];
    assert_int_equal(setenv("DISCORD_TOKEN", "from-the-environment-12", 1), 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf why = BUF_INIT(1000);
        char *token = NULL;
        settings_write(*state, "token", rows[i].text, rows[i].mode, file);
        assert_int_equal(token_of(file, &token, &why), rows[i].err);
        if (rows[i].err == ERR_OK) {
            assert_string_equal(token, TOKEN);
            assert_int_equal(why.n, 0);
        } else {
            assert_null(token);
            assert_non_null(strstr(buf_text(&why), rows[i].why));
            assert_null(strstr(buf_text(&why), "MTA0"));
        }
        free(token);
        buf_release(&why);
    }
}

static void a_systemd_credential_may_show_the_group_bit(void **state)
{
    struct buf why = BUF_INIT(1000);
    const struct scratch *scratch = *state;
    char *token = NULL, file[160], absolute[4096];
    settings_write(scratch, "token", STR(TOKEN), 0440, file);
    assert_non_null(realpath(scratch->folder, absolute));
    assert_int_equal(setenv("CREDENTIALS_DIRECTORY", absolute, 1), 0);
    assert_non_null(realpath(file, absolute));
    assert_int_equal(token_of(absolute, &token, &why), ERR_OK);
    assert_string_equal(token, TOKEN);
    assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
    free(token);
}

/* What lies beside its folder, or is reached through it, is no credential. */
static void only_a_systemd_credential_may(void **state)
{
    static const char *const folders[] = {"toke", "inner"};
    static const char *const files[] = {"token", "inner/../token"};
    const struct scratch *scratch = *state;
    char file[160], absolute[4096], folder[4200], path[4200];
    settings_write(scratch, "token", STR(TOKEN), 0440, file);
    assert_non_null(realpath(scratch->folder, absolute));
    (void)snprintf(folder, sizeof folder, "%s/inner", absolute);
    assert_int_equal(mkdir(folder, 0700), 0);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct buf why = BUF_INIT(10000);
        char *token = NULL;
        (void)snprintf(folder, sizeof folder, "%s/%s", absolute, folders[i]);
        (void)snprintf(path, sizeof path, "%s/%s", absolute, files[i]);
        assert_int_equal(setenv("CREDENTIALS_DIRECTORY", folder, 1), 0);
        assert_int_equal(token_of(path, &token, &why), ERR_INVALID);
        assert_non_null(strstr(buf_text(&why), "others may read"));
        buf_release(&why);
    }
    assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
}

/* Nobody writes into it: the start would wait for ever. */
static void a_pipe_is_no_secret(void **state)
{
    const struct scratch *scratch = *state;
    struct buf why = BUF_INIT(1000);
    char *token = NULL, file[160];
    (void)snprintf(file, sizeof file, "%s/pipe", scratch->folder);
    assert_int_equal(mkfifo(file, 0600), 0);
    assert_int_equal(token_of(file, &token, &why), ERR_INVALID);
    assert_non_null(strstr(buf_text(&why), "is not a file"));
    buf_release(&why);
}

/* As systemd hands them over: alone, or as a folder. */
static void a_credential_is_named(void **state)
{
    static const struct {
        const char *setting, *file; /* the file that is there */
        enum err err;
        const char *why;
    } rows[] = {
        {"credential:token", "token", ERR_OK, NULL},
        {"credential:token", "secrets_token", ERR_OK, NULL},
        {"credential:a.b-c_D9", "a.b-c_D9", ERR_OK, NULL},
        {"credential:token", "other", ERR_IO, "/token cannot be read: No such"},
        {"credential:", "token", ERR_INVALID, "is no name of a credential"},
        {"credential:../token", "token", ERR_INVALID, "is no name"},
        {"credential:.token", ".token", ERR_INVALID, "is no name"},
        {"credential:a/token", "token", ERR_INVALID, "is no name"},
    };
    const struct scratch *scratch = *state;
    char *token, file[160], folder[4096];
    assert_non_null(realpath(scratch->folder, folder));
    assert_int_equal(setenv("CREDENTIALS_DIRECTORY", folder, 1), 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf why = BUF_INIT(1000);
        token = NULL;
        settings_write(scratch, rows[i].file, STR(TOKEN), 0440, file);
        assert_int_equal(token_of(rows[i].setting, &token, &why), rows[i].err);
        if (rows[i].err == ERR_OK)
            assert_string_equal(token, TOKEN);
        else
            assert_non_null(strstr(buf_text(&why), rows[i].why));
        assert_int_equal(remove(file), 0);
        free(token);
        buf_release(&why);
    }
    assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
    struct buf why = BUF_INIT(1000);
    assert_int_equal(token_of("credential:no-such-one", &token, &why), ERR_IO);
    assert_non_null(
        strstr(buf_text(&why), "/etc/opsroom/secrets/no-such-one cannot"));
    buf_release(&why);
}

static void without_a_file_the_token_comes_from_the_environment(void **state)
{
    struct buf why = BUF_INIT(1000);
    char *token = NULL;
    (void)state;
    assert_int_equal(setenv("DISCORD_TOKEN", TOKEN "\n", 1), 0);
    assert_int_equal(token_of("", &token, &why), ERR_OK);
    assert_string_equal(token, TOKEN);
    free(token);
    token = NULL;
    assert_int_equal(unsetenv("DISCORD_TOKEN"), 0);
    assert_int_equal(token_of("", &token, &why), ERR_INVALID);
    assert_string_equal(buf_text(&why),
                        "no bot token: set discord.token_file, or the "
                        "environment variable DISCORD_TOKEN");
    buf_clear(&why);
    assert_int_equal(token_of("build/none", &token, &why), ERR_IO);
    assert_string_equal(buf_text(&why),
                        "discord.token_file: build/none cannot be read: No "
                        "such file or directory");
    buf_release(&why);
}

static void secrets_of_sources_and_checks_are_one_line(void **state)
{
    static const struct {
        secret_fn *of;
        const char *text;
        mode_t mode;
        const char *secret; /* NULL: refused */
        const char *why;    /* FILE is its path */
    } rows[] = {
        {config_secret, "hunter2-hunter2-hunter2\nnotes\n", 0600,
         "hunter2-hunter2-hunter2", ""},
        {config_secret, "hunter2-hunter2", 0600, NULL,
         "the secret in FILE is not 16 to 200 characters long; the first line "
         "is what counts"},
        {config_secret, "\nhunter2-hunter2-hunter2", 0600, NULL,
         "the secret in FILE is not 16 to 200 characters long; the first line "
         "is what counts"},
        {config_secret, "hunter2 hunter2 hunter2", 0600, NULL,
         "the secret in FILE holds a blank or a character that no header can "
         "hold"},
        {config_secret, "hunter2-hunter2-hunter2", 0640, NULL,
         "alert.secret_file: others may read FILE; run chmod 600 FILE"},
        {config_secret, "hunter2-hunter2-hunter2", 0604, NULL,
         "alert.secret_file: others may read FILE; run chmod 600 FILE"},
        {config_credentials, "prober:p\xC3\xA4ss: word\r\n", 0400,
         "prober:p\xC3\xA4ss: word", ""},
        {config_credentials, "hunter2", 0600, NULL,
         "probe.credentials_file: FILE has no \":\" between user and "
         "password"},
        {config_credentials, "hunter2:\tx", 0600, NULL,
         "user:password in FILE holds a control character"},
        {config_credentials, "hunter2:\x7F", 0600, NULL,
         "user:password in FILE holds a control character"},
        {config_credentials, "a:hunter2", 0660, NULL,
         "probe.credentials_file: others may read FILE; run chmod 600 FILE"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf why = BUF_INIT(1000), expected = BUF_INIT(1000);
        const char *rest = rows[i].why, *at;
        char file[160], *secret = NULL;
        settings_write(*state, "secret", str_of(rows[i].text), rows[i].mode,
                       file);
        for (; (at = strstr(rest, "FILE")) != NULL; rest = at + 4)
            buf_addf(&expected, "%.*s%s", (int)(at - rest), rest, file);
        buf_add_text(&expected, rest);
        assert_int_equal(rows[i].of(file, &secret, &why),
                         rows[i].secret != NULL ? ERR_OK : ERR_INVALID);
        assert_string_equal(buf_text(&why), buf_text(&expected));
        assert_null(strstr(buf_text(&why), "hunter2"));
        if (rows[i].secret == NULL)
            assert_null(secret);
        else
            assert_string_equal(secret, rows[i].secret);
        free(secret);
        buf_release(&why);
        buf_release(&expected);
    }
}

/* Who mistakes the setting finds no token in the journal. */
static void a_token_in_place_of_its_file_is_not_shown(void **state)
{
    static const char *const names[] = {TOKEN, "credential:" TOKEN};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct buf why = BUF_INIT(1000);
        char *token = NULL;
        assert_true(token_of(names[i], &token, &why) != ERR_OK);
        assert_non_null(strstr(buf_text(&why), "discord.token_file: "));
        assert_non_null(strstr(buf_text(&why), "not the name of a file"));
        if (strstr(buf_text(&why), "Gabcde") != NULL)
            fail_msg("%s", buf_text(&why));
        buf_release(&why);
    }
}

static void a_secret_that_is_not_there_says_whose_it_is(void **state)
{
    struct buf why = BUF_INIT(1000);
    char *secret = NULL;
    (void)state;
    assert_int_equal(config_secret("build/none", &secret, &why), ERR_IO);
    assert_string_equal(buf_text(&why),
                        "alert.secret_file: build/none cannot be read: No such "
                        "file or directory");
    buf_clear(&why);
    assert_int_equal(config_credentials("build", &secret, &why), ERR_INVALID);
    assert_string_equal(buf_text(&why),
                        "probe.credentials_file: build is not a file");
    buf_release(&why);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_token_comes_from_a_private_file),
        cmocka_unit_test(a_systemd_credential_may_show_the_group_bit),
        cmocka_unit_test(only_a_systemd_credential_may),
        cmocka_unit_test(a_pipe_is_no_secret),
        cmocka_unit_test(a_credential_is_named),
        cmocka_unit_test(without_a_file_the_token_comes_from_the_environment),
        cmocka_unit_test(secrets_of_sources_and_checks_are_one_line),
        cmocka_unit_test(a_token_in_place_of_its_file_is_not_shown),
        cmocka_unit_test(a_secret_that_is_not_there_says_whose_it_is),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
