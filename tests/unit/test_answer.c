/* What a command fills in, as Discord gets it. */
#include "commands/answer.h"

#include "bot/discord/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_finishes(struct answer *answer, bool may_update,
                            const char *expected)
{
    cJSON *json = answer_finish(answer, may_update);
    char *text = json_print(json);
    assert_string_equal(text, expected);
    cJSON_free(text);
    cJSON_Delete(json);
    answer_release(answer);
}

static void words_alone(void **state)
{
    struct answer answer;
    (void)state;
    answer_init(&answer, 12);
    buf_add_text(&answer.words, "Done.");
    assert_finishes(&answer, true,
                    "{\"type\":4,\"data\":{\"allowed_mentions\":{\"parse\":[]},"
                    "\"content\":\"Done.\",\"flags\":64}}");
    answer_release(&answer); /* may be repeated */
}

static void buttons_and_a_select(void **state)
{
    struct answer answer;
    (void)state;
    answer_init(&answer, 12);
    buf_add_text(&answer.words, "Which?");
    assert_true(answer_button(&answer, BUTTON_PRIMARY, "Next", "timeline list",
                              "page=%d|kind=%s", 2, "note"));
    answer_link_button(&answer, "Page", "https://example.org/");
    assert_true(answer_select(&answer, "Choose", "timeline edit", "id", "x=1"));
    answer_select_row(&answer, STR("#7"), STR("#7 Queue"), STR("18:53"));
    assert_finishes(
        &answer, false,
        "{\"type\":4,\"data\":{\"allowed_mentions\":{\"parse\":[]},"
        "\"components\":[{\"type\":1,\"components\":["
        "{\"type\":2,\"style\":1,\"label\":\"Next\",\"custom_id\":"
        "\"1|timeline list|12|page=2|kind=note\"},"
        "{\"type\":2,\"style\":5,\"label\":\"Page\",\"url\":"
        "\"https://example.org/\"}]},"
        "{\"type\":1,\"components\":[{\"type\":3,\"custom_id\":"
        "\"1|timeline edit|12|x=1|id\",\"placeholder\":\"Choose\",\"options\":["
        "{\"label\":\"#7 "
        "Queue\",\"value\":\"#7\",\"description\":\"18:53\"}]}]}],"
        "\"content\":\"Which?\",\"flags\":64}}");
}

/* Discord would refuse the whole answer for it. */
static void a_select_without_rows_is_left_out(void **state)
{
    struct answer answer;
    (void)state;
    answer_init(&answer, 12);
    buf_add_text(&answer.words, "None.");
    (void)answer_select(&answer, "Choose", "timeline edit", "id", "%s", "");
    assert_finishes(&answer, false,
                    "{\"type\":4,\"data\":{\"allowed_mentions\":{\"parse\":[]},"
                    "\"content\":\"None.\",\"flags\":64}}");
    answer_init(&answer, 12);
    buf_add_text(&answer.words, "Many.");
    (void)answer_select(&answer, "Choose", "timeline edit", "id", "%s", "");
    for (int i = 0; i < 40; i++)
        answer_select_row(&answer, STR("#7"), STR("x"), STR_NONE);
    assert_int_equal(cJSON_GetArraySize(answer.options), 25);
    cJSON_Delete(answer_finish(&answer, false));
    answer_release(&answer);
}

/* Cut presets could mean something else. */
static void presets_fit_or_are_left_out(void **state)
{
    struct answer answer;
    char text[200];
    (void)state;
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    answer_init(&answer, 12);
    buf_add_text(&answer.words, "Which?");
    assert_false(answer_button(&answer, BUTTON_PRIMARY, "Go", "resolve",
                               "summary=%s", text));
    assert_false(answer_select(&answer, "Choose", "timeline edit", "id",
                               "text=%s", text));
    answer_select_row(&answer, STR("7"), STR("7"), STR_NONE);
    cJSON *json = answer_finish(&answer, false);
    char *printed = json_print(json);
    assert_non_null(strstr(printed, "\"1|resolve|12|\""));
    assert_non_null(strstr(printed, "\"1|timeline edit|12|id\""));
    cJSON_free(printed);
    cJSON_Delete(json);
    answer_release(&answer);
}

static void an_update_replaces_what_stood_there(void **state)
{
    struct answer answer;
    (void)state;
    for (int may = 0; may < 2; may++) {
        answer_init(&answer, 12);
        answer.update = true;
        buf_add_text(&answer.words, "Page 2");
        assert_finishes(
            &answer, may == 1,
            may == 1 ? "{\"type\":7,\"data\":{\"allowed_mentions\":{\"parse\":"
                       "[]},\"content\":\"Page 2\",\"components\":[]}}"
                     : "{\"type\":4,\"data\":{\"allowed_mentions\":{\"parse\":"
                       "[]},\"content\":\"Page 2\",\"flags\":64}}");
    }
}

static void a_file_is_announced(void **state)
{
    struct answer answer;
    (void)state;
    answer_init(&answer, 12);
    buf_add_text(&answer.words, "Here.");
    str_copy_to(answer.file_name, STR("inc-12.json"));
    str_copy_to(answer.file_type, STR("application/json"));
    buf_add_text(&answer.file, "{}");
    cJSON *json = answer_finish(&answer, false);
    char *printed = json_print(json);
    assert_non_null(strstr(printed, "\"attachments\":[{\"id\":0,\"filename\":"
                                    "\"inc-12.json\"}]"));
    assert_int_equal(answer.file.n, 2); /* left to be sent */
    cJSON_free(printed);
    cJSON_Delete(json);
    answer_release(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_alone),
        cmocka_unit_test(buttons_and_a_select),
        cmocka_unit_test(a_select_without_rows_is_left_out),
        cmocka_unit_test(presets_fit_or_are_left_out),
        cmocka_unit_test(an_update_replaces_what_stood_there),
        cmocka_unit_test(a_file_is_announced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
