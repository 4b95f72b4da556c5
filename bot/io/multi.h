/*
 * curl multi on the loop: watches curl's sockets and keeps its timer. It knows
 * no request: whoever adds handles reads what became of them.
 */
#ifndef BOT_IO_MULTI_H
#define BOT_IO_MULTI_H

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

/* CURLOPT_OPENSOCKETFUNCTION and CURLOPT_CLOSESOCKETFUNCTION of every handle
 * that is added, with the multi as their data. */
curl_socket_t multi_open_socket(void *context, curlsocktype purpose,
                                struct curl_sockaddr *address);
int multi_close_socket(void *context, curl_socket_t socket);
/* Of a request that has timed out: its connection is given up when nothing at
 * all has come over it since the request left. Over HTTP/2 curl would take it
 * for the next request, and the next, until TCP gives up minutes later. */
void multi_give_up(struct multi *multi, CURL *easy);

#endif
