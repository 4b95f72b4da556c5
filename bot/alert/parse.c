#include "bot/alert/parse.h"

#include "bot/alert/forms.h"

#include <assert.h>
#include <stdlib.h>

typedef enum err form_reader(const struct reading *reading, const cJSON *root);

static form_reader *const readers[ALERT_FORM_COUNT] = {
    [ALERT_FORM_ALERTMANAGER] = alertmanager_read,
    [ALERT_FORM_UPTIMEROBOT] = uptimerobot_read,
    [ALERT_FORM_KUMA] = kuma_read,
    [ALERT_FORM_GRAFANA] = grafana_read,
    [ALERT_FORM_GENERIC] = generic_read,
};

enum err alert_refuse(struct buf *why, const char *format, ...)
{
    va_list args;
    struct buf words = BUF_INIT(ALERTS_WHY_BYTES);
    va_start(args, format);
    buf_addv(&words, format, args);
    va_end(args);
    buf_add(why, buf_str(&words));
    buf_release(&words);
    return ERR_INVALID;
}

enum err alert_tell_none(struct buf *why, const char *words)
{
    struct buf sentence = BUF_INIT(ALERTS_WHY_BYTES);
    buf_addf(&sentence, "%s: nothing to record.", words);
    buf_add(why, buf_str(&sentence));
    buf_release(&sentence);
    return ERR_OK;
}

/* The body decides, not its header: curl calls JSON a form, unless told. */
static enum err body_of(const struct alert_source *source, struct str body,
                        cJSON **out, struct buf *why)
{
    bool is_json = str_starts(str_trim(body), "{");
    if (source->form == ALERT_FORM_UPTIMEROBOT && !is_json)
        return body_fields(body, out, why);
    return body_json(body, out, why);
}

enum err alerts_parse(const struct alert_source *source,
                      struct str content_type, struct str body,
                      struct alerts *out, struct buf *why)
{
    struct alerts alerts = {.count = 0};
    struct reading reading = {source, &alerts, why};
    cJSON *root = NULL;
    assert(source->form < ALERT_FORM_COUNT);
    if (content_type.n >= 10 &&
        str_is_nocase((struct str){content_type.s, 10}, "multipart/"))
        return alert_refuse(why,
                            "The body is a multipart form: set the webhook to "
                            "send JSON.");
    enum err err = body_of(source, body, &root, why);
    if (err != ERR_OK)
        return err;
    if (cJSON_IsObject(root) || source->form == ALERT_FORM_GENERIC)
        err = readers[source->form](&reading, root);
    else
        err = alert_refuse(why, "The JSON is not an object.");
    cJSON_Delete(root);
    if (err == ERR_OK)
        *out = alerts;
    else
        alerts_release(&alerts);
    return err;
}

void alerts_release(struct alerts *alerts)
{
    if (alerts == NULL)
        return;
    for (int i = 0; i < alerts->count; i++)
        free(alerts->texts[i]);
    free(alerts->texts);
    free(alerts->all);
    *alerts = (struct alerts){.count = 0};
}
