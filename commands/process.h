/*
 * What the running process knows, and can do, that is in no settings and no
 * record. The app fills it; a command reads it.
 */
#ifndef COMMANDS_PROCESS_H
#define COMMANDS_PROCESS_H

#include "bot/config.h"
#include "storage/store.h"

struct process {
    const char *version;
    uint64_t application_id;
    int64_t started_ms;     /* wall clock, as all of these */
    bool is_connected;      /* to the gateway, with a session */
    int64_t connection_ms;  /* since when that is so */
    int64_t last_commit_ms; /* 0: none since the start */
    int64_t failed_ms;      /* when a turn could last not be kept; 0: never */
    /* The postmortem's page. ERR_INVALID: `why` says what is wrong. */
    enum err (*render)(struct store *store, const struct config *config,
                       const struct incident *in, struct buf *page,
                       struct buf *why);
    /* The whole record of an incident as JSON, private entries and all. */
    enum err (*export)(struct store *store, const struct incident *in,
                       struct buf *out);
};

#endif
