#include "bot/base/utf8.h"
#include "commands/command.h"
#include "commands/complete.h"
#include "commands/entries.h"
#include "commands/sheet.h"
#include "commands/words.h"

#include <inttypes.h>

#define LINES      20
#define LINE_UNITS 160
/* The lines of one message; the rest is for the line above them. */
#define PAGE_UNITS (MESSAGE_UNITS - 120)
#define DAY_UNITS  16 /* "**2022-12-13**\n" */

static bool offers_kind(int kind)
{
    return event_is_entry(&(struct event){.kind = (enum event_kind)kind});
}

/* What fits one message, in the order of reading the record. */
struct page {
    const struct call *call;
    struct str lines[LINES];
    int64_t days[LINES];
    int64_t first_seq, last_seq; /* as read */
    int count;
    size_t units;
    bool goes_on;
};

static bool take_line(const struct entry *entry, void *context)
{
    struct page *page = context;
    struct buf line = BUF_INIT(WORDS_BYTES);
    say_entry(page->call, &line, entry, LINE_UNITS, entry->state.from_ms);
    size_t units = utf16_units(buf_str(&line)) + DAY_UNITS + 1;
    page->goes_on = page->count == LINES || page->units + units > PAGE_UNITS;
    if (!page->goes_on) {
        if (page->count == 0)
            page->first_seq = entry->state.seq;
        page->last_seq = entry->state.seq;
        page->units += units;
        page->days[page->count] = civil_day_start(entry->state.from_ms);
        page->lines[page->count++] = call_copy(page->call, buf_str(&line));
    }
    buf_release(&line);
    return !page->goes_on;
}

/* Whatever way it was read, the earliest stands on top, under its day. */
static void add_lines(const struct page *page, bool newest_first,
                      struct buf *words)
{
    int64_t day = INT64_MIN;
    for (int i = 0; i < page->count; i++) {
        int at = newest_first ? page->count - 1 - i : i;
        if (page->days[at] != day) {
            char date[CIVIL_ISO_BYTES];
            day = page->days[at];
            civil_date(day, date);
            buf_addf(words, "**%s**\n", date);
        }
        buf_add(words, page->lines[at]);
        buf_add_char(words, '\n');
    }
}

static void add_button(const struct call *call, const char *label,
                       const char *cursor, int64_t seq, struct answer *answer)
{
    const struct value *kind = call_value(call, "kind");
    if (kind->given)
        answer_button(answer, BUTTON_SECONDARY, label, "timeline list",
                      "%s=%" PRId64 "|kind=%s", cursor, seq,
                      word_of(&event_kind_words, kind->choice));
    else
        answer_button(answer, BUTTON_SECONDARY, label, "timeline list",
                      "%s=%" PRId64, cursor, seq);
}

/* Entries before or after the one named; else the newest. */
static enum reply list_page(const struct call *call, struct answer *answer)
{
    const struct value *before = call_value(call, "before");
    const struct value *after = call_value(call, "after");
    const struct value *kind = call_value(call, "kind");
    const struct value *from = before->given ? before : after;
    enum event_kind only = (enum event_kind)kind->choice;
    bool backwards = before->given || !after->given;
    struct page page = {.call = call};
    struct entry_page wanted = {.order = EVENTS_BY_TIME,
                                .newest_first = backwards,
                                .kind = kind->given ? &only : NULL};
    struct entry cursor;
    enum reply reply;
    if (from->given) {
        if (!entry_find(call, from->number, &cursor, answer, &reply))
            return reply;
        wanted.after_ms = cursor.state.from_ms;
        wanted.after_seq = cursor.state.seq;
    }
    if (store_each_entry(call->store, call->in->id, &wanted, take_line,
                         &page) != ERR_OK)
        return REPLY_FAILED;
    buf_add_text(&answer->words, "Timeline of ");
    say_incident(&answer->words, call->in);
    if (kind->given)
        buf_addf(&answer->words, ", only %s",
                 word_of(&event_kind_words, kind->choice));
    buf_add_text(&answer->words,
                 page.count == 0 ? ": nothing here.\n" : ", times in UTC:\n");
    add_lines(&page, backwards, &answer->words);
    bool has_older = backwards ? page.goes_on : true;
    bool has_newer = backwards ? from->given : page.goes_on;
    int64_t oldest = backwards ? page.last_seq : page.first_seq;
    int64_t newest = backwards ? page.first_seq : page.last_seq;
    if (page.count == 0)
        oldest = newest = from->number;
    if (has_older)
        add_button(call, "Older", "before", oldest, answer);
    if (has_newer)
        add_button(call, "Newer", "after", newest, answer);
    return REPLY_TEXT;
}

static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    (void)request;
    answer->update = true;
    if (call_value(call, "open")->flag)
        return sheet_show(call, call->in, call_value(call, "after")->number,
                          answer)
                   ? REPLY_TEXT
                   : REPLY_FAILED;
    return list_page(call, answer);
}

const struct command command_timeline_list = {
    .name = "timeline list",
    .help = "The entries as they stand, newest page first; only you see it",
    .right = RIGHT_RESPOND,
    .reads = true,
    .scope = SCOPE_INCIDENT,
    .options =
        {
            {.name = "kind",
             .help = "Only entries of this kind",
             .type = VALUE_CHOICE,
             .choices = &event_kind_words,
             .offers = offers_kind},
            {.name = "open",
             .help = "Only changes that are temporary or unverified, and "
                     "parked ideas",
             .type = VALUE_FLAG},
            {.name = "before",
             .help = "Entries before this one",
             .type = VALUE_ENTRY,
             .complete = complete_entries},
            {.name = "after",
             .help = "Entries after this one",
             .type = VALUE_ENTRY,
             .complete = complete_entries},
        },
    .run = run,
};
