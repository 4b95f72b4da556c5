/*
 * Any JSON as the job of opsroom-git: refused in words, or within its bounds.
 */
#include "bot/helpers/git.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <string.h>

static void check_job(const struct git_job *job)
{
    assert(job->repository.n > 0 && job->base.n > 0 && job->branch.n > 0);
    assert(job->path.n > 0 && job->path.n < GIT_NAME_LIMIT && job->mark.n > 0);
    assert(job->op == GIT_OP_LOOK || job->content.n > 0);
    assert(job->way == GIT_WAY_FOLDER || job->cache.n > 0);
    assert(job->file_count <= GIT_FILES);
    assert(job->coauthor_count <= GIT_COAUTHORS);
    assert(job->timeout_ms >= 0 && job->time_s >= 0);
    for (size_t i = 0; i < job->file_count; i++)
        assert(job->files[i].path.n > 0);
    for (size_t i = 0; i < job->coauthor_count; i++)
        assert(job->coauthors[i].name.n > 0 && job->coauthors[i].email.n > 0);
    /* What goes over a wire names no secret in its address. */
    if (job->way == GIT_WAY_HTTP)
        assert(memchr(job->repository.s, '@', job->repository.n) == NULL ||
               memchr(job->repository.s + 8, '/', job->repository.n - 8) !=
                   NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct git_trouble trouble = {GIT_REASON_JOB, BUF_INIT(8192)};
    struct git_job job;
    cJSON *root = cJSON_ParseWithLength((const char *)data, size);
    if (cJSON_IsObject(root) && git_job_read(root, &job, &trouble)) {
        check_job(&job);
    } else if (cJSON_IsObject(root)) {
        assert(trouble.text.n > 0 && trouble.reason == GIT_REASON_JOB);
        cJSON_Delete(git_trouble_print(&trouble));
    }
    buf_release(&trouble.text);
    cJSON_Delete(root);
    return 0;
}
