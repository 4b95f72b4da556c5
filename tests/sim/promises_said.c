/* What the bot says by itself: reminders once each, charts; and that nothing is
 * left undone which is due. */
#include "tests/sim/promises.h"

#include "bot/discord/interaction.h"
#include "bot/discord/json.h"
#include "bot/discord/message.h"
#include "bot/probe/measured.h"
#include "storage/store_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SAME_MS (6 * MS_PER_MINUTE)

/* ---- messages by what they are for ---- */

struct saying {
    const struct incident *in;
    enum room room;
    uint64_t channel_id;
    int count;
};

/* `channel_id` 0: in any, also those that were deleted. */
static int count_said(const char *key, uint64_t channel_id)
{
    char nonce[NONCE_BYTES];
    const cJSON *message;
    int found = 0;
    nonce_make(nonce, store_instance(sim.store), key);
    cJSON_ArrayForEach(message, discord_world()->messages)
    {
        uint64_t channel = 0;
        if (!str_is(json_text(message, "nonce"), nonce))
            continue;
        (void)str_to_u64(json_text(message, "channel_id"), &channel);
        found += channel_id == 0 ||
                 (channel == channel_id && !json_is_true(message, "deleted"));
    }
    return found;
}

/* 0: never. */
static int64_t when_said(const char *key)
{
    char nonce[NONCE_BYTES];
    const cJSON *message;
    nonce_make(nonce, store_instance(sim.store), key);
    cJSON_ArrayForEach(message, discord_world()->messages)
    {
        if (str_is(json_text(message, "nonce"), nonce))
            return snowflake_ms(json_get_id(message, "id"));
    }
    return 0;
}

static void print_reminder(const struct incident *in, int64_t seq, char *key,
                           size_t bytes)
{
    (void)snprintf(key, bytes, "remind/%" PRId64 "/%" PRId64, in->id, seq);
}

static bool count_saying(const struct event *event, void *context)
{
    struct saying *saying = context;
    char key[80];
    if (event->kind == EVENT_REMINDED)
        print_reminder(saying->in, event->seq, key, sizeof key);
    else if (measured_is(event))
        (void)snprintf(key, sizeof key, "chart/%" PRId64 "/%" PRId64 "/%d",
                       saying->in->id, event->seq, (int)saying->room);
    else
        return true;
    saying->count += count_said(key, saying->channel_id);
    return true;
}

int said_others(const struct world *world, const struct incident *in,
                enum room room)
{
    struct saying saying = {.in = in, .room = room};
    (void)world;
    saying.channel_id =
        room == ROOM_WAR ? in->war_channel_id : in->live_channel_id;
    must_read(store_each_event(sim.store, in->id, EVENTS_BY_SEQ, 0,
                               count_saying, &saying));
    return saying.count;
}

/* ---- reminders ---- */

struct said {
    const struct incident *in;
    int64_t seq, target, at_ms;
    enum reminder reminder;
    bool is_settled; /* it may have been, when its turn came */
    bool is_mute;    /* private, and with no room of its own */
};

/* Of two that wait the newer one is said; of an action item, of whatever kind
 * it is. */
static bool is_newer(const struct said *reminding, const struct event *event)
{
    return event->kind == EVENT_REMINDED &&
           event->target == reminding->target &&
           (event->target != 0 || event->reminder == reminding->reminder);
}

static bool settles(const struct said *reminding, const struct event *event)
{
    if (is_newer(reminding, event))
        return true;
    switch ((int)reminding->reminder) {
    case REMINDER_COMMANDER:
        return event->kind == EVENT_ROLE || event->kind == EVENT_HANDOFF ||
               event->kind == EVENT_STATE;
    case REMINDER_UPDATE:
        return event->kind == EVENT_STATE || event->kind == EVENT_COMMS;
    case REMINDER_CHANGE:
    case REMINDER_ITEM_DUE:
    case REMINDER_ITEM_OWNER:
        return event->target == reminding->target &&
               event->kind != EVENT_REMINDED && event->kind != EVENT_SNOOZE;
    default: /* a digest is about all incidents */
        return true;
    }
}

static bool note_settling(const struct event *event, void *context)
{
    struct said *reminding = context;
    if (event->seq > reminding->seq)
        reminding->is_settled =
            reminding->is_settled || settles(reminding, event);
    return true;
}

#define REMINDERS 500
static struct {
    struct said all[REMINDERS];
    int count;
    bool is_private, is_borrowed; /* at that place of the log */
} reminded;

/* Of one that is repeated after a kill, or a lost answer, the bot finds the
 * words; it takes what was said so shortly before for the same. */
static bool was_just_said(const struct said *reminding)
{
    char key[80];
    for (int i = 0; i < reminded.count; i++) {
        const struct said *other = &reminded.all[i];
        bool is_alike = other->reminder == reminding->reminder &&
                        other->target == reminding->target &&
                        other->seq < reminding->seq;
        print_reminder(reminding->in, other->seq, key, sizeof key);
        int64_t said_ms = is_alike ? when_said(key) : 0;
        if (said_ms != 0 &&
            (said_ms >= reminding->at_ms - SAME_MS || sim.was_skewed))
            return true;
    }
    return false;
}

static void check_said(struct said *reminding)
{
    char key[80];
    bool has_failed;
    print_reminder(reminding->in, reminding->seq, key, sizeof key);
    int said = count_said(key, 0);
    /* Deleted while the bot was away, it is not found, and said again. */
    if (said > 1 && !discord_lost_any())
        sim_fail("INC-%" PRId64 " #%" PRId64 " reminds %d times",
                 reminding->in->id, reminding->seq, said);
    must_read(effect_failed_last(sim.store, reminding->in->id, EFFECT_REMIND,
                                 reminding->seq, &has_failed));
    if (said > 0 || has_failed || reminding->is_mute ||
        is_tidied(reminding->in) || reminding->reminder == REMINDER_DIGEST)
        return;
    must_read(store_each_event(sim.store, reminding->in->id, EVENTS_BY_SEQ, 0,
                               note_settling, reminding));
    /* Told by a clock that was put back: by the record, later than this. */
    bool is_told = reminding->reminder == REMINDER_UPDATE &&
                   reminding->in->last_told_ms > reminding->at_ms;
    if (!reminding->is_settled && !is_told && !was_just_said(reminding))
        sim_fail("INC-%" PRId64 " #%" PRId64 " reminds nobody",
                 reminding->in->id, reminding->seq);
}

static bool note_reminded(const struct event *event, void *context)
{
    if (event->kind == EVENT_SET || event->kind == EVENT_DECLARED)
        reminded.is_private = event->is_private;
    if (event->kind == EVENT_TASK && event->effect == EFFECT_WAR_ROOM)
        reminded.is_borrowed = event->failed || event->text.n > 0;
    if (event->kind != EVENT_REMINDED || event->reminder == REMINDER_ARCHIVE)
        return true;
    if (reminded.count == REMINDERS)
        sim_fail("they are reminded again and again");
    reminded.all[reminded.count++] =
        (struct said){.in = context,
                      .seq = event->seq,
                      .target = event->target,
                      .reminder = event->reminder,
                      .is_mute = reminded.is_private && reminded.is_borrowed};
    return true;
}

void reminders_check(const struct incident *in)
{
    struct incident its = *in;
    reminded.count = 0;
    reminded.is_private = reminded.is_borrowed = false;
    must_read(store_each_event(sim.store, in->id, EVENTS_BY_SEQ, 0,
                               note_reminded, &its));
    for (int i = 0; i < reminded.count; i++)
        check_said(&reminded.all[i]);
}
