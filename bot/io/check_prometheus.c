/*
 * Prometheus docs, HTTP API, "Instant queries": GET /api/v1/query answers
 * {"status": …, "data": {"resultType": …, "result": …}}, each value as
 * [seconds, "text"].
 */
#include "bot/base/buf.h"
#include "bot/base/mem.h"
#include "bot/io/check_kind.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <math.h>
#include <stdlib.h>

#define ANSWER_BYTES ((size_t)1024 * 1024)
#define VALUES       1000 /* more are not looked at */
#define URL_BYTES    16384
#define SAID_BYTES   RESULT_WORDS_BYTES

static const cJSON *get(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}

static const char *text_of(const cJSON *item)
{
    return cJSON_IsString(item) ? item->valuestring : "";
}

/* "NaN", "+Inf" and all that strtod reads. */
static double value_of(const cJSON *pair)
{
    const char *text = text_of(cJSON_GetArrayItem(pair, 1));
    char *end;
    double value = strtod(text, &end);
    return end == text || *end != '\0' ? NAN : value;
}

static struct str label_of(const cJSON *metric)
{
    static const char *const best[] = {"instance", "job", "__name__"};
    for (size_t i = 0; i < sizeof best / sizeof *best; i++)
        if (cJSON_IsString(get(metric, best[i])))
            return str_of(get(metric, best[i])->valuestring);
    return str_of(metric == NULL ? NULL : text_of(metric->child));
}

static void judge_data(const struct probe *probe, const cJSON *data,
                       struct probe_result *out)
{
    const char *type = text_of(get(data, "resultType"));
    const cJSON *found = get(data, "result"), *sample;
    struct query_value *values = mem_alloc(VALUES * sizeof *values);
    int count = 0;
    if (str_is(str_of(type), "scalar"))
        values[count++].value = value_of(found);
    else if (str_is(str_of(type), "vector"))
        cJSON_ArrayForEach(sample, found)
        {
            if (count == VALUES)
                break;
            values[count].value = value_of(get(sample, "value"));
            values[count++].label = label_of(get(sample, "metric"));
        }
    else
        count = -1;
    if (count < 0)
        verdict_bad(out, NAN, "the query's answer is no number: it is a %.40s",
                    type);
    else
        verdict_values(probe, values, count, out);
    free(values);
}

void prometheus_read(const struct probe *probe, const struct web_answer *answer,
                     struct probe_result *out)
{
    cJSON *root = cJSON_ParseWithLength(
        answer->body.n == 0 ? "" : answer->body.s, answer->body.n);
    const char *status = text_of(get(root, "status"));
    if (answer->is_cut)
        verdict_bad(out, NAN, "the answer is longer than 1 MB");
    else if (str_is(str_of(status), "success"))
        judge_data(probe, get(root, "data"), out);
    else if (str_is(str_of(status), "error"))
        verdict_bad(out, NAN, "Prometheus refused the query: %.*s", SAID_BYTES,
                    text_of(get(root, "error")));
    else
        verdict_bad(out, NAN, "no answer of Prometheus, status %d",
                    answer->status);
    cJSON_Delete(root);
}

static void on_answer(struct check *check, const struct web_answer *answer)
{
    struct probe_result result;
    prometheus_read(check->probe, answer, &result);
    check_end(check, &result);
}

static void start(struct check *check, const struct check_order *order)
{
    const struct probe *probe = check->probe;
    struct buf url = BUF_INIT(URL_BYTES);
    struct str base = str_of(probe->target);
    char *query = curl_easy_escape(NULL, probe->query, 0);
    assert(query != NULL);
    while (str_ends(base, "/"))
        base.n--;
    buf_addf(&url, "%.*s/api/v1/query?timeout=%llds&query=%s", STR_ARG(base),
             (long long)probe->timeout_s, query);
    curl_free(query);
    const struct web_order web = {
        .url = buf_text(&url),
        .credentials = order->credentials,
        .body_limit = ANSWER_BYTES,
    };
    check->work = web_start(check, &web, on_answer);
    buf_release(&url);
}

static void stop(struct check *check)
{
    web_free(check->work);
}

const struct check_kind check_prometheus = {start, stop};
