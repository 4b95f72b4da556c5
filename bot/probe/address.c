#include "bot/probe/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

struct range {
    const char *prefix;
    int bits;
};

/* IANA's special-purpose registries, but for loopback (127/8, ::1), private use
 * (RFC 1918, fc00::/7) and shared address space (100.64/10), where teams have
 * hosts; and the metadata services that lie outside of link-local. */
static const struct range internal_4[] = {
    {"0.0.0.0", 8},          /* "this network"; Linux takes 0 for loopback */
    {"100.100.100.200", 32}, /* metadata: Alibaba */
    {"168.63.129.16", 32},   /* the host's agent: Azure */
    {"169.254.0.0", 16},     /* link-local; metadata of most clouds */
    {"192.0.0.192", 32},     /* metadata: Oracle */
    {"224.0.0.0", 4},        /* multicast */
    {"240.0.0.0", 4},        /* reserved; broadcast */
};
static const struct range internal_6[] = {
    {"::", 128},        /* unspecified; Linux takes it for loopback */
    {"fe80::", 10},     /* link-local */
    {"fec0::", 10},     /* site-local, deprecated */
    {"ff00::", 8},      /* multicast */
    {"fd00:ec2::", 32}, /* metadata and its like: AWS */
    {"fd20:ce::", 32},  /* metadata: Google */
};
/* Where an IPv6 address carries an IPv4 one: `bits` of prefix, then it. */
static const struct range carriers[] = {
    {"::ffff:0:0", 96},   /* mapped */
    {"::ffff:0:0:0", 96}, /* translated, RFC 2765 */
    {"::", 96},           /* compatible, deprecated */
    {"64:ff9b::", 96},    /* NAT64, RFC 6052 */
    {"64:ff9b:1::", 96},  /* NAT64, RFC 8215 */
    {"2002::", 16},       /* 6to4 */
};

static bool has_prefix(const uint8_t *address, int family,
                       const struct range *range)
{
    uint8_t prefix[16];
    int bytes = range->bits / 8, bits = range->bits % 8;
    if (inet_pton(family, range->prefix, prefix) != 1 ||
        memcmp(address, prefix, (size_t)bytes) != 0)
        return false;
    return bits == 0 || (address[bytes] ^ prefix[bytes]) >> (8 - bits) == 0;
}

static bool is_in(const uint8_t *address, int family, const struct range *all,
                  size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (has_prefix(address, family, &all[i]))
            return true;
    return false;
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool is_internal_4(const uint8_t *address)
{
    return is_in(address, AF_INET, internal_4, COUNT(internal_4));
}

static bool is_internal_6(const struct in6_addr *address)
{
    const uint8_t *bytes = address->s6_addr;
    if (IN6_IS_ADDR_LOOPBACK(address))
        return false;
    if (is_in(bytes, AF_INET6, internal_6, COUNT(internal_6)))
        return true;
    for (size_t i = 0; i < COUNT(carriers); i++)
        if (has_prefix(bytes, AF_INET6, &carriers[i]) &&
            is_internal_4(bytes + carriers[i].bits / 8))
            return true;
    return false;
}

/* Copied: a sockaddr need not be aligned as its family wants. */
bool address_is_internal(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in four;
        memcpy(&four, address, sizeof four);
        return is_internal_4((const uint8_t *)&four.sin_addr);
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 six;
        memcpy(&six, address, sizeof six);
        return is_internal_6(&six.sin6_addr);
    }
    return true;
}

void address_print(const struct sockaddr *address,
                   char out[static ADDRESS_BYTES])
{
    out[0] = '\0';
    if (address->sa_family == AF_INET) {
        struct sockaddr_in four;
        memcpy(&four, address, sizeof four);
        (void)inet_ntop(AF_INET, &four.sin_addr, out, ADDRESS_BYTES);
    } else if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 six;
        memcpy(&six, address, sizeof six);
        (void)inet_ntop(AF_INET6, &six.sin6_addr, out, ADDRESS_BYTES);
    }
}

bool address_parse(struct str text, struct sockaddr_storage *out)
{
    char copy[ADDRESS_BYTES];
    struct sockaddr_in four = {.sin_family = AF_INET};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    if (text.n >= sizeof copy)
        return false;
    str_copy_to(copy, text);
    struct sockaddr_storage address = {.ss_family = AF_UNSPEC};
    if (inet_pton(AF_INET, copy, &four.sin_addr) == 1)
        memcpy(&address, &four, sizeof four);
    else if (inet_pton(AF_INET6, copy, &six.sin6_addr) == 1)
        memcpy(&address, &six, sizeof six);
    else
        return false;
    *out = address;
    return true;
}
