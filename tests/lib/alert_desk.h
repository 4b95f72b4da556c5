/*
 * A desk of alerts over a real store, with three services: `forum` needs
 * `database`; `wiki` needs nothing.
 */
#ifndef TESTS_LIB_ALERT_DESK_H
#define TESTS_LIB_ALERT_DESK_H

#include "bot/alert/source.h"
#include "bot/watch/alerts.h"
#include "tests/lib/scratch.h"

struct desk {
    uv_loop_t loop;
    const struct scratch *scratch;
    struct store *store;
    struct alerts_desk *alerts;
    int kept, lost;
};

/* Of a scratch folder; to be begun where it stays: the loop's address must not
 * change once handles are on it. */
struct desk desk_open(void **state);
void desk_begin(struct desk *desk);
/* Verifies the record, too. */
void desk_close(struct desk *desk);
void desk_turn(struct desk *desk, int64_t now_ms);
/* As many as what was handed in takes; says how many. */
int desk_turns(struct desk *desk, int64_t now_ms);
/* What has gathered is folded by a process that starts. */
void desk_restart(struct desk *desk, int64_t now_ms);

/* Both borrow the texts. */
struct alert alert_fires(const char *key, const char *service,
                         int64_t started_ms);
struct alert alert_ends(const char *key, int64_t ended_ms);
/* For alerts_hand_in: counts what was kept and what was lost. */
void desk_done(bool kept, void *desk);
/* One turn, which must keep it. */
void desk_hand_in(struct desk *desk, struct alert alert, int64_t now_ms);
/* The only alert of a body, handed in so. */
void monitor_posts(struct desk *desk, enum alert_form form, const char *body,
                   int64_t now_ms);
/* card: 0, or the card whose button was pressed. */
void desk_declare(struct desk *desk, int64_t id, const char *service,
                  int64_t card);
/* INC-1, by a person; then what follows of it. */
void desk_move(struct desk *desk, enum incident_state to, int64_t now_ms);
int64_t desk_number(const struct desk *desk, const char *sql);

struct seen {
    char text[400];
    struct event event;
};

/* The newest alert of the incident. */
struct seen desk_last_alert(const struct desk *desk, int64_t id);

#endif
