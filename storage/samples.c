/*
 * Rows lie by five minutes first, then by probe: many probes that are measured
 * at about the same time write to few pages, a probe's rows of an hour are
 * found with twelve steps, and what is thinned or dropped lies together.
 */
#include "storage/samples.h"
#include "storage/store_internal.h"

#include "bot/base/civil.h"

#include <math.h>

#define SPAN_MS (5 * MS_PER_MINUTE)

enum err store_probe_number(struct store *store, struct str name, int64_t *out)
{
    struct query query = query_new(store, "INSERT INTO probe (name) VALUES (?)"
                                          " ON CONFLICT (name) DO NOTHING");
    query_text(&query, name);
    enum err err = query_run(&query);
    if (err != ERR_OK)
        return err;
    query = query_new(store, "SELECT id FROM probe WHERE name = ?");
    query_text(&query, name);
    return query_end_int(&query, out);
}

enum err store_put_sample(struct store *store, int64_t probe, int64_t at_ms,
                          bool is_good, double value)
{
    struct query query =
        query_new(store, "INSERT OR REPLACE INTO sample (slot, probe, at_ms,"
                         " good, value) VALUES (?, ?, ?, ?, ?)");
    query_int(&query, at_ms / SPAN_MS);
    query_int(&query, probe);
    query_int(&query, at_ms);
    query_int(&query, is_good);
    query_real(&query, value);
    return query_run(&query);
}

/* ---- reading ---- */

struct range {
    int64_t probe, from_ms, to_ms;
    int64_t first, last; /* slots */
    store_sample_fn *each;
    void *context;
    bool has_enough;
};

static enum err read_mean(struct store *store, struct range *range,
                          int64_t slot)
{
    struct query query =
        query_new(store, "SELECT good, bad, mean, least, most FROM sample_mean"
                         " WHERE slot = ? AND probe = ?");
    query_int(&query, slot);
    query_int(&query, range->probe);
    if (query_row(&query)) {
        struct sample sample = {
            .at_ms = slot * SPAN_MS,
            .span_ms = SPAN_MS,
            .good = row_int(&query, 0),
            .bad = row_int(&query, 1),
            .mean = row_real(&query, 2),
            .least = row_real(&query, 3),
            .most = row_real(&query, 4),
        };
        range->has_enough = !range->each(&sample, range->context);
    }
    return query_end(&query);
}

static enum err read_whole(struct store *store, struct range *range,
                           int64_t slot)
{
    struct query query = query_new(
        store, "SELECT at_ms, good, value FROM sample WHERE slot = ?"
               " AND probe = ? AND at_ms >= ? AND at_ms < ? ORDER BY at_ms");
    query_int(&query, slot);
    query_int(&query, range->probe);
    query_int(&query, range->from_ms);
    query_int(&query, range->to_ms);
    while (!range->has_enough && query_row(&query)) {
        bool is_good = row_int(&query, 1) != 0;
        double value = row_real(&query, 2);
        struct sample sample = {
            .at_ms = row_int(&query, 0),
            .good = is_good,
            .bad = !is_good,
            .mean = value,
            .least = value,
            .most = value,
        };
        range->has_enough = !range->each(&sample, range->context);
    }
    return query_end(&query);
}

/* So that a range of years costs no more than what there is. */
static enum err find_range(struct store *store, struct str name,
                           struct range *range)
{
    struct query query = query_new(
        store, "SELECT id,"
               " (SELECT min(slot) FROM sample_mean),"
               " (SELECT min(slot) FROM sample),"
               " (SELECT max(slot) FROM sample_mean),"
               " (SELECT max(slot) FROM sample) FROM probe WHERE name = ?");
    query_text(&query, name);
    range->first = range->from_ms / SPAN_MS;
    range->last = (range->to_ms - 1) / SPAN_MS;
    if (query_row(&query)) {
        int64_t least = INT64_MAX, most = INT64_MIN;
        range->probe = row_int(&query, 0);
        for (int i = 1; i <= 4; i++) {
            if (row_is_null(&query, i))
                continue;
            int64_t slot = row_int(&query, i);
            least = slot < least ? slot : least;
            most = slot > most ? slot : most;
        }
        range->first = range->first > least ? range->first : least;
        range->last = range->last < most ? range->last : most;
    }
    return query_end_found(&query);
}

enum err store_each_sample(struct store *store, struct str name,
                           int64_t from_ms, int64_t to_ms,
                           store_sample_fn *each, void *context)
{
    struct range range = {
        .from_ms = from_ms, .to_ms = to_ms, .each = each, .context = context};
    enum err err = find_range(store, name, &range);
    if (err == ERR_NOT_FOUND)
        return ERR_OK;
    for (int64_t slot = range.first;
         err == ERR_OK && slot <= range.last && !range.has_enough; slot++) {
        err = read_mean(store, &range, slot);
        if (err == ERR_OK && !range.has_enough)
            err = read_whole(store, &range, slot);
    }
    return err;
}

/* ---- thinning ---- */

/* NOT_FOUND: none is so old. */
static enum err oldest(struct store *store, const char *sql, int64_t before_ms,
                       int64_t *out)
{
    struct query query = query_new(store, sql);
    bool found = query_row(&query) && !row_is_null(&query, 0);
    int64_t slot = found ? row_int(&query, 0) : 0;
    enum err err = query_end(&query);
    if (err != ERR_OK)
        return err;
    if (!found || (slot + 1) * SPAN_MS > before_ms)
        return ERR_NOT_FOUND;
    *out = slot;
    return ERR_OK;
}

static enum err oldest_whole(struct store *store, int64_t before_ms,
                             int64_t *out)
{
    return oldest(store, "SELECT min(slot) FROM sample", before_ms, out);
}

static enum err oldest_mean(struct store *store, int64_t before_ms,
                            int64_t *out)
{
    return oldest(store, "SELECT min(slot) FROM sample_mean", before_ms, out);
}

static enum err run_with(struct store *store, const char *sql, int64_t slot)
{
    struct query query = query_new(store, sql);
    query_int(&query, slot);
    return query_run(&query);
}

static enum err fold(struct store *store, int64_t slot)
{
    enum err err =
        run_with(store,
                 "INSERT OR REPLACE INTO sample_mean (slot, probe, good, bad,"
                 " mean, least, most) SELECT slot, probe, sum(good),"
                 " sum(1 - good), avg(value), min(value), max(value)"
                 " FROM sample WHERE slot = ? GROUP BY probe",
                 slot);
    return err == ERR_OK
               ? run_with(store, "DELETE FROM sample WHERE slot = ?", slot)
               : err;
}

enum err store_thin_samples(struct store *store, int64_t whole_ms,
                            int64_t all_ms, bool *more)
{
    int64_t slot;
    enum err whole = oldest_whole(store, whole_ms, &slot);
    if (whole == ERR_OK)
        whole = fold(store, slot);
    if (whole != ERR_OK && whole != ERR_NOT_FOUND)
        return whole;
    enum err mean = oldest_mean(store, all_ms, &slot);
    if (mean == ERR_OK)
        mean = run_with(store, "DELETE FROM sample_mean WHERE slot = ?", slot);
    if (mean != ERR_OK && mean != ERR_NOT_FOUND)
        return mean;
    *more = whole == ERR_OK || mean == ERR_OK;
    return ERR_OK;
}

/* ---- what else is kept of a probe ---- */

enum err store_probe_memory(struct store *store, struct str name,
                            struct probe_memory *out)
{
    struct query query =
        query_new(store, "SELECT told, told_since_ms, muted_until_ms"
                         " FROM probe WHERE name = ?");
    struct probe_memory memory = {.muted_until_ms = 0};
    query_text(&query, name);
    if (query_row(&query)) {
        str_copy_to(memory.told, row_text(&query, 0));
        memory.told_since_ms = row_int(&query, 1);
        memory.muted_until_ms = row_int(&query, 2);
    }
    enum err err = query_end_found(&query);
    if (err == ERR_OK)
        *out = memory;
    return err;
}

enum err store_put_probe_memory(struct store *store, struct str name,
                                const struct probe_memory *memory)
{
    struct query query = query_new(
        store, "INSERT INTO probe (name, told, told_since_ms, muted_until_ms)"
               " VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET"
               " told = excluded.told, told_since_ms = excluded.told_since_ms,"
               " muted_until_ms = excluded.muted_until_ms");
    query_text(&query, name);
    query_text(&query, str_of(memory->told));
    query_int(&query, memory->told_since_ms);
    query_int(&query, memory->muted_until_ms);
    return query_run(&query);
}

enum err store_forget_probe_told(struct store *store, int64_t alert)
{
    struct query query = query_new(
        store, "UPDATE probe SET told = 'unknown', told_since_ms = 0 WHERE name"
               " = (SELECT key FROM alert WHERE id = ? AND by_probe = 1)");
    query_int(&query, alert);
    return query_run(&query);
}
