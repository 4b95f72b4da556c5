#include "bot/io/forge_http.h"

#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/base/url.h"
#include "bot/discord/json.h"
#include "bot/io/multi.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_MS       20000L
#define CONNECT_MS       8000L
#define ANSWER_BYTES     ((size_t)8 << 20) /* a page of long descriptions */
#define URL_BYTES        (FORGE_PATH_BYTES + 600)
#define IDLE_CONNECTIONS 1L

struct forge_request {
    struct forge_http *http;
    struct forge_request *next, *previous;
    CURL *easy;
    struct curl_slist *headers; /* without the token */
    struct curl_slist auth;     /* in front of them */
    struct buf body;            /* of the answer */
    char *sent;                 /* owned */
    enum forge_method method;
    char path[FORGE_PATH_BYTES]; /* for the log */
    forge_http_fn *done;
    void *context;
    char error[CURL_ERROR_SIZE];
};

struct forge_http {
    struct multi *multi;
    struct forge_request *busy;
    enum forge_kind kind;
    char *api_base, *graphql, *user_agent, *ca_file;
    char *auth; /* the header's line */
};

/* ---- one request ---- */

static size_t take_bytes(char *bytes, size_t size, size_t n, void *context)
{
    struct forge_request *request = context;
    buf_add_bytes(&request->body, bytes, size * n);
    return request->body.overflow ? 0 : size * n;
}

static void request_free(struct forge_request *request)
{
    struct forge_http *http = request->http;
    if (request->previous == NULL)
        http->busy = request->next;
    else
        request->previous->next = request->next;
    if (request->next != NULL)
        request->next->previous = request->previous;
    (void)curl_multi_remove_handle(multi_handle(http->multi), request->easy);
    curl_easy_cleanup(request->easy);
    curl_slist_free_all(request->headers);
    buf_release(&request->body);
    free(request->sent);
    free(request);
}

static void add_header(struct forge_request *request, const char *line)
{
    request->headers = curl_slist_append(request->headers, line);
    assert(request->headers != NULL);
}

static void set_headers(struct forge_request *request,
                        const struct forge_call *call)
{
    char line[FORGE_ETAG_BYTES + 32];
    const char *head;
    for (int n = 0; (head = forge_header(request->http->kind, n)) != NULL; n++)
        add_header(request, head);
    add_header(request, "Expect:");
    add_header(request, call->body == NULL ? "Content-Type:"
                                           : "Content-Type: application/json");
    if (call->etag[0] != '\0') {
        (void)snprintf(line, sizeof line, "If-None-Match: %s", call->etag);
        add_header(request, line);
    }
    request->auth = (struct curl_slist){request->http->auth, request->headers};
    EASY_SET(request->easy, CURLOPT_HTTPHEADER, &request->auth);
}

static void set_connection(struct forge_request *request)
{
    CURL *easy = request->easy;
    EASY_SET(easy, CURLOPT_USERAGENT, request->http->user_agent);
    EASY_SET(easy, CURLOPT_PATH_AS_IS, 1L);
    EASY_SET(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
    EASY_SET(easy, CURLOPT_TIMEOUT_MS, TIMEOUT_MS);
    /* curl repeats a request when a kept connection turns out dead. */
    EASY_SET(easy, CURLOPT_FRESH_CONNECT, 1L);
    EASY_SET(easy, CURLOPT_FORBID_REUSE, 1L);
}

static void set_url(struct forge_request *request,
                    const struct forge_call *call)
{
    struct buf url = BUF_INIT(URL_BYTES);
    const struct forge_http *http = request->http;
    buf_addf(&url, "%s%s", call->is_graphql ? http->graphql : http->api_base,
             call->path);
    assert(!url.overflow);
    EASY_SET(request->easy, CURLOPT_URL, buf_text(&url));
    buf_release(&url);
}

struct forge_request *forge_http_send(struct forge_http *http,
                                      struct forge_call *call,
                                      forge_http_fn *done, void *context)
{
    struct forge_request *request = mem_alloc(sizeof *request);
    request->http = http;
    request->easy = multi_easy(http->multi, http->ca_file);
    request->done = done;
    request->context = context;
    request->body = BUF_INIT(ANSWER_BYTES);
    request->method = call->method;
    str_copy_to(request->path,
                str_of(call->is_graphql ? "(GraphQL)" : call->path));
    request->sent = call->body;
    call->body = NULL;
    EASY_SET(request->easy, CURLOPT_PRIVATE, request);
    EASY_SET(request->easy, CURLOPT_ERRORBUFFER, request->error);
    EASY_SET(request->easy, CURLOPT_WRITEFUNCTION, take_bytes);
    EASY_SET(request->easy, CURLOPT_WRITEDATA, request);
    set_connection(request);
    set_url(request, call);
    if (request->sent != NULL) {
        EASY_SET(request->easy, CURLOPT_POST, 1L);
        EASY_SET(request->easy, CURLOPT_POSTFIELDS, request->sent);
        EASY_SET(request->easy, CURLOPT_POSTFIELDSIZE_LARGE,
                 (curl_off_t)strlen(request->sent));
        EASY_SET(request->easy, CURLOPT_CUSTOMREQUEST,
                 forge_method_name(request->method));
    }
    struct forge_call described = *call;
    described.body = request->sent;
    set_headers(request, &described);
    request->next = http->busy;
    if (http->busy != NULL)
        http->busy->previous = request;
    http->busy = request;
    CURLMcode code =
        curl_multi_add_handle(multi_handle(http->multi), request->easy);
    assert(code == CURLM_OK);
    return request;
}

void forge_http_cancel(struct forge_request *request)
{
    request_free(request);
}

/* ---- its end ---- */

static struct str header_of(const struct forge_request *request,
                            const char *name)
{
    struct curl_header *header;
    if (curl_easy_header(request->easy, name, 0, CURLH_HEADER, -1, &header) !=
        CURLHE_OK)
        return STR_NONE;
    return str_of(header->value);
}

/* GitHub's and Gitea's names begin with x-; GitLab's are the later standard. */
static struct str either_header(const struct forge_request *request,
                                const char *name, const char *other)
{
    struct str value = header_of(request, name);
    return value.n > 0 ? value : header_of(request, other);
}

static void tell(struct forge_request *request, CURLcode code)
{
    long status = 0;
    (void)curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &status);
    if (request->error[0] == '\0')
        str_copy_to(request->error, str_of(curl_easy_strerror(code)));
    struct forge_answer answer = {.error = request->error};
    cJSON *json = NULL;
    if (code == CURLE_OK) {
        json = json_parse(buf_str(&request->body));
        answer = (struct forge_answer){
            .status = (int)status,
            .json = json,
            .etag = header_of(request, "etag"),
            .retry_after = header_of(request, "retry-after"),
            .limit_left = either_header(request, "x-ratelimit-remaining",
                                        "ratelimit-remaining"),
            .limit_reset =
                either_header(request, "x-ratelimit-reset", "ratelimit-reset"),
        };
    }
    log_debug("forge_answered",
              LOG_TEXT("method", forge_method_name(request->method)),
              LOG_TEXT("path", request->path), LOG_INT("status", answer.status),
              LOG_TEXT("why", code == CURLE_OK ? "" : request->error));
    request->done(&answer, request->context);
    cJSON_Delete(json);
}

static void on_ended(void *context)
{
    struct forge_http *http = context;
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(multi_handle(http->multi), &left)) !=
           NULL) {
        struct forge_request *request;
        assert(message->msg == CURLMSG_DONE);
        CURLcode code = message->data.result;
        (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE,
                                &request);
        tell(request, code);
        request_free(request);
    }
}

/* ---- life ---- */

static char *text_of(struct buf *text)
{
    assert(!text->overflow);
    return buf_detach(text);
}

struct forge_http *forge_http_new(uv_loop_t *loop,
                                  const struct forge_http_config *config,
                                  struct buf *why)
{
    if (!url_is_allowed(config->api_base, "https", "http")) {
        buf_addf(why,
                 "[forge] api_base: %s is neither https:// nor http:// to this "
                 "machine",
                 config->api_base);
        return NULL;
    }
    struct forge_http *http = mem_alloc(sizeof *http);
    struct buf line = BUF_INIT(1000), graphql = BUF_INIT(URL_BYTES);
    size_t n = strlen(config->api_base);
    http->kind = config->kind;
    http->multi = multi_new(loop, IDLE_CONNECTIONS, on_ended, http);
    http->api_base = mem_text(config->api_base);
    while (n > 0 && http->api_base[n - 1] == '/')
        http->api_base[--n] = '\0';
    forge_graphql_base(config->api_base, &graphql);
    http->graphql = text_of(&graphql);
    forge_auth_header(config->kind, config->token, &line);
    http->auth = text_of(&line);
    http->user_agent = mem_text(config->user_agent);
    http->ca_file = config->ca_file == NULL ? NULL : mem_text(config->ca_file);
    return http;
}

void forge_http_free(struct forge_http *http)
{
    if (http == NULL)
        return;
    for (struct forge_request *request = http->busy, *next; request != NULL;
         request = next) {
        next = request->next;
        request_free(request);
    }
    multi_free(http->multi);
    explicit_bzero(http->auth, strlen(http->auth));
    free(http->auth);
    free(http->api_base);
    free(http->graphql);
    free(http->user_agent);
    free(http->ca_file);
    free(http);
}
