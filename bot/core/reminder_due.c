#include "bot/core/reminder_due.h"

#define MORNING_HOUR 9 /* UTC; later when that is quiet */
#define WEEK_MS      (7 * MS_PER_DAY)

static int64_t later_of(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Moves a moment within the quiet hours to their end. */
static int64_t after_quiet(int64_t at_ms,
                           const struct reminder_settings *settings)
{
    int64_t from = settings->quiet_from_hour,
            until = settings->quiet_until_hour;
    int64_t day = civil_day_start(at_ms);
    int64_t hour = (at_ms - day) / MS_PER_HOUR;
    bool over_night = from > until;
    bool is_quiet = over_night ? hour >= from || hour < until
                               : hour >= from && hour < until;
    if (!is_quiet)
        return at_ms;
    if (over_night && hour >= from)
        day += MS_PER_DAY;
    return day + until * MS_PER_HOUR;
}

/* The first after `after_ms`; then twice as long each time, at most `most_ms`
 * apart. The last wait is not stored: it follows from how long ago it all
 * began. */
static int64_t repeated(int64_t began_ms, int64_t after_ms, int64_t last_ms,
                        int64_t most_ms)
{
    if (last_ms < began_ms) /* 0, or about an earlier time of the same */
        return began_ms + after_ms;
    int64_t wait_ms = later_of(last_ms - began_ms, after_ms);
    return last_ms + (wait_ms < most_ms ? wait_ms : most_ms);
}

static bool is_under_way(const struct incident *in)
{
    return incident_is_live(in) && !incident_is_written_up(in);
}

int64_t reminder_due_commander(const struct incident *in,
                               const struct reminder_settings *settings)
{
    if (!is_under_way(in) || incident_commander(in) != NULL ||
        settings->commander_min == 0)
        return NOT_DUE;
    return later_of(repeated(in->declared_at_ms,
                             settings->commander_min * MS_PER_MINUTE,
                             in->remind_commander.last_ms, MS_PER_DAY),
                    in->remind_commander.snoozed_ms);
}

int64_t reminder_due_update(const struct incident *in,
                            const struct reminder_settings *settings)
{
    int64_t cadence_min = settings->update_min[in->severity];
    int64_t told_ms = later_of(in->declared_at_ms, in->last_told_ms);
    int64_t after_ms = cadence_min * MS_PER_MINUTE;
    if (in->next_update_due_ms != 0)
        after_ms = in->next_update_due_ms - told_ms;
    if (!is_under_way(in) || after_ms <= 0)
        return NOT_DUE;
    return later_of(
        repeated(told_ms, after_ms, in->remind_update.last_ms, MS_PER_DAY),
        in->remind_update.snoozed_ms);
}

int64_t reminder_due_change(const struct incident *in,
                            const struct entry_state *change,
                            const struct reminder_settings *settings)
{
    if (!entry_is_open(change) || change->kind != EVENT_CHANGE ||
        settings->change_hours == 0 || incident_is_written_up(in))
        return NOT_DUE;
    int64_t at_ms =
        repeated(change->recorded_at_ms, settings->change_hours * MS_PER_HOUR,
                 change->reminded_ms, WEEK_MS);
    return after_quiet(later_of(at_ms, change->snoozed_ms), settings);
}

static int64_t morning_of(int64_t at_ms)
{
    return civil_day_start(at_ms) + MORNING_HOUR * MS_PER_HOUR;
}

int64_t reminder_due_item(const struct action_item *item, int64_t made_ms,
                          const struct reminder_settings *settings)
{
    if (!item_is_open(item) || item->due_ms == 0)
        return NOT_DUE;
    int64_t morning_ms = morning_of(later_of(item->due_ms, made_ms));
    if (morning_ms <= made_ms)
        morning_ms += MS_PER_DAY;
    /* As if it had begun a day before: repeats are a day apart at least. */
    int64_t at_ms = repeated(morning_ms - MS_PER_DAY, MS_PER_DAY,
                             item->reminded_ms, WEEK_MS);
    return after_quiet(later_of(at_ms, item->snoozed_ms), settings);
}

int64_t reminder_due_owner(const struct action_item *item, int64_t made_ms,
                           const struct reminder_settings *settings)
{
    if (!item_is_open(item) || item->owner_type != ACTOR_NOBODY ||
        settings->owner_days == 0)
        return NOT_DUE;
    int64_t at_ms = repeated(made_ms, settings->owner_days * MS_PER_DAY,
                             item->reminded_ms, WEEK_MS);
    return after_quiet(later_of(at_ms, item->snoozed_ms), settings);
}

int64_t reminder_due_archive(const struct incident *in,
                             const struct reminder_settings *settings)
{
    bool has_room = in->war_channel_id != 0 || in->live_channel_id != 0;
    if (incident_is_live(in) || !has_room || settings->archive_days == 0 ||
        in->remind_archive.last_ms > in->last_update_ms)
        return NOT_DUE;
    return in->last_update_ms + settings->archive_days * MS_PER_DAY;
}

int64_t reminder_due_digest(int64_t last_ms,
                            const struct reminder_settings *settings)
{
    if (settings->digest_weekday == 0)
        return NOT_DUE;
    int64_t days = (settings->digest_weekday - civil_weekday(last_ms) + 7) % 7;
    int64_t at_ms =
        after_quiet(morning_of(last_ms) + days * MS_PER_DAY, settings);
    return at_ms > last_ms ? at_ms : at_ms + WEEK_MS;
}
