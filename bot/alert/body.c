#include "bot/alert/forms.h"

#include "bot/base/mem.h"
#include "bot/base/url.h"
#include "bot/base/utf8.h"

#include <stdlib.h>
#include <string.h>

#define NESTING_MOST 32
/* Of a group of 2,000 alerts some 50,000; a value takes 64 bytes of memory. */
#define VALUES_MOST 100000
#define FIELDS_MOST 200
#define FEW         12

/* Depth and number of values, before anything is built of them. Strings are
 * skipped as cJSON reads them, so both see the same brackets. */
static enum err check_size(struct str body, struct buf *why)
{
    int depth = 0, values = 1;
    bool in_text = false;
    for (size_t i = 0; i < body.n; i++) {
        char c = body.s[i];
        if (in_text) {
            i += c == '\\';
            in_text = c != '"';
            continue;
        }
        in_text = c == '"';
        if (c == '{' || c == '[')
            depth++;
        else if ((c == '}' || c == ']') && depth > 0)
            depth--;
        values += c == ',' || c == '{' || c == '[';
        if (depth > NESTING_MOST)
            return alert_refuse(
                why, "The JSON is nested deeper than %d levels.", NESTING_MOST);
        if (values > VALUES_MOST)
            return alert_refuse(why, "The JSON has more than %d values.",
                                VALUES_MOST);
    }
    return ERR_OK;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Most objects have a few members: no sorting is needed. */
static bool has_twins_of_few(const cJSON *object)
{
    for (const cJSON *one = object->child; one != NULL; one = one->next)
        for (const cJSON *other = object->child; other != one;
             other = other->next)
            if (one->string[0] == other->string[0] &&
                strcmp(one->string, other->string) == 0)
                return true;
    return false;
}

static bool has_twins(const cJSON *object)
{
    size_t count = (size_t)cJSON_GetArraySize(object), n = 0;
    bool found = false;
    if (count <= FEW)
        return has_twins_of_few(object);
    const char **names = mem_alloc((count + 1) * sizeof *names);
    const cJSON *member;
    cJSON_ArrayForEach(member, object)
    {
        names[n++] = member->string;
    }
    qsort(names, n, sizeof *names, compare_names);
    for (size_t i = 1; i < n && !found; i++)
        found = strcmp(names[i - 1], names[i]) == 0;
    free(names);
    return found;
}

/* Readers differ in which of two they take: a body with both says two things.
 */
static bool has_twins_within(const cJSON *item)
{
    if (cJSON_IsObject(item) && has_twins(item))
        return true;
    const cJSON *child;
    cJSON_ArrayForEach(child, item)
    {
        if (has_twins_within(child))
            return true;
    }
    return false;
}

static enum err check_bytes(struct str body, struct buf *why)
{
    if (str_trim(body).n == 0)
        return alert_refuse(why, "The body is empty.");
    if (memchr(body.s, '\0', body.n) != NULL)
        return alert_refuse(why, "The body has a NUL byte: text was expected.");
    if (!utf8_valid(body))
        return alert_refuse(why, "The body is not UTF-8.");
    return ERR_OK;
}

enum err body_json(struct str body, cJSON **out, struct buf *why)
{
    enum err err = check_bytes(body, why);
    if (err == ERR_OK)
        err = check_size(body, why);
    if (err != ERR_OK)
        return err;
    cJSON *root = json_parse(body);
    if (root == NULL)
        return alert_refuse(why,
                            "The body is not JSON, or not all of it arrived.");
    if (has_twins_within(root)) {
        cJSON_Delete(root);
        return alert_refuse(why,
                            "A name stands twice in one object of the JSON.");
    }
    *out = root;
    return ERR_OK;
}

static enum err add_field(cJSON *object, struct str pair, struct buf *why)
{
    struct buf name = BUF_INIT(pair.n), value = BUF_INIT(pair.n);
    struct str rest = pair, piece = STR_NONE;
    enum err err = ERR_OK;
    (void)str_cut(&rest, '=', &piece);
    (void)url_add_decoded(&name, piece);
    (void)url_add_decoded(&value, rest);
    if (memchr(buf_text(&name), '\0', name.n) != NULL ||
        memchr(buf_text(&value), '\0', value.n) != NULL)
        err = alert_refuse(why, "A field has a NUL byte: text was expected.");
    else if (!utf8_valid(buf_str(&name)) || !utf8_valid(buf_str(&value)))
        err = alert_refuse(why, "A field is not UTF-8.");
    else if (json_get(object, buf_text(&name)) != NULL)
        err = alert_refuse(why, "A field is there twice.");
    else
        json_set_text(object, buf_text(&name), buf_str(&value));
    buf_release(&name);
    buf_release(&value);
    return err;
}

enum err body_fields(struct str body, cJSON **out, struct buf *why)
{
    cJSON *object = json_object();
    struct str rest = str_trim(body), pair;
    int fields = 0;
    enum err err = check_bytes(body, why);
    while (err == ERR_OK && str_cut(&rest, '&', &pair)) {
        if (pair.n == 0)
            continue;
        err = ++fields > FIELDS_MOST
                  ? alert_refuse(why, "There are more than %d fields.",
                                 FIELDS_MOST)
                  : add_field(object, pair, why);
    }
    if (err != ERR_OK) {
        cJSON_Delete(object);
        return err;
    }
    *out = object;
    return ERR_OK;
}
