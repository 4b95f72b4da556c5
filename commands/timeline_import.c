#include "bot/base/utf8.h"
#include "commands/command.h"
#include "commands/entries.h"
#include "commands/import_plan.h"
#include "commands/words.h"

#include <inttypes.h>

#define SHOWN_FIRST 5
#define SHOWN_LAST  3
#define LINE_UNITS  110

/* ---- what it is about ---- */

/* Minutes east of UTC, by the names that times are read with. */
static bool read_zone(const struct call *call, struct str zone,
                      struct import_basis *basis, struct answer *answer)
{
    static const struct civil noon = {
        .year = 2015, .month = 6, .day = 15, .hour = 12};
    struct when when;
    struct buf text = BUF_INIT(200);
    buf_addf(&text, "2015-06-15 12:00 %.*s", STR_ARG(zone));
    enum err err = when_parse(buf_str(&text), &call->times, &when, NULL);
    buf_release(&text);
    if (err == ERR_OK && when_is_point(&when)) {
        basis->has_zone = true;
        basis->zone_min =
            (int)((civil_to_ms(noon) - when.from_ms) / MS_PER_MINUTE);
        return true;
    }
    buf_add_text(&answer->words, "`zone` has to be such as `UTC`, `CET` or "
                                 "`+01:00`. Nothing was kept.");
    return false;
}

static bool find_basis(const struct call *call, struct import_basis *basis,
                       struct answer *answer)
{
    const struct value *date = call_value(call, "base_date");
    const struct value *zone = call_value(call, "zone");
    basis->now_ms = call->now_ms;
    basis->visibility = (enum visibility)call_value(call, "visibility")->choice;
    basis->has_date = date->given;
    basis->date_ms =
        date->given ? civil_day_start(date->when.from_ms) : call->times.base_ms;
    return !zone->given || read_zone(call, zone->text, basis, answer);
}

static bool is_readable(struct str text, struct answer *answer)
{
    if (text.n <= IMPORT_BYTES && utf8_valid(text))
        return true;
    if (text.n > IMPORT_BYTES)
        buf_addf(&answer->words,
                 "The timeline has %zu bytes; at most %u are read at once. "
                 "Nothing was kept: import it in parts.",
                 text.n, IMPORT_BYTES);
    else
        buf_add_text(&answer->words,
                     "The file is not a text in UTF-8. Nothing was kept: save "
                     "it as plain text and attach it again.");
    return false;
}

static enum reply read_file(const struct call *call, struct answer *answer)
{
    const struct interaction_file *file = &call->files[0];
    struct buf *words = &answer->words;
    if (file->bytes > IMPORT_BYTES) {
        buf_addf(words,
                 "The file has %" PRId64 " bytes; at most %u are read at once. "
                 "Nothing was kept: import it in parts.",
                 file->bytes, IMPORT_BYTES);
        return REPLY_REFUSED;
    }
    buf_add_text(words, "Reading ");
    say_excerpt(words, file->name, 100);
    buf_add_text(words, ". What is in it will stand here in a moment, before "
                        "anything is kept. If it does not, attach the file "
                        "again.");
    return REPLY_READ;
}

/* ---- asking ---- */

static void ask_zone(const struct call *call, const struct import_plan *plan,
                     struct answer *answer)
{
    static const struct {
        const char *zone, *names;
    } zones[] = {
        {"UTC", "UTC, GMT"},       {"+01:00", "CET, BST"},
        {"+02:00", "CEST, EET"},   {"+03:00", "EEST, MSK"},
        {"+05:30", "IST (India)"}, {"+08:00", "Singapore, Perth"},
        {"+09:00", "JST, KST"},    {"+10:00", "AEST"},
        {"+11:00", "AEDT"},        {"-03:00", "BRT, ART"},
        {"-04:00", "EDT, AST"},    {"-05:00", "EST, CDT"},
        {"-06:00", "CST, MDT"},    {"-07:00", "MST, PDT"},
        {"-08:00", "PST, AKDT"},
    };
    buf_addf(&answer->words,
             "%d of the times name no zone. Which one are they in?\n",
             plan->result.unzoned);
    answer_select(answer, "Zone of the times", "timeline import", "zone",
                  "draft=%" PRIu64, call->id);
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++)
        answer_select_row(answer, str_of(zones[i].zone), str_of(zones[i].zone),
                          str_of(zones[i].names));
    answer_button(answer, BUTTON_PRIMARY, "They are UTC", "timeline import",
                  "draft=%" PRIu64 "|zone=UTC", call->id);
    answer_button(answer, BUTTON_SECONDARY, "Cancel", "timeline import",
                  "draft=%" PRIu64 "|keep=no", call->id);
}

static void say_line(const struct import_entry *from, bool with_date,
                     struct buf *words)
{
    struct buf time = BUF_INIT(400);
    when_print_utc(&from->when, with_date, &time);
    buf_add_text(words, "- **");
    markdown_add_line(words, buf_str(&time));
    buf_add_text(words, "** ");
    if (from->actor.n > 0) {
        say_excerpt(words, from->actor, 40);
        buf_add_text(words, ": ");
    }
    say_excerpt(words, from->text, LINE_UNITS);
    if (from->block_count > 0)
        buf_add_text(words, " (with evidence)");
    buf_add_char(words, '\n');
    buf_release(&time);
}

static void say_entries(const struct import_plan *plan, struct buf *words)
{
    int64_t day = INT64_MIN;
    for (int i = 0; i < plan->count; i++) {
        if (i == SHOWN_FIRST && plan->count > SHOWN_FIRST + SHOWN_LAST) {
            i = plan->count - SHOWN_LAST;
            buf_addf(words, "- … %d more …\n", i - SHOWN_FIRST);
            day = INT64_MIN;
        }
        int64_t its_day = civil_day_start(plan->entries[i].when.from_ms);
        say_line(&plan->entries[i], its_day != day, words);
        day = its_day;
    }
}

static void say_problems(const struct import_plan *plan, struct buf *words)
{
    int count = plan->result.problems;
    if (count == 0)
        return;
    buf_addf(words, "**%d %s not be kept:**\n", count,
             count == 1 ? "thing would" : "things would");
    for (int i = 0; i < PLAN_PROBLEMS && plan->problems[i].s != NULL; i++) {
        buf_add_text(words, "- ");
        say_excerpt(words, plan->problems[i], LINE_UNITS);
        buf_add_char(words, '\n');
    }
    if (count > PLAN_PROBLEMS)
        buf_addf(words, "- and %d more\n", count - PLAN_PROBLEMS);
}

static void say_found(const struct call *call, const struct import_plan *plan,
                      struct buf *words)
{
    int blocks = plan->step_count - plan->count;
    buf_addf(words, "%d %s for ", plan->count,
             plan->count == 1 ? "entry" : "entries");
    say_incident(words, call->in);
    if (blocks > 0)
        buf_addf(words, ", %d %s of evidence", blocks,
                 blocks == 1 ? "piece" : "pieces");
    if (plan->headings > 0)
        buf_addf(words, "; %d %s skipped as headings", plan->headings,
                 plan->headings == 1 ? "line is" : "lines are");
    buf_add_text(words, ". Nothing is kept yet.\n");
}

static void say_day(const struct import_plan *plan, struct buf *words)
{
    char date[CIVIL_ISO_BYTES];
    civil_date(plan->result.date_ms, date);
    buf_addf(words, "Times without a date are taken from %s on.%s\n", date,
             plan->basis.has_date ? "" : " Another day? Give `base_date`.");
}

static void offer_to_keep(const struct call *call,
                          const struct import_plan *plan, struct answer *answer)
{
    say_day(plan, &answer->words);
    answer_button(answer, BUTTON_SUCCESS, "Keep", "timeline import",
                  "draft=%" PRIu64 "|keep=yes", call->id);
    answer_button(answer, BUTTON_SECONDARY, "Cancel", "timeline import",
                  "draft=%" PRIu64 "|keep=no", call->id);
}

/* The entries last: what Discord does not fit is cut there. */
static enum reply preview(const struct call *call,
                          const struct import_plan *plan, struct answer *answer)
{
    int known;
    struct buf *words = &answer->words;
    if (!import_plan_known(call, plan, &known))
        return REPLY_FAILED;
    import_draft_write(plan, &answer->draft);
    answer->update = true;
    say_found(call, plan, words);
    if (known > 0)
        buf_addf(words, "%d of them %s in the record already.\n", known,
                 known == 1 ? "is" : "are");
    if (plan->result.unzoned > 0 && !plan->basis.has_zone)
        ask_zone(call, plan, answer);
    else
        offer_to_keep(call, plan, answer);
    say_problems(plan, words);
    buf_add_text(words, "In UTC:\n");
    say_entries(plan, words);
    return REPLY_TEXT;
}

static enum reply refuse_empty(const struct import_plan *plan,
                               struct answer *answer)
{
    buf_add_text(&answer->words,
                 "No entry was found in it, so nothing was kept. A line of a "
                 "timeline begins with its time, such as `18:53 @dma Disk is "
                 "full`.\n");
    say_problems(plan, &answer->words);
    return REPLY_REFUSED;
}

/* ---- the command ---- */

static enum reply take_text(const struct call *call, struct str text,
                            const struct import_basis *basis,
                            struct request *request, struct answer *answer)
{
    const struct value *keep = call_value(call, "keep");
    if (!is_readable(text, answer))
        return REPLY_REFUSED;
    struct import_plan *plan = import_plan_read(call, text, basis);
    if (plan->count == 0)
        return refuse_empty(plan, answer);
    bool lacks_zone = plan->result.unzoned > 0 && !basis->has_zone;
    if (!keep->flag || lacks_zone)
        return preview(call, plan, answer);
    call->memory->own = plan;
    import_plan_request(call, plan, 0, request);
    return REPLY_REQUEST;
}

static enum reply go_on(const struct call *call, struct request *request,
                        struct answer *answer)
{
    struct import_basis basis;
    struct str text;
    const struct value *keep = call_value(call, "keep");
    const struct value *zone = call_value(call, "zone");
    if (keep->given && !keep->flag) {
        answer->update = true;
        buf_add_text(&answer->words, "Nothing was imported.");
        return REPLY_TEXT;
    }
    if (!import_draft_read(call->draft, &basis, &text)) {
        buf_add_text(&answer->words, "What was pasted cannot be read any more. "
                                     "Nothing was kept; paste it again.");
        return REPLY_REFUSED;
    }
    if (zone->given && !read_zone(call, zone->text, &basis, answer))
        return REPLY_REFUSED;
    return take_text(call, text, &basis, request, answer);
}

static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    struct import_basis basis = {.has_zone = false};
    if (call->draft.s != NULL)
        return go_on(call, request, answer);
    if (call->file_count > 0 && call_value(call, "text")->given) {
        buf_add_text(&answer->words, "Give `file` or `text`, one at a time. "
                                     "Nothing was kept.");
        return REPLY_REFUSED;
    }
    if (!find_basis(call, &basis, answer))
        return REPLY_REFUSED;
    if (call->file_text.s != NULL)
        return take_text(call, call->file_text, &basis, request, answer);
    if (call->file_count > 0)
        return read_file(call, answer);
    if (!call_value(call, "text")->given)
        return REPLY_FORM;
    return take_text(call, call_value(call, "text")->text, &basis, request,
                     answer);
}

static bool more(const struct call *call, const struct incident *after,
                 int taken, struct request *request)
{
    struct import_plan *plan = call->memory->own;
    (void)after;
    import_plan_count(call, plan, taken - 1);
    if (taken == plan->step_count)
        return false;
    import_plan_request(call, plan, taken, request);
    return true;
}

static void told(const struct call *call, const struct incident *after,
                 const struct outcome *outcome, struct answer *answer)
{
    const struct import_plan *plan = call->memory->own;
    struct buf *words = &answer->words;
    (void)outcome;
    int known = plan->count - plan->new_entries;
    answer->update = true;
    buf_add_text(words, "Imported into ");
    say_incident(words, after);
    buf_addf(words, ": %d new, %d already there.", plan->new_entries, known);
    if (call->accepted > 0) {
        buf_add_char(words, ' ');
        say_where(words, after, plan->basis.visibility);
    }
    if (plan->result.problems > 0)
        buf_addf(words, "\nNot kept: %d, as the preview said.",
                 plan->result.problems);
}

const struct command command_timeline_import = {
    .name = "timeline import",
    .help = "Import a timeline written elsewhere: paste it, or attach it",
    .right = RIGHT_RESPOND,
    .scope = SCOPE_INCIDENT,
    .options =
        {
            {.name = "file",
             .help = "A text with a line for each entry: 18:53 @dma Disk is "
                     "full",
             .type = VALUE_FILE},
            {.name = "base_date",
             .help = "The day of times without a date, such as 2022-12-13",
             .type = VALUE_TIME},
            {.name = "zone",
             .help = "Of times that name none: UTC, CET, +01:00",
             .type = VALUE_TEXT,
             .max_units = 20},
            {.name = "visibility",
             .help = "live if left out: also in the room for everyone",
             .type = VALUE_CHOICE,
             .choices = &visibility_words},
            {.name = "text",
             .help =
                 "The timeline itself, a line for each entry: 18:53 @dma Disk "
                 "is full",
             .type = VALUE_TEXT,
             .max_units = 4000,
             .many_lines = true},
            {.name = "keep",
             .help = "Keep it at once, without a preview",
             .type = VALUE_FLAG},
        },
    .form_title = "Import into",
    .form_fields = {"text", "base_date", "zone"},
    .slash_asks = true,
    .run = run,
    .more = more,
    .told = told,
};
