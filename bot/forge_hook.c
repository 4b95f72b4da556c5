#include "bot/forge_hook.h"

#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/base/secret.h"
#include "bot/base/sha256.h"
#include "bot/io/http_auth.h"

#include <stdlib.h>
#include <string.h>

#define RATE_A_MINUTE 120
#define RATE_BURST    60
#define SIGNATURE     "sha256="

struct forge_hook {
    enum forge_kind kind;
    char *secret;
    void (*told)(void *context);
    void *context;
};

/* The body; but Gitea signs what it tells before it puts that into a form. */
static struct str signed_text(const struct http_request *request,
                              enum forge_kind kind, struct buf *told)
{
    bool is_in_form = kind == FORGE_GITEA &&
                      str_starts(request->content_type,
                                 "application/x-www-form-urlencoded") &&
                      http_query_value(request->body, "payload", told);
    return is_in_form ? buf_str(told) : request->body;
}

bool forge_hook_is_genuine(const struct http_request *request,
                           enum forge_kind kind, struct str secret)
{
    char hex[SHA256_HEX];
    struct buf told = BUF_INIT(request->body.n);
    if (kind == FORGE_GITLAB)
        return secret_is(request->gitlab_token, secret);
    struct sha256 sum = sha256_hmac(secret, signed_text(request, kind, &told));
    sha256_hex(&sum, hex);
    buf_release(&told);
    return str_starts(request->signature, SIGNATURE) &&
           secret_is(str_from(request->signature, strlen(SIGNATURE)),
                     str_of(hex));
}

static void take(struct http_request *request, void *context)
{
    const struct forge_hook *hook = context;
    if (forge_hook_is_genuine(request, hook->kind, str_of(hook->secret))) {
        hook->told(hook->context);
        http_answer(request, 202, HTTP_TEXT, STR("Looking.\n"));
        return;
    }
    log_warn("forge_hook_not_admitted", LOG_STR("peer", request->peer));
    http_answer(request, 401, HTTP_TEXT,
                STR("The signature is not of our secret.\n"));
}

struct forge_hook *forge_hook_new(const struct config *config,
                                  void (*told)(void *context), void *context,
                                  struct buf *why)
{
    struct forge_hook *hook = mem_alloc(sizeof *hook);
    *hook = (struct forge_hook){config->forge.kind, NULL, told, context};
    if (config_forge_secret(config->forge.webhook_secret_file, &hook->secret,
                            why) == ERR_OK)
        return hook;
    free(hook);
    return NULL;
}

void forge_hook_free(struct forge_hook *hook)
{
    if (hook == NULL)
        return;
    explicit_bzero(hook->secret, strlen(hook->secret));
    free(hook->secret);
    free(hook);
}

struct http_route forge_hook_route(struct forge_hook *hook)
{
    return (struct http_route){
        .path = "/forge/hook",
        .methods = HTTP_POST,
        .rate = {.per_minute = RATE_A_MINUTE, .burst = RATE_BURST},
        .handler = take,
        .context = hook,
    };
}
