#include "commands/sections.h"
#include "commands/words.h"

#include <inttypes.h>

static bool render(const struct call *call, struct answer *answer)
{
    struct buf why = BUF_INIT(500);
    enum err err = call->process == NULL
                       ? ERR_REFUSED
                       : call->process->render(call->store, call->config,
                                               call->in, &answer->file, &why);
    bool ok = err == ERR_OK && !answer->file.overflow;
    if (!ok) {
        buf_release(&answer->file);
        buf_add_text(&answer->words, "The page cannot be rendered: ");
        markdown_add_line(&answer->words,
                          why.n > 0 ? buf_str(&why) : STR("it is too long"));
        buf_add_text(&answer->words, ". The record is whole; `opsroom render` "
                                     "on the server may say more.");
    }
    buf_release(&why);
    return ok;
}

static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    struct buf *words = &answer->words;
    unsigned empty;
    (void)request;
    if (!sections_empty(call, call->in->id, &empty))
        return REPLY_FAILED;
    if (!render(call, answer))
        return REPLY_TEXT;
    (void)snprintf(answer->file_name, sizeof answer->file_name,
                   "inc-%" PRId64 "-postmortem.md", call->in->id);
    str_copy_to(answer->file_type, STR("text/markdown; charset=utf-8"));
    buf_add_text(words, "The postmortem of ");
    say_incident(words, call->in);
    buf_add_text(words, " as it would be written now, with the names of "
                        "people: for the team, not for the public.");
    if (call->in->is_drill)
        buf_add_text(words, " It was a drill.");
    if (incident_is_live(call->in))
        buf_add_text(words, "\nThe incident is still open: it is written when "
                            "that is resolved.");
    buf_add_char(words, '\n');
    say_empty(words, empty);
    offer_sections(answer, empty);
    return REPLY_TEXT;
}

const struct command command_postmortem_preview = {
    .name = "postmortem preview",
    .help = "The postmortem's page as it would be written now, as a file",
    .right = RIGHT_RESPOND,
    .scope = SCOPE_INCIDENT,
    .run = run,
};
