#include "bot/registrar.h"

#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/base/sha256.h"
#include "bot/facts.h"
#include "commands/command.h"
#include "storage/discord.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct registrar {
    struct store *store;
    struct rest *rest;
    /* What is being registered. */
    char fact[64], hash[SHA256_HEX];
};

struct registrar *registrar_new(struct store *store, struct rest *rest)
{
    struct registrar *registrar = mem_alloc(sizeof *registrar);
    registrar->store = store;
    registrar->rest = rest;
    return registrar;
}

void registrar_free(struct registrar *registrar)
{
    free(registrar);
}

static void on_registered(const struct rest_answer *answer, void *context)
{
    struct registrar *registrar = context;
    if (answer->fate == REST_DONE) {
        log_info("commands_registered", LOG_INT("count", command_count));
        fact_keep(registrar->store, registrar->fact, str_of(registrar->hash));
    } else {
        log_error("commands_not_registered", LOG_INT("status", answer->status),
                  LOG_INT("code", answer->code), LOG_STR("body", answer->text));
    }
}

static void put(struct registrar *registrar, uint64_t application_id,
                struct str known)
{
    char *body = commands_registration();
    struct sha256 hash = sha256_of(str_of(body));
    sha256_hex(&hash, registrar->hash);
    if (str_is(known, registrar->hash)) {
        free(body);
    } else {
        struct rest_call call = rest_commands_put(application_id, body);
        rest_send(registrar->rest, &call, on_registered, registrar);
    }
    mem_trim();
}

void registrar_check(struct registrar *registrar, uint64_t application_id)
{
    struct buf known = BUF_INIT(SHA256_HEX);
    if (application_id == 0)
        return;
    (void)snprintf(registrar->fact, sizeof registrar->fact,
                   FACT_COMMANDS "%" PRIu64, application_id);
    if (store_fact(registrar->store, registrar->fact, &known) != ERR_OK)
        buf_clear(&known);
    if (known.n == 0 || !str_is(buf_str(&known), registrar->hash))
        put(registrar, application_id, buf_str(&known));
    buf_release(&known);
}
