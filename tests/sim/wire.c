/* bot/io/rest_curl.h: requests travel to the simulated Discord and back. */
#include "tests/sim/sim.h"

#include "bot/base/mem.h"
#include "bot/io/rest_curl.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define API_BYTES (sizeof "https://discord.test/api/v10" - 1)

/* How long after we have given it up a request may still arrive. */
#define LATE_MS 1500
/* And after the process is gone: the next one shakes hands before it asks, and
 * so overtakes nothing. */
#define ORPHAN_MS 30

struct transfer {
    struct transfer *next;  /* of those that have ended */
    struct rest_curl *curl; /* NULL: nobody waits any more */
    int64_t orphaned_ms;    /* 0: the process is there */
    void *owner;
    enum rest_method method;
    char *path, *body, *content_type;
    bool with_token, is_foreign;
    bool is_lost_back, is_done_twice, is_failed_after;
    bool has_ended;
    enum transfer_result result;
    struct rest_reply reply;
    int arrivals_left;
    enum sim_trouble limit; /* of its 429, when limit_ms is not 0 */
    int64_t limit_ms;       /* Retry-After */
    int64_t timeout_ms, sent_ms;
    int process;              /* that sent it */
    struct transfer *sibling; /* all of a curl, so that it can leave them */
};

struct rest_curl {
    void (*ended)(void *context);
    void *context;
    struct transfer *first_ended, **last_ended;
    struct transfer *all;
};

/* ---- what a 429 asks for ---- */

/* What the bot was told to hold back until then: all that has the token, all
 * there is, or that one path, where names of channels have a limit of their
 * own. A start later nobody knows of it. */
#define HOLDS 32
static struct hold {
    enum sim_trouble limit;
    int process;
    int64_t until_ms;
    enum rest_method method;
    bool is_name;   /* of a channel */
    char path[200]; /* without its query */
} holds[HOLDS];
static int next_hold;

void wire_reset(void)
{
    memset(holds, 0, sizeof holds);
}

static struct str without_query(const char *path)
{
    return (struct str){path, strcspn(path, "?")};
}

static bool is_name(const struct transfer *transfer)
{
    return transfer->method == REST_PATCH &&
           strstr(transfer->path, "/messages/") == NULL &&
           transfer->body != NULL &&
           strstr(transfer->body, "\"name\":") != NULL;
}

/* The bot hears of it now. */
static void note_hold(const struct transfer *transfer)
{
    struct hold *hold = &holds[next_hold++ % HOLDS];
    if (transfer->limit_ms == 0 || transfer->is_foreign)
        return;
    *hold = (struct hold){.limit = transfer->limit,
                          .process = sim.process,
                          .until_ms = sim.now_ms + transfer->limit_ms,
                          .method = transfer->method,
                          .is_name = is_name(transfer)};
    str_copy_to(hold->path, without_query(transfer->path));
}

static bool is_held(const struct hold *hold, const struct transfer *transfer)
{
    if (hold->process != sim.process || sim.now_ms >= hold->until_ms ||
        transfer->is_foreign)
        return false;
    bool is_it = hold->method == transfer->method &&
                 hold->is_name == is_name(transfer) &&
                 str_is(without_query(transfer->path), hold->path);
    return is_it || hold->limit == SIM_LIMIT_CLOUD ||
           (hold->limit == SIM_LIMIT_GLOBAL && transfer->with_token);
}

static void check_holds(const struct transfer *transfer)
{
    for (int i = 0; i < HOLDS; i++)
        if (is_held(&holds[i], transfer))
            sim_fail("%s %s is sent %" PRId64 " ms before it may be: %s",
                     rest_method_name(transfer->method), transfer->path,
                     holds[i].until_ms - sim.now_ms,
                     trouble_words(holds[i].limit));
}

struct rest_curl *rest_curl_new(uv_loop_t *loop,
                                const struct rest_config *config,
                                void (*ended)(void *context), void *context)
{
    (void)loop;
    (void)config;
    struct rest_curl *curl = mem_alloc(sizeof *curl);
    *curl = (struct rest_curl){.ended = ended, .context = context};
    curl->last_ended = &curl->first_ended;
    return curl;
}

static void transfer_free(struct transfer *transfer)
{
    free(transfer->path);
    free(transfer->body);
    free(transfer->content_type);
    free(transfer->reply.body);
    free(transfer);
}

/* What is under way still arrives. */
void rest_curl_free(struct rest_curl *curl)
{
    struct transfer *next;
    for (struct transfer *t = curl->all; t != NULL; t = next) {
        next = t->sibling;
        t->curl = NULL;
        t->orphaned_ms = sim.now_ms;
        if (t->has_ended)
            transfer_free(t);
    }
    free(curl);
}

static void leave_curl(struct transfer *transfer)
{
    struct transfer **at = &transfer->curl->all;
    while (*at != transfer)
        at = &(*at)->sibling;
    *at = transfer->sibling;
}

static void on_end(void *context)
{
    struct transfer *transfer = context;
    struct rest_curl *curl = transfer->curl;
    if (curl == NULL || !sim_thing()) {
        if (curl == NULL)
            transfer_free(transfer);
        else
            transfer->has_ended = true; /* goes with the curl */
        return;
    }
    note_hold(transfer);
    transfer->has_ended = true;
    *curl->last_ended = transfer;
    curl->last_ended = &transfer->next;
    curl->ended(curl->context);
}

static void end_at(struct transfer *transfer, enum transfer_result result,
                   int64_t at_ms)
{
    transfer->result = result;
    sim_at(at_ms, on_end, transfer);
}

static int64_t way_ms(void)
{
    return 5 + (int64_t)luck_below(LUCK_NET, 60);
}

static uint64_t interaction_in(const char *path)
{
    return strncmp(path, "/interactions/", 14) == 0
               ? strtoull(path + 14, NULL, 10)
               : 0;
}

static void fail_with(struct rest_reply *reply, int status)
{
    free(reply->body);
    *reply = (struct rest_reply){
        .status = status, .is_html = true, .body = mem_text("<html>")};
}

static void on_arrival(void *context)
{
    struct transfer *transfer = context;
    struct sim_request request = {
        .method = transfer->method,
        .path = transfer->path,
        .body = transfer->body,
        .content_type = transfer->content_type,
        .with_token = transfer->with_token,
        .is_foreign = transfer->is_foreign,
        .sent_ms = transfer->sent_ms,
    };
    bool is_orphan = transfer->orphaned_ms != 0 &&
                     sim.now_ms - transfer->orphaned_ms > ORPHAN_MS;
    /* A late one is nobody's, so that it was not told of its orphanhood. */
    bool is_of_before = transfer->curl == NULL && transfer->orphaned_ms == 0 &&
                        transfer->process != sim.process;
    if (is_orphan || is_of_before) {
        transfer_free(transfer);
        return;
    }
    free(transfer->reply.body);
    transfer->reply = (struct rest_reply){.status = 0};
    discord_take(&request, &transfer->reply);
    sim_tell("  %s %.60s -> %d", rest_method_name(transfer->method),
             transfer->path, transfer->reply.status);
    if (--transfer->arrivals_left > 0) {
        sim_at(sim.now_ms + way_ms(), on_arrival, transfer);
        return;
    }
    if (transfer->is_failed_after)
        fail_with(&transfer->reply, 502);
    if (transfer->is_lost_back) {
        fail_with(&transfer->reply, 0);
        end_at(transfer, TRANSFER_LOST, sim.now_ms + transfer->timeout_ms);
        return;
    }
    end_at(transfer, TRANSFER_ANSWERED, sim.now_ms + way_ms());
}

static void add_header(struct rest_reply *reply, const char *name,
                       const char *value)
{
    char(*header)[64] = reply->headers[reply->header_count++];
    (void)snprintf(header[0], 64, "%s", name);
    (void)snprintf(header[1], 64, "%s", value);
}

/* Discord docs, Rate Limits: the forms of a 429. */
static void limit_with(struct transfer *transfer, enum sim_trouble trouble)
{
    struct rest_reply *reply = &transfer->reply;
    char body[200], seconds[16];
    int wait_s = 1 + (int)luck_below(LUCK_NET, 4);
    transfer->limit = trouble;
    transfer->limit_ms = wait_s * MS_PER_SECOND;
    (void)snprintf(seconds, sizeof seconds, "%d", wait_s);
    reply->status = 429;
    add_header(reply, "Retry-After", seconds);
    if (trouble == SIM_LIMIT_CLOUD) {
        reply->is_html = true;
        reply->body = mem_text("<html>");
        people_excuse_all(); /* it holds everything back */
        sim.held_until_ms = sim.now_ms + (wait_s + 2) * MS_PER_SECOND;
        return;
    }
    add_header(reply, "X-RateLimit-Scope",
               trouble == SIM_LIMIT_SHARED   ? "shared"
               : trouble == SIM_LIMIT_GLOBAL ? "global"
                                             : "user");
    if (trouble == SIM_LIMIT_GLOBAL)
        add_header(reply, "X-RateLimit-Global", "true");
    (void)snprintf(body, sizeof body,
                   "{\"message\":\"limited\",\"retry_after\":%d.0,"
                   "\"global\":%s}",
                   wait_s, trouble == SIM_LIMIT_GLOBAL ? "true" : "false");
    reply->body = mem_text(body);
}

/* What befalls it before it gets to Discord; false: nothing does. */
static bool befall(struct transfer *transfer)
{
    static const enum sim_trouble limits[] = {
        SIM_LIMIT_USER, SIM_LIMIT_SHARED, SIM_LIMIT_GLOBAL, SIM_LIMIT_CLOUD};
    if (trouble_befalls(SIM_REFUSE)) {
        end_at(transfer, TRANSFER_NOT_SENT, sim.now_ms + way_ms());
        return true;
    }
    if (trouble_befalls(SIM_LOSE_REQUEST)) {
        end_at(transfer, TRANSFER_LOST, sim.now_ms + transfer->timeout_ms);
        return true;
    }
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
        if (trouble_befalls(limits[i])) {
            limit_with(transfer, limits[i]);
            end_at(transfer, TRANSFER_ANSWERED, sim.now_ms + way_ms());
            return true;
        }
    if (trouble_befalls(SIM_ERROR_BEFORE)) {
        fail_with(&transfer->reply, 500);
        end_at(transfer, TRANSFER_ANSWERED, sim.now_ms + way_ms());
        return true;
    }
    return false;
}

static char *copy(const char *text, size_t bytes)
{
    size_t n = text == NULL ? 0 : bytes > 0 ? bytes : strlen(text);
    char *to = mem_alloc(n + 1);
    if (n > 0)
        memcpy(to, text, n);
    return to;
}

static void send_off(struct transfer *transfer,
                     const struct transfer_order *order)
{
    int64_t way = way_ms();
    transfer->sent_ms = sim.now_ms;
    transfer->process = sim.process;
    if (trouble_befalls(SIM_SLOW))
        way += (int64_t)luck_below(LUCK_NET,
                                   (uint64_t)transfer->timeout_ms + LATE_MS);
    transfer->is_lost_back = trouble_befalls(SIM_LOSE_ANSWER);
    transfer->is_failed_after = trouble_befalls(SIM_ERROR_AFTER);
    if (!order->only_once && trouble_befalls(SIM_RESEND)) {
        transfer->is_done_twice = true;
        transfer->arrivals_left = 2;
    }
    if (transfer->is_lost_back || transfer->is_failed_after || way > 100)
        people_hinder(interaction_in(transfer->path));
    if (befall(transfer)) {
        people_hinder(interaction_in(transfer->path));
        return;
    }
    /* It arrives after all, but nobody waits for its answer. */
    if (way > transfer->timeout_ms) {
        struct transfer *late = mem_alloc(sizeof *late);
        *late = *transfer;
        late->curl = NULL;
        late->path = copy(transfer->path, 0);
        late->body = copy(order->body, order->body_bytes);
        late->content_type = copy(transfer->content_type, 0);
        late->arrivals_left = 1;
        sim_at(sim.now_ms + way, on_arrival, late);
        end_at(transfer, TRANSFER_LOST, sim.now_ms + transfer->timeout_ms);
        return;
    }
    sim_at(sim.now_ms + way, on_arrival, transfer);
}

void transfer_start(struct rest_curl *curl, const struct transfer_order *order)
{
    struct transfer *transfer = mem_alloc(sizeof *transfer);
    bool was_seen = sim_thing();
    *transfer = (struct transfer){
        .curl = curl,
        .owner = order->owner,
        .method = order->method,
        .path =
            copy(order->is_foreign ? order->url : order->url + API_BYTES, 0),
        .body = copy(order->body, order->body_bytes),
        .content_type = copy(order->content_type, 0),
        .with_token = order->with_token,
        .is_foreign = order->is_foreign,
        .timeout_ms = order->timeout_ms,
        .arrivals_left = 1,
        .sibling = curl->all,
    };
    curl->all = transfer;
    if (!was_seen) {
        transfer->has_ended = true;
        return;
    }
    check_holds(transfer);
    if (fault_fires(FAULT_REQUEST))
        fault_force(fault_detail());
    send_off(transfer, order);
    fault_force(-1);
}

/* Whatever answers says when. */
static void add_date(struct transfer *transfer)
{
    char date[64];
    time_t seconds = (time_t)(sim.now_ms / MS_PER_SECOND);
    struct tm tm;
    (void)strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT",
                   gmtime_r(&seconds, &tm));
    add_header(&transfer->reply, "Date", date);
}

struct transfer *transfer_next(struct rest_curl *curl, struct transfer_end *end)
{
    struct transfer *transfer = curl->first_ended;
    if (transfer == NULL)
        return NULL;
    curl->first_ended = transfer->next;
    if (curl->first_ended == NULL)
        curl->last_ended = &curl->first_ended;
    if (transfer->result == TRANSFER_ANSWERED)
        add_date(transfer);
    *end = (struct transfer_end){
        .result = transfer->result,
        .owner = transfer->owner,
        .is_foreign = transfer->is_foreign,
        .was_resent = transfer->is_done_twice,
        .status =
            transfer->result == TRANSFER_ANSWERED ? transfer->reply.status : 0,
        .body = str_of(transfer->reply.body),
        .content_type = transfer->reply.is_html ? STR("text/html")
                                                : STR("application/json"),
        .error = transfer->result == TRANSFER_ANSWERED ? "" : "simulated",
    };
    return transfer;
}

struct str transfer_header(const struct transfer *transfer, const char *name)
{
    for (int i = 0; i < transfer->reply.header_count; i++)
        if (strcasecmp(transfer->reply.headers[i][0], name) == 0)
            return str_of(transfer->reply.headers[i][1]);
    return STR_NONE;
}

void transfer_release(struct rest_curl *curl, struct transfer *transfer)
{
    (void)curl;
    if (transfer->curl != NULL)
        leave_curl(transfer);
    transfer_free(transfer);
}
