/*
 * The rules. Pure: no I/O, no clock, no allocation; knows no Discord, no SQL,
 * no JSON. Every change of an incident is a request that incident_step either
 * refuses, in words for the person, or turns into events and effects. What an
 * incident is now is the fold of its events: incident_apply is the only
 * function that changes one, when it happens and when the log is replayed.
 *
 * Rules: product.md 1 and 2 (record, lifecycle).
 */
#ifndef BOT_CORE_INCIDENT_H
#define BOT_CORE_INCIDENT_H

#include "bot/core/entry.h"

#define TITLE_UNITS    120 /* UTF-16 units, as Discord counts */
#define TEXT_UNITS     1500 /* an entry fits one Discord message with its frame */
#define IMPACT_UNITS   500
#define SUMMARY_UNITS  3000
#define NAME_UNITS     80
#define LINK_UNITS     512
#define CHANGE_UNITS   300
#define TITLE_BYTES    (TITLE_UNITS * 3 + 1)
#define IMPACT_BYTES   (IMPACT_UNITS * 3 + 1)
#define NAME_BYTES     (NAME_UNITS * 3 + 1)
#define BRIEF_UNITS    1000
#define ROLE_HOLDERS   12
#define SERVICES_BYTES (8 * SERVICE_BYTES)
#define FETCH_MOST     10 /* files that come with one entry */
#define OUTCOME_EVENTS 4

struct role_holder {
    enum role role;
    enum actor_type type;
    uint64_t user_id;
    char name[NAME_BYTES];
    struct when since;
    int64_t seq; /* of the event that gave it */
};

struct reminding {
    int64_t last_ms;    /* recorded time of the last one; 0: none yet */
    int64_t snoozed_ms; /* until then; 0: not snoozed */
};

/* Plain data, copied by assignment. All zero: an incident not yet declared. */
struct incident {
    int64_t id;
    uint64_t guild_id;
    uint64_t origin_channel_id; /* where it was declared */
    int64_t last_seq;           /* of its newest event */
    enum incident_state state;
    enum severity severity;
    enum incident_type type;
    bool is_private; /* no live room, no announcement; so is all security */
    bool is_drill;
    char title[TITLE_BYTES];
    char impact[IMPACT_BYTES]; /* the latest word on it */
    struct actor_copy {
        uint64_t id;
        char name[NAME_BYTES];
    } declared_by;
    int64_t declared_at_ms;     /* recorded */
    int64_t first_event_ms;     /* earliest time in the record */
    int64_t latest_typed_ms;    /* latest time that was typed or that entries
                                 * tell of; when a monitor last told of
                                 * something. 0: nobody did */
    int64_t state_since_ms;     /* occurred; as corrected */
    int64_t state_seq;          /* of the event that led to the state */
    int64_t last_update_ms;     /* recorded time of the newest person's event */
    int64_t next_update_due_ms; /* promised; 0: nothing promised */
    int64_t last_told_ms;       /* recorded time of the newest STATE event, but
                                 * for words on what is over */
    int64_t reopened;           /* how often */
    int64_t duplicate_of;       /* cancelled as one of that incident; else 0 */
    int64_t entries; /* by people; a file fetched for an entry is part of it */
    struct when milestones[MILESTONE_COUNT];
    /* Else by a confirmed finding, which the first move outdoes. */
    bool identified_by_move;
    int64_t milestones_told; /* bit by bit: a person set it, and no entry
                              * changes it, but for the next move to that state
                              * or back; of the impact's end, when it is back */
    /* Of the incident as a whole; of a change or an item see entry.h. */
    struct reminding remind_commander, remind_update, remind_digest,
        remind_archive;
    struct role_holder holders[ROLE_HOLDERS]; /* ROLE_NONE: free place */

    /* The war room could not be made: a thread, or the channel where it was
     * declared, serves instead. */
    bool war_is_borrowed;
    /* Where its rooms are; 0 until made. */
    uint64_t war_channel_id, live_channel_id, card_message_id,
        announce_message_id;
    char postmortem_ref[96]; /* branch; "" until committed */
    char postmortem_commit[48];
    enum pull_state pull_state; /* NONE: nothing below is set */
    int64_t pull_number;
    char pull_url[FORGE_URL_BYTES];

    /* What it is about, as the settings call it: each name ends with a newline,
     * so that one is found by a search. */
    char services[SERVICES_BYTES];
};

bool incident_has_service(const struct incident *in, struct str service);
/* Takes the next name of `rest`, which begins as in->services. */
bool incident_next_service(struct str *rest, struct str *service);

enum request_kind {
    REQUEST_DECLARE, /* draft.kind = DECLARED */
    REQUEST_MOVE,    /* draft.kind = STATE; draft.state_to = STATE_NONE: stay */
    REQUEST_ASSIGN,  /* draft.kind = ROLE */
    REQUEST_ADD,     /* draft.kind = a kind by a person */
    REQUEST_EFFECT,  /* draft.kind = TASK: a finished or failed effect */
    REQUEST_EDIT,    /* draft: the entry `target` as it shall be, entry_kind
                      * with it (incident_edit_draft) */
    REQUEST_STRIKE,  /* draft.target, text: why */
    REQUEST_SETTLE,  /* draft.target, settlement, text */
    REQUEST_ITEM,    /* draft: see ITEM in event.h */
    REQUEST_HANDOFF, /* draft.holder, text, brief_*, snapshot */
    REQUEST_LINK,    /* draft.link or other_id, text */
    REQUEST_SET,     /* draft: see SET in event.h (incident_set_draft) */
    REQUEST_SNOOZE,  /* draft.reminder, target, until_ms */
    REQUEST_REMIND,  /* draft.reminder, target */
    REQUEST_WRITE,   /* draft.section, text: all of that section */
    REQUEST_LOST,    /* draft.effect, ref_id: deleted by a person */
    REQUEST_IGNORE,  /* alert_card: of no incident, so nothing is recorded */
    REQUEST_CHART,   /* what probes measured: recorded once it is read */
    REQUEST_KIND_COUNT
};

/* A file to download, which becomes evidence of the new entry. */
struct fetch {
    struct str url; /* signed: never in the record */
    struct str name, type;
};

/* What the record knows of draft.target and of the world around the request:
 * road_take asks the store, so that the step stays pure. All zero: nothing. */
struct subject {
    struct entry_state entry; /* seq 0: no such entry */
    struct action_item item;  /* seq 0: no such action item */
    /* EDIT, STRIKE: without that entry. is_outdone, of a move: a later one set
     * its milestone anew, or took it back. SET: the times without that of its
     * milestone. */
    struct when rest_milestone;
    bool is_outdone;
    int64_t rest_first_ms, rest_typed_ms;
    int64_t same_origin; /* ADD: seq of the entry that came from there, or 0;
                          * by a person: of one that is not struck.
                          * ITEM: of the action item. LINK: of the same link */
    /* IGNORE, DECLARE, LINK: the card of alerts is there, and nobody has said
     * what becomes of it. */
    bool card_exists, card_is_open;
    bool other_exists; /* LINK, MOVE: other_id is of the same server */
    bool other_is_private, other_is_final;
    bool other_is_duplicate; /* of this one, or of one that is, and so on */
};

/* What somebody, or something, wants. The draft's seq and recorded_at are
 * filled by the step; occurred with WHEN_NEVER means "now". Text is borrowed
 * and already known to be printable UTF-8 within its limit (the command table
 * checks what people type); the step checks limits again. */
struct request {
    enum request_kind kind;
    struct event draft;
    struct fetch fetches[FETCH_MOST]; /* ADD */
    int fetch_count;
    /* ADD: the file that draft.file_* tell of; the road keeps it with the
     * entry. */
    struct str file_bytes;
    /* EFFECT of EFFECT_FETCH: target names the entry, file_* are filled, and
     * recorder, actor, occurred and visibility are the entry's. */
    /* EFFECT of EFFECT_POSTMORTEM: what else the room is told, each in an event
     * of its own. With an `origin` it was not told before. */
    struct room_word {
        struct str text, origin;
    } told[OUTCOME_EVENTS - 1];
    int told_count;
    /* DECLARE only. */
    int64_t new_id;
    uint64_t guild_id, origin_channel_id;
    /* DECLARE, LINK: 0, or the alerts that it is about: they go to it.
     * IGNORE. */
    int64_t alert_card;
};

enum verdict {
    VERDICT_ACCEPTED,
    VERDICT_ALREADY, /* nothing changes; words say what is already true */
    VERDICT_REFUSED, /* nothing changes; words say why and what is legal */
};

struct effect {
    enum effect_kind kind;
    int64_t target; /* FETCH: fetch_target; REMIND: seq; CHART: 0 (what was
                     * measured is to be frozen), or the seq of the evidence
                     * whose picture is to be shown; ANNOUNCE: 0, or the
                     * message that is to be taken away, or
                     * ANNOUNCE_DIGESTS; else 0 */
    const struct fetch *fetch; /* FETCH: borrowed from the request */
};
/* What is private is taken out of digests. No message has that id. */
#define ANNOUNCE_DIGESTS INT64_MAX
/* The n-th file of an entry. */
int64_t fetch_target(int64_t seq, int n);
int64_t fetch_seq(int64_t target);

#define OUTCOME_EFFECTS 24

struct outcome {
    enum verdict verdict;
    struct event events[OUTCOME_EVENTS]; /* numbered from last_seq + 1 */
    int event_count;
    struct effect effects[OUTCOME_EFFECTS];
    int effect_count;
    char words[600]; /* for ALREADY and REFUSED: what, and what to do next */
    /* Composed by the step, at most of a title and all else that a SET changes;
     * an event borrows it, so an outcome is not copied while in use. */
    char text[TITLE_BYTES + 200];
    /* What the other incident (other_id 0: none) is told, down the same road:
     * a link, or that this one is its duplicate, points both ways, unless this
     * one alone is private, or the other one is final. */
    int64_t other_id;
    struct event other_draft;
};

/* Decides. Reads *in, *request and *subject only (NULL: a subject that knows
 * nothing); writes *out only. The caller applies the events with
 * incident_apply and stores both in one transaction. */
void incident_step(const struct incident *in, const struct request *request,
                   const struct subject *subject, int64_t now_ms,
                   struct outcome *out);
void incident_apply(struct incident *in, const struct event *event);

/* Drafts that say everything anew, to be changed in places. The entry is as it
 * stands; text is borrowed from both. */
void incident_set_draft(const struct incident *in, struct event *draft);
void incident_edit_draft(const struct event *entry, struct event *draft);

/* Live: somebody still works on it (investigating, identified, mitigated). */
bool incident_is_live(const struct incident *in);
bool state_is_live(enum incident_state state);
/* "resolved", "in review": after "INC-12 is". */
const char *state_phrase(enum incident_state state);
/* Closed or cancelled: nothing is entered unless it is reopened. */
bool incident_is_final(const struct incident *in);
/* Its page is brought up to date with each entry. */
bool incident_page_follows(const struct incident *in);
/* It stays out of the repository: who reads that may be none of the responders.
 * `private_pages` as the settings have it. */
bool incident_page_is_withheld(const struct incident *in, bool private_pages);
bool state_may_move(enum incident_state from, enum incident_state to);
/* "mitigated, resolved or cancelled", for a refusal: what may be asked for. */
void state_print_moves(enum incident_state from, struct buf *out);

/* Its rooms were archived since it was last said how it stands: a late entry
 * does not bring them back, reopening does. */
bool incident_is_archived(const struct incident *in);
/* A room that was deleted is made again; else somebody tidied up. */
bool incident_keeps_rooms(const struct incident *in);
/* There is no war room, but one is to be made: a private incident may be
 * without it for as long as it lasts. */
bool incident_awaits_room(const struct incident *in);
/* The channel that its entries are written to: its war room, or what serves as
 * it. 0: not made yet, or the incident is private, and others read there. */
uint64_t incident_room(const struct incident *in);

/* Declared more than a day after it began, and nobody tells of what happened
 * since: written up, not lived. Then "now" is not when things happened, and a
 * move or role without a typed time sets no milestone. */
bool incident_is_written_up(const struct incident *in);

/* A person set it: see milestones_told. */
bool milestone_is_told(const struct incident *in, enum milestone milestone);
/* The time that an entry tells a milestone; WHEN_NEVER when nobody told it and
 * the moment of writing is not it. */
struct when incident_time_told(const struct incident *in,
                               const struct event *event);
/* Which milestone an entry of that kind may set, or MILESTONE_NONE. is_over: it
 * tells that an alert is over. */
enum milestone milestone_of_entry(enum event_kind kind,
                                  enum confidence confidence, bool is_over);
/* The one that a declaration, a move or taking command sets, or NONE. The kind
 * is the entry's: the event may be its EDIT. */
enum milestone milestone_of_move(enum event_kind kind,
                                 const struct event *event);
/* A move to that state sets that milestone anew, or takes it back. */
bool move_outdoes(enum incident_state to, enum milestone milestone);

/* What times typed for this incident are relative to (see when.h); for a new
 * one pass an all-zero incident. The anchor of one that is written up is its
 * latest typed time, but for what is said of the time since it was declared:
 * since an hour before, when nobody told when it began. */
struct when_base incident_when_base(const struct incident *in, int64_t now_ms);
/* The same of what is corrected: a bare clock time is the one nearest to what
 * was `told`, unless that is not set. */
struct when_base incident_correction_base(const struct incident *in,
                                          int64_t now_ms,
                                          const struct when *told);

/* Since when it is in its state, as precisely as that was told. */
struct when incident_since(const struct incident *in);
const struct role_holder *incident_commander(const struct incident *in);
/* What is said when there is none: "nobody yet", "nobody now", "nobody at the
 * end", "not recorded". */
const char *incident_no_commander(const struct incident *in);
/* That one's place in that role, or NULL. */
const struct role_holder *incident_holder(const struct incident *in,
                                          enum role role,
                                          const struct actor *actor);
/* When it began, as well as anybody told: the impact, else the earliest of a
 * report, an alert and the declaration. Of one that is written up none may be
 * told: then it is the impact, which is not set. */
enum milestone incident_beginning(const struct incident *in);
/* The moment of it. One that is written up, and nobody told when it began: the
 * earliest time in the record. */
int64_t incident_began_ms(const struct incident *in);
/* Two of MILESTONE_COUNT milestones in an order that cannot be: `then` is
 * before `first`, as when local time was typed for UTC. *i begins at 0; false:
 * there are no more. */
bool milestones_next_disorder(const struct when *milestones, int *i,
                              enum milestone *first, enum milestone *then);
/* First machine alert minus first human report: "8 minutes" when people were
 * first, "no machine alert recorded", "none: the monitor was 3 minutes ahead".
 */
void incident_print_alarm_gap(const struct incident *in, struct buf *out);
/* "INC-12" */
void incident_print_name(const struct incident *in, struct buf *out);

#endif
