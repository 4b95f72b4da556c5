/*
 * The one list of ways to fail, with their words. 0 is success. A result that
 * is not a failure (no row, need more input) has a value of its own.
 */
#ifndef BOT_BASE_ERR_H
#define BOT_BASE_ERR_H

#define ERR_LIST(X)                                                            \
    X(OK, "ok")                                                                \
    X(NOT_FOUND, "not found")                                                  \
    X(INVALID, "invalid input")                                                \
    X(TOO_LONG, "over the limit")                                              \
    X(REFUSED, "refused by the rules")                                         \
    X(CORRUPT, "stored data is damaged")                                       \
    X(STORAGE, "the database failed")                                          \
    X(IO, "reading or writing failed")                                         \
    X(NETWORK, "the network failed")                                           \
    X(TIMEOUT, "took too long")                                                \
    X(AUTH, "the token was refused")

#define ERR_ENUM(name, words) ERR_##name,
enum err { ERR_LIST(ERR_ENUM) ERR_COUNT };
#undef ERR_ENUM

#define MUST_CHECK __attribute__((warn_unused_result))

const char *err_words(enum err err);

#endif
