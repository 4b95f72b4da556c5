/*
 * Looks through what may need a reminder and sends what is due down the road:
 * that somebody was reminded is on the record, so a restart reminds nobody
 * twice. One timer, for the nearest of all; none while there is nothing.
 */
#ifndef BOT_REMINDERS_H
#define BOT_REMINDERS_H

#include "bot/core/reminder_due.h"
#include "storage/store.h"

#include <uv.h>

struct reminders;

struct reminders_config {
    uv_loop_t *loop;
    struct store *store;
    const struct reminder_settings *settings; /* borrowed */
    bool has_announcements;                   /* where a digest goes */
    /* Called when there is something for reminders_settle: wake the turn. */
    void (*wake)(void *context);
    void *context;
};

struct reminders *reminders_new(const struct reminders_config *config);
void reminders_free(struct reminders *reminders); /* NULL is fine */
/* The record has changed: what is due when may have, too. */
void reminders_changed(struct reminders *reminders);
bool reminders_have_work(const struct reminders *reminders);
/* Within the turn's transaction; if that fails, it looks again soon. */
MUST_CHECK enum err reminders_settle(struct reminders *reminders,
                                     int64_t now_ms);

#endif
