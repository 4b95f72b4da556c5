/*
 * What probes measured around an incident. Target 0: the samples are frozen as
 * a CSV, which becomes an entry. Else the entry of that number is drawn, and
 * its picture posted in the rooms: from the frozen samples, so that nothing is
 * lost while Discord, or the helper, is away.
 */
#ifndef BOT_OUTBOX_CHART_WORK_H
#define BOT_OUTBOX_CHART_WORK_H

#include "bot/outbox/work.h"

enum delivery_verdict chart_work_step(struct work *work,
                                      const struct outbox_config *config,
                                      const struct room_settings *rooms,
                                      int64_t wall_ms);

#endif
