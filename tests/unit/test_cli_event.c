/* The record as `opsroom timeline` prints it: every line says what it tells. */
#include "bot/cli/event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOVA                                                                   \
    {                                                                          \
        ACTOR_MEMBER, 77, STR("nova")                                          \
    }
#define DMA                                                                    \
    {                                                                          \
        ACTOR_MEMBER, 78, STR("dma")                                           \
    }

static void every_line_tells(void **state)
{
    (void)state;
    const struct {
        struct event event;
        const char *line; /* after the actor */
    } lines[] = {
        {{.kind = EVENT_NOTE, .text = STR("Disk full\nagain")},
         "note       nova: Disk full\n    again\n"},
        {{.kind = EVENT_EDIT, .target = 4, .text = STR("Disk full")},
         "edit       nova: #4: Disk full\n"},
        {{.kind = EVENT_EDIT,
          .target = 4,
          .entry_kind = EVENT_CHANGE,
          .change_what = STR("TTL"),
          .change_where = STR("cdn"),
          .change_from = STR("60"),
          .change_to = STR("600")},
         "edit       nova: #4: TTL on cdn: 60 → 600\n"},
        {{.kind = EVENT_STRIKE, .target = 4, .text = STR("Wrong")},
         "strike     nova: #4: Wrong\n"},
        {{.kind = EVENT_SETTLED, .target = 4, .settlement = SETTLEMENT_KEPT},
         "settled    nova: #4 is kept\n"},
        {{.kind = EVENT_SETTLED,
          .target = 4,
          .settlement = SETTLEMENT_HANDED_OVER,
          .text = STR("to the day crew")},
         "settled    nova: #4 is handed over: to the day crew\n"},
        {{.kind = EVENT_ITEM,
          .item_kind = ITEM_KIND_DETECT,
          .item_state = ITEM_OPEN,
          .text = STR("Alert on disk space")},
         "item       nova: detect, volunteer wanted: Alert on disk space\n"},
        {{.kind = EVENT_ITEM,
          .target = 4,
          .item_state = ITEM_DONE,
          .holder = DMA,
          .text = STR("It fired")},
         "item       nova: #4 is done, dma: It fired\n"},
        {{.kind = EVENT_HANDOFF,
          .holder = DMA,
          .text = STR("Calm"),
          .brief_actions = STR("Watching"),
          .brief_needs = STR("Sleep")},
         "handoff    nova: to dma: Calm; Watching; Sleep\n"},
        {{.kind = EVENT_LINK, .service = STR("forum")},
         "link       nova: the service forum\n"},
        {{.kind = EVENT_LINK, .other_id = 3, .text = STR("The same")},
         "link       nova: INC-3 The same\n"},
        {{.kind = EVENT_STATE,
          .state_from = STATE_INVESTIGATING,
          .state_to = STATE_CANCELLED,
          .other_id = 3,
          .text = STR("The same")},
         "state      nova: investigating → cancelled, duplicate of INC-3: The "
         "same\n"},
        {{.kind = EVENT_SECTION,
          .section = SECTION_CAUSES,
          .text = STR("A disk")},
         "section    nova: causes: A disk\n"},
        {{.kind = EVENT_SNOOZE,
          .reminder = REMINDER_CHANGE,
          .target = 4,
          .until_ms = INT64_C(1670958600000)},
         "snooze     nova: change still open #4 until 2022-12-13 19:10\n"},
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct event event = lines[i].event;
        struct buf out = BUF_INIT(4000);
        event.seq = 7;
        event.occurred = when_exact(INT64_C(1670958600000));
        event.actor = (struct actor)NOVA;
        event_print(&event, &out);
        const char *start = "2022-12-13 19:10  #7   ";
        assert_true(str_starts(buf_str(&out), start));
        assert_string_equal(buf_text(&out) + strlen(start), lines[i].line);
        buf_release(&out);
    }
}

/* They are above 2^53, where a number of JSON is not exact. */
static void json_has_ids_as_they_are(void **state)
{
    const struct event event = {
        .seq = 2,
        .kind = EVENT_NOTE,
        .actor = {ACTOR_MEMBER, 400000000000000001u, STR("nova")}};
    (void)state;
    cJSON *json = event_json(&event);
    assert_string_equal(
        cJSON_GetStringValue(cJSON_GetObjectItem(json, "actor_id")),
        "400000000000000001");
    cJSON_Delete(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_tells),
        cmocka_unit_test(json_has_ids_as_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
