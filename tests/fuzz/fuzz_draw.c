/*
 * Any JSON as the job of opsroom-draw: refused in words, or a picture.
 */
#include "bot/base/utf8.h"
#include "bot/helpers/draw.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* A larger PNG takes long, and is drawn alike. */
#define PIXELS_MOST 400000

static void check_text(const char *text)
{
    assert(utf8_printable(str_of(text), NULL) && strchr(text, '\n') == NULL);
}

static void check_series(const struct draw_job *job,
                         const struct draw_series *series)
{
    check_text(series->name);
    assert(series->count <= DRAW_SAMPLES && series->gap_ms >= 0);
    for (size_t i = 0; i < series->count; i++) {
        const struct draw_sample *sample = &series->samples[i];
        assert(sample->at_ms >= job->from_ms && sample->at_ms <= job->to_ms);
        assert(i == 0 || series->samples[i - 1].at_ms <= sample->at_ms);
        assert(isnan(sample->value) || isfinite(sample->value));
    }
}

static void check_job(const struct draw_job *job)
{
    check_text(job->title);
    check_text(job->quantity);
    check_text(job->unit);
    check_text(job->threshold_label);
    check_text(job->alt);
    assert(job->from_ms < job->to_ms && job->mark_count <= DRAW_MARKS);
    for (int i = 0; i < job->mark_count; i++)
        check_text(job->marks[i].text);
    for (int i = 0; i < job->series_count; i++)
        check_series(job, &job->series[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct draw_job job = {0};
    struct buf why = BUF_INIT(4096), picture = BUF_INIT(8u << 20);
    struct buf json = BUF_INIT(size); /* ended by a NUL, as it is read */
    buf_add_bytes(&json, data, size);
    if (draw_job_read(buf_str(&json), &job, &why) != ERR_OK) {
        assert(why.n > 0);
    } else {
        check_job(&job);
        if (job.is_svg ||
            job.width * job.height * job.scale * job.scale <= PIXELS_MOST) {
            enum err err = draw_picture(&job, &picture, &why);
            assert(err == ERR_OK && picture.n > 0);
        }
    }
    draw_job_release(&job);
    buf_release(&json);
    buf_release(&picture);
    buf_release(&why);
    return 0;
}
