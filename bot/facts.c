#include "bot/facts.h"

#include "bot/base/log.h"
#include "storage/discord.h"

void fact_keep(struct store *store, const char *name, struct str value)
{
    enum err err = store_begin(store);
    if (err == ERR_OK)
        err = store_put_fact(store, name, value);
    if (err == ERR_OK)
        err = store_commit(store);
    if (err != ERR_OK) {
        log_error("fact_not_kept", LOG_TEXT("name", name),
                  LOG_TEXT("why", store_why(store)));
        store_rollback(store);
    }
}

uint64_t fact_id(struct store *store, const char *name)
{
    struct buf text = BUF_INIT(64);
    uint64_t id = 0;
    if (store_fact(store, name, &text) == ERR_OK)
        (void)str_to_u64(buf_str(&text), &id);
    buf_release(&text);
    return id;
}
