#include "commands/service.h"

#include "commands/complete.h"
#include "commands/probes.h"
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

static void say_needs(struct buf *words, const struct service *service)
{
    for (int i = 0; i < service->depends_on.count; i++) {
        buf_add_text(words, i == 0 ? " It needs " : ", ");
        say_excerpt(words, str_of(service->depends_on.texts[i]), SERVICE_BYTES);
    }
    if (service->depends_on.count > 0)
        buf_add_text(words, ".");
}

/* What is not well of it, or of what it needs. */
static void say_bad_probes(const struct call *call,
                           const struct service *service, struct buf *words)
{
    const struct process_probes *probes = probes_of(call);
    int count = probes->runner == NULL ? 0 : probes->count(probes->runner);
    for (int i = 0; i < count; i++) {
        struct probe_status status = probes->status(probes->runner, i);
        bool is_bad =
            status.state == PROBE_DOWN || status.state == PROBE_FLAPPING;
        if (!is_bad || !services_are_related(&call->config->services,
                                             str_of(service->name),
                                             str_of(status.probe->service)))
            continue;
        buf_add_text(words, "\n- ");
        say_probe(words, &status, call->now_ms);
    }
}

void say_services(const struct call *call, const struct incident *in,
                  struct buf *words)
{
    struct str rest = str_of(in->services), name;
    while (incident_next_service(&rest, &name)) {
        const struct service *service =
            service_find(&call->config->services, name);
        if (service == NULL)
            continue;
        buf_add_text(words, "\n**");
        say_excerpt(words, name, SERVICE_BYTES);
        buf_add_text(words, "**:");
        if (service->owner[0] != '\0') {
            buf_add_text(words, " owner ");
            say_excerpt(words, str_of(service->owner), NAME_UNITS);
            buf_add_text(words, ".");
        } else {
            buf_add_text(words, " nobody is named as its owner.");
        }
        say_needs(words, service);
        if (service->runbook[0] != '\0')
            buf_addf(words, " Runbook: <%s>", service->runbook);
        say_bad_probes(call, service, words);
    }
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
