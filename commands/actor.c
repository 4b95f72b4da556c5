#include "commands/actor.h"

#include "commands/mention.h"

/* Discord says no name beside a form's text: only those whom the record or the
 * call names are known then. */
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

bool actor_typed(const struct call *call, const struct value *typed,
                 bool is_robot, struct actor *out, struct answer *answer)
{
    struct str by = typed->text;
    size_t n;
    if (by.n == 0)
        return true;
    if (typed->user.id != 0) {
        *out = (struct actor){typed->user.is_bot ? ACTOR_ROBOT : ACTOR_MEMBER,
                              typed->user.id, typed->user.name};
        return true;
    }
    uint64_t id = mention_at(by, &n);
    if (id == 0 || n < by.n) {
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
