#include "storage/store_internal.h"

enum err store_each_place(struct store *store, int64_t incident_id,
                          store_place_fn *each, void *context)
{
    struct query query = query_new(
        store, incident_id == 0
                   ? "SELECT incident, change_where FROM event"
                     " WHERE change_where IS NOT NULL"
                     " ORDER BY incident DESC, seq DESC"
                   : "SELECT incident, change_where FROM event"
                     " WHERE incident = ? AND change_where IS NOT NULL"
                     " ORDER BY seq DESC");
    if (incident_id != 0)
        query_int(&query, incident_id);
    while (query_row(&query))
        if (!each(row_int(&query, 0), row_text(&query, 1), context))
            break;
    return query_end(&query);
}
