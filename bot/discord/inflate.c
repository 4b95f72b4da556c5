#include "bot/discord/inflate.h"

#include "bot/base/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#define ZLIB_CONST /* next_in is only read */
#include <zlib.h>

/* zlib says so in data_type: the last thing read was the end of a block. */
#define AT_BLOCK_END 128

struct inflate {
    z_stream stream;
    struct buf text;      /* of the payload that is under way */
    unsigned char end[4]; /* the last bytes fed */
    bool is_broken;       /* nothing after a broken byte can be read */
};

struct inflate *inflate_new(void)
{
    struct inflate *in = mem_alloc(sizeof *in);
    int made = inflateInit(&in->stream);
    assert(made == Z_OK); /* else memory is out, or zlib is not the one */
    return in;
}

void inflate_free(struct inflate *in)
{
    if (in == NULL)
        return;
    (void)inflateEnd(&in->stream);
    buf_release(&in->text);
    free(in);
}

static void keep_end(struct inflate *in, struct str bytes)
{
    size_t n = bytes.n < sizeof in->end ? bytes.n : sizeof in->end;
    memmove(in->end, in->end + n, sizeof in->end - n);
    if (n > 0)
        memcpy(in->end + sizeof in->end - n, bytes.s + bytes.n - n, n);
}

/* Compressed data may hold the four bytes by chance; only at the end of a block
 * are they the mark of a flush. */
static bool is_whole(const struct inflate *in)
{
    return memcmp(in->end, "\x00\x00\xFF\xFF", sizeof in->end) == 0 &&
           (in->stream.data_type & AT_BLOCK_END) != 0;
}

/* All of the bytes into in->text. */
static enum err unpack(struct inflate *in, struct str bytes)
{
    char chunk[16384];
    in->stream.next_in = (const Bytef *)bytes.s;
    in->stream.avail_in = (uInt)bytes.n;
    do {
        in->stream.next_out = (Bytef *)chunk;
        in->stream.avail_out = sizeof chunk;
        int result = inflate(&in->stream, Z_SYNC_FLUSH);
        if (result != Z_OK && result != Z_BUF_ERROR)
            return ERR_INVALID; /* Z_STREAM_END too: a stream never ends */
        buf_add_bytes(&in->text, chunk, sizeof chunk - in->stream.avail_out);
        if (in->text.overflow)
            return ERR_TOO_LONG;
    } while (in->stream.avail_out == 0);
    return ERR_OK;
}

enum err inflate_feed(struct inflate *in, struct str bytes, struct buf *out)
{
    if (in->is_broken || bytes.n > UINT32_MAX)
        return ERR_INVALID;
    in->text.limit = out->limit;
    enum err err = unpack(in, bytes);
    if (err != ERR_OK) {
        in->is_broken = true;
        buf_release(&in->text);
        return err;
    }
    keep_end(in, bytes);
    if (!is_whole(in))
        return ERR_NOT_FOUND;
    /* The two swap their memory: a big payload is not copied. */
    struct buf spare = *out;
    *out = in->text;
    in->text = spare;
    buf_clear(&in->text);
    memset(in->end, 0xAA, sizeof in->end);
    return ERR_OK;
}
