/*
 * When somebody should be reminded of what. Pure arithmetic over the record:
 * the same after a restart. A time is a moment in UTC milliseconds,
 * NOT_DUE when there is none. Reminders repeat; each repeat waits twice as
 * long as the one before, up to a day for an incident and a week for what is
 * left of it.
 */
#ifndef BOT_CORE_REMINDER_DUE_H
#define BOT_CORE_REMINDER_DUE_H

#include "bot/core/incident.h"

#define NOT_DUE INT64_MAX

/* 0 in a number: never. */
struct reminder_settings {
    int64_t commander_min;
    int64_t update_min[SEVERITY_COUNT];
    int64_t change_hours, owner_days, archive_days;
    int64_t quiet_from_hour, quiet_until_hour; /* UTC; equal: none */
    int64_t digest_weekday;                    /* 1 Monday … 7 Sunday */
};

/* Of an incident under way; one that is written up afterwards has none. */
int64_t reminder_due_commander(const struct incident *in,
                               const struct reminder_settings *settings);
int64_t reminder_due_update(const struct incident *in,
                            const struct reminder_settings *settings);
/* Of an open change. */
int64_t reminder_due_change(const struct incident *in,
                            const struct entry_state *change,
                            const struct reminder_settings *settings);
/* Of an action item that was written down at `made_ms`: the morning of its day,
 * or the next one; and when nobody owns it. */
int64_t reminder_due_item(const struct action_item *item, int64_t made_ms,
                          const struct reminder_settings *settings);
int64_t reminder_due_owner(const struct action_item *item, int64_t made_ms,
                           const struct reminder_settings *settings);
/* Its rooms, once it is over and quiet. */
int64_t reminder_due_archive(const struct incident *in,
                             const struct reminder_settings *settings);
/* The first digest hour after `last_ms`. */
int64_t reminder_due_digest(int64_t last_ms,
                            const struct reminder_settings *settings);

#endif
