/*
 * The charts of a page: what probes measured, as the record holds it. Of charts
 * of the same probes the newest is shown: it reaches as far back as the others.
 */
#ifndef BOT_POSTMORTEM_CHARTS_H
#define BOT_POSTMORTEM_CHARTS_H

#include "bot/postmortem/postmortem.h"
#include "bot/probe/measured.h"

#define PAGE_CHARTS 8

/* `name` is that of its pictures, without ".svg" or ".png". Borrowed for the
 * call. */
typedef void page_chart_fn(const struct chart *chart, const char *name,
                           void *context);
/* A page with a folder of its own has its pictures there as chart-1, chart-2…;
 * beside others, they are called after the incident, too. */
MUST_CHECK enum err postmortem_charts(struct store *store,
                                      const struct incident *in,
                                      const struct postmortem_settings *set,
                                      page_chart_fn *each, void *context);

#endif
