#include "bot/io/resolver.h"

#include "bot/base/mem.h"
#include "bot/io/loop.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define LOOKUPS_AT_ONCE 2
#define HOST_BYTES      256

/* Lives until the last look-up that was under way is over: one cannot be taken
 * back from its thread. */
struct resolver {
    uv_loop_t *loop;
    struct deadline *next_turn;
    struct lookup *first, *last; /* that wait */
    int running;
    bool is_freed;
};

struct lookup {
    uv_getaddrinfo_t request;
    struct resolver *resolver;
    struct lookup *next, *previous;
    char host[HOST_BYTES];
    struct lookup_handlers handlers;
    bool is_running, is_cancelled;
};

static void unlink_waiting(struct lookup *lookup)
{
    struct resolver *resolver = lookup->resolver;
    if (lookup->previous == NULL)
        resolver->first = lookup->next;
    else
        lookup->previous->next = lookup->next;
    if (lookup->next == NULL)
        resolver->last = lookup->previous;
    else
        lookup->next->previous = lookup->previous;
}

static void look_again(struct resolver *resolver)
{
    if (resolver->first != NULL && resolver->running < LOOKUPS_AT_ONCE)
        deadline_set(resolver->next_turn, loop_now_ms(resolver->loop));
}

static void on_found(uv_getaddrinfo_t *request, int status,
                     struct addrinfo *found)
{
    struct lookup *lookup = request->data;
    struct resolver *resolver = lookup->resolver;
    resolver->running--;
    if (resolver->is_freed && resolver->running == 0)
        free(resolver);
    else if (!resolver->is_freed)
        look_again(resolver);
    if (!lookup->is_cancelled)
        lookup->handlers.done(status, found, lookup->handlers.context);
    uv_freeaddrinfo(found);
    free(lookup);
}

static void begin(struct lookup *lookup)
{
    const struct addrinfo wanted = {.ai_socktype = SOCK_STREAM};
    struct resolver *resolver = lookup->resolver;
    lookup->is_running = true;
    lookup->request.data = lookup;
    lookup->handlers.begun(lookup->handlers.context);
    int failed = uv_getaddrinfo(resolver->loop, &lookup->request, on_found,
                                lookup->host, NULL, &wanted);
    if (failed == 0) {
        resolver->running++;
        return;
    }
    lookup->handlers.done(failed, NULL, lookup->handlers.context);
    free(lookup);
}

static void on_next_turn(void *context)
{
    struct resolver *resolver = context;
    while (resolver->first != NULL && resolver->running < LOOKUPS_AT_ONCE) {
        struct lookup *lookup = resolver->first;
        resolver->first = lookup->next;
        if (lookup->next == NULL)
            resolver->last = NULL;
        else
            lookup->next->previous = NULL;
        begin(lookup);
    }
}

struct resolver *resolver_new(uv_loop_t *loop)
{
    struct resolver *resolver = mem_alloc(sizeof *resolver);
    resolver->loop = loop;
    resolver->next_turn = deadline_new(loop, on_next_turn, resolver);
    return resolver;
}

void resolver_free(struct resolver *resolver)
{
    if (resolver == NULL)
        return;
    assert(resolver->first == NULL);
    deadline_free(resolver->next_turn);
    resolver->is_freed = true;
    if (resolver->running == 0)
        free(resolver);
}

struct lookup *lookup_start(struct resolver *resolver, struct str host,
                            const struct lookup_handlers *handlers)
{
    struct lookup *lookup = mem_alloc(sizeof *lookup);
    lookup->resolver = resolver;
    lookup->handlers = *handlers;
    str_copy_to(lookup->host, host);
    lookup->previous = resolver->last;
    if (resolver->last == NULL)
        resolver->first = lookup;
    else
        resolver->last->next = lookup;
    resolver->last = lookup;
    look_again(resolver);
    return lookup;
}

void lookup_cancel(struct lookup *lookup)
{
    if (lookup == NULL)
        return;
    if (lookup->is_running) {
        lookup->is_cancelled = true;
        (void)uv_cancel((uv_req_t *)&lookup->request);
        return;
    }
    unlink_waiting(lookup);
    free(lookup);
}

const char *lookup_words(int status)
{
    switch (status) {
    case UV_EAI_NONAME:
    case UV_ENOENT:
        return "there is no such name";
    case UV_EAI_NODATA: /* it has other records, or none of this kind */
        return "the name has no address";
    default:
        return "the name servers do not answer";
    }
}
