#include "bot/base/err.h"

#include <assert.h>

const char *err_words(enum err err)
{
#define ERR_WORDS(name, words) words,
    static const char *const all[] = {ERR_LIST(ERR_WORDS)};
#undef ERR_WORDS
    assert(err < ERR_COUNT);
    return all[err];
}
