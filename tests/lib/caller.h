/*
 * A member of a server who uses opsroom's commands: interactions built in
 * place, taken down the real road into a real store on a temporary file.
 */
#ifndef TESTS_LIB_CALLER_H
#define TESTS_LIB_CALLER_H

#include "bot/road/road.h"
#include "bot/turn/take.h"
#include "tests/lib/scratch.h"

#define GUILD    UINT64_C(900000000000000001)
#define LOBBY    UINT64_C(900000000000000002) /* a channel without incident */
#define NOVA     UINT64_C(900000000000000011)
#define DMA      UINT64_C(900000000000000012)
#define ROLE_SRE UINT64_C(900000000000000021)
/* 2022-12-13T19:10:00Z */
#define NOW INT64_C(1670958600000)

struct caller {
    void *scratch; /* struct scratch */
    struct store *store;
    struct config config;
    const struct process *process; /* NULL until a test sets it */
    int64_t now_ms;
    /* Of the last call: */
    struct command_run run;
    bool requested; /* it was a request, whatever came of it */
    struct taken taken;
    cJSON *answer;
    struct buf offered;
};
void caller_open(struct caller *caller);
void caller_close(struct caller *caller);

/* nova uses a slash command in the lobby, or a button or form there. */
struct interaction slash(const char *command);
struct interaction button(const char *custom_id);
struct interaction form(const char *custom_id);
/* nova uses a menu on dma's message in the lobby, written at WRITTEN. */
#define WRITTEN (NOW - 7 * INT64_C(60000) + 123)
struct interaction message_menu(const char *name, const char *content);
/* The same on dma. */
struct interaction user_menu(const char *name);
/* nova is typing: what is offered, "value\tshown\n" a line. */
struct interaction typing(const char *command, const char *option,
                          const char *typed);
const char *caller_is_offered(struct caller *caller,
                              const struct interaction *it);
void add_text(struct interaction *it, const char *name, const char *text);
void add_user(struct interaction *it, const char *name, uint64_t id,
              const char *shown);
void add_flag(struct interaction *it, const char *name, bool flag);
void add_number(struct interaction *it, const char *name, int64_t number);
void add_file(struct interaction *it, const char *name, const char *file_name,
              int64_t bytes);

/* The words of the private answer; "" when it is a form. Lives until the next
 * call. */
const char *caller_does(struct caller *caller, const struct interaction *it);
/* Of the last answer: the custom id of the button with that label, or NULL. */
const char *caller_button(const struct caller *caller, const char *label);
/* Presses it on that private answer, which the new one may replace. */
const char *caller_presses(struct caller *caller, const char *label);
/* The type of the last answer; what stands in a field of the form it was. */
int caller_answer_type(const struct caller *caller);
const char *caller_field(const struct caller *caller, const char *name);
/* Declares "Logins fail" and gives it rooms: war 1000 + id, live 2000 + id. */
int64_t caller_declares(struct caller *caller);
/* Its war room is made, and no more. */
void caller_room(struct caller *caller, int64_t id);
/* Its war room could not be made: the lobby is it now. */
void caller_room_failed(struct caller *caller, int64_t id);
void caller_in(struct caller *caller, int64_t id, struct incident *out);
/* Changes with everything that is kept: events and outbox rows. */
int64_t caller_kept(struct caller *caller);
/* Fails the test, and shows both, when text does not hold the part. */
void assert_says(const char *text, const char *part);

#endif
