/*
 * What is held back from rooms that everybody reads, and what must stay.
 * Nothing here was ever in use.
 */
#include "bot/core/secrets.h"

/* clang-format off */
#include <stdarg.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#define TOKEN    "[removed: a token]"
#define KEY      "[removed: a private key]"
#define PASSWORD "[removed: a password]"
#define ADDRESS  "[removed: a private address]"

/* Of 32 and of 64 hex digits, and base64 of 32 bytes. */
#define HEX32  "9f86d081884c7d659a2feaa0c55ad015"
#define HEX64  HEX32 "a3bf4f1b2b0b822cd15d6c15b0f00a08"
#define BASE64 "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA="
/* Written apart, so that no scanner takes this file for a leak. */
#define GITHUB                                                                 \
    "ghp_"                                                                     \
    "16C7e42F292c6912E7710c838347Ae178B4a"
#define JWT                                                                    \
    "eyJhbGciOiJIUzI1NiJ9"                                                     \
    "."                                                                        \
    "eyJzdWIiOiIxMjM0NTY3ODkwIn0"                                              \
    "."                                                                        \
    "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
#define DISCORD                                                                \
    "MTA1MjU4OTM0MTYzNjc4OTI1"                                                 \
    "."                                                                        \
    "GxYzAb"                                                                   \
    "."                                                                        \
    "q1w2e3r4t5y6u7i8o9p0a1s2d3f4g5h6j7k8l9"
#define AWS_ID                                                                 \
    "AKIA"                                                                     \
    "IOSFODNN7EXAMPLE"
#define AWS_SECRET  "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#define BEGIN(kind) "-----BEGIN " kind "PRIVATE KEY-----"
#define END(kind)   "-----END " kind "PRIVATE KEY-----"
#define PEM_LINES                                                              \
    "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ\n"                             \
    "QyNTUxOQAAACDXf0nRGKhvCpUqZG9vYmFyYmF6cXV4\n"

static const struct {
    const char *text, *scrubbed;
} removed[] = {
    /* tokens known by their form */
    {GITHUB, TOKEN},
    {"git push with " GITHUB " failed", "git push with " TOKEN " failed"},
    {"(" GITHUB ")", "(" TOKEN ")"},
    {"remote: https://" GITHUB "@github.com/x/y",
     "remote: https://" TOKEN "@github.com/x/y"},
    {"github_pat_11ABCDEFG0abcdefghijkl_mnopqrstuvwxyz", TOKEN},
    {"gho_16C7e42F292c6912E7710c838347Ae178B4a.", TOKEN "."},
    {"glpat-"
     "abcdefGHIJKL12345678",
     TOKEN},
    {"xoxb-"
     "123456789012-abcdefghijkl",
     TOKEN},
    {"sk_live_"
     "abcdefghijklmnop1234",
     TOKEN},
    {"id " AWS_ID " again", "id " TOKEN " again"},
    {"aws_secret_access_key = " AWS_SECRET, "aws_secret_access_key = " TOKEN},
    {"AWS_SECRET_ACCESS_KEY=" AWS_SECRET, "AWS_SECRET_ACCESS_KEY=" TOKEN},
    {JWT, TOKEN},
    {"token " JWT ", expired", "token " TOKEN ", expired"},
    {DISCORD, TOKEN},
    {"DISCORD_TOKEN=" DISCORD, "DISCORD_TOKEN=" TOKEN},
    {"https://discord.com/api/webhooks/1052589341636789258/"
     "abcDEFghiJKLmnoPQRstuVWXyz0123456789",
     "https://discord.com/api/webhooks/1052589341636789258/" TOKEN},
    {"https://discordapp.com/api/v10/webhooks/1052589341636789258/"
     "abcDEFghiJKLmnoPQRstuVWXyz0123456789?wait=true",
     "https://discordapp.com/api/v10/webhooks/1052589341636789258/" TOKEN
     "?wait=true"},
    {"https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXX",
     "https://hooks.slack.com/services/" TOKEN},
    {"{\"log\":\"line\\n" GITHUB "\"}", "{\"log\":\"line\\n" TOKEN "\"}"},
    {"?state%3D" GITHUB, "?state%3D" TOKEN},
    /* headers */
    {"Authorization: Bearer abc.def", "Authorization: Bearer " TOKEN},
    {"authorization: Basic dXNlcjpwYXNz", "authorization: Basic " TOKEN},
    {"curl -H 'Authorization: Bearer s3cr3t' https://x.example",
     "curl -H 'Authorization: Bearer " TOKEN "' https://x.example"},
    {"\"Authorization\": \"Bot abcdef\"",
     "\"Authorization\": \"Bot " TOKEN "\""},
    {"Authorization: 0123456789abcdef0123", "Authorization: " TOKEN},
    {"bearer abcdefghij0123456789", "bearer " TOKEN},
    {"X-Api-Key: abcdefghij0123456789", "X-Api-Key: " TOKEN},
    {"PRIVATE-TOKEN: abcdefghij0123456789", "PRIVATE-TOKEN: " TOKEN},
    /* passwords */
    {"password=hunter2", "password=" PASSWORD},
    {"password = hunter2", "password = " PASSWORD},
    {"passwd: hunter2", "passwd: " PASSWORD},
    {"PGPASSWORD=hunter2 psql -h db", "PGPASSWORD=" PASSWORD " psql -h db"},
    {"DB_PASS=hunter2\nDB_PORT=5432", "DB_PASS=" PASSWORD "\nDB_PORT=5432"},
    {"SMTP_PASSWORD='with blanks and \"'", "SMTP_PASSWORD='" PASSWORD "'"},
    {"{\"password\": \"hunter2\", \"user\": \"dma\"}",
     "{\"password\": \"" PASSWORD "\", \"user\": \"dma\"}"},
    {"{\\\"password\\\":\\\"hunter2\\\"}",
     "{\\\"password\\\":\\\"" PASSWORD "\\\"}"},
    {"GET /login?user=dma&password=hunter2&x=1",
     "GET /login?user=dma&password=" PASSWORD "&x=1"},
    {"mysql --password hunter2 -u dma", "mysql --password " PASSWORD " -u dma"},
    {"mysql --password=hunter2", "mysql --password=" PASSWORD},
    {"ALTER USER mastodon PASSWORD 'hunter2';",
     "ALTER USER mastodon PASSWORD '" PASSWORD "';"},
    {"requirepass hunter2", "requirepass " PASSWORD},
    {"the password: hunter2.", "the password: " PASSWORD "."},
    {"password=\xC3\xA4\xC3\xB6\xC3\xBC!", "password=" PASSWORD},
    {"spring.datasource.password=hunter2",
     "spring.datasource.password=" PASSWORD},
    {"https://dma:hunter2@git.example.org/x.git",
     "https://dma:" PASSWORD "@git.example.org/x.git"},
    {"DATABASE_URL=postgres://mastodon:pa/ssw@db.example.org:5432/prod",
     "DATABASE_URL=postgres://mastodon:" PASSWORD "@db.example.org:5432/prod"},
    {"redis://:hunter2@fritz:6379/0", "redis://:" PASSWORD "@fritz:6379/0"},
    /* by the name before them */
    {"OTP_SECRET=" HEX64, "OTP_SECRET=" TOKEN},
    {"SECRET_KEY_BASE=" HEX64 HEX64, "SECRET_KEY_BASE=" TOKEN},
    {"OTP_SECRET=correcthorsebattery", "OTP_SECRET=" TOKEN},
    {"VAPID_PRIVATE_KEY=" BASE64, "VAPID_PRIVATE_KEY=" KEY},
    {"PrivateKey = " BASE64, "PrivateKey = " KEY},
    {"the token is " HEX32, "the token is " TOKEN},
    {"key " HEX64, "key " TOKEN},
    {"api_key: 'abcd1234efgh5678'", "api_key: '" TOKEN "'"},
    {"client_secret=abcd1234efgh5678&x=1", "client_secret=" TOKEN "&x=1"},
    {"_session_id=" HEX32, "_session_id=" TOKEN},
    {"X-Amz-Signature=" HEX64, "X-Amz-Signature=" TOKEN},
    /* private keys */
    {BEGIN("") "\n" PEM_LINES END(""), KEY},
    {"cat key\n" BEGIN("OPENSSH ") "\n" PEM_LINES END("OPENSSH ") "\nDone",
     "cat key\n" KEY "\nDone"},
    {"> " BEGIN("RSA ") "\n> Proc-Type: 4,ENCRYPTED\n> DEK-Info: AES-128-CBC,"
                        "00\n>\n> " PEM_LINES "> " END("RSA "),
     "> " KEY},
    {"\"key\": \"" BEGIN("EC ") "\\nAAAA\\n" END("EC ") "\\n\"",
     "\"key\": \"" KEY "\\n\""},
    {BEGIN("") "\n" PEM_LINES "and so on", KEY "\nand so on"},
    /* what ends it may be too long, and is not cut within a character */
    {BEGIN("") "\n" PEM_LINES
               "-----END aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
               "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\u00e9\u00e9",
     KEY "\u00e9"},
    {"password='a key " BEGIN("") "\n" PEM_LINES END("") " it is' she said",
     "password='" PASSWORD "' she said"},
    {"AGE-SECRET-KEY-1"
     "QQPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3J",
     KEY},
    /* addresses */
    {"connect to 10.0.0.5:5432 failed", "connect to " ADDRESS ":5432 failed"},
    {"172.16.3.4", ADDRESS},
    {"172.31.255.255.", ADDRESS "."},
    {"192.168.1.1/24", ADDRESS "/24"},
    {"http://100.64.0.1:9090/", "http://" ADDRESS ":9090/"},
    {"169.254.169.254", ADDRESS},
    {"::ffff:10.1.2.3", "::ffff:" ADDRESS},
    {"[fd12:3456:789a::1]:443", "[" ADDRESS "]:443"},
    {"from fe80::1%eth0: timeout", "from " ADDRESS "%eth0: timeout"},
    {"fe80::1: no route", ADDRESS ": no route"},
    {"FC00:1:2:3:4:5:6:7", ADDRESS},
};

static const char *const stays[] = {
    "",
    "Redis cannot persist to disk",
    "Dec 13 18:59:01 fritz bundle[588687]: Redis::CommandError (MISCONF Redis "
    "is configured to save RDB snapshots)",
    "Monitor is DOWN: streaming\n( https://social.example.org/api/v1/streaming/"
    "health ) - Reason: HTTP 502 - Bad Gateway",
    "commit " HEX32 "a3bf4f1b",
    "sha256:" HEX64,
    HEX64 "  backup.tar.gz",
    "digest: sha256:" HEX64,
    "image: registry.example.org/web@sha256:" HEX64,
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJq83vEjRWeJCrze8SNFZ4kKvN7xI0VniQ "
    "dma",
    "PublicKey = " BASE64,
    "vapid_public_key=" BASE64,
    "key /etc/ssl/private/media.example.org-2022.pem",
    "ssl_certificate_key /etc/letsencrypt/live/example.org/privkey.pem;",
    "cache key users/12/avatar",
    "key: value",
    "the key is under the mat",
    "token expired",
    "token: expired",
    "invalid token, try again",
    "secret santa",
    "SECRET=$SECRET",
    "TOKEN=<your token>",
    "password=<password>",
    "PASSWORD=$(cat file)",
    "password: ****",
    "password: ",
    "FATAL: password authentication failed for user \"mastodon\"",
    "pam_unix(passwd:chauthtok): password changed for dma",
    "/etc/passwd:x:0:0",
    "The password of the status page is known to nobody",
    "PWD=/var/lib/postgres",
    "3 passed: 0 failed",
    "Authorization: failed",
    "Authorization failed for dma",
    "bearer of bad news",
    "bypass: yes",
    BEGIN("") " was in the log",
    "-----BEGIN CERTIFICATE-----\n" PEM_LINES "-----END CERTIFICATE-----",
    "127.0.0.1:3000",
    "8.8.8.8 and 172.32.0.1 and 192.169.0.1 and 100.128.0.1",
    "version 10.2.1",
    "nginx/1.10.0.0.1",
    "v10.2.1.5",
    "10.2.1.5rc1",
    "2022.12.17.1",
    "OID 1.3.6.1.10.0.0.1",
    "10.0.0.256",
    "2001:db8::1",
    "fd:12:34:56:78:9a",
    "feed: beef",
    "18:53:07",
    "https://social.example.org:8443/@nova",
    "https://social.example.org/@nova/109",
    "http://[::1]:3000/",
    "ssh://git@git.example.org/x.git",
    "mailto:dma@example.org",
    "eyJ is how they begin",
    "AKIA is a prefix",
    "S3_BUCKET=\"..\"    # Should be S3_BUCKET",
    "sudo -E certbot renew",
    "https://discord.com/channels/1052589341636789258/1052589341636789259",
    "monkey " HEX32,
    "550e8400-e29b-41d4-a716-446655440000",
};

static void scrub_is(const char *text, const char *want)
{
    struct buf once = BUF_INIT(100000), twice = BUF_INIT(100000);
    bool changed = secrets_scrub(str_of(text), &once, NULL);
    if (!str_is(buf_str(&once), want))
        fail_msg("%s\nbecame\n%s\nnot\n%s", text, buf_text(&once), want);
    assert_int_equal(changed, strcmp(text, want) != 0);
    assert_false(secrets_scrub(buf_str(&once), &twice, NULL));
    assert_string_equal(buf_text(&twice), buf_text(&once));
    buf_release(&once);
    buf_release(&twice);
}

static void secrets_are_removed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof removed / sizeof *removed; i++)
        scrub_is(removed[i].text, removed[i].scrubbed);
}

static void what_is_none_stays(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof stays / sizeof *stays; i++)
        scrub_is(stays[i], stays[i]);
}

static void the_author_learns_what_was_held_back(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"nothing", ""},
        {"password=a", "a password"},
        {"10.0.0.1 " GITHUB, "a token and a private address"},
        {"10.0.0.1 10.0.0.2", "2 private addresses"},
        {GITHUB " " GITHUB " password=a 10.0.0.1",
         "2 tokens, a password and a private address"},
        {BEGIN("") "\n" PEM_LINES END(""), "a private key"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf out = BUF_INIT(1000), words = BUF_INIT(1000);
        struct secrets_found found;
        (void)secrets_scrub(str_of(cases[i].text), &out, &found);
        secrets_found_words(&found, &words);
        assert_string_equal(buf_text(&words), cases[i].words);
        buf_release(&out);
        buf_release(&words);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets_are_removed),
        cmocka_unit_test(what_is_none_stays),
        cmocka_unit_test(the_author_learns_what_was_held_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
