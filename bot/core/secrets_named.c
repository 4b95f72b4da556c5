#include "bot/core/secrets_find.h"

#include <string.h>

/* A value is known by the name before it: `password=…`, `token: …`,
 * `Authorization: Bearer …`, `https://user:…@host`. How random it must look
 * depends on how sure the name is. */

#define NAME_MOST 64 /* longer names are looked at by their end */
#define URL_MOST  512
#define LOOK_MOST 512

enum sureness {
    NAMES_NOTHING,
    NAMES_WEAKLY,   /* "key": 32 random characters */
    NAMES_A_TOKEN,  /* "token", "api_key": 16 after = or : */
    NAMES_A_KEY,    /* "private_key": the same */
    NAMES_PASSWORD, /* anything */
    NAMES_A_HEADER, /* "Authorization": anything after a known scheme */
};

/* By how a name ends, in lower case; the first that fits. */
#define NAME(text, sure)                                                       \
    {                                                                          \
        text, sizeof(text) - 1, sure                                           \
    }
struct name {
    const char *ending;
    size_t n;
    enum sureness sure;
};

/* Every word is looked at: those with its last letter must be few. */
static const struct name *names_with(char last)
{
    static const struct name with_d[] = {
        NAME("password", NAMES_PASSWORD), NAME("passwd", NAMES_PASSWORD),
        NAME("_pwd", NAMES_PASSWORD),     NAME("sessionid", NAMES_WEAKLY),
        NAME("session_id", NAMES_WEAKLY), {NULL, 0, NAMES_NOTHING}};
    static const struct name with_e[] = {NAME("passphrase", NAMES_PASSWORD),
                                         NAME("key_base", NAMES_A_TOKEN),
                                         NAME("cookie", NAMES_WEAKLY),
                                         NAME("signature", NAMES_WEAKLY),
                                         {NULL, 0, NAMES_NOTHING}};
    static const struct name with_s[] = {
        NAME("_pass", NAMES_PASSWORD),       NAME("-pass", NAMES_PASSWORD),
        NAME("requirepass", NAMES_PASSWORD), NAME("keys", NAMES_WEAKLY),
        NAME("tokens", NAMES_WEAKLY),        NAME("secrets", NAMES_WEAKLY),
        NAME("credentials", NAMES_WEAKLY),   {NULL, 0, NAMES_NOTHING}};
    static const struct name with_h[] = {NAME("masterauth", NAMES_PASSWORD),
                                         NAME("auth", NAMES_WEAKLY),
                                         {NULL, 0, NAMES_NOTHING}};
    static const struct name with_n[] = {NAME("authorization", NAMES_A_HEADER),
                                         NAME("token", NAMES_A_TOKEN),
                                         NAME("session", NAMES_WEAKLY),
                                         {NULL, 0, NAMES_NOTHING}};
    static const struct name with_r[] = {NAME("bearer", NAMES_A_HEADER),
                                         {NULL, 0, NAMES_NOTHING}};
    static const struct name with_y[] = {NAME("public_key", NAMES_NOTHING),
                                         NAME("publickey", NAMES_NOTHING),
                                         NAME("public-key", NAMES_NOTHING),
                                         NAME("pubkey", NAMES_NOTHING),
                                         NAME("private_key", NAMES_A_KEY),
                                         NAME("private-key", NAMES_A_KEY),
                                         NAME("privatekey", NAMES_A_KEY),
                                         NAME("privkey", NAMES_A_KEY),
                                         NAME("secret_key", NAMES_A_TOKEN),
                                         NAME("secret-key", NAMES_A_TOKEN),
                                         NAME("secretkey", NAMES_A_TOKEN),
                                         NAME("api_key", NAMES_A_TOKEN),
                                         NAME("api-key", NAMES_A_TOKEN),
                                         NAME("apikey", NAMES_A_TOKEN),
                                         NAME("access_key", NAMES_A_TOKEN),
                                         NAME("accesskey", NAMES_A_TOKEN),
                                         NAME("access-key", NAMES_A_TOKEN),
                                         NAME("auth_key", NAMES_A_TOKEN),
                                         NAME("authkey", NAMES_A_TOKEN),
                                         NAME("encryption_key", NAMES_A_TOKEN),
                                         NAME("master_key", NAMES_A_TOKEN),
                                         NAME("signing_key", NAMES_A_TOKEN),
                                         NAME("key", NAMES_WEAKLY),
                                         {NULL, 0, NAMES_NOTHING}};
    static const struct name with_t[] = {NAME("secret", NAMES_A_TOKEN),
                                         {NULL, 0, NAMES_NOTHING}};
    static const struct name with_l[] = {NAME("credential", NAMES_WEAKLY),
                                         {NULL, 0, NAMES_NOTHING}};
    switch (last) {
    case 'd':
        return with_d;
    case 'e':
        return with_e;
    case 's':
        return with_s;
    case 'h':
        return with_h;
    case 'n':
        return with_n;
    case 'r':
        return with_r;
    case 'y':
        return with_y;
    case 't':
        return with_t;
    case 'l':
        return with_l;
    default:
        return NULL;
    }
}

/* cache_key, cacheKey and key; not monkey. */
static bool is_whole(struct str name, size_t ending)
{
    size_t at = name.n - ending;
    return at == 0 || !is_word_char(name.s[at - 1]) || name.s[at - 1] == '_' ||
           (is_upper(name.s[at]) && name.s[at - 1] >= 'a');
}

static bool ends_with(struct str word, const char *ending, size_t n)
{
    if (word.n < n)
        return false;
    const char *end = word.s + word.n - n;
    while (n > 0 && to_lower(end[n - 1]) == ending[n - 1])
        n--;
    return n == 0;
}

/* AWS_SECRET_ACCESS_KEY and its like. */
static bool is_of_aws(struct str name)
{
    char lower[NAME_MOST];
    if (name.n < 10 || memchr(name.s, '_', name.n) == NULL)
        return false;
    for (size_t i = 0; i < name.n; i++)
        lower[i] = to_lower(name.s[i]);
    return str_has((struct str){lower, name.n}, STR("aws_secret"));
}

static enum sureness sureness_of(struct str name)
{
    if (name.n > NAME_MOST)
        name = str_from(name, name.n - NAME_MOST);
    if (is_of_aws(name))
        return NAMES_A_TOKEN;
    char last = name.n > 0 ? to_lower(name.s[name.n - 1]) : '\0';
    /* The shell's PWD is where it stands. */
    if (last == 'd' && str_is(name, "pwd"))
        return NAMES_PASSWORD;
    const struct name *known = names_with(last);
    for (; known != NULL && known->ending != NULL; known++)
        if (ends_with(name, known->ending, known->n))
            return known->sure == NAMES_WEAKLY && !is_whole(name, known->n)
                       ? NAMES_NOTHING
                       : known->sure;
    return NAMES_NOTHING;
}

/* ---- what stands between a name and its value ---- */

struct named {
    struct str name;
    enum sureness sure;
    bool is_flag;     /* --password */
    bool is_assigned; /* by = or :, else only a blank follows */
    bool is_tight;    /* without blanks: NAME=value */
    char quote;       /* that opened the value, or NUL */
    size_t value;     /* where it begins */
};

static bool is_quote(char c)
{
    return c == '"' || c == '\'' || c == '`';
}

/* At most three: nobody writes more. */
static size_t blanks_end(const struct scan *scan, size_t i)
{
    size_t most = i + 3;
    while (i < most && (char_at(scan, i) == ' ' || char_at(scan, i) == '\t'))
        i++;
    return i;
}

static size_t quote_end(const struct scan *scan, size_t i, char *quote)
{
    if (char_at(scan, i) == '\\' && is_quote(char_at(scan, i + 1)))
        i++;
    if (is_quote(char_at(scan, i)))
        *quote = char_at(scan, i++);
    return i;
}

/* False when nothing follows that a value could. */
static bool read_operator(const struct scan *scan, size_t i, struct named *out)
{
    char closing = '\0';
    size_t at = quote_end(scan, i, &closing);
    size_t op = blanks_end(scan, at);
    size_t after = op;
    char first = char_at(scan, op);
    char second = char_at(scan, op + 1);
    if (first == '=' || first == ':')
        after += second == '=' || second == '>' ? 2 : 1;
    else if (starts_at(scan, op, "%3D") || starts_at(scan, op, "%3d"))
        after += 3;
    else if (starts_at(scan, op, "is ") || starts_at(scan, op, "was "))
        after += first == 'i' ? 2 : 3;
    out->is_assigned = first == '=' || first == ':' || first == '%';
    size_t value = blanks_end(scan, after);
    out->is_tight = out->is_assigned && op == i && value == after;
    out->value = quote_end(scan, value, &out->quote);
    return out->value > i && (closing == '\0' || out->is_assigned);
}

/* ---- does the value look like one? ---- */

struct looks {
    bool lower, upper, digit;
};

static struct looks looks_of(const struct scan *scan, size_t from, size_t to)
{
    struct looks looks = {0};
    for (size_t i = from; i < to; i++) {
        char c = char_at(scan, i);
        looks.digit = looks.digit || is_digit(c);
        looks.lower = looks.lower || is_lower(c);
        looks.upper = looks.upper || is_upper(c);
    }
    return looks;
}

/* Where hex digits, in groups too, end as a word does; else `from`. */
static size_t hex_end(const struct scan *scan, size_t from, size_t to)
{
    size_t end = from;
    bool digit = false;
    for (; end < to; end++) {
        char c = char_at(scan, end);
        if (!is_hex(c) && c != '-')
            break;
        digit = digit || is_digit(c);
    }
    return digit && !is_word_char(char_at(scan, end)) ? end : from;
}

/* <token>, $TOKEN, ***, {{ token }}, [removed: …: they stand for one. */
static bool is_placeholder(struct str value)
{
    static const char *const words[] = {"null",  "none",      "nil", "true",
                                        "false", "chauthtok", "yes", "no"};
    if (value.n == 0 || strchr("<$*[{", value.s[0]) != NULL)
        return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_is_nocase(value, words[i]))
            return true;
    return false;
}

/* NAME=… as files of settings and shells have it. */
static bool is_setting(const struct named *named)
{
    for (size_t i = 0; i < named->name.n; i++)
        if (is_lower(named->name.s[i]))
            return false;
    return named->is_tight;
}

/* Bytes that look like chance. A value may have names in it, so only its
 * beginning is looked at. A path is none, and so is a word. */
static bool is_random(const struct scan *scan, const struct named *named,
                      size_t to)
{
    size_t from = named->value, n = to - from;
    char first = char_at(scan, from);
    bool is_sure = named->sure != NAMES_WEAKLY && named->is_assigned;
    struct looks looks =
        looks_of(scan, from, n < LOOK_MOST ? to : from + LOOK_MOST);
    if (is_placeholder((struct str){scan->text.s + from, n}) || first == '.' ||
        first == '~')
        return false;
    if (is_sure && first != '/') {
        if (is_setting(named))
            return n >= 8;
        return n >= 16 && looks.digit && (looks.lower || looks.upper);
    }
    return n >= 32 && looks.digit && looks.lower && looks.upper;
}

static bool find_random(struct scan *scan, const struct named *named,
                        struct find *out)
{
    size_t from = named->value, to = run_end(scan, SLOT_VALUE, from);
    enum secret kind = named->sure == NAMES_A_KEY ? SECRET_KEY : SECRET_TOKEN;
    for (int i = 0; i < 8 && to > from; i++, to--)
        if (char_at(scan, to - 1) != '.' && char_at(scan, to - 1) != '-')
            break;
    *out = (struct find){from, to, kind};
    if (is_random(scan, named, to))
        return true;
    *out = (struct find){from, hex_end(scan, from, to), kind};
    return out->to - from >= 32;
}

/* The closing quote on the same line, or `from` when there is none. A key is no
 * end of a line: a second scrubbing finds a marker in its place. */
static size_t closing_quote(const struct scan *scan, size_t from, char quote)
{
    struct scan ahead = *scan; /* what it remembers may not go ahead */
    struct find key;
    for (size_t i = from; i < scan->text.n && scan->text.s[i] != '\n';) {
        if (scan->text.s[i] == quote)
            return i;
        i = find_pem(&ahead, i, &key) ? key.to : i + 1;
    }
    return from;
}

static bool find_password(struct scan *scan, const struct named *named,
                          struct find *out)
{
    size_t from = named->value, to = from;
    /* Without = or : only a flag or a quoted value: it is said in prose. */
    bool is_setting_word = str_ends(named->name, "requirepass") ||
                           str_ends(named->name, "masterauth");
    if (!named->is_assigned && !named->is_flag && !is_setting_word &&
        named->quote != '\'')
        return false;
    if (named->quote != '\0')
        to = closing_quote(scan, from, named->quote);
    if (to > from && char_at(scan, to - 1) == '\\')
        to--;
    if (to == from) {
        to = run_end(scan, SLOT_SOLID, from);
        while (to > from && strchr(".,:)]}\\", char_at(scan, to - 1)) != NULL)
            to--;
    }
    *out = (struct find){from, to, SECRET_PASSWORD};
    return !is_placeholder((struct str){scan->text.s + from, to - from});
}

/* Bearer, Basic and the like, and what follows. */
static bool find_credentials(struct scan *scan, const struct named *named,
                             struct find *out)
{
    static const char *const schemes[] = {"bearer", "basic", "bot", "token",
                                          "apikey"};
    size_t at = named->value;
    struct str rest = str_from(scan->text, at);
    for (size_t i = 0; named->is_assigned && i < 5; i++) {
        struct str word = {rest.s, strlen(schemes[i])};
        size_t after = at + word.n;
        if (word.n >= rest.n || !str_is_nocase(word, schemes[i]) ||
            char_at(scan, after) != ' ')
            continue;
        size_t from = blanks_end(scan, after);
        size_t to = run_end(scan, SLOT_SOLID, from);
        *out = (struct find){from, to, SECRET_TOKEN};
        return !is_placeholder((struct str){scan->text.s + from, to - from});
    }
    struct named plain = *named;
    plain.sure = NAMES_A_TOKEN;
    plain.is_assigned = true;
    return find_random(scan, &plain, out);
}

bool find_named(struct scan *scan, size_t i, struct find *out)
{
    size_t end = run_end(scan, SLOT_WORD, i);
    struct named named = {.name = {scan->text.s + i, end - i}};
    char before = char_before(scan, i, 1);
    named.sure = sureness_of(named.name);
    named.is_flag = before == '-';
    /* A file: /etc/passwd */
    if (named.sure == NAMES_NOTHING || before == '/' ||
        !read_operator(scan, end, &named))
        return false;
    if (named.sure == NAMES_PASSWORD)
        return find_password(scan, &named, out);
    if (named.sure == NAMES_A_HEADER)
        return find_credentials(scan, &named, out);
    return find_random(scan, &named, out);
}

/* ---- scheme://user:password@host ---- */

static size_t last_at_sign(const struct scan *scan, size_t from, size_t to)
{
    while (to > from)
        if (char_at(scan, --to) == '@')
            return to;
    return from;
}

/* How far the part before the host may reach: to a slash, unless what follows
 * the colon is no port, so that the slash is one of a password. */
static size_t user_info_end(const struct scan *scan, size_t from, size_t colon)
{
    size_t end = from, slash = 0;
    while (end < from + URL_MOST && (unsigned char)char_at(scan, end) > ' ' &&
           strchr("\"'`<>", char_at(scan, end)) == NULL) {
        char c = char_at(scan, end);
        if ((c == '/' || c == '?' || c == '#') && slash == 0)
            slash = end;
        end++;
    }
    if (slash == 0)
        return end;
    if (last_at_sign(scan, from, slash) > from ||
        is_digit(char_at(scan, colon + 1)))
        return slash;
    return end;
}

bool find_in_url(struct scan *scan, size_t i, struct find *out)
{
    if (!starts_at(scan, i, "://"))
        return false;
    size_t from = i + 3, user = from;
    while (user < from + URL_MOST && (unsigned char)char_at(scan, user) > ' ' &&
           strchr(":@/?#[\"'`<>", char_at(scan, user)) == NULL)
        user++;
    if (char_at(scan, user) == '@') {
        struct looks looks = looks_of(scan, from, user);
        *out = (struct find){from, user, SECRET_TOKEN};
        return user - from >= 20 && looks.digit && (looks.lower || looks.upper);
    }
    if (char_at(scan, user) != ':')
        return false;
    size_t at = last_at_sign(scan, user, user_info_end(scan, from, user));
    *out = (struct find){user + 1, at, SECRET_PASSWORD};
    return at > user && !is_placeholder((struct str){scan->text.s + user + 1,
                                                     at - user - 1});
}
