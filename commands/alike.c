#include "commands/alike.h"

#include "commands/reach.h"
#include "commands/words.h"

#include "bot/core/similar.h"

#include <inttypes.h>
#include <stdlib.h>

#define LIVE_MOST 200

/* ---- what was typed ---- */

static void add_line(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        buf_add_char(out, text.s[i] == '\n' ? ' ' : text.s[i]);
    buf_add_char(out, '\n');
}

static void keep(const struct request *request, struct buf *out)
{
    const struct event *draft = &request->draft;
    const struct when *from = &draft->impact_from;
    add_line(out, draft->text);
    add_line(out, draft->service);
    buf_addf(out, "%d %d %d %d %" PRId64 "\n", (int)draft->severity,
             (int)draft->type, (int)draft->is_private, (int)draft->is_drill,
             request->alert_card);
    buf_addf(out, "%" PRId64 " %" PRId64 " %d\n", from->from_ms, from->to_ms,
             (int)from->precision);
    add_line(out, str_of(from->typed));
    buf_add(out, draft->impact);
}

/* So many numbers with a blank between. */
static bool read_numbers(struct str *rest, int64_t *out, int count)
{
    struct str line, word;
    if (!str_cut(rest, '\n', &line))
        return false;
    for (int i = 0; i < count; i++) {
        uint64_t number;
        if (!str_cut(&line, ' ', &word))
            return false;
        bool is_negative = str_starts(word, "-");
        if (!str_to_u64(str_from(word, is_negative), &number) ||
            number > INT64_MAX)
            return false;
        out[i] = is_negative ? -(int64_t)number : (int64_t)number;
    }
    return true;
}

bool declared_kept(const struct call *call, struct request *request)
{
    struct event *draft = &request->draft;
    struct str rest = call->draft, title, service, typed;
    int64_t choices[5] = {0}, times[3] = {0};
    if (!str_cut(&rest, '\n', &title) || !str_cut(&rest, '\n', &service) ||
        !read_numbers(&rest, choices, 5) || !read_numbers(&rest, times, 3) ||
        !str_cut(&rest, '\n', &typed) || choices[0] < 0 ||
        choices[0] >= SEVERITY_COUNT || choices[1] < 0 ||
        choices[1] >= TYPE_COUNT || times[2] < 0 || times[2] >= PRECISION_COUNT)
        return false;
    draft->text = title;
    draft->service = service;
    request->alert_card = choices[4];
    draft->severity = (enum severity)choices[0];
    draft->type = (enum incident_type)choices[1];
    draft->is_private = choices[2] != 0;
    draft->is_drill = choices[3] != 0;
    draft->impact_from = (struct when){.from_ms = times[0],
                                       .to_ms = times[1],
                                       .precision = (enum precision)times[2]};
    str_copy_to(draft->impact_from.typed, typed);
    draft->impact = rest;
    return true;
}

struct str declared_report(const struct call *call)
{
    struct request request = {.kind = REQUEST_DECLARE};
    const struct event *draft = &request.draft;
    struct buf text = BUF_INIT(WORDS_BYTES);
    if (!declared_kept(call, &request))
        return STR_NONE;
    buf_add(&text, draft->text);
    if (draft->impact.n > 0)
        buf_add_char(&text, '\n');
    buf_add(&text, draft->impact);
    if (when_is_set(&draft->impact_from)) {
        buf_add_text(&text, "\nImpact began ");
        when_print_utc(&draft->impact_from, true, &text);
        buf_add_text(&text, " UTC");
    }
    struct str report = call_copy(call, buf_str(&text));
    buf_release(&text);
    return report;
}

/* ---- what is open ---- */

/* A drill is no outage, whatever it is called. */
static int how_alike(const struct call *call, const struct incident *in,
                     const struct event *draft)
{
    int64_t minutes = (call->now_ms - in->declared_at_ms) / MS_PER_MINUTE;
    struct str title = str_of(in->title);
    if (in->is_drill != draft->is_drill || !reach_may_know(call, in) ||
        !similar_is_duplicate(title, draft->text, minutes))
        return 0;
    return 1 + similar_titles(title, draft->text);
}

enum err alike_find(const struct call *call, const struct event *draft,
                    struct incident *out)
{
    int64_t ids[LIVE_MOST];
    int count = 0, best = 0;
    *out = (struct incident){.id = 0};
    enum err err = store_live_incidents(call->store, call->guild_id, ids,
                                        LIVE_MOST, &count);
    for (int i = 0; err == ERR_OK && i < count && i < LIVE_MOST; i++) {
        struct incident in;
        err = store_incident(call->store, ids[i], &in);
        int alike = err == ERR_OK ? how_alike(call, &in, draft) : 0;
        if (alike > best) {
            best = alike;
            *out = in;
        }
    }
    return err;
}

/* ---- the question ---- */

static void add_room_link(const struct call *call, const struct incident *in,
                          struct answer *answer)
{
    char url[128];
    if (incident_room(in) == 0)
        return;
    (void)snprintf(url, sizeof url,
                   "https://discord.com/channels/%" PRIu64 "/%" PRIu64,
                   call->guild_id, incident_room(in));
    answer_link_button(answer, "Go there", url);
}

/* The alerts of the card, which would wait on it otherwise; and the title, or
 * of a message that it was declared from, the message itself. What was meant to
 * be private is not offered to a public record, and nothing to who may not
 * write there. */
static void add_same_buttons(const struct call *call, const struct incident *in,
                             const struct request *request,
                             struct answer *answer)
{
    const struct event *draft = &request->draft;
    bool is_secret = draft->is_private || draft->type == TYPE_SECURITY;
    if ((is_secret && !in->is_private) || !call_has(call, RIGHT_RESPOND))
        return;
    if (request->alert_card > 0)
        answer_button(answer, BUTTON_PRIMARY, "It is the same: add the alerts",
                      "incident link",
                      "incident=INC-%" PRId64 "|alerts=%" PRId64, in->id,
                      request->alert_card);
    if (call->message_kept != 0)
        answer_button(answer, BUTTON_PRIMARY, "It is the same: add my report",
                      "timeline add",
                      "incident=INC-%" PRId64 "|kind=report|msg=%" PRIu64,
                      in->id, call->message_kept);
    else
        answer_button(answer, BUTTON_PRIMARY, "It is the same: add my report",
                      "timeline add",
                      "incident=INC-%" PRId64 "|kind=report|draft=%" PRIu64,
                      in->id, call->id);
}

void alike_ask(const struct call *call, const struct incident *in,
               const struct request *request, struct answer *answer)
{
    const struct event *draft = &request->draft;
    struct buf *words = &answer->words;
    struct when declared = when_exact(in->declared_at_ms);
    struct when now = when_exact(call->now_ms);
    say_incident(words, in);
    say_marks(words, in);
    buf_add_text(words, " has been open for ");
    when_print_span(&declared, &now, words);
    if (incident_room(in) != 0)
        buf_addf(words, " in <#%" PRIu64 ">", incident_room(in));
    buf_add_text(words, ": ");
    say_public(words, str_of(in->title), TITLE_UNITS);
    buf_add_text(words, "\nIs it the same? Nothing is declared yet; what you "
                        "typed is kept for a day: ");
    say_excerpt(words, draft->text, TITLE_UNITS);
    keep(request, &answer->draft);
    add_room_link(call, in, answer);
    add_same_buttons(call, in, request, answer);
    if (call->message_kept != 0)
        answer_button(answer, BUTTON_SECONDARY, "Declare anyway",
                      "incident declare", "draft=%" PRIu64 "|msg=%" PRIu64,
                      call->id, call->message_kept);
    else
        answer_button(answer, BUTTON_SECONDARY, "Declare anyway",
                      "incident declare", "draft=%" PRIu64, call->id);
}
