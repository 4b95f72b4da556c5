#include "bot/room/deliver.h"

#include "bot/discord/json.h"

#include <inttypes.h>
#include <stdio.h>

#define OVERWRITES 100 /* Discord's most in one request */

#define BITS_VIEW "1024" /* VIEW_CHANNEL */

static void add_name(const struct incident *in, cJSON *body)
{
    struct buf name = BUF_INIT(CHANNEL_NAME_BYTES);
    channel_name_add(&name, in, false);
    json_set_text(body, "name", buf_str(&name));
    buf_release(&name);
}

struct people {
    uint64_t ids[OVERWRITES];
    int count;
};

static void let_in(struct people *people, cJSON *body, uint64_t id,
                   bool is_member)
{
    if (id == 0 || people->count == OVERWRITES)
        return;
    for (int i = 0; i < people->count; i++)
        if (people->ids[i] == id)
            return;
    people->ids[people->count++] = id;
    channel_add_overwrite(body, id, is_member, BITS_TAKE_PART, "0");
}

static bool is_a_role(const cJSON *roles, uint64_t id)
{
    const cJSON *role;
    cJSON_ArrayForEach(role, roles) if (id_of(role) == id) return true;
    return false;
}

static bool names_anybody(const struct access *access)
{
    return access->allowed[RIGHT_ADMIN].count +
               access->allowed[RIGHT_COMMAND].count +
               access->allowed[RIGHT_RESPOND].count >
           0;
}

/* The settings name roles and users by id alone, of every guild at once; this
 * guild's roles tell which is which. */
static void let_responders_in(const struct visit *visit, struct people *people,
                              cJSON *body)
{
    static const enum right rights[] = {RIGHT_ADMIN, RIGHT_COMMAND,
                                        RIGHT_RESPOND};
    for (size_t r = 0; r < sizeof rights / sizeof rights[0]; r++) {
        const struct id_list *list = &visit->set->access->allowed[rights[r]];
        for (size_t i = 0; i < list->count; i++) {
            uint64_t id = list->ids[i];
            bool is_member = !is_a_role(visit->answer->json, id);
            if (!is_member || visit->delivery->narrowed < WITHOUT_NAMED_PERSONS)
                let_in(people, body, id, is_member);
        }
    }
}

static void fill(const struct visit *visit, cJSON *body)
{
    const struct incident *in = &visit->delivery->in;
    add_name(in, body);
    /* A public war room keeps what its category, or the server, allows. */
    if (!in->is_private)
        return;
    struct people people = {.count = 0};
    people.ids[people.count++] = in->guild_id;
    people.ids[people.count++] = visit->set->bot_user_id;
    channel_add_overwrite(body, in->guild_id, false, "0", BITS_VIEW);
    channel_add_overwrite(body, visit->set->bot_user_id, true, BITS_BOT, "0");
    let_in(&people, body, in->declared_by.id, true);
    for (int i = 0; i < ROLE_HOLDERS; i++)
        if (in->holders[i].role != ROLE_NONE)
            let_in(&people, body, in->holders[i].user_id, true);
    if (names_anybody(visit->set->access))
        let_responders_in(visit, &people, body);
}

enum delivery_verdict deliver_war_room(struct visit *visit)
{
    const struct incident *in = &visit->delivery->in;
    bool is_held = in->is_private;
    struct channel_plan plan = {
        .room = "war",
        .about = "Commands and buttons work here. Nothing said here is kept "
                 "unless it is put on the record.",
        .has_plain_name = !is_held,
        .asks_roles = is_held && names_anybody(visit->set->access),
        .narrow_most = is_held ? WITHOUT_NAMED_PERSONS : AS_WISHED,
        .refusal = {"The war room could not be made", "Manage Channels",
                    is_held ? "The record goes on without a room; commands "
                              "answer in private."
                            : "The incident goes on in the channel where it "
                              "was declared."},
        .fill = fill,
    };
    if (in->war_channel_id != 0)
        return DELIVERY_DONE;
    return channel_make(visit, &plan);
}
