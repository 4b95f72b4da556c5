/*
 * Wishes, not messages: a row says which part of the world may differ from the
 * record. See storage/store.h for what holds a lane and what does not.
 */
#include "storage/outbox.h"

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

bool store_has_wishes(const struct store *store)
{
    return store->has_wishes;
}

/* ---- wanting ---- */

struct wanted_row {
    int64_t id; /* 0: there is none */
    int64_t attempts, not_before_ms, paced_ms;
};

static enum err find_wanted(struct store *store, struct wish wish,
                            struct wanted_row *row)
{
    struct query query =
        query_new(store, "SELECT id, attempts, not_before_ms, paced_ms FROM"
                         " outbox WHERE incident = ? AND lane = ? AND kind = ?"
                         " AND target = ?");
    query_int(&query, wish.incident_id);
    query_text(&query, str_of(lane_of(wish.kind)));
    query_text(&query, str_of(word_of(&effect_kind_words, (int)wish.kind)));
    query_int(&query, wish.target);
    *row = (struct wanted_row){.id = 0};
    if (query_row(&query))
        *row = (struct wanted_row){row_int(&query, 0), row_int(&query, 1),
                                   row_int(&query, 2), row_int(&query, 3)};
    return query_end(&query);
}

static enum err insert(struct store *store, struct wish wish,
                       const struct fetch *fetch, int64_t now_ms)
{
    struct query query = query_new(
        store, "INSERT INTO outbox (incident, lane, kind, target, wanted,"
               " attempts, not_before_ms, first_attempt_ms, url, file_name,"
               " file_type) VALUES (?, ?, ?, ?, 1, 0, ?, 0, ?, ?, ?)");
    query_int(&query, wish.incident_id);
    query_text(&query, str_of(lane_of(wish.kind)));
    query_text(&query, str_of(word_of(&effect_kind_words, (int)wish.kind)));
    query_int(&query, wish.target);
    query_int(&query, now_ms);
    query_text(&query, fetch->url);
    query_text(&query, fetch->name);
    query_text(&query, fetch->type);
    return query_run(&query);
}

/* When a row that was not begun is due once it is wanted now. A pace further
 * off than any is was set by a clock that was ahead. */
static int64_t due_when_wanted(const struct wanted_row *row, int64_t now_ms)
{
    bool is_meant = row->paced_ms <= now_ms + OUTBOX_WAIT_MOST_MS;
    int64_t due_ms =
        is_meant && row->paced_ms > now_ms ? row->paced_ms : now_ms;
    return due_ms < row->not_before_ms ? due_ms : row->not_before_ms;
}

/* A row that was not begun and is due no sooner is as it was: under load that
 * is what nearly every wish finds. */
static enum err want_again(struct store *store, const struct wanted_row *row,
                           const struct fetch *fetch, int64_t now_ms)
{
    bool is_begun = row->attempts > 0;
    int64_t due_ms =
        is_begun ? row->not_before_ms : due_when_wanted(row, now_ms);
    if (!is_begun && due_ms == row->not_before_ms && fetch->url.n == 0)
        return ERR_OK;
    store->has_wishes = store->has_wishes || due_ms != row->not_before_ms;
    struct query query =
        query_new(store, "UPDATE outbox SET wanted = wanted + 1,"
                         " url = coalesce(?, url), not_before_ms = ?"
                         " WHERE id = ?");
    query_text(&query, fetch->url);
    query_int(&query, due_ms);
    query_int(&query, row->id);
    return query_run(&query);
}

enum err store_want(struct store *store, enum effect_kind kind,
                    int64_t incident_id, int64_t target,
                    const struct fetch *fetch, int64_t now_ms)
{
    static const struct fetch none;
    const struct wish wish = {kind, incident_id, target};
    struct wanted_row row;
    if (fetch == NULL)
        fetch = &none;
    if (fetch->url.n >= sizeof((struct outbox_row *)NULL)->url) {
        store_say(store, "an address of %zu bytes is too long", fetch->url.n);
        return ERR_TOO_LONG;
    }
    if (fetch == &none && wished_already(store, wish))
        return ERR_OK;
    enum err err = find_wanted(store, wish, &row);
    if (err != ERR_OK)
        return err;
    if (row.id != 0) {
        err = want_again(store, &row, fetch, now_ms);
    } else {
        store->has_wishes = true;
        err = insert(store, wish, fetch, now_ms);
    }
    if (err == ERR_OK)
        remember_wish(store, wish);
    return err;
}

/* ---- delivering ---- */

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
    store->has_wishes = false;
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
    return query_end_int(&query, out);
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

enum err store_outbox_begin(struct store *store, int64_t id, int64_t discord_ms)
{
    struct query query = query_new(
        store, "UPDATE outbox SET attempts = attempts + 1, first_attempt_ms ="
               " CASE attempts WHEN 0 THEN ? ELSE first_attempt_ms END"
               " WHERE id = ?");
    query_int(&query, discord_ms);
    query_int(&query, id);
    return run_on_row(&query);
}

enum err store_outbox_done(struct store *store, int64_t id, int64_t generation,
                           bool keeps, int64_t not_before_ms, int64_t paced_ms)
{
    struct query query = query_new(
        store, "DELETE FROM outbox WHERE id = ? AND wanted = ? AND NOT ?");
    query_int(&query, id);
    query_int(&query, generation);
    query_int(&query, keeps);
    enum err err = run_on_row(&query);
    if (err != ERR_NOT_FOUND)
        return err;
    query = query_new(store,
                      "UPDATE outbox SET id = (SELECT max(id) + 1 FROM outbox),"
                      " attempts = 0, first_attempt_ms = 0, not_before_ms ="
                      " CASE WHEN ?1 AND wanted > ?2 THEN ?4 ELSE ?3 END,"
                      " paced_ms = ?4, error = NULL WHERE id = ?5");
    query_int(&query, keeps);
    query_int(&query, generation);
    query_int(&query, not_before_ms);
    query_int(&query, paced_ms);
    query_int(&query, id);
    return run_on_row(&query);
}

enum err store_outbox_pace(struct store *store, int64_t id, int64_t paced_ms)
{
    struct query query =
        query_new(store, "UPDATE outbox SET not_before_ms = ?1, paced_ms = ?1"
                         " WHERE id = ?2");
    query_int(&query, paced_ms);
    query_int(&query, id);
    return run_on_row(&query);
}

enum err store_outbox_wait(struct store *store, int64_t id,
                           int64_t not_before_ms, struct str error)
{
    struct query query =
        query_new(store, "UPDATE outbox SET attempts = min(attempts, 1),"
                         " not_before_ms = ?, error = ? WHERE id = ?");
    query_int(&query, not_before_ms);
    query_text(&query, error);
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
