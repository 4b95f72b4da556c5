#include "bot/discord/custom_id.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define VERSION "1"

bool custom_id_make(char out[static CUSTOM_ID_BYTES], const char *command,
                    int64_t incident_id, const char *preset)
{
    assert(incident_id >= 0 && strchr(command, '|') == NULL);
    int n = snprintf(out, CUSTOM_ID_BYTES, VERSION "|%s|%" PRId64 "|", command,
                     incident_id);
    assert(n > 0 && n < CUSTOM_ID_BYTES);
    size_t room = CUSTOM_ID_BYTES - (size_t)n;
    if (strlen(preset) >= room)
        return false;
    memcpy(out + n, preset, strlen(preset) + 1);
    return true;
}

bool custom_id_parse(struct str text, struct custom_id *out)
{
    struct str version, command, incident;
    uint64_t id;
    if (text.n >= CUSTOM_ID_BYTES || !str_cut(&text, '|', &version) ||
        !str_is(version, VERSION) || !str_cut(&text, '|', &command) ||
        command.n == 0 || !str_cut(&text, '|', &incident) ||
        !str_to_u64(incident, &id) || id > INT64_MAX)
        return false;
    *out = (struct custom_id){command, (int64_t)id, text};
    return true;
}

bool custom_id_preset(struct str *presets, struct str *name, struct str *value)
{
    struct str pair;
    while (str_cut(presets, '|', &pair)) {
        struct str head;
        if (str_cut(&pair, '=', &head) && pair.s != NULL && head.n > 0) {
            *name = head;
            *value = pair;
            return true;
        }
    }
    return false;
}

struct str custom_id_chosen(struct str presets)
{
    struct str pair;
    while (str_cut(&presets, '|', &pair))
        if (pair.n > 0 && memchr(pair.s, '=', pair.n) == NULL)
            return pair;
    return STR_NONE;
}
