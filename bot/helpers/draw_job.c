#include "bot/helpers/draw.h"

#include "bot/base/civil.h"
#include "bot/base/mem.h"
#include "bot/base/utf8.h"

#include <cjson/cJSON.h>

#include <math.h>

#define TEXT_BYTES    300
#define ALT_BYTES     4000
#define LAST_MS       INT64_C(7258118400000) /* the year 2200 */
#define SHORTEST_MS   1000
#define LARGEST_VALUE 1e100 /* so that no sum of two overflows */

/* ---- parts ---- */

static const cJSON *get(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static enum err refuse(struct buf *why, const char *name, const char *what)
{
    buf_addf(why, "the job's \"%s\" is not %s", name, what);
    return ERR_INVALID;
}

/* Neither paint nor XML takes control characters, and none may turn the
 * reading direction of what follows. */
static bool is_clean(uint32_t point)
{
    return point >= 0x20 && (point < 0x7f || point > 0x9f) &&
           (point < 0x202a || point > 0x202e) &&
           (point < 0x2066 || point > 0x2069) && point != 0xfffe &&
           point != 0xffff;
}

static char *clean_text(const char *raw, size_t bytes)
{
    struct buf out = BUF_INIT(bytes);
    struct str text = str_of(raw);
    uint32_t point;
    while (text.n > 0 && !out.overflow) {
        size_t n = utf8_next(text, &point);
        if (n == 0)
            buf_add_text(&out, "\xef\xbf\xbd");
        else
            buf_add(&out, is_clean(point) ? (struct str){text.s, n} : STR(" "));
        text = str_from(text, n == 0 ? 1 : n);
    }
    return out.n == 0 ? mem_text("") : buf_detach(&out);
}

/* Absent is empty. */
static enum err read_text(const cJSON *object, const char *name, size_t bytes,
                          char **out, struct buf *why)
{
    const cJSON *item = get(object, name);
    if (item != NULL && !cJSON_IsString(item))
        return refuse(why, name, "a text");
    *out = clean_text(item == NULL ? "" : item->valuestring, bytes);
    return ERR_OK;
}

static bool whole(const cJSON *item, int64_t least, int64_t most, int64_t *out)
{
    if (!cJSON_IsNumber(item) || item->valuedouble < (double)least ||
        item->valuedouble > (double)most)
        return false;
    *out = (int64_t)item->valuedouble;
    return true;
}

static enum err read_whole(const cJSON *object, const char *name, int least,
                           int most, int *out, struct buf *why)
{
    int64_t number;
    if (!whole(get(object, name), least, most, &number)) {
        buf_addf(why, "the job's \"%s\" is not a number from %d to %d", name,
                 least, most);
        return ERR_INVALID;
    }
    *out = (int)number;
    return ERR_OK;
}

static enum err read_time(const cJSON *object, const char *name, int64_t *out,
                          struct buf *why)
{
    return whole(get(object, name), 0, LAST_MS, out)
               ? ERR_OK
               : refuse(why, name, "a time in ms from 1970 to 2200");
}

/* What no axis can show is no value. */
static double measured(double value)
{
    if (!isfinite(value) || fabs(value) > LARGEST_VALUE)
        return NAN;
    return fabs(value) < 1 / LARGEST_VALUE ? 0 : value;
}

/* ---- samples ---- */

static int by_time(const void *a, const void *b)
{
    const struct draw_sample *x = a, *y = b;
    return (x->at_ms > y->at_ms) - (x->at_ms < y->at_ms);
}

static bool read_sample(const cJSON *item, struct draw_sample *out)
{
    if (!cJSON_IsArray(item) || cJSON_GetArraySize(item) != 3)
        return false;
    const cJSON *at = item->child, *value = at->next, *good = value->next;
    if (!whole(at, 0, LAST_MS, &out->at_ms) || !cJSON_IsBool(good) ||
        !(cJSON_IsNumber(value) || cJSON_IsNull(value)))
        return false;
    out->value = cJSON_IsNumber(value) ? measured(value->valuedouble) : NAN;
    out->good = cJSON_IsTrue(good);
    return true;
}

static enum err read_samples(const cJSON *list, const struct draw_job *job,
                             struct draw_series *series, struct buf *why)
{
    const cJSON *item;
    if (!cJSON_IsArray(list))
        return refuse(why, "samples", "a list");
    size_t count = (size_t)cJSON_GetArraySize(list);
    if (count > DRAW_SAMPLES) {
        buf_addf(why, "the job has %zu samples in a series; %d are the most",
                 count, DRAW_SAMPLES);
        return ERR_TOO_LONG;
    }
    series->samples = mem_alloc((count + 1) * sizeof *series->samples);
    cJSON_ArrayForEach(item, list)
    {
        struct draw_sample sample;
        if (!read_sample(item, &sample))
            return refuse(why, "samples",
                          "a list of [ms, number or null, true or false]");
        if (sample.at_ms >= job->from_ms && sample.at_ms <= job->to_ms)
            series->samples[series->count++] = sample;
    }
    qsort(series->samples, series->count, sizeof *series->samples, by_time);
    return ERR_OK;
}

static enum err read_series(const cJSON *root, struct draw_job *job,
                            struct buf *why)
{
    const cJSON *list = get(root, "series"), *item;
    if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) > DRAW_SERIES)
        return refuse(why, "series", "a list of at most 4");
    cJSON_ArrayForEach(item, list)
    {
        struct draw_series *series = &job->series[job->series_count++];
        const cJSON *gap = get(item, "gap");
        enum err err = read_text(item, "name", TEXT_BYTES, &series->name, why);
        if (err == ERR_OK)
            err = read_samples(get(item, "samples"), job, series, why);
        if (err == ERR_OK && gap != NULL &&
            !whole(gap, 0, LAST_MS, &series->gap_ms))
            err = refuse(why, "gap", "a number of ms");
        if (err != ERR_OK)
            return err;
    }
    return ERR_OK;
}

/* ---- the rest ---- */

static int by_mark_time(const void *a, const void *b)
{
    const struct draw_mark *x = a, *y = b;
    return (x->at_ms > y->at_ms) - (x->at_ms < y->at_ms);
}

static enum err read_marks(const cJSON *root, struct draw_job *job,
                           struct buf *why)
{
    const cJSON *list = get(root, "marks"), *item;
    if (list == NULL)
        return ERR_OK;
    if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) > DRAW_MARKS)
        return refuse(why, "marks", "a list of at most 40");
    cJSON_ArrayForEach(item, list)
    {
        struct draw_mark mark = {0};
        enum err err = read_time(item, "at", &mark.at_ms, why);
        if (err == ERR_OK)
            err = read_text(item, "text", TEXT_BYTES, &mark.text, why);
        if (err != ERR_OK)
            return err;
        if (mark.at_ms >= job->from_ms && mark.at_ms <= job->to_ms)
            job->marks[job->mark_count++] = mark;
        else
            free(mark.text);
    }
    qsort(job->marks, (size_t)job->mark_count, sizeof job->marks[0],
          by_mark_time);
    return ERR_OK;
}

static enum err read_incident(const cJSON *root, struct draw_job *job,
                              struct buf *why)
{
    const cJSON *incident = get(root, "incident");
    if (incident == NULL || cJSON_IsNull(incident))
        return ERR_OK;
    int64_t from, to = LAST_MS;
    enum err err = read_time(incident, "from", &from, why);
    if (err == ERR_OK && !cJSON_IsNull(get(incident, "to")))
        err = read_time(incident, "to", &to, why);
    if (err != ERR_OK)
        return err;
    if (to < from || to < job->from_ms || from > job->to_ms)
        return ERR_OK; /* nothing of it to see */
    job->has_incident = true;
    job->incident_began = from >= job->from_ms;
    job->incident_is_over = to <= job->to_ms;
    job->incident_from_ms = job->incident_began ? from : job->from_ms;
    job->incident_to_ms = job->incident_is_over ? to : job->to_ms;
    return ERR_OK;
}

static enum err read_threshold(const cJSON *root, struct draw_job *job,
                               struct buf *why)
{
    const cJSON *threshold = get(root, "threshold");
    job->threshold = NAN;
    if (threshold == NULL || cJSON_IsNull(threshold))
        return ERR_OK;
    if (!cJSON_IsNumber(threshold))
        return refuse(why, "threshold", "a number or null");
    job->threshold = measured(threshold->valuedouble);
    return ERR_OK;
}

static enum err read_span(const cJSON *root, struct draw_job *job,
                          struct buf *why)
{
    enum err err = read_time(root, "from", &job->from_ms, why);
    if (err == ERR_OK)
        err = read_time(root, "to", &job->to_ms, why);
    if (err == ERR_OK && job->to_ms < job->from_ms + SHORTEST_MS) {
        buf_add_text(why,
                     "the job's \"to\" is not a second after its \"from\"");
        err = ERR_INVALID;
    }
    return err;
}

static enum err read_texts(const cJSON *root, struct draw_job *job,
                           struct buf *why)
{
    const struct {
        const char *name;
        size_t bytes;
        char **to;
    } texts[] = {
        {"title", TEXT_BYTES, &job->title},
        {"quantity", TEXT_BYTES, &job->quantity},
        {"unit", TEXT_BYTES, &job->unit},
        {"threshold_label", TEXT_BYTES, &job->threshold_label},
        {"alt", ALT_BYTES, &job->alt},
    };
    enum err err = ERR_OK;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0] && err == ERR_OK; i++)
        err = read_text(root, texts[i].name, texts[i].bytes, texts[i].to, why);
    return err;
}

static enum err read_root(const cJSON *root, struct draw_job *job,
                          struct buf *why)
{
    const cJSON *format = get(root, "format");
    job->is_svg =
        cJSON_IsString(format) && strcmp(format->valuestring, "svg") == 0;
    if (!job->is_svg &&
        !(cJSON_IsString(format) && strcmp(format->valuestring, "png") == 0))
        return refuse(why, "format", "\"png\" or \"svg\"");
    enum err err = read_whole(root, "width", 300, 2000, &job->width, why);
    if (err == ERR_OK)
        err = read_whole(root, "height", 200, 1500, &job->height, why);
    if (err == ERR_OK)
        err = read_whole(root, "scale", 1, 3, &job->scale, why);
    if (err == ERR_OK)
        err = read_texts(root, job, why);
    if (err == ERR_OK)
        err = read_span(root, job, why);
    if (err == ERR_OK)
        err = read_threshold(root, job, why);
    if (err == ERR_OK)
        err = read_incident(root, job, why);
    if (err == ERR_OK)
        err = read_marks(root, job, why);
    return err == ERR_OK ? read_series(root, job, why) : err;
}

enum err draw_job_read(struct str json, struct draw_job *out, struct buf *why)
{
    cJSON *root =
        json.n == 0 ? NULL
                    : cJSON_ParseWithLengthOpts(json.s, json.n + 1, NULL, true);
    enum err err = ERR_INVALID;
    if (cJSON_IsObject(root))
        err = read_root(root, out, why);
    else
        buf_add_text(why, "the job on standard input is not JSON");
    cJSON_Delete(root);
    return err;
}

void draw_job_release(struct draw_job *job)
{
    free(job->title);
    free(job->quantity);
    free(job->unit);
    free(job->alt);
    free(job->threshold_label);
    for (int i = 0; i < job->mark_count; i++)
        free(job->marks[i].text);
    for (int i = 0; i < job->series_count; i++) {
        free(job->series[i].name);
        free(job->series[i].samples);
    }
    *job = (struct draw_job){0};
}
