#include "bot/helpers/draw_page.h"

#include <cairo-svg.h>
#include <fontconfig/fontconfig.h>

#ifndef FONT_FOLDER
#define FONT_FOLDER "/usr/share/fonts/truetype/dejavu"
#endif
#define FONT_FAMILY "DejaVu Sans"

/* fontconfig gets these two files and nothing else: left alone it would read
 * settings, want a home and a cache, and choose another font elsewhere. */
static enum err load_fonts(struct buf *why)
{
    static const char *const paths[] = {
        FONT_FOLDER "/DejaVuSans.ttf",
        FONT_FOLDER "/DejaVuSans-Bold.ttf",
    };
    FcConfig *config = FcConfigCreate();
    enum err err = ERR_OK;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        if (err == ERR_OK &&
            !FcConfigAppFontAddFile(config, (const FcChar8 *)paths[i])) {
            buf_addf(why,
                     "the font %s cannot be read: install the package "
                     "fonts-dejavu-core",
                     paths[i]);
            err = ERR_IO;
        }
    if (err == ERR_OK && !FcConfigSetCurrent(config)) {
        buf_add_text(why, "the fonts cannot be used");
        err = ERR_IO;
    }
    FcConfigDestroy(config); /* the current one is held */
    return err;
}

/* cairo keeps what it made of a font until it is told to forget all. */
static void release_fonts(void)
{
    cairo_debug_reset_static_data();
    FcFini();
}

static cairo_font_face_t *face(cairo_font_weight_t weight)
{
    return cairo_toy_font_face_create(FONT_FAMILY, CAIRO_FONT_SLANT_NORMAL,
                                      weight);
}

static cairo_status_t add(void *context, const unsigned char *bytes, unsigned n)
{
    struct buf *out = context;
    buf_add_bytes(out, bytes, n);
    return out->overflow ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

/* ---- what the SVG says of itself ---- */

static void add_escaped(struct buf *out, const char *text)
{
    for (; *text != '\0'; text++)
        if (*text == '<' || *text == '>' || *text == '&' || *text == '"')
            buf_addf(out, "&#%d;", *text);
        else
            buf_add_char(out, *text);
}

/* cairo can only draw; the words for those who cannot see go right behind its
 * root element's start tag, as the SVG specification wants. */
static void add_words(const struct draw_job *job, struct str svg,
                      struct buf *out)
{
    static const char root[] = "<svg ";
    const char *start = str_find(svg, STR(root));
    const char *end = start == NULL
                          ? NULL
                          : memchr(start, '>', svg.n - (size_t)(start - svg.s));
    if (end == NULL)
        return;
    start += strlen(root);
    end++;
    buf_add_bytes(out, svg.s, (size_t)(start - svg.s));
    buf_add_text(out, "role=\"img\" aria-labelledby=\"title desc\" ");
    buf_add_bytes(out, start, (size_t)(end - start));
    buf_add_text(out, "\n<title id=\"title\">");
    add_escaped(out, job->title);
    buf_add_text(out, "</title>\n<desc id=\"desc\">");
    add_escaped(out, job->alt);
    buf_add_text(out, "</desc>");
    buf_add(out, str_from(svg, (size_t)(end - svg.s)));
}

/* ---- */

static void draw_page(cairo_t *cr, const struct draw_job *job)
{
    struct page page = {
        .cr = cr,
        .job = job,
        .regular = face(CAIRO_FONT_WEIGHT_NORMAL),
        .bold = face(CAIRO_FONT_WEIGHT_BOLD),
    };
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_set_font_options(cr, options);
    cairo_font_options_destroy(options);
    page_ink(&page, INK_PAPER);
    cairo_paint(cr);
    page_ink(&page, INK_FRAME);
    cairo_set_line_width(cr, 1);
    cairo_rectangle(cr, HALF, HALF, job->width - 1, job->height - 1);
    cairo_stroke(cr);
    page_lay_out(&page);
    draw_head(&page);
    draw_incident(&page);
    draw_axes(&page);
    draw_borders(&page);
    draw_threshold(&page);
    draw_marks(&page);
    draw_series(&page);
    draw_words(&page);
    cairo_font_face_destroy(page.regular);
    cairo_font_face_destroy(page.bold);
}

static cairo_status_t draw_svg(const struct draw_job *job, struct buf *out)
{
    struct buf svg = BUF_INIT(out->limit);
    cairo_surface_t *surface =
        cairo_svg_surface_create_for_stream(add, &svg, job->width, job->height);
    cairo_svg_surface_set_document_unit(surface, CAIRO_SVG_UNIT_PX);
    cairo_t *cr = cairo_create(surface);
    draw_page(cr, job);
    cairo_status_t status = cairo_status(cr);
    cairo_destroy(cr);
    cairo_surface_finish(surface);
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    add_words(job, buf_str(&svg), out);
    buf_release(&svg);
    return status;
}

static cairo_status_t draw_png(const struct draw_job *job, struct buf *out)
{
    cairo_surface_t *surface = cairo_image_surface_create(
        CAIRO_FORMAT_RGB24, job->width * job->scale, job->height * job->scale);
    cairo_t *cr = cairo_create(surface);
    cairo_scale(cr, job->scale, job->scale);
    draw_page(cr, job);
    cairo_status_t status = cairo_status(cr);
    cairo_destroy(cr);
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_write_to_png_stream(surface, add, out);
    cairo_surface_destroy(surface);
    return status;
}

enum err draw_picture(const struct draw_job *job, struct buf *out,
                      struct buf *why)
{
    enum err err = load_fonts(why);
    if (err == ERR_OK) {
        cairo_status_t status =
            job->is_svg ? draw_svg(job, out) : draw_png(job, out);
        if (status != CAIRO_STATUS_SUCCESS || out->overflow || out->n == 0) {
            buf_addf(why, "the picture cannot be drawn: %s",
                     cairo_status_to_string(status));
            err = ERR_IO;
        }
    }
    release_fonts();
    return err;
}
