#include "bot/outbox/forge_kinds.h"

#include "bot/base/log.h"

#include <stdio.h>

enum delivery_verdict forge_look_begin(struct work *work, struct store *store)
{
    struct delivery *delivery = &work->delivery;
    struct forge_poll *poll = &work->forge->poll;
    if (forge_poll_begin(poll, work->forge->desk, store, &delivery->in) !=
        ERR_OK)
        return forge_work_put_off(delivery, store_why(store), 0);
    return poll->count == 0 ? DELIVERY_DONE : DELIVERY_CALL;
}

static bool tell_closed_issue(const struct stored_item *stored, void *context)
{
    struct work *work = context;
    struct forge_work *forge = work->forge;
    const struct forge_issue *issue = &forge->poll.issue;
    const struct action_item *item = &stored->item;
    if (!item_is_open(item))
        return false; /* ended here meanwhile: that word stands */
    struct event *draft = work_result(work);
    const char *how =
        issue->is_dropped ? "closed as not planned:" : "closed as";
    work->delivery.result.kind = REQUEST_ITEM;
    (void)snprintf(forge->evidence, sizeof forge->evidence, "%s %s", how,
                   issue->url);
    str_copy_to(forge->owner, str_of(item->owner_name));
    draft->effect = EFFECT_NONE;
    draft->target = item->seq;
    draft->item_kind = item->kind;
    draft->item_state = issue->is_dropped ? ITEM_DROPPED : ITEM_DONE;
    draft->due_ms = item->due_ms;
    draft->holder =
        (struct actor){item->owner_type, item->owner_id, str_of(forge->owner)};
    draft->text = str_of(forge->evidence);
    draft->recorder = (struct actor){
        .type = ACTOR_ROBOT,
        .name = str_of(forge_name(forge_desk_config(forge->desk)->set.kind))};
    draft->actor = draft->recorder;
    if (issue->closed_by[0] != '\0')
        draft->actor = (struct actor){.type = ACTOR_NAME,
                                      .name = str_of(issue->closed_by)};
    return false;
}

/* One thing at a time; the rest is looked at right afterwards. */
static enum delivery_verdict tell_news(struct work *work, struct store *store,
                                       int64_t wall_ms)
{
    struct delivery *delivery = &work->delivery;
    const struct forge_poll *poll = &work->forge->poll;
    int64_t item = forge_poll_item(poll);
    delivery->again_ms = 0;
    if (item == 0) {
        forge_pull_tell(work, &poll->pull, "", wall_ms);
        delivery->result.draft.target = 0;
        return DELIVERY_AGAIN;
    }
    enum err err =
        store_item(store, delivery->in.id, item, tell_closed_issue, work);
    return err == ERR_OK ? DELIVERY_AGAIN
                         : forge_work_put_off(delivery, store_why(store), 0);
}

/* Of an issue that was deleted nothing is said: nobody waits for it. */
static void tell_unseen(struct work *work, struct store *store)
{
    const struct forge_poll *poll = &work->forge->poll;
    bool has_failed = work->forge->verdict == JOB_FAILED;
    (void)forge_work_fail(
        work, store,
        has_failed && forge_poll_item(poll) != 0
            ? "What became of the issues cannot be seen"
            : "What became of the pull request cannot be seen",
        (has_failed ? &poll->verdict : &poll->unseen)->words);
}

/* What is open is looked at again and again: its row stays. */
enum delivery_verdict forge_look_end(struct work *work, struct store *store,
                                     int64_t wall_ms)
{
    struct delivery *delivery = &work->delivery;
    const struct forge_poll *poll = &work->forge->poll;
    if (work->forge->verdict == JOB_DONE && poll->is_news)
        return tell_news(work, store, wall_ms);
    if (work->forge->verdict == JOB_LATER) {
        log_warn("forge_not_seen", LOG_INT("incident", delivery->in.id),
                 LOG_TEXT("words", poll->verdict.words));
        if (poll->verdict.fate == FORGE_LATER)
            forge_desk_close_until(work->forge->desk, wall_ms,
                                   poll->verdict.retry_at_ms);
    } else if (work->forge->verdict == JOB_FAILED ||
               poll->unseen.fate != FORGE_DONE) {
        tell_unseen(work, store);
    } else {
        (void)forge_work_in_line(work, store);
    }
    delivery->again_ms =
        wall_ms + forge_desk_config(work->forge->desk)->poll_ms;
    return DELIVERY_AGAIN;
}
