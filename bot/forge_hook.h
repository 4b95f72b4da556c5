/*
 * POST /forge/hook: the forge tells that something happened. Whoever knows the
 * secret may say so; what the message says is not even read. The bot then looks
 * for itself.
 */
#ifndef BOT_FORGE_HOOK_H
#define BOT_FORGE_HOOK_H

#include "bot/config/config.h"
#include "bot/io/http_server.h"

struct forge_hook;

/* NULL, with `why`, when the secret cannot be read. */
struct forge_hook *forge_hook_new(const struct config *config,
                                  void (*told)(void *context), void *context,
                                  struct buf *why);
/* The listener must be gone before it. NULL is fine. */
void forge_hook_free(struct forge_hook *hook);
struct http_route forge_hook_route(struct forge_hook *hook);

/* GitHub and Gitea sign the body ("sha256=…"), GitLab shows the secret. */
bool forge_hook_is_genuine(const struct http_request *request,
                           enum forge_kind kind, struct str secret);

#endif
