/*
 * The only SQL. One SQLite file: the append-only, hash-chained log of events;
 * the projections folded from it (incident, role holders, milestones, entries,
 * action items); attachments. What else it keeps has headers of its own beside
 * this one: alerts, backup, discord, drafts, health, outbox,
 * rooms, samples, verify. What follows holds for all of them.
 *
 * WAL, synchronous=FULL: when store_commit returns, the record survives a kill
 * and a power cut. The caller owns transactions: store_begin, then per request
 * store_request_begin and _keep or _undo, then store_commit once for the turn.
 * Reads work inside and outside of a transaction. One connection, one thread.
 *
 * Functions that fail log nothing: they return ERR_STORAGE (disk, full, busy)
 * or ERR_CORRUPT, and store_why() tells what SQLite said, until the next call.
 * Result parameters are last and untouched on failure.
 */
#ifndef STORAGE_STORE_H
#define STORAGE_STORE_H

#include "bot/base/sha256.h"
#include "bot/core/incident.h"

#include <limits.h>

struct store;

/* Creates or migrates the file. Refuses, and touches nothing, when it is not a
 * database or fails quick_check (ERR_CORRUPT), was written by a newer opsroom,
 * belongs to another program (application_id) or another process holds it
 * (ERR_REFUSED), or cannot be written (ERR_IO); `why` says so in whole
 * sentences with what to do. read_only opens without migrating or locking, for
 * `verify` and `timeline` beside a running bot; NOT_FOUND without a file. */
MUST_CHECK enum err store_open(const char *path, bool read_only,
                               struct store **out, struct buf *why);
/* Would the bot, as this user, open it, make it or bring it up to date? Touches
 * nothing, also beside a running bot. */
MUST_CHECK enum err store_check(const char *path, struct buf *why);
void store_close(struct store *store); /* NULL is fine */
const char *store_why(const struct store *store);
/* Its file, where links lead; absolute if it can be. */
void store_place(const struct store *store, char out[static PATH_MAX]);
bool store_is_new(const struct store *store); /* store_open made the file */
/* 24 random hex digits made with the file: part of every nonce, so that two
 * databases never collide. */
const char *store_instance(const struct store *store);

MUST_CHECK enum err store_begin(struct store *store);
MUST_CHECK enum err store_commit(struct store *store);
void store_rollback(struct store *store);
bool store_in_transaction(const struct store *store);
/* When the disk is full or fails, SQLite may roll the whole transaction back by
 * itself. Everything then fails until store_commit (which fails, and rolls
 * back) or store_rollback ends the turn: nothing is kept in part. */

/* A savepoint for one request of the turn. */
MUST_CHECK enum err store_request_begin(struct store *store);
MUST_CHECK enum err store_request_keep(struct store *store);
void store_request_undo(struct store *store);
/* Housekeeping of some milliseconds, due now and then: call it when the turn's
 * answers have left. Outside of a transaction. */
MUST_CHECK enum err store_tidy(struct store *store);

/* ---- incidents and their log (incidents.c, events.c) ---- */

MUST_CHECK enum err store_count_incidents(struct store *store, int64_t *out);
MUST_CHECK enum err store_next_incident_id(struct store *store, int64_t *out);
MUST_CHECK enum err store_incident(struct store *store, int64_t id,
                                   struct incident *out); /* or NOT_FOUND */
/* The one that this message announces, or NOT_FOUND. */
MUST_CHECK enum err store_incident_announced(struct store *store,
                                             uint64_t message_id, int64_t *id);
/* The incident whose war or live room this channel is. */
MUST_CHECK enum err store_incident_of_channel(struct store *store,
                                              uint64_t guild_id,
                                              uint64_t channel_id, int64_t *id);
/* Live ones of a guild, newest first; *count may exceed max. */
MUST_CHECK enum err store_live_incidents(struct store *store, uint64_t guild_id,
                                         int64_t *ids, int max, int *count);
/* Newest first, any state; calls back until it returns false. */
typedef bool store_incident_fn(const struct incident *in, void *context);
MUST_CHECK enum err store_each_incident(struct store *store,
                                        store_incident_fn *each, void *context);

/* Those of a guild that are over, newest first, declared before that one
 * (INT64_MAX: all). */
MUST_CHECK enum err store_each_past_incident(struct store *store,
                                             uint64_t guild_id, int64_t before,
                                             store_incident_fn *each,
                                             void *context);

/* The next one after *id (0: the first) whose record names that one, by a link
 * or as what it repeats; ERR_NOT_FOUND: none. It looks through all incidents.
 */
MUST_CHECK enum err store_next_naming(struct store *store, int64_t other_id,
                                      int64_t *id);

/* Appends the events (numbered by incident_step) and writes the projection from
 * `before` to `after` (only what differs). */
MUST_CHECK enum err store_append(struct store *store,
                                 const struct incident *before,
                                 const struct incident *after,
                                 const struct event *events, int count);

enum event_order {
    EVENTS_BY_SEQ,  /* as recorded */
    EVENTS_BY_TIME, /* occurred, then as recorded */
};
/* The event's text lives until the callback returns; false stops. */
typedef bool store_event_fn(const struct event *event, void *context);
MUST_CHECK enum err store_each_event(struct store *store, int64_t incident_id,
                                     enum event_order order, int64_t after_seq,
                                     store_event_fn *each, void *context);
MUST_CHECK enum err store_event(struct store *store, int64_t incident_id,
                                int64_t seq, store_event_fn *each,
                                void *context); /* or NOT_FOUND */
/* The event that last wrote a section of the postmortem. */
MUST_CHECK enum err store_last_section(struct store *store, int64_t incident_id,
                                       enum section section,
                                       store_event_fn *each,
                                       void *context); /* or NOT_FOUND */
/* The section as that left it: added to `out`, nothing when nobody wrote it. */
MUST_CHECK enum err store_section(struct store *store, int64_t incident_id,
                                  enum section section, struct buf *out);
/* What the page shows of it: where nobody wrote a summary, the words with which
 * the incident was resolved last. */
MUST_CHECK enum err store_shown_section(struct store *store,
                                        int64_t incident_id,
                                        enum section section, struct buf *out);
/* A bit (1u << SECTION_…) for each section of which the page shows nothing. */
MUST_CHECK enum err store_empty_sections(struct store *store,
                                         int64_t incident_id, unsigned *out);
/* What last came of that effect. */
MUST_CHECK enum err store_last_task(struct store *store, int64_t incident_id,
                                    enum effect_kind effect, int64_t target,
                                    store_event_fn *each,
                                    void *context); /* or NOT_FOUND */
/* Chain hash at the newest event that is no TASK and not about a reminder: what
 * the postmortem prints. So neither its own commit nor that somebody is
 * reminded of something later changes its bytes. */
MUST_CHECK enum err store_record_hash(struct store *store, int64_t incident_id,
                                      struct sha256 *out);

/* ---- entries and action items as they stand (entries.c, items.c) ---- */

/* The newest version of an entry, under its own number, with who recorded it
 * and when. An event that nobody can correct is its only version. */
struct entry {
    struct event event;
    struct entry_state state;
};
typedef bool store_entry_fn(const struct entry *entry, void *context);
/* Which entries, from where. All zero: all of them by time, oldest first. */
struct entry_page {
    enum event_order order; /* EVENTS_BY_SEQ: as recorded */
    bool newest_first;
    /* The last one of the page before; seq 0: from the start. */
    int64_t after_ms, after_seq;
    const enum event_kind *kind; /* by time: only these; NULL: of any kind */
};
/* Struck ones come too. The text lives until the callback returns; false stops.
 */
MUST_CHECK enum err store_each_entry(struct store *store, int64_t incident_id,
                                     const struct entry_page *page,
                                     store_entry_fn *each, void *context);
MUST_CHECK enum err store_entry(struct store *store, int64_t incident_id,
                                int64_t seq, store_entry_fn *each,
                                void *context); /* or NOT_FOUND */
/* The same of an entry whose first event is at hand: one that nobody corrected
 * is not read twice. */
MUST_CHECK enum err store_entry_logged(struct store *store, int64_t incident_id,
                                       const struct event *logged,
                                       store_entry_fn *each, void *context);
/* The first that came from there (event.origin), action items aside; 0: none.
 */
MUST_CHECK enum err store_entry_of_origin(struct store *store,
                                          int64_t incident_id,
                                          struct str origin, int64_t *seq);
/* The next one after *seq (0: the first) of the evidence that belongs to that
 * entry; ERR_NOT_FOUND: none. */
MUST_CHECK enum err store_next_evidence(struct store *store,
                                        int64_t incident_id, int64_t target,
                                        int64_t *seq);
/* Changes (EVENT_CHANGE) or ideas (EVENT_IDEA) that nobody has settled. */
MUST_CHECK enum err store_each_open(struct store *store, int64_t incident_id,
                                    enum event_kind kind, store_entry_fn *each,
                                    void *context);

struct stored_item {
    struct action_item item;
    int64_t incident_id;
    struct str text; /* what is to be done */
    struct str link; /* of its issue, else as typed */
    struct str note; /* the evidence, or why it was dropped */
    int64_t made_ms; /* recorded */
};
typedef bool store_item_fn(const struct stored_item *item, void *context);
/* Of one incident (or 0: of every one of the guild), as they were made. */
struct item_filter {
    uint64_t guild_id; /* 0: of every guild */
    int64_t incident_id;
    bool open_only;
};
MUST_CHECK enum err store_each_item(struct store *store,
                                    const struct item_filter *filter,
                                    store_item_fn *each, void *context);
MUST_CHECK enum err store_item(struct store *store, int64_t incident_id,
                               int64_t seq, store_item_fn *each,
                               void *context); /* or NOT_FOUND */

/* Whether it has an action item of that kind, whatever became of it. */
MUST_CHECK enum err store_has_item(struct store *store, int64_t incident_id,
                                   enum item_kind kind, bool *out);

/* Where changes were made, newest first, each as often as it was typed; of one
 * incident, or (0) of all. The text lives until the callback returns; false
 * stops. */
typedef bool store_place_fn(int64_t incident_id, struct str place,
                            void *context);
MUST_CHECK enum err store_each_place(struct store *store, int64_t incident_id,
                                     store_place_fn *each, void *context);

/* A number that is another one when other incidents are private. */
MUST_CHECK enum err store_private_mark(struct store *store, int64_t *out);

/* What is unsettled, for the card and /resolve. */
struct open_counts {
    int64_t changes, ideas, items;
};
MUST_CHECK enum err store_open_counts(struct store *store, int64_t incident_id,
                                      struct open_counts *out);

/* ---- what may need a reminder (watch.c) ---- */

/* Live incidents of all servers; newest first. */
MUST_CHECK enum err store_live(struct store *store, int64_t *ids, int max,
                               int *count);
/* Incidents that are live, have something open, or rooms to be archived; newest
 * first. */
MUST_CHECK enum err store_watched(struct store *store, int64_t *ids, int max,
                                  int *count);
/* Incidents whose pull request is open, whose branch is in review, or that have
 * action items whose issue is open; newest first. */
MUST_CHECK enum err store_polled(struct store *store, int64_t *ids, int max,
                                 int *count);
/* Of each guild: its last weekly digest (before the first: its first incident;
 * one to come was of a clock that was ahead, and counts as none), and the
 * public incident that records the next one; 0: nothing is open. */
struct digest {
    uint64_t guild_id;
    int64_t last_ms;
    int64_t incident_id;
};
typedef bool store_digest_fn(const struct digest *digest, void *context);
MUST_CHECK enum err store_each_digest(struct store *store, int64_t now_ms,
                                      store_digest_fn *each, void *context);

/* What incident_step wants to know besides the incident. */
MUST_CHECK enum err store_subject(struct store *store,
                                  const struct incident *in,
                                  const struct request *request,
                                  struct subject *out);

/* ---- attachments (attachments.c) ---- */

/* Idempotent: the key is the content's SHA-256. */
MUST_CHECK enum err store_put_attachment(struct store *store, struct str bytes,
                                         struct sha256 *out);
MUST_CHECK enum err store_attachment(struct store *store, struct str sha256_hex,
                                     struct buf *out); /* or NOT_FOUND */

#endif
