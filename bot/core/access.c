#include "bot/core/access.h"

#include <assert.h>

bool id_list_has(const struct id_list *list, uint64_t id)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->ids[i] == id)
            return true;
    return false;
}

static bool is_named(const struct id_list *list, uint64_t user_id,
                     const uint64_t *role_ids, size_t role_count)
{
    if (id_list_has(list, user_id))
        return true;
    for (size_t i = 0; i < role_count; i++)
        if (id_list_has(list, role_ids[i]))
            return true;
    return false;
}

bool access_allows(const struct access *access, enum right right,
                   uint64_t user_id, const uint64_t *role_ids,
                   size_t role_count)
{
    assert(right < RIGHT_COUNT);
    if (right != RIGHT_ADMIN && access->allowed[right].count == 0)
        return true;
    return is_named(&access->allowed[right], user_id, role_ids, role_count) ||
           is_named(&access->allowed[RIGHT_ADMIN], user_id, role_ids,
                    role_count);
}

const char *right_words(enum right right)
{
    static const char *const words[] = {
        [RIGHT_DECLARE] = "declare incidents",
        [RIGHT_RESPOND] = "write to the record",
        [RIGHT_COMMAND] = "assign roles and move incidents",
        [RIGHT_RESOLVE] = "resolve incidents",
        [RIGHT_ADMIN] = "administer opsroom",
    };
    assert(right < RIGHT_COUNT);
    return words[right];
}
