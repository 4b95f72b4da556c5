/*
 * What deliveries to the forge share: where it is, how it is asked, until when
 * it wants to be left alone, and what it said last (ETags). Nothing of it need
 * outlive the process.
 */
#ifndef BOT_OUTBOX_FORGE_DESK_H
#define BOT_OUTBOX_FORGE_DESK_H

#include "bot/forge/pull_job.h"
#include "bot/io/forge_http.h"

struct forge_desk;

struct forge_desk_config {
    struct forge_settings set; /* what it points to is borrowed */
    struct forge_http *http;   /* outlives the deliveries */
    bool is_draft;             /* while something is still to be written */
    bool issues;               /* action items become issues */
    int64_t poll_ms;
    /* The login of a Discord user, "" when nobody said; borrowed. */
    const char *(*login_of)(uint64_t user_id, const void *context);
    const void *context;
};

struct forge_desk *forge_desk_new(const struct forge_desk_config *config);
void forge_desk_free(struct forge_desk *desk); /* NULL is fine */
const struct forge_desk_config *
forge_desk_config(const struct forge_desk *desk);

/* Nothing is asked before that (wall clock); 0: no limit, or one of a clock
 * that was put back since. */
int64_t forge_desk_closed_until(const struct forge_desk *desk, int64_t now_ms);
void forge_desk_close_until(struct forge_desk *desk, int64_t now_ms,
                            int64_t at_ms);

/* What a GET of that path said last, for If-None-Match. */
void forge_desk_condition(const struct forge_desk *desk,
                          struct forge_call *call);
void forge_desk_remember(struct forge_desk *desk, const char *path,
                         struct str etag);

#endif
