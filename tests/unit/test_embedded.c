/* What a message says elsewhere than in its content. */
#include "bot/discord/embedded.h"
#include "bot/discord/json.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define HEAD   "{\"id\":\"12\",\"author\":{\"id\":\"78\",\"username\":\"lee\""
#define PERSON HEAD "},"
#define BOT    HEAD ",\"bot\":true},"
#define KUMA                                                                   \
    "\"embeds\":[{\"type\":\"rich\",\"title\":\"forum went down\","            \
    "\"description\":\" \",\"fields\":[{\"name\":\"Error\",\"value\":"         \
    "\" 502 \"},{\"name\":\"\\u200b\",\"value\":\"see the log\"},"             \
    "{\"value\":\"odd\"},7]},7,{\"title\":\"second\"}]}"

static void assert_words(const char *json, bool with_fields, const char *wanted)
{
    struct interaction_message message;
    struct buf words = BUF_INIT(8000);
    cJSON *tree = json_parse(str_of(json));
    assert_non_null(tree);
    assert_true(interaction_message_parse(tree, &message));
    embedded_add(&words, &message, with_fields);
    assert_string_equal(buf_text(&words), wanted);
    buf_release(&words);
    cJSON_Delete(tree);
}

static void an_alert_says_it_in_fields(void **state)
{
    (void)state;
    assert_words(BOT KUMA, true,
                 "forum went down\nError: 502\nsee the log\n"
                 "odd\nsecond");
    assert_words(BOT KUMA, false, "forum went down\nsecond");
    assert_words(BOT "\"content\":\"@here\"," KUMA, false,
                 "forum went down\nsecond");
}

/* Discord puts them there for what somebody links to. */
static void previews_are_not_said_by_the_author(void **state)
{
    (void)state;
    assert_words(PERSON "\"content\":\"https://example.org\"," KUMA, true, "");
    assert_words(BOT "\"content\":\"https://example.org\",\"embeds\":[{"
                     "\"type\":\"link\",\"title\":\"Example\"}]}",
                 true, "");
    assert_words(BOT "\"content\":\"\",\"embeds\":[{\"type\":\"article\","
                     "\"title\":\"Example\"}]}",
                 true, "Example");
}

/* A person may bring a monitor's message here. */
static void forwarded(void **state)
{
    (void)state;
    assert_words(PERSON "\"content\":\"\",\"message_snapshots\":[{\"message\":"
                        "{\"content\":\"@here\"," KUMA "}]}",
                 false, "forum went down\nsecond");
}

static void components_have_the_words(void **state)
{
    (void)state;
    assert_words(
        BOT "\"content\":\"\",\"embeds\":[],\"components\":[{\"type\":17,"
            "\"components\":[{\"type\":10,\"content\":\"# Down\"},{\"type\":14}"
            ",{\"type\":9,\"components\":[{\"type\":10,\"content\":\"since "
            "18:53\"}],\"accessory\":{\"type\":2,\"label\":\"Look\"}}]},7,"
            "{\"type\":1,\"components\":[{\"type\":2,\"label\":\"Ack\"}]}]}",
        true, "# Down\nsince 18:53");
}

static void a_poll_asks(void **state)
{
    (void)state;
    assert_words(PERSON "\"content\":\"\",\"poll\":{\"question\":{\"text\":"
                        "\"Is it down for you, too?\"}}}",
                 true, "Is it down for you, too?");
    assert_words(PERSON "\"content\":\"\",\"poll\":null,\"components\":null,"
                        "\"embeds\":null}",
                 true, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_alert_says_it_in_fields),
        cmocka_unit_test(previews_are_not_said_by_the_author),
        cmocka_unit_test(forwarded),
        cmocka_unit_test(components_have_the_words),
        cmocka_unit_test(a_poll_asks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
