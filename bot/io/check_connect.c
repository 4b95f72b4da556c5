#include "bot/base/mem.h"
#include "bot/io/check_kind.h"
#include "bot/io/loop.h"
#include "bot/probe/address.h"
#include "bot/probe/target.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ADDRESSES 8

/* libuv needs both until the socket is closed. */
struct attempt {
    uv_tcp_t tcp;
    uv_connect_t request;
    struct connector *connector; /* NULL: given up */
};

struct connector {
    struct check *check;
    struct connect_handlers handlers;
    struct lookup *lookup;
    struct deadline *patience; /* with one address, while there are more */
    int port;
    struct sockaddr_storage addresses[ADDRESSES];
    int count, next;
    struct attempt *attempt;
    int error; /* of the last attempt, an errno */
    const struct sockaddr_storage *refused;
};

static void attempt_freed(uv_handle_t *handle)
{
    struct attempt *attempt = (struct attempt *)handle;
    free(attempt);
}

static void drop_attempt(struct connector *connector)
{
    struct attempt *attempt = connector->attempt;
    connector->attempt = NULL;
    if (attempt == NULL)
        return;
    attempt->connector = NULL;
    uv_close((uv_handle_t *)&attempt->tcp, attempt_freed);
}

static void try_next(struct connector *connector);

static void on_connect(uv_connect_t *request, int status)
{
    struct attempt *attempt = request->data;
    struct connector *connector = attempt->connector;
    if (connector == NULL)
        return;
    deadline_set(connector->patience, INT64_MAX);
    if (status == 0) {
        connector->handlers.connected(&attempt->tcp,
                                      connector->handlers.context);
        return;
    }
    connector->error = -status;
    drop_attempt(connector);
    try_next(connector);
}

static void on_patience(void *context)
{
    struct connector *connector = context;
    connector->error = ETIMEDOUT;
    drop_attempt(connector);
    try_next(connector);
}

static void set_port(struct sockaddr_storage *address, int port)
{
    if (address->ss_family == AF_INET)
        ((struct sockaddr_in *)address)->sin_port = htons((uint16_t)port);
    else
        ((struct sockaddr_in6 *)address)->sin6_port = htons((uint16_t)port);
}

/* An address of several that does not answer may not use up all of the time. */
static void set_patience(struct connector *connector)
{
    struct check *check = connector->check;
    int left = connector->count - connector->next;
    int64_t share_ms = check->probe->timeout_s * 1000 / connector->count;
    deadline_set(connector->patience,
                 left == 0 ? INT64_MAX
                           : loop_now_ms(check->checks->loop) + share_ms);
}

static void try_next(struct connector *connector)
{
    struct check *check = connector->check;
    while (connector->next < connector->count) {
        struct sockaddr_storage *address =
            &connector->addresses[connector->next++];
        if (!check->probe->allow_internal &&
            address_is_internal((struct sockaddr *)address)) {
            connector->refused = address;
            continue;
        }
        struct attempt *attempt = mem_alloc(sizeof *attempt);
        attempt->connector = connector;
        attempt->request.data = attempt;
        (void)uv_tcp_init(check->checks->loop, &attempt->tcp);
        connector->attempt = attempt;
        set_port(address, connector->port);
        set_patience(connector);
        int failed =
            uv_tcp_connect(&attempt->request, &attempt->tcp,
                           (const struct sockaddr *)address, on_connect);
        if (failed == 0)
            return;
        connector->error = -failed;
        drop_attempt(connector);
    }
    if (connector->error == 0 && connector->refused != NULL)
        check_refuse(check, (const struct sockaddr *)connector->refused);
    else
        check_fail(check, "%s", check_words(connector->error));
}

void check_fail_lookup(struct check *check, int status)
{
    check_fail(check, "%s", lookup_words(status));
}

static void on_begun(void *context)
{
    check_begin(((struct connector *)context)->check);
}

static void on_found(int status, const struct addrinfo *found, void *context)
{
    struct connector *connector = context;
    connector->lookup = NULL;
    for (; found != NULL && connector->count < ADDRESSES;
         found = found->ai_next)
        if (found->ai_family == AF_INET || found->ai_family == AF_INET6)
            memcpy(&connector->addresses[connector->count++], found->ai_addr,
                   found->ai_addrlen);
    if (status != 0 || connector->count == 0)
        check_fail_lookup(connector->check, status);
    else
        try_next(connector);
}

struct connector *connector_start(struct check *check,
                                  const struct connect_handlers *handlers)
{
    struct connector *connector = mem_alloc(sizeof *connector);
    struct str host;
    connector->check = check;
    connector->handlers = *handlers;
    connector->patience =
        deadline_new(check->checks->loop, on_patience, connector);
    if (!target_parse(str_of(check->probe->target), &host, &connector->port)) {
        check_fail(check, "not checked: the target is no host and port");
    } else if (address_parse(host, &connector->addresses[0])) {
        connector->count = 1;
        try_next(connector);
    } else {
        const struct lookup_handlers lookup = {on_begun, on_found, connector};
        deadline_set(check->deadline, INT64_MAX);
        connector->lookup =
            lookup_start(check->checks->resolver, host, &lookup);
    }
    return connector;
}

void connector_free(struct connector *connector)
{
    if (connector == NULL)
        return;
    lookup_cancel(connector->lookup);
    drop_attempt(connector);
    deadline_free(connector->patience);
    free(connector);
}
