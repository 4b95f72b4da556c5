/* The plain functions, deprecated as they are: EVP would start OpenSSL's
 * providers, which keeps 0.24 MB resident in a daemon that hashes lines. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "bot/base/sha256.h"

#include <assert.h>
#include <openssl/sha.h>

struct sha256 sha256_of(struct str data)
{
    SHA256_CTX context;
    struct sha256 hash;
    int ok = SHA256_Init(&context) == 1 &&
             SHA256_Update(&context, data.s, data.n) == 1 &&
             SHA256_Final(hash.bytes, &context) == 1;
    assert(ok);
    return hash;
}

void sha256_hex(const struct sha256 *hash, char out[static SHA256_HEX])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < SHA256_BYTES; i++) {
        out[i * 2] = digits[hash->bytes[i] >> 4];
        out[i * 2 + 1] = digits[hash->bytes[i] & 15u];
    }
    out[SHA256_HEX - 1] = '\0';
}
