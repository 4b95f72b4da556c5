#include "bot/outbox/forge_kinds.h"

#include "bot/outbox/pull_text.h"

#include <inttypes.h>
#include <stdio.h>

enum delivery_verdict forge_pull_begin(struct work *work, struct store *store)
{
    const struct incident *in = &work->delivery.in;
    const struct forge_desk_config *desk = forge_desk_config(work->forge->desk);
    struct buf body = BUF_INIT(FORGE_TEXT_BYTES);
    bool is_done = true;
    if (in->postmortem_ref[0] == '\0')
        return DELIVERY_DONE;
    enum err err = pull_text_body(store, in, &body, &is_done);
    if (err == ERR_OK) {
        /* What comes after the merge needs another one. */
        bool is_merged = in->pull_state == PULL_MERGED;
        const struct pull_wish wish = {
            .branch = in->postmortem_ref,
            .number = is_merged ? 0 : in->pull_number,
            .may_be_there = forge_work_may_be_there(work, store),
            .earlier = is_merged ? in->pull_number : 0,
            .commit = in->postmortem_commit,
            .text = {in->title, buf_text(&body), desk->is_draft && !is_done},
        };
        pull_job_init(&work->forge->pull, &desk->set, &wish);
    }
    buf_release(&body);
    return err == ERR_OK
               ? DELIVERY_CALL
               : forge_work_put_off(&work->delivery, err_words(err), 0);
}

void forge_pull_tell(struct work *work, const struct forge_pull *pull,
                     const char *notes, int64_t wall_ms)
{
    struct forge_work *forge = work->forge;
    struct event *draft = work_result(work);
    draft->effect = EFFECT_PULL;
    draft->pull_state = pull->state;
    draft->link = str_of(pull->url);
    draft->text = str_of(notes);
    (void)snprintf(forge->number, sizeof forge->number, "%" PRId64,
                   pull->number);
    draft->ref = pull->state == PULL_OPEN ? str_of(forge->number)
                                          : str_of(pull->merge_commit);
    if (pull->ended_ms != 0)
        draft->occurred =
            when_exact(pull->ended_ms < wall_ms ? pull->ended_ms : wall_ms);
    if (pull->ended_by[0] != '\0')
        draft->actor =
            (struct actor){.type = ACTOR_NAME, .name = str_of(pull->ended_by)};
}

struct sweep {
    struct store *store;
    int64_t now_ms;
    enum err err;
};

static bool want_issue(const struct stored_item *stored, void *context)
{
    struct sweep *sweep = context;
    if (stored->item.issue_number == 0)
        sweep->err = store_want(sweep->store, EFFECT_ISSUE, stored->incident_id,
                                stored->item.seq, NULL, sweep->now_ms);
    return sweep->err == ERR_OK;
}

/* Action items that were made before there was a pull request. */
static enum err want_issues(struct work *work, struct store *store,
                            int64_t wall_ms)
{
    const struct item_filter filter = {.incident_id = work->delivery.in.id,
                                       .open_only = true};
    struct sweep sweep = {.store = store, .now_ms = wall_ms};
    if (!forge_desk_config(work->forge->desk)->issues)
        return ERR_OK;
    enum err err = store_each_item(store, &filter, want_issue, &sweep);
    return err == ERR_OK ? sweep.err : err;
}

enum delivery_verdict forge_pull_end(struct work *work, struct store *store,
                                     int64_t wall_ms)
{
    struct delivery *delivery = &work->delivery;
    const struct incident *in = &delivery->in;
    const struct pull_job *job = &work->forge->pull;
    struct forge_pull *pull = &work->forge->pull.pull;
    if (work->forge->verdict == JOB_LATER)
        return forge_work_later_or_fail(work, store,
                                        "The pull request is not up to date",
                                        job->words, wall_ms, job->retry_at_ms);
    if (work->forge->verdict == JOB_FAILED)
        return forge_work_fail(
            work, store, "The pull request is not up to date", job->words);
    enum err err = want_issues(work, store, wall_ms);
    if (err != ERR_OK)
        return forge_work_put_off(delivery, store_why(store), 0);
    if (pull->state == in->pull_state && pull->number == in->pull_number)
        return forge_work_in_line(work, store);
    /* One that ended unheard of: what became of it is looked at next. */
    if (pull->number != in->pull_number) {
        pull->state = PULL_OPEN;
        pull->ended_ms = 0;
        pull->ended_by[0] = '\0';
    }
    forge_pull_tell(work, pull, job->words, wall_ms);
    return DELIVERY_DONE;
}
