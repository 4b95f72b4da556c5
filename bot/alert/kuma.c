/*
 * Uptime Kuma's webhook: heartbeat {status, time, msg, important, ping,
 * duration, monitorID}, monitor {id, name, url, hostname, port, tags}, msg.
 * Status is 0 down, 1 up, 2 pending, 3 maintenance; `time` is UTC and has no
 * zone. Both are null in a test, and when a certificate or a domain is going to
 * expire: then only msg tells.
 */
#include "bot/alert/forms.h"

#include "bot/base/rfc3339.h"

enum status { DOWN, UP, PENDING, MAINTENANCE };

/* "[Blog][https://…] the rest": false when it does not begin so. */
static bool cut_monitor(struct str *msg, struct str *name, struct str *url)
{
    struct str rest = *msg;
    if (!str_starts(rest, "["))
        return false;
    rest = str_from(rest, 1);
    const char *at = str_find(rest, STR("]["));
    const char *end = str_find(rest, STR("] "));
    if (at == NULL || end == NULL || end < at)
        return false;
    *name = (struct str){rest.s, (size_t)(at - rest.s)};
    *url = (struct str){at + 2, (size_t)(end - at - 2)};
    *msg = str_from(rest, (size_t)(end - rest.s) + 2);
    return true;
}

/* "Blog: server certificate blog.example.org will expire in 14 days" */
static void set_warning(struct draft *draft, struct str msg)
{
    struct buf title = BUF_INIT(PART_BYTES);
    struct str name, url;
    if (cut_monitor(&msg, &name, &url)) {
        buf_add(&title, name);
        buf_add_text(&title, ": ");
        draft_offer_link(draft, url);
    }
    buf_add(&title, msg);
    draft_set_title(draft, buf_str(&title));
    buf_release(&title);
}

/* "[Blog][https://…] server certificate blog.example.org will expire in 14
 * days": the days change, the rest is what it is known by. */
static enum err read_message(const struct reading *reading, struct str msg)
{
    static const char words[] = " will expire in ";
    const char *at = str_find(msg, STR(words));
    if (msg.n == 0)
        return alert_refuse(reading->why,
                            "Neither heartbeat nor msg is there: a "
                            "webhook of Uptime Kuma was expected.");
    if (at == NULL)
        return alert_tell_none(reading->why, "A test of Uptime Kuma");
    struct draft draft = draft_new();
    struct buf key = BUF_INIT(PART_BYTES);
    draft.is_firing = draft.is_warning = true;
    buf_add_bytes(&key, msg.s, (size_t)(at - msg.s));
    buf_add_text(&key, " will expire");
    draft_set_key(&draft, buf_str(&key));
    set_warning(&draft, msg);
    draft_set_service(&draft, reading, STR_NONE);
    draft_take(&draft, reading);
    buf_release(&key);
    return ERR_OK;
}

/* The tag named like the label of the others, {"name": "service", "value":
 * "forum"}. */
static struct str service_of(const struct reading *reading,
                             const cJSON *monitor)
{
    const cJSON *tag;
    cJSON_ArrayForEach(tag, json_get(monitor, "tags"))
    {
        if (str_is(json_text(tag, "name"), reading->source->service_label))
            return json_text(tag, "value");
    }
    return STR_NONE;
}

static void set_text(struct draft *draft, const cJSON *heartbeat,
                     const cJSON *monitor)
{
    struct buf body = BUF_INIT(PART_BYTES), line = BUF_INIT(PART_BYTES);
    struct str host = str_trim(json_text(monitor, "hostname"));
    draft_add_line(&body, json_text(heartbeat, "msg"));
    draft_offer_link(draft, json_text(monitor, "url"));
    if (host.n > 0 && draft->link.n == 0) {
        buf_add_text(&line, "Host: ");
        buf_add(&line, host);
        if (cJSON_IsNumber(json_get(monitor, "port"))) {
            buf_add_char(&line, ':');
            value_text(json_get(monitor, "port"), &line);
        }
        draft_add_line(&body, buf_str(&line));
    }
    draft_set_text(draft, buf_str(&body), STR_NONE);
    buf_release(&body);
    buf_release(&line);
}

static void set_title(struct draft *draft, const cJSON *monitor, struct str id)
{
    struct buf title = BUF_INIT(PART_BYTES);
    struct str name = str_trim(json_text(monitor, "name"));
    if (name.n == 0)
        buf_add_text(&title, "Monitor ");
    buf_add(&title, name.n > 0 ? name : id);
    buf_add_text(&title, " is down");
    draft_set_title(draft, buf_str(&title));
    buf_release(&title);
}

static enum err read_beat(const struct reading *reading, const cJSON *root,
                          bool is_firing, struct str id)
{
    const cJSON *heartbeat = json_get(root, "heartbeat");
    const cJSON *monitor = json_get(root, "monitor");
    int64_t at_ms = 0;
    if (id.n == 0)
        return alert_refuse(
            reading->why,
            "Neither heartbeat.monitorID nor monitor.id is there.");
    struct draft draft = draft_new();
    (void)rfc3339_read(str_trim(json_text(heartbeat, "time")), true, &at_ms);
    draft.is_firing = is_firing;
    draft.started_ms = is_firing ? at_ms : 0;
    /* Else it was down before, and this is "Resend Notification". */
    draft.keeps_start = json_is_true(heartbeat, "important");
    draft.ended_ms = at_ms;
    draft_set_key(&draft, id);
    set_title(&draft, monitor, id);
    set_text(&draft, heartbeat, monitor);
    draft_set_service(&draft, reading, service_of(reading, monitor));
    draft_take(&draft, reading);
    return ERR_OK;
}

enum err kuma_read(const struct reading *reading, const cJSON *root)
{
    const cJSON *heartbeat = json_get(root, "heartbeat");
    int64_t status = -1;
    if (heartbeat == NULL || cJSON_IsNull(heartbeat))
        return read_message(reading, str_trim(json_text(root, "msg")));
    (void)json_whole(json_get(heartbeat, "status"), &status);
    if (status == PENDING)
        return alert_tell_none(reading->why, "The monitor is pending");
    if (status == MAINTENANCE)
        return alert_tell_none(reading->why,
                               "The monitor is under maintenance");
    if (status != DOWN && status != UP)
        return alert_refuse(reading->why,
                            "heartbeat.status is neither 0 (down) nor 1 (up).");
    struct buf id = BUF_INIT(PART_BYTES);
    value_text(json_get(heartbeat, "monitorID"), &id);
    if (id.n == 0)
        value_text(json_get(json_get(root, "monitor"), "id"), &id);
    enum err err = read_beat(reading, root, status == DOWN, buf_str(&id));
    buf_release(&id);
    return err;
}
