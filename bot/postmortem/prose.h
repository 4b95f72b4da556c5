/*
 * Between consistency.c and what it asks only: prose as sentences of words, and
 * what one can say of a word.
 */
#ifndef BOT_POSTMORTEM_PROSE_H
#define BOT_POSTMORTEM_PROSE_H

#include "bot/postmortem/consistency.h"

#define WORDS_MOST 200

/* Without the punctuation around it. */
struct word {
    struct str text;
    bool is_coded; /* in backticks */
    bool is_last;  /* a comma or the like follows */
};

struct sentence {
    struct word words[WORDS_MOST]; /* more are left out */
    int count;
};

/* Takes the next one off the front of *rest; false: there is none. */
bool sentence_next(struct str *rest, struct sentence *out);
/* One of a list of words with a blank between and at both ends, in any case. */
bool word_in(const char *list, struct str word);
/* The word there, or nothing beyond either end. */
struct str word_at(const struct sentence *sentence, int i);
/* "3", "three"; 0: no such number from 1 to 999. */
int word_number(struct str word);

/* What the record is about, in time. */
struct reach {
    int64_t from_ms, to_ms; /* first and last moment; 0: none */
    int points;             /* entries with a time of the clock */
};

#define HOSTS_MOST 100

/* Names of machines in the record, borrowed from it. */
struct hosts {
    struct str all[HOSTS_MOST];
    int count;
};

/* A bit for each of them. */
struct host_set {
    uint64_t bits[2];
};
_Static_assert(HOSTS_MOST <= 128, "they fit");

/* One piece of prose against the record. */
struct check {
    const struct recorded *record;
    const struct prose *prose;
    struct findings *out;
    struct reach reach;
    const struct hosts *hosts;
    const struct host_set *named; /* by each entry */
    /* How many entries may still be compared with a sentence: a long record
     * must not hold up the bot. */
    int64_t *looks;
};
/* A new one whose `said` and `record` may be filled; NULL: there is no room, or
 * the same was found there before. */
struct finding *finding_new(const struct check *check, struct str said);

struct reach reach_of(const struct recorded *record);
/* `named` gets those of each entry. */
void hosts_of(const struct recorded *record, struct hosts *out,
              struct host_set *named);

/* consistency_spans.c, consistency_days.c, consistency_hosts.c */
void check_spans(const struct check *check, const struct sentence *sentence);
void check_days(const struct check *check, const struct sentence *sentence);
void check_hosts(const struct check *check, const struct sentence *sentence);

#endif
