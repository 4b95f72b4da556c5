/*
 * One entry of the record. Events are append-only: a correction is a new event
 * that names the one it corrects. This is the whole vocabulary of the log; what
 * an incident looks like now is the fold of its events (incident_apply).
 *
 * event_fields is the single list of an event's fields. Storage (columns,
 * hash), `opsroom timeline --json` and the tests walk it, so a new field is one
 * row in event.c and one member here, and cannot be forgotten anywhere.
 */
#ifndef BOT_CORE_EVENT_H
#define BOT_CORE_EVENT_H

#include "bot/core/when.h"

#define SERVICE_BYTES   64  /* a service's name, with its NUL */
#define FORGE_URL_BYTES 400 /* a page of the forge, with its NUL */

/* clang-format off */
/* X(NAME, word, by_person): the word is what people type and files show. */
#define EVENT_KIND_LIST(X)                                                     \
    X(REPORT, "report", true)     /* a user or colleague saw it */             \
    X(NOTE, "note", true)         /* the default */                            \
    X(FINDING, "finding", true)   /* theory, confirmed or ruled out */         \
    X(ACTION, "action", true)                                                  \
    X(CHANGE, "change", true)     /* structured: what, where, from, to */      \
    X(DECISION, "decision", true)                                              \
    X(COMMS, "comms", true)       /* a public notice */                        \
    X(EVIDENCE, "evidence", true) /* bytes or link; `target` is its entry */   \
    X(ALERT, "alert", true)       /* relayed from a monitor by hand */         \
    X(IDEA, "idea", true)         /* parked: not in the timeline */            \
    X(DECLARED, "declared", false)                                             \
    X(STATE, "state", false)      /* a move, or an update without one */       \
    X(ROLE, "role", false)        /* somebody took or left a role */           \
    X(TASK, "task", false)        /* an effect finished or failed for good */ \
    X(EDIT, "edit", false)        /* a whole new version of `target` */        \
    X(STRIKE, "strike", false)    /* `target` counts no more; text: why */     \
    X(SETTLED, "settled", false)  /* a change, or an idea: `settlement` */     \
    X(ITEM, "item", false)        /* an action item, or a change of `target` */\
    X(HANDOFF, "handoff", false)  /* command goes to `holder`, with a brief */ \
    X(LINK, "link", false)        /* an address, or another incident */        \
    X(SET, "set", false)          /* title, severity, …; or a milestone */     \
    X(SNOOZE, "snooze", false)    /* no such reminder until `until_ms` */      \
    X(REMINDED, "reminded", false)                                             \
    X(SECTION, "section", false)  /* of the postmortem, as somebody wrote it */

#define STATE_LIST(X)                                                          \
    X(NONE, "none") /* not declared yet */                                     \
    X(INVESTIGATING, "investigating")                                          \
    X(IDENTIFIED, "identified")                                                \
    X(MITIGATED, "mitigated")                                                  \
    X(RESOLVED, "resolved")                                                    \
    X(REVIEW, "review")                                                        \
    X(CLOSED, "closed")                                                        \
    X(CANCELLED, "cancelled")

#define SEVERITY_LIST(X)                                                       \
    X(NONE, "none") X(1, "SEV1") X(2, "SEV2") X(3, "SEV3") X(4, "SEV4")

#define INCIDENT_TYPE_LIST(X)                                                  \
    X(SERVICE, "service")                                                      \
    X(SECURITY, "security")                                                    \
    X(MODERATION, "moderation")                                                \
    X(NEAR_MISS, "near-miss")

#define ROLE_LIST(X)                                                           \
    X(NONE, "none")                                                            \
    X(COMMANDER, "commander")                                                  \
    X(SCRIBE, "scribe")                                                        \
    X(COMMS, "comms")                                                          \
    X(OPS, "ops")

#define CONFIDENCE_LIST(X)                                                     \
    X(NONE, "none")                                                            \
    X(THEORY, "theory")                                                        \
    X(CONFIRMED, "confirmed")                                                  \
    X(RULED_OUT, "ruled-out")

#define VISIBILITY_LIST(X)                                                     \
    X(LIVE, "live")       /* also in the live operating room */                \
    X(ROOM, "room")       /* stays in the war room */                          \
    X(PRIVATE, "private") /* in the record only */

#define SOURCE_LIST(X)                                                         \
    X(SLASH, "slash")                                                          \
    X(MENU, "menu")                                                            \
    X(BUTTON, "button")                                                        \
    X(MODAL, "modal")                                                          \
    X(WEBHOOK, "webhook")                                                      \
    X(PROBE, "probe")                                                          \
    X(CLI, "cli")                                                              \
    X(IMPORT, "import")                                                        \
    X(SYSTEM, "system")   /* a finished effect, a timer */

#define ACTOR_TYPE_LIST(X)                                                     \
    X(NOBODY, "nobody")                                                        \
    X(MEMBER, "member")                                                        \
    X(NAME, "name")                                                            \
    X(TEAM, "team")                                                            \
    X(ROBOT, "robot")

/* When, of an incident. Each is told by an event, or not recorded. */
#define MILESTONE_LIST(X)                                                      \
    X(NONE, "none")                                                            \
    X(IMPACT_START, "impact start")                                            \
    X(FIRST_REPORT, "first human report")                                      \
    X(FIRST_ALERT, "first machine alert")                                      \
    X(DECLARED, "declared")                                                    \
    X(COMMANDER, "commander assigned")                                         \
    X(FIRST_NOTICE, "first public notice")                                     \
    X(IDENTIFIED, "identified")                                                \
    X(MITIGATED, "mitigated")                                                  \
    X(IMPACT_END, "impact end")                                                \
    X(RESOLVED, "resolved")                                                    \
    X(PR_OPENED, "pull request opened")                                        \
    X(PR_MERGED, "pull request merged")

/* Of an entry. NONE: it follows from the milestones. */
#define PHASE_LIST(X)                                                          \
    X(NONE, "none")                                                            \
    X(BEFORE, "Before")                                                        \
    X(IDENTIFY, "Identify")                                                    \
    X(INVESTIGATE, "Investigate")                                              \
    X(REMEDIATE, "Remediate")                                                  \
    X(MONITOR, "Monitor")                                                      \
    X(AFTER, "After")

/* What became of a change that was temporary or unverified, or of an idea. */
#define SETTLEMENT_LIST(X)                                                     \
    X(NONE, "none")                                                            \
    X(KEPT, "kept")                                                            \
    X(REVERTED, "reverted")                                                    \
    X(HANDED_OVER, "handed over")                                              \
    X(MADE_ITEM, "made an action item")                                        \
    X(DROPPED, "dropped")

#define ITEM_KIND_LIST(X)                                                      \
    X(NONE, "none")                                                            \
    X(PREVENT, "prevent")                                                      \
    X(DETECT, "detect")                                                        \
    X(MITIGATE, "mitigate")                                                    \
    X(REPAIR, "repair")                                                        \
    X(INVESTIGATE, "investigate")                                              \
    X(PROCESS, "process")

#define ITEM_STATE_LIST(X)                                                     \
    X(NONE, "none")                                                            \
    X(OPEN, "open")                                                            \
    X(DOING, "doing")                                                          \
    X(DONE, "done")       /* text: the evidence */                             \
    X(DROPPED, "dropped") /* text: why */

/* What people write of the postmortem; the rest follows from the record. */
#define SECTION_LIST(X)                                                        \
    X(NONE, "none")                                                            \
    X(SUMMARY, "summary")                                                      \
    X(IMPACT, "impact")                                                        \
    X(CAUSES, "causes")                                                        \
    X(WENT_WELL, "what went well")                                             \
    X(WENT_POORLY, "what went poorly")                                         \
    X(LUCKY, "where we were lucky")

/* Of the incident, or (CHANGE, ITEM_…) of the entry or item `target`. */
#define REMINDER_LIST(X)                                                       \
    X(NONE, "none")                                                            \
    X(COMMANDER, "no commander")                                               \
    X(UPDATE, "update overdue")                                                \
    X(CHANGE, "change still open")                                             \
    X(ITEM_DUE, "action item due")                                             \
    X(ITEM_OWNER, "action item without an owner")                              \
    X(DIGEST, "weekly digest")                                                 \
    X(ARCHIVE, "rooms to be archived")

/* Of an ALERT that a machine handed in. */
#define ALERT_STATE_LIST(X)                                                    \
    X(NONE, "none")     /* relayed by a person */                              \
    X(FIRING, "firing")                                                        \
    X(OVER, "over")     /* `target` is the entry that told it fires */

/* Of the postmortem's pull request. */
#define PULL_STATE_LIST(X)                                                     \
    X(NONE, "none")     /* not opened yet */                                   \
    X(OPEN, "open")                                                            \
    X(MERGED, "merged")                                                        \
    X(CLOSED, "closed") /* without being merged */

/* The world's part: what an incident wants done outside. */
#define EFFECT_KIND_LIST(X)                                                    \
    X(NONE, "none")                                                            \
    X(WAR_ROOM, "war_room")     /* create the writable channel */              \
    X(LIVE_ROOM, "live_room")   /* create the read-only channel */             \
    X(CARD, "card")             /* post or edit the card in the war room */    \
    X(LIVE_CARD, "live_card")   /* post or edit the card in the live room */   \
    X(PIN, "pin")               /* pin the card */                             \
    X(LIVE, "live")             /* bring the live room in line */              \
    X(ROOM, "room")             /* bring the war room's entries in line */     \
    X(ANNOUNCE, "announce")     /* one line in the announce channel */         \
    X(FETCH, "fetch")           /* download an attached file */                \
    X(POSTMORTEM, "postmortem") /* render and commit */                        \
    X(ACCESS, "access")         /* who may see the rooms */                    \
    X(RENAME, "rename")         /* the rooms' names and topics */              \
    X(REMIND, "remind")         /* say the reminder `target` in the room */    \
    X(ARCHIVE, "archive")       /* rooms out of the way, for reading only */   \
    X(CHART, "chart")           /* what probes measured, as evidence */        \
    X(ALERT_CARD, "alert_card") /* of no incident: alerts to be looked at */   \
    X(PULL, "pull")             /* open or update the pull request */          \
    X(ISSUE, "issue")           /* open one for the action item `target` */    \
    X(POLL, "poll")             /* what became of pull request and issues */
/* clang-format on */

/* event_kind, incident_state, severity, …: EVENT_REPORT, STATE_MITIGATED,
 * SEVERITY_1, TYPE_SERVICE, ROLE_COMMANDER, CONFIDENCE_THEORY, VISIBILITY_LIVE,
 * SOURCE_SLASH, ACTOR_MEMBER, EFFECT_CARD; each list ends with its _COUNT. */
#define EVENT_KIND_ENUM(name, word, by_person) EVENT_##name,
enum event_kind { EVENT_KIND_LIST(EVENT_KIND_ENUM) EVENT_KIND_COUNT };
#undef EVENT_KIND_ENUM
#define WORD_ENUM_STATE(name, word) STATE_##name,
enum incident_state { STATE_LIST(WORD_ENUM_STATE) STATE_COUNT };
#define WORD_ENUM_SEVERITY(name, word) SEVERITY_##name,
enum severity { SEVERITY_LIST(WORD_ENUM_SEVERITY) SEVERITY_COUNT };
#define WORD_ENUM_TYPE(name, word) TYPE_##name,
enum incident_type { INCIDENT_TYPE_LIST(WORD_ENUM_TYPE) TYPE_COUNT };
#define WORD_ENUM_ROLE(name, word) ROLE_##name,
enum role { ROLE_LIST(WORD_ENUM_ROLE) ROLE_COUNT };
#define WORD_ENUM_CONFIDENCE(name, word) CONFIDENCE_##name,
enum confidence { CONFIDENCE_LIST(WORD_ENUM_CONFIDENCE) CONFIDENCE_COUNT };
#define WORD_ENUM_VISIBILITY(name, word) VISIBILITY_##name,
enum visibility { VISIBILITY_LIST(WORD_ENUM_VISIBILITY) VISIBILITY_COUNT };
#define WORD_ENUM_SOURCE(name, word) SOURCE_##name,
enum source { SOURCE_LIST(WORD_ENUM_SOURCE) SOURCE_COUNT };
#define WORD_ENUM_ACTOR(name, word) ACTOR_##name,
enum actor_type { ACTOR_TYPE_LIST(WORD_ENUM_ACTOR) ACTOR_TYPE_COUNT };
#define WORD_ENUM_EFFECT(name, word) EFFECT_##name,
enum effect_kind { EFFECT_KIND_LIST(WORD_ENUM_EFFECT) EFFECT_KIND_COUNT };
#define WORD_ENUM_MILESTONE(name, word) MILESTONE_##name,
enum milestone { MILESTONE_LIST(WORD_ENUM_MILESTONE) MILESTONE_COUNT };
#define WORD_ENUM_PHASE(name, word) PHASE_##name,
enum phase { PHASE_LIST(WORD_ENUM_PHASE) PHASE_COUNT };
#define WORD_ENUM_SETTLEMENT(name, word) SETTLEMENT_##name,
enum settlement { SETTLEMENT_LIST(WORD_ENUM_SETTLEMENT) SETTLEMENT_COUNT };
#define WORD_ENUM_ITEM_KIND(name, word) ITEM_KIND_##name,
enum item_kind { ITEM_KIND_LIST(WORD_ENUM_ITEM_KIND) ITEM_KIND_COUNT };
#define WORD_ENUM_ITEM(name, word) ITEM_##name,
enum item_state { ITEM_STATE_LIST(WORD_ENUM_ITEM) ITEM_STATE_COUNT };
#define WORD_ENUM_SECTION(name, word) SECTION_##name,
enum section { SECTION_LIST(WORD_ENUM_SECTION) SECTION_COUNT };
#define WORD_ENUM_ALERT(name, word) ALERT_##name,
enum alert_state { ALERT_STATE_LIST(WORD_ENUM_ALERT) ALERT_STATE_COUNT };
#define WORD_ENUM_PULL(name, word) PULL_##name,
enum pull_state { PULL_STATE_LIST(WORD_ENUM_PULL) PULL_STATE_COUNT };
#define WORD_ENUM_REMINDER(name, word) REMINDER_##name,
enum reminder { REMINDER_LIST(WORD_ENUM_REMINDER) REMINDER_COUNT };

/* The words of a list, in order; index with the enum. */
struct words {
    const char *const *all;
    int count;
};
extern const struct words event_kind_words, state_words, severity_words,
    type_words, role_words, confidence_words, visibility_words, source_words,
    actor_type_words, effect_kind_words, precision_words, milestone_words,
    phase_words, settlement_words, item_kind_words, item_state_words,
    reminder_words, section_words, alert_state_words, pull_state_words;
const char *word_of(const struct words *words, int value);
/* -1 when no word matches (ASCII case is ignored). */
int word_find(const struct words *words, struct str text);

/* What people call it: `names` has ROLE_COUNT of them; NULL, or NULL in one of
 * them, is our word. */
const char *role_name(const char *const *names, enum role role);

/* True for the kinds that a person chooses in /timeline add. */
bool event_kind_by_person(enum event_kind kind);

struct actor {
    enum actor_type type;
    uint64_t id;     /* Discord user id of a member, else 0 */
    struct str name; /* shown as it is: "nova", "UptimeRobot" */
};

/* Text is borrowed: from the request while it is decided, from the database row
 * while it is read. STR_NONE where a field does not apply. */
struct event {
    /* Filled by incident_step and storage, not by requests. */
    int64_t seq; /* 1, 2, 3… within the incident: its stable name */
    int64_t recorded_at_ms;

    enum event_kind kind;
    struct when occurred;
    struct actor actor;    /* who did it */
    struct actor recorder; /* who told us */
    enum source source;
    enum visibility visibility;
    struct str text;
    struct str link;
    int64_t target; /* seq of the event this one belongs to, or 0 */

    enum confidence confidence; /* of a FINDING */

    struct str change_what, change_where, change_from, change_to, change_undo;
    struct str change_verified; /* what verified it; absent: nobody said */
    bool change_temporary;

    /* DECLARED: which incident, and where; text is the title. started (may be
     * WHEN_NEVER) in `impact_from`. */
    int64_t declared_id;
    uint64_t declared_guild_id, declared_channel_id;
    enum severity severity;
    enum incident_type type;
    bool is_private, is_drill;
    struct str impact; /* DECLARED and STATE: who notices what */
    struct when impact_from;

    /* STATE: equal when only a message was told. */
    enum incident_state state_from, state_to;
    int64_t next_in_min; /* next update promised in; 0: nothing promised */

    /* ROLE: `holder` holds it now; NOBODY: the commander, or the actor, left.
     */
    enum role role;
    struct actor holder;

    /* TASK: what was done and what came of it. A committed postmortem moves the
     * incident to review: state_from and state_to say so. Not an event of its
     * own, because the page prints the hash of the record without its TASKs. */
    enum effect_kind effect;
    bool failed;     /* text says why, for people */
    uint64_t ref_id; /* channel or message id */
    struct str ref;  /* POSTMORTEM: commit id; its branch is the text. Without
                      * one the text is for people. PULL, ISSUE: what became of
                      * it (pull_state), its page in link; opened: its number;
                      * merged: the merge commit */

    /* The bytes lie in storage under their hash; the hash is in the log. */
    struct str file_name, file_type, file_sha256;
    int64_t file_bytes;
    struct str file_alt;

    /* Entries: where it came from, to know it again when it comes twice: a
     * message's link, the digest of an imported line. TASK of POSTMORTEM: the
     * digest of what somebody wrote on the branch. */
    struct str origin;
    enum phase phase; /* told by a person; else it is derived */

    /* EDIT: the entry's kind; the fields above are the entry's as corrected,
     * with the corrector as recorder. Of any event but EDIT it is the first
     * word. */
    enum event_kind entry_kind;
    /* SET: a person's word on a milestone. EDIT, STRIKE: the one that the entry
     * as it was may have set, and what it is without it. WHEN_NEVER: not
     * recorded. */
    enum milestone milestone;
    struct when milestone_at;
    /* EDIT, STRIKE: first_event_ms and latest_typed_ms without the entry; with
     * it when it is corrected to be evidence that belongs to none. SET of a
     * milestone: without what was told of it before; of an older record 0. */
    int64_t rest_first_ms, rest_typed_ms;
    /* EDIT: the entry's time is still that of its writing. */
    bool untold;

    enum settlement settlement; /* SETTLED */

    /* ITEM: `target` 0 makes one, called by its seq; text is what to do. Else
     * it changes that one, and says all of this anew; text is the evidence, or
     * why. `holder` owns it; NOBODY: volunteer wanted. */
    enum item_kind item_kind;
    enum item_state item_state;
    int64_t due_ms; /* midnight UTC of the day; 0: none */

    /* HANDOFF: `holder` takes command; text is the brief's conditions. */
    struct str brief_actions, brief_needs;
    struct str snapshot; /* how things stood, as text */

    /* LINK: the other incident, or 0. STATE to cancelled: the one that it is a
     * duplicate of. */
    int64_t other_id;

    struct str title; /* SET: with severity, type, impact, is_private as they
                         are from now on; text says what was changed */

    /* SNOOZE, REMINDED; `target` of some: see REMINDER_LIST. */
    enum reminder reminder;
    int64_t until_ms;

    enum section section; /* SECTION: text is all of it, from now on */

    /* A service of the settings. DECLARED, LINK: the incident is about it.
     * ALERT: the one that the alert is about. */
    struct str service;
    enum alert_state alert_state;
    int64_t alert_count; /* how many of a storm this entry tells */

    bool lost; /* TASK: a person deleted ref_id, of that effect */

    /* TASK of PULL, ISSUE. One that is merged moves the incident from review to
     * closed: state_from and state_to say so. */
    enum pull_state pull_state;
};

/* A field's place and how to read it. ENUM fields are int-sized. */
struct event_field {
    const char *name; /* column; JSON key, there without "_ms" */
    enum {
        FIELD_INT64,
        FIELD_ID, /* uint64_t snowflake; decimal text outside */
        FIELD_BOOL,
        FIELD_ENUM,  /* stored as its word */
        FIELD_TEXT,  /* struct str: borrowed */
        FIELD_TYPED, /* when.typed: text that lies in the event itself */
    } type;
    size_t offset;
    const struct words *words; /* of an ENUM */
};
/* Every member above but seq; struct when and struct actor as their parts
 * (occurred_from_ms, occurred_to_ms, occurred_precision, occurred_typed,
 * actor_type, actor_id, actor_name, …). */
extern const struct event_field event_fields[];
extern const int event_field_count;
/* FIELD_TEXT or FIELD_TYPED: read and set with the _text functions. */
bool event_field_is_text(const struct event_field *field);

/* Typed access for the walkers. A default (0, false, first word, absent or
 * empty text) reads as absent: it is neither stored nor hashed nor printed. */
bool event_field_is_default(const struct event *event,
                            const struct event_field *field);
int64_t event_get_number(const struct event *event,
                         const struct event_field *field); /* not text */
struct str event_get_text(const struct event *event,
                          const struct event_field *field); /* only text */
void event_set_number(struct event *event, const struct event_field *field,
                      int64_t value);
void event_set_text(struct event *event, const struct event_field *field,
                    struct str value); /* borrowed; `typed` is copied */

/* The bytes the hash chain covers: `name=length:value` of every field that is
 * not default, in list order, each ended by \n. New fields do not change the
 * hash of old events. */
void event_canonical(const struct event *event, struct buf *out);

/* Has a version that EDIT may renew and STRIKE may take away: what people see
 * in lists and rooms. The other events are about entries, or about the world.
 */
bool event_is_entry(const struct event *event);
/* A change that is temporary or that nobody verified, or a parked idea: open
 * until it is settled. */
bool event_needs_settling(const struct event *event);

/* It led from one state to another: an update, or anything else, does not. */
bool event_moves(const struct event *event);
bool event_resolves(const struct event *event);

/* Shown to people in a list of its own: an entry by a person, a role, an update
 * with a message, a move (what only befell the postmortem is none). Not a
 * parked idea, and not evidence that belongs to another entry (target set):
 * that one shows it. */
bool event_in_timeline(const struct event *event);

#endif
