#include "bot/probe/service.h"

#include "bot/base/mem.h"

#include <stdlib.h>
#include <strings.h>

const struct service *service_find(const struct services *services,
                                   struct str name)
{
    for (int i = 0; i < services->count; i++)
        if (str_is_nocase(name, services->all[i].name))
            return &services->all[i];
    return NULL;
}

/* `reached` by index: each service is looked at once, so a circle of
 * dependencies ends. */
static void reach(const struct services *services,
                  const struct service *service, bool *reached)
{
    reached[service - services->all] = true;
    for (int i = 0; i < service->depends_on.count; i++) {
        const struct service *needed =
            service_find(services, str_of(service->depends_on.texts[i]));
        if (needed != NULL && !reached[needed - services->all])
            reach(services, needed, reached);
    }
}

static bool needs(const struct services *services, const struct service *one,
                  const struct service *other)
{
    bool *reached = mem_alloc((size_t)services->count * sizeof *reached);
    reach(services, one, reached);
    bool found = reached[other - services->all];
    free(reached);
    return found;
}

bool services_are_related(const struct services *services, struct str one,
                          struct str other)
{
    const struct service *a = service_find(services, one);
    const struct service *b = service_find(services, other);
    if (a != NULL && b != NULL)
        return needs(services, a, b) || needs(services, b, a);
    return one.n > 0 && one.n == other.n && a == b &&
           strncasecmp(one.s, other.s, one.n) == 0;
}
