/*
 * Misuse-prone libc calls become compile errors. Included by the compiler's
 * command line in every product file, so that nobody can forget it.
 */
#ifndef BOT_BASE_BANNED_H
#define BOT_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Unbounded writes: use struct buf or snprintf. glibc's _FORTIFY_SOURCE makes
 * sprintf a macro for clang, and a macro cannot be poisoned. */
#undef sprintf
#pragma GCC poison strcpy strcat sprintf vsprintf strncpy strncat gets
/* Hidden static state, or no error report: use bot/base/civil.h, str_to_u64. */
#pragma GCC poison gmtime localtime ctime asctime strtok atoi atol atoll
/* Allocation that may return NULL: use bot/base/mem.h (it poisons nothing of
 * its own file, because mem.c does not include this one last). */

#endif
