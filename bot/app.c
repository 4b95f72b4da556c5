#include "bot/app.h"

#include "bot/base/log.h"
#include "bot/cli/cli.h"
#include "bot/dispatch.h"
#include "bot/export.h"
#include "bot/forge_parts.h"
#include "bot/git_parts.h"
#include "bot/io/loop.h"
#include "bot/listener.h"
#include "bot/preview.h"
#include "bot/session.h"
#include "bot/supervisor.h"
#include "bot/turn/turn.h"
#include "bot/version.h"
#include "bot/watch/watch.h"
#include "storage/discord.h"
#include "storage/drafts.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define EXIT_FAILED                 1
#define EXIT_SETTINGS               2
#define EXIT_BAD_TOKEN              3
#define EXIT_RIVAL                  4
#define EXIT_UNWANTED               5
#define CLOSE_AUTHENTICATION_FAILED 4004
/* A clean stop waits this long for answers that are on their way, and then for
 * what is being closed. */
#define GRACE_MS      1000
#define GRACE_LOOK_MS 10
#define CLOSING_MS    500
/* Stored answers serve replays, which come within minutes. */
#define ANSWERS_KEPT_MS MS_PER_DAY
#define CHORES_MS       (10 * MS_PER_MINUTE)
#define PATIENCE_MS     MS_PER_MINUTE /* below systemd's 90 s for a start */

struct app {
    const struct config *config;
    uv_loop_t loop;
    struct store *store;
    struct rest *rest;
    struct turn *turn;
    struct outbox *outbox;
    struct reminders *reminders;
    struct watch *watch;
    struct dispatch *dispatch;
    struct session *session;
    struct forge_parts *forge;
    struct git_parts *git;
    struct listener *listener;
    struct supervisor *supervisor;
    struct process process;
    struct metrics metrics;
    struct loop_meter *meter;
    struct signals *signals;
    struct deadline *grace;
    int64_t grace_ends_ms;
    struct deadline *chores;
    char git_helper[PATH_MAX], draw_helper[PATH_MAX];
    int exit_code;
    bool stopping;
};

/* ---- what the gateway tells ---- */

static void on_dispatch(struct gateway_action *action, void *context)
{
    struct app *app = context;
    if (!app->stopping) /* what is not taken is replayed to the next process */
        dispatch_take(app->dispatch, action);
}

static void on_renewed(void *context)
{
    struct app *app = context;
    turn_session_renewed(app->turn);
}

static void on_lost(void *context)
{
    struct app *app = context;
    app->metrics.gateway_losses++;
    dispatch_lost(app->dispatch);
}

/* ---- stopping ---- */

/* The socket is dropped without a close frame: the session stays alive for the
 * next start, which resumes it. */
static void finish(struct app *app)
{
    int64_t safe_seq = turn_safe_seq(app->turn);
    bool is_all_kept = !outbox_has_losses(app->outbox);
    if (safe_seq > 0 && is_all_kept && store_begin(app->store) == ERR_OK) {
        if (store_put_session_seq(app->store, safe_seq) != ERR_OK ||
            store_commit(app->store) != ERR_OK)
            store_rollback(app->store);
    }
    loop_stop(&app->loop);
}

static void on_grace(void *context)
{
    struct app *app = context;
    int64_t now_ms = loop_now_ms(&app->loop);
    if (turn_owes_answers(app->turn) && now_ms < app->grace_ends_ms)
        deadline_set(app->grace, now_ms + GRACE_LOOK_MS);
    else
        finish(app);
}

static void stop(struct app *app, int exit_code)
{
    if (app->stopping)
        return;
    app->stopping = true;
    app->exit_code = exit_code;
    supervisor_stopping(app->supervisor);
    app->grace_ends_ms = loop_now_ms(&app->loop) + GRACE_MS;
    deadline_set(app->grace, 0); /* after this turn, and its answers */
}

static void on_signal(int number, void *context)
{
    log_info("stopping", LOG_INT("signal", number));
    stop(context, 0);
}

static const char words_bad_token[] =
    "Discord refused the bot token. It was reset or is wrong. Put the right "
    "one into [discord] token_file or DISCORD_TOKEN and start again.";

static void on_bad_token(void *context)
{
    log_error("token_refused", LOG_TEXT("words", words_bad_token));
    stop(context, EXIT_BAD_TOKEN);
}

static const char words_rival[] =
    "Another program answers commands with this bot's token, so this one steps "
    "back. Find the other and stop it, or give each a bot of its own; then "
    "start again.";

static void on_rival(void *context)
{
    struct app *app = context;
    if (!app->stopping)
        log_error("token_used_twice", LOG_TEXT("words", words_rival));
    stop(app, EXIT_RIVAL);
}

static void on_fatal(int code, const char *words, void *context)
{
    if (code == CLOSE_AUTHENTICATION_FAILED) {
        on_bad_token(context);
        return;
    }
    log_error("gateway_fatal", LOG_INT("code", code), LOG_TEXT("words", words));
    stop(context, EXIT_UNWANTED);
}

/* ---- chores ---- */

static void forget_answers(struct app *app)
{
    int64_t before_ms = clock_wall_ms() - ANSWERS_KEPT_MS;
    enum err err = store_begin(app->store);
    if (err == ERR_OK)
        err = store_forget_answers(app->store, before_ms);
    if (err == ERR_OK)
        err = store_forget_drafts(app->store, before_ms);
    if (err == ERR_OK)
        err = store_commit(app->store);
    if (err != ERR_OK) {
        log_warn("answers_not_forgotten",
                 LOG_TEXT("why", store_why(app->store)));
        store_rollback(app->store);
    }
}

static void on_chores(void *context)
{
    struct app *app = context;
    forget_answers(app);
    dispatch_try_again(app->dispatch);
    deadline_set(app->chores, loop_now_ms(&app->loop) + CHORES_MS);
}

/* ---- wiring ---- */

/* The exit code: 0 when all are open. */
static int open_parts(struct app *app, const char *token)
{
    const struct config *config = app->config;
    struct buf why = BUF_INIT(500);
    struct rest_config rest = {
        .api_base = config->api_base,
        .token = token,
        .user_agent = OPSROOM_USER_AGENT,
        .ca_file = config->ca_file[0] == '\0' ? NULL : config->ca_file,
    };
    int code = 0;
    if (store_open(config->storage_path, false, &app->store, &why) != ERR_OK)
        code = EXIT_FAILED;
    else if (config_certificates("discord.ca_file", config->ca_file, &why) !=
                 ERR_OK ||
             (app->rest = rest_new(&app->loop, &rest, &why)) == NULL ||
             (app->git = git_parts_new(config, &why)) == NULL ||
             (app->forge = forge_parts_new(&app->loop, config, &why)) == NULL)
        code = EXIT_SETTINGS;
    if (code != 0)
        log_error("cannot_start", LOG_STR("why", buf_str(&why)));
    buf_release(&why);
    return code;
}

static struct process process_now(void)
{
    int64_t now_ms = clock_wall_ms();
    return (struct process){
        .version = OPSROOM_VERSION,
        .started_ms = now_ms,
        .connection_ms = now_ms,
        .render = preview_render,
        .check_prose = preview_check,
        .export = export_incident,
    };
}

static bool start_watch(struct app *app)
{
    struct buf why = BUF_INIT(1000);
    app->watch = watch_new(&(struct watch_config){.loop = &app->loop,
                                                  .store = app->store,
                                                  .config = app->config,
                                                  .wake = turn_wake,
                                                  .context = app->turn},
                           &why);
    if (app->watch == NULL)
        log_error("cannot_start", LOG_STR("why", buf_str(&why)));
    else
        app->process.probes = watch_process_probes(app->watch);
    buf_release(&why);
    return app->watch != NULL;
}

static bool start_listener(struct app *app)
{
    struct buf why = BUF_INIT(500);
    const struct listener_parts parts = {
        &app->loop,
        app->config,
        app->store,
        app->rest,
        app->session,
        &app->process,
        &app->metrics,
        watch_alerts(app->watch),
        watch_probes(app->watch),
        app->outbox,
    };
    enum err err = listener_new(&parts, &app->listener, &why);
    if (err != ERR_OK)
        log_error("cannot_start", LOG_STR("why", buf_str(&why)));
    if (err == ERR_INVALID)
        app->exit_code = EXIT_SETTINGS;
    buf_release(&why);
    return err == ERR_OK;
}

static void on_turned(int64_t us, void *context)
{
    struct app *app = context;
    metrics_turned(&app->metrics, us);
}

/* No reason to stay away: pages and charts wait for it, the record does not. */
static void find_helper(const struct app *app, const char *program_dir,
                        enum helper helper, char path[static PATH_MAX])
{
    struct buf why = BUF_INIT(2 * PATH_MAX);
    if (!cli_helper(app->config, program_dir, helper, path, &why))
        log_warn("helper_missing", LOG_STR("why", buf_str(&why)));
    buf_release(&why);
}

static bool wire(struct app *app, const char *token, const char *program_dir)
{
    const struct config *config = app->config;
    struct turn_config turn = {&app->loop,    app->store,    app->rest, config,
                               &app->process, &app->metrics, on_rival,  app};
    struct outbox_config outbox = {
        .loop = &app->loop,
        .store = app->store,
        .rest = app->rest,
        .git_helper = app->git_helper,
        .draw_helper = app->draw_helper,
        .probes = &config->probes,
        .services = &config->services,
        .forge = forge_parts_desk(app->forge),
        .poll_ms = config->forge.poll_min * MS_PER_MINUTE,
        .attachment_max_bytes = config->attachment_max_bytes,
        .wake = turn_wake,
    };
    struct session_handlers handlers = {on_dispatch, on_renewed, on_lost,
                                        on_fatal, app};
    struct room_settings nobody = {.bot_user_id = 0};

    app->supervisor = supervisor_new(&app->loop, PATIENCE_MS);
    find_helper(app, program_dir, HELPER_GIT, app->git_helper);
    find_helper(app, program_dir, HELPER_DRAW, app->draw_helper);
    cli_postmortem_settings(config, &outbox.postmortem);
    outbox.postmortem.access = git_parts_access(app->git);
    app->turn = turn_new(&turn);
    outbox.context = app->turn;
    app->outbox = outbox_new(&outbox, &nobody);
    app->reminders = reminders_new(&(struct reminders_config){
        .loop = &app->loop,
        .store = app->store,
        .settings = &config->reminders,
        .has_announcements = config->announce_channel_id != 0,
        .wake = turn_wake,
        .context = app->turn,
    });
    if (!start_watch(app))
        return false;
    app->dispatch = dispatch_new(&(struct dispatch_parts){
        &app->loop, config, app->store, app->rest, app->turn, app->outbox,
        app->watch, app->supervisor, &app->process});
    app->session = session_new(&app->loop, app->store, app->rest, config, token,
                               &handlers);
    const struct turn_parts parts = {app->outbox,
                                     app->reminders,
                                     watch_alerts(app->watch),
                                     watch_probes(app->watch),
                                     session_has_more,
                                     app->session};
    turn_set_parts(app->turn, &parts);
    app->grace = deadline_new(&app->loop, on_grace, app);
    app->chores = deadline_new(&app->loop, on_chores, app);
    app->meter = loop_meter_new(&app->loop, on_turned, app);
    rest_on_bad_token(app->rest, on_bad_token, app);
    return start_listener(app);
}

static void watch_signals(struct app *app)
{
    (void)signal(SIGPIPE, SIG_IGN);
    app->signals = signals_new(&app->loop, on_signal, app);
}

static void unwire(struct app *app)
{
    signals_free(app->signals);
    listener_free(app->listener);
    rest_free(app->rest); /* from here on nobody is called back */
    outbox_free(app->outbox);
    forge_parts_free(app->forge);
    git_parts_free(app->git);
    reminders_free(app->reminders);
    watch_free(app->watch);
    session_free(app->session);
    dispatch_free(app->dispatch);
    turn_free(app->turn);
    supervisor_free(app->supervisor);
    deadline_free(app->grace);
    deadline_free(app->chores);
    loop_meter_free(app->meter);
    store_close(app->store);
}

static const char words_new_record[] =
    "There was no record, so a new one begins, with INC-1. If there should be "
    "one, stop the bot and look at storage.path, or restore a backup.";

/* Which record: a slip in a path, or another folder to start in, would show
 * only when people miss their incidents. */
static void log_start(struct app *app)
{
    char record[PATH_MAX];
    int64_t incidents = 0;
    store_place(app->store, record);
    if (store_is_new(app->store))
        log_warn("record_created", LOG_TEXT("record", record),
                 LOG_TEXT("words", words_new_record));
    if (store_count_incidents(app->store, &incidents) != ERR_OK)
        log_warn("incidents_not_counted",
                 LOG_TEXT("why", store_why(app->store)));
    log_info("started", LOG_TEXT("version", OPSROOM_VERSION),
             LOG_TEXT("record", record), LOG_INT("incidents", incidents));
}

static void run(struct app *app)
{
    log_start(app);
    forget_answers(app);
    deadline_set(app->chores, loop_now_ms(&app->loop) + CHORES_MS);
    session_start(app->session);
    loop_run(&app->loop);
}

int app_run(const struct config *config, const char *token,
            const char *program_dir)
{
    static struct app app;
    app = (struct app){.config = config, .process = process_now()};
    if (!loop_open(&app.loop)) {
        log_error("cannot_start", LOG_TEXT("why", strerror(errno)));
        return EXIT_FAILED;
    }
    int code = open_parts(&app, token);
    if (code != 0) {
        rest_free(app.rest);
        git_parts_free(app.git);
        store_close(app.store);
        return code;
    }
    bool is_ready = wire(&app, token, program_dir);
    watch_signals(&app);
    if (is_ready)
        run(&app);
    else if (app.exit_code == 0)
        app.exit_code = EXIT_FAILED;
    unwire(&app);
    bool is_closed = loop_close(&app.loop, CLOSING_MS);
    log_info("stopped", LOG_INT("exit", app.exit_code));
    if (!is_closed)
        _exit(app.exit_code); /* libuv would wait for its threads */
    return app.exit_code;
}
