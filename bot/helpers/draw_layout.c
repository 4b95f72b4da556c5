#include "bot/helpers/draw_page.h"

#include "bot/base/civil.h"

#include <math.h>

#define EDGE        14.0 /* free space around all */
#define HEAD_HEIGHT 46.0 /* title and what is measured */
#define MARK_HEIGHT 15.0
#define FOOT_HEIGHT 40.0 /* times and dates */
#define ROW_HEIGHT  14.0
#define HEADROOM    1.05 /* above the highest value */
#define NAMES_PART  0.28 /* of the width, at most, for the probes' names */
#define NAMES_LEAD  34.0 /* from the plot to a name */
#define LABEL_GAP   6.0
#define MARK_TEXT   150.0 /* px, at most */

static const struct text_style label = {.size = LABEL_SIZE};
static const struct text_style small = {.size = SMALL_SIZE};

double page_x(const struct page *page, int64_t ms)
{
    const struct draw_job *job = page->job;
    double part =
        (double)(ms - job->from_ms) / (double)(job->to_ms - job->from_ms);
    return page->left + part * (page->right - page->left);
}

double page_y(const struct page *page, double value)
{
    const struct value_axis *axis = &page->axis;
    double part = (value - axis->low) / (axis->high - axis->low);
    return page->bottom - part * (page->bottom - page->top);
}

static void scale_values(struct page *page)
{
    const struct draw_job *job = page->job;
    double low = INFINITY, high = -INFINITY;
    for (int i = 0; i < job->series_count; i++)
        for (size_t n = 0; n < job->series[i].count; n++) {
            const struct draw_sample *sample = &job->series[i].samples[n];
            page->samples++;
            page->failures += !sample->good;
            if (isnan(sample->value)) {
                page->has_row[i] |= !sample->good;
                continue;
            }
            page->values++;
            low = fmin(low, sample->value);
            high = fmax(high, sample->value);
        }
    if (!isnan(job->threshold)) {
        low = fmin(low, job->threshold);
        high = fmax(high, job->threshold);
    }
    page->has_axis = low <= high;
    page->axis = page->has_axis ? value_axis_for(fmin(low, 0) * HEADROOM,
                                                 fmax(high, 0) * HEADROOM)
                                : value_axis_for(0, 0);
}

static double widest_tick(struct page *page)
{
    struct buf text = BUF_INIT(200);
    double widest = 0;
    for (int i = 0; i <= page->axis.steps && page->has_axis; i++) {
        buf_clear(&text);
        value_axis_print(&page->axis, value_axis_tick(&page->axis, i), &text);
        widest = fmax(widest, text_width(page, label, buf_text(&text)));
    }
    buf_release(&text);
    return widest;
}

static double widest_name(struct page *page)
{
    double widest = 0;
    for (int i = 0; i < page->job->series_count; i++)
        widest =
            fmax(widest, text_width(page, label, page->job->series[i].name));
    return fmin(widest + NAMES_LEAD, page->job->width * NAMES_PART);
}

/* ---- marks ---- */

/* "declared 18:53", with the date on charts of days. */
static void write_mark(struct page *page, const struct draw_mark *mark,
                       struct mark_place *place)
{
    struct buf text = BUF_INIT(sizeof place->text - 1);
    int64_t span = page->job->to_ms - page->job->from_ms;
    text_fit(page, small, MARK_TEXT, mark->text, &text);
    if (span > MS_PER_DAY) {
        buf_add_char(&text, ' ');
        time_print(mark->at_ms, MS_PER_DAY, &text);
    }
    buf_add_char(&text, ' ');
    time_print(mark->at_ms,
               span < 10 * MS_PER_MINUTE ? MS_PER_SECOND : MS_PER_MINUTE,
               &text);
    str_copy_to(place->text, str_trim(buf_str(&text)));
    buf_release(&text);
}

/* Left to right; each goes below the labels that reach over it, so that no
 * line crosses one. */
static int row_under(const struct page *page, int count, double left,
                     double right)
{
    int row = 0;
    for (int i = 0; i < count; i++) {
        const struct mark_place *other = &page->marks[i];
        if (other->row < MARK_ROWS && other->left < right &&
            other->right > left && other->row >= row)
            row = other->row + 1;
    }
    return row;
}

static void place_marks(struct page *page)
{
    double edge = page->job->width - LABEL_GAP;
    for (int i = 0; i < page->job->mark_count; i++) {
        struct mark_place *place = &page->marks[i];
        write_mark(page, &page->job->marks[i], place);
        double width = text_width(page, small, place->text) + LABEL_GAP;
        place->x = page_x(page, page->job->marks[i].at_ms);
        place->left = fmin(place->x, edge - width);
        place->right = place->left + width;
        place->row = row_under(page, i, place->left, place->right);
        if (place->row < MARK_ROWS)
            page->mark_rows = place->row >= page->mark_rows ? place->row + 1
                                                            : page->mark_rows;
        else
            place->row = MARK_ROWS;
    }
}

void page_lay_out(struct page *page)
{
    const struct draw_job *job = page->job;
    scale_values(page);
    for (int i = 0; i < job->series_count; i++)
        page->rows += page->has_row[i];
    double widest = widest_tick(page);
    if (page->rows > 0)
        widest = fmax(widest, text_width(page, small, "no answer") + 4);
    page->left = round(EDGE + widest + LABEL_GAP);
    page->right =
        round(job->width -
              (job->series_count > 1 ? widest_name(page) : EDGE + LABEL_GAP));
    place_marks(page);
    page->row_height = ROW_HEIGHT;
    page->top = HEAD_HEIGHT + MARK_HEIGHT * page->mark_rows + LABEL_GAP;
    page->floor = job->height - FOOT_HEIGHT;
    page->rows_top = page->floor - page->rows * ROW_HEIGHT;
    page->bottom = page->rows_top - (page->rows > 0 ? LABEL_GAP : 0);
}
