#include "bot/forge/pull_job.h"

#include "bot/base/mem.h"

#include <assert.h>
#include <stdlib.h>

#define PAGES_MOST   20
#define LOOK_BACK_MS (10 * MS_PER_MINUTE) /* their clock and ours */

void issue_job_init(struct issue_job *job, const struct forge_settings *set,
                    const struct issue_wish *wish)
{
    *job = (struct issue_job){.set = set};
    job->title = mem_text(wish->text.title);
    job->body = mem_text(wish->text.body);
    job->assignee = mem_text(wish->text.assignee);
    job->mark = mem_text(wish->mark);
    job->look_since_ms = wish->look_since_ms;
    job->is_unwanted = wish->is_unwanted;
}

void issue_job_release(struct issue_job *job)
{
    if (job == NULL)
        return;
    free(job->title);
    free(job->body);
    free(job->assignee);
    free(job->mark);
    forge_call_release(&job->call);
    *job = (struct issue_job){.set = NULL};
}

static enum job_verdict ask(struct issue_job *job, enum issue_step step,
                            struct forge_call call)
{
    job->step = step;
    forge_call_release(&job->call);
    job->call = call;
    return JOB_CALL;
}

static enum job_verdict refuse(struct issue_job *job,
                               const struct forge_verdict *verdict)
{
    str_copy_to(job->words, str_of(verdict->words));
    job->retry_at_ms = verdict->retry_at_ms;
    return verdict->fate == FORGE_LATER || verdict->fate == FORGE_UNREACHABLE
               ? JOB_LATER
               : JOB_FAILED;
}

static enum job_verdict strange(struct issue_job *job)
{
    (void)snprintf(job->words, sizeof job->words,
                   "%s gave an answer that cannot be read. Check [forge] kind "
                   "and api_base.",
                   forge_name(job->set->kind));
    return JOB_LATER;
}

static enum job_verdict open_one(struct issue_job *job)
{
    const struct forge_issue_text text = {job->title, job->body, job->assignee,
                                          job->assignee_number};
    return ask(job, ISSUE_POST, forge_open_issue(job->set, &text));
}

static enum job_verdict find_person(struct issue_job *job)
{
    if (job->set->kind != FORGE_GITLAB || job->assignee[0] == '\0')
        return open_one(job);
    return ask(job, ISSUE_PERSON, forge_find_person(job->assignee));
}

static enum job_verdict look(struct issue_job *job, int page)
{
    int64_t since_ms = job->look_since_ms - LOOK_BACK_MS;
    job->page = page;
    return ask(job, ISSUE_LOOK,
               forge_list_issues(job->set, since_ms > 0 ? since_ms : 0, page));
}

static enum job_verdict dress(struct issue_job *job)
{
    const char *const *label = &job->set->issue_label;
    if (job->set->kind != FORGE_GITEA || (*label)[0] == '\0')
        return JOB_DONE;
    return ask(job, ISSUE_LABEL,
               forge_add_labels(job->set, job->issue.number, label, 1));
}

static enum job_verdict read_list(struct issue_job *job,
                                  const struct forge_answer *answer,
                                  const struct forge_verdict *verdict)
{
    const cJSON *one;
    if (verdict->fate != FORGE_DONE)
        return refuse(job, verdict);
    if (!cJSON_IsArray(answer->json))
        return strange(job);
    cJSON_ArrayForEach(one, answer->json)
    {
        struct str body = forge_body_of(job->set->kind, one);
        bool is_ours = str_has(body, str_of(job->mark));
        if (is_ours && forge_read_issue(job->set->kind, one, &job->issue))
            return dress(job);
    }
    if (cJSON_GetArraySize(answer->json) > 0 && job->page < PAGES_MOST)
        return look(job, job->page + 1);
    return job->is_unwanted ? JOB_DONE : find_person(job);
}

static enum job_verdict read_person(struct issue_job *job,
                                    const struct forge_answer *answer,
                                    const struct forge_verdict *verdict)
{
    if (verdict->fate == FORGE_LATER || verdict->fate == FORGE_UNREACHABLE)
        return refuse(job, verdict);
    if (verdict->fate != FORGE_DONE ||
        !forge_read_person(answer->json, job->assignee, &job->assignee_number))
        (void)snprintf(job->words, sizeof job->words,
                       "The issue has no assignee: %s was not found.",
                       job->assignee);
    return open_one(job);
}

/* Somebody who has left must not keep the issue from being opened. */
static enum job_verdict read_opened(struct issue_job *job,
                                    const struct forge_answer *answer,
                                    const struct forge_verdict *verdict)
{
    if (verdict->fate == FORGE_INVALID && job->assignee[0] != '\0') {
        (void)snprintf(job->words, sizeof job->words,
                       "The issue has no assignee: %s cannot be one.",
                       job->assignee);
        job->assignee[0] = '\0';
        job->assignee_number = 0;
        return open_one(job);
    }
    if (verdict->fate != FORGE_DONE)
        return refuse(job, verdict);
    return forge_read_issue(job->set->kind, answer->json, &job->issue)
               ? dress(job)
               : strange(job);
}

static enum job_verdict read_labelled(struct issue_job *job,
                                      const struct forge_answer *answer,
                                      const struct forge_verdict *verdict)
{
    const char *label = job->set->issue_label;
    if (verdict->fate == FORGE_LATER || verdict->fate == FORGE_UNREACHABLE)
        return refuse(job, verdict);
    if (verdict->fate != FORGE_DONE)
        (void)snprintf(job->words, sizeof job->words,
                       "The issue has no label: %s", verdict->words);
    else if (!forge_has_label(answer->json, label))
        (void)snprintf(job->words, sizeof job->words,
                       "The issue has no label: %s was not found.", label);
    return JOB_DONE;
}

enum job_verdict issue_job_step(struct issue_job *job,
                                const struct forge_answer *answer,
                                int64_t now_ms)
{
    struct forge_verdict verdict = {.fate = FORGE_DONE};
    assert((answer == NULL) == (job->step == ISSUE_BEGIN));
    if (answer != NULL)
        forge_judge(job->set, answer, now_ms, &verdict);
    switch (job->step) {
    case ISSUE_BEGIN:
        return job->look_since_ms != 0 ? look(job, 1) : find_person(job);
    case ISSUE_LOOK:
        return read_list(job, answer, &verdict);
    case ISSUE_PERSON:
        return read_person(job, answer, &verdict);
    case ISSUE_POST:
        return read_opened(job, answer, &verdict);
    case ISSUE_LABEL:
        return read_labelled(job, answer, &verdict);
    }
    abort();
}
