#include "commands/alerts.h"
#include "commands/words.h"

#include <inttypes.h>

static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    (void)answer;
    request->kind = REQUEST_IGNORE;
    request->alert_card = alert_card_typed(call);
    return REPLY_REQUEST;
}

static void told(const struct call *call, const struct incident *after,
                 const struct outcome *outcome, struct answer *answer)
{
    (void)after;
    (void)outcome;
    buf_addf(&answer->words,
             "Ignored: no incident gets alerts #%" PRId64
             ". When the monitor reports them anew, they are shown again.",
             alert_card_typed(call));
}

const struct command command_alert_ignore = {
    .name = "alert ignore",
    .help = "Say that alerts need no incident",
    .right = RIGHT_DECLARE,
    .scope = SCOPE_NONE,
    .options = {{.name = "alerts",
                 .help = "Their number",
                 .type = VALUE_TEXT,
                 .required = true,
                 .max_units = 20,
                 .complete = complete_alert_cards}},
    .run = run,
    .told = told,
};
