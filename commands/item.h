/*
 * Action items as the commands look them up, change them and show them.
 */
#ifndef COMMANDS_ITEM_H
#define COMMANDS_ITEM_H

#include "commands/command.h"

/* Of the call's incident; its text lives as long as the call. False: *reply is
 * the answer, in words that stand in `answer`. */
bool item_find(const struct call *call, int64_t seq, struct stored_item *out,
               struct answer *answer, enum reply *reply);
/* A change of it that says all of it anew: to be changed in places. */
void item_draft(const struct action_item *item, struct request *request);
/* The option `due`; *due is left alone when it is not given. "none" takes it
 * away. False: refused, in words. */
bool item_due(const struct call *call, int64_t *due, struct answer *answer);
/* Whose it is from now on; a bot owns nothing. False: refused, in words. */
bool item_owner(const struct value *user, struct actor *owner,
                struct answer *answer);
/* "INC-12 #31" */
void say_item_name(struct buf *words, int64_t incident_id, int64_t seq);
/* "prevent · nova · due 2026-12-24, a Thursday", "volunteer wanted · overdue
 * since …" */
void say_item_state(struct buf *words, const struct action_item *item,
                    int64_t now_ms);

#endif
