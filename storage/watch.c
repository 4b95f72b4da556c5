/*
 * What may need a reminder: found by the indexes of what is live or open, so
 * that past incidents cost nothing. They are named: without statistics SQLite
 * takes a whole incident's rows for as cheap.
 */
#include "storage/store_internal.h"

static enum err read_ids(struct query *query, int64_t *ids, int max, int *count)
{
    int n = 0;
    while (n < max && query_row(query))
        ids[n++] = row_int(query, 0);
    enum err err = query_end(query);
    if (err == ERR_OK)
        *count = n;
    return err;
}

enum err store_live(struct store *store, int64_t *ids, int max, int *count)
{
    struct query query = query_new(
        store, "SELECT id FROM incident INDEXED BY incident_live"
               " WHERE state IN ('investigating', 'identified', 'mitigated')"
               " ORDER BY id DESC");
    return read_ids(&query, ids, max, count);
}

enum err store_watched(struct store *store, int64_t *ids, int max, int *count)
{
    struct query query = query_new(
        store, "SELECT id FROM incident INDEXED BY incident_live"
               "  WHERE state IN ('investigating', 'identified', 'mitigated')"
               " UNION SELECT incident FROM entry INDEXED BY entry_open"
               "  WHERE needs_settling = 1"
               "  AND struck = 0 AND settlement = 'none' AND kind = 'change'"
               " UNION SELECT incident FROM item INDEXED BY item_open"
               "  WHERE state IN ('open', 'doing')"
               " UNION SELECT id FROM incident INDEXED BY incident_unarchived"
               "  WHERE state <> 'investigating' AND state <> 'identified'"
               "  AND state <> 'mitigated' AND archive_reminded_ms <= "
               "last_update_ms ORDER BY 1 DESC");
    return read_ids(&query, ids, max, count);
}

enum err store_polled(struct store *store, int64_t *ids, int max, int *count)
{
    struct query query = query_new(
        store,
        "SELECT id FROM incident INDEXED BY incident_pull"
        "  WHERE pull_state = 'open'"
        " UNION SELECT incident FROM item INDEXED BY item_issue"
        "  WHERE issue_number <> 0 AND state IN ('open', 'doing')"
        " UNION SELECT id FROM incident INDEXED BY incident_unarchived"
        "  WHERE state <> 'investigating' AND state <> 'identified'"
        "  AND state <> 'mitigated' AND archive_reminded_ms <= last_update_ms"
        "  AND state = 'review' AND postmortem_ref <> ''"
        " ORDER BY 1 DESC");
    return read_ids(&query, ids, max, count);
}

enum err store_each_digest(struct store *store, int64_t now_ms,
                           store_digest_fn *each, void *context)
{
    struct query query = query_new(
        store,
        "SELECT guild_id, max(coalesce(max(digest_reminded_ms)"
        "  FILTER (WHERE digest_reminded_ms <= ?), 0), min(declared_at_ms)),"
        " min(CASE WHEN is_private = 0 AND is_drill = 0 AND id IN"
        "  (SELECT incident FROM item INDEXED BY item_open"
        "    WHERE state IN ('open', 'doing')"
        "   UNION SELECT incident FROM entry INDEXED BY entry_open"
        "    WHERE needs_settling = 1 AND struck = 0 AND settlement = 'none'"
        "    AND kind = 'change') THEN id END)"
        " FROM incident INDEXED BY incident_digest GROUP BY guild_id");
    query_int(&query, now_ms);
    while (query_row(&query)) {
        const struct digest digest = {
            .guild_id = row_id(&query, 0),
            .last_ms = row_int(&query, 1),
            .incident_id = row_int(&query, 2),
        };
        if (!each(&digest, context))
            break;
    }
    return query_end(&query);
}

enum err store_private_mark(struct store *store, int64_t *out)
{
    struct query query =
        query_new(store, "SELECT coalesce(sum(id * id), 0) FROM incident"
                         " WHERE is_private = 1");
    return query_end_int(&query, out);
}
