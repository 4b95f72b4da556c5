#include "bot/outbox/pictures.h"

#include "bot/base/log.h"
#include "bot/base/mem.h"

#include <assert.h>
#include <stdlib.h>

const char *picture_type(enum chart_format format)
{
    return format == CHART_SVG ? "image/svg+xml" : "image/png";
}

void pictures_add(struct pictures *pictures, const struct chart *chart,
                  enum chart_format format, const char *name)
{
    if (pictures->count == PICTURES)
        return;
    if (pictures->all == NULL)
        pictures->all = mem_alloc(PICTURES * sizeof *pictures->all);
    struct picture *picture = &pictures->all[pictures->count++];
    struct buf alt = BUF_IN(picture->alt);
    *picture = (struct picture){.format = format, .bytes = BUF_INIT(CHART_JOB)};
    str_copy_to(picture->name, str_of(name));
    chart_alt(chart, &alt);
    chart_job(chart, format, &picture->bytes);
}

const struct picture *pictures_next(const struct pictures *pictures)
{
    return pictures->drawn < pictures->count ? &pictures->all[pictures->drawn]
                                             : NULL;
}

void pictures_drawn(struct pictures *pictures, int status, struct str output)
{
    assert(pictures->drawn < pictures->count);
    struct picture *picture = &pictures->all[pictures->drawn++];
    buf_clear(&picture->bytes);
    if (status == 0)
        buf_add(&picture->bytes, output);
    else
        log_warn("chart_not_drawn", LOG_TEXT("picture", picture->name),
                 LOG_STR("why", str_trim(output)));
}

bool pictures_are_whole(const struct pictures *pictures)
{
    for (int i = 0; i < pictures->count; i++)
        if (pictures->all[i].bytes.n == 0)
            return false;
    return true;
}

void pictures_release(struct pictures *pictures)
{
    for (int i = 0; i < pictures->count; i++)
        buf_release(&pictures->all[i].bytes);
    free(pictures->all);
    *pictures = (struct pictures){.all = NULL};
}
