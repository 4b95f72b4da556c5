/*
 * Discord's rate limits (docs, Rate Limits). A bucket is Discord's name for a
 * group of routes (the route itself, until an answer tells the name) together
 * with the channel, guild or webhook.
 *
 * A bucket's window: `remaining` calls until `reset_at_ms`, then `limit` again.
 * Calls in flight are counted against what remains, since their answers will
 * lower it. Nothing is known before the first answer, so the first call of a
 * route goes alone.
 *
 * Everything is small: a bucket that is idle and past its reset tells nothing
 * that its route does not know, and is dropped.
 */
#include "bot/discord/ratelimit.h"

#include "bot/base/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define KEY_BYTES      128
#define BUCKETS_MOST   4096   /* 16 doubled often enough */
#define FORGET_MS      300000 /* no call is in flight for so long */
#define ASK_AGAIN_MS   20     /* when only an answer can tell */
#define GLOBAL_CALLS   50
#define GLOBAL_MS      1000
#define WAIT_MOST_MS   86400000
#define WAIT_UNTOLD_MS 1000   /* a 429 that does not say how long */
#define CLOUDFLARE_MS  600000 /* nor does this one */
#define INVALID_MOST   9000   /* of Discord's 10,000 in 10 minutes */
#define SLOT_MS        10000
#define SLOTS          61 /* the oldest is only in part within 10 min */

struct route {
    char *name;
    char bucket[KEY_BYTES]; /* Discord's name; "" : not known yet */
    bool is_known;          /* an answer came */
    int limit;              /* per window; -1: no limit was told */
};

#define ANY_ROUTE (-1)

struct bucket {
    char key[KEY_BYTES]; /* Discord's name, or the route's */
    uint64_t major_id;
    bool is_known; /* limit and remaining mean something */
    int limit;     /* -1: none */
    int remaining, in_flight;
    int64_t reset_at_ms;   /* of the window; past: the window is over */
    int64_t blocked_to_ms; /* by a 429 */
    int blocked_route;     /* alone; ANY_ROUTE: all of them */
    int64_t used_at_ms;
};

struct ratelimit {
    struct route *routes; /* as many as the program has */
    int route_count;
    struct bucket *buckets;
    int bucket_count, bucket_room;
    int64_t sent_at_ms[GLOBAL_CALLS]; /* ring: the last calls not exempt */
    int sent_next;
    int64_t global_to_ms;
    int64_t halted_to_ms;
    bool is_stopped;
    int invalid[SLOTS];   /* per 10 s, by time modulo */
    int64_t invalid_slot; /* the newest one's number */
};

#define LONG_AGO (INT64_MIN / 2)

struct ratelimit *ratelimit_new(void)
{
    struct ratelimit *limit = mem_alloc(sizeof *limit);
    for (int i = 0; i < GLOBAL_CALLS; i++)
        limit->sent_at_ms[i] = LONG_AGO;
    return limit;
}

void ratelimit_free(struct ratelimit *limit)
{
    if (limit == NULL)
        return;
    for (int i = 0; i < limit->route_count; i++)
        free(limit->routes[i].name);
    free(limit->routes);
    free(limit->buckets);
    free(limit);
}

static int64_t max64(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* ---- routes and buckets ---- */

static struct route *get_route(struct ratelimit *limit, const char *name)
{
    for (int i = 0; i < limit->route_count; i++)
        if (strcmp(limit->routes[i].name, name) == 0)
            return &limit->routes[i];
    assert(strlen(name) < KEY_BYTES);
    limit->routes = mem_resize(limit->routes, (size_t)(limit->route_count + 1) *
                                                  sizeof *limit->routes);
    struct route *route = &limit->routes[limit->route_count++];
    *route = (struct route){.name = mem_text(name), .limit = -1};
    return route;
}

static const char *key_of(const struct route *route)
{
    return route->bucket[0] != '\0' ? route->bucket : route->name;
}

static struct bucket *find_bucket(const struct ratelimit *limit,
                                  const char *key, uint64_t major_id)
{
    for (int i = 0; i < limit->bucket_count; i++) {
        struct bucket *bucket = &limit->buckets[i];
        if (bucket->major_id == major_id && strcmp(bucket->key, key) == 0)
            return bucket;
    }
    return NULL;
}

static bool tells_nothing(const struct bucket *bucket, int64_t now_ms)
{
    bool is_idle =
        bucket->in_flight == 0 || now_ms - bucket->used_at_ms >= FORGET_MS;
    return is_idle && bucket->reset_at_ms <= now_ms &&
           bucket->blocked_to_ms <= now_ms;
}

static void sweep(struct ratelimit *limit, int64_t now_ms)
{
    int kept = 0;
    for (int i = 0; i < limit->bucket_count; i++)
        if (!tells_nothing(&limit->buckets[i], now_ms))
            limit->buckets[kept++] = limit->buckets[i];
    limit->bucket_count = kept;
}

/* NULL: there are too many, and all are in use. */
static struct bucket *make_bucket(struct ratelimit *limit,
                                  const struct route *route, uint64_t major_id,
                                  int64_t now_ms)
{
    if (limit->bucket_count == limit->bucket_room) {
        sweep(limit, now_ms);
        if (limit->bucket_count >= BUCKETS_MOST)
            return NULL;
        /* Half empty after a sweep, so that not every call sweeps. */
        if (limit->bucket_count * 2 >= limit->bucket_room) {
            limit->bucket_room =
                limit->bucket_room == 0 ? 16 : limit->bucket_room * 2;
            limit->buckets =
                mem_resize(limit->buckets,
                           (size_t)limit->bucket_room * sizeof *limit->buckets);
        }
    }
    struct bucket *bucket = &limit->buckets[limit->bucket_count++];
    *bucket = (struct bucket){
        .major_id = major_id,
        .is_known = route->is_known,
        .limit = route->limit,
        .remaining = route->limit,
        .used_at_ms = now_ms,
    };
    str_copy_to(bucket->key, str_of(key_of(route)));
    return bucket;
}

/* Discord told the route's bucket, or another one than before. The buckets that
 * went by the route's name go by the new one. */
static void name_route(struct ratelimit *limit, struct route *route,
                       struct str name)
{
    if (name.n == 0 || name.n >= KEY_BYTES || str_is(name, route->bucket))
        return;
    bool had_name = route->bucket[0] != '\0';
    str_copy_to(route->bucket, name);
    for (int i = 0; i < limit->bucket_count && !had_name; i++) {
        struct bucket *bucket = &limit->buckets[i];
        if (strcmp(bucket->key, route->name) != 0)
            continue;
        struct bucket *other =
            find_bucket(limit, route->bucket, bucket->major_id);
        if (other == NULL) {
            str_copy_to(bucket->key, name);
        } else {
            other->in_flight += bucket->in_flight;
            bucket->in_flight = 0; /* swept later */
        }
    }
}

/* ---- may I? ---- */

/* The number of the 10 s slot; slots that have passed are emptied. */
static void turn_slots(struct ratelimit *limit, int64_t now_ms)
{
    int64_t slot = now_ms / SLOT_MS;
    if (slot - limit->invalid_slot >= SLOTS)
        memset(limit->invalid, 0, sizeof limit->invalid);
    else
        for (int64_t i = limit->invalid_slot + 1; i <= slot; i++)
            limit->invalid[i % SLOTS] = 0;
    limit->invalid_slot = max64(slot, limit->invalid_slot);
}

/* Invalid answers of the slots that will still count at that time. */
static int invalid_at(const struct ratelimit *limit, int64_t at_ms)
{
    int count = 0;
    int64_t oldest = max64(at_ms / SLOT_MS - SLOTS + 1, 0);
    for (int64_t i = oldest; i <= limit->invalid_slot; i++)
        if (i > limit->invalid_slot - SLOTS)
            count += limit->invalid[i % SLOTS];
    return count;
}

int ratelimit_invalid_count(const struct ratelimit *limit, int64_t now_ms)
{
    return invalid_at(limit, now_ms);
}

int64_t ratelimit_halted(const struct ratelimit *limit, int64_t now_ms)
{
    if (limit->is_stopped)
        return INT64_MAX;
    int64_t until = max64(limit->halted_to_ms, now_ms);
    while (invalid_at(limit, until) >= INVALID_MOST)
        until = (until / SLOT_MS + 1) * SLOT_MS;
    return until - now_ms;
}

static int64_t bucket_wait(struct bucket *bucket, int route, int64_t now_ms)
{
    bool is_meant =
        bucket->blocked_route == ANY_ROUTE || bucket->blocked_route == route;
    if (bucket->blocked_to_ms > now_ms && is_meant)
        return bucket->blocked_to_ms - now_ms;
    if (now_ms - bucket->used_at_ms >= FORGET_MS)
        bucket->in_flight = 0;
    if (!bucket->is_known)
        return bucket->in_flight > 0 ? ASK_AGAIN_MS : 0;
    if (bucket->limit < 0)
        return 0;
    if (bucket->reset_at_ms <= now_ms)
        bucket->remaining = bucket->limit;
    if (bucket->in_flight < bucket->remaining)
        return 0;
    int64_t to_reset = bucket->reset_at_ms - now_ms;
    bool only_reset_helps = bucket->remaining == 0;
    return only_reset_helps || (to_reset > 0 && to_reset < ASK_AGAIN_MS)
               ? to_reset
               : ASK_AGAIN_MS;
}

int64_t ratelimit_take(struct ratelimit *limit, const char *route_name,
                       uint64_t major_id, bool exempt, int64_t now_ms)
{
    int64_t wait = ratelimit_halted(limit, now_ms);
    if (wait > 0 || exempt)
        return wait;
    const struct route *route = get_route(limit, route_name);
    struct bucket *bucket = find_bucket(limit, key_of(route), major_id);
    if (bucket == NULL)
        bucket = make_bucket(limit, route, major_id, now_ms);
    if (bucket == NULL)
        return GLOBAL_MS;
    int64_t *oldest = &limit->sent_at_ms[limit->sent_next];
    wait = bucket_wait(bucket, (int)(route - limit->routes), now_ms);
    wait = max64(wait, limit->global_to_ms - now_ms);
    wait = max64(wait, *oldest + GLOBAL_MS - now_ms);
    if (wait > 0)
        return wait;
    *oldest = now_ms;
    limit->sent_next = (limit->sent_next + 1) % GLOBAL_CALLS;
    bucket->in_flight++;
    bucket->used_at_ms = now_ms;
    return 0;
}

static void landed(struct bucket *bucket)
{
    if (bucket != NULL && bucket->in_flight > 0)
        bucket->in_flight--;
}

/* The global second keeps it counted: too careful by one call at most. */
void ratelimit_abandon(struct ratelimit *limit, const char *route_name,
                       uint64_t major_id, int64_t now_ms)
{
    (void)now_ms;
    const struct route *route = get_route(limit, route_name);
    landed(find_bucket(limit, key_of(route), major_id));
}

/* ---- answers ---- */

/* "64.57" as milliseconds, rounded up; -1 when it is no such number. */
static int64_t seconds_to_ms(struct str text)
{
    struct str whole, fraction = text;
    uint64_t seconds;
    int64_t ms = 0, unit = 100;
    bool has_more = false; /* than whole milliseconds */
    if (!str_cut(&fraction, '.', &whole) || !str_to_u64(whole, &seconds))
        return -1;
    for (size_t i = 0; i < fraction.n; i++, unit /= 10) {
        char c = fraction.s[i];
        if (c < '0' || c > '9')
            return -1;
        ms += (c - '0') * unit;
        has_more = has_more || (unit == 0 && c != '0');
    }
    if (seconds >= WAIT_MOST_MS / 1000)
        return WAIT_MOST_MS;
    return (int64_t)seconds * 1000 + ms + has_more;
}

/* The longer of header and body; -1: neither told. */
static int64_t retry_after(const struct ratelimit_headers *headers)
{
    int64_t header = seconds_to_ms(headers->retry_after), body = -1;
    double ms = headers->body_retry_after_s * 1000;
    if (ms >= 0)
        body = ms < WAIT_MOST_MS ? (int64_t)ms + 1 : WAIT_MOST_MS;
    return max64(header, body);
}

static void count_invalid(struct ratelimit *limit, int status, bool is_shared,
                          int64_t now_ms)
{
    bool counts = status == 401 || status == 403 || status == 429;
    if (!counts || is_shared)
        return;
    turn_slots(limit, now_ms);
    limit->invalid[limit->invalid_slot % SLOTS]++;
}

/* Answers may come in another order than Discord counted, so within a window
 * what remains only falls, and its end only moves on. */
static void learn(struct route *route, struct bucket *bucket, int status,
                  const struct ratelimit_headers *headers, int64_t now_ms)
{
    uint64_t most, remaining;
    int64_t reset_after = seconds_to_ms(headers->reset_after);
    bool is_told = str_to_u64(headers->limit, &most) && most <= INT32_MAX &&
                   str_to_u64(headers->remaining, &remaining) &&
                   remaining <= INT32_MAX && reset_after >= 0;
    /* A failing server tells nothing; one that answers without the headers
     * says that there is no limit. */
    if (is_told || (status < 500 && status != 429))
        route->is_known = bucket->is_known = true;
    if (!is_told)
        return;
    bool is_same_window = bucket->limit >= 0 && now_ms < bucket->reset_at_ms;
    route->limit = bucket->limit = (int)most;
    if (!is_same_window || (int)remaining < bucket->remaining)
        bucket->remaining = (int)remaining;
    bucket->reset_at_ms = max64(bucket->reset_at_ms, now_ms + reset_after);
}

/* What is left of the bucket stands in the headers. A 429 may come of a limit
 * that does not, and that has one route alone. */
static void block_bucket(struct bucket *bucket, int route, int64_t until_ms,
                         int64_t now_ms)
{
    bool is_blocked = bucket->blocked_to_ms > now_ms;
    bucket->blocked_route =
        is_blocked && bucket->blocked_route != route ? ANY_ROUTE : route;
    bucket->blocked_to_ms = max64(bucket->blocked_to_ms, until_ms);
}

/* `route`: that the 429 came of. */
static void block(struct ratelimit *limit, struct bucket *bucket, int route,
                  const struct ratelimit_headers *headers, int64_t now_ms)
{
    int64_t wait = retry_after(headers);
    if (!headers->is_json) {
        int64_t halt = wait > 0 ? wait : CLOUDFLARE_MS;
        limit->halted_to_ms = max64(limit->halted_to_ms, now_ms + halt);
        return;
    }
    int64_t until = now_ms + (wait >= 0 ? wait : WAIT_UNTOLD_MS);
    if (headers->global || str_is(headers->scope, "global"))
        limit->global_to_ms = max64(limit->global_to_ms, until);
    else if (bucket != NULL)
        block_bucket(bucket,
                     str_is(headers->scope, "shared") ? ANY_ROUTE : route,
                     until, now_ms);
}

void ratelimit_answer(struct ratelimit *limit, const char *route_name,
                      uint64_t major_id, bool exempt, int status,
                      const struct ratelimit_headers *headers, int64_t now_ms)
{
    struct bucket *bucket = NULL;
    int index = ANY_ROUTE;
    count_invalid(limit, status, str_is(headers->scope, "shared"), now_ms);
    if (!exempt) {
        struct route *route = get_route(limit, route_name);
        index = (int)(route - limit->routes);
        name_route(limit, route, headers->bucket);
        bucket = find_bucket(limit, key_of(route), major_id);
        if (bucket == NULL)
            bucket = make_bucket(limit, route, major_id, now_ms);
        if (bucket != NULL) {
            landed(bucket);
            learn(route, bucket, status, headers, now_ms);
        }
    }
    if (status == 429)
        block(limit, bucket, index, headers, now_ms);
}

void ratelimit_stop(struct ratelimit *limit)
{
    limit->is_stopped = true;
}
