/*
 * What a monitor says: one alert that fires or is over, as every door (webhook,
 * our own probes) hands it in. Not yet part of any record: bot/watch/alerts.c
 * links it to an incident or shows it in the announce channel.
 */
#ifndef BOT_CORE_ALERT_H
#define BOT_CORE_ALERT_H

#include "bot/core/event.h"

#define ALERT_KEY_BYTES   128
#define ALERT_TITLE_UNITS 200
#define ALERT_TEXT_UNITS  800

/* Text is borrowed, printable UTF-8, without newlines but in `text`. */
struct alert {
    struct str source; /* the [[alert]] or [[probe]] by name: the robot */
    bool by_probe;
    struct str key; /* the same while it is the same alert: fires again, ends;
                     * at most ALERT_KEY_BYTES */
    bool is_firing;
    /* Of what is to come: nobody tells that it is over, and an incident that is
     * declared later is about something else. */
    bool is_warning;
    struct str title;       /* "HighLatency on api-1" */
    struct str text;        /* more of it; may be empty */
    struct str link;        /* https, http; without user and password; or empty;
                             * at most LINK_UNITS */
    struct str service;     /* as the settings call it; or empty */
    enum severity severity; /* NONE: not told */
    int64_t started_ms;     /* wall clock; 0: not told */
    /* Told again, it has the same start: a later one is another outage. */
    bool keeps_start;
    int64_t ended_ms; /* is_firing: 0. Else 0: not told */
};

#endif
