/*
 * Alertmanager's webhook, version 4: version, groupKey, status, receiver,
 * groupLabels, commonLabels, commonAnnotations, externalURL, truncatedAlerts,
 * alerts[] with status, labels, annotations, startsAt, endsAt (year 1 while it
 * fires), generatorURL, fingerprint. Each alert has all of its labels, so what
 * is common to the group is not read.
 * https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
 */
#include "bot/alert/forms.h"

enum err alertmanager_read(const struct reading *reading, const cJSON *root)
{
    if (!str_is(json_text(root, "version"), "4"))
        return alert_refuse(
            reading->why, "version is not \"4\": a webhook of Alertmanager was "
                          "expected.");
    return labelled_read(reading, root);
}
