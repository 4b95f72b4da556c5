#include "commands/complete.h"

#include "bot/base/ascii.h"
#include "bot/base/utf8.h"
#include "commands/reach.h"
#include "commands/reference.h"
#include "commands/words.h"

#define INCIDENTS_LOOKED_AT 100 /* a keystroke reads no more */

bool text_holds(struct str text, struct str part)
{
    if (part.n == 0)
        return true;
    for (; text.n >= part.n; text = str_from(text, 1)) {
        size_t i = 0;
        while (i < part.n && to_lower(text.s[i]) == to_lower(part.s[i]))
            i++;
        if (i == part.n)
            return true;
    }
    return false;
}

/* ---- incidents ---- */

struct incident_search {
    const struct call *call;
    struct str typed;
    struct choices *out;
    int looked_at;
};

static bool offer_incident(const struct incident *in, void *context)
{
    struct incident_search *search = context;
    if (reach_may_know(search->call, in)) {
        struct buf name = BUF_INIT(2000), value = BUF_INIT(40);
        incident_print_name(in, &value);
        buf_addf(&name, "%s ", buf_text(&value));
        add_public(&name, str_of(in->title));
        buf_addf(&name, " (%s)", word_of(&state_words, (int)in->state));
        if (text_holds(buf_str(&name), search->typed))
            choices_add(search->out, buf_str(&value), buf_str(&name));
        buf_release(&value);
        buf_release(&name);
    }
    return ++search->looked_at < INCIDENTS_LOOKED_AT &&
           !choices_full(search->out);
}

void complete_incidents(const struct call *call, struct str typed,
                        struct choices *out)
{
    struct incident_search search = {call, typed, out, 0};
    struct incident named;
    int64_t id;
    /* However long ago it was. */
    if (incident_reference(typed, &id) &&
        store_incident(call->store, id, &named) == ERR_OK)
        (void)offer_incident(&named, &search);
    /* A list that stops short is better than none: nothing is said of it. */
    enum err err = store_each_incident(call->store, offer_incident, &search);
    (void)err;
}

/* ---- times ---- */

static void offer_time(const struct call *call, struct str typed, bool is_typed,
                       struct choices *out)
{
    struct when when;
    if (when_parse_said(typed, &call->times, &when, NULL) != ERR_OK)
        return;
    struct buf shown = BUF_INIT(600), time = BUF_INIT(400);
    when_print_utc(
        &when, civil_day_start(when.from_ms) != civil_day_start(call->now_ms),
        &time);
    buf_addf(&shown, "%.*s", STR_ARG(typed));
    if (is_typed && str_eq(typed, buf_str(&time)))
        buf_add_text(&shown, " UTC");
    else
        buf_addf(&shown, " (%s UTC)", buf_text(&time));
    choices_add(out, typed, buf_str(&shown));
    buf_release(&time);
    buf_release(&shown);
}

void complete_times(const struct call *call, struct str typed,
                    struct choices *out)
{
    static const char *const usual[] = {
        "now",     "2m ago",  "5m ago",  "10m ago", "15m ago",
        "20m ago", "30m ago", "45m ago", "1h ago",  "2h ago"};
    typed = str_trim(typed);
    if (typed.n > 0)
        offer_time(call, typed, true, out);
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
        if (!str_is_nocase(typed, usual[i]) &&
            text_holds(str_of(usual[i]), typed))
            offer_time(call, str_of(usual[i]), false, out);
}
