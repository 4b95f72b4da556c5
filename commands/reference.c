#include "commands/reference.h"

static bool number_of(struct str text, int64_t *out)
{
    uint64_t number;
    if (!str_to_u64(text, &number) || number == 0 || number > INT64_MAX)
        return false;
    *out = (int64_t)number;
    return true;
}

bool incident_reference(struct str text, int64_t *id)
{
    text = str_trim(text);
    struct str head = {text.s, 4};
    if (text.n > 4 && str_is_nocase(head, "INC-"))
        text = str_from(text, 4);
    return number_of(text, id);
}

bool entry_reference(struct str text, int64_t *incident_id, int64_t *seq)
{
    int64_t incident = 0, number;
    struct str rest = text, before;
    bool has_mark = str_cut(&rest, '#', &before) && rest.s != NULL;
    if (has_mark && str_trim(before).n > 0 &&
        !incident_reference(before, &incident))
        return false;
    if (!number_of(str_trim(has_mark ? rest : text), &number))
        return false;
    *incident_id = incident;
    *seq = number;
    return true;
}
