/*
 * Bodies as JSON: complete, within Discord's limits, and with nobody pinged
 * that was not named.
 */
#include "bot/discord/message.h"

#include "bot/base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* Takes the body. */
static void assert_json(cJSON *body, const char *want)
{
    char *got = cJSON_PrintUnformatted(body);
    assert_string_equal(got, want);
    free(got);
    cJSON_Delete(body);
}

static struct str letters(struct buf *to, size_t count)
{
    buf_clear(to);
    for (size_t i = 0; i < count; i++)
        buf_add_char(to, 'x');
    return buf_str(to);
}

/* Of the text at "components/0/label". */
static size_t units_at(const cJSON *tree, const char *path)
{
    struct str rest = str_of(path), name;
    while (str_cut(&rest, '/', &name)) {
        char key[40];
        str_copy_to(key, name);
        tree = cJSON_IsArray(tree)
                   ? cJSON_GetArrayItem(tree, key[0] - '0')
                   : cJSON_GetObjectItemCaseSensitive(tree, key);
    }
    assert_true(cJSON_IsString(tree));
    return utf16_units(str_of(tree->valuestring));
}

static void message_pings_nobody(void **state)
{
    (void)state;
    assert_json(message_new(STR("hi @everyone")),
                "{\"content\":\"hi @everyone\","
                "\"allowed_mentions\":{\"parse\":[]}}");
}

static void message_pings_whom_it_is_told(void **state)
{
    (void)state;
    cJSON *message = message_new(STR("<@1>"));
    message_allow_user(message, UINT64_C(18446744073709551615));
    message_allow_user(message, 7);
    message_allow_user(message, 7);
    assert_json(message, "{\"content\":\"<@1>\",\"allowed_mentions\":{"
                         "\"parse\":[],"
                         "\"users\":[\"18446744073709551615\",\"7\"]}}");
}

static void at_most_a_hundred_pings(void **state)
{
    (void)state;
    cJSON *message = message_new(STR("x"));
    for (uint64_t id = 1; id <= 150; id++)
        message_allow_user(message, id);
    cJSON *mentions = cJSON_GetObjectItem(message, "allowed_mentions");
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(mentions, "users")),
                     100);
    cJSON_Delete(message);
}

static void content_is_cut_with_an_ellipsis(void **state)
{
    (void)state;
    static const struct {
        size_t letters, units;
        bool is_cut;
    } cases[] = {{0, 0, false},
                 {2000, 2000, false},
                 {2001, 2000, true},
                 {100000, 2000, true}};
    struct buf text = BUF_INIT(200000);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cJSON *message = message_new(letters(&text, cases[i].letters));
        const char *content =
            cJSON_GetStringValue(cJSON_GetObjectItem(message, "content"));
        assert_int_equal(units_at(message, "content"), cases[i].units);
        assert_int_equal(str_ends(str_of(content), "\u2026"), cases[i].is_cut);
        cJSON_Delete(message);
    }
    buf_release(&text);
}

/* A fire is two UTF-16 units and never cut in half. */
static void limits_count_utf16_units(void **state)
{
    (void)state;
    struct buf text = BUF_INIT(10000);
    for (int i = 0; i < 1001; i++)
        buf_add_text(&text, "\xF0\x9F\x94\xA5");
    cJSON *message = message_new(buf_str(&text));
    const char *content =
        cJSON_GetStringValue(cJSON_GetObjectItem(message, "content"));
    assert_true(utf8_valid(str_of(content)));
    assert_int_equal(units_at(message, "content"), 1999); /* 999 fires, … */
    cJSON_Delete(message);
    buf_release(&text);
}

static void bytes_that_are_no_text_are_replaced(void **state)
{
    (void)state;
    assert_json(message_new(STR("a\xFF"
                                "b")),
                "{\"content\":\"a\xEF\xBF\xBD"
                "b\",\"allowed_mentions\":{\"parse\":[]}}");
}

static void nonces(void **state)
{
    (void)state;
    char one[NONCE_BYTES], same[NONCE_BYTES], other[NONCE_BYTES];
    nonce_make(one, "a", "bc");
    nonce_make(same, "a", "bc");
    nonce_make(other, "ab", "c");
    assert_int_equal(strlen(one), 25);
    assert_string_equal(one, same);
    assert_string_not_equal(one, other);
    cJSON *message = message_new(STR("x"));
    message_set_nonce(message, "n1");
    message_set_flags(message, FLAG_SILENT);
    assert_json(message,
                "{\"content\":\"x\",\"allowed_mentions\":{\"parse\":[]},"
                "\"nonce\":\"n1\",\"enforce_nonce\":true,\"flags\":4096}");
}

static void embeds(void **state)
{
    (void)state;
    cJSON *message = message_new(STR(""));
    cJSON *embed = embed_new(STR("Title"), STR_NONE, 0x1FF0000);
    embed_set_footer(embed, STR("INC-1"));
    message_add_embed(message, embed);
    assert_json(message,
                "{\"content\":\"\",\"allowed_mentions\":{\"parse\":[]},"
                "\"embeds\":[{\"title\":\"Title\",\"color\":16711680,"
                "\"footer\":{\"text\":\"INC-1\"}}]}");
}

static void embed_texts_are_cut(void **state)
{
    (void)state;
    struct buf text = BUF_INIT(10000);
    struct str much = letters(&text, 9000);
    cJSON *embed = embed_new(much, much, 0);
    embed_set_footer(embed, much);
    assert_int_equal(units_at(embed, "title"), 256);
    assert_int_equal(units_at(embed, "description"), 4096);
    assert_int_equal(units_at(cJSON_GetObjectItem(embed, "footer"), "text"),
                     2048);
    cJSON_Delete(embed);
    buf_release(&text);
}

static size_t embed_units(const cJSON *message)
{
    size_t units = 0;
    const cJSON *embed;
    cJSON_ArrayForEach(embed, cJSON_GetObjectItem(message, "embeds"))
    {
        units += units_at(embed, "title") + units_at(embed, "description") +
                 units_at(cJSON_GetObjectItem(embed, "footer"), "text");
    }
    return units;
}

static void all_embeds_together_stay_within_6000(void **state)
{
    (void)state;
    struct buf text = BUF_INIT(10000);
    cJSON *message = message_new(STR(""));
    for (int i = 0; i < 10; i++) {
        cJSON *embed = embed_new(STR("short"), letters(&text, 4000), 0);
        embed_set_footer(embed, letters(&text, 2048));
        message_add_embed(message, embed);
        assert_in_range(embed_units(message), 5000, 6000);
        /* The longest are cut, the short ones kept. */
        assert_int_equal(units_at(embed, "title"), 5);
    }
    cJSON_Delete(message);
    buf_release(&text);
}

static void at_most_ten_embeds(void **state)
{
    (void)state;
    cJSON *message = message_new(STR(""));
    for (int i = 0; i < 12; i++)
        message_add_embed(message, embed_new(STR("t"), STR("d"), 0));
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(message, "embeds")),
                     10);
    cJSON_Delete(message);
}

static void buttons_go_in_rows_of_five(void **state)
{
    (void)state;
    cJSON *message = message_new(STR("x"));
    char id[20];
    for (int i = 0; i < 6; i++) {
        (void)snprintf(id, sizeof id, "id%d", i);
        message_add_button(message, BUTTON_DANGER, "Go", id);
    }
    cJSON *rows = cJSON_GetObjectItem(message, "components");
    assert_int_equal(cJSON_GetArraySize(rows), 2);
    assert_int_equal(
        cJSON_GetArraySize(cJSON_GetObjectItem(rows->child, "components")), 5);
    assert_json(cJSON_DetachItemFromArray(rows, 1),
                "{\"type\":1,\"components\":[{\"type\":2,\"style\":4,"
                "\"label\":\"Go\",\"custom_id\":\"id5\"}]}");
    message_clear_buttons(message);
    assert_json(message,
                "{\"content\":\"x\",\"allowed_mentions\":{\"parse\":[]},"
                "\"components\":[]}");
}

static void forms(void **state)
{
    (void)state;
    cJSON *form = form_new("1|resolve|12|", STR("Resolve INC-12"));
    form_add_text(form,
                  &(struct form_field){.field_id = "summary",
                                       .label = "Summary",
                                       .hint = "What happened",
                                       .required = true},
                  &(struct form_text){.paragraph = true,
                                      .max_length = 3,
                                      .value = STR("abcd")});
    form_add_text(form, &(struct form_field){.field_id = "at", .label = "At"},
                  &(struct form_text){.max_length = 0});
    assert_json(answer_form(form),
                "{\"type\":9,\"data\":{\"custom_id\":\"1|resolve|12|\","
                "\"title\":\"Resolve INC-12\",\"components\":["
                "{\"type\":18,\"label\":\"Summary\","
                "\"description\":\"What happened\",\"component\":{\"type\":4,"
                "\"custom_id\":\"summary\",\"required\":true,\"style\":2,"
                "\"max_length\":3,\"value\":\"ab\u2026\"}},"
                "{\"type\":18,\"label\":\"At\",\"component\":{\"type\":4,"
                "\"custom_id\":\"at\",\"required\":false,\"style\":1,"
                "\"max_length\":4000}}]}}");
}

static void form_selects(void **state)
{
    (void)state;
    struct form_field field = {.field_id = "x", .label = "X"};
    cJSON *form = form_new("1|x|0|", STR("X"));
    cJSON *rows = form_add_select(form, &field);
    form_select_row(rows, "live", true);
    form_select_row(rows, "room", false);
    form_add_user(form, &field, 12);
    field.required = true;
    form_add_user(form, &field, 0);
    form_add_upload(form, &field, 10);
    assert_json(
        form,
        "{\"custom_id\":\"1|x|0|\",\"title\":\"X\",\"components\":["
        "{\"type\":18,\"label\":\"X\",\"component\":{\"type\":3,"
        "\"custom_id\":\"x\",\"required\":false,\"min_values\":0,\"options\":["
        "{\"label\":\"live\",\"value\":\"live\",\"default\":true},"
        "{\"label\":\"room\",\"value\":\"room\"}]}},"
        "{\"type\":18,\"label\":\"X\",\"component\":{\"type\":5,"
        "\"custom_id\":\"x\",\"required\":false,\"min_values\":0,"
        "\"default_values\":[{\"id\":\"12\",\"type\":\"user\"}]}},"
        "{\"type\":18,\"label\":\"X\",\"component\":{\"type\":5,"
        "\"custom_id\":\"x\",\"required\":true}},"
        "{\"type\":18,\"label\":\"X\",\"component\":{\"type\":19,"
        "\"custom_id\":\"x\",\"required\":true,\"max_values\":10}}]}");
}

static void selects_and_links(void **state)
{
    (void)state;
    cJSON *message = message_new(STR("x"));
    message_add_button(message, BUTTON_PRIMARY, "A", "a");
    cJSON *rows = message_add_select(message, "1|x|1|id", "Choose");
    select_add_row(rows, STR("7"), STR("#7"), STR("18:53"));
    select_add_row(rows, STR("8"), STR(" "), STR_NONE);
    message_add_link_button(message, "Go", "https://example.org/");
    message_add_attachment(message, 0, "inc-1.json", STR("All of \"it\""));
    assert_json(
        message,
        "{\"content\":\"x\",\"allowed_mentions\":{\"parse\":[]},"
        "\"components\":[{\"type\":1,\"components\":[{\"type\":2,\"style\":1,"
        "\"label\":\"A\",\"custom_id\":\"a\"}]},"
        "{\"type\":1,\"components\":[{\"type\":3,\"custom_id\":\"1|x|1|id\","
        "\"placeholder\":\"Choose\",\"options\":["
        "{\"label\":\"#7\",\"value\":\"7\",\"description\":\"18:53\"},"
        "{\"label\":\"\u200b\",\"value\":\"8\"}]}]},"
        "{\"type\":1,\"components\":[{\"type\":2,\"style\":5,\"label\":\"Go\","
        "\"url\":\"https://example.org/\"}]}],"
        "\"attachments\":[{\"id\":0,\"filename\":\"inc-1.json\","
        "\"description\":\"All of \\\"it\\\"\"}]}");
}

static void labels_are_cut(void **state)
{
    (void)state;
    char text[1100];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    struct str most = str_of(text);
    cJSON *message = message_new(STR("x"));
    message_add_button(message, BUTTON_PRIMARY, text, "a");
    select_add_row(message_add_select(message, "b", text), STR("7"), most,
                   most);
    message_add_attachment(message, 0, "a.png", most);
    cJSON *form = form_new("c", most);
    form_add_upload(
        form,
        &(struct form_field){.field_id = "d", .label = text, .hint = text}, 1);
    const struct {
        const cJSON *tree;
        const char *path;
        size_t units;
    } cases[] = {
        {message, "components/0/components/0/label", 80},
        {message, "components/1/components/0/placeholder", 150},
        {message, "components/1/components/0/options/0/label", 100},
        {message, "components/1/components/0/options/0/description", 100},
        {message, "attachments/0/description", 1024},
        {form, "title", 45},
        {form, "components/0/label", 45},
        {form, "components/0/description", 100},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(units_at(cases[i].tree, cases[i].path),
                         cases[i].units);
    cJSON_Delete(message);
    cJSON_Delete(form);
}

static void answers(void **state)
{
    (void)state;
    assert_json(answer_choices(cJSON_CreateArray()),
                "{\"type\":8,\"data\":{\"choices\":[]}}");
    assert_json(answer_message(message_new(STR("x"))),
                "{\"type\":4,\"data\":{\"content\":\"x\","
                "\"allowed_mentions\":{\"parse\":[]}}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(message_pings_nobody),
        cmocka_unit_test(message_pings_whom_it_is_told),
        cmocka_unit_test(at_most_a_hundred_pings),
        cmocka_unit_test(content_is_cut_with_an_ellipsis),
        cmocka_unit_test(limits_count_utf16_units),
        cmocka_unit_test(bytes_that_are_no_text_are_replaced),
        cmocka_unit_test(nonces),
        cmocka_unit_test(embeds),
        cmocka_unit_test(embed_texts_are_cut),
        cmocka_unit_test(all_embeds_together_stay_within_6000),
        cmocka_unit_test(at_most_ten_embeds),
        cmocka_unit_test(buttons_go_in_rows_of_five),
        cmocka_unit_test(forms),
        cmocka_unit_test(form_selects),
        cmocka_unit_test(selects_and_links),
        cmocka_unit_test(labels_are_cut),
        cmocka_unit_test(answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
