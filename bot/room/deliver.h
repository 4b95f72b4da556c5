/*
 * Deliveries to Discord: the kinds, and what they share. One file a kind;
 * deliver.c chooses. Every deliver_x is called with answer NULL first, then
 * with the answer to the call it asked for, `delivery->step` telling which one
 * that was.
 */
#ifndef BOT_ROOM_DELIVER_H
#define BOT_ROOM_DELIVER_H

#include "bot/room/room.h"
#include "storage/rooms.h"

struct visit {
    struct delivery *delivery;
    struct store *store;
    const struct room_settings *set;
    const struct rest_answer *answer; /* NULL: the first call */
    int64_t now_ms;
};

enum delivery_verdict deliver_war_room(struct visit *visit);
enum delivery_verdict deliver_live_room(struct visit *visit);
enum delivery_verdict deliver_card(struct visit *visit, enum room room);
enum delivery_verdict deliver_pin(struct visit *visit);
enum delivery_verdict deliver_access(struct visit *visit); /* and ARCHIVE */
enum delivery_verdict deliver_rename(struct visit *visit);
enum delivery_verdict deliver_remind(struct visit *visit);
enum delivery_verdict deliver_announce(struct visit *visit);
/* ANNOUNCE with the target ANNOUNCE_DIGESTS. */
#define DIGEST_HEADING "**Still to be done**"
#define DIGEST_ITEM    "- INC-" /* its incident's number follows */
enum delivery_verdict deliver_digests(struct visit *visit);
/* One of the incident's server: others may share the announce channel. */
bool digest_is_of_server(const struct visit *visit, struct str text);
enum delivery_verdict deliver_alert_card(struct visit *visit);
enum delivery_verdict deliver_entries(struct visit *visit, enum room room);

/* ---- how a visit ends (visit.c) ---- */

/* Asks for a call; its answer finds `step` in delivery->step. */
enum delivery_verdict visit_call(struct visit *visit, int step,
                                 struct rest_call call);
/* Done; the record learns the id. */
enum delivery_verdict visit_made(struct visit *visit, uint64_t id);
/* Done; what had failed before is in line again, and the record says so. Of
 * what Discord has answered that follows by itself. */
enum delivery_verdict visit_done_after_all(struct visit *visit);
enum delivery_verdict visit_retry(struct visit *visit, const char *words);
enum delivery_verdict visit_store_failed(struct visit *visit);
/* A person deleted it: done with this one, the rules want it again. */
enum delivery_verdict visit_lost(struct visit *visit, enum effect_kind effect,
                                 int64_t target, uint64_t id);
/* For good, for the reason in delivery->words. */
enum delivery_verdict visit_failed(struct visit *visit);
/* Refused, and no failure on the record brings it back when the permission is
 * there: the same row, some minutes later. */
enum delivery_verdict visit_again_when_allowed(struct visit *visit);

/* ---- what it goes by (visit.c) ---- */

/* Now by Discord's clock, as far as its answers told: ids are by that, and so
 * is when something was first sent. Ours may be put right meanwhile. */
int64_t visit_discord_ms(const struct visit *visit);
/* How long ago, by that clock, what has that id was made. */
int64_t visit_age_ms(const struct visit *visit, uint64_t id);
/* So young that Discord's "unknown message" does not mean deleted. */
bool visit_is_new(const struct visit *visit, uint64_t message_id);
/* The war room, or what serves as it; the live room. 0: there is none to write
 * to. */
uint64_t room_channel(const struct incident *in, enum room room);
/* The war room when it is a channel of our own; what serves in its stead
 * belongs to others, too. */
uint64_t own_war_room(const struct incident *in);
/* Which room of ours the effect happens in; EFFECT_NONE: in none, or in
 * several. */
enum effect_kind room_of_effect(enum effect_kind kind);

/* ---- what Discord refused (refusal.c) ---- */

/* For the words of a failure: "The war room could not be made", what Discord
 * calls the permission it takes, and what happens now. */
struct refusal {
    const char *what, *permission, *next;
};
/* Of a room with overwrites: each permission that they allow or deny. */
#define ROOM_PERMISSIONS "Manage Channels, or another that /opsroom setup lists"
/* The answer is not what was hoped for: RETRY when the world may still answer,
 * else FAILED. A room that is gone is lost. */
enum delivery_verdict visit_refused(struct visit *visit,
                                    const struct refusal *refusal);
/* The same, for an effect in several rooms: which one this is about. */
enum delivery_verdict visit_refused_in(struct visit *visit,
                                       const struct refusal *refusal,
                                       enum effect_kind room);
/* After the last of them: FAILED when one refused, though the others did not.
 */
enum delivery_verdict delivery_end(const struct delivery *delivery);
/* visit_refused, but a permission that is missing is waited for. */
enum delivery_verdict
visit_refused_until_allowed(struct visit *visit, const struct refusal *refusal);
/* The words alone. */
void visit_say_refused(struct visit *visit, const struct refusal *refusal);

/* ---- messages (listing.c) ---- */

/* POST under the nonce of `key`. Takes the message. */
enum delivery_verdict visit_post(struct visit *visit, int step,
                                 uint64_t channel_id, cJSON *message,
                                 const char *key);
/* True when a try before this one may have arrived. Its nonce would guard
 * against a second message for a few minutes, but it would also swallow what
 * has changed since. */
bool visit_is_repeat(const struct visit *visit);
/* Lists messages from shortly before since_ms (by Discord's clock) on, to find
 * one of ours. */
enum delivery_verdict visit_look(struct visit *visit, int step,
                                 uint64_t channel_id, int64_t since_ms);
/* In the listing that was answered: the id of the message by us for which `is`
 * holds, else 0. */
typedef bool message_is_fn(const cJSON *message, const void *context);
uint64_t listing_find(const struct visit *visit, message_is_fn *is,
                      const void *context);
/* True when the listing was full: the same look, further on, was asked for; or
 * anew, when its answer told that our clock is ahead. */
bool listing_goes_on(struct visit *visit, uint64_t channel_id);

#endif
