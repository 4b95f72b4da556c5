#include "bot/room/overwrites.h"

#include "bot/discord/interaction.h"
#include "bot/discord/json.h"
#include "bot/room/channel.h"

#include <inttypes.h>
#include <stdio.h>

#define OVERWRITES_MOST 100 /* Discord's most in one request */

#define BIT_VIEW       UINT64_C(1024)
#define BIT_HISTORY    UINT64_C(65536)
#define BIT_SEND       UINT64_C(2048)
#define BIT_REACT      UINT64_C(64)
#define BITS_READ      (BIT_VIEW | BIT_HISTORY)
#define BITS_THREADS   UINT64_C(377957122048) /* public, private, sending in */
#define BITS_WRITE     (BIT_SEND | BIT_REACT | BITS_THREADS)
#define BITS_TAKE_PART (BITS_READ | BIT_SEND)
/* VIEW_CHANNEL, SEND_MESSAGES, EMBED_LINKS, ATTACH_FILES, READ_MESSAGE_HISTORY,
 * PIN_MESSAGES, ADD_REACTIONS, CREATE_PUBLIC_THREADS,
 * SEND_MESSAGES_IN_THREADS */
#define BITS_BOT UINT64_C(2252109051448384)
/* All that opsroom is invited with, but for Manage Roles: to set that, Discord
 * wants an administrator. */
#define BITS_OURS UINT64_C(2252179918408784)

static void set_bits(cJSON *overwrite, const char *name, uint64_t bits)
{
    json_set_id(overwrite, name, bits); /* decimal text, as an id */
}

static uint64_t bits_of(const cJSON *overwrite, const char *name)
{
    uint64_t bits = 0;
    (void)str_to_u64(json_text(overwrite, name), &bits);
    return bits;
}

static cJSON *find(const cJSON *list, uint64_t id)
{
    cJSON *overwrite;
    cJSON_ArrayForEach(overwrite, list)
    {
        if (json_get_id(overwrite, "id") == id)
            return overwrite;
    }
    return NULL;
}

static void add(cJSON *list, uint64_t id, bool is_member, uint64_t allow,
                uint64_t deny)
{
    cJSON *overwrite;
    if (id == 0 || cJSON_GetArraySize(list) == OVERWRITES_MOST ||
        find(list, id) != NULL)
        return;
    overwrite = json_object();
    json_set_id(overwrite, "id", id);
    json_set_number(overwrite, "type", is_member ? 1 : 0);
    set_bits(overwrite, "allow", allow);
    set_bits(overwrite, "deny", deny);
    json_add(list, overwrite);
}

/* ---- a private war room ---- */

static const enum right rights[] = {RIGHT_ADMIN, RIGHT_COMMAND, RIGHT_RESPOND};

bool overwrites_ask_roles(const struct visit *visit)
{
    size_t named = 0;
    for (size_t r = 0; r < sizeof rights / sizeof rights[0]; r++)
        named += visit->set->access->allowed[rights[r]].count;
    return named > 0;
}

static void let_responders_in(const struct visit *visit, const cJSON *roles,
                              cJSON *list)
{
    bool with_persons = visit->delivery->narrowed < WITHOUT_NAMED_PERSONS;
    for (size_t r = 0; r < sizeof rights / sizeof rights[0]; r++) {
        const struct id_list *ids = &visit->set->access->allowed[rights[r]];
        for (size_t i = 0; i < ids->count; i++) {
            bool is_member = find(roles, ids->ids[i]) == NULL;
            if (!is_member || with_persons)
                add(list, ids->ids[i], is_member, BITS_TAKE_PART, 0);
        }
    }
}

cJSON *overwrites_private(const struct visit *visit, const cJSON *roles)
{
    const struct incident *in = &visit->delivery->in;
    cJSON *list = json_array();
    /* The role that everybody has carries the guild's id. */
    add(list, in->guild_id, false, 0, BIT_VIEW);
    add(list, visit->set->bot_user_id, true, BITS_BOT, 0);
    add(list, in->declared_by.id, true, BITS_TAKE_PART, 0);
    for (int i = 0; i < ROLE_HOLDERS; i++)
        if (in->holders[i].role != ROLE_NONE)
            add(list, in->holders[i].user_id, true, BITS_TAKE_PART, 0);
    if (overwrites_ask_roles(visit))
        let_responders_in(visit, roles, list);
    return list;
}

/* ---- the others ---- */

cJSON *overwrites_live(const struct visit *visit, bool is_hidden)
{
    cJSON *list = json_array();
    add(list, visit->delivery->in.guild_id, false, is_hidden ? 0 : BITS_READ,
        is_hidden ? BIT_VIEW | BITS_WRITE : BITS_WRITE);
    add(list, visit->set->bot_user_id, true, BITS_BOT, 0);
    return list;
}

cJSON *overwrites_copy(const cJSON *channel, bool is_within_ours)
{
    uint64_t most = is_within_ours ? BITS_OURS : UINT64_MAX;
    const cJSON *from;
    int64_t type;
    cJSON *list = json_array();
    cJSON_ArrayForEach(from, json_get(channel, "permission_overwrites"))
    {
        if (json_whole(json_get(from, "type"), &type))
            add(list, json_get_id(from, "id"), type == 1,
                bits_of(from, "allow") & most, bits_of(from, "deny") & most);
    }
    return list;
}

void overwrites_silence(const struct visit *visit, cJSON *list)
{
    cJSON *overwrite;
    uint64_t everybody = visit->delivery->in.guild_id;
    add(list, everybody, false, 0, BITS_WRITE);
    add(list, visit->set->bot_user_id, true, BITS_BOT, 0);
    cJSON_ArrayForEach(overwrite, list)
    {
        uint64_t id = json_get_id(overwrite, "id");
        uint64_t deny = bits_of(overwrite, "deny");
        if (id == visit->set->bot_user_id)
            continue;
        set_bits(overwrite, "allow", bits_of(overwrite, "allow") & ~BITS_WRITE);
        set_bits(overwrite, "deny", id == everybody ? deny | BITS_WRITE : deny);
    }
}
