/*
 * Any bytes as what opsroom-git says: a branch and its commit, or why not.
 */
#include "bot/postmortem/postmortem.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct postmortem_result result = {.commit = ""};
    struct postmortem_failure failure = {.words = BUF_INIT(1400)};
    const struct postmortem_settings settings = {.repository = "p.git"};
    if (postmortem_result_read((struct str){(const char *)data, size},
                               &settings, &result, &failure) == ERR_OK)
        assert(result.branch[0] != '\0');
    else
        assert(failure.words.n > 0 && result.commit[0] == '\0');
    buf_release(&failure.words);
    return 0;
}
