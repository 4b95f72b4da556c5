/*
 * The whole program without sockets, children and clock: bot/app.c and all it
 * wires, linked with stand-ins for bot/io on a virtual clock, in a simulated
 * Discord with people in it. One seed is one story, the same each time; its
 * troubles and what people do are items of a script, so that a failing story
 * can be told again without those that do not matter.
 *
 * One process plays one story after the other; a violated promise ends the
 * process (main.c plays in children).
 */
#ifndef TESTS_SIM_SIM_H
#define TESTS_SIM_SIM_H

#include "bot/config/config.h"
#include "bot/discord/rest_call.h"
#include "storage/store.h"
#include "tests/lib/chance.h"

#define SIM_BEGAN_MS INT64_C(1773457140000) /* 2026-03-14 02:59 UTC */
#define SIM_BLOCKED  "3z"                   /* one word in ten ends so */

/* ---- the story's clock, and the process (clock.c) ---- */

struct sim {
    uint64_t seed;
    int64_t now_ms;   /* true time, UTC */
    int64_t skew_ms;  /* how far the bot's wall clock is ahead of it */
    int64_t set_ms;   /* when that was set, since it started; 0: never */
    bool was_skewed;  /* in this story */
    int process;      /* which start of the bot; 0: none yet */
    bool is_running;  /* the bot's loop turns */
    bool is_dead;     /* killed: what it still does on its way out is unseen */
    bool is_cut;      /* the power went with it: unsynced writes are lost */
    int64_t fuse;     /* things until it is killed; 0: it is not going to be */
    bool is_stopping; /* told to end */
    bool is_looking;  /* we read the record, not the bot: no fault comes */
    bool is_over;     /* the story is told */
    bool is_watched;  /* there are monitors and probes, and reminders */
    bool is_filtered; /* rooms may not say SIM_BLOCKED */
    bool tells;       /* prints what happens */
    int64_t held_until_ms; /* Cloudflare holds back whatever the bot sends */
    int64_t turns;
    int actor;           /* who brought about what happens, of enum caller */
    struct store *store; /* of the running bot */
    const struct config *config;
};
extern struct sim sim;

/* One more thing that the world could see: false, the bot was killed just
 * before it. */
bool sim_thing(void);
/* Calls `fn` at that true time, whatever becomes of the bot. */
typedef void sim_fn(void *context);
void sim_at(int64_t at_ms, sim_fn *fn, void *context);
void sim_stop(void); /* SIGTERM */
/* Lets the time pass while no bot runs. */
void sim_wait(int64_t until_ms);
void clock_reset(void); /* forgets everything that was to happen */
/* Prints a line of the story when somebody listens. */
__attribute__((format(printf, 1, 2))) void sim_tell(const char *format, ...);
/* A promise is broken: says which, and ends the process. */
__attribute__((format(printf, 1, 2), noreturn)) void
sim_fail(const char *format, ...);

/* ---- what may go wrong (trouble.c) ----
 *
 * A trouble lasts for a while and befalls some of what it is about. */
#define TROUBLE_LIST(X)                                                        \
    X(LOSE_REQUEST, "requests do not arrive")                                  \
    X(LOSE_ANSWER, "answers of requests are lost")                             \
    X(REFUSE, "Discord cannot be connected to")                                \
    X(SLOW, "requests take seconds")                                           \
    X(RESEND, "requests arrive twice")                                         \
    X(ERROR_BEFORE, "500, and nothing is done")                                \
    X(ERROR_AFTER, "502, but it is done")                                      \
    X(LIMIT_USER, "429 of a bucket")                                           \
    X(LIMIT_SHARED, "429, shared")                                             \
    X(LIMIT_GLOBAL, "429, global")                                             \
    X(LIMIT_CLOUD, "429 of Cloudflare")                                        \
    X(FRAME_TWICE, "dispatches come twice")                                    \
    X(FRAME_LATE, "dispatches come late")                                      \
    X(NO_ACK, "heartbeats are not acknowledged")                               \
    X(NO_GATEWAY, "the gateway takes no connection")                           \
    X(GIT_FAILS, "git jobs fail")                                              \
    X(GIT_SLOW, "git jobs are killed for slowness")                            \
    X(GIT_DIES, "git jobs die after the commit")                               \
    X(POST_LOST, "what monitors send is lost")                                 \
    X(POST_LATE, "what monitors send comes late")                              \
    X(POST_TWICE, "what monitors send comes twice")                            \
    X(POST_UNTOLD, "monitors do not hear that their alerts are kept")          \
    X(FORBIDDEN, "the bot's permissions are taken away")                       \
    X(CROWDED, "the server has no room for another channel")                   \
    X(DRAW_FAILS, "nothing can be drawn")                                      \
    X(DISK_WRITE, "disk writes fail")                                          \
    X(DISK_SYNC, "disk syncs fail")                                            \
    X(DISK_FULL, "the disk is full")                                           \
    X(DISK_READ_ONLY, "the file system is read-only")                          \
    X(DISK_SLOW, "disk syncs take seconds")                                    \
    X(FORGE_DOWN, "the forge is down")                                         \
    X(FORGE_SLOW, "the forge takes seconds, or longer than anybody waits")     \
    X(FORGE_LIMIT, "the forge wants to be left alone")                         \
    X(FORGE_TOKEN, "the forge refuses the token")                              \
    X(FORGE_HIDES, "the forge knows no such repository")                       \
    X(FORGE_FORBIDS, "the forge lets nothing be written")                      \
    X(FORGE_REFUSES, "the forge finds fault with what is written")             \
    X(HOOK_LOST, "what the forge tells is lost")                               \
    X(HOOK_LATE, "what the forge tells comes late")                            \
    X(HOOK_TWICE, "what the forge tells comes twice")                          \
    X(HOOK_WRONG, "somebody else tells what the forge would")
#define TROUBLE_ENUM(name, words) SIM_##name,
enum sim_trouble { TROUBLE_LIST(TROUBLE_ENUM) SIM_TROUBLES };
/* Whether it befalls this one. */
bool trouble_befalls(enum sim_trouble trouble);
bool trouble_is_on(enum sim_trouble trouble); /* at all, now */
/* Out of 100, until then. */
void trouble_begin(enum sim_trouble trouble, int percent, int64_t until_ms);
void troubles_end(void);
const char *trouble_words(enum sim_trouble trouble);

/* One fault, at the n-th place where it may be: for sweeps. */
#define FAULT_LIST(X)                                                          \
    X(NONE)                                                                    \
    X(KILL)                                                                    \
    X(CUT)                                                                     \
    X(ALLOC)                                                                   \
    X(WRITE) X(SYNC) X(FULL) X(READ) X(LOCK) X(REQUEST) X(CHILD) X(JUMP)
#define FAULT_ENUM(name) FAULT_##name,
enum sim_fault { FAULT_LIST(FAULT_ENUM) FAULTS };
struct fault_plan {
    enum sim_fault fault;
    int64_t nth;
    int detail; /* REQUEST, CHILD: which trouble; JUMP: minutes */
};
void fault_plan(struct fault_plan plan); /* of the next story */
void fault_begin(void);
/* It is a place for that one, and it happens. */
bool fault_fires(enum sim_fault fault);
bool fault_has_fired(void);
int fault_detail(void);
/* From now on, this trouble befalls for sure (-1: none does). */
void fault_force(int trouble);

/* Chance of the world, by what it is used for: one more draw here changes
 * nothing there. */
enum sim_luck {
    LUCK_NET,
    LUCK_SOCKET,
    LUCK_DISK,
    LUCK_PEOPLE,
    LUCK_GIT,
    LUCK_MONITORS,
    LUCK_FORGE,
    LUCKS
};
uint64_t luck_below(enum sim_luck luck, uint64_t n);
void lucks_reset(uint64_t seed);

/* ---- the disk (disk.c) ---- */

void disk_install(void);
/* A new story. */
void disk_begin(const char *path);
/* What a process that was killed, or a power cut, leaves of it. */
void disk_after_death(void);

/* ---- helpers (helpers.c) ---- */

void helpers_reset(void);
/* Branches of the incident in the repository. */
int git_branches(int64_t incident_id);
/* What its branch ends with; NULL: there is none. */
const char *git_page(int64_t incident_id);
int git_head(const char *branch); /* its commit, as a number; 0: no branch */

/* ---- monitors and their way to the bot (door.c, monitors.c) ---- */

#define SIM_SECRET "a-secret-of-all-monitors"
/* What became of a request: its status, 0 when its answer never came, and
 * DOOR_SHUT when it did not get in. */
#define DOOR_SHUT (-1)
typedef void door_fn(int status, void *context);
struct door_letter {
    const char *path, *body;
    /* Headers; NULL: it has none. */
    const char *authorization, *signature, *gitlab_token;
};
/* It arrives. Nobody but the one it is for says whether it may. */
void door_post(const struct door_letter *letter, door_fn *done, void *context);

#define MONITOR_ACT_LIST(X)                                                    \
    X(FIRE) X(STORM) X(FLOOD) X(AGAIN) X(END) X(END_ALL) X(REFIRE) X(STRAY)
#define MONITOR_ACT_ENUM(name) MONITOR_##name,
enum monitor_act { MONITOR_ACT_LIST(MONITOR_ACT_ENUM) MONITOR_ACTS };
const char *monitor_act_name(enum monitor_act act);
void monitors_reset(void);
void monitors_act(enum monitor_act act, int which);
bool monitors_wait(void); /* to hear that theirs is kept */

/* ---- the forge, in some stories (forge.h) ---- */

enum forge_act {
    FORGE_MERGE,
    FORGE_CLOSE,
    FORGE_CLOSE_ISSUE,
    FORGE_REOPEN,
    FORGE_REOPEN_ISSUE,
    FORGE_DROP_ISSUE, /* not planned */
    FORGE_WRITE,      /* around our part */
    FORGE_ACTS
};
void forge_reset(void);
/* Somebody does that there, to one of those to which it can be done. */
void forge_act(enum forge_act act, int which);
/* It wants to be left alone, or did so a moment ago: nobody has looked yet. */
bool forge_waits(void);
#define SIM_ASSIGNEE "77" /* known there as nova */

/* ---- what the probes look at (targets.c) ---- */

#define SIM_TARGETS 2
void targets_reset(void);
void target_set(int which, bool is_down);
bool target_is_down(int which);
int64_t target_changed_ms(int which);
int target_changes(int which);
/* Nothing may be told of it until then. */
void target_mute(int which, int64_t until_ms);
int64_t target_muted_ms(int which);

/* ---- the gateway (gateway.c): Discord's end of gateway_ws ---- */

/* Bytes travel in order; what has not arrived when a connection breaks never
 * does. These are of socket.c, for Discord. */
struct gateway_link; /* one connection; lives as long as the story */
void link_say(struct gateway_link *link, const char *text,
              uint64_t interaction_id);
void link_close(struct gateway_link *link, int code); /* 0: it breaks */
void link_hang(struct gateway_link *link);
/* These are of gateway.c. */
void gateway_opened_by(struct gateway_link *link);
void gateway_hears(struct gateway_link *link, struct str text);
void gateway_left(struct gateway_link *link);

void socket_reset(void); /* when nothing is under way */
void gateway_reset(void);
/* Gives the payload's `d` to the bot, now or when it comes back. `data` is
 * taken. */
void gateway_dispatch(const char *name, cJSON *data);
/* Troubles of the connection that there is. */
void gateway_send_close(int code); /* 0: the connection breaks */
void gateway_send_op(int op, bool resumable);
void gateway_forget_session(void);
void gateway_hang(void); /* nothing comes any more, nobody says so */
bool gateway_is_ready(void);
int gateway_identifies(void);
int64_t gateway_identified_ms(void); /* the latest; 0: never */

/* ---- the way there (wire.c) ---- */

void wire_reset(void);

/* ---- Discord's REST (rest.c) ---- */

struct rest_reply {
    int status;
    char *body; /* owned */
    char headers[8][2][64];
    int header_count;
    bool is_html;
};
struct sim_request {
    enum rest_method method;
    const char *path; /* below the API, or of another host */
    const char *body, *content_type;
    bool with_token, is_foreign;
    int64_t sent_ms; /* true time: it may have been under way for long */
};
void discord_open(void);
void discord_close(void);
void discord_take(const struct sim_request *request, struct rest_reply *reply);
struct world *discord_world(void);
/* A moderator deletes. */
void discord_delete_channel(uint64_t id);
void discord_delete_message(uint64_t id);
/* Its threads are archived, as Discord does with those that are quiet. */
void discord_shelve(void);
/* Something of that channel was deleted, and the bot may never hear of it. */
bool discord_lost_unseen(uint64_t channel_id);
bool discord_lost_any(void); /* something was deleted by hand */

/* ---- people (people.c, excuses.c) ---- */

/* clang-format off */
#define PEOPLE_ACT_LIST(X)                                                     \
    X(DECLARE) X(DECLARE_PRIVATE) X(ADD) X(ADD_ROOM) X(ADD_PRIVATE) X(CHANGE)  \
    X(EDIT) X(STRIKE) X(RESOLVE) X(REOPEN) X(HIDE) X(SHOW) X(TITLE) X(PRESS)   \
    X(PRESS_TWICE) X(UPDATE) X(ITEM) X(LIST) X(WRITE)                          \
    X(ASSIGN) X(HANDOFF) X(LEAVE) X(CANCEL) X(SNOOZE) X(IDEA) X(SETTLE)        \
    X(ITEM_ASSIGN) X(ITEM_DONE) X(ITEM_DROP) X(ADD_FILE) X(IMPORT)             \
    X(IMPORT_FILE) X(CHART)                                                    \
    X(ADD_LONG) X(CHANGE_LONG) X(STATUS) X(INCIDENTS) X(ITEMS) X(WHO)          \
    X(PREVIEW) X(TYPE)                                                         \
    X(PRESS_CARD) X(PRESS_CARD_TWICE) X(ALERTS) X(LINK_ALERTS) X(LINK_SERVICE)           \
    X(DECLARE_SERVICE) X(DECLARE_ALIKE) X(MUTE) X(CHECK)
/* clang-format on */
#define PEOPLE_ACT_ENUM(name) ACT_##name,
enum people_act { PEOPLE_ACT_LIST(PEOPLE_ACT_ENUM) ACTS };
#define ACTS_UNWATCHED ACT_PRESS_CARD /* those before it */
const char *act_name(enum people_act act);
void people_reset(void);
/* By sim.actor. */
void people_act(enum people_act act, int which);
/* Everything that the answer says, also in a file. */
void people_read_answer(uint64_t interaction_id, const char *body);
/* The bot answers that interaction: status and Discord's code. */
int people_answered(uint64_t interaction_id, const char *token,
                    const cJSON *answer, int *code);
int people_edited(const char *token, int *code);
/* The frame with it reached the bot. */
void people_delivered(uint64_t interaction_id);
/* Something happened to its answer, or to the bot: nobody can be held to the
 * deadline. */
void people_excuse(uint64_t interaction_id);
/* The same, and even its second try may fail. */
void people_hinder(uint64_t interaction_id);
void people_excuse_all(void);
/* The bot resumes after that one: it will never hear of it again. */
void people_passed_over(uint64_t interaction_id);
/* Nobody waits for an answer that may still come. */
bool people_wait(void);
/* Since when people were told that it is private; 0: it is not, or somebody is
 * about to show it. */
int64_t people_hidden_ms(int64_t incident_id);
bool is_secret(const char *text); /* holds words that must not be public */

/* ---- promises (promises.c) ---- */

void promises_reset(void);
void promises_check(void); /* after a turn, and after a start */
/* All is well again: nothing stays undone that is due. */
void promises_check_due(void);
bool promises_are_mended(void); /* what failed before */
void promises_check_all(void);  /* at the end */
/* Walks the record: how often that word was recorded. */
int promises_count(const char *word);

#endif
