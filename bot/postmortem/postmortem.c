#include "bot/postmortem/postmortem.h"

#include "bot/base/ascii.h"
#include "bot/base/utf8.h"
#include "bot/core/secrets.h"
#include "bot/postmortem/data.h"
#include "bot/postmortem/escape.h"
#include "bot/postmortem/job.h"
#include "bot/postmortem/page.h"
#include "templates/mustache.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SLUG_BYTES    60
#define SCRUBBED_MOST 8u /* scrubbing may lengthen a text that much */

/* ---- the page ---- */

void postmortem_print_mark(const struct incident *in, struct buf *out)
{
    buf_add_text(out, "<!-- opsroom: ");
    incident_print_name(in, out);
    buf_add_text(out, " -->");
}

static enum err read_record(struct store *store, const struct incident *in,
                            const struct postmortem_settings *set, cJSON **out)
{
    struct page_view view = {
        .store = store,
        .in = in,
        .role_names = set->role_names,
        .is_table = set->style != NULL && strcmp(set->style, "table") == 0,
    };
    struct people *people = NULL;
    enum err err = ERR_OK;
    if (set->is_public)
        err = people_of(store, in, set->role_names, &people);
    view.people = people;
    if (err == ERR_OK)
        err = postmortem_data(&view, out);
    people_free(people);
    return err;
}

enum err postmortem_render(struct store *store, const struct incident *in,
                           const struct postmortem_settings *set,
                           struct buf *page, struct buf *why)
{
    struct page_template template = {.file = NULL};
    cJSON *data = NULL;
    if (set->is_public && in->is_private) {
        incident_print_name(in, why);
        buf_add_text(why, " is private: it has no public version");
        return ERR_REFUSED;
    }
    enum err err = page_template_load(set->template, &template, why);
    if (err == ERR_OK)
        err = read_record(store, in, set, &data);
    if (err == ERR_OK)
        err = put_detection(data, store, in, set);
    if (err == ERR_OK) {
        const struct mustache job = {.template = str_of(template.text),
                                     .data = data,
                                     .partials = template.partials,
                                     .file = template.file,
                                     .files = template.files,
                                     .escape = markdown_escape,
                                     .strict = true};
        err = mustache_render(&job, page, why);
    }
    if (err == ERR_OK) {
        buf_add_char(page, '\n');
        postmortem_print_mark(in, page);
        buf_add_char(page, '\n');
        err = page->overflow ? ERR_TOO_LONG : ERR_OK;
    }
    if (err == ERR_TOO_LONG && why->n == 0)
        buf_addf(why, "the page is longer than %zu kB", page->limit >> 10);
    cJSON_Delete(data);
    page_template_release(&template);
    return err;
}

/* ---- its name ---- */

/* The letters of Latin-1 and Latin Extended-A, U+00C0 to U+017F, without their
 * accents. A capital stands for two letters. */
static const char plain_latin[] =
    "aaaaaaAceeeeiiiidnooooo-ouuuuyTSaaaaaaAceeeeiiiidnooooo-ouuuuyTy"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiIIjjkkklllllll"
    "lllnnnnnnnnnooooooOOrrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
_Static_assert(sizeof plain_latin == 0x180 - 0xC0 + 1, "one a letter");

static const char *two_letters(char capital)
{
    switch (capital) {
    case 'A':
        return "ae";
    case 'I':
        return "ij";
    case 'O':
        return "oe";
    case 'S':
        return "ss";
    default:
        return "th";
    }
}

/* Adds what a code point looks like in ASCII; nothing when it has no letter. */
static void add_plain(struct buf *out, uint32_t point)
{
    char c = point < 0x80 ? (char)point : '-';
    if (point >= 0xC0 && point < 0x180)
        c = plain_latin[point - 0xC0];
    if (point >= 0x80 && is_upper(c))
        buf_add_text(out, two_letters(c));
    else if (is_alnum(c))
        buf_add_char(out, to_lower(c));
    else if (out->n > 0 && out->s[out->n - 1] != '-')
        buf_add_char(out, '-');
}

/* "global-outage-504-timeouts", cut at a word where possible. The live room
 * tells the branch's name, so no secret may be in it. */
static void print_slug(const struct incident *in, struct buf *out)
{
    struct buf clean = BUF_INIT(TITLE_BYTES * SCRUBBED_MOST);
    (void)secrets_scrub(str_of(in->title), &clean, NULL);
    struct buf slug = BUF_INIT(2 * TITLE_BYTES * SCRUBBED_MOST);
    struct str title = buf_str(&clean);
    while (title.n > 0) {
        uint32_t point;
        size_t n = utf8_next(title, &point);
        add_plain(&slug, point);
        title = str_from(title, n == 0 ? 1 : n);
    }
    size_t n = slug.n;
    if (n > SLUG_BYTES) {
        n = SLUG_BYTES;
        while (n > SLUG_BYTES / 2 && slug.s[n] != '-')
            n--;
        if (slug.s[n] != '-')
            n = SLUG_BYTES;
    }
    while (n > 0 && slug.s[n - 1] == '-')
        n--;
    if (n > 0)
        buf_add_bytes(out, slug.s, n);
    else
        buf_addf(out, "incident-%" PRId64, in->id);
    buf_release(&slug);
    buf_release(&clean);
}

/* Once published, an earlier entry or a new title changes it no more. */
static bool published_name(const struct incident *in, struct str *name)
{
    *name = str_of(in->postmortem_ref);
    if (!str_starts(*name, POSTMORTEM_BRANCH))
        return false;
    *name = str_from(*name, strlen(POSTMORTEM_BRANCH));
    return name->n > strlen("2022-12-13-");
}

void postmortem_name(const struct incident *in, struct buf *out)
{
    char date[CIVIL_ISO_BYTES];
    struct str name;
    if (published_name(in, &name)) {
        buf_add(out, name);
        return;
    }
    civil_date(incident_began_ms(in), date);
    buf_addf(out, "%s-", date);
    print_slug(in, out);
}
