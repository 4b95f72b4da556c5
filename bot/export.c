#include "bot/export.h"

#include "bot/cli/event.h"

#include <stdlib.h>

static bool add_event(const struct event *event, void *context)
{
    cJSON_AddItemToArray(context, event_json(event));
    return true;
}

static cJSON *incident_json(const struct incident *in)
{
    cJSON *object = cJSON_CreateObject();
    cJSON *milestones = cJSON_AddObjectToObject(object, "milestones");
    const struct role_holder *commander = incident_commander(in);
    struct buf text = BUF_INIT(400);
    cJSON_AddNumberToObject(object, "id", (double)in->id);
    cJSON_AddStringToObject(object, "title", in->title);
    cJSON_AddStringToObject(object, "state",
                            word_of(&state_words, (int)in->state));
    cJSON_AddStringToObject(object, "severity",
                            word_of(&severity_words, (int)in->severity));
    cJSON_AddStringToObject(object, "type",
                            word_of(&type_words, (int)in->type));
    cJSON_AddBoolToObject(object, "private", in->is_private);
    cJSON_AddBoolToObject(object, "drill", in->is_drill);
    cJSON_AddStringToObject(object, "impact", in->impact);
    cJSON_AddStringToObject(object, "commander",
                            commander == NULL ? "not recorded"
                                              : commander->name);
    for (int i = MILESTONE_NONE + 1; i < MILESTONE_COUNT; i++) {
        buf_clear(&text);
        when_print(&in->milestones[i], true, &text);
        cJSON_AddStringToObject(milestones, word_of(&milestone_words, i),
                                buf_text(&text));
    }
    buf_clear(&text);
    incident_print_alarm_gap(in, &text);
    cJSON_AddStringToObject(object, "human_alarm_gap", buf_text(&text));
    cJSON_AddStringToObject(object, "postmortem_branch", in->postmortem_ref);
    cJSON_AddStringToObject(object, "postmortem_commit", in->postmortem_commit);
    cJSON_AddStringToObject(object, "pull_request",
                            word_of(&pull_state_words, (int)in->pull_state));
    cJSON_AddStringToObject(object, "pull_request_url", in->pull_url);
    buf_release(&text);
    return object;
}

enum err export_incident(struct store *store, const struct incident *in,
                         struct buf *out)
{
    struct sha256 hash;
    char hex[SHA256_HEX];
    enum err err = store_record_hash(store, in->id, &hash);
    if (err != ERR_OK)
        return err;
    sha256_hex(&hash, hex);
    cJSON *object = incident_json(in);
    cJSON_AddStringToObject(object, "record_sha256", hex);
    cJSON *events = cJSON_AddArrayToObject(object, "events");
    err = store_each_event(store, in->id, EVENTS_BY_TIME, 0, add_event, events);
    char *text = cJSON_Print(object);
    if (err == ERR_OK)
        buf_add_text(out, text);
    if (err == ERR_OK)
        buf_add_char(out, '\n');
    cJSON_free(text);
    cJSON_Delete(object);
    return err;
}
