/*
 * For the fuzz_alert_*.c: any bytes as the body of a webhook. It is refused in
 * words with nothing left behind, or each alert may be shown and recorded as it
 * is; and the same bytes always tell the same.
 */
#ifndef TESTS_FUZZ_ALERT_H
#define TESTS_FUZZ_ALERT_H

#include "bot/alert/forms.h"
#include "bot/base/utf8.h"
#include "bot/core/incident.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/alert_bodies.h"

#include <assert.h>
#include <string.h>

static inline bool has_char(struct str text, char c)
{
    return text.n > 0 && memchr(text.s, c, text.n) != NULL;
}

/* "://", then '@' before the host can have ended. */
static inline bool has_credentials(struct str text)
{
    for (size_t i = 3; i < text.n; i++) {
        if (memcmp(text.s + i - 3, "://", 3) != 0)
            continue;
        for (size_t k = i; k < text.n && (unsigned char)text.s[k] > ' ' &&
                           strchr("/?#<>\"[]{}|\\^`", text.s[k]) == NULL;
             k++)
            if (text.s[k] == '@')
                return true;
    }
    return false;
}

static inline void check_line(struct str text)
{
    assert(utf8_printable(text, NULL) && !has_credentials(text));
    assert(!has_char(text, '\n') && !has_char(text, '\t'));
}

static inline void check_link(struct str link)
{
    struct buf again = BUF_INIT(LINK_UNITS);
    check_line(link);
    if (link.n > 0) {
        assert(str_starts(link, "http://") || str_starts(link, "https://"));
        assert(link_clean(link, &again) && str_eq(buf_str(&again), link));
    }
    buf_release(&again);
}

static inline void check_alert(const struct alert *alert)
{
    assert(str_is(alert->source, "robot") && !alert->by_probe);
    assert(alert->key.n > 0 && alert->key.n <= ALERT_KEY_BYTES);
    assert(alert->title.n > 0);
    assert(utf16_units(alert->title) <= ALERT_TITLE_UNITS);
    assert(utf16_units(alert->text) <= ALERT_TEXT_UNITS);
    assert(alert->service.n > 0 && alert->service.n < SERVICE_BYTES);
    check_line(alert->key);
    check_line(alert->title);
    check_line(alert->service);
    check_link(alert->link);
    assert(utf8_printable(alert->text, NULL) && !has_credentials(alert->text));
    assert(alert->severity < SEVERITY_COUNT);
    assert(alert->started_ms >= 0 && alert->ended_ms >= 0);
    assert(alert->ended_ms == 0 || alert->ended_ms >= alert->started_ms);
    assert(!alert->is_firing || alert->ended_ms == 0);
}

static inline void check_same(const struct alerts *a, const struct alerts *b)
{
    assert(a->count == b->count);
    for (int i = 0; i < a->count; i++) {
        assert(str_eq(a->all[i].key, b->all[i].key));
        assert(str_eq(a->all[i].text, b->all[i].text));
        assert(a->all[i].is_firing == b->all[i].is_firing);
    }
}

static inline void check_body(const struct alert_source *source,
                              struct str body)
{
    struct alerts alerts = {.count = -1}, again = {.count = -1};
    struct buf why = BUF_INIT(ALERTS_WHY_BYTES);
    enum err err = alerts_parse(source, STR_NONE, body, &alerts, &why);
    if (err == ERR_OK) {
        assert((alerts.count == 0) == (why.n > 0));
        assert(alerts.count <= ALERTS_PER_BODY);
        for (int i = 0; i < alerts.count; i++)
            check_alert(&alerts.all[i]);
        err = alerts_parse(source, STR_NONE, body, &again, &why);
        assert(err == ERR_OK);
        check_same(&alerts, &again);
        alerts_release(&alerts);
        alerts_release(&again);
    } else {
        assert(err == ERR_INVALID && alerts.count == -1 && why.n > 0);
        assert(utf8_printable(buf_str(&why), NULL));
        assert(str_ends(buf_str(&why), "."));
    }
    buf_release(&why);
}

#endif
