#include "bot/helpers/git.h"

#include <git2/errors.h>

#include <errno.h>
#include <string.h>

const char *git_reason_word(enum git_reason reason)
{
#define WORD(name, word, retry) [GIT_REASON_##name] = (word),
    static const char *const words[] = {GIT_REASON_LIST(WORD)};
#undef WORD
    return words[reason];
}

bool git_reason_may_pass(enum git_reason reason)
{
#define RETRY(name, word, retry) [GIT_REASON_##name] = (retry),
    static const bool retries[] = {GIT_REASON_LIST(RETRY)};
#undef RETRY
    return retries[reason];
}

/* libgit2 keeps the system's words, and not its number. */
static enum git_reason reason_of(const git_error *error)
{
    static const int full[] = {ENOSPC, EDQUOT, EFBIG};
    for (size_t i = 0; i < sizeof full / sizeof full[0]; i++)
        if (strstr(error->message, strerror(full[i])) != NULL)
            return GIT_REASON_DISK_FULL;
    switch (error->klass) {
    case GIT_ERROR_ODB:
    case GIT_ERROR_OBJECT:
    case GIT_ERROR_ZLIB:
    case GIT_ERROR_INDEXER:
        return GIT_REASON_DAMAGED;
    case GIT_ERROR_NET:
    case GIT_ERROR_HTTP:
    case GIT_ERROR_SSL:
    case GIT_ERROR_SSH:
        return GIT_REASON_NETWORK;
    default:
        return GIT_REASON_OTHER;
    }
}

enum err git_say(struct git_trouble *trouble, const char *what)
{
    const git_error *error = git_error_last();
    buf_clear(&trouble->text);
    buf_addf(&trouble->text, "%s: %s", what,
             error == NULL ? "libgit2 does not say why" : error->message);
    trouble->reason = error == NULL ? GIT_REASON_OTHER : reason_of(error);
    return ERR_IO;
}

enum err git_fail(struct git_trouble *trouble, enum git_reason reason,
                  const char *format, ...)
{
    va_list args;
    buf_clear(&trouble->text);
    va_start(args, format);
    buf_addv(&trouble->text, format, args);
    va_end(args);
    trouble->reason = reason;
    return ERR_IO;
}
