/* What the bot promises, held against what is on record and in the rooms. */
#include "tests/sim/promises.h"
#include "storage/drafts.h"
#include "storage/verify.h"
#include "tests/sim/monitors.h"
#include "tests/sim/people.h"

#include "bot/base/mem.h"
#include "bot/cli/cli.h"
#include "bot/discord/json.h"
#include "bot/postmortem/postmortem.h"
#include "commands/answer.h"
#include "tests/lib/room_check.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SWEPT_MS (3 * MS_PER_HOUR)

/* What the answer says when it was kept. */
static const char *const claims[ACTS] = {
    [ACT_DECLARE] = " is declared, ",
    [ACT_DECLARE_PRIVATE] = " is declared, ",
    [ACT_ADD] = "Kept as #",
    [ACT_ADD_ROOM] = "Kept as #",
    [ACT_ADD_PRIVATE] = "Kept as #",
    [ACT_CHANGE] = "Kept as #",
    [ACT_ADD_LONG] = "Kept as #",
    [ACT_CHANGE_LONG] = "Kept as #",
    [ACT_UPDATE] = "Kept as #",
    [ACT_EDIT] = " now reads",
    [ACT_STRIKE] = " is struck: ",
    [ACT_RESOLVE] = " is resolved since",
    [ACT_REOPEN] = " is open again",
    [ACT_WRITE] = " is written; ",
    [ACT_DECLARE_SERVICE] = " is declared, ",
    [ACT_DECLARE_ALIKE] = " is declared, ",
    [ACT_PRESS_CARD] = " is declared, ",
    [ACT_PRESS_CARD_TWICE] = " is declared, ",
    [ACT_ITEM] = "Action item **",
    [ACT_HANDOFF] = "The brief is entry #",
    [ACT_LEAVE] = "You are no longer ",
    [ACT_CANCEL] = " is cancelled since",
    [ACT_SNOOZE] = "No reminder \"",
    [ACT_IDEA] = "Kept as #",
    [ACT_ITEM_ASSIGN] = "Action item **",
    [ACT_ITEM_DONE] = " is done: ",
    [ACT_ITEM_DROP] = " is dropped: ",
    [ACT_ADD_FILE] = "Kept as #",
    [ACT_IMPORT] = "Imported into",
    [ACT_IMPORT_FILE] = "Imported into",
};

static bool says_kept(const struct ask *ask)
{
    const char *said = ask->said == NULL ? "" : ask->said;
    if (ask->act == ACT_ASSIGN)
        return deeds_assigned(ask, said);
    if (ask->act == ACT_SETTLE)
        return deeds_settled(said);
    return claims[ask->act] != NULL && strstr(said, claims[ask->act]) != NULL;
}

/* What an answer says when what somebody had typed before was used. */
static bool says_used(const struct ask *ask)
{
    return ask->said != NULL && (strstr(ask->said, "Kept as #") != NULL ||
                                 strstr(ask->said, " is declared, ") != NULL ||
                                 strstr(ask->said, "Imported into") != NULL ||
                                 strstr(ask->said, "Action item **") != NULL);
}

static void check_draft(const struct ask *ask)
{
    for (int i = 0; i < people_ask_count(); i++) {
        const struct ask *other = people_ask(i);
        if (other != ask && other->draft == ask->draft && says_used(other))
            sim_fail("%s and %s both use what was typed once", ask->word,
                     other->word);
    }
}

/* How often each word was recorded, by the number in it, and in which entry at
 * last: the correction of a change says again what it leaves as it is. */
static struct {
    struct recorded_word {
        int times;
        int64_t incident_id, seq;
    } * words;
    int count;
} record;

static bool counts_as_kept(enum event_kind kind)
{
    return event_kind_by_person(kind) || kind == EVENT_DECLARED ||
           kind == EVENT_STATE || kind == EVENT_STRIKE || kind == EVENT_EDIT ||
           kind == EVENT_SECTION || kind == EVENT_ROLE ||
           kind == EVENT_HANDOFF || kind == EVENT_SETTLED || kind == EVENT_ITEM;
}

/* Whether it may say again what the same entry said, or any. */
enum repeats { REPEATS_NOTHING, REPEATS_ITSELF, REPEATS_ANY };

static void note_word(int number, int64_t incident_id, int64_t seq,
                      enum repeats repeats)
{
    struct recorded_word *word = &record.words[number];
    bool is_same = word->incident_id == incident_id && word->seq == seq;
    if (word->times > 0 &&
        (repeats == REPEATS_ANY || (repeats == REPEATS_ITSELF && is_same)))
        return;
    *word = (struct recorded_word){word->times + 1, incident_id, seq};
}

static void count_word(struct str text, int64_t incident_id, int64_t seq,
                       enum repeats repeats)
{
    for (size_t i = 0; i + 2 < text.n; i++) {
        if (text.s[i] != 'q')
            continue;
        size_t at = i + 1;
        int number = 0;
        while (at < text.n && text.s[at] >= '0' && text.s[at] <= '9')
            number = number * 10 + text.s[at++] - '0';
        if (at > i + 1 && at < text.n && text.s[at] == 'z' &&
            number <= record.count)
            note_word(number, incident_id, seq, repeats);
    }
}

/* A role's text may name who had it before; an item's, of what it was made. */
static enum repeats repeats_of(const struct event *event)
{
    bool names_former =
        event->kind == EVENT_ROLE && event->holder.type != ACTOR_NOBODY;
    bool is_new_item = event->kind == EVENT_ITEM && event->target == 0;
    bool corrects_change =
        event->kind == EVENT_EDIT && event->change_what.n > 0;
    return names_former || is_new_item ? REPEATS_ANY
           : corrects_change           ? REPEATS_ITSELF
                                       : REPEATS_NOTHING;
}

/* It is known by its minutes. */
static void count_snooze(const struct event *event, int64_t incident_id)
{
    int64_t minutes =
        (event->until_ms - event->recorded_at_ms + MS_PER_MINUTE / 2) /
        MS_PER_MINUTE;
    if (minutes > 0 && minutes <= record.count &&
        people_ask((int)minutes - 1)->act == ACT_SNOOZE)
        note_word((int)minutes, incident_id, event->seq, REPEATS_NOTHING);
}

static bool count_event(const struct event *event, void *context)
{
    const struct incident *in = context;
    if (event->kind == EVENT_SNOOZE)
        count_snooze(event, in->id);
    bool is_edit = event->kind == EVENT_EDIT;
    int64_t seq = is_edit ? event->target : event->seq;
    bool is_echo = event->kind == EVENT_ALERT &&
                   event->alert_state == ALERT_OVER; /* of what was corrected */
    if (!counts_as_kept(event->kind) || is_echo)
        return true;
    if (event->kind == EVENT_CHANGE)
        count_word(event->change_what, in->id, seq, REPEATS_NOTHING);
    if (event->kind == EVENT_ROLE)
        count_word(event->holder.name, in->id, seq, REPEATS_NOTHING);
    if (event->kind == EVENT_ITEM)
        count_word(event->holder.name, in->id, seq, REPEATS_ANY);
    count_word(event->text, in->id, seq, repeats_of(event));
    return true;
}

static bool count_incident(const struct incident *in, void *context)
{
    (void)context;
    struct incident its = *in;
    return store_each_event(sim.store, in->id, EVENTS_BY_SEQ, 0, count_event,
                            &its) == ERR_OK;
}

static void read_record(void)
{
    record.count = people_ask_count();
    size_t bytes = ((size_t)record.count + 1) * sizeof *record.words;
    record.words = mem_resize(record.words, bytes);
    memset(record.words, 0, bytes);
    if (store_each_incident(sim.store, count_incident, NULL) != ERR_OK)
        sim_fail("the record cannot be read: %s", store_why(sim.store));
}

static void check_ask(int i)
{
    const struct ask *ask = people_ask(i);
    if (ask->draft != 0 && says_used(ask))
        check_draft(ask);
    int times = record.words[i + 1].times;
    const char *said = ask->said == NULL ? "" : ask->said;
    people_check(ask, times);
    if (times > 1)
        sim_fail("%s (%s) is on record %d times", act_name(ask->act), ask->word,
                 times);
    if (times == 0 && says_kept(ask))
        sim_fail("%s (%s) is lost; they were told: %s", act_name(ask->act),
                 ask->word, said);
    if (times > 0 && !ask->may_return &&
        strstr(said, "othing was kept") != NULL)
        sim_fail("%s (%s) is on record; they were told: %s", act_name(ask->act),
                 ask->word, said);
}

void must_read(enum err err)
{
    if (err != ERR_OK)
        sim_fail("the record cannot be read: %s", store_why(sim.store));
}

static int checked_process, checked_answers, checked_told;

static int answers(void)
{
    int count = monitors_told();
    for (int i = 0; i < people_ask_count(); i++)
        count += people_ask(i)->is_answered;
    return count;
}

static void verify(void)
{
    struct verdicts verdicts;
    struct buf report = BUF_INIT(4000);
    enum err err = store_verify(sim.store, &verdicts, &report);
    if (err != ERR_OK)
        sim_fail("the record is damaged: %s", buf_text(&report));
    buf_release(&report);
}

void promises_reset(void)
{
    checked_process = checked_answers = checked_told = 0;
    due_reset();
}

/* Only when somebody was told something, or the bot has begun anew. */
void promises_check(void)
{
    int now_answered = answers();
    bool is_new = checked_process != sim.process;
    if (sim.store == NULL || store_in_transaction(sim.store) ||
        (!is_new && now_answered == checked_answers))
        return;
    checked_process = sim.process;
    checked_answers = now_answered;
    sim.is_looking = true;
    verify();
    read_record();
    for (int i = 0; i < people_ask_count(); i++)
        check_ask(i);
    if (is_new || checked_told != monitors_told())
        alerts_check();
    checked_told = monitors_told();
    sim.is_looking = false;
}

/* ---- at rest ---- */

static bool has_end(const cJSON *object, const char *name, const char *end)
{
    return str_ends(json_text(object, name), end);
}

static int count_channels(const struct incident *in, const char *room)
{
    const cJSON *channel;
    char mark[60];
    int count = 0;
    (void)snprintf(mark, sizeof mark, "(opsroom INC-%" PRId64 " %s ", in->id,
                   room);
    cJSON_ArrayForEach(channel, discord_world()->channels)
    {
        const char *topic = cJSON_GetStringValue(json_get(channel, "topic"));
        count += topic != NULL && strstr(topic, mark) != NULL;
    }
    return count;
}

static int count_announcements(const struct incident *in)
{
    const cJSON *message;
    char end[40];
    int count = 0;
    (void)snprintf(end, sizeof end, " · INC-%" PRId64, in->id);
    cJSON_ArrayForEach(message, discord_world()->messages)
    {
        uint64_t channel = 0;
        (void)str_to_u64(json_text(message, "channel_id"), &channel);
        count += world_is_announce(channel) &&
                 !json_is_true(message, "deleted") &&
                 has_end(message, "content", end);
    }
    return count;
}

#define VIEW_CHANNEL (UINT64_C(1) << 10)

/* No room of a private incident is open to everybody. */
static void check_hidden(const struct incident *in)
{
    const cJSON *channel, *overwrite;
    char mark[40];
    (void)snprintf(mark, sizeof mark, "(opsroom INC-%" PRId64 " ", in->id);
    cJSON_ArrayForEach(channel, discord_world()->channels)
    {
        const char *topic = cJSON_GetStringValue(json_get(channel, "topic"));
        bool is_hidden = topic == NULL || strstr(topic, mark) == NULL;
        cJSON_ArrayForEach(overwrite,
                           json_get(channel, "permission_overwrites"))
        {
            uint64_t id = 0, deny = 0;
            (void)str_to_u64(json_text(overwrite, "id"), &id);
            (void)str_to_u64(json_text(overwrite, "deny"), &deny);
            is_hidden |= id == WORLD_GUILD && (deny & VIEW_CHANNEL) != 0;
        }
        if (!is_hidden)
            sim_fail("INC-%" PRId64 " is private, and everybody sees: %s",
                     in->id, topic);
        if (topic != NULL && strstr(topic, mark) != NULL &&
            strstr(topic, in->title) != NULL)
            sim_fail("INC-%" PRId64 " is private, and its title is in: %s",
                     in->id, topic);
    }
}

/* The branch ends with what the record says now; who reopens an incident goes
 * on in its room. */
static void check_page(const struct incident *in)
{
    struct postmortem_settings settings;
    struct buf page = BUF_INIT(4u << 20), why = BUF_INIT(500);
    cli_postmortem_settings(sim.config, &settings);
    if (postmortem_render(sim.store, in, &settings, &page, &why) != ERR_OK)
        sim_fail("INC-%" PRId64 " has no page: %s", in->id, buf_text(&why));
    if (!str_eq(str_of(git_page(in->id)), buf_str(&page)))
        sim_fail("INC-%" PRId64 " has a page that is not up to date", in->id);
    buf_release(&page);
    buf_release(&why);
}

/* What people wrote, as they wrote it last. */
static bool note_section(const struct event *event, void *context)
{
    struct buf *sections = context;
    if (event->kind != EVENT_SECTION)
        return true;
    buf_clear(&sections[event->section]);
    buf_add(&sections[event->section], event->text);
    return true;
}

static void check_sections(const struct incident *in)
{
    struct buf sections[SECTION_COUNT];
    for (int i = 0; i < SECTION_COUNT; i++)
        sections[i] = BUF_INIT(10000);
    must_read(store_each_event(sim.store, in->id, EVENTS_BY_SEQ, 0,
                               note_section, sections));
    const char *page = git_page(in->id);
    for (int i = 0; i < SECTION_COUNT; i++) {
        if (strstr(page, buf_text(&sections[i])) == NULL)
            sim_fail("INC-%" PRId64 " has a page without \"%s\": %s", in->id,
                     word_of(&section_words, i), buf_text(&sections[i]));
        buf_release(&sections[i]);
    }
}

static void check_written_page(const struct incident *in)
{
    check_page(in);
    check_sections(in);
}

/* What git refused for so long is on record, and tried again later. */
static void check_written(const struct incident *in)
{
    bool has_failed = false;
    if (effect_failed_last(sim.store, in->id, EFFECT_POSTMORTEM, 0,
                           &has_failed) != ERR_OK)
        sim_fail("the record cannot be read: %s", store_why(sim.store));
    if (!has_failed)
        sim_fail("INC-%" PRId64 " is resolved and has no page", in->id);
}

bool is_tidied(const struct incident *in)
{
    bool is_left = in->state == STATE_CLOSED || in->state == STATE_CANCELLED ||
                   (!incident_is_live(in) && in->remind_archive.last_ms != 0);
    return is_left && discord_lost_any();
}

bool is_withheld(const struct incident *in)
{
    return in->is_private && !sim.config->private_pages;
}

static void check_one(const struct incident *in)
{
    int wars = count_channels(in, "war"), lives = count_channels(in, "live");
    int lines = count_announcements(in);
    if (wars > 1 || lives > 1)
        sim_fail("INC-%" PRId64 " has %d war rooms and %d live rooms", in->id,
                 wars, lives);
    if (lines != (in->is_private ? 0 : 1) && !is_tidied(in) &&
        !discord_lost_unseen(WORLD_ANNOUNCE) &&
        !discord_lost_unseen(WORLD_ANNOUNCE_NEXT))
        sim_fail("INC-%" PRId64 "%s is announced %d times", in->id,
                 in->is_private ? ", which is private," : "", lines);
    if (in->is_private)
        check_hidden(in);
    rooms_check(in);
    reminders_check(in);
    deeds_check(in);
    forge_check(in);
    /* Of one that a job left that died only the next job would hear. */
    int branches = git_branches(in->id);
    if (branches != (in->postmortem_ref[0] != '\0' ? 1 : 0) &&
        !(is_withheld(in) && branches == 1))
        sim_fail("INC-%" PRId64 " has %d branches", in->id, branches);
    if (in->postmortem_ref[0] != '\0' && !incident_is_live(in) &&
        in->state != STATE_CLOSED && !is_withheld(in))
        check_written_page(in);
    if (in->state == STATE_RESOLVED && !is_withheld(in))
        check_written(in);
}

struct all {
    struct incident *list;
    int count;
};

static bool keep(const struct incident *in, void *context)
{
    struct all *all = context;
    all->list =
        mem_resize(all->list, ((size_t)all->count + 1) * sizeof *all->list);
    all->list[all->count++] = *in;
    return true;
}

static void check_rooms(const struct incident *in)
{
    const struct world *world = discord_world();
    if (is_tidied(in))
        return;
    if (incident_room(in) != 0 && !discord_lost_unseen(in->war_channel_id)) {
        check_room(world, in->id, ROOM_WAR);
        check_card(world, in->id, ROOM_WAR);
    }
    if (!in->is_private && in->live_channel_id != 0 &&
        !discord_lost_unseen(in->live_channel_id)) {
        check_room(world, in->id, ROOM_LIVE);
        check_card(world, in->id, ROOM_LIVE);
    }
}

/* What was typed and not used is kept for a day. What kept it from being swept
 * is over by the time that is allowed besides; a start begins that anew, and a
 * clock that was set tells another day. */
static void check_forgotten(const struct ask *ask)
{
    struct buf text = BUF_INIT(DRAFT_BYTES);
    if (sim.was_skewed || sim.process != 1 || ask->delivered_ms == 0 ||
        sim.now_ms - ask->delivered_ms < MS_PER_DAY + SWEPT_MS)
        return;
    if (store_draft(sim.store, ask->id, caller_id(ask->who), &text) !=
        ERR_NOT_FOUND)
        sim_fail("what was typed is kept for more than a day");
    buf_release(&text);
}

/* tests/lib says what is wrong by way of cmocka. */
static void rooms_say_what_the_record_says(void **state)
{
    const struct all *all = *state;
    for (int i = 0; i < all->count; i++)
        check_rooms(&all->list[i]);
}

void promises_check_due(void)
{
    sim.is_looking = true;
    due_check();
    sim.is_looking = false;
}

bool promises_are_mended(void)
{
    sim.is_looking = true;
    bool is_mended = due_is_healed();
    sim.is_looking = false;
    return is_mended;
}

void promises_check_all(void)
{
    struct all all = {NULL, 0};
    const struct CMUnitTest rooms[] = {
        cmocka_unit_test_prestate(rooms_say_what_the_record_says, &all)};
    sim.is_looking = true;
    verify();
    read_record();
    for (int i = 0; i < people_ask_count(); i++)
        check_ask(i);
    for (int i = 0; i < people_ask_count(); i++)
        check_forgotten(people_ask(i));
    if (store_each_incident(sim.store, keep, &all) != ERR_OK)
        sim_fail("the record cannot be read: %s", store_why(sim.store));
    discord_world()->store = sim.store;
    discord_world()->now_ms = sim.now_ms;
    discord_world()->others = said_others;
    discord_world()->blocked = sim.is_filtered ? SIM_BLOCKED : NULL;
    people_check_recorders();
    alerts_check_all();
    forge_check_all();
    for (int i = 0; i < all.count; i++)
        check_one(&all.list[i]);
    if (cmocka_run_group_tests(rooms, NULL, NULL) != 0)
        sim_fail("the rooms do not say what the record says");
    free(all.list);
    sim.is_looking = false;
}
