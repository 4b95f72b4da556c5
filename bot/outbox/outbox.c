#include "bot/outbox/outbox.h"

#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/io/loop.h"
#include "bot/outbox/forge_work.h"
#include "bot/outbox/heal.h"
#include "bot/outbox/pace.h"
#include "bot/outbox/work.h"
#include "bot/road/road.h"
#include "storage/discord.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Deliveries under way at once, in each part of the world: where something
 * hangs, it holds up nothing elsewhere. More lanes wait their turn. */
enum part { DISCORD, FILES, GIT, CHARTS, FORGE, PARTS };
static const int part_most[PARTS] = {
    [DISCORD] = 16, [FILES] = 6, [GIT] = 2, [CHARTS] = 2, [FORGE] = 1};
#define WORKS (16 + 6 + 2 + 2 + 1)

static enum part part_of(enum effect_kind kind)
{
    switch ((int)kind) {
    case EFFECT_FETCH:
        return FILES;
    case EFFECT_POSTMORTEM:
        return GIT;
    case EFFECT_CHART:
        return CHARTS;
    case EFFECT_PULL: /* one at a time, as GitHub asks of its guests */
    case EFFECT_ISSUE:
    case EFFECT_POLL:
        return FORGE;
    default:
        return DISCORD;
    }
}

/* Back-off of a row whose part of the world does not answer; doubled up to the
 * other. */
#define RETRY_FIRST_MS (2 * MS_PER_SECOND)
#define RETRY_MOST_MS  (5 * MS_PER_MINUTE)

struct outbox {
    struct outbox_config config;
    struct room_settings rooms;
    struct work works[WORKS];
    struct paces paces;
    struct losses losses;
    bool heals;           /* with the next turn */
    bool polls;           /* the same */
    bool wanted;          /* ask the store: a row was made or became due */
    bool crowded;         /* a row found no place in its part */
    bool answered;        /* a work has an answer to settle */
    int64_t next_due_ms;  /* wall */
    struct deadline *due; /* wakes the turn at next_due_ms */
};

/* ---- life ---- */

/* The next turn asks the store what is due. */
static void look_again(struct outbox *outbox)
{
    outbox->wanted = true;
    outbox->config.wake(outbox->config.context);
}

static void on_due(void *context)
{
    look_again(context);
}

struct outbox *outbox_new(const struct outbox_config *config,
                          const struct room_settings *rooms)
{
    struct outbox *outbox = mem_alloc(sizeof *outbox);
    outbox->config = *config;
    outbox->rooms = *rooms;
    outbox->wanted = true;
    outbox->polls = true; /* nobody told us while away */
    outbox->heals = true; /* the settings may be others */
    outbox->next_due_ms = INT64_MAX;
    outbox->due = deadline_new(config->loop, on_due, outbox);
    return outbox;
}

void outbox_free(struct outbox *outbox)
{
    if (outbox == NULL)
        return;
    for (int i = 0; i < WORKS; i++)
        work_release(&outbox->works[i]);
    deadline_free(outbox->due);
    losses_release(&outbox->losses);
    free(outbox);
}

/* ---- what others tell ---- */

void outbox_set_rooms(struct outbox *outbox, const struct room_settings *rooms)
{
    outbox->rooms = *rooms;
    look_again(outbox);
}

void outbox_lost(struct outbox *outbox, struct loss loss)
{
    losses_add(&outbox->losses, loss);
    look_again(outbox);
}

bool outbox_has_losses(const struct outbox *outbox)
{
    return outbox->losses.count > 0;
}

void outbox_heal(struct outbox *outbox)
{
    outbox->heals = true;
    look_again(outbox);
}

void outbox_poll(struct outbox *outbox)
{
    outbox->polls = outbox->config.forge != NULL;
    look_again(outbox);
}

static bool has_due_rows(const struct outbox *outbox)
{
    return outbox->wanted || store_has_wishes(outbox->config.store);
}

bool outbox_has_work(const struct outbox *outbox)
{
    return has_due_rows(outbox) || outbox->answered;
}

/* ---- lanes and parts ---- */

/* A work that is over holds its lane no longer: nothing else would ask for the
 * row behind it. */
static bool lane_is_busy(const struct outbox *outbox, const char *lane)
{
    for (int i = 0; i < WORKS; i++)
        if (outbox->works[i].state != WORK_FREE &&
            outbox->works[i].state != WORK_OVER &&
            strcmp(outbox->works[i].delivery.row.lane, lane) == 0)
            return true;
    return false;
}

static bool part_is_full(const struct outbox *outbox, enum part part)
{
    int count = 0;
    for (int i = 0; i < WORKS; i++)
        count += outbox->works[i].state != WORK_FREE &&
                 part_of(outbox->works[i].delivery.row.kind) == part;
    return count >= part_most[part];
}

/* ---- an answer arrived ---- */

static void on_answered(struct work *work)
{
    struct outbox *outbox = work->outbox;
    work->state = WORK_ANSWERED;
    outbox->answered = true;
    outbox->config.wake(outbox->config.context);
}

static int64_t back_off_ms(const struct outbox_row *row)
{
    int64_t wait = RETRY_FIRST_MS;
    for (int64_t i = 0; i < row->attempts && wait < RETRY_MOST_MS; i++)
        wait *= 2;
    return wait < RETRY_MOST_MS ? wait : RETRY_MOST_MS;
}

static void log_effect(const char *event, const struct delivery *delivery,
                       const char *words)
{
    log_warn(event, LOG_INT("incident", delivery->row.incident_id),
             LOG_TEXT("effect",
                      word_of(&effect_kind_words, (int)delivery->row.kind)),
             LOG_INT("attempts", delivery->row.attempts + 1),
             LOG_TEXT("words", words));
}

/* A finished effect takes the road like any other request. */
static enum err record_result(struct outbox *outbox, struct delivery *delivery,
                              int64_t wall_ms)
{
    struct incident after;
    struct outcome outcome;
    if (!delivery->has_result)
        return ERR_OK;
    enum err err = road_take(outbox->config.store, &delivery->in,
                             &delivery->result, wall_ms, &after, &outcome);
    if (err == ERR_OK && outcome.verdict == VERDICT_REFUSED)
        log_effect("effect_result_refused", delivery, outcome.words);
    return err;
}

/* The row is done as far as it went. */
static enum err finish(struct outbox *outbox, struct work *work, bool keeps,
                       int64_t wall_ms)
{
    struct delivery *delivery = &work->delivery;
    const struct outbox_row *row = &delivery->row;
    enum err err = record_result(outbox, delivery, wall_ms);
    if (err != ERR_OK)
        return err;
    int64_t paced_ms = pace_set(&outbox->paces, row, wall_ms);
    int64_t again_ms = delivery->again_ms;
    outbox->wanted = true;
    work->state = WORK_OVER;
    return store_outbox_done(outbox->config.store, row->id, row->wanted, keeps,
                             again_ms > paced_ms ? again_ms : paced_ms,
                             paced_ms);
}

static enum err put_off(struct outbox *outbox, struct work *work,
                        int64_t wall_ms)
{
    const struct outbox_row *row = &work->delivery.row;
    log_effect("effect_put_off", &work->delivery, work->delivery.words);
    work->state = WORK_OVER;
    outbox->wanted = true;
    int64_t at_ms = wall_ms + back_off_ms(row);
    int64_t most_ms = wall_ms + OUTBOX_WAIT_MOST_MS;
    if (work->delivery.again_ms > at_ms) /* when it was told to come back */
        at_ms = work->delivery.again_ms;
    at_ms = at_ms < most_ms ? at_ms : most_ms;
    return (work->delivery.is_to_wait ? store_outbox_wait : store_outbox_retry)(
        outbox->config.store, row->id, at_ms, str_of(work->delivery.words));
}

/* In the announce channel, with words about other incidents than its own. */
static bool names_others(const struct work *work)
{
    const struct outbox_row *row = &work->delivery.row;
    return row->kind == EFFECT_ALERT_CARD || row->kind == EFFECT_REMIND ||
           (row->kind == EFFECT_ANNOUNCE && row->target == ANNOUNCE_DIGESTS);
}

/* One step of a delivery, within the turn's transaction. */
static enum err advance(struct outbox *outbox, struct work *work,
                        int64_t wall_ms)
{
    struct delivery *delivery = &work->delivery;
    int64_t incident_id = delivery->row.incident_id;
    if (incident_id != 0) { /* alerts may have none */
        struct store *store = outbox->config.store;
        enum err err = store_incident(store, incident_id, &delivery->in);
        if (err == ERR_CORRUPT) {
            str_copy_to(delivery->words, str_of(store_why(store)));
            return put_off(outbox, work, wall_ms);
        }
        if (err != ERR_OK)
            return err;
    }
    outbox->rooms.ahead_ms = rest_ahead_ms(outbox->config.rest);
    switch (work_step(work, &outbox->config, &outbox->rooms, wall_ms)) {
    case DELIVERY_CALL:
        work->state = WORK_TO_SEND;
        return names_others(work) ? store_private_mark(outbox->config.store,
                                                       &work->private_mark)
                                  : ERR_OK;
    case DELIVERY_RETRY:
        return put_off(outbox, work, wall_ms);
    case DELIVERY_AGAIN:
        return finish(outbox, work, true, wall_ms);
    case DELIVERY_FAILED:
        log_effect("effect_failed", delivery, delivery->words);
        break;
    case DELIVERY_DONE:
        break;
    }
    return finish(outbox, work, false, wall_ms);
}

/* ---- due rows become works ---- */

struct start {
    struct outbox *outbox;
    int64_t wall_ms;
    int count, paced_count;
    struct work *begun[WORKS];
    struct {
        int64_t id, until_ms;
    } paced[WORKS]; /* rows that wait for their pace */
};

static bool start_row(const struct outbox_row *row, void *context)
{
    struct start *start = context;
    struct outbox *outbox = start->outbox;
    /* A work that ends asks again. */
    if (lane_is_busy(outbox, row->lane))
        return true;
    if (part_is_full(outbox, part_of(row->kind))) {
        outbox->crowded = true;
        return true;
    }
    int64_t until_ms = pace_until_ms(&outbox->paces, row, start->wall_ms);
    if (until_ms > start->wall_ms) {
        if (start->paced_count == WORKS)
            return false;
        start->paced[start->paced_count].id = row->id;
        start->paced[start->paced_count++].until_ms = until_ms;
        return true;
    }
    for (int i = 0; i < WORKS; i++) {
        struct work *work = &outbox->works[i];
        if (work->state != WORK_FREE)
            continue;
        work->outbox = outbox;
        work->answered = on_answered;
        work->delivery = (struct delivery){.row = *row};
        work->state = WORK_BEGUN;
        start->begun[start->count++] = work;
        return true;
    }
    assert(false); /* the parts have no more places than there are */
    return false;
}

static enum err start_heads(struct start *start)
{
    struct outbox *outbox = start->outbox;
    struct store *store = outbox->config.store;
    int64_t discord_ms = start->wall_ms - rest_ahead_ms(outbox->config.rest);
    start->count = start->paced_count = 0;
    enum err err = store_due(store, start->wall_ms, start_row, start,
                             &outbox->next_due_ms);
    for (int i = 0; i < start->paced_count && err == ERR_OK; i++)
        err = store_outbox_pace(store, start->paced[i].id,
                                start->paced[i].until_ms);
    for (int i = 0; i < start->count && err == ERR_OK; i++) {
        struct outbox_row *row = &start->begun[i]->delivery.row;
        err = store_outbox_begin(store, row->id, discord_ms);
        if (row->attempts == 0) /* as the store has it now */
            row->first_attempt_ms = discord_ms;
        if (err == ERR_OK)
            err = advance(outbox, start->begun[i], start->wall_ms);
    }
    return err;
}

/* A row that is put off for its pace lets those behind it go first. */
static enum err start_due(struct outbox *outbox, int64_t wall_ms)
{
    struct start start = {.outbox = outbox, .wall_ms = wall_ms};
    enum err err;
    outbox->wanted = outbox->crowded = false;
    do
        err = start_heads(&start);
    while (err == ERR_OK && start.paced_count > 0);
    return err;
}

static enum err tells_hidden(const struct outbox *outbox,
                             const struct work *work, bool *out)
{
    struct store *store = outbox->config.store;
    struct incident now;
    int64_t incident_id = work->delivery.row.incident_id, mark = 0;
    enum err err = ERR_OK;
    *out = false;
    if (incident_id != 0 && !work->delivery.in.is_private) {
        err = store_incident(store, incident_id, &now);
        *out = err == ERR_OK && now.is_private;
    }
    if (err == ERR_OK && names_others(work)) {
        err = store_private_mark(store, &mark);
        *out = *out || (err == ERR_OK && mark != work->private_mark);
    }
    return err;
}

/* What is to be shown was decided when the incident was public. Discord may
 * make a request wait for a minute: it is not to arrive afterwards. */
static enum err recall_hidden(struct outbox *outbox)
{
    enum err err = ERR_OK;
    for (int i = 0; i < WORKS && err == ERR_OK; i++) {
        struct work *work = &outbox->works[i];
        bool is_told = false;
        if (work->state == WORK_SENT && work->ask == WORK_ASK_REST)
            err = tells_hidden(outbox, work, &is_told);
        if (is_told)
            rest_recall(outbox->config.rest, work);
    }
    return err;
}

/* A record of before schema 11 does not tell where its lines stand. What is
 * known already is not written again, and costs no sync. */
static enum err keep_place(const struct outbox *outbox)
{
    uint64_t channel = outbox->rooms.announce_channel_id;
    return channel == 0 ? ERR_OK
                        : store_put_announced_in(outbox->config.store, channel);
}

enum err outbox_settle(struct outbox *outbox, int64_t wall_ms)
{
    enum err err = losses_take(&outbox->losses, outbox->config.store, wall_ms);
    if (err == ERR_OK && outbox->heals)
        err = keep_place(outbox);
    if (err == ERR_OK && outbox->heals)
        err = heal_want(outbox->config.store, wall_ms);
    if (err == ERR_OK && outbox->polls)
        err = forge_want_polls(outbox->config.store, wall_ms);
    if (err == ERR_OK)
        err = recall_hidden(outbox);
    outbox->answered = false;
    for (int i = 0; i < WORKS && err == ERR_OK; i++)
        if (outbox->works[i].state == WORK_ANSWERED)
            err = advance(outbox, &outbox->works[i], wall_ms);
    if (err == ERR_OK && has_due_rows(outbox) && outbox->rooms.bot_user_id != 0)
        err = start_due(outbox, wall_ms);
    return err;
}

static void arm(struct outbox *outbox, bool committed)
{
    if (outbox->rooms.bot_user_id == 0)
        return;
    if (committed && has_due_rows(outbox))
        outbox->config.wake(outbox->config.context);
    if (outbox->next_due_ms == INT64_MAX) {
        deadline_set(outbox->due, INT64_MAX);
        return;
    }
    int64_t wait = outbox->next_due_ms - clock_wall_ms();
    /* No row waits longer; the clock was put back since. */
    if (wait < 0 || wait > OUTBOX_WAIT_MOST_MS)
        wait = wait < 0 ? 0 : OUTBOX_WAIT_MOST_MS;
    deadline_set(outbox->due, loop_now_ms(outbox->config.loop) + wait);
}

static bool is_under_way(const struct outbox *outbox)
{
    for (int i = 0; i < WORKS; i++)
        if (outbox->works[i].state != WORK_FREE)
            return true;
    return false;
}

/* What nobody knows may be of a delivery that ended in this turn, or will. */
static void clear_losses(struct outbox *outbox, bool was_under_way)
{
    losses_clear(&outbox->losses, was_under_way);
    if (outbox->losses.count > 0 && !is_under_way(outbox))
        outbox->wanted = true; /* once more, then it is not ours */
}

void outbox_send(struct outbox *outbox, bool committed)
{
    bool was_under_way = is_under_way(outbox);
    for (int i = 0; i < WORKS; i++) {
        struct work *work = &outbox->works[i];
        if (work->state == WORK_FREE || work->state == WORK_SENT)
            continue;
        if (committed && work->state == WORK_TO_SEND) {
            work_send(work, &outbox->config);
        } else {
            work_release(work);
            /* Its place is free only now. */
            outbox->wanted = outbox->wanted || outbox->crowded;
        }
    }
    if (committed) {
        clear_losses(outbox, was_under_way);
        outbox->heals = false;
        outbox->polls = false;
    } else {
        /* The disk refuses: wait a little, the rows are as they were. */
        outbox->next_due_ms = clock_wall_ms() + RETRY_FIRST_MS;
        outbox->wanted = false;
    }
    arm(outbox, committed);
}
