#include "bot/core/incident.h"

#include <assert.h>

/*
 *   declared
 *      |
 *   +--v--- live -----+
 *   |  investigating  | -------> resolved -----> review -----> closed
 *   |  identified     |             |              |              |
 *   |  mitigated      | <-----------+--------------+--------------+
 *   +--|--------------+   reopened, to investigating              |
 *      |                                                          |
 *      +-----------------------> cancelled -----------------------+
 *
 * Within the box every way is open. What is mitigated cannot be cancelled: it
 * was no false alarm.
 */
#define TO(state) (1u << STATE_##state)
static const unsigned moves[STATE_COUNT] = {
    [STATE_NONE] = 0,
    [STATE_INVESTIGATING] =
        TO(IDENTIFIED) | TO(MITIGATED) | TO(RESOLVED) | TO(CANCELLED),
    [STATE_IDENTIFIED] =
        TO(INVESTIGATING) | TO(MITIGATED) | TO(RESOLVED) | TO(CANCELLED),
    [STATE_MITIGATED] = TO(INVESTIGATING) | TO(IDENTIFIED) | TO(RESOLVED),
    [STATE_RESOLVED] = TO(INVESTIGATING) | TO(REVIEW),
    [STATE_REVIEW] = TO(INVESTIGATING) | TO(CLOSED),
    [STATE_CLOSED] = TO(INVESTIGATING),
    [STATE_CANCELLED] = TO(INVESTIGATING),
};

bool state_may_move(enum incident_state from, enum incident_state to)
{
    assert(from < STATE_COUNT && to < STATE_COUNT);
    return (moves[from] & 1u << to) != 0;
}

bool state_is_live(enum incident_state state)
{
    return state == STATE_INVESTIGATING || state == STATE_IDENTIFIED ||
           state == STATE_MITIGATED;
}

/* A review is begun by the postmortem's branch. */
static bool may_be_asked_for(enum incident_state from, int to)
{
    return to != STATE_REVIEW && state_may_move(from, (enum incident_state)to);
}

void state_print_moves(enum incident_state from, struct buf *out)
{
    int left = 0;
    for (int to = 0; to < STATE_COUNT; to++)
        left += may_be_asked_for(from, to);
    for (int to = 0; to < STATE_COUNT; to++) {
        if (!may_be_asked_for(from, to))
            continue;
        left--;
        buf_add_text(out, word_of(&state_words, to));
        buf_add_text(out, left == 0 ? "" : left == 1 ? " or " : ", ");
    }
}
