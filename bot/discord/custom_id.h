/*
 * What a button or form says when it is used: which command, for which
 * incident, with which options already filled in. `1|ic assign|12|user=me`:
 * version, command, incident (0: none), then presets `name=value`, each after
 * a bar. Old messages keep their buttons for ever, so the meaning of version 1
 * never changes. Everything read back is untrusted.
 */
#ifndef BOT_DISCORD_CUSTOM_ID_H
#define BOT_DISCORD_CUSTOM_ID_H

#include "bot/base/str.h"

#define CUSTOM_ID_BYTES 101 /* Discord's 100 characters and a NUL */

/* `preset` is "name=value", several joined by '|', or "". False when it does
 * not fit: then it is left out, and the rest still works as a plain button. */
bool custom_id_make(char out[static CUSTOM_ID_BYTES], const char *command,
                    int64_t incident_id, const char *preset);

struct custom_id {
    struct str command; /* borrowed, as the rest */
    int64_t incident_id;
    struct str presets; /* for custom_id_preset */
};
/* False when it is none of ours, or of a version we do not know. */
bool custom_id_parse(struct str text, struct custom_id *out);
/* A select's: the preset without '=', which names the option that the chosen
 * value fills. STR_NONE: there is none. */
struct str custom_id_chosen(struct str presets);
/* Takes the next preset off the front of *presets; false when there is none
 * left. One without '=' is skipped. */
bool custom_id_preset(struct str *presets, struct str *name, struct str *value);

#endif
