/*
 * From what a check saw to what it means, in words. Pure: bot/io/check_*.c
 * brings the facts.
 */
#ifndef BOT_PROBE_VERDICT_H
#define BOT_PROBE_VERDICT_H

#include "bot/probe/probe.h"
#include "bot/probe/result.h"

#define VERDICT_BODY_BYTES ((size_t)64 * 1024) /* looked at, of a body */

/* The words are cut when they are too long. */
void verdict_bad(struct probe_result *out, double value, const char *format,
                 ...) __attribute__((format(printf, 3, 4)));

/* An answer came: `body` is its first VERDICT_BODY_BYTES. */
void verdict_http(const struct probe *probe, int status, double ms,
                  struct str body, struct probe_result *out);
void verdict_connected(double ms, struct probe_result *out);
/* Addresses in numbers, each once. */
void verdict_answers(const struct probe *probe, const struct text_list *found,
                     double ms, struct probe_result *out);

/* What is wrong with a certificate or its chain. */
struct certificate_facts {
    int64_t now_ms, begins_ms, ends_ms; /* the first of its chain to end */
    bool is_expired, is_early;
    bool is_self_signed, is_untrusted, is_misnamed;
    struct str issuer, name; /* of whom it is; may be empty */
    struct str wanted;       /* name it should be for */
    const char *other; /* else wrong with it, in OpenSSL's words, or NULL */
};
void verdict_certificate(const struct probe *probe,
                         const struct certificate_facts *facts,
                         struct probe_result *out);

/* A value of a query's answer. */
struct query_value {
    double value;
    struct str label; /* which one it is; may be empty */
};
void verdict_values(const struct probe *probe, const struct query_value *values,
                    int count, struct probe_result *out);

#endif
