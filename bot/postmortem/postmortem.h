/*
 * The postmortem: the record as a data tree, rendered through a template (see
 * page.h), and the job for opsroom-git. Reads storage,
 * writes nothing. Same record, same bytes: nothing in it depends on the clock
 * or on TASK events.
 */
#ifndef BOT_POSTMORTEM_POSTMORTEM_H
#define BOT_POSTMORTEM_POSTMORTEM_H

#include "bot/probe/probe.h"
#include "storage/store.h"

#include <cjson/cJSON.h>

struct postmortem_settings {
    const char *template;          /* see page_template_load; NULL: hugo */
    const char *style;             /* of the timeline: "table", else a list */
    bool is_public;                /* for everybody: roles instead of names */
    const char *const *role_names; /* see role_name; may be NULL */
    const struct probes *probes;   /* of the settings; may be NULL */
    const char *repository, *branch, *path, *author_name, *author_email;
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
/* The job for opsroom-git, as JSON on its stdin. */
void postmortem_job(const struct incident *in,
                    const struct postmortem_settings *set, struct str page,
                    const struct postmortem_files *files, struct buf *out);
/* Reads its stdout. ERR_IO with a sentence in `why` when it failed. */
struct postmortem_result {
    char commit[48];
    char branch[96];
    bool unchanged; /* the branch already held this very page */
};
MUST_CHECK enum err postmortem_result_read(struct str output,
                                           struct postmortem_result *out,
                                           struct buf *why);

#endif
