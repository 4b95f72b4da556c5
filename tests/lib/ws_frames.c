#include "tests/lib/ws_frames.h"

#include <assert.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <string.h>

void ws_say_bytes(struct peer_link *link, int first_byte, const void *bytes,
                  size_t n)
{
    struct buf frame = BUF_INIT((size_t)1 << 27);
    buf_add_char(&frame, (char)first_byte);
    if (n < 126) {
        buf_add_char(&frame, (char)n);
    } else {
        buf_add_char(&frame, n < 65536 ? 126 : 127);
        for (int i = n < 65536 ? 8 : 56; i >= 0; i -= 8)
            buf_add_char(&frame, (char)(n >> i & 0xFF));
    }
    buf_add_bytes(&frame, bytes, n);
    peer_say(link, buf_str(&frame));
    buf_release(&frame);
}

void ws_say(struct peer_link *link, int first_byte, const char *text)
{
    ws_say_bytes(link, first_byte, text, strlen(text));
}

/* RFC 6455, 4.2.2: base64 of SHA-1 of the key and a fixed text. */
void ws_accept(struct peer_link *link)
{
    static const char fixed[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    struct buf text = BUF_INIT(4096);
    unsigned char hash[SHA_DIGEST_LENGTH], coded[64];
    const char *key = strstr(link->in.s, "Sec-WebSocket-Key: ");
    assert(key != NULL);
    key += strlen("Sec-WebSocket-Key: ");
    buf_add_bytes(&text, key, strcspn(key, "\r"));
    buf_add_text(&text, fixed);
    (void)SHA1((unsigned char *)text.s, text.n, hash);
    (void)EVP_EncodeBlock(coded, hash, sizeof hash);
    buf_clear(&text);
    buf_addf(&text,
             "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
             "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
             (char *)coded);
    peer_say(link, buf_str(&text));
    buf_release(&text);
}

bool ws_read(struct peer_link *link, struct ws_frame *out)
{
    unsigned char *bytes = (unsigned char *)link->in.s;
    if (link->in.n < 6)
        return false;
    assert(bytes[1] & 0x80); /* masked */
    size_t n = bytes[1] & 0x7F, head = 2;
    if (n == 126) {
        n = (size_t)bytes[2] << 8 | bytes[3];
        head = 4;
    }
    assert(n < 65536);
    if (link->in.n < head + 4 + n)
        return false;
    *out = (struct ws_frame){
        .op = bytes[0] & 0x0F,
        .data = bytes + head + 4,
        .n = n,
        .all = head + 4 + n,
    };
    for (size_t i = 0; i < n; i++)
        out->data[i] ^= bytes[head + i % 4];
    return true;
}
