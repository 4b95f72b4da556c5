#include "storage/drafts.h"
#include "storage/store_internal.h"

enum err store_put_draft(struct store *store, uint64_t interaction_id,
                         uint64_t user_id, struct str text, int64_t now_ms)
{
    struct query query = query_new(
        store, "INSERT OR REPLACE INTO draft (interaction, user_id, at_ms,"
               " text) VALUES (?, ?, ?, ?)");
    query_id(&query, interaction_id);
    query_id(&query, user_id);
    query_int(&query, now_ms);
    query_blob(&query, text.s, text.n);
    return query_run(&query);
}

enum err store_draft(struct store *store, uint64_t interaction_id,
                     uint64_t user_id, struct buf *out)
{
    struct query query = query_new(
        store, "SELECT text FROM draft WHERE interaction = ? AND user_id = ?");
    query_id(&query, interaction_id);
    query_id(&query, user_id);
    return query_end_text(&query, out);
}

enum err store_drop_draft(struct store *store, uint64_t interaction_id)
{
    struct query query =
        query_new(store, "DELETE FROM draft WHERE interaction = ?");
    query_id(&query, interaction_id);
    return query_run(&query);
}

enum err store_forget_drafts(struct store *store, int64_t before_ms)
{
    struct query query = query_new(store, "DELETE FROM draft WHERE at_ms < ?");
    query_int(&query, before_ms);
    return query_run(&query);
}
