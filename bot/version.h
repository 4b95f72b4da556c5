#ifndef BOT_VERSION_H
#define BOT_VERSION_H

#define OPSROOM_VERSION "0.1.0"
/* Discord wants "DiscordBot (url, version)"; anything else may be blocked. */
#define OPSROOM_USER_AGENT                                                     \
    "DiscordBot (https://opsroom.invalid/opsroom, " OPSROOM_VERSION ")"
/* Whom the owners of a target see in their logs. */
#define OPSROOM_PROBE_AGENT "opsroom/" OPSROOM_VERSION

#endif
