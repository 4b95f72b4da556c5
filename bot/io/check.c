#include "bot/io/check.h"

#include "bot/base/mem.h"
#include "bot/io/check_kind.h"
#include "bot/io/loop.h"
#include "bot/probe/address.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

#define MS_OF_NS 1e-6

static const struct check_kind *const kinds[] = {
    [PROBE_HTTP] = &check_http,
    [PROBE_TLS] = &check_tls,
    [PROBE_TCP] = &check_tcp,
    [PROBE_DNS] = &check_dns,
    [PROBE_PROMETHEUS] = &check_prometheus,
};

struct checks *checks_new(uv_loop_t *loop, const char *user_agent)
{
    struct checks *checks = mem_alloc(sizeof *checks);
    checks->loop = loop;
    checks->user_agent = mem_text(user_agent);
    checks->multi = multi_new(loop, 1, web_settle, checks);
    checks->resolver = resolver_new(loop);
    checks->trust = trust_new();
    return checks;
}

void checks_free(struct checks *checks)
{
    if (checks == NULL)
        return;
    for (struct check *check = checks->first, *next; check != NULL;
         check = next) {
        next = check->next;
        check_cancel(check);
    }
    multi_free(checks->multi);
    resolver_free(checks->resolver);
    trust_free(checks->trust);
    free(checks->user_agent);
    free(checks);
}

static void let_go(struct check *check)
{
    if (check->kind != NULL)
        check->kind->stop(check);
    if (check->previous == NULL)
        check->checks->first = check->next;
    else
        check->previous->next = check->next;
    if (check->next != NULL)
        check->next->previous = check->previous;
    deadline_free(check->deadline);
}

void check_cancel(struct check *check)
{
    if (check == NULL)
        return;
    let_go(check);
    free(check);
}

static void deliver(struct check *check)
{
    let_go(check);
    check->done(&check->result, check->context);
    free(check);
}

void check_end(struct check *check, const struct probe_result *result)
{
    if (check->has_ended)
        return;
    check->result = *result;
    check->has_ended = true;
    if (check->is_starting)
        deadline_set(check->deadline, 0);
    else
        deliver(check);
}

void check_fail(struct check *check, const char *format, ...)
{
    struct probe_result result;
    char words[RESULT_WORDS_BYTES];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(words, sizeof words, format, args);
    va_end(args);
    verdict_bad(&result, NAN, "%s", words);
    check_end(check, &result);
}

const char *check_words(int error)
{
    switch (error) {
    case ECONNREFUSED:
        return "refused";
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EADDRNOTAVAIL: /* no address of our own of that family */
        return "there is no way to it";
    case ECONNRESET:
    case EPIPE:
        return "it closed the connection";
    case ETIMEDOUT:
        return "no answer";
    default:
        return "it cannot be connected to";
    }
}

void check_refuse(struct check *check, const struct sockaddr *address)
{
    char text[ADDRESS_BYTES];
    address_print(address, text);
    check_fail(check,
               "not checked: %s is link-local, metadata or reserved, and "
               "allow_internal is not set",
               text);
}

void check_begin(struct check *check)
{
    check->begun_ns = uv_hrtime();
    if (!check->has_ended)
        deadline_set(check->deadline, loop_now_ms(check->checks->loop) +
                                          check->probe->timeout_s * 1000);
}

double check_elapsed_ms(const struct check *check)
{
    return (double)(uv_hrtime() - check->begun_ns) * MS_OF_NS;
}

static void on_deadline(void *context)
{
    struct check *check = context;
    if (check->has_ended)
        deliver(check);
    else
        check_fail(check, "no answer within %lld s",
                   (long long)check->probe->timeout_s);
}

struct check *check_run(struct checks *checks, const struct check_order *order,
                        check_fn *done, void *context)
{
    struct check *check = mem_alloc(sizeof *check);
    check->checks = checks;
    check->probe = order->probe;
    check->done = done;
    check->context = context;
    check->deadline = deadline_new(checks->loop, on_deadline, check);
    check->next = checks->first;
    if (checks->first != NULL)
        checks->first->previous = check;
    checks->first = check;

    if (order->trouble != NULL) {
        verdict_bad(&check->result, NAN, "%s", order->trouble);
        check->has_ended = true;
        deadline_set(check->deadline, 0);
        return check;
    }
    check->is_starting = true;
    check->kind = kinds[order->probe->kind];
    check_begin(check);
    check->kind->start(check, order);
    check->is_starting = false;
    return check;
}
