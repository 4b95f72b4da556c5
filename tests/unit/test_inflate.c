/*
 * zlib-stream: one compressor for the whole connection, a sync flush after each
 * payload, bytes cut anywhere.
 */
#include "bot/discord/inflate.h"

#include "bot/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <zlib.h>

struct packer {
    z_stream stream;
};

static void packer_init(struct packer *packer, int level)
{
    *packer = (struct packer){0};
    assert_int_equal(deflateInit(&packer->stream, level), Z_OK);
}

static void pack(struct packer *packer, struct str text, struct buf *to)
{
    char *in = mem_copy(text.s, text.n);
    packer->stream.next_in = (Bytef *)in;
    packer->stream.avail_in = (uInt)text.n;
    do {
        char chunk[1024];
        packer->stream.next_out = (Bytef *)chunk;
        packer->stream.avail_out = sizeof chunk;
        (void)deflate(&packer->stream, Z_SYNC_FLUSH);
        buf_add_bytes(to, chunk, sizeof chunk - packer->stream.avail_out);
    } while (packer->stream.avail_out == 0);
    free(in);
}

/* The third holds the mark of a flush, as itself when it is not compressed. */
static const struct str payloads[] = {
    {"{\"op\":10}", 9},
    {"{\"op\":11}", 9},
    {"a\x00\x00\xFF\xFF and \x00\x00\xFF\xFF.", 15},
    {"{\"op\":0,\"d\":{\"op\":10},\"t\":\"A\"}", 31},
};
#define PAYLOADS (sizeof payloads / sizeof payloads[0])

static void check_pieces(int level, size_t piece)
{
    struct packer packer;
    struct buf packed = BUF_INIT(100000), out = BUF_INIT(1000);
    struct inflate *in = inflate_new();
    packer_init(&packer, level);
    for (size_t i = 0; i < PAYLOADS; i++) {
        buf_clear(&packed);
        pack(&packer, payloads[i], &packed);
        for (size_t at = 0; at < packed.n; at += piece) {
            size_t n = packed.n - at < piece ? packed.n - at : piece;
            enum err err =
                inflate_feed(in, (struct str){packed.s + at, n}, &out);
            assert_int_equal(err, at + n == packed.n ? ERR_OK : ERR_NOT_FOUND);
        }
        assert_true(str_eq(buf_str(&out), payloads[i]));
    }
    (void)deflateEnd(&packer.stream);
    inflate_free(in);
    buf_release(&packed);
    buf_release(&out);
}

static void pieces_of_every_size(void **state)
{
    (void)state;
    for (size_t piece = 1; piece < 60; piece++) {
        check_pieces(Z_BEST_COMPRESSION, piece);
        check_pieces(Z_NO_COMPRESSION, piece);
    }
}

static void split_at_every_byte(void **state)
{
    (void)state;
    struct packer packer;
    struct buf packed = BUF_INIT(100000), out = BUF_INIT(1000);
    packer_init(&packer, Z_NO_COMPRESSION);
    pack(&packer, payloads[2], &packed);
    for (size_t at = 0; at < packed.n; at++) {
        struct inflate *in = inflate_new();
        assert_int_equal(inflate_feed(in, (struct str){packed.s, at}, &out),
                         ERR_NOT_FOUND);
        assert_int_equal(inflate_feed(in, str_from(buf_str(&packed), at), &out),
                         ERR_OK);
        assert_true(str_eq(buf_str(&out), payloads[2]));
        inflate_free(in);
    }
    (void)deflateEnd(&packer.stream);
    buf_release(&packed);
    buf_release(&out);
}

/* What the caller does with his buffer between two pieces is his business. */
static void out_may_be_given_away(void **state)
{
    (void)state;
    struct packer packer;
    struct buf packed = BUF_INIT(100000), out = BUF_INIT(1000);
    struct inflate *in = inflate_new();
    packer_init(&packer, Z_BEST_COMPRESSION);
    for (size_t i = 0; i < PAYLOADS; i++) {
        buf_clear(&packed);
        pack(&packer, payloads[i], &packed);
        assert_int_equal(inflate_feed(in, (struct str){packed.s, 3}, &out),
                         ERR_NOT_FOUND);
        buf_release(&out);
        assert_int_equal(inflate_feed(in, str_from(buf_str(&packed), 3), &out),
                         ERR_OK);
        char *text = buf_detach(&out);
        assert_memory_equal(text, payloads[i].s, payloads[i].n);
        free(text);
    }
    (void)deflateEnd(&packer.stream);
    inflate_free(in);
    buf_release(&packed);
}

static void bomb_stops_at_the_limit(void **state)
{
    (void)state;
    enum { HUGE_BYTES = 50000000, LIMIT = 1000000 };
    struct packer packer;
    struct buf packed = BUF_INIT(10000000), out = BUF_INIT(LIMIT);
    char *zeros = mem_alloc(HUGE_BYTES);
    struct inflate *in = inflate_new();
    packer_init(&packer, Z_BEST_COMPRESSION);
    pack(&packer, (struct str){zeros, HUGE_BYTES}, &packed);
    assert_true(packed.n < 100000);
    assert_int_equal(inflate_feed(in, buf_str(&packed), &out), ERR_TOO_LONG);
    assert_true(out.room <= LIMIT + 1);
    assert_int_equal(inflate_feed(in, STR("x"), &out), ERR_INVALID);
    (void)deflateEnd(&packer.stream);
    inflate_free(in);
    buf_release(&packed);
    buf_release(&out);
    free(zeros);
}

static void limit_itself_is_allowed(void **state)
{
    (void)state;
    for (size_t limit = 8; limit <= 9; limit++) {
        struct packer packer;
        struct buf packed = BUF_INIT(1000), out = BUF_INIT(limit);
        struct inflate *in = inflate_new();
        packer_init(&packer, Z_BEST_COMPRESSION);
        pack(&packer, payloads[0], &packed); /* 9 bytes */
        assert_int_equal(inflate_feed(in, buf_str(&packed), &out),
                         limit == 9 ? ERR_OK : ERR_TOO_LONG);
        (void)deflateEnd(&packer.stream);
        inflate_free(in);
        buf_release(&packed);
        buf_release(&out);
    }
}

static void garbage_is_refused(void **state)
{
    (void)state;
    struct buf out = BUF_INIT(1000);
    struct inflate *in = inflate_new();
    assert_int_equal(inflate_feed(in, STR("{\"op\":10}"), &out), ERR_INVALID);
    assert_int_equal(inflate_feed(in, STR(""), &out), ERR_INVALID);
    inflate_free(in);
    buf_release(&out);
}

/* A stream that ends is not one of the gateway's. */
static void end_of_stream_is_refused(void **state)
{
    (void)state;
    struct packer packer;
    char packed[200];
    struct buf out = BUF_INIT(1000);
    struct inflate *in = inflate_new();
    packer_init(&packer, Z_BEST_COMPRESSION);
    packer.stream.next_out = (Bytef *)packed;
    packer.stream.avail_out = sizeof packed;
    assert_int_equal(deflate(&packer.stream, Z_FINISH), Z_STREAM_END);
    struct str all = {packed, sizeof packed - packer.stream.avail_out};
    assert_int_equal(inflate_feed(in, all, &out), ERR_INVALID);
    (void)deflateEnd(&packer.stream);
    inflate_free(in);
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_of_every_size),
        cmocka_unit_test(split_at_every_byte),
        cmocka_unit_test(out_may_be_given_away),
        cmocka_unit_test(bomb_stops_at_the_limit),
        cmocka_unit_test(limit_itself_is_allowed),
        cmocka_unit_test(garbage_is_refused),
        cmocka_unit_test(end_of_stream_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
