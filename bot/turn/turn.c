#include "bot/turn/turn.h"

#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/io/loop.h"
#include "bot/turn/answers.h"
#include "bot/turn/item.h"
#include "bot/turn/take.h"
#include "storage/discord.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Discord drops an interaction that is not answered within 3 s; a replayed one
 * is not begun when the answer might come too late. */
#define ANSWER_DEADLINE_MS 2500
#define ANSWER_BYTES       (64u << 10)
/* Ids of the newest interactions: a dispatch that comes twice on one connection
 * is answered once. Replays of an older process are found in the store. */
#define RECENT      512
#define GATHER_MOST 64                /* commands in one turn */
#define GATHER_NS   UINT64_C(2000000) /* from the first to the sync */
#define QUIET_MS    25                /* without a command */

struct turn {
    struct turn_config config;
    struct turn_parts parts;
    struct turn_end *end;
    struct answers *answers;
    struct item **items; /* pooled: `count` of `room` are in use */
    int count, room;
    bool is_changed;   /* something was accepted in this transaction, */
    bool is_duplicate; /* of an incident that is one */
    uint64_t began_ns; /* when the first item came; 0: none yet */
    int64_t seq;       /* newest dispatch seen */
    int64_t kept_seq;
    struct deadline *quiet; /* see on_quiet */
    /* Of take_new only; too large for the stack. */
    struct command_run run;
    struct taken taken;
    uint64_t recent[RECENT];
    unsigned recent_next;
};

/* ---- one interaction, within the transaction ---- */

static bool seen_before(struct turn *turn, uint64_t id)
{
    for (int i = 0; i < RECENT; i++)
        if (turn->recent[i] == id)
            return true;
    turn->recent[turn->recent_next++ % RECENT] = id;
    return false;
}

/* How long ago it was sent, by Discord's clock: ours may be wrong by minutes,
 * and would then take a command that the person has given up, or none. */
static int64_t age_ms(const struct turn *turn, uint64_t id, int64_t now_ms)
{
    return now_ms - rest_ahead_ms(turn->config.rest) - snowflake_ms(id);
}

/* A process before us may have kept it without answering. The gateway cannot
 * tell for sure what is a replay (a replay holds earlier RESUMEDs), so the
 * record is asked every time. ERR_NOT_FOUND: it is new. */
static enum err answer_again(struct turn *turn, struct item *item,
                             int64_t now_ms)
{
    struct buf stored = BUF_INIT(ANSWER_BYTES);
    bool is_late =
        age_ms(turn, item->interaction.id, now_ms) > ANSWER_DEADLINE_MS;
    enum err err =
        store_answer(turn->config.store, item->interaction.id, &stored);
    if (err == ERR_OK && !is_late)
        item->answer = buf_detach(&stored);
    /* Not kept, and replayed too late: the person was told that it failed, and
     * tries again; taking it now would make it happen twice. */
    item->drop = is_late && (err == ERR_OK || item->replayed);
    buf_release(&stored);
    return err;
}

static const char *verdict_of(const struct command_run *run,
                              const struct taken *taken)
{
    static const char *const verdicts[] = {"accepted", "already", "refused"};
    if (run->answer.denied)
        return "denied";
    return taken->requested ? verdicts[taken->outcome.verdict] : "answered";
}

static void log_command(const struct command_run *run,
                        const struct taken *taken)
{
    const struct command *command = run->call.command;
    const char *name = command ? command->name : "unknown";
    if (run->interaction->type == INTERACTION_AUTOCOMPLETE)
        return; /* one a keystroke */
    if (run->answer.denied)
        log_warn("denied", LOG_ID("user", run->interaction->user.id),
                 LOG_TEXT("command", name),
                 LOG_TEXT("right", right_words(run->answer.denied_right)),
                 LOG_ID("guild", run->interaction->guild_id));
    log_info("command", LOG_TEXT("name", name), LOG_INT("incident", run->in.id),
             LOG_ID("user", run->interaction->user.id),
             LOG_TEXT("verdict", verdict_of(run, taken)));
}

static enum err take_new(struct turn *turn, struct item *item, int64_t now_ms)
{
    struct command_run *run = &turn->run;
    struct taken *taken = &turn->taken;
    const struct command_world world = {turn->config.store, turn->config.config,
                                        now_ms, turn->config.process};
    enum err err = take_command(run, &item->interaction, &world, taken);
    if (err == ERR_OK) {
        log_command(run, taken);
        free(item->answer);
        item->answer = taken->answer;
        item->is_kept = taken->accepted;
        item->is_new = !item->replayed &&
                       item->interaction.type != INTERACTION_AUTOCOMPLETE;
        item_take_file(item, &run->answer);
        if (run->answer.reads_file)
            item->wants_file = run->call.files[0].url.s;
        if (run->answer.runs_probe)
            item->wants_probe = run->answer.probe + 1;
        turn->is_changed =
            turn->is_changed || taken->kept || run->answer.is_to_be_kept;
        turn->is_duplicate =
            turn->is_duplicate ||
            (taken->accepted && taken->after.duplicate_of != 0);
    }
    command_run_release(run);
    return err;
}

static void take(struct turn *turn, struct item *item, int64_t now_ms)
{
    enum err err =
        item->is_second ? ERR_NOT_FOUND : answer_again(turn, item, now_ms);
    bool was_kept = err == ERR_OK; /* by an earlier turn */
    if (err == ERR_NOT_FOUND && !item->drop)
        err = take_new(turn, item, now_ms);
    item->stands = err == ERR_OK && (was_kept || !turn->is_changed);
    item->is_kept = item->is_kept || was_kept;
    if (err == ERR_OK || item->drop)
        return;
    log_error("not_kept", LOG_ID("interaction", item->interaction.id),
              LOG_TEXT("why", store_why(turn->config.store)));
    item_say_sorry(item);
}

/* ---- the turn ---- */

static enum err keep_seq(struct turn *turn, int64_t safe_seq)
{
    if (safe_seq == turn->kept_seq || safe_seq <= 0)
        return ERR_OK;
    turn->kept_seq = safe_seq;
    return store_put_session_seq(turn->config.store, safe_seq);
}

/* What is in this turn is not confirmed either. */
static int64_t safe_seq_with_items(const struct turn *turn)
{
    int64_t safe = turn_safe_seq(turn);
    for (int i = 0; i < turn->count; i++)
        if (turn->items[i]->seq - 1 < safe)
            safe = turn->items[i]->seq - 1;
    return safe;
}

/* What comes without anybody's command: alerts first, they may be what one is
 * reminded of. */
static enum err settle_others(struct turn *turn, int64_t now_ms)
{
    bool alerted = false;
    enum err err = ERR_OK;
    if (turn->parts.probes != NULL)
        err = probes_settle(turn->parts.probes, now_ms);
    if (err == ERR_OK)
        err = alerts_settle(turn->parts.alerts, now_ms, &alerted);
    if (err == ERR_OK)
        err = reminders_settle(turn->parts.reminders, now_ms);
    turn->is_changed = turn->is_changed || alerted;
    return err;
}

static enum err settle(struct turn *turn, int64_t now_ms)
{
    enum err err = store_begin(turn->config.store);
    if (err != ERR_OK)
        return err;
    turn->is_changed = turn->is_duplicate = false;
    for (int i = 0; i < turn->count; i++)
        take(turn, turn->items[i], now_ms);
    err = settle_others(turn, now_ms);
    if (err == ERR_OK)
        err = outbox_settle(turn->parts.outbox, now_ms);
    if (err == ERR_OK)
        err = keep_seq(turn, safe_seq_with_items(turn));
    return err == ERR_OK ? store_commit(turn->config.store) : err;
}

static bool owes_seq(const struct turn *turn)
{
    int64_t safe_seq = turn_safe_seq(turn);
    return !answers_owed(turn->answers) && safe_seq > 0 &&
           safe_seq != turn->kept_seq;
}

static bool probes_wait(const struct turn *turn)
{
    return turn->parts.probes != NULL && probes_have_work(turn->parts.probes);
}

/* What has arrived already is kept with the same sync: over TLS the loop would
 * read one command a turn. Nobody waits longer for it than that. */
static bool gathers(struct turn *turn)
{
    uint64_t now_ns = uv_hrtime();
    if (turn->count == 0 || turn->parts.has_more == NULL)
        return false;
    if (turn->began_ns == 0)
        turn->began_ns = now_ns;
    return turn->count < GATHER_MOST && now_ns - turn->began_ns < GATHER_NS &&
           turn->parts.has_more(turn->parts.more_context);
}

static bool has_work(const struct turn *turn)
{
    return turn->count > 0 || outbox_has_work(turn->parts.outbox) ||
           reminders_have_work(turn->parts.reminders) ||
           alerts_have_work(turn->parts.alerts) || probes_wait(turn) ||
           owes_seq(turn);
}

/* True: all of it is in the record. False: nothing is. */
static bool keep(struct turn *turn)
{
    int64_t now_ms = clock_wall_ms();
    struct process *process = turn->config.process;
    struct metrics *metrics = turn->config.metrics;
    process->ahead_ms = rest_ahead_ms(turn->config.rest);
    if (settle(turn, now_ms) == ERR_OK) {
        process->last_commit_ms = now_ms;
        process->failed_ms = 0;
        metrics->commits++;
        return true;
    }
    process->failed_ms = now_ms;
    metrics->commits_failed++;
    log_error("turn_not_kept", LOG_TEXT("why", store_why(turn->config.store)));
    store_rollback(turn->config.store);
    turn->kept_seq = 0;
    return false;
}

static void tell_parts(struct turn *turn, bool committed)
{
    if (turn->parts.probes != NULL)
        probes_ended(turn->parts.probes, committed);
    alerts_ended(turn->parts.alerts, committed);
    if (!committed)
        return;
    if (turn->is_changed) {
        reminders_changed(turn->parts.reminders);
        alerts_changed(turn->parts.alerts);
    }
    if (turn->is_duplicate)
        alerts_duplicated(turn->parts.alerts);
}

static void answer_all(struct turn *turn, bool committed)
{
    for (int i = 0; i < turn->count; i++) {
        struct item *item = turn->items[i];
        if (!committed && !item->stands && !item->drop)
            item_say_sorry(item);
        if (item->answer != NULL)
            answers_send(turn->answers, item);
        item_clear(item);
    }
    turn->count = 0;
}

static void on_end(void *context)
{
    struct turn *turn = context;
    if (gathers(turn)) {
        turn_end_wake(turn->end);
        return;
    }
    turn->began_ns = 0;
    if (!has_work(turn))
        return;
    bool committed = keep(turn);
    tell_parts(turn, committed);
    answer_all(turn, committed);
    outbox_send(turn->parts.outbox, committed);
}

/* What was answered is written down with the next turn. When none comes, it has
 * one of its own: killed before, we would be told all of it again. */
static void on_quiet(void *context)
{
    turn_wake(context);
}

static void on_arrived(void *context)
{
    struct turn *turn = context;
    struct store *store = turn->config.store;
    if (!answers_owed(turn->answers))
        deadline_set(turn->quiet, loop_now_ms(turn->config.loop) + QUIET_MS);
    /* Work that nobody should have to wait for. */
    if (!turn_owes_answers(turn) && store_tidy(store) != ERR_OK)
        log_warn("not_tidied", LOG_TEXT("why", store_why(store)));
}

static void on_waited(cJSON *data, const struct str *file, void *context);

struct turn *turn_new(const struct turn_config *config)
{
    struct turn *turn = mem_alloc(sizeof *turn);
    turn->config = *config;
    turn->answers = answers_new(&(struct answers_config){
        .loop = config->loop,
        .rest = config->rest,
        .metrics = config->metrics,
        .waited = on_waited,
        .arrived = on_arrived,
        .context = turn,
        .rival = config->rival,
        .rival_context = config->rival_context,
    });
    turn->end = turn_end_new(config->loop, on_end, turn);
    turn->quiet = deadline_new(config->loop, on_quiet, turn);
    return turn;
}

void turn_free(struct turn *turn)
{
    if (turn == NULL)
        return;
    answers_free(turn->answers);
    for (int i = 0; i < turn->room; i++) {
        item_clear(turn->items[i]);
        free(turn->items[i]);
    }
    free(turn->items);
    turn_end_free(turn->end);
    deadline_free(turn->quiet);
    free(turn);
}

void turn_set_parts(struct turn *turn, const struct turn_parts *parts)
{
    turn->parts = *parts;
    answers_set_probes(turn->answers, parts->probes);
}

void turn_wake(void *turn)
{
    turn_end_wake(((struct turn *)turn)->end);
}

static struct item *next_item(struct turn *turn)
{
    if (turn->count == turn->room) {
        turn->room++;
        turn->items =
            mem_resize(turn->items, (size_t)turn->room * sizeof *turn->items);
        turn->items[turn->count] = mem_alloc(sizeof **turn->items);
    }
    return turn->items[turn->count];
}

void turn_add(struct turn *turn, cJSON *data, int64_t seq, bool replayed)
{
    struct item *item = next_item(turn);
    const char *why = "";
    turn->seq = seq;
    *item = (struct item){.data = data,
                          .seq = seq,
                          .came_ms = loop_now_ms(turn->config.loop),
                          .replayed = replayed};
    if (interaction_parse(data, &item->interaction, &why) != ERR_OK) {
        log_warn("interaction_unreadable", LOG_TEXT("why", why));
        item_clear(item);
        return;
    }
    if (seen_before(turn, item->interaction.id)) {
        log_info("interaction_twice", LOG_ID("id", item->interaction.id));
        item_clear(item);
        return;
    }
    turn->count++;
    turn_end_wake(turn->end);
}

/* The command goes on; its first answer is going to be edited. */
static void on_waited(cJSON *data, const struct str *file, void *context)
{
    struct turn *turn = context;
    struct item *item = next_item(turn);
    const char *why;
    *item = (struct item){.data = data, .seq = INT64_MAX, .is_second = true};
    enum err err = interaction_parse(data, &item->interaction, &why);
    assert(err == ERR_OK); /* it was, before */
    if (file == NULL) {
        item->interaction.comes_back = true;
    } else {
        item->file_text = BUF_INIT(DRAFT_BYTES);
        buf_add(&item->file_text, *file);
        item->interaction.file_text = buf_str(&item->file_text);
        item->interaction.file_lost = file->s == NULL;
    }
    turn->count++;
    turn_end_wake(turn->end);
}

void turn_saw(struct turn *turn, int64_t seq)
{
    turn->seq = seq;
}

void turn_session_renewed(struct turn *turn)
{
    turn->seq = 0;
    turn->kept_seq = 0;
    answers_renewed(turn->answers);
    for (int i = 0; i < turn->count; i++)
        turn->items[i]->seq = INT64_MAX;
}

int64_t turn_safe_seq(const struct turn *turn)
{
    return answers_safe_seq(turn->answers, turn->seq);
}

bool turn_owes_answers(const struct turn *turn)
{
    return turn->count > 0 || answers_owed(turn->answers);
}
