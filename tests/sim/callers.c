/* Who asks: people with other rights, and what they may know. */
#include "tests/sim/people.h"

#include "bot/discord/json.h"
#include "tests/lib/room_world.h"

/* As story.c's settings have them. */
#define RESPONDERS UINT64_C(501)
#define HELPERS    UINT64_C(502)
#define ELSEWHERE  UINT64_C(2000)
#define TRUSTED_MS (40 * MS_PER_SECOND) /* of a story */
#define VIEW       (UINT64_C(1) << 10)

static const struct {
    uint64_t id;
    const char *name;
    uint64_t role; /* 0: none */
} callers[CALLERS] = {
    [NOVA] = {77, "nova", RESPONDERS}, [DMA] = {78, "dma", RESPONDERS},
    [KIM] = {79, "kim", HELPERS},      [GUEST] = {80, "guest", 0},
    [ADMIN] = {81, "admin", 0},        [FORMER] = {82, "former", RESPONDERS},
    [VISITOR] = {83, "visitor", 0},
};

const char *caller_name(int who)
{
    return callers[who].name;
}

uint64_t caller_id(int who)
{
    return callers[who].id;
}

static bool is_over(int who, int64_t ms)
{
    return who == FORMER && ms - SIM_BEGAN_MS >= TRUSTED_MS;
}

static uint64_t role_of(int who)
{
    return is_over(who, sim.now_ms) ? 0 : callers[who].role;
}

bool caller_lost_role_since(int who, int64_t ms)
{
    return is_over(who, sim.now_ms) && !is_over(who, ms);
}

bool caller_may(int who, enum right right)
{
    if (!sim.is_watched)
        return right != RIGHT_ADMIN;
    if (who == ADMIN)
        return true;
    bool is_helpers = right == RIGHT_DECLARE || right == RIGHT_RESPOND;
    return right != RIGHT_ADMIN && (role_of(who) == RESPONDERS ||
                                    (role_of(who) == HELPERS && is_helpers));
}

static uint64_t bits(const cJSON *overwrite, const char *name)
{
    uint64_t found = 0;
    (void)str_to_u64(json_text(overwrite, name), &found);
    return found;
}

/* Everybody's overwrite first, then the role's, then their own. */
bool caller_sees(int who, uint64_t channel_id)
{
    const uint64_t order[] = {WORLD_GUILD, role_of(who), callers[who].id};
    const cJSON *overwrite;
    bool sees = who != VISITOR;
    for (int i = 0; i < 3 && who != VISITOR; i++)
        cJSON_ArrayForEach(overwrite,
                           json_get(world_channel(discord_world(), channel_id),
                                    "permission_overwrites"))
        {
            if (order[i] == 0 || bits(overwrite, "id") != order[i])
                continue;
            sees = (sees && (bits(overwrite, "deny") & VIEW) == 0) ||
                   (bits(overwrite, "allow") & VIEW) != 0;
        }
    return sees;
}

bool caller_may_know(int who, const struct incident *in)
{
    uint64_t id = callers[who].id, room = incident_room(in);
    if (who == VISITOR)
        return false;
    for (int i = 0; i < ROLE_HOLDERS; i++)
        if (in->holders[i].role != ROLE_NONE && in->holders[i].user_id == id)
            return true;
    return !in->is_private || in->declared_by.id == id ||
           caller_may(who, RIGHT_ADMIN) ||
           (room != 0 && caller_sees(who, room));
}

void caller_sign(int who, cJSON *interaction)
{
    cJSON *member = json_object(), *user = json_object();
    cJSON *roles = json_array();
    json_set_id(interaction, "guild_id",
                who == VISITOR ? ELSEWHERE : WORLD_GUILD);
    json_set_id(user, "id", callers[who].id);
    json_set_text(user, "username", str_of(callers[who].name));
    json_set(member, "user", user);
    if (role_of(who) != 0) {
        char id[24];
        (void)snprintf(id, sizeof id, "%llu", (unsigned long long)role_of(who));
        json_add(roles, cJSON_CreateString(id));
    }
    json_set(member, "roles", roles);
    json_set(interaction, "member", member);
}

cJSON *caller_roles(void)
{
    const uint64_t ids[] = {RESPONDERS, HELPERS};
    cJSON *list = json_array();
    for (int i = 0; i < 2; i++) {
        cJSON *role = json_object();
        json_set_id(role, "id", ids[i]);
        json_add(list, role);
    }
    return list;
}
