/*
 * One row per setting. The default is written as it would stand in the file
 * and is read by the same code, so a default that breaks its own rule cannot
 * exist (the tests would see it).
 */
#include "bot/settings.h"

#include "bot/base/str.h"
#include "bot/base/url.h"

#include <string.h>

static const char *check_api_base(const char *text)
{
    return url_is_allowed(text, "https", "http")
               ? NULL
               : "an https:// URL (http:// only to 127.0.0.1, ::1 or "
                 "localhost)";
}

/* The useful part of git check-ref-format. */
static const char *check_branch(const char *text)
{
    bool good = text[0] != '-' && text[0] != '/' && text[0] != '.' &&
                strpbrk(text, " ~^:?*[\\") == NULL &&
                strstr(text, "..") == NULL && strstr(text, "//") == NULL &&
                strstr(text, "@{") == NULL && !str_ends(str_of(text), "/") &&
                !str_ends(str_of(text), ".lock") &&
                !str_ends(str_of(text), ".");
    return good ? NULL : "a git branch name such as \"main\"";
}

/* A path in the repository: it must not climb out, nor into .git. */
static const char *check_page_path(const char *text)
{
    struct str rest = str_of(text), part;
    bool good = strstr(text, "{slug}") != NULL && strchr(text, '\\') == NULL;
    while (str_cut(&rest, '/', &part))
        good = good && part.n > 0 && !str_is(part, ".") &&
               !str_is(part, "..") && !str_is_nocase(part, ".git");
    return good ? NULL
                : "a path inside the repository that holds {slug} (and may "
                  "hold {date}), without \"..\"";
}

/* git would write < and > as the borders of the address. */
static const char *check_person(const char *text)
{
    return strpbrk(text, "<>") == NULL ? NULL : "text without < and >";
}

#define FIELD(name) offsetof(struct config, name)
#define ROLE_NAME(role)                                                        \
    (offsetof(struct config, role_names) + (role) * sizeof(char *))
#define ALLOWED(right)                                                         \
    (offsetof(struct config, access.allowed) + (right) * sizeof(struct id_list))

/* clang-format off */
const struct setting settings[] = {
    {"discord", "api_base", SETTING_TEXT, FIELD(api_base),
     "\"https://discord.com/api/v10\"", 1, 500, NULL, check_api_base,
     "Where Discord's REST is. The gateway's address comes from there."},
    {"discord", "token_file", SETTING_TEXT, FIELD(token_file),
     "\"\"", 0, 1000, NULL, NULL,
     "File with the bot token, readable by nobody else (chmod 600).\n"
     "Empty: the environment variable DISCORD_TOKEN."},
    {"discord", "ca_file", SETTING_TEXT, FIELD(ca_file),
     "\"\"", 0, 1000, NULL, NULL,
     "Certificates (PEM) to trust. Empty: the system's."},
    {"discord", "compress", SETTING_FLAG, FIELD(compress),
     "true", 0, 0, NULL, NULL,
     "Compress what the gateway sends (zlib-stream)."},
    {"discord", "guilds", SETTING_ID_LIST, FIELD(guilds),
     "[]", 0, 100, NULL, NULL,
     "The servers the bot works in. Empty: every one it was added to."},
    {"discord", "announce_channel", SETTING_ID, FIELD(announce_channel_id),
     "\"\"", 0, 0, NULL, NULL,
     "Channel that gets one line per incident. Empty: no announcement."},
    {"discord", "category", SETTING_ID, FIELD(category_id),
     "\"\"", 0, 0, NULL, NULL,
     "Category in which new rooms are made. Empty: none."},

    {"rooms", "live_delay_s", SETTING_INTEGER, FIELD(live_delay_s),
     "0", 0, 600, NULL, NULL,
     "Seconds until an entry shows up in the live room: what is corrected or\n"
     "struck by then, nobody there has seen."},
    {"rooms", "archive_category", SETTING_ID, FIELD(archive_category_id),
     "\"\"", 0, 0, NULL, NULL,
     "Category to which the rooms of what is long over go. Empty: they stay."},

    {"storage", "path", SETTING_TEXT, FIELD(storage_path),
     "\"opsroom.db\"", 1, 1000, NULL, NULL,
     "The record: one SQLite file."},

    {"postmortem", "repository", SETTING_TEXT, FIELD(repository),
     "\"\"", 0, 1000, NULL, NULL,
     "Bare git repository that gets the postmortem on resolution.\n"
     "Empty: no postmortem is written."},
    {"postmortem", "branch", SETTING_TEXT, FIELD(branch),
     "\"main\"", 1, 200, NULL, check_branch,
     "Branch on which the postmortem's own branch starts."},
    {"postmortem", "path", SETTING_TEXT, FIELD(path),
     "\"content/en/blog/incidents/{date}-{slug}/index.md\"", 1, 400, NULL,
     check_page_path,
     "File of the page in the repository. {date} is the day the incident\n"
     "began (UTC), {slug} its title in lower-case letters and dashes."},
    {"postmortem", "author_name", SETTING_TEXT, FIELD(author_name),
     "\"opsroom\"", 1, 100, NULL, check_person,
     "Author of the commit."},
    {"postmortem", "author_email", SETTING_TEXT, FIELD(author_email),
     "\"opsroom@localhost\"", 1, 200, NULL, check_person,
     "Address of the commit's author."},
    {"postmortem", "template", SETTING_TEXT, FIELD(template_file),
     "\"\"", 0, 1000, NULL, NULL,
     "Your own Mustache template. Empty: the one that comes with opsroom."},
    {"postmortem", "helper", SETTING_TEXT, FIELD(helper),
     "\"\"", 0, 1000, NULL, NULL,
     "The program opsroom-git. Empty: the one beside opsroom."},

    {"access", "declare", SETTING_ID_LIST, ALLOWED(RIGHT_DECLARE),
     "[]", 0, 100, NULL, NULL,
     "Roles and users who may declare an incident. Empty: every member."},
    {"access", "respond", SETTING_ID_LIST, ALLOWED(RIGHT_RESPOND),
     "[]", 0, 100, NULL, NULL,
     "Who may write to the record. Empty: every member."},
    {"access", "command", SETTING_ID_LIST, ALLOWED(RIGHT_COMMAND),
     "[]", 0, 100, NULL, NULL,
     "Who may assign roles and move states. Empty: every member."},
    {"access", "resolve", SETTING_ID_LIST, ALLOWED(RIGHT_RESOLVE),
     "[]", 0, 100, NULL, NULL,
     "Who may resolve. Empty: every member."},
    {"access", "admin", SETTING_ID_LIST, ALLOWED(RIGHT_ADMIN),
     "[]", 0, 100, NULL, NULL,
     "Who may do everything. Empty: nobody."},

    {"roles", "commander", SETTING_TEXT, ROLE_NAME(ROLE_COMMANDER),
     "\"commander\"", 1, 40, NULL, NULL,
     "What people read for each role, such as \"incident commander\"."},
    {"roles", "scribe", SETTING_TEXT, ROLE_NAME(ROLE_SCRIBE),
     "\"scribe\"", 1, 40, NULL, NULL,
     "Who writes the record."},
    {"roles", "comms", SETTING_TEXT, ROLE_NAME(ROLE_COMMS),
     "\"comms\"", 1, 40, NULL, NULL,
     "Who tells the public."},
    {"roles", "ops", SETTING_TEXT, ROLE_NAME(ROLE_OPS),
     "\"ops\"", 1, 40, NULL, NULL,
     "Who works on the systems."},

    {"reminders", "commander_minutes", SETTING_INTEGER,
     FIELD(reminders.commander_min), "10", 0, 1440, NULL, NULL,
     "Remind in the room when nobody commands for so long. 0: never."},
    {"reminders", "sev1_update_minutes", SETTING_INTEGER,
     FIELD(reminders.update_min[SEVERITY_1]), "30", 0, 10080, NULL, NULL,
     "Remind of an update that is due, by severity: so long after the last\n"
     "one, unless /incident update promised another time. 0: never."},
    {"reminders", "sev2_update_minutes", SETTING_INTEGER,
     FIELD(reminders.update_min[SEVERITY_2]), "60", 0, 10080, NULL, NULL,
     "The same for SEV2."},
    {"reminders", "sev3_update_minutes", SETTING_INTEGER,
     FIELD(reminders.update_min[SEVERITY_3]), "120", 0, 10080, NULL, NULL,
     "The same for SEV3."},
    {"reminders", "sev4_update_minutes", SETTING_INTEGER,
     FIELD(reminders.update_min[SEVERITY_4]), "0", 0, 10080, NULL, NULL,
     "The same for SEV4."},
    {"reminders", "change_hours", SETTING_INTEGER,
     FIELD(reminders.change_hours), "24", 0, 720, NULL, NULL,
     "Remind of a temporary or unverified change that is still open. 0: never."},
    {"reminders", "owner_days", SETTING_INTEGER,
     FIELD(reminders.owner_days), "3", 0, 90, NULL, NULL,
     "Remind of an action item that nobody owns. 0: never."},
    {"reminders", "quiet_from", SETTING_INTEGER,
     FIELD(reminders.quiet_from_hour), "21", 0, 23, NULL, NULL,
     "Quiet hours (UTC) of all that is not about an incident under way:\n"
     "from this hour, until that one. The same twice: none."},
    {"reminders", "quiet_until", SETTING_INTEGER,
     FIELD(reminders.quiet_until_hour), "8", 0, 23, NULL, NULL,
     "And this hour ends them."},
    {"reminders", "digest_weekday", SETTING_INTEGER,
     FIELD(reminders.digest_weekday), "1", 0, 7, NULL, NULL,
     "Day of the weekly digest in the announce channel: 1 is Monday.\n"
     "0: no digest."},
    {"reminders", "archive_days", SETTING_INTEGER,
     FIELD(reminders.archive_days), "14", 0, 365, NULL, NULL,
     "Rooms become read-only so long after the incident. 0: never."},

    {"log", "level", SETTING_CHOICE, FIELD(log_level),
     "\"info\"", 0, 0, "debug info warn error", NULL,
     "The least important lines to print."},

    {"attachments", "max_bytes", SETTING_INTEGER, FIELD(attachment_max_bytes),
     "10485760", 1024, 26214400, NULL, NULL,
     "Largest file that is kept as evidence."},
};
/* clang-format on */
const size_t setting_count = sizeof settings / sizeof *settings;
