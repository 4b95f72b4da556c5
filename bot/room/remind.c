#include "bot/room/announced.h"
#include "bot/room/deliver.h"

#include "bot/base/utf8.h"
#include "bot/core/secrets.h"
#include "bot/discord/custom_id.h"
#include "bot/discord/json.h"
#include "bot/discord/message.h"

#include <inttypes.h>
#include <stdio.h>

/* Says a reminder in the war room, with buttons to do what it asks for, or to
 * put it off; the weekly digest goes to the announce channel. What is no longer
 * so when its turn comes is not said, nor what was reminded of again since:
 * they pile up while Discord, or the room, is away. */

enum { LOOK = 1, POST };

#define EXCERPT_UNITS 300
#define DIGEST_UNITS  1700          /* the rest is counted */
#define ARRIVED_MS    MS_PER_MINUTE /* what was sent is there by then */

struct reminder_text {
    struct visit *visit;
    struct buf text;
    cJSON *message; /* buttons are added on the way */
    enum reminder reminder;
    int64_t target, recorded_ms;
    uint64_t ping;
    bool is_so;
    int left_out; /* of a digest */
};

static void add_excerpt(struct buf *out, struct str text)
{
    struct str line = text, first;
    line.n = utf8_cut_units(line, EXCERPT_UNITS);
    if (!str_cut(&line, '\n', &first))
        return;
    markdown_add_line(out, first);
    if (first.n < text.n)
        buf_add_text(out, "…");
}

static void add_button(struct reminder_text *say, enum button_style style,
                       const char *label, const char *command,
                       const char *preset)
{
    char id[CUSTOM_ID_BYTES];
    (void)custom_id_make(id, command, say->visit->delivery->in.id, preset);
    message_add_button(say->message, style, label, id);
}

static void add_snooze(struct reminder_text *say, const char *label,
                       int minutes)
{
    char preset[90];
    const char *word = word_of(&reminder_words, (int)say->reminder);
    if (say->target == 0)
        (void)snprintf(preset, sizeof preset, "reminder=%s|minutes=%d", word,
                       minutes);
    else
        (void)snprintf(preset, sizeof preset,
                       "reminder=%s|minutes=%d|entry=%" PRId64, word, minutes,
                       say->target);
    add_button(say, BUTTON_SECONDARY, label, "incident snooze", preset);
}

static void call_commander(struct reminder_text *say)
{
    const struct role_holder *commander =
        incident_commander(&say->visit->delivery->in);
    if (commander == NULL || commander->type != ACTOR_MEMBER)
        return;
    say->ping = commander->user_id;
    buf_addf(&say->text, "<@%" PRIu64 "> ", say->ping);
}

/* last_ms: when it was reminded of the same last. */
static bool is_newest(const struct reminder_text *say, int64_t last_ms)
{
    return last_ms <= say->recorded_ms;
}

/* ---- each kind ---- */

static enum err say_commander(struct reminder_text *say)
{
    const struct incident *in = &say->visit->delivery->in;
    say->is_so = incident_is_live(in) && incident_commander(in) == NULL &&
                 is_newest(say, in->remind_commander.last_ms);
    buf_addf(&say->text,
             "**Nobody commands INC-%" PRId64
             ".** Whoever can, takes it: one person who decides and keeps "
             "the others informed.",
             in->id);
    add_button(say, BUTTON_PRIMARY, "I'll take command", "ic assign",
               "user=me");
    add_snooze(say, "Snooze 30 minutes", 30);
    return ERR_OK;
}

static enum err say_update(struct reminder_text *say)
{
    const struct incident *in = &say->visit->delivery->in;
    /* By a clock that was ahead, and was put back since: nobody knows when. */
    bool is_known =
        in->last_told_ms != 0 && in->last_told_ms <= say->visit->now_ms;
    int64_t told_ms = is_known ? in->last_told_ms : in->declared_at_ms;
    say->is_so = incident_is_live(in) && told_ms <= say->recorded_ms &&
                 is_newest(say, in->remind_update.last_ms);
    call_commander(say);
    buf_add_text(&say->text, "**An update is due.** The last one was ");
    markdown_add_timestamp(&say->text, told_ms, 'R');
    buf_add_text(&say->text,
                 ". Tell people how it stands, also when nothing has changed.");
    add_button(say, BUTTON_PRIMARY, "Update", "incident update", "");
    add_snooze(say, "Snooze 30 minutes", 30);
    return ERR_OK;
}

static void add_change(struct buf *out, const struct event *event)
{
    if (event->visibility == VISIBILITY_PRIVATE) {
        buf_add_text(out, "it is in the record only");
    } else {
        add_excerpt(out, event->change_what);
        buf_add_text(out, " on ");
        add_excerpt(out, event->change_where);
    }
    buf_add_text(out, event->change_temporary ? ", temporary. "
                                              : ", not verified. ");
}

static bool tell_change(const struct entry *entry, void *context)
{
    struct reminder_text *say = context;
    say->is_so = entry_is_open(&entry->state) &&
                 is_newest(say, entry->state.reminded_ms);
    buf_addf(&say->text, "**Change #%" PRId64 " is still open:** ",
             entry->state.seq);
    add_change(&say->text, &entry->event);
    buf_add_text(&say->text, "Say what became of it.");
    return false;
}

static enum err say_change(struct reminder_text *say)
{
    const struct visit *visit = say->visit;
    char kept[60], reverted[60];
    call_commander(say);
    (void)snprintf(kept, sizeof kept, "id=%" PRId64 "|what=kept", say->target);
    (void)snprintf(reverted, sizeof reverted, "id=%" PRId64 "|what=reverted",
                   say->target);
    add_button(say, BUTTON_SECONDARY, "Kept", "timeline settle", kept);
    add_button(say, BUTTON_SECONDARY, "Reverted", "timeline settle", reverted);
    add_snooze(say, "Snooze a day", 1440);
    return store_entry(visit->store, visit->delivery->in.id, say->target,
                       tell_change, say);
}

static void add_due(struct buf *out, int64_t due_ms)
{
    char date[CIVIL_ISO_BYTES];
    civil_date(due_ms, date);
    buf_add_text(out, date);
}

static bool tell_item(const struct stored_item *stored, void *context)
{
    struct reminder_text *say = context;
    const struct action_item *item = &stored->item;
    bool is_due = item->due_ms != 0 && item->due_ms <= say->recorded_ms;
    bool is_owned = item->owner_type != ACTOR_NOBODY;
    say->is_so = item_is_open(item) &&
                 (say->reminder == REMINDER_ITEM_DUE ? is_due : !is_owned) &&
                 is_newest(say, item->reminded_ms);
    if (item->owner_type == ACTOR_MEMBER) {
        say->ping = item->owner_id;
        buf_addf(&say->text, "<@%" PRIu64 "> ", say->ping);
    }
    buf_addf(&say->text, "**Action item #%" PRId64, item->seq);
    if (say->reminder == REMINDER_ITEM_DUE) {
        buf_add_text(&say->text, " is due ");
        add_due(&say->text, item->due_ms);
    } else {
        buf_add_text(&say->text, " has no owner");
    }
    buf_add_text(&say->text, ":** ");
    add_excerpt(&say->text, stored->text);
    return false;
}

static enum err say_item(struct reminder_text *say)
{
    const struct visit *visit = say->visit;
    char preset[40];
    (void)snprintf(preset, sizeof preset, "id=%" PRId64, say->target);
    if (say->reminder == REMINDER_ITEM_DUE)
        add_button(say, BUTTON_SUCCESS, "Done", "action done", preset);
    (void)snprintf(preset, sizeof preset, "id=%" PRId64 "|user=me",
                   say->target);
    if (say->reminder == REMINDER_ITEM_OWNER)
        add_button(say, BUTTON_PRIMARY, "I'll do it", "action assign", preset);
    add_snooze(say, "Snooze a day", 1440);
    return store_item(visit->store, visit->delivery->in.id, say->target,
                      tell_item, say);
}

/* ---- the digest: of all public incidents of the server ---- */

static void add_item(struct reminder_text *say,
                     const struct stored_item *stored)
{
    const struct action_item *item = &stored->item;
    struct buf clean = BUF_INIT(stored->text.n * 8 + 1);
    size_t before = say->text.n;
    (void)secrets_scrub(stored->text, &clean, NULL);
    buf_addf(&say->text, "\n" DIGEST_ITEM "%" PRId64 " #%" PRId64 ": ",
             stored->incident_id, item->seq);
    add_excerpt(&say->text, buf_str(&clean));
    buf_add_text(&say->text, " · ");
    if (item->owner_type == ACTOR_NOBODY)
        buf_add_text(&say->text, "volunteer wanted");
    else
        markdown_add_line(&say->text, str_of(item->owner_name));
    if (item->due_ms != 0) {
        buf_add_text(&say->text, " · due ");
        add_due(&say->text, item->due_ms);
    }
    if (utf16_units(buf_str(&say->text)) > DIGEST_UNITS) {
        buf_cut(&say->text, before);
        say->left_out++;
    }
    buf_release(&clean);
}

static bool tell_digest(const struct stored_item *stored, void *context)
{
    struct reminder_text *say = context;
    struct incident of;
    if (store_incident(say->visit->store, stored->incident_id, &of) != ERR_OK ||
        of.is_private || of.is_drill)
        return true;
    say->is_so = is_newest(say, say->visit->delivery->in.remind_digest.last_ms);
    add_item(say, stored);
    return true;
}

static enum err say_digest(struct reminder_text *say)
{
    const struct visit *visit = say->visit;
    const struct item_filter filter = {.guild_id = visit->delivery->in.guild_id,
                                       .open_only = true};
    buf_add_text(&say->text, DIGEST_HEADING);
    enum err err = store_each_item(visit->store, &filter, tell_digest, say);
    if (say->left_out > 0)
        buf_addf(&say->text, "\nand %d more: `/action list`", say->left_out);
    return err;
}

/* ---- delivery ---- */

static bool read_reminder(const struct event *event, void *context)
{
    struct reminder_text *say = context;
    say->reminder = event->reminder;
    say->target = event->target;
    say->recorded_ms = event->recorded_at_ms;
    return false;
}

static enum err compose(struct reminder_text *say)
{
    const struct visit *visit = say->visit;
    enum err err = store_event(visit->store, visit->delivery->in.id,
                               visit->delivery->row.target, read_reminder, say);
    if (err != ERR_OK)
        return err;
    switch ((int)say->reminder) {
    case REMINDER_COMMANDER:
        return say_commander(say);
    case REMINDER_UPDATE:
        return say_update(say);
    case REMINDER_CHANGE:
        return say_change(say);
    case REMINDER_ITEM_DUE:
    case REMINDER_ITEM_OWNER:
        return say_item(say);
    case REMINDER_DIGEST:
        return say_digest(say);
    default:
        return ERR_OK;
    }
}

static uint64_t place(const struct reminder_text *say)
{
    return say->reminder == REMINDER_DIGEST
               ? announce_channel(say->visit)
               : incident_room(&say->visit->delivery->in);
}

/* A digest is weekly, and what it names may have changed since it was said. */
static bool says_the_same(const cJSON *message, const void *context)
{
    const struct reminder_text *say = context;
    struct str text = json_text(message, "content");
    return say->reminder == REMINDER_DIGEST
               ? digest_is_of_server(say->visit, text)
               : str_eq(text, buf_str(&say->text));
}

static enum delivery_verdict post(struct reminder_text *say)
{
    const struct visit *visit = say->visit;
    char key[64];
    cJSON *message = say->message;
    say->message = NULL;
    message_set_content(message, buf_str(&say->text));
    if (say->ping != 0)
        message_allow_user(message, say->ping);
    message_set_flags(message, FLAG_NO_PREVIEWS);
    (void)snprintf(key, sizeof key, "remind/%" PRId64 "/%" PRId64,
                   visit->delivery->in.id, visit->delivery->row.target);
    return say->reminder == REMINDER_DIGEST
               ? visit_announce(say->visit, POST, message, key)
               : visit_post(say->visit, POST, place(say), message, key);
}

static enum delivery_verdict look_in(struct visit *visit, uint64_t channel)
{
    return visit_look(visit, LOOK, channel,
                      visit->delivery->row.first_attempt_ms);
}

static enum delivery_verdict look_for_digest(struct visit *visit)
{
    return look_in(visit, announce_channel(visit));
}

static enum delivery_verdict not_found(struct visit *visit)
{
    visit->delivery->looked = true;
    return DELIVERY_DONE;
}

static enum delivery_verdict look_elsewhere(struct reminder_text *say)
{
    struct visit *visit = say->visit;
    enum delivery_verdict verdict =
        say->reminder == REMINDER_DIGEST
            ? visit_elsewhere(visit, look_for_digest, not_found)
            : not_found(visit);
    return visit->delivery->looked ? post(say) : verdict;
}

/* The announce channel is no room of the incident that records the digest. */
static enum delivery_verdict digest_refused(struct visit *visit)
{
    static const struct refusal refusal = {
        "The weekly digest could not be said", "Send Messages",
        "See discord.announce_channel in the settings."};
    return visit_refused_in(visit, &refusal, EFFECT_NONE);
}

/* In a room that was deleted nobody hears it: it waits for the next one. */
static enum delivery_verdict refused(struct visit *visit)
{
    static const struct refusal refusal = {
        "A reminder could not be said", "Send Messages",
        "/incident status tells how it stands."};
    enum delivery_verdict verdict = visit_refused(visit, &refusal);
    bool is_lost = verdict == DELIVERY_DONE && visit->delivery->has_result &&
                   visit->delivery->result.kind == REQUEST_LOST;
    return is_lost ? DELIVERY_AGAIN : verdict;
}

/* What becomes private while a digest is on its way does not stand in it for
 * long. */
static enum err check_digest(const struct reminder_text *say)
{
    const struct visit *visit = say->visit;
    bool may_stand = visit_is_repeat(visit) || visit->delivery->step == POST;
    return say->reminder == REMINDER_DIGEST && may_stand
               ? store_want(visit->store, EFFECT_ANNOUNCE,
                            visit->delivery->in.id, ANNOUNCE_DIGESTS, NULL,
                            visit->now_ms + ARRIVED_MS)
               : ERR_OK;
}

static enum delivery_verdict step(struct reminder_text *say)
{
    struct visit *visit = say->visit;
    const struct rest_answer *answer = visit->answer;
    if (say->is_so && say->reminder != REMINDER_DIGEST &&
        incident_awaits_room(&visit->delivery->in)) {
        visit->delivery->again_ms = visit->now_ms + MS_PER_MINUTE;
        return DELIVERY_AGAIN;
    }
    if (place(say) == 0 || !say->is_so)
        return DELIVERY_DONE;
    if (answer == NULL && visit_is_repeat(visit))
        return look_in(visit, place(say));
    if (answer == NULL)
        return post(say);
    /* Deleted since, or nothing to say any more: it was said. */
    if (answer->fate == REST_GONE && answer->code == 10008)
        return DELIVERY_DONE;
    if (visit->delivery->step == LOOK && is_shut(visit))
        return look_elsewhere(say);
    if (answer->fate != REST_DONE)
        return say->reminder == REMINDER_DIGEST ? digest_refused(visit)
                                                : refused(visit);
    if (visit->delivery->step == POST ||
        listing_find(visit, says_the_same, say) != 0)
        return DELIVERY_DONE;
    return listing_goes_on(visit, place(say)) ? DELIVERY_CALL
                                              : look_elsewhere(say);
}

enum delivery_verdict deliver_remind(struct visit *visit)
{
    struct reminder_text say = {.visit = visit,
                                .text = BUF_INIT(16000),
                                .message = message_new(STR_NONE)};
    enum err err = compose(&say);
    if (err == ERR_OK)
        err = check_digest(&say);
    enum delivery_verdict verdict = err == ERR_NOT_FOUND ? DELIVERY_DONE
                                    : err == ERR_OK      ? step(&say)
                                                    : visit_store_failed(visit);
    cJSON_Delete(say.message);
    buf_release(&say.text);
    return verdict;
}
