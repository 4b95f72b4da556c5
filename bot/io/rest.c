/*
 * Calls stand in lanes (rest_lanes.h); the first of each is on the wire, or
 * waits. Start reading at pump().
 */
#include "bot/io/rest.h"

#include "bot/base/civil.h"
#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/discord/json.h"
#include "bot/discord/ratelimit.h"
#include "bot/io/loop.h"
#include "bot/io/rest_clock.h"
#include "bot/io/rest_curl.h"
#include "bot/io/rest_judge.h"
#include "bot/io/rest_lanes.h"
#include "bot/io/rest_patience.h"

#include <stdlib.h>
#include <string.h>

#define ANSWER_BYTES       ((size_t)4 << 20)
#define LOGGED_BYTES       2048
#define RETRY_AFTER_MOST_S 86400
#define FETCH_MS           15000 /* and what the largest takes on a slow line */
#define FETCH_BYTES_PER_MS 128
#define CODE_INVALID_FORM  50035 /* Discord docs, JSON error codes */

struct fetch {
    struct fetch *next;
    rest_fetch_fn *done;
    void *context;
};

struct rest {
    uv_loop_t *loop;
    struct rest_curl *curl;
    struct ratelimit *limit;
    struct deadline *wake;
    char *api_base; /* without a '/' at the end */
    struct rest_job *lanes;
    struct fetch *fetches;
    struct rest_counts counts;
    struct rest_clock clock;
    int64_t halted_to_ms; /* as far as it was told */
    bool is_stopped;
    void (*told)(void *context);
    void *told_context;
    int calling;  /* depth of our own calls that may call out */
    bool is_dead; /* rest_free was called meanwhile */
};

/* Calls back; the rest may be dead afterwards. */
static void finish(struct rest *rest, struct rest_job *job,
                   const struct rest_answer *answer)
{
    lanes_remove(&rest->lanes, job);
    job->done(answer, job->context);
    rest_job_free(job);
}

/* ---- sending ---- */

static void start(struct rest *rest, struct rest_job *job)
{
    const struct rest_call *call = &job->call;
    struct buf url = BUF_INIT(4096);
    buf_addf(&url, "%s%s", rest->api_base, call->path);
    struct transfer_order order = {
        .method = call->method,
        .url = buf_text(&url),
        .body = call->body,
        .body_bytes = call->body_bytes,
        .content_type = call->content_type,
        .reason = call->reason,
        .with_token = !call->is_callback,
        .only_once = !call->is_callback && call->repeat == REST_REPEAT_NEVER,
        .timeout_ms = rest_attempt_ms(call),
        .limit = ANSWER_BYTES,
        .owner = job,
    };
    transfer_start(rest->curl, &order);
    job->is_sent = true;
    job->sent_ms = loop_now_ms(rest->loop);
    buf_release(&url);
}

/* Starts it when the limiter lets it, else notes when to ask again. */
static void try_start(struct rest *rest, struct rest_job *job)
{
    int64_t now_ms = loop_now_ms(rest->loop);
    const struct rest_call *call = &job->call;
    if (rest->is_stopped || job->is_sent || job->not_before_ms > now_ms ||
        now_ms > call->give_up_ms)
        return;
    int64_t wait_ms = ratelimit_take(rest->limit, call->route, call->major_id,
                                     call->is_callback, now_ms);
    if (wait_ms == 0)
        start(rest, job);
    else
        job->not_before_ms =
            wait_ms > INT64_MAX - now_ms ? INT64_MAX : now_ms + wait_ms;
}

/* One that will not be sent (again) in time, or NULL. */
static struct rest_job *find_hopeless(const struct rest *rest)
{
    int64_t now_ms = loop_now_ms(rest->loop);
    for (struct rest_job *job = rest->lanes; job != NULL; job = job->next)
        if (!job->is_sent &&
            (rest->is_stopped || now_ms > job->call.give_up_ms ||
             job->not_before_ms > job->call.give_up_ms))
            return job;
    return NULL;
}

static void give_up(struct rest *rest, struct rest_job *job)
{
    struct rest_answer answer = {
        .fate = rest->is_stopped ? REST_BAD_TOKEN : REST_UNREACHABLE,
        .status = job->status,
        .maybe_done = job->maybe_done,
    };
    log_warn("rest_given_up", LOG_TEXT("route", job->call.route),
             LOG_INT("failures", job->failures),
             LOG_TEXT("maybe_done", answer.maybe_done ? "yes" : "no"));
    finish(rest, job, &answer);
}

/* Does all that can be done now, and sets the time for the rest of it. */
static void pump(struct rest *rest)
{
    struct rest_job *job;
    int64_t next_ms = INT64_MAX;
    do {
        for (job = rest->lanes; job != NULL; job = job->next)
            try_start(rest, job);
        job = find_hopeless(rest);
        if (job != NULL)
            give_up(rest, job);
    } while (job != NULL && !rest->is_dead);
    if (rest->is_dead)
        return;
    for (job = rest->lanes; job != NULL; job = job->next)
        if (!job->is_sent && job->not_before_ms < next_ms)
            next_ms = job->not_before_ms;
    deadline_set(rest->wake, next_ms);
}

/* ---- answers ---- */

static bool is_json(struct str content_type)
{
    return str_starts(content_type, "application/json");
}

/* Nothing is answered, and no command can say so. */
static void tell_halt(struct rest *rest)
{
    int64_t now_ms = loop_now_ms(rest->loop);
    int64_t wait_ms = ratelimit_halted(rest->limit, now_ms);
    if (wait_ms == 0 || now_ms < rest->halted_to_ms)
        return;
    rest->halted_to_ms = now_ms + wait_ms;
    log_error("rest_halted", LOG_INT("ms", wait_ms),
              LOG_TEXT("words",
                       "Discord, or Cloudflare before it, shuts out this "
                       "address for a while, or soon would: nothing is sent "
                       "until then. If it comes again, see what else asks "
                       "Discord from here."));
}

/* Tells the limiter what came back, or that nothing did (a lost request may
 * have counted: the next answer tells). */
static void account(struct rest *rest, const struct rest_job *job,
                    const struct transfer *transfer,
                    const struct transfer_end *end, const cJSON *json)
{
    const struct rest_call *call = &job->call;
    int64_t now_ms = loop_now_ms(rest->loop);
    const cJSON *retry_after = json_get(json, "retry_after");
    if (end->status == 0) {
        ratelimit_abandon(rest->limit, call->route, call->major_id, now_ms);
        return;
    }
    struct ratelimit_headers headers = {
        .bucket = transfer_header(transfer, "X-RateLimit-Bucket"),
        .limit = transfer_header(transfer, "X-RateLimit-Limit"),
        .remaining = transfer_header(transfer, "X-RateLimit-Remaining"),
        .reset_after = transfer_header(transfer, "X-RateLimit-Reset-After"),
        .retry_after = transfer_header(transfer, "Retry-After"),
        .scope = transfer_header(transfer, "X-RateLimit-Scope"),
        .global = str_is_nocase(transfer_header(transfer, "X-RateLimit-Global"),
                                "true") ||
                  json_is_true(json, "global"),
        .body_retry_after_s =
            cJSON_IsNumber(retry_after) ? retry_after->valuedouble : -1,
        .is_json = is_json(end->content_type),
    };
    ratelimit_answer(rest->limit, call->route, call->major_id,
                     call->is_callback, end->status, &headers, now_ms);
    if (end->status >= 400 && !rest->is_stopped)
        tell_halt(rest);
}

/* The route, never the path: paths hold interaction tokens. */
static void log_failure(const struct rest_job *job,
                        const struct transfer_end *end,
                        const struct rest_answer *answer)
{
    struct buf words = BUF_INIT(LOGGED_BYTES);
    buf_add_text(&words, end->error);
    buf_add(&words, json_text(answer->json, "message"));
    if (answer->code == CODE_INVALID_FORM) {
        const cJSON *errors = json_get(answer->json, "errors");
        char *tree = errors == NULL ? NULL : json_print(errors);
        buf_addf(&words, ": %s", tree == NULL ? "" : tree);
        free(tree);
    }
    log_warn("rest_failed", LOG_TEXT("route", job->call.route),
             LOG_INT("status", answer->status), LOG_INT("code", answer->code),
             LOG_INT("failures", job->failures),
             LOG_STR("words", buf_str(&words)));
    buf_release(&words);
}

static void stop(struct rest *rest)
{
    bool is_news = !rest->is_stopped;
    rest->is_stopped = true;
    ratelimit_stop(rest->limit);
    if (is_news && rest->told != NULL)
        rest->told(rest->told_context);
}

/* The limiter lets a callback pass at once; what it was told counts here. */
static int64_t retry_after_ms(const struct transfer *transfer,
                              const cJSON *json)
{
    const cJSON *item = json_get(json, "retry_after");
    double s = cJSON_IsNumber(item) ? item->valuedouble : 0;
    uint64_t header;
    if (str_to_u64(transfer_header(transfer, "Retry-After"), &header) &&
        (double)header > s)
        s = (double)header;
    s = s < RETRY_AFTER_MOST_S ? s : RETRY_AFTER_MOST_S;
    return s > 0 ? (int64_t)(s * 1000) : 0;
}

/* Notes when the next attempt may begin. Who was told to wait, waited, and is
 * told again, was told too little. */
static void put_off(struct rest *rest, struct rest_job *job,
                    enum rest_next next, const struct transfer *transfer,
                    const cJSON *json)
{
    int64_t now_ms = loop_now_ms(rest->loop);
    bool is_told = next == REST_AGAIN_WHEN_ALLOWED;
    if (!is_told || job->status == 429 || job->call.is_callback)
        job->failures++;
    int64_t wait_ms =
        job->failures == 0 ? 0 : rest_backoff_ms(&job->call, job->failures);
    bool was_long = now_ms - job->sent_ms >= REST_ATTEMPT_MS;
    if (was_long && wait_ms < REST_OVERTAKEN_MS)
        wait_ms = REST_OVERTAKEN_MS;
    if (is_told && job->call.is_callback)
        wait_ms += retry_after_ms(transfer, json);
    if (is_told)
        log_info(
            "rest_limited", LOG_TEXT("route", job->call.route),
            LOG_STR("scope", transfer_header(transfer, "X-RateLimit-Scope")));
    job->not_before_ms = now_ms + wait_ms;
}

static void count(struct rest_counts *counts, int status)
{
    *(status == 0     ? &counts->no_answer
      : status == 429 ? &counts->limited
      : status >= 500 ? &counts->failed
      : status >= 400 ? &counts->refused
                      : &counts->done) += 1;
}

static void job_attempt_ended(struct rest *rest, struct transfer *transfer,
                              const struct transfer_end *end)
{
    struct rest_job *job = end->owner;
    struct rest_answer answer = {.status = end->status, .text = end->body};
    int64_t code = 0;
    /* What a callback brings back is of no use, unless it failed. */
    if (is_json(end->content_type) && end->body.n > 0 &&
        (end->status >= 300 || !job->call.is_callback))
        answer.json = json_parse(end->body);
    if (end->status >= 300 && json_whole(json_get(answer.json, "code"), &code))
        answer.code = (int)code;
    if (answer.text.n > LOGGED_BYTES)
        answer.text.n = LOGGED_BYTES;

    count(&rest->counts, answer.status);
    /* Not of the answers of commands: they are many, and what is posted tells
     * as well. */
    if (!job->call.is_callback)
        rest_clock_note(&rest->clock, transfer_header(transfer, "Date"));
    enum rest_next next = rest_judge(&job->call, job->maybe_done, end, &answer);
    account(rest, job, transfer, end, answer.json);
    job->is_sent = false;
    answer.maybe_done = job->maybe_done =
        job->maybe_done || answer.maybe_done || end->was_resent;
    if (next != REST_FINAL)
        put_off(rest, job, next, transfer, answer.json);
    job->status = answer.status; /* put_off asks for the one before */
    if (next == REST_AGAIN_LATER ||
        (next == REST_FINAL && answer.fate != REST_DONE))
        log_failure(job, end, &answer);
    if (next == REST_FINAL) {
        if (answer.fate == REST_DONE)
            answer.maybe_done = false;
        if (answer.fate == REST_BAD_TOKEN)
            stop(rest);
        finish(rest, job, &answer);
    }
    cJSON_Delete(answer.json);
}

static void fetch_ended(struct rest *rest, const struct transfer_end *end)
{
    struct fetch *fetch = end->owner, **at = &rest->fetches;
    enum rest_fate fate = rest_judge_fetch(end);
    while (*at != fetch)
        at = &(*at)->next;
    *at = fetch->next;
    if (fate != REST_DONE)
        log_warn("fetch_failed", LOG_INT("status", end->status),
                 LOG_TEXT("words", end->error));
    fetch->done(fate, end->status, fate == REST_DONE ? end->body : STR_NONE,
                fetch->context);
    free(fetch);
}

/* ---- life ---- */

static void destroy(struct rest *rest)
{
    rest_curl_free(rest->curl);
    ratelimit_free(rest->limit);
    deadline_free(rest->wake);
    while (rest->lanes != NULL) {
        struct rest_job *job = rest->lanes;
        lanes_remove(&rest->lanes, job);
        rest_job_free(job);
    }
    while (rest->fetches != NULL) {
        struct fetch *fetch = rest->fetches;
        rest->fetches = fetch->next;
        free(fetch);
    }
    free(rest->api_base);
    free(rest);
}

static void leave(struct rest *rest)
{
    if (--rest->calling == 0 && rest->is_dead)
        destroy(rest);
}

static void on_ended(void *context)
{
    struct rest *rest = context;
    struct transfer_end end;
    struct transfer *transfer;
    bool any = false;
    rest->calling++;
    while (!rest->is_dead &&
           (transfer = transfer_next(rest->curl, &end)) != NULL) {
        any = true;
        if (end.is_foreign)
            fetch_ended(rest, &end);
        else
            job_attempt_ended(rest, transfer, &end);
        transfer_release(rest->curl, transfer);
    }
    if (any && !rest->is_dead)
        pump(rest);
    leave(rest);
}

static void on_wake(void *context)
{
    struct rest *rest = context;
    rest->calling++;
    pump(rest);
    leave(rest);
}

struct rest *rest_new(uv_loop_t *loop, const struct rest_config *config,
                      struct buf *why)
{
    if (!url_is_allowed(config->api_base, "https", "http")) {
        buf_addf(why,
                 "api_base %s: neither https:// nor http:// to a loopback "
                 "address",
                 config->api_base);
        return NULL;
    }
    struct rest *rest = mem_alloc(sizeof *rest);
    rest->loop = loop;
    rest->api_base = mem_text(config->api_base);
    for (size_t n = strlen(rest->api_base);
         n > 0 && rest->api_base[n - 1] == '/'; n--)
        rest->api_base[n - 1] = '\0';
    rest->limit = ratelimit_new();
    rest->wake = deadline_new(loop, on_wake, rest);
    rest->curl = rest_curl_new(loop, config, on_ended, rest);
    return rest;
}

void rest_free(struct rest *rest)
{
    if (rest == NULL)
        return;
    rest->is_dead = true;
    if (rest->calling == 0)
        destroy(rest);
}

void rest_send(struct rest *rest, struct rest_call *call, rest_fn *done,
               void *context)
{
    struct rest_job *job = mem_alloc(sizeof *job);
    job->call = *call;
    *call = (struct rest_call){.method = REST_GET};
    job->done = done;
    job->context = context;
    if (job->call.give_up_ms == 0)
        job->call.give_up_ms =
            loop_now_ms(rest->loop) + rest_patience_ms(&job->call);
    lanes_add(&rest->lanes, job);
    /* A callback leaves now. What must wait, or fails, waits for the loop:
     * nothing is called back from here. */
    if (rest_is_first_answer(&job->call))
        try_start(rest, job);
    if (!job->is_sent)
        deadline_set(rest->wake, 0);
}

void rest_recall(struct rest *rest, const void *context)
{
    for (struct rest_job *head = rest->lanes; head != NULL; head = head->next)
        for (struct rest_job *job = head; job != NULL; job = job->behind)
            if (job->context == context)
                job->call.give_up_ms = loop_now_ms(rest->loop) - 1;
    deadline_set(rest->wake, 0);
}

void rest_fetch(struct rest *rest, const char *url, size_t max_bytes,
                rest_fetch_fn *done, void *context)
{
    struct fetch *fetch = mem_alloc(sizeof *fetch);
    struct transfer_order order = {
        .method = REST_GET,
        .url = url_is_allowed(url, "https", "http") ? url : "",
        .is_foreign = true,
        .timeout_ms = FETCH_MS + (int64_t)(max_bytes / FETCH_BYTES_PER_MS),
        .limit = max_bytes,
        .owner = fetch,
    };
    fetch->done = done;
    fetch->context = context;
    fetch->next = rest->fetches;
    rest->fetches = fetch;
    transfer_start(rest->curl, &order);
}

void rest_on_bad_token(struct rest *rest, void (*told)(void *context),
                       void *context)
{
    rest->told = told;
    rest->told_context = context;
}

const struct rest_counts *rest_counts(const struct rest *rest)
{
    return &rest->counts;
}

int64_t rest_ahead_ms(const struct rest *rest)
{
    return rest_clock_ahead_ms(&rest->clock);
}
