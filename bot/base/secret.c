#include "bot/base/secret.h"

#include "bot/base/sha256.h"

#include <openssl/crypto.h>

/* Hashes are equally long: the lengths do not show either. */
bool secret_is(struct str given, struct str secret)
{
    struct sha256 one = sha256_of(given);
    struct sha256 other = sha256_of(secret);
    bool is_same = CRYPTO_memcmp(one.bytes, other.bytes, SHA256_BYTES) == 0;
    return is_same && secret.n > 0;
}
