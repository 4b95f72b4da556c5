/*
 * SHA-256 (FIPS 180-4) through libcrypto, which curl and lws bring along.
 */
#ifndef BOT_BASE_SHA256_H
#define BOT_BASE_SHA256_H

#include "bot/base/str.h"

#define SHA256_BYTES 32
#define SHA256_HEX   (SHA256_BYTES * 2 + 1) /* with the NUL */

struct sha256 {
    unsigned char bytes[SHA256_BYTES];
};

struct sha256 sha256_of(struct str data);
/* RFC 2104. */
struct sha256 sha256_hmac(struct str key, struct str data);
/* Lower-case hex and a NUL. */
void sha256_hex(const struct sha256 *hash, char out[static SHA256_HEX]);

#endif
