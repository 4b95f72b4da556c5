#include "bot/watch/alerts_record.h"

#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/road/damage.h"
#include "bot/road/road.h"
#include "bot/watch/alert_words.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define FOLDS 64 /* entries at once; the rest in the next turn */

/* Monitors warn once a day at most; what comes sooner was sent twice. */
#define WARNED_AGAIN_MS (12 * MS_PER_HOUR)
/* Who repeats what fires does it once a day at least, and may be late. */
#define REPEATED_MS (36 * MS_PER_HOUR)

/* What a decision takes: too large for the stack. */
struct taking {
    struct incident in, after;
    struct outcome outcome;
};

static enum err take(struct store *store, int64_t incident_id,
                     const struct request *request, int64_t now_ms,
                     struct taking *taking)
{
    enum err err = store_incident(store, incident_id, &taking->in);
    if (err == ERR_OK)
        err = store_request_begin(store);
    if (err != ERR_OK)
        return err;
    err = road_take(store, &taking->in, request, now_ms, &taking->after,
                    &taking->outcome);
    if (err != ERR_OK) {
        store_request_undo(store);
        return err;
    }
    if (taking->outcome.verdict == VERDICT_REFUSED)
        log_warn("alert_refused", LOG_INT("incident", incident_id),
                 LOG_TEXT("words", taking->outcome.words));
    return store_request_keep(store);
}

/* ---- linking ---- */

/* Whoever is told of a probe that flaps waits for it to calm down: that it is
 * down for good is news. The titles of monitors hold changing values. A warning
 * comes anew days or a year later: it is about less time, or about the next
 * certificate; a probe says how much time, and when it has been renewed. */
static bool is_told_otherwise(const struct stored_alert *before,
                              const struct alert *alert, int64_t now_ms)
{
    if (alert->by_probe)
        return !str_eq(alert->title, before->alert.title);
    return alert->is_warning && now_ms - before->received_ms >= WARNED_AGAIN_MS;
}

/* Silence of itself says nothing: most monitors never repeat. A clock that was
 * set since may have written when it was heard. */
static bool was_silent(const struct stored_alert *before, int64_t now_ms)
{
    int64_t heard_ms =
        before->again_ms != 0 ? before->again_ms : before->received_ms;
    return llabs(now_ms - heard_ms) > REPEATED_MS;
}

/* It fired when we heard of it, and has fired since later only: its end came
 * while it was silenced, or while nobody could reach us; or its monitor tells
 * of none. A start that a repeat may bring anew, or none, says so after a
 * silence only. */
static bool is_told_anew(const struct stored_alert *before,
                         const struct alert *alert, int64_t now_ms)
{
    bool began_later = alert->started_ms > before->alert.started_ms;
    if (alert->keeps_start)
        return began_later && alert->started_ms > before->received_ms;
    return !alert->by_probe && (began_later || alert->started_ms == 0) &&
           was_silent(before, now_ms);
}

enum told alerts_told(const struct stored_alert *before,
                      const struct alert *alert, int64_t now_ms)
{
    if (is_told_otherwise(before, alert, now_ms))
        return TOLD_OTHERWISE;
    return is_told_anew(before, alert, now_ms) ? TOLD_ANEW : TOLD_AGAIN;
}

/* When it was, if the clock that says so can be believed. */
static struct when time_of(int64_t told_ms, int64_t now_ms)
{
    return when_exact(told_ms > 0 && told_ms <= now_ms ? told_ms : now_ms);
}

static void fill(const struct alert *alert, struct event *draft)
{
    draft->kind = EVENT_ALERT;
    draft->actor = draft->recorder =
        (struct actor){.type = ACTOR_ROBOT, .name = alert->source};
    draft->source = alert->by_probe ? SOURCE_PROBE : SOURCE_WEBHOOK;
    draft->visibility = VISIBILITY_LIVE;
    draft->service = alert->service;
    draft->severity = alert->severity;
    draft->link = alert->link;
}

static enum err add_entry(struct store *store,
                          const struct stored_alert *stored,
                          int64_t incident_id, int64_t now_ms, int64_t *seq)
{
    const struct alert *alert = &stored->alert;
    struct taking *taking = mem_alloc(sizeof *taking);
    struct buf text = BUF_INIT(ALERT_WORDS_BYTES);
    struct request request = {.kind = REQUEST_ADD};
    fill(alert, &request.draft);
    alert_words_of_one(alert, &text);
    request.draft.text = buf_str(&text);
    request.draft.occurred = time_of(stored_alert_began_ms(stored), now_ms);
    request.draft.alert_state = ALERT_FIRING;
    request.draft.alert_count = 1;
    enum err err = take(store, incident_id, &request, now_ms, taking);
    if (err == ERR_OK)
        *seq = taking->outcome.verdict == VERDICT_ACCEPTED
                   ? taking->outcome.events[0].seq
                   : 0;
    buf_release(&text);
    free(taking);
    return err;
}

enum err alerts_link(struct store *store, const struct stored_alert *stored,
                     int64_t incident_id, int64_t now_ms, bool *linked)
{
    int64_t seq = 0, newest_ms = 0;
    enum err err =
        store_last_alert_entry(store, incident_id, stored->alert.source,
                               stored->alert.is_warning, &seq, &newest_ms);
    bool folds = err == ERR_OK &&
                 llabs(stored->received_ms - newest_ms) <= ALERT_FOLD_MS;
    if (err != ERR_OK && err != ERR_NOT_FOUND)
        return err;
    err = ERR_OK;
    if (!folds)
        err = add_entry(store, stored, incident_id, now_ms, &seq);
    *linked = err == ERR_OK && seq != 0;
    return *linked ? store_put_alert_in_incident(store, stored->id, incident_id,
                                                 seq, !folds)
                   : err;
}

/* ---- a storm ---- */

struct folding {
    struct store *store;
    int64_t incident_id, now_ms;
    struct alert_words telling;
    bool is_theirs; /* a person struck or corrected it: it tells no more */
    enum err err;
};

/* Its words are the ones that we gave it. */
static bool is_ours(struct folding *folding, const struct entry *entry)
{
    struct alert_words before;
    folding->err = alert_words_of_entry(folding->store, folding->incident_id,
                                        entry->state.seq, ALERTS_TOLD, &before);
    bool same = str_eq(buf_str(&before.text), entry->event.text);
    buf_release(&before.text);
    return folding->err == ERR_OK && same;
}

/* The entry keeps its time and its robot. What a person corrected is not
 * written over. */
static bool renew_entry(const struct entry *entry, void *context)
{
    struct folding *folding = context;
    const struct event *event = &entry->event;
    struct request request = {.kind = REQUEST_EDIT};
    if (event->alert_state != ALERT_FIRING ||
        event->alert_count == folding->telling.sums.count)
        return false;
    folding->is_theirs = entry->state.struck != 0 || !is_ours(folding, entry);
    if (folding->is_theirs || folding->err != ERR_OK)
        return false;
    struct taking *taking = mem_alloc(sizeof *taking);
    request.draft.recorder = event->actor;
    request.draft.source = event->source;
    incident_edit_draft(event, &request.draft);
    request.draft.text = buf_str(&folding->telling.text);
    request.draft.alert_count = folding->telling.sums.count;
    request.draft.severity = folding->telling.sums.severity;
    request.draft.link = STR_NONE;
    folding->err = take(folding->store, folding->incident_id, &request,
                        folding->now_ms, taking);
    free(taking);
    return false;
}

static enum err renew(struct store *store, int64_t incident_id, int64_t seq,
                      int64_t now_ms, bool *is_theirs)
{
    struct folding folding = {
        .store = store, .incident_id = incident_id, .now_ms = now_ms};
    enum err err = alert_words_of_entry(store, incident_id, seq, ALERTS_ALL,
                                        &folding.telling);
    if (err == ERR_OK)
        err = store_entry(store, incident_id, seq, renew_entry, &folding);
    if (err == ERR_OK)
        err = folding.err;
    buf_release(&folding.telling.text);
    *is_theirs = folding.is_theirs;
    return err;
}

static enum err tell_over(struct store *store, int64_t incident_id, int64_t seq,
                          int64_t now_ms);

/* The first of what a person's entry does not tell; its own entry. */
struct parting {
    struct store *store;
    int64_t incident_id, now_ms;
    int64_t id, seq; /* 0: nothing is untold, or the rules would not have it */
    enum err err;
};

static bool add_untold(const struct stored_alert *stored, void *context)
{
    struct parting *parting = context;
    if (stored->is_told)
        return true;
    parting->id = stored->id;
    parting->err = add_entry(parting->store, stored, parting->incident_id,
                             parting->now_ms, &parting->seq);
    return false;
}

/* What came since is told by an entry of its own. */
static enum err part(struct store *store, int64_t incident_id, int64_t seq,
                     int64_t now_ms)
{
    struct parting parting = {
        .store = store, .incident_id = incident_id, .now_ms = now_ms};
    bool fire = true, is_theirs;
    enum err err = store_each_alert_of_entry(store, incident_id, seq,
                                             ALERTS_ALL, add_untold, &parting);
    if (err == ERR_OK)
        err = parting.err;
    if (err != ERR_OK || parting.seq == 0)
        return err;
    err = store_put_alert_in_incident(store, parting.id, incident_id,
                                      parting.seq, true);
    if (err == ERR_OK)
        err = store_move_untold_alerts(store, incident_id, seq, parting.seq);
    if (err == ERR_OK)
        err = renew(store, incident_id, parting.seq, now_ms, &is_theirs);
    if (err == ERR_OK)
        err = store_mark_alerts_told(store, incident_id, parting.seq);
    if (err == ERR_OK)
        err = store_alerts_fire(store, incident_id, parting.seq, &fire);
    return err == ERR_OK && !fire
               ? tell_over(store, incident_id, parting.seq, now_ms)
               : err;
}

static enum err fold(struct store *store, int64_t incident_id, int64_t seq,
                     int64_t now_ms)
{
    bool is_theirs = false;
    enum err err = renew(store, incident_id, seq, now_ms, &is_theirs);
    if (err == ERR_OK && is_theirs)
        err = part(store, incident_id, seq, now_ms);
    return err == ERR_OK ? store_mark_alerts_told(store, incident_id, seq)
                         : err;
}

/* ---- the end of it ---- */

struct ending {
    struct store *store;
    int64_t incident_id, now_ms;
    const struct alert_words *telling;
    int64_t ended_ms;
    enum alert_end end;
    enum err err;
};

static bool add_end(const struct entry *entry, void *context)
{
    struct ending *ending = context;
    const struct alert_words *telling = ending->telling;
    const struct event *event = &entry->event;
    struct buf text = BUF_INIT(ALERT_WORDS_BYTES);
    struct request request = {.kind = REQUEST_ADD};
    struct event *draft = &request.draft;
    if (entry->state.struck != 0)
        return false;
    struct taking *taking = mem_alloc(sizeof *taking);
    draft->kind = EVENT_ALERT;
    draft->actor = draft->recorder = event->actor;
    draft->source = event->source;
    draft->visibility = event->visibility;
    draft->service = event->service;
    draft->target = entry->state.seq;
    draft->alert_state = ALERT_OVER;
    draft->alert_count = telling->sums.count;
    draft->occurred = time_of(ending->ended_ms, ending->now_ms);
    int64_t lasted_ms =
        draft->occurred.from_ms - telling->sums.first_started_ms;
    alert_words_of_end(ending->end, lasted_ms, event->text, &text);
    draft->text = buf_str(&text);
    ending->err = take(ending->store, ending->incident_id, &request,
                       ending->now_ms, taking);
    free(taking);
    buf_release(&text);
    return false;
}

static enum err tell_over(struct store *store, int64_t incident_id, int64_t seq,
                          int64_t now_ms)
{
    struct alert_words telling;
    struct ending ending = {store, incident_id, now_ms, .telling = &telling};
    bool is_told = false;
    enum err err =
        store_last_end(store, incident_id, seq, &ending.ended_ms, &ending.end);
    if (err != ERR_OK)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    err = alert_words_of_entry(store, incident_id, seq, ALERTS_ALL, &telling);
    if (err == ERR_OK)
        err = store_end_is_told(store, incident_id, seq, telling.sums.count,
                                &is_told);
    if (err == ERR_OK && !is_told)
        err = store_entry(store, incident_id, seq, add_end, &ending);
    buf_release(&telling.text);
    return err == ERR_OK ? ending.err : err;
}

/* The entry that tells of an alert. */
struct place {
    int64_t incident_id, seq;
};

static enum err is_final(struct store *store, int64_t incident_id, bool *out)
{
    struct incident *in = mem_alloc(sizeof *in);
    enum err err = store_incident(store, incident_id, in);
    if (err == ERR_OK)
        *out = incident_is_final(in);
    free(in);
    return err;
}

static bool note_place(const struct stored_alert *stored, void *context)
{
    struct place *place = context;
    *place = (struct place){stored->incident_id, stored->seq};
    return false;
}

enum err alerts_tell_over(struct store *store, int64_t id, int64_t now_ms,
                          bool *waits)
{
    bool fire = true, final = false;
    struct place place = {0};
    enum err err = store_alert(store, id, note_place, &place);
    int64_t incident_id = place.incident_id, seq = place.seq;
    if (err == ERR_OK)
        err = store_alerts_fire(store, incident_id, seq, &fire);
    if (err != ERR_OK || fire)
        return err;
    err = is_final(store, incident_id, &final);
    if (err == ERR_OK && final) {
        *waits = true;
        return store_mark_end_untold(store, incident_id, seq);
    }
    if (err == ERR_OK)
        err = fold(store, incident_id, seq, now_ms);
    /* The alert may have an entry of its own now, which told its end. */
    return err == ERR_OK ? tell_over(store, incident_id, seq, now_ms) : err;
}

/* ---- what could not be told at once ---- */

struct lagging {
    struct {
        int64_t incident_id, seq;
    } entries[FOLDS];
    struct folded folded;
};

static bool note_lagging(int64_t incident_id, int64_t seq, bool is_final,
                         void *context)
{
    struct lagging *lagging = context;
    struct folded *folded = &lagging->folded;
    folded->waits = folded->waits || is_final;
    if (is_final)
        return true;
    lagging->entries[folded->count].incident_id = incident_id;
    lagging->entries[folded->count].seq = seq;
    return ++folded->count < FOLDS;
}

/* When nothing of it fires, its end may be untold: it was final then, or it
 * fired by what has an entry of its own now. */
static enum err catch_up(struct store *store, int64_t incident_id, int64_t seq,
                         int64_t now_ms)
{
    bool fire = true;
    enum err err = fold(store, incident_id, seq, now_ms);
    if (err == ERR_OK)
        err = store_alerts_fire(store, incident_id, seq, &fire);
    return err == ERR_OK && !fire ? tell_over(store, incident_id, seq, now_ms)
                                  : err;
}

enum err alerts_fold(struct store *store, int64_t now_ms, struct folded *out)
{
    struct lagging lagging = {.folded = {.count = 0}};
    enum err err = store_each_untold_entry(store, note_lagging, &lagging);
    for (int i = 0; i < lagging.folded.count && err == ERR_OK; i++)
        err = damage_passed(store, lagging.entries[i].incident_id,
                            catch_up(store, lagging.entries[i].incident_id,
                                     lagging.entries[i].seq, now_ms));
    if (err == ERR_OK)
        *out = lagging.folded;
    return err;
}
