/*
 * Any bytes as a template: rendered, or refused with the line. What strict mode
 * takes, the other renders to the same bytes.
 */
#include "templates/mustache.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>

#define DATA                                                                   \
    "{\"a\": \"<1>\", \"list\": [{\"b\": \"2\"}, {}], \"no\": false,"          \
    " \"yes\": true, \"none\": [], \"n\": 3, \"deep\": {\"er\": \"&\"}}"
#define PARTIALS                                                               \
    "{\"p\": \"{{a}}\\n{{#no}}\\n{{/no}}\", \"self\": \"{{>self}}\"}"

static enum err render(struct str template, bool strict, bool check,
                       struct buf *out)
{
    cJSON *data = cJSON_Parse(DATA), *partials = cJSON_Parse(PARTIALS);
    struct buf why = BUF_INIT(1000);
    const struct mustache job = {
        .template = template,
        .data = data,
        .partials = partials,
        .escape = mustache_escape_html,
        .strict = strict,
        .check = check,
    };
    assert(data != NULL && partials != NULL);
    enum err err = mustache_render(&job, out, &why);
    assert(err == ERR_OK || err == ERR_INVALID || err == ERR_TOO_LONG);
    assert((err == ERR_INVALID) == (why.n > 0));
    assert(err != ERR_OK || !out->overflow);
    buf_release(&why);
    cJSON_Delete(data);
    cJSON_Delete(partials);
    return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str template = {(const char *)data, size};
    struct buf strict = BUF_INIT(65536), lenient = BUF_INIT(65536);
    enum err err = render(template, true, false, &strict);
    enum err other = render(template, false, false, &lenient);
    if (err == ERR_OK) {
        assert(other == ERR_OK);
        assert(str_eq(buf_str(&strict), buf_str(&lenient)));
    }
    buf_clear(&lenient);
    (void)render(template, true, true, &lenient);
    buf_release(&strict);
    buf_release(&lenient);
    return 0;
}
