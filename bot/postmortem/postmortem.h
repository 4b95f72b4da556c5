/*
 * The postmortem: the record as a data tree, rendered through a template (see
 * page.h), and the job for opsroom-git. Reads storage,
 * writes nothing. Same record, same bytes: nothing in it depends on the clock
 * or on TASK events.
 */
#ifndef BOT_POSTMORTEM_POSTMORTEM_H
#define BOT_POSTMORTEM_POSTMORTEM_H

#include "bot/base/sha256.h"
#include "bot/probe/probe.h"
#include "storage/store.h"

#include <cjson/cJSON.h>

/* How opsroom-git gets into a repository behind https or ssh, and signs. NULL
 * or "" : not set. */
struct postmortem_access {
    const char *user, *ca_file, *ssh_key, *host_key, *signing_key, *cache;
    const char *token;  /* a secret: goes into the job, and nowhere else */
    int64_t timeout_ms; /* 0: see POSTMORTEM_TIMEOUT_MS */
};
#define POSTMORTEM_TIMEOUT_MS (60 * MS_PER_SECOND)

struct postmortem_settings {
    const char *template;          /* see page_template_load; NULL: hugo */
    const char *style;             /* of the timeline: "table", else a list */
    bool is_public;                /* for everybody: roles instead of names */
    bool private_pages;            /* of private incidents are committed, too */
    const char *const *role_names; /* see role_name; may be NULL */
    const struct probes *probes;   /* of the settings; may be NULL */
    const char *repository, *branch, *path, *author_name, *author_email;
    struct postmortem_access access;
};

/* ERR_INVALID: the template is wrong (`why`: file, line, what, and what is
 * allowed). ERR_REFUSED: a private incident has no public page. */
MUST_CHECK enum err postmortem_render(struct store *store,
                                      const struct incident *in,
                                      const struct postmortem_settings *set,
                                      struct buf *page, struct buf *why);
/* "2022-12-13-global-outage-504-timeouts": base date and slug of the title. */
void postmortem_name(const struct incident *in, struct buf *out);
/* Files that lie beside the page. */
struct postmortem_files {
    const struct postmortem_file {
        const char *name;
        struct str bytes;
        bool is_text; /* UTF-8 without a NUL */
    } * all;
    int count;
};
/* The job for opsroom-git, as JSON on its stdin: see bot/helpers/git.h. It
 * holds the token: wipe it after use. */
void postmortem_job(const struct incident *in,
                    const struct postmortem_settings *set, struct str page,
                    const struct postmortem_files *files, struct buf *out);
/* The same, only to see how things are there. `in` NULL: of no incident. */
void postmortem_look(const struct incident *in,
                     const struct postmortem_settings *set, struct buf *out);
int64_t postmortem_timeout_ms(const struct postmortem_settings *set);

/* A block that somebody edited on the branch while the record moved on: their
 * text stays on the page. */
struct postmortem_conflict {
    char block[64];
    char key[SHA256_HEX]; /* of the block and their text */
};
#define POSTMORTEM_CONFLICTS 8

/* What it says on stdout. */
struct postmortem_result {
    char commit[48]; /* "" after a look: there is no branch */
    char branch[96], path[1000];
    char base_commit[48], merged_commit[48]; /* "" : none */
    bool unchanged; /* the branch already held this very page */
    struct postmortem_conflict conflicts[POSTMORTEM_CONFLICTS];
    int conflict_count;
};
struct postmortem_failure {
    bool may_pass;    /* the same may succeed later on its own */
    bool has_waited;  /* it took its time, or several tries of its own */
    struct buf words; /* a sentence or two, the last without its dot: what
                       * happened, and which setting to look at */
};
/* ERR_IO, with `failure`, when it failed. */
MUST_CHECK enum err
postmortem_result_read(struct str output, const struct postmortem_settings *set,
                       struct postmortem_result *out,
                       struct postmortem_failure *failure);

#endif
