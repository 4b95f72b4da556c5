#include "tests/bench/chart.h"

#define COLUMNS 3
#define WIDTH   400
#define ROW     20
#define HEAD    30 /* title of a panel */
#define TOP     40 /* caption of the picture */
#define NAME    100
#define BAR     170 /* longest bar; the value stands after it */

static int panel_height(int rows)
{
    return HEAD + rows * ROW + 18;
}

void chart_begin(FILE *out, int panels, int rows, const char *caption)
{
    int width = COLUMNS * WIDTH + 20;
    int height =
        TOP + (panels + COLUMNS - 1) / COLUMNS * panel_height(rows) + 10;
    (void)fprintf(out,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
                  "height=\"%d\" viewBox=\"0 0 %d %d\" font-family=\"DejaVu "
                  "Sans, sans-serif\" font-size=\"12\" fill=\"#222\">\n"
                  "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n"
                  "<text x=\"20\" y=\"26\" fill=\"#555\">%s</text>\n",
                  width, height, width, height, width, height, caption);
}

void chart_end(FILE *out)
{
    (void)fputs("</svg>\n", out);
}

static void begin_panel(FILE *out, int panel, int rows, const char *title)
{
    (void)fprintf(out,
                  "<g transform=\"translate(%d %d)\">\n"
                  "<text y=\"18\" font-weight=\"bold\">%s</text>\n",
                  20 + panel % COLUMNS * WIDTH,
                  TOP + panel / COLUMNS * panel_height(rows), title);
}

static double most_of(const struct chart_bar *bars, int count)
{
    double most = 0;
    for (int i = 0; i < count; i++)
        most = bars[i].most > most ? bars[i].most : most;
    return most > 0 ? most : 1;
}

void chart_bars(FILE *out, int panel, const char *title,
                const struct chart_bar *bars, int count, int decimals)
{
    double scale = BAR / most_of(bars, count);
    begin_panel(out, panel, count, title);
    for (int i = 0; i < count; i++) {
        const struct chart_bar *bar = &bars[i];
        double y = HEAD + i * ROW, middle = y + 7;
        (void)fprintf(
            out,
            "<text x=\"%d\" y=\"%g\" text-anchor=\"end\"%s>%s</text>\n"
            "<rect x=\"%d\" y=\"%g\" width=\"%.1f\" height=\"14\" "
            "fill=\"%s\"/>\n"
            "<path d=\"M%.1f %gH%.1f\" stroke=\"#222\"/>\n"
            "<text x=\"%.1f\" y=\"%g\">%.*f</text>\n",
            NAME - 6, y + 11, i == 0 ? " font-weight=\"bold\"" : "", bar->name,
            NAME, y, bar->value * scale, i == 0 ? "#1b6ac9" : "#c3cad3",
            NAME + bar->least * scale, middle, NAME + bar->most * scale,
            NAME + bar->most * scale + 6, y + 11, decimals, bar->value);
    }
    (void)fputs("</g>\n", out);
}

void chart_line(FILE *out, int panel, int rows, const char *title,
                const struct chart_bar *points, int count, int decimals)
{
    double most = most_of(points, count), height = (rows - 2) * ROW;
    double step = count > 1 ? (WIDTH - 100.0) / (count - 1) : 0;
    double base = HEAD + 16 + height;
    begin_panel(out, panel, rows, title);
    (void)fprintf(out, "<path d=\"M10 %gH%d\" stroke=\"#bbb\"/>\n", base,
                  WIDTH - 50);
    (void)fputs("<polyline fill=\"none\" stroke=\"#1b6ac9\" "
                "stroke-width=\"2\" points=\"",
                out);
    for (int i = 0; i < count; i++)
        (void)fprintf(out, "%.1f,%.1f ", 30 + i * step,
                      base - points[i].value / most * height);
    (void)fputs("\"/>\n", out);
    for (int i = 0; i < count; i++) {
        double x = 30 + i * step, y = base - points[i].value / most * height;
        (void)fprintf(out,
                      "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" "
                      "fill=\"#1b6ac9\"/>\n"
                      "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">"
                      "%.*f</text>\n"
                      "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" "
                      "fill=\"#555\">%s</text>\n",
                      x, y, x, y - 7, decimals, points[i].value, x, base + 16,
                      points[i].name);
    }
    (void)fputs("</g>\n", out);
}
