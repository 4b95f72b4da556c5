/*
 * What a close code of Discord means for us.
 */
#ifndef BOT_DISCORD_GATEWAY_CLOSE_H
#define BOT_DISCORD_GATEWAY_CLOSE_H

enum gateway_close_action {
    GATEWAY_CLOSE_RESUME,
    GATEWAY_CLOSE_IDENTIFY, /* the session is gone */
    GATEWAY_CLOSE_FATAL,    /* connecting again would be refused again */
};

struct gateway_close {
    int code;
    const char *words; /* FATAL: sentences for people */
    enum gateway_close_action action;
};

/* Never NULL; an unknown code resumes, as Discord asks for. 0: no close frame
 * came. */
const struct gateway_close *gateway_close_find(int code);

#endif
