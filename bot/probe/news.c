#include "bot/probe/news.h"

#include "bot/probe/target.h"

#include <inttypes.h>

/* A page is the alert's link, which stands behind the text. */
static void print_text(const struct probe *probe,
                       const struct probe_result *last, struct buf *out)
{
    buf_add_text(out, last->words);
    if (probe->kind == PROBE_HTTP)
        return;
    buf_add_text(out, "\n");
    target_print(str_of(probe->target), out);
}

static void begin(struct probe_news *out, const struct probe *probe,
                  const struct probe_result *last)
{
    *out = (struct probe_news){.key = BUF_INIT(ALERT_KEY_BYTES),
                               .title = BUF_INIT(ALERT_TITLE_UNITS),
                               .text = BUF_INIT(ALERT_TEXT_UNITS),
                               .link = BUF_INIT(600)};
    print_text(probe, last, &out->text);
    if (probe->kind == PROBE_HTTP)
        target_print(str_of(probe->target), &out->link);
}

/* Its texts are written. */
static void finish(struct probe_news *out, const struct probe *probe,
                   bool is_firing, bool is_warning)
{
    out->alert = (struct alert){
        .source = str_of(probe->name),
        .by_probe = true,
        .key = buf_str(&out->key),
        .is_firing = is_firing,
        .is_warning = is_warning,
        .title = buf_str(&out->title),
        .text = buf_str(&out->text),
        .link = out->link.n > 0 ? buf_str(&out->link) : STR(""),
        .service = str_of(probe->service),
    };
}

void probe_news_of_state(struct probe_news *out, const struct probe *probe,
                         enum probe_state state,
                         const struct probe_result *last)
{
    static const char *const endings[] = {
        [PROBE_UNKNOWN] = "is not known",
        [PROBE_UP] = "is up again",
        [PROBE_DOWN] = "is down",
        [PROBE_FLAPPING] = "is flapping: up and down again and again",
    };
    begin(out, probe, last);
    buf_add_text(&out->key, probe->name);
    buf_addf(&out->title, "%s %s", probe->name, endings[state]);
    finish(out, probe, state == PROBE_DOWN || state == PROBE_FLAPPING, false);
}

void probe_expiry_key(const struct probe *probe, struct buf *out)
{
    buf_addf(out, "%s expires", probe->name);
}

void probe_news_of_expiry(struct probe_news *out, const struct probe *probe,
                          int64_t days, const struct probe_result *last)
{
    begin(out, probe, last);
    probe_expiry_key(probe, &out->key);
    buf_addf(&out->title, "%s: the certificate ", probe->name);
    if (days == 0)
        buf_add_text(&out->title, "no longer expires soon");
    else if (days == 1)
        buf_add_text(&out->title, "expires within a day");
    else
        buf_addf(&out->title, "expires within %" PRId64 " days", days);
    finish(out, probe, days > 0, true);
}

void probe_news_release(struct probe_news *news)
{
    buf_release(&news->key);
    buf_release(&news->title);
    buf_release(&news->text);
    buf_release(&news->link);
}
