/* A repository on GitHub, Gitea or GitLab, and people there who merge, close,
 * open again, and write. */
#include "tests/sim/forge.h"

#include "bot/base/civil.h"
#include "bot/base/mem.h"
#include "bot/discord/json.h"
#include "bot/forge/pull_job.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLACE  "https://forge.test/o/r"
#define THINGS 128
#define PAGE   2 /* more it gives of nothing at once, whatever is asked for */
/* So long one job may take, from what it read in the record to its last. */
#define JOB_MS (2 * MS_PER_MINUTE)

static struct thing things[THINGS];
static int thing_count;

/* ---- what there is ---- */

static void set_text(char **to, struct str text)
{
    free(*to);
    *to = mem_alloc(text.n + 1);
    if (text.n > 0)
        memcpy(*to, text.s, text.n);
}

void forge_reset(void)
{
    for (int i = 0; i < thing_count; i++) {
        free(things[i].title);
        free(things[i].body);
    }
    memset(things, 0, sizeof things);
    thing_count = 0;
    forge_wire_reset();
    forge_hook_reset();
}

enum forge_kind forge_kind(void)
{
    return sim.config->forge.kind;
}

int forge_count(void)
{
    return thing_count;
}

const struct thing *forge_at(int i)
{
    return &things[i];
}

static bool is_lab(void)
{
    return forge_kind() == FORGE_GITLAB;
}

static struct thing *thing_of(bool is_pull, int64_t number)
{
    for (int i = 0; i < thing_count; i++)
        if (things[i].is_pull == is_pull && things[i].number == number)
            return &things[i];
    return NULL;
}

const struct thing *forge_find(bool is_pull, int64_t number)
{
    return thing_of(is_pull, number);
}

static struct thing *thing_new(bool is_pull)
{
    struct thing *thing = &things[thing_count];
    if (thing_count == THINGS)
        sim_fail("the forge is full");
    *thing = (struct thing){.is_pull = is_pull,
                            .number = 1,
                            .made_ms = sim.now_ms,
                            .changed_ms = sim.now_ms};
    for (int i = 0; i < thing_count; i++)
        thing->number += !is_lab() || things[i].is_pull == is_pull;
    thing_count++;
    return thing;
}

void forge_print_url(const struct thing *thing, char *out, size_t bytes)
{
    static const char *const places[FORGE_KIND_COUNT][2] = {
        [FORGE_GITHUB] = {"issues", "pull"},
        [FORGE_GITEA] = {"issues", "pulls"},
        [FORGE_GITLAB] = {"-/issues", "-/merge_requests"}};
    (void)snprintf(out, bytes, PLACE "/%s/%" PRId64,
                   places[forge_kind()][thing->is_pull], thing->number);
}

/* ---- as JSON ---- */

static void set_time(cJSON *json, const char *name, int64_t ms)
{
    char text[CIVIL_ISO_BYTES];
    if (ms == 0)
        return;
    civil_iso(ms, text);
    json_set_text(json, name, str_of(text));
}

static void set_person(cJSON *json, const char *name)
{
    cJSON *person = json_object();
    json_set_text(person, is_lab() ? "username" : "login", STR("quill"));
    json_set(json, name, person);
}

static void set_place(cJSON *json, const char *name, const char *branch,
                      const char *commit)
{
    cJSON *place = json_object(), *from = json_object();
    json_set_text(from, "full_name", STR("o/r"));
    json_set(place, "repo", from);
    json_set_text(place, "ref", str_of(branch));
    json_set_text(place, "sha", str_of(commit));
    json_set(json, name, place);
}

static void set_merge(cJSON *json, const struct thing *thing)
{
    char commit[41];
    (void)snprintf(commit, sizeof commit, "abc%037" PRId64, thing->number);
    if (!is_lab()) /* its state says so */
        json_set_true(json, "merged");
    json_set_text(json, "merge_commit_sha", str_of(commit));
    set_time(json, "merged_at", thing->ended_ms);
    set_person(json, is_lab() ? "merge_user" : "merged_by");
}

static void set_pull(cJSON *json, const struct thing *thing)
{
    char node[24], commit[41];
    (void)snprintf(commit, sizeof commit, "%040d",
                   thing->is_merged ? thing->head : git_head(thing->branch));
    if (is_lab()) {
        json_set_text(json, "sha", str_of(commit));
        json_set_text(json, "source_branch", str_of(thing->branch));
        json_set_text(json, "target_branch", STR("main"));
    } else {
        (void)snprintf(node, sizeof node, "P%" PRId64, thing->number);
        json_set_text(json, "node_id", str_of(node));
        set_place(json, "head", thing->branch, commit);
        set_place(json, "base", "main", "0");
    }
    if (thing->is_draft)
        json_set_true(json, "draft");
    if (thing->is_merged)
        set_merge(json, thing);
}

/* GitHub has the mark of a draft beside the title, the others in it. */
static void set_title(cJSON *json, const struct thing *thing)
{
    struct buf title = BUF_INIT(2000);
    if (thing->is_draft && forge_kind() == FORGE_GITEA)
        buf_add_text(&title, "WIP: ");
    if (thing->is_draft && is_lab())
        buf_add_text(&title, "Draft: ");
    buf_add_text(&title, thing->title);
    json_set_text(json, "title", buf_str(&title));
    buf_release(&title);
}

/* The bot has read it then. */
static cJSON *json_of(struct thing *thing)
{
    char url[100];
    cJSON *json = json_object();
    thing->read_ms = sim.now_ms;
    const char *state = is_lab() ? "opened" : "open";
    if (thing->is_closed)
        state = is_lab() && thing->is_merged ? "merged" : "closed";
    forge_print_url(thing, url, sizeof url);
    json_set_number(json, is_lab() ? "iid" : "number", (double)thing->number);
    json_set_text(json, is_lab() ? "web_url" : "html_url", str_of(url));
    json_set_text(json, "state", str_of(state));
    set_title(json, thing);
    set_time(json, "updated_at", thing->changed_ms);
    json_set_text(json, is_lab() ? "description" : "body", str_of(thing->body));
    if (thing->is_closed && !thing->is_merged) {
        set_time(json, "closed_at", thing->ended_ms);
        if (forge_kind() != FORGE_GITEA)
            set_person(json, "closed_by");
    }
    if (thing->is_dropped && forge_kind() == FORGE_GITHUB)
        json_set_text(json, "state_reason", STR("not_planned"));
    if (thing->is_pull)
        set_pull(json, thing);
    return json;
}

/* ---- people there ---- */

static void print_written(const struct thing *thing, char *out, size_t bytes)
{
    (void)snprintf(out, bytes, "written there %" PRId64 ".", thing->number);
}

/* Below our part; once is enough. */
static void write_below(struct thing *thing)
{
    struct buf body = BUF_INIT(100000);
    char written[40];
    if (thing->is_written)
        return;
    thing->is_written = true;
    thing->written_ms = sim.now_ms;
    print_written(thing, written, sizeof written);
    buf_addf(&body, "%s\n%s", thing->body, written);
    set_text(&thing->body, buf_str(&body));
    buf_release(&body);
}

static bool may(enum forge_act act, const struct thing *thing)
{
    switch (act) {
    case FORGE_MERGE:
    case FORGE_CLOSE:
    case FORGE_WRITE:
        return thing->is_pull && !thing->is_closed;
    case FORGE_CLOSE_ISSUE:
    case FORGE_DROP_ISSUE:
        return !thing->is_pull && !thing->is_closed;
    case FORGE_REOPEN:
        return thing->is_pull && thing->is_closed && !thing->is_merged;
    case FORGE_REOPEN_ISSUE:
        return !thing->is_pull && thing->is_closed;
    case FORGE_ACTS:
        break;
    }
    return false;
}

static void end(enum forge_act act, struct thing *thing)
{
    thing->is_closed = true;
    thing->is_merged = act == FORGE_MERGE;
    thing->is_dropped = act == FORGE_DROP_ISSUE;
    thing->was_bare =
        thing->was_bare || !thing->is_labelled || !thing->is_reviewed;
    thing->endings++;
    thing->head = git_head(thing->branch);
    thing->ended_ms = sim.now_ms;
}

void forge_act(enum forge_act act, int which)
{
    int fit[THINGS], count = 0;
    for (int i = 0; i < thing_count; i++)
        if (may(act, &things[i]))
            fit[count++] = i;
    if (count == 0)
        return;
    struct thing *thing = &things[fit[which % count]];
    sim_tell("  somebody sees to %s %" PRId64 " of the forge",
             thing->is_pull ? "pull request" : "issue", thing->number);
    if (act == FORGE_WRITE)
        write_below(thing);
    else if (act == FORGE_REOPEN || act == FORGE_REOPEN_ISSUE)
        thing->is_closed = thing->is_dropped = false;
    else
        end(act, thing);
    thing->changed_ms = sim.now_ms;
    forge_hook_tell(thing);
}

/* ---- requests ---- */

static int say_message(int status, const char *words, cJSON **answer)
{
    *answer = json_object();
    json_set_text(*answer, "message", str_of(words));
    return status;
}

static int not_found(cJSON **answer)
{
    return say_message(404, is_lab() ? "404 Not found" : "Not Found", answer);
}

static bool has_open_pull(struct str branch)
{
    for (int i = 0; i < thing_count; i++)
        if (things[i].is_pull && !things[i].is_closed &&
            str_is(branch, things[i].branch))
            return true;
    return false;
}

/* What is in the record only, not even the page shows; and whoever may not see
 * a room need not know where it is. */
static void check_secrecy(const cJSON *body)
{
    static const char *const names[] = {"title", "body", "description"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct str text = json_text(body, names[i]);
        if (text.n == 0)
            continue;
        if (strstr(text.s, "hiddenq") != NULL)
            sim_fail("the forge is told what is in the record only: %s",
                     text.s);
        const char *at = strstr(text.s, "INC-");
        int64_t id = at == NULL ? 0 : strtoll(at + 4, NULL, 10);
        int64_t since_ms = id == 0 ? 0 : people_hidden_ms(id);
        if (since_ms == 0 || sim.now_ms - since_ms <= JOB_MS)
            continue;
        if (strstr(text.s, "discord.com/channels/") != NULL)
            sim_fail("INC-%" PRId64 " is private; the forge is told its room",
                     id);
        if (!sim.config->private_pages)
            sim_fail("INC-%" PRId64 " is private; the forge is told: %s", id,
                     text.s);
    }
}

static bool is_titled_draft(struct str title)
{
    return str_starts(title, forge_kind() == FORGE_GITEA ? "WIP: "
                             : is_lab()                  ? "Draft: "
                                                         : "\n");
}

/* No forge says "only if it is still as I read it": what people write in
 * between is lost. */
static void set_body(struct thing *thing, struct str text)
{
    char written[40];
    print_written(thing, written, sizeof written);
    bool is_kept = text.n > 0 && strstr(text.s, written) != NULL;
    if (thing->is_written && !is_kept && thing->read_ms > thing->written_ms)
        sim_fail("what people wrote in #%" PRId64 " of the forge is lost",
                 thing->number);
    thing->is_written = thing->is_written && is_kept;
    set_text(&thing->body, text);
}

/* What the request leaves out stays. */
static void take_text(struct thing *thing, const cJSON *body)
{
    struct str title = json_text(body, "title");
    const char *name = is_lab() ? "description" : "body";
    check_secrecy(body);
    if (title.n > 0 && forge_kind() != FORGE_GITHUB)
        thing->is_draft = is_titled_draft(title);
    if (title.n > 0 && is_titled_draft(title))
        title = str_from(title, strlen(is_lab() ? "Draft: " : "WIP: "));
    if (title.n > 0)
        set_text(&thing->title, title);
    if (json_get(body, name) != NULL)
        set_body(thing, json_text(body, name));
    if (json_get(body, "labels") != NULL)
        thing->is_labelled = true;
    if (json_get(body, "reviewer_ids") != NULL)
        thing->is_reviewed = true;
    const cJSON *assignees =
        json_get(body, is_lab() ? "assignee_ids" : "assignees");
    if (cJSON_GetArraySize(assignees) > 0)
        str_copy_to(thing->assignee, STR("nova"));
    thing->changed_ms = sim.now_ms;
}

static bool has_news(struct str branch)
{
    char name[200];
    str_copy_to(name, branch);
    for (int i = 0; i < thing_count; i++)
        if (things[i].is_merged && strcmp(things[i].branch, name) == 0 &&
            things[i].head == git_head(name))
            return false;
    return git_head(name) > 0;
}

static int make(const cJSON *body, bool is_pull, cJSON **answer)
{
    struct str branch = json_text(body, is_lab() ? "source_branch" : "head");
    if (is_pull && has_open_pull(branch))
        return say_message(forge_kind() == FORGE_GITHUB ? 422 : 409,
                           "A pull request already exists", answer);
    if (is_pull && !has_news(branch))
        return say_message(422, "No commits between them", answer);
    struct thing *thing = thing_new(is_pull);
    if (forge_kind() == FORGE_GITHUB)
        thing->is_draft = json_is_true(body, "draft");
    str_copy_to(thing->branch, branch);
    set_text(&thing->title, STR_NONE);
    set_text(&thing->body, STR_NONE);
    take_text(thing, body);
    *answer = json_of(thing);
    forge_hook_tell(thing);
    return 201;
}

/* Of "a=1&b=2"; percent signs undone. */
static bool find_parameter(const char *path, const char *name, char *out,
                           size_t bytes)
{
    struct str rest = str_of(strchr(path, '?')), pair, key;
    size_t n = 0;
    if (rest.n > 0)
        rest = str_from(rest, 1);
    while (str_cut(&rest, '&', &pair)) {
        struct str value = pair;
        (void)str_cut(&value, '=', &key);
        if (!str_is(key, name))
            continue;
        for (size_t i = 0; i < value.n && n + 1 < bytes; i++) {
            unsigned code = (unsigned char)value.s[i];
            if (code == '%' && sscanf(value.s + i, "%%%2X", &code) == 1)
                i += 2;
            out[n++] = (char)code;
        }
        out[n] = '\0';
        return true;
    }
    return false;
}

static bool is_listed(const struct thing *thing, bool is_pull, const char *path)
{
    char value[300];
    /* To GitHub each pull request is an issue, too. */
    if (thing->is_pull != is_pull && (is_pull || forge_kind() != FORGE_GITHUB))
        return false;
    if (find_parameter(path, "state", value, sizeof value) && value[0] == 'o' &&
        thing->is_closed)
        return false;
    if (find_parameter(path, "head", value, sizeof value) &&
        (strncmp(value, "o:", 2) != 0 || strcmp(value + 2, thing->branch) != 0))
        return false;
    if (find_parameter(path, "source_branch", value, sizeof value) &&
        strcmp(value, thing->branch) != 0)
        return false;
    if (find_parameter(path, "since", value, sizeof value) &&
        thing->changed_ms < forge_time(str_of(value)))
        return false;
    return !find_parameter(path, "created_after", value, sizeof value) ||
           thing->made_ms >= forge_time(str_of(value));
}

/* The newest first. */
static int list(const char *path, bool is_pull, cJSON **answer)
{
    char page[12] = "1";
    int skip;
    (void)find_parameter(path, "page", page, sizeof page);
    skip = ((int)strtol(page, NULL, 10) - 1) * PAGE;
    *answer = json_array();
    for (int i = thing_count; i-- > 0;) {
        if (!is_listed(&things[i], is_pull, path) || skip-- > 0)
            continue;
        json_add(*answer, json_of(&things[i]));
        if (cJSON_GetArraySize(*answer) == PAGE)
            break;
    }
    return 200;
}

static int take_graphql(const cJSON *body, cJSON **answer)
{
    const char *id =
        cJSON_GetStringValue(json_get(json_get(body, "variables"), "id"));
    struct thing *thing =
        thing_of(true, id == NULL ? 0 : strtoll(id + 1, NULL, 10));
    if (thing != NULL)
        thing->is_draft = strstr(json_text(body, "query").s,
                                 "convertPullRequestToDraft") != NULL;
    *answer = json_object();
    return 200;
}

/* GitLab's way to numbers of people. */
static int find_person(const char *path, cJSON **answer)
{
    char login[100];
    *answer = json_array();
    if (!find_parameter(path, "username", login, sizeof login) ||
        (strcmp(login, "nova") != 0 && strcmp(login, "quill") != 0))
        return 200;
    cJSON *person = json_object();
    json_set_text(person, "username", str_of(login));
    json_set_number(person, "id", login[0]);
    json_add(*answer, person);
    return 200;
}

/* "pulls/7/labels" */
static int take_numbered(const struct forge_asked *asked, bool is_pull,
                         const char *number, cJSON **answer)
{
    int64_t n = strtoll(number, NULL, 10);
    struct thing *thing = thing_of(is_pull, n);
    const char *what = strchr(number, '/');
    if (what != NULL && strcmp(what, "/labels") == 0 && thing == NULL)
        thing = thing_of(true, n); /* a pull request's are an issue's */
    if (thing == NULL)
        return not_found(answer);
    if (what != NULL && strcmp(what, "/labels") == 0)
        thing->is_labelled = true;
    else if (what != NULL && strcmp(what, "/requested_reviewers") == 0)
        thing->is_reviewed = true;
    else if (what != NULL)
        sim_fail("the forge is asked for %s", asked->path);
    else if (asked->method != FORGE_GET)
        take_text(thing, asked->body);
    *answer = json_of(thing);
    if (asked->method != FORGE_GET)
        forge_hook_tell(thing);
    return 200;
}

int forge_take(const struct forge_asked *asked, cJSON **answer)
{
    const char *repo = is_lab() ? "/projects/o%2Fr/" : "/repos/o/r/";
    const char *pulls = is_lab() ? "merge_requests" : "pulls";
    const char *rest = asked->path + strlen(repo);
    if (asked->is_graphql && forge_kind() == FORGE_GITHUB)
        return take_graphql(asked->body, answer);
    if (is_lab() && strncmp(asked->path, "/users?", 7) == 0)
        return find_person(asked->path, answer);
    if (asked->is_graphql || strncmp(asked->path, repo, strlen(repo)) != 0)
        sim_fail("the forge is asked for %s", asked->path);
    bool is_pull = strncmp(rest, pulls, strlen(pulls)) == 0;
    if (!is_pull && strncmp(rest, "issues", 6) != 0)
        sim_fail("the forge is asked for %s", asked->path);
    rest += strcspn(rest, "/?");
    if (rest[0] == '/')
        return take_numbered(asked, is_pull, rest + 1, answer);
    return asked->method == FORGE_POST ? make(asked->body, is_pull, answer)
                                       : list(asked->path, is_pull, answer);
}

bool forge_disk_fails(void)
{
    return trouble_is_on(SIM_DISK_WRITE) || trouble_is_on(SIM_DISK_SYNC) ||
           trouble_is_on(SIM_DISK_FULL) || trouble_is_on(SIM_DISK_READ_ONLY);
}

/* Once, whoever looked may have died of it; or its record could not be kept. */
static struct thing *thing_at(const char *path)
{
    bool is_pull = strstr(path, "/pulls/") != NULL ||
                   strstr(path, "/merge_requests/") != NULL;
    const char *number = strrchr(path, '/');
    return number == NULL ? NULL
                          : thing_of(is_pull, strtoll(number + 1, NULL, 10));
}

void forge_deny(const char *path)
{
    struct thing *thing = thing_at(path);
    if (thing != NULL)
        thing->seemed_gone = true;
}

void forge_hide(const char *path)
{
    struct thing *thing = thing_at(path);
    if (thing == NULL || forge_disk_fails())
        return;
    thing->was_hidden |= thing->hidden_from == sim.process;
    thing->hidden_from = sim.process;
}
