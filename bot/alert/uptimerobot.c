/*
 * UptimeRobot's webhook: monitorID, monitorURL, monitorFriendlyName, alertType
 * (1 down, 2 up, 3 a certificate or a domain expires), alertTypeFriendlyName,
 * alertDetails, alertDuration (seconds it was down), alertDateTime (seconds
 * since 1970), sslExpiryDate, domainExpireDate, dashboardUrl; as JSON, as a
 * form or in the address. Values come as text or numbers; what does not apply
 * comes empty or as its own variable, "*sslExpiryDate*".
 */
#include "bot/alert/forms.h"

#include "bot/base/civil.h"

#include <string.h>

/* What nobody is down for: then the field means something else. */
#define DOWN_MS_MOST (INT64_C(3650) * MS_PER_DAY)

struct monitor {
    struct buf id, url, name;
};

static void read_field(const cJSON *root, const char *field, struct buf *out)
{
    buf_clear(out);
    value_text(json_get(root, field), out);
    struct str text = str_trim(buf_str(out));
    if (text.n == 0 ||
        (text.n >= 2 && str_starts(text, "*") && str_ends(text, "*")))
        buf_clear(out);
}

enum happened { DOWN, UP, CERTIFICATE, DOMAIN, UNKNOWN };

static enum happened what_happened(const cJSON *root)
{
    struct buf type = BUF_INIT(PART_BYTES), word = BUF_INIT(PART_BYTES);
    struct buf domain = BUF_INIT(PART_BYTES), tls = BUF_INIT(PART_BYTES);
    enum happened happened = UNKNOWN;
    read_field(root, "alertType", &type);
    read_field(root, "alertTypeFriendlyName", &word);
    read_field(root, "domainExpireDate", &domain);
    read_field(root, "sslExpiryDate", &tls);
    struct str name = str_trim(buf_str(&word)), number = buf_str(&type);
    if (str_is(number, "1") || (type.n == 0 && str_is_nocase(name, "down")))
        happened = DOWN;
    else if (str_is(number, "2") || (type.n == 0 && str_is_nocase(name, "up")))
        happened = UP;
    else if (str_is(number, "3"))
        happened = domain.n > 0 && tls.n == 0 ? DOMAIN : CERTIFICATE;
    buf_release(&type);
    buf_release(&word);
    buf_release(&domain);
    buf_release(&tls);
    return happened;
}

/* Down and up are one alert; what expires is another of the same monitor. */
static void set_key(struct draft *draft, const struct monitor *monitor,
                    enum happened happened)
{
    struct buf key = BUF_INIT(PART_BYTES);
    buf_add(&key, buf_str(monitor->id.n > 0    ? &monitor->id
                          : monitor->url.n > 0 ? &monitor->url
                                               : &monitor->name));
    if (happened == CERTIFICATE || happened == DOMAIN)
        buf_add_text(&key, happened == DOMAIN ? " domain" : " certificate");
    draft_set_key(draft, str_trim(buf_str(&key)));
    buf_release(&key);
}

/* The name of what is wrong, also once it is over. */
static void set_title(struct draft *draft, const struct monitor *monitor,
                      enum happened happened)
{
    struct buf title = BUF_INIT(PART_BYTES);
    if (monitor->name.n + monitor->url.n == 0)
        buf_add_text(&title, "Monitor ");
    buf_add(&title, buf_str(monitor->name.n > 0  ? &monitor->name
                            : monitor->url.n > 0 ? &monitor->url
                                                 : &monitor->id));
    buf_add_text(&title, happened == CERTIFICATE ? ": the certificate expires"
                         : happened == DOMAIN    ? ": the domain expires"
                                                 : " is down");
    draft_set_title(draft, buf_str(&title));
    buf_release(&title);
}

static void add_expiry(const cJSON *root, const char *field, const char *what,
                       struct buf *out)
{
    char date[CIVIL_ISO_BYTES];
    struct buf value = BUF_INIT(PART_BYTES), line = BUF_INIT(PART_BYTES);
    uint64_t seconds;
    read_field(root, field, &value);
    struct str text = str_trim(buf_str(&value));
    bool is_number = str_to_u64(text, &seconds);
    if (is_number && seconds < (uint64_t)1e11) {
        civil_date((int64_t)seconds * MS_PER_SECOND, date);
        text = str_of(date);
    }
    if (text.n > 0) {
        buf_addf(&line, "The %s expires: ", what);
        buf_add(&line, text);
        draft_add_line(out, buf_str(&line));
    }
    buf_release(&value);
    buf_release(&line);
}

static void set_text(struct draft *draft, const struct monitor *monitor,
                     enum happened happened, const cJSON *root)
{
    struct buf field = BUF_INIT(PART_BYTES), body = BUF_INIT(PART_BYTES);
    struct buf link = BUF_INIT(PART_BYTES);
    read_field(root, "alertDetails", &field);
    draft_add_line(&body, buf_str(&field));
    if (happened == CERTIFICATE)
        add_expiry(root, "sslExpiryDate", "certificate", &body);
    if (happened == DOMAIN)
        add_expiry(root, "domainExpireDate", "domain", &body);
    read_field(root, "dashboardUrl", &field);
    draft_offer_link(draft, buf_str(&monitor->url));
    draft_offer_link(draft, buf_str(&field));
    /* A ping has a host instead. */
    if (!link_clean(buf_str(&monitor->url), &link))
        draft_add_line(&body, buf_str(&monitor->url));
    draft_set_text(draft, buf_str(&body), STR_NONE);
    buf_release(&field);
    buf_release(&body);
    buf_release(&link);
}

static void set_times(struct draft *draft, enum happened happened,
                      const cJSON *root)
{
    struct buf duration = BUF_INIT(PART_BYTES);
    uint64_t seconds = 0;
    int64_t at_ms = value_time(json_get(root, "alertDateTime"));
    draft->is_firing = happened != UP;
    if (draft->is_firing) {
        draft->started_ms = at_ms;
        return;
    }
    draft->ended_ms = at_ms;
    read_field(root, "alertDuration", &duration);
    if (at_ms > 0 && str_to_u64(str_trim(buf_str(&duration)), &seconds) &&
        seconds > 0 && seconds < (uint64_t)(DOWN_MS_MOST / MS_PER_SECOND) &&
        (int64_t)seconds * MS_PER_SECOND < at_ms)
        draft->started_ms = at_ms - (int64_t)seconds * MS_PER_SECOND;
    buf_release(&duration);
}

static enum err read_monitor(const struct reading *reading, const cJSON *root,
                             const struct monitor *monitor)
{
    enum happened happened = what_happened(root);
    if (monitor->id.n + monitor->url.n + monitor->name.n == 0)
        return alert_refuse(reading->why,
                            "monitorID, monitorURL and "
                            "monitorFriendlyName are all missing.");
    if (happened == UNKNOWN)
        return alert_refuse(
            reading->why,
            "alertType is missing or unknown: 1 (down), 2 (up) or 3 "
            "(expires) was expected.");
    struct draft draft = draft_new();
    draft.is_warning = happened == CERTIFICATE || happened == DOMAIN;
    set_key(&draft, monitor, happened);
    set_title(&draft, monitor, happened);
    set_text(&draft, monitor, happened, root);
    set_times(&draft, happened, root);
    draft_set_service(&draft, reading, STR_NONE);
    draft_take(&draft, reading);
    return ERR_OK;
}

enum err uptimerobot_read(const struct reading *reading, const cJSON *root)
{
    struct monitor monitor = {BUF_INIT(PART_BYTES), BUF_INIT(PART_BYTES),
                              BUF_INIT(PART_BYTES)};
    read_field(root, "monitorID", &monitor.id);
    read_field(root, "monitorURL", &monitor.url);
    read_field(root, "monitorFriendlyName", &monitor.name);
    enum err err = read_monitor(reading, root, &monitor);
    buf_release(&monitor.id);
    buf_release(&monitor.url);
    buf_release(&monitor.name);
    return err;
}
