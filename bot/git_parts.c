#include "bot/git_parts.h"

#include "bot/base/log.h"
#include "bot/base/mem.h"

#include <stdlib.h>
#include <string.h>

#define CACHE "git-cache"

struct git_parts {
    const struct git_config *config;
    char *token, *ssh_key, *signing_key, *cache;
};

/* Beside the record. */
static char *cache_of(const struct config *config)
{
    const char *slash = strrchr(config->storage_path, '/');
    struct buf path = BUF_INIT(2000);
    if (config->git.cache[0] != '\0')
        return mem_text(config->git.cache);
    if (slash != NULL)
        buf_add_bytes(&path, config->storage_path,
                      (size_t)(slash - config->storage_path) + 1);
    buf_add_text(&path, CACHE);
    return buf_detach(&path);
}

static enum err read_parts(const struct git_config *git,
                           struct git_parts *parts, struct buf *why)
{
    enum err err = ERR_OK;
    if (git->token_file[0] != '\0')
        err = config_git_token(git->token_file, &parts->token, why);
    if (err == ERR_OK && git->ssh_key[0] != '\0')
        err = config_key("postmortem.ssh_key", git->ssh_key, &parts->ssh_key,
                         why);
    if (err == ERR_OK && git->signing_key[0] != '\0')
        err = config_key("postmortem.signing_key", git->signing_key,
                         &parts->signing_key, why);
    return err == ERR_OK
               ? config_certificates("postmortem.ca_file", git->ca_file, why)
               : err;
}

struct git_parts *git_parts_new(const struct config *config, struct buf *why)
{
    struct git_parts *parts = mem_alloc(sizeof *parts);
    parts->config = &config->git;
    parts->cache = cache_of(config);
    if (config->postmortem_enabled &&
        read_parts(&config->git, parts, why) != ERR_OK) {
        git_parts_free(parts);
        return NULL;
    }
    if (parts->token != NULL)
        log_hide(parts->token);
    return parts;
}

void git_parts_free(struct git_parts *parts)
{
    if (parts == NULL)
        return;
    if (parts->token != NULL)
        explicit_bzero(parts->token, strlen(parts->token));
    free(parts->token);
    free(parts->ssh_key);
    free(parts->signing_key);
    free(parts->cache);
    free(parts);
}

struct postmortem_access git_parts_access(const struct git_parts *parts)
{
    return (struct postmortem_access){
        .user = parts->config->user,
        .token = parts->token,
        .ca_file = parts->config->ca_file,
        .ssh_key = parts->ssh_key,
        .host_key = parts->config->host_key,
        .signing_key = parts->signing_key,
        .cache = parts->cache,
        .timeout_ms = parts->config->timeout_s * MS_PER_SECOND,
    };
}
