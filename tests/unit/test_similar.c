/*
 * Titles that mean the same incident, and titles that do not.
 */
#include "bot/core/similar.h"

/* clang-format off */
#include <stdarg.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

static const struct {
    const char *a, *b;
    int least, most;
} pairs[] = {
    {"Global outage: 504 timeouts", "Global outage: 504 timeouts", 100, 100},
    {"Global outage: 504 timeouts", "504 timeouts, global outage!", 100, 100},
    {"Images fail to load", "image failing to load", 100, 100},
    {"Site is down", "The site is offline", 100, 100},
    {"Media cache misses", "Cache missed for media", 90, 100},
    {"Queues are backing up", "queue backed up", 100, 100},
    {"TLS expires: media", "Media certificate expired", 75, 100},
    {"TLS expires: media", "media TLS has expired", 75, 100},
    {"Global outage: 504 timeouts", "504 everywhere", 40, 60},
    /* typos */
    {"Database unreachable", "Databse unreachable", 85, 95},
    {"Media is broken", "Meida is broken", 80, 95},
    {"Streaming stopped", "Streaming stoped", 100, 100},
    /* another host is another incident; a name is not mistyped */
    {"cdn-frankfurt-1 is down", "cdn-fremont-1 is down", 0, 30},
    {"cdn-frankfurt-1 is down", "CDN-Frankfurt-1 down", 100, 100},
    {"media.example.org fails", "mail.example.org fails", 0, 30},
    {"HTTP 502 on fritz", "HTTP 504 on fritz", 30, 60},
    {"Disk full on fritz", "Disk full on franz", 50, 70},
    /* others */
    {"Global outage: 504 timeouts", "TLS expires: media", 0, 0},
    {"Search is down", "Streaming is down", 0, 40},
    {"Mail is slow", "Media is slow", 0, 40},
    {"Queues lag", "Spam wave", 0, 0},
    /* other scripts, and nothing at all */
    {"\xE3\x83\xA1\xE3\x83\x87\xE3\x82\xA3\xE3\x82\xA2",
     "\xE3\x83\xA1\xE3\x83\x87\xE3\x82\xA3\xE3\x82\xA2", 100, 100},
    {"Beschw\xC3\xB6rung", "Beschw\xC3\xB6rungen", 50, 95},
    {"", "", 100, 100},
    {"!!", "??", 0, 0},
    {"", "Site is down", 0, 0},
    {"the", "The site is down", 0, 0},
};

static void titles_are_as_alike_as_people_find_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct str a = str_of(pairs[i].a), b = str_of(pairs[i].b);
        int alike = similar_titles(a, b);
        if (alike < pairs[i].least || alike > pairs[i].most)
            fail_msg("\"%s\" and \"%s\": %d, not %d to %d", pairs[i].a,
                     pairs[i].b, alike, pairs[i].least, pairs[i].most);
        assert_int_equal(similar_titles(b, a), alike);
        assert_int_equal(similar_titles(a, a), 100);
    }
}

static void a_long_title_is_compared_by_its_beginning(void **state)
{
    (void)state;
    char words[1000], word[1000];
    for (size_t i = 0; i < sizeof words; i++) {
        words[i] = i % 4 == 3 ? ' ' : (char)('a' + i / 4 % 26);
        word[i] = 'x';
    }
    struct str many = {words, sizeof words}, long_one = {word, sizeof word};
    assert_int_equal(similar_titles(many, many), 100);
    assert_int_equal(similar_titles(long_one, long_one), 100);
    assert_int_equal(similar_titles(many, long_one), 0);
}

static void the_longer_ago_the_more_alike_it_must_be(void **state)
{
    (void)state;
    struct str full = STR("Disk full on fritz"), other = STR("Disk full");
    int alike = similar_titles(full, other);
    assert_in_range(alike, 75, 89);
    assert_true(similar_is_duplicate(full, other, 0));
    assert_true(similar_is_duplicate(full, other, -20));
    assert_true(similar_is_duplicate(full, other, 1440));
    assert_false(similar_is_duplicate(full, other, 1441));
    assert_true(similar_is_duplicate(full, full, 10080));
    assert_false(similar_is_duplicate(full, full, 10081));
    assert_false(similar_is_duplicate(full, full, INT64_MIN));
    assert_false(similar_is_duplicate(full, STR("Spam wave"), 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(titles_are_as_alike_as_people_find_them),
        cmocka_unit_test(a_long_title_is_compared_by_its_beginning),
        cmocka_unit_test(the_longer_ago_the_more_alike_it_must_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
