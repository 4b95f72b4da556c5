#include "bot/registration.h"

#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/base/sha256.h"
#include "bot/facts.h"
#include "commands/command.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct registration {
    struct store *store;
    struct rest *rest;
    /* What is being registered. */
    char fact[64], hash[SHA256_HEX];
};

struct registration *registration_new(struct store *store, struct rest *rest)
{
    struct registration *registration = mem_alloc(sizeof *registration);
    registration->store = store;
    registration->rest = rest;
    return registration;
}

void registration_free(struct registration *registration)
{
    free(registration);
}

static void on_registered(const struct rest_answer *answer, void *context)
{
    struct registration *registration = context;
    if (answer->fate == REST_DONE) {
        log_info("commands_registered", LOG_INT("count", command_count));
        fact_keep(registration->store, registration->fact,
                  str_of(registration->hash));
    } else {
        log_error("commands_not_registered", LOG_INT("status", answer->status),
                  LOG_INT("code", answer->code), LOG_STR("body", answer->text));
    }
}

static void put(struct registration *registration, uint64_t application_id,
                struct str known)
{
    char *body = commands_registration();
    struct sha256 hash = sha256_of(str_of(body));
    sha256_hex(&hash, registration->hash);
    if (str_is(known, registration->hash)) {
        free(body);
    } else {
        struct rest_call call = rest_commands_put(application_id, body);
        rest_send(registration->rest, &call, on_registered, registration);
    }
    mem_trim();
}

void registration_check(struct registration *registration,
                        uint64_t application_id)
{
    struct buf known = BUF_INIT(SHA256_HEX);
    if (application_id == 0)
        return;
    (void)snprintf(registration->fact, sizeof registration->fact,
                   "commands/%" PRIu64, application_id);
    if (store_fact(registration->store, registration->fact, &known) != ERR_OK)
        buf_clear(&known);
    if (known.n == 0 || !str_is(buf_str(&known), registration->hash))
        put(registration, application_id, buf_str(&known));
    buf_release(&known);
}
