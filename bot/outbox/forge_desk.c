#include "bot/outbox/forge_desk.h"

#include "bot/base/mem.h"

#include <stdlib.h>
#include <string.h>

/* Forgetting one costs a whole answer, and one after the other is asked for: of
 * fewer than there are, none would be remembered by its next turn. */
#define MEMORIES 2000

struct forge_desk {
    struct forge_desk_config config;
    int64_t closed_ms, closed_until_ms; /* since when; 0: is not */
    struct memory {
        char path[200];
        char etag[FORGE_ETAG_BYTES];
    } memories[MEMORIES]; /* the first `count` */
    int count, next;
};

struct forge_desk *forge_desk_new(const struct forge_desk_config *config)
{
    struct forge_desk *desk = mem_alloc(sizeof *desk);
    desk->config = *config;
    return desk;
}

void forge_desk_free(struct forge_desk *desk)
{
    free(desk);
}

const struct forge_desk_config *forge_desk_config(const struct forge_desk *desk)
{
    return &desk->config;
}

int64_t forge_desk_closed_until(const struct forge_desk *desk, int64_t now_ms)
{
    return now_ms < desk->closed_ms ? 0 : desk->closed_until_ms;
}

void forge_desk_close_until(struct forge_desk *desk, int64_t now_ms,
                            int64_t at_ms)
{
    if (at_ms <= forge_desk_closed_until(desk, now_ms))
        return;
    desk->closed_ms = now_ms;
    desk->closed_until_ms = at_ms;
}

static const struct memory *find(const struct forge_desk *desk,
                                 const char *path)
{
    for (int i = 0; i < desk->count; i++)
        if (strcmp(desk->memories[i].path, path) == 0)
            return &desk->memories[i];
    return NULL;
}

void forge_desk_condition(const struct forge_desk *desk,
                          struct forge_call *call)
{
    const struct memory *memory = find(desk, call->path);
    if (memory != NULL)
        str_copy_to(call->etag, str_of(memory->etag));
}

void forge_desk_remember(struct forge_desk *desk, const char *path,
                         struct str etag)
{
    const struct memory *known = find(desk, path);
    struct memory *memory = &desk->memories[desk->next];
    if (known != NULL) {
        memory = &desk->memories[known - desk->memories];
    } else {
        desk->next = (desk->next + 1) % MEMORIES;
        desk->count += desk->count < MEMORIES;
    }
    *memory = (struct memory){.path = ""};
    if (etag.n == 0 || etag.n >= sizeof memory->etag ||
        strlen(path) >= sizeof memory->path)
        return;
    str_copy_to(memory->path, str_of(path));
    str_copy_to(memory->etag, etag);
}
