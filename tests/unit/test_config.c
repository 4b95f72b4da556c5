#include "bot/config/config.h"

#include "bot/base/url.h"
#include "tests/lib/settings_file.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

static const struct {
    const char *text, *why;
} wrong[] = {
    {"[discord]\ntokn_file = \"x\"\n",
     "2:1: discord.tokn_file: unknown setting; did you mean token_file?\n"},
    {"[discord]\n  zebra = 1\n",
     "2:3: discord.zebra: unknown setting; allowed are api_base, token_file, "
     "ca_file, compress, guilds, announce_channel, category\n"},
    {"[discrod]\ncompress = true\n",
     "1:2: discrod: unknown table; did you mean discord?\n"},
    {"[lo]\n", "1:2: lo: unknown table; did you mean log?\n"},
    {"[acess]\n", "1:2: acess: unknown table; did you mean access?\n"},
    {"[fogre]\n", "1:2: fogre: unknown table; did you mean forge?\n"},
    {"[foo]\n",
     "1:2: foo: unknown table; allowed are discord, rooms, storage, "
     "postmortem, forge, access, roles, reminders, log, attachments, http, "
     "probes, service, probe, alert, assignee\n"},
    {"[mail]\n",
     "1:2: mail: unknown table; allowed are discord, rooms, storage, "
     "postmortem, forge, access, roles, reminders, log, attachments, http, "
     "probes, "
     "service, probe, alert, assignee\n"},
    {"api_base = \"x\"\n",
     "1:1: api_base: unknown table; allowed are discord, "
     "rooms, storage, postmortem, "
     "forge, access, roles, reminders, log, attachments, http, probes, "
     "service, probe, alert, assignee\n"},
    {"discord = 3\n",
     "1:1: discord: is a number; allowed is a table: [discord]\n"},
    {"[[discord]]\n",
     "1:3: discord: is a list; allowed is a table: [discord]\n"},
    {"[discord]\ncompress = \"yes\"\n",
     "2:12: discord.compress: is text; allowed is true or false\n"},
    {"[discord]\ntoken_file = true\n",
     "2:14: discord.token_file: is true or false; allowed is text in "
     "quotes\n"},
    {"[discord]\napi_base = \"http://discord.com/api/v10\"\n",
     "2:12: discord.api_base: \"http://discord.com/api/v10\" does not fit; "
     "allowed is an https:// URL (http:// only to 127.0.0.1, ::1 or "
     "localhost)\n"},
    {"[discord]\nca_file = \"a\\u001Bb\"\n",
     "2:11: discord.ca_file: holds a control character; one line of plain "
     "text is allowed\n"},
    {"[discord]\nca_file = \"a\\u0000b\"\n",
     "2:11: not TOML: a NUL character is not allowed\n"},
    {"[discord]\nannounce_channel = 1046523456789012345\n",
     "2:20: discord.announce_channel: is a number beyond 2^53; allowed is a "
     "Discord id in quotes, such as \"1046523456789012345\"\n"},
    {"[discord]\nannounce_channel = \"incidents\"\n",
     "2:20: discord.announce_channel: \"incidents\" is no id; allowed is a "
     "Discord id in quotes, such as \"1046523456789012345\"\n"},
    {"[discord]\ncategory = \"18446744073709551616\"\n",
     "2:12: discord.category: \"18446744073709551616\" is no id; allowed is a "
     "Discord id in quotes, such as \"1046523456789012345\"\n"},
    {"[discord]\ncategory = \"1\\n\\u001B2\"\n",
     "2:12: discord.category: \"1??2\" is no id; allowed is a Discord id in "
     "quotes, such as \"1046523456789012345\"\n"},
    {"[discord]\nguilds = \"1\"\n",
     "2:10: discord.guilds: is text; allowed is a list of ids in quotes, such "
     "as [\"1046523456789012345\"]\n"},
    {"[access]\nadmin = [\"11\", 12,\n  \"x\"]\n",
     "2:16: access.admin: is a number; allowed is a Discord id in quotes, "
     "such as \"1046523456789012345\"\n"
     "3:3: access.admin: \"x\" is no id; allowed is a Discord id in quotes, "
     "such as \"1046523456789012345\"\n"},
    {"[storage]\npath = \"\"\n",
     "2:8: storage.path: is 0 bytes long; 1 to 1000 are allowed\n"},
    {"[postmortem]\nbranch = \"a..b\"\n",
     "2:10: postmortem.branch: \"a..b\" does not fit; allowed is a git branch "
     "name such as \"main\"\n"},
    {"[postmortem]\nbranch = \"-f\"\n",
     "2:10: postmortem.branch: \"-f\" does not fit; allowed is a git branch "
     "name such as \"main\"\n"},
    {"[postmortem]\npath = \"../{slug}.md\"\n",
     "2:8: postmortem.path: \"../{slug}.md\" does not fit; allowed is a path "
     "inside the repository that holds {slug} (and may hold {date} "
     "and {id}, no other), without \"..\"\n"},
    {"[postmortem]\npath = \"/{slug}.md\"\n",
     "2:8: postmortem.path: \"/{slug}.md\" does not fit; allowed is a path "
     "inside the repository that holds {slug} (and may hold {date} "
     "and {id}, no other), without \"..\"\n"},
    {"[postmortem]\npath = \".Git/hooks/{slug}\"\n",
     "2:8: postmortem.path: \".Git/hooks/{slug}\" does not fit; allowed is a "
     "path "
     "inside the repository that holds {slug} (and may hold {date} "
     "and {id}, no other), without \"..\"\n"},
    {"[postmortem]\npath = \"{dat}-{slug}.md\"\n",
     "2:8: postmortem.path: \"{dat}-{slug}.md\" does not fit; allowed is a "
     "path inside the repository that holds {slug} (and may hold {date} and "
     "{id}, no other), without \"..\"\n"},
    {"[postmortem]\npath = \"{n}/{id}-{slug}.md\"\n",
     "2:8: postmortem.path: \"{n}/{id}-{slug}.md\" does not fit; allowed is "
     "a path inside the repository that holds {slug} (and may hold {date} "
     "and {id}, no other), without \"..\"\n"},
    {"[postmortem]\nauthor_email = \"<a@b>\"\n",
     "2:16: postmortem.author_email: \"<a@b>\" does not fit; allowed is text "
     "without < and >\n"},
    {"[log]\nlevel = \"loud\"\n",
     "2:9: log.level: \"loud\" is unknown; allowed is one of debug info warn "
     "error\n"},
    {"[log]\nlevel = 3\n",
     "2:9: log.level: is a number; allowed is debug info warn error\n"},
    {"[attachments]\nmax_bytes = 26214401\n",
     "2:13: attachments.max_bytes: 26214401 is out of range; 1024 to 26214400 "
     "is allowed\n"},
    {"[attachments]\nmax_bytes = 1e6\n",
     "2:13: attachments.max_bytes: is a decimal number or a date; allowed is "
     "a whole number\n"},
    {"[attachments]\nmax_bytes = \"10M\"\n",
     "2:13: attachments.max_bytes: is text; allowed is a whole number\n"},
    /* Several, in the order of the file. */
    {"[storage]\npath = 1\n[log]\nlevl = \"info\"\n[discord]\ncompress = 0\n",
     "2:8: storage.path: is a number; allowed is text in quotes\n"
     "4:1: log.levl: unknown setting; did you mean level?\n"
     "6:12: discord.compress: is a number; allowed is true or false\n"},
};

static void wrong_settings_are_named_with_their_place(void **state)
{
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct config config = {.compress = false};
        struct buf why = BUF_INIT(65536);
        settings_load(*state, str_of(wrong[i].text), &config, &why);
        assert_string_equal(buf_text(&why), wrong[i].why);
        config_release(&config);
        buf_release(&why);
    }
}

/* The words are toml++'s; the place is ours to keep. */
static void broken_toml_is_named_with_its_place(void **state)
{
    static const struct {
        const char *text, *place;
    } rows[] = {
        {"[log]\nlevel = \"info\"\nlevel = \"warn\"\n", "3:"},
        {"[log\n", "1:"},
        {"[log]\nlevel = \n", "2:"},
        {"[log]\nlevel = \"\xFF\"\n", "2:"},
        {"\n[`log]\n", "2:"},
        {"[log]\nlevel = \xC3\xA9\n", "2:"},
        {"[log]\n\xC3\xA9 = 1\n", "2:"},
        {"\n\n[[[log]]]\n", "3:"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct config config = {.compress = false};
        struct buf why = BUF_INIT(65536);
        settings_load(*state, str_of(rows[i].text), &config, &why);
        assert_true(str_starts(buf_str(&why), rows[i].place));
        assert_non_null(strstr(buf_text(&why), ": not TOML: "));
        config_release(&config);
        buf_release(&why);
    }
}

static void a_missing_file_says_what_to_do(void **state)
{
    struct config config = {.compress = false};
    struct buf why = BUF_INIT(1000);
    (void)state;
    assert_int_equal(config_load("build/none.toml", &config, &why), ERR_IO);
    assert_string_equal(buf_text(&why),
                        "build/none.toml: cannot be read: No such file or "
                        "directory; write one after config.example.toml and "
                        "name it with --config FILE\n");
    buf_clear(&why);
    assert_int_equal(config_load("build", &config, &why), ERR_IO);
    assert_non_null(strstr(buf_text(&why), "Is a directory"));
    buf_clear(&why);
    assert_int_equal(config_load("/dev/zero", &config, &why), ERR_TOO_LONG);
    assert_string_equal(buf_text(&why), "/dev/zero: is larger than 1024 kB; "
                                        "that is no settings file\n");
    buf_release(&why);
}

static void an_empty_file_gives_the_defaults(void **state)
{
    struct config config;
    struct buf why = BUF_INIT(1000);
    settings_load(*state, STR(""), &config, &why);
    assert_string_equal(buf_text(&why), "");
    assert_string_equal(config.api_base, "https://discord.com/api/v10");
    assert_string_equal(config.token_file, "");
    assert_true(config.compress);
    assert_int_equal(config.guilds.count, 0);
    assert_int_equal(config.announce_channel_id, 0);
    assert_string_equal(config.storage_path, "opsroom.db");
    assert_false(config.postmortem_enabled);
    assert_string_equal(config.path,
                        "content/en/blog/incidents/{date}-{slug}/index.md");
    assert_string_equal(config.log_level, "info");
    assert_int_equal(config.attachment_max_bytes, 10485760);
    config_release(&config);
    config_release(&config);
    config_release(NULL);
}

static void settings_reach_their_fields(void **state)
{
    struct config config;
    struct buf why = BUF_INIT(1000);
    settings_load(*state,
                  STR("discord.api_base = \"http://127.0.0.1:8080/api/v10\"\n"
                      "discord.compress = false\n"
                      "discord.guilds = [\"1\", \"18446744073709551615\"]\n"
                      "discord.announce_channel = \"12\"\n"
                      "discord.category = \"13\"\n"
                      "[postmortem]\nrepository = \"p.git\"\n"
                      "path = \"{date}/{id}-{slug}.md\"\n"
                      "[access]\ndeclare = [\"1\"]\nrespond = [\"2\"]\n"
                      "command = [\"3\"]\nresolve = [\"4\"]\nadmin = [\"5\"]\n"
                      "[attachments]\nmax_bytes = 1_024\n"),
                  &config, &why);
    assert_string_equal(buf_text(&why), "");
    assert_string_equal(config.api_base, "http://127.0.0.1:8080/api/v10");
    assert_false(config.compress);
    assert_int_equal(config.guilds.count, 2);
    assert_true(config.guilds.ids[1] == UINT64_MAX);
    assert_int_equal(config.announce_channel_id, 12);
    assert_int_equal(config.category_id, 13);
    assert_true(config.postmortem_enabled);
    assert_string_equal(config.repository, "p.git");
    assert_string_equal(config.path, "{date}/{id}-{slug}.md");
    for (size_t i = 0; i < RIGHT_COUNT; i++) {
        assert_int_equal(config.access.allowed[i].count, 1);
        assert_int_equal(config.access.allowed[i].ids[0], i + 1);
    }
    assert_int_equal(config.attachment_max_bytes, 1024);
    config_release(&config);
}

static void the_example_file_is_printed_from_the_table(void **state)
{
    struct buf printed = BUF_INIT(65536), why = BUF_INIT(1000);
    struct config config;
    char kept[65536];
    config_print_example(&printed);
    int fd = open("config.example.toml", O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    ssize_t n = read(fd, kept, sizeof kept - 1);
    assert_true(n >= 0);
    kept[n] = '\0';
    assert_int_equal(close(fd), 0);
    assert_string_equal(buf_text(&printed), kept);
    settings_load(*state, buf_str(&printed), &config, &why);
    assert_string_equal(buf_text(&why), "");
    config_release(&config);
    buf_release(&printed);
}

static void plain_text_goes_to_loopback_only(void **state)
{
    static const struct {
        const char *url;
        bool allowed;
    } rows[] = {
        {"https://discord.com/api/v10", true},
        {"https://discord.com:8443", true},
        {"https://[2001:db8::1]/", true},
        {"http://127.0.0.1:80/x", true},
        {"http://127.8.9.10", true},
        {"http://[::1]:8080/x", true},
        {"http://LOCALHOST:1/", true},
        {"http://discord.com/", false},
        {"http://127.0.0.1.evil.example/", false},
        /* What some readers take for 127.0.0.1. */
        {"http://127.1/", false},
        {"https://127.1/", false},
        {"https://2130706433/", false},
        {"https://0x7f000001/", false},
        {"https://127.0.0.0x1/", false},
        {"https://127.0.0.1./", false},
        {"https://256.0.0.1/", false},
        {"https://1.1.1.1/", true},
        {"https://4.example/", true},
        {"http://localhost.evil.example/", false},
        {"http://localhost@evil.example/", false},
        {"https://user:word@discord.com/", false},
        {"http://evil.example\\@127.0.0.1/", false},
        {"http://127.0.0.1#@evil.example/", false},
        {"http://[::1].evil.example/", false},
        {"http://[::2]/", false},
        {"https://", false},
        {"https://host:0/", false},
        {"https://host:65536/", false},
        {"https://host:/", false},
        {"https:/host", false},
        {"https://ho st/", false},
        {"HTTPS://discord.com", false},
        {"file:///etc/passwd", false},
        {"wss://discord.com", false},
        {"", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (url_is_allowed(rows[i].url, "https", "http") != rows[i].allowed)
            fail_msg("%s", rows[i].url);
    assert_true(url_is_allowed("wss://gateway.discord.gg/?v=10", "wss", "ws"));
    assert_true(url_is_allowed("ws://127.0.0.1:1", "wss", "ws"));
    assert_false(url_is_allowed("ws://gateway.discord.gg", "wss", "ws"));
}

static void a_url_comes_apart(void **state)
{
    struct url url;
    (void)state;
    assert_true(url_parse(STR("wss://gateway.discord.gg/?v=10"), &url));
    assert_true(str_is(url.scheme, "wss"));
    assert_true(str_is(url.host, "gateway.discord.gg"));
    assert_int_equal(url.port, 443);
    assert_true(str_is(url.target, "/?v=10"));
    assert_true(url_parse(STR("ws://[::1]:9101?v=10"), &url));
    assert_true(str_is(url.host, "::1"));
    assert_int_equal(url.port, 9101);
    assert_true(str_is(url.target, "?v=10"));
    assert_true(url_parse(STR("ws://localhost"), &url));
    assert_int_equal(url.port, 80);
    assert_int_equal(url.target.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_settings_are_named_with_their_place),
        cmocka_unit_test(broken_toml_is_named_with_its_place),
        cmocka_unit_test(a_missing_file_says_what_to_do),
        cmocka_unit_test(an_empty_file_gives_the_defaults),
        cmocka_unit_test(settings_reach_their_fields),
        cmocka_unit_test(the_example_file_is_printed_from_the_table),
        cmocka_unit_test(plain_text_goes_to_loopback_only),
        cmocka_unit_test(a_url_comes_apart),
    };
    return cmocka_run_group_tests(tests, scratch_setup, scratch_teardown);
}
