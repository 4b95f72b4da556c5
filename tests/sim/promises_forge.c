/* At rest: each pull request and issue is there once, is in the record as it is
 * there, and was told once. */
#include "tests/sim/forge.h"
#include "tests/sim/promises.h"

#include "bot/outbox/pull_text.h"
#include "bot/outbox/work.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check_url(const struct incident *in, const struct thing *thing,
                      const char *known)
{
    char url[100];
    forge_print_url(thing, url, sizeof url);
    if (strcmp(url, known) != 0)
        sim_fail("INC-%" PRId64 " links %s, not %s", in->id, known, url);
}

/* ---- the pull request ---- */

/* How often the record says that this pull request came to that. */
struct ending {
    const char *url;
    enum pull_state state;
    int count;
};

static bool count_ending(const struct event *event, void *context)
{
    struct ending *ending = context;
    ending->count += event->kind == EVENT_TASK && !event->failed &&
                     event->effect == EFFECT_PULL &&
                     event->pull_state == ending->state &&
                     str_is(event->link, ending->url);
    return true;
}

static int times_told(const struct incident *in, const char *url,
                      enum pull_state state)
{
    struct ending ending = {url, state, 0};
    must_read(store_each_event(sim.store, in->id, EVENTS_BY_SEQ, 0,
                               count_ending, &ending));
    return ending.count;
}

/* Closed there before the record knew of it: nobody finds it again. */
static bool was_never_known(const struct incident *in,
                            const struct thing *thing)
{
    char url[100];
    forge_print_url(thing, url, sizeof url);
    return thing->is_closed && times_told(in, url, PULL_OPEN) == 0;
}

/* What comes after a merge has another one; so has what the forge once said was
 * none. */
static int count_pulls(const struct incident *in)
{
    int count = 0;
    for (int i = 0; i < forge_count(); i++) {
        const struct thing *thing = forge_at(i);
        count += thing->is_pull && !thing->is_merged && !thing->seemed_gone &&
                 strcmp(thing->branch, in->postmortem_ref) == 0 &&
                 !was_never_known(in, thing);
    }
    return count;
}

static void check_state(const struct incident *in, const struct thing *thing)
{
    enum pull_state is = thing->is_merged   ? PULL_MERGED
                         : thing->is_closed ? PULL_CLOSED
                                            : PULL_OPEN;
    /* Opened again there while nobody waits for it: the next page finds it. */
    if (in->pull_state == PULL_CLOSED && in->state != STATE_REVIEW)
        return;
    if (is != in->pull_state && !sim.was_skewed) /* else it looks later */
        sim_fail("INC-%" PRId64 ": #%" PRId64 " of the forge is %s, not %s",
                 in->id, in->pull_number, word_of(&pull_state_words, (int)is),
                 word_of(&pull_state_words, (int)in->pull_state));
}

/* What it says of the incident, and that it is a draft while it lacks
 * something. */
static void check_words(const struct incident *in, const struct thing *thing)
{
    struct buf body = BUF_INIT(100000);
    bool is_done = true;
    if (strcmp(thing->title, in->title) != 0)
        sim_fail("INC-%" PRId64 " has a pull request called %s", in->id,
                 thing->title);
    must_read(pull_text_body(sim.store, in, &body, &is_done));
    if (in->is_private && strstr(thing->body, "discord.com/channels/") != NULL)
        sim_fail("INC-%" PRId64 " is private, and its pull request links its "
                 "room",
                 in->id);
    if (thing->is_draft == is_done)
        sim_fail("INC-%" PRId64 " has a pull request that is %s draft", in->id,
                 thing->is_draft ? "a" : "no");
    buf_release(&body);
    bool is_dressed = sim.config->forge.labels.count == 0 || thing->was_bare ||
                      (thing->is_labelled && thing->is_reviewed);
    if (!is_dressed && !forge_has_refused())
        sim_fail("INC-%" PRId64 " has a pull request without label, or "
                 "nobody to review it",
                 in->id);
}

static void check_pull(const struct incident *in)
{
    bool has_failed;
    const struct thing *thing = forge_find(true, in->pull_number);
    must_read(
        effect_failed_last(sim.store, in->id, EFFECT_PULL, 0, &has_failed));
    if (in->pull_state == PULL_NONE) {
        if (in->postmortem_ref[0] != '\0' && !has_failed &&
            !incident_is_live(in) && !is_withheld(in))
            sim_fail("INC-%" PRId64 " has a branch, and no pull request",
                     in->id);
        return;
    }
    if (thing == NULL || strcmp(thing->branch, in->postmortem_ref) != 0)
        sim_fail("INC-%" PRId64 " has a pull request that is none", in->id);
    check_url(in, thing, in->pull_url);
    if (count_pulls(in) > 1)
        sim_fail("INC-%" PRId64 " has %d pull requests", in->id,
                 count_pulls(in));
    check_state(in, thing);
    if (!thing->is_closed && !has_failed && !incident_is_live(in) &&
        !is_withheld(in))
        check_words(in, thing);
}

/* ---- issues ---- */

/* What was added while it was private, and it is public again before its next
 * end: then. */
static bool may_come_later(const struct incident *in)
{
    return incident_is_live(in) && in->reopened > 0 &&
           !sim.config->private_pages;
}

static bool check_item(const struct stored_item *stored, void *context)
{
    const struct incident *in = context;
    const struct action_item *item = &stored->item;
    const struct thing *thing = forge_find(false, item->issue_number);
    char mark[60];
    int count = 0;
    bool has_failed;
    (void)snprintf(mark, sizeof mark, " INC-%" PRId64 " #%" PRId64 " -->",
                   in->id, item->seq);
    for (int i = 0; i < forge_count(); i++)
        count +=
            !forge_at(i)->is_pull && strstr(forge_at(i)->body, mark) != NULL;
    must_read(effect_failed_last(sim.store, in->id, EFFECT_ISSUE, item->seq,
                                 &has_failed));
    /* It looks for what it opened by its clock: one ahead finds nothing. */
    if (count > 1 && !sim.was_skewed)
        sim_fail("INC-%" PRId64 " #%" PRId64 " has %d issues", in->id,
                 item->seq, count);
    if (thing != NULL && strstr(thing->body, mark) == NULL)
        sim_fail("INC-%" PRId64 " #%" PRId64 " has the issue of another",
                 in->id, item->seq);
    if (thing != NULL)
        check_url(in, thing, item->issue_url);
    if (thing != NULL && sim.config->forge.issue_label[0] != '\0' &&
        !thing->is_labelled && !forge_has_refused())
        sim_fail("INC-%" PRId64 " #%" PRId64 " has an issue without its label",
                 in->id, item->seq);
    if (!item_is_open(item))
        return true;
    if (thing != NULL && thing->is_closed && !sim.was_skewed)
        sim_fail("INC-%" PRId64 " #%" PRId64 " is open, its issue is closed",
                 in->id, item->seq);
    if (thing == NULL && in->pull_state != PULL_NONE && !has_failed &&
        !in->is_drill && !is_withheld(in) && !may_come_later(in))
        sim_fail("INC-%" PRId64 " #%" PRId64 " has no issue", in->id,
                 item->seq);
    return true;
}

/* ---- what was told ---- */

#define ITEMS_MOST 200
static struct {
    struct told_item {
        int64_t seq;
        bool is_open, is_forges; /* the latest is what the forge told */
        /* Its owner, and since when; both as its issue was recorded. */
        uint64_t owner, owner_then;
        int64_t owned_ms, owned_then_ms;
        int64_t due_ms;
        int told, opened_again; /* by the forge; by people here */
    } items[ITEMS_MOST];
    int count;
} told;

/* A job that opens an issue takes so long at most. */
#define JOB_MS MS_PER_MINUTE

static struct told_item *told_of(int64_t seq)
{
    for (int i = 0; i < told.count; i++)
        if (told.items[i].seq == seq)
            return &told.items[i];
    if (told.count == ITEMS_MOST)
        sim_fail("too many action items");
    told.items[told.count] = (struct told_item){.seq = seq};
    return &told.items[told.count++];
}

static bool is_open_state(enum item_state state)
{
    return state == ITEM_OPEN || state == ITEM_DOING;
}

static void note_item(const struct event *event, const struct incident *in)
{
    struct told_item *item =
        told_of(event->target != 0 ? event->target : event->seq);
    bool opens = is_open_state(event->item_state);
    if (event->source == SOURCE_SYSTEM &&
        (event->holder.id != item->owner || event->due_ms != item->due_ms))
        sim_fail("INC-%" PRId64 " #%" PRId64 ": what the forge tells of an "
                 "action item changes whose it is, or when it is due",
                 in->id, event->seq);
    item->due_ms = event->due_ms;
    if (event->holder.id != item->owner)
        item->owned_ms = event->recorded_at_ms;
    item->owner = event->holder.id;
    if (event->source != SOURCE_SYSTEM) {
        item->opened_again += event->target != 0 && opens && !item->is_open;
    } else {
        if (!item->is_open)
            sim_fail("INC-%" PRId64 " #%" PRId64 " ends an action item that "
                     "had ended",
                     in->id, event->seq);
        item->told++;
    }
    item->is_open = opens;
    item->is_forges = event->source == SOURCE_SYSTEM;
}

static void check_told_pulls(const struct incident *in)
{
    char url[100];
    for (int i = 0; i < forge_count(); i++) {
        const struct thing *thing = forge_at(i);
        if (!thing->is_pull || strcmp(thing->branch, in->postmortem_ref) != 0)
            continue;
        forge_print_url(thing, url, sizeof url);
        int merged = times_told(in, url, PULL_MERGED);
        int closed = times_told(in, url, PULL_CLOSED);
        if (merged > thing->is_merged ||
            closed > thing->endings - thing->is_merged)
            sim_fail("INC-%" PRId64 " is told %d times of a merge, and %d "
                     "times that it was closed",
                     in->id, merged, closed);
    }
}

/* What nobody could answer is told as such when all tries are used up, and no
 * sooner; a process that died may have used one. */
struct failures {
    int count;
};

static bool count_failure(const struct event *event, void *context)
{
    struct failures *failures = context;
    bool is_forges =
        event->effect == EFFECT_PULL || event->effect == EFFECT_ISSUE;
    if (event->kind == EVENT_TASK && event->failed && is_forges &&
        memmem(event->text.s, event->text.n, "simulated", 9) != NULL)
        failures->count++;
    if (event->kind == EVENT_TASK && event->failed && is_forges &&
        memmem(event->text.s, event->text.n, "of its own", 10) != NULL)
        failures->count++;
    return true;
}

/* While the token is refused, nobody sees what becomes of things there: that is
 * said. */
static bool look_for_words(const struct event *event, void *context)
{
    bool *is_told = context;
    *is_told |= event->kind == EVENT_TASK && event->failed &&
                memmem(event->text.s, event->text.n, "token", 5) != NULL;
    return !*is_told;
}

static void check_blindness(const struct incident *in,
                            const struct thing *thing)
{
    bool is_told = false;
    if (thing == NULL || !thing->was_hidden)
        return;
    must_read(store_each_event(sim.store, in->id, EVENTS_BY_SEQ, 0,
                               look_for_words, &is_told));
    if (!is_told)
        sim_fail("INC-%" PRId64 " does not say that %s %" PRId64
                 " of the forge could not be seen",
                 in->id, thing->is_pull ? "pull request" : "issue",
                 thing->number);
}

static bool note_event(const struct event *event, void *context)
{
    if (event->kind == EVENT_ITEM)
        note_item(event, context);
    if (event->kind == EVENT_TASK && event->effect == EFFECT_ISSUE &&
        event->pull_state == PULL_OPEN) {
        struct told_item *item = told_of(event->target);
        item->owner_then = item->owner;
        item->owned_then_ms = item->owned_ms;
    }
    return true;
}

/* GitHub says why one is closed. Of one that was closed again, the bot may have
 * heard of the first time only. */
static void check_ending(const struct incident *in,
                         const struct action_item *item,
                         const struct thing *thing)
{
    bool is_dropped = thing->is_dropped && forge_kind() == FORGE_GITHUB;
    if (!thing->is_closed || thing->endings != 1)
        return;
    if (item->state != (is_dropped ? ITEM_DROPPED : ITEM_DONE))
        sim_fail("INC-%" PRId64 " #%" PRId64 " is %s, its issue was closed%s",
                 in->id, item->seq,
                 word_of(&item_state_words, (int)item->state),
                 is_dropped ? " as not planned" : "");
}

static void check_assignee(const struct incident *in,
                           const struct told_item *item,
                           const struct thing *thing)
{
    bool is_wanted = item->owner_then == strtoull(SIM_ASSIGNEE, NULL, 10);
    /* The forge's answer may have been lost, and the issue found much later. */
    bool was_handed_on = thing->made_ms - item->owned_then_ms < JOB_MS;
    if (was_handed_on || forge_has_refused() || sim.was_skewed)
        return;
    if (is_wanted != (strcmp(thing->assignee, "nova") == 0))
        sim_fail("INC-%" PRId64 " #%" PRId64 " has an issue that is \"%s\"'s",
                 in->id, item->seq, thing->assignee);
}

static bool check_told_item(const struct stored_item *stored, void *context)
{
    const struct incident *in = context;
    const struct told_item *item = told_of(stored->item.seq);
    const struct thing *thing = forge_find(false, stored->item.issue_number);
    check_blindness(in, thing);
    if (thing != NULL)
        check_assignee(in, item, thing);
    if (thing != NULL && item->is_forges)
        check_ending(in, &stored->item, thing);
    int most = item->opened_again + (thing == NULL ? 0 : thing->endings);
    if (item->told > most)
        sim_fail("INC-%" PRId64 " #%" PRId64 " ended %d times at the forge, "
                 "and is told so %d times",
                 in->id, item->seq, most, item->told);
    return true;
}

static bool count_failures(const struct incident *in, void *context)
{
    must_read(store_each_event(sim.store, in->id, EVENTS_BY_SEQ, 0,
                               count_failure, context));
    return true;
}

void forge_check_all(void)
{
    struct failures failures = {0};
    must_read(store_each_incident(sim.store, count_failures, &failures));
    if (failures.count * (WORK_ATTEMPTS + 1) > forge_unanswered() + sim.process)
        sim_fail("%d times it is told that the forge does not answer, which "
                 "was asked %d times in vain",
                 failures.count, forge_unanswered());
}

void forge_check(const struct incident *in)
{
    const struct item_filter filter = {.incident_id = in->id};
    struct incident its = *in;
    if (sim.config->forge.kind == FORGE_NONE)
        return;
    check_pull(in);
    must_read(store_each_item(sim.store, &filter, check_item, &its));
    told.count = 0;
    must_read(store_each_event(sim.store, in->id, EVENTS_BY_SEQ, 0, note_event,
                               &its));
    check_told_pulls(in);
    check_blindness(in, forge_find(true, in->pull_number));
    must_read(store_each_item(sim.store, &filter, check_told_item, &its));
}
