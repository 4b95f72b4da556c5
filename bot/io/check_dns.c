#include "bot/io/check_kind.h"
#include "bot/io/loop.h"
#include "bot/probe/address.h"

#include <math.h>
#include <string.h>

#define ANSWERS 64

static void add_once(struct text_list *list, char *text)
{
    for (int i = 0; i < list->count; i++)
        if (strcmp(list->texts[i], text) == 0)
            return;
    list->texts[list->count++] = text;
}

static void on_begun(void *context)
{
    check_begin(context);
}

static void on_found(int status, const struct addrinfo *found, void *context)
{
    struct check *check = context;
    char texts[ANSWERS][ADDRESS_BYTES], *all[ANSWERS];
    struct text_list list = {all, 0};
    struct probe_result result;
    check->work = NULL;
    for (; found != NULL && list.count < ANSWERS; found = found->ai_next) {
        address_print(found->ai_addr, texts[list.count]);
        if (texts[list.count][0] != '\0')
            add_once(&list, texts[list.count]);
    }
    if (status != 0) {
        check_fail_lookup(check, status);
        return;
    }
    verdict_answers(check->probe, &list, check_elapsed_ms(check), &result);
    check_end(check, &result);
}

static void start(struct check *check, const struct check_order *order)
{
    const struct lookup_handlers handlers = {on_begun, on_found, check};
    (void)order;
    deadline_set(check->deadline, INT64_MAX);
    check->work = lookup_start(check->checks->resolver,
                               str_of(check->probe->target), &handlers);
}

static void stop(struct check *check)
{
    lookup_cancel(check->work);
}

const struct check_kind check_dns = {start, stop};
