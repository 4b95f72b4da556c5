#include "storage/store_internal.h"

enum err store_put_attachment(struct store *store, struct str bytes,
                              struct sha256 *out)
{
    struct sha256 hash = sha256_of(bytes);
    char hex[SHA256_HEX];
    sha256_hex(&hash, hex);
    struct query query =
        query_new(store, "INSERT INTO attachment (sha256, bytes) VALUES (?, ?)"
                         " ON CONFLICT (sha256) DO NOTHING");
    query_text(&query, str_of(hex));
    query_blob(&query, bytes.s, bytes.n);
    enum err err = query_run(&query);
    if (err == ERR_OK)
        *out = hash;
    return err;
}

enum err store_attachment(struct store *store, struct str sha256_hex,
                          struct buf *out)
{
    struct query query =
        query_new(store, "SELECT bytes FROM attachment WHERE sha256 = ?");
    query_text(&query, sha256_hex);
    return query_end_text(&query, out);
}
