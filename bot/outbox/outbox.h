/*
 * Carries wishes out: takes due rows of the outbox, drives one delivery a lane,
 * and hands finished effects back to the road. Restart is reading the outbox:
 * nothing is kept in memory that a kill could lose.
 *
 * It has no transaction of its own. The shell's turn calls outbox_settle within
 * its transaction, commits, then calls outbox_send: what must be durable before
 * a request leaves (attempts, a planned message) shares the turn's one sync.
 */
#ifndef BOT_OUTBOX_OUTBOX_H
#define BOT_OUTBOX_OUTBOX_H

#include "bot/io/rest.h"
#include "bot/outbox/forge_desk.h"
#include "bot/outbox/losses.h"
#include "bot/postmortem/postmortem.h"
#include "bot/probe/probe.h"
#include "bot/room/room.h"
#include "storage/store.h"

struct outbox;

struct outbox_config {
    uv_loop_t *loop;
    struct store *store;
    struct rest *rest;
    struct postmortem_settings postmortem; /* repository "": none is written */
    /* Absolute paths of opsroom-git and opsroom-draw. */
    const char *git_helper, *draw_helper;
    const struct probes *probes; /* of the settings; what incidents are about */
    const struct services *services;
    struct forge_desk *forge; /* NULL: no pull requests */
    int64_t poll_ms; /* without them: how often to look for the merge */
    int64_t attachment_max_bytes;
    /* Called when there is something for outbox_settle: wake the turn. */
    void (*wake)(void *context);
    void *context;
};

struct outbox *outbox_new(const struct outbox_config *config,
                          const struct room_settings *rooms);
/* Drops deliveries in flight: their rows stay and are taken up again. After
 * rest_free, so that no answer comes any more. */
void outbox_free(struct outbox *outbox);
/* Rooms cannot be made before it is known who the bot is: until then nothing
 * is started. */
void outbox_set_rooms(struct outbox *outbox, const struct room_settings *rooms);

/* Discord told that it was deleted; settled with the next turn. */
void outbox_lost(struct outbox *outbox, struct loss loss);
/* Some of it is not settled yet: Discord has to tell it again to whoever comes
 * after us. */
bool outbox_has_losses(const struct outbox *outbox);

/* Roles or channels were changed: what was refused may be possible now. */
void outbox_heal(struct outbox *outbox);

/* The forge says that something happened there. */
void outbox_poll(struct outbox *outbox);

bool outbox_has_work(const struct outbox *outbox);
/* Within the turn's transaction. On an error the turn rolls back and calls
 * outbox_send(outbox, false). */
MUST_CHECK enum err outbox_settle(struct outbox *outbox, int64_t wall_ms);
/* After the commit (or, with false, after a rollback: everything is tried again
 * from its row). */
void outbox_send(struct outbox *outbox, bool committed);

#endif
