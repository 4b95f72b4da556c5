#include "bot/road/damage.h"

#include "bot/base/log.h"

enum err damage_passed(const struct store *store, int64_t incident_id,
                       enum err err)
{
    if (err != ERR_CORRUPT)
        return err;
    log_error("incident_damaged", LOG_INT("incident", incident_id),
              LOG_TEXT("why", store_why(store)),
              LOG_TEXT("words", "`opsroom verify` tells all of it; restore a "
                                "backup."));
    return ERR_OK;
}
