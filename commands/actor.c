#include "commands/actor.h"

/* Discord turns a picked "@nova" into "<@123>" within text. It sends no name
 * with it, so only those the record or the call names can be known. */
static bool is_mention(struct str text, uint64_t *id)
{
    if (!str_starts(text, "<@") || !str_ends(text, ">"))
        return false;
    struct str digits = str_from((struct str){text.s, text.n - 1}, 2);
    if (str_starts(digits, "!"))
        digits = str_from(digits, 1);
    return str_to_u64(digits, id);
}

static bool find_member(const struct call *call, uint64_t id,
                        struct actor *actor)
{
    if (call->caller.id == id) {
        *actor = call->caller;
        return true;
    }
    for (int i = 0; i < ROLE_HOLDERS; i++) {
        const struct role_holder *holder = &call->in->holders[i];
        if (holder->type == ACTOR_MEMBER && holder->user_id == id) {
            *actor = (struct actor){ACTOR_MEMBER, id, str_of(holder->name)};
            return true;
        }
    }
    return false;
}

bool actor_typed(const struct call *call, struct str by, bool is_robot,
                 struct actor *out, struct answer *answer)
{
    uint64_t id;
    if (by.n == 0)
        return true;
    if (!is_mention(by, &id)) {
        struct actor actor = actor_named(by, is_robot);
        if (actor.name.n > 0 || str_is_nocase(by, "nobody"))
            *out = actor;
        return true;
    }
    if (find_member(call, id, out))
        return true;
    buf_add_text(&answer->words,
                 "`by` takes a name as plain text, such as `nova`: opsroom "
                 "cannot read the name out of a mention. Nothing was kept.");
    return false;
}

/* A robot's name is shown as typed; before a person's, pages put the @. */
struct actor actor_named(struct str name, bool is_robot)
{
    if (str_starts(name, "@") && !is_robot)
        name = str_trim(str_from(name, 1));
    if (name.n == 0 || str_is_nocase(name, "nobody"))
        return (struct actor){.type = ACTOR_NOBODY};
    return (struct actor){is_robot ? ACTOR_ROBOT : ACTOR_NAME, 0, name};
}
