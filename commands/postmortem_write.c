#include "commands/sections.h"
#include "commands/words.h"

#include "bot/base/utf8.h"
#include "bot/discord/message.h"

#include <inttypes.h>
#include <limits.h>

#define SHOWN_UNITS 500 /* of a text that is given back */

/* Who wrote the section last. */
struct written {
    const struct call *call;
    int64_t seq; /* 0: nobody did */
    struct when at;
    struct str by, text;
};

static bool take_written(const struct event *event, void *context)
{
    struct written *written = context;
    const struct call *call = written->call;
    written->seq = event->seq;
    written->at = event->occurred;
    written->by = event->recorder.id == call->caller.id
                      ? STR("you")
                      : call_copy(call, event->recorder.name);
    written->text = call_copy(call, str_trim(event->text));
    return false;
}

static enum err find_written(const struct call *call, enum section section,
                             struct written *out)
{
    *out = (struct written){.call = call};
    enum err err = store_last_section(call->store, call->in->id, section,
                                      take_written, out);
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

/* "nova wrote at 19:10 UTC (<t:…:t>)" */
static void say_written(struct buf *words, const struct written *written)
{
    markdown_add_line(words, written->by);
    buf_add_text(words, " wrote at ");
    say_time(words, &written->at, written->call->now_ms);
}

/* ---- the form ---- */

static bool fit_together(struct str one, struct str other)
{
    return utf16_units(one) + 2 + utf16_units(other) <= SUMMARY_UNITS;
}

/* The form opens with what is there, so that a change is a change; and with
 * what could not be kept, or was replaced, below it. */
static enum reply open_form(const struct call *call, enum section section,
                            struct answer *answer)
{
    struct buf text = BUF_INIT(2 * SUMMARY_UNITS * 3u);
    struct written written;
    enum err err = find_written(call, section, &written);
    if (err == ERR_OK)
        err = store_shown_section(call->store, call->in->id, section, &text);
    if (call->draft.n > 0 && fit_together(buf_str(&text), call->draft)) {
        buf_add_text(&text, text.n > 0 ? "\n\n" : "");
        buf_add(&text, call->draft);
    }
    answer_fill(answer, "text", buf_str(&text));
    answer->form_about = word_of(&section_words, (int)section);
    answer->seen = written.seq;
    buf_release(&text);
    return err == ERR_OK ? REPLY_FORM : REPLY_FAILED;
}

static void offer_form(const struct call *call, enum section section,
                       struct str now, struct str other, struct answer *answer)
{
    const char *word = word_of(&section_words, (int)section);
    if (fit_together(now, other)) {
        buf_add(&answer->draft, other);
        answer_button(answer, BUTTON_PRIMARY, "Open it with both",
                      "postmortem write", "section=%s|draft=%" PRIu64, word,
                      call->id);
    } else {
        answer_button(answer, BUTTON_PRIMARY, "Open it again",
                      "postmortem write", "section=%s", word);
    }
}

/* Somebody else's words would go, and neither would know. */
static enum reply refuse_stale(const struct call *call, enum section section,
                               const struct written *now, struct str text,
                               struct answer *answer)
{
    struct buf *words = &answer->words;
    buf_addf(words, "\"%s\" of the postmortem of ",
             word_of(&section_words, (int)section));
    say_incident(words, call->in);
    buf_addf(words, " was %s by ", now->text.n > 0 ? "written" : "made empty");
    markdown_add_line(words, now->by);
    buf_add_text(words, " at ");
    say_time(words, &now->at, call->now_ms);
    buf_add_text(words, ", after you opened the form. Yours was not put in "
                        "its place: make one text of both.\n");
    if (now->text.n > 0) {
        buf_add_text(words, "What stands there now:\n");
        markdown_add_fence(words, now->text, SHOWN_UNITS);
    }
    offer_form(call, section, now->text, text, answer);
    return REPLY_REFUSED;
}

/* ---- the command ---- */

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
    enum section which = (enum section)section->choice;
    if (text->given && clears) {
        buf_add_text(&answer->words,
                     "Give `text` or `clear`: a text takes the place of what "
                     "stands there. Nothing was kept.");
        return REPLY_REFUSED;
    }
    if (!text->given && !clears)
        return open_form(call, which, answer);
    struct written *before = call_alloc(call, sizeof *before);
    call->memory->own = before;
    if (find_written(call, which, before) != ERR_OK)
        return REPLY_FAILED;
    request->kind = REQUEST_WRITE;
    request->draft.kind = EVENT_SECTION;
    request->draft.section = which;
    request->draft.text = clears ? STR_NONE : text->text;
    return call->seen >= 0 && call->seen != before->seq &&
                   !str_eq(before->text, str_trim(request->draft.text))
               ? refuse_stale(call, which, before, request->draft.text, answer)
               : REPLY_REQUEST;
}

static const char *now_of(const struct event *event, unsigned empty)
{
    if (event->text.n > 0)
        return " is written";
    return (empty & 1u << event->section) == 0
               ? " is what the incident was resolved with again"
               : " is empty again";
}

/* Whoever had the form before them has seen it. */
static void say_replaced(const struct call *call, const struct event *event,
                         struct answer *answer)
{
    const struct written *before = call->memory->own;
    struct buf *words = &answer->words;
    if (before->text.n == 0 || str_eq(before->text, str_trim(event->text))) {
        buf_add_text(words, ". ");
    } else if (call->seen >= 0) {
        buf_add_text(words, "; what stood there before is in the record. ");
    } else {
        buf_add_text(words, ", in place of what ");
        say_written(words, before);
        buf_add_text(words, ". To copy what stood there:\n");
        markdown_add_fence(words, before->text, SHOWN_UNITS);
        buf_add_char(words, '\n');
        offer_form(call, event->section, event->text, before->text, answer);
    }
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
    say_replaced(call, event, answer);
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
