#include "bot/base/sha256.h"

#include <assert.h>
#include <openssl/evp.h>

struct sha256 sha256_of(struct str data)
{
    /* Looking the algorithm up costs more than hashing a line of text, so it
     * is kept for the life of the process. One thread only. */
    static EVP_MD *algorithm;
    static EVP_MD_CTX *context;
    if (algorithm == NULL) {
        algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
        context = EVP_MD_CTX_new();
    }
    struct sha256 hash;
    unsigned int n = 0;
    int ok = EVP_DigestInit_ex2(context, algorithm, NULL) == 1 &&
             EVP_DigestUpdate(context, data.s, data.n) == 1 &&
             EVP_DigestFinal_ex(context, hash.bytes, &n) == 1;
    assert(ok && n == SHA256_BYTES);
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
