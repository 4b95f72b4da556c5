/*
 * One delivery under way: which row, how far, and what it waits for. Rooms are
 * driven by bot/room; attachments and the postmortem here, because they need
 * the fetch and the helper.
 */
#ifndef BOT_OUTBOX_WORK_H
#define BOT_OUTBOX_WORK_H

#include "bot/outbox/outbox.h"

enum work_state {
    WORK_FREE,
    WORK_BEGUN,    /* taken from its row in this turn */
    WORK_TO_SEND,  /* leaves after the commit */
    WORK_SENT,     /* waiting for the world */
    WORK_ANSWERED, /* to be settled in the next turn */
    WORK_OVER,     /* settled; freed after the commit */
};

enum work_ask { WORK_ASK_REST, WORK_ASK_FETCH, WORK_ASK_GIT };

struct work {
    enum work_state state;
    struct outbox *outbox;
    void (*answered)(struct work *work);
    struct delivery delivery;
    struct child *child; /* the helper at work; NULL: none */

    enum work_ask ask;
    struct rest_answer rest; /* json owned here, unlike in a callback */
    enum rest_fate fetch_fate;
    struct buf bytes; /* the file, or the helper's input, then its output */
    /* Text that delivery.result borrows. */
    char name[256], type[128], sha256[SHA256_HEX];
    char actor[NAME_BYTES], recorder[NAME_BYTES]; /* of the file's entry */
    struct postmortem_result git;
};

/* The next step: reads what was answered, if anything was. */
enum delivery_verdict work_step(struct work *work,
                                const struct outbox_config *config,
                                const struct room_settings *rooms,
                                int64_t wall_ms);
void work_send(struct work *work, const struct outbox_config *config);
/* WORK_FREE. Not while a REST request is under way: its answer would come. */
void work_release(struct work *work);

#endif
