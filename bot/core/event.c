#include "bot/core/event.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

#define WORD(name, word)                 word,
#define KIND_WORD(name, word, by_person) word,
#define WORDS(list, name)                                                      \
    static const char *const list##_all[] = {name(WORD)};                      \
    const struct words list = {list##_all, COUNT(list##_all)}

static const char *const kind_all[] = {EVENT_KIND_LIST(KIND_WORD)};
const struct words event_kind_words = {kind_all, COUNT(kind_all)};
WORDS(state_words, STATE_LIST);
WORDS(severity_words, SEVERITY_LIST);
WORDS(type_words, INCIDENT_TYPE_LIST);
WORDS(role_words, ROLE_LIST);
WORDS(confidence_words, CONFIDENCE_LIST);
WORDS(visibility_words, VISIBILITY_LIST);
WORDS(source_words, SOURCE_LIST);
WORDS(actor_type_words, ACTOR_TYPE_LIST);
WORDS(effect_kind_words, EFFECT_KIND_LIST);
WORDS(milestone_words, MILESTONE_LIST);
WORDS(phase_words, PHASE_LIST);
WORDS(settlement_words, SETTLEMENT_LIST);
WORDS(item_kind_words, ITEM_KIND_LIST);
WORDS(item_state_words, ITEM_STATE_LIST);
WORDS(reminder_words, REMINDER_LIST);
WORDS(section_words, SECTION_LIST);
WORDS(alert_state_words, ALERT_STATE_LIST);
WORDS(pull_state_words, PULL_STATE_LIST);

static const char *const precision_all[] = {
    [WHEN_NEVER] = "never",   [WHEN_EXACT] = "exact", [WHEN_SECOND] = "second",
    [WHEN_MINUTE] = "minute", [WHEN_ABOUT] = "about", [WHEN_HOUR] = "hour",
    [WHEN_DAY] = "day",       [WHEN_RANGE] = "range",
};
_Static_assert(COUNT(precision_all) == PRECISION_COUNT, "a word each");
const struct words precision_words = {precision_all, PRECISION_COUNT};

const char *word_of(const struct words *words, int value)
{
    assert(value >= 0 && value < words->count);
    return words->all[value];
}

int word_find(const struct words *words, struct str text)
{
    for (int i = 0; i < words->count; i++)
        if (str_is_nocase(text, words->all[i]))
            return i;
    return -1;
}

const char *role_name(const char *const *names, enum role role)
{
    const char *name = names == NULL ? NULL : names[role];
    return name != NULL ? name : word_of(&role_words, (int)role);
}

bool event_kind_by_person(enum event_kind kind)
{
#define KIND_BY_PERSON(name, word, by_person) by_person,
    static const bool by_person[] = {EVENT_KIND_LIST(KIND_BY_PERSON)};
    assert(kind < EVENT_KIND_COUNT);
    return by_person[kind];
}

#define FIELD(type, member)                                                    \
    {                                                                          \
#member, FIELD_##type, offsetof(struct event, member), NULL            \
    }
#define ENUM_FIELD(member, list)                                               \
    {                                                                          \
#member, FIELD_ENUM, offsetof(struct event, member), &(list)           \
    }
#define PART(type, member, of, part)                                           \
    {                                                                          \
#member "_" #part, FIELD_##type,                                       \
            offsetof(struct event, member) + offsetof(struct of, part), NULL   \
    }
#define ENUM_PART(member, of, part, list)                                      \
    {                                                                          \
#member "_" #part, FIELD_ENUM,                                         \
            offsetof(struct event, member) + offsetof(struct of, part),        \
            &(list)                                                            \
    }
#define WHEN_FIELDS(member)                                                    \
    PART(INT64, member, when, from_ms), PART(INT64, member, when, to_ms),      \
        ENUM_PART(member, when, precision, precision_words),                   \
        PART(TYPED, member, when, typed)
#define ACTOR_FIELDS(member)                                                   \
    ENUM_PART(member, actor, type, actor_type_words),                          \
        PART(ID, member, actor, id), PART(TEXT, member, actor, name)

/* The order is the order of hashing: new fields go to the end. */
const struct event_field event_fields[] = {
    FIELD(INT64, recorded_at_ms),
    ENUM_FIELD(kind, event_kind_words),
    WHEN_FIELDS(occurred),
    ACTOR_FIELDS(actor),
    ACTOR_FIELDS(recorder),
    ENUM_FIELD(source, source_words),
    ENUM_FIELD(visibility, visibility_words),
    FIELD(TEXT, text),
    FIELD(TEXT, link),
    FIELD(INT64, target),
    ENUM_FIELD(confidence, confidence_words),
    FIELD(TEXT, change_what),
    FIELD(TEXT, change_where),
    FIELD(TEXT, change_from),
    FIELD(TEXT, change_to),
    FIELD(TEXT, change_undo),
    FIELD(TEXT, change_verified),
    FIELD(BOOL, change_temporary),
    FIELD(INT64, declared_id),
    FIELD(ID, declared_guild_id),
    FIELD(ID, declared_channel_id),
    ENUM_FIELD(severity, severity_words),
    ENUM_FIELD(type, type_words),
    FIELD(BOOL, is_private),
    FIELD(BOOL, is_drill),
    FIELD(TEXT, impact),
    WHEN_FIELDS(impact_from),
    ENUM_FIELD(state_from, state_words),
    ENUM_FIELD(state_to, state_words),
    FIELD(INT64, next_in_min),
    ENUM_FIELD(role, role_words),
    ACTOR_FIELDS(holder),
    ENUM_FIELD(effect, effect_kind_words),
    FIELD(BOOL, failed),
    FIELD(ID, ref_id),
    FIELD(TEXT, ref),
    FIELD(TEXT, file_name),
    FIELD(TEXT, file_type),
    FIELD(TEXT, file_sha256),
    FIELD(INT64, file_bytes),
    FIELD(TEXT, file_alt),
    FIELD(TEXT, origin),
    ENUM_FIELD(phase, phase_words),
    ENUM_FIELD(entry_kind, event_kind_words),
    ENUM_FIELD(milestone, milestone_words),
    WHEN_FIELDS(milestone_at),
    FIELD(INT64, rest_first_ms),
    FIELD(INT64, rest_typed_ms),
    FIELD(BOOL, untold),
    ENUM_FIELD(settlement, settlement_words),
    ENUM_FIELD(item_kind, item_kind_words),
    ENUM_FIELD(item_state, item_state_words),
    FIELD(INT64, due_ms),
    FIELD(TEXT, brief_actions),
    FIELD(TEXT, brief_needs),
    FIELD(TEXT, snapshot),
    FIELD(INT64, other_id),
    FIELD(TEXT, title),
    ENUM_FIELD(reminder, reminder_words),
    FIELD(INT64, until_ms),
    FIELD(BOOL, lost),
    ENUM_FIELD(section, section_words),
    FIELD(TEXT, service),
    ENUM_FIELD(alert_state, alert_state_words),
    FIELD(INT64, alert_count),
    ENUM_FIELD(pull_state, pull_state_words),
};
const int event_field_count = COUNT(event_fields);

/* An enum's bytes are copied as an int's. */
_Static_assert(sizeof(enum event_kind) == sizeof(int) &&
                   sizeof(enum precision) == sizeof(int),
               "enums are as wide as int");

bool event_field_is_text(const struct event_field *field)
{
    return field->type == FIELD_TEXT || field->type == FIELD_TYPED;
}

int64_t event_get_number(const struct event *event,
                         const struct event_field *field)
{
    const char *at = (const char *)event + field->offset;
    int64_t number = 0;
    int word = 0;
    bool flag = false;
    assert(!event_field_is_text(field));
    if (field->type == FIELD_BOOL) {
        memcpy(&flag, at, sizeof flag);
        return flag;
    }
    if (field->type == FIELD_ENUM) {
        memcpy(&word, at, sizeof word);
        return word;
    }
    memcpy(&number, at, sizeof number);
    return number;
}

void event_set_number(struct event *event, const struct event_field *field,
                      int64_t value)
{
    char *at = (char *)event + field->offset;
    int word = (int)value;
    bool flag = value != 0;
    assert(!event_field_is_text(field));
    if (field->type == FIELD_BOOL) {
        memcpy(at, &flag, sizeof flag);
    } else if (field->type == FIELD_ENUM) {
        assert(value >= 0 && value < field->words->count);
        memcpy(at, &word, sizeof word);
    } else {
        memcpy(at, &value, sizeof value);
    }
}

struct str event_get_text(const struct event *event,
                          const struct event_field *field)
{
    const char *at = (const char *)event + field->offset;
    struct str text;
    assert(event_field_is_text(field));
    if (field->type == FIELD_TYPED)
        return at[0] == '\0' ? STR_NONE : str_of(at);
    memcpy(&text, at, sizeof text);
    return text;
}

void event_set_text(struct event *event, const struct event_field *field,
                    struct str value)
{
    char *at = (char *)event + field->offset;
    assert(event_field_is_text(field));
    if (field->type == FIELD_TYPED)
        str_copy(at, WHEN_TYPED_BYTES, value);
    else
        memcpy(at, &value, sizeof value);
}

bool event_field_is_default(const struct event *event,
                            const struct event_field *field)
{
    if (event_field_is_text(field))
        return event_get_text(event, field).n == 0;
    return event_get_number(event, field) == 0;
}

static struct str number_text(const struct event *event,
                              const struct event_field *field,
                              char digits[static NUMBER_BYTES])
{
    int64_t number = event_get_number(event, field);
    if (field->type == FIELD_ENUM)
        return str_of(word_of(field->words, (int)number));
    if (field->type == FIELD_ID)
        return str_of_u64((uint64_t)number, digits);
    return str_of_i64(number, digits);
}

void event_canonical(const struct event *event, struct buf *out)
{
    for (int i = 0; i < event_field_count; i++) {
        const struct event_field *field = &event_fields[i];
        char digits[NUMBER_BYTES];
        if (event_field_is_default(event, field))
            continue;
        struct str value = event_field_is_text(field)
                               ? event_get_text(event, field)
                               : number_text(event, field, digits);
        buf_add_text(out, field->name);
        buf_add_char(out, '=');
        buf_add_u64(out, value.n);
        buf_add_char(out, ':');
        buf_add(out, value);
        buf_add_char(out, '\n');
    }
}

bool event_is_entry(const struct event *event)
{
    switch ((int)event->kind) {
    case EVENT_TASK:
    case EVENT_EDIT:
    case EVENT_STRIKE:
    case EVENT_SETTLED:
    case EVENT_ITEM:
    case EVENT_SNOOZE:
    case EVENT_REMINDED:
    case EVENT_SECTION:
        return false;
    default:
        return true;
    }
}

bool event_needs_settling(const struct event *event)
{
    return event->kind == EVENT_IDEA ||
           (event->kind == EVENT_CHANGE &&
            (event->change_temporary || event->change_verified.n == 0));
}

bool event_moves(const struct event *event)
{
    return event->state_from != event->state_to;
}

bool event_resolves(const struct event *event)
{
    return event_moves(event) && event->state_to == STATE_RESOLVED;
}

bool event_in_timeline(const struct event *event)
{
    switch (event->kind) {
    case EVENT_STATE:
        return event->text.n > 0 ||
               (event_moves(event) && event->state_to != STATE_REVIEW &&
                event->state_to != STATE_CLOSED);
    case EVENT_EVIDENCE:
        return event->target == 0;
    case EVENT_IDEA:
    case EVENT_DECLARED:
    case EVENT_TASK:
    case EVENT_EDIT:
    case EVENT_STRIKE:
    case EVENT_SETTLED:
    case EVENT_ITEM:
    case EVENT_LINK:
    case EVENT_SNOOZE:
    case EVENT_REMINDED:
    case EVENT_SECTION:
        return false;
    case EVENT_REPORT:
    case EVENT_NOTE:
    case EVENT_FINDING:
    case EVENT_ACTION:
    case EVENT_CHANGE:
    case EVENT_DECISION:
    case EVENT_COMMS:
    case EVENT_ALERT:
    case EVENT_ROLE:
    case EVENT_HANDOFF:
    case EVENT_SET:
        return true;
    case EVENT_KIND_COUNT:
        break;
    }
    assert(false);
    return false;
}
