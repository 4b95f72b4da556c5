#include "bot/forge/parts.h"

#include <inttypes.h>

struct forge_call lab_find_pull(const struct forge_settings *set,
                                const char *branch, bool also_ended)
{
    struct forge_call call = call_new(set, FORGE_GET);
    path_addf(&call, "/merge_requests?state=%s&per_page=%d&source_branch=",
              also_ended ? "all" : "opened", FORGE_PAGE_SIZE);
    path_add(&call, str_of(branch));
    return call;
}

/* "one,two": a label with a comma in it cannot be said. */
static void json_set_labels(cJSON *body, const char *const *labels, int count)
{
    struct buf list = BUF_INIT(4000);
    for (int i = 0; i < count; i++)
        buf_addf(&list, "%s%s", i == 0 ? "" : ",", labels[i]);
    if (count > 0)
        json_set_text(body, "labels", buf_str(&list));
    buf_release(&list);
}

static cJSON *numbers_json(const int64_t *numbers, int count)
{
    cJSON *array = json_array();
    for (int i = 0; i < count; i++)
        json_add(array, cJSON_CreateNumber((double)numbers[i]));
    return array;
}

struct forge_call lab_open_pull(const struct forge_settings *set,
                                const char *branch,
                                const struct forge_text *text)
{
    struct forge_call call = call_new(set, FORGE_POST);
    cJSON *body = json_object();
    path_addf(&call, "/merge_requests");
    json_set_title(body, set->kind, text);
    json_set_text(body, "description", str_of(text->body));
    json_set_text(body, "source_branch", str_of(branch));
    json_set_text(body, "target_branch", str_of(set->base));
    json_set_labels(body, set->labels, set->label_count);
    call_take(&call, body);
    return call;
}

struct forge_call lab_update_pull(const struct forge_settings *set,
                                  int64_t number, const struct forge_text *text)
{
    struct forge_call call = call_new(set, FORGE_PUT);
    cJSON *body = json_object();
    path_addf(&call, "/merge_requests/%" PRId64, number);
    json_set_title(body, set->kind, text);
    json_set_text(body, "description", str_of(text->body));
    call_take(&call, body);
    return call;
}

struct forge_call lab_ask_reviewers(const struct forge_settings *set,
                                    int64_t number, const int64_t *ids,
                                    int id_count)
{
    struct forge_call call = call_new(set, FORGE_PUT);
    cJSON *body = json_object();
    path_addf(&call, "/merge_requests/%" PRId64, number);
    json_set(body, "reviewer_ids", numbers_json(ids, id_count));
    call_take(&call, body);
    return call;
}

struct forge_call forge_find_person(const char *login)
{
    struct forge_call call = {.method = FORGE_GET};
    path_addf(&call, "/users?username=");
    path_add(&call, str_of(login));
    return call;
}

bool forge_read_person(const cJSON *json, const char *login, int64_t *id)
{
    const cJSON *person;
    cJSON_ArrayForEach(person, json)
    {
        if (str_is_nocase(json_text(person, "username"), login))
            return json_whole(json_get(person, "id"), id);
    }
    return false;
}

struct forge_call lab_list_issues(const struct forge_settings *set,
                                  int64_t since_ms, int page)
{
    char since[CIVIL_ISO_BYTES];
    struct forge_call call = call_new(set, FORGE_GET);
    civil_iso(since_ms, since);
    path_addf(&call, "/issues?scope=all&per_page=%d&page=%d&created_after=",
              FORGE_PAGE_SIZE, page);
    path_add(&call, str_of(since));
    return call;
}

struct forge_call lab_open_issue(const struct forge_settings *set,
                                 const struct forge_issue_text *text)
{
    struct forge_call call = call_new(set, FORGE_POST);
    cJSON *body = json_object();
    path_addf(&call, "/issues");
    json_set_text(body, "title", str_of(text->title));
    json_set_text(body, "description", str_of(text->body));
    json_set_labels(body, &set->issue_label, set->issue_label[0] != '\0');
    if (text->assignee_number != 0)
        json_set(body, "assignee_ids", numbers_json(&text->assignee_number, 1));
    call_take(&call, body);
    return call;
}
