#include "commands/sheet.h"

#include "bot/base/utf8.h"
#include "commands/entries.h"
#include "commands/words.h"

#include <inttypes.h>

#define ROWS             4 /* of Discord's five rows of buttons; one is for pages */
#define TEXT_SHOWN_UNITS 120
#define NOTE_UNITS       100

struct sheet {
    const struct call *call;
    const struct incident *in;
    struct answer *answer;
    int64_t after;   /* those up to this one were shown before */
    int64_t last;    /* shown */
    int count, rows; /* entries, and the most of them: each has a row */
    bool goes_on;
    const char *heading; /* to be said before the next line */
};

static void say_since(struct buf *words, const struct call *call,
                      const struct event *event)
{
    buf_add_text(words, "\n> since ");
    say_time(words, &event->occurred, call->now_ms);
    if (event->actor.type != ACTOR_NOBODY) {
        buf_add_text(words, ", by ");
        say_excerpt(words, event->actor.name, NAME_UNITS);
    }
}

static void say_open_change(struct buf *words, const struct call *call,
                            const struct event *event)
{
    say_change(words, event, TEXT_SHOWN_UNITS / 2);
    say_since(words, call, event);
    buf_add_text(words, event->change_temporary ? " · temporary" : "");
    if (event->change_verified.n == 0) {
        buf_add_text(words, " · not verified");
    } else {
        buf_add_text(words, " · verified: ");
        say_excerpt(words, event->change_verified, NOTE_UNITS);
    }
    if (event->change_undo.n == 0) {
        buf_add_text(words, " · how to undo it is not recorded");
    } else {
        buf_add_text(words, " · undo: ");
        say_excerpt(words, event->change_undo, NOTE_UNITS);
    }
}

static void add_button(struct sheet *sheet, enum button_style style,
                       int64_t seq, const char *label, const char *settlement)
{
    char text[40];
    (void)snprintf(text, sizeof text, "#%" PRId64 " %s", seq, label);
    answer_button(sheet->answer, style, text, "timeline settle",
                  "id=%" PRId64 "|what=%s", seq, settlement);
}

static void add_buttons(struct sheet *sheet, const struct event *event)
{
    answer_row(sheet->answer);
    if (event->kind == EVENT_CHANGE) {
        add_button(sheet, BUTTON_SECONDARY, event->seq, "Keep", "kept");
        add_button(sheet, BUTTON_SECONDARY, event->seq, "Reverted", "reverted");
        add_button(sheet, BUTTON_SECONDARY, event->seq, "Hand over",
                   "handed over");
    } else {
        add_button(sheet, BUTTON_SECONDARY, event->seq, "Make action item",
                   "made an action item");
        add_button(sheet, BUTTON_SECONDARY, event->seq, "Drop", "dropped");
    }
}

static void say_open(struct buf *words, struct sheet *sheet,
                     const struct event *event)
{
    if (sheet->heading != NULL)
        buf_add_text(words, sheet->heading);
    buf_addf(words, "\n**#%" PRId64 "** ", event->seq);
    if (event->kind == EVENT_CHANGE) {
        say_open_change(words, sheet->call, event);
    } else {
        say_excerpt(words, str_trim(event->text), TEXT_SHOWN_UNITS);
        say_since(words, sheet->call, event);
    }
}

static bool take_entry(const struct entry *entry, void *context)
{
    struct sheet *sheet = context;
    const struct event *event = &entry->event;
    struct buf *words = &sheet->answer->words;
    if (event->seq <= sheet->after)
        return true;
    struct buf line = BUF_INIT(WORDS_BYTES);
    say_open(&line, sheet, event);
    size_t units = utf16_units(buf_str(words)) + utf16_units(buf_str(&line));
    sheet->goes_on = sheet->count == sheet->rows ||
                     (sheet->count > 0 && units > MESSAGE_UNITS);
    if (!sheet->goes_on) {
        buf_add(words, buf_str(&line));
        add_buttons(sheet, event);
        sheet->heading = NULL;
        sheet->last = event->seq;
        sheet->count++;
    }
    buf_release(&line);
    return !sheet->goes_on;
}

static bool remember_kind(const struct entry *entry, void *context)
{
    *(enum event_kind *)context = entry->state.kind;
    return false;
}

static enum err add_entries(struct sheet *sheet)
{
    const struct call *call = sheet->call;
    enum event_kind from = EVENT_CHANGE;
    enum err err = ERR_OK;
    if (sheet->after != 0)
        err = store_entry(call->store, sheet->in->id, sheet->after,
                          remember_kind, &from);
    if (err == ERR_NOT_FOUND)
        err = ERR_OK;
    if (err == ERR_OK && from != EVENT_IDEA) {
        sheet->heading = "\nChanges that are temporary or not verified:";
        err = store_each_open(call->store, sheet->in->id, EVENT_CHANGE,
                              take_entry, sheet);
        sheet->after = 0;
    }
    if (err == ERR_OK && !sheet->goes_on) {
        sheet->heading = "\nParked ideas:";
        err = store_each_open(call->store, sheet->in->id, EVENT_IDEA,
                              take_entry, sheet);
    }
    return err;
}

/* ---- what nobody recorded ---- */

static const enum milestone asked[] = {
    MILESTONE_IMPACT_START, MILESTONE_COMMANDER, MILESTONE_FIRST_NOTICE,
    MILESTONE_IDENTIFIED, MILESTONE_MITIGATED};
#define ASKED (int)(sizeof asked / sizeof asked[0])

static bool is_missing(const struct incident *in, int place)
{
    return !incident_is_live(in) && in->state != STATE_CANCELLED &&
           !when_is_set(&in->milestones[asked[place]]);
}

static bool say_missing_facts(const struct incident *in, struct buf *words)
{
    const char *comma = "Not recorded: ";
    for (int i = 0; i < ASKED; i++) {
        if (!is_missing(in, i))
            continue;
        buf_addf(words, "%s%s", comma,
                 word_of(&milestone_words, (int)asked[i]));
        comma = ", ";
    }
    bool any = comma[0] == ',';
    if (any)
        buf_add_text(words, ".\n");
    return any;
}

static void ask_for_facts(const struct incident *in, struct answer *answer)
{
    answer_row(answer);
    for (int i = 0; i < ASKED; i++) {
        char label[60];
        const char *word = word_of(&milestone_words, (int)asked[i]);
        if (!is_missing(in, i))
            continue;
        (void)snprintf(label, sizeof label, "Set %s", word);
        answer_button(answer, BUTTON_SECONDARY, label, "incident set",
                      "milestone=%s", word);
    }
}

/* ---- the whole ---- */

static void add_paging(const struct sheet *sheet, bool is_first)
{
    if (is_first && !sheet->goes_on)
        return;
    answer_row(sheet->answer);
    if (!is_first)
        answer_button(sheet->answer, BUTTON_SECONDARY, "From the start",
                      "timeline list", "open=yes");
    if (sheet->goes_on)
        answer_button(sheet->answer, BUTTON_SECONDARY, "More", "timeline list",
                      "open=yes|after=%" PRId64, sheet->last);
}

static void say_counts(const struct incident *in,
                       const struct open_counts *open, struct buf *words)
{
    buf_add_text(words, "Open in ");
    say_incident(words, in);
    buf_add_text(words, ": ");
    say_count(words, open->changes, "change");
    buf_add_text(words, ", ");
    say_count(words, open->ideas, "parked idea");
    buf_add_char(words, '.');
}

bool sheet_add(const struct call *call, const struct incident *in,
               int64_t after, struct answer *answer, bool *any)
{
    struct sheet sheet = {.call = call,
                          .in = in,
                          .answer = answer,
                          .after = after,
                          .rows = ROWS - answer_rows(answer)};
    struct open_counts open;
    if (store_open_counts(call->store, in->id, &open) != ERR_OK)
        return false;
    bool lacks_facts = say_missing_facts(in, &answer->words);
    bool has_open = open.changes + open.ideas > 0;
    sheet.rows -= lacks_facts;
    *any = lacks_facts || has_open;
    if (has_open) {
        say_counts(in, &open, &answer->words);
        if (add_entries(&sheet) != ERR_OK)
            return false;
    }
    if (lacks_facts)
        ask_for_facts(in, answer);
    add_paging(&sheet, after == 0);
    return true;
}

bool sheet_show(const struct call *call, const struct incident *in,
                int64_t after, struct answer *answer)
{
    bool any;
    if (!sheet_add(call, in, after, answer, &any))
        return false;
    if (any)
        return true;
    buf_add_text(&answer->words, "Nothing is open in ");
    say_incident(&answer->words, in);
    buf_add_text(&answer->words, ": no temporary or unverified change, no "
                                 "parked idea.");
    return true;
}

void sheet_item_text(const struct event *event, struct buf *out)
{
    bool is_idea = event->kind == EVENT_IDEA;
    if (event->visibility == VISIBILITY_PRIVATE) {
        buf_addf(out, "%s #%" PRId64 ", which is in the record only",
                 is_idea ? "See to idea" : "Settle change", event->seq);
        return;
    }
    if (is_idea) {
        buf_add(out, str_trim(event->text));
        return;
    }
    buf_addf(out, "Settle %.*s on %.*s, now %.*s (before: %.*s)",
             STR_ARG(event->change_what), STR_ARG(event->change_where),
             STR_ARG(event->change_to), STR_ARG(event->change_from));
    if (event->change_undo.n > 0)
        buf_addf(out, "; undo: %.*s", STR_ARG(event->change_undo));
}
