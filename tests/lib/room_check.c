#include "tests/lib/room_check.h"

#include "bot/discord/interaction.h"
#include "bot/discord/json.h"
#include "bot/room/batch.h"
#include "storage/rooms.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct check {
    const struct world *world;
    struct room_view view;
    uint64_t channel;
    int64_t last_seq; /* of the message before */
    int messages;
    struct buf want, got; /* the numbers of the entries, in order */
};

/* What Discord refuses is withheld, and with it what stands in its message. */
static void withhold(const struct check *check, struct batch *batch,
                     const struct room_message *row)
{
    const char *blocked = check->world->blocked;
    if (blocked == NULL || strstr(buf_text(&batch->text), blocked) == NULL)
        return;
    batch->is_withheld = true;
    assert_int_equal(batch_again(batch, row->first_seq, row->last_seq), ERR_OK);
}

/* The message says what the record says of its range, and follows the one
 * before it. */
static void check_message(struct check *check, const struct room_message *row)
{
    struct batch batch = {.view = &check->view};
    const cJSON *message = world_message(check->world, row->message_id);
    assert_non_null(message);
    assert_false(json_is_true(message, "deleted"));
    assert_int_equal(json_get_id(message, "channel_id"), check->channel);
    assert_int_equal(row->ordinal, ++check->messages);
    assert_int_equal(row->first_seq, check->last_seq + 1);
    check->last_seq = row->last_seq;
    assert_int_equal(batch_again(&batch, row->first_seq, row->last_seq),
                     ERR_OK);
    withhold(check, &batch, row);
    assert_string_equal(cJSON_GetStringValue(json_get(message, "content")),
                        buf_text(&batch.text));
    struct str rest = buf_str(&batch.text), line;
    while (str_cut(&rest, '\n', &line)) {
        struct str number;
        if (str_starts(line, "-# #") &&
            !str_ends(line, "no longer shown here")) {
            assert_true(str_cut(&line, ' ', &number));
            assert_true(str_cut(&line, ' ', &number));
            buf_addf(&check->got, "%.*s ", STR_ARG(number));
        }
    }
    buf_release(&batch.text);
}

/* Each but the card; they are numbered without a gap. */
static void check_messages(struct check *check)
{
    struct store *store = check->world->store;
    int64_t id = check->view.in->id;
    enum room room = check->view.room;
    struct room_message row;
    while (store_room_message(store, id, room, check->messages + 1, &row) ==
           ERR_OK)
        check_message(check, &row);
    enum err err = store_last_room_message(store, id, room, &row);
    assert_true(err == ERR_NOT_FOUND || err == ERR_OK);
    assert_int_equal(err == ERR_OK ? row.ordinal : 0, check->messages);
}

static void number_shown(const struct shown *shown, void *context)
{
    struct check *check = context;
    buf_addf(&check->want, "#%" PRId64 " ", shown->event.seq);
    assert_in_range(shown->event.seq, 1, check->last_seq);
}

static bool number_logged(const struct event *event, void *context)
{
    struct check *check = context;
    assert_int_equal(shown_read(&check->view, event, number_shown, check),
                     ERR_OK);
    return true;
}

void check_room(const struct world *world, int64_t id, enum room room)
{
    struct incident in = world_incident(world, id);
    struct check check = {
        .world = world,
        .view = {.store = world->store,
                 .in = &in,
                 .room = room,
                 .delay_ms = room == ROOM_LIVE ? world->set.live_delay_ms : 0},
        .channel = room == ROOM_WAR ? in.war_channel_id : in.live_channel_id,
        .want = BUF_INIT(1u << 20),
        .got = BUF_INIT(1u << 20),
    };
    check_messages(&check);
    assert_int_equal(store_each_event(world->store, id, EVENTS_BY_SEQ, 0,
                                      number_logged, &check),
                     ERR_OK);
    assert_string_equal(buf_text(&check.got), buf_text(&check.want));
    bool is_shared = check.channel == in.origin_channel_id;
    int others = world->others == NULL ? 0 : world->others(world, &in, room);
    if (check.channel != 0 && !is_shared) /* and the card */
        assert_int_equal(world_message_count(world, check.channel),
                         check.messages + others + 1);
    buf_release(&check.want);
    buf_release(&check.got);
}

/* How the probes stood when it was made is not on record. */
static void cut_probes(char *json)
{
    char *from = strstr(json, "\\n**Probes** ");
    char *end = from == NULL ? NULL : strpbrk(from + 2, "\"\\");
    if (end != NULL)
        memmove(from, end, strlen(end) + 1);
}

/* The card that stands is the card of the record. */
void check_card(const struct world *world, int64_t id, enum room room)
{
    struct incident in = world_incident(world, id);
    struct open_counts open;
    struct room_message kept;
    uint64_t message_id = in.card_message_id;
    if (room == ROOM_LIVE) {
        if (!incident_is_for_all(world->store, in.duplicate_of))
            in.duplicate_of = 0;
        assert_int_equal(store_room_message(world->store, id, room, 0, &kept),
                         ERR_OK);
        message_id = kept.message_id;
    }
    assert_int_equal(store_open_counts(world->store, id, &open), ERR_OK);
    const cJSON *stands = world_message(world, message_id);
    const struct card_parts parts = {
        .open = open,
        .page_is_withheld =
            incident_page_is_withheld(&in, world->set.private_pages),
    };
    cJSON *want = card_message(&in, &parts, room);
    static const char *const names[] = {"embeds", "components"};
    for (size_t i = 0; i < 2; i++) {
        char *a = cJSON_PrintUnformatted(json_get(stands, names[i]));
        char *b = cJSON_PrintUnformatted(json_get(want, names[i]));
        cut_probes(a);
        assert_string_equal(a, b);
        free(a);
        free(b);
    }
    cJSON_Delete(want);
}

int room_said(const struct world *world, uint64_t channel, const char *text)
{
    struct buf all = BUF_INIT(1u << 20);
    int found = 0;
    world_contents(world, channel, &all);
    for (const char *at = buf_text(&all); (at = strstr(at, text)) != NULL; at++)
        found++;
    buf_release(&all);
    return found;
}

bool room_says(const struct world *world, uint64_t channel, const char *text)
{
    return room_said(world, channel, text) > 0;
}

int64_t room_remind(struct world *world, int64_t id, enum reminder reminder,
                    int64_t target)
{
    struct request request = {
        .kind = REQUEST_REMIND,
        .draft = {.reminder = reminder, .target = target}};
    (void)world_take(world, id, &request);
    return world_incident(world, id).last_seq;
}

int64_t room_item(struct world *world, int64_t id, const char *text)
{
    const struct request item = {
        .kind = REQUEST_ITEM,
        .draft = {.text = str_of(text),
                  .due_ms = WORLD_START,
                  .recorder = {ACTOR_MEMBER, 77, STR("nova")}}};
    (void)world_take(world, id, &item);
    return world_incident(world, id).last_seq;
}

/* ---- what people think better of ---- */

static const struct actor quill = {ACTOR_MEMBER, 79, {"quill", 5}};

static bool copy_draft(const struct entry *entry, void *context)
{
    incident_edit_draft(&entry->event, context);
    return false;
}

void room_correct(struct world *world, int64_t id, int64_t seq,
                  const char *text, enum visibility visibility)
{
    struct request request = {.kind = REQUEST_EDIT,
                              .draft = {.recorder = quill}};
    assert_int_equal(
        store_entry(world->store, id, seq, copy_draft, &request.draft), ERR_OK);
    request.draft.actor = (struct actor){ACTOR_MEMBER, 77, STR("nova")};
    request.draft.text = str_of(text);
    request.draft.visibility = visibility;
    (void)world_take(world, id, &request);
}

int64_t room_newest(const struct world *world, int64_t id)
{
    return world_incident(world, id).last_seq;
}

void room_contents(const struct world *world, uint64_t channel, const char *has,
                   const char *has_not)
{
    struct buf all = BUF_INIT(1u << 20);
    world_contents(world, channel, &all);
    if (has != NULL && strstr(buf_text(&all), has) == NULL)
        fail_msg("\"%s\" is not in\n%s", has, buf_text(&all));
    if (has_not != NULL && strstr(buf_text(&all), has_not) != NULL)
        fail_msg("\"%s\" is in\n%s", has_not, buf_text(&all));
    buf_release(&all);
}

void room_add_file(struct world *world, int64_t id, int64_t seq)
{
    struct request request = {
        .kind = REQUEST_EFFECT,
        .draft = {.effect = EFFECT_FETCH,
                  .target = seq,
                  .actor = {ACTOR_MEMBER, 77, STR("nova")},
                  .file_name = STR("members.csv"),
                  .file_sha256 = STR("b1946ac92492d2347c6235b4d2611184"),
                  .file_bytes = 6}};
    (void)world_take(world, id, &request);
}
