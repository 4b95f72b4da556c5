#include "bot/helpers/git.h"

#include <assert.h>

static void put(cJSON *answer, const char *name, const char *text)
{
    if (text[0] != '\0' && cJSON_AddStringToObject(answer, name, text) == NULL)
        abort();
}

static void put_conflicts(cJSON *answer, const struct git_done *done)
{
    cJSON *list = cJSON_AddArrayToObject(answer, "conflicts");
    assert(list != NULL);
    for (size_t i = 0; i < done->conflict_count; i++) {
        cJSON *item = cJSON_CreateObject();
        put(item, "block", done->conflicts[i].block);
        (void)cJSON_AddStringToObject(item, "ours", done->conflicts[i].ours);
        (void)cJSON_AddStringToObject(item, "theirs",
                                      done->conflicts[i].theirs);
        (void)cJSON_AddItemToArray(list, item);
    }
}

cJSON *git_done_print(const struct git_job *job, const struct git_done *done)
{
    cJSON *answer = cJSON_CreateObject();
    assert(answer != NULL);
    put(answer, "commit", done->commit);
    put(answer, "branch", done->branch);
    if (job->op == GIT_OP_COMMIT)
        (void)cJSON_AddBoolToObject(answer, "unchanged", done->unchanged);
    put(answer, "path", done->path);
    put(answer, "base_commit", done->base_commit);
    put(answer, "merged_commit", done->merged_commit);
    if (done->conflict_count > 0)
        put_conflicts(answer, done);
    return answer;
}

cJSON *git_trouble_print(const struct git_trouble *trouble)
{
    cJSON *answer = cJSON_CreateObject();
    assert(answer != NULL);
    put(answer, "error", buf_text(&trouble->text));
    put(answer, "reason", git_reason_word(trouble->reason));
    (void)cJSON_AddBoolToObject(answer, "retry",
                                git_reason_may_pass(trouble->reason));
    return answer;
}
