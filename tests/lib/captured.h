/*
 * What is written to stderr, where the log goes. A pipe's worth of it: more
 * would wait for a reader.
 */
#ifndef TESTS_LIB_CAPTURED_H
#define TESTS_LIB_CAPTURED_H

#include <stddef.h>

void capture_begin(void);
/* What came since; cut to what `out` holds. */
void capture_end(char *out, size_t bytes);

#endif
