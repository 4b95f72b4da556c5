/*
 * Grafana. Unified alerting: as Alertmanager, with version "1", orgId, title,
 * message, state and, in each alert, dashboardURL, panelURL, silenceURL and
 * values. Before that (until Grafana 10): one alert a body, of ruleId,
 * ruleName, ruleUrl, state, title, message, tags and evalMatches.
 */
#include "bot/alert/forms.h"

#include <string.h>

/* "[Alerting] Queue too long", for a rule without a name. */
static struct str bare_title(struct str title)
{
    struct str rest = title, mark;
    if (str_starts(title, "[") && str_cut(&rest, ']', &mark) && rest.n > 0)
        title = rest;
    return str_trim(title);
}

static void set_text(struct draft *draft, const cJSON *root)
{
    struct buf body = BUF_INIT(PART_BYTES), tail = BUF_INIT(PART_BYTES);
    const cJSON *match;
    draft_add_line(&body, json_text(root, "message"));
    if (str_is(json_text(root, "state"), "no_data"))
        draft_add_line(&body, STR("No data arrives."));
    cJSON_ArrayForEach(match, json_get(root, "evalMatches"))
    {
        if (tail.n > TAIL_UNITS) /* the rest would be cut */
            break;
        struct buf line = BUF_INIT(PART_BYTES);
        struct str metric = json_text(match, "metric");
        if (metric.n > 0 && cJSON_IsNumber(json_get(match, "value"))) {
            buf_add(&line, metric);
            buf_add_text(&line, " = ");
            value_text(json_get(match, "value"), &line);
            draft_add_line(&tail, buf_str(&line));
        }
        buf_release(&line);
    }
    draft_set_text(draft, buf_str(&body), buf_str(&tail));
    buf_release(&body);
    buf_release(&tail);
}

static void take_rule(const struct reading *reading, const cJSON *root,
                      bool is_firing, struct str name)
{
    const cJSON *tags = json_get(root, "tags");
    struct draft draft = draft_new();
    struct buf id = BUF_INIT(PART_BYTES);
    value_text(json_get(root, "ruleId"), &id);
    draft.is_firing = is_firing;
    draft.severity = value_severity(json_text(tags, "severity"));
    draft_set_key(&draft, id.n > 0 ? buf_str(&id) : name);
    draft_set_title(&draft, name);
    draft_offer_link(&draft, json_text(root, "ruleUrl"));
    set_text(&draft, root);
    draft_set_service(&draft, reading,
                      json_text(tags, reading->source->service_label));
    draft_take(&draft, reading);
    buf_release(&id);
}

static enum err read_rule(const struct reading *reading, const cJSON *root)
{
    struct str state = json_text(root, "state");
    struct str name = str_trim(json_text(root, "ruleName"));
    if (name.n == 0)
        name = bare_title(json_text(root, "title"));
    if (name.n == 0)
        return alert_refuse(reading->why,
                            "Neither alerts nor ruleName is there: a "
                            "webhook of Grafana was expected.");
    if (str_is(state, "pending"))
        return alert_tell_none(reading->why, "The rule is pending");
    if (str_is(state, "paused"))
        return alert_tell_none(reading->why, "The rule is paused");
    bool is_firing = str_is(state, "alerting") || str_is(state, "no_data");
    if (!is_firing && !str_is(state, "ok"))
        return alert_refuse(reading->why,
                            "state is neither \"alerting\", \"no_data\" nor "
                            "\"ok\".");
    take_rule(reading, root, is_firing, name);
    return ERR_OK;
}

/* What the button "Test" of a contact point sends: it fires, and nobody says
 * that it is over. With labels of one's own in it, it is as good as real. */
static bool is_test(const cJSON *root)
{
    const cJSON *alert = cJSON_GetArrayItem(json_get(root, "alerts"), 0);
    const cJSON *labels = json_get(alert, "labels");
    return (str_is(json_text(labels, "alertname"), "TestAlert") &&
            str_is(json_text(labels, "instance"), "Grafana")) ||
           str_is(json_text(root, "message"),
                  "Someone is testing the alert notification within Grafana.");
}

enum err grafana_read(const struct reading *reading, const cJSON *root)
{
    if (is_test(root))
        return alert_tell_none(reading->why, "A test of Grafana");
    return json_get(root, "alerts") != NULL ? labelled_read(reading, root)
                                            : read_rule(reading, root);
}
