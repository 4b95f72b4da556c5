#include "bot/outbox/forge_work.h"

#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/discord/json.h"
#include "bot/outbox/forge_poll.h"
#include "bot/outbox/pull_text.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define BODY_BYTES       50000
#define POLLED_INCIDENTS 500

struct forge_work {
    struct work *work;
    struct forge_desk *desk;
    struct forge_request *request;
    struct pull_job pull;
    struct issue_job issue;
    struct forge_poll poll;
    enum job_verdict verdict;
    /* Text that the result borrows. */
    char words[JOB_WORDS_BYTES + 100], number[24],
        evidence[FORGE_URL_BYTES + 60], owner[NAME_BYTES];
};

void forge_work_free(struct forge_work *forge)
{
    if (forge == NULL)
        return;
    if (forge->request != NULL)
        forge_http_cancel(forge->request);
    pull_job_release(&forge->pull);
    issue_job_release(&forge->issue);
    forge_call_release(&forge->poll.call);
    free(forge);
}

/* ---- asking ---- */

static struct forge_call *call_of(struct forge_work *forge)
{
    switch ((int)forge->work->delivery.row.kind) {
    case EFFECT_PULL:
        return &forge->pull.call;
    case EFFECT_ISSUE:
        return &forge->issue.call;
    default:
        return &forge->poll.call;
    }
}

static enum job_verdict job_step(struct forge_work *forge,
                                 const struct forge_answer *answer,
                                 int64_t now_ms)
{
    switch ((int)forge->work->delivery.row.kind) {
    case EFFECT_PULL:
        return pull_job_step(&forge->pull, answer, now_ms);
    case EFFECT_ISSUE:
        return issue_job_step(&forge->issue, answer, now_ms);
    default:
        return forge_poll_step(&forge->poll, answer, now_ms);
    }
}

static void on_answer(const struct forge_answer *answer, void *context);

static void send_call(struct forge_work *forge)
{
    forge->request = forge_http_send(forge_desk_config(forge->desk)->http,
                                     call_of(forge), on_answer, forge);
}

static void on_answer(const struct forge_answer *answer, void *context)
{
    struct forge_work *forge = context;
    forge->request = NULL;
    forge->verdict = job_step(forge, answer, clock_wall_ms());
    if (forge->verdict == JOB_CALL)
        send_call(forge);
    else
        forge->work->answered(forge->work);
}

void forge_work_send(struct work *work)
{
    send_call(work->forge);
}

/* ---- how it ends ---- */

static enum delivery_verdict fail(struct work *work, struct store *store,
                                  const char *what, const char *words)
{
    struct buf text = BUF_INIT(1000);
    buf_addf(&text, "%s: %s It is tried again by itself.", what, words);
    str_copy_to(work->forge->words, buf_str(&text));
    buf_release(&text);
    return work_fail_once(work, store, work->forge->words);
}

/* Nothing new, but for what had failed before. */
static enum delivery_verdict in_line(struct work *work, struct store *store)
{
    if (work_past(work, store, "").has_failed)
        work_result(work)->text = STR("What hindered it is out of the way.");
    return DELIVERY_DONE;
}

static enum delivery_verdict put_off(struct delivery *delivery,
                                     const char *words, int64_t at_ms)
{
    str_copy_to(delivery->words, str_of(words));
    delivery->again_ms = at_ms;
    delivery->is_to_wait = at_ms != 0;
    return DELIVERY_RETRY;
}

static enum delivery_verdict later_or_fail(struct work *work,
                                           struct store *store,
                                           const char *what, const char *words,
                                           int64_t wall_ms, int64_t retry_at_ms)
{
    struct delivery *delivery = &work->delivery;
    if (retry_at_ms != 0)
        forge_desk_close_until(work->forge->desk, wall_ms, retry_at_ms);
    else if (delivery->row.attempts >= WORK_ATTEMPTS)
        return fail(work, store, what, words);
    return put_off(delivery, words, retry_at_ms);
}

/* An earlier try may have opened it, and have died before it was heard. */
static bool may_be_there(const struct work *work, struct store *store)
{
    return work->delivery.row.attempts > 0 ||
           work_past(work, store, "").has_failed;
}

/* ---- the pull request ---- */

static enum delivery_verdict begin_pull(struct work *work, struct store *store)
{
    const struct incident *in = &work->delivery.in;
    const struct forge_desk_config *desk = forge_desk_config(work->forge->desk);
    struct buf body = BUF_INIT(BODY_BYTES);
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
            .may_be_there = may_be_there(work, store),
            .earlier = is_merged ? in->pull_number : 0,
            .commit = in->postmortem_commit,
            .text = {in->title, buf_text(&body), desk->is_draft && !is_done},
        };
        pull_job_init(&work->forge->pull, &desk->set, &wish);
    }
    buf_release(&body);
    return err == ERR_OK ? DELIVERY_CALL
                         : put_off(&work->delivery, err_words(err), 0);
}

static void tell_pull(struct work *work, const struct forge_pull *pull,
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

static enum delivery_verdict end_pull(struct work *work, struct store *store,
                                      int64_t wall_ms)
{
    struct delivery *delivery = &work->delivery;
    const struct incident *in = &delivery->in;
    const struct pull_job *job = &work->forge->pull;
    struct forge_pull *pull = &work->forge->pull.pull;
    if (work->forge->verdict == JOB_LATER)
        return later_or_fail(work, store, "The pull request is not up to date",
                             job->words, wall_ms, job->retry_at_ms);
    if (work->forge->verdict == JOB_FAILED)
        return fail(work, store, "The pull request is not up to date",
                    job->words);
    enum err err = want_issues(work, store, wall_ms);
    if (err != ERR_OK)
        return put_off(delivery, store_why(store), 0);
    if (pull->state == in->pull_state && pull->number == in->pull_number)
        return in_line(work, store);
    /* One that ended unheard of: what became of it is looked at next. */
    if (pull->number != in->pull_number) {
        pull->state = PULL_OPEN;
        pull->ended_ms = 0;
        pull->ended_by[0] = '\0';
    }
    tell_pull(work, pull, job->words, wall_ms);
    return DELIVERY_DONE;
}

/* ---- an issue ---- */

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
    struct buf title = BUF_INIT(2000), body = BUF_INIT(BODY_BYTES);
    struct buf mark = BUF_INIT(200);
    bool is_wanted = item_is_open(&stored->item) && !reader->is_withheld;
    bool may_be = may_be_there(work, reader->store);
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
static enum delivery_verdict begin_issue(struct work *work,
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
               : put_off(&work->delivery, store_why(store), 0);
}

static enum delivery_verdict end_issue(struct work *work, struct store *store,
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
        return later_or_fail(work, store, what, job->words, wall_ms,
                             job->retry_at_ms);
    if (forge->verdict == JOB_FAILED)
        return fail(work, store, what, job->words);
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

/* ---- looking what became of them ---- */

static enum delivery_verdict begin_poll(struct work *work, struct store *store)
{
    struct delivery *delivery = &work->delivery;
    struct forge_poll *poll = &work->forge->poll;
    if (forge_poll_begin(poll, work->forge->desk, store, &delivery->in) !=
        ERR_OK)
        return put_off(delivery, store_why(store), 0);
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
        tell_pull(work, &poll->pull, "", wall_ms);
        delivery->result.draft.target = 0;
        return DELIVERY_AGAIN;
    }
    enum err err =
        store_item(store, delivery->in.id, item, tell_closed_issue, work);
    return err == ERR_OK ? DELIVERY_AGAIN
                         : put_off(delivery, store_why(store), 0);
}

/* Of an issue that was deleted nothing is said: nobody waits for it. */
static void tell_unseen(struct work *work, struct store *store)
{
    const struct forge_poll *poll = &work->forge->poll;
    bool has_failed = work->forge->verdict == JOB_FAILED;
    (void)fail(work, store,
               has_failed && forge_poll_item(poll) != 0
                   ? "What became of the issues cannot be seen"
                   : "What became of the pull request cannot be seen",
               (has_failed ? &poll->verdict : &poll->unseen)->words);
}

/* What is open is looked at again and again: its row stays. */
static enum delivery_verdict end_poll(struct work *work, struct store *store,
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
        (void)in_line(work, store);
    }
    delivery->again_ms =
        wall_ms + forge_desk_config(work->forge->desk)->poll_ms;
    return DELIVERY_AGAIN;
}

enum err forge_want_polls(struct store *store, int64_t now_ms)
{
    int64_t ids[POLLED_INCIDENTS];
    int count = 0;
    enum err err = store_polled(store, ids, POLLED_INCIDENTS, &count);
    for (int i = 0; i < count && err == ERR_OK; i++)
        err = store_want(store, EFFECT_POLL, ids[i], 0, NULL, now_ms);
    return err;
}

/* ---- any ---- */

/* It wants to be left alone: nothing is asked. */
static bool is_closed(struct work *work, struct forge_desk *desk,
                      int64_t wall_ms)
{
    int64_t until_ms = forge_desk_closed_until(desk, wall_ms);
    if (until_ms <= wall_ms)
        return false;
    (void)put_off(&work->delivery, "The forge wants us to wait.", until_ms);
    return true;
}

static enum delivery_verdict
begin(struct work *work, const struct outbox_config *config, int64_t wall_ms)
{
    enum delivery_verdict verdict;
    if (config->forge == NULL)
        return DELIVERY_DONE;
    if (is_closed(work, config->forge, wall_ms))
        return DELIVERY_RETRY;
    work->forge = mem_alloc(sizeof *work->forge);
    work->forge->work = work;
    work->forge->desk = config->forge;
    work->ask = WORK_ASK_FORGE;
    if (work->delivery.row.kind == EFFECT_PULL)
        verdict = begin_pull(work, config->store);
    else if (work->delivery.row.kind == EFFECT_ISSUE)
        verdict = begin_issue(work, config);
    else
        verdict = begin_poll(work, config->store);
    if (verdict == DELIVERY_CALL) {
        enum job_verdict first = job_step(work->forge, NULL, wall_ms);
        assert(first == JOB_CALL);
    }
    return verdict;
}

enum delivery_verdict forge_work_step(struct work *work,
                                      const struct outbox_config *config,
                                      int64_t wall_ms)
{
    if (work->state == WORK_BEGUN)
        return begin(work, config, wall_ms);
    switch ((int)work->delivery.row.kind) {
    case EFFECT_PULL:
        return end_pull(work, config->store, wall_ms);
    case EFFECT_ISSUE:
        return end_issue(work, config->store, wall_ms);
    default:
        return end_poll(work, config->store, wall_ms);
    }
}
