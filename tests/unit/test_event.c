/*
 * The table of an event's fields: complete, readable, writable; and the bytes
 * that the hash chain covers.
 */
#include "bot/core/event.h"

/* clang-format off */
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

static size_t size_of(const struct event_field *field)
{
    static const size_t sizes[] = {
        [FIELD_INT64] = sizeof(int64_t),   [FIELD_ID] = sizeof(uint64_t),
        [FIELD_BOOL] = sizeof(bool),       [FIELD_ENUM] = sizeof(int),
        [FIELD_TEXT] = sizeof(struct str), [FIELD_TYPED] = WHEN_TYPED_BYTES};
    return sizes[field->type];
}

/* A member without a row leaves more bytes uncovered than alignment does: count
 * again what the compiler leaves out when this number changes. */
#define PADDING 74
static void the_table_covers_the_struct(void **state)
{
    (void)state;
    unsigned char covered[sizeof(struct event)] = {0};
    memset(covered, 1, sizeof(int64_t)); /* seq is the row's key */
    for (int i = 0; i < event_field_count; i++) {
        const struct event_field *field = &event_fields[i];
        assert_true(field->offset + size_of(field) <= sizeof covered);
        for (size_t k = 0; k < size_of(field); k++)
            assert_int_equal(covered[field->offset + k]++, 0);
        for (int j = 0; j < i; j++)
            assert_string_not_equal(event_fields[j].name, field->name);
        assert_int_equal(field->type == FIELD_ENUM, field->words != NULL);
    }
    size_t padding = 0;
    for (size_t i = 0; i < sizeof covered; i++)
        padding += covered[i] == 0;
    assert_int_equal(padding, PADDING);
}

static void fields_are_read_as_they_are_set(void **state)
{
    (void)state;
    struct event event = {0};
    for (int i = 0; i < event_field_count; i++) {
        const struct event_field *field = &event_fields[i];
        assert_true(event_field_is_default(&event, field));
        if (event_field_is_text(field))
            event_set_text(&event, field, str_of(field->name));
        else if (field->type == FIELD_ENUM)
            event_set_number(&event, field, field->words->count - 1);
        else
            event_set_number(&event, field,
                             field->type == FIELD_BOOL ? 1 : 1000 + i);
    }
    for (int i = 0; i < event_field_count; i++) {
        const struct event_field *field = &event_fields[i];
        assert_false(event_field_is_default(&event, field));
        if (event_field_is_text(field))
            assert_true(str_is(event_get_text(&event, field), field->name));
        else if (field->type == FIELD_ENUM)
            assert_int_equal(event_get_number(&event, field),
                             field->words->count - 1);
        else
            assert_int_equal(event_get_number(&event, field),
                             field->type == FIELD_BOOL ? 1 : 1000 + i);
    }
    assert_int_equal(event.kind, EVENT_SECTION);
    assert_string_equal(event.occurred.typed, "occurred_typed");
    assert_true(str_is(event.holder.name, "holder_name"));
    assert_true(event.change_temporary && event.is_drill && event.failed);
}

static void canonical_bytes_do_not_change(void **state)
{
    (void)state;
    struct event event = {
        .seq = 7, /* not covered: the chain gives the place */
        .recorded_at_ms = 1670957580000,
        .kind = EVENT_FINDING,
        .occurred = {.from_ms = 1670957520000,
                     .to_ms = 1670957520000,
                     .precision = WHEN_MINUTE,
                     .typed = "18:52"},
        .actor = {ACTOR_MEMBER, UINT64_C(18446744073709551615),
                  STR("n\xC3\xB6va")},
        .text = STR("two\nlines"),
        .link = STR(""),
        .confidence = CONFIDENCE_RULED_OUT,
        .change_temporary = true,
        .next_in_min = -1,
    };
    static const char expected[] = "recorded_at_ms=13:1670957580000\n"
                                   "kind=7:finding\n"
                                   "occurred_from_ms=13:1670957520000\n"
                                   "occurred_to_ms=13:1670957520000\n"
                                   "occurred_precision=6:minute\n"
                                   "occurred_typed=5:18:52\n"
                                   "actor_type=6:member\n"
                                   "actor_id=20:18446744073709551615\n"
                                   "actor_name=5:n\xC3\xB6va\n"
                                   "text=9:two\nlines\n"
                                   "confidence=9:ruled-out\n"
                                   "change_temporary=1:1\n"
                                   "next_in_min=2:-1\n";
    struct buf out = BUF_INIT(2000);
    event_canonical(&event, &out);
    assert_string_equal(buf_text(&out), expected);
    buf_clear(&out);
    event_canonical(&(struct event){0}, &out);
    assert_string_equal(buf_text(&out), "");
    buf_release(&out);
}

static void words_are_found_in_any_case(void **state)
{
    (void)state;
    assert_int_equal(word_find(&severity_words, STR("sev1")), SEVERITY_1);
    assert_int_equal(word_find(&confidence_words, STR("ruled-out")),
                     CONFIDENCE_RULED_OUT);
    assert_int_equal(word_find(&state_words, STR("resolve")), -1);
    assert_int_equal(word_find(&state_words, STR_NONE), -1);
    assert_string_equal(word_of(&type_words, TYPE_NEAR_MISS), "near-miss");
    assert_string_equal(word_of(&precision_words, WHEN_RANGE), "range");
    assert_int_equal(event_kind_words.count, EVENT_KIND_COUNT);
}

static void the_timeline_leaves_out_what_is_not_a_story(void **state)
{
    (void)state;
    static const struct {
        struct event event;
        bool by_person, in_timeline;
    } cases[] = {
        {{.kind = EVENT_NOTE}, true, true},
        {{.kind = EVENT_ALERT}, true, true},
        {{.kind = EVENT_IDEA}, true, false},
        {{.kind = EVENT_EVIDENCE}, true, true},
        {{.kind = EVENT_EVIDENCE, .target = 3}, true, false},
        {{.kind = EVENT_DECLARED, .text = {"t", sizeof "t" - 1}}, false, false},
        {{.kind = EVENT_STATE}, false, false},
        {{.kind = EVENT_STATE,
          .state_from = STATE_MITIGATED,
          .state_to = STATE_INVESTIGATING},
         false,
         true},
        {{.kind = EVENT_STATE,
          .state_from = STATE_RESOLVED,
          .state_to = STATE_REVIEW},
         false,
         false},
        {{.kind = EVENT_STATE, .text = {"fixed", sizeof "fixed" - 1}},
         false,
         true},
        {{.kind = EVENT_ROLE}, false, true},
        {{.kind = EVENT_TASK, .text = {"failed", sizeof "failed" - 1}},
         false,
         false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(event_kind_by_person(cases[i].event.kind),
                         cases[i].by_person);
        assert_int_equal(event_in_timeline(&cases[i].event),
                         cases[i].in_timeline);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_covers_the_struct),
        cmocka_unit_test(fields_are_read_as_they_are_set),
        cmocka_unit_test(canonical_bytes_do_not_change),
        cmocka_unit_test(words_are_found_in_any_case),
        cmocka_unit_test(the_timeline_leaves_out_what_is_not_a_story),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
