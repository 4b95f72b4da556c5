#include "bot/room/batch.h"

#include "bot/base/utf8.h"
#include "bot/discord/message.h"

#include <inttypes.h>
#include <string.h>

/* Of a new message: the rest is for marks that its entries may get later. */
#define BATCH_UNITS 1900

/* A correction may be longer than what it corrects: then each entry of the
 * message gets less. */
static const size_t shares[] = {ENTRY_UNITS, 1200, 800, 500, 300,
                                200,         140,  100, 60};

/* Of entries that came to be shown long after the message was sent, its range
 * may hold more than fit in any way. */
#define MORE "\n-# more entries belong here than fit; the record has them"

struct filling {
    struct batch *batch;
    int64_t last_seq, ripe_ms;
    size_t share, most_units, units;
    bool is_full;
    enum err err;
};

static void add_ping(struct batch *batch, const struct event *event)
{
    bool calls = event->kind == EVENT_ROLE || event->kind == EVENT_HANDOFF;
    if (batch->view->room == ROOM_WAR && calls &&
        event->holder.type == ACTOR_MEMBER &&
        event->holder.id != event->actor.id && batch->ping_count < BATCH_PINGS)
        batch->pings[batch->ping_count++] = event->holder.id;
}

static void add_shown(const struct shown *shown, void *context)
{
    struct filling *filling = context;
    struct batch *batch = filling->batch;
    size_t before = batch->text.n;
    /* A clock put back since cannot hold an entry back. */
    int64_t recorded_ms = shown->event.recorded_at_ms;
    bool is_held = recorded_ms > filling->ripe_ms &&
                   recorded_ms <= filling->ripe_ms + batch->view->delay_ms;
    if (is_held || (batch->is_alone && batch->last_seq != 0)) {
        filling->is_full = true;
        return;
    }
    if (before > 0)
        buf_add_char(&batch->text, '\n');
    struct shown as_allowed = *shown;
    as_allowed.is_withheld = batch->is_withheld;
    entry_add(&batch->text, &as_allowed, filling->share);
    size_t units = utf16_units(str_from(buf_str(&batch->text), before));
    if (filling->units + units > filling->most_units) {
        buf_cut(&batch->text, before);
        filling->is_full = true;
        return;
    }
    filling->units += units;
    add_ping(batch, &shown->event);
    batch->last_seq = shown->event.seq;
}

static bool add_logged(const struct event *logged, void *context)
{
    struct filling *filling = context;
    if (logged->seq > filling->last_seq)
        return false;
    filling->err = shown_read(filling->batch->view, logged, add_shown, filling);
    return filling->err == ERR_OK && !filling->is_full;
}

static enum err fill(struct filling *filling, int64_t after_seq)
{
    struct batch *batch = filling->batch;
    batch->text.limit = (size_t)MESSAGE_UNITS * 8;
    buf_clear(&batch->text);
    batch->first_seq = after_seq + 1;
    batch->last_seq = 0;
    batch->ping_count = 0;
    enum err err =
        store_each_event(batch->view->store, batch->view->in->id, EVENTS_BY_SEQ,
                         after_seq, add_logged, filling);
    return err == ERR_OK ? filling->err : err;
}

enum err batch_fill(struct batch *batch, int64_t after_seq, int64_t ripe_ms)
{
    struct filling filling = {.batch = batch,
                              .last_seq = INT64_MAX,
                              .ripe_ms = ripe_ms,
                              .share = ENTRY_UNITS,
                              .most_units = BATCH_UNITS};
    return fill(&filling, after_seq);
}

enum err batch_again(struct batch *batch, int64_t first_seq, int64_t last_seq)
{
    const size_t count = sizeof shares / sizeof shares[0];
    bool is_cut = true;
    for (size_t i = 0; i < count && is_cut; i++) {
        size_t kept_units = i + 1 < count ? 0 : strlen(MORE);
        struct filling filling = {.batch = batch,
                                  .last_seq = last_seq,
                                  .ripe_ms = INT64_MAX,
                                  .share = shares[i],
                                  .most_units = MESSAGE_UNITS - kept_units};
        enum err err = fill(&filling, first_seq - 1);
        if (err != ERR_OK)
            return err;
        is_cut = filling.is_full;
    }
    if (is_cut)
        buf_add_text(&batch->text, MORE);
    batch->last_seq = last_seq;
    /* A message cannot be empty, and what stood there is not silently gone. */
    if (batch->text.n == 0)
        buf_addf(&batch->text, "-# #%" PRId64 " · no longer shown here",
                 last_seq);
    return ERR_OK;
}

struct sha256 batch_hash(const struct batch *batch)
{
    return sha256_of(buf_str(&batch->text));
}
