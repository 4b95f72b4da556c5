/*
 * Is this the incident that was declared a minute ago under other words? A
 * guard that asks before a second one is made, never one that forbids.
 */
#ifndef BOT_CORE_SIMILAR_H
#define BOT_CORE_SIMILAR_H

#include "bot/base/str.h"

/* How alike two titles are, 0 to 100, in either order. Words count, whatever
 * their order and endings; host names and numbers count most, everyday words
 * such as "down" least. A typo is forgiven in a word, not in a name. */
int similar_titles(struct str a, struct str b);

/* The longer ago, the more alike they must be; never after a week.
 * `minutes_between` may be negative. */
bool similar_is_duplicate(struct str a, struct str b, int64_t minutes_between);

#endif
