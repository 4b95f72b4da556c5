/*
 * Which entries get a hint that they say little, and which words it names.
 */
#include "bot/core/hints.h"

/* clang-format off */
#include <stdarg.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

static const struct {
    const char *text;
    const char *vague; /* NULL: nothing is said about it */
} actions[] = {
    {"Tweaks and tunes the queues", "Tweaks"},
    {"tweaked the CDNs", "tweaked"},
    {"Tweaking sidekiq", "Tweaking"},
    {"tuned the queues", "tuned"},
    {"Fixed it", "Fixed it"},
    {"I think that fixes it.", "fixes it"},
    {"fixed  the issue", "fixed  the issue"},
    {"Restarted some services", "some"},
    {"Cleaned up various files", "various"},
    {"did stuff on the CDNs", "stuff"},
    {"Made things better", "things"},
    {"Cleaned up a bit", "a bit"},
    {"Messed with nginx", "Messed with"},
    {"PLAYED WITH the rules", "PLAYED WITH"},
    {"changed settings", "changed settings"},
    {"changes the config of nginx", "changes the config"},
    {"restarted everything", "restarted everything"},
    {"Poked at redis", "Poked at"},
    {"tweaked nginx on all nodes", "tweaked"},
    {"tweaked nginx on the CDNs", "tweaked"},
    {"reloaded nginx, postfix etc.", "etc"},
    /* said definitely enough */
    {"Archive deleted", NULL},
    {"Renewed the certificate", NULL},
    {"Reloading services to drain the queues", NULL},
    {"Copied the certificate to cdn-frankfurt-1, sally and esme", NULL},
    {"Rewrote the nginx `location{}` blocks on fritz; no effect", NULL},
    {"Point the media record back at the CDN", NULL},
    {"Tweaked worker_connections to 4096", NULL},
    {"Tweaked `keepalive_timeout`", NULL},
    {"tweaked the queues on fritz", NULL},
    {"tweaked /etc/nginx/nginx.conf", NULL},
    {"fixed it in media.example.org", NULL},
    {"set \xE2\x80\x9Csome value\xE2\x80\x9D", NULL},
    {"set S3_ENABLED=TRUE and something else", NULL},
    /* other words that contain these, or stand apart */
    {"Fixed. It works again", NULL},
    {"It is handsome", NULL},
    {"Restarted the tun device", NULL},
    {"Fortune smiles", NULL},
    {"Stuffed the queue", NULL},
    {"Replaying the log", NULL},
    {"Sent a message with the log", NULL},
    {"Switched the lights off", NULL},
    {"", NULL},
    {"...", NULL},
};

static void vague_actions_are_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        struct str text = str_of(actions[i].text);
        struct str vague = hint_vague(EVENT_ACTION, text);
        const char *want = actions[i].vague == NULL ? "" : actions[i].vague;
        if (!str_is(vague, want))
            fail_msg("\"%s\": \"%.*s\" is named, not \"%s\"", actions[i].text,
                     STR_ARG(vague), want);
    }
}

static void only_actions_and_changes_get_a_hint(void **state)
{
    (void)state;
    struct str text = STR("tweaked the CDNs");
    for (int kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        bool wanted = kind == EVENT_ACTION || kind == EVENT_CHANGE;
        assert_int_equal(hint_vague((enum event_kind)kind, text).n > 0, wanted);
    }
}

static void the_words_are_part_of_the_text(void **state)
{
    (void)state;
    const char *text = "then tweaked it";
    struct str vague = hint_vague(EVENT_CHANGE, str_of(text));
    assert_ptr_equal(vague.s, text + 5);
    assert_null(hint_vague(EVENT_CHANGE, STR_NONE).s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vague_actions_are_named),
        cmocka_unit_test(only_actions_and_changes_get_a_hint),
        cmocka_unit_test(the_words_are_part_of_the_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
