/* bot/io/forge_http.h: a repository on GitHub, and people there who merge and
 * close. */
#include "tests/sim/sim.h"

#include "bot/base/mem.h"
#include "bot/discord/json.h"
#include "bot/io/forge_http.h"
#include "tests/sim/promises.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLACE     "https://forge.test/o/r"
#define THINGS    128
#define ANSWER_MS 20000 /* then forge_http gives up */
#define ORPHAN_MS 30    /* as in wire.c */

/* ---- what there is ---- */

static struct thing {
    bool is_pull, is_closed, is_merged, is_draft;
    char branch[200];
    char *title, *body;
} things[THINGS];
static int thing_count;

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
}

static struct thing *thing_at(int64_t number)
{
    return number < 1 || number > thing_count ? NULL : &things[number - 1];
}

static cJSON *json_of(const struct thing *thing)
{
    char url[100];
    int number = (int)(thing - things) + 1;
    cJSON *json = json_object();
    (void)snprintf(url, sizeof url, PLACE "/%s/%d",
                   thing->is_pull ? "pull" : "issues", number);
    json_set_number(json, "number", number);
    json_set_text(json, "html_url", str_of(url));
    json_set_text(json, "state", str_of(thing->is_closed ? "closed" : "open"));
    json_set_text(json, "title", str_of(thing->title));
    json_set_text(json, "body", str_of(thing->body));
    if (!thing->is_pull)
        return json;
    cJSON *head = json_object(), *base = json_object(), *from = json_object();
    char node[24];
    (void)snprintf(node, sizeof node, "P%d", number);
    json_set_text(json, "node_id", str_of(node));
    json_set_text(from, "full_name", STR("o/r"));
    json_set(head, "repo", from);
    json_set_text(head, "ref", str_of(thing->branch));
    json_set_text(base, "ref", STR("main"));
    json_set(json, "head", head);
    json_set(json, "base", base);
    if (thing->is_draft)
        json_set_true(json, "draft");
    if (thing->is_merged) {
        json_set_true(json, "merged");
        json_set_text(json, "merge_commit_sha", STR("abc123"));
    }
    return json;
}

/* ---- people there ---- */

void forge_act(enum forge_act act, int which)
{
    int open[THINGS], count = 0;
    bool is_pull = act == FORGE_MERGE || act == FORGE_CLOSE;
    for (int i = 0; i < thing_count; i++)
        if (things[i].is_pull == is_pull && !things[i].is_closed)
            open[count++] = i;
    if (count == 0)
        return;
    struct thing *thing = &things[open[which % count]];
    sim_tell("  somebody closes #%d of the forge", (int)(thing - things) + 1);
    thing->is_closed = true;
    thing->is_merged = act == FORGE_MERGE;
}

/* ---- requests ---- */

struct forge_request {
    struct forge_request *next; /* of its http */
    struct forge_http *http;    /* NULL: gone, nobody waits */
    int64_t left_ms;            /* when nobody waited any more */
    forge_http_fn *done;
    void *context;
    enum forge_method method;
    char path[FORGE_PATH_BYTES];
    cJSON *body;
    bool is_graphql, has_ended;
    bool is_lost_back, is_failed_after;
    int status, process;
    const char *retry_after; /* NULL: none */
    cJSON *answer;
};
struct forge_http {
    struct forge_request *all;
};

static void request_free(struct forge_request *request)
{
    cJSON_Delete(request->body);
    cJSON_Delete(request->answer);
    free(request);
}

static void leave(struct forge_request *request)
{
    struct forge_request **at = &request->http->all;
    while (*at != request)
        at = &(*at)->next;
    *at = request->next;
    request->http = NULL;
    request->left_ms = sim.now_ms;
}

static void say(struct forge_request *request, int status, cJSON *answer)
{
    request->status = status;
    request->answer = answer;
}

static void say_message(struct forge_request *request, int status,
                        const char *words)
{
    cJSON *json = json_object();
    json_set_text(json, "message", str_of(words));
    say(request, status, json);
}

static bool has_open_pull(const char *branch)
{
    for (int i = 0; i < thing_count; i++)
        if (things[i].is_pull && !things[i].is_closed &&
            strcmp(things[i].branch, branch) == 0)
            return true;
    return false;
}

/* What is in the record only, not even the page shows. */
static void check_secrecy(const struct forge_request *request)
{
    struct str body = json_text(request->body, "body");
    if (body.n > 0 && strstr(body.s, "hiddenq") != NULL)
        sim_fail("the forge is told what is in the record only: %s", body.s);
}

static void make(struct forge_request *request, bool is_pull)
{
    char branch[200];
    check_secrecy(request);
    str_copy_to(branch, json_text(request->body, "head"));
    if (is_pull && has_open_pull(branch)) {
        say_message(request, 422, "A pull request already exists");
        return;
    }
    if (thing_count == THINGS)
        sim_fail("the forge is full");
    struct thing *thing = &things[thing_count++];
    thing->is_pull = is_pull;
    thing->is_draft = json_is_true(request->body, "draft");
    str_copy_to(thing->branch, str_of(branch));
    set_text(&thing->title, json_text(request->body, "title"));
    set_text(&thing->body, json_text(request->body, "body"));
    say(request, 201, json_of(thing));
}

static void list(struct forge_request *request, bool is_pull)
{
    cJSON *page = json_array();
    const char *head = strstr(request->path, "&head=");
    bool is_first = strstr(request->path, "&page=1&") != NULL;
    for (int i = 0; is_first && i < thing_count; i++) {
        const struct thing *thing = &things[i];
        bool fits = thing->is_pull == is_pull &&
                    (!is_pull || (!thing->is_closed && head != NULL &&
                                  strstr(head, "inc-") != NULL));
        if (fits)
            json_add(page, json_of(thing));
    }
    say(request, 200, page);
}

static void renew(struct forge_request *request, struct thing *thing)
{
    if (thing == NULL) {
        say_message(request, 404, "Not Found");
        return;
    }
    if (request->method == FORGE_PATCH) {
        check_secrecy(request);
        set_text(&thing->title, json_text(request->body, "title"));
        set_text(&thing->body, json_text(request->body, "body"));
    }
    say(request, 200, json_of(thing));
}

static void take_graphql(struct forge_request *request)
{
    const char *id = cJSON_GetStringValue(
        json_get(json_get(request->body, "variables"), "id"));
    struct thing *thing = thing_at(id == NULL ? 0 : strtoll(id + 1, NULL, 10));
    if (thing != NULL)
        thing->is_draft = strstr(json_text(request->body, "query").s,
                                 "convertPullRequestToDraft") != NULL;
    say(request, 200, json_object());
}

static void take(struct forge_request *request)
{
    static const char repo[] = "/repos/o/r/";
    const char *rest = request->path + sizeof repo - 1;
    bool is_pull = strncmp(rest, "pulls", 5) == 0;
    const char *number = strchr(rest, '/');
    if (request->is_graphql) {
        take_graphql(request);
        return;
    }
    if (strncmp(request->path, repo, sizeof repo - 1) != 0)
        sim_fail("the forge is asked for %s", request->path);
    if (strstr(rest, "/labels") != NULL)
        say(request, 200, json_array());
    else if (number != NULL && rest[strcspn(rest, "/?")] == '/')
        renew(request, thing_at(strtoll(number + 1, NULL, 10)));
    else if (request->method == FORGE_POST)
        make(request, is_pull);
    else
        list(request, is_pull);
}

/* ---- the way there ---- */

static void on_end(void *context)
{
    struct forge_request *request = context;
    if (request->http == NULL) {
        request_free(request);
        return;
    }
    request->has_ended = true;
    if (!sim_thing())
        return; /* goes with the process */
    leave(request);
    struct forge_answer answer = {.status = request->status,
                                  .json = request->answer,
                                  .retry_after = str_of(request->retry_after),
                                  .error = "simulated"};
    request->done(&answer, request->context);
    request_free(request);
}

static void fail_with(struct forge_request *request, int status)
{
    cJSON_Delete(request->answer);
    request->answer = NULL;
    request->status = status;
}

static void on_arrival(void *context)
{
    struct forge_request *request = context;
    bool is_late = request->http == NULL && request->process != sim.process;
    if (is_late ||
        (request->http == NULL && sim.now_ms - request->left_ms > ORPHAN_MS)) {
        request_free(request);
        return;
    }
    take(request);
    sim_tell("  forge: %s %.60s -> %d", forge_method_name(request->method),
             request->is_graphql ? "(GraphQL)" : request->path,
             request->status);
    if (request->is_failed_after)
        fail_with(request, 502);
    if (request->is_lost_back) {
        fail_with(request, 0);
        sim_at(sim.now_ms + ANSWER_MS, on_end, request);
        return;
    }
    sim_at(sim.now_ms + 30, on_end, request);
}

static void send_off(struct forge_request *request)
{
    int64_t way_ms = 20 + (int64_t)luck_below(LUCK_FORGE, 100);
    if (trouble_befalls(SIM_REFUSE) || trouble_befalls(SIM_LOSE_REQUEST)) {
        sim_at(sim.now_ms + way_ms, on_end, request);
    } else if (trouble_befalls(SIM_ERROR_BEFORE)) {
        request->status = 500;
        sim_at(sim.now_ms + way_ms, on_end, request);
    } else if (trouble_befalls(SIM_LIMIT_SHARED)) {
        request->status = 429;
        request->retry_after = "3";
        sim_at(sim.now_ms + way_ms, on_end, request);
    } else {
        request->is_lost_back = trouble_befalls(SIM_LOSE_ANSWER);
        request->is_failed_after = trouble_befalls(SIM_ERROR_AFTER);
        sim_at(sim.now_ms + way_ms, on_arrival, request);
    }
}

struct forge_http *forge_http_new(uv_loop_t *loop,
                                  const struct forge_http_config *config,
                                  struct buf *why)
{
    (void)loop;
    (void)config;
    (void)why;
    return mem_alloc(sizeof(struct forge_http));
}

void forge_http_cancel(struct forge_request *request)
{
    leave(request);
    if (request->has_ended)
        request_free(request);
}

void forge_http_free(struct forge_http *http)
{
    while (http != NULL && http->all != NULL)
        forge_http_cancel(http->all);
    free(http);
}

struct forge_request *forge_http_send(struct forge_http *http,
                                      struct forge_call *call,
                                      forge_http_fn *done, void *context)
{
    struct forge_request *request = mem_alloc(sizeof *request);
    *request = (struct forge_request){.next = http->all,
                                      .http = http,
                                      .done = done,
                                      .context = context,
                                      .method = call->method,
                                      .is_graphql = call->is_graphql,
                                      .process = sim.process};
    http->all = request;
    str_copy_to(request->path, str_of(call->path));
    request->body = call->body == NULL ? NULL : json_parse(str_of(call->body));
    free(call->body);
    call->body = NULL;
    if (sim_thing())
        send_off(request);
    else
        request->has_ended = true;
    return request;
}

/* ---- promises, at rest ---- */

static void check_pull(const struct incident *in)
{
    bool has_failed;
    const struct thing *thing = thing_at(in->pull_number);
    must_read(
        effect_failed_last(sim.store, in->id, EFFECT_PULL, 0, &has_failed));
    if (in->pull_state == PULL_NONE) {
        if (in->postmortem_ref[0] != '\0' && !has_failed &&
            !incident_is_live(in))
            sim_fail("INC-%" PRId64 " has a branch, and no pull request",
                     in->id);
        return;
    }
    if (thing == NULL || !thing->is_pull)
        sim_fail("INC-%" PRId64 " has a pull request that is none", in->id);
    enum pull_state is = thing->is_merged   ? PULL_MERGED
                         : thing->is_closed ? PULL_CLOSED
                                            : PULL_OPEN;
    if (is != in->pull_state && !sim.was_skewed) /* else it looks later */
        sim_fail("INC-%" PRId64 ": #%" PRId64 " of the forge is %s, not %s",
                 in->id, in->pull_number, word_of(&pull_state_words, (int)is),
                 word_of(&pull_state_words, (int)in->pull_state));
    if (is == PULL_OPEN && !has_failed && !incident_is_live(in) &&
        strcmp(thing->title, in->title) != 0)
        sim_fail("INC-%" PRId64 " has a pull request called %s", in->id,
                 thing->title);
}

static bool check_item(const struct stored_item *stored, void *context)
{
    const struct incident *in = context;
    const struct thing *thing = thing_at(stored->item.issue_number);
    char mark[60];
    int count = 0;
    bool has_failed;
    (void)snprintf(mark, sizeof mark, " INC-%" PRId64 " #%" PRId64 " -->",
                   in->id, stored->item.seq);
    for (int i = 0; i < thing_count; i++)
        count += !things[i].is_pull && strstr(things[i].body, mark) != NULL;
    must_read(effect_failed_last(sim.store, in->id, EFFECT_ISSUE,
                                 stored->item.seq, &has_failed));
    if (count > 1)
        sim_fail("INC-%" PRId64 " #%" PRId64 " has %d issues", in->id,
                 stored->item.seq, count);
    if (thing != NULL && strstr(thing->body, mark) == NULL)
        sim_fail("INC-%" PRId64 " #%" PRId64 " has the issue of another",
                 in->id, stored->item.seq);
    if (!item_is_open(&stored->item))
        return true;
    if (thing != NULL && thing->is_closed && !sim.was_skewed)
        sim_fail("INC-%" PRId64 " #%" PRId64 " is open, its issue is closed",
                 in->id, stored->item.seq);
    if (thing == NULL && in->pull_state != PULL_NONE && !has_failed &&
        !in->is_drill)
        sim_fail("INC-%" PRId64 " #%" PRId64 " has no issue", in->id,
                 stored->item.seq);
    return true;
}

void forge_check(const struct incident *in)
{
    const struct item_filter filter = {.incident_id = in->id};
    struct incident its = *in;
    if (sim.config->forge.kind == FORGE_NONE)
        return;
    check_pull(in);
    must_read(store_each_item(sim.store, &filter, check_item, &its));
}
