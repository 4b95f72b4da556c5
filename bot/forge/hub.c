/*
 * The calls of GitHub and of Gitea, which took its paths; GitLab's are in
 * lab.c.
 */
#include "bot/forge/parts.h"

#include <inttypes.h>

struct forge_call forge_find_pull(const struct forge_settings *set,
                                  const char *branch, bool also_ended, int page)
{
    struct str rest = str_of(set->repository), owner;
    const char *state = also_ended ? "all" : "open";
    if (set->kind == FORGE_GITLAB)
        return lab_find_pull(set, branch, also_ended);
    struct forge_call call = call_new(set, FORGE_GET);
    /* Gitea has no filter for the branch; newest first is its standard. */
    if (set->kind == FORGE_GITEA) {
        path_addf(&call, "/pulls?state=%s&limit=%d&page=%d", state,
                  FORGE_PAGE_SIZE, page);
        return call;
    }
    (void)str_cut(&rest, '/', &owner);
    path_addf(&call, "/pulls?state=%s&per_page=%d&page=%d&head=", state,
              FORGE_PAGE_SIZE, page);
    path_add(&call, owner);
    path_add(&call, STR(":"));
    path_add(&call, str_of(branch));
    return call;
}

struct forge_call forge_get_pull(const struct forge_settings *set,
                                 int64_t number)
{
    struct forge_call call = call_new(set, FORGE_GET);
    path_addf(&call,
              set->kind == FORGE_GITLAB ? "/merge_requests/%" PRId64
                                        : "/pulls/%" PRId64,
              number);
    return call;
}

struct forge_call forge_open_pull(const struct forge_settings *set,
                                  const char *branch,
                                  const struct forge_text *text)
{
    if (set->kind == FORGE_GITLAB)
        return lab_open_pull(set, branch, text);
    struct forge_call call = call_new(set, FORGE_POST);
    cJSON *body = json_object();
    path_addf(&call, "/pulls");
    json_set_title(body, set->kind, text);
    json_set_text(body, "body", str_of(text->body));
    json_set_text(body, "head", str_of(branch));
    json_set_text(body, "base", str_of(set->base));
    if (set->kind == FORGE_GITHUB && text->is_draft)
        json_set_true(body, "draft");
    call_take(&call, body);
    return call;
}

struct forge_call forge_update_pull(const struct forge_settings *set,
                                    int64_t number,
                                    const struct forge_text *text)
{
    if (set->kind == FORGE_GITLAB)
        return lab_update_pull(set, number, text);
    struct forge_call call = call_new(set, FORGE_PATCH);
    cJSON *body = json_object();
    path_addf(&call, "/pulls/%" PRId64, number);
    json_set_title(body, set->kind, text);
    json_set_text(body, "body", str_of(text->body));
    call_take(&call, body);
    return call;
}

struct forge_call forge_set_draft(const char *node, bool is_draft)
{
    struct forge_call call = {.method = FORGE_POST, .is_graphql = true};
    cJSON *body = json_object(), *variables = json_object();
    json_set_text(
        body, "query",
        str_of(is_draft
                   ? "mutation($id: ID!) { convertPullRequestToDraft(input: "
                     "{pullRequestId: $id}) { pullRequest { isDraft } } }"
                   : "mutation($id: ID!) { markPullRequestReadyForReview("
                     "input: {pullRequestId: $id}) { pullRequest { isDraft } "
                     "} }"));
    json_set_text(variables, "id", str_of(node));
    json_set(body, "variables", variables);
    call_take(&call, body);
    return call;
}

struct forge_call forge_add_labels(const struct forge_settings *set,
                                   int64_t number, const char *const *labels,
                                   int count)
{
    struct forge_call call = call_new(set, FORGE_POST);
    cJSON *body = json_object();
    path_addf(&call, "/issues/%" PRId64 "/labels", number);
    json_set(body, "labels", texts_json(labels, count));
    call_take(&call, body);
    return call;
}

struct forge_call forge_ask_reviewers(const struct forge_settings *set,
                                      int64_t number, const int64_t *ids,
                                      int id_count)
{
    if (set->kind == FORGE_GITLAB)
        return lab_ask_reviewers(set, number, ids, id_count);
    struct forge_call call = call_new(set, FORGE_POST);
    cJSON *body = json_object();
    path_addf(&call, "/pulls/%" PRId64 "/requested_reviewers", number);
    json_set(body, "reviewers",
             texts_json(set->reviewers, set->reviewer_count));
    call_take(&call, body);
    return call;
}

/* ---- issues ---- */

struct forge_call forge_list_issues(const struct forge_settings *set,
                                    int64_t since_ms, int page)
{
    char since[CIVIL_ISO_BYTES];
    if (set->kind == FORGE_GITLAB)
        return lab_list_issues(set, since_ms, page);
    struct forge_call call = call_new(set, FORGE_GET);
    civil_iso(since_ms - since_ms % MS_PER_SECOND, since);
    path_addf(&call, "/issues?state=all&%s=%d&page=%d&since=",
              set->kind == FORGE_GITHUB ? "per_page" : "type=issues&limit",
              FORGE_PAGE_SIZE, page);
    path_add(&call, str_of(since));
    return call;
}

struct forge_call forge_get_issue(const struct forge_settings *set,
                                  int64_t number)
{
    struct forge_call call = call_new(set, FORGE_GET);
    path_addf(&call, "/issues/%" PRId64, number);
    return call;
}

/* Gitea wants labels by number here: they are added by name afterwards. */
struct forge_call forge_open_issue(const struct forge_settings *set,
                                   const struct forge_issue_text *text)
{
    if (set->kind == FORGE_GITLAB)
        return lab_open_issue(set, text);
    struct forge_call call = call_new(set, FORGE_POST);
    cJSON *body = json_object();
    path_addf(&call, "/issues");
    json_set_text(body, "title", str_of(text->title));
    json_set_text(body, "body", str_of(text->body));
    if (set->kind == FORGE_GITHUB && set->issue_label[0] != '\0')
        json_set(body, "labels", texts_json(&set->issue_label, 1));
    if (text->assignee[0] != '\0')
        json_set(body, "assignees", texts_json(&text->assignee, 1));
    call_take(&call, body);
    return call;
}
