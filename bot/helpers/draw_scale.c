#include "bot/helpers/draw_scale.h"

#include "bot/base/civil.h"

#include <math.h>

#define STEPS_MOST  5
#define STEPS_LEAST 3

/* ---- values ---- */

struct value_axis value_axis_for(double low, double high)
{
    static const double heads[] = {1, 2, 5};
    struct value_axis axis = {0, 1, 0.5, 2};
    low = fmin(low, 0);
    high = fmax(high, 0);
    if (low == high)
        return axis;
    /* One step of this power, or of the next, always holds both ends. */
    int power = (int)floor(log10((high - low) / STEPS_MOST));
    for (int i = 0; i < 9; i++) {
        int next = power + i / 3;
        double step = heads[i % 3] * pow(10, next);
        double below = ceil(-low / step), above = ceil(high / step);
        int steps = (int)(below + above);
        bool is_few = steps < STEPS_LEAST && i > 0; /* the last had 6 */
        if (!is_few)
            axis =
                (struct value_axis){-below * step, above * step, step, steps};
        if (steps <= STEPS_MOST)
            break;
    }
    return axis;
}

double value_axis_tick(const struct value_axis *axis, int i)
{
    double tick = axis->low + i * axis->step;
    return fabs(tick) < axis->step / 2 ? 0 : tick; /* never "-0" */
}

static void add_grouped(struct buf *out, double value, int decimals)
{
    char digits[64];
    (void)snprintf(digits, sizeof digits, "%.*f", decimals, fabs(value));
    size_t whole = strcspn(digits, ".");
    if (value < 0)
        buf_add_char(out, '-');
    for (size_t i = 0; i < whole; i++) {
        if (i > 0 && (whole - i) % 3 == 0)
            buf_add_char(out, ',');
        buf_add_char(out, digits[i]);
    }
    buf_add_text(out, digits + whole);
}

/* Large numbers in M, G, T; *scale is what one of them is. */
static const char *suffix_of(double size, double *scale)
{
    static const struct {
        double scale;
        const char *suffix;
    } all[] = {{1e12, "T"}, {1e9, "G"}, {1e6, "M"}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (size >= all[i].scale) {
            *scale = all[i].scale;
            return all[i].suffix;
        }
    *scale = 1;
    return "";
}

static bool is_plain(double size)
{
    return size < 1e15 && size >= 1e-6;
}

void value_axis_print(const struct value_axis *axis, double value,
                      struct buf *out)
{
    double scale, most = fmax(fabs(axis->low), fabs(axis->high));
    if (value == 0) {
        buf_add_char(out, '0');
        return;
    }
    if (!is_plain(most)) {
        buf_addf(out, "%.1g", value);
        return;
    }
    const char *suffix = suffix_of(most, &scale);
    int decimals = -(int)floor(log10(axis->step / scale) + 1e-9);
    add_grouped(out, value / scale, decimals < 0 ? 0 : decimals);
    buf_add_text(out, suffix);
}

void value_print(double value, struct buf *out)
{
    double scale, size = fabs(value);
    if (size != 0 && !is_plain(size)) {
        buf_addf(out, "%.6g", value);
        return;
    }
    const char *suffix = suffix_of(size, &scale);
    int decimals = size == 0 ? 0 : 5 - (int)floor(log10(size / scale));
    size_t start = out->n;
    add_grouped(out, value / scale, decimals < 0 ? 0 : decimals);
    if (decimals > 0)
        while (out->n > start && out->s[out->n - 1] == '0')
            buf_cut(out, out->n - 1);
    if (out->n > start && out->s[out->n - 1] == '.')
        buf_cut(out, out->n - 1);
    buf_add_text(out, suffix);
}

/* ---- time ---- */

int64_t time_step(int64_t span_ms, int most)
{
    static const int64_t steps[] = {
        MS_PER_SECOND,      2 * MS_PER_SECOND,  5 * MS_PER_SECOND,
        10 * MS_PER_SECOND, 15 * MS_PER_SECOND, 30 * MS_PER_SECOND,
        MS_PER_MINUTE,      2 * MS_PER_MINUTE,  5 * MS_PER_MINUTE,
        10 * MS_PER_MINUTE, 15 * MS_PER_MINUTE, 30 * MS_PER_MINUTE,
        MS_PER_HOUR,        2 * MS_PER_HOUR,    3 * MS_PER_HOUR,
        6 * MS_PER_HOUR,    12 * MS_PER_HOUR,   MS_PER_DAY,
        2 * MS_PER_DAY,     7 * MS_PER_DAY,     14 * MS_PER_DAY,
    };
    size_t count = sizeof steps / sizeof steps[0];
    for (size_t i = 0; i < count; i++)
        if (span_ms / steps[i] < most)
            return steps[i];
    int64_t step = steps[count - 1];
    while (span_ms / step >= most)
        step *= 2;
    return step;
}

static const char *month(int number)
{
    static const char names[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    return names[number - 1];
}

void time_print(int64_t ms, int64_t step_ms, struct buf *out)
{
    struct civil c = civil_of(ms);
    if (step_ms >= MS_PER_DAY)
        buf_addf(out, "%d %s", c.day, month(c.month));
    else if (step_ms >= MS_PER_MINUTE)
        buf_addf(out, "%02d:%02d", c.hour, c.minute);
    else
        buf_addf(out, "%02d:%02d:%02d", c.hour, c.minute, c.second);
}

void date_print(int64_t ms, struct buf *out)
{
    struct civil c = civil_of(ms);
    buf_addf(out, "%d %s %d", c.day, month(c.month), c.year);
}
