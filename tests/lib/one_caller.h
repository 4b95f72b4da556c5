/*
 * The one caller of a test program, and what its tests say of the answers.
 */
#ifndef TESTS_LIB_ONE_CALLER_H
#define TESTS_LIB_ONE_CALLER_H

#include "tests/lib/caller.h"

extern struct caller caller;
/* For cmocka; the second one has INC-1 declared. */
int caller_setup(void **state);
int caller_setup_declared(void **state);
int caller_teardown(void **state);
/* The answer of what has to be accepted. */
const char *does(const struct interaction *it);
/* Answered with these words, and nothing is kept. */
void keeps_nothing(const struct interaction *it, const char *part);
/* The first event of what was accepted last. */
const struct event *kept(void);
/* The number of the entry. */
int64_t keeps(struct interaction *it);
/* /timeline edit of INC-1's entry, with one option more. */
const char *edits(int64_t seq, const char *option, const char *value);
/* INC-1. */
struct incident now_is(void);
/* Later by so many. */
void minutes(int64_t count);
void assert_text(struct str text, const char *expected);

#endif
