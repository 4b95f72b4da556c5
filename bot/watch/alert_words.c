#include "bot/watch/alert_words.h"

#include "bot/base/civil.h"
#include "bot/base/utf8.h"

#include <inttypes.h>

#define NAMED 5 /* of a storm; the rest is counted */

/* What an entry holds. */
static void cut_to_entry(struct buf *text)
{
    buf_cut(text, utf8_cut_units(buf_str(text), TEXT_UNITS));
}

/* A title is often made of the text's first line. */
static void add_alone(const struct alert *alert, struct buf *text)
{
    struct str title = alert->title, rest = alert->text, line;
    buf_add(text, title);
    if (!str_cut(&rest, '\n', &line))
        return;
    if (!str_has(title, line))
        rest = alert->text;
    if (rest.n > 0) {
        buf_add_text(text, ": ");
        buf_add(text, rest);
    }
}

void alert_words_of_one(const struct alert *alert, struct buf *out)
{
    add_alone(alert, out);
    cut_to_entry(out);
}

struct naming {
    struct buf *text;
    int64_t named, of;
};

static bool add_name(const struct stored_alert *stored, void *context)
{
    struct naming *naming = context;
    if (naming->of == 1)
        add_alone(&stored->alert, naming->text);
    else
        buf_addf(naming->text, "%s%.*s", naming->named > 0 ? "; " : "",
                 STR_ARG(stored->alert.title));
    return ++naming->named < naming->of && naming->named < NAMED;
}

enum err alert_words_of_entry(struct store *store, int64_t incident_id,
                              int64_t seq, enum alert_scope scope,
                              struct alert_words *words)
{
    *words = (struct alert_words){.text = BUF_INIT(ALERT_WORDS_BYTES * 2)};
    struct buf *text = &words->text;
    enum err err =
        store_sum_alerts_of_entry(store, incident_id, seq, scope, &words->sums);
    int64_t count = words->sums.count;
    struct naming naming = {text, 0, count};
    if (count > 1)
        buf_addf(text, "%" PRId64 " alerts: ", count);
    if (err == ERR_OK)
        err = store_each_alert_of_entry(store, incident_id, seq, scope,
                                        add_name, &naming);
    if (count > naming.named)
        buf_addf(text, "; and %" PRId64 " more", count - naming.named);
    cut_to_entry(text);
    return err;
}

/* "12 minutes", "3 hours" */
static void add_span(int64_t ms, struct buf *out)
{
    static const struct {
        int64_t ms;
        const char *name;
    } units[] = {{24 * MS_PER_HOUR, "day"},
                 {MS_PER_HOUR, "hour"},
                 {MS_PER_MINUTE, "minute"},
                 {MS_PER_SECOND, "second"}};
    size_t i = 0;
    while (i < 3 && ms < 2 * units[i].ms)
        i++;
    int64_t n = ms / units[i].ms;
    buf_addf(out, "%" PRId64 " %s%s", n, units[i].name, n == 1 ? "" : "s");
}

void alert_words_of_end(enum alert_end end, int64_t lasted_ms, struct str what,
                        struct buf *out)
{
    static const char *const begin[] = {[ALERT_END_TOLD] = "Over after",
                                        [ALERT_END_UNTOLD] = "Over within",
                                        [ALERT_END_UNKNOWN] =
                                            "No longer watched after"};
    buf_addf(out, "%s ", begin[end]);
    add_span(lasted_ms > 0 ? lasted_ms : 0, out);
    buf_add_text(out, ": ");
    buf_add(out, what);
    cut_to_entry(out);
}
