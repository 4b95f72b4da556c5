#include "commands/sections.h"
#include "commands/words.h"

#include "bot/base/utf8.h"

#include <limits.h>

/* The form opens with what is there, so that a change is a change. */
static enum reply open_form(const struct call *call, enum section section,
                            struct answer *answer)
{
    struct buf text = BUF_INIT(SUMMARY_UNITS * 3u);
    enum err err =
        store_shown_section(call->store, call->in->id, section, &text);
    answer_fill(answer, "text", buf_str(&text));
    buf_release(&text);
    return err == ERR_OK ? REPLY_FORM : REPLY_FAILED;
}

static enum reply ask(const struct call *call, struct answer *answer)
{
    unsigned empty;
    if (!sections_empty(call, call->in->id, &empty))
        return REPLY_FAILED;
    buf_add_text(&answer->words, "Which section of the postmortem of ");
    say_incident(&answer->words, call->in);
    buf_add_text(&answer->words, "? ");
    say_empty(&answer->words, empty);
    offer_sections(answer, empty);
    return REPLY_TEXT;
}

static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    const struct value *section = call_value(call, "section");
    const struct value *text = call_value(call, "text");
    bool clears = call_value(call, "clear")->flag;
    if (!section->given)
        return ask(call, answer);
    if (!text->given && !clears)
        return open_form(call, (enum section)section->choice, answer);
    request->kind = REQUEST_WRITE;
    request->draft.kind = EVENT_SECTION;
    request->draft.section = (enum section)section->choice;
    request->draft.text = clears ? STR_NONE : text->text;
    return REPLY_REQUEST;
}

static const char *now_of(const struct event *event, unsigned empty)
{
    if (event->text.n > 0)
        return " is written; what stood there before is in the record. ";
    if ((empty & 1u << event->section) == 0)
        return " is what the incident was resolved with again; what stood "
               "there is in the record. ";
    return " is empty again; what stood there is in the record. ";
}

static void told(const struct call *call, const struct incident *after,
                 const struct outcome *outcome, struct answer *answer)
{
    struct buf *words = &answer->words;
    const struct event *event = &outcome->events[0];
    unsigned empty = UINT_MAX;
    bool is_known = sections_empty(call, after->id, &empty);
    buf_addf(words, "\"%s\" of the postmortem of ",
             word_of(&section_words, (int)event->section));
    say_incident(words, after);
    buf_add_text(words, now_of(event, empty));
    if (!is_known)
        return;
    say_empty(words, empty);
    if (empty != 0)
        offer_sections(answer, empty);
    answer_button(answer, BUTTON_SECONDARY, "Preview", "postmortem preview",
                  "%s", "");
}

const struct command command_postmortem_write = {
    .name = "postmortem write",
    .help = "Write a section of the postmortem, in a form",
    .right = RIGHT_RESPOND,
    .scope = SCOPE_INCIDENT,
    .options =
        {
            {.name = "section",
             .help = "Which; left out: you are shown which are empty",
             .type = VALUE_CHOICE,
             .choices = &section_words,
             .offers = offers_named},
            {.name = "text",
             .help = "All of the section, as it shall stand",
             .type = VALUE_TEXT,
             .max_units = SUMMARY_UNITS,
             .many_lines = true},
            {.name = "clear",
             .help = "Make it empty again",
             .type = VALUE_FLAG},
        },
    .form_title = "Write",
    .form_fields = {"text"},
    .slash_asks = true,
    .run = run,
    .told = told,
};
