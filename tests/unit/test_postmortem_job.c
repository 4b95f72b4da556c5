#include "bot/postmortem/escape.h"
#include "tests/lib/record.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define DAY INT64_C(1670889600000) /* 2022-12-13T00:00:00Z */

static struct incident incident(const char *title)
{
    struct incident in = {.id = 12, .first_event_ms = DAY + 68000000};
    str_copy_to(in.title, str_of(title));
    in.milestones[MILESTONE_RESOLVED] = when_exact(DAY + 69360999);
    return in;
}

static void names_are_plain(void **state)
{
    (void)state;
    static const struct {
        const char *title, *name;
    } cases[] = {
        {"Global outage: 504 timeouts",
         "2022-12-13-global-outage-504-timeouts"},
        {"  --Hello,   World!  ", "2022-12-13-hello-world"},
        {"Stra\xC3\x9F"
         "e \xC3\x86rger na\xC3\xAFve \xC5\x81\xC3\xB3"
         "d\xC5\xBA \xC5\x92uvre",
         "2022-12-13-strasse-aerger-naive-lodz-oeuvre"},
        {"\xE5\x81\x9C\xE6\xAD\xA2", "2022-12-13-incident-12"},
        {"\xF0\x9F\x94\xA5\xF0\x9F\x94\xA5 fire", "2022-12-13-fire"},
        {"../../etc/passwd {n} {slug}", "2022-12-13-etc-passwd-n-slug"},
        {"", "2022-12-13-incident-12"},
        /* The branch's name stands in the live room. */
        {"Login fails with password=hunter22secret",
         "2022-12-13-login-fails-with-password-removed-a-password"},
        {"Degraded service: media caching and queue latency in every region",
         "2022-12-13-degraded-service-media-caching-and-queue-latency-in-"
         "every"},
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         "2022-12-13-"
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf name = BUF_INIT(200);
        struct incident in = incident(cases[i].title);
        postmortem_name(&in, &name);
        assert_string_equal(buf_text(&name), cases[i].name);
        buf_release(&name);
    }
}

static void a_published_name_stays(void **state)
{
    (void)state;
    struct buf name = BUF_INIT(200);
    struct incident in = incident("A new title");
    str_copy_to(in.postmortem_ref, STR("postmortem/2022-12-12-slow-2"));
    postmortem_name(&in, &name);
    assert_string_equal(buf_text(&name), "2022-12-12-slow-2");
    buf_release(&name);
}

static const struct postmortem_file charts[] = {
    {"chart-1.svg", {"<svg/>", 6}, true},
    {"chart-1.png", {"\x89PN\0G", 5}, false},
};
static const struct postmortem_files files = {charts, 2};

static cJSON *job_of(const struct incident *in, const char *path)
{
    struct buf out = BUF_INIT(10000);
    struct postmortem_settings settings = record_settings;
    settings.path = path;
    postmortem_job(in, &settings, STR("The page\n"), &files, &out);
    cJSON *job = cJSON_Parse(buf_text(&out));
    assert_non_null(job);
    buf_release(&out);
    return job;
}

static void member_is(const cJSON *job, const char *name, const char *expected)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(job, name);
    assert_true(cJSON_IsString(item));
    assert_string_equal(item->valuestring, expected);
}

static void job_tells_the_helper_all(void **state)
{
    (void)state;
    struct incident in = incident("Slow");
    cJSON *job = job_of(&in, record_settings.path);
    member_is(job, "repository", "postmortems.git");
    member_is(job, "base", "main");
    member_is(job, "branch", "postmortem/2022-12-13-slow{n}");
    member_is(job, "path",
              "content/en/blog/incidents/2022-12-13-slow{n}/index.md");
    member_is(job, "message", "postmortem: Slow (INC-12)\n");
    member_is(job, "mark", "<!-- opsroom: INC-12 -->");
    member_is(job, "content", "The page\n");
    member_is(job, "author_name", "opsroom");
    member_is(job, "author_email", "opsroom@example.org");
    const cJSON *time = cJSON_GetObjectItemCaseSensitive(job, "time");
    assert_true(cJSON_IsNumber(time));
    assert_int_equal((int64_t)time->valuedouble, (DAY + 69360000) / 1000);
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(job, "files");
    char *beside = cJSON_PrintUnformatted(list);
    assert_string_equal(
        beside, "[{\"path\":\"content/en/blog/incidents/2022-12-13-slow{n}/"
                "chart-1.svg\",\"text\":\"<svg/>\"},"
                "{\"path\":\"content/en/blog/incidents/2022-12-13-slow{n}/"
                "chart-1.png\",\"base64\":\"iVBOAEc=\"}]");
    cJSON_free(beside);
    cJSON_Delete(job);
}

static void paths_follow_their_pattern(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *path;
    } cases[] = {
        {"{slug}.md", "slow{n}.md"},
        {"incidents/{id}/{date}.md", "incidents/12/2022-12-13.md"},
        {"{unknown}/{date", "{unknown}/{date"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct incident in = incident("Slow");
        cJSON *job = job_of(&in, cases[i].pattern);
        member_is(job, "path", cases[i].path);
        cJSON_Delete(job);
    }
}

static void messages_touch_nobody(void **state)
{
    (void)state;
    struct incident in =
        incident("@nova fixes #217\nsee https://example.org/1 a@b 18:53");
    cJSON *job = job_of(&in, "{slug}.md");
    member_is(job, "message",
              "postmortem: @ nova fixes # 217 see https: //example.org/1 a@ b "
              "18:53 (INC-12)\n");
    cJSON_Delete(job);
}

static void reads_what_the_helper_did(void **state)
{
    (void)state;
    struct postmortem_result result;
    struct postmortem_failure failure = {.words = BUF_INIT(1000)};
    assert_int_equal(
        postmortem_result_read(
            STR("{\"commit\":\"abc\",\"branch\":\"postmortem/x\","
                "\"unchanged\":true,\"path\":\"a/b.md\",\"base_commit\":\"b\","
                "\"merged_commit\":\"m\",\"conflicts\":["
                "{\"block\":\"timeline\",\"ours\":\"1\",\"theirs\":\"2\"},"
                "{\"block\":\"timeline\",\"ours\":\"3\",\"theirs\":\"2\"},"
                "{\"block\":\"causes\",\"ours\":\"1\",\"theirs\":\"2\"}]}\n"),
            &record_settings, &result, &failure),
        ERR_OK);
    assert_string_equal(result.commit, "abc");
    assert_string_equal(result.branch, "postmortem/x");
    assert_string_equal(result.path, "a/b.md");
    assert_string_equal(result.base_commit, "b");
    assert_string_equal(result.merged_commit, "m");
    assert_true(result.unchanged);
    assert_int_equal(result.conflict_count, 3);
    assert_string_equal(result.conflicts[0].block, "timeline");
    assert_string_equal(result.conflicts[0].key, result.conflicts[1].key);
    assert_string_not_equal(result.conflicts[0].key, result.conflicts[2].key);
    assert_int_equal(
        postmortem_result_read(STR("{\"branch\":\"postmortem/x\"}"),
                               &record_settings, &result, &failure),
        ERR_OK);
    assert_string_equal(result.commit, "");
    assert_int_equal(failure.words.n, 0);
    buf_release(&failure.words);
}

static void says_what_failed_and_what_to_do(void **state)
{
    (void)state;
    static const struct {
        const char *output, *words;
        bool may_pass, has_waited;
    } cases[] = {
        {"{\"error\":\"r.git: No space left on device.\","
         "\"reason\":\"disk_full\",\"retry\":true}",
         "r.git: No space left on device. Make room there", true, false},
        {"{\"error\":\"no\",\"reason\":\"auth\",\"retry\":false}",
         "no. See [postmortem] user and token_file", false, false},
        {"{\"error\":\"no\",\"reason\":\"host_key\",\"retry\":false}",
         "no. See [postmortem] host_key", false, false},
        {"{\"error\":\"late\",\"reason\":\"timeout\",\"retry\":true}", "late",
         true, true},
        {"", "opsroom-git gave no result: ", true, false},
        {"it was killed", "opsroom-git gave no result: it was killed", true,
         false},
        {"{\"commit\":\"abc\"}",
         "opsroom-git gave no result: {\"commit\":\"abc\"}", true, false},
        {"{\"commit\":\"0123456789012345678901234567890123456789012345678\","
         "\"branch\":\"x\"}",
         "opsroom-git gave no result: {\"commit\":"
         "\"0123456789012345678901234567890123456789012345678\","
         "\"branch\":\"x\"}",
         true, false},
    };
    struct postmortem_settings settings = record_settings;
    settings.repository = "https://git.example.org/r.git";
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct postmortem_result result;
        struct postmortem_failure failure = {.words = BUF_INIT(1000)};
        assert_int_equal(postmortem_result_read(str_of(cases[i].output),
                                                &settings, &result, &failure),
                         ERR_IO);
        assert_string_equal(buf_text(&failure.words), cases[i].words);
        assert_int_equal(failure.may_pass, cases[i].may_pass);
        assert_int_equal(failure.has_waited, cases[i].has_waited);
        buf_release(&failure.words);
    }
}

static void a_look_has_what_it_takes_to_get_in(void **state)
{
    (void)state;
    struct buf out = BUF_INIT(10000);
    struct postmortem_settings settings = record_settings;
    settings.access = (struct postmortem_access){
        .user = "bot", .token = "t0ken", .host_key = "", .cache = "git-cache"};
    struct incident in = incident("Slow");
    postmortem_look(&in, &settings, &out);
    assert_string_equal(
        buf_text(&out),
        "{\"repository\":\"postmortems.git\",\"base\":\"main\","
        "\"branch\":\"postmortem/2022-12-13-slow{n}\","
        "\"path\":\"content/en/blog/incidents/2022-12-13-slow{n}/index.md\","
        "\"mark\":\"<!-- opsroom: INC-12 -->\","
        "\"auth\":{\"user\":\"bot\",\"token\":\"t0ken\"},"
        "\"cache\":\"git-cache\",\"timeout_ms\":60000,\"op\":\"look\"}");
    buf_release(&out);
}

static void front_matter_is_yaml(void **state)
{
    (void)state;
    static const struct {
        const char *text, *yaml;
    } cases[] = {
        {"plain: # & * ! | > ' % @ - ?", "\"plain: # & * ! | > ' % @ - ?\""},
        {"say \"no\" to C:\\", "\"say \\\"no\\\" to C:\\\\\""},
        {"a\tb\nc\x7f", "\"a\\u0009b\\u000ac\\u007f\""},
        {"caf\xC3\xA9 \xF0\x9F\x94\xA5", "\"caf\xC3\xA9 \xF0\x9F\x94\xA5\""},
        {"\xC2\x85\xE2\x80\xA8\xEF\xBB\xBF", "\"\\u0085\\u2028\\ufeff\""},
        {"{{< x >}} {a}", "\"{\\u007b< x >}} {a}\""},
        {"bad \xFF", "\"bad \\ufffd\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf out = BUF_INIT(1000);
        yaml_quote(&out, str_of(cases[i].text));
        assert_string_equal(buf_text(&out), cases[i].yaml);
        buf_release(&out);
    }
}

static void a_team_brings_its_template(void **state)
{
    const struct scratch *scratch = *state;
    static const struct {
        const char *template, *page, *why;
    } cases[] = {
        {"# {{title}}\n{{#days}}{{#entries}}{{number}} {{text}}{{/entries}}"
         "{{/days}}",
         "# Slow\\_\n2 \\<x>\n<!-- opsroom: INC-12 -->\n", NULL},
        {"\n{{titel}}", NULL, ", line 2: there is no \"titel\" here"},
    };
    struct record record = record_new(scratch, "Slow_");
    (void)record_say(&record, EVENT_NOTE, NULL, "nova", "<x>");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char path[300];
        struct buf page = BUF_INIT(10000), why = BUF_INIT(1000);
        struct postmortem_settings settings = record_settings;
        (void)snprintf(path, sizeof path, "%s/page.md", scratch->folder);
        scratch_write(path, cases[i].template, strlen(cases[i].template));
        settings.template = path;
        enum err err =
            postmortem_render(record.store, &record.in, &settings, &page, &why);
        assert_int_equal(err, cases[i].page == NULL ? ERR_INVALID : ERR_OK);
        if (cases[i].page != NULL)
            assert_string_equal(buf_text(&page), cases[i].page);
        else
            assert_non_null(strstr(buf_text(&why), cases[i].why));
        buf_release(&page);
        buf_release(&why);
    }
    record_close(&record);
}

static void a_missing_template_is_named(void **state)
{
    const struct scratch *scratch = *state;
    struct record record = record_new(scratch, "Slow");
    struct buf page = BUF_INIT(10000), why = BUF_INIT(1000);
    struct postmortem_settings settings = record_settings;
    settings.template = "no/such/file.md";
    assert_int_equal(
        postmortem_render(record.store, &record.in, &settings, &page, &why),
        ERR_IO);
    assert_string_equal(
        buf_text(&why),
        "no/such/file.md cannot be read: No such file or directory; a "
        "template is hugo, markdown, or a folder with page.md");
    buf_release(&page);
    buf_release(&why);
    record_close(&record);
}

static void a_page_that_is_too_long_says_so(void **state)
{
    struct record record = record_new(*state, "Media uploads failing");
    struct buf page = BUF_INIT(1u << 10), why = BUF_INIT(500);
    assert_int_equal(postmortem_render(record.store, &record.in,
                                       &record_settings, &page, &why),
                     ERR_TOO_LONG);
    assert_string_equal(buf_text(&why), "the page is longer than 1 kB");
    buf_release(&page);
    buf_release(&why);
    record_close(&record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_plain),
        cmocka_unit_test(a_published_name_stays),
        cmocka_unit_test(job_tells_the_helper_all),
        cmocka_unit_test(paths_follow_their_pattern),
        cmocka_unit_test(messages_touch_nobody),
        cmocka_unit_test(reads_what_the_helper_did),
        cmocka_unit_test(says_what_failed_and_what_to_do),
        cmocka_unit_test(a_look_has_what_it_takes_to_get_in),
        cmocka_unit_test(front_matter_is_yaml),
        cmocka_unit_test_setup_teardown(a_team_brings_its_template,
                                        scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(a_page_that_is_too_long_says_so,
                                        scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(a_missing_template_is_named,
                                        scratch_setup, scratch_teardown),
    };
    return cmocka_run_group_tests_name("postmortem_job", tests, NULL, NULL);
}
