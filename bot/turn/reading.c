#include "bot/turn/reading.h"

#include "bot/base/log.h"
#include "bot/base/mem.h"

#include <stdlib.h>

struct reading {
    struct reading *next;
    struct readings *readings;
    cJSON *data;
};

struct readings {
    struct rest *rest;
    reading_fn *done;
    void *context;
    struct reading *first;
};

struct readings *readings_new(struct rest *rest, reading_fn *done,
                              void *context)
{
    struct readings *readings = mem_alloc(sizeof *readings);
    readings->rest = rest;
    readings->done = done;
    readings->context = context;
    return readings;
}

static void end(struct reading *reading)
{
    struct reading **place = &reading->readings->first;
    while (*place != reading)
        place = &(*place)->next;
    *place = reading->next;
    cJSON_Delete(reading->data);
    free(reading);
}

void readings_free(struct readings *readings)
{
    if (readings == NULL)
        return;
    while (readings->first != NULL) {
        struct reading *reading = readings->first;
        readings->first = reading->next;
        cJSON_Delete(reading->data);
        free(reading);
    }
    free(readings);
}

static void on_fetched(enum rest_fate fate, int status, struct str bytes,
                       void *context)
{
    struct reading *reading = context;
    struct readings *readings = reading->readings;
    cJSON *data = reading->data;
    if (fate != REST_DONE)
        log_warn("file_not_read", LOG_INT("status", status));
    reading->data = NULL;
    end(reading);
    readings->done(data, fate == REST_DONE ? bytes : STR_NONE,
                   readings->context);
}

void readings_begin(struct readings *readings, cJSON *data, const char *url,
                    size_t max_bytes)
{
    struct reading *reading = mem_alloc(sizeof *reading);
    reading->readings = readings;
    reading->data = data;
    reading->next = readings->first;
    readings->first = reading;
    rest_fetch(readings->rest, url, max_bytes, on_fetched, reading);
}
