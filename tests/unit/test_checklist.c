/*
 * What the checklist says of prose about the three real incidents. The posts
 * that people wrote about them were wrong in just these ways: a length that the
 * log contradicts, hosts that the timeline does not name.
 */
#include "bot/postmortem/checklist.h"
#include "tests/lib/replay.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum replay { DISK, QUEUES, CERTIFICATE };

static void add_plain(struct buf *out, struct str text)
{
    buf_add(out, text);
}

static struct buf findings_in(const struct record *record, const char *prose)
{
    struct checklist list;
    struct buf words = BUF_INIT(20000);
    assert_int_equal(
        postmortem_checklist(record->store, &record->in, str_of(prose), &list),
        ERR_OK);
    list.empty = 0;
    checklist_print(&list, add_plain, &words);
    return words;
}

static const struct {
    enum replay replay;
    const char *prose;
    const char *found; /* NULL: nothing */
} cases[] = {
    /* lengths */
    {DISK, "The service was down for 7 minutes.",
     "“7 minutes”; 13 minutes from impact start to resolved"},
    {DISK, "A seven-minute outage.",
     "“seven-minute”; 13 minutes from impact start to resolved"},
    {DISK, "The outage lasted about half an hour.",
     "“half an hour”; 13 minutes from impact start to resolved"},
    {DISK, "It took 2 hours to recover.",
     "“2 hours”; 13 minutes from impact start to resolved"},
    {DISK, "Everything was restored within 10 minutes.",
     "“10 minutes”; 13 minutes from impact start to resolved"},
    {DISK, "The monitor noticed it only 20 minutes in.",
     "“20 minutes”; 8 minutes from impact start to first machine alert"},
    {DISK, "We identified the cause after 3 minutes.",
     "“3 minutes”; 9 minutes from impact start to identified"},
    {DISK, "The service was down for 13 minutes.", NULL},
    {DISK, "The outage took about a quarter of an hour: 15 minutes or so.",
     NULL},
    {DISK, "We were down for almost 15 minutes.", NULL},
    {DISK, "Restored within the hour.", NULL},
    {DISK, "Back up in less than an hour. Down for more than 10 minutes.",
     NULL},
    {DISK, "The alert came eight minutes after people had noticed.", NULL},
    {DISK, "We identified the cause after 9 minutes.", NULL},
    {DISK, "Remove archive files older than 5 days when the disk is broken.",
     NULL},
    {DISK, "A script checks every 5 minutes whether it is down.", NULL},
    {DISK, "The meeting took 40 minutes.", NULL},
    {DISK, "On the day of the outage we took a second look.", NULL},
    {CERTIFICATE, "Restored within the hour, by our own account.", NULL},
    {QUEUES, "The outage lasted 5 hours.", NULL}, /* its end is not recorded */
    /* times and days */
    {DISK, "At 18:45 the first user wrote to us.",
     "“18:45”; no entry at that time; the nearest is 18:53: Slow responses "
     "reported in Discord"},
    {DISK, "At 18:53 UTC the first user wrote to us.", NULL},
    {DISK, "At 19:53 CET the first user wrote to us.", NULL},
    {DISK, "At 19:53 the first user wrote to us.",
     "“19:53”; no entry at that time; the nearest is 19:16: Announcement "
     "posted to the community"},
    {DISK, "The nightly job at 03:00 had filled the disk.", NULL},
    {DISK, "Every day at 18:30 it is cleaned up.", NULL},
    {CERTIFICATE, "At 02:17 the certificate was renewed.", NULL}, /* 02:XX */
    {DISK, "It happened on 2022-12-12.",
     "“2022-12-12”; the record is of Tuesday 2022-12-13"},
    {DISK, "It happened on December 14th, in the evening.",
     "“December 14th”; the record is of Tuesday 2022-12-13"},
    {DISK, "It happened on 13 December 2022.", NULL},
    {DISK, "The disk had been full once in 2022-03-01.", NULL},
    {DISK, "Everything is done by 2022-12-20, or until Dec 24.", NULL},
    {DISK, "On Monday evening everything was slow.",
     "“Monday”; the record is of Tuesday 2022-12-13"},
    {DISK, "On Tuesday evening everything was slow, until Friday.", NULL},
    {QUEUES, "From Friday to Sunday, nobody declared it.", NULL},
    {QUEUES, "On Wednesday we noticed.",
     "“Wednesday”; the record is of Friday 2022-12-16 to Sunday 2022-12-18"},
    /* hosts */
    {QUEUES, "The file `.env.production` was wrong on fritz and franz.",
     "“fritz”; the entry of 20:32 names 2: cdn-frankfurt-1, franz"},
    {QUEUES, "`.env.production` was wrong on cdn-frankfurt-1 and franz.", NULL},
    {QUEUES, "The `.env.production` on cdn-frankfurt-2 was wrong.",
     "“cdn-frankfurt-2”; the record never names it, but fritz, "
     "cdn-frankfurt-1, franz"},
    {QUEUES, "Rules on fritz were rewritten.", NULL},
    {CERTIFICATE, "The certificate was copied to cdn-frankfurt-1 and shop-1.",
     "“shop-1”; the record never names it, but cdn-frankfurt-1, "
     "cdn-fremont-1, sally, esme"},
    {CERTIFICATE, "It was copied to sally, esme and cdn-fremont-1.", NULL},
    {DISK, "On fritz Redis failed.", NULL},
    {DISK, "In UTF-8, see INC-12 and utf-8.", NULL},
    /* how many */
    {CERTIFICATE, "The certificate was copied to three servers.",
     "“three servers”; the entry of 02:XX names 4: cdn-frankfurt-1, "
     "cdn-fremont-1, sally, esme"},
    {CERTIFICATE, "The certificate was copied to four servers.", NULL},
    {CERTIFICATE, "Seven CDN servers serve media.",
     "“Seven CDN servers”; the record names 4: cdn-frankfurt-1, "
     "cdn-fremont-1, sally, esme"},
    {QUEUES, "A wrong `.env.production` on two hosts.", NULL},
    {QUEUES, "A wrong `.env.production` on three hosts.",
     "“three hosts”; the entry of 20:32 names 2: cdn-frankfurt-1, franz"},
    {DISK, "We have three servers.", NULL},
    /* people */
    {DISK, "@malte_j deleted the archive, and @quintessence led.",
     "“@quintessence”; the people of the record are nova, dma, "
     "UptimeRobot, malte_j"},
    {DISK, "Follow @nova@social.example.org or write to a@example.org.", NULL},
};

static void finds_what_the_record_contradicts(void **state)
{
    struct record records[REPLAYS];
    (void)state;
    void *folders[REPLAYS];
    for (int i = 0; i < REPLAYS; i++) {
        assert_int_equal(scratch_setup(&folders[i]), 0);
        records[i] = replay_play(folders[i], replay_names[i]);
    }
    int wrong = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf found =
            findings_in(&records[cases[i].replay], cases[i].prose);
        struct buf expected = BUF_INIT(2000);
        if (cases[i].found != NULL)
            buf_addf(&expected, "- [ ] page: %s\n", cases[i].found);
        if (strcmp(buf_text(&found), buf_text(&expected)) != 0) {
            print_error("%s\n  finds    %s\n  expected %s\n", cases[i].prose,
                        buf_text(&found), buf_text(&expected));
            wrong++;
        }
        buf_release(&found);
        buf_release(&expected);
    }
    for (int i = 0; i < REPLAYS; i++) {
        record_close(&records[i]);
        assert_int_equal(scratch_teardown(&folders[i]), 0);
    }
    assert_int_equal(wrong, 0);
}

/* What the teams themselves wrote of these three is true. */
static void is_silent_on_the_incidents_themselves(void **state)
{
    (void)state;
    static const char *const written[REPLAYS] = {
        "A full root filesystem on the primary database server stopped Redis "
        "from persisting, and that turned into 5XX at the edge.\n\nThere was a "
        "place to organise and people on standby. Responded and recovered "
        "fast. Documented within the hour. Unclear who can update the status "
        "page. Unclear where Redis runs and what depends on it.",
        "A wrong `.env.production` on two hosts (`<S3_ENABLED=FALSE>` and a "
        "misnamed `3_BUCKET` key). Suspected: growth in usage, and queues "
        "without priority.\n\nMedia cache fixed, and an early warning of a "
        "larger risk. Nobody declared an incident. Notes were informal, late "
        "or missing. The state of production after the incident is unknown. "
        "Plans for improvements were made before the service was stable.",
        "Certificates are renewed by hand and the expiry notice was missed. "
        "Reported quickly; restored within the hour by the team's own "
        "account. Certificates are now in an even messier state. No alert "
        "said that images were broken. It cost people their evening. Someone "
        "who knew the servers still had access.",
    };
    for (int i = 0; i < REPLAYS; i++) {
        void *folder;
        assert_int_equal(scratch_setup(&folder), 0);
        struct record record = replay_play(folder, replay_names[i]);
        struct buf found = findings_in(&record, written[i]);
        assert_string_equal(buf_text(&found), "");
        buf_release(&found);
        record_close(&record);
        assert_int_equal(scratch_teardown(&folder), 0);
    }
}

static void write_section(struct record *record, enum section section,
                          const char *text)
{
    struct request request = {
        .kind = REQUEST_WRITE,
        .draft = {.actor = {ACTOR_MEMBER, 7, STR("nova")},
                  .recorder = {ACTOR_MEMBER, 7, STR("nova")},
                  .section = section,
                  .text = str_of(text)}};
    (void)record_add(record, request);
}

static void says_where_it_stands(void **state)
{
    struct record record = replay_play(*state, replay_names[DISK]);
    struct checklist list;
    struct buf words = BUF_INIT(20000);
    write_section(&record, SECTION_SUMMARY, "We were down for\n7 minutes.");
    write_section(&record, SECTION_LUCKY, "It was Sunday.");
    assert_int_equal(
        postmortem_checklist(record.store, &record.in, STR_NONE, &list),
        ERR_OK);
    assert_false(checklist_is_done(&list));
    checklist_print(&list, add_plain, &words);
    assert_string_equal(
        buf_text(&words),
        "- [ ] Write: impact\n"
        "- [ ] Write: causes\n"
        "- [ ] Write: what went well\n"
        "- [ ] Write: what went poorly\n"
        "- [ ] summary: “7 minutes”; 13 minutes from impact start to "
        "resolved\n"
        "- [ ] where we were lucky: “Sunday”; the record is of Tuesday "
        "2022-12-13\n");
    buf_release(&words);
    record_close(&record);
}

static void says_which_times_cannot_be(void **state)
{
    struct record record = replay_play(*state, replay_names[DISK]);
    record.in.milestones[MILESTONE_RESOLVED].from_ms -= MS_PER_DAY;
    record.in.milestones[MILESTONE_RESOLVED].to_ms -= MS_PER_DAY;
    struct buf found = findings_in(&record, "");
    assert_non_null(strstr(buf_text(&found),
                           "- [ ] resolved: “2022-12-12 19:06 UTC”; before the "
                           "impact start, 2022-12-13 18:53 UTC: one of them is "
                           "wrong\n"));
    buf_release(&found);
    record_close(&record);
}

/* What only a private entry says is not told. */
static void tells_nothing_private(void **state)
{
    struct record record = replay_play(*state, replay_names[DISK]);
    struct request secret = record_said(&record, EVENT_NOTE, "19:10",
                                        "SecretName", "On secret-1 it is");
    secret.draft.visibility = VISIBILITY_PRIVATE;
    secret.draft.actor = secret.draft.recorder =
        (struct actor){ACTOR_MEMBER, 9, STR("SecretName")};
    (void)record_add(&record, secret);
    struct buf found = findings_in(
        &record, "On shop-9, at 19:12, @somebody saw three servers.");
    assert_non_null(strstr(buf_text(&found), "shop-9"));
    assert_null(strstr(buf_text(&found), "ecret"));
    buf_release(&found);
    record_close(&record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_the_record_contradicts),
        cmocka_unit_test(is_silent_on_the_incidents_themselves),
        cmocka_unit_test_setup_teardown(says_where_it_stands, scratch_setup,
                                        scratch_teardown),
        cmocka_unit_test_setup_teardown(says_which_times_cannot_be,
                                        scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(tells_nothing_private, scratch_setup,
                                        scratch_teardown),
    };
    return cmocka_run_group_tests_name("checklist", tests, NULL, NULL);
}
