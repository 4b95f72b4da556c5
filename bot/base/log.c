#include "bot/base/log.h"

#include "bot/base/buf.h"
#include "bot/base/civil.h"
#include "bot/base/mem.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_BYTES 8192
#define SECRETS    8

static enum log_level least_level = LOG_INFO;
static char *secrets[SECRETS];

void log_set_level(enum log_level least)
{
    least_level = least;
}

void log_hide(const char *secret)
{
    if (strlen(secret) < 8)
        return;
    for (size_t i = 0; i < SECRETS; i++) {
        if (secrets[i] != NULL && strcmp(secrets[i], secret) == 0)
            return;
        if (secrets[i] == NULL) {
            secrets[i] = mem_text(secret);
            return;
        }
    }
}

static bool is_plain(struct str text)
{
    if (text.n == 0)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.s[i];
        if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7F)
            return false;
    }
    return true;
}

/* What finds no room is left out whole: the line goes on, and has an end. */
static void add_quoted(struct buf *line, struct str text)
{
    size_t before = line->n;
    line->overflow = false;
    buf_add_char(line, '"');
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.s[i];
        if (c == '"' || c == '\\')
            buf_addf(line, "\\%c", c);
        else if (c == '\n')
            buf_add_text(line, "\\n");
        else if (c < ' ' || c == 0x7F)
            buf_addf(line, "\\x%02x", c);
        else
            buf_add_char(line, (char)c);
    }
    buf_add_char(line, '"');
    if (line->overflow)
        buf_cut(line, before);
}

/* Longer than any secret prints as three stars, so the line only shrinks. */
static void blot_secrets(struct buf *line)
{
    for (size_t i = 0; i < SECRETS && secrets[i] != NULL; i++) {
        size_t n = strlen(secrets[i]);
        char *at;
        while ((at = strstr(line->s, secrets[i])) != NULL) {
            memset(at, '*', 3);
            memmove(at + 3, at + n, line->n - (size_t)(at - line->s) - n + 1);
            line->n -= n - 3;
        }
    }
}

void log_write(enum log_level level, const char *event,
               const struct log_field *fields)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    char now[CIVIL_ISO_BYTES];
    if (level < least_level)
        return;
    struct buf line = BUF_INIT(LINE_BYTES);
    civil_iso(clock_wall_ms(), now);
    buf_addf(&line, "time=%s level=%s event=%s", now, names[level], event);
    for (; fields->key != NULL; fields++) {
        buf_add_char(&line, ' ');
        buf_add_text(&line, fields->key);
        buf_add_char(&line, '=');
        if (fields->type == LOG_FIELD_NUMBER)
            buf_add_i64(&line, fields->number);
        else if (fields->type == LOG_FIELD_ID)
            buf_add_u64(&line, (uint64_t)fields->number);
        else if (is_plain(fields->text))
            buf_add(&line, fields->text);
        else
            add_quoted(&line, fields->text);
    }
    blot_secrets(&line);
    if (line.n == LINE_BYTES)
        buf_cut(&line, LINE_BYTES - 1);
    buf_add_char(&line, '\n');
    /* One write a line: lines of two processes never mix. A log that cannot be
     * written has nowhere to say so. */
    ssize_t written = write(STDERR_FILENO, line.s, line.n);
    (void)written;
    buf_release(&line);
}
