#include "bot/io/rest_lanes.h"

#include <stdlib.h>
#include <string.h>

static bool same_lane(const struct rest_call *a, const struct rest_call *b)
{
    return !a->is_callback && !b->is_callback && a->major_id == b->major_id &&
           strcmp(a->route, b->route) == 0;
}

void lanes_add(struct rest_job **lanes, struct rest_job *job)
{
    struct rest_job **end = lanes;
    for (; *end != NULL; end = &(*end)->next)
        if (same_lane(&(*end)->call, &job->call)) {
            end = &(*end)->behind;
            while (*end != NULL)
                end = &(*end)->behind;
            break;
        }
    *end = job;
}

void lanes_remove(struct rest_job **lanes, struct rest_job *job)
{
    struct rest_job **at = lanes;
    while (*at != job)
        at = &(*at)->next;
    *at = job->next;
    if (job->behind != NULL) {
        job->behind->next = job->next;
        *at = job->behind;
    }
    job->next = job->behind = NULL;
}

void rest_job_free(struct rest_job *job)
{
    rest_call_release(&job->call);
    free(job);
}
