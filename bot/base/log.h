/*
 * One line an event on stderr: `time=… level=… event=… key=value …`. Values
 * with blanks or quotes are quoted; control characters are escaped, so a line
 * is always one line. Registered secrets never appear: they print as ***.
 */
#ifndef BOT_BASE_LOG_H
#define BOT_BASE_LOG_H

#include "bot/base/str.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log_field {
    const char *key;
    enum { LOG_FIELD_TEXT, LOG_FIELD_NUMBER, LOG_FIELD_ID } type;
    struct str text;
    int64_t number;
};

#define LOG_STR(key, value)                                                    \
    {                                                                          \
        (key), LOG_FIELD_TEXT, (value), 0                                      \
    }
#define LOG_TEXT(key, value)                                                   \
    {                                                                          \
        (key), LOG_FIELD_TEXT, str_of(value), 0                                \
    }
#define LOG_INT(key, value)                                                    \
    {                                                                          \
        (key), LOG_FIELD_NUMBER, STR_NONE, (value)                             \
    }
/* A snowflake: unsigned 64 bit. */
#define LOG_ID(key, value)                                                     \
    {                                                                          \
        (key), LOG_FIELD_ID, STR_NONE, (int64_t)(value)                        \
    }

/* log_info("session_ready", LOG_INT("guilds", n), LOG_TEXT("user", name)); */
#define log_event(level, ...) LOG_EVENT_(level, __VA_ARGS__, {.key = NULL})
#define LOG_EVENT_(level, name, ...)                                           \
    log_write((level), (name), (const struct log_field[]){__VA_ARGS__})
#define log_debug(...) log_event(LOG_DEBUG, __VA_ARGS__)
#define log_info(...)  log_event(LOG_INFO, __VA_ARGS__)
#define log_warn(...)  log_event(LOG_WARN, __VA_ARGS__)
#define log_error(...) log_event(LOG_ERROR, __VA_ARGS__)

/* `fields` ends with a NULL key. */
void log_write(enum log_level level, const char *event,
               const struct log_field *fields);
void log_set_level(enum log_level least);
/* At most 8; each at least 8 bytes (a shorter one would blot out words). */
void log_hide(const char *secret);

#endif
