/*
 * The templates: what comes with opsroom, a team's own, the page for everybody.
 * The pages of the real incidents lie in tests/golden/pages, where
 * tests/pages/pages.test.mjs looks at them as other programs do.
 */
#include "bot/postmortem/data.h"
#include "bot/postmortem/escape.h"
#include "bot/postmortem/page.h"
#include "templates/builtin.h"
#include "tests/lib/golden.h"
#include "tests/lib/replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>

#include <cmocka.h>

static enum err render(const struct record *record,
                       const struct postmortem_settings *settings,
                       struct buf *page, struct buf *why)
{
    return postmortem_render(record->store, &record->in, settings, page, why);
}

static struct buf page_of(const struct record *record,
                          struct postmortem_settings settings)
{
    struct buf page = BUF_INIT(1u << 20), why = BUF_INIT(2000);
    if (render(record, &settings, &page, &why) != ERR_OK)
        fail_msg("%s", buf_text(&why));
    buf_release(&why);
    return page;
}

static void put_file(const struct scratch *scratch, const char *name,
                     const char *text)
{
    char path[300];
    (void)snprintf(path, sizeof path, "%s/%s", scratch->folder, name);
    scratch_write(path, text, strlen(text));
}

/* ---- the real incidents ---- */

static const struct {
    const char *name;
    struct postmortem_settings settings;
} forms[] = {
    {"list", {.template = "hugo", .style = "list"}},
    {"table", {.template = "hugo", .style = "table"}},
    {"plain", {.template = "markdown", .style = "list"}},
    {"public", {.template = "hugo", .style = "list", .is_public = true}},
    {"public-plain",
     {.template = "markdown", .style = "table", .is_public = true}},
};

static void match_the_golden_pages(void **state)
{
    (void)state;
    for (int i = 0; i < REPLAYS; i++) {
        void *folder;
        assert_int_equal(scratch_setup(&folder), 0);
        struct record record = replay_play(folder, replay_names[i]);
        for (size_t j = 0; j < sizeof forms / sizeof *forms; j++) {
            struct buf page = page_of(&record, forms[j].settings);
            struct buf again = page_of(&record, forms[j].settings);
            char name[200];
            (void)snprintf(name, sizeof name, "pages/%s-%s.md", replay_names[i],
                           forms[j].name);
            assert_string_equal(buf_text(&page), buf_text(&again));
            golden_text(name, buf_str(&page));
            buf_release(&page);
            buf_release(&again);
        }
        record_close(&record);
        assert_int_equal(scratch_teardown(&folder), 0);
    }
}

/* ---- the names that templates may use ---- */

static const cJSON *first_of(const cJSON *value)
{
    return cJSON_IsArray(value) ? value->child : value;
}

/* Every name of a page is in names.json. */
static void known(const cJSON *names, const cJSON *data, const char *path)
{
    const cJSON *item;
    names = first_of(names);
    data = first_of(data);
    if (!cJSON_IsObject(names) || !cJSON_IsObject(data))
        return;
    cJSON_ArrayForEach(item, data)
    {
        char deeper[200];
        const cJSON *other =
            cJSON_GetObjectItemCaseSensitive(names, item->string);
        (void)snprintf(deeper, sizeof deeper, "%s%s.", path, item->string);
        if (other == NULL)
            fail_msg("names.json lacks %s%s", path, item->string);
        known(other, item, deeper);
    }
}

/* A template that uses every name there is. */
static void use_all(const cJSON *names, struct buf *out)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, names)
    {
        const cJSON *inner = first_of(item);
        buf_addf(out, "{{#%s}}", item->string);
        if (cJSON_IsObject(inner))
            use_all(inner, out);
        else
            buf_add_text(out, "{{.}}");
        buf_addf(out, "{{/%s}}\n", item->string);
    }
}

/* One of everything that a record can hold. */
static void fill(struct record *record)
{
    struct request link = {
        .kind = REQUEST_LINK,
        .draft = {.actor = {ACTOR_MEMBER, 7, STR("nova")},
                  .recorder = {ACTOR_MEMBER, 7, STR("nova")},
                  .link = STR("https://issues.example.org/7"),
                  .origin = STR("https://issues.example.org/7")}};
    struct request item = {.kind = REQUEST_ITEM,
                           .draft = {.actor = {ACTOR_MEMBER, 7, STR("nova")},
                                     .recorder = {ACTOR_MEMBER, 7, STR("nova")},
                                     .text = STR("Buy a disk")}};
    struct request change =
        record_said(record, EVENT_CHANGE, NULL, "nova", "Put it in by hand");
    struct request theory =
        record_said(record, EVENT_FINDING, NULL, "nova", "Perhaps the key");
    change.draft.change_what = change.draft.change_where =
        change.draft.change_from = change.draft.change_to = STR("x");
    theory.draft.confidence = CONFIDENCE_THEORY;
    (void)record_add(record, link);
    (void)record_add(record, item);
    (void)record_add(record, change);
    (void)record_add(record, theory);
    (void)record_say(record, EVENT_IDEA, NULL, "nova", "Two disks");
}

static void names_json_has_every_name(void **state)
{
    struct record record = replay_play(*state, replay_names[0]);
    struct str text = template_names();
    cJSON *names = cJSON_ParseWithLength(text.s, text.n), *data = NULL;
    struct buf template = BUF_INIT(20000);
    fill(&record);
    const struct page_view view = {.store = record.store, .in = &record.in};
    assert_non_null(names);
    assert_int_equal(postmortem_data(&view, &data), ERR_OK);
    known(names, data, "");
    use_all(names, &template);
    put_file(*state, "page.md", buf_text(&template));
    struct buf page =
        page_of(&record, (struct postmortem_settings){
                             .template = ((struct scratch *)*state)->folder});
    buf_release(&page);
    buf_release(&template);
    cJSON_Delete(names);
    cJSON_Delete(data);
    record_close(&record);
}

/* ---- a team's own ---- */

static const struct {
    const char *page, *part; /* page.md, and part.md if there is one */
    const char *out;         /* the page, or NULL */
    const char *why;         /* what is wrong, with FOLDER for the folder */
} teams[] = {
    {"# {{title}}\n{{> part}}", "{{severity}} {{incident}}",
     "# Slow\\_\nSEV2 INC-12\n<!-- opsroom: INC-12 -->\n", NULL},
    {"{{#public}}for all{{/public}}{{^public}}ours{{/public}}", NULL,
     "ours\n<!-- opsroom: INC-12 -->\n", NULL},
    {"{{#report}}{{report.line}}{{/report}}", NULL,
     "\n<!-- opsroom: INC-12 -->\n", NULL},
    {"\n{{titel}}", NULL, NULL,
     "FOLDER/page.md, line 2: there is no \"titel\" here; allowed here: "},
    {"{{#items}}\n{{titel}}{{/items}}", NULL, NULL,
     "FOLDER/page.md, line 2: there is no \"titel\" here; allowed here: "
     "number, text, line, kind, "},
    {"a\nb\n{{> missing}}", "x", NULL,
     "FOLDER/page.md, line 3: there is no partial \"missing\"; allowed here: "
     "internal, public, timeline_list, timeline_table, part"},
    {"{{#files}}{{> part}}{{/files}}", "\n\n{{#sha256}}", NULL,
     "FOLDER/part.md, line 3: \"sha256\" is never closed"},
    {"{{> part}}", "{{> part}}", NULL,
     "FOLDER/part.md, line 1: more than 32 partials in each other"},
};

static void teams_bring_templates(void **state)
{
    for (size_t i = 0; i < sizeof teams / sizeof *teams; i++) {
        void *folder;
        assert_int_equal(scratch_setup(&folder), 0);
        const struct scratch *scratch = folder;
        struct record record = record_new(scratch, "Slow_");
        struct buf why = BUF_INIT(2000), expected = BUF_INIT(2000);
        put_file(scratch, "page.md", teams[i].page);
        if (teams[i].part != NULL)
            put_file(scratch, "part.md", teams[i].part);
        enum err err = page_template_check(scratch->folder, &why);
        if (teams[i].out != NULL) {
            struct buf page = page_of(
                &record,
                (struct postmortem_settings){.template = scratch->folder});
            assert_int_equal(err, ERR_OK);
            assert_string_equal(buf_text(&page), teams[i].out);
            buf_release(&page);
        } else {
            assert_int_equal(err, ERR_INVALID);
            buf_addf(&expected, "%s%s", scratch->folder,
                     teams[i].why + strlen("FOLDER"));
            if (!str_starts(buf_str(&why), buf_text(&expected)))
                fail_msg("%s\nis not\n%s", buf_text(&why), buf_text(&expected));
        }
        buf_release(&why);
        buf_release(&expected);
        record_close(&record);
        assert_int_equal(scratch_teardown(&folder), 0);
    }
    (void)state;
}

/* What Windows puts before a text is not of the page: no mark is known behind
 * it. */
static void a_byte_order_mark_is_left_out(void **state)
{
    const struct scratch *scratch = *state;
    struct record record = record_new(scratch, "Slow_");
    put_file(scratch, "page.md", "\xEF\xBB\xBF---\na\n{{> part}}");
    put_file(scratch, "part.md", "\xEF\xBB\xBF<!-- b -->\n");
    struct buf page = page_of(
        &record, (struct postmortem_settings){.template = scratch->folder});
    assert_string_equal(buf_text(&page),
                        "---\na\n<!-- b -->\n\n<!-- opsroom: INC-12 -->\n");
    buf_release(&page);
    record_close(&record);
}

/* A part of ours may be replaced, and ours are whole. */
static void parts_are_replaced(void **state)
{
    const struct scratch *scratch = *state;
    struct record record = record_new(scratch, "Slow");
    char root[300];
    struct buf why = BUF_INIT(2000);
    put_file(scratch, "own.md", "{{> internal}}");
    put_file(scratch, "timeline_list.md", "Nothing to tell.\n");
    (void)snprintf(root, sizeof root, "%s/own.md", scratch->folder);
    struct buf page =
        page_of(&record, (struct postmortem_settings){.template = root});
    assert_non_null(strstr(buf_text(&page), "\nNothing to tell.\n"));
    assert_non_null(strstr(buf_text(&page), "\n## At a glance\n"));
    assert_int_equal(page_template_check(root, &why), ERR_OK);
    assert_int_equal(page_template_check("hugo", &why), ERR_OK);
    assert_int_equal(page_template_check("markdown", &why), ERR_OK);
    assert_int_equal(page_template_check("no/such", &why), ERR_IO);
    assert_string_equal(buf_text(&why),
                        "no/such cannot be read: No such file or directory; a "
                        "template is hugo, markdown, or a folder with page.md");
    buf_release(&why);
    buf_release(&page);
    record_close(&record);
}

/* ---- the page for everybody ---- */

static int64_t say(struct record *record, enum event_kind kind,
                   enum visibility visibility, const char *who,
                   const char *text)
{
    struct request request = record_said(record, kind, "19:10", who, text);
    request.draft.visibility = visibility;
    return record_add(record, request);
}

/* What is in it is for the team; nothing of it may be seen. */
static void tell_what_is_ours(struct record *record)
{
    (void)say(record, EVENT_NOTE, VISIBILITY_ROOM, "@Wren", "HiddenRoom");
    (void)say(record, EVENT_FINDING, VISIBILITY_PRIVATE, "@Wren",
              "HiddenPrivate");
    (void)say(record, EVENT_IDEA, VISIBILITY_LIVE, "@Wren", "HiddenIdea");
    (void)say(record, EVENT_NOTE, VISIBILITY_LIVE, "@Wren-2",
              "Seen by Wren-2, too");
    int64_t seq = say(record, EVENT_NOTE, VISIBILITY_LIVE, "@Wren",
                      "Wren and Kit_Fox, with @finch: see wren@example.org, "
                      "<@1234567890123456789>, wren's log, kit_fox.");
    record_attach(record, seq, "HiddenFile.log", STR("HiddenBytes"));
    struct request request =
        record_said(record, EVENT_NOTE, "19:11", "Kit_Fox",
                    "With password=hunter2hunter2 at 10.1.2.3");
    request.draft.link = STR("https://issues.example.org/HiddenLink");
    (void)record_add(record, request);
    request = record_said(record, EVENT_ROLE, "19:12", "@Wren", "HiddenReason");
    request.kind = REQUEST_ASSIGN;
    request.draft.role = ROLE_COMMANDER;
    request.draft.holder = (struct actor){ACTOR_MEMBER, 9, STR("Wren")};
    (void)record_add(record, request);
    request.draft.role = ROLE_SCRIBE; /* the higher one is what they are */
    (void)record_add(record, request);
    /* Who only wrote down what others saw; and a name that is a word. */
    request = record_said(record, EVENT_NOTE, "19:13", "@Wren", "Orla asked");
    request.draft.recorder = (struct actor){ACTOR_MEMBER, 10, STR("Orla")};
    (void)record_add(record, request);
    (void)say(record, EVENT_NOTE, VISIBILITY_LIVE, "\u72D0", "A \u72D0 ran");
    request = (struct request){
        .kind = REQUEST_ITEM,
        .draft = {.actor = {ACTOR_MEMBER, 9, STR("Wren")},
                  .recorder = {ACTOR_MEMBER, 9, STR("Wren")},
                  .holder = {ACTOR_MEMBER, 9, STR("Kit_Fox")},
                  .link = STR("https://issues.example.org/HiddenIssue"),
                  .text = STR("Kit_Fox tidies up")}};
    (void)record_add(record, request);
    record_resolve(record, "19:16", "Wren fixed it. Thanks to Kit_Fox!");
}

static void nobody_is_named_in_public(void **state)
{
    static const char *const gone[] = {
        "wren",   "kit_fox", "finch",    "orla",
        "hidden", "hunter2", "10.1.2.3", "1234567890123456789",
        "nova"};
    static const char *const there[] = {
        ("the commander and the responder, with somebody: see [an address\\], "
         "somebody, the commander's log, the responder."),
        "Seen by the responder, too",
        "takes the commander role",
        "the responder asked",
        "A \u72D0 ran",
        "the commander fixed it. Thanks to the responder!",
        "the responder tidies up",
    };
    struct record record = record_new(*state, "Wren broke it");
    tell_what_is_ours(&record);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (!forms[i].settings.is_public)
            continue;
        struct buf page = page_of(&record, forms[i].settings);
        for (size_t j = 0; j < sizeof gone / sizeof *gone; j++)
            if (strcasestr(buf_text(&page), gone[j]) != NULL)
                fail_msg("%s\n\nholds \"%s\"", buf_text(&page), gone[j]);
        for (size_t j = 0; j < sizeof there / sizeof *there; j++)
            if (strstr(buf_text(&page), there[j]) == NULL)
                fail_msg("%s\n\nlacks \"%s\"", buf_text(&page), there[j]);
        buf_release(&page);
    }
    record_close(&record);
}

struct text {
    const char *said, *shown;
};

/* Closes the record. */
static void check_shown(struct record *record, const char *who,
                        const struct text *texts, size_t count,
                        struct postmortem_settings settings)
{
    for (size_t i = 0; i < count; i++)
        (void)say(record, EVENT_NOTE, VISIBILITY_LIVE, who, texts[i].said);
    struct buf page = page_of(record, settings);
    for (size_t i = 0; i < count; i++)
        if (strstr(buf_text(&page), texts[i].shown) == NULL)
            fail_msg("%s\n\nlacks \"%s\"", buf_text(&page), texts[i].shown);
    buf_release(&page);
    record_close(record);
}

/* Phones put curly signs where keyboards have straight ones, and in some
 * scripts no blank stands between words. */
static void a_name_ends_at_any_sign(void **state)
{
    static const struct text texts[] = {
        {"Wren\u2019s log", "the responder\u2019s log"},
        {"@Wren\u2019s other log", "the responder\u2019s other log"},
        {"It was \u201CWren\u201D", "It was \u201Cthe responder\u201D"},
        {"They\u2014wren\u2014knew", "They\u2014the responder\u2014knew"},
        {"Asks\u00A0Wren\u2026", "Asks\u00A0the responder\u2026"},
        {"\u518D\u8D77\u52D5\u306FWren\u304C\u3057\u305F",
         "\u518D\u8D77\u52D5\u306Fthe responder\u304C\u3057\u305F"},
        {"@Wren\u304C\u3057\u305F", "the responder\u304C\u3057\u305F"},
        {"\u6B21\u306F\u7530\u4E2D\u3055\u3093",
         "\u6B21\u306Fthe responder\u3055\u3093"},
        {"\u0633\u0623\u0644 Wren\u060C \u062B\u0645",
         "\u0633\u0623\u0644 the responder\u060C \u062B\u0645"},
        {"Wren\U0001F525", "the responder\U0001F525"},
        {"\u26A0\uFE0FWren", "\u26A0\uFE0Fthe responder"},
        {"\u27A1\uFE0F@Wren again", "\u27A1\uFE0Fthe responder again"},
        {"\U0001F3F4\U000E0067\U000E007FWren",
         "\U0001F3F4\U000E0067\U000E007Fthe responder"},
        {"\u092F\u0939 Wren\u0964", "\u092F\u0939 the responder\u0964"},
        {"\u05DC\u05BEWren", "\u05DC\u05BEthe responder"},
        {"\u03BF Wren\u0387", "\u03BF the responder\u0387"},
        {"\u0535\u057D Wren\u0589", "\u0535\u057D the responder\u0589"},
        {"\u12A5\u1361Wren\u1361", "\u12A5\u1361the responder\u1361"},
        {"Wrena, Wren\u00E9 and \u00E9wren",
         "Wrena, Wren\u00E9 and \u00E9wren"},
        {"Ask @wren-3", "Ask somebody"},
        {"Says _Wren_, or __wren__",
         "Says \\_the responder\\_, or \\_\\_the responder\\_\\_"},
        {"Not _wren_log, b_wren_ or wren_2",
         "Not \\_wren_log, b_wren\\_ or wren_2"},
    };
    struct record record = record_new(*state, "Slow");
    (void)say(&record, EVENT_NOTE, VISIBILITY_LIVE, "\u7530\u4E2D", "Here");
    check_shown(&record, "@Wren", texts, sizeof texts / sizeof *texts,
                forms[3].settings);
}

/* In any case of its letters, as "wren" is "Wren". */
static void a_name_is_known_in_small_letters(void **state)
{
    static const char *const names[] = {
        "\u00C5sa",           "\u0418\u0432\u0430\u043D",
        "\u0160imon",         "\u0141ukasz",
        "\u017Daneta",        "\u0391\u03BD\u03BD\u03B1",
        "\u0407\u0432\u0430", "\u00FF-man"};
    static const char *const said[] = {
        "\u00E5sa",           "\u0438\u0432\u0430\u043D",
        "\u0161imon",         "\u0142ukasz",
        "\u017Eaneta",        "\u03B1\u03BD\u03BD\u03B1",
        "\u0457\u0432\u0430", "\u00FF-MAN"};
    struct record record = record_new(*state, "Slow");
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        (void)say(&record, EVENT_NOTE, VISIBILITY_LIVE, names[i], said[i]);
    struct buf page = page_of(&record, forms[3].settings);
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        if (strstr(buf_text(&page), said[i]) != NULL)
            fail_msg("%s\n\nholds \"%s\"", buf_text(&page), said[i]);
    buf_release(&page);
    record_close(&record);
}

static void a_link_ends_where_its_reader_would_end_it(void **state)
{
    static const struct text texts[] = {
        {"\u201Chttps://a.example/x_y\u201D",
         "\u201C<https://a.example/x_y>\u201D"},
        {"https://b.example/x_y\u3092", "<https://b.example/x_y>\u3092"},
        {"https://c.example/K\u00F6ln_\u2013_x",
         "<https://c.example/K\u00F6ln_\u2013_x>"},
        {"https://d.example/x\u2014 gone", "<https://d.example/x>\u2014 gone"},
    };
    struct record record = record_new(*state, "Slow");
    check_shown(&record, "Wren", texts, sizeof texts / sizeof *texts,
                forms[0].settings);
}

/* Whatever a team's template asks for. */
static void no_template_finds_a_name(void **state)
{
    const struct scratch *scratch = *state;
    struct record record = record_new(scratch, "Wren broke it");
    tell_what_is_ours(&record);
    put_file(scratch, "page.md",
             "{{#glance}}{{name}}{{value}}{{/glance}}{{yaml.author}}"
             "{{#items}}{{owner}}{{link_md}}{{note}}{{text}}{{/items}}"
             "{{#ideas}}{{text}}{{/ideas}}{{#files}}{{name}}{{/files}}"
             "{{#days}}{{#entries}}{{actor}}{{text}}{{line}}{{link_md}}"
             "{{#evidence}}{{{.}}}{{/evidence}}{{/entries}}{{/days}}"
             "{{#causes}}{{text}}{{/causes}}{{#links}}{{link_md}}{{/links}}"
             "{{summary}}{{title}}{{yaml.title}}");
    struct buf page =
        page_of(&record, (struct postmortem_settings){
                             .template = scratch->folder, .is_public = true});
    assert_null(strcasestr(buf_text(&page), "wren"));
    assert_null(strcasestr(buf_text(&page), "fox"));
    assert_null(strcasestr(buf_text(&page), "hidden"));
    buf_release(&page);
    record_close(&record);
}

static void what_is_private_stays_so(void **state)
{
    struct record record = {.store = scratch_open(*state),
                            .now_ms = SCRATCH_NOW_MS};
    struct request declared = scratch_declare(12, "Leak");
    struct buf page = BUF_INIT(10000), why = BUF_INIT(1000);
    declared.draft.is_private = true;
    (void)record_add(&record, declared);
    assert_int_equal(render(&record, &forms[3].settings, &page, &why),
                     ERR_REFUSED);
    assert_string_equal(buf_text(&why),
                        "INC-12 is private: it has no public version");
    assert_int_equal(page.n, 0);
    buf_release(&page);
    buf_release(&why);
    record_close(&record);
}

/* ---- front matter ---- */

static const char *const titles[] = {
    "plain",
    "yes",
    "null",
    "~",
    "12",
    "1.5e3",
    "2022-12-13",
    "",
    "- a",
    "? b",
    "key: value",
    "# no comment",
    "a # b",
    "&anchor *alias !tag",
    "{a: b}",
    "[a, b]",
    "| literal",
    "> folded",
    "%YAML",
    "@at `tick`",
    "'single'",
    "\"double\" \\back\\slash\\",
    "C:\\new\\x41",
    "trailing:",
    ": leading",
    "--- document ...",
    "{{< shortcode >}} {{% x %}} {{title}}",
    "na\xC3\xAFve caf\xC3\xA9 \xF0\x9F\x94\xA5 \xE2\x80\x9Cquotes\xE2\x80\x9D",
    "tab\there",
    "<!-- opsroom:end front -->",
    "# opsroom:end front",
    "\xC2\xA0nbsp\xC2\xA0",
    "\xE2\x80\xA8line separator",
    "0x1F 0o17 .inf",
};

/* What an independent reader makes of it: tests/pages/pages.test.mjs. */
static void titles_are_quoted_for_yaml(void **state)
{
    (void)state;
    cJSON *all = cJSON_CreateArray();
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++) {
        struct buf quoted = BUF_INIT(2000);
        const char *pair[2] = {titles[i]};
        yaml_quote(&quoted, str_of(titles[i]));
        pair[1] = buf_text(&quoted);
        assert_true(
            cJSON_AddItemToArray(all, cJSON_CreateStringArray(pair, 2)));
        buf_release(&quoted);
    }
    golden_json("pages/titles.json", all);
    cJSON_Delete(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
        cmocka_unit_test(match_the_golden_pages),
        TEST(names_json_has_every_name),
        cmocka_unit_test(teams_bring_templates),
        TEST(a_byte_order_mark_is_left_out),
        TEST(parts_are_replaced),
        TEST(nobody_is_named_in_public),
        TEST(a_name_ends_at_any_sign),
        TEST(a_name_is_known_in_small_letters),
        TEST(a_link_ends_where_its_reader_would_end_it),
        TEST(no_template_finds_a_name),
        TEST(what_is_private_stays_so),
        cmocka_unit_test(titles_are_quoted_for_yaml),
    };
    return cmocka_run_group_tests_name("pages", tests, NULL, NULL);
}
