/* Buttons that people press, and forms that they fill in. */
#include "tests/sim/people.h"

#include "bot/base/mem.h"
#include "bot/discord/interaction.h"
#include "bot/discord/json.h"
#include "tests/lib/room_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct button {
    char id[101];
    uint64_t channel_id, message_id;
    int64_t incident_id;
    bool is_own; /* of an answer that only they see */
};

static int64_t card_in(struct str custom_id)
{
    const char *at = strstr(custom_id.s, "alerts=");
    return at == NULL ? 0 : strtoll(at + 7, NULL, 10);
}

static void press_button(enum people_act act, const struct button *button)
{
    struct ask *ask = people_ask_new(act, "w");
    cJSON *data = json_object(), *message = json_object();
    const char *draft = strstr(button->id, "draft=");
    json_set_text(data, "custom_id", str_of(button->id));
    json_set_number(data, "component_type", 2);
    json_set_id(message, "id", button->message_id);
    json_set_number(message, "flags", button->is_own ? 64 : 0);
    ask->incident_id = button->incident_id;
    ask->card = card_in(str_of(button->id));
    ask->draft = draft == NULL ? 0 : strtoull(draft + 6, NULL, 10);
    people_send(ask, INTERACTION_COMPONENT, button->channel_id, data, message);
}

/* The n-th button that is not a link, of all of them; NULL: there are fewer. */
static const char *button_of(const cJSON *message, int *n)
{
    const cJSON *row, *item;
    cJSON_ArrayForEach(row, json_get(message, "components"))
    {
        cJSON_ArrayForEach(item, json_get(row, "components"))
        {
            const char *id = cJSON_GetStringValue(json_get(item, "custom_id"));
            int64_t type = 0;
            (void)json_whole(json_get(item, "type"), &type);
            if (id != NULL && type == 2 && (*n)-- == 0)
                return id;
        }
    }
    return NULL;
}

/* Of all that stand in the channel. */
static bool find_button(uint64_t channel_id, int n, struct button *out)
{
    const cJSON *message;
    cJSON_ArrayForEach(message, discord_world()->messages)
    {
        uint64_t channel = 0;
        (void)str_to_u64(json_text(message, "channel_id"), &channel);
        const char *found =
            channel == channel_id && !json_is_true(message, "deleted")
                ? button_of(message, &n)
                : NULL;
        if (found == NULL)
            continue;
        out->channel_id = channel_id;
        str_copy_to(out->id, str_of(found));
        (void)str_to_u64(json_text(message, "id"), &out->message_id);
        return true;
    }
    return false;
}

void people_press(enum people_act act, int which, const struct incident *in)
{
    bool is_card = act == ACT_PRESS_CARD || act == ACT_PRESS_CARD_TWICE;
    bool is_twice = act == ACT_PRESS_TWICE || act == ACT_PRESS_CARD_TWICE;
    uint64_t channel =
        is_card ? sim.config->announce_channel_id : in->war_channel_id;
    struct button button = {.incident_id = is_card ? 0 : in->id};
    int most = is_card ? 6 : sim.is_watched ? 15 : 9;
    if (!find_button(channel, which % most, &button) &&
        !(is_card && find_button(channel, which % 2, &button)))
        return;
    press_button(act, &button);
    if (is_twice)
        press_button(act, &button);
}

struct follow {
    cJSON *answer;
    enum people_act act;
    int64_t incident_id;
    uint64_t channel_id;
    char kind[8];
};

static cJSON *filled(const cJSON *component, const char *word)
{
    cJSON *copy = json_object();
    int64_t type = 0;
    struct str name = json_text(component, "custom_id");
    (void)json_whole(json_get(component, "type"), &type);
    json_set_number(copy, "type", (double)type);
    json_set_text(copy, "custom_id", name);
    if (type == 4) {
        struct str value = json_text(component, "value");
        bool is_told = str_is(name, "text") || str_is(name, "summary") ||
                       str_is(name, "reason") || str_is(name, "message") ||
                       str_is(name, "what") || str_is(name, "title");
        json_set_text(copy, "value",
                      is_told           ? str_of(word)
                      : value.s == NULL ? STR("")
                                        : value);
    } else {
        json_set(copy, "values", json_array());
    }
    return copy;
}

static void on_form(void *context)
{
    struct follow *follow = context;
    const cJSON *label;
    struct ask *ask = people_ask_new(follow->act, follow->kind);
    cJSON *data = json_object(), *list = json_array();
    cJSON *form = cJSON_GetObjectItem(follow->answer, "data");
    json_set_text(data, "custom_id", json_text(form, "custom_id"));
    cJSON_ArrayForEach(label, json_get(form, "components"))
    {
        cJSON *copy = json_object();
        json_set_number(copy, "type", 18);
        json_set(copy, "component",
                 filled(json_get(label, "component"), ask->word));
        json_add(list, copy);
    }
    json_set(data, "components", list);
    ask->incident_id = follow->incident_id;
    ask->is_form = true;
    ask->card = card_in(json_text(form, "custom_id"));
    people_send(ask, INTERACTION_FORM, follow->channel_id, data, NULL);
    cJSON_Delete(follow->answer);
    free(follow);
}

/* What somebody typed is kept for this button; NULL: it has none. */
static const char *draft_button_of(const cJSON *message, int *n)
{
    int count = 0, at;
    const char *id;
    while (at = count, (id = button_of(message, &at)) != NULL) {
        count++;
        if (strstr(id, "draft=") != NULL && (*n)-- == 0)
            return id;
    }
    return NULL;
}

static bool has_draft(const cJSON *answer)
{
    int n = 0;
    return draft_button_of(json_get(answer, "data"), &n) != NULL;
}

static void on_follow(void *context)
{
    struct follow *follow = context;
    const cJSON *data = json_get(follow->answer, "data");
    int n = (int)luck_below(LUCK_PEOPLE, 3), again = n % 2;
    bool is_draft = sim.is_watched && has_draft(follow->answer);
    const char *id =
        is_draft ? draft_button_of(data, &again) : button_of(data, &n);
    if (id == NULL && is_draft) {
        again = 0;
        id = draft_button_of(data, &again);
    }
    struct button button = {.channel_id = follow->channel_id,
                            .message_id = 1,
                            .incident_id = follow->incident_id,
                            .is_own = true};
    if (id != NULL) {
        str_copy_to(button.id, str_of(id));
        press_button(ACT_PRESS, &button);
    }
    cJSON_Delete(follow->answer);
    free(follow);
}

static void follow_after(const struct ask *ask, const cJSON *answer,
                         sim_fn *next)
{
    struct follow *follow = mem_alloc(sizeof *follow);
    *follow = (struct follow){.answer = cJSON_Duplicate(answer, 1),
                              .act = ask->act,
                              .incident_id = ask->incident_id,
                              .channel_id = WORLD_ORIGIN};
    (void)snprintf(follow->kind, sizeof follow->kind, "%.*s",
                   (int)strcspn(ask->word, "q"), ask->word);
    sim_at(sim.now_ms + 500 + (int64_t)luck_below(LUCK_PEOPLE, 3000), next,
           follow);
}

/* They fill the form in, or sometimes press a button of the answer; where what
 * they typed is kept, now and then twice. */
void people_go_on(const struct ask *ask, int type, const cJSON *answer)
{
    bool is_form = type == 9;
    bool is_draft = !is_form && sim.is_watched && has_draft(answer);
    if (!is_form && !is_draft && luck_below(LUCK_PEOPLE, 6) != 0)
        return;
    follow_after(ask, answer, is_form ? on_form : on_follow);
    if (is_draft && luck_below(LUCK_PEOPLE, 2) == 0)
        follow_after(ask, answer, on_follow);
}
