/*
 * Wishes, not messages: a row says which part of the world may differ from the
 * record. See storage/store.h for what holds a lane and what does not.
 */
#include "storage/store_internal.h"

#include <assert.h>
#include <inttypes.h>

/* Effects of one lane are delivered one after the other. */
static const char *lane_of(enum effect_kind kind)
{
    switch (kind) {
    case EFFECT_WAR_ROOM:
    case EFFECT_CARD:
    case EFFECT_PIN:
    case EFFECT_ROOM:
    case EFFECT_REMIND:
        return "war";
    case EFFECT_LIVE_ROOM:
    case EFFECT_LIVE_CARD:
    case EFFECT_LIVE:
        return "live";
    case EFFECT_ANNOUNCE:
        return "announce";
    case EFFECT_FETCH:
        return "fetch";
    case EFFECT_POSTMORTEM:
        return "git";
    case EFFECT_ACCESS:
    case EFFECT_ARCHIVE:
        return "access";
    case EFFECT_RENAME: /* waits for minutes: see facts on channel names */
        return "name";
    case EFFECT_CHART:
        return "chart";
    case EFFECT_ALERT_CARD:
        return "alerts";
    case EFFECT_PULL:
        return "pull";
    case EFFECT_ISSUE:
        return "issue";
    case EFFECT_POLL:
        return "poll";
    case EFFECT_NONE:
    case EFFECT_KIND_COUNT:
        break;
    }
    assert(false);
    return "";
}

/* NOT_FOUND: it is not wanted yet. Under load it nearly always is, and finding
 * that out by a refused INSERT costs twice as much. */
static enum err want_again(struct store *store, enum effect_kind kind,
                           int64_t incident_id, int64_t target,
                           const struct fetch *fetch, int64_t now_ms)
{
    struct query query = query_new(
        store, "UPDATE outbox SET wanted = wanted + 1, url = coalesce(?, url),"
               " not_before_ms = CASE attempts WHEN 0"
               " THEN min(not_before_ms, ?) ELSE not_before_ms END"
               " WHERE incident = ? AND lane = ? AND kind = ? AND target = ?");
    query_text(&query, fetch->url);
    query_int(&query, now_ms);
    query_int(&query, incident_id);
    query_text(&query, str_of(lane_of(kind)));
    query_text(&query, str_of(word_of(&effect_kind_words, (int)kind)));
    query_int(&query, target);
    enum err err = query_run(&query);
    return err == ERR_OK && sqlite3_changes(store->db) == 0 ? ERR_NOT_FOUND
                                                            : err;
}

void wishes_forget(struct store *store)
{
    store->wish_count = 0;
}

static bool wished_already(const struct store *store, struct wish wish)
{
    for (int i = 0; i < store->wish_count; i++)
        if (store->wishes[i].kind == wish.kind &&
            store->wishes[i].incident_id == wish.incident_id &&
            store->wishes[i].target == wish.target)
            return true;
    return false;
}

static void remember_wish(struct store *store, struct wish wish)
{
    if (store->turn && store->wish_count < WISHES)
        store->wishes[store->wish_count++] = wish;
}

enum err store_want(struct store *store, enum effect_kind kind,
                    int64_t incident_id, int64_t target,
                    const struct fetch *fetch, int64_t now_ms)
{
    static const struct fetch none;
    if (fetch == NULL)
        fetch = &none;
    if (fetch->url.n >= sizeof((struct outbox_row *)NULL)->url) {
        store_say(store, "an address of %zu bytes is too long", fetch->url.n);
        return ERR_TOO_LONG;
    }
    const struct wish wish = {kind, incident_id, target};
    if (fetch == &none && wished_already(store, wish))
        return ERR_OK;
    enum err err = want_again(store, kind, incident_id, target, fetch, now_ms);
    if (err == ERR_OK)
        remember_wish(store, wish);
    if (err != ERR_NOT_FOUND)
        return err;
    struct query query = query_new(
        store, "INSERT INTO outbox (incident, lane, kind, target, wanted,"
               " attempts, not_before_ms, first_attempt_ms, url, file_name,"
               " file_type) VALUES (?, ?, ?, ?, 1, 0, ?, 0, ?, ?, ?)");
    query_int(&query, incident_id);
    query_text(&query, str_of(lane_of(kind)));
    query_text(&query, str_of(word_of(&effect_kind_words, (int)kind)));
    query_int(&query, target);
    query_int(&query, now_ms);
    query_text(&query, fetch->url);
    query_text(&query, fetch->name);
    query_text(&query, fetch->type);
    return query_run(&query);
}

enum row_of_outbox {
    ROW_ID,
    ROW_INCIDENT,
    ROW_LANE,
    ROW_KIND,
    ROW_TARGET,
    ROW_WANTED,
    ROW_ATTEMPTS,
    ROW_NOT_BEFORE,
    ROW_FIRST_ATTEMPT,
    ROW_URL,
    ROW_FILE_NAME,
    ROW_FILE_TYPE
};

static bool read_row(const struct query *query, struct outbox_row *row)
{
    struct str lane = row_text(query, ROW_LANE);
    struct str url = row_text(query, ROW_URL);
    int kind = word_find(&effect_kind_words, row_text(query, ROW_KIND));
    if (kind < 0 || url.n >= sizeof row->url)
        return false;
    row->id = row_int(query, ROW_ID);
    row->kind = (enum effect_kind)kind;
    row->incident_id = row_int(query, ROW_INCIDENT);
    row->target = row_int(query, ROW_TARGET);
    row->wanted = row_int(query, ROW_WANTED);
    row->attempts = row_int(query, ROW_ATTEMPTS);
    row->not_before_ms = row_int(query, ROW_NOT_BEFORE);
    row->first_attempt_ms = row_int(query, ROW_FIRST_ATTEMPT);
    (void)snprintf(row->lane, sizeof row->lane, "%.*s/%" PRId64, STR_ARG(lane),
                   row->incident_id);
    str_copy_to(row->url, url);
    str_copy_to(row->file_name, row_text(query, ROW_FILE_NAME));
    str_copy_to(row->file_type, row_text(query, ROW_FILE_TYPE));
    return true;
}

static enum err next_due(struct store *store, int64_t now_ms, int64_t *out)
{
    struct query query =
        query_new(store, "SELECT not_before_ms FROM outbox"
                         " WHERE not_before_ms > ? AND not_before_ms <= ?"
                         " ORDER BY not_before_ms LIMIT 1");
    query_int(&query, now_ms);
    query_int(&query, now_ms + OUTBOX_WAIT_MOST_MS);
    int64_t at = query_row(&query) ? row_int(&query, 0) : INT64_MAX;
    enum err err = query_end(&query);
    if (err == ERR_OK)
        *out = at;
    return err;
}

enum err store_due(struct store *store, int64_t now_ms, store_outbox_fn *each,
                   void *context, int64_t *next_due_ms)
{
    /* The inner query walks the unique index, lane by lane; the sort reads all
     * heads before the first is given, so the callback may write. */
    struct query query = query_new(
        store,
        "WITH head AS ("
        " SELECT min(id) AS id FROM outbox"
        " WHERE attempts > 0 OR not_before_ms <= ?1 OR not_before_ms > ?2"
        " GROUP BY incident, lane)"
        " SELECT o.id, incident, lane, kind, target, wanted, attempts,"
        " not_before_ms, first_attempt_ms, url, file_name, file_type"
        " FROM head CROSS JOIN outbox AS o ON o.id = head.id"
        " WHERE not_before_ms <= ?1 OR not_before_ms > ?2 ORDER BY o.id");
    struct outbox_row row;
    query_int(&query, now_ms);
    query_int(&query, now_ms + OUTBOX_WAIT_MOST_MS);
    while (query_row(&query)) {
        if (!read_row(&query, &row))
            return query_end_damaged(&query,
                                     "outbox row %" PRId64 " is damaged",
                                     row_int(&query, ROW_ID));
        if (!each(&row, context))
            break;
    }
    enum err err = query_end(&query);
    return err == ERR_OK ? next_due(store, now_ms, next_due_ms) : err;
}

enum err store_outbox_count(struct store *store, int64_t *out)
{
    struct query query = query_new(store, "SELECT count(*) FROM outbox"
                                          " WHERE kind <> 'poll'");
    int64_t count = query_row(&query) ? row_int(&query, 0) : 0;
    enum err err = query_end(&query);
    if (err == ERR_OK)
        *out = count;
    return err;
}

/* For a statement that must change the row it names. */
static enum err run_on_row(struct query *query)
{
    struct store *store = query->store;
    wishes_forget(store);
    enum err err = query_run(query);
    return err == ERR_OK && sqlite3_changes(store->db) == 0 ? ERR_NOT_FOUND
                                                            : err;
}

enum err store_outbox_begin(struct store *store, int64_t id, int64_t now_ms)
{
    struct query query = query_new(
        store, "UPDATE outbox SET attempts = attempts + 1, first_attempt_ms ="
               " CASE attempts WHEN 0 THEN ? ELSE first_attempt_ms END"
               " WHERE id = ?");
    query_int(&query, now_ms);
    query_int(&query, id);
    return run_on_row(&query);
}

enum err store_outbox_done(struct store *store, int64_t id, int64_t generation,
                           int64_t not_before_ms)
{
    struct query query =
        query_new(store, "DELETE FROM outbox WHERE id = ? AND wanted = ?");
    query_int(&query, id);
    query_int(&query, generation);
    enum err err = run_on_row(&query);
    if (err != ERR_NOT_FOUND)
        return err;
    query = query_new(store,
                      "UPDATE outbox SET id = (SELECT max(id) + 1 FROM outbox),"
                      " attempts = 0, first_attempt_ms = 0, not_before_ms = ?,"
                      " error = NULL WHERE id = ?");
    query_int(&query, not_before_ms);
    query_int(&query, id);
    return run_on_row(&query);
}

enum err store_outbox_retry(struct store *store, int64_t id,
                            int64_t not_before_ms, struct str error)
{
    struct query query = query_new(
        store, "UPDATE outbox SET not_before_ms = ?, error = ? WHERE id = ?");
    query_int(&query, not_before_ms);
    query_text(&query, error);
    query_int(&query, id);
    return run_on_row(&query);
}
