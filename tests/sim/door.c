/* bot/io/http_server.h: requests of monitors, and of the forge, reach the bot,
 * and its answers go back. */
#include "tests/sim/sim.h"

#include "bot/base/mem.h"
#include "bot/io/http_server.h"

#include <stdlib.h>
#include <string.h>

struct exchange {
    struct http_request request; /* first: what http_answer is given */
    struct exchange *next;
    char *path, *body;
    door_fn *done;
    void *context;
};

struct http_server {
    struct http_config config;
    struct http_counts counts;
    struct exchange *open; /* not answered yet */
};

/* The bot has one. */
static struct http_server *the_server;

struct http_limits http_limits_usual(void)
{
    return (struct http_limits){.body_bytes = 1u << 20};
}

struct http_server *http_server_new(const struct http_config *config,
                                    struct buf *why)
{
    (void)why;
    the_server = mem_alloc(sizeof *the_server);
    *the_server = (struct http_server){.config = *config};
    return the_server;
}

static void end(struct exchange *exchange, int status)
{
    exchange->done(status, exchange->context);
    free(exchange->path);
    free(exchange->body);
    free(exchange);
}

/* Whoever waits sees the connection break. */
void http_server_free(struct http_server *server)
{
    if (server == NULL)
        return;
    the_server = NULL;
    while (server->open != NULL) {
        struct exchange *exchange = server->open;
        server->open = exchange->next;
        end(exchange, 0);
    }
    free(server);
}

const char *http_server_address(const struct http_server *server)
{
    return server->config.listen;
}

const struct http_counts *http_server_counts(const struct http_server *server)
{
    return &server->counts;
}

void http_answer(struct http_request *request, int status,
                 const char *content_type, struct str body)
{
    struct exchange *exchange = (struct exchange *)request;
    struct exchange **at = &the_server->open;
    (void)content_type;
    (void)body;
    if (!sim_thing())
        return; /* it breaks with the server */
    while (*at != exchange)
        at = &(*at)->next;
    *at = exchange->next;
    end(exchange, status);
}

static const struct http_route *route_of(struct str path)
{
    for (int i = 0; i < the_server->config.route_count; i++)
        if (str_starts(path, the_server->config.routes[i].path))
            return &the_server->config.routes[i];
    return NULL;
}

void door_post(const struct door_letter *letter, door_fn *done, void *context)
{
    if (the_server == NULL || !sim.is_running || sim.is_dead || !sim_thing()) {
        done(DOOR_SHUT, context);
        return;
    }
    struct exchange *exchange = mem_alloc(sizeof *exchange);
    const struct http_route *route = route_of(str_of(letter->path));
    if (route == NULL)
        sim_fail("there is nothing at %s", letter->path);
    *exchange = (struct exchange){.next = the_server->open,
                                  .path = mem_text(letter->path),
                                  .body = mem_text(letter->body),
                                  .done = done,
                                  .context = context};
    exchange->request =
        (struct http_request){.method = HTTP_POST,
                              .path = str_of(exchange->path),
                              .authorization = str_of(letter->authorization),
                              .signature = str_of(letter->signature),
                              .gitlab_token = str_of(letter->gitlab_token),
                              .content_type = STR("application/json"),
                              .peer = STR("127.0.0.1"),
                              .body = str_of(exchange->body)};
    exchange->request.below =
        str_from(exchange->request.path, strlen(route->path));
    the_server->open = exchange;
    int refusal = route->admit == NULL
                      ? 0
                      : route->admit(&exchange->request, route->context);
    exchange->request.authorization = STR_NONE;
    if (refusal != 0)
        sim_fail("%s is refused with %d", letter->path, refusal);
    route->handler(&exchange->request, route->context);
}
