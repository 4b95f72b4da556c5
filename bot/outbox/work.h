/*
 * One delivery under way: which row, how far, and what it waits for. Rooms are
 * driven by bot/room; attachments, charts and the postmortem here, because they
 * need the fetch and the helpers.
 */
#ifndef BOT_OUTBOX_WORK_H
#define BOT_OUTBOX_WORK_H

#include "bot/outbox/outbox.h"
#include "bot/outbox/pictures.h"
#include "storage/rooms.h"

enum work_state {
    WORK_FREE,
    WORK_BEGUN,    /* taken from its row in this turn */
    WORK_TO_SEND,  /* leaves after the commit */
    WORK_SENT,     /* waiting for the world */
    WORK_ANSWERED, /* to be settled in the next turn */
    WORK_OVER,     /* settled; freed after the commit */
};

enum work_ask {
    WORK_ASK_REST,
    WORK_ASK_FETCH,
    WORK_ASK_GIT,
    WORK_ASK_DRAW, /* the next of `pictures` */
    WORK_ASK_FORGE,
};

struct forge_work;
struct page_work;

struct work {
    enum work_state state;
    struct outbox *outbox;
    void (*answered)(struct work *work);
    struct delivery delivery;
    struct child *child;      /* the helper at work; NULL: none */
    struct forge_work *forge; /* see forge_work.h; NULL: none */
    struct page_work *page;   /* see page_work.h; NULL: none */

    int64_t private_mark; /* store_private_mark of what is being sent */
    enum work_ask ask;
    struct rest_answer rest; /* json owned here, unlike in a callback */
    enum rest_fate fetch_fate;
    struct buf bytes; /* the file, or the helper's input, then its output */
    /* Text that delivery.result borrows. */
    char name[256], type[128], sha256[SHA256_HEX];
    char actor[NAME_BYTES], recorder[NAME_BYTES]; /* of the file's entry */
    /* CHART: what the entry says, and which room is being written to. */
    char origin[80];
    struct buf text, alt;
    enum room room;
    struct pictures pictures; /* drawn for a room, or for the page */
};

/* The next step: reads what was answered, if anything was. */
enum delivery_verdict work_step(struct work *work,
                                const struct outbox_config *config,
                                const struct room_settings *rooms,
                                int64_t wall_ms);
void work_send(struct work *work, const struct outbox_config *config);

/* ---- what the kinds of work share ---- */

/* After these the failure goes on the record; a later wish tries again. */
#define WORK_ATTEMPTS 5
/* The draft of what the record should know. */
struct event *work_result(struct work *work);
enum delivery_verdict work_retry(struct work *work, const char *words);
/* Until WORK_ATTEMPTS are used up. */
enum delivery_verdict work_later_or_fail(struct work *work, const char *words,
                                         const char *for_good);
/* What was recorded of this effect last, and whether in these words. */
struct work_past {
    bool has_failed, is_same;
};
struct work_past work_past(const struct work *work, struct store *store,
                           const char *words);
/* On the record once, however often it is tried again. `words` outlive the
 * work's settling. */
enum delivery_verdict work_fail_once(struct work *work, struct store *store,
                                     const char *words);
/* CALL for the next picture; DONE: all were tried. */
enum delivery_verdict work_draw(struct work *work);

/* WORK_FREE. Not while a REST request is under way: its answer would come. */
void work_release(struct work *work);

#endif
