#include "bot/forge/parts.h"

#include "bot/base/ascii.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

const char *forge_name(enum forge_kind kind)
{
#define FORGE_CALLED(name, word, called) called,
    static const char *const names[] = {FORGE_KIND_LIST(FORGE_CALLED)};
    assert(kind < FORGE_KIND_COUNT);
    return names[kind];
}

const char *forge_method_name(enum forge_method method)
{
    static const char *const names[] = {"GET", "POST", "PUT", "PATCH"};
    assert((size_t)method < sizeof names / sizeof names[0]);
    return names[method];
}

void forge_call_release(struct forge_call *call)
{
    free(call->body);
    *call = (struct forge_call){.method = FORGE_GET};
}

/* ---- headers ---- */

const char *forge_header(enum forge_kind kind, int n)
{
    static const char *const github[] = {"Accept: application/vnd.github+json",
                                         "X-GitHub-Api-Version: 2022-11-28",
                                         NULL};
    static const char *const others[] = {"Accept: application/json", NULL};
    return kind == FORGE_GITHUB ? github[n] : others[n];
}

void forge_auth_header(enum forge_kind kind, const char *token,
                       struct buf *line)
{
    static const char *const heads[] = {
        [FORGE_NONE] = "",
        [FORGE_GITHUB] = "Authorization: Bearer ",
        [FORGE_GITEA] = "Authorization: token ",
        [FORGE_GITLAB] = "PRIVATE-TOKEN: ",
    };
    buf_addf(line, "%s%s", heads[kind], token);
}

void forge_graphql_base(const char *api_base, struct buf *out)
{
    struct str base = str_of(api_base);
    while (str_ends(base, "/"))
        base.n--;
    if (str_ends(base, "/v3"))
        base.n -= strlen("/v3");
    buf_add(out, base);
    buf_add_text(out, "/graphql");
}

/* ---- paths and bodies ---- */

static bool is_plain(char c)
{
    return is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

/* What does not fit is left out: the settings' limits are far below. */
void path_addf(struct forge_call *call, const char *format, ...)
{
    size_t n = strlen(call->path);
    va_list args;
    va_start(args, format);
    (void)vsnprintf(call->path + n, sizeof call->path - n, format, args);
    va_end(args);
}

void path_add(struct forge_call *call, struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        path_addf(call, is_plain(text.s[i]) ? "%c" : "%%%02X",
                  (unsigned char)text.s[i]);
}

struct forge_call call_new(const struct forge_settings *set,
                           enum forge_method method)
{
    struct forge_call call = {.method = method};
    struct str rest = str_of(set->repository), owner;
    if (set->kind == FORGE_GITLAB) {
        path_addf(&call, "/projects/");
        path_add(&call, rest);
        return call;
    }
    (void)str_cut(&rest, '/', &owner);
    path_addf(&call, "/repos/");
    path_add(&call, owner);
    path_addf(&call, "/");
    path_add(&call, rest);
    return call;
}

void call_take(struct forge_call *call, cJSON *body)
{
    call->body = json_printed(body);
}

cJSON *texts_json(const char *const *texts, int count)
{
    cJSON *array = json_array();
    for (int i = 0; i < count; i++)
        json_add(array, json_string(str_of(texts[i])));
    return array;
}

/* ---- titles ---- */

/* What a title begins with while it is one. */
static const char *draft_mark(enum forge_kind kind)
{
    return kind == FORGE_GITEA    ? "WIP: "
           : kind == FORGE_GITLAB ? "Draft: "
                                  : "";
}

void json_set_title(cJSON *body, enum forge_kind kind,
                    const struct forge_text *text)
{
    struct buf title = BUF_INIT(2000);
    if (text->is_draft)
        buf_add_text(&title, draft_mark(kind));
    buf_add_text(&title, text->title);
    json_set_text(body, "title", buf_str(&title));
    buf_release(&title);
}

struct str forge_title_of(enum forge_kind kind, const cJSON *json)
{
    struct str title = json_text(json, "title");
    const char *mark = draft_mark(kind);
    return str_starts(title, mark) ? str_from(title, strlen(mark)) : title;
}

struct str forge_body_of(enum forge_kind kind, const cJSON *json)
{
    return json_text(json, kind == FORGE_GITLAB ? "description" : "body");
}
