/*
 * Any bytes as what the gateway's socket brings, compressed and not. Bytes cut
 * in two at any place give the same payloads; text that was packed comes out
 * again, whole, at any cut; and what comes out is JSON that prints as it reads,
 * or is refused.
 */
#include "bot/discord/inflate.h"
#include "bot/discord/json.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#define ZLIB_CONST
#include <zlib.h>

#define PAYLOAD_BYTES ((size_t)1 << 16)
#define PACKED_BYTES  ((size_t)1 << 20)
#define CUTS          200 /* of a longer text, not every one is tried */

/* All of a payload, then an end that no other can be taken for. */
static enum err feed(struct inflate *in, struct str bytes, struct buf *payload,
                     struct buf *all)
{
    enum err err = inflate_feed(in, bytes, payload);
    assert(err == ERR_OK || err == ERR_NOT_FOUND || err == ERR_TOO_LONG ||
           err == ERR_INVALID);
    if (err == ERR_OK) {
        assert(payload->n <= PAYLOAD_BYTES);
        buf_addf(all, "%zu:", payload->n);
        buf_add(all, buf_str(payload));
    }
    return err;
}

static bool is_over(enum err err)
{
    return err == ERR_INVALID || err == ERR_TOO_LONG;
}

/* What comes of bytes that nobody packed: it ends in one way, for good. */
static void feed_raw(struct str bytes, size_t cut)
{
    struct inflate *in = inflate_new();
    struct buf payload = BUF_INIT(PAYLOAD_BYTES), all = BUF_INIT(PACKED_BYTES);
    struct str head = {bytes.s, cut}, tail = str_from(bytes, cut);
    enum err err = feed(in, head, &payload, &all);
    bool was_over = is_over(err);
    err = feed(in, tail, &payload, &all);
    assert(!was_over || err == ERR_INVALID);
    inflate_free(in);
    buf_release(&payload);
    buf_release(&all);
}

/* The lines, one message each, as Discord packs them. */
static void pack(struct str lines, int level, struct buf *out)
{
    z_stream stream = {.next_in = NULL};
    struct str line;
    int made = deflateInit(&stream, level);
    assert(made == Z_OK);
    while (str_cut(&lines, '\n', &line)) {
        stream.next_in = (const Bytef *)(line.n == 0 ? "" : line.s);
        stream.avail_in = (uInt)line.n;
        do {
            char chunk[4096];
            stream.next_out = (Bytef *)chunk;
            stream.avail_out = sizeof chunk;
            (void)deflate(&stream, Z_SYNC_FLUSH);
            buf_add_bytes(out, chunk, sizeof chunk - stream.avail_out);
        } while (stream.avail_out == 0);
    }
    (void)deflateEnd(&stream);
}

/* A flush without anything new says nothing: no line is empty. */
static bool is_packable(struct str lines)
{
    struct str line;
    bool any = false;
    while (str_cut(&lines, '\n', &line)) {
        any = true;
        if (line.n == 0 || memchr(line.s, '\xFF', line.n) != NULL)
            return false;
    }
    return any;
}

static void check_cut(struct str packed, struct str lines, size_t cut)
{
    struct inflate *in = inflate_new();
    struct buf payload = BUF_INIT(PAYLOAD_BYTES);
    size_t at = 0, next;
    struct str line;
    (void)str_cut(&lines, '\n', &line);
    /* Where a message ends the next begins: as the socket has them apart. */
    for (; at < packed.n; at = next) {
        next = at + 1;
        while (next < packed.n && next != cut &&
               !(next >= 4 &&
                 memcmp(packed.s + next - 4, "\x00\x00\xFF\xFF", 4) == 0))
            next++;
        enum err err =
            inflate_feed(in, (struct str){packed.s + at, next - at}, &payload);
        assert(err == ERR_OK || err == ERR_NOT_FOUND);
        if (err == ERR_OK) {
            assert(str_eq(buf_str(&payload), line));
            (void)str_cut(&lines, '\n', &line);
        }
    }
    assert(lines.n == 0 && payload.n > 0);
    inflate_free(in);
    buf_release(&payload);
}

static void check_packed(struct str lines, int level)
{
    struct buf packed = BUF_INIT(PACKED_BYTES);
    pack(lines, level, &packed);
    size_t step = packed.n / CUTS + 1;
    for (size_t cut = 1; cut < packed.n; cut += step)
        check_cut(buf_str(&packed), lines, cut);
    buf_release(&packed);
}

static void check_json(struct str text)
{
    cJSON *json = json_parse(text);
    if (json == NULL)
        return;
    char *once = json_print(json);
    cJSON *again = json_parse(str_of(once));
    assert(again != NULL);
    char *twice = json_print(again);
    assert(strcmp(once, twice) == 0);
    free(once);
    free(twice);
    cJSON_Delete(json);
    cJSON_Delete(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str bytes = {(const char *)data, size}, rest = bytes, line;
    size_t step = size / CUTS + 1;
    for (size_t cut = 0; cut < size; cut += step)
        feed_raw(bytes, cut);
    while (str_cut(&rest, '\n', &line))
        check_json(line);
    if (is_packable(bytes)) {
        check_packed(bytes, Z_BEST_COMPRESSION);
        check_packed(bytes, Z_NO_COMPRESSION);
    }
    return 0;
}
