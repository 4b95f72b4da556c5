#include "bot/postmortem/escape.h"
#include "tests/lib/golden.h"
#include "tests/lib/record.h"

#include <cmark-gfm-core-extensions.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* ---- a page as its reader sees it ---- */

struct seen {
    struct buf text;   /* of the rendered page */
    struct buf blocks; /* types of its blocks, in order */
    int html;          /* raw HTML: none but the marks */
};

static cmark_node *parse(struct str page, int options)
{
    static const char *const extensions[] = {"table", "autolink",
                                             "strikethrough", "tasklist"};
    cmark_gfm_core_extensions_ensure_registered();
    cmark_parser *parser = cmark_parser_new(options);
    for (size_t i = 0; i < sizeof extensions / sizeof extensions[0]; i++)
        assert_true(cmark_parser_attach_syntax_extension(
            parser, cmark_find_syntax_extension(extensions[i])));
    /* Hugo takes the front matter off. */
    struct str body = page;
    if (str_starts(page, "---\n")) {
        const char *end = strstr(page.s + 4, "\n---\n");
        assert_non_null(end);
        body = str_from(page, (size_t)(end + 5 - page.s));
    }
    cmark_parser_feed(parser, body.s, body.n);
    cmark_node *root = cmark_parser_finish(parser);
    cmark_parser_free(parser);
    return root;
}

static bool is_block(cmark_node_type type)
{
    return (type & CMARK_NODE_TYPE_MASK) == CMARK_NODE_TYPE_BLOCK;
}

static void see_node(cmark_node *node, struct seen *seen)
{
    cmark_node_type type = cmark_node_get_type(node);
    const char *literal = cmark_node_get_literal(node);
    if (is_block(type))
        buf_addf(&seen->blocks, "%s ", cmark_node_get_type_string(node));
    if (type == CMARK_NODE_LINEBREAK || type == CMARK_NODE_SOFTBREAK)
        buf_add_char(&seen->text, '\n');
    else if (type == CMARK_NODE_HTML_BLOCK || type == CMARK_NODE_HTML_INLINE)
        seen->html++;
    else if (literal != NULL)
        buf_add_text(&seen->text, literal);
    else if (is_block(type) && type != CMARK_NODE_PARAGRAPH)
        buf_add_text(&seen->text, "\n\n");
}

static struct seen see(struct str page, int options)
{
    struct seen seen = {.text = BUF_INIT(1u << 20),
                        .blocks = BUF_INIT(1u << 20)};
    cmark_node *root = parse(page, options);
    cmark_iter *iter = cmark_iter_new(root);
    cmark_event_type event;
    while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE)
        if (event == CMARK_EVENT_ENTER)
            see_node(cmark_iter_get_node(iter), &seen);
    cmark_iter_free(iter);
    cmark_node_free(root);
    return seen;
}

static void seen_release(struct seen *seen)
{
    buf_release(&seen->text);
    buf_release(&seen->blocks);
}

static int count(const char *text, const char *what)
{
    int n = 0;
    while ((text = strstr(text, what)) != NULL) {
        n++;
        text++;
    }
    return n;
}

static void holds(struct buf page, const char *what)
{
    if (strstr(buf_text(&page), what) == NULL)
        fail_msg("%s\n\ndoes not hold\n\n%s", buf_text(&page), what);
}

static void holds_not(struct buf page, const char *what)
{
    if (strstr(buf_text(&page), what) != NULL)
        fail_msg("%s\n\nholds\n\n%s", buf_text(&page), what);
}

/* ---- what people type ---- */

static const struct postmortem_settings pages[] = {
    {.template = "hugo", .style = "list"},
    {.template = "hugo", .style = "table"},
    {.template = "markdown", .style = "list"},
    {.template = "markdown", .style = "table"},
    {.template = "hugo", .style = "list", .is_public = true},
    {.template = "markdown", .style = "table", .is_public = true},
};
#define PAGES (sizeof pages / sizeof *pages)

static struct buf render(const struct record *record,
                         const struct postmortem_settings *settings)
{
    struct buf page = BUF_INIT(1u << 20), why = BUF_INIT(1000);
    enum err err =
        postmortem_render(record->store, &record->in, settings, &page, &why);
    if (err != ERR_OK)
        fail_msg("%s: %s", err_words(err), buf_text(&why));
    buf_release(&why);
    return page;
}

/* The same text in every place that a page has for one. */
static struct buf page_of(const struct scratch *scratch,
                          const struct postmortem_settings *settings,
                          const char *text)
{
    static int64_t id = 100;
    struct buf line = BUF_INIT(5000);
    text_on_one_line(&line, str_of(text));
    struct record record = {.store = scratch_open(scratch),
                            .now_ms = SCRATCH_NOW_MS};
    struct request declared = scratch_declare(id++, buf_text(&line));
    declared.draft.impact = str_of(text);
    (void)record_add(&record, declared);
    (void)record_say(&record, EVENT_NOTE, "18:53", "@nova", text);
    (void)record_say(&record, EVENT_IDEA, "18:54", "@nova", text);
    (void)record_say(&record, EVENT_REPORT, "18:50", "@nova", text);
    (void)record_say(&record, EVENT_COMMS, "18:54", "@nova", text);
    struct request finding =
        record_said(&record, EVENT_FINDING, "18:54",
                    settings->is_public ? "@nova" : buf_text(&line), text);
    finding.draft.confidence = CONFIDENCE_CONFIRMED;
    finding.draft.link = buf_str(&line);
    (void)record_add(&record, finding);
    struct request change =
        record_said(&record, EVENT_CHANGE, "18:54", NULL, text);
    change.draft.change_what = change.draft.change_where =
        change.draft.change_from = change.draft.change_to =
            change.draft.change_undo = change.draft.change_verified =
                str_of(text);
    (void)record_add(&record, change);
    record_resolve(&record, "18:55", text);
    struct buf page = render(&record, settings);
    record_close(&record);
    buf_release(&line);
    return page;
}

/* As many times as there are places: with its line ends where there is room
 * for them, else on one line. */
static void shows(struct buf page, const char *text, int options, int places)
{
    struct buf line = BUF_INIT(5000);
    struct seen seen = see(buf_str(&page), options);
    text_on_one_line(&line, str_of(text));
    int many = count(buf_text(&seen.text), text);
    int one = count(buf_text(&seen.text), buf_text(&line));
    bool is_line = strcmp(text, buf_text(&line)) == 0;
    if (is_line ? many < places : many + one < places || many < 1 || one < 1)
        fail_msg("%s\n\nis not seen everywhere (%d and %d of %d) on\n\n%s\n\n"
                 "which is rendered from\n\n%s",
                 text, many, one, places, buf_text(&seen.text),
                 buf_text(&page));
    seen_release(&seen);
    buf_release(&line);
}

static const char *const texts[] = {
    "Changed <this file> on <this server> from <a> to <b>",
    "<S3_ENABLED=FALSE> and a misnamed `3_BUCKET` key",
    "a | b || c \\| d \\\\| e",
    "@everyone @here @nova, see #217 and GH-217, owner/repo#3",
    "`/var/lib/postgres/archive` holds ``more`` than ```400``` GB",
    "*stars* **two** _under_ __two__ snake_case_name ~~struck~~ ~one~",
    "[a link](https://example.org) ![image](x.png) [ref][1] [^1] [x]",
    "[1]: https://example.org \"title\"",
    "{{title}} {{{title}}} {{#private}}x{{/private}} {{! no }}",
    "{{< ref \"x\" >}} {{% note %}} {{</* x */>}} {.class #id}",
    "<script>alert(1)</script> <b>bold</b> <!-- gone --> <!--more-->",
    "# not a heading",
    "C# is no heading #",
    "<!-- opsroom:begin timeline -->",
    "two\n<!-- opsroom:end timeline -->\n# opsroom:end front",
    "- not a list",
    "+ not a list",
    "* not a list",
    "1. not a list",
    "12) not a list",
    "> not a quote",
    "--- not a rule",
    "=== not an underline",
    ": not a definition",
    "| not | a | table |",
    "``` not a fence",
    "~~~ not a fence",
    "[ ] not a task",
    "    four blanks and\tmore",
    "back\\slash \\* \\_ \\` \\& ends with \\",
    "&amp; &lt;b&gt; &#123; &copy; AT&T R&D a&b;",
    "\"quotes\" 'single' -- --- ... .. <<a>> x--y",
    "see https://example.org/a_b*c?d=1&e=2#f. And (https://e.org/x_(y)_z)!",
    "https://example.org/&copy;/_x_ http://[::1]:80/ https:// http://",
    "http://[removed: a private address]/x https://e.org/?a=[removed: a token]",
    "www.example.org/_a_ mail a_b@example.org ftp://e.org/_a_ HTTPS://e.org/*",
    "$a_1$ $$x$$ \\(a\\) ^up^ ==mark== ++in++ :tada: a:b 18:53:01",
    "na\xC3\xAFve \xE2\x86\x92 \xF0\x9F\x94\xA5 _\xC3\xA9_ caf\xC3\xA9_x_",
    "two\nlines",
    "para\n\ngraphs",
    "deep\n\n\n    code\n\ttab\n  \nend",
    "list\n- one\n- two\n1. three\n# four\n> five\n---\nsix\n===\nseven",
    "```sh\nrm -rf *\n```\nafter",
    "a | b\n--|--\nc | d",
    "term\n: definition\n[x]: y\n<div>\n\n</div>",
};

/* Who reads it may not see names, so there nothing of @ is literal. */
static bool is_for(const struct postmortem_settings *settings, const char *text)
{
    return !settings->is_public || strchr(text, '@') == NULL;
}

/* One page of that text in one form, against the page of a plain one. */
static void is_literal(const struct scratch *scratch,
                       const struct postmortem_settings *settings,
                       const struct seen *plain, const char *text)
{
    int places = count(buf_text(&plain->text), "plain");
    struct buf page = page_of(scratch, settings, text);
    shows(page, text, CMARK_OPT_DEFAULT | CMARK_OPT_FOOTNOTES, places);
    /* Hugo's typographer is on by default. */
    shows(page, text, CMARK_OPT_SMART, places);
    holds_not(page, "{{<");
    holds_not(page, "{{%");
    holds_not(page, "[removed>"); /* a link to nowhere */
    struct seen seen = see(buf_str(&page), CMARK_OPT_FOOTNOTES);
    if (strcmp(buf_text(&seen.blocks), buf_text(&plain->blocks)) != 0)
        fail_msg("%s\n\nmakes\n\n%s\n\nof\n\n%s", text, buf_text(&seen.blocks),
                 buf_text(&page));
    assert_int_equal(seen.html, plain->html);
    seen_release(&seen);
    buf_release(&page);
}

static void shows_what_people_typed(void **state)
{
    for (size_t i = 0; i < PAGES; i++) {
        struct buf page = page_of(*state, &pages[i], "plain");
        struct seen plain = see(buf_str(&page), CMARK_OPT_FOOTNOTES);
        assert_true(count(buf_text(&plain.text), "plain") >=
                    (pages[i].is_public ? 8 : 22));
        for (size_t j = 0; j < sizeof texts / sizeof texts[0]; j++)
            if (is_for(&pages[i], texts[j]))
                is_literal(*state, &pages[i], &plain, texts[j]);
        seen_release(&plain);
        buf_release(&page);
    }
}

/* ---- evidence ---- */

/* Renders one entry with one file; the page is the caller's. */
static struct buf page_with(const struct scratch *scratch, struct str bytes)
{
    static int64_t id = 1000;
    struct record record = {.store = scratch_open(scratch),
                            .now_ms = SCRATCH_NOW_MS};
    (void)record_add(&record, scratch_declare(id++, "Evidence"));
    int64_t entry =
        record_say(&record, EVENT_FINDING, "18:52", "@nova", "The log says");
    record_attach(&record, entry, "a|b`c.log", bytes);
    record_resolve(&record, "18:55", "Done");
    struct buf page = record_page(&record);
    record_close(&record);
    return page;
}

static char *code_of(struct buf page)
{
    cmark_node *root = parse(buf_str(&page), CMARK_OPT_DEFAULT);
    cmark_iter *iter = cmark_iter_new(root);
    struct buf code = BUF_INIT(1u << 20);
    while (cmark_iter_next(iter) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(iter);
        if (cmark_node_get_type(node) == CMARK_NODE_CODE_BLOCK)
            buf_add_text(&code, cmark_node_get_literal(node));
    }
    cmark_iter_free(iter);
    cmark_node_free(root);
    return buf_detach(&code);
}

static void keeps_evidence_byte_for_byte(void **state)
{
    static const char *const logs[] = {
        "one line\n",
        "S3_ENABLED=FALSE # Should be true\n3_BUCKET=\"..\"\n",
        "\n\nblank lines\n\n\n  \n   around\n\n",
        "\tTab\n    four\n        eight\n",
        "```\nfence\n````\nlonger\n`````\n",
        "~~~\nother\n~~~\n",
        "- a\n- b\n\n# c\n> d\n| e | f |\n|---|---|\n",
        "<!-- opsroom: INC-1 -->\n</pre><script>\n{{title}}\n",
        "\x1b[31mred\x1b[0m caf\xC3\xA9 \xF0\x9F\x94\xA5\n",
        "trailing blanks   \n\t\n",
    };
    for (size_t i = 0; i < sizeof logs / sizeof logs[0]; i++) {
        struct buf page = page_with(*state, str_of(logs[i]));
        char *code = code_of(page);
        assert_string_equal(code, logs[i]);
        free(code);
        buf_release(&page);
    }
}

static void shows_what_a_fence_cannot_hold(void **state)
{
    static const char *const logs[] = {
        "{{< ref \"x\" >}}",
        "line\n{{% note %}}\n  code\n",
        "<!--more-->",
        "a\n<!-- opsroom:end timeline -->\n",
        "<!-- opsroom:begin x -->",
    };
    for (size_t i = 0; i < sizeof logs / sizeof logs[0]; i++) {
        struct buf page = page_with(*state, str_of(logs[i]));
        struct seen seen = see(buf_str(&page), CMARK_OPT_SMART);
        char *code = code_of(page);
        assert_string_equal(code, "");
        struct str shown = str_of(logs[i]);
        while (str_ends(shown, "\n"))
            shown.n--;
        assert_non_null(memmem(seen.text.s, seen.text.n, shown.s, shown.n));
        holds_not(page, "{{<");
        holds_not(page, "{{%");
        holds_not(page, "<!--more-->");
        free(code);
        seen_release(&seen);
        buf_release(&page);
    }
}

static void names_what_is_no_text_or_too_long(void **state)
{
    char longer[(64 << 10) + 1];
    memset(longer, 'x', sizeof longer);
    const struct str files[] = {
        STR("\x89PNG\r\n\x1a\n"),
        STR("a\0b"),
        {longer, sizeof longer},
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct buf page = page_with(*state, files[i]);
        struct seen seen = see(buf_str(&page), CMARK_OPT_DEFAULT);
        char *code = code_of(page), named[200], hex[SHA256_HEX];
        struct sha256 hash = sha256_of(files[i]);
        sha256_hex(&hash, hex);
        (void)snprintf(named, sizeof named, "a|b`c.log (%zu bytes, SHA-256 %s)",
                       files[i].n, hex);
        holds(seen.text, named);
        assert_string_equal(code, "");
        free(code);
        seen_release(&seen);
        buf_release(&page);
    }
}

/* ---- the whole page ---- */

static void tell_the_checkout_story(struct record *record)
{
    struct request request;
    (void)record_say(record, EVENT_REPORT, "Dec 12 22:XX", "a customer",
                     "Cards are refused | sometimes");
    (void)record_say(record, EVENT_NOTE, "Dec 12 24:XX", NULL,
                     "Nobody looks: everyone thinks that <someone> did");
    (void)record_say(record, EVENT_REPORT, "18:53", "@nova",
                     "Every card is refused, see #217");
    request = record_said(record, EVENT_ROLE, "18:54", "@nova", "");
    request.kind = REQUEST_ASSIGN;
    request.draft.role = ROLE_COMMANDER;
    request.draft.holder = (struct actor){ACTOR_MEMBER, 7, STR("quintessence")};
    (void)record_add(record, request);
    request = record_said(record, EVENT_FINDING, "18:56", "dma",
                          "The database looks healthy");
    request.draft.confidence = CONFIDENCE_RULED_OUT;
    (void)record_add(record, request);
    request = record_said(record, EVENT_FINDING, "~18:57", "dma",
                          "Perhaps the bank's certificate");
    request.draft.confidence = CONFIDENCE_THEORY;
    (void)record_add(record, request);
    request = record_said(record, EVENT_COMMS, "18:58", "dma",
                          "The status page says so");
    request.draft.link = STR("https://status.example.org/i?a=1&b=2");
    (void)record_add(record, request);
    int64_t entry = record_say(record, EVENT_ALERT, "19:01", "@UptimeRobot",
                               "Monitor is DOWN: checkout");
    record_attach(record, entry, "alert.txt",
                  STR("Monitor is DOWN: checkout\n( https://shop.example.org "
                      ") - Reason: HTTP 502 - Bad Gateway"));
    request = record_said(record, EVENT_FINDING, "19:02", "@nova",
                          "`payments.env` names the old key on shop-1:\n"
                          "KEY_ID=<old>");
    request.draft.confidence = CONFIDENCE_CONFIRMED;
    (void)record_add(record, request);
    request = record_said(record, EVENT_CHANGE, "19:05", "malte_j",
                          "Put the new key in by hand");
    request.draft.change_what = STR("`payments.env` KEY_ID");
    request.draft.change_where = STR("shop-1");
    request.draft.change_from = STR("<old>");
    request.draft.change_to = STR("a|b");
    request.draft.change_undo = STR("deploy");
    request.draft.change_temporary = true;
    (void)record_add(record, request);
    (void)record_say(record, EVENT_EVIDENCE, "19:06", "malte_j",
                     "$ systemctl restart payments\n$ echo `date`");
    (void)record_say(record, EVENT_IDEA, "19:06", "dma",
                     "Keep keys in one place");
    request = record_said(record, EVENT_NOTE, "19:07", "dma",
                          "The bank's contact is +49 30 1234567");
    request.draft.visibility = VISIBILITY_PRIVATE;
    (void)record_add(record, request);
    record_resolve(record, "19:16", "A new key works on *every* shop.");
}

static void matches_the_golden_page(void **state)
{
    struct record record = record_new(*state, "Checkout: \"cards\" refused");
    tell_the_checkout_story(&record);
    struct buf page = record_page(&record);
    golden_text("postmortem.md", buf_str(&page));
    holds_not(page, "1234567");
    buf_release(&page);
    record_close(&record);
}

static void says_what_is_not_recorded(void **state)
{
    struct record record = record_new(*state, "Nothing known");
    struct request add = scratch_entry(EVENT_REPORT, "It is slow");
    add.draft.actor = (struct actor){.type = ACTOR_NOBODY};
    (void)record_add(&record, add);
    struct buf page = record_page(&record);
    holds(page, "| Commander | not recorded |");
    holds(page, "| First machine alert | not recorded |");
    holds(page, "| Resolved | not recorded |");
    holds(page, "| First human report to resolved | not recorded |");
    holds(page, "| Human-alarm gap | no machine alert recorded |");
    holds(page, "an alert is missing");
    holds(page, "when it ended is not recorded");
    holds(page, "No finding was confirmed");
    holds(page, "No change was recorded");
    holds(page, "** It is slow\n");
    buf_release(&page);
    record_close(&record);
}

static struct request takes_role(const struct record *record, enum role role,
                                 enum actor_type type)
{
    struct request request = record_said(record, EVENT_ROLE, NULL, "dma", NULL);
    request.kind = REQUEST_ASSIGN;
    request.draft.role = role;
    request.draft.holder = (struct actor){type, 0, STR("dma")};
    return request;
}

/* Who commands while it is written up did not begin to when it happened. */
static void roles_that_nobody_dated_have_no_time(void **state)
{
    struct record record = record_new(*state, "Disk full");
    (void)record_say(&record, EVENT_NOTE, "2022-12-05 18:40", "nova",
                     "No space left");
    (void)record_add(&record, takes_role(&record, ROLE_COMMANDER, ACTOR_NAME));
    (void)record_add(&record, takes_role(&record, ROLE_SCRIBE, ACTOR_NAME));
    (void)record_add(&record, takes_role(&record, ROLE_SCRIBE, ACTOR_NOBODY));
    struct request set = record_said(&record, EVENT_SET, NULL, "dma", NULL);
    set.kind = REQUEST_SET;
    incident_set_draft(&record.in, &set.draft);
    set.draft.severity = SEVERITY_1;
    (void)record_add(&record, set);
    struct buf page = record_page(&record);
    holds(page, "| Commander assigned | not recorded |");
    holds(page, "| Commander | @dma |");
    holds(page, "| Scribe | @dma; @dma, who left |");
    holds(page, "Times are UTC, on 2022-12-05.\n\n"
                "- **18:40** `@nova` No space left\n\n<!--");
    buf_release(&page);
    record_close(&record);
}

static void keeps_the_order_of_one_minute(void **state)
{
    struct record record = record_new(*state, "Order");
    (void)record_say(&record, EVENT_NOTE, "19:07", "nova", "fourth");
    (void)record_say(&record, EVENT_ACTION, "19:06", "malte_j", "first");
    (void)record_say(&record, EVENT_FINDING, "19:06", "malte_j", "second");
    (void)record_say(&record, EVENT_COMMS, "19:06", "dma", "third");
    struct buf page = record_page(&record);
    holds(page, "Times are UTC, on 2022-12-13.\n\n"
                "- **19:06** `@malte_j` first\n"
                "- **19:06** `@malte_j` second\n"
                "- **19:06** `@dma` third *(public notice)*\n"
                "- **19:07** `@nova` fourth\n");
    buf_release(&page);
    record_close(&record);
}

static void stays_the_same_after_its_commit(void **state)
{
    struct record record = record_new(*state, "Again");
    tell_the_checkout_story(&record);
    struct buf before = record_page(&record), name = BUF_INIT(200);
    postmortem_name(&record.in, &name);
    struct request committed = {
        .kind = REQUEST_EFFECT,
        .draft = {.kind = EVENT_TASK,
                  .effect = EFFECT_POSTMORTEM,
                  .text = STR("postmortem/2022-12-12-a-2"),
                  .ref = STR("0123456789")}};
    (void)record_add(&record, committed);
    assert_int_equal(record.in.state, STATE_REVIEW);
    struct buf after = record_page(&record);
    assert_string_equal(buf_text(&after), buf_text(&before));
    assert_string_equal(buf_text(&name), "2022-12-12-again");
    buf_clear(&name);
    postmortem_name(&record.in, &name);
    assert_string_equal(buf_text(&name), "2022-12-12-a-2");
    buf_release(&before);
    buf_release(&after);
    buf_release(&name);
    record_close(&record);
}

/* Evidence of a private entry, or private evidence, stays in the record. */
static void leaves_out_what_is_private(void **state)
{
    struct record record = record_new(*state, "Private");
    struct request secret = record_said(&record, EVENT_FINDING, "19:00",
                                        "SecretName", "SecretText");
    secret.draft.visibility = VISIBILITY_PRIVATE;
    secret.draft.confidence = CONFIDENCE_CONFIRMED;
    int64_t entry = record_add(&record, secret);
    record_attach(&record, entry, "SecretFile.txt", STR("SecretBytes"));
    int64_t open = record_say(&record, EVENT_NOTE, "19:01", "nova", "Open");
    struct request more =
        record_said(&record, EVENT_EVIDENCE, "19:02", "nova", "SecretMore");
    more.draft.target = open;
    more.draft.visibility = VISIBILITY_PRIVATE;
    (void)record_add(&record, more);
    struct buf page = record_page(&record);
    holds(page, "`@nova` Open");
    holds_not(page, "Secret");
    buf_release(&page);
    record_close(&record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
        TEST(shows_what_people_typed),
        TEST(keeps_evidence_byte_for_byte),
        TEST(shows_what_a_fence_cannot_hold),
        TEST(names_what_is_no_text_or_too_long),
        TEST(matches_the_golden_page),
        TEST(says_what_is_not_recorded),
        TEST(roles_that_nobody_dated_have_no_time),
        TEST(keeps_the_order_of_one_minute),
        TEST(stays_the_same_after_its_commit),
        TEST(leaves_out_what_is_private),
    };
    return cmocka_run_group_tests_name("postmortem", tests, NULL, NULL);
}
