/* Two people at one section of the postmortem: nobody's words are replaced
 * without a word, and none have to be typed again. */
#include "bot/discord/custom_id.h"
#include "tests/lib/one_caller.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define CHOSEN "1|postmortem write|1|section=causes"

static const char *says(struct interaction it, uint64_t user_id,
                        const char *name)
{
    it.user.id = user_id;
    it.user.name = str_of(name);
    return caller_does(&caller, &it);
}

/* The custom id of the form that `name` has before them now. */
static void opens(char out[static CUSTOM_ID_BYTES], uint64_t user_id,
                  const char *name, const char *button_id)
{
    char pressed[CUSTOM_ID_BYTES]; /* of the answer that goes now */
    assert_non_null(button_id);
    str_copy_to(pressed, str_of(button_id));
    assert_string_equal(says(button(pressed), user_id, name), "");
    const cJSON *data = cJSON_GetObjectItem(caller.answer, "data");
    (void)snprintf(
        out, CUSTOM_ID_BYTES, "%s",
        cJSON_GetStringValue(cJSON_GetObjectItem(data, "custom_id")));
}

static const char *sends(const char *form_id, uint64_t user_id,
                         const char *name, const char *text)
{
    struct interaction it = form(form_id);
    add_text(&it, "text", text);
    return says(it, user_id, name);
}

static void what_stands_there(const char *expected)
{
    char text[8 * 1024] = "";
    struct buf out = BUF_IN(text);
    assert_int_equal(store_section(caller.store, 1, SECTION_CAUSES, &out),
                     ERR_OK);
    assert_string_equal(buf_text(&out), expected);
}

static void the_second_joins_both(void **state)
{
    char novas[CUSTOM_ID_BYTES], dmas[CUSTOM_ID_BYTES];
    (void)state;
    opens(novas, NOVA, "nova", CHOSEN);
    opens(dmas, DMA, "dma", CHOSEN);
    assert_says(sends(novas, NOVA, "nova", "The disk was full."),
                "is written. Sections not written in Discord yet: ");
    const char *words =
        sends(dmas, DMA, "dma", "Nobody watches the disks of web-2.");
    assert_false(caller.taken.accepted);
    assert_says(words, "**INC-1** was written by nova at 19:10 UTC");
    assert_says(words, "after you opened the form");
    assert_says(words, "Yours was not put in its place");
    assert_says(words, "```\nThe disk was full.\n```");
    assert_says(words, "to copy:\n```\nNobody watches the disks of web-2.\n");
    what_stands_there("The disk was full.");

    char both[CUSTOM_ID_BYTES];
    opens(both, DMA, "dma", caller_button(&caller, "Open it with both"));
    assert_string_equal(
        caller_field(&caller, "text"),
        "The disk was full.\n\nNobody watches the disks of web-2.");
    assert_says(sends(both, DMA, "dma", "Full, and unwatched."), "is written");
    assert_true(caller.taken.accepted);
    what_stands_there("Full, and unwatched.");
}

/* Changed again while both are being joined. */
static void a_third_is_not_lost_either(void **state)
{
    char first[CUSTOM_ID_BYTES], second[CUSTOM_ID_BYTES];
    (void)state;
    opens(first, NOVA, "nova", CHOSEN);
    opens(second, DMA, "dma", CHOSEN);
    (void)sends(first, NOVA, "nova", "One.");
    (void)sends(second, DMA, "dma", "Two.");
    opens(second, DMA, "dma", caller_button(&caller, "Open it with both"));
    opens(first, NOVA, "nova", CHOSEN);
    (void)sends(first, NOVA, "nova", "Three.");
    assert_says(sends(second, DMA, "dma", "One. Two."), "```\nThree.\n```");
    what_stands_there("Three.");
}

static void one_after_the_other_is_fine(void **state)
{
    char id[CUSTOM_ID_BYTES];
    (void)state;
    opens(id, NOVA, "nova", CHOSEN);
    (void)sends(id, NOVA, "nova", "One.");
    opens(id, DMA, "dma", CHOSEN);
    assert_says(sends(id, DMA, "dma", "One. Two."),
                "is written; what stood there before is in the record. ");
    what_stands_there("One. Two.");
}

/* Each opened the form of another section. */
static void other_sections_are_no_matter(void **state)
{
    char id[CUSTOM_ID_BYTES], other[CUSTOM_ID_BYTES];
    (void)state;
    opens(id, NOVA, "nova", CHOSEN);
    opens(other, DMA, "dma", "1|postmortem write|1|section=impact");
    (void)sends(other, DMA, "dma", "Logins.");
    assert_says(sends(id, NOVA, "nova", "A disk."), "is written. ");
}

/* Too long for one section together: the form opens with what stands there. */
static void two_long_texts(void **state)
{
    char novas[CUSTOM_ID_BYTES], dmas[CUSTOM_ID_BYTES];
    char theirs[SUMMARY_UNITS], mine[SUMMARY_UNITS];
    (void)state;
    memset(theirs, 't', sizeof theirs - 1);
    memset(mine, 'm', sizeof mine - 1);
    theirs[sizeof theirs - 1] = mine[sizeof mine - 1] = '\0';
    opens(novas, NOVA, "nova", CHOSEN);
    opens(dmas, DMA, "dma", CHOSEN);
    (void)sends(novas, NOVA, "nova", theirs);
    (void)sends(dmas, DMA, "dma", mine);
    assert_int_equal(caller.run.answer.file.n, strlen(mine) + 1);
    opens(dmas, DMA, "dma", caller_button(&caller, "Open it again"));
    assert_string_equal(caller_field(&caller, "text"), theirs);
}

/* Typed without the form, which would have shown what stands there. */
static void what_was_not_seen_is_given_back(void **state)
{
    (void)state;
    struct interaction it = slash("postmortem write");
    add_text(&it, "section", "causes");
    add_text(&it, "text", "The disk was full.");
    assert_says(says(it, NOVA, "nova"),
                "is written. Sections not written in Discord yet: ");
    it.options[1].text = STR("Nobody watches the disks.");
    const char *words = says(it, DMA, "dma");
    assert_true(caller.taken.accepted);
    assert_says(words, "is written, in place of what nova wrote at 19:10 UTC");
    assert_says(words, "To copy what stood there:\n"
                       "```\nThe disk was full.\n```");
    it = slash("postmortem write");
    add_text(&it, "section", "causes");
    add_flag(&it, "clear", true);
    words = says(it, NOVA, "nova");
    assert_says(words, "is empty again, in place of what dma wrote");
    assert_says(words, "```\nNobody watches the disks.\n```");
    assert_says(says(it, NOVA, "nova"),
                "is empty again. Sections not written in Discord yet: ");
}

/* Whoever means "clear it and write this" loses nothing. */
static void what_is_cleared_is_not_written(void **state)
{
    (void)state;
    struct interaction it = slash("postmortem write");
    add_text(&it, "section", "causes");
    add_text(&it, "text", "Nobody watches the disks.");
    add_flag(&it, "clear", true);
    keeps_nothing(&it, "Give `text` or `clear`: a text takes the place of what "
                       "stands there. Nothing was kept.");
    keeps_nothing(&it, "```\nNobody watches the disks.\n```");
    it.options[2].flag = false;
    assert_says(does(&it), "is written. ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, caller_setup_declared,               \
                                    caller_teardown)
        TEST(the_second_joins_both),
        TEST(a_third_is_not_lost_either),
        TEST(one_after_the_other_is_fine),
        TEST(other_sections_are_no_matter),
        TEST(two_long_texts),
        TEST(what_was_not_seen_is_given_back),
        TEST(what_is_cleared_is_not_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
