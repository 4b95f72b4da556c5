/*
 * What a setting's text must look like, beyond its length.
 */
#include "bot/config/settings.h"

#include "bot/base/str.h"
#include "bot/base/url.h"

#include <arpa/inet.h>
#include <string.h>

#define AUTHORITY_BYTES 320 /* longer than any row allows */

const char *check_api_base(const char *text)
{
    return url_is_allowed(text, "https", "http")
               ? NULL
               : "an https:// URL (http:// only to 127.0.0.1, ::1 or "
                 "localhost)";
}

/* The useful part of git check-ref-format. */
const char *check_branch(const char *text)
{
    bool good = text[0] != '-' && text[0] != '/' && text[0] != '.' &&
                strpbrk(text, " ~^:?*[\\") == NULL &&
                strstr(text, "..") == NULL && strstr(text, "//") == NULL &&
                strstr(text, "@{") == NULL && !str_ends(str_of(text), "/") &&
                !str_ends(str_of(text), ".lock") &&
                !str_ends(str_of(text), ".");
    return good ? NULL : "a git branch name such as \"main\"";
}

/* Whether each brace belongs to what print_path (bot/postmortem/job.c) fills
 * in. Another would be part of the name, and "{n}" a number to the helper. */
static bool has_known_marks(const char *text)
{
    static const char *const marks[] = {"{date}", "{slug}", "{id}"};
    while (*(text += strcspn(text, "{}")) != '\0') {
        size_t n = 0;
        for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
            if (str_starts(str_of(text), marks[i]))
                n = strlen(marks[i]);
        if (n == 0)
            return false;
        text += n;
    }
    return true;
}

/* A path in the repository: it must not climb out, nor into .git. */
const char *check_page_path(const char *text)
{
    struct str rest = str_of(text), part;
    bool good = strstr(text, "{slug}") != NULL && strchr(text, '\\') == NULL &&
                has_known_marks(text);
    while (str_cut(&rest, '/', &part))
        good = good && part.n > 0 && !str_is(part, ".") &&
               !str_is(part, "..") && !str_is_nocase(part, ".git");
    return good ? NULL
                : "a path inside the repository that holds {slug} (and may "
                  "hold {date} and {id}, no other), without \"..\"";
}

/* git would write < and > as the borders of the address. */
const char *check_person(const char *text)
{
    return strpbrk(text, "<>") == NULL ? NULL : "text without < and >";
}

static bool is_address(struct str text)
{
    char address[INET6_ADDRSTRLEN];
    struct in6_addr ignored;
    if (text.n >= sizeof address)
        return false;
    str_copy_to(address, text);
    return inet_pton(AF_INET, address, &ignored) == 1 ||
           inet_pton(AF_INET6, address, &ignored) == 1;
}

const char *check_listen(const char *text)
{
    static const char allowed[] =
        "an address and a port such as \"127.0.0.1:9464\" or \"[::1]:9464\", "
        "or \"\" for no listener";
    const char *colon = strrchr(text, ':');
    uint64_t port;
    if (text[0] == '\0')
        return NULL;
    if (colon == NULL || !str_to_u64(str_of(colon + 1), &port) || port > 65535)
        return allowed;
    struct str host = {text, (size_t)(colon - text)};
    bool is_six = str_starts(host, "[") && str_ends(host, "]");
    if (is_six)
        host = (struct str){host.s + 1, host.n - 2};
    if (str_is(host, "localhost"))
        return NULL;
    return is_address(host) && (memchr(host.s, ':', host.n) != NULL) == is_six
               ? NULL
               : allowed;
}

/* Names of services and probes: people type and compare them. */
const char *check_label(const char *text)
{
    struct str label = str_of(text);
    return str_eq(str_trim(label), label) ? NULL
                                          : "text without blanks around it";
}

/* Part of a URL's path. */
const char *check_source_name(const char *text)
{
    return text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0'
               ? NULL
               : "lower-case letters, digits and dashes";
}

const char *check_runbook(const char *text)
{
    struct url url;
    struct str page = str_of(text);
    page.n = strcspn(text, "#"); /* url.h knows no fragments */
    bool good = text[0] == '\0' ||
                (url_parse(page, &url) && str_is(url.scheme, "https") &&
                 strpbrk(text + page.n, " \\\"<>") == NULL);
    return good ? NULL : "an https:// URL without user name and password";
}

const char *check_web_target(const char *text)
{
    struct url url;
    bool good = url_parse(str_of(text), &url) &&
                (str_is(url.scheme, "https") || str_is(url.scheme, "http"));
    return good ? NULL
                : "an http:// or https:// URL without user name, password and "
                  "#; credentials_file holds the password";
}

/* The query's own path goes behind it. */
const char *check_prometheus_target(const char *text)
{
    return strchr(text, '?') == NULL
               ? check_web_target(text)
               : "where Prometheus is, such as \"http://127.0.0.1:9090\", "
                 "without a page of it and without \"?\"; query holds what is "
                 "asked";
}

/* "host", "host:port", "[address]:port", as in a URL. */
static bool parse_host(const char *text, struct url *url)
{
    char whole[AUTHORITY_BYTES];
    int n = snprintf(whole, sizeof whole, "https://%s", text);
    if (n < 0 || (size_t)n >= sizeof whole || !url_parse(str_of(whole), url) ||
        url->target.n > 0)
        return false;
    /* The parts shall borrow from the caller's text. */
    url->host.s = text + (text[0] == '[' ? 1 : 0);
    return true;
}

const char *check_host_port(const char *text)
{
    struct url url;
    const char *colon = strrchr(text, ':'), *bracket = strrchr(text, ']');
    bool good = parse_host(text, &url) && colon != NULL &&
                (bracket == NULL || colon > bracket);
    return good ? NULL
                : "a host and a port such as \"mail.example.org:465\" or "
                  "\"[2001:db8::1]:465\"";
}

const char *check_host_name(const char *text)
{
    struct url url;
    bool good = parse_host(text, &url) && url.host.n == strlen(text) &&
                !is_address(url.host);
    return good ? NULL : "a host name such as \"forum.example.org\"";
}

const char *check_server_name(const char *text)
{
    return text[0] == '\0' ? NULL : check_host_name(text);
}

const char *check_address(const char *text)
{
    return is_address(str_of(text)) ? NULL
                                    : "an address such as \"192.0.2.1\" or "
                                      "\"2001:db8::1\"";
}

const char *check_json_path(const char *text)
{
    struct str rest = str_of(text), part;
    bool good = true;
    while (str_cut(&rest, '.', &part))
        good = good && part.n > 0;
    return good || text[0] == '\0'
               ? NULL
               : "names with a dot between, such as \"incident.title\"";
}

const char *check_forge_base(const char *text)
{
    return text[0] == '\0' ? NULL : check_api_base(text);
}

/* GitLab's may be deeper: group/subgroup/name. */
const char *check_repository(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789-_./";
    struct str rest = str_of(text), part;
    bool good = strchr(text, '/') != NULL && !str_ends(rest, "/") &&
                text[strspn(text, letters)] == '\0';
    while (good && str_cut(&rest, '/', &part))
        good = part.n > 0 && !str_is(part, ".") && !str_is(part, "..");
    return good || text[0] == '\0' ? NULL : "\"owner/name\", as in its address";
}

/* git@host:path, as ssh has it: a colon before any slash. */
static bool is_scp(const char *text)
{
    size_t n = strcspn(text, ":/");
    return n > 0 && text[n] == ':' && text[n + 1] != '\0' &&
           strpbrk(text, " \t") == NULL && text[n - 1] != '@' &&
           text[0] != '@' && text[0] != '-';
}

/* ssh://git@host:22/path, without a password. */
static bool is_ssh(const char *text)
{
    char host[AUTHORITY_BYTES];
    struct url url;
    struct str rest = str_from(str_of(text), strlen("ssh://")), authority, user;
    if (!str_cut(&rest, '/', &authority) || rest.n == 0 ||
        authority.n >= sizeof host)
        return false;
    if (memchr(authority.s, '@', authority.n) != NULL &&
        (!str_cut(&authority, '@', &user) || user.n == 0 ||
         memchr(user.s, ':', user.n) != NULL))
        return false;
    str_copy_to(host, authority);
    return parse_host(host, &url);
}

const char *check_git_address(const char *text)
{
    bool good = true;
    if (str_starts(str_of(text), "ssh://"))
        good = is_ssh(text);
    else if (strstr(text, "://") != NULL)
        good = url_is_allowed(text, "https", "http");
    else if (text[strcspn(text, ":/")] == ':')
        good = is_scp(text);
    return good ? NULL
                : "https://host/path, ssh://git@host/path, git@host:path or a "
                  "folder; without a password, which token_file holds";
}

/* A whole SHA-256 in base64. */
const char *check_host_key(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789+/";
    struct str key = str_of(text);
    if (str_starts(key, "SHA256:"))
        key = str_from(key, strlen("SHA256:"));
    bool good = strspn(key.s, letters) == 43 &&
                (key.s[43] == '\0' || strcmp(key.s + 43, "=") == 0);
    return good || text[0] == '\0' ? NULL
                                   : "\"SHA256:\" and 43 letters, as "
                                     "`ssh-keygen -lf` prints it";
}

const char *check_git_user(const char *text)
{
    return strpbrk(text, ": \t") == NULL ? NULL : "a name without : and blank";
}

/* GitLab has lists with commas between. */
const char *check_forge_name(const char *text)
{
    return strchr(text, ',') == NULL ? NULL : "a name without a comma";
}
