/*
 * What must not be shown to everybody: tokens, private keys, passwords, private
 * addresses. People paste them with log lines when they are in a hurry. It is
 * recognised by its form or by the name before it, in one pass; what is not
 * recognised stays, so this is a net and no promise.
 *
 * Hashes (commit ids, sha256), public keys, 127.0.0.1, versions and dates stay.
 */
#ifndef BOT_CORE_SECRETS_H
#define BOT_CORE_SECRETS_H

#include "bot/base/buf.h"

enum secret {
    SECRET_TOKEN,
    SECRET_KEY,
    SECRET_PASSWORD,
    SECRET_ADDRESS, /* RFC 1918, RFC 6598, RFC 4193, link-local */
    SECRET_COUNT
};

struct secrets_found {
    int count[SECRET_COUNT];
};

/* Adds `text` to `out` with `[removed: a token]`, `[removed: a private key]`,
 * `[removed: a password]` or `[removed: a private address]` in place of what
 * looks like one; true when something was. `found` (may be NULL) is written
 * whole. What is valid UTF-8 stays so; scrubbing twice changes nothing more.
 * Grows a text to less than 8 times its length. */
bool secrets_scrub(struct str text, struct buf *out,
                   struct secrets_found *found);

/* For the author: "a token, 2 passwords and a private address"; nothing when
 * nothing was found. */
void secrets_found_words(const struct secrets_found *found, struct buf *out);

#endif
