/*
 * Between the files of bot/forge only: how a call is built.
 */
#ifndef BOT_FORGE_PARTS_H
#define BOT_FORGE_PARTS_H

#include "bot/discord/json.h"
#include "bot/forge/forge.h"

/* Letters, digits and -._~ as they are, all else as %XX: also the slash. */
void path_add(struct forge_call *call, struct str text);
void path_addf(struct forge_call *call, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* "/repos/owner/name", "/projects/group%2Fname" */
struct forge_call call_new(const struct forge_settings *set,
                           enum forge_method method);
void call_take(struct forge_call *call, cJSON *body);
cJSON *texts_json(const char *const *texts, int count);

/* What GitLab does otherwise (lab.c). */
struct forge_call lab_find_pull(const struct forge_settings *set,
                                const char *branch, bool also_ended);
struct forge_call lab_open_pull(const struct forge_settings *set,
                                const char *branch,
                                const struct forge_text *text);
struct forge_call lab_update_pull(const struct forge_settings *set,
                                  int64_t number,
                                  const struct forge_text *text);
struct forge_call lab_ask_reviewers(const struct forge_settings *set,
                                    int64_t number, const int64_t *ids,
                                    int id_count);
struct forge_call lab_list_issues(const struct forge_settings *set,
                                  int64_t since_ms, int page);
struct forge_call lab_open_issue(const struct forge_settings *set,
                                 const struct forge_issue_text *text);

/* The title with the mark, if it wants one. */
void json_set_title(cJSON *body, enum forge_kind kind,
                    const struct forge_text *text);

#endif
