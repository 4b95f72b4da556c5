/*
 * A web request of a check: a connection of its own, no proxy, no cookie, no
 * other protocol. curl's words may hold the URL, so they are not shown.
 */
#include "bot/base/buf.h"
#include "bot/base/mem.h"
#include "bot/io/check_kind.h"
#include "bot/probe/address.h"

#include <assert.h>
#include <openssl/x509_vfy.h>
#include <stdlib.h>
#include <string.h>

#define REDIRECTS 5L
/* curl keeps the certificates of a ca_file that it has read: a renewed one is
 * seen after so long. */
#define CA_CACHE_SECONDS 300L

struct web {
    struct check *check;
    CURL *easy;
    struct buf body;
    bool is_cut;
    bool is_refused;
    struct sockaddr_storage refused;
    web_fn *answered;
};

static size_t take_bytes(char *bytes, size_t size, size_t n, void *context)
{
    struct web *web = context;
    size_t room = web->body.limit - web->body.n, came = size * n;
    buf_add_bytes(&web->body, bytes, came < room ? came : room);
    web->is_cut = came > room;
    return web->is_cut ? 0 : came; /* 0: enough of it */
}

static curl_socket_t open_socket(void *context, curlsocktype purpose,
                                 struct curl_sockaddr *address)
{
    struct web *web = context;
    if (!web->check->probe->allow_internal &&
        address_is_internal(&address->addr)) {
        size_t n = address->addrlen < sizeof web->refused ? address->addrlen
                                                          : sizeof web->refused;
        memcpy(&web->refused, &address->addr, n);
        web->is_refused = true;
        return CURL_SOCKET_BAD;
    }
    return multi_open_socket(web->check->checks->multi, purpose, address);
}

static void set_connection(struct web *web)
{
    CURL *easy = web->easy;
    EASY_SET(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    EASY_SET(easy, CURLOPT_OPENSOCKETDATA, web);
    EASY_SET(easy, CURLOPT_FRESH_CONNECT, 1L);
    EASY_SET(easy, CURLOPT_FORBID_REUSE, 1L);
    EASY_SET(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
    EASY_SET(easy, CURLOPT_CA_CACHE_TIMEOUT, CA_CACHE_SECONDS);
}

static void set_request(struct web *web, const struct web_order *order)
{
    CURL *easy = web->easy;
    EASY_SET(easy, CURLOPT_PRIVATE, web);
    EASY_SET(easy, CURLOPT_WRITEFUNCTION, take_bytes);
    EASY_SET(easy, CURLOPT_WRITEDATA, web);
    EASY_SET(easy, CURLOPT_URL, order->url);
    EASY_SET(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    EASY_SET(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    EASY_SET(easy, CURLOPT_FOLLOWLOCATION,
             web->check->probe->follow_redirects ? 1L : 0L);
    EASY_SET(easy, CURLOPT_MAXREDIRS, REDIRECTS);
    EASY_SET(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    EASY_SET(easy, CURLOPT_USERAGENT, web->check->checks->user_agent);
    if (order->credentials != NULL) {
        EASY_SET(easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
        EASY_SET(easy, CURLOPT_USERPWD, order->credentials);
    }
}

struct web *web_start(struct check *check, const struct web_order *order,
                      web_fn *answered)
{
    struct web *web = mem_alloc(sizeof *web);
    web->check = check;
    web->answered = answered;
    web->body = BUF_INIT(order->body_limit);
    const char *ca_file = check->probe->ca_file;
    web->easy =
        multi_easy(check->checks->multi, ca_file[0] == '\0' ? NULL : ca_file);
    set_connection(web);
    set_request(web, order);
    CURLMcode code =
        curl_multi_add_handle(multi_handle(check->checks->multi), web->easy);
    assert(code == CURLM_OK);
    return web;
}

void web_free(struct web *web)
{
    if (web == NULL)
        return;
    (void)curl_multi_remove_handle(multi_handle(web->check->checks->multi),
                                   web->easy);
    curl_easy_cleanup(web->easy);
    buf_release(&web->body);
    free(web);
}

/* ---- the end ---- */

/* curl looks for the name itself, after OpenSSL has found the rest in order. */
static const char *certificate_words(CURL *easy)
{
    long verdict = X509_V_OK;
    (void)curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &verdict);
    switch (verdict) {
    case X509_V_OK:
        return "certificate is for another name";
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return "certificate expired";
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return "certificate is not valid yet";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        return "certificate is self-signed";
    default:
        return "certificate is from an issuer that is not trusted";
    }
}

/* curl says the same of the target as of what it redirects to. */
static const char *address_words(CURLcode code, bool is_redirect)
{
    if (code == CURLE_LOGIN_DENIED)
        return is_redirect ? "it redirects to an address with a user name"
                           : "not checked: the target holds a user name";
    if (is_redirect)
        return "it redirects to what is not http or https";
    return code == CURLE_URL_MALFORMAT ? "not checked: the target is no URL"
                                       : "its answer is no HTTP";
}

static const char *failure_words(CURL *easy, CURLcode code)
{
    long error = 0, status = 0;
    (void)curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &error);
    (void)curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    switch ((int)code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        return "its name cannot be looked up"; /* curl does not say why */
    case CURLE_COULDNT_CONNECT:
        return check_words((int)error);
    case CURLE_PEER_FAILED_VERIFICATION:
        return certificate_words(easy);
    case CURLE_SSL_CONNECT_ERROR: /* also when it was closed meanwhile */
        return "no TLS: the handshake failed";
    case CURLE_SSL_CACERT_BADFILE:
        return "not checked: the ca_file cannot be read";
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2_STREAM: /* reset: what HTTP/2 has for it */
    case CURLE_HTTP2:
        return "it closed the connection before the answer was whole";
    case CURLE_TOO_MANY_REDIRECTS:
        return "it redirects in circles";
    case CURLE_LOGIN_DENIED:
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL: /* HTTP/0.9 is one */
        return address_words(code, status >= 300 && status < 400);
    default:
        return "its answer is no HTTP";
    }
}

static void end(struct web *web, CURLcode code)
{
    struct check *check = web->check;
    long status = 0;
    curl_off_t us = 0;
    (void)curl_easy_getinfo(web->easy, CURLINFO_RESPONSE_CODE, &status);
    (void)curl_easy_getinfo(web->easy, CURLINFO_TOTAL_TIME_T, &us);
    if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && web->is_cut)) {
        const struct web_answer answer = {
            .status = (int)status,
            .ms = (double)us / 1000,
            .body = buf_str(&web->body),
            .is_cut = web->is_cut,
        };
        web->answered(check, &answer);
    } else if (web->is_refused) {
        check_refuse(check, (struct sockaddr *)&web->refused);
    } else {
        check_fail(check, "%s", failure_words(web->easy, code));
    }
}

void web_settle(void *context)
{
    struct checks *checks = context;
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(multi_handle(checks->multi),
                                           &left)) != NULL) {
        struct web *web;
        assert(message->msg == CURLMSG_DONE);
        (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &web);
        end(web, message->data.result);
    }
}
