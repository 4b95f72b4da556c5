#include "commands/service.h"

#include "commands/complete.h"
#include "commands/words.h"

#define NAMED 20

bool service_typed(const struct call *call, struct str typed, struct str *out,
                   struct answer *answer)
{
    const struct services *services = &call->config->services;
    const struct service *service = service_find(services, typed);
    struct buf *words = &answer->words;
    *out = service == NULL ? typed : str_of(service->name);
    if (typed.n == 0 || service != NULL || services->count == 0)
        return true;
    buf_add_text(words, "The settings know no service called ");
    say_excerpt(words, typed, SERVICE_BYTES);
    buf_add_text(words, ". Take one of these: ");
    for (int i = 0; i < services->count && i < NAMED; i++) {
        buf_add_text(words, i > 0 ? ", " : "");
        say_excerpt(words, str_of(services->all[i].name), SERVICE_BYTES);
    }
    buf_add_text(words, services->count > NAMED ? ", … Nothing was kept."
                                                : ". Nothing was kept.");
    return false;
}

void complete_services(const struct call *call, struct str typed,
                       struct choices *out)
{
    const struct services *services = &call->config->services;
    for (int i = 0; i < services->count && !choices_full(out); i++) {
        struct str name = str_of(services->all[i].name);
        if (text_holds(name, typed))
            choices_add(out, name, name);
    }
}
