#include "storage/discord.h"
#include "storage/store_internal.h"

#include "bot/base/civil.h"

#include <inttypes.h>

/* ---- answered interactions ---- */

enum err store_answer(struct store *store, uint64_t interaction_id,
                      struct buf *out)
{
    struct query query =
        query_new(store, "SELECT answer FROM answer WHERE interaction = ?");
    query_id(&query, interaction_id);
    return query_end_text(&query, out);
}

enum err store_put_answer(struct store *store, uint64_t interaction_id,
                          struct str answer, int64_t now_ms)
{
    struct query query = query_new(
        store, "INSERT OR REPLACE INTO answer (interaction, at_ms, answer)"
               " VALUES (?, ?, ?)");
    query_id(&query, interaction_id);
    query_int(&query, now_ms);
    query_blob(&query, answer.s, answer.n);
    return query_run(&query);
}

enum err store_forget_answers(struct store *store, int64_t before_ms)
{
    /* Ids rise with time, so the old ones are the first. */
    struct query query = query_new(
        store, "DELETE FROM answer WHERE at_ms < ?1 AND interaction <"
               " coalesce((SELECT interaction FROM answer WHERE at_ms >= ?1"
               "  ORDER BY interaction LIMIT 1), 9223372036854775807)");
    query_int(&query, before_ms);
    return query_run(&query);
}

/* ---- where it was announced ---- */

enum err store_put_announced_in(struct store *store, uint64_t channel_id)
{
    struct query query =
        query_new(store, "INSERT OR IGNORE INTO announced_in VALUES (?)");
    query_id(&query, channel_id);
    return query_run(&query);
}

enum err store_next_announced_in(struct store *store, uint64_t after,
                                 uint64_t but, uint64_t *out)
{
    struct query query =
        query_new(store, "SELECT channel_id FROM announced_in"
                         " WHERE channel_id > ? AND channel_id <> ?"
                         " ORDER BY channel_id LIMIT 1");
    query_id(&query, after);
    query_id(&query, but);
    int64_t id;
    enum err err = query_end_int(&query, &id);
    if (err == ERR_OK)
        *out = (uint64_t)id;
    return err;
}

/* ---- the gateway session ---- */

enum err store_session(struct store *store, struct stored_session *out)
{
    struct query query =
        query_new(store, "SELECT session_id, resume_url, seq FROM session"
                         " WHERE session_id <> ''");
    struct stored_session session = {0};
    if (query_row(&query)) {
        str_copy_to(session.session_id, row_text(&query, 0));
        str_copy_to(session.resume_url, row_text(&query, 1));
        session.seq = row_int(&query, 2);
    }
    enum err err = query_end_found(&query);
    if (err == ERR_OK)
        *out = session;
    return err;
}

static enum err put_id(struct store *store, const char *name, uint64_t id)
{
    char text[24];
    if (id == 0)
        return ERR_OK;
    (void)snprintf(text, sizeof text, "%" PRIu64, id);
    return store_put_fact(store, name, str_of(text));
}

enum err store_put_session(struct store *store,
                           const struct stored_session *session)
{
    enum err err = put_id(store, "bot_user_id", session->bot_user_id);
    if (err == ERR_OK)
        err = put_id(store, "application_id", session->application_id);
    if (err != ERR_OK)
        return err;
    struct query query = query_new(
        store, "INSERT OR REPLACE INTO session (one, session_id, resume_url,"
               " seq) VALUES (1, ?, ?, ?)");
    query_text(&query, str_of(session->session_id));
    query_text(&query, str_of(session->resume_url));
    query_int(&query, session->seq);
    return query_run(&query);
}

enum err store_put_session_seq(struct store *store, int64_t seq)
{
    struct query query = query_new(store, "UPDATE session SET seq = ?");
    query_int(&query, seq);
    return query_run(&query);
}

enum err store_identifies(struct store *store, int64_t now_ms, int64_t *out)
{
    struct query query =
        query_new(store, "SELECT count(*) FROM identify WHERE at_ms > ?");
    query_int(&query, now_ms - MS_PER_DAY);
    return query_end_int(&query, out);
}

enum err store_latest_identify(struct store *store, int64_t *out)
{
    struct query query =
        query_new(store, "SELECT at_ms FROM identify ORDER BY id DESC LIMIT 1");
    return query_end_int(&query, out);
}

enum err store_put_identify(struct store *store, int64_t now_ms)
{
    struct query query =
        query_new(store, "DELETE FROM identify WHERE at_ms <= ?");
    query_int(&query, now_ms - MS_PER_DAY);
    enum err err = query_run(&query);
    if (err != ERR_OK)
        return err;
    query = query_new(store, "INSERT INTO identify (at_ms) VALUES (?)");
    query_int(&query, now_ms);
    return query_run(&query);
}

/* ---- small facts ---- */

enum err store_fact(struct store *store, const char *name, struct buf *out)
{
    struct query query =
        query_new(store, "SELECT value FROM fact WHERE name = ?");
    query_text(&query, str_of(name));
    return query_end_text(&query, out);
}

enum err store_put_fact(struct store *store, const char *name, struct str value)
{
    struct query query = query_new(
        store, "INSERT OR REPLACE INTO fact (name, value) VALUES (?, ?)");
    query_text(&query, str_of(name));
    query_text(&query, value.s == NULL ? STR("") : value);
    return query_run(&query);
}
