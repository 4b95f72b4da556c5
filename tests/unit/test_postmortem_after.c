/*
 * What the page says once people have corrected, settled, handed over, reopened
 * and written: the record as it stands, and the same bytes each time.
 */
#include "bot/outbox/pull_text.h"
#include "tests/lib/golden.h"
#include "tests/lib/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct request plain(enum request_kind kind)
{
    return (struct request){
        .kind = kind,
        .draft = {.actor = {ACTOR_MEMBER, 7, STR("nova")},
                  .recorder = {ACTOR_MEMBER, 7, STR("nova")}}};
}

static void move(struct record *record, enum incident_state to,
                 const char *text)
{
    struct request request = plain(REQUEST_MOVE);
    request.draft.state_to = to;
    request.draft.text = str_of(text);
    (void)record_add(record, request);
    record->now_ms += 10 * MS_PER_MINUTE;
}

static void settle(struct record *record, int64_t seq,
                   enum settlement settlement, const char *text)
{
    struct request request = plain(REQUEST_SETTLE);
    request.draft.target = seq;
    request.draft.settlement = settlement;
    request.draft.text = str_of(text);
    (void)record_add(record, request);
}

static void write_section(struct record *record, enum section section,
                          const char *text)
{
    struct request request = plain(REQUEST_WRITE);
    request.draft.section = section;
    request.draft.text = str_of(text);
    (void)record_add(record, request);
}

static int64_t change(struct record *record, const char *what)
{
    struct request request =
        record_said(record, EVENT_CHANGE, NULL, "@nova", "");
    request.draft.change_what = str_of(what);
    request.draft.change_where = STR("cdn-1");
    request.draft.change_from = STR("60");
    request.draft.change_to = STR("6|00");
    request.draft.change_temporary = true;
    return record_add(record, request);
}

static void correct(struct record *record)
{
    int64_t wrong =
        record_say(record, EVENT_NOTE, "20:02", "@nova", "Wrong words");
    int64_t gone = record_say(record, EVENT_NOTE, "20:03", "@nova", "Struck");
    record_attach(record, gone, "struck.txt", STR("StruckBytes"));
    struct request edit = record_said(record, EVENT_NOTE, "20:01", "@dma",
                                      "Right words, and the right time");
    edit.kind = REQUEST_EDIT;
    edit.draft.entry_kind = EVENT_NOTE;
    edit.draft.target = wrong;
    (void)record_add(record, edit);
    struct request strike = plain(REQUEST_STRIKE);
    strike.draft.target = gone;
    strike.draft.text = STR("It was another server");
    (void)record_add(record, strike);
}

static void act(struct record *record)
{
    struct request request = plain(REQUEST_ITEM);
    request.draft.text = STR("Alert on | disk space");
    request.draft.item_kind = ITEM_KIND_DETECT;
    request.draft.due_ms = civil_day_start(record->now_ms) + 9 * MS_PER_DAY;
    request.draft.link = STR("https://issues.example.org/7");
    request.draft.holder = (struct actor){ACTOR_MEMBER, 8, STR("dma")};
    int64_t item = record_add(record, request);
    request.draft.target = item;
    request.draft.item_state = ITEM_DONE;
    request.draft.link = STR_NONE;
    request.draft.text = STR("It woke us on Monday");
    (void)record_add(record, request);
    request = plain(REQUEST_LINK);
    request.draft.link = request.draft.origin =
        STR("https://issues.example.org/7");
    request.draft.text = STR("The issue");
    (void)record_add(record, request);
    request = plain(REQUEST_LINK);
    request.draft.service = STR("forum_eu");
    (void)record_add(record, request);
}

/* Put on the record from a message: the page does not lead there. */
static void keep_message(struct record *record)
{
    struct request request =
        record_said(record, EVENT_NOTE, "20:04", "@dma", "From a message");
    request.draft.link = request.draft.origin =
        STR("https://discord.com/channels/1/2/3");
    (void)record_add(record, request);
}

static void hand_over(struct record *record)
{
    struct request request = plain(REQUEST_HANDOFF);
    request.draft.holder = (struct actor){ACTOR_MEMBER, 8, STR("dma")};
    request.draft.text = STR("Rolling restart under way");
    request.draft.brief_needs = STR("Somebody awake at six");
    request.draft.snapshot = STR("identified, SEV3");
    (void)record_add(record, request);
}

static void tell_the_story(struct record *record)
{
    struct request request = plain(REQUEST_SET);
    incident_set_draft(&record->in, &request.draft);
    request.draft.severity = SEVERITY_1;
    (void)record_add(record, request);
    correct(record);
    keep_message(record);
    int64_t kept = change(record, "TTL");
    int64_t open = change(record, "Workers");
    int64_t idea = record_say(record, EVENT_IDEA, NULL, "@dma", "Two disks");
    hand_over(record);
    move(record, STATE_RESOLVED, "First words");
    move(record, STATE_INVESTIGATING, "It is back");
    move(record, STATE_RESOLVED, "Last words");
    settle(record, kept, SETTLEMENT_KEPT, "");
    settle(record, idea, SETTLEMENT_MADE_ITEM, "Buy a second disk");
    assert_true(open > kept);
    act(record);
    write_section(record, SECTION_IMPACT, "All of <them>.\n\nFor an hour.");
    write_section(record, SECTION_CAUSES, "A *full* disk.");
    write_section(record, SECTION_WENT_WELL, "Taken back below.");
    write_section(record, SECTION_WENT_WELL, " ");
    write_section(record, SECTION_LUCKY, "It was Sunday.");
}

static struct record drill(const struct scratch *scratch)
{
    struct record record = {.store = scratch_open(scratch),
                            .now_ms = SCRATCH_NOW_MS};
    struct request declared = scratch_declare(12, "Disk full");
    declared.draft.is_drill = true;
    (void)record_add(&record, declared);
    return record;
}

static void shows_the_record_as_it_stands(void **state)
{
    struct record record = drill(*state);
    tell_the_story(&record);
    struct buf page = record_page(&record), again = record_page(&record);
    golden_text("postmortem_after.md", buf_str(&page));
    assert_string_equal(buf_text(&page), buf_text(&again));
    static const char *const gone[] = {"Wrong words", "Struck", "struck.txt",
                                       "Taken back below"};
    for (size_t i = 0; i < sizeof gone / sizeof gone[0]; i++)
        assert_null(strstr(buf_text(&page), gone[i]));
    buf_release(&page);
    buf_release(&again);
    record_close(&record);
}

/* People's own words open the page, in place of the last ones of the room,
 * which are said in the timeline then; else it tells only when that was. */
/* Of a write-up, the day of writing is no beginning, nor is one of its notes.
 */
static void a_beginning_that_nobody_told_is_not_recorded(void **state)
{
    struct record record = record_new(*state, "Disk full");
    (void)record_say(&record, EVENT_NOTE, "2022-12-05 18:40", "nova",
                     "No space left");
    struct buf page = record_page(&record);
    assert_non_null(strstr(buf_text(&page),
                           "SEV2 service incident whose times are not "
                           "recorded: what people"));
    buf_release(&page);
    record_resolve(&record, "2022-12-05 19:10", "Freed the disk");
    page = record_page(&record);
    assert_non_null(strstr(buf_text(&page),
                           "SEV2 service incident until **2022-12-05 19:10** "
                           "UTC; when it began is not recorded: what people"));
    buf_release(&page);
    (void)record_say(&record, EVENT_REPORT, "2022-12-05 18:50", "dma",
                     "Uploads fail");
    page = record_page(&record);
    assert_non_null(strstr(buf_text(&page),
                           "incident, from **2022-12-05 18:50** to "
                           "**2022-12-05 19:10** UTC, 20 minutes: what"));
    buf_release(&page);
    record_close(&record);
}

static void a_written_summary_opens_the_page(void **state)
{
    struct record record = record_new(*state, "Disk full");
    record_resolve(&record, "20:16", "Freed the disk");
    struct buf before = record_page(&record);
    assert_non_null(strstr(buf_text(&before), "\n\nFreed the disk\n"));
    assert_non_null(
        strstr(buf_text(&before), "- **20:16** `@nova` *(now resolved)*"));
    write_section(&record, SECTION_SUMMARY, "A log filled the disk.");
    struct buf after = record_page(&record);
    assert_non_null(strstr(buf_text(&after), "\n\nA log filled the disk.\n"));
    assert_non_null(strstr(buf_text(&after),
                           "- **20:16** `@nova` Freed the disk"
                           " *(now resolved)*"));
    buf_release(&before);
    buf_release(&after);
    record_close(&record);
}

/* Of several resolutions the last one's, as the form and the pull request have
 * it: words of one that did not hold are no summary. */
static void the_last_resolution_opens_the_page(void **state)
{
    struct record record = record_new(*state, "Disk full");
    record_resolve(&record, "20:16", "Freed the disk");
    record.now_ms += 30 * MS_PER_MINUTE;
    move(&record, STATE_NONE, "All caches are warm again");
    struct buf page = record_page(&record);
    assert_non_null(strstr(buf_text(&page), "\n\nFreed the disk\n"));
    assert_non_null(
        strstr(buf_text(&page), "- **20:16** `@nova` *(now resolved)*"));
    assert_non_null(
        strstr(buf_text(&page), "All caches are warm again *(update)*"));
    buf_release(&page);
    move(&record, STATE_INVESTIGATING, "It is back");
    move(&record, STATE_RESOLVED, "");
    page = record_page(&record);
    assert_null(strstr(buf_text(&page), "\n\nFreed the disk\n"));
    assert_non_null(strstr(buf_text(&page), "Freed the disk *(now resolved)*"));
    buf_release(&page);
    record_close(&record);
}

/* Nobody told when it was resolved: its words are on the page all the same. */
static void a_write_up_keeps_the_words_of_its_resolution(void **state)
{
    struct record record = record_new(*state, "Disk full");
    (void)record_say(&record, EVENT_NOTE, "2022-12-01 10:00", "@nova", "Full");
    (void)record_say(&record, EVENT_NOTE, "2022-12-01 11:00", "@nova", "Empty");
    record_resolve(&record, NULL, "Freed the disk");
    struct buf page = record_page(&record);
    assert_non_null(strstr(buf_text(&page), "\n\nFreed the disk\n"));
    assert_null(strstr(buf_text(&page), "now resolved"));
    buf_release(&page);
    write_section(&record, SECTION_SUMMARY, "A log filled the disk.");
    page = record_page(&record);
    assert_non_null(strstr(buf_text(&page), "Freed the disk *(now resolved)*"));
    buf_release(&page);
    record_close(&record);
}

/* Words of a resolution that became private are told nobody, and no former ones
 * in their place. */
static void a_private_resolution_is_no_summary(void **state)
{
    struct record record = record_new(*state, "Disk full");
    struct request edit = plain(REQUEST_EDIT);
    struct buf body = BUF_INIT(10000);
    bool is_done;
    move(&record, STATE_RESOLVED, "Freed the disk");
    move(&record, STATE_INVESTIGATING, "It is back");
    move(&record, STATE_RESOLVED, "Blocked the account of finch");
    edit.draft.kind = EVENT_EDIT;
    edit.draft.entry_kind = EVENT_STATE;
    edit.draft.state_from = STATE_INVESTIGATING;
    edit.draft.state_to = STATE_RESOLVED;
    edit.draft.target = record.in.last_seq;
    edit.draft.occurred = when_exact(record.now_ms);
    edit.draft.text = STR("Blocked the account of finch");
    edit.draft.visibility = VISIBILITY_PRIVATE;
    (void)record_add(&record, edit);
    struct buf page = record_page(&record);
    assert_null(strstr(buf_text(&page), "finch"));
    assert_null(strstr(buf_text(&page), "\n\nFreed the disk\n"));
    assert_int_equal(pull_text_body(record.store, &record.in, &body, &is_done),
                     ERR_OK);
    assert_null(strstr(buf_text(&body), "finch"));
    assert_non_null(strstr(buf_text(&body), "No summary was written yet."));
    buf_release(&page);
    buf_release(&body);
    record_close(&record);
}

static void roles_have_the_names_that_people_use(void **state)
{
    static const char *const names[ROLE_COUNT] = {[ROLE_COMMANDER] =
                                                      "incident lead"};
    struct record record = record_new(*state, "Disk full");
    struct request request = plain(REQUEST_ASSIGN);
    request.draft.role = ROLE_COMMANDER;
    request.draft.holder = (struct actor){ACTOR_MEMBER, 7, STR("nova")};
    (void)record_add(&record, request);
    struct postmortem_settings settings = record_settings;
    struct buf page = BUF_INIT(1u << 20), why = BUF_INIT(300);
    settings.role_names = names;
    assert_int_equal(
        postmortem_render(record.store, &record.in, &settings, &page, &why),
        ERR_OK);
    assert_non_null(strstr(buf_text(&page), "takes the incident lead role"));
    assert_non_null(strstr(buf_text(&page), "| Incident lead | @nova, from"));
    buf_release(&page);
    buf_release(&why);
    record_close(&record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
        TEST(shows_the_record_as_it_stands),
        TEST(a_beginning_that_nobody_told_is_not_recorded),
        TEST(a_written_summary_opens_the_page),
        TEST(the_last_resolution_opens_the_page),
        TEST(a_write_up_keeps_the_words_of_its_resolution),
        TEST(a_private_resolution_is_no_summary),
        TEST(roles_have_the_names_that_people_use),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
