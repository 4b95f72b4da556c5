#include "bot/discord/gateway_close.h"

#include <stddef.h>

#define RESUME   GATEWAY_CLOSE_RESUME
#define IDENTIFY GATEWAY_CLOSE_IDENTIFY
#define FATAL    GATEWAY_CLOSE_FATAL

/* Discord docs, Opcodes and Status Codes, Gateway Close Event Codes. After 1000
 * and 1001 the session is mostly gone: gateway.c tries it once. */
const struct gateway_close *gateway_close_find(int code)
{
    static const struct gateway_close codes[] = {
        {0, "the connection was lost", RESUME},
        {1000, "normal closure", RESUME},
        {1001, "going away", RESUME},
        {1006, "the connection was lost", RESUME},
        {4000, "unknown error", RESUME},
        {4001, "unknown opcode or payload: our bug", RESUME},
        {4002, "a payload could not be decoded: our bug", RESUME},
        {4003, "not authenticated: the session is invalid", IDENTIFY},
        {4004,
         "Discord refused the bot token. Put the current token in place and "
         "start again.",
         FATAL},
        {4005, "identified twice: our bug", RESUME},
        {4007, "invalid sequence number", IDENTIFY},
        {4008, "sent too much", RESUME},
        {4009, "the session timed out", IDENTIFY},
        {4010, "Discord refused the shard. This is a bug: please report it.",
         FATAL},
        {4011,
         "Discord requires sharding, because the bot is in too many servers. "
         "Take it out of some, then start again.",
         FATAL},
        {4012,
         "Discord no longer speaks this gateway version. Install a newer "
         "opsroom.",
         FATAL},
        {4013, "Discord refused the intents. This is a bug: please report it.",
         FATAL},
        {4014,
         "Discord does not allow this bot an intent it asks for. Allow it in "
         "the developer portal (Bot, Privileged Gateway Intents), then start "
         "again.",
         FATAL},
    };
    static const struct gateway_close unknown = {-1, "unknown code", RESUME};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (codes[i].code == code)
            return &codes[i];
    return &unknown;
}
