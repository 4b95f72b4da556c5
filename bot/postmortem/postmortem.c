#include "bot/postmortem/postmortem.h"

#include "bot/base/utf8.h"
#include "bot/postmortem/data.h"
#include "bot/postmortem/escape.h"
#include "bot/postmortem/page.h"
#include "templates/mustache.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SLUG_BYTES  60
#define BRANCH_HEAD "postmortem/"
/* Where opsroom-git puts "", "-2", "-3"… when another incident has the name. */
#define NAME_MARK "{n}"
/* It then says what it waited for; a little later it is killed. */
#define GIT_GIVES_UP_MS 25000

/* ---- the page ---- */

/* Which incident the page belongs to, for opsroom-git: two incidents may have
 * the same name, and a template may forget to say it. */
static void print_mark(const struct incident *in, struct buf *out)
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
        print_mark(in, page);
        buf_add_char(page, '\n');
        err = page->overflow ? ERR_TOO_LONG : ERR_OK;
    }
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
    if (point >= 0x80 && c >= 'A' && c <= 'Z')
        buf_add_text(out, two_letters(c));
    else if (c >= 'A' && c <= 'Z')
        buf_add_char(out, (char)(c - 'A' + 'a'));
    else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
        buf_add_char(out, c);
    else if (out->n > 0 && out->s[out->n - 1] != '-')
        buf_add_char(out, '-');
}

/* "global-outage-504-timeouts", cut at a word where possible. */
static void print_slug(const struct incident *in, struct buf *out)
{
    struct buf slug = BUF_INIT(TITLE_BYTES * 2u);
    struct str title = str_of(in->title);
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
}

/* Once published, an earlier entry or a new title changes it no more. */
static bool published_name(const struct incident *in, struct str *name)
{
    *name = str_of(in->postmortem_ref);
    if (!str_starts(*name, BRANCH_HEAD))
        return false;
    *name = str_from(*name, strlen(BRANCH_HEAD));
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
    civil_date(in->first_event_ms, date);
    buf_addf(out, "%s-", date);
    print_slug(in, out);
}

/* ---- the job ---- */

static void print_path(const char *pattern, const struct incident *in,
                       struct str name, struct buf *out)
{
    size_t date = strlen("2022-12-13");
    struct str rest = str_of(pattern);
    while (rest.n > 0) {
        if (str_starts(rest, "{date}")) {
            buf_add_bytes(out, name.s, date);
            rest = str_from(rest, strlen("{date}"));
        } else if (str_starts(rest, "{slug}")) {
            buf_add(out, str_from(name, date + 1));
            buf_add_text(out, NAME_MARK);
            rest = str_from(rest, strlen("{slug}"));
        } else if (str_starts(rest, "{id}")) {
            buf_addf(out, "%" PRId64, in->id);
            rest = str_from(rest, strlen("{id}"));
        } else {
            buf_add_char(out, rest.s[0]);
            rest = str_from(rest, 1);
        }
    }
}

/* Forges read commit messages: a title must not mention anybody, nor close an
 * issue by "fixes #217" or by its address. */
static void print_message(const struct incident *in, struct buf *out)
{
    struct buf title = BUF_INIT(TITLE_BYTES);
    text_on_one_line(&title, str_of(in->title));
    buf_add_text(out, "postmortem: ");
    for (size_t i = 0; i < title.n; i++) {
        char c = title.s[i], next = i + 1 < title.n ? title.s[i + 1] : ' ';
        buf_add_char(out, c);
        if (((c == '@' || c == '#') && next != ' ') ||
            (c == ':' && next == '/'))
            buf_add_char(out, ' ');
    }
    buf_add_text(out, " (");
    incident_print_name(in, out);
    buf_add_text(out, ")\n");
    buf_release(&title);
}

static void add_text(cJSON *job, const char *name, const struct buf *text)
{
    if (cJSON_AddStringToObject(job, name, buf_text(text)) == NULL)
        abort();
}

static int64_t commit_time_ms(const struct incident *in)
{
    const struct when *resolved = &in->milestones[MILESTONE_RESOLVED];
    return when_is_set(resolved) ? resolved->to_ms : in->first_event_ms;
}

/* RFC 4648, with its padding. */
static void add_base64(struct buf *out, struct str bytes)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < bytes.n; i += 3) {
        uint32_t bits = 0;
        for (size_t n = 0; n < 3; n++)
            bits = bits << 8 |
                   (i + n < bytes.n ? (unsigned char)bytes.s[i + n] : 0u);
        for (size_t n = 0; n < 4; n++)
            buf_add_char(out, i + n > bytes.n
                                  ? '='
                                  : letters[bits >> (18 - 6 * n) & 63]);
    }
}

/* In the folder of the page. */
static void add_file(cJSON *list, struct str page_path,
                     const struct postmortem_file *file)
{
    struct buf text = BUF_INIT(file->bytes.n * 2 + page_path.n + 1000);
    cJSON *object = cJSON_CreateObject();
    if (object == NULL || !cJSON_AddItemToArray(list, object))
        abort();
    while (page_path.n > 0 && page_path.s[page_path.n - 1] != '/')
        page_path.n--;
    buf_add(&text, page_path);
    buf_add_text(&text, file->name);
    add_text(object, "path", &text);
    buf_clear(&text);
    if (file->is_text)
        buf_add(&text, file->bytes);
    else
        add_base64(&text, file->bytes);
    add_text(object, file->is_text ? "text" : "base64", &text);
    buf_release(&text);
}

void postmortem_job(const struct incident *in,
                    const struct postmortem_settings *set, struct str page,
                    const struct postmortem_files *files, struct buf *out)
{
    struct buf name = BUF_INIT(200), text = BUF_INIT(page.n + 10000);
    cJSON *job = cJSON_CreateObject();
    const struct {
        const char *name, *value;
    } settings[] = {
        {"repository", set->repository},
        {"base", set->branch},
        {"author_name", set->author_name},
        {"author_email", set->author_email},
    };
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        if (!cJSON_AddStringToObject(job, settings[i].name, settings[i].value))
            abort();
    postmortem_name(in, &name);
    buf_addf(&text, BRANCH_HEAD "%s" NAME_MARK, buf_text(&name));
    add_text(job, "branch", &text);
    buf_clear(&text);
    print_path(set->path, in, buf_str(&name), &text);
    add_text(job, "path", &text);
    cJSON *list = cJSON_AddArrayToObject(job, "files");
    if (list == NULL)
        abort();
    for (int i = 0; i < files->count; i++)
        add_file(list, buf_str(&text), &files->all[i]);
    buf_clear(&text);
    print_message(in, &text);
    add_text(job, "message", &text);
    buf_clear(&text);
    print_mark(in, &text);
    add_text(job, "mark", &text);
    buf_clear(&text);
    buf_add(&text, page);
    add_text(job, "content", &text);
    int64_t seconds = commit_time_ms(in) / MS_PER_SECOND;
    if (cJSON_AddNumberToObject(job, "time", (double)seconds) == NULL ||
        cJSON_AddNumberToObject(job, "timeout_ms", GIT_GIVES_UP_MS) == NULL)
        abort();
    char *json = cJSON_PrintUnformatted(job);
    assert(json != NULL);
    buf_add_text(out, json);
    free(json);
    cJSON_Delete(job);
    buf_release(&name);
    buf_release(&text);
}

/* ---- its result ---- */

static struct str member(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsString(item) ? str_of(item->valuestring) : STR_NONE;
}

#define ERROR_BYTES 300

enum err postmortem_result_read(struct str output,
                                struct postmortem_result *out, struct buf *why)
{
    cJSON *root = cJSON_ParseWithLength(output.s, output.n);
    struct str commit = member(root, "commit"), branch = member(root, "branch");
    struct str error = member(root, "error");
    struct str words = str_trim(output);
    bool done = commit.n > 0 && commit.n < sizeof out->commit && branch.n > 0 &&
                branch.n < sizeof out->branch;
    if (done) {
        *out = (struct postmortem_result){
            .unchanged = cJSON_IsTrue(
                cJSON_GetObjectItemCaseSensitive(root, "unchanged"))};
        str_copy_to(out->commit, commit);
        str_copy_to(out->branch, branch);
    } else if (error.n > 0) {
        error.n = utf8_cut_bytes(error, ERROR_BYTES); /* a server may go on */
        buf_addf(why, "The postmortem was not committed: %.*s", STR_ARG(error));
    } else {
        words.n = utf8_cut_bytes(words, 200);
        buf_addf(why, "opsroom-git gave no result: %.*s", STR_ARG(words));
    }
    cJSON_Delete(root);
    return done ? ERR_OK : ERR_IO;
}
