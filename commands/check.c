#include "commands/check.h"

#include "bot/base/ascii.h"
#include "bot/base/utf8.h"
#include "bot/discord/message.h"
#include "commands/reference.h"

#include <inttypes.h>

#define CHOICE_UNITS    100 /* Discord's limit of a choice's value */
#define REFERENCE_UNITS 40

int option_max_units(const struct option *option)
{
    switch (option->type) {
    case VALUE_TEXT:
        return option->max_units;
    case VALUE_TIME:
        return WHEN_TYPED_BYTES - 1;
    case VALUE_LINK:
        return LINK_UNITS;
    case VALUE_ENTRY:
    case VALUE_INCIDENT:
        return REFERENCE_UNITS;
    case VALUE_CHOICE:
    case VALUE_MINUTES:
        return CHOICE_UNITS;
    case VALUE_FLAG:
    case VALUE_USER:
    case VALUE_FILE:
        break;
    }
    return 0;
}

enum option_type option_discord_type(const struct option *option)
{
    static const enum option_type types[] = {
        [VALUE_TEXT] = OPTION_TYPE_STRING,
        [VALUE_TIME] = OPTION_TYPE_STRING,
        [VALUE_CHOICE] = OPTION_TYPE_STRING,
        [VALUE_LINK] = OPTION_TYPE_STRING,
        [VALUE_ENTRY] = OPTION_TYPE_STRING,
        [VALUE_INCIDENT] = OPTION_TYPE_STRING,
        [VALUE_FLAG] = OPTION_TYPE_BOOLEAN,
        [VALUE_MINUTES] = OPTION_TYPE_INTEGER,
        [VALUE_USER] = OPTION_TYPE_USER,
        [VALUE_FILE] = OPTION_TYPE_ATTACHMENT,
    };
    return types[option->type];
}

/* ---- text ---- */

static void say_offender(const struct check *check, const char *name,
                         struct str text, size_t at)
{
    uint32_t point;
    size_t n = utf8_next(str_from(text, at), &point);
    buf_addf(check->words, "`%s` cannot be kept: ", name);
    if (n == 0)
        buf_add_text(check->words, "it is not valid UTF-8");
    else
        buf_addf(check->words,
                 "it holds an invisible character (U+%04" PRIX32
                 ") that controls the screen or turns the "
                 "reading direction",
                 point);
    size_t place = utf16_units((struct str){text.s, at}) + 1;
    buf_addf(check->words,
             ", at character %zu. Nothing was kept; take it out and send the "
             "text again.",
             place);
}

static bool is_acceptable(const struct check *check, const char *name,
                          struct str text, int max_units)
{
    size_t at, units = utf16_units(text);
    if (!utf8_printable(text, &at)) {
        say_offender(check, name, text, at);
        return false;
    }
    if (units <= (size_t)max_units)
        return true;
    buf_addf(check->words,
             "`%s` is %zu characters long; the limit is %d. Nothing was kept: "
             "shorten it and send it again.",
             name, units, max_units);
    return false;
}

bool check_when(struct buf *words, const char *option, struct str text,
                const struct when_base *base, struct when *out)
{
    struct buf why = BUF_INIT(1000);
    enum err err = when_parse_said(text, base, out, &why);
    if (err != ERR_OK) {
        buf_addf(words, "`%s`: ", option);
        markdown_add(words, buf_str(&why));
        buf_add_text(words, " Nothing was kept.");
    }
    buf_release(&why);
    return err == ERR_OK;
}

static bool check_choice(const struct check *check, const struct option *option,
                         struct value *out)
{
    out->choice = word_find(option->choices, out->text);
    if (out->choice >= 0 && option_offers(option, out->choice))
        return true;
    buf_addf(check->words, "`%s` cannot be ", option->name);
    markdown_add_line(check->words, out->text);
    buf_add_text(check->words, ". Choose one of: ");
    const char *comma = "";
    for (int i = 0; i < option->choices->count; i++) {
        if (!option_offers(option, i))
            continue;
        buf_addf(check->words, "%s%s", comma, word_of(option->choices, i));
        comma = ", ";
    }
    buf_addf(check->words, " (%s). Nothing was kept.", option->help);
    return false;
}

static bool has_blank(struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.s[i] == ' ' || text.s[i] == '\t' || text.s[i] == '\n')
            return true;
    return false;
}

static bool is_reference(struct str text)
{
    if (!str_starts(text, "#") || text.n < 2 || text.n > 40)
        return false;
    for (size_t i = 1; i < text.n; i++) {
        char c = text.s[i];
        if (!is_alnum(c) && c != '-' && c != '_')
            return false;
    }
    return true;
}

static bool check_link(const struct check *check, const struct option *option,
                       const struct value *out)
{
    bool is_web = (str_starts(out->text, "https://") && out->text.n > 8) ||
                  (str_starts(out->text, "http://") && out->text.n > 7);
    if ((is_web && !has_blank(out->text)) || is_reference(out->text))
        return true;
    buf_addf(check->words,
             "`%s` is not a link: give an address that begins with https:// "
             "or http://, or a reference such as #217. Nothing was kept.",
             option->name);
    return false;
}

/* ---- numbers, flags, people and files ---- */

static bool check_minutes(const struct check *check,
                          const struct option *option,
                          const struct interaction_option *raw,
                          struct value *out)
{
    uint64_t typed = 0;
    out->number = raw->number;
    if (raw->type == OPTION_TYPE_STRING)
        out->number = str_to_u64(out->text, &typed) && typed <= MINUTES_MAX
                          ? (int64_t)typed
                          : -1;
    if (out->number >= 1 && out->number <= MINUTES_MAX)
        return true;
    buf_addf(check->words,
             "`%s` has to be a number of minutes from 1 to %d. Nothing was "
             "kept.",
             option->name, MINUTES_MAX);
    return false;
}

static bool check_flag(const struct check *check, const struct option *option,
                       const struct interaction_option *raw, struct value *out)
{
    bool yes =
        str_is_nocase(out->text, "yes") || str_is_nocase(out->text, "true");
    bool no =
        str_is_nocase(out->text, "no") || str_is_nocase(out->text, "false");
    out->flag = raw->type == OPTION_TYPE_BOOLEAN ? raw->flag : yes;
    if (raw->type == OPTION_TYPE_BOOLEAN || yes || no)
        return true;
    buf_addf(check->words, "`%s` has to be yes or no. Nothing was kept.",
             option->name);
    return false;
}

static bool check_user(const struct check *check, const struct option *option,
                       const struct interaction_option *raw, struct value *out)
{
    bool is_me =
        raw->type == OPTION_TYPE_STRING && str_is_nocase(out->text, "me");
    out->user = is_me ? *check->caller : raw->user;
    if (out->user.id != 0)
        return true;
    buf_addf(check->words,
             "`%s` has to be a member of this server. Nothing was kept.",
             option->name);
    return false;
}

static bool check_file(const struct check *check, const struct option *option,
                       const struct interaction_option *raw)
{
    const struct interaction_file *file = &raw->file;
    if (!is_acceptable(check, "the file's name", file->name, CHANGE_UNITS) ||
        !is_acceptable(check, "the file's type", file->type, CHANGE_UNITS))
        return false;
    if (file->url.n == 0) {
        buf_addf(check->words,
                 "`%s` did not arrive. Nothing was kept; attach it again.",
                 option->name);
        return false;
    }
    if (file->bytes <= check->file_bytes)
        return true;
    buf_addf(check->words,
             "`%s` has %" PRId64 " bytes; at most %" PRId64
             " are kept. Nothing was kept: attach the part that matters, or "
             "give a link.",
             option->name, file->bytes, check->file_bytes);
    return false;
}

/* ---- incidents and entries ---- */

static bool check_entry(const struct check *check, const struct option *option,
                        struct value *out)
{
    int64_t incident_id; /* find.c has seen to it */
    if (entry_reference(out->text, &incident_id, &out->number))
        return true;
    buf_addf(check->words,
             "`%s` has to be the number of an entry, such as `#7`. Nothing was "
             "kept.",
             option->name);
    return false;
}

static bool check_incident(const struct check *check,
                           const struct option *option, struct value *out)
{
    if (incident_reference(out->text, &out->number))
        return true;
    buf_addf(check->words,
             "`%s` has to be a number such as `12` or `INC-12`. Nothing was "
             "kept.",
             option->name);
    return false;
}

/* ---- all of them ---- */

static bool check_by_type(const struct check *check,
                          const struct option *option,
                          const struct interaction_option *raw,
                          struct value *out)
{
    switch (option->type) {
    case VALUE_TEXT:
        return true;
    case VALUE_TIME:
        return check_when(check->words, option->name, out->text, &check->times,
                          &out->when);
    case VALUE_CHOICE:
        return check_choice(check, option, out);
    case VALUE_LINK:
        return check_link(check, option, out);
    case VALUE_FLAG:
        return check_flag(check, option, raw, out);
    case VALUE_MINUTES:
        return check_minutes(check, option, raw, out);
    case VALUE_USER:
        return check_user(check, option, raw, out);
    case VALUE_FILE:
        return check_file(check, option, raw);
    case VALUE_ENTRY:
        return check_entry(check, option, out);
    case VALUE_INCIDENT:
        return check_incident(check, option, out);
    }
    return false;
}

bool check_option(const struct check *check, const struct option *option,
                  const struct interaction_option *raw, struct value *out)
{
    struct value value = {.given = true};
    if (raw->type == OPTION_TYPE_STRING) {
        value.text = str_trim(raw->text);
        if (value.text.n == 0)
            return true;
        int max_units = option_max_units(option);
        if (!is_acceptable(check, option->name, value.text,
                           max_units == 0 ? CHOICE_UNITS : max_units))
            return false;
    } else if (raw->type != option_discord_type(option)) {
        buf_addf(check->words,
                 "`%s` came in a form that opsroom does not know: your Discord "
                 "app shows an older command. Reload it (Ctrl+R) and try "
                 "again. Nothing was kept.",
                 option->name);
        return false;
    }
    if (!check_by_type(check, option, raw, &value))
        return false;
    *out = value;
    return true;
}
