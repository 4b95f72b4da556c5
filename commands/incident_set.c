#include "commands/check.h"
#include "commands/complete.h"
#include "commands/entries.h"
#include "commands/words.h"

#include "bot/base/sha256.h"

#include <inttypes.h>
#include <string.h>

#define NOT_RECORDED "not recorded"

static bool offers_milestone(int milestone)
{
    return milestone != MILESTONE_NONE && milestone != MILESTONE_DECLARED &&
           milestone != MILESTONE_PR_OPENED && milestone != MILESTONE_PR_MERGED;
}

static void complete_told(const struct call *call, struct str typed,
                          struct choices *out)
{
    if (text_holds(STR(NOT_RECORDED), typed))
        choices_add(out, STR(NOT_RECORDED), STR(NOT_RECORDED));
    complete_times(call, typed, out);
}

/* A milestone and its time come together. What the form shows may be less than
 * what is kept: sent back, it is that. */
static bool set_milestone(const struct call *call, struct event *draft,
                          struct buf *words)
{
    struct str time = call_value(call, "time")->text;
    const struct value *milestone = call_value(call, "milestone");
    if (!milestone->given && time.n == 0)
        return true;
    if (!milestone->given || time.n == 0) {
        buf_add_text(words, milestone->given
                                ? "Say when that was with `time`, or clear it "
                                  "with `time:" NOT_RECORDED "`."
                                : "Say with `milestone` which time that is.");
        buf_add_text(words, " Nothing was kept.");
        return false;
    }
    draft->milestone = (enum milestone)milestone->choice;
    if (str_is_nocase(time, NOT_RECORDED))
        return true;
    const struct when *told = &call->in->milestones[draft->milestone];
    if (str_eq(time, shown_time(call, told))) {
        draft->milestone_at = *told;
        return true;
    }
    return check_when(words, "time", time, &call->times, &draft->milestone_at);
}

/* ---- what the form showed ---- */

#define TITLE_BITS    INT64_C(0x000000000fffffff)
#define IMPACT_BITS   INT64_C(0x00fffffff0000000)
#define SEVERITY_BITS INT64_C(0x0f00000000000000)
#define TYPE_BITS     INT64_C(0x7000000000000000)
_Static_assert(SEVERITY_COUNT <= 16 && TYPE_COUNT <= 8, "each has its bits");

static int64_t packed_text(struct str text, int64_t bits)
{
    struct sha256 hash = sha256_of(text);
    int64_t head;
    memcpy(&head, hash.bytes, sizeof head);
    return head & bits;
}

/* The form's fields in one number, which goes with it as answer->seen. */
static int64_t packed(struct str title, struct str impact, int severity,
                      int type)
{
    return packed_text(title, TITLE_BITS) | packed_text(impact, IMPACT_BITS) |
           ((int64_t)severity << 56) | ((int64_t)type << 60);
}

/* The bits of what somebody says. A field that came back as it was shown says
 * nothing: it would take back what others set since. */
static int64_t said_bits(const struct call *call)
{
    if (call->seen < 0)
        return -1;
    return call->seen ^ packed(call_value(call, "title")->text,
                               call_value(call, "impact")->text,
                               call_value(call, "severity")->choice,
                               call_value(call, "type")->choice);
}

/* What stands there, to be changed in places. */
static enum reply open_form(const struct incident *in, struct answer *answer)
{
    answer->seen = packed(str_of(in->title), str_of(in->impact),
                          (int)in->severity, (int)in->type);
    answer_fill(answer, "title", str_of(in->title));
    answer_fill(answer, "impact", str_of(in->impact));
    answer_fill(answer, "severity",
                str_of(word_of(&severity_words, (int)in->severity)));
    answer_fill(answer, "type", str_of(word_of(&type_words, (int)in->type)));
    return REPLY_FORM;
}

/* Of one milestone, with the time that somebody may have told since the button
 * was made. */
static enum reply open_moment(const struct call *call, enum milestone milestone,
                              struct answer *answer)
{
    static const char *const moment[] = {"time", "milestone", NULL};
    answer_fill(answer, "time",
                shown_time(call, &call->in->milestones[milestone]));
    answer->fields = moment;
    return REPLY_FORM;
}

/* False: no option was given, and no form sent back. */
static bool set_options(const struct call *call, struct event *draft)
{
    const struct value *severity = call_value(call, "severity");
    const struct value *type = call_value(call, "type");
    const struct value *is_private = call_value(call, "private");
    const struct value *title = call_value(call, "title");
    const struct value *impact = call_value(call, "impact");
    int64_t said = said_bits(call);
    if (severity->given && (said & SEVERITY_BITS) != 0)
        draft->severity = (enum severity)severity->choice;
    if (type->given && (said & TYPE_BITS) != 0)
        draft->type = (enum incident_type)type->choice;
    if (is_private->given)
        draft->is_private = is_private->flag;
    if (title->given && (said & TITLE_BITS) != 0)
        draft->title = title->text;
    if ((impact->given || impact->emptied) && (said & IMPACT_BITS) != 0)
        draft->impact = impact->text;
    return severity->given || type->given || is_private->given ||
           title->given || impact->given || impact->emptied;
}

static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    struct event *draft = &request->draft;
    const struct value *milestone = call_value(call, "milestone");
    if (call->source == SOURCE_BUTTON && milestone->given)
        return open_moment(call, (enum milestone)milestone->choice, answer);
    request->kind = REQUEST_SET;
    draft->kind = EVENT_SET;
    incident_set_draft(call->in, draft);
    bool has_options = set_options(call, draft);
    if (!set_milestone(call, draft, &answer->words))
        return REPLY_REFUSED;
    if (has_options || draft->milestone != MILESTONE_NONE)
        return REPLY_REQUEST;
    return open_form(call->in, answer);
}

/* What serves as its room, a thread or the channel where it was declared,
 * opsroom cannot close. */
static void say_private(const struct incident *after, struct buf *words)
{
    buf_addf(words,
             "\nIt is private from now on: %sthe live room is closed, its line "
             "in the announce channel is emptied, and no list or search shows "
             "it to others. What people have read already, they have read.",
             after->war_is_borrowed ? "" : "only responders see its room, ");
    if (after->war_is_borrowed)
        buf_addf(words,
                 " It has no room of its own: what stands in <#%" PRIu64
                 "> stays there for everybody who sees that channel. Delete it "
                 "by hand; nothing more is written there, and a private room "
                 "is made if Discord allows it now.",
                 after->war_channel_id);
    if (after->postmortem_ref[0] != '\0')
        buf_add_text(words, " What is in the repository already stays there: "
                            "take it away by hand.");
}

/* Its own room was for responders: what only the live room leaves out stands
 * there as it was written. */
#define SAID_PUBLIC                                                            \
    "\nIt is public from now on. Everybody may see its room with all that "    \
    "was said there: also secrets that somebody pasted, and private "          \
    "incidents that it is linked with. The live room opens without those, "    \
    "and without what is kept to the war room.\n"                              \
    "To keep an entry back: `/timeline edit` with `visibility:private` (out "  \
    "of both rooms) or `visibility:room` (out of the live room)."

static void say_privacy(const struct incident *before,
                        const struct incident *after, struct buf *words)
{
    if (before->is_private == after->is_private)
        return;
    if (after->is_private)
        say_private(after, words);
    else
        buf_add_text(words, SAID_PUBLIC);
}

static void told(const struct call *call, const struct incident *after,
                 const struct outcome *outcome, struct answer *answer)
{
    struct buf *words = &answer->words;
    const struct event *event = &outcome->events[0];
    say_incident(words, after);
    buf_add_text(words, ": ");
    say_excerpt(words, event->text, 600);
    if (event->impact.n == 0 || str_is(event->impact, call->in->impact)) {
        buf_add_text(words, ".");
    } else {
        buf_add_text(words,
                     str_is(event->text, "impact") ? ": " : ".\nImpact: ");
        say_excerpt(words, event->impact, 200);
    }
    if (event->type == TYPE_SECURITY && call_value(call, "private")->given &&
        !call_value(call, "private")->flag)
        buf_add_text(words, "\nA security incident stays private.");
    /* Kept all the same: the other one may be the next to be corrected. */
    say_disorder(words, call->in, after, call->now_ms);
    say_privacy(call->in, after, words);
}

const struct command command_incident_set = {
    .name = "incident set",
    .help = "Correct what is known: severity, title, impact, type, times",
    .right = RIGHT_COMMAND,
    .scope = SCOPE_INCIDENT,
    .options =
        {
            {.name = "severity",
             .help = "How bad it is (unsure? take the higher)",
             .type = VALUE_CHOICE,
             .choices = &severity_words,
             .offers = offers_named},
            {.name = "title",
             .help = "What people notice, in a few words",
             .type = VALUE_TEXT,
             .max_units = TITLE_UNITS},
            {.name = "impact",
             .help = "Who notices what",
             .type = VALUE_TEXT,
             .max_units = IMPACT_UNITS,
             .many_lines = true},
            {.name = "type",
             .help = "service or another; security incidents are private",
             .type = VALUE_CHOICE,
             .choices = &type_words},
            {.name = "private",
             .help = "Only responders see it; no live room",
             .type = VALUE_FLAG},
            {.name = "milestone",
             .help = "Which time to set, together with time",
             .type = VALUE_CHOICE,
             .choices = &milestone_words,
             .offers = offers_milestone},
            {.name = "time",
             .help = "Of the milestone: 18:53, 22:XX, 5m ago; \"not recorded\" "
                     "clears it",
             .type = VALUE_TEXT,
             .max_units = WHEN_TYPED_BYTES - 1,
             .complete = complete_told},
        },
    .form_title = "Set",
    .slash_asks = true,
    .form_fields = {"title", "severity", "impact", "type"},
    .run = run,
    .told = told,
};
