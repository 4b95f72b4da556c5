#include "bot/cli/cli.h"

#include "bot/cli/event.h"
#include "bot/export.h"
#include "bot/postmortem/page.h"
#include "bot/postmortem/postmortem.h"
#include "commands/command.h"
#include "storage/verify.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE_BYTES   (8u << 20)
#define REPORT_BYTES (1u << 20)
#define WHY_BYTES    2000
#define STATE_FOLDER "/var/lib/opsroom"

static int complain(const char *what, const char *why)
{
    (void)fprintf(stderr, "opsroom: %s: %s\n", what, why);
    return 1;
}

static int say(const char *sentences)
{
    (void)fprintf(stderr, "opsroom: %s\n", sentences);
    return 1;
}

/* main sees whether it got out. */
static void print(struct str text)
{
    (void)fwrite(text.s, 1, text.n, stdout);
}

static int open_store(const struct config *config, struct store **store)
{
    struct buf why = BUF_INIT(500);
    int code = 0;
    if (store_open(config->storage_path, true, store, &why) != ERR_OK)
        code = say(buf_text(&why));
    buf_release(&why);
    return code;
}

static bool is_program(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode) &&
           access(path, X_OK) == 0;
}

bool cli_helper(const struct config *config, const char *program_dir,
                enum helper helper, char out[static PATH_MAX], struct buf *why)
{
    bool is_git = helper == HELPER_GIT;
    const char *name = is_git ? "opsroom-git" : "opsroom-draw";
    const char *set = is_git ? config->helper : config->draw_helper;
    bool is_wanted = is_git ? config->repository[0] != '\0'
                            : config->probes.count > 0 || set[0] != '\0';
    if (set[0] != '\0')
        str_copy(out, PATH_MAX, str_of(set));
    else
        (void)snprintf(out, PATH_MAX, "%s/../libexec/opsroom/%s", program_dir,
                       name);
    if (is_program(out))
        return true;
    if (set[0] == '\0') {
        (void)snprintf(out, PATH_MAX, "%s/%s", program_dir, name);
        if (is_program(out))
            return true;
    }
    if (!is_wanted)
        return true;
    buf_addf(why,
             "%s: the helper %s is not there; install it beside opsroom or "
             "set [%s] %s",
             out, name, is_git ? "postmortem" : "probes",
             is_git ? "helper" : "draw_helper");
    return false;
}

void cli_postmortem_settings(const struct config *config,
                             struct postmortem_settings *out)
{
    *out = (struct postmortem_settings){
        .template = config->template,
        .style = config->style,
        .private_pages = config->private_pages,
        .role_names = (const char *const *)config->role_names,
        .probes = &config->probes,
        .repository = config->repository,
        .branch = config->branch,
        .path = config->path,
        .author_name = config->author_name,
        .author_email = config->author_email,
    };
}

/* ---- check ---- */

static int check_certificates(const char *whose, const char *file)
{
    struct buf why = BUF_INIT(WHY_BYTES);
    int bad = 0;
    if (config_certificates("ca_file", file, &why) != ERR_OK)
        bad = complain(whose, buf_text(&why));
    buf_release(&why);
    return bad;
}

static int check_discord(const struct config *config)
{
    struct buf why = BUF_INIT(500);
    char *token = NULL;
    int bad = 0;
    if (config_token(config, &token, &why) != ERR_OK)
        bad = complain("token", buf_text(&why));
    free(token);
    buf_release(&why);
    return bad | check_certificates("discord", config->ca_file);
}

static int check_secret(const char *whose, const char *path,
                        secret_fn *secret_of)
{
    struct buf why = BUF_INIT(500);
    char *secret = NULL;
    int bad = 0;
    if (secret_of(path, &secret, &why) != ERR_OK)
        bad = complain(whose, buf_text(&why));
    else
        explicit_bzero(secret, strlen(secret));
    free(secret);
    buf_release(&why);
    return bad;
}

static int check_lists(const struct config *config)
{
    int bad = 0;
    for (int i = 0; i < config->alert_sources.count; i++) {
        const struct alert_source *source = &config->alert_sources.all[i];
        bad |= check_secret(source->name, source->secret_file, config_secret);
    }
    for (int i = 0; i < config->probes.count; i++) {
        const struct probe *probe = &config->probes.all[i];
        if (probe->credentials_file[0] != '\0')
            bad |= check_secret(probe->name, probe->credentials_file,
                                config_credentials);
        bad |= check_certificates(probe->name, probe->ca_file);
    }
    return bad;
}

static int check_forge(const struct config *config)
{
    const struct forge_config *forge = &config->forge;
    int bad = 0;
    /* The listener reads it, also without a forge. */
    if (forge->webhook_secret_file[0] != '\0' && config->http_listen[0] != '\0')
        bad |= check_secret("forge", forge->webhook_secret_file,
                            config_forge_secret);
    if (forge->kind == FORGE_NONE)
        return bad;
    bad |= check_secret("forge", forge->token_file, config_forge_token);
    return bad | check_certificates("forge", forge->ca_file);
}

static int check_store(const struct config *config)
{
    struct buf why = BUF_INIT(WHY_BYTES);
    int bad = 0;
    if (str_starts(str_of(config->storage_path), STATE_FOLDER "/") &&
        access(STATE_FOLDER, F_OK) != 0)
        return 0; /* the unit makes it, at its first start */
    if (store_check(config->storage_path, &why) != ERR_OK)
        bad = say(buf_text(&why));
    buf_release(&why);
    return bad;
}

static int check_helper(const struct config *config, const char *program_dir,
                        enum helper helper)
{
    char path[PATH_MAX];
    struct buf why = BUF_INIT(WHY_BYTES);
    int bad = 0;
    if (!cli_helper(config, program_dir, helper, path, &why))
        bad = say(buf_text(&why));
    buf_release(&why);
    return bad;
}

static int check_postmortem(const struct config *config,
                            const char *program_dir, bool online)
{
    if (config->repository[0] == '\0') {
        if (online)
            (void)puts("No [postmortem] repository is set: nobody was asked.");
        return 0;
    }
    if (check_helper(config, program_dir, HELPER_GIT) != 0)
        return 1;
    return cli_check_git(config, program_dir, online);
}

int cli_check_template(const struct config *config)
{
    struct buf why = BUF_INIT(WHY_BYTES);
    int bad = 0;
    if (page_template_check(config->template, &why) != ERR_OK)
        bad = complain("[postmortem] template", buf_text(&why));
    buf_release(&why);
    return bad;
}

int cli_check(const struct config *config, const char *program_dir, bool online)
{
    int bad = check_discord(config);
    bad |= check_lists(config);
    bad |= check_forge(config);
    bad |= check_store(config);
    bad |= check_postmortem(config, program_dir, online);
    bad |= check_helper(config, program_dir, HELPER_DRAW);
    bad |= cli_check_template(config);
    cli_service_notes(config);
    if (bad != 0)
        return 2;
    (void)puts("The settings are fine.");
    return 0;
}

/* ---- the record ---- */

static const char *plural(int64_t n)
{
    return n == 1 ? "" : "s";
}

int cli_verify(const struct config *config)
{
    struct store *store = NULL;
    if (open_store(config, &store) != 0)
        return 1;
    struct buf report = BUF_INIT(REPORT_BYTES);
    struct verdicts verdicts = {.incidents = 0};
    enum err err = store_verify(store, &verdicts, &report);
    print(buf_str(&report));
    (void)fflush(stdout); /* the list comes before what is said about it */
    if (err == ERR_OK)
        (void)printf("The record is whole: %" PRId64 " incident%s, %" PRId64
                     " event%s, %" PRId64 " attachment%s.\n",
                     verdicts.incidents, plural(verdicts.incidents),
                     verdicts.events, plural(verdicts.events),
                     verdicts.attachments, plural(verdicts.attachments));
    else if (err == ERR_CORRUPT)
        (void)fprintf(stderr,
                      "opsroom: the record is damaged: %" PRId64
                      " problem%s, listed above. Keep the file, stop the bot, "
                      "and restore a backup.\n",
                      verdicts.problems, plural(verdicts.problems));
    else
        (void)complain(config->storage_path, store_why(store));
    buf_release(&report);
    store_close(store);
    return err == ERR_OK ? 0 : 1;
}

static bool print_event(const struct event *event, void *context)
{
    struct buf line = BUF_INIT(REPORT_BYTES);
    (void)context;
    event_print(event, &line);
    print(buf_str(&line));
    buf_release(&line);
    return true;
}

static void print_title(const struct incident *in)
{
    struct buf name = BUF_INIT(64);
    incident_print_name(in, &name);
    (void)printf("%s: %s (%s, %s). Times are UTC.\n", buf_text(&name),
                 in->title, word_of(&severity_words, (int)in->severity),
                 word_of(&state_words, (int)in->state));
    buf_release(&name);
}

static int load(const struct config *config, int64_t incident_id,
                struct store **store, struct incident *in)
{
    if (open_store(config, store) != 0)
        return 1;
    enum err err = store_incident(*store, incident_id, in);
    if (err == ERR_OK)
        return 0;
    char what[32];
    (void)snprintf(what, sizeof what, "incident %" PRId64, incident_id);
    (void)complain(what, err == ERR_NOT_FOUND
                             ? "there is no such incident in this database"
                             : store_why(*store));
    store_close(*store);
    return 1;
}

int cli_timeline(const struct config *config, int64_t incident_id, bool json)
{
    struct store *store = NULL;
    struct incident in;
    if (load(config, incident_id, &store, &in) != 0)
        return 1;
    enum err err;
    if (json) {
        struct buf text = BUF_INIT(SIZE_MAX);
        err = export_incident(store, &in, &text);
        if (err == ERR_OK)
            print(buf_str(&text));
        buf_release(&text);
    } else {
        print_title(&in);
        err = store_each_event(store, incident_id, EVENTS_BY_TIME, 0,
                               print_event, NULL);
    }
    if (err != ERR_OK)
        (void)complain(config->storage_path, store_why(store));
    store_close(store);
    return err == ERR_OK ? 0 : 1;
}

int cli_render(const struct config *config, int64_t incident_id,
               const char *template, bool is_public)
{
    struct store *store = NULL;
    struct incident in;
    struct postmortem_settings settings;
    if (load(config, incident_id, &store, &in) != 0)
        return 1;
    struct buf page = BUF_INIT(PAGE_BYTES), why = BUF_INIT(WHY_BYTES);
    cli_postmortem_settings(config, &settings);
    if (template != NULL)
        settings.template = template;
    settings.is_public = is_public;
    enum err err = postmortem_render(store, &in, &settings, &page, &why);
    if (err == ERR_OK)
        print(buf_str(&page));
    else
        (void)complain("postmortem",
                       why.n > 0 ? buf_text(&why) : err_words(err));
    buf_release(&page);
    buf_release(&why);
    store_close(store);
    return err == ERR_OK ? 0 : 1;
}

/* ---- tables ---- */

int cli_commands(void)
{
    char *text = commands_registration();
    (void)puts(text);
    free(text);
    return 0;
}

int cli_command_table(void)
{
    struct buf table = BUF_INIT(REPORT_BYTES);
    commands_print_table(&table);
    print(buf_str(&table));
    buf_release(&table);
    return 0;
}

int cli_example(void)
{
    struct buf example = BUF_INIT(REPORT_BYTES);
    config_print_example(&example);
    print(buf_str(&example));
    buf_release(&example);
    return 0;
}
