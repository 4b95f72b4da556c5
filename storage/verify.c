/*
 * The proof that the record is what it was: the chain, the projections against
 * a replay of the log, the evidence against its hashes, the indexes against
 * their tables. Only reads, but for the projections of an older program.
 */
#include "storage/verify.h"
#include "bot/base/mem.h"
#include "storage/store_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct proof {
    struct store *store;
    struct verdicts found;
    struct buf *report;
};

static void problem(struct proof *proof, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void problem(struct proof *proof, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    buf_addv(proof->report, format, args);
    va_end(args);
    buf_add_char(proof->report, '\n');
    proof->found.problems++;
}

/* Damage is a finding; only a failing disk stops the proof. */
static enum err found_damage(struct proof *proof, enum err err)
{
    if (err != ERR_CORRUPT)
        return err;
    problem(proof, "%s", store_why(proof->store));
    return ERR_OK;
}

/* ---- the projections ---- */

static void compare(struct proof *proof, int64_t id, const char *part,
                    const struct columns *columns, const void *stored,
                    const void *replayed)
{
    for (int i = 0; i < columns->count; i++) {
        const struct column *column = &columns->all[i];
        struct buf is = BUF_INIT(4096), was = BUF_INIT(4096);
        if (column_equal(column, stored, replayed))
            continue;
        column_print(column, stored, &is);
        column_print(column, replayed, &was);
        problem(proof, "INC-%" PRId64 ": %s%s is %s, the log says %s", id, part,
                column->name, buf_text(&is), buf_text(&was));
        buf_release(&is);
        buf_release(&was);
    }
}

/* What the log says, folded: entries and action items by their seq. */
struct replay {
    struct incident in;
    struct entry_state *entries;
    struct action_item *items;
    int64_t count, room; /* of both; the last is `in.last_seq` */
};

static void replay_event(struct replay *replay, const struct event *event)
{
    int64_t entry = event_entry(event), item = event_item(event);
    incident_apply(&replay->in, event);
    if (event->seq >= replay->room) {
        int64_t room = event->seq * 2 + 64;
        size_t n = (size_t)room, former = (size_t)replay->room;
        replay->entries =
            mem_resize(replay->entries, n * sizeof *replay->entries);
        replay->items = mem_resize(replay->items, n * sizeof *replay->items);
        memset(replay->entries + former, 0,
               (n - former) * sizeof *replay->entries);
        memset(replay->items + former, 0, (n - former) * sizeof *replay->items);
        replay->room = room;
    }
    replay->count = event->seq + 1;
    if (entry > 0 && entry <= event->seq)
        entry_apply(&replay->entries[entry], event);
    if (item > 0 && item <= event->seq)
        item_apply(&replay->items[item], event);
}

static enum err compare_entries(struct proof *proof,
                                const struct replay *replay)
{
    enum err err = ERR_OK;
    char part[64];
    for (int64_t seq = 1; seq < replay->count && err == ERR_OK; seq++) {
        struct entry_state entry;
        struct action_item item = {0};
        err = entry_state(proof->store, replay->in.id, seq, &entry);
        if (err == ERR_OK)
            err = item_state(proof->store, replay->in.id, seq, &item);
        if (err != ERR_OK)
            break;
        (void)snprintf(part, sizeof part, "#%" PRId64 " ", seq);
        compare(proof, replay->in.id, part, &entry_columns, &entry,
                &replay->entries[seq]);
        (void)snprintf(part, sizeof part, "action item #%" PRId64 " ", seq);
        compare(proof, replay->in.id, part, &item_columns, &item,
                &replay->items[seq]);
    }
    return found_damage(proof, err);
}

static enum err compare_incident(struct proof *proof, int64_t id,
                                 const struct incident *replayed)
{
    struct incident stored;
    char part[64];
    enum err err = store_incident(proof->store, id, &stored);
    if (err != ERR_OK) /* an incident without a row: see orphans */
        return err == ERR_NOT_FOUND ? ERR_OK : found_damage(proof, err);
    if (replayed->id != id)
        problem(proof, "INC-%" PRId64 ": the log declares INC-%" PRId64, id,
                replayed->id);
    compare(proof, id, "", &incident_columns, &stored, replayed);
    for (int i = MILESTONE_NONE + 1; i < MILESTONE_COUNT; i++) {
        (void)snprintf(part, sizeof part, "milestone \"%s\" ",
                       word_of(&milestone_words, i));
        compare(proof, id, part, &when_columns, &stored.milestones[i],
                &replayed->milestones[i]);
    }
    for (int i = 0; i < ROLE_HOLDERS; i++) {
        (void)snprintf(part, sizeof part, "role holder %d ", i + 1);
        compare(proof, id, part, &holder_columns, &stored.holders[i],
                &replayed->holders[i]);
    }
    return ERR_OK;
}

/* ---- the log ---- */

static enum err check_file(struct proof *proof, int64_t id,
                           const struct event *event)
{
    if (event->file_sha256.n == 0)
        return ERR_OK;
    struct query query = query_new(
        proof->store, "SELECT length(bytes) FROM attachment WHERE sha256 = ?");
    query_text(&query, event->file_sha256);
    if (!query_row(&query))
        problem(proof, "INC-%" PRId64 " #%" PRId64 ": the file %.*s is missing",
                id, event->seq, STR_ARG(event->file_sha256));
    else if (row_int(&query, 0) != event->file_bytes)
        problem(proof,
                "INC-%" PRId64 " #%" PRId64 ": the file has %" PRId64
                " bytes, the log says %" PRId64,
                id, event->seq, row_int(&query, 0), event->file_bytes);
    return query_end(&query);
}

/* Whether the event is the one that was recorded there. */
static bool check_link(struct proof *proof, int64_t id,
                       const struct event *event, int64_t seq_before,
                       const struct sha256 *before, const struct sha256 *stored)
{
    struct sha256 hash;
    if (event->seq != seq_before + 1) {
        problem(proof,
                "INC-%" PRId64 ": #%" PRId64 " follows #%" PRId64
                ", events are missing",
                id, event->seq, seq_before);
        return false;
    }
    if (event_hash(proof->store, before, id, event, &hash) != ERR_OK ||
        memcmp(&hash, stored, sizeof hash) != 0) {
        problem(proof,
                "INC-%" PRId64 " #%" PRId64
                ": the entry does not match its hash",
                id, event->seq);
        return false;
    }
    return true;
}

/* *is_whole: no event is missing, damaged or another one. The caller releases
 * *out. */
static enum err replay_incident(struct proof *proof, int64_t id,
                                struct replay *out, bool *is_whole)
{
    struct sha256 before = {{0}}, stored = {{0}};
    struct event event;
    const char *damaged;
    int64_t seq = 0;
    enum err err = ERR_OK;
    *out = (struct replay){.count = 0};
    *is_whole = true;
    struct query query =
        query_new(proof->store, buf_text(&proof->store->sql.by_seq));
    query_int(&query, id);
    query_int(&query, INT64_MIN);
    while (err == ERR_OK && query_row(&query)) {
        proof->found.events++;
        if (!event_of_row(&query, &event, &stored, &damaged)) {
            problem(proof, "INC-%" PRId64 " #%" PRId64 ": %s is damaged", id,
                    event.seq, damaged);
            *is_whole = false;
        } else if (!check_link(proof, id, &event, seq, &before, &stored)) {
            *is_whole = false;
        }
        /* Rules may assert what a changed event no longer keeps. */
        if (*is_whole)
            replay_event(out, &event);
        err = check_file(proof, id, &event);
        /* From the stored hash on: what follows is judged by itself. */
        before = stored;
        seq = event.seq;
    }
    enum err read = found_damage(proof, query_end(&query));
    return err == ERR_OK ? read : err;
}

static void replay_release(struct replay *replay)
{
    free(replay->entries);
    free(replay->items);
}

static enum err check_incident(struct proof *proof, int64_t id)
{
    struct replay replayed;
    bool is_whole;
    enum err err = replay_incident(proof, id, &replayed, &is_whole);
    proof->found.incidents += err == ERR_OK;
    if (err == ERR_OK && is_whole)
        err = compare_incident(proof, id, &replayed.in);
    if (err == ERR_OK && is_whole)
        err = compare_entries(proof, &replayed);
    replay_release(&replayed);
    return err;
}

static enum err check_incidents(struct proof *proof)
{
    struct query query =
        query_new(proof->store, "SELECT id FROM incident UNION"
                                " SELECT incident FROM event ORDER BY 1");
    enum err err = ERR_OK;
    while (err == ERR_OK && query_row(&query))
        err = check_incident(proof, row_int(&query, 0));
    enum err read = found_damage(proof, query_end(&query));
    return err != ERR_OK ? err : read;
}

/* ---- after an upgrade ---- */

/* A log that ends too early is damage, too. */
static enum err refold(struct proof *proof, int64_t id)
{
    struct replay replayed;
    struct incident stored;
    bool is_whole;
    enum err err = replay_incident(proof, id, &replayed, &is_whole);
    if (err == ERR_OK)
        err = found_damage(proof, store_incident(proof->store, id, &stored));
    if (err == ERR_OK && is_whole && replayed.in.id == stored.id &&
        replayed.in.last_seq == stored.last_seq)
        err = incident_put(proof->store, &stored, &replayed.in);
    replay_release(&replayed);
    return err;
}

enum err incidents_refold(struct store *store)
{
    struct buf report = BUF_INIT(64);
    struct proof proof = {.store = store, .report = &report};
    struct query query = query_new(store, "SELECT id FROM incident");
    enum err err = ERR_OK;
    while (err == ERR_OK && query_row(&query))
        err = refold(&proof, row_int(&query, 0));
    enum err read = found_damage(&proof, query_end(&query));
    buf_release(&report);
    return err == ERR_OK ? read : err;
}

/* ---- the rest ---- */

static enum err check_attachments(struct proof *proof)
{
    struct query query =
        query_new(proof->store, "SELECT sha256, bytes FROM attachment");
    char hex[SHA256_HEX];
    while (query_row(&query)) {
        struct str name = row_text(&query, 0);
        struct sha256 hash = sha256_of(row_text(&query, 1));
        sha256_hex(&hash, hex);
        proof->found.attachments++;
        if (!str_is(name, hex))
            problem(proof, "the file %.*s has changed: its hash is %s",
                    STR_ARG(name), hex);
    }
    return found_damage(proof, query_end(&query));
}

/* Rows of any table whose incident is not there. */
static enum err check_orphans(struct proof *proof)
{
    struct query query =
        query_new(proof->store,
                  "SELECT \"table\", count(*) FROM pragma_foreign_key_check"
                  " GROUP BY 1 UNION ALL SELECT 'outbox', count(*) FROM outbox"
                  " WHERE incident <> 0 AND incident NOT IN (SELECT id FROM"
                  " incident) HAVING count(*) > 0");
    while (query_row(&query))
        problem(proof, "%" PRId64 " rows of %.*s belong to no incident",
                row_int(&query, 1), STR_ARG(row_text(&query, 0)));
    return found_damage(proof, query_end(&query));
}

/* All of the above is found by walking the tables. Whoever looks for an entry
 * goes by an index, and what opens the file does not compare the two: SQLite's
 * quick check leaves that out. */
static enum err check_indexes(struct proof *proof)
{
    struct query query = query_new(
        proof->store, "SELECT integrity_check FROM pragma_integrity_check(20)"
                      " WHERE integrity_check <> 'ok'");
    while (query_row(&query))
        problem(proof, "%.*s (sqlite3's REINDEX makes indexes anew)",
                STR_ARG(row_text(&query, 0)));
    return found_damage(proof, query_end(&query));
}

enum err store_verify(struct store *store, struct verdicts *out,
                      struct buf *report)
{
    struct proof proof = {.store = store, .report = report};
    /* One transaction: all of it is seen as of one moment, whatever a bot
     * beside us writes. */
    bool own_turn = !store_in_transaction(store);
    enum err err = own_turn ? store_begin(store) : ERR_OK;
    if (err == ERR_OK)
        err = check_incidents(&proof);
    if (err == ERR_OK)
        err = check_attachments(&proof);
    if (err == ERR_OK)
        err = check_orphans(&proof);
    if (err == ERR_OK)
        err = check_indexes(&proof);
    if (own_turn)
        store_rollback(store);
    if (err != ERR_OK)
        return err;
    *out = proof.found;
    return proof.found.problems == 0 ? ERR_OK : ERR_CORRUPT;
}
