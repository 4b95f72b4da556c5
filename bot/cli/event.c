#include "bot/cli/event.h"

#include <inttypes.h>
#include <stdio.h>

#define TEXT_BYTES 65536 /* of the longest field */

/* ---- a line ---- */

static void add_part(struct buf *out, const char *before, struct str text,
                     const char *after)
{
    if (text.n > 0)
        buf_addf(out, "%s%.*s%s", before, STR_ARG(text), after);
}

static void add_change(const struct event *event, struct buf *out)
{
    add_part(out, "", event->change_what, "");
    add_part(out, " on ", event->change_where, "");
    add_part(out, ": ", event->change_from, "");
    add_part(out, " → ", event->change_to, "");
    if (event->change_temporary)
        buf_add_text(out, " (temporary)");
    add_part(out, ", undo: ", event->change_undo, "");
    add_part(out, ", verified: ", event->change_verified, "");
}

static void add_state(const struct event *event, struct buf *out)
{
    if (event_moves(event))
        buf_addf(out, "%s → %s", word_of(&state_words, (int)event->state_from),
                 word_of(&state_words, (int)event->state_to));
    if (event->other_id != 0)
        buf_addf(out, ", duplicate of INC-%" PRId64, event->other_id);
    if (event_moves(event) && event->text.n > 0)
        buf_add_text(out, ": ");
    add_part(out, "", event->text, "");
}

static void add_role(const struct event *event, struct buf *out)
{
    buf_addf(out, "%s is ", word_of(&role_words, (int)event->role));
    if (event->holder.type == ACTOR_NOBODY)
        buf_add_text(out, "nobody");
    else
        buf_add(out, event->holder.name);
    add_part(out, ", ", event->text, "");
}

static void add_task(const struct event *event, struct buf *out)
{
    buf_addf(out, "%s %s", word_of(&effect_kind_words, (int)event->effect),
             event->failed ? "failed" : "done");
    if (event->ref_id != 0)
        buf_addf(out, ": %" PRIu64, event->ref_id);
    add_part(out, ": ", event->ref, "");
    add_part(out, ": ", event->text, "");
}

static void add_entry(const struct event *event, struct buf *out)
{
    add_part(out, "", event->text, "");
    add_part(out, event->text.n > 0 ? ", " : "", event->file_name, "");
    if (event->file_sha256.n > 0)
        buf_addf(out, ", %" PRId64 " bytes, sha256 %.*s", event->file_bytes,
                 STR_ARG(event->file_sha256));
    if (event->confidence != CONFIDENCE_NONE)
        buf_addf(out, " (%s)",
                 word_of(&confidence_words, (int)event->confidence));
    add_part(out, " (impact: ", event->impact, ")");
    add_part(out, " ", event->link, "");
}

static void add_holder(const struct event *event, struct buf *out)
{
    if (event->holder.type == ACTOR_NOBODY)
        buf_add_text(out, "volunteer wanted");
    else
        buf_add(out, event->holder.name);
}

static void add_item(const struct event *event, struct buf *out)
{
    if (event->target != 0)
        buf_addf(out, "#%" PRId64 " is %s, ", event->target,
                 word_of(&item_state_words, (int)event->item_state));
    if (event->item_kind != ITEM_KIND_NONE)
        buf_addf(out, "%s, ", word_of(&item_kind_words, (int)event->item_kind));
    add_holder(event, out);
    add_part(out, ": ", event->text, "");
}

static void add_handoff(const struct event *event, struct buf *out)
{
    buf_addf(out, "to %.*s", STR_ARG(event->holder.name));
    add_part(out, ": ", event->text, "");
    add_part(out, "; ", event->brief_actions, "");
    add_part(out, "; ", event->brief_needs, "");
}

static void add_reminder(const struct event *event, struct buf *out)
{
    buf_add_text(out, word_of(&reminder_words, (int)event->reminder));
    if (event->target != 0)
        buf_addf(out, " #%" PRId64, event->target);
    if (event->until_ms == 0)
        return;
    struct when until = when_exact(event->until_ms);
    buf_add_text(out, " until ");
    when_print(&until, true, out);
}

/* What it is about goes before its words: nothing else tells. */
static void add_subject(const struct event *event, struct buf *out)
{
    if (event->kind == EVENT_EDIT || event->kind == EVENT_STRIKE)
        buf_addf(out, "#%" PRId64 ": ", event->target);
    if (event->kind == EVENT_SECTION)
        buf_addf(out, "%s: ", word_of(&section_words, (int)event->section));
    if (event->kind == EVENT_LINK && event->other_id != 0)
        buf_addf(out, "INC-%" PRId64 " ", event->other_id);
    if (event->kind == EVENT_LINK)
        add_part(out, "the service ", event->service, "");
    if (event->kind == EVENT_SETTLED)
        buf_addf(out, "#%" PRId64 " is %s%s", event->target,
                 word_of(&settlement_words, (int)event->settlement),
                 event->text.n > 0 ? ": " : "");
}

static bool is_change(const struct event *event)
{
    return event->kind == EVENT_CHANGE ||
           (event->kind == EVENT_EDIT && event->entry_kind == EVENT_CHANGE);
}

static void add_content(const struct event *event, struct buf *out)
{
    add_subject(event, out);
    if (event->kind == EVENT_STATE)
        add_state(event, out);
    else if (event->kind == EVENT_ROLE)
        add_role(event, out);
    else if (is_change(event))
        add_change(event, out);
    else if (event->kind == EVENT_TASK)
        add_task(event, out);
    else if (event->kind == EVENT_ITEM)
        add_item(event, out);
    else if (event->kind == EVENT_HANDOFF)
        add_handoff(event, out);
    else if (event->kind == EVENT_SNOOZE || event->kind == EVENT_REMINDED)
        add_reminder(event, out);
    else
        add_entry(event, out);
}

void event_print(const struct event *event, struct buf *out)
{
    struct buf content = BUF_INIT(16u * TEXT_BYTES);
    struct str rest, line;
    when_print(&event->occurred, true, out);
    buf_addf(out, "  #%-3" PRId64 " %-10s ", event->seq,
             word_of(&event_kind_words, (int)event->kind));
    add_part(out, "", event->actor.name, ": ");
    add_content(event, &content);
    rest = buf_str(&content);
    for (const char *before = ""; str_cut(&rest, '\n', &line);
         before = "\n    ")
        buf_addf(out, "%s%.*s", before, STR_ARG(line));
    buf_add_char(out, '\n');
    buf_release(&content);
}

/* ---- JSON ---- */

static void add_time(cJSON *object, struct str name, int64_t ms)
{
    char key[64], text[CIVIL_ISO_BYTES];
    name.n -= strlen("_ms");
    str_copy_to(key, name);
    civil_iso(ms, text);
    cJSON_AddStringToObject(object, key, text);
}

static void add_number(cJSON *object, const struct event_field *field,
                       int64_t number)
{
    char text[24];
    switch (field->type) {
    case FIELD_ID:
        (void)snprintf(text, sizeof text, "%" PRIu64, (uint64_t)number);
        cJSON_AddStringToObject(object, field->name, text);
        break;
    case FIELD_BOOL:
        cJSON_AddBoolToObject(object, field->name, number != 0);
        break;
    case FIELD_ENUM:
        cJSON_AddStringToObject(object, field->name,
                                word_of(field->words, (int)number));
        break;
    case FIELD_INT64:
        if (str_ends(str_of(field->name), "_ms"))
            add_time(object, str_of(field->name), number);
        else
            cJSON_AddNumberToObject(object, field->name, (double)number);
        break;
    case FIELD_TEXT:
    case FIELD_TYPED:
        break;
    }
}

cJSON *event_json(const struct event *event)
{
    cJSON *object = cJSON_CreateObject();
    struct buf text = BUF_INIT(TEXT_BYTES);
    cJSON_AddNumberToObject(object, "seq", (double)event->seq);
    cJSON_AddStringToObject(object, "kind",
                            word_of(&event_kind_words, (int)event->kind));
    cJSON_AddStringToObject(object, "visibility",
                            word_of(&visibility_words, (int)event->visibility));
    for (int i = 0; i < event_field_count; i++) {
        const struct event_field *field = &event_fields[i];
        if (event_field_is_default(event, field) ||
            cJSON_HasObjectItem(object, field->name))
            continue;
        if (event_field_is_text(field)) {
            buf_clear(&text);
            buf_add(&text, event_get_text(event, field));
            cJSON_AddStringToObject(object, field->name, buf_text(&text));
        } else {
            add_number(object, field, event_get_number(event, field));
        }
    }
    buf_release(&text);
    return object;
}
