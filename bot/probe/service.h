/*
 * The services of the settings, [[service]]: who owns one, where its runbook
 * lies, what it needs. Alerts, probes and incidents name them.
 */
#ifndef BOT_PROBE_SERVICE_H
#define BOT_PROBE_SERVICE_H

#include "bot/base/str.h"

struct text_list {
    char **texts;
    int count;
};

struct service {
    char *name;                  /* "forum": at most SERVICE_BYTES - 1 */
    char *owner;                 /* anyone's name; "" : nobody named */
    char *runbook;               /* https URL; "" : none */
    struct text_list depends_on; /* names of services */
};

struct services {
    struct service *all;
    int count;
};

/* ASCII case is ignored. NULL: not in the settings. */
const struct service *service_find(const struct services *services,
                                   struct str name);
/* One needs the other, directly or through others, either way round; or they
 * are the same. Names that are not in the settings are related to themselves
 * only. */
bool services_are_related(const struct services *services, struct str one,
                          struct str other);

#endif
