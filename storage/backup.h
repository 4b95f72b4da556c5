/*
 * Copies of the record, proven to be whole, a part of storage/store.h. `why`
 * says in whole sentences what went wrong; then nothing has changed.
 */
#ifndef STORAGE_BACKUP_H
#define STORAGE_BACKUP_H

#include "storage/verify.h"

/* Copies the record to `file`, beside a running bot, and proves the copy before
 * it gets its name. An older backup there is replaced; anything else is refused
 * (ERR_REFUSED). */
MUST_CHECK enum err store_backup(struct store *store, const char *file,
                                 struct verdicts *verdicts, struct buf *why);
struct restored {
    struct verdicts verdicts;
    struct buf kept; /* path of the file that was there before; "": none was */
};
/* Puts a copy of `file`, proven and brought up to date, in the place of the
 * record at `path`. Refuses while a bot runs there (ERR_REFUSED). */
MUST_CHECK enum err store_restore(const char *path, const char *file,
                                  int64_t now_ms, struct restored *out,
                                  struct buf *why);

#endif
