#include "bot/probe/verdict.h"

#include "bot/base/buf.h"
#include "bot/base/civil.h"
#include "bot/base/utf8.h"
#include "bot/probe/address.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>

#define TEXT_BYTES 1000

/* Parts come from strangers: a certificate, a label. A line stays a line. */
static void conclude(struct probe_result *out, bool is_good, double value,
                     const struct buf *words)
{
    struct probe_result result = {.is_good = is_good, .value = value};
    str_copy_to(result.words, buf_str(words));
    for (char *c = result.words; *c != '\0'; c++)
        if (*c == '\n' || *c == '\t')
            *c = ' ';
    for (size_t at; !utf8_printable(str_of(result.words), &at);)
        result.words[at] = '?';
    *out = result;
}

void verdict_bad(struct probe_result *out, double value, const char *format,
                 ...)
{
    struct buf words = BUF_INIT(TEXT_BYTES);
    va_list args;
    va_start(args, format);
    buf_addv(&words, format, args);
    va_end(args);
    conclude(out, false, value, &words);
    buf_release(&words);
}

static void add_duration(struct buf *words, double ms)
{
    if (ms < 1)
        buf_add_text(words, "less than 1 ms");
    else if (ms < 9999.5)
        buf_addf(words, "%.0f ms", ms);
    else
        buf_addf(words, "%.1f s", ms / 1000);
}

/* ---- http ---- */

/* IANA's registry; HTTP/2 sends no phrase. */
static const struct {
    int status;
    const char *phrase;
} phrases[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {410, "Gone"},
    {413, "Content Too Large"},
    {418, "I'm a teapot"},
    {421, "Misdirected Request"},
    {429, "Too Many Requests"},
    {451, "Unavailable For Legal Reasons"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {507, "Insufficient Storage"},
};

static void add_status(struct buf *words, int status)
{
    buf_addf(words, "%d", status);
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
        if (phrases[i].status == status)
            buf_addf(words, " %s", phrases[i].phrase);
}

void verdict_http(const struct probe *probe, int status, double ms,
                  struct str body, struct probe_result *out)
{
    struct buf words = BUF_INIT(TEXT_BYTES);
    struct str text = str_of(probe->expect_text);
    bool is_right = probe->expect_status == 0
                        ? status >= 200 && status < 400
                        : status == (int)probe->expect_status;
    bool has_text = text.n == 0 || str_has(body, text);
    bool is_quick =
        probe->slower_than_ms == 0 || ms <= (double)probe->slower_than_ms;
    add_status(&words, status);
    buf_add_text(&words, " after ");
    add_duration(&words, ms);
    if (!is_right && probe->expect_status != 0)
        buf_addf(&words, ", expected %" PRId64, probe->expect_status);
    if (is_right && !has_text)
        buf_addf(&words, ", but without \"%s\"", probe->expect_text);
    if (is_right && has_text && !is_quick)
        buf_addf(&words, ", slower than %" PRId64 " ms", probe->slower_than_ms);
    conclude(out, is_right && has_text && is_quick, ms, &words);
    buf_release(&words);
}

/* ---- tcp, dns ---- */

void verdict_connected(double ms, struct probe_result *out)
{
    struct buf words = BUF_INIT(TEXT_BYTES);
    buf_add_text(&words, "connected after ");
    add_duration(&words, ms);
    conclude(out, true, ms, &words);
    buf_release(&words);
}

/* "::1" and "0:0::1" are the same. */
static bool is_same_address(const char *a, const char *b)
{
    struct sockaddr_storage one, other;
    return address_parse(str_of(a), &one) && address_parse(str_of(b), &other) &&
           memcmp(&one, &other, sizeof one) == 0;
}

static bool has_address(const struct text_list *list, const char *address)
{
    for (int i = 0; i < list->count; i++)
        if (is_same_address(list->texts[i], address))
            return true;
    return false;
}

static bool has_all(const struct text_list *list, const struct text_list *other)
{
    for (int i = 0; i < other->count; i++)
        if (!has_address(list, other->texts[i]))
            return false;
    return true;
}

static void add_list(struct buf *words, const struct text_list *list)
{
    for (int i = 0; i < list->count && words->n < RESULT_WORDS_BYTES; i++)
        buf_addf(words, "%s%s", i == 0 ? "" : ", ", list->texts[i]);
}

void verdict_answers(const struct probe *probe, const struct text_list *found,
                     double ms, struct probe_result *out)
{
    struct buf words = BUF_INIT(TEXT_BYTES);
    const struct text_list *wanted = &probe->answers;
    bool is_good = found->count > 0 &&
                   (wanted->count == 0 ||
                    (has_all(found, wanted) && has_all(wanted, found)));
    buf_add_text(&words, "the name has the address ");
    if (found->count != 1) {
        buf_clear(&words);
        buf_add_text(&words, found->count == 0 ? "the name has no address"
                                               : "the name has the addresses ");
    }
    add_list(&words, found);
    if (!is_good && wanted->count > 0) {
        buf_add_text(&words, ", expected ");
        add_list(&words, wanted);
    }
    conclude(out, is_good, ms, &words);
    buf_release(&words);
}

/* ---- tls ---- */

static void add_span(struct buf *words, int64_t ms)
{
    static const struct {
        int64_t ms;
        const char *name;
    } units[] = {
        {MS_PER_DAY, "day"}, {MS_PER_HOUR, "hour"}, {MS_PER_MINUTE, "minute"}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        int64_t n = ms / units[i].ms;
        if (n == 0)
            continue;
        buf_addf(words, "%" PRId64 " %s%s", n, units[i].name,
                 n == 1 ? "" : "s");
        return;
    }
    buf_add_text(words, "less than a minute");
}

static void next_fault(struct buf *words)
{
    buf_add_text(words, words->n == 0 ? "certificate " : ", and ");
}

static void add_faults(struct buf *words, const struct certificate_facts *facts)
{
    if (facts->is_expired) {
        next_fault(words);
        buf_add_text(words, "expired ");
        add_span(words, facts->now_ms - facts->ends_ms);
        buf_add_text(words, " ago");
    }
    if (facts->is_early) {
        char begins[CIVIL_ISO_BYTES];
        next_fault(words);
        civil_date(facts->begins_ms, begins);
        buf_addf(words, "is not valid before %s", begins);
    }
    if (facts->is_misnamed) {
        next_fault(words);
        buf_addf(words, "is not for %.*s", STR_ARG(facts->wanted));
        if (facts->name.n > 0)
            buf_addf(words, " but for %.*s", STR_ARG(facts->name));
    }
    if (facts->is_self_signed) {
        next_fault(words);
        buf_add_text(words, "is self-signed");
    } else if (facts->is_untrusted) {
        next_fault(words);
        buf_add_text(words, "is from an issuer that is not trusted");
        if (facts->issuer.n > 0)
            buf_addf(words, " (%.*s)", STR_ARG(facts->issuer));
    }
    if (words->n == 0 && facts->other != NULL)
        buf_addf(words, "certificate is not good: %s", facts->other);
}

void verdict_certificate(const struct probe *probe,
                         const struct certificate_facts *facts,
                         struct probe_result *out)
{
    struct buf words = BUF_INIT(TEXT_BYTES);
    int64_t left_ms = facts->ends_ms - facts->now_ms;
    bool is_soon = left_ms < probe->days_left * MS_PER_DAY;
    add_faults(&words, facts);
    bool is_good = words.n == 0;
    if (words.n == 0) {
        buf_add_text(&words, is_soon ? "certificate expires in "
                                     : "certificate is good for ");
        add_span(&words, left_ms);
    }
    conclude(out, is_good, (double)left_ms / (double)MS_PER_DAY, &words);
    buf_release(&words);
}

/* ---- prometheus ---- */

static bool is_bad(const struct probe *probe, double value)
{
    const char *when = probe->bad_when;
    double limit = probe->threshold;
    if (isnan(value))
        return true;
    switch (when[0]) {
    case '>':
        return when[1] == '=' ? value >= limit : value > limit;
    case '<':
        return when[1] == '=' ? value <= limit : value < limit;
    case '=':
        return value == limit;
    default:
        return value != limit;
    }
}

/* A bad one, and of these the one that is furthest off. */
static bool is_worse(const struct probe *probe, double value, double than)
{
    if (isnan(value) || isnan(than))
        return isnan(value) && !isnan(than);
    if (is_bad(probe, value) != is_bad(probe, than))
        return is_bad(probe, value);
    return probe->bad_when[0] == '<'
               ? value < than
               : probe->bad_when[0] == '>' && value > than;
}

void verdict_values(const struct probe *probe, const struct query_value *values,
                    int count, struct probe_result *out)
{
    struct buf words = BUF_INIT(TEXT_BYTES);
    const struct query_value *worst = values;
    int bad = 0;
    if (count == 0) {
        verdict_bad(out, NAN, "no data: the query found nothing");
        return;
    }
    for (int i = 0; i < count; i++) {
        bad += is_bad(probe, values[i].value);
        if (is_worse(probe, values[i].value, worst->value))
            worst = &values[i];
    }
    if (isnan(worst->value))
        buf_add_text(&words, "no data: the value is not a number");
    else if (count == 1)
        buf_addf(&words, "value %.6g", worst->value);
    else if (bad == 0)
        buf_addf(&words, "%d values, worst %.6g", count, worst->value);
    else
        buf_addf(&words, "%d of %d values, worst %.6g", bad, count,
                 worst->value);
    if (count > 1 && worst->label.n > 0)
        buf_addf(&words, " (%.*s)", STR_ARG(worst->label));
    if (bad > 0 && !isnan(worst->value))
        buf_addf(&words, ", bad when %s %.6g", probe->bad_when,
                 probe->threshold);
    conclude(out, bad == 0, worst->value, &words);
    buf_release(&words);
}
