#include "bot/postmortem/people.h"

#include "bot/base/handle.h"
#include "bot/base/mem.h"
#include "bot/base/utf8.h"
#include "bot/core/secrets.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

/* More are left out of the text as "somebody" when they are marked with @. */
#define PEOPLE_MOST 2000
/* Shorter names are too often words; they count where an @ marks them. */
#define NAME_LEAST 3
/* See secrets_scrub. */
#define SCRUBBED_MOST 8

struct person {
    char *name;
    size_t n;
    enum role role;
};

struct people {
    struct person *all;
    int count, room;
    const char *const *role_names;
};

/* ---- who there is ---- */

static bool is_person(enum actor_type type)
{
    return type == ACTOR_MEMBER || type == ACTOR_NAME;
}

static struct str plain_name(struct str name)
{
    name = str_trim(name);
    while (str_starts(name, "@"))
        name = str_from(name, 1);
    return name;
}

/* The daemon has no locale of its own. libc-bin brings this one; without it
 * only ASCII has small letters. */
static uint32_t small(uint32_t point)
{
    static locale_t letters;
    if (letters == (locale_t)0)
        letters = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    return (uint32_t)(letters == (locale_t)0
                          ? towlower((wint_t)point)
                          : towlower_l((wint_t)point, letters));
}

static bool is_same(struct str name, struct str other)
{
    if (name.n != other.n)
        return false;
    while (name.n > 0) {
        uint32_t one, two;
        size_t n = utf8_next(name, &one);
        if (n != utf8_next(other, &two) || small(one) != small(two) ||
            (n == 0 && name.s[0] != other.s[0]))
            return false;
        name = str_from(name, n == 0 ? 1 : n);
        other = str_from(other, n == 0 ? 1 : n);
    }
    return true;
}

bool people_same(struct str name, struct str other)
{
    return is_same(plain_name(name), plain_name(other));
}

static struct person *find(const struct people *people, struct str name)
{
    for (int i = 0; i < people->count; i++) {
        struct person *person = &people->all[i];
        if (is_same(name, (struct str){person->name, person->n}))
            return person;
    }
    return NULL;
}

/* "a customer" says who it was without saying who. */
static bool is_description(struct str name)
{
    return str_starts(name, "a ") || str_starts(name, "an ") ||
           str_starts(name, "the ");
}

static void add(struct people *people, enum actor_type type, struct str name,
                enum role role)
{
    name = plain_name(name);
    if (!is_person(type) || name.n == 0 || is_description(name))
        return;
    struct person *person = find(people, name);
    if (person != NULL) {
        bool is_higher = person->role == ROLE_NONE || role == ROLE_COMMANDER;
        if (role != ROLE_NONE && is_higher)
            person->role = role;
        return;
    }
    if (people->count == PEOPLE_MOST)
        return;
    if (people->count == people->room) {
        people->room = people->room == 0 ? 16 : people->room * 2;
        people->all =
            mem_resize(people->all, (size_t)people->room * sizeof *people->all);
    }
    struct buf copy = BUF_INIT(name.n);
    buf_add(&copy, name);
    person = &people->all[people->count++];
    *person = (struct person){.n = name.n, .role = role};
    person->name = buf_detach(&copy);
}

static bool add_event(const struct event *event, void *context)
{
    struct people *people = context;
    enum role role = event->kind == EVENT_ROLE      ? event->role
                     : event->kind == EVENT_HANDOFF ? ROLE_COMMANDER
                                                    : ROLE_NONE;
    add(people, event->actor.type, event->actor.name, ROLE_NONE);
    add(people, event->recorder.type, event->recorder.name, ROLE_NONE);
    add(people, event->holder.type, event->holder.name, role);
    return true;
}

/* Longer names first: "nova" does not hide a part of "nova-2". */
static int by_length(const void *a, const void *b)
{
    const struct person *first = a, *second = b;
    if (first->n != second->n)
        return first->n < second->n ? 1 : -1;
    return strcmp(first->name, second->name);
}

enum err people_of(struct store *store, const struct incident *in,
                   const char *const *role_names, struct people **out)
{
    struct people *people = mem_alloc(sizeof *people);
    people->role_names = role_names;
    add(people, ACTOR_MEMBER, str_of(in->declared_by.name), ROLE_NONE);
    enum err err =
        store_each_event(store, in->id, EVENTS_BY_SEQ, 0, add_event, people);
    if (err != ERR_OK) {
        people_free(people);
        return err;
    }
    if (people->count > 0)
        qsort(people->all, (size_t)people->count, sizeof *people->all,
              by_length);
    *out = people;
    return ERR_OK;
}

void people_free(struct people *people)
{
    if (people == NULL)
        return;
    for (int i = 0; i < people->count; i++)
        free(people->all[i].name);
    free(people->all);
    free(people);
}

/* ---- what they are called ---- */

static const char *call_of(const struct people *people,
                           const struct person *person, bool reports)
{
    if (person != NULL && person->role != ROLE_NONE)
        return role_name(people->role_names, person->role);
    return reports ? "reporter" : "responder";
}

struct actor people_call(const struct people *people, const struct actor *actor,
                         bool reports)
{
    if (!is_person(actor->type))
        return *actor;
    const struct person *person = find(people, plain_name(actor->name));
    /* A team has no @ before its name. */
    return (struct actor){.type = ACTOR_TEAM,
                          .name = str_of(call_of(people, person, reports))};
}

/* ---- prose ---- */

/* Bytes of the letter of a word at the front; 0: there is none. */
static size_t letter(struct str text)
{
    uint32_t point;
    size_t n = utf8_next(text, &point);
    bool is_one = point < 0x80 ? handle_may_begin(str_at(text, 0))
                               : !utf8_parts_words(point);
    return is_one ? n : 0;
}

/* Of the word before it; not that of "_wren_", which Discord shows slanted. */
static bool goes_on(struct str text)
{
    while (str_starts(text, "_"))
        text = str_from(text, 1);
    return letter(text) > 0;
}

/* A name of the record at the front, as a word; NULL: none. */
static const struct person *name_at(const struct people *people,
                                    struct str text, bool is_marked)
{
    for (int i = 0; i < people->count; i++) {
        const struct person *person = &people->all[i];
        struct str name = {person->name, person->n};
        bool is_short = name.n < NAME_LEAST || utf16_units(name) < 2;
        if (name.n > text.n || goes_on(str_from(text, name.n)) ||
            (is_short && !is_marked))
            continue;
        if (is_same((struct str){text.s, name.n}, name))
            return person;
    }
    return NULL;
}

/* Bytes of "name@example.org" at the front; 0: it is none. */
static size_t mail_length(struct str text)
{
    size_t n = 0, domain;
    while (handle_may_have(str_at(text, n)) || str_at(text, n) == '+')
        n++;
    if (n == 0 || str_at(text, n) != '@' ||
        !handle_may_begin(str_at(text, n + 1)))
        return 0;
    domain = ++n;
    while (handle_may_have(str_at(text, n)))
        n++;
    while (n > domain && !handle_may_begin(text.s[n - 1]))
        n--;
    return memchr(text.s + domain, '.', n - domain) == NULL ? 0 : n;
}

/* "<@123>", "@somebody", "@somebody@example.org": bytes; 0: none. Nobody knows
 * where such a name ends: all that comes without a blank goes with it. */
static size_t handle_length(struct str text)
{
    size_t n = 1;
    if (str_starts(text, "<@")) {
        const char *end = memchr(text.s, '>', text.n);
        return end == NULL ? 0 : (size_t)(end - text.s) + 1;
    }
    if (str_at(text, 0) != '@' || !handle_may_begin(str_at(text, 1)))
        return 0;
    while (handle_may_have(str_at(text, n)) || str_at(text, n) == '@')
        n++;
    while (n > 2 && !handle_may_begin(text.s[n - 1]))
        n--;
    return n;
}

/* The same of a name that may be known: "@wren-2" and "@wren@example.org" are
 * one each, and a script that puts no blank behind "@wren" is none of it. */
static size_t marked_length(struct str text)
{
    size_t n = 1, more = 1;
    while (more > 0) {
        struct str rest = str_from(text, n);
        bool joins = rest.n > 0 && strchr("@.-", rest.s[0]) != NULL;
        more = joins ? 1 : letter(rest);
        n += more;
    }
    while (n > 1 && strchr("@.-", text.s[n - 1]) != NULL)
        n--;
    return n;
}

/* Takes what names somebody off the front; 0: nothing does. */
static size_t replace(const struct people *people, struct str text,
                      struct buf *out)
{
    bool is_marked = str_at(text, 0) == '@';
    const struct person *person =
        name_at(people, str_from(text, is_marked), is_marked);
    size_t n = mail_length(text);
    if (n > 0) {
        buf_add_text(out, "[an address]");
        return n;
    }
    if (person != NULL &&
        (!is_marked || marked_length(text) <= person->n + 1)) {
        buf_add_text(out, "the ");
        buf_add_text(out, call_of(people, person, false));
        return person->n + is_marked;
    }
    size_t handle = handle_length(text);
    if (handle > 0)
        buf_add_text(out, "somebody");
    return handle;
}

void people_redact(const struct people *people, struct str text,
                   struct buf *out)
{
    struct buf clean = BUF_INIT(text.n * SCRUBBED_MOST + 1);
    (void)secrets_scrub(text, &clean, NULL);
    struct str rest = buf_str(&clean);
    bool in_word = false;
    while (rest.n > 0) {
        uint32_t point;
        size_t n = in_word ? 0 : replace(people, rest, out);
        in_word = n == 0 && letter(rest) > 0 && (in_word || rest.s[0] != '_');
        if (n == 0) {
            n = utf8_next(rest, &point);
            n = n == 0 ? 1 : n; /* not UTF-8 */
            buf_add_bytes(out, rest.s, n);
        }
        rest = str_from(rest, n);
    }
    buf_release(&clean);
}
