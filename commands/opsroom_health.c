#include "commands/command.h"
#include "commands/words.h"
#include "storage/health.h"

#include <inttypes.h>

/* What waits longer than that is stuck: Discord's limits take minutes. */
#define STUCK_MS (10 * MS_PER_MINUTE)

static void say_since(struct buf *words, int64_t from_ms, int64_t now_ms)
{
    struct when from = when_exact(from_ms), now = when_exact(now_ms);
    when_print_span(&from, &now, words);
}

static void add_process(const struct call *call, struct buf *words)
{
    const struct process *process = call->process;
    buf_addf(words, "**opsroom %s** is up for ", process->version);
    say_since(words, process->started_ms, call->now_ms);
    buf_addf(words, "\n**Gateway** %s for ",
             process->is_connected ? "connected" : "**not connected**");
    say_since(words, process->connection_ms, call->now_ms);
    buf_add_text(words, "\n**Last commit** ");
    if (process->last_commit_ms == 0) {
        buf_add_text(words, "none since the start");
    } else {
        say_since(words, process->last_commit_ms, call->now_ms);
        buf_add_text(words, " ago");
    }
    if (process->failed_ms != 0)
        buf_add_text(words, "; **the last try failed**");
}

static void add_queue(const struct call *call,
                      const struct store_health *health, struct buf *words)
{
    buf_add_text(words, "\n**Waiting for Discord or git** ");
    say_count(words, health->waiting, "task");
    if (health->waiting == 0)
        return;
    buf_addf(words, "; the oldest: %s",
             word_of(&effect_kind_words, (int)health->kind));
    if (health->incident_id != 0) /* a card of alerts is of none */
        buf_addf(words, " of INC-%" PRId64, health->incident_id);
    if (health->attempts > 0) {
        buf_add_text(words, ", tried ");
        say_count(words, health->attempts, "time");
        buf_add_text(words, " in ");
        say_since(words, health->first_attempt_ms, call->now_ms);
    }
    if (health->error[0] != '\0') {
        buf_add_text(words, ": ");
        say_excerpt(words, str_of(health->error), 300);
    }
}

static void add_database(const struct store_health *health, struct buf *words)
{
    buf_addf(words, "\n**Database** %.1f MB, ", (double)health->bytes / 1e6);
    say_count(words, health->incidents, "incident");
    buf_add_text(words, ", ");
    say_count(words, health->events, "event");
}

/* Each thing that is wrong, with what to do; else that all is well. */
static void add_advice(const struct call *call,
                       const struct store_health *health, struct buf *words)
{
    const struct process *process = call->process;
    size_t before = words->n;
    bool is_stuck = health->attempts > 1 &&
                    call->now_ms - health->first_attempt_ms > STUCK_MS;
    if (!process->is_connected)
        buf_add_text(words, "\n- The gateway is away: opsroom tries again by "
                            "itself. If it stays so, see discordstatus.com and "
                            "the log.");
    if (process->failed_ms != 0)
        buf_add_text(words, "\n- The record could not be written: look at the "
                            "disk of the server, its space first. Take notes "
                            "elsewhere until then.");
    if (is_stuck)
        buf_add_text(words, "\n- A task is stuck. If its words name a "
                            "permission, grant it (`/opsroom setup` shows "
                            "which): it is tried again by itself.");
    if (words->n == before)
        buf_add_text(words, "\nAll is well.");
}

static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    struct store_health health;
    (void)request;
    if (call->process == NULL ||
        store_health(call->store, call->process->ahead_ms, &health) != ERR_OK)
        return REPLY_FAILED;
    add_process(call, &answer->words);
    add_queue(call, &health, &answer->words);
    add_database(&health, &answer->words);
    add_advice(call, &health, &answer->words);
    return REPLY_TEXT;
}

const struct command command_opsroom_health = {
    .name = "opsroom health",
    .help = "Is opsroom well, and what to do if not; for admins",
    .right = RIGHT_ADMIN,
    .reads = true,
    .scope = SCOPE_NONE,
    .run = run,
};
