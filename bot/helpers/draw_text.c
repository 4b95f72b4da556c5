#include "bot/helpers/draw_page.h"

#include "bot/base/utf8.h"

/* A box of paper behind a text; an outline of its letters would make an SVG
 * three times as long. */
#define HALO       2.0
#define HALO_ALPHA 0.85

void page_ink(struct page *page, unsigned rgb)
{
    cairo_set_source_rgb(page->cr, (rgb >> 16 & 255u) / 255.0,
                         (rgb >> 8 & 255u) / 255.0, (rgb & 255u) / 255.0);
}

void page_line(struct page *page, double x0, double y0, double x1, double y1)
{
    cairo_move_to(page->cr, x0, y0);
    cairo_line_to(page->cr, x1, y1);
    cairo_stroke(page->cr);
}

static void choose(struct page *page, struct text_style style)
{
    cairo_set_font_face(page->cr, style.is_bold ? page->bold : page->regular);
    cairo_set_font_size(page->cr, style.size);
}

double text_width(struct page *page, struct text_style style, const char *text)
{
    cairo_text_extents_t extents;
    choose(page, style);
    cairo_text_extents(page->cr, text, &extents);
    return extents.x_advance;
}

void text_draw(struct page *page, struct text_style style, double x, double y,
               const char *text)
{
    double width = text_width(page, style, text);
    x -= style.align * width;
    if (style.has_halo) {
        cairo_set_source_rgba(page->cr, 1, 1, 1, HALO_ALPHA);
        cairo_rectangle(page->cr, x - HALO, y - style.size + 1,
                        width + 2 * HALO, style.size + 2);
        cairo_fill(page->cr);
    }
    page_ink(page, style.ink);
    cairo_move_to(page->cr, x, y);
    cairo_show_text(page->cr, text);
}

void text_fit(struct page *page, struct text_style style, double width,
              const char *text, struct buf *out)
{
    size_t n = strlen(text);
    buf_clear(out);
    buf_add_text(out, text);
    while (n > 0 && text_width(page, style, buf_text(out)) > width) {
        n = utf8_cut_bytes(str_of(text), n - 1);
        buf_clear(out);
        buf_add(out, str_trim((struct str){text, n}));
        buf_add_text(out, "…");
    }
}
