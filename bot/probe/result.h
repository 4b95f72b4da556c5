/*
 * What one check of a probe found. The words are for people: short, without a
 * full stop, and they never hold a user name, a password or a query string.
 */
#ifndef BOT_PROBE_RESULT_H
#define BOT_PROBE_RESULT_H

#include <stdbool.h>

#define RESULT_WORDS_BYTES 200

struct probe_result {
    bool is_good;
    double value; /* in probe_unit(); NAN: nothing was measured */
    char words[RESULT_WORDS_BYTES]; /* "502 Bad Gateway after 120 ms" */
};

#endif
