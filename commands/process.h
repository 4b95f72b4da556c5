/*
 * What the running process knows, and can do, that is in no settings and no
 * record. The app fills it; a command reads it.
 */
#ifndef COMMANDS_PROCESS_H
#define COMMANDS_PROCESS_H

#include "bot/config/config.h"
#include "bot/probe/status.h"
#include "storage/store.h"

/* The probes, and what people do with them. runner NULL: there are none. */
struct process_probes {
    struct probe_runner *runner;
    int (*count)(const struct probe_runner *runner);
    int (*find)(const struct probe_runner *runner, struct str name); /* or -1 */
    struct probe_status (*status)(const struct probe_runner *runner, int index);
    /* Until then; 0 ends it. Kept with the turn. */
    void (*mute)(struct probe_runner *runner, int index, int64_t until_ms);
    void (*watch)(struct probe_runner *runner, int index, int64_t until_ms);
};

struct process {
    const char *version;
    uint64_t application_id;
    int64_t started_ms;     /* wall clock, as all of these */
    bool is_connected;      /* to the gateway, with a session */
    int64_t connection_ms;  /* since when that is so */
    int64_t last_commit_ms; /* 0: none since the start */
    int64_t failed_ms;      /* of the last turn, when it could not be kept */
    int64_t ahead_ms;       /* our clock before Discord's, see rest_ahead_ms */
    /* The postmortem's page; is_public: the short one for everybody.
     * ERR_INVALID, ERR_REFUSED: `why` says what is wrong. */
    enum err (*render)(struct store *store, const struct config *config,
                       const struct incident *in, bool is_public,
                       struct buf *page, struct buf *why);
    /* What people wrote that the record contradicts: a line each, escaped for
     * a message. */
    enum err (*check_prose)(struct store *store, const struct incident *in,
                            struct buf *out);
    struct process_probes probes;
    /* The whole record of an incident as JSON, private entries and all. */
    enum err (*export)(struct store *store, const struct incident *in,
                       struct buf *out);
};

#endif
