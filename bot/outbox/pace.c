#include "bot/outbox/pace.h"

#include "bot/base/civil.h"

#include <assert.h>

/* After that long without one, a card may be edited again sooner: what people
 * do in a quiet moment shows soon. */
#define QUIET_MS       (30 * MS_PER_SECOND)
#define QUIET_SPACE_MS (3 * MS_PER_SECOND)

static int64_t spacing_ms(enum effect_kind kind)
{
    switch ((int)kind) {
    case EFFECT_CARD:
    case EFFECT_LIVE_CARD:
        return 8 * MS_PER_SECOND;
    case EFFECT_ROOM:
    case EFFECT_LIVE:
        return 1 * MS_PER_SECOND;
    case EFFECT_POSTMORTEM:
        return 2 * MS_PER_SECOND;
    case EFFECT_PULL:
    case EFFECT_POLL:
        return 5 * MS_PER_SECOND;
    case EFFECT_RENAME: /* names and topics: 2 per 10 minutes, see pace_set */
        return 10 * MS_PER_MINUTE;
    default:
        return 0;
    }
}

static struct pace *pace_find(struct paces *paces, const struct outbox_row *row)
{
    for (int i = 0; i < PACES; i++)
        if (paces->all[i].kind == row->kind &&
            paces->all[i].incident_id == row->incident_id)
            return &paces->all[i];
    return NULL;
}

static bool is_card(const struct outbox_row *row)
{
    return row->kind == EFFECT_CARD || row->kind == EFFECT_LIVE_CARD;
}

/* With a target it takes an older card away: the new one is not to wait. */
static bool is_paced(const struct outbox_row *row)
{
    return spacing_ms(row->kind) > 0 && !(is_card(row) && row->target != 0);
}

int64_t pace_set(struct paces *paces, const struct outbox_row *row,
                 int64_t wall_ms)
{
    struct pace *pace = pace_find(paces, row);
    int64_t space_ms = spacing_ms(row->kind);
    bool was_quiet = pace == NULL || wall_ms - pace->not_before_ms > QUIET_MS;
    if (!is_paced(row))
        return wall_ms;
    if (is_card(row) && was_quiet && space_ms > QUIET_SPACE_MS)
        space_ms = QUIET_SPACE_MS;
    /* The second may follow at once: what became private is not to keep its
     * name for minutes. */
    if (row->kind == EFFECT_RENAME &&
        (pace == NULL || wall_ms - pace->not_before_ms >= space_ms))
        space_ms = 0;
    /* Further off, the row would be taken for one that is due. */
    assert(space_ms <= OUTBOX_WAIT_MOST_MS);
    if (pace == NULL) {
        pace = &paces->all[paces->next];
        paces->next = (paces->next + 1) % PACES;
    }
    *pace = (struct pace){row->kind, row->incident_id, wall_ms + space_ms};
    return pace->not_before_ms;
}

/* A pace further off than it can be was set by a clock put back since. */
int64_t pace_until_ms(struct paces *paces, const struct outbox_row *row,
                      int64_t wall_ms)
{
    const struct pace *pace = pace_find(paces, row);
    bool is_meant = pace != NULL && is_paced(row) &&
                    pace->not_before_ms <= wall_ms + spacing_ms(row->kind);
    return is_meant ? pace->not_before_ms : wall_ms;
}
