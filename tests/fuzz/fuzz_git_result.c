/*
 * Any bytes as what opsroom-git says: a commit and its branch, or why not.
 */
#include "bot/postmortem/postmortem.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct postmortem_result result = {.commit = ""};
    struct buf why = BUF_INIT(4096);
    if (postmortem_result_read((struct str){(const char *)data, size}, &result,
                               &why) == ERR_OK)
        assert(result.commit[0] != '\0' && result.branch[0] != '\0');
    else
        assert(why.n > 0 && result.commit[0] == '\0');
    buf_release(&why);
    return 0;
}
