#include "bot/turn/take.h"

#include "bot/discord/json.h"
#include "bot/road/road.h"
#include "storage/discord.h"
#include "storage/drafts.h"

#include <stdlib.h>

static void count(struct call *call, enum verdict verdict)
{
    if (verdict == VERDICT_ACCEPTED)
        call->accepted++;
    else if (verdict == VERDICT_ALREADY)
        call->already++;
}

/* The first outcome stays where it is: its events borrow from it. */
static enum err take_further(struct command_run *run,
                             const struct command_world *world,
                             struct taken *taken)
{
    struct outcome *outcome = &taken->further;
    for (int n = 1; command_more(run, &taken->after, n); n++) {
        taken->before = taken->after;
        enum err err = road_take(world->store, &taken->before, &run->request,
                                 world->now_ms, &taken->after, outcome);
        if (err != ERR_OK)
            return err;
        count(&run->call, outcome->verdict);
        if (outcome->verdict == VERDICT_REFUSED) {
            taken->outcome.verdict = VERDICT_REFUSED;
            str_copy_to(taken->outcome.words, str_of(outcome->words));
            return ERR_OK;
        }
    }
    return ERR_OK;
}

static enum err take_requests(struct command_run *run,
                              const struct command_world *world,
                              struct taken *taken)
{
    enum err err = road_take(world->store, &run->in, &run->request,
                             world->now_ms, &taken->after, &taken->outcome);
    if (err != ERR_OK)
        return err;
    count(&run->call, taken->outcome.verdict);
    if (taken->outcome.verdict != VERDICT_REFUSED)
        err = take_further(run, world, taken);
    if (err == ERR_OK && taken->outcome.verdict == VERDICT_REFUSED) {
        run->call.accepted = 0;
        run->call.already = 0;
    }
    return err;
}

static void set_answer(struct taken *taken, cJSON *answer)
{
    taken->answer = json_printed(answer);
}

static enum err put_draft(struct command_run *run,
                          const struct command_world *world)
{
    const struct interaction *it = run->interaction;
    struct str text = buf_str(&run->answer.draft);
    return text.n == 0 ? ERR_OK
                       : store_put_draft(world->store, it->id, it->user.id,
                                         text, world->now_ms);
}

/* A draft serves once: pressed again, its button changes nothing. */
static enum err drop_drafts(const struct command_run *run,
                            const struct command_world *world)
{
    const uint64_t ids[] = {run->draft_id, run->message_draft_id};
    enum err err = ERR_OK;
    for (int i = 0; i < 2 && err == ERR_OK; i++)
        if (ids[i] != 0)
            err = store_drop_draft(world->store, ids[i]);
    return err;
}

/* When it comes again it is answered the same, and not taken once more: what
 * was refused, or so already, may be possible by then. A file would have to be
 * kept with it. */
static enum err keep_answer(struct command_run *run,
                            const struct command_world *world,
                            const struct taken *taken)
{
    return !taken->accepted && run->answer.file.n > 0
               ? ERR_OK
               : store_put_answer(world->store, run->interaction->id,
                                  str_of(taken->answer), world->now_ms);
}

static enum err take_and_keep(struct command_run *run,
                              const struct command_world *world,
                              struct taken *taken)
{
    enum err err = take_requests(run, world, taken);
    if (err != ERR_OK)
        return err;
    taken->accepted = run->call.accepted > 0;
    set_answer(taken, command_answer(run, &taken->after, &taken->outcome));
    if (!taken->accepted)
        return ERR_OK;
    err = drop_drafts(run, world);
    return err == ERR_OK ? keep_answer(run, world, taken) : err;
}

/* A draft alone, or the requests with everything that hangs on them. */
static enum err settle(struct command_run *run,
                       const struct command_world *world, struct taken *taken)
{
    enum err err = taken->requested ? take_and_keep(run, world, taken) : ERR_OK;
    if (err != ERR_OK || (taken->requested && !taken->accepted))
        return err;
    err = put_draft(run, world);
    taken->kept = err == ERR_OK;
    return err;
}

enum err take_command(struct command_run *run,
                      const struct interaction *interaction,
                      const struct command_world *world, struct taken *taken)
{
    struct store *store = world->store;
    cJSON *answer = NULL;
    taken->requested = taken->kept = taken->accepted = false;
    taken->answer = NULL;
    enum err err = command_run(run, interaction, world, &answer);
    if (err != ERR_OK)
        return err;
    taken->requested = answer == NULL;
    if (answer != NULL)
        set_answer(taken, answer);
    if (answer != NULL && run->answer.draft.n == 0)
        return ERR_OK;
    err = store_request_begin(store);
    if (err == ERR_OK) {
        err = settle(run, world, taken);
        if (taken->kept)
            err = store_request_keep(store);
        else
            store_request_undo(store);
    }
    if (err == ERR_OK && taken->requested && !taken->accepted)
        err = keep_answer(run, world, taken);
    if (err != ERR_OK) {
        free(taken->answer);
        taken->answer = NULL;
    }
    return err;
}
