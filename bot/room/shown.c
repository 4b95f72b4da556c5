#include "bot/base/mem.h"
#include "bot/core/secrets.h"
#include "bot/room/room.h"
#include "storage/rooms.h"

#include <stdlib.h>

/* Scrubbing may lengthen a text that much. */
#define SCRUBBED_MOST 8

static bool is_of_war_room_only(enum event_kind kind)
{
    return kind == EVENT_IDEA || kind == EVENT_SETTLED || kind == EVENT_ITEM ||
           kind == EVENT_SNOOZE;
}

static bool is_never_shown(enum event_kind kind)
{
    return kind == EVENT_EDIT || kind == EVENT_STRIKE ||
           kind == EVENT_REMINDED || kind == EVENT_SECTION;
}

/* What was done speaks for itself, but for what failed, what serves in its
 * stead, and the page that is now to read. */
static bool task_belongs(const struct event *event, bool is_war)
{
    if (event->failed)
        return is_war;
    if (event->effect == EFFECT_POSTMORTEM && event->ref.n > 0)
        return event->state_to != STATE_NONE;
    if (event->pull_state != PULL_NONE)
        return is_war || event->effect == EFFECT_PULL;
    if (event->lost)
        return is_war && event->effect != EFFECT_ROOM &&
               event->effect != EFFECT_LIVE;
    return is_war && event->text.n > 0;
}

bool entry_belongs(const struct incident *in, const struct event *event,
                   enum room room)
{
    bool is_war = room == ROOM_WAR;
    if (!is_war && in->is_private)
        return false;
    if (event->kind == EVENT_TASK)
        return task_belongs(event, is_war);
    if (event->visibility == VISIBILITY_PRIVATE || is_never_shown(event->kind))
        return false;
    if (is_of_war_room_only(event->kind))
        return is_war;
    return is_war || event->visibility == VISIBILITY_LIVE;
}

/* ---- what a room of spectators may not see ---- */

bool incident_is_for_all(struct store *store, int64_t id)
{
    struct incident in;
    return store_incident(store, id, &in) == ERR_OK && !in.is_private;
}

/* False: it says nothing else than what it is linked with. */
static bool is_without_private(const struct room_view *view,
                               struct event *event)
{
    if (view->room != ROOM_LIVE || event->other_id == 0 ||
        incident_is_for_all(view->store, event->other_id))
        return true;
    event->other_id = 0;
    return event->kind != EVENT_LINK;
}

static void scrub_text(struct str *text, struct buf *scrubbed)
{
    *scrubbed = BUF_INIT(text->n * SCRUBBED_MOST + 1);
    if (text->n > 0 && secrets_scrub(*text, scrubbed, NULL))
        *text = buf_str(scrubbed);
}

static void give_scrubbed(struct shown *shown, shown_fn *each, void *context)
{
    size_t count = (size_t)event_field_count;
    struct buf *texts = mem_alloc((count + 1) * sizeof *texts);
    for (size_t i = 0; i < count; i++) {
        const struct event_field *field = &event_fields[i];
        if (field->type != FIELD_TEXT)
            continue;
        struct str text = event_get_text(&shown->event, field);
        scrub_text(&text, &texts[i]);
        event_set_text(&shown->event, field, text);
    }
    scrub_text(&shown->struck_why, &texts[count]);
    each(shown, context);
    for (size_t i = 0; i <= count; i++)
        buf_release(&texts[i]);
    free(texts);
}

static void give(struct shown *shown, shown_fn *each, void *context)
{
    if (shown->room == ROOM_LIVE)
        give_scrubbed(shown, each, context);
    else
        each(shown, context);
}

/* ---- as it stands ---- */

struct reading {
    const struct room_view *view;
    shown_fn *each;
    void *context;
    struct shown shown;
    enum err err;
};

static bool was_seen(const struct reading *reading, int64_t at_ms)
{
    int64_t delay_ms = reading->view->delay_ms;
    return delay_ms == 0 ||
           at_ms - reading->shown.event.recorded_at_ms >= delay_ms;
}

/* What was taken back while the incident was private, nobody there has seen. */
static bool was_for_all(struct reading *reading, int64_t until_seq)
{
    const struct room_view *view = reading->view;
    bool was = true;
    if (view->room == ROOM_LIVE)
        reading->err =
            store_was_public(view->store, view->in->id,
                             reading->shown.event.seq, until_seq, &was);
    return was && reading->err == ERR_OK;
}

static bool read_strike(const struct event *strike, void *context)
{
    struct reading *reading = context;
    struct shown *shown = &reading->shown;
    if (!was_seen(reading, strike->recorded_at_ms) ||
        !was_for_all(reading, strike->seq))
        return false;
    shown->struck_ms = strike->recorded_at_ms;
    shown->struck_by = strike->recorder.name;
    shown->struck_why = strike->text;
    give(shown, reading->each, reading->context);
    return false;
}

static bool read_correction(const struct event *version, void *context)
{
    struct reading *reading = context;
    if (was_seen(reading, version->recorded_at_ms))
        reading->shown.corrected_ms = version->recorded_at_ms;
    return false;
}

struct whole {
    const struct room_view *view;
    bool belongs;
};

static bool read_whole(const struct entry *entry, void *context)
{
    struct whole *whole = context;
    whole->belongs =
        entry_belongs(whole->view->in, &entry->event, whole->view->room);
    return false;
}

/* What belongs to an entry goes where that one may go: its own visibility is of
 * the time when it came. */
static bool is_with_its_entry(struct reading *reading,
                              const struct event *event)
{
    const struct room_view *view = reading->view;
    struct whole whole = {view, true};
    if (event->kind != EVENT_EVIDENCE || event->target == 0)
        return true;
    enum err err = store_entry(view->store, view->in->id, event->target,
                               read_whole, &whole);
    if (err != ERR_NOT_FOUND)
        reading->err = err;
    return whole.belongs;
}

static bool read_entry(const struct entry *entry, void *context)
{
    struct reading *reading = context;
    const struct room_view *view = reading->view;
    reading->shown.event = entry->event;
    if (!entry_belongs(view->in, &entry->event, view->room) ||
        !is_with_its_entry(reading, &entry->event) ||
        !is_without_private(view, &reading->shown.event))
        return false;
    if (entry->state.version != entry->state.seq)
        reading->err =
            store_event(view->store, view->in->id, entry->state.version,
                        read_correction, reading);
    if (reading->err != ERR_OK)
        return false;
    if (entry->state.struck != 0) {
        enum err err = store_event(view->store, view->in->id,
                                   entry->state.struck, read_strike, reading);
        if (err != ERR_OK)
            reading->err = err;
    } else {
        give(&reading->shown, reading->each, reading->context);
    }
    return false;
}

enum err shown_read(const struct room_view *view, const struct event *logged,
                    shown_fn *each, void *context)
{
    struct reading reading = {
        .view = view,
        .each = each,
        .context = context,
        .shown = {.room = view->room, .role_names = view->role_names}};
    if (event_is_entry(logged)) {
        enum err err = store_entry_logged(view->store, view->in->id, logged,
                                          read_entry, &reading);
        return err == ERR_OK ? reading.err : err;
    }
    if (!entry_belongs(view->in, logged, view->room))
        return ERR_OK;
    reading.shown.event = *logged;
    give(&reading.shown, each, context);
    return ERR_OK;
}
