#include "bot/helpers/draw_page.h"

#include "bot/base/mem.h"

#include <math.h>

#define USUAL_GAP   3 /* times the usual distance */
#define NEIGHBOURS  5 /* distances to either side that say what is usual */
#define LINE_WIDTH  1.75
#define DOT_RADIUS  2.5
#define CROSS_ARM   3.5
#define CROSS_APART 8.0 /* px: nearer crosses are one */
#define NAME_HEIGHT 15.0
#define NAME_LEAD   6.0
#define NAME_SAMPLE 22.0 /* a piece of the line, before its name */

/* Dark enough for text; also apart for eyes that see no red or green. */
static const struct line_style {
    double dashes[4];
    int dash_count;
    unsigned ink;
} lines[DRAW_SERIES] = {
    {{0}, 0, 0x0b5394},
    {{7, 3}, 2, 0xb4450b},
    {{2, 2.5}, 2, 0x12734a},
    {{9, 3, 2, 3}, 4, 0x7b2d8b},
};

/* ---- lines ---- */

/* A column of pixels: of all samples in it these make the same line. */
struct column {
    long at; /* px */
    size_t count;
    const struct draw_sample *first, *lowest, *highest, *last;
};

static void point(struct page *page, const struct draw_sample *sample)
{
    cairo_line_to(page->cr, page_x(page, sample->at_ms),
                  page_y(page, sample->value));
}

static void end_column(struct page *page, struct column *column)
{
    if (column->count == 0)
        return;
    bool falls = column->highest < column->lowest;
    const struct draw_sample *points[] = {
        column->first, falls ? column->highest : column->lowest,
        falls ? column->lowest : column->highest, column->last};
    for (int i = 0; i < 4; i++)
        if (i == 0 || points[i] != points[i - 1])
            point(page, points[i]);
    column->count = 0;
}

static void add_sample(struct page *page, struct column *column,
                       const struct draw_sample *sample)
{
    int finer = page->job->is_svg ? 1 : page->job->scale;
    long at = lround(floor(page_x(page, sample->at_ms) * finer));
    if (column->count > 0 && column->at != at)
        end_column(page, column);
    if (column->count++ == 0)
        *column = (struct column){at, 1, sample, sample, sample, sample};
    if (sample->value < column->lowest->value)
        column->lowest = sample;
    if (sample->value > column->highest->value)
        column->highest = sample;
    column->last = sample;
}

static void dash(struct page *page, int i)
{
    cairo_set_dash(page->cr, lines[i].dashes, lines[i].dash_count, 0);
}

/* One with nothing near to join it to is a dot. */
static void end_line(struct page *page, struct column *column, int i,
                     const struct draw_sample *lone)
{
    end_column(page, column);
    page_ink(page, lines[i].ink);
    if (lone == NULL) {
        cairo_stroke(page->cr);
        return;
    }
    cairo_new_path(page->cr);
    cairo_arc(page->cr, page_x(page, lone->at_ms), page_y(page, lone->value),
              DOT_RADIUS, 0, 2 * 3.14159265358979);
    cairo_fill(page->cr);
}

static int by_size(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* The median distance of samples from..to, 0 if there are no two. */
static int64_t usual_distance(const struct draw_series *series, size_t from,
                              size_t to)
{
    int64_t distances[NEIGHBOURS];
    size_t count = 0;
    for (size_t n = from + 1; n <= to; n++)
        distances[count++] =
            series->samples[n].at_ms - series->samples[n - 1].at_ms;
    qsort(distances, count, sizeof *distances, by_size);
    return count == 0 ? 0 : distances[count / 2];
}

/* Between a sample and the one before it there is a silence. How often is
 * checked changes: somebody watches closely, and of old samples means are kept.
 */
static bool is_apart(const struct draw_series *series, size_t n)
{
    const struct draw_sample *sample = &series->samples[n];
    int64_t gap_ms = series->gap_ms;
    if (gap_ms == 0) {
        size_t first = n - 1 < NEIGHBOURS ? 0 : n - 1 - NEIGHBOURS;
        size_t last = series->count - 1 - n < NEIGHBOURS ? series->count - 1
                                                         : n + NEIGHBOURS;
        int64_t before = usual_distance(series, first, n - 1);
        int64_t after = usual_distance(series, n, last);
        gap_ms = USUAL_GAP * (before > after ? before : after);
    }
    return gap_ms > 0 && sample->at_ms - sample[-1].at_ms > gap_ms;
}

static void draw_line(struct page *page, int i)
{
    const struct draw_series *series = &page->job->series[i];
    const struct draw_sample *last = NULL, *sample = series->samples;
    struct column column = {0};
    size_t joined = 0;
    cairo_set_line_width(page->cr, LINE_WIDTH);
    cairo_set_line_join(page->cr, CAIRO_LINE_JOIN_ROUND);
    dash(page, i);
    cairo_new_path(page->cr);
    for (size_t n = 0; n < series->count; n++, sample++) {
        bool breaks =
            isnan(sample->value) || (last != NULL && is_apart(series, n));
        if (breaks && joined > 0) {
            end_line(page, &column, i, joined == 1 ? last : NULL);
            joined = 0;
        }
        last = NULL;
        if (!isnan(sample->value)) {
            add_sample(page, &column, sample);
            last = sample;
            joined++;
        }
    }
    if (joined > 0)
        end_line(page, &column, i, joined == 1 ? last : NULL);
    cairo_set_dash(page->cr, NULL, 0, 0);
}

/* ---- failed checks ---- */

static void cross_path(struct page *page, double x, double y)
{
    cairo_move_to(page->cr, x - CROSS_ARM, y - CROSS_ARM);
    cairo_line_to(page->cr, x + CROSS_ARM, y + CROSS_ARM);
    cairo_move_to(page->cr, x - CROSS_ARM, y + CROSS_ARM);
    cairo_line_to(page->cr, x + CROSS_ARM, y - CROSS_ARM);
}

void draw_cross(struct page *page, double x, double y, unsigned ink)
{
    cairo_set_line_cap(page->cr, CAIRO_LINE_CAP_ROUND);
    cross_path(page, x, y);
    page_ink(page, INK_PAPER);
    cairo_set_line_width(page->cr, 4);
    cairo_stroke(page->cr);
    cross_path(page, x, y);
    page_ink(page, ink);
    cairo_set_line_width(page->cr, 1.75);
    cairo_stroke(page->cr);
    cairo_set_line_cap(page->cr, CAIRO_LINE_CAP_BUTT);
}

/* In rows of the page below the values, one for each probe that needs it. */
static double row_y(const struct page *page, int series)
{
    double y = page->rows_top + page->row_height / 2;
    for (int i = 0; i < series; i++)
        y += page->has_row[i] ? page->row_height : 0;
    return y;
}

/* Of those that would lie on one another only the first is drawn. */
static void draw_crosses(struct page *page, int i)
{
    const struct draw_series *series = &page->job->series[i];
    size_t bands = (size_t)(page->job->height / CROSS_APART) + 1;
    double *last = mem_alloc(bands * sizeof *last);
    unsigned ink = page->job->series_count > 1 ? lines[i].ink : INK_FAILED;
    for (size_t n = 0; n < series->count; n++) {
        const struct draw_sample *sample = &series->samples[n];
        if (sample->good)
            continue;
        double x = page_x(page, sample->at_ms);
        double y =
            isnan(sample->value) ? row_y(page, i) : page_y(page, sample->value);
        size_t band = (size_t)(y / CROSS_APART);
        if (last[band] != 0 && x - last[band] < CROSS_APART)
            continue;
        draw_cross(page, x, y, ink);
        last[band] = x;
    }
    free(last);
}

/* ---- names at the lines' ends ---- */

struct name_place {
    int series;
    const struct draw_sample *end; /* NULL: it has no line */
    double y;
};

static const struct draw_sample *end_of(const struct draw_series *series)
{
    for (size_t n = series->count; n > 0; n--)
        if (!isnan(series->samples[n - 1].value))
            return &series->samples[n - 1];
    return NULL;
}

static int by_height(const void *a, const void *b)
{
    const struct name_place *x = a, *y = b;
    if (x->y != y->y)
        return x->y < y->y ? -1 : 1;
    return x->series - y->series;
}

/* Apart, in order, within the plot. */
static void spread(struct page *page, struct name_place *places, int count)
{
    qsort(places, (size_t)count, sizeof *places, by_height);
    for (int i = 1; i < count; i++)
        places[i].y = fmax(places[i].y, places[i - 1].y + NAME_HEIGHT);
    double lowest = page->floor - NAME_HEIGHT / 2;
    for (int i = count - 1; i >= 0; i--) {
        places[i].y = fmin(places[i].y, lowest);
        lowest = places[i].y - NAME_HEIGHT;
    }
}

static void draw_name(struct page *page, const struct name_place *place)
{
    const struct draw_series *series = &page->job->series[place->series];
    struct text_style style = {.size = LABEL_SIZE,
                               .ink = lines[place->series].ink};
    static const double dots[] = {1, 2.5};
    struct buf raw = BUF_INIT(600), text = BUF_INIT(700);
    double x = page->right + NAME_LEAD;
    if (place->end != NULL) {
        cairo_set_line_width(page->cr, 1);
        cairo_set_dash(page->cr, dots, 2, 0);
        page_ink(page, INK_SOFT);
        page_line(page, page_x(page, place->end->at_ms),
                  page_y(page, place->end->value), x, place->y);
    }
    page_ink(page, style.ink);
    cairo_set_line_width(page->cr, LINE_WIDTH);
    dash(page, place->series);
    page_line(page, x, place->y, x + NAME_SAMPLE, place->y);
    cairo_set_dash(page->cr, NULL, 0, 0);
    x += NAME_SAMPLE + 4;
    if (series->count == 0)
        buf_add_text(&raw, "no samples: ");
    buf_add_text(&raw, series->name);
    text_fit(page, style, page->job->width - 4 - x, buf_text(&raw), &text);
    text_draw(page, style, x, place->y + 4, buf_text(&text));
    buf_release(&raw);
    buf_release(&text);
}

static void draw_names(struct page *page)
{
    struct name_place places[DRAW_SERIES];
    int count = page->job->series_count;
    for (int i = 0; i < count; i++) {
        const struct draw_sample *end = end_of(&page->job->series[i]);
        places[i] = (struct name_place){
            i, end, end == NULL ? row_y(page, i) : page_y(page, end->value)};
    }
    spread(page, places, count);
    for (int i = 0; i < count; i++)
        draw_name(page, &places[i]);
}

void draw_series(struct page *page)
{
    int count = page->job->series_count;
    for (int i = 0; i < count; i++)
        draw_line(page, i);
    for (int i = 0; i < count; i++)
        draw_crosses(page, i);
    if (count > 1)
        draw_names(page);
}
