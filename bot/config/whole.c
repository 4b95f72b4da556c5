/*
 * What no value shows alone: names are unique, what is named exists, numbers
 * agree. Runs when every value is right by itself, so the elements of the
 * config and the tables of the file go side by side.
 */
#include "bot/config/read.h"

#include "bot/base/closest.h"
#include "bot/base/url.h"

#include <inttypes.h>
#include <string.h>

static const cJSON *list_of(const struct reading *reading, const char *section)
{
    return cJSON_GetObjectItemCaseSensitive(reading->doc->root, section);
}

/* Of a key's value; of the table when the key is left out. */
static struct toml_place place_of(const struct reading *reading,
                                  const cJSON *table, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(table, key);
    return reading_place(reading, item != NULL ? item : table);
}

/* The names are those of the file: all have one. */
static void check_names(struct reading *reading,
                        const struct setting_list *names)
{
    const char *section = names->section, *key = names->name_key;
    const cJSON *list = list_of(reading, section), *one, *other;
    cJSON_ArrayForEach(one, list)
    {
        const cJSON *name = cJSON_GetObjectItemCaseSensitive(one, key);
        for (other = list->child; other != one; other = other->next) {
            const cJSON *taken = cJSON_GetObjectItemCaseSensitive(other, key);
            if (!str_is_nocase(str_of(name->valuestring), taken->valuestring))
                continue;
            reading_complain(reading, reading_place(reading, name),
                             "%s.%s: \"%s\" is taken by the [[%s]] of line "
                             "%d; give it another %s",
                             section, key, name->valuestring, section,
                             reading_place(reading, other).line, key);
            break;
        }
    }
}

/* `name` "" : none is named. */
static void check_service(struct reading *reading, const char *what,
                          const char *name, struct toml_place place)
{
    const struct services *services = &reading->config->services;
    struct closest closest = closest_to(name);
    if (name[0] == '\0' || service_find(services, str_of(name)) != NULL)
        return;
    for (int i = 0; i < services->count; i++)
        closest_show(&closest, services->all[i].name);
    if (closest.name != NULL)
        reading_complain(reading, place,
                         "%s: no [[service]] is called \"%s\"; did you mean "
                         "\"%s\"?",
                         what, name, closest.name);
    else
        reading_complain(reading, place,
                         "%s: no [[service]] is called \"%s\"; add one", what,
                         name);
}

static void check_services(struct reading *reading)
{
    const cJSON *table, *item;
    cJSON_ArrayForEach(table, list_of(reading, "service"))
    {
        cJSON_ArrayForEach(
            item, cJSON_GetObjectItemCaseSensitive(table, "depends_on"))
        {
            check_service(reading, "service.depends_on", item->valuestring,
                          reading_place(reading, item));
        }
    }
}

/* A password goes out as every other secret does. */
static void check_credentials(struct reading *reading,
                              const struct probe *probe, const cJSON *table)
{
    if (probe->credentials_file[0] == '\0' ||
        url_is_allowed(probe->target, "https", "http"))
        return;
    reading_complain(reading, place_of(reading, table, "credentials_file"),
                     "probe.credentials_file: on the way to an http:// target "
                     "everybody could read the password; give an https:// one");
}

static void check_probe(struct reading *reading, const struct probe *probe,
                        const cJSON *table)
{
    check_credentials(reading, probe, table);
    check_service(reading, "probe.service", probe->service,
                  place_of(reading, table, "service"));
    if (probe->timeout_s >= probe->interval_s)
        reading_complain(reading, place_of(reading, table, "timeout_s"),
                         "probe.timeout_s: %" PRId64
                         " s is not below the interval_s of %" PRId64 " s",
                         probe->timeout_s, probe->interval_s);
    if (probe->down_after > probe->of)
        reading_complain(reading, place_of(reading, table, "down_after"),
                         "probe.down_after: %" PRId64
                         " bad results cannot be among the last %" PRId64
                         ", which is what \"of\" says",
                         probe->down_after, probe->of);
    if (probe->expect_status > 0 && probe->expect_status < 100)
        reading_complain(reading, place_of(reading, table, "expect_status"),
                         "probe.expect_status: %" PRId64
                         " is no status; allowed is 0, or 100 to 599",
                         probe->expect_status);
}

/* What a forge cannot be asked without. */
static void check_forge(struct reading *reading)
{
    const struct config *config = reading->config;
    const struct forge_config *forge = &config->forge;
    const cJSON *table = list_of(reading, "forge");
    if (forge->kind == FORGE_NONE || table == NULL)
        return;
    struct toml_place place = place_of(reading, table, "kind");
    if (forge->repository[0] == '\0')
        reading_complain(reading, place,
                         "forge.repository: is missing; give \"owner/name\"");
    if (forge->token_file[0] == '\0')
        reading_complain(reading, place,
                         "forge.token_file: is missing; name a file with a "
                         "token that may write pull requests");
    if (forge_api_base(forge)[0] == '\0')
        reading_complain(reading, place,
                         "forge.api_base: is missing; give the server's, such "
                         "as \"https://git.example.org/api/v1\"");
    if (config->repository[0] == '\0')
        reading_complain(reading, place,
                         "forge.kind: there is nothing to open a pull request "
                         "of; give [postmortem] repository");
    if (forge->webhook_secret_file[0] != '\0' && config->http_listen[0] == '\0')
        reading_complain(reading,
                         place_of(reading, table, "webhook_secret_file"),
                         "forge.webhook_secret_file: the webhook has nowhere "
                         "to go; give [http] listen");
}

/* What a repository elsewhere cannot be reached without. */
static void check_git(struct reading *reading)
{
    const struct config *config = reading->config;
    const cJSON *table = list_of(reading, "postmortem");
    struct str repository = str_of(config->repository);
    bool is_ssh =
        str_starts(repository, "ssh://") ||
        (strstr(config->repository, "://") == NULL &&
         config->repository[strcspn(config->repository, ":/")] == ':');
    if (is_ssh && config->git.ssh_key[0] == '\0')
        reading_complain(reading, place_of(reading, table, "repository"),
                         "postmortem.ssh_key: is missing; name a file with a "
                         "private key that may push there");
    if (str_starts(repository, "https://") && config->git.token_file[0] == '\0')
        reading_complain(reading, place_of(reading, table, "repository"),
                         "postmortem.token_file: is missing; name a file with "
                         "a token that may push there");
}

/* Alerts come in by the listener and by nothing else. */
static void check_door(struct reading *reading)
{
    const struct config *config = reading->config;
    const cJSON *first = list_of(reading, "alert");
    if (config->alert_sources.count > 0 && config->http_listen[0] == '\0')
        reading_complain(reading, place_of(reading, first->child, "name"),
                         "alert: the alerts have nowhere to go; give [http] "
                         "listen");
}

void reading_check_whole(struct reading *reading)
{
    const struct config *config = reading->config;
    const cJSON *table;
    int i = 0;
    for (size_t n = 0; n < setting_list_count; n++)
        check_names(reading, &setting_lists[n]);
    check_services(reading);
    check_forge(reading);
    check_git(reading);
    check_door(reading);
    cJSON_ArrayForEach(table, list_of(reading, "probe"))
    {
        check_probe(reading, &config->probes.all[i++], table);
    }
    i = 0;
    cJSON_ArrayForEach(table, list_of(reading, "alert"))
    {
        check_service(reading, "alert.service",
                      config->alert_sources.all[i++].service,
                      place_of(reading, table, "service"));
    }
}
