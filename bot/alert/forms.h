/*
 * Between the files of bot/alert only: what each form may use, and the forms.
 */
#ifndef BOT_ALERT_FORMS_H
#define BOT_ALERT_FORMS_H

#include "bot/alert/parse.h"
#include "bot/discord/json.h"

struct reading {
    const struct alert_source *source;
    struct alerts *alerts; /* filled by draft_take */
    struct buf *why;
};

/* ERR_INVALID, with the sentence in `why`. */
enum err alert_refuse(struct buf *why, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* ERR_OK: "WORDS: nothing to record." */
enum err alert_tell_none(struct buf *why, const char *words);

/* Limit of a text on its way: more than the door lets in, so that nothing is
 * dropped before it is cut. */
#define PART_BYTES ((size_t)1 << 22)

/* ---- body.c: bytes to JSON ---- */

/* Nothing that cJSON reads but a person would call ambiguous: bytes that are
 * not UTF-8, deep nesting, one name twice in an object. Owned by the caller. */
MUST_CHECK enum err body_json(struct str body, cJSON **out, struct buf *why);
/* `a=1&b=2` as an object of strings. */
MUST_CHECK enum err body_fields(struct str body, cJSON **out, struct buf *why);

/* ---- value.c: one value ---- */

/* A string, a number or a truth value as text; else nothing is added. */
void value_text(const cJSON *item, struct buf *out);
/* RFC 3339 with a zone, or seconds or milliseconds since 1970, as a number or
 * as its digits; 0: none of these. */
int64_t value_time(const cJSON *item);
/* "critical" -> SEVERITY_2, "P1" -> SEVERITY_1; NONE when nobody can tell. */
enum severity value_severity(struct str word);

/* ---- draft.c: one alert, owned until it is taken ---- */

struct draft {
    struct buf key, title, text, link, service;
    bool is_firing, is_warning, keeps_start;
    enum severity severity;
    int64_t started_ms, ended_ms;
};

struct draft draft_new(void);
void draft_release(struct draft *draft);
/* As it is, or its digest when it is too long or not fit to be shown. */
void draft_set_key(struct draft *draft, struct str key);
/* Makes it one printable line within the limit. */
void draft_set_title(struct draft *draft, struct str title);
/* `tail` is kept whole (up to TAIL_UNITS) when `body` must be cut. */
#define TAIL_UNITS 600
void draft_set_text(struct draft *draft, struct str body, struct str tail);
/* Adds the first that is fit: the next ones change nothing. */
void draft_offer_link(struct draft *draft, struct str url);
/* An address that may be shown to people: http or https, without user name,
 * password and whatever else looks like a secret. */
bool link_clean(struct str url, struct buf *out);
/* All alerts of a rule have the same address: it is cleaned once. */
struct link_memo {
    struct str raw; /* of the body */
    struct buf clean;
    bool is_fit;
};
#define LINK_MEMO ((struct link_memo){.clean = BUF_INIT(PART_BYTES)})
bool link_clean_once(struct link_memo *memo, struct str url, struct buf *out);
/* The source's, when `name` is empty or none that the settings can have. */
void draft_set_service(struct draft *draft, const struct reading *reading,
                       struct str name);
/* Adds it to the alerts and releases it. It needs a key; without a title it is
 * called by that. */
void draft_take(struct draft *draft, const struct reading *reading);
/* A line of its own, unless it is empty or stands there already. */
void draft_add_line(struct buf *text, struct str line);

/* ---- the forms: `root` is the body ---- */

enum err alertmanager_read(const struct reading *reading, const cJSON *root);
enum err uptimerobot_read(const struct reading *reading, const cJSON *root);
enum err kuma_read(const struct reading *reading, const cJSON *root);
enum err grafana_read(const struct reading *reading, const cJSON *root);
enum err generic_read(const struct reading *reading, const cJSON *root);

/* ---- labelled.c: alerts with labels, of Alertmanager and Grafana ---- */

enum err labelled_read(const struct reading *reading, const cJSON *root);
/* An array of 1 to ALERTS_PER_BODY; `name` for the sentence. */
enum err list_check(const struct reading *reading, const cJSON *list,
                    const char *name);

#endif
