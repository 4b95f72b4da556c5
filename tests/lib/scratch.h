/*
 * A database in a folder of its own, for the tests of storage and of what
 * stands on it; and a second, raw connection to it, for doing what the store
 * never does.
 */
#ifndef TESTS_LIB_SCRATCH_H
#define TESTS_LIB_SCRATCH_H

#include "bot/base/buf.h"
#include "bot/core/incident.h"
#include "storage/outbox.h"

#define SCRATCH_NOW_MS INT64_C(1670957580000) /* 2022-12-13T18:53:00Z */

struct scratch {
    char folder[128];
    char db[160]; /* <folder>/opsroom.db: not made yet */
};

/* cmocka's setup and teardown: *state is a struct scratch. */
int scratch_setup(void **state);
int scratch_teardown(void **state);

struct store *scratch_open(const struct scratch *scratch);
/* Fails the test when SQLite does; the store need not be closed. */
void scratch_sql(const struct scratch *scratch, const char *sql);
int64_t scratch_number(const struct scratch *scratch, const char *sql);
bool scratch_has(const struct scratch *scratch, const char *suffix);
void scratch_write(const char *path, const void *bytes, size_t n);
void scratch_read(const char *path, struct buf *out);

/* The road of a request, in a turn of its own unless one is open. */
enum verdict scratch_take(struct store *store, struct incident *in,
                          const struct request *request, int64_t now_ms);
struct request scratch_declare(int64_t id, const char *title);
struct request scratch_entry(enum event_kind kind, const char *text);
struct request scratch_move(enum incident_state to, const char *text);
/* One incident with 100 entries. */
void scratch_fill(const struct scratch *scratch);

#endif
