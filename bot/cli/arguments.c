#include "bot/cli/arguments.h"

#include "bot/base/str.h"

#include <stdio.h>
#include <string.h>

enum option_id { CONFIG, INCIDENT, TEMPLATE, AUDIENCE, JSON, ONLINE, HELP };

static const struct option {
    const char *name;
    const char *value; /* what follows it; NULL: nothing */
    const char *verbs; /* who take it; NULL: all */
} options[] = {
    [CONFIG] = {"--config", "a file", NULL},
    [INCIDENT] = {"--incident", "a number, such as 12", "timeline render"},
    [TEMPLATE] = {"--template", "hugo, markdown or a folder", "render"},
    [AUDIENCE] = {"--audience", "internal or public", "render"},
    [JSON] = {"--json", NULL, "timeline probe"},
    [ONLINE] = {"--online", NULL, "check"},
    [HELP] = {"--help", NULL, NULL},
};

#define OPTIONS ((int)(sizeof options / sizeof *options))

bool arguments_among(const char *words, const char *word)
{
    struct str rest = str_of(words), one;
    while (str_cut(&rest, ' ', &one))
        if (str_is(one, word))
            return true;
    return false;
}

void arguments_misused(const char *what, const char *word)
{
    (void)fprintf(stderr,
                  "opsroom: %s%s\n`opsroom help` says how it is used.\n", what,
                  word);
}

static bool misused(const char *what, const char *word)
{
    arguments_misused(what, word);
    return false;
}

static bool read_incident(const char *value, struct arguments *out)
{
    struct str number = str_of(value);
    size_t mark = strlen("INC-");
    if (number.n > mark && str_is_nocase((struct str){value, mark}, "INC-"))
        number = str_from(number, mark);
    if (str_to_u64(number, &out->incident) && out->incident > 0 &&
        out->incident <= INT64_MAX)
        return true;
    return misused("not an incident's number: ", value);
}

static bool set(enum option_id id, const char *value, struct arguments *out)
{
    switch (id) {
    case CONFIG:
        out->config = value;
        break;
    case INCIDENT:
        return read_incident(value, out);
    case TEMPLATE:
        out->template = value;
        break;
    case AUDIENCE:
        out->is_public = strcmp(value, "public") == 0;
        if (!out->is_public && strcmp(value, "internal") != 0)
            return misused("an audience is internal or public, not ", value);
        break;
    case JSON:
        out->json = true;
        break;
    case ONLINE:
        out->online = true;
        break;
    case HELP:
        out->help = true;
        break;
    }
    return true;
}

/* `--name value` and `--name=value`. An option that the command does not take
 * is refused: who adds --audience to what prints names must not think that
 * they are left out. */
static bool read_option(char **words, int count, int *at, struct arguments *out)
{
    const char *word = words[*at], *value = strchr(word, '=');
    size_t n = value == NULL ? strlen(word) : (size_t)(value++ - word);
    char what[120];
    int id = 0;
    while (id < OPTIONS && !str_is((struct str){word, n}, options[id].name))
        id++;
    if (id == OPTIONS)
        return misused("there is no option ", word);
    const struct option *option = &options[id];
    if (option->verbs != NULL && !arguments_among(option->verbs, out->verb)) {
        (void)snprintf(what, sizeof what, "%s is not for ", option->name);
        return misused(what, out->verb);
    }
    if (option->value == NULL && value != NULL)
        return misused("nothing follows ", option->name);
    if (option->value != NULL && value == NULL && *at + 1 < count)
        value = words[++*at];
    if (option->value != NULL && (value == NULL || value[0] == '\0')) {
        (void)snprintf(what, sizeof what, "%s wants ", option->name);
        return misused(what, option->value);
    }
    return set((enum option_id)id, value, out);
}

static bool is_whole(const struct arguments *read, bool takes_name)
{
    if (takes_name && (read->name == NULL || read->name[0] == '\0'))
        return misused("which one? Name it after ", read->verb);
    if (read->incident == 0 && arguments_among("timeline render", read->verb))
        return misused("which incident? Add --incident N to ", read->verb);
    return true;
}

bool arguments_read(int count, char **words, struct arguments *out)
{
    *out = (struct arguments){.verb = words[1]};
    bool takes_name = arguments_among("probe backup restore", out->verb);
    for (int i = 2; i < count; i++) {
        if (words[i][0] == '-') {
            if (!read_option(words, count, &i, out))
                return false;
        } else if (takes_name && out->name == NULL) {
            out->name = words[i];
        } else if (strcmp(out->verb, "probe") == 0) {
            return misused("put a name with blanks into quotes; it is not "
                           "clear what to do with ",
                           words[i]);
        } else {
            return misused("cannot make sense of ", words[i]);
        }
    }
    return out->help || is_whole(out, takes_name);
}
