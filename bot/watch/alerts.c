#include "bot/watch/alerts.h"

#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/io/loop.h"
#include "bot/road/damage.h"
#include "bot/watch/alert_homes.h"
#include "bot/watch/alerts_card.h"
#include "bot/watch/alerts_follow.h"
#include "bot/watch/alerts_record.h"
#include "storage/alert_cards.h"
#include "storage/alerts.h"
#include "storage/samples.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define FOLD_PAUSE_MS (3 * MS_PER_SECOND) /* what comes by then is one edit */
/* In one turn, so that nobody's command waits for a storm. */
#define TAKEN_A_TURN    100
#define HOUSED_A_TURN   100
#define KEPT_MS         (90 * 24 * MS_PER_HOUR)
#define FORGET_EVERY_MS MS_PER_HOUR

/* Handed in together; a large one takes several turns. When one of them fails
 * the rest is dropped: it is handed in again, and what was kept is the same. */
struct batch {
    struct batch *next;
    struct alert *alerts;
    int count;
    char *texts; /* what they borrow */
    alerts_done_fn *done;
    void *context;
    int taken; /* so many of them, with the turn under way */
};

struct alerts_desk {
    struct alerts_config config;
    struct batch *first, **last;
    struct deadline *fold;
    bool fold_is_set, fold_is_due, seeks_homes, gives_up;
    bool follows;       /* some may be in the record of a duplicate */
    bool has_homeless;  /* there may be some */
    bool has_waiting;   /* what is told only when an incident is reopened */
    bool has_followers; /* that follow only then */
    /* The homes for which none was found that they still lack: while they stay
     * the same nobody is looked for again. */
    struct sha256 sought;
    bool has_sought;
    int64_t received, forgotten_ms;
    /* Of one turn. */
    struct alert_homes homes;
    int64_t ids[HOUSED_A_TURN];
    int id_count;
    bool has_more; /* to be housed by the next turn */
    bool gives_up_more, follows_more;
};

/* ---- handing in ---- */

static void wake(struct alerts_desk *desk)
{
    desk->config.wake(desk->config.context);
}

static void on_fold(void *context)
{
    struct alerts_desk *desk = context;
    desk->fold_is_set = false;
    desk->fold_is_due = true;
    wake(desk);
}

struct alerts_desk *alerts_new(const struct alerts_config *config)
{
    struct alerts_desk *desk = mem_alloc(sizeof *desk);
    desk->config = *config;
    desk->homes.store = config->store;
    desk->homes.services = config->services;
    desk->last = &desk->first;
    desk->fold = deadline_new(config->loop, on_fold, desk);
    /* What a process before us left. */
    desk->fold_is_due = desk->seeks_homes = desk->has_homeless = true;
    desk->follows = true;
    desk->gives_up = config->is_watched != NULL;
    return desk;
}

static void batch_free(struct batch *batch)
{
    free(batch->alerts);
    free(batch->texts);
    free(batch);
}

void alerts_free(struct alerts_desk *desk)
{
    if (desk == NULL)
        return;
    while (desk->first != NULL) {
        struct batch *batch = desk->first;
        desk->first = batch->next;
        batch_free(batch);
    }
    deadline_free(desk->fold);
    free(desk);
}

static size_t text_bytes(const struct alert *alert)
{
    return alert->source.n + alert->key.n + alert->title.n + alert->text.n +
           alert->link.n + alert->service.n;
}

static struct str copy_text(char **to, struct str text)
{
    struct str copy = {*to, text.n};
    if (text.n == 0)
        return STR_NONE;
    memcpy(*to, text.s, text.n);
    *to += text.n;
    return copy;
}

void alerts_hand_in(struct alerts_desk *desk, const struct alert *alerts,
                    int count, alerts_done_fn *done, void *context)
{
    struct batch *batch = mem_alloc(sizeof *batch);
    size_t bytes = 1;
    for (int i = 0; i < count; i++)
        bytes += text_bytes(&alerts[i]);
    batch->alerts = mem_alloc(((size_t)count + 1) * sizeof *batch->alerts);
    batch->texts = mem_alloc(bytes);
    char *to = batch->texts;
    for (int i = 0; i < count; i++) {
        struct alert *alert = &batch->alerts[i];
        *alert = alerts[i];
        alert->source = copy_text(&to, alert->source);
        alert->key = copy_text(&to, alert->key);
        alert->title = copy_text(&to, alert->title);
        alert->text = copy_text(&to, alert->text);
        alert->link = copy_text(&to, alert->link);
        alert->service = copy_text(&to, alert->service);
    }
    batch->count = count;
    batch->done = done;
    batch->context = context;
    *desk->last = batch;
    desk->last = &batch->next;
    desk->received += count;
    wake(desk);
}

void alerts_changed(struct alerts_desk *desk)
{
    if (!desk->has_homeless && !desk->has_waiting && !desk->has_followers)
        return;
    desk->seeks_homes = desk->seeks_homes || desk->has_homeless;
    desk->fold_is_due = desk->fold_is_due || desk->has_waiting;
    desk->follows = desk->follows || desk->has_followers;
    wake(desk);
}

void alerts_duplicated(struct alerts_desk *desk)
{
    desk->follows = true;
    wake(desk);
}

bool alerts_have_work(const struct alerts_desk *desk)
{
    return desk->first != NULL || desk->fold_is_due || desk->seeks_homes ||
           desk->gives_up || desk->follows;
}

int64_t alerts_received(const struct alerts_desk *desk)
{
    return desk->received;
}

/* ---- one alert ---- */

static void fold_later(struct alerts_desk *desk)
{
    if (desk->fold_is_set)
        return;
    desk->fold_is_set = true;
    deadline_set(desk->fold, loop_now_ms(desk->config.loop) + FOLD_PAUSE_MS);
}

static enum err house(struct alerts_desk *desk,
                      const struct stored_alert *stored, int64_t now_ms,
                      bool *accepted, int *found)
{
    struct store *store = desk->config.store;
    int64_t home = 0;
    bool linked = false;
    enum err err = alert_home(&desk->homes, stored, &home);
    if (err == ERR_OK && home != 0)
        err = alerts_link(store, stored, home, now_ms, &linked);
    if (linked) {
        *accepted = true;
        ++*found;
        fold_later(desk);
        if (stored->card == 0)
            return err;
        alert_homes_look_again(&desk->homes); /* it may be settled now */
        return alerts_settle_card(store, stored->card, home, now_ms);
    }
    desk->has_homeless = true;
    if (err != ERR_OK || stored->card != 0)
        return err;
    if (!desk->config.has_announcements) {
        log_warn("alert_without_incident",
                 LOG_STR("source", stored->alert.source),
                 LOG_STR("title", stored->alert.title));
        return ERR_OK;
    }
    *accepted = true;
    return alerts_put_on_card(store, stored, now_ms);
}

struct known {
    const struct alert *alert; /* handed in now; or NULL */
    int64_t now_ms;
    int64_t id, card, incident_id;
    enum told told;
    enum alert_end end;
};

static bool note_known(const struct stored_alert *stored, void *context)
{
    struct known *known = context;
    known->id = stored->id;
    known->card = stored->card;
    known->incident_id = stored->incident_id;
    if (known->alert != NULL)
        known->told = alerts_told(stored, known->alert, known->now_ms);
    return false;
}

/* Nobody says when it was over. */
static const struct alert unknown_end = {.is_firing = false};

static enum err take_over(struct alerts_desk *desk, const struct alert *alert,
                          const struct known *known, int64_t now_ms,
                          bool *accepted)
{
    struct store *store = desk->config.store;
    int64_t ended_ms = alert->ended_ms > 0 && alert->ended_ms <= now_ms
                           ? alert->ended_ms
                           : now_ms;
    enum err err = store_end_alert(store, known->id, ended_ms, known->end);
    if (err == ERR_OK && known->card != 0) {
        *accepted = true;
        err = alerts_want_card(store, known->card, now_ms);
    }
    if (err == ERR_OK && known->incident_id != 0) {
        *accepted = true;
        err = alerts_tell_over(store, known->id, now_ms, &desk->has_waiting);
    }
    return err;
}

static enum err take_new(struct alerts_desk *desk, const struct alert *alert,
                         int64_t now_ms, bool *accepted)
{
    struct stored_alert stored = {.alert = *alert, .received_ms = now_ms};
    int found = 0;
    enum err err =
        store_put_alert(desk->config.store, alert, now_ms, &stored.id);
    return err == ERR_OK ? house(desk, &stored, now_ms, accepted, &found) : err;
}

/* Firing while it fires is the same one, unless it is told otherwise; an end of
 * what never began is none. */
static enum err take_alert(struct alerts_desk *desk, const struct alert *alert,
                           int64_t now_ms, bool *accepted)
{
    struct store *store = desk->config.store;
    struct known known = {.alert = alert, .now_ms = now_ms};
    enum err err = store_firing_alert(store, alert->source, alert->key,
                                      note_known, &known);
    if (err == ERR_NOT_FOUND)
        return alert->is_firing ? take_new(desk, alert, now_ms, accepted)
                                : ERR_OK;
    if (err != ERR_OK)
        return err;
    if (!alert->is_firing)
        return take_over(desk, alert, &known, now_ms, accepted);
    if (known.told == TOLD_AGAIN)
        return store_repeat_alert(store, known.id, now_ms);
    struct alert end = unknown_end;
    if (known.told == TOLD_ANEW) {
        end.ended_ms = alert->started_ms; /* at the latest */
        known.end = ALERT_END_UNTOLD;
    }
    err = take_over(desk, &end, &known, now_ms, accepted);
    return err == ERR_OK ? take_new(desk, alert, now_ms, accepted) : err;
}

/* ---- what nobody watches any more ---- */

static bool note_unwatched(const struct stored_alert *stored, void *context)
{
    struct alerts_desk *desk = context;
    if (!desk->config.is_watched(&stored->alert, desk->config.watch_context))
        desk->ids[desk->id_count++] = stored->id;
    return desk->id_count < HOUSED_A_TURN;
}

/* The settings have changed since the process before us: what fires by a probe
 * or a monitor that they do not name any more would fire for ever. */
static enum err give_up(struct alerts_desk *desk, int64_t now_ms,
                        bool *accepted)
{
    struct store *store = desk->config.store;
    if (!desk->gives_up)
        return ERR_OK;
    desk->id_count = 0;
    enum err err = store_each_firing_alert(store, note_unwatched, desk);
    for (int i = 0; i < desk->id_count && err == ERR_OK; i++) {
        struct known known = {0};
        err = store_alert(store, desk->ids[i], note_known, &known);
        known.end = ALERT_END_UNKNOWN;
        if (err == ERR_OK)
            err = damage_passed(
                store, known.incident_id,
                take_over(desk, &unknown_end, &known, now_ms, accepted));
        if (err == ERR_OK) /* should it be watched again, down since then */
            err = store_forget_probe_told(store, known.id);
    }
    desk->gives_up_more = desk->id_count == HOUSED_A_TURN;
    return err;
}

/* ---- what no incident had ---- */

struct seeking {
    struct alerts_desk *desk;
    int64_t now_ms;
    bool *accepted;
    int found; /* no longer homeless */
    enum err err;
};

static bool note_housed(const struct stored_alert *stored, void *context)
{
    struct seeking *seeking = context;
    struct alerts_desk *desk = seeking->desk;
    int64_t home = 0;
    desk->has_homeless = true;
    seeking->err = alert_home(&desk->homes, stored, &home);
    if (seeking->err == ERR_OK && home != 0)
        desk->ids[desk->id_count++] = stored->id;
    return seeking->err == ERR_OK && desk->id_count < HOUSED_A_TURN;
}

static bool house_one(const struct stored_alert *stored, void *context)
{
    struct seeking *seeking = context;
    seeking->err = house(seeking->desk, stored, seeking->now_ms,
                         seeking->accepted, &seeking->found);
    return false;
}

static enum err seek_homes(struct alerts_desk *desk, int64_t now_ms,
                           bool *accepted)
{
    struct store *store = desk->config.store;
    struct seeking seeking = {desk, now_ms, accepted, 0, ERR_OK};
    struct sha256 homes;
    enum err err = alert_homes_digest(&desk->homes, &homes);
    if (err != ERR_OK ||
        (desk->has_sought && memcmp(&homes, &desk->sought, sizeof homes) == 0))
        return err;
    desk->id_count = 0;
    desk->has_homeless = false;
    err = store_each_homeless_alert(store, note_housed, &seeking);
    for (int i = 0; i < desk->id_count && err == ERR_OK; i++) {
        err = seeking.err;
        if (err == ERR_OK)
            err = store_alert(store, desk->ids[i], house_one, &seeking);
    }
    if (err == ERR_OK)
        err = seeking.err;
    desk->has_more = desk->id_count == HOUSED_A_TURN && seeking.found > 0;
    desk->has_sought = !desk->has_more;
    desk->sought = homes;
    return err;
}

/* ---- what a duplicate had ---- */

static enum err follow(struct alerts_desk *desk, int64_t now_ms, bool *accepted)
{
    struct followed followed = {.count = 0};
    if (!desk->follows)
        return ERR_OK;
    enum err err = alerts_follow(desk->config.store, now_ms, &followed);
    if (err != ERR_OK)
        return err;
    desk->has_followers = followed.waits;
    desk->follows_more = followed.count == FOLLOWED_A_TURN;
    if (followed.count > 0) {
        *accepted = true;
        fold_later(desk);
    }
    return ERR_OK;
}

/* ---- the turn ---- */

static enum err take_batches(struct alerts_desk *desk, int64_t now_ms,
                             bool *accepted)
{
    struct batch *batch = desk->first;
    enum err err = ERR_OK;
    for (int i = 0; i < TAKEN_A_TURN && err == ERR_OK; i++) {
        while (batch != NULL && batch->taken == batch->count)
            batch = batch->next;
        if (batch == NULL)
            break;
        err =
            take_alert(desk, &batch->alerts[batch->taken++], now_ms, accepted);
    }
    return err;
}

static enum err fold_due(struct alerts_desk *desk, int64_t now_ms,
                         bool *accepted)
{
    struct folded folded = {.count = 0};
    if (!desk->fold_is_due)
        return ERR_OK;
    enum err err = alerts_fold(desk->config.store, now_ms, &folded);
    if (err == ERR_OK)
        desk->has_waiting = folded.waits;
    if (err == ERR_OK && folded.count > 0) {
        *accepted = true;
        fold_later(desk); /* there may be more than are looked at at once */
    }
    return err;
}

static enum err forget(struct alerts_desk *desk, int64_t now_ms)
{
    if (now_ms - desk->forgotten_ms < FORGET_EVERY_MS)
        return ERR_OK;
    desk->forgotten_ms = now_ms;
    return store_forget_alerts(desk->config.store, now_ms - KEPT_MS);
}

enum err alerts_settle(struct alerts_desk *desk, int64_t now_ms, bool *accepted)
{
    if (!alerts_have_work(desk))
        return ERR_OK;
    alert_homes_look_again(&desk->homes);
    desk->has_more = false;
    bool takes = desk->seeks_homes || desk->first != NULL;
    enum err err = takes ? alert_homes_read(&desk->homes) : ERR_OK;
    if (err == ERR_OK)
        err = give_up(desk, now_ms, accepted);
    if (err == ERR_OK)
        err = follow(desk, now_ms, accepted);
    if (err == ERR_OK && desk->seeks_homes)
        err = seek_homes(desk, now_ms, accepted);
    if (err == ERR_OK)
        err = take_batches(desk, now_ms, accepted);
    if (err == ERR_OK)
        err = fold_due(desk, now_ms, accepted);
    return err == ERR_OK ? forget(desk, now_ms) : err;
}

static struct batch *finished(const struct alerts_desk *desk, bool kept)
{
    struct batch *batch = desk->first;
    if (batch == NULL || batch->taken == batch->count)
        return batch;
    return !kept && batch->taken > 0 ? batch : NULL;
}

void alerts_ended(struct alerts_desk *desk, bool kept)
{
    struct batch *batch;
    if (kept) {
        desk->fold_is_due = false;
        desk->seeks_homes = desk->has_more;
        desk->gives_up = desk->gives_up && desk->gives_up_more;
        desk->follows = desk->follows && desk->follows_more;
    } else {
        desk->has_sought = false;
        if (desk->fold_is_due || desk->seeks_homes || desk->gives_up ||
            desk->follows)
            fold_later(desk);
    }
    while ((batch = finished(desk, kept)) != NULL) {
        desk->first = batch->next;
        if (desk->first == NULL)
            desk->last = &desk->first;
        if (batch->done != NULL)
            batch->done(kept, batch->context);
        batch_free(batch);
    }
    if (desk->first != NULL ||
        (kept && (desk->seeks_homes || desk->gives_up || desk->follows)))
        wake(desk);
}
