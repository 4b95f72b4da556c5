/*
 * Any bytes as what a request shows: the first line is the Authorization
 * header, the second the query, the rest the body. Only who has the secret is
 * let in, and who has it always is.
 */
#include "bot/base/buf.h"
#include "bot/forge_hook.h"
#include "bot/io/http_auth.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <string.h>

/* No short text comes upon it by chance. */
#define SECRET "c0rrect horse&battery+staple=%"
#define CODED  "c0rrect+horse%26battery%2Bstaple%3D%25"

static void check_query(struct str query)
{
    struct buf value = BUF_INIT(1024), again = BUF_INIT(1024);
    bool is_there = http_query_value(query, "secret", &value);
    assert(!is_there || (!value.overflow && value.n <= query.n));
    /* It is the first that counts, whatever comes after. */
    struct buf longer = BUF_INIT(query.n + 100);
    buf_add(&longer, query);
    buf_add_text(&longer, "&secret=" CODED);
    bool is_last = http_query_value(buf_str(&longer), "secret", &again);
    assert(!is_there || (is_last && str_eq(buf_str(&value), buf_str(&again))));
    buf_release(&longer);
    buf_release(&value);
    buf_release(&again);
}

static bool holds(struct str text, const char *piece)
{
    return text.n > 0 && memmem(text.s, text.n, piece, strlen(piece)) != NULL;
}

static void check_admission(struct http_request *request)
{
    struct str query = request->query, coded = request->authorization;
    coded.n = coded.n < 5 ? coded.n : 5;
    /* Base64 of it could stand there, and is not looked for. */
    if (!holds(request->authorization, "horse") && !holds(query, "horse") &&
        !holds(query, "%") && !str_is_nocase(coded, "basic"))
        assert(!http_has_secret(request, STR(SECRET)));
    assert(!http_has_secret(request, STR("")));
    request->authorization = STR("Bearer " SECRET);
    assert(http_has_secret(request, STR(SECRET)));
    request->authorization = STR_NONE;
    request->query = STR("a=b&secret=" CODED);
    assert(http_has_secret(request, STR(SECRET)));
}

static void check_hook(struct http_request *request, struct str signature)
{
    request->signature = request->gitlab_token = signature;
    if (!holds(signature, "horse"))
        assert(!forge_hook_is_genuine(request, FORGE_GITLAB, STR(SECRET)));
    assert(!forge_hook_is_genuine(request, FORGE_GITHUB, STR(SECRET)));
    request->gitlab_token = STR(SECRET);
    assert(forge_hook_is_genuine(request, FORGE_GITLAB, STR(SECRET)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str rest = {(const char *)data, size};
    struct str authorization = STR_NONE, query = STR_NONE;
    (void)str_cut(&rest, '\n', &authorization);
    (void)str_cut(&rest, '\n', &query);
    struct http_request request = {
        .authorization = authorization, .query = query, .body = rest};
    check_query(query);
    check_admission(&request);
    check_hook(&request, authorization);
    return 0;
}
