#include "bot/forge_parts.h"

#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/version.h"

#include <stdlib.h>
#include <string.h>

struct forge_parts {
    struct forge_http *http;
    struct forge_desk *desk;
};

static const char *login_of(uint64_t user_id, const void *config)
{
    return config_assignee(config, user_id);
}

static struct forge_http *
open_http(uv_loop_t *loop, const struct forge_config *forge, struct buf *why)
{
    char *token = NULL;
    if (config_certificates("forge.ca_file", forge->ca_file, why) != ERR_OK ||
        config_forge_token(forge->token_file, &token, why) != ERR_OK)
        return NULL;
    const struct forge_http_config http = {
        .kind = forge->kind,
        .api_base = forge_api_base(forge),
        .token = token,
        .user_agent = OPSROOM_PROBE_AGENT,
        .ca_file = forge->ca_file[0] == '\0' ? NULL : forge->ca_file,
    };
    log_hide(token);
    struct forge_http *made = forge_http_new(loop, &http, why);
    explicit_bzero(token, strlen(token));
    free(token);
    return made;
}

static struct forge_desk *open_desk(const struct config *config,
                                    struct forge_http *http)
{
    const struct forge_config *forge = &config->forge;
    const struct forge_desk_config desk = {
        .set = {.kind = forge->kind,
                .repository = forge->repository,
                .base = config->branch,
                .labels = (const char *const *)forge->labels.texts,
                .label_count = forge->labels.count,
                .reviewers = (const char *const *)forge->reviewers.texts,
                .reviewer_count = forge->reviewers.count,
                .issue_label = forge->issue_label},
        .http = http,
        .is_draft = forge->is_draft,
        .issues = forge->issues,
        .poll_ms = forge->poll_min * MS_PER_MINUTE,
        .login_of = login_of,
        .context = config,
    };
    return forge_desk_new(&desk);
}

struct forge_parts *
forge_parts_new(uv_loop_t *loop, const struct config *config, struct buf *why)
{
    struct forge_parts *parts = mem_alloc(sizeof *parts);
    if (config->forge.kind == FORGE_NONE)
        return parts;
    parts->http = open_http(loop, &config->forge, why);
    if (parts->http == NULL) {
        free(parts);
        return NULL;
    }
    parts->desk = open_desk(config, parts->http);
    return parts;
}

void forge_parts_free(struct forge_parts *parts)
{
    if (parts == NULL)
        return;
    forge_http_free(parts->http);
    forge_desk_free(parts->desk);
    free(parts);
}

struct forge_desk *forge_parts_desk(const struct forge_parts *parts)
{
    return parts->desk;
}
