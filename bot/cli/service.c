/*
 * What `check` tells root: another user runs the service, in another folder.
 * Only where that user exists, so that nobody hears it who runs the bot
 * otherwise.
 */
#include "bot/cli/cli.h"

#include "bot/config/settings.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* As bot/dist/opsroom.sysusers and opsroom.service have it. */
#define SERVICE_USER   "opsroom"
#define SERVICE_FOLDER "/var/lib/opsroom"

struct unit {
    uid_t user;
    char here[PATH_MAX];
};

/* What a run would find or not by where it is started; an address and the name
 * of a template of ours are found anywhere. */
static bool is_path(const struct setting *setting, const char *value)
{
    unsigned place;
    bool is_word = setting->choices != NULL &&
                   setting_place(setting, str_of(value), &place);
    if (setting->kind == SETTING_SECRET)
        return !str_starts(str_of(value), "credential:");
    return setting->kind == SETTING_FILE && !is_word && cli_is_folder(value);
}

/* A file that others may read is refused before, so only its owner can. */
static void note_secret(const struct unit *unit, const struct setting *setting,
                        const char *file)
{
    struct stat status;
    if (stat(file, &status) == 0 && status.st_uid != unit->user)
        (void)fprintf(stderr,
                      "opsroom: note: %s.%s: the service runs as the user "
                      "%s, who cannot read %s. Put it into "
                      "/etc/opsroom/secrets and write credential:NAME here.\n",
                      setting->section, setting->key, SERVICE_USER, file);
}

static void note(const struct unit *unit, const struct setting *setting,
                 const void *base)
{
    const char *file;
    if (!setting_is_text(setting))
        return;
    memcpy(&file, (const char *)base + setting->offset, sizeof file);
    if (file == NULL || file[0] == '\0' || !is_path(setting, file))
        return;
    if (file[0] != '/' && strcmp(unit->here, SERVICE_FOLDER) != 0)
        (void)fprintf(stderr,
                      "opsroom: note: %s.%s: %s was looked for in %s; the "
                      "service looks in " SERVICE_FOLDER
                      ". Write it with the whole path.\n",
                      setting->section, setting->key, file, unit->here);
    if (setting->kind == SETTING_SECRET)
        note_secret(unit, setting, file);
}

static void note_list(const struct unit *unit, const struct setting *setting,
                      const struct setting_list *list,
                      const struct config *config)
{
    const char *all;
    int count;
    memcpy(&all, (const char *)config + list->all, sizeof all);
    memcpy(&count, (const char *)config + list->count, sizeof count);
    for (int i = 0; i < count; i++)
        note(unit, setting, all + (size_t)i * list->size);
}

void cli_service_notes(const struct config *config)
{
    struct unit unit;
    const struct passwd *user = geteuid() == 0 ? getpwnam(SERVICE_USER) : NULL;
    if (user == NULL || getcwd(unit.here, sizeof unit.here) == NULL)
        return;
    unit.user = user->pw_uid;
    for (size_t i = 0; i < setting_count; i++) {
        const struct setting_list *list =
            setting_list_find(settings[i].section);
        if (list == NULL)
            note(&unit, &settings[i], config);
        else
            note_list(&unit, &settings[i], list, config);
    }
}
