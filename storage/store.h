/*
 * The only SQL. One SQLite file: the append-only, hash-chained log of events;
 * the projections folded from it (incident, role holders, milestones); the
 * outbox; attachments; what Discord needs remembered across restarts.
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

/* ---- what stands in the rooms (rooms.c) ----
 *
 * A room's entry messages are a projection of the record. One row a message:
 * which entries it holds, and its id once Discord gave one. A planned message
 * (message_id 0) is committed before it is sent, so that a retry sends the same
 * bytes under the same nonce. */
enum room { ROOM_WAR, ROOM_LIVE, ROOM_COUNT };
struct room_message {
    int64_t ordinal; /* 1, 2, 3… in its room; 0: its card */
    /* It shows what the room shows of these; first_seq follows the message
     * before. */
    int64_t first_seq, last_seq;
    uint64_t message_id;
    int64_t planned_ms;    /* by Discord's clock; 0: a person deleted it, to be
                            * planned anew */
    struct sha256 content; /* of what was last sent */
    int64_t lost; /* how often a person deleted it: part of the nonce */
    /* What Discord would not have it say: not said again. Zero: nothing. */
    struct sha256 refused;
};
/* The newest message of a room, or NOT_FOUND. */
MUST_CHECK enum err store_last_room_message(struct store *store,
                                            int64_t incident_id, enum room room,
                                            struct room_message *out);
MUST_CHECK enum err store_room_message(struct store *store, int64_t incident_id,
                                       enum room room, int64_t ordinal,
                                       struct room_message *out);
/* The first that is planned and not known to stand, or NOT_FOUND. */
MUST_CHECK enum err store_unsent_room_message(struct store *store,
                                              int64_t incident_id,
                                              enum room room,
                                              struct room_message *out);
/* The one in whose range `seq` falls, or NOT_FOUND: none reaches so far. */
MUST_CHECK enum err store_room_message_with(struct store *store,
                                            int64_t incident_id, enum room room,
                                            int64_t seq,
                                            struct room_message *out);
/* What the room says of that other incident may no longer be so: its messages
 * are compared with the record from there on. */
MUST_CHECK enum err store_room_look_again(struct store *store,
                                          int64_t incident_id, enum room room,
                                          int64_t other_id);
/* Whether the incident was public at any time from the one event to the other:
 * by what was declared and set, as it was recorded. */
MUST_CHECK enum err store_was_public(struct store *store, int64_t incident_id,
                                     int64_t from_seq, int64_t to_seq,
                                     bool *out);
/* How far the messages are in line with the record: what every event up to this
 * one says stands there. 0: nobody has looked yet. */
MUST_CHECK enum err store_room_settled(struct store *store, int64_t incident_id,
                                       enum room room, int64_t *seq);
MUST_CHECK enum err store_put_room_settled(struct store *store,
                                           int64_t incident_id, enum room room,
                                           int64_t seq);
MUST_CHECK enum err store_put_room_message(struct store *store,
                                           int64_t incident_id, enum room room,
                                           const struct room_message *message);

typedef bool store_room_message_fn(const struct room_message *message,
                                   void *context);
MUST_CHECK enum err store_each_room_message(struct store *store,
                                            int64_t incident_id, enum room room,
                                            int64_t after_ordinal,
                                            store_room_message_fn *each,
                                            void *context);
/* Which one that message is, or NOT_FOUND. */
MUST_CHECK enum err store_room_message_of(struct store *store,
                                          uint64_t message_id,
                                          int64_t *incident_id, enum room *room,
                                          int64_t *ordinal);

/* ---- Discord (discord.c) ---- */

/* A replayed interaction gets its stored answer. NOT_FOUND: new. */
MUST_CHECK enum err store_answer(struct store *store, uint64_t interaction_id,
                                 struct buf *out);
MUST_CHECK enum err store_put_answer(struct store *store,
                                     uint64_t interaction_id, struct str answer,
                                     int64_t now_ms);
/* Answers older than a day are of no use: Discord's tokens die in 15 min. */
MUST_CHECK enum err store_forget_answers(struct store *store,
                                         int64_t before_ms);

/* Channels that announcements, cards of alerts or digests may be in: the
 * setting may have been another then. */
MUST_CHECK enum err store_put_announced_in(struct store *store,
                                           uint64_t channel_id);
/* The one with the next higher id, which is not `but`; or NOT_FOUND. */
MUST_CHECK enum err store_next_announced_in(struct store *store, uint64_t after,
                                            uint64_t but, uint64_t *out);

/* What somebody typed, or the message they chose, until their next step
 * (drafts.c): too long for a button to carry. Only they get it back. */
MUST_CHECK enum err store_put_draft(struct store *store,
                                    uint64_t interaction_id, uint64_t user_id,
                                    struct str text, int64_t now_ms);
MUST_CHECK enum err store_draft(struct store *store, uint64_t interaction_id,
                                uint64_t user_id,
                                struct buf *out); /* or NOT_FOUND */
MUST_CHECK enum err store_drop_draft(struct store *store,
                                     uint64_t interaction_id);
MUST_CHECK enum err store_forget_drafts(struct store *store, int64_t before_ms);

struct stored_session {
    char session_id[128];
    char resume_url[512];
    int64_t seq; /* of the last dispatch whose effects are durable */
    /* Kept as the facts of these names; 0: what is known already stays. */
    uint64_t bot_user_id, application_id;
};
/* Without the two ids. */
MUST_CHECK enum err store_session(struct store *store,
                                  struct stored_session *out);
/* A session_id of "" forgets the session: store_session is NOT_FOUND then. */
MUST_CHECK enum err store_put_session(struct store *store,
                                      const struct stored_session *session);
MUST_CHECK enum err store_put_session_seq(struct store *store, int64_t seq);
/* Identifies within the last 24 h, so that a crash loop cannot burn them. */
MUST_CHECK enum err store_identifies(struct store *store, int64_t now_ms,
                                     int64_t *out);
/* When the latest of them was; NOT_FOUND without any. */
MUST_CHECK enum err store_latest_identify(struct store *store, int64_t *out);
MUST_CHECK enum err store_put_identify(struct store *store, int64_t now_ms);

/* Small facts by name. Those that begin so tell what Discord has registered: a
 * restored record does not know. */
#define FACT_COMMANDS "commands/"
MUST_CHECK enum err store_fact(struct store *store, const char *name,
                               struct buf *out);
MUST_CHECK enum err store_put_fact(struct store *store, const char *name,
                                   struct str value);

/* ---- what the probes measured (samples.c) ----
 *
 * Whole for a while, then five minutes in one row: `mean`, `least` and `most`
 * of what had a value. */
struct sample {
    int64_t at_ms;
    int64_t span_ms;          /* 0: one result; else it stands for so long */
    int64_t good, bad;        /* results */
    double mean, least, most; /* NAN: nothing was measured */
};
/* A probe's number in the samples, by its name; made when it is new. */
MUST_CHECK enum err store_probe_number(struct store *store, struct str name,
                                       int64_t *out);
/* One result; NAN: nothing was measured. */
MUST_CHECK enum err store_put_sample(struct store *store, int64_t probe,
                                     int64_t at_ms, bool is_good, double value);
/* Those of a probe from `from_ms` until before `to_ms`, by time, whole ones and
 * rows of five minutes as they are kept; of these, what overlaps. An unknown
 * name has none. False stops.
 */
typedef bool store_sample_fn(const struct sample *sample, void *context);
MUST_CHECK enum err store_each_sample(struct store *store, struct str name,
                                      int64_t from_ms, int64_t to_ms,
                                      store_sample_fn *each, void *context);
/* Folds the oldest five minutes that ended before whole_ms into one row a
 * probe, and drops the oldest row from before all_ms: some milliseconds of
 * work. *more: there is more to do. */
MUST_CHECK enum err store_thin_samples(struct store *store, int64_t whole_ms,
                                       int64_t all_ms, bool *more);

/* What is kept of a probe besides. NOT_FOUND: nothing yet. */
struct probe_memory {
    char told[16]; /* a word of bot/probe/judge.h */
    int64_t told_since_ms;
    int64_t muted_until_ms; /* 0: is not */
};
MUST_CHECK enum err store_probe_memory(struct store *store, struct str name,
                                       struct probe_memory *out);
MUST_CHECK enum err store_put_probe_memory(struct store *store, struct str name,
                                           const struct probe_memory *memory);
/* The probe of that alert, if a probe's it is: nobody was told of it yet. */
MUST_CHECK enum err store_forget_probe_told(struct store *store, int64_t alert);

/* ---- health (health.c) ---- */

struct store_health {
    int64_t bytes, incidents, events;
    int64_t waiting; /* rows of the outbox */
    /* The one that was tried first and is not done; else the oldest. Nothing
     * when none waits. */
    enum effect_kind kind;
    int64_t incident_id, attempts;
    int64_t first_attempt_ms; /* by our clock */
    int64_t not_before_ms;
    char error[400];
};
/* `ahead_ms`: how far our clock is before Discord's, by which the rows remember
 * when they were first tried. */
MUST_CHECK enum err store_health(struct store *store, int64_t ahead_ms,
                                 struct store_health *out);
/* Rows of the outbox, and since when, by our clock, the oldest is due (0: there
 * is none). */
MUST_CHECK enum err store_outbox_waiting(struct store *store, int64_t ahead_ms,
                                         int64_t *count, int64_t *due_ms);

/* ---- proof (verify.c) ---- */

struct verdicts {
    int64_t incidents, events, attachments;
    int64_t problems;
};
/* Recomputes the hash chain, replays every log through incident_apply and
 * compares with the projections, and hashes every attachment. One line a
 * problem goes to `report`. ERR_CORRUPT when there is any. */
MUST_CHECK enum err store_verify(struct store *store, struct verdicts *out,
                                 struct buf *report);

/* ---- copies (backup.c) ----
 *
 * `why` says in whole sentences what went wrong; then nothing has changed. */

/* Copies the record to `file`, beside a running bot, and proves the copy before
 * it gets its name. An older backup there is replaced; anything else is refused
 * (ERR_REFUSED). */
MUST_CHECK enum err store_backup(struct store *store, const char *file,
                                 struct verdicts *verdicts, struct buf *why);
struct restored {
    struct verdicts verdicts;
    struct buf kept; /* path of the file that was there before; "": none was */
};
/* Puts a copy of `file`, proven and brought up to date, in the place of the
 * record at `path`. Refuses while a bot runs there (ERR_REFUSED). */
MUST_CHECK enum err store_restore(const char *path, const char *file,
                                  int64_t now_ms, struct restored *out,
                                  struct buf *why);

#endif
