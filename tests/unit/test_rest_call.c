#include "bot/discord/rest_call.h"

#include "bot/discord/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void check(struct rest_call call, const char *request, uint64_t major_id,
                  enum rest_repeat repeat, bool is_callback)
{
    struct buf line = BUF_INIT(1000);
    buf_addf(&line, "%s %s", rest_method_name(call.method), call.path);
    assert_string_equal(buf_text(&line), request);
    assert_true(str_starts(str_of(call.route), rest_method_name(call.method)));
    assert_true(call.major_id == major_id);
    assert_int_equal(call.repeat, repeat);
    assert_int_equal(call.is_callback, is_callback);
    rest_call_release(&call);
    assert_null(call.body);
    buf_release(&line);
}

static cJSON *body(void)
{
    return message_new(STR("x"));
}

static cJSON *body_with_nonce(void)
{
    cJSON *message = body();
    message_set_nonce(message, "n");
    return message;
}

static void calls(void **state)
{
    (void)state;
    check(rest_channel_create(5, body(), "why"), "POST /guilds/5/channels", 5,
          REST_REPEAT_NEVER, false);
    check(rest_guild_channels(5), "GET /guilds/5/channels", 5, REST_REPEAT_SAFE,
          false);
    check(rest_message_create(6, body_with_nonce()),
          "POST /channels/6/messages", 6, REST_REPEAT_SAFE, false);
    check(rest_message_create(6, body()), "POST /channels/6/messages", 6,
          REST_REPEAT_NEVER, false);
    check(rest_message_edit(6, UINT64_MAX, body()),
          "PATCH /channels/6/messages/18446744073709551615", 6,
          REST_REPEAT_SAFE, false);
    check(rest_messages_list(6, 50), "GET /channels/6/messages?limit=50", 6,
          REST_REPEAT_SAFE, false);
    check(rest_message_pin(6, 7, NULL), "PUT /channels/6/messages/pins/7", 6,
          REST_REPEAT_SAFE, false);
    check(rest_interaction_callback(8, STR("tok"), body()),
          "POST /interactions/8/tok/callback", 8, REST_REPEAT_SAFE, true);
    check(rest_interaction_edit(9, STR("tok"), body()),
          "PATCH /webhooks/9/tok/messages/@original", 9, REST_REPEAT_SAFE,
          true);
    check(rest_commands_put(9, NULL), "PUT /applications/9/commands", 0,
          REST_REPEAT_SAFE, false);
    check(rest_gateway_bot(), "GET /gateway/bot", 0, REST_REPEAT_SAFE, false);
    check(rest_application(), "GET /applications/@me", 0, REST_REPEAT_SAFE,
          false);
}

static void body_and_reason(void **state)
{
    (void)state;
    char reason[600];
    memset(reason, 'r', sizeof reason);
    reason[sizeof reason - 1] = '\0';
    struct rest_call call = rest_channel_create(5, body(), reason);
    assert_string_equal(call.body, "{\"content\":\"x\","
                                   "\"allowed_mentions\":{\"parse\":[]}}");
    assert_int_equal(strlen(call.reason), 512);
    rest_call_release(&call);
    call = rest_message_pin(6, 7, "");
    assert_null(call.body);
    assert_null(call.reason);
    rest_call_release(&call);
    rest_call_release(&call);
}

static void files_go_with_their_json(void **state)
{
    (void)state;
    struct rest_call call =
        rest_interaction_callback(7, STR("tok"), cJSON_CreateObject());
    const struct rest_file files[] = {
        {"inc-1.json", "application/json", {"a\0b", 3}},
        {"chart-1.png", "image/png", STR("c")},
    };
    rest_call_attach(&call, files, 2);
    assert_true(str_starts(str_of(call.content_type),
                           "multipart/form-data; boundary="));
    struct str mark = str_from(str_of(call.content_type),
                               strlen("multipart/form-data; boundary="));
    struct buf expected = BUF_INIT(1000);
    buf_addf(&expected, "--%.*s\r\n", STR_ARG(mark));
    buf_add_text(&expected,
                 "Content-Disposition: form-data; name=\"payload_json\"\r\n"
                 "Content-Type: application/json\r\n\r\n{}\r\n");
    buf_addf(&expected, "--%.*s\r\n", STR_ARG(mark));
    buf_add_text(&expected,
                 "Content-Disposition: form-data; name=\"files[0]\"; "
                 "filename=\"inc-1.json\"\r\n"
                 "Content-Type: application/json\r\n\r\n");
    buf_add_bytes(&expected, "a\0b\r\n", 5);
    buf_addf(&expected,
             "--%.*s\r\nContent-Disposition: form-data; name=\"files[1]\"; "
             "filename=\"chart-1.png\"\r\nContent-Type: image/png\r\n\r\nc\r\n",
             STR_ARG(mark));
    buf_addf(&expected, "--%.*s--\r\n", STR_ARG(mark));
    assert_int_equal(call.body_bytes, expected.n);
    assert_memory_equal(call.body, expected.s, expected.n);
    buf_release(&expected);
    rest_call_release(&call);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls),
        cmocka_unit_test(body_and_reason),
        cmocka_unit_test(files_go_with_their_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
