#include "commands/command.h"
#include "commands/words.h"

#include <inttypes.h>

static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    struct buf *words = &answer->words;
    struct sha256 hash;
    char hex[SHA256_HEX];
    (void)request;
    if (call->process == NULL ||
        call->process->export(call->store, call->in, &answer->file) != ERR_OK ||
        store_record_hash(call->store, call->in->id, &hash) != ERR_OK) {
        buf_release(&answer->file);
        return REPLY_FAILED;
    }
    sha256_hex(&hash, hex);
    say_incident(words, call->in);
    if (answer->file.overflow) {
        buf_release(&answer->file);
        buf_addf(words,
                 " is too long for a message. On the server, `opsroom timeline "
                 "--incident %" PRId64 " --json` prints all of it.",
                 call->in->id);
        return REPLY_TEXT;
    }
    (void)snprintf(answer->file_name, sizeof answer->file_name,
                   "inc-%" PRId64 ".json", call->in->id);
    str_copy_to(answer->file_type, STR("application/json"));
    buf_addf(words,
             ": all %" PRId64 " events of its record, private ones too. Mind "
             "where you keep the file.\nSHA-256 of the record: `%s`",
             call->in->last_seq, hex);
    return REPLY_TEXT;
}

const struct command command_opsroom_export = {
    .name = "opsroom export",
    .help = "The whole record of an incident as a JSON file, for admins",
    .right = RIGHT_ADMIN,
    .reads = true,
    .scope = SCOPE_INCIDENT,
    .run = run,
};
