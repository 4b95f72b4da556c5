#include "bot/turn/waits.h"

#include "bot/base/log.h"
#include "bot/base/mem.h"

#include <stdlib.h>

struct wait {
    struct wait *next;
    struct waits *waits;
    cJSON *data;
};

struct waits {
    struct rest *rest;
    waited_fn *done;
    void *context;
    struct wait *first;
};

struct waits *waits_new(struct rest *rest, waited_fn *done, void *context)
{
    struct waits *waits = mem_alloc(sizeof *waits);
    waits->rest = rest;
    waits->done = done;
    waits->context = context;
    return waits;
}

void waits_free(struct waits *waits)
{
    if (waits == NULL)
        return;
    while (waits->first != NULL) {
        struct wait *wait = waits->first;
        waits->first = wait->next;
        cJSON_Delete(wait->data);
        free(wait);
    }
    free(waits);
}

static struct wait *begin(struct waits *waits, cJSON *data)
{
    struct wait *wait = mem_alloc(sizeof *wait);
    *wait = (struct wait){waits->first, waits, data};
    waits->first = wait;
    return wait;
}

static void end(struct wait *wait, const struct str *file)
{
    struct waits *waits = wait->waits;
    struct wait **place = &waits->first;
    cJSON *data = wait->data;
    while (*place != wait)
        place = &(*place)->next;
    *place = wait->next;
    free(wait);
    waits->done(data, file, waits->context);
}

static void on_fetched(enum rest_fate fate, int status, struct str bytes,
                       void *context)
{
    if (fate != REST_DONE)
        log_warn("file_not_read", LOG_INT("status", status));
    end(context, fate == REST_DONE ? &bytes : &STR_NONE);
}

void waits_for_file(struct waits *waits, cJSON *data, const char *url,
                    size_t max_bytes)
{
    rest_fetch(waits->rest, url, max_bytes, on_fetched, begin(waits, data));
}

static void on_checked(const struct probe_status *status, void *context)
{
    (void)status; /* the command asks for it */
    end(context, NULL);
}

void waits_for_probe(struct waits *waits, cJSON *data,
                     struct probe_runner *probes, int probe)
{
    probes_run(probes, probe, on_checked, begin(waits, data));
}
