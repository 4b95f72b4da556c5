/*
 * What an earlier step of the same person left behind: a draft, or the message
 * of the menu that opened this form.
 */
#include "commands/attempt.h"

#include "bot/discord/json.h"
#include "storage/drafts.h"

#include <inttypes.h>

/* *id stays 0 when the button carries no such preset. */
static bool load(struct attempt *attempt, const char *preset, struct buf *out,
                 uint64_t *id)
{
    struct str digits = preset_value(attempt, preset);
    enum err err = ERR_NOT_FOUND;
    *id = 0;
    if (digits.s == NULL)
        return true;
    if (str_to_u64(digits, id))
        err = store_draft(attempt->world->store, *id,
                          attempt->interaction->user.id, out);
    if (err == ERR_OK)
        return true;
    if (err != ERR_NOT_FOUND)
        return attempt_fail(attempt, err);
    buf_addf(&attempt->run->answer.words,
             "What this belongs to is no longer there: it was used already, it "
             "is more than a day old, or it is somebody else's. Start again "
             "with `/%s`. Nothing was kept.",
             attempt->command->name);
    return false;
}

bool find_kept(struct attempt *attempt)
{
    struct command_run *run = attempt->run;
    uint64_t message_id, seen;
    run->call.seen = -1;
    if (str_to_u64(preset_value(attempt, PRESET_SEEN), &seen) &&
        seen <= INT64_MAX)
        run->call.seen = (int64_t)seen;
    if (!load(attempt, PRESET_DRAFT, &run->draft, &run->draft_id))
        return false;
    if (run->draft_id != 0)
        run->call.draft = buf_str(&run->draft);
    struct buf json = BUF_INIT(DRAFT_BYTES);
    bool ok = load(attempt, PRESET_MESSAGE, &json, &message_id);
    if (ok && message_id != 0) {
        run->kept_json = json_parse(buf_str(&json));
        if (interaction_message_parse(run->kept_json, &run->kept_message)) {
            set_message(run, &run->kept_message);
            attempt->menu = menu_of_command(attempt->command);
            run->message_draft_id = run->call.message_kept = message_id;
        }
    }
    buf_release(&json);
    return ok;
}
