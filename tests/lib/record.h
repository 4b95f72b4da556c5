/*
 * A record told as people tell it: who, when, what; taken down the real road
 * into a real store. And its page.
 */
#ifndef TESTS_LIB_RECORD_H
#define TESTS_LIB_RECORD_H

#include "bot/postmortem/postmortem.h"
#include "tests/lib/scratch.h"

struct record {
    struct store *store;
    struct incident in;
    int64_t now_ms;
};

/* INC-12, declared 2022-12-13 20:00 UTC by nova; times given later are read as
 * of that evening. */
struct record record_new(const struct scratch *scratch, const char *title);
void record_close(struct record *record);
/* The time as typed; NULL: now. */
struct request record_said(const struct record *record, enum event_kind kind,
                           const char *time, const char *who, const char *text);
/* Fails the test unless it is accepted; returns its number. */
int64_t record_add(struct record *record, struct request request);
/* Short for both. */
int64_t record_say(struct record *record, enum event_kind kind,
                   const char *time, const char *who, const char *text);
void record_attach(struct record *record, int64_t entry, const char *name,
                   struct str bytes);
void record_resolve(struct record *record, const char *time,
                    const char *summary);

extern const struct postmortem_settings record_settings;
/* The page by the built-in template; the caller releases it. */
struct buf record_page(const struct record *record);

#endif
