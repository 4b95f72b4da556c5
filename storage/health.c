/* How the database is, for whoever runs opsroom. */
#include "storage/health.h"
#include "storage/outbox.h"
#include "storage/store_internal.h"

static enum err read_oldest(struct store *store, int64_t ahead_ms,
                            struct store_health *health)
{
    struct query query = query_new(
        store, "SELECT kind, incident, target, attempts, first_attempt_ms + ?,"
               " not_before_ms, error FROM outbox"
               " WHERE kind <> 'poll'" /* looks again and again */
               " ORDER BY attempts = 0, first_attempt_ms, id LIMIT 1");
    query_int(&query, ahead_ms);
    if (query_row(&query)) {
        int kind = word_find(&effect_kind_words, row_text(&query, 0));
        health->kind = kind < 0 ? EFFECT_NONE : (enum effect_kind)kind;
        health->incident_id = row_int(&query, 1);
        health->attempts = row_int(&query, 3);
        health->first_attempt_ms = row_int(&query, 4);
        health->not_before_ms = row_int(&query, 5);
        str_copy_to(health->error, row_text(&query, 6));
    }
    return query_end(&query);
}

/* To count the events would read all pages of the log. */
static enum err read_size(struct store *store, struct store_health *health)
{
    struct query query =
        query_new(store, "SELECT (SELECT page_count FROM pragma_page_count)"
                         " * (SELECT page_size FROM pragma_page_size),"
                         " (SELECT count(*) FROM incident),"
                         " (SELECT coalesce(sum(last_seq), 0) FROM incident)");
    if (query_row(&query)) {
        health->bytes = row_int(&query, 0);
        health->incidents = row_int(&query, 1);
        health->events = row_int(&query, 2);
    }
    return query_end(&query);
}

enum err store_health(struct store *store, int64_t ahead_ms,
                      struct store_health *out)
{
    struct store_health health = {0};
    enum err err = store_outbox_count(store, &health.waiting);
    if (err == ERR_OK)
        err = read_oldest(store, ahead_ms, &health);
    if (err == ERR_OK)
        err = read_size(store, &health);
    if (err == ERR_OK)
        *out = health;
    return err;
}

enum err store_outbox_waiting(struct store *store, int64_t ahead_ms,
                              int64_t *count, int64_t *due_ms)
{
    struct query query = query_new(
        store, "SELECT count(*), min(CASE attempts WHEN 0 THEN not_before_ms"
               " ELSE first_attempt_ms + ? END) FROM outbox"
               " WHERE kind <> 'poll'");
    query_int(&query, ahead_ms);
    int64_t rows = 0, due = 0;
    if (query_row(&query)) {
        rows = row_int(&query, 0);
        due = row_int(&query, 1);
    }
    enum err err = query_end(&query);
    if (err == ERR_OK) {
        *count = rows;
        *due_ms = due;
    }
    return err;
}
