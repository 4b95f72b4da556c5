#include "bot/reminders.h"

#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/io/loop.h"
#include "bot/road/damage.h"
#include "bot/road/road.h"

#include <stdlib.h>

/* After a change; more of them share it. */
#define LOOK_AFTER_MS (2 * MS_PER_SECOND)
#define FAR_MS        MS_PER_HOUR /* no wait is longer: clocks are set */
#define WATCHED       2000
#define DUE_AT_ONCE   32 /* in one turn; the rest in the next */

struct due {
    int64_t incident_id;
    enum reminder reminder;
    int64_t target;
};

/* What a look finds. */
struct look {
    const struct reminder_settings *settings;
    int64_t now_ms, next_ms; /* wall clock */
    const struct incident *in;
    struct due due[DUE_AT_ONCE];
    int count;
};

struct reminders {
    struct reminders_config config;
    struct deadline *next;
    int64_t next_ms; /* of the loop; INT64_MAX: not set */
    bool is_due;
    /* Of reminders_settle only; too large for the stack. */
    struct look look;
    int64_t watched[WATCHED];
    struct incident in, after;
    struct outcome outcome;
};

static void on_due(void *context)
{
    struct reminders *reminders = context;
    reminders->next_ms = INT64_MAX;
    reminders->is_due = true;
    reminders->config.wake(reminders->config.context);
}

static void set_next(struct reminders *reminders, int64_t wait_ms)
{
    int64_t at_ms = loop_now_ms(reminders->config.loop) +
                    (wait_ms < FAR_MS ? wait_ms : FAR_MS);
    if (at_ms >= reminders->next_ms)
        return;
    reminders->next_ms = at_ms;
    deadline_set(reminders->next, at_ms);
}

struct reminders *reminders_new(const struct reminders_config *config)
{
    struct reminders *reminders = mem_alloc(sizeof *reminders);
    reminders->config = *config;
    reminders->next = deadline_new(config->loop, on_due, reminders);
    reminders->next_ms = INT64_MAX;
    set_next(reminders, 0);
    return reminders;
}

void reminders_free(struct reminders *reminders)
{
    if (reminders == NULL)
        return;
    deadline_free(reminders->next);
    free(reminders);
}

void reminders_changed(struct reminders *reminders)
{
    set_next(reminders, LOOK_AFTER_MS);
}

bool reminders_have_work(const struct reminders *reminders)
{
    return reminders->is_due;
}

/* ---- looking ---- */

static void look_again_at(struct look *look, int64_t at_ms)
{
    if (at_ms < look->next_ms)
        look->next_ms = at_ms;
}

/* What a clock wrote that was ahead, and was put back since, would silence us
 * until then: it counts as never, and as what it is once that has come. */
static int64_t not_to_come(struct look *look, int64_t at_ms)
{
    if (at_ms <= look->now_ms)
        return at_ms;
    look_again_at(look, at_ms);
    return 0;
}

static void consider(struct look *look, enum reminder reminder, int64_t target,
                     int64_t at_ms)
{
    if (at_ms > look->now_ms) {
        look_again_at(look, at_ms);
        return;
    }
    if (look->count < DUE_AT_ONCE)
        look->due[look->count++] = (struct due){look->in->id, reminder, target};
}

static bool look_at_change(const struct entry *entry, void *context)
{
    struct look *look = context;
    struct entry_state change = entry->state;
    change.reminded_ms = not_to_come(look, change.reminded_ms);
    consider(look, REMINDER_CHANGE, change.seq,
             reminder_due_change(look->in, &change, look->settings));
    return true;
}

static bool look_at_item(const struct stored_item *stored, void *context)
{
    struct look *look = context;
    struct action_item item = stored->item;
    item.reminded_ms = not_to_come(look, item.reminded_ms);
    int64_t due_ms = reminder_due_item(&item, stored->made_ms, look->settings);
    int64_t owner_ms =
        reminder_due_owner(&item, stored->made_ms, look->settings);
    /* One at a time: the one that is due first says it all. */
    if (due_ms <= owner_ms)
        consider(look, REMINDER_ITEM_DUE, item.seq, due_ms);
    else
        consider(look, REMINDER_ITEM_OWNER, item.seq, owner_ms);
    return true;
}

static enum err look_at_incident(struct reminders *reminders, int64_t id)
{
    struct store *store = reminders->config.store;
    struct look *look = &reminders->look;
    struct incident *in = &reminders->in;
    enum err err = store_incident(store, id, in);
    if (err != ERR_OK)
        return err;
    look->in = in;
    int64_t *const written[] = {&in->last_told_ms,
                                &in->remind_commander.last_ms,
                                &in->remind_update.last_ms};
    for (size_t i = 0; i < sizeof written / sizeof *written; i++)
        *written[i] = not_to_come(look, *written[i]);
    consider(look, REMINDER_COMMANDER, 0,
             reminder_due_commander(in, look->settings));
    consider(look, REMINDER_UPDATE, 0, reminder_due_update(in, look->settings));
    consider(look, REMINDER_ARCHIVE, 0,
             reminder_due_archive(in, look->settings));
    if (in->is_drill) /* nothing of an exercise is owed afterwards */
        return ERR_OK;
    const struct item_filter filter = {.incident_id = id, .open_only = true};
    err = store_each_open(store, id, EVENT_CHANGE, look_at_change, look);
    return err == ERR_OK ? store_each_item(store, &filter, look_at_item, look)
                         : err;
}

static bool look_at_digest(const struct digest *digest, void *context)
{
    struct look *look = context;
    const struct incident carrier = {.id = digest->incident_id};
    if (digest->incident_id == 0)
        return true;
    look->in = &carrier;
    consider(look, REMINDER_DIGEST, 0,
             reminder_due_digest(digest->last_ms, look->settings));
    return true;
}

static enum err look_at_all(struct reminders *reminders)
{
    struct store *store = reminders->config.store;
    int count = 0;
    enum err err = store_watched(store, reminders->watched, WATCHED, &count);
    for (int i = 0; i < count && err == ERR_OK; i++)
        err = damage_passed(store, reminders->watched[i],
                            look_at_incident(reminders, reminders->watched[i]));
    if (err == ERR_OK && reminders->config.has_announcements)
        err = store_each_digest(store, reminders->look.now_ms, look_at_digest,
                                &reminders->look);
    return err;
}

/* ---- taking ---- */

static enum err remind(struct reminders *reminders, const struct due *due,
                       int64_t now_ms)
{
    struct store *store = reminders->config.store;
    struct incident *in = &reminders->in;
    struct outcome *outcome = &reminders->outcome;
    const struct request request = {
        .kind = REQUEST_REMIND,
        .draft = {.reminder = due->reminder, .target = due->target},
    };
    enum err err = store_incident(store, due->incident_id, in);
    if (err == ERR_OK)
        err = store_request_begin(store);
    if (err != ERR_OK)
        return err;
    err = road_take(store, in, &request, now_ms, &reminders->after, outcome);
    if (err != ERR_OK) {
        store_request_undo(store);
        return err;
    }
    if (outcome->verdict == VERDICT_ACCEPTED)
        log_info("reminded", LOG_INT("incident", in->id),
                 LOG_TEXT("of", word_of(&reminder_words, (int)due->reminder)));
    return store_request_keep(store);
}

enum err reminders_settle(struct reminders *reminders, int64_t now_ms)
{
    struct look *look = &reminders->look;
    if (!reminders->is_due)
        return ERR_OK;
    reminders->is_due = false;
    *look = (struct look){.settings = reminders->config.settings,
                          .now_ms = now_ms,
                          .next_ms = NOT_DUE};
    enum err err = look_at_all(reminders);
    for (int i = 0; i < look->count && err == ERR_OK; i++)
        err = remind(reminders, &look->due[i], now_ms);
    /* What is taken may be lost with the turn. */
    if (err != ERR_OK || look->count > 0)
        set_next(reminders, LOOK_AFTER_MS);
    else if (look->next_ms != NOT_DUE)
        set_next(reminders, look->next_ms - now_ms);
    return err;
}
