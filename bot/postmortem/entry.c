#include "bot/base/ascii.h"
#include "bot/postmortem/data.h"

#include "bot/base/mem.h"
#include "bot/base/utf8.h"
#include "bot/core/phase.h"
#include "bot/postmortem/escape.h"
#include "bot/probe/measured.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A piece of evidence that is a fence starts so: with its blank line. */
#define FENCE_MARK "\n`"
/* A longer log stays in the record and is named on the page. */
#define INLINE_BYTES ((size_t)64 << 10)
/* Escaping makes a text at most six times longer. */
#define VALUE_BYTES (6 * INLINE_BYTES + 4096)
#define SHORT_BYTES 256
/* Of a text whose names and secrets are replaced. */
#define REDACTED_MOST 64

/* ---- members ---- */

cJSON *put(cJSON *object, const char *name, cJSON *item)
{
    if (item == NULL || !cJSON_AddItemToObject(object, name, item))
        abort();
    return item;
}

cJSON *add_to(cJSON *list, cJSON *item)
{
    if (item == NULL || !cJSON_AddItemToArray(list, item))
        abort();
    return item;
}

/* Most texts of a long record are short, and there are many of them. */
void put_text(cJSON *object, const char *name, struct str text)
{
    char space[SHORT_BYTES] = "";
    bool is_short = text.n < sizeof space;
    struct buf copy = is_short ? BUF_IN(space) : BUF_INIT(text.n);
    buf_add(&copy, text);
    put(object, name, cJSON_CreateString(buf_text(&copy)));
    if (!is_short)
        buf_release(&copy);
}

void put_line(cJSON *object, const char *name, struct str text)
{
    char space[SHORT_BYTES] = "";
    bool is_short = text.n < sizeof space;
    struct buf line = is_short ? BUF_IN(space) : BUF_INIT(text.n);
    text_on_one_line(&line, text);
    put_text(object, name, buf_str(&line));
    if (!is_short)
        buf_release(&line);
}

void put_said(cJSON *object, const char *name, const struct page_view *view,
              struct str text)
{
    struct buf redacted = BUF_INIT(text.n * REDACTED_MOST + 100);
    if (view->people != NULL) {
        people_redact(view->people, text, &redacted);
        text = buf_str(&redacted);
    }
    put_text(object, name, text);
    buf_release(&redacted);
}

void put_said_line(cJSON *object, const char *name,
                   const struct page_view *view, struct str text)
{
    struct buf line = BUF_INIT(text.n);
    text_on_one_line(&line, text);
    put_said(object, name, view, buf_str(&line));
    buf_release(&line);
}

void put_when(cJSON *object, const char *name, const struct when *when,
              bool with_date)
{
    char space[300] = "";
    struct buf text = BUF_IN(space);
    when_print(when, with_date, &text);
    put_text(object, name, buf_str(&text));
}

void put_flag(cJSON *object, const char *name, bool value)
{
    put(object, name, cJSON_CreateBool(value));
}

static void put_list(cJSON *object, const char *name)
{
    put(object, name, cJSON_CreateArray());
}

/* ---- pieces of evidence ---- */

struct pieces {
    cJSON *list;
    bool at_margin; /* they do not lie under an item of a list */
};

static bool last_is_fence(const cJSON *list)
{
    const cJSON *last = cJSON_GetArrayItem(list, cJSON_GetArraySize(list) - 1);
    return cJSON_IsString(last) &&
           str_starts(str_of(last->valuestring), FENCE_MARK);
}

static void add_piece(const struct pieces *to, const struct buf *piece)
{
    (void)add_to(to->list, cJSON_CreateString(buf_text(piece)));
}

/* An item of a list: what is before it ends with a blank line where markdown
 * wants one. */
static void begin_item(const struct pieces *to, struct buf *piece)
{
    bool is_first = to->list->child == NULL;
    if (last_is_fence(to->list) || (to->at_margin && is_first))
        buf_add_char(piece, '\n');
    buf_add_text(piece, to->at_margin ? "- " : "  - ");
}

/* ---- names ---- */

/* As chat names are written: no capital, no blank. "Alice" and "the hosting
 * provider" are not, "malte_j" is. */
static bool is_handle(struct str name)
{
    for (size_t i = 0; i < name.n; i++) {
        char c = name.s[i];
        bool fits =
            is_lower(c) || is_digit(c) || c == '_' || c == '.' || c == '-';
        if (!fits)
            return false;
    }
    return name.n > 0;
}

void actor_print(struct buf *out, enum actor_type type, struct str name)
{
    name = str_trim(name);
    bool marked = str_starts(name, "@");
    while (str_starts(name, "@"))
        name = str_from(name, 1);
    if (type == ACTOR_NOBODY || name.n == 0)
        return;
    if (marked || type == ACTOR_MEMBER ||
        (type == ACTOR_NAME && is_handle(name)))
        buf_add_char(out, '@');
    text_on_one_line(out, name);
}

/* A name is code, a role is a word. */
static void put_actor(cJSON *entry, const struct page_view *view,
                      const struct actor *actor)
{
    struct buf name = BUF_INIT(1000), code = BUF_INIT(4000);
    actor_print(&name, actor->type, actor->name);
    if (name.n > 0 && view->people != NULL && actor->type == ACTOR_TEAM)
        markdown_escape(&code, buf_str(&name));
    else if (name.n > 0)
        markdown_code(&code, buf_str(&name));
    put_text(entry, "actor", buf_str(&name));
    put_text(entry, "actor_md", buf_str(&code));
    buf_release(&name);
    buf_release(&code);
}

/* ---- what an entry says ---- */

static void print_state_mark(const struct event *event, struct buf *out)
{
    bool moves = event_moves(event);
    if (moves && event->state_to == STATE_INVESTIGATING)
        buf_add_text(out, "back to investigating");
    else if (moves)
        buf_addf(out, "now %s", word_of(&state_words, (int)event->state_to));
    else
        buf_add_text(out, "update");
}

/* Only where it tells what the text does not. */
static void put_mark(cJSON *entry, const struct event *event)
{
    char space[100] = "";
    struct buf mark = BUF_IN(space);
    switch ((int)event->kind) {
    case EVENT_FINDING:
        if (event->confidence == CONFIDENCE_RULED_OUT)
            buf_add_text(&mark, "ruled out");
        else if (event->confidence != CONFIDENCE_NONE)
            buf_add_text(&mark,
                         word_of(&confidence_words, (int)event->confidence));
        break;
    case EVENT_CHANGE:
    case EVENT_DECISION:
    case EVENT_ALERT:
    case EVENT_EVIDENCE:
        buf_add_text(&mark, word_of(&event_kind_words, (int)event->kind));
        break;
    case EVENT_COMMS:
        buf_add_text(&mark, "public notice");
        break;
    case EVENT_STATE:
        print_state_mark(event, &mark);
        break;
    default:
        break;
    }
    put_text(entry, "mark", buf_str(&mark));
}

/* "takes the commander role", "makes @quintessence commander", and the words
 * that were given with it. */
static void print_role(const struct event *event, const char *const *role_names,
                       struct buf *out)
{
    const char *role = role_name(role_names, event->role);
    struct buf holder = BUF_INIT(1000), actor = BUF_INIT(1000);
    actor_print(&holder, event->holder.type, event->holder.name);
    actor_print(&actor, event->actor.type, event->actor.name);
    if (holder.n == 0)
        buf_addf(out, "leaves the %s role", role);
    else if (str_eq(buf_str(&holder), buf_str(&actor)))
        buf_addf(out, "takes the %s role", role);
    else
        buf_addf(out, "makes %s %s", buf_text(&holder), role);
    if (event->text.n > 0)
        buf_addf(out, ": %.*s", STR_ARG(event->text));
    buf_release(&holder);
    buf_release(&actor);
}

static void print_brief(const char *name, struct str text, struct buf *out)
{
    if (text.n > 0)
        buf_addf(out, "\n%s: %.*s", name, STR_ARG(text));
}

/* How things stood then follows from the entries above it. */
static void print_handoff(const struct event *event, struct buf *out)
{
    struct buf holder = BUF_INIT(1000);
    actor_print(&holder, event->holder.type, event->holder.name);
    buf_addf(out, "hands command to %s", buf_text(&holder));
    print_brief("Conditions", event->text, out);
    print_brief("Actions", event->brief_actions, out);
    print_brief("Needs", event->brief_needs, out);
    buf_release(&holder);
}

/* Where a message stood in Discord is in the record; on the page it would end
 * every line with an address that readers cannot open. */
static struct str shown_link(const struct event *event)
{
    bool is_origin = event->origin.n > 0 && str_eq(event->link, event->origin);
    return is_origin && event->kind != EVENT_LINK ? STR_NONE : event->link;
}

/* Output that was typed instead of attached is evidence, not prose. */
static bool text_is_evidence(const struct event *event)
{
    return event->kind == EVENT_EVIDENCE && shown_link(event).n == 0 &&
           event->file_sha256.n == 0 && event->text.n > 0;
}

/* Without who, to whom, and what they said to each other. */
static void print_role_veiled(const struct event *event,
                              const char *const *role_names, struct buf *out)
{
    const char *role = role_name(role_names, event->role);
    bool is_own = str_eq(event->holder.name, event->actor.name);
    if (event->kind == EVENT_HANDOFF)
        buf_add_text(out, "hands command over");
    else if (event->holder.type == ACTOR_NOBODY)
        buf_addf(out, "leaves the %s role", role);
    else
        buf_addf(out, is_own ? "takes the %s role" : "makes somebody %s", role);
}

static void put_words(cJSON *entry, const struct page_view *view,
                      const struct event *event)
{
    struct buf words = BUF_INIT(VALUE_BYTES);
    bool is_role = event->kind == EVENT_ROLE || event->kind == EVENT_HANDOFF;
    if (is_role && view->people != NULL)
        print_role_veiled(event, view->role_names, &words);
    else if (event->kind == EVENT_ROLE)
        print_role(event, view->role_names, &words);
    else if (event->kind == EVENT_HANDOFF)
        print_handoff(event, &words);
    else if (event->kind == EVENT_SET && str_starts(event->text, "now "))
        buf_addf(&words, "makes it %.*s", STR_ARG(str_from(event->text, 4)));
    else if (event->kind == EVENT_SET)
        buf_addf(&words, "sets %.*s", STR_ARG(event->text));
    else if (!text_is_evidence(event))
        buf_add(&words, event->text);
    put_text(entry, "text", buf_str(&words));
    put_line(entry, "line", buf_str(&words));
    buf_release(&words);
}

static void put_change(cJSON *entry, const struct event *event)
{
    if (event->kind != EVENT_CHANGE) {
        put_flag(entry, "change", false);
        return;
    }
    cJSON *change = put(entry, "change", cJSON_CreateObject());
    put_line(change, "what", event->change_what);
    put_line(change, "where", event->change_where);
    put_line(change, "from", event->change_from);
    put_line(change, "to", event->change_to);
    put_line(change, "undo", event->change_undo);
    put_line(change, "verified", event->change_verified);
    put_flag(change, "temporary", event->change_temporary);
}

static void put_link(cJSON *entry, struct str link)
{
    if (link.n == 0) {
        put_text(entry, "link_md", STR(""));
        return;
    }
    struct buf line = BUF_INIT(VALUE_BYTES), markdown = BUF_INIT(VALUE_BYTES);
    text_on_one_line(&line, link);
    markdown_link(&markdown, buf_str(&line));
    put_text(entry, "link_md", buf_str(&markdown));
    buf_release(&line);
    buf_release(&markdown);
}

bool entry_ends_in_fence(const cJSON *entry)
{
    return last_is_fence(cJSON_GetObjectItemCaseSensitive(entry, "evidence"));
}

static void put_phase(cJSON *entry, const struct page_view *view,
                      const struct event *event)
{
    enum phase phase = phase_of(view->in, event);
    put_text(entry, "phase",
             phase == PHASE_NONE ? STR("")
                                 : str_of(word_of(&phase_words, (int)phase)));
}

static cJSON *entry_shown(const struct page_view *view,
                          const struct event *event)
{
    cJSON *entry = cJSON_CreateObject();
    if (entry == NULL)
        abort();
    put(entry, "number", cJSON_CreateNumber((double)event->seq));
    put_when(entry, "time", &event->occurred, false);
    put_when(entry, "when", &event->occurred, true);
    put_phase(entry, view, event);
    put_actor(entry, view, &event->actor);
    put_words(entry, view, event);
    put_mark(entry, event);
    put_link(entry, shown_link(event));
    put_change(entry, event);
    put_list(entry, "evidence");
    put_text(entry, "evidence_number", STR(""));
    return entry;
}

/* Where something is told to the public is public, too. */
static void hide_links(struct event *event)
{
    if (event->kind != EVENT_COMMS)
        event->link = STR_NONE;
}

/* Its texts without names and secrets, its people by their roles. */
static cJSON *entry_veiled(const struct page_view *view,
                           const struct event *event)
{
    size_t count = (size_t)event_field_count;
    struct buf *texts = mem_alloc(count * sizeof *texts);
    struct event veiled = *event;
    for (size_t i = 0; i < count; i++) {
        const struct event_field *field = &event_fields[i];
        struct str text = STR_NONE;
        if (field->type == FIELD_TEXT)
            text = event_get_text(event, field);
        if (text.n == 0)
            continue;
        texts[i] = BUF_INIT(text.n * REDACTED_MOST + 100);
        people_redact(view->people, text, &texts[i]);
        event_set_text(&veiled, field, buf_str(&texts[i]));
    }
    veiled.link = event->link;
    hide_links(&veiled);
    veiled.actor =
        people_call(view->people, &event->actor, event->kind == EVENT_REPORT);
    if (people_same(event->holder.name, event->actor.name))
        veiled.holder = veiled.actor;
    cJSON *entry = entry_shown(view, &veiled);
    for (size_t i = 0; i < count; i++)
        buf_release(&texts[i]);
    free(texts);
    return entry;
}

cJSON *entry_new(const struct page_view *view, const struct event *event)
{
    return view->people == NULL ? entry_shown(view, event)
                                : entry_veiled(view, event);
}

/* ---- evidence ---- */

/* A fence stands at the margin, not within its entry's list item: so its bytes
 * are those of the evidence in the file too. Text that a fence cannot hold is
 * still shown literally, as a list item. */
static void add_shown(const struct pieces *to, struct str bytes)
{
    struct buf piece = BUF_INIT(8 * INLINE_BYTES);
    if (markdown_may_fence(bytes)) {
        buf_add_char(&piece, '\n');
        markdown_fence(&piece, bytes);
    } else {
        begin_item(to, &piece);
        markdown_escape(&piece, bytes);
    }
    add_piece(to, &piece);
    buf_release(&piece);
}

static void add_named(const struct pieces *to, const struct event *event)
{
    struct buf piece = BUF_INIT(VALUE_BYTES), name = BUF_INIT(VALUE_BYTES);
    text_on_one_line(&name, event->file_name);
    begin_item(to, &piece);
    markdown_code(&piece, buf_str(&name));
    buf_addf(&piece, " (%" PRId64 " bytes, SHA-256 `%.*s`)", event->file_bytes,
             STR_ARG(event->file_sha256));
    if (event->file_alt.n > 0 && !measured_is(event)) { /* its chart has it */
        buf_clear(&name);
        text_on_one_line(&name, event->file_alt);
        buf_add_text(&piece, ": ");
        markdown_escape(&piece, buf_str(&name));
    }
    add_piece(to, &piece);
    buf_release(&piece);
    buf_release(&name);
}

/* Its time is that of the entry that it belongs to, which may be corrected. */
static void add_to_files(cJSON *files, const cJSON *entry,
                         const struct event *event)
{
    cJSON *file = add_to(files, cJSON_CreateObject());
    const cJSON *when = cJSON_GetObjectItemCaseSensitive(entry, "when");
    put(file, "when", cJSON_Duplicate(when, true));
    put_line(file, "name", event->file_name);
    put_line(file, "type", event->file_type);
    put(file, "bytes", cJSON_CreateNumber((double)event->file_bytes));
    put_text(file, "sha256", event->file_sha256);
}

static bool is_text(struct str bytes)
{
    return bytes.n > 0 && utf8_valid(bytes) &&
           memchr(bytes.s, '\0', bytes.n) == NULL;
}

static enum err add_file(const struct pieces *to, const struct event *event,
                         struct store *store)
{
    struct buf bytes = BUF_INIT(INLINE_BYTES);
    enum err err = ERR_TOO_LONG;
    if (event->file_bytes <= (int64_t)INLINE_BYTES && !measured_is(event))
        err = store_attachment(store, event->file_sha256, &bytes);
    if (err == ERR_OK && is_text(buf_str(&bytes)))
        add_shown(to, buf_str(&bytes));
    else
        add_named(to, event);
    buf_release(&bytes);
    bool unshown = err == ERR_NOT_FOUND || err == ERR_TOO_LONG;
    return unshown ? ERR_OK : err;
}

static void add_item(const struct pieces *to, struct str text)
{
    struct buf piece = BUF_INIT(VALUE_BYTES), line = BUF_INIT(VALUE_BYTES);
    text_on_one_line(&line, text);
    begin_item(to, &piece);
    markdown_link(&piece, buf_str(&line));
    add_piece(to, &piece);
    buf_release(&piece);
    buf_release(&line);
}

enum err entry_add_evidence(const struct page_view *view,
                            const struct event *event, bool at_margin,
                            cJSON *entry, cJSON *files)
{
    const struct pieces to = {
        cJSON_GetObjectItemCaseSensitive(entry, "evidence"), at_margin};
    /* Else its line shows text and link. */
    bool belongs = event->kind == EVENT_EVIDENCE && event->target != 0;
    if (text_is_evidence(event))
        add_shown(&to, event->text);
    else if (belongs && event->text.n > 0)
        add_item(&to, event->text);
    if (belongs && event->link.n > 0)
        add_item(&to, event->link);
    if (event->file_sha256.n == 0)
        return ERR_OK;
    add_to_files(files, entry, event);
    return add_file(&to, event, view->store);
}
