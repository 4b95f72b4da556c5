#include "bot/outbox/forge_kinds.h"

#include "bot/outbox/pull_text.h"

#include <inttypes.h>
#include <stdio.h>

struct item_reader {
    struct work *work;
    struct store *store;
    bool is_withheld;
    enum delivery_verdict verdict;
};

/* Of one that was ended since, or became private, what an earlier try opened is
 * still to be known: somebody may take it up again, or make it public. */
static bool begin_item(const struct stored_item *stored, void *context)
{
    struct item_reader *reader = context;
    struct work *work = reader->work;
    const struct incident *in = &work->delivery.in;
    const struct forge_desk_config *desk = forge_desk_config(work->forge->desk);
    struct buf title = BUF_INIT(2000), body = BUF_INIT(FORGE_TEXT_BYTES);
    struct buf mark = BUF_INIT(200);
    bool is_wanted = item_is_open(&stored->item) && !reader->is_withheld;
    bool may_be = forge_work_may_be_there(work, reader->store);
    if (stored->item.issue_number != 0 || (!is_wanted && !may_be))
        return false;
    issue_text_title(stored, &title);
    issue_text_body(reader->store, in, stored, &body);
    issue_text_mark(reader->store, in, stored->item.seq, &mark);
    const struct issue_wish wish = {
        .text = {.title = buf_text(&title),
                 .body = buf_text(&body),
                 .assignee =
                     stored->item.owner_type == ACTOR_MEMBER
                         ? desk->login_of(stored->item.owner_id, desk->context)
                         : ""},
        .mark = buf_text(&mark),
        .look_since_ms = may_be ? stored->made_ms : 0,
        .is_unwanted = !is_wanted,
    };
    issue_job_init(&work->forge->issue, &desk->set, &wish);
    reader->verdict = DELIVERY_CALL;
    buf_release(&title);
    buf_release(&body);
    buf_release(&mark);
    return false;
}

/* A drill's action items are nobody's work. */
enum delivery_verdict forge_issue_begin(struct work *work,
                                        const struct outbox_config *config)
{
    struct store *store = config->store;
    const struct delivery *delivery = &work->delivery;
    struct item_reader reader = {
        .work = work,
        .store = store,
        .is_withheld = incident_page_is_withheld(
            &delivery->in, config->postmortem.private_pages),
        .verdict = DELIVERY_DONE,
    };
    if (!forge_desk_config(work->forge->desk)->issues || delivery->in.is_drill)
        return DELIVERY_DONE;
    enum err err = store_item(store, delivery->in.id, delivery->row.target,
                              begin_item, &reader);
    return err == ERR_OK || err == ERR_NOT_FOUND
               ? reader.verdict
               : forge_work_put_off(&work->delivery, store_why(store), 0);
}

enum delivery_verdict forge_issue_end(struct work *work, struct store *store,
                                      int64_t wall_ms)
{
    struct delivery *delivery = &work->delivery;
    struct forge_work *forge = work->forge;
    const struct issue_job *job = &forge->issue;
    char what[80];
    (void)snprintf(what, sizeof what,
                   "Action item #%" PRId64 " is no issue yet",
                   delivery->row.target);
    if (forge->verdict == JOB_LATER)
        return forge_work_later_or_fail(work, store, what, job->words, wall_ms,
                                        job->retry_at_ms);
    if (forge->verdict == JOB_FAILED)
        return forge_work_fail(work, store, what, job->words);
    if (job->issue.number == 0)
        return DELIVERY_DONE;
    struct event *draft = work_result(work);
    (void)snprintf(forge->number, sizeof forge->number, "%" PRId64,
                   job->issue.number);
    draft->pull_state = PULL_OPEN;
    draft->ref = str_of(forge->number);
    draft->link = str_of(job->issue.url);
    draft->text = str_of(job->words);
    return DELIVERY_DONE;
}
