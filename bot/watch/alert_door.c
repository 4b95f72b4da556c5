#include "bot/watch/alert_door.h"

#include "bot/alert/parse.h"
#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/io/http_auth.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Of one address: a monitor that repeats everything each minute stays far
 * below. */
#define RATE_A_MINUTE 3000
#define RATE_BURST    1200

struct alert_door {
    const struct alert_sources *sources;
    struct alerts_desk *desk;
    char **secrets; /* as the sources */
};

static const struct alert_source *find_source(const struct alert_door *door,
                                              struct str name)
{
    for (int i = 0; i < door->sources->count; i++)
        if (str_is(name, door->sources->all[i].name))
            return &door->sources->all[i];
    return NULL;
}

static struct str secret_of(const struct alert_door *door,
                            const struct alert_source *source)
{
    return str_of(door->secrets[source - door->sources->all]);
}

/* UptimeRobot's webhook can put everything into the address. */
static bool takes(const struct alert_source *source, enum http_method method)
{
    return method == HTTP_POST ||
           (method == HTTP_GET && source->form == ALERT_FORM_UPTIMEROBOT);
}

/* Which names there are is nobody's business without a secret. */
static int admit(const struct http_request *request, void *context)
{
    const struct alert_door *door = context;
    const struct alert_source *source = find_source(door, request->below);
    if (source != NULL && http_has_secret(request, secret_of(door, source)))
        return takes(source, request->method) ? 0 : 405;
    log_warn("alert_not_admitted", LOG_STR("peer", request->peer),
             LOG_TEXT("source", source == NULL ? "unknown" : source->name));
    return 401;
}

static void on_done(bool kept, void *context)
{
    struct http_request *request = context;
    if (kept)
        http_answer(request, 200, HTTP_TEXT, STR("Kept.\n"));
    else
        http_answer(request, 503, HTTP_TEXT,
                    STR("Nothing was kept: the record cannot be written now. "
                        "Send it again.\n"));
}

static void answer_why(struct http_request *request, int status,
                       struct buf *why)
{
    buf_add_char(why, '\n');
    http_answer(request, status, HTTP_TEXT, buf_str(why));
}

static void take(struct http_request *request, void *context)
{
    struct alert_door *door = context;
    const struct alert_source *source = find_source(door, request->below);
    assert(source != NULL); /* else it was not admitted */
    struct buf why = BUF_INIT(ALERTS_WHY_BYTES + 2);
    struct alerts alerts = {.count = 0};
    bool is_in_address =
        source->form == ALERT_FORM_UPTIMEROBOT && request->body.n == 0;
    struct str body = is_in_address ? request->query : request->body;
    enum err err =
        alerts_parse(source, request->content_type, body, &alerts, &why);
    if (err != ERR_OK) {
        log_warn("alert_unreadable", LOG_TEXT("source", source->name),
                 LOG_STR("why", buf_str(&why)));
        answer_why(request, 400, &why);
    } else if (alerts.count == 0) {
        answer_why(request, 200, &why);
    } else {
        alerts_hand_in(door->desk, alerts.all, alerts.count, on_done, request);
    }
    alerts_release(&alerts);
    buf_release(&why);
}

struct alert_door *alert_door_new(const struct config *config,
                                  struct alerts_desk *desk, struct buf *why)
{
    const struct alert_sources *sources = &config->alert_sources;
    struct alert_door *door = mem_alloc(sizeof *door);
    *door = (struct alert_door){sources, desk, NULL};
    door->secrets =
        mem_alloc(((size_t)sources->count + 1) * sizeof *door->secrets);
    for (int i = 0; i < sources->count; i++)
        if (config_secret(sources->all[i].secret_file, &door->secrets[i],
                          why) != ERR_OK) {
            alert_door_free(door);
            return NULL;
        }
    return door;
}

void alert_door_free(struct alert_door *door)
{
    if (door == NULL)
        return;
    for (int i = 0; i < door->sources->count; i++) {
        if (door->secrets[i] != NULL)
            explicit_bzero(door->secrets[i], strlen(door->secrets[i]));
        free(door->secrets[i]);
    }
    free(door->secrets);
    free(door);
}

struct http_route alert_door_route(struct alert_door *door)
{
    return (struct http_route){
        .path = "/alerts/",
        .methods = HTTP_GET | HTTP_POST,
        .rate = {.per_minute = RATE_A_MINUTE, .burst = RATE_BURST},
        .admit = admit,
        .handler = take,
        .context = door,
    };
}
