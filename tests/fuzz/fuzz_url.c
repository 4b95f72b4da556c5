/*
 * Any bytes as an address: whatever we take, curl (which connects) understands
 * the same, so that the host we judged is the host that is reached.
 */
#include "bot/base/buf.h"
#include "bot/base/url.h"
#include "tests/fuzz/fuzz.h"

#include <arpa/inet.h>
#include <assert.h>
#include <curl/curl.h>
#include <string.h>

static struct str part_of(CURLU *url, CURLUPart part, char **owned)
{
    CURLUcode code = curl_url_get(url, part, owned, CURLU_DEFAULT_PORT);
    assert(code == CURLUE_OK);
    return str_of(*owned);
}

/* Names in any case; an IPv6 address (in brackets) in any notation. */
static void assert_same_host(struct str ours, struct str theirs)
{
    char text[INET6_ADDRSTRLEN], other[INET6_ADDRSTRLEN];
    struct in6_addr address, same;
    if (!str_starts(theirs, "[")) {
        struct buf name = BUF_INIT(ours.n);
        buf_add(&name, ours);
        assert(str_is_nocase(theirs, buf_text(&name)));
        buf_release(&name);
        return;
    }
    theirs = str_from(theirs, 1);
    theirs.n--;
    str_copy_to(text, ours);
    str_copy_to(other, theirs);
    assert(inet_pton(AF_INET6, text, &address) == 1);
    assert(inet_pton(AF_INET6, other, &same) == 1);
    assert(memcmp(&address, &same, sizeof same) == 0);
}

static void compare(const struct url *ours, CURLU *theirs)
{
    char *scheme, *host, *port, ours_port[12];
    (void)snprintf(ours_port, sizeof ours_port, "%d", ours->port);
    assert(str_eq(ours->scheme, part_of(theirs, CURLUPART_SCHEME, &scheme)));
    assert(str_is(part_of(theirs, CURLUPART_PORT, &port), ours_port));
    assert_same_host(ours->host, part_of(theirs, CURLUPART_HOST, &host));
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size};
    struct buf copy = BUF_INIT(size);
    struct url url;
    if (!url_parse(text, &url))
        return 0;
    assert(url.host.n > 0 && url.port > 0 && url.port < 65536);
    assert(url.target.n == 0 || url.target.s[0] == '/' ||
           url.target.s[0] == '?');
    if (!str_starts(url.scheme, "http")) /* a ws URL does not go to curl */
        return 0;
    CURLU *theirs = curl_url();
    buf_add(&copy, text);
    CURLUcode code = curl_url_set(theirs, CURLUPART_URL, buf_text(&copy), 0);
    if (code == CURLUE_OK) /* else nobody is reached */
        compare(&url, theirs);
    curl_url_cleanup(theirs);
    buf_release(&copy);
    return 0;
}
