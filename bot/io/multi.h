/*
 * curl multi on the loop: watches curl's sockets and keeps its timer. It knows
 * no request: whoever adds handles reads what became of them.
 */
#ifndef BOT_IO_MULTI_H
#define BOT_IO_MULTI_H

#include <assert.h>
#include <curl/curl.h>
#include <uv.h>

struct multi;

/* `ended` is called when curl_multi_info_read may have something; it may free
 * the multi. Keeps so many connections that nobody uses. */
struct multi *multi_new(uv_loop_t *loop, long idle_connections,
                        void (*ended)(void *context), void *context);
/* All handles have been removed; NULL is fine. */
void multi_free(struct multi *multi);
CURLM *multi_handle(const struct multi *multi);

/* A handle with what every request of ours has in common: its sockets are the
 * multi's, http and https only, no proxy, no redirect is followed, and whom it
 * trusts: `ca_file`, or the system's certificates when that is NULL. To be
 * freed with curl_easy_cleanup. */
CURL *multi_easy(struct multi *multi, const char *ca_file);
/* Fails only for want of memory, or by our mistake. */
#define EASY_SET(easy, option, value)                                          \
    do {                                                                       \
        CURLcode code_ = curl_easy_setopt((easy), (option), (value));          \
        assert(code_ == CURLE_OK);                                             \
    } while (0)
/* CURLOPT_OPENSOCKETFUNCTION of such a handle, with the multi as its data; for
 * whoever looks at the address first. */
curl_socket_t multi_open_socket(void *context, curlsocktype purpose,
                                struct curl_sockaddr *address);
/* Of a request that has timed out: its connection is given up when nothing at
 * all has come over it since the request left. Over HTTP/2 curl would take it
 * for the next request, and the next, until TCP gives up minutes later. */
void multi_give_up(struct multi *multi, CURL *easy);

#endif
