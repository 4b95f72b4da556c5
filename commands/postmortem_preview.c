#include "commands/sections.h"
#include "commands/words.h"

#include <inttypes.h>

/* A message holds 2000 units. */
#define FINDINGS_BYTES 1500

static const char *const audience_names[] = {"internal", "public"};
static const struct words audiences = {audience_names, 2};
enum { INTERNAL, PUBLIC };

/* The page may be refused: a private incident has no public one. */
static bool render(const struct call *call, bool is_public,
                   struct answer *answer)
{
    struct buf why = BUF_INIT(2000);
    enum err err =
        call->process == NULL
            ? ERR_REFUSED
            : call->process->render(call->store, call->config, call->in,
                                    is_public, &answer->file, &why);
    bool ok = err == ERR_OK && !answer->file.overflow;
    if (!ok) {
        buf_release(&answer->file);
        buf_add_text(&answer->words, "The page cannot be rendered: ");
        say_excerpt(&answer->words,
                    why.n > 0 ? buf_str(&why) : STR("it is too long"), 1000);
        buf_add_text(&answer->words,
                     err == ERR_REFUSED
                         ? "."
                         : ". The record is whole; `opsroom render` on the "
                           "server may say more.");
    }
    buf_release(&why);
    return ok;
}

/* As many as leave room for the rest of the message. */
static bool say_findings(const struct call *call, struct buf *words)
{
    struct buf lines = BUF_INIT(20000);
    struct str rest, line;
    int shown = 0, left = 0;
    bool ok =
        call->process->check_prose(call->store, call->in, &lines) == ERR_OK;
    rest = buf_str(&lines);
    while (ok && rest.n > 0 && str_cut(&rest, '\n', &line)) {
        if (words->n + line.n > FINDINGS_BYTES) {
            left++;
            continue;
        }
        if (shown++ == 0)
            buf_add_text(words, "\nThe record says something else:\n");
        buf_addf(words, "%.*s\n", STR_ARG(line));
    }
    if (left > 0)
        buf_addf(words, "and %d more.\n", left);
    buf_release(&lines);
    return ok;
}

static void say_what(const struct call *call, bool is_public, struct buf *words)
{
    buf_add_text(words, "The postmortem of ");
    say_incident(words, call->in);
    if (is_public)
        buf_add_text(words,
                     " as everybody may read it: roles instead of names, and "
                     "only what the live room showed. Read it before you "
                     "publish it; what tells who somebody is without their "
                     "name is not seen.");
    else
        buf_add_text(words, " as it would be written now, with the names of "
                            "people: for the team, not for the public.");
    if (call->in->is_drill)
        buf_add_text(words, " It was a drill.");
    if (incident_page_is_withheld(call->in, call->config->private_pages))
        buf_add_text(words, "\nThe incident is private: its page stays out of "
                            "the repository.");
    else if (incident_is_live(call->in))
        buf_add_text(words, "\nThe incident is still open: it is written when "
                            "that is resolved.");
    buf_add_char(words, '\n');
}

static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    const struct value *audience = call_value(call, "audience");
    bool is_public = audience->given && audience->choice == PUBLIC;
    unsigned empty;
    (void)request;
    if (!sections_empty(call, call->in->id, &empty))
        return REPLY_FAILED;
    if (!render(call, is_public, answer))
        return REPLY_TEXT;
    (void)snprintf(answer->file_name, sizeof answer->file_name,
                   "inc-%" PRId64 "-%s.md", call->in->id,
                   is_public ? "public" : "postmortem");
    str_copy_to(answer->file_type, STR("text/markdown; charset=utf-8"));
    say_what(call, is_public, &answer->words);
    say_empty(&answer->words, empty);
    if (!say_findings(call, &answer->words))
        return REPLY_FAILED;
    offer_sections(answer, empty);
    return REPLY_TEXT;
}

const struct command command_postmortem_preview = {
    .name = "postmortem preview",
    .help = "The postmortem's page as it would be written now, as a file",
    .right = RIGHT_RESPOND,
    .reads = true,
    .scope = SCOPE_INCIDENT,
    .options = {{.name = "audience",
                 .help = "public: short, with roles instead of names",
                 .type = VALUE_CHOICE,
                 .choices = &audiences}},
    .run = run,
};
