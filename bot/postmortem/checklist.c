#include "bot/postmortem/checklist.h"

#include "bot/base/mem.h"
#include "bot/base/utf8.h"

#include <stdlib.h>
#include <string.h>

#define RECORD_BYTES (32u << 20)
#define FILE_BYTES   ((size_t)64 << 10)
#define UPDATES_MOST 200

/* A text in `words` by its place there, because `words` moves as it grows. */
struct piece {
    int64_t seq; /* of an entry */
    struct when at;
    size_t from, n;
    char where[48];
};

struct pieces {
    struct piece *all;
    int count, room;
};

struct gathered {
    struct store *store;
    struct buf words, people, places;
    struct pieces entries, prose;
    enum err err;
};

/* ---- what the record says ---- */

static struct piece *piece_new(struct pieces *pieces, size_t from, size_t to)
{
    if (pieces->count == pieces->room) {
        pieces->room = pieces->room == 0 ? 32 : pieces->room * 2;
        pieces->all =
            mem_resize(pieces->all, (size_t)pieces->room * sizeof *pieces->all);
    }
    struct piece *piece = &pieces->all[pieces->count++];
    *piece = (struct piece){.from = from, .n = to - from};
    return piece;
}

static void add_name(struct buf *list, struct str name)
{
    while (str_starts(name, "@"))
        name = str_from(name, 1);
    if (name.n == 0 || memchr(name.s, '\n', name.n) != NULL)
        return;
    struct str rest = buf_str(list), one;
    while (rest.n > 0 && str_cut(&rest, '\n', &one))
        if (str_eq_nocase(one, name))
            return;
    buf_add(list, name);
    buf_add_char(list, '\n');
}

static void add_person(struct gathered *all, const struct actor *actor)
{
    if (actor->type != ACTOR_NOBODY)
        add_name(&all->people, actor->name);
}

static enum err add_file(struct gathered *all, const struct event *event)
{
    struct buf bytes = BUF_INIT(FILE_BYTES);
    if (event->file_sha256.n == 0 || event->file_bytes > (int64_t)FILE_BYTES)
        return ERR_OK;
    enum err err = store_attachment(all->store, event->file_sha256, &bytes);
    if (err == ERR_OK && utf8_valid(buf_str(&bytes)))
        buf_add(&all->words, buf_str(&bytes));
    buf_release(&bytes);
    return err == ERR_NOT_FOUND || err == ERR_TOO_LONG ? ERR_OK : err;
}

/* Evidence is of the time of what it belongs to. */
static struct when time_of(const struct gathered *all,
                           const struct event *event)
{
    for (int i = all->entries.count; event->target != 0 && i > 0; i--)
        if (all->entries.all[i - 1].seq == event->target)
            return all->entries.all[i - 1].at;
    return event->target == 0 ? event->occurred
                              : (struct when){.precision = WHEN_NEVER};
}

static void add_entry(struct gathered *all, const struct event *event)
{
    const struct str parts[] = {event->text,           event->change_what,
                                event->change_where,   event->change_from,
                                event->change_to,      event->change_undo,
                                event->change_verified};
    size_t from = all->words.n;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (parts[i].n == 0)
            continue;
        buf_add(&all->words, parts[i]);
        buf_add_text(&all->words, "\n\n");
    }
    all->err = add_file(all, event);
    struct when at = time_of(all, event);
    struct piece *piece = piece_new(&all->entries, from, all->words.n);
    piece->seq = event->seq;
    piece->at = at;
    add_name(&all->places, event->change_where);
    add_name(&all->places, event->service);
}

static void add_prose(struct gathered *all, const char *where, struct str text)
{
    size_t from = all->words.n;
    text = str_trim(text);
    if (text.n == 0)
        return;
    buf_add(&all->words, text);
    str_copy_to(piece_new(&all->prose, from, all->words.n)->where,
                str_of(where));
}

/* Only the last words, when it was resolved, look back. */
static void add_update(struct gathered *all, const struct event *event)
{
    struct buf where = BUF_INIT(200);
    if (event->state_to == STATE_RESOLVED) {
        buf_add_text(&where, "resolution");
    } else {
        buf_add_text(&where, "update of ");
        when_print(&event->occurred, false, &where);
    }
    if (all->prose.count < UPDATES_MOST)
        add_prose(all, buf_text(&where), event->text);
    buf_release(&where);
}

static bool gather_event(const struct entry *stored, void *context)
{
    struct gathered *all = context;
    const struct event *event = &stored->event;
    if (stored->state.struck != 0 || event->visibility == VISIBILITY_PRIVATE)
        return true;
    add_person(all, &event->actor);
    add_person(all, &event->recorder);
    add_person(all, &event->holder);
    if (event->kind == EVENT_STATE)
        add_update(all, event);
    else if (event_kind_by_person(event->kind))
        add_entry(all, event);
    return all->err == ERR_OK;
}

static enum err gather_sections(struct gathered *all, const struct incident *in,
                                unsigned *empty)
{
    struct buf text = BUF_INIT(SUMMARY_UNITS * 3u);
    enum err err = store_empty_sections(all->store, in->id, empty);
    for (int i = SECTION_NONE + 1; i < SECTION_COUNT && err == ERR_OK; i++) {
        buf_clear(&text);
        err = store_section(all->store, in->id, (enum section)i, &text);
        if (err == ERR_OK)
            add_prose(all, word_of(&section_words, i), buf_str(&text));
    }
    buf_release(&text);
    return err;
}

/* ---- the check ---- */

static void check(const struct gathered *all, const struct incident *in,
                  struct findings *out)
{
    size_t entries = (size_t)all->entries.count;
    size_t pieces = (size_t)all->prose.count;
    struct told *told = mem_alloc((entries + 1) * sizeof *told);
    struct prose *prose = mem_alloc((pieces + 1) * sizeof *prose);
    struct str words = buf_str(&all->words);
    for (size_t i = 0; i < entries; i++) {
        const struct piece *piece = &all->entries.all[i];
        told[i] = (struct told){piece->at, {words.s + piece->from, piece->n}};
    }
    for (size_t i = 0; i < pieces; i++) {
        const struct piece *piece = &all->prose.all[i];
        prose[i] = (struct prose){
            .where = piece->where,
            .text = {words.s + piece->from, piece->n},
            .is_update = str_starts(str_of(piece->where), "update of")};
    }
    const struct recorded record = {.entries = told,
                                    .entry_count = all->entries.count,
                                    .milestones = in->milestones,
                                    .people = buf_str(&all->people),
                                    .places = buf_str(&all->places)};
    consistency_check(&record, prose, all->prose.count, out);
    free(told);
    free(prose);
}

enum err postmortem_checklist(struct store *store, const struct incident *in,
                              struct str prose, struct checklist *out)
{
    struct gathered all = {.store = store,
                           .words = BUF_INIT(RECORD_BYTES),
                           .people = BUF_INIT(100000),
                           .places = BUF_INIT(100000)};
    struct checklist list = {.empty = 0};
    struct str services = str_of(in->services), service;
    add_prose(&all, "title", str_of(in->title));
    add_prose(&all, "impact told while it ran", str_of(in->impact));
    while (incident_next_service(&services, &service))
        add_name(&all.places, service);
    enum err err = gather_sections(&all, in, &list.empty);
    add_prose(&all, "page", prose);
    if (err == ERR_OK)
        err = store_each_entry(store, in->id, NULL, gather_event, &all);
    if (err == ERR_OK)
        err = all.err;
    if (err == ERR_OK) {
        check(&all, in, &list.findings);
        *out = list;
    }
    buf_release(&all.words);
    buf_release(&all.people);
    buf_release(&all.places);
    free(all.entries.all);
    free(all.prose.all);
    return err;
}

/* ---- as text ---- */

bool checklist_is_done(const struct checklist *list)
{
    return list->empty == 0 && list->findings.count == 0;
}

void checklist_print(const struct checklist *list, checklist_escape_fn *escape,
                     struct buf *out)
{
    for (int i = SECTION_NONE + 1; i < SECTION_COUNT; i++)
        if ((list->empty & 1u << i) != 0)
            buf_addf(out, "- [ ] Write: %s\n", word_of(&section_words, i));
    for (int i = 0; i < list->findings.count; i++) {
        const struct finding *finding = &list->findings.all[i];
        buf_addf(out, "- [ ] %s: \xE2\x80\x9C", finding->where);
        escape(out, str_of(finding->said));
        buf_add_text(out, "\xE2\x80\x9D; ");
        escape(out, str_of(finding->record));
        buf_add_char(out, '\n');
    }
    if (list->findings.left_out > 0)
        buf_addf(out, "- [ ] and %d more that the record contradicts\n",
                 list->findings.left_out);
}
