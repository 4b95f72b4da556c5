/*
 * Any bytes as what Prometheus answers, or a web page: a verdict in words that
 * may be shown, the same for the same bytes.
 */
#include "bot/base/utf8.h"
#include "bot/io/check_kind.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static void check_result(const struct probe_result *result)
{
    assert(result->words[0] != '\0');
    assert(utf8_printable(str_of(result->words), NULL));
    assert(strpbrk(result->words, "\n\t") == NULL);
    assert(!result->is_good || !isnan(result->value));
}

static void check_query(const char *bad_when, const struct web_answer *answer)
{
    char query[] = "up", when[3] = "";
    struct probe_result result, again;
    str_copy_to(when, str_of(bad_when));
    const struct probe probe = {.kind = PROBE_PROMETHEUS,
                                .query = query,
                                .bad_when = when,
                                .threshold = 0.9};
    prometheus_read(&probe, answer, &result);
    check_result(&result);
    prometheus_read(&probe, answer, &again);
    assert(result.is_good == again.is_good);
    assert(strcmp(result.words, again.words) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const all[] = {">", ">=", "<", "<=", "==", "!="};
    char text[] = "success", none[] = "";
    struct probe_result result;
    const struct web_answer answer = {
        .status = 200, .ms = 12, .body = {(const char *)data, size}};
    const struct probe page = {
        .kind = PROBE_HTTP, .expect_text = text, .bad_when = none};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        check_query(all[i], &answer);
    verdict_http(&page, answer.status, answer.ms, answer.body, &result);
    check_result(&result);
    return 0;
}
