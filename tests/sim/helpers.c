/* bot/io/child.h: opsroom-git as a repository in memory; opsroom-draw. */
#include "tests/sim/sim.h"

#include "bot/base/mem.h"
#include "bot/discord/json.h"
#include "bot/io/child.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BRANCHES 64

struct child {
    struct child *next;
    cJSON *job;
    child_fn *done; /* NULL: nobody waits any more */
    void *context;
    bool is_over, draws;
    int status;
    int forced; /* trouble, or -1 */
    char output[600];
};

static struct {
    char name[200], mark[300];
    char *page; /* NULL: none yet */
    int commits;
} branches[BRANCHES];
static int branch_count;

void helpers_reset(void)
{
    while (branch_count > 0)
        free(branches[--branch_count].page);
}

int git_branches(int64_t incident_id)
{
    char mark[40];
    int count = 0;
    (void)snprintf(mark, sizeof mark, "INC-%" PRId64 " ", incident_id);
    for (int i = 0; i < branch_count; i++)
        count += strstr(branches[i].mark, mark) != NULL;
    return count;
}

const char *git_page(int64_t incident_id)
{
    char mark[40];
    (void)snprintf(mark, sizeof mark, "INC-%" PRId64 " ", incident_id);
    for (int i = 0; i < branch_count; i++)
        if (strstr(branches[i].mark, mark) != NULL)
            return branches[i].page;
    return NULL;
}

int git_head(const char *branch)
{
    for (int i = 0; i < branch_count; i++)
        if (strcmp(branches[i].name, branch) == 0)
            return i * 1000 + branches[i].commits;
    return 0;
}

static int find_branch(const cJSON *job)
{
    struct str mark = json_text(job, "mark");
    for (int i = 0; i < branch_count; i++)
        if (str_is(mark, branches[i].mark))
            return i;
    return -1;
}

static bool is_taken(const char *name)
{
    for (int i = 0; i < branch_count; i++)
        if (strcmp(branches[i].name, name) == 0)
            return true;
    return false;
}

/* Without its "{n}". */
static struct str str_cut_end(struct str text, size_t n)
{
    return (struct str){text.s, text.n > n ? text.n - n : 0};
}

static int make_branch(const cJSON *job)
{
    char head[180], name[200];
    int i = branch_count;
    if (branch_count == BRANCHES)
        sim_fail("too many branches");
    str_copy_to(head, str_cut_end(json_text(job, "branch"), 3));
    (void)snprintf(name, sizeof name, "%s", head);
    for (int n = 2; is_taken(name); n++)
        (void)snprintf(name, sizeof name, "%s-%d", head, n);
    branch_count++;
    str_copy_to(branches[i].name, str_of(name));
    str_copy_to(branches[i].mark, json_text(job, "mark"));
    branches[i].commits = 0;
    branches[i].page = NULL;
    return i;
}

static void commit(const cJSON *job, char *out, size_t bytes)
{
    struct str page = json_text(job, "content");
    int i = find_branch(job);
    if (i < 0)
        i = make_branch(job);
    bool is_same = str_eq(page, str_of(branches[i].page));
    if (!is_same) {
        free(branches[i].page);
        branches[i].page = mem_text(page.s);
        branches[i].commits++;
        sim_tell("  commit %d on %s", branches[i].commits, branches[i].name);
    }
    (void)snprintf(out, bytes,
                   "{\"branch\":\"%s\",\"path\":\"p\",\"commit\":"
                   "\"%040d\",\"unchanged\":%s}",
                   branches[i].name, git_head(branches[i].name),
                   is_same ? "true" : "false");
}

/* Whether it was merged: nobody ever does here. */
static void look(const cJSON *job, char *out, size_t bytes)
{
    int i = find_branch(job);
    (void)snprintf(out, bytes, "{\"branch\":\"%s\"}",
                   i < 0 ? "" : branches[i].name);
}

static void child_free(struct child *child)
{
    cJSON_Delete(child->job);
    free(child);
}

static void on_done(void *context)
{
    struct child *child = context;
    child->is_over = true;
    if (child->done != NULL && !sim_thing())
        return; /* the bot lets go of it on its way out */
    if (child->done != NULL)
        child->done(child->status, str_of(child->output), child->context);
    child_free(child);
}

static void draw(struct child *child)
{
    child->status = trouble_befalls(SIM_DRAW_FAILS) ? 1 : 0;
    sim_tell("  drawing: %d", child->status);
    (void)snprintf(child->output, sizeof child->output, "a picture");
    sim_at(sim.now_ms + 20, on_done, child);
}

static void on_work(void *context)
{
    struct child *child = context;
    fault_force(child->forced);
    if (child->draws) {
        draw(child);
        fault_force(-1);
        return;
    }
    bool fails = trouble_befalls(SIM_GIT_FAILS);
    bool looks = str_is(json_text(child->job, "op"), "look");
    if (!fails)
        (looks ? look : commit)(child->job, child->output,
                                sizeof child->output);
    if (fails)
        (void)snprintf(child->output, sizeof child->output,
                       "{\"error\":\"simulated\",\"reason\":\"network\","
                       "\"retry\":true}");
    if (trouble_befalls(SIM_GIT_DIES)) {
        child->status = -1;
        (void)snprintf(child->output, sizeof child->output,
                       "opsroom-git ended with signal 9.");
    }
    fault_force(-1);
    sim_at(sim.now_ms + 20, on_done, child);
}

struct child *child_run(uv_loop_t *loop, const struct child_job *job,
                        child_fn *done, void *context)
{
    (void)loop;
    struct child *child = mem_alloc(sizeof *child);
    *child = (struct child){.done = done, .context = context, .forced = -1};
    if (fault_fires(FAULT_CHILD))
        child->forced = fault_detail();
    fault_force(child->forced);
    child->draws = strstr(job->program, "opsroom-draw") != NULL;
    if (!child->draws)
        child->job = json_parse(job->input);
    if (!sim_thing()) {
        child->done = NULL;
        sim_at(sim.now_ms, on_done, child);
    } else if (!child->draws && trouble_befalls(SIM_GIT_SLOW)) {
        child->status = -1;
        (void)snprintf(child->output, sizeof child->output,
                       "opsroom-git took too long and was ended.");
        sim_at(sim.now_ms + job->timeout_ms, on_done, child);
    } else {
        sim_at(sim.now_ms + 30 + (int64_t)luck_below(LUCK_GIT, 400), on_work,
               child);
    }
    fault_force(-1);
    return child;
}

/* What it is at may be done all the same. */
void child_cancel(struct child *child)
{
    child->done = NULL;
    if (child->is_over)
        child_free(child);
}
