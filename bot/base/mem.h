/*
 * Checked allocation. Out of memory aborts: the supervisor restarts the bot
 * and the outbox continues, so no caller has a half-done path to test.
 * The caller owns what is returned and gives it to free().
 */
#ifndef BOT_BASE_MEM_H
#define BOT_BASE_MEM_H

#include <stddef.h>

void *mem_alloc(size_t bytes); /* zeroed; never NULL */
void *mem_resize(void *old, size_t bytes);
void *mem_copy(const void *from, size_t bytes);
char *mem_text(const char *text); /* copy of a C string */

/* Once, when the program is ready: gives back to the system what only the start
 * needed, free heap and pages of code. Code that runs again is mapped again
 * from the page cache, some 0.2 us a page. */
void mem_trim(void);

#endif
