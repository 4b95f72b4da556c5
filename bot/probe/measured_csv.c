#include "bot/probe/measured.h"

#include "bot/base/civil.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char header[] =
    "probe,time,value,good,threshold,bad,quantity,unit\n";

/* ---- printing ---- */

static void add_text(struct buf *out, const char *text)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        buf_add_text(out, text);
        return;
    }
    buf_add_char(out, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"')
            buf_add_char(out, '"');
        buf_add_char(out, *text);
    }
    buf_add_char(out, '"');
}

static void add_number(struct buf *out, double number)
{
    if (isfinite(number))
        buf_addf(out, "%.10g", number);
}

/* The end of its rows, the same for all of them. */
static void add_limit(struct buf *out, const struct measured_probe *probe)
{
    buf_add_char(out, ',');
    add_number(out, probe->threshold);
    buf_add_text(out, isnan(probe->threshold) ? ","
                      : probe->below_is_bad   ? ",below"
                                              : ",above");
    buf_add_char(out, ',');
    add_text(out, probe->quantity);
    buf_add_char(out, ',');
    add_text(out, probe->unit);
    buf_add_char(out, '\n');
}

void measured_print(const struct measured *measured, struct buf *out)
{
    buf_add_text(out, header);
    for (int i = 0; i < measured->count; i++) {
        const struct measured_probe *probe = &measured->all[i];
        for (size_t n = 0; n < probe->count; n++) {
            char time[CIVIL_ISO_BYTES];
            civil_iso(probe->samples[n].at_ms, time);
            add_text(out, probe->name);
            buf_addf(out, ",%s,", time);
            add_number(out, probe->samples[n].value);
            buf_add_text(out, probe->samples[n].good ? ",true" : ",false");
            add_limit(out, probe);
        }
    }
}

/* ---- reading ---- */

enum {
    COLUMN_PROBE,
    COLUMN_TIME,
    COLUMN_VALUE,
    COLUMN_GOOD,
    COLUMN_THRESHOLD,
    COLUMN_BAD,
    COLUMN_QUANTITY,
    COLUMN_UNIT,
    COLUMNS
};
#define CELL_BYTES 100

/* Up to the comma or the line's end, which is taken too. */
static bool read_cell(struct str *rest, char end, char out[static CELL_BYTES])
{
    struct buf cell = {.s = out, .room = CELL_BYTES, .limit = CELL_BYTES - 1};
    bool is_quoted = str_starts(*rest, "\"");
    out[0] = '\0';
    *rest = str_from(*rest, is_quoted);
    while (rest->n > 0) {
        char c = rest->s[0];
        *rest = str_from(*rest, 1);
        if (is_quoted && c == '"' && !str_starts(*rest, "\"")) {
            is_quoted = false;
            continue;
        }
        if (!is_quoted && (c == ',' || c == '\n'))
            return c == end && !cell.overflow;
        if (is_quoted && c == '"')
            *rest = str_from(*rest, 1);
        buf_add_char(&cell, c);
    }
    return false;
}

static bool read_number(const char *text, double *out)
{
    char *end;
    *out = NAN;
    if (text[0] == '\0')
        return true;
    *out = strtod(text, &end);
    return *end == '\0' && isfinite(*out);
}

static int digits(const char *text, int count)
{
    int number = 0;
    for (int i = 0; i < count; i++)
        number = number * 10 + (text[i] - '0');
    return number;
}

/* Exactly as civil_iso prints it. */
static bool read_time(const char *text, int64_t *out)
{
    static const char form[] = "0000-00-00T00:00:00.000Z";
    if (strlen(text) != sizeof form - 1)
        return false;
    for (size_t i = 0; form[i] != '\0'; i++)
        if (form[i] == '0' ? text[i] < '0' || text[i] > '9'
                           : text[i] != form[i])
            return false;
    const struct civil civil = {.year = digits(text, 4),
                                .month = digits(text + 5, 2),
                                .day = digits(text + 8, 2),
                                .hour = digits(text + 11, 2),
                                .minute = digits(text + 14, 2),
                                .second = digits(text + 17, 2),
                                .ms = digits(text + 20, 3)};
    if (!civil_date_valid(civil.year, civil.month, civil.day) ||
        civil.hour > 23 || civil.minute > 59 || civil.second > 59)
        return false;
    *out = civil_to_ms(civil);
    return true;
}

/* The rows of a probe follow each other. */
static struct measured_probe *probe_of(struct measured *measured,
                                       char cells[COLUMNS][CELL_BYTES])
{
    int count = measured->count;
    if (count > 0 &&
        strcmp(measured->all[count - 1].name, cells[COLUMN_PROBE]) == 0)
        return &measured->all[count - 1];
    if (count == MEASURED_PROBES)
        return NULL;
    struct measured_probe *probe = &measured->all[measured->count++];
    *probe = (struct measured_probe){
        .below_is_bad = strcmp(cells[COLUMN_BAD], "below") == 0};
    str_copy_to(probe->name, str_of(cells[COLUMN_PROBE]));
    str_copy_to(probe->quantity, str_of(cells[COLUMN_QUANTITY]));
    str_copy_to(probe->unit, str_of(cells[COLUMN_UNIT]));
    return read_number(cells[COLUMN_THRESHOLD], &probe->threshold) ? probe
                                                                   : NULL;
}

static bool read_row(struct str *rest, struct measured *out)
{
    char cells[COLUMNS][CELL_BYTES];
    struct chart_sample sample;
    for (int i = 0; i < COLUMNS; i++)
        if (!read_cell(rest, i + 1 == COLUMNS ? '\n' : ',', cells[i]))
            return false;
    struct measured_probe *probe = probe_of(out, cells);
    if (probe == NULL || !read_time(cells[COLUMN_TIME], &sample.at_ms) ||
        !read_number(cells[COLUMN_VALUE], &sample.value))
        return false;
    sample.good = strcmp(cells[COLUMN_GOOD], "true") == 0;
    return measured_keep(probe, &sample);
}

enum err measured_read(struct str csv, struct measured *out)
{
    struct measured measured = {.count = 0};
    bool ok = str_starts(csv, header);
    csv = str_from(csv, ok ? sizeof header - 1 : 0);
    while (ok && csv.n > 0)
        ok = read_row(&csv, &measured);
    if (ok)
        *out = measured;
    else
        measured_release(&measured);
    return ok ? ERR_OK : ERR_INVALID;
}
