#include "bot/cli/cli.h"

#include "bot/base/civil.h"
#include "bot/io/check.h"
#include "bot/probe/expiry.h"
#include "bot/probe/judge.h"
#include "bot/probe/target.h"
#include "bot/version.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TARGET_BYTES 1000

static const struct probe *find(const struct probes *probes, struct str name)
{
    for (int i = 0; i < probes->count; i++)
        if (str_is_nocase(name, probes->all[i].name))
            return &probes->all[i];
    return NULL;
}

static int complain_unknown(const struct probes *probes, const char *name)
{
    (void)fprintf(stderr, "opsroom: there is no [[probe]] named \"%s\"; %s",
                  name, probes->count == 0 ? "the settings have none" : "");
    for (int i = 0; i < probes->count; i++)
        (void)fprintf(stderr, "%s\"%s\"", i == 0 ? "there are " : ", ",
                      probes->all[i].name);
    (void)fputs("\n", stderr);
    return 2;
}

static int print_json(const struct probe *probe,
                      const struct probe_result *result)
{
    static const char *const kinds[] = {
#define KIND_WORD(name, word) word,
        PROBE_KIND_LIST(KIND_WORD)};
    char now[CIVIL_ISO_BYTES];
    struct buf target = BUF_INIT(TARGET_BYTES);
    cJSON *object = cJSON_CreateObject();
    civil_iso(clock_wall_ms(), now);
    target_print(str_of(probe->target), &target);
    (void)cJSON_AddStringToObject(object, "probe", probe->name);
    (void)cJSON_AddStringToObject(object, "service", probe->service);
    (void)cJSON_AddStringToObject(object, "kind", kinds[probe->kind]);
    (void)cJSON_AddStringToObject(object, "target", buf_text(&target));
    (void)cJSON_AddStringToObject(object, "at", now);
    (void)cJSON_AddBoolToObject(object, "good", result->is_good);
    if (isfinite(result->value))
        (void)cJSON_AddNumberToObject(object, "value", result->value);
    else
        (void)cJSON_AddNullToObject(object, "value");
    (void)cJSON_AddStringToObject(object, "unit", probe_unit(probe->kind));
    (void)cJSON_AddStringToObject(object, "words", result->words);
    char *text = cJSON_PrintUnformatted(object);
    int failed = text == NULL || puts(text) < 0;
    cJSON_free(text);
    cJSON_Delete(object);
    buf_release(&target);
    return failed;
}

static int print_words(const struct probe *probe,
                       const struct probe_result *result)
{
    const char *verdict = expiry_days(probe, result) > 0 ? "warning"
                          : result->is_good              ? "good"
                                                         : "bad";
    return printf("%s: %s: %s\n", probe->name, verdict, result->words) < 0;
}

static void on_done(const struct probe_result *result, void *context)
{
    *(struct probe_result *)context = *result;
}

/* False: libuv's resolver does not come back, and would be waited for. */
static bool run_check(const struct check_order *order,
                      struct probe_result *result)
{
    uv_loop_t loop;
    if (uv_loop_init(&loop) != 0)
        return true;
    struct checks *checks = checks_new(&loop, OPSROOM_PROBE_AGENT);
    (void)check_run(checks, order, on_done, result);
    while (result->words[0] == '\0')
        (void)uv_run(&loop, UV_RUN_ONCE);
    checks_free(checks);
    (void)uv_run(&loop, UV_RUN_NOWAIT);
    (void)uv_run(&loop, UV_RUN_NOWAIT);
    return uv_loop_close(&loop) == 0;
}

int cli_probe(const struct config *config, const char *name, bool json)
{
    const struct probe *probe = find(&config->probes, str_of(name));
    struct probe_result result = {.words = ""};
    struct buf why = BUF_INIT(500);
    char *credentials = NULL;
    if (probe == NULL)
        return complain_unknown(&config->probes, name);
    if (probe->credentials_file[0] != '\0' &&
        config_credentials(probe->credentials_file, &credentials, &why) !=
            ERR_OK) {
        (void)fprintf(stderr, "opsroom: %s: %s\n", probe->name, buf_text(&why));
        buf_release(&why);
        return 2;
    }
    buf_release(&why);
    (void)signal(SIGPIPE, SIG_IGN);
    bool is_closed = run_check(
        &(struct check_order){.probe = probe, .credentials = credentials},
        &result);
    if (credentials != NULL)
        explicit_bzero(credentials, strlen(credentials));
    free(credentials);
    int failed =
        json ? print_json(probe, &result) : print_words(probe, &result);
    failed |= fflush(stdout) != 0;
    int code = result.is_good && !failed ? 0 : 1;
    if (!is_closed)
        _exit(code);
    return code;
}
