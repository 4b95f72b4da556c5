/*
 * opsroom: arguments in, exit code out. Start reading at bot/app.c (what
 * happens in a turn of the loop) and bot/core/incident.h (the rules).
 *
 * Exit codes: 0 fine, 1 failed, 2 wrong use or settings, 3 Discord refused the
 * token, 4 another program answers with it, 5 Discord wants something changed.
 */
#include "bot/app.h"
#include "bot/base/log.h"
#include "bot/cli/arguments.h"
#include "bot/cli/cli.h"
#include "bot/discord/json_blocks.h"
#include "bot/version.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
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

static const char *default_config(void)
{
    bool is_installed =
        access(CONFIG, F_OK) != 0 && access(INSTALLED_CONFIG, F_OK) == 0;
    return is_installed ? INSTALLED_CONFIG : CONFIG;
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
        json_use_blocks();
        code = app_run(config, token, dir);
        if (json_pieces_held() != 0)
            log_warn("json_leaked", LOG_INT("pieces", json_pieces_held()));
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
    if (strcmp(verb, "probe") == 0)
        return cli_probe(config, arguments->name, arguments->json);
    if (strcmp(verb, "backup") == 0)
        return cli_backup(config, arguments->name);
    if (strcmp(verb, "restore") == 0)
        return cli_restore(config, arguments->name);
    if (strcmp(verb, "timeline") == 0)
        return cli_timeline(config, (int64_t)arguments->incident,
                            arguments->json);
    return cli_render(config, (int64_t)arguments->incident, arguments->template,
                      arguments->is_public);
}

static int without_config(const char *verb)
{
    if (strcmp(verb, "commands") == 0)
        return cli_commands();
    if (strcmp(verb, "table") == 0)
        return cli_command_table();
    if (strcmp(verb, "example") == 0)
        return cli_example();
    if (str_ends(str_of(verb), "version"))
        return puts("opsroom " OPSROOM_VERSION) < 0;
    return fputs(usage, stdout) < 0;
}

#define CONFIG_VERBS "run check verify backup restore timeline render probe"
#define PLAIN_VERBS  "commands table example version --version help --help -h"

/* Of the two places that are looked at, config_load names one. */
static void tell_of_other_place(const struct arguments *arguments)
{
    if (arguments->config != NULL || access(CONFIG, F_OK) == 0 ||
        access(INSTALLED_CONFIG, F_OK) == 0)
        return;
    (void)fprintf(stderr, "%s: was looked for, too: %s\n", INSTALLED_CONFIG,
                  strerror(errno));
}

static int load_and_do(const struct arguments *arguments)
{
    struct config config;
    struct buf why = BUF_INIT(16384);
    const char *file =
        arguments->config == NULL ? default_config() : arguments->config;
    int code = EXIT_USAGE;
    if (config_load(file, &config, &why) == ERR_OK) {
        code = with_config(arguments, &config);
        config_release(&config);
    } else {
        (void)fputs(buf_text(&why), stderr);
        tell_of_other_place(arguments);
    }
    buf_release(&why);
    return code;
}

static int obey(int count, char **words)
{
    struct arguments arguments;
    if (count < 2) {
        (void)fprintf(stderr, "opsroom: a command is missing.\n\n%s", usage);
        return EXIT_USAGE;
    }
    const char *verb = words[1];
    bool needs_config = arguments_among(CONFIG_VERBS, verb);
    if (!needs_config && !arguments_among(PLAIN_VERBS, verb)) {
        arguments_misused("there is no command ", verb);
        return EXIT_USAGE;
    }
    if (!arguments_read(count, words, &arguments))
        return EXIT_USAGE;
    if (arguments.help)
        return fputs(usage, stdout) < 0;
    return needs_config ? load_and_do(&arguments) : without_config(verb);
}

/* Started with one of 0, 1 and 2 closed, the first file that is opened would
 * get that number, and the log be written into it. Nobody can write to what
 * stands there now either, and who prints notices. */
static bool occupy_standard(void)
{
    int fd = 0;
    while (fd >= 0 && fd <= STDERR_FILENO)
        fd = open("/dev/null", O_RDONLY);
    if (fd >= 0)
        (void)close(fd);
    return fd >= 0;
}

/* Whoever keeps what was printed must hear when it is not all there. */
int main(int count, char **words)
{
    if (!occupy_standard()) {
        (void)fprintf(stderr, "opsroom: cannot open /dev/null: %s\n",
                      strerror(errno));
        return 1;
    }
    (void)signal(SIGXFSZ, SIG_IGN); /* a limit on file size is a full disk */
    int code = obey(count, words);
    bool is_printed = fflush(stdout) == 0 && ferror(stdout) == 0;
    if (is_printed)
        return code;
    (void)fputs("opsroom: not all of it could be printed: standard output "
                "takes no more. Is a disk full?\n",
                stderr);
    return code == 0 ? 1 : code;
}
