#include "bot/forge/pull_job.h"

#include "bot/base/mem.h"
#include "bot/discord/json.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Open pull requests of a whole repository are looked through (Gitea). */
#define PAGES_MOST 20
#define BODY_BYTES 60000 /* GitHub's limit is 65,536 characters */

void pull_job_init(struct pull_job *job, const struct forge_settings *set,
                   const struct pull_wish *wish)
{
    *job = (struct pull_job){.set = set};
    job->branch = mem_text(wish->branch);
    job->title = mem_text(wish->text.title);
    job->body = mem_text(wish->text.body);
    job->commit = mem_text(wish->commit);
    job->is_draft = wish->text.is_draft;
    job->pull.number = wish->number;
    job->is_recorded = wish->number != 0;
    job->may_be_there = wish->may_be_there;
    job->earlier = wish->earlier;
}

void pull_job_release(struct pull_job *job)
{
    if (job == NULL)
        return;
    free(job->branch);
    free(job->title);
    free(job->body);
    free(job->commit);
    free(job->merged);
    forge_call_release(&job->call);
    *job = (struct pull_job){.set = NULL};
}

static enum job_verdict ask(struct pull_job *job, enum pull_step step,
                            struct forge_call call)
{
    job->step = step;
    forge_call_release(&job->call);
    job->call = call;
    return JOB_CALL;
}

static void note(struct pull_job *job, const char *what, const char *words)
{
    struct buf notes = BUF_INIT(sizeof job->words - 1);
    buf_addf(&notes, "%s%s%s: %s", job->words, job->words[0] == '\0' ? "" : " ",
             what, words);
    if (!notes.overflow)
        str_copy_to(job->words, buf_str(&notes));
    buf_release(&notes);
}

static enum job_verdict refuse(struct pull_job *job,
                               const struct forge_verdict *verdict)
{
    str_copy_to(job->words, str_of(verdict->words));
    job->retry_at_ms = verdict->retry_at_ms;
    return verdict->fate == FORGE_LATER || verdict->fate == FORGE_UNREACHABLE
               ? JOB_LATER
               : JOB_FAILED;
}

static enum job_verdict strange(struct pull_job *job)
{
    (void)snprintf(job->words, sizeof job->words,
                   "%s gave an answer that cannot be read. Check [forge] kind "
                   "and api_base.",
                   forge_name(job->set->kind));
    return JOB_LATER;
}

/* ---- what it says now, and shall say ---- */

/* The last lines of ours: of a pair that lost one, what is left is theirs. */
static bool find_ours(struct str there, const char **begin, const char **end)
{
    const char *next = str_find(there, STR(FORGE_BODY_BEGIN));
    if (next == NULL)
        return false;
    struct str rest = there;
    while (next != NULL) {
        *begin = next;
        rest = str_from(there, (size_t)(next - there.s) + 1);
        next = str_find(rest, STR(FORGE_BODY_BEGIN));
    }
    *end = str_find(rest, STR(FORGE_BODY_END));
    if (*end != NULL)
        *end += strlen(FORGE_BODY_END);
    return *end != NULL;
}

/* Our part within the body that is there, or below what somebody wrote. */
static void merge_body(struct pull_job *job, struct str there)
{
    struct buf merged = BUF_INIT(BODY_BYTES);
    const char *begin, *end;
    if (find_ours(there, &begin, &end)) {
        buf_add_bytes(&merged, there.s, (size_t)(begin - there.s));
        buf_add_text(&merged, job->body);
        buf_add_bytes(&merged, end, there.n - (size_t)(end - there.s));
    } else {
        buf_add(&merged, str_trim(there));
        buf_add_text(&merged, merged.n > 0 ? "\n\n" : "");
        buf_add_text(&merged, job->body);
    }
    if (merged.overflow) { /* what they wrote leaves no room for ours */
        buf_release(&merged);
        merged = BUF_INIT(there.n);
        buf_add(&merged, there);
    }
    free(job->merged);
    job->merged = buf_detach(&merged);
}

/* Browsers send \r\n. */
static bool is_same_text(struct str a, const char *b)
{
    size_t i = 0;
    a = str_trim(a);
    struct str other = str_trim(str_of(b));
    for (size_t j = 0; j < other.n; i++, j++) {
        if (i + 1 < a.n && a.s[i] == '\r' && a.s[i + 1] == '\n')
            i++;
        if (i >= a.n || a.s[i] != other.s[j])
            return false;
    }
    return i == a.n;
}

static bool take_pull(struct pull_job *job, const cJSON *json)
{
    enum forge_kind kind = job->set->kind;
    if (!forge_read_pull(kind, json, &job->pull))
        return false;
    merge_body(job, forge_body_of(kind, json));
    job->is_behind = !is_same_text(forge_title_of(kind, json), job->title) ||
                     !is_same_text(forge_body_of(kind, json), job->merged);
    /* GitHub's title does not say it: see PULL_MARK. */
    if (kind != FORGE_GITHUB && job->pull.is_draft != job->is_draft)
        job->is_behind = true;
    return true;
}

/* ---- the steps ---- */

static enum job_verdict find(struct pull_job *job, int page)
{
    job->page = page;
    return ask(job, PULL_FIND,
               forge_find_pull(job->set, job->branch, job->may_be_there, page));
}

static enum job_verdict open_one(struct pull_job *job)
{
    const struct forge_text text = {job->title, job->body, job->is_draft};
    return ask(job, PULL_POST, forge_open_pull(job->set, job->branch, &text));
}

static enum job_verdict mark(struct pull_job *job)
{
    if (job->set->kind != FORGE_GITHUB || job->pull.is_draft == job->is_draft ||
        job->pull.node[0] == '\0')
        return JOB_DONE;
    return ask(job, PULL_MARK, forge_set_draft(job->pull.node, job->is_draft));
}

static enum job_verdict renew(struct pull_job *job)
{
    const struct forge_text text = {job->title, job->merged, job->is_draft};
    if (!job->is_behind)
        return mark(job);
    return ask(job, PULL_PATCH,
               forge_update_pull(job->set, job->pull.number, &text));
}

static enum job_verdict review(struct pull_job *job)
{
    if (job->set->reviewer_count == 0 ||
        (job->set->kind == FORGE_GITLAB && job->id_count == 0))
        return renew(job);
    return ask(job, PULL_REVIEW,
               forge_ask_reviewers(job->set, job->pull.number, job->ids,
                                   job->id_count));
}

static enum job_verdict next_person(struct pull_job *job)
{
    if (job->set->kind != FORGE_GITLAB ||
        job->person >= job->set->reviewer_count)
        return review(job);
    return ask(job, PULL_PERSON,
               forge_find_person(job->set->reviewers[job->person]));
}

/* Asked for once: what people change of it afterwards stays. */
static enum job_verdict dress(struct pull_job *job)
{
    if (job->is_recorded)
        return renew(job);
    if (job->set->kind == FORGE_GITLAB || job->set->label_count == 0)
        return next_person(job);
    return ask(job, PULL_LABEL,
               forge_add_labels(job->set, job->pull.number, job->set->labels,
                                job->set->label_count));
}

/* Somebody merged or closed it: it is left alone. */
static enum job_verdict take_it(struct pull_job *job)
{
    return job->pull.state == PULL_OPEN ? dress(job) : JOB_DONE;
}

static enum job_verdict begin(struct pull_job *job)
{
    if (job->earlier != 0)
        return ask(job, PULL_EARLIER, forge_get_pull(job->set, job->earlier));
    return job->pull.number == 0
               ? find(job, 1)
               : ask(job, PULL_GET, forge_get_pull(job->set, job->pull.number));
}

/* There is none of that number, or not ours: the repository is another. */
static bool is_elsewhere(const struct pull_job *job,
                         const struct forge_answer *answer,
                         const struct forge_verdict *verdict)
{
    return verdict->fate == FORGE_NOT_FOUND ||
           (verdict->fate == FORGE_DONE &&
            !forge_may_be_of_branch(job->set->kind, answer->json, job->branch));
}

/* Of a branch that was merged as it is a forge opens nothing, or what nobody
 * wants. */
static enum job_verdict read_earlier(struct pull_job *job,
                                     const struct forge_answer *answer,
                                     const struct forge_verdict *verdict)
{
    if (is_elsewhere(job, answer, verdict)) {
        job->earlier = 0; /* they count from the start there */
        return find(job, 1);
    }
    if (verdict->fate != FORGE_DONE)
        return refuse(job, verdict);
    if (!take_pull(job, answer->json))
        return strange(job);
    return job->pull.state == PULL_MERGED && job->pull.head[0] != '\0' &&
                   strcmp(job->pull.head, job->commit) == 0
               ? JOB_DONE
               : find(job, 1);
}

static enum job_verdict read_got(struct pull_job *job,
                                 const struct forge_answer *answer,
                                 const struct forge_verdict *verdict)
{
    if (is_elsewhere(job, answer, verdict)) {
        job->is_recorded = false;
        return find(job, 1);
    }
    if (verdict->fate != FORGE_DONE)
        return refuse(job, verdict);
    return take_pull(job, answer->json) ? take_it(job) : strange(job);
}

static enum job_verdict read_found(struct pull_job *job,
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
        if (!forge_is_of_branch(job->set, one, job->branch))
            continue;
        if (!take_pull(job, one))
            return strange(job);
        if (job->pull.state == PULL_OPEN || job->pull.number > job->earlier)
            return take_it(job);
    }
    if (job->set->kind == FORGE_GITEA && job->page < PAGES_MOST &&
        cJSON_GetArraySize(answer->json) > 0)
        return find(job, job->page + 1);
    return open_one(job);
}

static bool is_about_drafts(const struct forge_verdict *verdict)
{
    return strcasestr(verdict->words, "draft") != NULL;
}

static enum job_verdict read_opened(struct pull_job *job,
                                    const struct forge_answer *answer,
                                    const struct forge_verdict *verdict)
{
    if (verdict->fate == FORGE_CONFLICT && !job->has_looked_again) {
        job->has_looked_again = true;
        return find(job, 1);
    }
    /* A private repository of a free plan has none. */
    if (verdict->fate == FORGE_INVALID && job->is_draft &&
        is_about_drafts(verdict)) {
        job->is_draft = false;
        return open_one(job);
    }
    if (verdict->fate != FORGE_DONE)
        return refuse(job, verdict);
    return take_pull(job, answer->json) ? take_it(job) : strange(job);
}

/* What cannot be set does not undo the pull request, but for what may still
 * come. */
static bool is_over(const struct forge_verdict *verdict)
{
    return verdict->fate != FORGE_LATER && verdict->fate != FORGE_UNREACHABLE;
}

static enum job_verdict read_labelled(struct pull_job *job,
                                      const struct forge_answer *answer,
                                      const struct forge_verdict *verdict)
{
    const struct forge_settings *set = job->set;
    if (!is_over(verdict))
        return refuse(job, verdict);
    if (verdict->fate != FORGE_DONE)
        note(job, "The labels were not set", verdict->words);
    for (int i = 0; verdict->fate == FORGE_DONE && i < set->label_count; i++)
        if (!forge_has_label(answer->json, set->labels[i]))
            note(job, "A label was not found", set->labels[i]);
    return next_person(job);
}

static enum job_verdict read_person(struct pull_job *job,
                                    const struct forge_answer *answer,
                                    const struct forge_verdict *verdict)
{
    const char *login = job->set->reviewers[job->person];
    if (!is_over(verdict))
        return refuse(job, verdict);
    if (verdict->fate == FORGE_DONE && job->id_count < FORGE_NAMES_MOST &&
        forge_read_person(answer->json, login, &job->ids[job->id_count]))
        job->id_count++;
    else
        note(job, "A reviewer was not found", login);
    job->person++;
    return next_person(job);
}

/* Gitea says 404 of a login that nobody has: the repository was there. */
static void note_strangers(struct pull_job *job,
                           const struct forge_answer *answer)
{
    struct buf said = BUF_INIT(200), words = BUF_INIT(FORGE_WORDS_BYTES);
    forge_print_said(answer->json, &said);
    buf_addf(&words, "it does not know all of [forge] reviewers (\"%s\").",
             buf_text(&said));
    note(job, "No review was asked for", buf_text(&words));
    buf_release(&said);
    buf_release(&words);
}

static enum job_verdict read_reviewed(struct pull_job *job,
                                      const struct forge_answer *answer,
                                      const struct forge_verdict *verdict)
{
    if (!is_over(verdict))
        return refuse(job, verdict);
    if (verdict->fate == FORGE_NOT_FOUND)
        note_strangers(job, answer);
    else if (verdict->fate != FORGE_DONE)
        note(job, "No review was asked for", verdict->words);
    return renew(job);
}

static enum job_verdict read_marked(struct pull_job *job,
                                    const struct forge_answer *answer,
                                    const struct forge_verdict *verdict)
{
    if (!is_over(verdict))
        return refuse(job, verdict);
    /* GraphQL says "200" to everything. */
    const cJSON *errors = json_get(answer->json, "errors");
    if (verdict->fate != FORGE_DONE)
        note(job, "Draft or ready was not changed", verdict->words);
    else if (cJSON_GetArraySize(errors) > 0)
        note(job, "Draft or ready was not changed",
             "GitHub refused it. Change it there.");
    return JOB_DONE;
}

enum job_verdict pull_job_step(struct pull_job *job,
                               const struct forge_answer *answer,
                               int64_t now_ms)
{
    struct forge_verdict verdict = {.fate = FORGE_DONE};
    assert((answer == NULL) == (job->step == PULL_BEGIN));
    if (answer != NULL)
        forge_judge(job->set, answer, now_ms, &verdict);
    switch (job->step) {
    case PULL_BEGIN:
        return begin(job);
    case PULL_EARLIER:
        return read_earlier(job, answer, &verdict);
    case PULL_GET:
        return read_got(job, answer, &verdict);
    case PULL_FIND:
        return read_found(job, answer, &verdict);
    case PULL_POST:
        return read_opened(job, answer, &verdict);
    case PULL_LABEL:
        return read_labelled(job, answer, &verdict);
    case PULL_PERSON:
        return read_person(job, answer, &verdict);
    case PULL_REVIEW:
        return read_reviewed(job, answer, &verdict);
    case PULL_PATCH:
        return verdict.fate == FORGE_DONE ? mark(job) : refuse(job, &verdict);
    case PULL_MARK:
        return read_marked(job, answer, &verdict);
    }
    abort();
}
