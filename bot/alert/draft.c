#include "bot/alert/forms.h"
#include "bot/base/ascii.h"

#include "bot/base/mem.h"
#include "bot/base/sha256.h"
#include "bot/base/url.h"
#include "bot/base/utf8.h"
#include "bot/core/incident.h"
#include "bot/core/secrets.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define ELLIPSIS "\xE2\x80\xA6" /* U+2026, one unit */
/* More than any limit leaves, so that a secret at the cut is seen whole. */
#define CLEANED_BYTES 16384
/* secrets_scrub grows a text less than that. */
#define SCRUB_TIMES 8

struct draft draft_new(void)
{
    return (struct draft){
        .key = BUF_INIT(ALERT_KEY_BYTES),
        .title = BUF_INIT((size_t)ALERT_TITLE_UNITS * 3),
        .text = BUF_INIT((size_t)ALERT_TEXT_UNITS * 3),
        .link = BUF_INIT(LINK_UNITS),
        .service = BUF_INIT(SERVICE_BYTES - 1),
    };
}

void draft_release(struct draft *draft)
{
    buf_release(&draft->key);
    buf_release(&draft->title);
    buf_release(&draft->text);
    buf_release(&draft->link);
    buf_release(&draft->service);
}

/* ---- text fit to be shown ---- */

static void add_blank(struct buf *out)
{
    if (out->n > 0 && out->s[out->n - 1] != ' ' && out->s[out->n - 1] != '\n')
        buf_add_char(out, ' ');
}

static void end_line(struct buf *out)
{
    if (out->n > 0 && out->s[out->n - 1] == ' ')
        buf_cut(out, out->n - 1);
    buf_add_char(out, '\n');
}

static bool is_plain(struct str text, size_t i)
{
    return i < text.n && text.s[i] > ' ' && text.s[i] <= '~';
}

/* Bytes that need no look at what they are: words with one blank between them;
 * few enough that what the limit drops with them is not missed. */
static size_t plain_bytes(struct str text)
{
    size_t n = 0;
    while (n < 64 &&
           (is_plain(text, n) ||
            (n > 0 && n < text.n && text.s[n] == ' ' && is_plain(text, n + 1))))
        n++;
    return n;
}

/* Control characters become blanks, those that turn the reading direction go,
 * and with them runs of blanks. */
static void make_printable(struct str text, bool keep_lines, struct buf *out)
{
    while (text.n > 0 && !out->overflow) {
        uint32_t point = '.'; /* stands for all plain ones */
        size_t plain = plain_bytes(text);
        size_t n = plain > 0 ? plain : utf8_next(text, &point);
        struct str one = {text.s, n};
        if (n == 0)
            buf_add(out, STR("\xEF\xBF\xBD"));
        else if (point == '\n' && keep_lines)
            end_line(out);
        else if (point <= ' ' || (point >= 0x7F && point < 0xA0))
            add_blank(out);
        else if (plain > 0 || utf8_printable(one, NULL))
            buf_add(out, one);
        text = str_from(text, n == 0 ? 1 : n);
    }
}

/* What RFC 3986 allows in a user name and a password goes on. */
static bool ends_authority(char c)
{
    return (unsigned char)c <= ' ' || strchr("/?#<>\"[]{}|\\^`", c) != NULL;
}

/* Bytes behind "://" that are user name, password and '@'. */
static size_t credentials(struct str text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.n && !ends_authority(text.s[i]); i++)
        if (text.s[i] == '@')
            n = i + 1;
    return n;
}

static void drop_credentials(struct str text, struct buf *out)
{
    const struct str mark = STR("://");
    const char *at;
    while ((at = str_find(text, mark)) != NULL) {
        size_t head = (size_t)(at - text.s) + mark.n;
        buf_add_bytes(out, text.s, head);
        text = str_from(text, head);
        text = str_from(text, credentials(text));
    }
    buf_add(out, text);
}

/* A private address alone is what the people on call must see. */
static bool tells_secret(struct str text, struct buf *scrubbed)
{
    struct secrets_found found;
    (void)secrets_scrub(text, scrubbed, &found);
    return found.count[SECRET_TOKEN] + found.count[SECRET_KEY] +
               found.count[SECRET_PASSWORD] >
           0;
}

static void add_cut(struct str text, size_t units, struct buf *out)
{
    text = str_trim(text);
    if (utf16_units(text) <= units) {
        buf_add(out, text);
        return;
    }
    text.n = utf8_cut_units(text, units - 1);
    buf_add(out, str_trim(text));
    buf_add(out, STR(ELLIPSIS));
}

/* Nobody reads an alert before it is posted, so it is scrubbed here. */
static void clean(struct str raw, bool keep_lines, size_t units,
                  struct buf *out)
{
    struct buf printable = BUF_INIT(CLEANED_BYTES);
    struct buf bare = BUF_INIT(CLEANED_BYTES);
    struct buf scrubbed = BUF_INIT((size_t)CLEANED_BYTES * SCRUB_TIMES);
    size_t about = raw.n < CLEANED_BYTES ? raw.n : CLEANED_BYTES;
    if (raw.n == 0)
        return;
    (void)buf_reserve(&printable, about);
    (void)buf_reserve(&bare, about);
    (void)buf_reserve(&scrubbed, about);
    make_printable(raw, keep_lines, &printable);
    drop_credentials(buf_str(&printable), &bare);
    bool has_secret = tells_secret(buf_str(&bare), &scrubbed);
    add_cut(buf_str(has_secret ? &scrubbed : &bare), units, out);
    buf_release(&printable);
    buf_release(&bare);
    buf_release(&scrubbed);
}

void draft_add_line(struct buf *text, struct str line)
{
    line = str_trim(line);
    if (line.n == 0 || str_has(buf_str(text), line))
        return;
    if (text->n > 0)
        buf_add_char(text, '\n');
    buf_add(text, line);
}

/* ---- the parts ---- */

/* As fingerprints and numbers of monitors are. */
static bool is_fingerprint(struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (!is_digit(text.s[i]) && !(text.s[i] >= 'a' && text.s[i] <= 'f'))
            return false;
    return true;
}

void draft_set_key(struct draft *draft, struct str key)
{
    struct buf shown = BUF_INIT((size_t)ALERT_KEY_BYTES * 3);
    bool is_fit = key.n <= ALERT_KEY_BYTES;
    if (is_fit && !is_fingerprint(key)) {
        clean(key, false, ALERT_KEY_BYTES, &shown);
        is_fit = str_eq(buf_str(&shown), key);
    }
    buf_clear(&draft->key);
    if (is_fit) {
        buf_add(&draft->key, key);
    } else {
        struct sha256 digest = sha256_of(key);
        buf_add_hex(&draft->key, digest.bytes, sizeof digest.bytes);
    }
    buf_release(&shown);
}

void draft_set_title(struct draft *draft, struct str title)
{
    buf_clear(&draft->title);
    clean(title, false, ALERT_TITLE_UNITS, &draft->title);
}

void draft_set_text(struct draft *draft, struct str body, struct str tail)
{
    struct buf end = BUF_INIT((size_t)TAIL_UNITS * 3);
    clean(tail, true, TAIL_UNITS, &end);
    size_t taken = end.n == 0 ? 0 : utf16_units(buf_str(&end)) + 1;
    buf_clear(&draft->text);
    clean(body, true, ALERT_TEXT_UNITS - taken, &draft->text);
    if (end.n > 0 && draft->text.n > 0)
        buf_add_char(&draft->text, '\n');
    buf_add(&draft->text, buf_str(&end));
    buf_release(&end);
}

static bool breaks_link(char c)
{
    return c <= ' ' || c > '~' || c == '<' || c == '>' || c == '"' ||
           c == '`' || c == '\\';
}

static bool is_link(struct str text)
{
    struct url url;
    struct str rest = text, address = STR_NONE;
    for (size_t i = 0; i < text.n; i++)
        if (breaks_link(text.s[i]))
            return false;
    (void)str_cut(&rest, '#', &address);
    return text.n <= LINK_UNITS && url_parse(address, &url) &&
           str_starts(url.scheme, "http");
}

bool link_clean(struct str url, struct buf *out)
{
    struct buf bare = BUF_INIT((size_t)LINK_UNITS * 4);
    struct buf ignored = BUF_INIT((size_t)LINK_UNITS * 4 * SCRUB_TIMES);
    if (url.n == 0 || url.n > bare.limit)
        return false;
    drop_credentials(str_trim(url), &bare);
    struct str text = buf_str(&bare);
    if (tells_secret(text, &ignored)) {
        size_t n = 0;
        while (n < text.n && text.s[n] != '?' && text.s[n] != '#')
            n++;
        text.n = n;
        buf_clear(&ignored);
        if (tells_secret(text, &ignored))
            text = STR_NONE;
    }
    bool is_fit = is_link(text);
    if (is_fit)
        buf_add(out, text);
    buf_release(&bare);
    buf_release(&ignored);
    return is_fit;
}

bool link_clean_once(struct link_memo *memo, struct str url, struct buf *out)
{
    if (memo->raw.n == 0 || !str_eq(memo->raw, url)) {
        buf_clear(&memo->clean);
        memo->is_fit = link_clean(url, &memo->clean);
        memo->raw = url;
    }
    if (memo->is_fit)
        buf_add(out, buf_str(&memo->clean));
    return memo->is_fit;
}

void draft_offer_link(struct draft *draft, struct str url)
{
    if (draft->link.n == 0)
        (void)link_clean(url, &draft->link);
}

void draft_set_service(struct draft *draft, const struct reading *reading,
                       struct str name)
{
    struct buf shown = BUF_INIT((size_t)SERVICE_BYTES * 3);
    clean(name, false, SERVICE_BYTES, &shown);
    bool is_name = shown.n > 0 && shown.n < SERVICE_BYTES;
    buf_clear(&draft->service);
    buf_add(&draft->service,
            is_name ? buf_str(&shown) : str_of(reading->source->service));
    buf_release(&shown);
}

/* ---- into the list ---- */

static struct str keep(char *block, size_t *at, const struct buf *text)
{
    struct str kept = {block + *at, text->n};
    if (text->n > 0)
        memcpy(block + *at, text->s, text->n);
    *at += text->n;
    return kept;
}

void draft_take(struct draft *draft, const struct reading *reading)
{
    struct alerts *alerts = reading->alerts;
    size_t count = (size_t)alerts->count, at = 0;
    assert(draft->key.n > 0);
    if (draft->title.n == 0)
        buf_addf(&draft->title, "Alert %s", buf_text(&draft->key));
    assert(alerts->count < ALERTS_PER_BODY);
    char *block = mem_alloc(1 + draft->key.n + draft->title.n + draft->text.n +
                            draft->link.n + draft->service.n);
    alerts->all = mem_resize(alerts->all, (count + 1) * sizeof *alerts->all);
    alerts->texts =
        mem_resize(alerts->texts, (count + 1) * sizeof *alerts->texts);
    alerts->texts[count] = block;
    alerts->all[count] = (struct alert){
        .source = str_of(reading->source->name),
        .key = keep(block, &at, &draft->key),
        .title = keep(block, &at, &draft->title),
        .text = keep(block, &at, &draft->text),
        .link = keep(block, &at, &draft->link),
        .service = keep(block, &at, &draft->service),
        .is_firing = draft->is_firing,
        .is_warning = draft->is_warning,
        .severity = draft->severity,
        .started_ms = draft->started_ms,
        .keeps_start = draft->keeps_start,
    };
    if (!draft->is_firing && draft->ended_ms >= draft->started_ms)
        alerts->all[count].ended_ms = draft->ended_ms;
    alerts->count++;
    draft_release(draft);
}
