/* bot/io/forge_http.h: the way to the forge, and what becomes of requests that
 * it does not want, or cannot take, now. */
#include "bot/io/forge_http.h"

#include "bot/base/mem.h"
#include "bot/base/sha256.h"
#include "bot/discord/json.h"
#include "tests/sim/forge.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_MS 20000 /* then forge_http gives up */
#define SLOW_MS   30000
#define ORPHAN_MS 30            /* as in wire.c */
#define LIMIT_MS  MS_PER_MINUTE /* when it does not say how long */

struct forge_request {
    struct forge_request *next; /* of its http */
    struct forge_http *http;    /* NULL: gone, nobody waits */
    int64_t left_ms;            /* when nobody waited any more */
    forge_http_fn *done;
    void *context;
    enum forge_method method;
    char path[FORGE_PATH_BYTES], etag[FORGE_ETAG_BYTES];
    cJSON *body;
    bool is_graphql, has_ended;
    bool is_lost_back, is_failed_after;
    int status, process;
    char retry_after[24], limit_left[4], limit_reset[24]; /* "" : none */
    int64_t limit_ms; /* what they come to; 0: no limit */
    char new_etag[FORGE_ETAG_BYTES];
    cJSON *answer;
};
struct forge_http {
    struct forge_request *all;
};

static struct {
    /* It told that process to wait: when, and until when. */
    int64_t told_ms, until_ms;
    /* A process that began anew was told less; what waits waits on. */
    int64_t longest_ms;
    int process;
    bool may_misread; /* by a clock that is wrong */
    int64_t disturbed_ms;
    bool has_refused;
    int unanswered;
} forge;

void forge_wire_reset(void)
{
    memset(&forge, 0, sizeof forge);
}

int64_t forge_disturbed_ms(void)
{
    return forge.disturbed_ms;
}

bool forge_has_refused(void)
{
    return forge.has_refused;
}

int forge_unanswered(void)
{
    return forge.unanswered;
}

bool forge_wants_rest(void)
{
    return forge.process == sim.process && sim.now_ms < forge.until_ms;
}

bool forge_waits(void)
{
    int64_t look_ms = sim.config->forge.poll_min * MS_PER_MINUTE;
    return forge.longest_ms != 0 &&
           sim.now_ms < forge.longest_ms + look_ms + MS_PER_MINUTE;
}

/* ---- a limit ---- */

/* Asked for nothing, it has nothing to refuse. The limit is kept in memory: a
 * bot that began anew has to be told again. */
static void check_rest(const struct forge_request *request)
{
    bool is_told = !forge.may_misread && sim.set_ms <= forge.told_ms;
    if (is_told && forge_wants_rest())
        sim_fail("the forge is asked for %s, and is to rest for %" PRId64
                 " ms more",
                 request->path, forge.until_ms - sim.now_ms);
}

static void note_limit(const struct forge_request *request)
{
    if (request->limit_ms == 0)
        return;
    forge.process = sim.process;
    forge.told_ms = sim.now_ms;
    forge.may_misread = request->limit_reset[0] != '\0' && sim.skew_ms != 0;
    forge.until_ms = request->limit_reset[0] != '\0'
                         ? request->limit_ms
                         : sim.now_ms + request->limit_ms;
    if (forge.until_ms > forge.longest_ms)
        forge.longest_ms = forge.until_ms;
}

/* GitHub's first limit, its second one, GitLab's, and one that says nothing. */
static void limit(struct forge_request *request)
{
    static const int seconds[] = {2, 30, 90, 400, 1500};
    int wait_s = seconds[luck_below(LUCK_FORGE, 5)];
    request->status = luck_below(LUCK_FORGE, 2) == 0 ? 429 : 403;
    switch (luck_below(LUCK_FORGE, 3)) {
    case 0:
        (void)snprintf(request->retry_after, sizeof request->retry_after, "%d",
                       wait_s);
        request->limit_ms = wait_s * MS_PER_SECOND;
        break;
    case 1:
        request->limit_ms = sim.now_ms / 1000 * 1000 + wait_s * MS_PER_SECOND;
        (void)snprintf(request->limit_reset, sizeof request->limit_reset,
                       "%" PRId64, request->limit_ms / 1000);
        (void)snprintf(request->limit_left, sizeof request->limit_left, "0");
        break;
    default:
        request->status = 429;
        request->limit_ms = LIMIT_MS;
        break;
    }
}

/* ---- back ---- */

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

static void disturb(void)
{
    forge.disturbed_ms = sim.now_ms;
}

static struct str header(const char *text)
{
    return text[0] == '\0' ? STR_NONE : str_of(text);
}

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
    note_limit(request);
    forge.unanswered += request->status == 0 || request->status >= 500;
    struct forge_answer answer = {.status = request->status,
                                  .json = request->answer,
                                  .etag = header(request->new_etag),
                                  .retry_after = header(request->retry_after),
                                  .limit_left = header(request->limit_left),
                                  .limit_reset = header(request->limit_reset),
                                  .error = "simulated"};
    request->done(&answer, request->context);
    request_free(request);
}

static void fail_with(struct forge_request *request, int status)
{
    cJSON_Delete(request->answer);
    request->answer = NULL;
    request->new_etag[0] = '\0';
    request->status = status;
}

/* Of what is asked for again and again; Gitea has none. */
static void tag(struct forge_request *request)
{
    char hex[SHA256_HEX];
    bool is_one = request->method == FORGE_GET && request->status == 200 &&
                  strchr(request->path, '?') == NULL;
    if (!is_one || forge_kind() == FORGE_GITEA)
        return;
    char *text = json_print(request->answer);
    struct sha256 sum = sha256_of(str_of(text));
    cJSON_free(text);
    sha256_hex(&sum, hex);
    hex[20] = '\0';
    (void)snprintf(request->new_etag, sizeof request->new_etag, "W/\"%s\"",
                   hex);
    if (strcmp(request->new_etag, request->etag) == 0)
        fail_with(request, 304);
}

static void on_arrival(void *context)
{
    struct forge_request *request = context;
    const struct forge_asked asked = {request->method, request->path,
                                      request->is_graphql, request->body};
    int64_t back_ms = 30;
    bool is_late = request->http == NULL && request->process != sim.process;
    if (is_late ||
        (request->http == NULL && sim.now_ms - request->left_ms > ORPHAN_MS)) {
        request_free(request);
        return;
    }
    request->status = forge_take(&asked, &request->answer);
    tag(request);
    sim_tell("  forge: %s %.60s -> %d", forge_method_name(request->method),
             request->is_graphql ? "(GraphQL)" : request->path,
             request->status);
    if (trouble_befalls(SIM_FORGE_SLOW)) {
        disturb();
        back_ms = (int64_t)luck_below(LUCK_FORGE, SLOW_MS);
    }
    if (request->is_failed_after)
        fail_with(request, 502);
    if (request->is_lost_back || back_ms > ANSWER_MS) {
        fail_with(request, 0);
        back_ms = ANSWER_MS;
    }
    sim_at(sim.now_ms + back_ms, on_end, request);
}

/* ---- there ---- */

static void say(struct forge_request *request, int status, const char *words)
{
    request->status = status;
    forge.has_refused = true;
    request->answer = json_object();
    json_set_text(request->answer, "message", str_of(words));
}

/* It is there, and does not do it. */
static bool is_refused(struct forge_request *request)
{
    bool changes = request->method != FORGE_GET;
    if (trouble_befalls(SIM_LIMIT_SHARED)) {
        request->status = 429;
        request->limit_ms = 3 * MS_PER_SECOND;
        (void)snprintf(request->retry_after, sizeof request->retry_after, "3");
    } else if (trouble_befalls(SIM_FORGE_LIMIT)) {
        limit(request);
        if (request->status == 403)
            say(request, 403, "API rate limit exceeded");
    } else if (trouble_is_on(SIM_FORGE_TOKEN)) {
        say(request, 401, "Bad credentials");
        if (!changes)
            forge_hide(request->path);
    } else if (trouble_is_on(SIM_FORGE_HIDES)) {
        say(request, 404, "Not Found");
        forge_deny(request->path);
    } else if (changes && trouble_befalls(SIM_FORGE_FORBIDS)) {
        say(request, 403, "Resource not accessible");
    } else if (changes && trouble_befalls(SIM_FORGE_REFUSES)) {
        bool is_conflict = luck_below(LUCK_FORGE, 2) == 0;
        say(request, is_conflict ? 409 : 422, "Validation Failed");
    } else {
        return false;
    }
    return true;
}

static void send_off(struct forge_request *request)
{
    int64_t way_ms = 20 + (int64_t)luck_below(LUCK_FORGE, 100);
    check_rest(request);
    if (trouble_befalls(SIM_REFUSE) || trouble_befalls(SIM_LOSE_REQUEST)) {
        disturb();
        sim_at(sim.now_ms + way_ms, on_end, request);
    } else if (trouble_befalls(SIM_ERROR_BEFORE) ||
               trouble_befalls(SIM_FORGE_DOWN)) {
        disturb();
        request->status = luck_below(LUCK_FORGE, 2) == 0 ? 503 : 500;
        sim_at(sim.now_ms + way_ms, on_end, request);
    } else if (is_refused(request)) {
        disturb();
        sim_tell("  forge: %s %.60s -> refused with %d",
                 forge_method_name(request->method), request->path,
                 request->status);
        sim_at(sim.now_ms + way_ms, on_end, request);
    } else {
        request->is_lost_back = trouble_befalls(SIM_LOSE_ANSWER);
        request->is_failed_after = trouble_befalls(SIM_ERROR_AFTER);
        if (request->is_lost_back || request->is_failed_after)
            disturb();
        sim_at(sim.now_ms + way_ms, on_arrival, request);
    }
}

struct forge_http *forge_http_new(uv_loop_t *loop,
                                  const struct forge_http_config *config,
                                  struct buf *why)
{
    (void)loop;
    (void)why;
    if (config->kind != forge_kind() || strcmp(config->token, SIM_SECRET) != 0)
        sim_fail("the forge is not that of the settings");
    return mem_alloc(sizeof(struct forge_http));
}

void forge_http_cancel(struct forge_request *request)
{
    leave(request);
    forge.unanswered++;
    disturb();
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
    str_copy_to(request->etag, str_of(call->etag));
    request->body = call->body == NULL ? NULL : json_parse(str_of(call->body));
    free(call->body);
    call->body = NULL;
    if (sim_thing())
        send_off(request);
    else
        request->has_ended = true;
    return request;
}
