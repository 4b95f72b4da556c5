/*
 * Any bytes as a team's own template: its page, then its parts, each after a
 * line "== NAME". With every name there is and every part of ours, as `opsroom
 * check` looks at it: sound or refused with its place, in bounded time; and
 * what is sound is rendered.
 */
#include "bot/postmortem/escape.h"
#include "templates/builtin.h"
#include "templates/mustache.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <string.h>

#define PAGE_BYTES ((size_t)1 << 20)
#define HEAD       "== "

static void set(cJSON *parts, struct str name, struct str text)
{
    struct buf key = BUF_INIT(name.n), value = BUF_INIT(text.n);
    buf_add(&key, name);
    buf_add(&value, text);
    cJSON_DeleteItemFromObjectCaseSensitive(parts, buf_text(&key));
    (void)cJSON_AddStringToObject(parts, buf_text(&key), buf_text(&value));
    buf_release(&key);
    buf_release(&value);
}

/* The text up to the next head, which becomes `name`. */
static struct str cut_part(struct str *rest, struct str *name)
{
    struct str text = {rest->s, 0}, line;
    *name = STR_NONE;
    while (str_cut(rest, '\n', &line)) {
        if (str_starts(line, HEAD)) {
            *name = str_from(line, strlen(HEAD));
            return text;
        }
        text.n = (size_t)(line.s + line.n - text.s);
    }
    return text;
}

static cJSON *parts_of(struct str rest, struct str name)
{
    struct builtin builtins[BUILTINS];
    cJSON *parts = cJSON_CreateObject();
    template_builtins(builtins);
    for (int i = 0; i < BUILTINS; i++)
        if (!builtins[i].is_page)
            set(parts, str_of(builtins[i].name), builtins[i].text);
    while (name.n > 0) {
        struct str next, text = cut_part(&rest, &next);
        set(parts, name, text);
        name = next;
    }
    return parts;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str rest = {(const char *)data, size}, name;
    struct str page = cut_part(&rest, &name), names = template_names();
    cJSON *parts = parts_of(rest, name);
    cJSON *known = cJSON_ParseWithLength(names.s, names.n);
    struct buf out = BUF_INIT(PAGE_BYTES), why = BUF_INIT(2000);
    struct mustache job = {.template = page,
                           .data = known,
                           .partials = parts,
                           .escape = markdown_escape,
                           .strict = true,
                           .check = true};
    enum err err = mustache_render(&job, &out, &why);
    assert((err == ERR_INVALID) == (why.n > 0));
    assert(err == ERR_OK || err == ERR_INVALID || err == ERR_TOO_LONG);
    if (err == ERR_OK) {
        /* With a record as full as that of the names, none is missing. */
        buf_clear(&out);
        job.check = false;
        err = mustache_render(&job, &out, &why);
        assert(err == ERR_OK || err == ERR_TOO_LONG);
    }
    buf_release(&out);
    buf_release(&why);
    cJSON_Delete(parts);
    cJSON_Delete(known);
    return 0;
}
