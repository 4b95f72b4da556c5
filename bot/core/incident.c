#include "bot/core/incident.h"

#include "bot/core/fold.h"

#include <inttypes.h>
#include <string.h>

/* The bytes after the NUL are cleared too: equal incidents are equal bytes. */
static void set_text(char *to, size_t bytes, struct str text)
{
    if (text.s == to) /* a SET says anew what is so already */
        return;
    memset(to, 0, bytes);
    str_copy(to, bytes, text);
}
#define set_text_of(array, text) set_text((array), sizeof(array), (text))

static void keep_latest(struct incident *in, int64_t ms)
{
    if (ms > in->latest_typed_ms)
        in->latest_typed_ms = ms;
}

static void fold_time(struct incident *in, const struct when *when)
{
    if (!when_is_set(when))
        return;
    if (in->first_event_ms == 0 || when->from_ms < in->first_event_ms)
        in->first_event_ms = when->from_ms;
    if (when->typed[0] != '\0')
        keep_latest(in, when->from_ms);
}

static void fold_declared(struct incident *in, const struct event *event)
{
    in->id = event->declared_id;
    in->guild_id = event->declared_guild_id;
    in->origin_channel_id = event->declared_channel_id;
    in->state = STATE_INVESTIGATING;
    in->state_since_ms = event->occurred.from_ms;
    in->state_seq = event->seq;
    in->severity = event->severity;
    in->type = event->type;
    in->is_private = event->is_private;
    in->is_drill = event->is_drill;
    set_text_of(in->title, event->text);
    in->declared_by.id = event->actor.id;
    set_text_of(in->declared_by.name, event->actor.name);
    in->declared_at_ms = event->recorded_at_ms;
    fold_time(in, &event->impact_from);
}

static void fold_state(struct incident *in, const struct event *event)
{
    if (!event_moves(event))
        return;
    if (state_is_live(event->state_to) && !state_is_live(event->state_from))
        in->reopened++;
    in->state = event->state_to;
    in->state_since_ms = event->occurred.from_ms;
    in->state_seq = event->seq;
    in->duplicate_of = event->state_to == STATE_CANCELLED ? event->other_id : 0;
}

/* An update keeps the promise of one; it may give the next. */
static void fold_promise(struct incident *in, const struct event *event)
{
    /* A late word on what is over does not bring archived rooms back. */
    if (event_moves(event) || state_is_live(event->state_to))
        in->last_told_ms = event->recorded_at_ms;
    in->next_update_due_ms =
        event->next_in_min == 0
            ? 0
            : event->recorded_at_ms + event->next_in_min * MS_PER_MINUTE;
}

static bool holds(const struct role_holder *holder, enum role role,
                  const struct actor *actor)
{
    if (holder->role != role || holder->type != actor->type)
        return false;
    return actor->type == ACTOR_MEMBER ? holder->user_id == actor->id
                                       : str_is(actor->name, holder->name);
}

const struct role_holder *incident_holder(const struct incident *in,
                                          enum role role,
                                          const struct actor *actor)
{
    for (int i = 0; i < ROLE_HOLDERS; i++)
        if (holds(&in->holders[i], role, actor))
            return &in->holders[i];
    return NULL;
}

static void fold_role(struct incident *in, const struct event *event)
{
    bool leaves = event->holder.type == ACTOR_NOBODY;
    for (int i = 0; i < ROLE_HOLDERS; i++) {
        struct role_holder *holder = &in->holders[i];
        bool former = event->role == ROLE_COMMANDER
                          ? holder->role == ROLE_COMMANDER
                          : leaves && holds(holder, event->role, &event->actor);
        if (former)
            memset(holder, 0, sizeof *holder);
    }
    if (leaves || incident_holder(in, event->role, &event->holder) != NULL)
        return;
    for (int i = 0; i < ROLE_HOLDERS; i++) {
        struct role_holder *free_place = &in->holders[i];
        if (free_place->role != ROLE_NONE)
            continue;
        free_place->role = event->role;
        free_place->type = event->holder.type;
        free_place->user_id = event->holder.id;
        set_text_of(free_place->name, event->holder.name);
        free_place->since = event->occurred;
        free_place->seq = event->seq;
        return;
    }
}

/* What began then began at another time. */
static void fold_edit(struct incident *in, const struct event *event)
{
    if (in->state_seq == event->target)
        in->state_since_ms = event->occurred.from_ms;
    for (int i = 0; i < ROLE_HOLDERS; i++)
        if (in->holders[i].role != ROLE_NONE &&
            in->holders[i].seq == event->target)
            in->holders[i].since = event->occurred;
}

/* A room takes what stands in it along. */
static void fold_loss(struct incident *in, const struct event *event)
{
    switch ((int)event->effect) {
    case EFFECT_WAR_ROOM:
        in->war_channel_id = 0;
        in->war_is_borrowed = false;
        in->card_message_id = 0;
        break;
    case EFFECT_LIVE_ROOM:
        in->live_channel_id = 0;
        break;
    case EFFECT_CARD:
        in->card_message_id = 0;
        break;
    case EFFECT_ANNOUNCE:
        in->announce_message_id = 0;
        break;
    default:
        break;
    }
}

/* Text says what the room stands in for. Its card is in the one before. */
static void fold_war_room(struct incident *in, const struct event *event)
{
    uint64_t id = event->failed ? in->origin_channel_id : event->ref_id;
    if (in->war_channel_id != 0 && in->war_channel_id != id)
        in->card_message_id = 0;
    in->war_channel_id = id;
    in->war_is_borrowed = event->failed || event->text.n > 0;
}

static void fold_pull(struct incident *in, const struct event *event)
{
    uint64_t number;
    if (event->pull_state == PULL_NONE) /* in line again */
        return;
    if (event->pull_state == PULL_OPEN && str_to_u64(event->ref, &number)) {
        in->pull_number = (int64_t)number;
        set_text_of(in->pull_url, event->link);
    }
    in->pull_state = event->pull_state;
}

static void fold_task(struct incident *in, const struct event *event)
{
    /* Without an id, what had failed for a while is as it was. */
    bool is_made = !event->failed && event->ref_id != 0;
    if (event->lost) {
        fold_loss(in, event);
        return;
    }
    switch ((int)event->effect) {
    case EFFECT_WAR_ROOM:
        fold_war_room(in, event);
        break;
    case EFFECT_LIVE_ROOM:
        if (is_made)
            in->live_channel_id = event->ref_id;
        break;
    case EFFECT_CARD:
        if (is_made)
            in->card_message_id = event->ref_id;
        break;
    case EFFECT_ANNOUNCE:
        if (is_made)
            in->announce_message_id = event->ref_id;
        break;
    case EFFECT_POSTMORTEM:
        if (!event->failed && event->ref.n > 0) {
            set_text_of(in->postmortem_ref, event->text);
            set_text_of(in->postmortem_commit, event->ref);
        }
        break;
    case EFFECT_PULL:
        if (!event->failed)
            fold_pull(in, event);
        break;
    default:
        break;
    }
}

static void fold_set(struct incident *in, const struct event *event)
{
    in->severity = event->severity;
    in->type = event->type;
    if (event->is_private && !in->is_private)
        in->announce_message_id = 0; /* it is being taken away */
    in->is_private = event->is_private;
    set_text_of(in->title, event->title);
    set_text_of(in->impact, event->impact);
}

/* Without the entry as it was, or the milestone. */
static void fold_rest(struct incident *in, const struct event *event)
{
    bool corrects = event->kind == EVENT_EDIT || event->kind == EVENT_STRIKE;
    if (!corrects && event->rest_first_ms == 0)
        return;
    in->first_event_ms = event->rest_first_ms;
    in->latest_typed_ms = event->rest_typed_ms;
}

static struct reminding *reminding_of(struct incident *in,
                                      enum reminder reminder)
{
    switch (reminder) {
    case REMINDER_COMMANDER:
        return &in->remind_commander;
    case REMINDER_UPDATE:
        return &in->remind_update;
    case REMINDER_DIGEST:
        return &in->remind_digest;
    case REMINDER_ARCHIVE:
        return &in->remind_archive;
    case REMINDER_NONE:
    case REMINDER_CHANGE: /* of an entry or item: see entry.h */
    case REMINDER_ITEM_DUE:
    case REMINDER_ITEM_OWNER:
    case REMINDER_COUNT:
        break;
    }
    return NULL;
}

static void fold_reminding(struct incident *in, const struct event *event)
{
    struct reminding *reminding = reminding_of(in, event->reminder);
    if (reminding == NULL)
        return;
    if (event->kind == EVENT_SNOOZE)
        reminding->snoozed_ms = event->until_ms;
    else
        reminding->last_ms = event->recorded_at_ms;
}

bool incident_next_service(struct str *rest, struct str *service)
{
    return str_cut(rest, '\n', service) && service->n > 0;
}

bool incident_has_service(const struct incident *in, struct str service)
{
    struct str rest = str_of(in->services), name;
    while (incident_next_service(&rest, &name))
        if (str_eq_nocase(name, service))
            return true;
    return false;
}

/* The rules see to it that there is room. */
static void fold_service(struct incident *in, struct str service)
{
    size_t n = strlen(in->services);
    if (service.n == 0 || incident_has_service(in, service) ||
        n + service.n + 1 >= sizeof in->services)
        return;
    memcpy(in->services + n, service.s, service.n);
    in->services[n + service.n] = '\n';
}

/* A monitor handed it in, or the forge told it: nobody has said anything. */
static bool is_by_machine(const struct event *event)
{
    return fold_is_by_monitor(event) ||
           (event->kind == EVENT_ITEM && event->source == SOURCE_SYSTEM);
}

/* What a write-up collects comes without a time of its own. */
static bool is_lived_kind(enum event_kind kind)
{
    return event_kind_by_person(kind) && kind != EVENT_ALERT &&
           kind != EVENT_IDEA && kind != EVENT_EVIDENCE;
}

/* A monitor tells of what is, however long ago it began. */
static void fold_lived(struct incident *in, const struct event *event)
{
    bool is_edit = event->kind == EVENT_EDIT;
    if (is_lived_kind(is_edit ? event->entry_kind : event->kind))
        keep_latest(in, event->occurred.from_ms);
    else if (event->kind == EVENT_ALERT && fold_is_by_monitor(event))
        keep_latest(in, event->recorded_at_ms);
}

static void fold_update(struct incident *in, int64_t at_ms)
{
    in->last_update_ms = at_ms;
    if (in->remind_archive.last_ms <= at_ms)
        return;
    /* It was archived before that, and after it ended, whatever a clock that
     * was put back says. */
    bool was_archived = incident_is_archived(in);
    in->remind_archive.last_ms = at_ms;
    if (was_archived && in->last_told_ms >= at_ms)
        in->last_told_ms = at_ms - 1;
}

/* What somebody did or said; the machine's own events come before. */
static void fold_persons(struct incident *in, const struct event *event)
{
    if (!is_by_machine(event))
        fold_update(in, event->recorded_at_ms);
    switch (event->kind) {
    case EVENT_DECLARED:
        fold_declared(in, event);
        fold_service(in, event->service);
        break;
    case EVENT_STATE:
        fold_state(in, event);
        fold_promise(in, event);
        break;
    case EVENT_ROLE:
    case EVENT_HANDOFF:
        fold_role(in, event);
        break;
    case EVENT_SET:
        fold_set(in, event);
        break;
    case EVENT_SNOOZE:
        fold_reminding(in, event);
        break;
    case EVENT_REPORT:
    case EVENT_NOTE:
    case EVENT_FINDING:
    case EVENT_ACTION:
    case EVENT_CHANGE:
    case EVENT_DECISION:
    case EVENT_COMMS:
    case EVENT_ALERT:
    case EVENT_IDEA:
        in->entries++;
        break;
    case EVENT_EVIDENCE:
        in->entries += event->target == 0;
        break;
    case EVENT_LINK:
        fold_service(in, event->service);
        break;
    case EVENT_EDIT:
        fold_edit(in, event);
        break;
    case EVENT_STRIKE:
    case EVENT_SETTLED:
    case EVENT_ITEM:
    case EVENT_SECTION:
    case EVENT_TASK:
    case EVENT_REMINDED:
    case EVENT_KIND_COUNT:
        break;
    }
}

/* Evidence that belongs to an entry has that one's time, as corrected. Whether
 * it does, a correction of it does not say: its rest_first_ms has it. */
static bool tells_time(const struct event *event)
{
    bool belongs = event->kind == EVENT_EVIDENCE && event->target != 0;
    if (event->kind == EVENT_EDIT)
        return event->entry_kind != EVENT_EVIDENCE;
    return event_is_entry(event) && !belongs;
}

void incident_apply(struct incident *in, const struct event *event)
{
    in->last_seq = event->seq;
    fold_rest(in, event);
    fold_milestones(in, event);
    if (event->kind == EVENT_TASK) {
        fold_task(in, event);
        if (!event->lost)
            fold_state(in, event);
        return;
    }
    if (event->kind == EVENT_REMINDED) {
        fold_reminding(in, event);
        return;
    }
    if (tells_time(event))
        fold_time(in, &event->occurred);
    if (event->kind == EVENT_SET)
        fold_time(in, &event->milestone_at);
    fold_lived(in, event);
    /* Only the newest word on it: a SET may take it back, and a correction says
     * again what its entry said then. */
    if (event->impact.n > 0 && event->kind != EVENT_SET &&
        event->kind != EVENT_EDIT)
        set_text_of(in->impact, event->impact);
    fold_persons(in, event);
}

bool incident_is_live(const struct incident *in)
{
    return state_is_live(in->state);
}

bool incident_is_final(const struct incident *in)
{
    return in->state == STATE_CLOSED || in->state == STATE_CANCELLED;
}

bool incident_page_follows(const struct incident *in)
{
    return in->state == STATE_RESOLVED || in->state == STATE_REVIEW ||
           (in->state == STATE_CANCELLED && in->postmortem_ref[0] != '\0');
}

bool incident_page_is_withheld(const struct incident *in, bool private_pages)
{
    return in->is_private && !private_pages;
}

bool incident_is_archived(const struct incident *in)
{
    return !incident_is_live(in) &&
           in->remind_archive.last_ms > in->last_told_ms;
}

bool incident_keeps_rooms(const struct incident *in)
{
    return !incident_is_final(in) && !incident_is_archived(in);
}

bool incident_awaits_room(const struct incident *in)
{
    return in->war_channel_id == 0 && incident_keeps_rooms(in);
}

uint64_t incident_room(const struct incident *in)
{
    return in->is_private && in->war_is_borrowed ? 0 : in->war_channel_id;
}

/* What people notice is declared within that time. */
#define NOTICED_MS MS_PER_HOUR

static bool began_before(const struct incident *in)
{
    return in->first_event_ms != 0 &&
           in->declared_at_ms - in->first_event_ms > MS_PER_DAY;
}

bool incident_is_written_up(const struct incident *in)
{
    return began_before(in) && in->latest_typed_ms < in->declared_at_ms;
}

/* Since when a bare time may be of what is going on, although the record looks
 * written up: somebody declares what began yesterday and then says when it was
 * over, or first notes what was changed last week. 0: at no time; it began days
 * before it was declared, and what was told since is of then. */
static int64_t lived_from(const struct incident *in)
{
    const struct when *begun = &in->milestones[MILESTONE_IMPACT_START];
    if (!when_is_set(begun))
        return in->declared_at_ms - NOTICED_MS;
    bool is_of_then = begun->to_ms < in->declared_at_ms - 2 * MS_PER_DAY &&
                      in->latest_typed_ms > begun->to_ms;
    return is_of_then ? 0 : in->declared_at_ms;
}

struct when_base incident_when_base(const struct incident *in, int64_t now_ms)
{
    struct when_base base = {
        .now_ms = now_ms,
        .base_ms = in->first_event_ms == 0 ? now_ms : in->first_event_ms,
        .anchor_ms = now_ms,
    };
    if (incident_is_written_up(in) && in->latest_typed_ms != 0) {
        base.anchor_ms = in->latest_typed_ms;
        base.lived_from_ms = lived_from(in);
    } else if (began_before(in)) { /* of its past, dates say the year */
        base.base_ms = civil_day_start(in->declared_at_ms - MS_PER_DAY);
    }
    base.base_day_ms = civil_day_start(base.base_ms);
    return base;
}

struct when_base incident_correction_base(const struct incident *in,
                                          int64_t now_ms,
                                          const struct when *told)
{
    struct when_base base = incident_when_base(in, now_ms);
    if (!when_is_set(told))
        return base;
    base.anchor_ms = told->from_ms;
    base.lived_from_ms = 0;
    if (told->from_ms < base.base_day_ms)
        base.base_day_ms = civil_day_start(told->from_ms);
    return base;
}

const struct role_holder *incident_commander(const struct incident *in)
{
    for (int i = 0; i < ROLE_HOLDERS; i++)
        if (in->holders[i].role == ROLE_COMMANDER)
            return &in->holders[i];
    return NULL;
}

/* A person may have told when somebody took it, and nobody who. */
const char *incident_no_commander(const struct incident *in)
{
    bool is_told = milestone_is_told(in, MILESTONE_COMMANDER);
    bool was_one =
        when_is_set(&in->milestones[MILESTONE_COMMANDER]) && !is_told;
    if (incident_is_live(in))
        return was_one ? "nobody now" : "nobody yet";
    return was_one ? "nobody at the end" : "not recorded";
}

void incident_print_name(const struct incident *in, struct buf *out)
{
    buf_addf(out, "INC-%" PRId64, in->id);
}
