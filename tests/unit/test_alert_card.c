/* The card of alerts that no incident has, in the announce channel: one,
 * whatever gets lost on the way, and let alone when people took it away. */
#include "bot/discord/json.h"
#include "storage/alert_cards.h"
#include "storage/alerts.h"
#include "tests/lib/room_world.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define POST_CARD "POST /channels/1003/messages"

static void want(struct world *world, int64_t card)
{
    assert_int_equal(store_begin(world->store), ERR_OK);
    assert_int_equal(store_want(world->store, EFFECT_ALERT_CARD, 0, card, NULL,
                                world->now_ms),
                     ERR_OK);
    assert_int_equal(store_commit(world->store), ERR_OK);
}

static struct alert alert_of(const char *title, int64_t started_ms)
{
    return (struct alert){.source = STR("robot"),
                          .key = str_of(title),
                          .title = str_of(title),
                          .service = STR("forum"),
                          .is_firing = true,
                          .started_ms = started_ms};
}

static int64_t put_card_of(struct world *world, const struct alert *alert)
{
    struct alert_card card = {.opened_ms = world->now_ms,
                              .newest_ms = world->now_ms};
    int64_t id;
    assert_int_equal(store_begin(world->store), ERR_OK);
    assert_int_equal(store_put_alert(world->store, alert, world->now_ms, &id),
                     ERR_OK);
    assert_int_equal(store_put_alert_card(world->store, &card, &card.id),
                     ERR_OK);
    assert_int_equal(store_put_alert_on_card(world->store, id, card.id),
                     ERR_OK);
    assert_int_equal(store_commit(world->store), ERR_OK);
    want(world, card.id);
    return card.id;
}

static int64_t put_card(struct world *world, const char *title)
{
    const struct alert alert = alert_of(title, world->now_ms);
    return put_card_of(world, &alert);
}

static struct alert_card card_of(struct world *world, int64_t id)
{
    struct alert_card card = {0};
    assert_int_equal(store_alert_card(world->store, id, &card), ERR_OK);
    return card;
}

/* Long after Discord forgot the nonce, and with another card above it. */
static void a_lost_answer_makes_no_second_card(void **state)
{
    struct world world;
    (void)state;
    world_open(&world, WORLD_START);
    int64_t other = put_card(&world, "Database is full");
    world_run(&world, 3);
    world.trouble = TROUBLE_LOST;
    world.trouble_at = POST_CARD;
    int64_t id = put_card(&world, "Forum is down");
    world_run(&world, 1);
    assert_int_equal(world.trouble, TROUBLE_NONE);
    world.now_ms += MS_PER_HOUR;
    world_run(&world, 3);
    assert_int_equal(world_message_count(&world, WORLD_ANNOUNCE), 2);
    struct alert_card card = card_of(&world, id);
    assert_true(card.message_id != 0);
    assert_true(card.message_id != card_of(&world, other).message_id);
    assert_int_equal(card.state, ALERT_CARD_OPEN);
    world_close(&world);
}

static void one_that_never_came_is_posted(void **state)
{
    struct world world;
    (void)state;
    world_open(&world, WORLD_START);
    world.trouble = TROUBLE_UNREACHED;
    world.trouble_at = POST_CARD;
    int64_t id = put_card(&world, "Forum is down");
    world_run(&world, 3);
    assert_int_equal(world_message_count(&world, WORLD_ANNOUNCE), 1);
    assert_true(card_of(&world, id).message_id != 0);
    world_close(&world);
}

/* It is not put back, and nobody is asked about it any more. */
static void a_card_that_was_deleted_is_ignored(void **state)
{
    struct world world;
    (void)state;
    world_open(&world, WORLD_START);
    int64_t id = put_card(&world, "Forum is down");
    world_run(&world, 3);
    world_delete(&world, card_of(&world, id).message_id);
    want(&world, id);
    world_run(&world, 3);
    assert_int_equal(world_message_count(&world, WORLD_ANNOUNCE), 0);
    struct alert_card card = card_of(&world, id);
    assert_int_equal(card.state, ALERT_CARD_IGNORED);
    assert_int_equal(card.message_id, 0);
    /* Nor with the next of its alerts that is over. */
    world.now_ms += MS_PER_HOUR;
    want(&world, id);
    world_run(&world, 3);
    assert_int_equal(world_message_count(&world, WORLD_ANNOUNCE), 0);
    world_close(&world);
}

static void add_alert(struct world *world, int64_t card, int n)
{
    char key[20], link[600];
    int64_t id;
    (void)snprintf(key, sizeof key, "alert %d", n);
    (void)snprintf(link, sizeof link, "https://prometheus.example/%0*d", 480,
                   n);
    struct alert alert = alert_of(key, world->now_ms);
    alert.link = str_of(link);
    assert_int_equal(store_begin(world->store), ERR_OK);
    assert_int_equal(store_put_alert(world->store, &alert, world->now_ms, &id),
                     ERR_OK);
    assert_int_equal(store_put_alert_on_card(world->store, id, card), ERR_OK);
    assert_int_equal(store_commit(world->store), ERR_OK);
}

static struct str text_of_card(struct world *world, int64_t id)
{
    const cJSON *message = world_message(world, card_of(world, id).message_id);
    return json_text(cJSON_GetArrayItem(json_get(message, "embeds"), 0),
                     "description");
}

static void end_alerts(struct world *world, int64_t first, int64_t last,
                       enum alert_end end)
{
    assert_int_equal(store_begin(world->store), ERR_OK);
    for (int64_t id = first; id <= last; id++)
        assert_int_equal(store_end_alert(world->store, id, world->now_ms, end),
                         ERR_OK);
    assert_int_equal(store_commit(world->store), ERR_OK);
}

/* The first one, which is alone on its card. */
static void end_alert(struct world *world, int64_t card)
{
    end_alerts(world, 1, 1, ALERT_END_TOLD);
    want(world, card);
    world_run(world, 3);
}

/* "Over since 09:58" would be the time when it began; and what nobody told the
 * end of was over at some time before. */
static void what_is_over_has_both_times(void **state)
{
    static const struct {
        enum alert_end end;
        const char *is, *to;
    } cases[] = {
        {ALERT_END_TOLD, "Over", "to"},
        {ALERT_END_UNTOLD, "Over", "to, at the latest,"},
        {ALERT_END_UNKNOWN, "No longer watched", "to"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct world world;
        world_open(&world, WORLD_START);
        int64_t card = put_card(&world, "Forum is down"), start = world.now_ms;
        world_run(&world, 3);
        world.now_ms += 6 * MS_PER_MINUTE;
        end_alerts(&world, 1, 1, cases[i].end);
        want(&world, card);
        world_run(&world, 3);
        char line[200];
        (void)snprintf(line, sizeof line,
                       "- %s: **Forum is down** from <t:%" PRId64
                       ":t> %s <t:%" PRId64 ":t> (robot)",
                       cases[i].is, start / 1000, cases[i].to,
                       start / 1000 + 360);
        assert_non_null(strstr(text_of_card(&world, card).s, line));
        world_close(&world);
    }
}

/* "Since 10:04" is this morning to whoever reads it. */
static void what_began_days_ago_has_its_date(void **state)
{
    struct world world;
    char line[200];
    (void)state;
    world_open(&world, WORLD_START);
    int64_t start = world.now_ms - 3 * MS_PER_DAY;
    const struct alert alert = alert_of("Disk fills up", start);
    int64_t card = put_card_of(&world, &alert);
    world_run(&world, 3);
    (void)snprintf(line, sizeof line,
                   "- Firing: **Disk fills up** since <t:%" PRId64
                   ":f> (robot)",
                   start / 1000);
    assert_non_null(strstr(text_of_card(&world, card).s, line));
    world.now_ms += MS_PER_DAY;
    int64_t end = world.now_ms;
    end_alert(&world, card);
    (void)snprintf(line, sizeof line,
                   "** from <t:%" PRId64 ":f> to <t:%" PRId64 ":f> (robot)",
                   start / 1000, end / 1000);
    assert_non_null(strstr(text_of_card(&world, card).s, line));
    world_close(&world);
}

/* Nothing has begun, and what is told again is not over. */
static void a_warning_neither_fires_nor_ends(void **state)
{
    struct world world;
    char line[200];
    (void)state;
    world_open(&world, WORLD_START);
    struct alert alert = alert_of("The certificate expires", 0);
    int64_t start = world.now_ms;
    alert.is_warning = true;
    int64_t card = put_card_of(&world, &alert);
    world_run(&world, 3);
    (void)snprintf(line, sizeof line,
                   "- Warning: **The certificate expires** at <t:%" PRId64
                   ":t> (robot)",
                   start / 1000);
    assert_non_null(strstr(text_of_card(&world, card).s, line));
    world.now_ms += 7 * MS_PER_DAY;
    int64_t again = world.now_ms;
    end_alert(&world, card);
    (void)snprintf(line, sizeof line,
                   "** at <t:%" PRId64 ":t> and again at <t:%" PRId64
                   ":f> (robot)\nNone of it goes on",
                   start / 1000, again / 1000);
    assert_non_null(strstr(text_of_card(&world, card).s, line));
    world_close(&world);
}

/* A service that came and went eight times: the ninth is why people look. */
static void what_fires_stands_above_what_is_over(void **state)
{
    struct world world;
    (void)state;
    world_open(&world, WORLD_START);
    int64_t id = put_card(&world, "Forum is down");
    for (int i = 1; i < 10; i++)
        add_alert(&world, id, i);
    end_alerts(&world, 1, 9, ALERT_END_TOLD);
    world_run(&world, 3);
    struct str text = text_of_card(&world, id);
    assert_true(str_starts(text, "- Firing: **alert 9** since"));
    assert_non_null(strstr(text.s, "\n- Over: **Forum is down** from"));
    assert_non_null(strstr(text.s, "\n- and 2 more\n"));
    world_close(&world);
}

/* Links of monitors hold whole queries, and Discord takes 4096 characters: what
 * is to be done about a storm stands there all the same. */
static void a_storm_with_long_links_still_says_what_to_do(void **state)
{
    struct world world;
    (void)state;
    world_open(&world, WORLD_START);
    int64_t id = put_card(&world, "Forum is down");
    for (int i = 1; i < 12; i++)
        add_alert(&world, id, i);
    world_run(&world, 3);
    struct str text = text_of_card(&world, id);
    assert_non_null(strstr(text.s, "**alert 7** since"));
    assert_non_null(strstr(text.s, "\n- and 4 more\n"));
    assert_true(str_ends(text, "`/incident link alerts:#1`"));
    for (const char *at = text.s; (at = strstr(at, "[details](")) != NULL; at++)
        assert_non_null(strstr(at, ">)"));
    world_close(&world);
}

/* Where it may not write, no entry of an incident can say so: the log does, and
 * the next alert tries again. */
static void a_channel_that_refuses_is_tried_again(void **state)
{
    struct world world;
    (void)state;
    world_open(&world, WORLD_START);
    world.trouble = TROUBLE_FORBIDDEN;
    world.trouble_at = POST_CARD;
    world.code = 50013;
    world.trouble_more = 2;
    int64_t id = put_card(&world, "Forum is down");
    world_run(&world, 3);
    assert_int_equal(world_message_count(&world, WORLD_ANNOUNCE), 1);
    assert_true(card_of(&world, id).message_id != 0);
    world_close(&world);
}

static bool shows(struct world *world, int64_t id, const char *words)
{
    char *text = cJSON_PrintUnformatted(
        world_message(world, card_of(world, id).message_id));
    bool found = strstr(text, words) != NULL;
    free(text);
    return found;
}

static void set_private(struct world *world, int64_t id, bool is_private)
{
    const struct incident in = world_incident(world, id);
    struct request request = {
        .kind = REQUEST_SET,
        .draft = {.is_private = is_private,
                  .severity = in.severity,
                  .type = in.type,
                  .title = str_of(in.title),
                  .recorder = {ACTOR_MEMBER, 77, STR("nova")}}};
    (void)world_take(world, id, &request);
    world_run(world, 3);
}

static struct incident declare_from(struct world *world, int64_t card)
{
    struct request request = {
        .kind = REQUEST_DECLARE,
        .draft = {.kind = EVENT_DECLARED,
                  .text = STR("Forum is down"),
                  .recorder = {ACTOR_MEMBER, 77, STR("nova")}},
        .guild_id = WORLD_GUILD,
        .origin_channel_id = WORLD_ORIGIN,
        .new_id = 2,
        .alert_card = card,
    };
    int64_t id = world_take(world, 0, &request);
    world_run(world, 3);
    return world_incident(world, id);
}

/* It names the incident that was declared from it, as long as everybody may
 * know of that. */
static void a_declared_card_follows_its_incident(void **state)
{
    struct world world;
    (void)state;
    world_open(&world, WORLD_START);
    char link[40];
    int64_t id = put_card(&world, "Forum is down");
    struct incident in = declare_from(&world, id);
    (void)snprintf(link, sizeof link, "follow it in <#%" PRIu64 ">",
                   in.live_channel_id);
    assert_true(shows(&world, id, "INC-2"));
    assert_true(shows(&world, id, link));
    set_private(&world, in.id, true);
    assert_false(shows(&world, id, "INC-"));
    assert_true(shows(&world, id, "Responders see to it."));
    set_private(&world, in.id, false);
    assert_true(shows(&world, id, link));
    world_close(&world);
}

static void forget_alerts(struct world *world)
{
    end_alerts(world, 1, 1, ALERT_END_TOLD);
    world->now_ms += 91 * MS_PER_DAY;
    assert_int_equal(store_begin(world->store), ERR_OK);
    assert_int_equal(store_forget_alerts(world->store, world->now_ms), ERR_OK);
    assert_int_equal(store_commit(world->store), ERR_OK);
}

/* The rooms of last year are deleted, which the cards that name them follow. */
static void a_card_keeps_the_words_of_what_was_forgotten(void **state)
{
    struct world world;
    (void)state;
    world_open(&world, WORLD_START);
    int64_t id = put_card(&world, "Forum is down");
    struct incident in = declare_from(&world, id);
    forget_alerts(&world);
    want(&world, id);
    world_run(&world, 3);
    assert_true(shows(&world, id, "Forum is down"));
    assert_true(shows(&world, id, "INC-2"));
    set_private(&world, in.id, true);
    assert_false(shows(&world, id, "INC-"));
    assert_true(shows(&world, id, "Responders see to it."));
    assert_false(shows(&world, id, "0 alerts"));
    world_close(&world);
}

/* Somebody tidies up: the buttons go, and nothing else. */
static void a_forgotten_card_is_ignored(void **state)
{
    struct world world;
    (void)state;
    world_open(&world, WORLD_START);
    int64_t id = put_card(&world, "Forum is down");
    world_run(&world, 3);
    assert_true(shows(&world, id, "Declare incident"));
    forget_alerts(&world);
    struct alert_card card = card_of(&world, id);
    card.state = ALERT_CARD_IGNORED;
    assert_int_equal(store_begin(world.store), ERR_OK);
    assert_int_equal(store_put_alert_card(world.store, &card, &id), ERR_OK);
    assert_int_equal(store_commit(world.store), ERR_OK);
    want(&world, id);
    world_run(&world, 3);
    assert_true(shows(&world, id, "Forum is down"));
    assert_false(shows(&world, id, "Declare incident"));
    world_close(&world);
}

/* Also when nothing is announced any more. */
static void a_card_goes_on_where_it_stands(void **state)
{
    static const uint64_t settings[] = {WORLD_ANNOUNCE_NEXT, 0};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct world world;
        world_open(&world, WORLD_START);
        int64_t id = put_card(&world, "Forum is down");
        world_run(&world, 3);
        world.set.announce_channel_id = settings[i];
        want(&world, id);
        world_run(&world, 3);
        assert_int_equal(card_of(&world, id).state, ALERT_CARD_OPEN);
        assert_int_equal(world_calls(&world, "PATCH /channels/1003/messages"),
                         1);
        assert_int_equal(world_message_count(&world, WORLD_ANNOUNCE_NEXT), 0);
        (void)put_card(&world, "Login is down");
        world_run(&world, 3);
        assert_int_equal(world_message_count(&world, WORLD_ANNOUNCE_NEXT),
                         settings[i] != 0);
        assert_int_equal(world_message_count(&world, WORLD_ANNOUNCE), 1);
        world_close(&world);
    }
}

/* An older channel is shut, or the setting's: the card stands elsewhere. */
static void past_a_shut_channel_a_card_is_edited(void **state)
{
    (void)state;
    for (int is_setting = 0; is_setting < 2; is_setting++) {
        struct world world;
        world_open(&world, WORLD_START);
        int64_t first = put_card(&world, "Forum is down");
        world_run(&world, 3);
        world.set.announce_channel_id = WORLD_ANNOUNCE_NEXT;
        int64_t second = put_card(&world, "Login is down");
        world_run(&world, 3);
        world.trouble = TROUBLE_FORBIDDEN;
        world.trouble_at = is_setting ? "PATCH /channels/1004/messages"
                                      : "PATCH /channels/1003/messages";
        world.code = 50001;
        world.set.announce_channel_id = is_setting ? WORLD_ANNOUNCE_NEXT : 0;
        int64_t start_ms = world.now_ms;
        want(&world, is_setting ? first : second);
        world_run(&world, 3);
        assert_int_equal(world.trouble, TROUBLE_NONE);
        assert_in_range(world.now_ms - start_ms, 0, MS_PER_MINUTE);
        assert_int_equal(world_message_count(&world, WORLD_ANNOUNCE), 1);
        assert_int_equal(world_message_count(&world, WORLD_ANNOUNCE_NEXT), 1);
        world_close(&world);
    }
}

/* It may stand in the one that is shut: nobody took it away. */
static void a_card_that_may_stand_is_not_ignored(void **state)
{
    (void)state;
    struct world world;
    world_open(&world, WORLD_START);
    int64_t first = put_card(&world, "Forum is down");
    world_run(&world, 3);
    world.set.announce_channel_id = WORLD_ANNOUNCE_NEXT;
    (void)put_card(&world, "Login is down");
    world_run(&world, 3);
    world.set.announce_channel_id = 0;
    world.trouble = TROUBLE_FORBIDDEN;
    world.trouble_at = "PATCH /channels/1003/messages";
    world.code = 50001;
    want(&world, first);
    world_run(&world, 3);
    assert_int_equal(card_of(&world, first).state, ALERT_CARD_OPEN);
    assert_int_equal(world_calls(&world, "PATCH /channels/1003/messages"), 2);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lost_answer_makes_no_second_card),
        cmocka_unit_test(one_that_never_came_is_posted),
        cmocka_unit_test(a_card_that_was_deleted_is_ignored),
        cmocka_unit_test(what_is_over_has_both_times),
        cmocka_unit_test(what_began_days_ago_has_its_date),
        cmocka_unit_test(a_warning_neither_fires_nor_ends),
        cmocka_unit_test(what_fires_stands_above_what_is_over),
        cmocka_unit_test(a_storm_with_long_links_still_says_what_to_do),
        cmocka_unit_test(a_channel_that_refuses_is_tried_again),
        cmocka_unit_test(a_declared_card_follows_its_incident),
        cmocka_unit_test(a_card_keeps_the_words_of_what_was_forgotten),
        cmocka_unit_test(a_forgotten_card_is_ignored),
        cmocka_unit_test(a_card_goes_on_where_it_stands),
        cmocka_unit_test(past_a_shut_channel_a_card_is_edited),
        cmocka_unit_test(a_card_that_may_stand_is_not_ignored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
