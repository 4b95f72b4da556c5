/*
 * Who may do what in a room, as Discord's permission overwrites. The bot must
 * itself hold every bit it allows or denies (Discord docs, Permissions).
 */
#ifndef BOT_ROOM_OVERWRITES_H
#define BOT_ROOM_OVERWRITES_H

#include "bot/room/deliver.h"

/* The list for the war room of a private incident: its people and nobody else.
 * `roles` is the guild's, when overwrites_ask_roles. Owned by the caller. */
cJSON *overwrites_private(const struct visit *visit, const cJSON *roles);
/* The settings name roles and users by id alone, of every guild at once; the
 * guild's roles tell which is which. */
bool overwrites_ask_roles(const struct visit *visit);
/* Everybody reads, only the bot writes; or nobody sees it. */
cJSON *overwrites_live(const struct visit *visit, bool is_hidden);
/* Another channel's list, such as its category's; or of it what opsroom, as it
 * is invited, may set. */
cJSON *overwrites_copy(const cJSON *channel, bool is_within_ours);
/* Nobody writes any more but the bot. */
void overwrites_silence(const struct visit *visit, cJSON *list);

#endif
