/*
 * The picture while it is drawn, the same for PNG and SVG. Lengths are CSS
 * pixels from the top left corner. Nothing is told by colour alone: probes
 * differ by dashes and carry their name, failed checks are crosses, the
 * incident is hatched and named. Black on white of its own, so that it reads
 * the same on Discord's dark and light ground.
 */
#ifndef BOT_HELPERS_DRAW_PAGE_H
#define BOT_HELPERS_DRAW_PAGE_H

#include "bot/helpers/draw.h"
#include "bot/helpers/draw_scale.h"

#include <cairo.h>

#define INK_TEXT        0x111827u
#define INK_SOFT        0x4b5563u /* secondary text */
#define INK_GRID        0xe5e7ebu
#define INK_FRAME       0x9ca3afu
#define INK_PAPER       0xffffffu
#define INK_THRESHOLD   0xb91c1cu
#define INK_FAILED      0xa3001bu
#define INK_SHADE       0xfef4e4u
#define INK_HATCH       0xf5d9a8u
#define INK_BORDER      0xa35a00u
#define INK_BORDER_TEXT 0x7c3f00u

#define LABEL_SIZE 12.0
#define SMALL_SIZE 11.0
#define HALF       0.5 /* a line of 1 px lies between two pixels' edges */

/* Marks stand above the plot in as many rows as it takes. */
#define MARK_ROWS 4
struct mark_place {
    double x;           /* of its line */
    double left, right; /* of its label */
    int row;            /* from the top; MARK_ROWS: it has no label */
    char text[400];
};

struct page {
    cairo_t *cr;
    const struct draw_job *job;
    cairo_font_face_t *regular, *bold;
    double left, right, top, bottom;    /* of the values */
    double rows_top, floor, row_height; /* of checks without a value */
    struct value_axis axis;
    bool has_axis; /* there is a value or threshold to scale it by */
    size_t samples, values, failures;
    bool has_row[DRAW_SERIES]; /* for checks without a value */
    int rows;
    struct mark_place marks[DRAW_MARKS];
    int mark_rows;
};

/* ---- ink and text: draw_text.c ---- */

struct text_style {
    double size;
    unsigned ink;
    double align; /* 0: x is its left end, 0.5: its middle, 1: its right end */
    bool is_bold, has_halo;
};

void page_ink(struct page *page, unsigned rgb);
void page_line(struct page *page, double x0, double y0, double x1, double y1);
double text_width(struct page *page, struct text_style style, const char *text);
/* y is the base line. */
void text_draw(struct page *page, struct text_style style, double x, double y,
               const char *text);
/* Replaces *out with it, cut with "…" until it fits. */
void text_fit(struct page *page, struct text_style style, double width,
              const char *text, struct buf *out);

/* ---- draw_layout.c ---- */

double page_x(const struct page *page, int64_t ms);
double page_y(const struct page *page, double value);
/* Fills in all but cr and the fonts, which it measures with. */
void page_lay_out(struct page *page);

/* ---- what is on it, in the order it is drawn ---- */

void draw_head(struct page *page);      /* draw_frame.c */
void draw_incident(struct page *page);  /* draw_frame.c */
void draw_axes(struct page *page);      /* draw_frame.c */
void draw_borders(struct page *page);   /* draw_frame.c: of the incident */
void draw_threshold(struct page *page); /* draw_frame.c */
void draw_marks(struct page *page);     /* draw_frame.c */
void draw_series(struct page *page);    /* draw_series.c */
/* Labels that may lie over lines come last. */
void draw_words(struct page *page); /* draw_frame.c */
/* A failed check. */
void draw_cross(struct page *page, double x, double y, unsigned ink);

#endif
