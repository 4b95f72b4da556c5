#include "bot/helpers/draw_page.h"

#include "bot/base/civil.h"

#include <math.h>

#define TITLE_Y     22.0
#define QUANTITY_Y  39.0
#define TITLE_SIZE  15.0
#define HATCH_STEP  8.0
#define TICK_ROOM   72.0 /* px for a time on the axis, at least */
#define DATE_ROOM   84.0 /* px: "13 Dec 2022" and some space */
#define TIME_EDGE   7.0
#define MARK_BASE   59.0 /* base line of the first row of labels */
#define MARK_HEIGHT 15.0
#define LEGEND      "failed check"

static const struct text_style soft = {.size = LABEL_SIZE, .ink = INK_SOFT};

static double snap(double at)
{
    return floor(at) + HALF;
}

/* ---- head ---- */

static double draw_legend(struct page *page)
{
    struct text_style style = soft;
    double x = page->job->width - 14;
    if (page->failures == 0)
        return x;
    style.align = 1;
    text_draw(page, style, x, QUANTITY_Y, LEGEND);
    x -= text_width(page, style, LEGEND) + 9;
    draw_cross(page, x, QUANTITY_Y - 4,
               page->job->series_count > 1 ? INK_TEXT : INK_FAILED);
    return x - 12;
}

/* "response time in ms, UTC" */
void draw_head(struct page *page)
{
    const struct draw_job *job = page->job;
    struct text_style title = {
        .size = TITLE_SIZE, .ink = INK_TEXT, .is_bold = true};
    struct buf raw = BUF_INIT(1000), text = BUF_INIT(1100);
    text_fit(page, title, job->width - 28, job->title, &text);
    text_draw(page, title, 14, TITLE_Y, buf_text(&text));
    buf_add_text(&raw, job->quantity);
    if (job->unit[0] != '\0')
        buf_addf(&raw, "%sin %s", raw.n > 0 ? " " : "", job->unit);
    text_fit(page, soft, draw_legend(page) - 14, buf_text(&raw), &text);
    text_draw(page, soft, 14, QUANTITY_Y, buf_text(&text));
    buf_release(&raw);
    buf_release(&text);
}

/* ---- the incident ---- */

static void hatch(struct page *page, double x0, double x1)
{
    double y0 = page->top, height = page->floor - page->top;
    cairo_save(page->cr);
    cairo_rectangle(page->cr, x0, y0, x1 - x0, height);
    page_ink(page, INK_SHADE);
    cairo_fill_preserve(page->cr);
    cairo_clip(page->cr);
    page_ink(page, INK_HATCH);
    cairo_set_line_width(page->cr, 1);
    int lines = (int)((x1 - x0 + height) / HATCH_STEP) + 1;
    for (int i = 0; i < lines; i++) {
        double x = x0 - height + i * HATCH_STEP;
        cairo_move_to(page->cr, x, y0 + height);
        cairo_line_to(page->cr, x + height, y0);
    }
    cairo_stroke(page->cr);
    cairo_restore(page->cr);
}

void draw_incident(struct page *page)
{
    const struct draw_job *job = page->job;
    if (!job->has_incident)
        return;
    double x0 = page_x(page, job->incident_from_ms);
    double x1 = fmax(page_x(page, job->incident_to_ms), x0 + 1);
    hatch(page, x0, x1);
}

void draw_borders(struct page *page)
{
    const struct draw_job *job = page->job;
    double x0 = page_x(page, job->incident_from_ms);
    double x1 = page_x(page, job->incident_to_ms);
    if (!job->has_incident)
        return;
    page_ink(page, INK_BORDER);
    cairo_set_line_width(page->cr, 1.5);
    if (job->incident_began)
        page_line(page, x0, page->top, x0, page->floor);
    if (job->incident_is_over)
        page_line(page, x1, page->top, x1, page->floor);
}

static void draw_incident_word(struct page *page)
{
    const struct draw_job *job = page->job;
    const char *word =
        job->incident_is_over ? "incident" : "incident, not over";
    struct text_style style = {.size = LABEL_SIZE,
                               .ink = INK_BORDER_TEXT,
                               .is_bold = true,
                               .has_halo = true};
    if (!job->has_incident)
        return;
    double x = page_x(page, job->incident_from_ms) + 5;
    if (x + text_width(page, style, word) > page->right) {
        x = page_x(page, job->incident_to_ms) - 5;
        style.align = 1;
    }
    text_draw(page, style, x, page->top + 14, word);
}

/* ---- axes ---- */

static void draw_values_axis(struct page *page)
{
    struct text_style style = soft;
    struct buf text = BUF_INIT(200);
    style.align = 1;
    cairo_set_line_width(page->cr, 1);
    for (int i = 0; i <= page->axis.steps && page->has_axis; i++) {
        double value = value_axis_tick(&page->axis, i);
        double y = snap(page_y(page, value));
        page_ink(page, value == 0 ? INK_FRAME : INK_GRID);
        page_line(page, page->left, y, page->right, y);
        buf_clear(&text);
        value_axis_print(&page->axis, value, &text);
        text_draw(page, style, page->left - 6, y + 4, buf_text(&text));
    }
    buf_release(&text);
}

static void draw_rows(struct page *page)
{
    struct text_style style = {.size = SMALL_SIZE, .ink = INK_SOFT, .align = 1};
    if (page->rows == 0)
        return;
    page_ink(page, INK_GRID);
    for (int i = 1; i < page->rows; i++) {
        double y = snap(page->rows_top + i * page->row_height);
        page_line(page, page->left, y, page->right, y);
    }
    text_draw(page, style, page->left - 10, page->rows_top + 11, "no answer");
}

/* Centred at x, but on the page. Returns its right end. */
static double draw_time(struct page *page, double x, double y,
                        const struct buf *text)
{
    struct text_style style = soft;
    double half = text_width(page, style, buf_text(text)) / 2;
    x = fmax(fmin(x, page->job->width - TIME_EDGE - half), TIME_EDGE + half);
    style.align = 0.5;
    text_draw(page, style, x, y, buf_text(text));
    return x + half;
}

/* Below the time: the date, or the year below a date. */
static void print_under(int64_t at, int64_t step, struct buf *out)
{
    buf_clear(out);
    if (step >= MS_PER_DAY)
        buf_addf(out, "%d", civil_of(at).year);
    else
        date_print(at, out);
}

/* The date is said at the first tick and wherever it changes. */
static void draw_times(struct page *page)
{
    const struct draw_job *job = page->job;
    struct text_style style = soft;
    struct buf text = BUF_INIT(200), said = BUF_INIT(200);
    int most = (int)((page->right - page->left) / TICK_ROOM);
    int64_t step = time_step(job->to_ms - job->from_ms, most);
    double free_from = -DATE_ROOM;
    int64_t at = (job->from_ms + step - 1) / step * step;
    for (; at <= job->to_ms; at += step) {
        double x = page_x(page, at);
        page_ink(page, INK_FRAME);
        cairo_set_line_width(page->cr, 1);
        page_line(page, snap(x), page->floor, snap(x), page->floor + 4);
        buf_clear(&text);
        time_print(at, step, &text);
        (void)draw_time(page, x, page->floor + 18, &text);
        print_under(at, step, &text);
        if (str_eq(buf_str(&text), buf_str(&said)) ||
            x - DATE_ROOM / 2 < free_from || x > job->width - DATE_ROOM)
            continue;
        free_from = draw_time(page, x, page->floor + 33, &text);
        buf_clear(&said);
        buf_add(&said, buf_str(&text));
    }
    buf_release(&text);
    buf_release(&said);
    style.align = 1;
    text_draw(page, style, job->width - 14, page->floor + 33, "UTC");
}

void draw_axes(struct page *page)
{
    draw_values_axis(page);
    draw_rows(page);
    page_ink(page, INK_FRAME);
    cairo_set_line_width(page->cr, 1);
    page_line(page, page->left, snap(page->floor), page->right,
              snap(page->floor));
    page_line(page, snap(page->left), page->top, snap(page->left), page->floor);
    draw_times(page);
}

/* ---- threshold ---- */

void draw_threshold(struct page *page)
{
    static const double dashes[] = {6, 4};
    if (isnan(page->job->threshold))
        return;
    double y = snap(page_y(page, page->job->threshold));
    page_ink(page, INK_THRESHOLD);
    cairo_set_line_width(page->cr, 1.25);
    cairo_set_dash(page->cr, dashes, 2, 0);
    page_line(page, page->left, y, page->right, y);
    cairo_set_dash(page->cr, NULL, 0, 0);
}

/* "limit 2,000 ms", at the side where the incident's word is not. */
static void draw_threshold_word(struct page *page)
{
    const struct draw_job *job = page->job;
    struct text_style style = {
        .size = LABEL_SIZE, .ink = INK_THRESHOLD, .has_halo = true};
    struct buf raw = BUF_INIT(1000), text = BUF_INIT(1100);
    if (isnan(job->threshold))
        return;
    double y = page_y(page, job->threshold);
    double middle = (page->left + page->right) / 2;
    bool at_left =
        job->has_incident && page_x(page, job->incident_from_ms) > middle;
    buf_add_text(&raw, job->threshold_label);
    if (raw.n > 0)
        buf_add_char(&raw, ' ');
    value_print(job->threshold, &raw);
    if (job->unit[0] != '\0')
        buf_addf(&raw, " %s", job->unit);
    style.align = at_left ? 0 : 1;
    text_fit(page, style, (page->right - page->left) / 2, buf_text(&raw),
             &text);
    text_draw(page, style, at_left ? page->left + 6 : page->right - 4,
              y - page->top < 18 ? y + 14 : y - 5, buf_text(&text));
    buf_release(&raw);
    buf_release(&text);
}

/* ---- marks ---- */

static double mark_y(const struct mark_place *place)
{
    return MARK_BASE + MARK_HEIGHT * place->row;
}

void draw_marks(struct page *page)
{
    page_ink(page, INK_SOFT);
    cairo_set_line_width(page->cr, 1);
    for (int i = 0; i < page->job->mark_count; i++) {
        const struct mark_place *place = &page->marks[i];
        double top = place->row < MARK_ROWS ? mark_y(place) - 9 : page->top;
        page_line(page, snap(place->x), top, snap(place->x), page->floor);
    }
}

static void draw_mark_words(struct page *page)
{
    struct text_style style = {
        .size = SMALL_SIZE, .ink = INK_TEXT, .has_halo = true};
    for (int i = 0; i < page->job->mark_count; i++) {
        const struct mark_place *place = &page->marks[i];
        if (place->row < MARK_ROWS)
            text_draw(page, style, place->left + 4, mark_y(place), place->text);
    }
}

/* ---- */

static void draw_lack(struct page *page)
{
    struct text_style style = {
        .size = TITLE_SIZE, .ink = INK_SOFT, .align = 0.5, .has_halo = true};
    if (page->values == 0)
        text_draw(page, style, (page->left + page->right) / 2,
                  (page->top + page->bottom) / 2,
                  page->samples == 0 ? "no samples" : "no values");
}

void draw_words(struct page *page)
{
    draw_incident_word(page);
    draw_threshold_word(page);
    draw_mark_words(page);
    draw_lack(page);
}
