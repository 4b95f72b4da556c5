#include "bot/base/handle.h"

#include "bot/base/ascii.h"

bool handle_may_begin(char c)
{
    return is_alnum(c) || c == '_' || (c & 0x80) != 0;
}

bool handle_may_have(char c)
{
    return handle_may_begin(c) || c == '.' || c == '-';
}

bool handle_is(struct str name)
{
    for (size_t i = 0; i < name.n; i++)
        if (i == 0 ? !handle_may_begin(name.s[i]) : !handle_may_have(name.s[i]))
            return false;
    return name.n > 0;
}
