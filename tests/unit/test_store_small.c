#include "storage/discord.h"
#include "storage/drafts.h"
#include "storage/rooms.h"
#include "tests/lib/scratch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void keeps_attachments_once(void **state)
{
    struct store *store = scratch_open(*state);
    static const char bytes[] = "a\0b\r\n\xFF";
    struct str file = {bytes, sizeof bytes - 1};
    struct sha256 hash;
    char hex[SHA256_HEX];
    struct buf out = BUF_INIT(6), small = BUF_INIT(5);
    for (int i = 0; i < 2; i++)
        assert_int_equal(store_put_attachment(store, file, &hash), ERR_OK);
    sha256_hex(&hash, hex);
    assert_int_equal(store_attachment(store, str_of(hex), &out), ERR_OK);
    assert_true(str_eq(buf_str(&out), file));
    assert_int_equal(store_attachment(store, str_of(hex), &small),
                     ERR_TOO_LONG);
    assert_int_equal(store_attachment(store, STR("00"), &out), ERR_NOT_FOUND);
    assert_int_equal(store_put_attachment(store, STR(""), &hash), ERR_OK);
    sha256_hex(&hash, hex);
    buf_clear(&out);
    assert_int_equal(store_attachment(store, str_of(hex), &out), ERR_OK);
    assert_int_equal(out.n, 0);
    assert_int_equal(scratch_number(*state, "SELECT count(*) FROM attachment"),
                     2);
    buf_release(&out);
    store_close(store);
}

static void keeps_answers_for_a_while(void **state)
{
    struct store *store = scratch_open(*state);
    struct buf out = BUF_INIT(100);
    uint64_t id = UINT64_C(0xF234567890ABCDEF); /* above INT64_MAX */
    assert_int_equal(store_answer(store, id, &out), ERR_NOT_FOUND);
    assert_int_equal(store_put_answer(store, id, STR("{}"), 1000), ERR_OK);
    assert_int_equal(store_put_answer(store, 7, STR("{\"type\":4}"), 2000),
                     ERR_OK);
    assert_int_equal(store_answer(store, id, &out), ERR_OK);
    assert_string_equal(buf_text(&out), "{}");
    assert_int_equal(store_forget_answers(store, 2000), ERR_OK);
    assert_int_equal(store_answer(store, id, &out), ERR_NOT_FOUND);
    assert_int_equal(store_answer(store, 7, &out), ERR_OK);
    buf_release(&out);
    store_close(store);
}

static void keeps_drafts_for_their_writer(void **state)
{
    struct store *store = scratch_open(*state);
    struct buf out = BUF_INIT(100);
    uint64_t id = UINT64_C(0xF234567890ABCDEF); /* above INT64_MAX */
    assert_int_equal(store_draft(store, id, 1, &out), ERR_NOT_FOUND);
    assert_int_equal(store_put_draft(store, id, 1, STR("a\0b"), 1000), ERR_OK);
    assert_int_equal(store_put_draft(store, 7, 2, STR("c"), 2000), ERR_OK);
    assert_int_equal(store_draft(store, id, 2, &out), ERR_NOT_FOUND);
    assert_int_equal(store_draft(store, id, 1, &out), ERR_OK);
    assert_true(str_eq(buf_str(&out), STR("a\0b")));
    assert_int_equal(store_forget_drafts(store, 2000), ERR_OK);
    assert_int_equal(store_draft(store, id, 1, &out), ERR_NOT_FOUND);
    buf_clear(&out);
    assert_int_equal(store_draft(store, 7, 2, &out), ERR_OK);
    assert_int_equal(store_drop_draft(store, 7), ERR_OK);
    assert_int_equal(store_draft(store, 7, 2, &out), ERR_NOT_FOUND);
    buf_release(&out);
    store_close(store);
}

static void keeps_the_gateway_session(void **state)
{
    struct store *store = scratch_open(*state);
    struct stored_session session,
        kept = {"abc", "wss://gateway.test/", 5, 11, 12};
    struct buf known = BUF_INIT(64);
    assert_int_equal(store_session(store, &session), ERR_NOT_FOUND);
    assert_int_equal(store_put_session_seq(store, 9), ERR_OK);
    assert_int_equal(store_session(store, &session), ERR_NOT_FOUND);
    assert_int_equal(store_put_session(store, &kept), ERR_OK);
    assert_int_equal(store_put_session_seq(store, 6), ERR_OK);
    store_close(store);
    store = scratch_open(*state);
    assert_int_equal(store_session(store, &session), ERR_OK);
    assert_string_equal(session.session_id, "abc");
    assert_string_equal(session.resume_url, "wss://gateway.test/");
    assert_int_equal(session.seq, 6);
    kept = (struct stored_session){.seq = 0};
    assert_int_equal(store_put_session(store, &kept), ERR_OK);
    assert_int_equal(store_session(store, &session), ERR_NOT_FOUND);
    assert_int_equal(store_fact(store, "bot_user_id", &known), ERR_OK);
    assert_string_equal(buf_text(&known), "11");
    buf_clear(&known);
    assert_int_equal(store_fact(store, "application_id", &known), ERR_OK);
    assert_string_equal(buf_text(&known), "12");
    buf_release(&known);
    store_close(store);
}

static void counts_identifies_of_a_day(void **state)
{
    struct store *store = scratch_open(*state);
    int64_t count = -1, day = MS_PER_DAY;
    assert_int_equal(store_latest_identify(store, &count), ERR_NOT_FOUND);
    assert_int_equal(store_put_identify(store, 0), ERR_OK);
    assert_int_equal(store_put_identify(store, 5), ERR_OK);
    assert_int_equal(store_put_identify(store, 5), ERR_OK);
    static const struct {
        int64_t after, count;
    } cases[] = {{-1, 3}, {0, 2}, {4, 2}, {5, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(store_identifies(store, day + cases[i].after, &count),
                         ERR_OK);
        assert_int_equal(count, cases[i].count);
    }
    /* Old ones go with the next. */
    assert_int_equal(store_put_identify(store, day + 1), ERR_OK);
    assert_int_equal(store_latest_identify(store, &count), ERR_OK);
    assert_int_equal(count, day + 1);
    assert_int_equal(scratch_number(*state, "SELECT count(*) FROM identify"),
                     3);
    store_close(store);
}

static void keeps_room_messages(void **state)
{
    struct store *store = scratch_open(*state);
    struct incident in = {0};
    struct request declare = scratch_declare(1, "Outage");
    struct room_message last;
    struct room_message plan = {.ordinal = 1,
                                .first_seq = 2,
                                .last_seq = 4,
                                .planned_ms = 1000,
                                .content = sha256_of(STR("text")),
                                .refused = sha256_of(STR("spam"))};
    (void)scratch_take(store, &in, &declare, SCRATCH_NOW_MS);
    assert_int_equal(store_last_room_message(store, 1, ROOM_WAR, &last),
                     ERR_NOT_FOUND);
    assert_int_equal(store_put_room_message(store, 1, ROOM_WAR, &plan), ERR_OK);
    plan.message_id = UINT64_MAX;
    assert_int_equal(store_put_room_message(store, 1, ROOM_WAR, &plan), ERR_OK);
    assert_int_equal(store_last_room_message(store, 1, ROOM_WAR, &last),
                     ERR_OK);
    assert_memory_equal(&last, &plan, sizeof plan);
    assert_int_equal(store_last_room_message(store, 1, ROOM_LIVE, &last),
                     ERR_NOT_FOUND);
    plan.ordinal = 2;
    assert_int_equal(store_put_room_message(store, 1, ROOM_WAR, &plan), ERR_OK);
    assert_int_equal(store_last_room_message(store, 1, ROOM_WAR, &last),
                     ERR_OK);
    assert_int_equal(last.ordinal, 2);
    /* No incident, no room. */
    assert_int_equal(store_put_room_message(store, 9, ROOM_WAR, &plan),
                     ERR_STORAGE);
    store_close(store);
}

static void counts_action_items_that_somebody_works_on(void **state)
{
    struct store *store = scratch_open(*state);
    struct incident in = {0};
    struct open_counts open;
    struct request request = scratch_declare(1, "Outage");
    (void)scratch_take(store, &in, &request, SCRATCH_NOW_MS);
    request = scratch_entry(EVENT_ITEM, "Buy a disk");
    request.kind = REQUEST_ITEM;
    for (int i = 0; i < 3; i++)
        assert_int_equal(scratch_take(store, &in, &request, SCRATCH_NOW_MS),
                         VERDICT_ACCEPTED);
    request.draft.target = in.last_seq;
    request.draft.item_state = ITEM_DOING;
    assert_int_equal(scratch_take(store, &in, &request, SCRATCH_NOW_MS),
                     VERDICT_ACCEPTED);
    request.draft.target = request.draft.target - 1;
    request.draft.item_state = ITEM_DONE;
    assert_int_equal(scratch_take(store, &in, &request, SCRATCH_NOW_MS),
                     VERDICT_ACCEPTED);
    assert_int_equal(store_open_counts(store, 1, &open), ERR_OK);
    assert_int_equal(open.items, 2);
    store_close(store);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(keeps_attachments_once),
        TEST(keeps_answers_for_a_while),
        TEST(keeps_the_gateway_session),
        TEST(counts_identifies_of_a_day),
        TEST(keeps_room_messages),
        TEST(keeps_drafts_for_their_writer),
        TEST(counts_action_items_that_somebody_works_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
