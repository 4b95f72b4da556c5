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

#define BLOCK_BYTES 64

/* A shorter key goes on with zeros. */
static struct sha256 keyed(struct str key, unsigned char pad, struct str data)
{
    unsigned char block[BLOCK_BYTES];
    SHA256_CTX context;
    struct sha256 hash;
    for (size_t i = 0; i < BLOCK_BYTES; i++)
        block[i] = (i < key.n ? (unsigned char)key.s[i] : 0) ^ pad;
    int ok = SHA256_Init(&context) == 1 &&
             SHA256_Update(&context, block, sizeof block) == 1 &&
             SHA256_Update(&context, data.s, data.n) == 1 &&
             SHA256_Final(hash.bytes, &context) == 1;
    assert(ok);
    return hash;
}

static struct str bytes_of(const struct sha256 *hash)
{
    return (struct str){(const char *)hash->bytes, SHA256_BYTES};
}

struct sha256 sha256_hmac(struct str key, struct str data)
{
    struct sha256 short_key, inner;
    if (key.n > BLOCK_BYTES) {
        short_key = sha256_of(key);
        key = bytes_of(&short_key);
    }
    inner = keyed(key, 0x36, data);
    return keyed(key, 0x5C, bytes_of(&inner));
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
