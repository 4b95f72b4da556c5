/*
 * Who may do what, by role and user ids, never by Discord's permission bits
 * alone. Checked on every command, button and form.
 */
#ifndef BOT_CORE_ACCESS_H
#define BOT_CORE_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum right {
    RIGHT_DECLARE, /* open an incident */
    RIGHT_RESPOND, /* write to the record */
    RIGHT_COMMAND, /* assign roles, move states */
    RIGHT_RESOLVE,
    RIGHT_ADMIN,
    RIGHT_COUNT
};

struct id_list {
    uint64_t *ids; /* owned by whoever made the list */
    size_t count;
};
bool id_list_has(const struct id_list *list, uint64_t id);

/* One list of role ids and user ids per right. An empty list: every member of
 * the guild (RIGHT_ADMIN: nobody but the users and roles named). An admin may
 * do everything. */
struct access {
    struct id_list allowed[RIGHT_COUNT];
};

bool access_allows(const struct access *access, enum right right,
                   uint64_t user_id, const uint64_t *role_ids,
                   size_t role_count);
/* "declare incidents", for a refusal */
const char *right_words(enum right right);

#endif
