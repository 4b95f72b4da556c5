#include "templates/mustache.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define SECTIONS_DEEP 64
#define PARTIALS_DEEP 32
/* Sections that repeat, in each other, could keep us busy for ever. */
#ifndef TAGS_MOST /* a fuzzer has no second to lose */
#define TAGS_MOST 1000000
#endif
/* Of an error that lists the names there are. */
#define ALLOWED_BYTES 300

/* What names are looked up in, innermost first. */
struct scope {
    const cJSON *value;
    const struct scope *outer;
};

/* A place in a template. A section's body is read once per element by going
 * back to where it began, so nothing is compiled or allocated. */
struct reader {
    struct str text;
    size_t at;
    struct str open, close; /* the delimiters that hold here */
    struct str partial;     /* its name; STR_NONE: the template itself */
};

struct tag {
    char kind; /* one of # ^ / ! = > { &, or 0: a variable */
    struct str name;
    size_t from, to; /* with its delimiters */
    /* Alone on its line: the line goes, with its blanks and its end. */
    bool alone;
    size_t line_from, line_to;
};

struct run {
    const struct mustache *job;
    struct buf *out, *why;
    int sections, partials; /* open now */
    int tags;               /* read so far */
};

static const cJSON *member(const cJSON *object, struct str name)
{
    const cJSON *item;
    if (!cJSON_IsObject(object) || name.n == 0)
        return NULL;
    cJSON_ArrayForEach(item, object)
    {
        if (item->string[0] == name.s[0] && str_is(name, item->string))
            return item;
    }
    return NULL;
}

static enum err block(struct run *run, struct reader *in,
                      const struct scope *scope, bool shown,
                      const struct tag *section);

__attribute__((format(printf, 4, 5))) static enum err
fail(struct run *run, const struct reader *in, size_t at, const char *format,
     ...)
{
    int line = 1;
    for (size_t i = 0; i < at && i < in->text.n; i++)
        line += in->text.s[i] == '\n';
    const cJSON *file = member(run->job->files, in->partial);
    if (file != NULL && cJSON_IsString(file))
        buf_addf(run->why, "%s, ", file->valuestring);
    else if (in->partial.s != NULL)
        buf_addf(run->why, "partial %.*s, ", STR_ARG(in->partial));
    else if (run->job->file != NULL)
        buf_addf(run->why, "%s, ", run->job->file);
    buf_addf(run->why, "line %d: ", line);
    va_list args;
    va_start(args, format);
    buf_addv(run->why, format, args);
    va_end(args);
    return ERR_INVALID;
}

/* ---- reading tags ---- */

static struct str part(struct str text, size_t from, size_t to)
{
    return (struct str){text.s + from, to - from};
}

static bool find(struct str text, size_t from, struct str what, size_t *at)
{
    const char *hit =
        from > text.n ? NULL
                      : memmem(text.s + from, text.n - from, what.s, what.n);
    if (hit == NULL)
        return false;
    *at = (size_t)(hit - text.s);
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static void find_line(struct str text, struct tag *tag)
{
    size_t from = tag->from, to = tag->to;
    while (from > 0 && is_blank(text.s[from - 1]))
        from--;
    while (to < text.n && is_blank(text.s[to]))
        to++;
    bool begins = from == 0 || text.s[from - 1] == '\n';
    struct str rest = str_from(text, to);
    size_t end = str_starts(rest, "\n") ? 1 : str_starts(rest, "\r\n") ? 2 : 0;
    bool prints = tag->kind == 0 || tag->kind == '{' || tag->kind == '&';
    tag->alone = begins && !prints && (end > 0 || rest.n == 0);
    tag->line_from = from;
    tag->line_to = to + end;
}

/* NOT_FOUND: there is no further tag. */
static enum err next_tag(struct run *run, const struct reader *in,
                         struct tag *tag)
{
    *tag = (struct tag){0};
    const struct str kinds = STR("#^/!=>{&");
    size_t end;
    if (!find(in->text, in->at, in->open, &tag->from))
        return ERR_NOT_FOUND;
    size_t name = tag->from + in->open.n;
    if (name < in->text.n && memchr(kinds.s, in->text.s[name], kinds.n) != NULL)
        tag->kind = in->text.s[name++];
    bool braced = tag->kind == '{'; /* {{{x}}} ends with one brace more */
    if (!find(in->text, name, braced ? STR("}") : in->close, &end))
        return fail(run, in, tag->from, "a tag is never closed");
    tag->to = end + braced + in->close.n;
    if (tag->to > in->text.n ||
        !str_eq(part(in->text, end + braced, tag->to), in->close))
        return fail(run, in, tag->from, "a {{{ tag is never closed");
    tag->name = str_trim(part(in->text, name, end));
    find_line(in->text, tag);
    return ERR_OK;
}

static enum err set_delimiters(struct run *run, struct reader *in,
                               const struct tag *tag)
{
    struct str both = tag->name;
    if (!str_ends(both, "="))
        return fail(run, in, tag->from, "delimiters are set as in {{=<< >>=}}");
    both.n--;
    both = str_trim(both);
    size_t n = 0;
    while (n < both.n && !is_blank(both.s[n]))
        n++;
    struct str open = {both.s, n}, close = str_trim(str_from(both, n));
    if (open.n == 0 || close.n == 0 || memchr(close.s, ' ', close.n) != NULL ||
        memchr(both.s, '=', both.n) != NULL)
        return fail(run, in, tag->from, "delimiters are set as in {{=<< >>=}}");
    in->open = open;
    in->close = close;
    return ERR_OK;
}

/* ---- values ---- */

/* a.b.c: `a` is looked for from the inside out, the rest only within it. */
static const cJSON *look_up(const struct scope *scope, struct str name)
{
    struct str first, rest = name;
    const cJSON *value = NULL;
    if (str_is(name, "."))
        return scope->value;
    (void)str_cut(&rest, '.', &first);
    for (; scope != NULL && value == NULL; scope = scope->outer)
        value = member(scope->value, first);
    while (value != NULL && str_cut(&rest, '.', &first))
        value = member(value, first);
    return value;
}

/* What may stand here, from the inside out; the first of them when there are
 * many. */
static void name_allowed(struct run *run, const struct scope *scope)
{
    const char *comma = "; allowed here: ";
    size_t from = run->why->n;
    const cJSON *item;
    for (; scope != NULL; scope = scope->outer) {
        if (!cJSON_IsObject(scope->value))
            continue;
        cJSON_ArrayForEach(item, scope->value)
        {
            if (run->why->n - from > ALLOWED_BYTES) {
                buf_add_text(run->why, " and more");
                return;
            }
            buf_addf(run->why, "%s%s", comma, item->string);
            comma = ", ";
        }
    }
}

static enum err value_of(struct run *run, const struct reader *in,
                         const struct scope *scope, const struct tag *tag,
                         const cJSON **value)
{
    struct str outer = tag->name;
    *value = look_up(scope, tag->name);
    if (*value != NULL || !run->job->strict)
        return ERR_OK;
    while (outer.n > 0 && outer.s[outer.n - 1] != '.')
        outer.n--;
    if (outer.n > 1) {
        outer.n--;
        if (cJSON_IsFalse(look_up(scope, outer)))
            return ERR_OK;
    }
    (void)fail(run, in, tag->from, "there is no \"%.*s\" here",
               STR_ARG(tag->name));
    name_allowed(run, scope);
    return ERR_INVALID;
}

static bool is_true(const cJSON *value)
{
    if (value == NULL || cJSON_IsNull(value) || cJSON_IsFalse(value))
        return false;
    if (cJSON_IsString(value))
        return value->valuestring[0] != '\0';
    return !cJSON_IsArray(value) || value->child != NULL;
}

static void add_value(struct run *run, const cJSON *value, bool raw)
{
    char *number = NULL;
    struct str text = STR_NONE;
    if (cJSON_IsString(value))
        text = str_of(value->valuestring);
    else if (cJSON_IsNumber(value) || cJSON_IsBool(value))
        text = str_of(number = cJSON_PrintUnformatted(value));
    if (raw || run->job->escape == NULL)
        buf_add(run->out, text);
    else
        run->job->escape(run->out, text);
    cJSON_free(number);
}

/* ---- rendering ---- */

static enum err section(struct run *run, struct reader *in,
                        const struct scope *scope, bool shown,
                        const struct tag *tag)
{
    const cJSON *value = NULL, *item;
    enum err err = ERR_OK;
    if (run->sections == SECTIONS_DEEP)
        return fail(run, in, tag->from, "more than %d sections in each other",
                    SECTIONS_DEEP);
    if (shown)
        err = value_of(run, in, scope, tag, &value);
    if (err != ERR_OK)
        return err;
    bool enters = tag->kind == '#';
    if (run->job->check && cJSON_IsArray(value) && enters)
        value = value->child;
    else if (!run->job->check)
        shown = shown && is_true(value) == enters;
    run->sections++;
    if (shown && cJSON_IsArray(value) && enters && !run->job->check) {
        const struct reader body = *in;
        cJSON_ArrayForEach(item, value)
        {
            const struct scope inner = {item, scope};
            *in = body;
            if (err == ERR_OK)
                err = block(run, in, &inner, true, tag);
        }
    } else {
        const struct scope inner = {value, scope};
        err = block(run, in, shown && enters ? &inner : scope, shown, tag);
    }
    run->sections--;
    return err;
}

/* Each line of a partial that stands alone gets that line's blanks before it:
 * its template's lines, not the lines of values. */
static void indent(struct buf *out, struct str text, struct str blanks)
{
    struct str line;
    while (text.n > 0 && str_cut(&text, '\n', &line)) {
        buf_add(out, blanks);
        buf_add(out, line);
        if (text.s != NULL)
            buf_add_char(out, '\n');
    }
}

static enum err partial(struct run *run, const struct reader *in,
                        const struct scope *scope, const struct tag *tag)
{
    const cJSON *text = member(run->job->partials, tag->name);
    if (!cJSON_IsString(text)) {
        const struct scope all = {run->job->partials, NULL};
        if (!run->job->strict)
            return ERR_OK;
        (void)fail(run, in, tag->from, "there is no partial \"%.*s\"",
                   STR_ARG(tag->name));
        name_allowed(run, &all);
        return ERR_INVALID;
    }
    if (run->partials == PARTIALS_DEEP)
        return fail(run, in, tag->from, "more than %d partials in each other",
                    PARTIALS_DEEP);
    struct buf lines = BUF_INIT(run->out->limit);
    struct str blanks = STR("");
    if (tag->alone)
        blanks = part(in->text, tag->line_from, tag->from);
    indent(&lines, str_of(text->valuestring), blanks);
    struct reader inner = {.text = buf_str(&lines),
                           .open = STR("{{"),
                           .close = STR("}}"),
                           .partial = tag->name};
    run->partials++;
    enum err err =
        lines.overflow ? ERR_TOO_LONG : block(run, &inner, scope, true, NULL);
    run->partials--;
    buf_release(&lines);
    return err;
}

/* A tag of a block, its end excepted. */
static enum err obey(struct run *run, struct reader *in,
                     const struct scope *scope, bool shown,
                     const struct tag *tag)
{
    const cJSON *value;
    enum err err;
    switch (tag->kind) {
    case '!':
        return ERR_OK;
    case '=':
        return set_delimiters(run, in, tag);
    case '#':
    case '^':
        return section(run, in, scope, shown, tag);
    case '>':
        return shown ? partial(run, in, scope, tag) : ERR_OK;
    default:
        if (!shown)
            return ERR_OK;
        err = value_of(run, in, scope, tag, &value);
        if (err == ERR_OK)
            add_value(run, value, tag->kind != 0);
        return err;
    }
}

/* Reads on to the end of `section` (NULL: of the text). When not `shown`, finds
 * that end and prints nothing. */
static enum err block(struct run *run, struct reader *in,
                      const struct scope *scope, bool shown,
                      const struct tag *section)
{
    struct tag tag;
    for (;;) {
        enum err err = next_tag(run, in, &tag);
        if (err == ERR_NOT_FOUND)
            break;
        if (err != ERR_OK)
            return err;
        if (run->tags++ == TAGS_MOST)
            return fail(run, in, tag.from,
                        "more than %d tags, counting repeats", TAGS_MOST);
        size_t text_end = tag.alone ? tag.line_from : tag.from;
        if (shown)
            buf_add(run->out, part(in->text, in->at, text_end));
        if (run->out->overflow)
            return ERR_TOO_LONG;
        in->at = tag.alone ? tag.line_to : tag.to;
        if (tag.kind == '/') {
            if (section != NULL && str_eq(tag.name, section->name))
                return ERR_OK;
            return fail(run, in, tag.from, "\"%.*s\" ends, but is not open",
                        STR_ARG(tag.name));
        }
        err = obey(run, in, scope, shown, &tag);
        if (err != ERR_OK)
            return err;
    }
    if (section != NULL)
        return fail(run, in, section->from, "\"%.*s\" is never closed",
                    STR_ARG(section->name));
    if (shown)
        buf_add(run->out, str_from(in->text, in->at));
    return run->out->overflow ? ERR_TOO_LONG : ERR_OK;
}

enum err mustache_render(const struct mustache *job, struct buf *out,
                         struct buf *why)
{
    struct run run = {.job = job, .out = out, .why = why};
    struct reader in = {
        .text = job->template, .open = STR("{{"), .close = STR("}}")};
    const struct scope scope = {job->data, NULL};
    return block(&run, &in, &scope, true, NULL);
}

void mustache_escape_html(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.n; i++) {
        switch (text.s[i]) {
        case '&':
            buf_add_text(out, "&amp;");
            break;
        case '<':
            buf_add_text(out, "&lt;");
            break;
        case '>':
            buf_add_text(out, "&gt;");
            break;
        case '"':
            buf_add_text(out, "&quot;");
            break;
        default:
            buf_add_char(out, text.s[i]);
            break;
        }
    }
}
