/*
 * `opsroom backup` and `opsroom restore`.
 */
#include "storage/backup.h"
#include "bot/base/civil.h"
#include "bot/cli/cli.h"
#include "storage/store.h"
#include "storage/verify.h"

#include <inttypes.h>
#include <stdio.h>

#define WHY_BYTES 6000

static int tell(const char *what, const char *file,
                const struct verdicts *verdicts)
{
    return printf("%s %s, and proved it: %" PRId64 " incident%s, %" PRId64
                  " event%s, %" PRId64 " attachment%s.\n",
                  what, file, verdicts->incidents,
                  verdicts->incidents == 1 ? "" : "s", verdicts->events,
                  verdicts->events == 1 ? "" : "s", verdicts->attachments,
                  verdicts->attachments == 1 ? "" : "s");
}

static int complain(struct buf *why)
{
    (void)fprintf(stderr, "opsroom: %s\n", buf_text(why));
    buf_release(why);
    return 1;
}

int cli_backup(const struct config *config, const char *file)
{
    struct buf why = BUF_INIT(WHY_BYTES);
    struct store *store = NULL;
    struct verdicts verdicts;
    enum err err = store_open(config->storage_path, true, &store, &why);
    if (err == ERR_OK)
        err = store_backup(store, file, &verdicts, &why);
    store_close(store);
    if (err != ERR_OK)
        return complain(&why);
    return tell("Copied the record to", file, &verdicts) < 0;
}

int cli_restore(const struct config *config, const char *file)
{
    struct buf why = BUF_INIT(WHY_BYTES);
    struct restored restored = {.kept = BUF_INIT(PATH_MAX + 64)};
    int code;
    if (store_restore(config->storage_path, file, clock_wall_ms(), &restored,
                      &why) != ERR_OK) {
        code = complain(&why);
    } else {
        code = tell("Restored the record from", file, &restored.verdicts) < 0;
        if (restored.kept.n > 0)
            code |= printf("The record that was there is kept as %s.\n",
                           buf_text(&restored.kept)) < 0;
    }
    buf_release(&restored.kept);
    return code;
}
