/*
 * What a probe has to tell, as the alert of a monitor.
 */
#ifndef BOT_PROBE_NEWS_H
#define BOT_PROBE_NEWS_H

#include "bot/base/buf.h"
#include "bot/core/alert.h"
#include "bot/probe/judge.h"
#include "bot/probe/result.h"

/* Owns the texts of the alert. */
struct probe_news {
    struct alert alert;
    struct buf key, title, text, link;
};

/* UP, DOWN or FLAPPING, with the result that says so. The alert's key is the
 * probe's name. */
void probe_news_of_state(struct probe_news *out, const struct probe *probe,
                         enum probe_state state,
                         const struct probe_result *last);
/* The certificate expires within `days`; 0: no longer. A warning with a key of
 * its own. */
void probe_news_of_expiry(struct probe_news *out, const struct probe *probe,
                          int64_t days, const struct probe_result *last);
void probe_news_release(struct probe_news *news);

void probe_expiry_key(const struct probe *probe, struct buf *out);

#endif
