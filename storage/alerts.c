/*
 * What monitors handed in. Not part of any record: an alert that an incident
 * has is told there by an entry, and stays if these rows go.
 */
#include "storage/alerts.h"

#include "storage/store_internal.h"

#include <assert.h>
#include <inttypes.h>

#define END_WORD(name, word) word,
static const char *const end_all[] = {ALERT_END_LIST(END_WORD)};
static const struct words end_words = {end_all, COUNT(end_all)};

/* is_told: 0, its entry's words do not count it yet; 1, they tell all; 2, they
 * count it, but do not tell that it is over. */
#define SELECT_ALERT                                                           \
    "SELECT id, source, key, by_probe, service, severity, title, text, link,"  \
    " started_ms, ended_ms, received_ms, times, card, incident, seq, is_told," \
    " is_warning, again_ms, how_ended FROM alert"

enum {
    ROW_ID,
    ROW_SOURCE,
    ROW_KEY,
    ROW_BY_PROBE,
    ROW_SERVICE,
    ROW_SEVERITY,
    ROW_TITLE,
    ROW_TEXT,
    ROW_LINK,
    ROW_STARTED,
    ROW_ENDED,
    ROW_RECEIVED,
    ROW_TIMES,
    ROW_CARD,
    ROW_INCIDENT,
    ROW_SEQ,
    ROW_IS_TOLD,
    ROW_IS_WARNING,
    ROW_AGAIN,
    ROW_END
};

/* ---- reading ---- */

static bool read_alert(const struct query *query, struct stored_alert *stored)
{
    int severity = word_find(&severity_words, row_text(query, ROW_SEVERITY));
    int end = word_find(&end_words, row_text(query, ROW_END));
    *stored = (struct stored_alert){
        .id = row_int(query, ROW_ID),
        .alert = {.source = row_text(query, ROW_SOURCE),
                  .by_probe = row_int(query, ROW_BY_PROBE) != 0,
                  .key = row_text(query, ROW_KEY),
                  .is_firing = row_int(query, ROW_ENDED) == 0,
                  .is_warning = row_int(query, ROW_IS_WARNING) != 0,
                  .title = row_text(query, ROW_TITLE),
                  .text = row_text(query, ROW_TEXT),
                  .link = row_text(query, ROW_LINK),
                  .service = row_text(query, ROW_SERVICE),
                  .severity =
                      severity < 0 ? SEVERITY_NONE : (enum severity)severity,
                  .started_ms = row_int(query, ROW_STARTED),
                  .ended_ms = row_int(query, ROW_ENDED)},
        .end = end < 0 ? ALERT_END_TOLD : (enum alert_end)end,
        .received_ms = row_int(query, ROW_RECEIVED),
        .again_ms = row_int(query, ROW_AGAIN),
        .times = row_int(query, ROW_TIMES),
        .card = row_int(query, ROW_CARD),
        .incident_id = row_int(query, ROW_INCIDENT),
        .seq = row_int(query, ROW_SEQ),
        .is_told = row_int(query, ROW_IS_TOLD) != 0,
    };
    return severity >= 0 && end >= 0;
}

int64_t stored_alert_began_ms(const struct stored_alert *stored)
{
    int64_t told_ms = stored->alert.started_ms;
    return told_ms > 0 ? told_ms : stored->received_ms;
}

static enum err each_alert(struct query *query, store_alert_fn *each,
                           void *context)
{
    struct stored_alert stored;
    while (query_row(query)) {
        if (!read_alert(query, &stored))
            return query_end_damaged(
                query, "alert %" PRId64 ": severity or end is damaged",
                stored.id);
        if (!each(&stored, context))
            break;
    }
    return query_end_found(query);
}

/* To find none is no failure. */
static enum err each_alert_if_any(struct query *query, store_alert_fn *each,
                                  void *context)
{
    enum err err = each_alert(query, each, context);
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

enum err store_firing_alert(struct store *store, struct str source,
                            struct str key, store_alert_fn *each, void *context)
{
    struct query query = query_new(
        store, SELECT_ALERT " WHERE source = ? AND key = ? AND ended_ms = 0");
    query_text(&query, source);
    query_text(&query, key);
    return each_alert(&query, each, context);
}

enum err store_alert(struct store *store, int64_t id, store_alert_fn *each,
                     void *context)
{
    struct query query = query_new(store, SELECT_ALERT " WHERE id = ?");
    query_int(&query, id);
    return each_alert(&query, each, context);
}

enum err store_each_homeless_alert(struct store *store, store_alert_fn *each,
                                   void *context)
{
    struct query query = query_new(
        store, SELECT_ALERT " INDEXED BY alert_homeless"
                            " WHERE ended_ms = 0 AND incident = 0 ORDER BY id");
    return each_alert_if_any(&query, each, context);
}

enum err store_each_firing_alert(struct store *store, store_alert_fn *each,
                                 void *context)
{
    struct query query =
        query_new(store, SELECT_ALERT " INDEXED BY alert_firing"
                                      " WHERE ended_ms = 0 ORDER BY id DESC");
    return each_alert_if_any(&query, each, context);
}

enum err store_each_alert_on_card(struct store *store, int64_t card,
                                  store_alert_fn *each, void *context)
{
    struct query query =
        query_new(store, SELECT_ALERT " WHERE card = ? AND card <> 0"
                                      " ORDER BY ended_ms <> 0, id");
    query_int(&query, card);
    return each_alert_if_any(&query, each, context);
}

enum err store_each_alert_of_entry(struct store *store, int64_t incident_id,
                                   int64_t seq, enum alert_scope scope,
                                   store_alert_fn *each, void *context)
{
    struct query query =
        query_new(store, SELECT_ALERT " WHERE incident = ? AND incident <> 0"
                                      " AND seq = ? AND is_told >= ?"
                                      " ORDER BY id");
    query_int(&query, incident_id);
    query_int(&query, seq);
    query_int(&query, scope == ALERTS_TOLD);
    return each_alert_if_any(&query, each, context);
}

/* ---- summing up ---- */

enum err store_count_firing_in(struct store *store, int64_t incident_id,
                               int64_t *out)
{
    struct query query =
        query_new(store, "SELECT count(*) FROM alert INDEXED BY alert_firing_in"
                         " WHERE incident = ? AND ended_ms = 0"
                         " AND is_warning = 0");
    query_int(&query, incident_id);
    bool found = query_row(&query);
    if (found)
        *out = row_int(&query, 0);
    return query_end(&query);
}

/* The worst severity is the first as text, too. */
enum err store_sum_alerts_of_entry(struct store *store, int64_t incident_id,
                                   int64_t seq, enum alert_scope scope,
                                   struct alert_sums *out)
{
    struct query query = query_new(
        store,
        "SELECT count(*),"
        " coalesce(min(iif(started_ms > 0, started_ms, received_ms)), 0),"
        " coalesce(min(severity) FILTER (WHERE severity <> ?), ?)"
        " FROM alert WHERE incident = ? AND incident <> 0 AND seq = ?"
        " AND is_told >= ?");
    struct str none = str_of(word_of(&severity_words, SEVERITY_NONE));
    struct alert_sums sums = {.severity = SEVERITY_NONE};
    int severity = SEVERITY_NONE;
    query_text(&query, none);
    query_text(&query, none);
    query_int(&query, incident_id);
    query_int(&query, seq);
    query_int(&query, scope == ALERTS_TOLD);
    if (query_row(&query)) {
        sums.count = row_int(&query, 0);
        sums.first_started_ms = row_int(&query, 1);
        severity = word_find(&severity_words, row_text(&query, 2));
    }
    if (severity < 0)
        return query_end_damaged(&query,
                                 "alerts of entry %" PRId64 " of incident"
                                 " %" PRId64 ": severity is damaged",
                                 seq, incident_id);
    sums.severity = (enum severity)severity;
    enum err err = query_end(&query);
    if (err == ERR_OK)
        *out = sums;
    return err;
}

enum err store_last_end(struct store *store, int64_t incident_id, int64_t seq,
                        int64_t *ended_ms, enum alert_end *end)
{
    struct query query = query_new(
        store, "SELECT ended_ms, how_ended FROM alert WHERE incident = ? AND"
               " incident <> 0 AND seq = ? AND ended_ms <> 0 AND"
               " is_warning = 0 ORDER BY ended_ms DESC, id DESC LIMIT 1");
    int how = ALERT_END_TOLD;
    int64_t ms = 0;
    query_int(&query, incident_id);
    query_int(&query, seq);
    if (query_row(&query)) {
        ms = row_int(&query, 0);
        how = word_find(&end_words, row_text(&query, 1));
    }
    if (how < 0)
        return query_end_damaged(&query,
                                 "alerts of entry %" PRId64 " of incident"
                                 " %" PRId64 ": end is damaged",
                                 seq, incident_id);
    enum err err = query_end_found(&query);
    if (err == ERR_OK) {
        *ended_ms = ms;
        *end = (enum alert_end)how;
    }
    return err;
}

enum err store_alerts_fire(struct store *store, int64_t incident_id,
                           int64_t seq, bool *fire)
{
    struct query query =
        query_new(store, "SELECT 1 FROM alert INDEXED BY alert_firing_in"
                         " WHERE incident = ? AND seq = ? AND ended_ms = 0"
                         " LIMIT 1");
    query_int(&query, incident_id);
    query_int(&query, seq);
    bool any = query_row(&query);
    enum err err = query_end(&query);
    if (err == ERR_OK)
        *fire = any;
    return err;
}

enum err store_each_untold_entry(struct store *store,
                                 store_entry_of_alerts_fn *each, void *context)
{
    struct query query =
        query_new(store, "SELECT DISTINCT a.incident, a.seq,"
                         " i.state IN ('closed', 'cancelled') FROM alert AS a"
                         " INDEXED BY alert_untold CROSS JOIN incident AS i"
                         " ON i.id = a.incident WHERE a.is_told <> 1");
    while (query_row(&query))
        if (!each(row_int(&query, 0), row_int(&query, 1),
                  row_int(&query, 2) != 0, context))
            break;
    return query_end(&query);
}

enum err store_end_is_told(struct store *store, int64_t incident_id,
                           int64_t seq, int64_t count, bool *out)
{
    struct query query = query_new(
        store, "SELECT 1 FROM entry AS n JOIN event AS o"
               " ON o.incident = n.incident AND o.seq = n.seq"
               " WHERE n.incident = ? AND n.seq > ? AND n.kind = 'alert'"
               " AND n.target = ? AND o.alert_count >= ? LIMIT 1");
    query_int(&query, incident_id);
    query_int(&query, seq);
    query_int(&query, seq);
    query_int(&query, count);
    bool is_told = query_row(&query);
    enum err err = query_end(&query);
    if (err == ERR_OK)
        *out = is_told;
    return err;
}

enum err store_last_alert_entry(struct store *store, int64_t incident_id,
                                struct str source, bool is_warning,
                                int64_t *seq, int64_t *newest_ms)
{
    struct query query =
        query_new(store, "SELECT seq, received_ms FROM alert WHERE incident = ?"
                         " AND incident <> 0 AND source = ? AND is_warning = ?"
                         " ORDER BY seq DESC, id DESC LIMIT 1");
    int64_t found = 0, received_ms = 0;
    query_int(&query, incident_id);
    query_text(&query, source);
    query_int(&query, is_warning);
    if (query_row(&query)) {
        found = row_int(&query, 0);
        received_ms = row_int(&query, 1);
    }
    enum err err = query_end_found(&query);
    if (err == ERR_OK) {
        *seq = found;
        *newest_ms = received_ms;
    }
    return err;
}

/* ---- writing ---- */

enum err store_put_alert(struct store *store, const struct alert *alert,
                         int64_t now_ms, int64_t *id)
{
    struct query query = query_new(
        store, "INSERT INTO alert (source, key, by_probe, service, severity,"
               " title, text, link, started_ms, ended_ms, received_ms, times,"
               " card, incident, seq, is_told, is_warning)"
               " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, 1, 0, 0, 0, 1, ?)");
    const struct str texts[] = {alert->title, alert->text, alert->link};
    query_text(&query, alert->source);
    query_text(&query, alert->key);
    query_int(&query, alert->by_probe);
    query_text(&query, alert->service.n > 0 ? alert->service : STR(""));
    query_text(&query, str_of(word_of(&severity_words, (int)alert->severity)));
    for (int i = 0; i < COUNT(texts); i++)
        query_text(&query, texts[i].n > 0 ? texts[i] : STR(""));
    query_int(&query, alert->started_ms);
    query_int(&query, now_ms);
    query_int(&query, alert->is_warning);
    enum err err = query_run(&query);
    if (err == ERR_OK)
        *id = sqlite3_last_insert_rowid(store->db);
    return err;
}

enum err store_repeat_alert(struct store *store, int64_t id, int64_t now_ms)
{
    struct query query =
        query_new(store, "UPDATE alert SET times = times + 1, again_ms = ?"
                         " WHERE id = ?");
    query_int(&query, now_ms);
    query_int(&query, id);
    return query_run(&query);
}

enum err store_end_alert(struct store *store, int64_t id, int64_t ended_ms,
                         enum alert_end end)
{
    struct query query = query_new(
        store, "UPDATE alert SET ended_ms = ?, how_ended = ? WHERE id = ?");
    assert(ended_ms > 0);
    query_int(&query, ended_ms);
    query_text(&query, str_of(word_of(&end_words, (int)end)));
    query_int(&query, id);
    return query_run(&query);
}

enum err store_put_alert_in_incident(struct store *store, int64_t id,
                                     int64_t incident_id, int64_t seq,
                                     bool is_told)
{
    struct query query =
        query_new(store, "UPDATE alert SET incident = ?, seq = ?, is_told = ?"
                         " WHERE id = ?");
    query_int(&query, incident_id);
    query_int(&query, seq);
    query_int(&query, is_told);
    query_int(&query, id);
    return query_run(&query);
}

static enum err run_on_entry(struct store *store, const char *sql,
                             int64_t incident_id, int64_t seq)
{
    struct query query = query_new(store, sql);
    query_int(&query, incident_id);
    query_int(&query, seq);
    return query_run(&query);
}

enum err store_mark_alerts_told(struct store *store, int64_t incident_id,
                                int64_t seq)
{
    return run_on_entry(store,
                        "UPDATE alert SET is_told = 1 WHERE incident = ?"
                        " AND seq = ? AND is_told <> 1",
                        incident_id, seq);
}

enum err store_move_untold_alerts(struct store *store, int64_t incident_id,
                                  int64_t seq, int64_t to_seq)
{
    struct query query =
        query_new(store, "UPDATE alert SET seq = ? WHERE incident = ?"
                         " AND seq = ? AND is_told = 0");
    query_int(&query, to_seq);
    query_int(&query, incident_id);
    query_int(&query, seq);
    return query_run(&query);
}

enum err store_mark_end_untold(struct store *store, int64_t incident_id,
                               int64_t seq)
{
    return run_on_entry(store,
                        "UPDATE alert SET is_told = 2 WHERE incident = ?"
                        " AND seq = ? AND is_told = 1",
                        incident_id, seq);
}

enum err store_forget_alerts(struct store *store, int64_t before_ms)
{
    struct query query =
        query_new(store, "DELETE FROM alert WHERE ended_ms <> 0"
                         " AND ended_ms < ?"
                         " OR is_warning = 1 AND received_ms < ?");
    query_int(&query, before_ms);
    query_int(&query, before_ms);
    return query_run(&query);
}
