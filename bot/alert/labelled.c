/*
 * What Alertmanager and Grafana share: a list of alerts, each with labels that
 * say which one it is and annotations that say it to people.
 */
#include "bot/alert/forms.h"

#include "bot/base/mem.h"
#include "bot/base/sha256.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Of the line with them, before the last: then comes the runbook. */
#define VALUES_BYTES 150

/* What alerts of one body share. */
struct shared {
    struct link_memo rule, runbook;
};

/* The first of these names that has text. */
static struct str first_text(const cJSON *object, const char *const *names)
{
    struct str text = STR_NONE;
    for (; *names != NULL && text.n == 0; names++)
        text = str_trim(json_text(object, *names));
    return text;
}

static int compare_labels(const void *a, const void *b)
{
    const cJSON *const *one = a, *const *other = b;
    return strcmp((*one)->string, (*other)->string);
}

/* The labels that are text, by name; free() them. */
static const cJSON **sorted_labels(const cJSON *labels, size_t *count)
{
    size_t most = (size_t)cJSON_GetArraySize(labels), n = 0;
    const cJSON **sorted = mem_alloc((most + 1) * sizeof *sorted);
    const cJSON *label;
    cJSON_ArrayForEach(label, labels)
    {
        if (cJSON_IsString(label))
            sorted[n++] = label;
    }
    qsort(sorted, n, sizeof *sorted, compare_labels);
    *count = n;
    return sorted;
}

/* The sender's fingerprint of the labels, or ours: an alert that fires again
 * has the same ones. */
static void set_key(struct draft *draft, const cJSON *alert,
                    const cJSON *const *labels, size_t count)
{
    struct str fingerprint = str_trim(json_text(alert, "fingerprint"));
    struct buf all = BUF_INIT(PART_BYTES);
    if (fingerprint.n > 0) {
        draft_set_key(draft, fingerprint);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        struct str value = json_text_of(labels[i]);
        buf_addf(&all, "%s=%zu:", labels[i]->string, value.n);
        buf_add(&all, value);
        buf_add_char(&all, '\n');
    }
    struct sha256 digest = sha256_of(buf_str(&all));
    char hex[SHA256_HEX];
    sha256_hex(&digest, hex);
    draft_set_key(draft, str_of(hex));
    buf_release(&all);
}

static const char *const places[] = {"instance", "host", "node", "pod", NULL};
static const char *const descriptions[] = {"description", "message", NULL};
static const char *const dashboards[] = {"dashboard_url", "dashboardURL",
                                         "dashboard", NULL};
static const char *const runbooks[] = {"runbook_url", "runbook", NULL};

/* Grafana renames an alert whose rule cannot be judged, and leaves the rest:
 * what its annotations say is not known to be so. */
static const struct unjudged {
    const char *alertname, *title, *text;
} all_unjudged[] = {
    {"DatasourceNoData", ": no data arrives", "No data arrives for this rule."},
    {"DatasourceError", ": the rule cannot be evaluated",
     "The rule cannot be evaluated."},
};

/* NULL: it is an alert like any other. */
static const struct unjudged *unjudged_of(const cJSON *labels)
{
    struct str name = json_text(labels, "alertname");
    for (size_t i = 0; i < sizeof all_unjudged / sizeof *all_unjudged; i++)
        if (str_is(name, all_unjudged[i].alertname) &&
            str_trim(json_text(labels, "rulename")).n > 0)
            return &all_unjudged[i];
    return NULL;
}

/* Rule and place say it shortest, and alike for all of a storm: "HighLatency on
 * api-1". Without a place the summary tells more than the rule's name. */
static void set_title(struct draft *draft, const cJSON *labels,
                      const cJSON *notes)
{
    struct buf title = BUF_INIT(PART_BYTES);
    const struct unjudged *unjudged = unjudged_of(labels);
    struct str rule = str_trim(
        json_text(labels, unjudged == NULL ? "alertname" : "rulename"));
    struct str place = first_text(labels, places);
    struct str summary = str_trim(json_text(notes, "summary"));
    if (summary.n == 0)
        summary = first_text(notes, descriptions);
    buf_add(&title, rule);
    if (rule.n > 0 && place.n > 0) {
        buf_add_text(&title, " on ");
        buf_add(&title, place);
    } else if (summary.n > 0 && unjudged == NULL) {
        buf_add_text(&title, rule.n > 0 ? ": " : "");
        buf_add(&title, summary);
    } else if (rule.n == 0) {
        buf_add(&title, place);
    }
    if (unjudged != NULL)
        buf_add_text(&title, unjudged->title);
    draft_set_title(draft, buf_str(&title));
    buf_release(&title);
}

/* Grafana's: `B` is the value of the query of that name. */
static void add_values(const cJSON *values, struct buf *out)
{
    const cJSON *value;
    struct buf line = BUF_INIT(PART_BYTES);
    if (!cJSON_IsObject(values))
        return;
    cJSON_ArrayForEach(value, values)
    {
        if (!cJSON_IsNumber(value))
            continue;
        buf_addf(&line,
                 "%s%s = ", line.n > 0 ? ", " : "Values: ", value->string);
        value_text(value, &line);
    }
    draft_add_line(out, buf_str(&line));
    buf_release(&line);
}

static void add_labels(const cJSON *const *labels, size_t count,
                       struct buf *out)
{
    struct buf line = BUF_INIT(PART_BYTES);
    for (size_t i = 0; i < count; i++) {
        buf_addf(&line, "%s%s=", i > 0 ? ", " : "Labels: ", labels[i]->string);
        buf_add(&line, json_text_of(labels[i]));
    }
    draft_add_line(out, buf_str(&line));
    buf_release(&line);
}

static void set_text(struct draft *draft, const cJSON *alert,
                     const cJSON *const *labels, size_t count, struct str note,
                     struct shared *shared)
{
    const cJSON *notes = json_get(alert, "annotations");
    struct buf body = BUF_INIT(PART_BYTES), tail = BUF_INIT(PART_BYTES);
    struct buf runbook = BUF_INIT(PART_BYTES);
    const struct unjudged *unjudged = unjudged_of(json_get(alert, "labels"));
    if (unjudged != NULL)
        draft_add_line(&body, str_of(unjudged->text));
    draft_add_line(&body, json_text(notes, "Error")); /* Grafana's */
    draft_add_line(&body, json_text(notes, "summary"));
    for (int i = 0; descriptions[i] != NULL; i++)
        draft_add_line(&body, json_text(notes, descriptions[i]));
    if (body.n == 0)
        add_labels(labels, count, &body);
    add_values(json_get(alert, "values"), &tail);
    if (link_clean_once(&shared->runbook, first_text(notes, runbooks),
                        &runbook) &&
        !str_eq(buf_str(&runbook), buf_str(&draft->link))) {
        struct buf line = BUF_INIT(PART_BYTES);
        buf_addf(&line, "Runbook: %s", buf_text(&runbook));
        draft_add_line(&tail, buf_str(&line));
        buf_release(&line);
    }
    draft_add_line(&tail, note);
    draft_set_text(draft, buf_str(&body), buf_str(&tail));
    buf_release(&body);
    buf_release(&tail);
    buf_release(&runbook);
}

/* What shows the most first; the rule's own page is always there. */
static void set_link(struct draft *draft, const cJSON *alert,
                     struct shared *shared)
{
    const cJSON *notes = json_get(alert, "annotations");
    draft_offer_link(draft, json_text(alert, "panelURL"));
    draft_offer_link(draft, json_text(alert, "dashboardURL"));
    if (draft->link.n == 0)
        (void)link_clean_once(&shared->rule, json_text(alert, "generatorURL"),
                              &draft->link);
    draft_offer_link(draft, first_text(notes, dashboards));
    draft_offer_link(draft, first_text(notes, runbooks));
}

static enum err read_one(const struct reading *reading, const cJSON *alert,
                         int index, struct str note, struct shared *shared)
{
    const cJSON *labels = json_get(alert, "labels");
    struct str status = json_text(alert, "status");
    size_t count = 0;
    if (!str_is(status, "firing") && !str_is(status, "resolved"))
        return alert_refuse(reading->why,
                            "alerts[%d].status is neither \"firing\" nor "
                            "\"resolved\".",
                            index);
    const cJSON **sorted =
        sorted_labels(cJSON_IsObject(labels) ? labels : NULL, &count);
    if (count == 0) {
        free(sorted);
        return alert_refuse(reading->why,
                            "alerts[%d].labels is missing or has no text.",
                            index);
    }
    struct draft draft = draft_new();
    draft.is_firing = str_is(status, "firing");
    draft.severity = value_severity(json_text(labels, "severity"));
    draft.started_ms = value_time(json_get(alert, "startsAt"));
    draft.keeps_start = true;
    draft.ended_ms = value_time(json_get(alert, "endsAt"));
    set_key(&draft, alert, sorted, count);
    set_title(&draft, labels, json_get(alert, "annotations"));
    set_link(&draft, alert, shared);
    set_text(&draft, alert, sorted, count, note, shared);
    draft_set_service(&draft, reading,
                      json_text(labels, reading->source->service_label));
    draft_take(&draft, reading);
    free(sorted);
    return ERR_OK;
}

enum err list_check(const struct reading *reading, const cJSON *list,
                    const char *name)
{
    if (!cJSON_IsArray(list))
        return alert_refuse(reading->why, "%s is missing or not an array.",
                            name);
    int count = cJSON_GetArraySize(list);
    if (count == 0)
        return alert_refuse(reading->why, "%s is empty.", name);
    if (count > ALERTS_PER_BODY)
        return alert_refuse(reading->why, "%s has %d entries, %d are allowed.",
                            name, count, ALERTS_PER_BODY);
    return ERR_OK;
}

enum err labelled_read(const struct reading *reading, const cJSON *root)
{
    const cJSON *list = json_get(root, "alerts"), *alert;
    struct buf note = BUF_INIT(100);
    struct shared shared = {LINK_MEMO, LINK_MEMO};
    int64_t left_out = 0;
    int index = 0;
    enum err err = list_check(reading, list, "alerts");
    if (err != ERR_OK)
        return err;
    if (json_whole(json_get(root, "truncatedAlerts"), &left_out) &&
        left_out > 0)
        buf_addf(&note, "%" PRId64 " more of this group were left out.",
                 left_out);
    cJSON_ArrayForEach(alert, list)
    {
        err = read_one(reading, alert, index,
                       index == 0 ? buf_str(&note) : STR_NONE, &shared);
        if (err != ERR_OK)
            break;
        index++;
    }
    buf_release(&shared.rule.clean);
    buf_release(&shared.runbook.clean);
    buf_release(&note);
    return err;
}
