/* One bot, two servers: none hears of the other. */
#include "storage/store.h"
#include "tests/lib/scratch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define NOW   SCRATCH_NOW_MS
#define HERE  100000000000000001u
#define THERE 100000000000000002u

static struct incident declare(struct store *store, int64_t id, uint64_t guild)
{
    struct incident in = {0};
    struct request request = scratch_declare(id, "Logins fail");
    request.guild_id = guild;
    assert_int_equal(scratch_take(store, &in, &request, NOW), VERDICT_ACCEPTED);
    return in;
}

static enum verdict link_with(struct store *store, struct incident *in,
                              int64_t other_id)
{
    struct request request = {.kind = REQUEST_LINK,
                              .draft = scratch_entry(EVENT_LINK, "").draft};
    request.draft.other_id = other_id;
    return scratch_take(store, in, &request, NOW);
}

static void an_incident_elsewhere_is_not_there(void **state)
{
    struct store *store = scratch_open(*state);
    struct incident in = declare(store, 1, HERE);
    (void)declare(store, 2, THERE);
    (void)declare(store, 3, HERE);
    assert_int_equal(link_with(store, &in, 2), VERDICT_REFUSED);
    assert_int_equal(link_with(store, &in, 3), VERDICT_ACCEPTED);
    store_close(store);
}

static void add_item(struct store *store, struct incident *in)
{
    struct request request = {
        .kind = REQUEST_ITEM,
        .draft = scratch_entry(EVENT_ITEM, "Buy a disk").draft};
    assert_int_equal(scratch_take(store, in, &request, NOW), VERDICT_ACCEPTED);
}

static bool count(const struct stored_item *stored, void *context)
{
    (void)stored;
    ++*(int *)context;
    return true;
}

static void action_items_are_of_one_server(void **state)
{
    static const struct {
        struct item_filter filter;
        int count;
    } cases[] = {
        {{.guild_id = HERE}, 1},
        {{.guild_id = 7}, 0},
        {{.guild_id = 0}, 3},
        {{.guild_id = HERE, .incident_id = 1}, 1},
        {{.guild_id = HERE, .incident_id = 2}, 0},
        {{.guild_id = THERE, .incident_id = 2, .open_only = true}, 2},
    };
    struct store *store = scratch_open(*state);
    struct incident in = declare(store, 1, HERE);
    add_item(store, &in);
    in = declare(store, 2, THERE);
    add_item(store, &in);
    add_item(store, &in);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int items = 0;
        assert_int_equal(
            store_each_item(store, &cases[i].filter, count, &items), ERR_OK);
        assert_int_equal(items, cases[i].count);
    }
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_incident_elsewhere_is_not_there,
                                        scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(action_items_are_of_one_server,
                                        scratch_setup, scratch_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
