/*
 * Settings. One row in settings.c's table per setting; parsing, range check,
 * config.example.toml and the errors come from it. Unknown
 * keys, wrong types and values out of range are errors with file:line:col.
 * Secrets come from a file or the environment, never from here.
 */
#ifndef BOT_CONFIG_CONFIG_H
#define BOT_CONFIG_CONFIG_H

#include "bot/alert/source.h"
#include "bot/base/buf.h"
#include "bot/base/err.h"
#include "bot/core/access.h"
#include "bot/core/event.h"
#include "bot/core/reminder_due.h"
#include "bot/forge/forge.h"
#include "bot/probe/probe.h"

/* [[assignee]]: who is who on the forge. */
struct assignee {
    uint64_t user_id;
    char *login;
};

/* [forge] Where pull requests are opened. */
struct forge_config {
    enum forge_kind kind;
    char *api_base;   /* "" : the public one of the kind; see forge_api_base */
    char *repository; /* "owner/name" */
    char *token_file, *ca_file;
    struct text_list labels, reviewers;
    bool is_draft; /* while something is still to be written */
    bool issues;
    char *issue_label;
    int64_t poll_min;
    char *webhook_secret_file; /* "" : no webhook */
};
/* "https://api.github.com" */
const char *forge_api_base(const struct forge_config *forge);

/* [postmortem] How to get into the repository. "" : not set. */
struct git_config {
    char *user, *token_file, *ca_file; /* https */
    char *ssh_key, *host_key;          /* ssh */
    char *signing_key, *cache;
    int64_t timeout_s;
};

struct config {
    /* [discord] */
    char *api_base;               /* "https://discord.com/api/v10" */
    char *token_file;             /* "" : environment DISCORD_TOKEN */
    char *ca_file;                /* "" : the system's certificates */
    bool compress;                /* zlib-stream on the gateway */
    struct id_list guilds;        /* empty: every guild the bot is in */
    uint64_t announce_channel_id; /* 0: no announcement */
    uint64_t category_id;         /* parent of new rooms; 0: none */
    /* [rooms] */
    int64_t live_delay_s;
    uint64_t archive_category_id; /* 0: rooms stay where they are */
    /* [storage] */
    char *storage_path;
    /* [postmortem] */
    bool postmortem_enabled; /* repository is not "" */
    char *repository;        /* a folder, or where git finds one; "" : none */
    char *branch;            /* base branch: "main" */
    char *path; /* "content/en/blog/incidents/{date}-{slug}/index.md" */
    char *author_name, *author_email; /* of the commit */
    char *template;                   /* "hugo", "markdown", or a folder */
    char *style;                      /* of the timeline: "list", "table" */
    bool private_pages; /* of private incidents go to the repository */
    char *helper;       /* path of opsroom-git; "" : beside the program */
    struct git_config git;
    /* [access] */
    struct access access;
    /* [roles] what people call them; see config_role_name */
    char *role_names[ROLE_COUNT];
    struct reminder_settings reminders; /* [reminders] */
    /* [log] */
    char *log_level;
    /* [attachments] */
    int64_t attachment_max_bytes;
    /* [http] */
    char *http_listen; /* "127.0.0.1:9464", "[::1]:0"; "" : no listener */
    bool http_metrics;
    /* [probes] */
    int64_t probes_at_once, probes_keep_hours, probes_keep_days;
    char *draw_helper; /* path of opsroom-draw; "" : beside the program */
    /* [[service]], [[probe]], [[alert]], in the order of the file. Every text
     * is at least "". Names are unique whatever their case; the services that
     * are named exist. */
    struct services services;
    struct probes probes;
    struct alert_sources alert_sources;
    struct forge_config forge;
    struct assignee *assignees;
    int assignee_count;
};

/* On failure `why` holds "file:line:col: what is wrong and what is allowed",
 * one line each, all that were found. */
MUST_CHECK enum err config_load(const char *file, struct config *out,
                                struct buf *why);
void config_release(struct config *config);
/* "commander", or what the settings call it. */
const char *config_role_name(const struct config *config, enum role role);
/* The commented example file, printed from the table. */
void config_print_example(struct buf *out);
/* The bot token: token_file (first line; a file others may read is an error),
 * else $DISCORD_TOKEN. Owned by the caller. */
MUST_CHECK enum err config_token(const struct config *config, char **out,
                                 struct buf *why);
/* The login on the forge of a Discord user; "" : nobody said. */
const char *config_assignee(const struct config *config, uint64_t user_id);
/* The secret of an alert source, and "user:password" of a check: the first line
 * of a file that nobody else may read. Owned by the caller; `why` names the
 * file, never what it holds. */
typedef enum err secret_fn(const char *path, char **out, struct buf *why);
MUST_CHECK secret_fn config_secret, config_credentials;
/* The same, of the forge and of the postmortem's repository. */
MUST_CHECK secret_fn config_forge_token, config_forge_secret, config_git_token;
/* The path of a private key, which nobody else may read: what opsroom-git gets.
 * `name` is its setting. */
MUST_CHECK enum err config_key(const char *name, const char *path, char **out,
                               struct buf *why);
/* Can certificates to trust be read there? "": the system's. `setting` only for
 * the words. */
MUST_CHECK enum err config_certificates(const char *setting, const char *file,
                                        struct buf *why);

#endif
