/* What the commands make of alerts, and who may read of them. */
#include "storage/alert_cards.h"
#include "storage/alerts.h"
#include "tests/lib/one_caller.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Began a minute ago; for an incident and a card, or 0. */
static void tells(const char *title, bool is_warning, int64_t incident_id,
                  int64_t card)
{
    const struct alert alert = {.is_warning = is_warning,
                                .source = STR("kuma"),
                                .key = str_of(title),
                                .is_firing = true,
                                .title = str_of(title),
                                .service = STR("forum"),
                                .started_ms = caller.now_ms - MS_PER_MINUTE};
    int64_t id = 0;
    assert_int_equal(store_begin(caller.store), ERR_OK);
    assert_int_equal(store_put_alert(caller.store, &alert, caller.now_ms, &id),
                     ERR_OK);
    assert_int_equal(store_put_alert_on_card(caller.store, id, card), ERR_OK);
    if (incident_id != 0)
        assert_int_equal(
            store_put_alert_in_incident(caller.store, id, incident_id, 7, true),
            ERR_OK);
    assert_int_equal(store_commit(caller.store), ERR_OK);
}

static void fires(const char *title, int64_t incident_id, int64_t card)
{
    tells(title, false, incident_id, card);
}

static int64_t opens_card(void)
{
    const struct alert_card card = {.opened_ms = NOW, .newest_ms = NOW};
    int64_t id = 0;
    assert_int_equal(store_begin(caller.store), ERR_OK);
    assert_int_equal(store_put_alert_card(caller.store, &card, &id), ERR_OK);
    assert_int_equal(store_commit(caller.store), ERR_OK);
    return id;
}

static int64_t declares(const char *title, bool is_private)
{
    struct interaction it = slash("incident declare");
    add_text(&it, "title", title);
    add_flag(&it, "private", is_private);
    (void)does(&it);
    return caller.taken.after.id;
}

/* Not even how many there are. */
static void a_private_incident_s_alerts_are_nobody_else_s_business(void **state)
{
    (void)state;
    int64_t hidden = declares("Leak", true);
    fires("Vault is open", hidden, 0);
    struct interaction it = slash("alert list");
    assert_string_equal(caller_does(&caller, &it),
                        "**What fires now**\n- **Vault is open** since 19:09 "
                        "UTC (<t:1670958540:t>) (kuma) · in **INC-1** as #7");
    it.user.id = DMA;
    assert_string_equal(caller_does(&caller, &it),
                        "**What fires now**\nNothing: no monitor reports an "
                        "alert.");
    fires("Forum is down", declares("Logins fail", false), 0);
    fires("Disk full, password=hunter2secret", 0, 3);
    tells("The certificate expires", true, 0, 4);
    assert_string_equal(
        caller_does(&caller, &it),
        "**What fires now**"
        "\n- **The certificate expires** was told at 19:09 UTC "
        "(<t:1670958540:t>) (kuma) · no incident has it (alerts #4)"
        "\n- **Disk full, password=\\[removed: a password\\]** since 19:09 UTC "
        "(<t:1670958540:t>) (kuma) · no incident has it (alerts #3)"
        "\n- **Forum is down** since 19:09 UTC (<t:1670958540:t>) (kuma) · in "
        "**INC-2** as #7");
}

/* As many as there are rows for, or room; what is left out is counted. The
 * oldest is short, but it stands below those that do not fit. */
static void a_long_list_ends_with_a_whole_line(void **state)
{
    static const struct {
        int count, title_bytes, shown;
    } cases[] = {{20, 2, 20}, {23, 2, 20}, {20, 110, 10}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char title[120], more[40] = "\n… and ";
        caller_teardown(NULL);
        caller_setup(NULL);
        for (int n = 0; n < cases[i].count; n++) {
            int bytes = n == 0 ? 2 : cases[i].title_bytes;
            (void)snprintf(title, sizeof title, "%0*d", bytes, n);
            fires(title, 0, 0);
        }
        struct interaction it = slash("alert list");
        const char *words = caller_does(&caller, &it);
        int lines = 0;
        for (const char *at = words; (at = strstr(at, "\n- **")) != NULL; at++)
            lines++;
        assert_int_equal(lines, cases[i].shown);
        (void)snprintf(more, sizeof more, "\n… and %d more.",
                       cases[i].count - cases[i].shown);
        if (cases[i].count == cases[i].shown)
            assert_null(strstr(words, "more."));
        else
            assert_says(words, more);
    }
}

static void alerts_are_declared_or_ignored(void **state)
{
    (void)state;
    int64_t card = opens_card(), other = opens_card();
    fires("Forum is slow", 0, card);
    struct interaction it = typing("incident declare", "alerts", "");
    assert_string_equal(caller_is_offered(&caller, &it), "#1\t#1 Forum is "
                                                         "slow\n");
    fires("Disk full", 0, other);
    fires("Disk fuller", 0, other);
    assert_string_equal(caller_is_offered(&caller, &it),
                        "#2\t#2 Disk full, and 1 more\n#1\t#1 Forum is "
                        "slow\n");
    fires("Disk fullest", 0, opens_card());
    it = slash("alert ignore");
    add_text(&it, "alerts", "#3");
    assert_says(does(&it), "Ignored: no incident gets alerts #3.");
    keeps_nothing(&it, "Somebody has seen to these alerts already");
    it = typing("incident declare", "alerts", "");
    assert_null(strstr(caller_is_offered(&caller, &it), "#3"));
    it = slash("alert ignore");
    add_text(&it, "alerts", "#99");
    keeps_nothing(&it, "There are no alerts of that number");
    it = button("1|incident declare|0|alerts=#1");
    assert_string_equal(caller_does(&caller, &it), ""); /* a form */
    assert_string_equal(caller_field(&caller, "title"), "Forum is slow");
    it = form("1|incident declare|0|alerts=#1");
    add_text(&it, "title", "The forum is slow");
    (void)does(&it);
    assert_text(kept()->service, "forum");
    it = slash("incident declare");
    add_text(&it, "title", "Images do not load");
    add_text(&it, "alerts", "#1");
    keeps_nothing(&it, "Somebody has seen to these alerts already");
    /* Asked about first, it still is of those alerts. */
    it = slash("incident declare");
    add_text(&it, "title", "The forum is slow");
    add_text(&it, "alerts", "#2");
    keeps_nothing(&it, "Is it the same?");
    (void)caller_presses(&caller, "Declare anyway");
    assert_true(caller.taken.accepted);
    struct alert_card seen;
    assert_int_equal(store_alert_card(caller.store, other, &seen), ERR_OK);
    assert_int_equal(seen.state, ALERT_CARD_DECLARED);
}

/* As the card in the announce channel, where the private address is what the
 * people on call must see. */
static void a_card_is_offered_with_its_address(void **state)
{
    (void)state;
    fires("Disk full on 10.0.0.7:9100", 0, opens_card());
    struct interaction it = typing("incident declare", "alerts", "");
    assert_string_equal(caller_is_offered(&caller, &it),
                        "#1\t#1 Disk full on 10.0.0.7:9100\n");
    it = button("1|incident declare|0|alerts=#1");
    assert_string_equal(caller_does(&caller, &it), ""); /* a form */
    assert_string_equal(caller_field(&caller, "title"),
                        "Disk full on 10.0.0.7:9100");
}

/* What is open already is what they are about. */
static void alerts_go_to_the_same_incident(void **state)
{
    uint64_t ids[] = {DMA};
    (void)state;
    (void)declares("The forum is slow", false);
    int64_t card = opens_card();
    fires("Forum is slow", 0, card);
    struct interaction it = form("1|incident declare|0|alerts=#1");
    add_text(&it, "title", "The forum is slow");
    keeps_nothing(&it, "Is it the same?");
    assert_non_null(caller_button(&caller, "It is the same: add my report"));
    assert_says(caller_presses(&caller, "It is the same: add the alerts"),
                "Alerts #1 go into the record of **INC-1**");
    struct alert_card seen;
    assert_int_equal(store_alert_card(caller.store, card, &seen), ERR_OK);
    assert_int_not_equal(seen.state, ALERT_CARD_OPEN);
    it = slash("incident declare");
    add_text(&it, "title", "The forum is slow");
    keeps_nothing(&it, "Is it the same?");
    assert_null(caller_button(&caller, "It is the same: add the alerts"));
    caller.config.access.allowed[RIGHT_RESPOND] = (struct id_list){ids, 1};
    it = form("1|incident declare|0|alerts=#1");
    add_text(&it, "title", "The forum is slow");
    (void)caller_does(&caller, &it);
    assert_null(caller_button(&caller, "It is the same: add the alerts"));
}

/* They have words of their own; those of a person are not lost on them. */
static void alerts_are_linked_without_a_text(void **state)
{
    (void)state;
    (void)declares("Logins fail", false);
    fires("Forum is slow", 0, opens_card());
    struct interaction it = slash("incident link");
    add_text(&it, "alerts", "#1");
    add_text(&it, "text", "Slow since the kernel was updated");
    keeps_nothing(&it, "Alerts come with words of their own");
    keeps_nothing(&it, "Slow since the kernel was updated");
    it.option_count = 1;
    assert_says(does(&it), "Alerts #1 go into the record of **INC-1**");
}

#define CASE(name)                                                             \
    cmocka_unit_test_setup_teardown(name, caller_setup, caller_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_private_incident_s_alerts_are_nobody_else_s_business),
        CASE(a_long_list_ends_with_a_whole_line),
        CASE(alerts_are_declared_or_ignored),
        CASE(a_card_is_offered_with_its_address),
        CASE(alerts_go_to_the_same_incident),
        CASE(alerts_are_linked_without_a_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
