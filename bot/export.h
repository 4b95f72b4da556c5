/* The whole record of one incident as JSON, for machines and for archives. */
#ifndef BOT_EXPORT_H
#define BOT_EXPORT_H

#include "storage/store.h"

/* With private entries: for admins, and for who has the database anyway. */
MUST_CHECK enum err export_incident(struct store *store,
                                    const struct incident *in, struct buf *out);

#endif
