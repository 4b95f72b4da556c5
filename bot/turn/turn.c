#include "bot/turn/turn.h"

#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/discord/interaction.h"
#include "bot/discord/json.h"
#include "bot/io/loop.h"
#include "bot/turn/flights.h"
#include "bot/turn/late_answer.h"
#include "bot/turn/plain_answer.h"
#include "bot/turn/reading.h"
#include "bot/turn/rivals.h"
#include "bot/turn/take.h"

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

/* An interaction on its way through the turn. */
struct item {
    cJSON *data; /* owned; the interaction borrows its text */
    int64_t seq;
    int64_t came_ms; /* of the loop */
    bool replayed;
    bool drop;    /* nothing is answered */
    bool stands;  /* the answer tells what was true before this turn */
    bool is_new;  /* no process of ours can have answered it */
    bool is_kept; /* what the answer tells of stands in the record */
    struct interaction interaction;
    char *answer;    /* owned JSON; handed to the request */
    struct buf file; /* that goes with it */
    char file_name[100], file_type[100];
    /* The command wants its attached file read: its address, within `data`. */
    const char *wants_file;
    int wants_probe;      /* which one, from 1 on; 0: none */
    struct buf file_text; /* what is in it */
    bool is_second;       /* for this, the first answer stands: it is edited */
};

/* A command that waits for a check. */
struct probing {
    struct probing *next;
    struct turn *turn;
    cJSON *data; /* owned */
};

struct turn {
    struct turn_config config;
    struct turn_parts parts;
    struct probing *probing;
    struct turn_end *end;
    struct readings *readings;
    struct item **items; /* pooled: `count` of `room` are in use */
    int count, room;
    bool is_changed;   /* something was accepted in this transaction, */
    bool is_duplicate; /* of an incident that is one */
    uint64_t began_ns; /* when the first item came; 0: none yet */
    int64_t seq;       /* newest dispatch seen */
    int64_t kept_seq;
    struct deadline *quiet; /* see on_quiet */
    struct flights flights;
    /* Of take_new only; too large for the stack. */
    struct command_run run;
    struct taken taken;
    uint64_t recent[RECENT];
    unsigned recent_next;
    struct rivals rivals;
};

/* ---- answers ---- */

static struct flight *begin_flight(struct turn *turn, struct item *item)
{
    struct flight flight = {
        .interaction_id = item->interaction.id,
        .seq = item->seq,
        .came_ms = item->is_second ? -1 : item->came_ms,
        .is_new = item->is_new && !item->is_second,
        .is_kept = item->is_kept,
        .application_id = item->interaction.application_id,
        .wants_file = item->wants_file,
        .wants_probe = item->wants_probe,
    };
    if (item->interaction.type != INTERACTION_AUTOCOMPLETE)
        str_copy_to(flight.token, item->interaction.token);
    if (flight.wants_file != NULL || flight.wants_probe != 0) {
        flight.data = item->data;
        item->data = NULL;
    }
    return flights_add(&turn->flights, &flight);
}

/* While nobody waits. */
static void tidy(struct turn *turn)
{
    if (!turn_owes_answers(turn) && store_tidy(turn->config.store) != ERR_OK)
        log_warn("not_tidied", LOG_TEXT("why", store_why(turn->config.store)));
}

static void on_probed(const struct probe_status *status, void *context);

/* The first answer stands; what it waits for begins. */
static void wait_for(struct turn *turn, struct flight *flight)
{
    cJSON *data = flight->data;
    flight->data = NULL;
    if (flight->wants_file != NULL) {
        readings_begin(turn->readings, data, flight->wants_file, DRAFT_BYTES);
        return;
    }
    struct probing *probing = mem_alloc(sizeof *probing);
    *probing = (struct probing){turn->probing, turn, data};
    turn->probing = probing;
    probes_run(turn->parts.probes, flight->wants_probe - 1, on_probed, probing);
}

static void on_answered(const struct rest_answer *answer, void *context)
{
    struct flight *flight = context;
    struct turn *turn = flight->flights->context;
    struct rest_call plain;
    if (plain_answer(flight, answer, &plain)) {
        rest_send(turn->config.rest, &plain, on_answered, flight);
        return;
    }
    if (answer->fate != REST_DONE)
        log_warn("answer_lost", LOG_ID("interaction", flight->interaction_id),
                 LOG_INT("status", answer->status),
                 LOG_INT("code", answer->code));
    if (answer->fate == REST_REJECTED &&
        answer->code == REST_ANSWERED_ALREADY && flight->is_new &&
        rivals_saw(&turn->rivals, loop_now_ms(turn->config.loop)))
        turn->config.rival(turn->config.rival_context);
    if (answer->fate != REST_DONE)
        turn->config.metrics->answers_lost++;
    else if (flight->came_ms >= 0)
        metrics_answered(turn->config.metrics,
                         loop_now_ms(turn->config.loop) - flight->came_ms);
    if (flight->later != NULL && answer->fate == REST_DONE) {
        flight->came_ms = -1;
        rest_send(turn->config.rest, flight->later, on_answered, flight);
        free(flight->later);
        flight->later = NULL;
        return;
    }
    if (flight->data != NULL && answer->fate == REST_DONE)
        wait_for(turn, flight);
    flight_end(flight);
    if (turn->flights.oldest == NULL)
        deadline_set(turn->quiet, loop_now_ms(turn->config.loop) + QUIET_MS);
    tidy(turn);
}

/* What was answered is written down with the next turn. When none comes, it has
 * one of its own: killed before, we would be told all of it again. */
static void on_quiet(void *context)
{
    struct turn *turn = context;
    turn_end_wake(turn->end);
}

/* The item's JSON must still be there: the token lies in it. */
static void send_answer(struct turn *turn, struct item *item)
{
    const struct interaction *it = &item->interaction;
    struct rest_file file = {.name = item->file_name, .type = item->file_type};
    struct flight *flight = begin_flight(turn, item);
    if (!item->is_second)
        flight->later = late_answer_take(it, &item->answer, &file, &item->file);
    struct rest_call call =
        item->is_second
            ? rest_interaction_edit(it->application_id, it->token, NULL)
            : rest_interaction_callback(it->id, it->token, NULL);
    call.body = item->answer;
    item->answer = NULL;
    file.bytes = buf_str(&item->file);
    if (file.bytes.n > 0)
        rest_call_attach(&call, &file, 1);
    rest_send(turn->config.rest, &call, on_answered, flight);
}

static void set_answer(struct item *item, cJSON *answer)
{
    free(item->answer);
    item->answer = json_printed(answer);
}

static void take_file(struct item *item, struct answer *answer)
{
    buf_release(&item->file);
    item->file = answer->file;
    answer->file = BUF_INIT(0);
    str_copy_to(item->file_name, str_of(answer->file_name));
    str_copy_to(item->file_type, str_of(answer->file_type));
}

/* Nothing was kept of it: what was to come after the first answer does not. */
static void say_sorry(struct item *item)
{
    struct answer answer;
    set_answer(item, command_sorry(&item->interaction, &answer));
    take_file(item, &answer);
    answer_release(&answer);
    item->is_kept = false;
    item->wants_file = NULL;
    item->wants_probe = 0;
}

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
        take_file(item, &run->answer);
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
    say_sorry(item);
}

/* ---- the turn ---- */

static void item_clear(struct item *item)
{
    cJSON_Delete(item->data);
    free(item->answer);
    buf_release(&item->file);
    buf_release(&item->file_text);
    *item = (struct item){.data = NULL};
}

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
    return turn->flights.oldest == NULL && safe_seq > 0 &&
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

static void on_end(void *context)
{
    struct turn *turn = context;
    if (gathers(turn)) {
        turn_end_wake(turn->end);
        return;
    }
    turn->began_ns = 0;
    if (turn->count == 0 && !outbox_has_work(turn->parts.outbox) &&
        !reminders_have_work(turn->parts.reminders) &&
        !alerts_have_work(turn->parts.alerts) && !probes_wait(turn) &&
        !owes_seq(turn))
        return;
    int64_t now_ms = clock_wall_ms();
    turn->config.process->ahead_ms = rest_ahead_ms(turn->config.rest);
    bool committed = settle(turn, now_ms) == ERR_OK;
    if (committed)
        turn->config.process->last_commit_ms = now_ms;
    turn->config.process->failed_ms = committed ? 0 : now_ms;
    *(committed ? &turn->config.metrics->commits
                : &turn->config.metrics->commits_failed) += 1;
    if (!committed) {
        log_error("turn_not_kept",
                  LOG_TEXT("why", store_why(turn->config.store)));
        store_rollback(turn->config.store);
        turn->kept_seq = 0;
    } else if (turn->is_changed) {
        reminders_changed(turn->parts.reminders);
    }
    if (turn->parts.probes != NULL)
        probes_ended(turn->parts.probes, committed);
    alerts_ended(turn->parts.alerts, committed);
    if (committed && turn->is_changed)
        alerts_changed(turn->parts.alerts);
    if (committed && turn->is_duplicate)
        alerts_duplicated(turn->parts.alerts);
    for (int i = 0; i < turn->count; i++) {
        struct item *item = turn->items[i];
        if (!committed && !item->stands && !item->drop)
            say_sorry(item);
        if (item->answer != NULL && item->is_second)
            item->answer = late_answer_edit(item->answer);
        if (item->answer != NULL)
            send_answer(turn, item);
        item_clear(item);
    }
    turn->count = 0;
    outbox_send(turn->parts.outbox, committed);
}

static void on_read(cJSON *data, struct str bytes, void *context);

struct turn *turn_new(const struct turn_config *config)
{
    struct turn *turn = mem_alloc(sizeof *turn);
    turn->config = *config;
    turn->flights.context = turn;
    turn->readings = readings_new(config->rest, on_read, turn);
    turn->end = turn_end_new(config->loop, on_end, turn);
    turn->quiet = deadline_new(config->loop, on_quiet, turn);
    return turn;
}

void turn_free(struct turn *turn)
{
    if (turn == NULL)
        return;
    flights_end_all(&turn->flights);
    readings_free(turn->readings);
    while (turn->probing != NULL) {
        struct probing *probing = turn->probing;
        turn->probing = probing->next;
        cJSON_Delete(probing->data);
        free(probing);
    }
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
static struct item *add_second(struct turn *turn, cJSON *data)
{
    struct item *item = next_item(turn);
    const char *why;
    *item = (struct item){.data = data, .seq = INT64_MAX, .is_second = true};
    enum err err = interaction_parse(data, &item->interaction, &why);
    assert(err == ERR_OK); /* it was, before */
    turn->count++;
    turn_end_wake(turn->end);
    return item;
}

static void on_read(cJSON *data, struct str bytes, void *context)
{
    struct item *item = add_second(context, data);
    item->file_text = BUF_INIT(DRAFT_BYTES);
    buf_add(&item->file_text, bytes);
    item->interaction.file_text = buf_str(&item->file_text);
    item->interaction.file_lost = bytes.s == NULL;
}

static void on_probed(const struct probe_status *status, void *context)
{
    struct probing *probing = context, **at = &probing->turn->probing;
    (void)status; /* the command asks for it */
    while (*at != probing)
        at = &(*at)->next;
    *at = probing->next;
    add_second(probing->turn, probing->data)->interaction.comes_back = true;
    free(probing);
}

void turn_saw(struct turn *turn, int64_t seq)
{
    turn->seq = seq;
}

void turn_session_renewed(struct turn *turn)
{
    turn->seq = 0;
    turn->kept_seq = 0;
    flights_renewed(&turn->flights);
    for (int i = 0; i < turn->count; i++)
        turn->items[i]->seq = INT64_MAX;
}

int64_t turn_safe_seq(const struct turn *turn)
{
    return flights_safe_seq(&turn->flights, turn->seq);
}

bool turn_owes_answers(const struct turn *turn)
{
    return turn->count > 0 || turn->flights.oldest != NULL;
}
