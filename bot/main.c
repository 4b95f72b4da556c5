/*
 * opsroom: arguments in, exit code out. Start reading at bot/app.c (what
 * happens in a turn of the loop) and bot/core/incident.h (the rules).
 *
 * Exit codes: 0 fine, 1 failed, 2 wrong use or settings, 3 Discord refused the
 * token, 4 another program answers with it.
 */
#include "bot/app.h"
#include "bot/base/log.h"
#include "bot/cli.h"
#include "bot/version.h"

#include <assert.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXIT_USAGE       2
#define CONFIG           "config.toml"
#define INSTALLED_CONFIG "/etc/opsroom/config.toml"

/* libcurl (by way of librtmp) and libmicrohttpd bring GnuTLS along, which
 * nobody here uses; its start-up would keep 1.1 MB resident. This is the
 * documented way to skip it (GnuTLS manual, GNUTLS_SKIP_GLOBAL_INIT);
 * libmicrohttpd, when it is loaded, asks for it all the same. The Makefile
 * exports the symbols. */
int _gnutls_global_init_skip(void); /* NOLINT: GnuTLS names it */
int _gnutls_global_init_skip(void)  /* NOLINT */
{
    return 1;
}

int gnutls_global_init(void); /* NOLINT: GnuTLS names it */
int gnutls_global_init(void)  /* NOLINT */
{
    return 0;
}

struct arguments {
    const char *verb, *config, *name, *template;
    uint64_t incident;
    bool json, is_public, online;
};

static const char usage[] =
    "opsroom " OPSROOM_VERSION ": incident command for teams in Discord\n"
    "\n"
    "  opsroom run      --config FILE              run the bot\n"
    "  opsroom check    --config FILE [--online]   are the settings usable?\n"
    "                                              online: ask the repository, "
    "too\n"
    "  opsroom verify   --config FILE              is the record whole?\n"
    "  opsroom backup TO    --config FILE          copy the record, while it "
    "runs\n"
    "  opsroom restore FROM --config FILE          put a copy in its place\n"
    "  opsroom timeline --config FILE --incident N [--json]\n"
    "                                              print the record\n"
    "  opsroom render   --config FILE --incident N print the postmortem\n"
    "                   [--template NAME|FOLDER] [--audience internal|public]\n"
    "  opsroom probe NAME --config FILE [--json]   run that check once\n"
    "  opsroom commands                            the JSON that Discord gets\n"
    "  opsroom table                               the commands as a table\n"
    "  opsroom example                             config.example.toml\n"
    "  opsroom help | version\n"
    "\n"
    "FILE is config.toml when it is not given, or else " INSTALLED_CONFIG ".\n"
    "The bot token comes from [discord] token_file or from the environment,\n"
    "DISCORD_TOKEN.\n";

static int misuse(const char *what, const char *argument)
{
    (void)fprintf(stderr, "opsroom: %s%s\n\n%s", what, argument, usage);
    return EXIT_USAGE;
}

static const char *default_config(void)
{
    bool is_installed =
        access(CONFIG, F_OK) != 0 && access(INSTALLED_CONFIG, F_OK) == 0;
    return is_installed ? INSTALLED_CONFIG : CONFIG;
}

/* What is named without an option: a check, or a file. */
static bool takes_name(const char *verb)
{
    return strcmp(verb, "probe") == 0 || strcmp(verb, "backup") == 0 ||
           strcmp(verb, "restore") == 0;
}

static int read_arguments(int count, char **words, struct arguments *out)
{
    *out = (struct arguments){.config = default_config()};
    if (count < 2)
        return misuse("a command is missing.", "");
    out->verb = words[1];
    for (int i = 2; i < count; i++) {
        const char *value = i + 1 < count ? words[i + 1] : NULL;
        assert(words[i] != NULL);
        if (strcmp(words[i], "--json") == 0) {
            out->json = true;
        } else if (strcmp(words[i], "--online") == 0) {
            out->online = true;
        } else if (strcmp(words[i], "--config") == 0 && value != NULL) {
            out->config = words[++i];
        } else if (strcmp(words[i], "--template") == 0 && value != NULL) {
            out->template = words[++i];
        } else if (strcmp(words[i], "--audience") == 0 && value != NULL) {
            out->is_public = strcmp(words[++i], "public") == 0;
            if (!out->is_public && strcmp(value, "internal") != 0)
                return misuse("an audience is internal or public, not ", value);
        } else if (strcmp(words[i], "--incident") == 0 && value != NULL) {
            struct str number = str_of(words[++i]);
            if (str_starts(number, "INC-"))
                number = str_from(number, 4);
            if (!str_to_u64(number, &out->incident))
                return misuse("not an incident's number: ", value);
        } else if (takes_name(out->verb) && out->name == NULL &&
                   words[i][0] != '-') {
            out->name = words[i];
        } else {
            return misuse("cannot make sense of ", words[i]);
        }
    }
    return 0;
}

/* Where this program lies, so that its helper is found beside it. */
static void program_dir(char out[static PATH_MAX])
{
    ssize_t n = readlink("/proc/self/exe", out, PATH_MAX - 1);
    out[n < 0 ? 0 : n] = '\0';
    char *dir = dirname(out);
    memmove(out, dir, strlen(dir) + 1);
}

static enum log_level level_of(const char *word)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    for (int i = 0; i < 4; i++)
        if (strcmp(word, names[i]) == 0)
            return (enum log_level)i;
    return LOG_INFO;
}

static int run(const struct config *config)
{
    char dir[PATH_MAX];
    struct buf why = BUF_INIT(500);
    char *token = NULL;
    int code = EXIT_USAGE;
    log_set_level(level_of(config->log_level));
    if (cli_check_template(config) != 0)
        return EXIT_USAGE;
    if (config_token(config, &token, &why) == ERR_OK) {
        log_hide(token);
        program_dir(dir);
        code = app_run(config, token, dir);
    } else {
        (void)fprintf(stderr, "opsroom: %s\n", buf_text(&why));
    }
    free(token);
    buf_release(&why);
    return code;
}

static int with_config(const struct arguments *arguments,
                       const struct config *config)
{
    char dir[PATH_MAX];
    const char *verb = arguments->verb;
    program_dir(dir);
    if (strcmp(verb, "run") == 0)
        return run(config);
    if (strcmp(verb, "check") == 0)
        return cli_check(config, dir, arguments->online);
    if (strcmp(verb, "verify") == 0)
        return cli_verify(config);
    if (takes_name(verb) && arguments->name == NULL)
        return misuse("which one? Name it after ", verb);
    if (strcmp(verb, "probe") == 0)
        return cli_probe(config, arguments->name, arguments->json);
    if (strcmp(verb, "backup") == 0)
        return cli_backup(config, arguments->name);
    if (strcmp(verb, "restore") == 0)
        return cli_restore(config, arguments->name);
    if (arguments->incident == 0)
        return misuse("which incident? Add --incident N to ", verb);
    if (strcmp(verb, "timeline") == 0)
        return cli_timeline(config, (int64_t)arguments->incident,
                            arguments->json);
    return cli_render(config, (int64_t)arguments->incident, arguments->template,
                      arguments->is_public);
}

static int plain_verb(const char *verb, int *code)
{
    if (strcmp(verb, "commands") == 0)
        *code = cli_commands();
    else if (strcmp(verb, "table") == 0)
        *code = cli_command_table();
    else if (strcmp(verb, "example") == 0)
        *code = cli_example();
    else if (strcmp(verb, "version") == 0 || strcmp(verb, "--version") == 0)
        *code = puts("opsroom " OPSROOM_VERSION) < 0;
    else if (strcmp(verb, "help") == 0 || strcmp(verb, "--help") == 0)
        *code = fputs(usage, stdout) < 0;
    else
        return 0;
    return 1;
}

static bool needs_config(const char *verb)
{
    static const char *const verbs[] = {"run",    "check",   "verify",
                                        "backup", "restore", "timeline",
                                        "render", "probe"};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(verb, verbs[i]) == 0)
            return true;
    return false;
}

int main(int count, char **words)
{
    struct arguments arguments;
    struct config config;
    int code = read_arguments(count, words, &arguments);
    if (code != 0 || plain_verb(arguments.verb, &code))
        return code;
    if (!needs_config(arguments.verb))
        return misuse("there is no command ", arguments.verb);
    struct buf why = BUF_INIT(16384);
    if (config_load(arguments.config, &config, &why) == ERR_OK) {
        code = with_config(&arguments, &config);
        config_release(&config);
    } else {
        (void)fputs(buf_text(&why), stderr);
        code = EXIT_USAGE;
    }
    buf_release(&why);
    return code;
}
