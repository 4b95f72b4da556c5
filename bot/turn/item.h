/*
 * Within bot/turn only: an interaction on its way through a turn, from where it
 * came to its answer.
 */
#ifndef BOT_TURN_ITEM_H
#define BOT_TURN_ITEM_H

#include "bot/base/buf.h"
#include "bot/discord/interaction.h"
#include "commands/command.h"

struct item {
    cJSON *data; /* owned; the interaction borrows its text */
    int64_t seq;
    int64_t came_ms; /* of the loop */
    bool replayed;
    bool drop;    /* nothing is answered */
    bool stands;  /* the answer tells what was true before this turn */
    bool is_new;  /* no process of ours can have answered it */
    bool is_kept; /* what the answer tells of stands in the record */
    struct interaction interaction;
    char *answer;    /* owned JSON; handed to the request */
    struct buf file; /* that goes with it */
    char file_name[100], file_type[100];
    /* The command wants its attached file read: its address, within `data`. */
    const char *wants_file;
    int wants_probe;      /* which one, from 1 on; 0: none */
    struct buf file_text; /* what is in it */
    bool is_second;       /* for this, the first answer stands: it is edited */
};

/* The file that goes with it is taken. */
void item_take_file(struct item *item, struct answer *answer);
/* Nothing was kept of it: what was to come after the first answer does not. */
void item_say_sorry(struct item *item);
void item_clear(struct item *item);

#endif
