#include "bot/discord/json.h"
#include "bot/discord/json_blocks.h"

#include "bot/base/buf.h"
#include "bot/base/mem.h"
#include "bot/base/utf8.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define EXACT_MAX   9007199254740991.0 /* 2^53 - 1: doubles are exact below */
#define PRINT_BYTES 1024               /* what a text begins with */

_Static_assert(PRINT_BYTES > JSON_PIECE_BYTES, "a text may be given to free()");

static cJSON *built(cJSON *item)
{
    assert(item != NULL);
    return item;
}

static cJSON *parse(struct str text)
{
    const char *end = NULL;
    cJSON *root = cJSON_ParseWithLengthOpts(text.s, text.n, &end, false);
    if (root == NULL)
        return NULL;
    struct str rest = str_from(text, (size_t)(end - text.s));
    if (str_trim(rest).n > 0) {
        cJSON_Delete(root);
        return NULL;
    }
    return root;
}

/* "\\uD83D", "\\uDE00": the halves of a character, by their second digit. */
#define FIRST_HALF  STR("89ABab")
#define SECOND_HALF STR("CDEFcdef")
static bool is_half(struct str text, struct str second_digits)
{
    return text.n >= 6 && str_starts(text, "\\u") &&
           (text.s[2] == 'D' || text.s[2] == 'd') &&
           memchr(second_digits.s, text.s[3], second_digits.n) != NULL &&
           isxdigit((unsigned char)text.s[4]) &&
           isxdigit((unsigned char)text.s[5]);
}

/* Bytes of the escape that the text begins with. Half of a character becomes
 * U+FFFD: JavaScript sends one when it cut a text within an emoji, and cJSON
 * would take nothing of it all. */
static size_t show_half(char *text, size_t n)
{
    static const char unknown[] = {'\\', 'u', 'F', 'F', 'F', 'D'};
    struct str rest = {text, n};
    bool is_first = is_half(rest, FIRST_HALF);
    if (is_first && is_half(str_from(rest, 6), SECOND_HALF))
        return 12;
    if (!is_first && !is_half(rest, SECOND_HALF))
        return 2; /* the second of two backslashes begins nothing */
    memcpy(text, unknown, sizeof unknown);
    return 6;
}

/* A string of cJSON ends at its first NUL, and what follows would be lost
 * unseen. As U+0001 it is as unwelcome, but found. */
static void show_all(char *text, size_t n)
{
    for (size_t i = 0; i < n;) {
        if (n - i >= 6 && memcmp(text + i, "\\u0000", 6) == 0)
            text[i + 5] = '1';
        if (text[i] == '\0')
            text[i] = '\1';
        i += text[i] == '\\' ? show_half(text + i, n - i) : 1;
    }
}

static cJSON *parse_shown(struct str text)
{
    char *copy = mem_alloc(text.n + 1);
    memcpy(copy, text.s, text.n);
    show_all(copy, text.n);
    cJSON *root = parse((struct str){copy, text.n});
    free(copy);
    return root;
}

cJSON *json_parse(struct str text)
{
    cJSON *root = NULL;
    if (text.n == 0)
        return NULL;
    if (memchr(text.s, '\0', text.n) == NULL && !str_has(text, STR("\\u0000")))
        root = parse(text);
    return root != NULL ? root : parse_shown(text);
}

char *json_print(const cJSON *item)
{
    char *text = cJSON_PrintBuffered(item, PRINT_BYTES, false);
    assert(text != NULL);
    return text;
}

/* cJSON prints a number by %1.15g and reads it back to see whether that was
 * exact. A whole one is put into words here. */
static void print_wholes(cJSON *item)
{
    char digits[NUMBER_BYTES];
    int64_t whole;
    if (json_whole(item, &whole)) {
        struct str text = str_of_i64(whole, digits);
        item->valuestring = cJSON_malloc(text.n + 1);
        assert(item->valuestring != NULL);
        memcpy(item->valuestring, text.s, text.n);
        item->valuestring[text.n] = '\0';
        item->type = (item->type & ~0xFF) | cJSON_Raw;
    }
    for (cJSON *child = item->child; child != NULL; child = child->next)
        print_wholes(child);
}

char *json_printed(cJSON *tree)
{
    print_wholes(tree);
    char *text = json_print(tree);
    cJSON_Delete(tree);
    return text;
}

const cJSON *json_get(const cJSON *object, const char *name)
{
    if (!cJSON_IsObject(object))
        return NULL;
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

struct str json_text_of(const cJSON *item)
{
    return str_of(cJSON_GetStringValue(item));
}

struct str json_text(const cJSON *object, const char *name)
{
    return json_text_of(json_get(object, name));
}

bool json_whole(const cJSON *item, int64_t *out)
{
    if (!cJSON_IsNumber(item))
        return false;
    double number = item->valuedouble;
    /* Written so that NaN fails too. */
    if (!(number >= -EXACT_MAX && number <= EXACT_MAX))
        return false;
    int64_t whole = (int64_t)number;
    if ((double)whole != number)
        return false;
    *out = whole;
    return true;
}

bool json_is_true(const cJSON *object, const char *name)
{
    return cJSON_IsTrue(json_get(object, name));
}

uint64_t json_id_of(const cJSON *string)
{
    uint64_t id;
    struct str text = json_text_of(string);
    if (text.n == 0 || text.s[0] == '0' || !str_to_u64(text, &id))
        return 0;
    return id;
}

uint64_t json_get_id(const cJSON *object, const char *name)
{
    return json_id_of(json_get(object, name));
}

void json_set(cJSON *object, const char *name, cJSON *item)
{
    cJSON_DeleteItemFromObjectCaseSensitive(object, name);
    cJSON_bool added = cJSON_AddItemToObject(object, name, built(item));
    assert(added);
}

cJSON *json_string(struct str text)
{
    /* A byte that is not UTF-8 grows to the three of U+FFFD. */
    struct buf copy = BUF_INIT(text.n * 3);
    bool is_valid = utf8_valid(text);
    if (is_valid)
        buf_add(&copy, text);
    for (struct str rest = text; !is_valid && rest.n > 0;) {
        uint32_t point;
        size_t n = utf8_next(rest, &point);
        if (n == 0)
            buf_add(&copy, STR("\xEF\xBF\xBD"));
        else
            buf_add_bytes(&copy, rest.s, n);
        rest = str_from(rest, n == 0 ? 1 : n);
    }
    cJSON *item = built(cJSON_CreateString(buf_text(&copy)));
    buf_release(&copy);
    return item;
}

void json_set_text(cJSON *object, const char *name, struct str text)
{
    json_set(object, name, json_string(text));
}

void json_set_number(cJSON *object, const char *name, double number)
{
    json_set(object, name, cJSON_CreateNumber(number));
}

void json_set_true(cJSON *object, const char *name)
{
    json_set(object, name, cJSON_CreateTrue());
}

cJSON *json_id(uint64_t id)
{
    char digits[NUMBER_BYTES];
    return json_string(str_of_u64(id, digits));
}

void json_set_id(cJSON *object, const char *name, uint64_t id)
{
    json_set(object, name, json_id(id));
}

cJSON *json_object(void)
{
    return built(cJSON_CreateObject());
}

cJSON *json_array(void)
{
    return built(cJSON_CreateArray());
}

void json_add(cJSON *array, cJSON *item)
{
    cJSON_bool added = cJSON_AddItemToArray(array, built(item));
    assert(added);
}
