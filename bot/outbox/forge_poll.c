#include "bot/outbox/forge_poll.h"

#include "bot/outbox/pull_text.h"

#include <inttypes.h>
#include <string.h>

/* ---- what there is to look at ---- */

static bool add_issue(const struct stored_item *stored, void *context)
{
    struct forge_poll *poll = context;
    if (stored->item.issue_number == 0)
        return true;
    struct polled *polled = &poll->all[poll->count++];
    polled->item = stored->item.seq;
    polled->number = stored->item.issue_number;
    str_copy_to(polled->url, str_of(stored->item.issue_url));
    return poll->count < POLLED_MOST;
}

/* Closed without a merge, it may be opened again: people are told to. */
static bool waits_for_pull(const struct incident *in)
{
    return in->pull_state == PULL_OPEN ||
           (in->pull_state == PULL_CLOSED && in->state == STATE_REVIEW);
}

enum err forge_poll_begin(struct forge_poll *poll, struct forge_desk *desk,
                          struct store *store, const struct incident *in)
{
    const struct item_filter filter = {.incident_id = in->id,
                                       .open_only = true};
    poll->desk = desk;
    poll->store = store;
    poll->in = in;
    if (waits_for_pull(in))
        poll->all[poll->count++].number = in->pull_number;
    return store_each_item(store, &filter, add_issue, poll);
}

/* ---- asking ---- */

static const struct forge_settings *settings_of(const struct forge_poll *poll)
{
    return &forge_desk_config(poll->desk)->set;
}

int64_t forge_poll_item(const struct forge_poll *poll)
{
    return poll->all[poll->next - 1].item;
}

static bool polls_pull(const struct forge_poll *poll)
{
    return forge_poll_item(poll) == 0;
}

static enum job_verdict ask_next(struct forge_poll *poll)
{
    const struct forge_settings *set = settings_of(poll);
    poll->is_news = false;
    if (poll->next == poll->count)
        return JOB_DONE;
    const struct polled *polled = &poll->all[poll->next++];
    forge_call_release(&poll->call);
    poll->call = polled->item == 0 ? forge_get_pull(set, polled->number)
                                   : forge_get_issue(set, polled->number);
    forge_desk_condition(poll->desk, &poll->call);
    return JOB_CALL;
}

/* ---- reading ---- */

/* Of what is as the record has it, the next answer is wanted only when it is
 * another one. */
static bool read_answer(struct forge_poll *poll, const cJSON *json)
{
    enum forge_kind kind = settings_of(poll)->kind;
    if (polls_pull(poll)) {
        if (!forge_read_pull(kind, json, &poll->pull))
            return false;
        poll->is_news = poll->pull.state != poll->in->pull_state;
    } else {
        if (!forge_read_issue(kind, json, &poll->issue))
            return false;
        poll->is_news = poll->issue.is_closed;
    }
    return true;
}

/* By its address; in a repository that has another name by now, by its mark. */
static bool is_our_issue(const struct forge_poll *poll, const cJSON *json)
{
    const struct polled *polled = &poll->all[poll->next - 1];
    struct str body = forge_body_of(settings_of(poll)->kind, json);
    struct buf mark = BUF_INIT(200);
    issue_text_mark(poll->store, poll->in, polled->item, &mark);
    bool is_ours = strcmp(poll->issue.url, polled->url) == 0 ||
                   str_has(body, buf_str(&mark));
    buf_release(&mark);
    return is_ours;
}

/* When the settings name another repository, the record's number is somebody
 * else's there. */
static bool is_ours(const struct forge_poll *poll, const cJSON *json)
{
    return polls_pull(poll)
               ? forge_may_be_of_branch(settings_of(poll)->kind, json,
                                        poll->in->postmortem_ref)
               : is_our_issue(poll, json);
}

static enum job_verdict pass_over(struct forge_poll *poll)
{
    if (polls_pull(poll)) {
        poll->unseen.fate = FORGE_NOT_FOUND;
        (void)snprintf(poll->unseen.words, sizeof poll->unseen.words,
                       "number %" PRId64 " of %s is somebody else's. If "
                       "[forge] repository is right, the next entry opens one "
                       "there.",
                       poll->pull.number, settings_of(poll)->repository);
    }
    return ask_next(poll);
}

enum job_verdict forge_poll_step(struct forge_poll *poll,
                                 const struct forge_answer *answer,
                                 int64_t now_ms)
{
    if (answer == NULL)
        return ask_next(poll);
    forge_judge(settings_of(poll), answer, now_ms, &poll->verdict);
    switch ((int)poll->verdict.fate) {
    case FORGE_UNCHANGED:
        return ask_next(poll);
    case FORGE_DONE:
        if (!read_answer(poll, answer->json))
            return JOB_LATER;
        if (!is_ours(poll, answer->json))
            return pass_over(poll);
        if (poll->is_news)
            return JOB_DONE;
        forge_desk_remember(poll->desk, poll->call.path, answer->etag);
        return ask_next(poll);
    case FORGE_LATER:
    case FORGE_UNREACHABLE:
        return JOB_LATER;
    case FORGE_BAD_TOKEN:
    case FORGE_NOT_ALLOWED:
        return JOB_FAILED;
    default: /* deleted, or moved: the others can be seen all the same */
        if (polls_pull(poll))
            poll->unseen = poll->verdict;
        return ask_next(poll);
    }
}
