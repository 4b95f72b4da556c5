/*
 * One row per setting. The default is written as it would stand in the file
 * and is read by the same code, so a default that breaks its own rule cannot
 * exist (the tests would see it).
 */
#include "bot/config/settings.h"

#include "bot/base/str.h"
#include "bot/core/alert.h"

#include <string.h>

/* A row says nothing about what it does not have. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

#define FIELD(name) offsetof(struct config, name)
#define ROLE_NAME(role)                                                        \
    (offsetof(struct config, role_names) + (role) * sizeof(char *))
#define ALLOWED(right)                                                         \
    (offsetof(struct config, access.allowed) + (right) * sizeof(struct id_list))
#define SERVICE(name)                       offsetof(struct service, name)
#define PROBE(name)                         offsetof(struct probe, name)
#define ALERT(name)                         offsetof(struct alert_source, name)
#define ASSIGNEE(name)                      offsetof(struct assignee, name)
#define BIT(kind)                           (1u << (kind))
#define BLANK_AND_WORD(name, word)          " " word
#define BLANK_AND_FORGE(name, word, called) " " word

/* clang-format off */
const struct setting settings[] = {
    {"discord", "api_base", SETTING_TEXT, FIELD(api_base),
     "\"https://discord.com/api/v10\"", 1, 500, NULL, check_api_base,
     "Where Discord's REST is. The gateway's address comes from there."},
    {"discord", "token_file", SETTING_SECRET, FIELD(token_file),
     "\"\"", 0, 1000, NULL, NULL,
     "File with the bot token, readable by nobody else (chmod 600).\n"
     "credential:NAME is what systemd hands over; so it is with every secret.\n"
     "Empty: the environment variable DISCORD_TOKEN."},
    {"discord", "ca_file", SETTING_FILE, FIELD(ca_file),
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
     "Channel that gets one line per incident. Empty: no announcement. What\n"
     "was announced in another one is kept up to date there."},
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

    {"storage", "path", SETTING_FILE, FIELD(storage_path),
     "\"opsroom.db\"", 1, 1000, NULL, NULL,
     "The record: one SQLite file."},

    {"postmortem", "repository", SETTING_FILE, FIELD(repository),
     "\"\"", 0, 1000, NULL, check_git_address,
     "Git repository that gets the postmortem on resolution:\n"
     "https://HOST/PATH, ssh://git@HOST/PATH, git@HOST:PATH, or the folder of a\n"
     "bare one, made when it is missing. Empty: no postmortem is written."},
    {"postmortem", "branch", SETTING_TEXT, FIELD(branch),
     "\"main\"", 1, 200, NULL, check_branch,
     "Branch on which the postmortem's own branch starts."},
    {"postmortem", "path", SETTING_TEXT, FIELD(path),
     "\"content/en/blog/incidents/{date}-{slug}/index.md\"", 1, 400, NULL,
     check_page_path,
     "File of the page in the repository. {date} is the day the incident\n"
     "began (UTC), {slug} its title in lower-case letters and dashes, {id} its\n"
     "number: 12 of INC-12."},
    {"postmortem", "author_name", SETTING_TEXT, FIELD(author_name),
     "\"opsroom\"", 1, 100, NULL, check_person,
     "Author of the commit."},
    {"postmortem", "author_email", SETTING_TEXT, FIELD(author_email),
     "\"opsroom@localhost\"", 1, 200, NULL, check_person,
     "Address of the commit's author."},
    {"postmortem", "template", SETTING_FILE, FIELD(template),
     "\"hugo\"", 1, 1000, "hugo markdown", NULL,
     "hugo: a page bundle with front matter. markdown: without. Else a folder of\n"
     "your own with page.md and its parts, in Mustache; templates/hugo.md (which\n"
     "is installed to share/doc/opsroom/examples) lists the names there are."},
    {"postmortem", "style", SETTING_CHOICE, FIELD(style),
     "\"list\"", 0, 0, "list table", NULL,
     "The timeline is a list, or a table with the phase of each entry."},
    {"postmortem", "private", SETTING_FLAG, FIELD(private_pages),
     "false", 0, 0, NULL, NULL,
     "Commit the page of a private incident, too, and tell [forge] of it: whoever\n"
     "can read there reads it. Else only its responders do, by /postmortem preview."},
    {"postmortem", "user", SETTING_TEXT, FIELD(git.user),
     "\"\"", 0, 100, NULL, check_git_user,
     "https: the name that goes with the token. Empty: x-access-token, which\n"
     "GitHub wants and others do not mind."},
    {"postmortem", "token_file", SETTING_SECRET, FIELD(git.token_file),
     "\"\"", 0, 1000, NULL, NULL,
     "https: file with a token, or password, that may push there, readable by\n"
     "nobody else (chmod 600). It may be the one of [forge]."},
    {"postmortem", "ca_file", SETTING_FILE, FIELD(git.ca_file),
     "\"\"", 0, 1000, NULL, NULL,
     "https: certificates (PEM) to trust. Empty: the system's."},
    {"postmortem", "ssh_key", SETTING_SECRET, FIELD(git.ssh_key),
     "\"\"", 0, 1000, NULL, NULL,
     "ssh: file with a private key (ed25519 or ecdsa, no passphrase) that may\n"
     "push there, readable by nobody else."},
    {"postmortem", "host_key", SETTING_TEXT, FIELD(git.host_key),
     "\"\"", 0, 60, NULL, check_host_key,
     "ssh: the server's key as `ssh-keygen -lf` prints it, SHA256:… No other is\n"
     "talked to. While it is empty, `opsroom check --online` says what is shown."},
    {"postmortem", "signing_key", SETTING_SECRET, FIELD(git.signing_key),
     "\"\"", 0, 1000, NULL, NULL,
     "File with a private ssh key that signs the commits. Empty: not signed."},
    {"postmortem", "cache", SETTING_FILE, FIELD(git.cache),
     "\"\"", 0, 1000, NULL, NULL,
     "Folder for what was fetched by https or ssh; it may be deleted any time.\n"
     "Empty: git-cache beside the record."},
    {"postmortem", "timeout_s", SETTING_INTEGER, FIELD(git.timeout_s),
     "60", 1, 3600, NULL, NULL,
     "Seconds that a push may take. The first one fetches the base branch: a large\n"
     "repository wants more."},
    {"postmortem", "helper", SETTING_FILE, FIELD(helper),
     "\"\"", 0, 1000, NULL, NULL,
     "The program opsroom-git. Empty: the one beside opsroom."},

    {"forge", "kind", SETTING_WORD, FIELD(forge.kind),
     "\"none\"", 0, 0, &FORGE_KIND_LIST(BLANK_AND_FORGE)[1], NULL,
     "Where the postmortem's branch becomes a pull request. gitea: Forgejo, too.\n"
     "none: no pull request is opened."},
    {"forge", "api_base", SETTING_TEXT, FIELD(forge.api_base),
     "\"\"", 0, 500, NULL, check_forge_base,
     "Where its REST is. GitHub's own server: https://HOST/api/v3, Gitea:\n"
     "https://HOST/api/v1, GitLab: https://HOST/api/v4. Empty: github.com or\n"
     "gitlab.com."},
    {"forge", "repository", SETTING_TEXT, FIELD(forge.repository),
     "\"\"", 0, 200, NULL, check_repository,
     "The repository there that [postmortem] repository pushes to: owner/name."},
    {"forge", "token_file", SETTING_SECRET, FIELD(forge.token_file),
     "\"\"", 0, 1000, NULL, NULL,
     "File with a token that may write pull requests (and issues) of that\n"
     "repository, readable by nobody else (chmod 600)."},
    {"forge", "ca_file", SETTING_FILE, FIELD(forge.ca_file),
     "\"\"", 0, 1000, NULL, NULL,
     "Certificates (PEM) to trust. Empty: the system's."},
    {"forge", "labels", SETTING_TEXT_LIST, FIELD(forge.labels),
     "[]", 0, FORGE_NAMES_MOST, NULL, check_forge_name,
     "Labels of the pull request. They must be there."},
    {"forge", "reviewers", SETTING_TEXT_LIST, FIELD(forge.reviewers),
     "[]", 0, FORGE_NAMES_MOST, NULL, check_forge_name,
     "Logins of those who are asked to review it."},
    {"forge", "draft_while_incomplete", SETTING_FLAG, FIELD(forge.is_draft),
     "true", 0, 0, NULL, NULL,
     "It is a draft while sections of the postmortem are not written."},
    {"forge", "issues", SETTING_FLAG, FIELD(forge.issues),
     "false", 0, 0, NULL, NULL,
     "Open an issue for each action item. Closing it there makes it done."},
    {"forge", "issue_label", SETTING_TEXT, FIELD(forge.issue_label),
     "\"\"", 0, 100, NULL, check_forge_name,
     "Label of these issues. It must be there. Empty: none."},
    {"forge", "poll_minutes", SETTING_INTEGER, FIELD(forge.poll_min),
     "5", 1, 10, NULL, NULL,
     "Look so often what became of an open pull request and of issues; without a\n"
     "forge, whether the postmortem's branch was merged."},
    {"forge", "webhook_secret_file", SETTING_SECRET,
     FIELD(forge.webhook_secret_file),
     "\"\"", 0, 1000, NULL, NULL,
     "File with the secret of a webhook to /forge/hook of [http], readable by\n"
     "nobody else (chmod 600): the forge tells at once that there is something to\n"
     "look at. Empty: no webhook."},

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
     "What people read for each role, such as \"incident commander\". To type in\n"
     "a command it keeps the name it has here."},
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
     "Quiet hours (UTC) of what is said of open changes, of action items and\n"
     "of the digest: from this hour, until that one. The same twice: none."},
    {"reminders", "quiet_until", SETTING_INTEGER,
     FIELD(reminders.quiet_until_hour), "8", 0, 23, NULL, NULL,
     "And this hour ends them."},
    {"reminders", "digest_weekday", SETTING_INTEGER,
     FIELD(reminders.digest_weekday), "1", 0, 7, NULL, NULL,
     "Day of the weekly digest in the announce channel: 1 is Monday.\n"
     "0: no digest."},
    {"reminders", "archive_days", SETTING_INTEGER,
     FIELD(reminders.archive_days), "14", 0, 365, NULL, NULL,
     "Rooms become read-only when the incident is over and nobody has added to\n"
     "its record for so long. 0: never."},

    {"log", "level", SETTING_CHOICE, FIELD(log_level),
     "\"info\"", 0, 0, "debug info warn error", NULL,
     "The least important lines to print."},

    {"attachments", "max_bytes", SETTING_INTEGER, FIELD(attachment_max_bytes),
     "10485760", 1024, 26214400, NULL, NULL,
     "Largest file that is kept as evidence."},

    {"http", "listen", SETTING_TEXT, FIELD(http_listen),
     "\"127.0.0.1:9464\"", 0, 60, NULL, check_listen,
     "Address and port where webhooks (/alerts/NAME), /healthz and /metrics are\n"
     "answered. It speaks no TLS: what comes from elsewhere should reach it through\n"
     "a web server that does. 0.0.0.0 and [::] are every address of this machine.\n"
     "Port 0: any free one. Empty: no listener."},
    {"http", "metrics", SETTING_FLAG, FIELD(http_metrics),
     "true", 0, 0, NULL, NULL,
     "Answer /metrics: the bot's own figures, for Prometheus."},

    {"probes", "at_once", SETTING_INTEGER, FIELD(probes_at_once),
     "20", 1, 100, NULL, NULL,
     "Checks that are under way at a time, at most; the others wait."},
    {"probes", "keep_hours", SETTING_INTEGER, FIELD(probes_keep_hours),
     "48", 1, 720, NULL, NULL,
     "Hours for which every measurement is kept. Those around an incident stay for\n"
     "good."},
    {"probes", "keep_days", SETTING_INTEGER, FIELD(probes_keep_days),
     "90", 1, 3650, NULL, NULL,
     "Days for which some of them are kept."},
    {"probes", "draw_helper", SETTING_FILE, FIELD(draw_helper),
     "\"\"", 0, 1000, NULL, NULL,
     "The program opsroom-draw, which draws what was measured. Empty: the one\n"
     "beside opsroom."},

    {"service", "name", SETTING_TEXT, SERVICE(name),
     "\"forum\"", 1, SERVICE_BYTES - 1, NULL, check_label,
     "What people call it. Incidents, probes and alerts name it so.", true, 0},
    {"service", "owner", SETTING_TEXT, SERVICE(owner),
     "\"\"", 0, 100, NULL, NULL,
     "Who looks after it: a person or a team, in your words."},
    {"service", "runbook", SETTING_TEXT, SERVICE(runbook),
     "\"\"", 0, 500, NULL, check_runbook,
     "What to do when it fails: an https:// address."},
    {"service", "depends_on", SETTING_TEXT_LIST, SERVICE(depends_on),
     "[]", 0, 50, NULL, NULL,
     "The services it needs."},

    {"probe", "name", SETTING_TEXT, PROBE(name),
     "\"forum front page\"", 1, SERVICE_BYTES - 1, NULL, check_label,
     "Who speaks in the record and in the rooms when it sees a change.", true, 0},
    {"probe", "kind", SETTING_WORD, PROBE(kind),
     "\"http\"", 0, 0, &PROBE_KIND_LIST(BLANK_AND_WORD)[1], NULL,
     "What is checked: a web page, the certificate of a TLS port, whether a port\n"
     "takes connections, what a name resolves to, or a query to Prometheus.",
     true, 0},
    {"probe", "target", SETTING_TEXT, PROBE(target),
     "\"https://forum.example.org/\"", 1, 500, NULL, check_web_target,
     "The address to fetch. It must not hold a password: see credentials_file.",
     true, BIT(PROBE_HTTP)},
    {"probe", "target", SETTING_TEXT, PROBE(target),
     "\"mail.example.org:465\"", 1, 300, NULL, check_host_port,
     "Host and port; so it is for kind tcp.", true, BIT(PROBE_TLS) | BIT(PROBE_TCP)},
    {"probe", "target", SETTING_TEXT, PROBE(target),
     "\"forum.example.org\"", 1, 253, NULL, check_host_name,
     "The name to look up.", true, BIT(PROBE_DNS)},
    {"probe", "target", SETTING_TEXT, PROBE(target),
     "\"http://127.0.0.1:9090\"", 1, 500, NULL, check_prometheus_target,
     "Where Prometheus answers.", true, BIT(PROBE_PROMETHEUS)},
    {"probe", "service", SETTING_TEXT, PROBE(service),
     "\"\"", 0, SERVICE_BYTES - 1, NULL, NULL,
     "The [[service]] that is ill when the check is bad. Empty: none."},
    {"probe", "interval_s", SETTING_INTEGER, PROBE(interval_s),
     "30", 2, 86400, NULL, NULL,
     "Seconds from check to check."},
    {"probe", "timeout_s", SETTING_INTEGER, PROBE(timeout_s),
     "10", 1, 60, NULL, NULL,
     "Bad when there is no answer after so many seconds. Below interval_s."},
    {"probe", "down_after", SETTING_INTEGER, PROBE(down_after),
     "2", 1, 10, NULL, NULL,
     "It is down when so many of the last results are bad,"},
    {"probe", "of", SETTING_INTEGER, PROBE(of),
     "3", 1, 10, NULL, NULL,
     "and this is how many of the last ones are looked at."},
    {"probe", "allow_internal", SETTING_FLAG, PROBE(allow_internal),
     "false", 0, 0, NULL, NULL,
     "Also connect to link-local addresses and those where clouds hand out\n"
     "metadata (169.254.169.254)."},
    {"probe", "ca_file", SETTING_FILE, PROBE(ca_file),
     "\"\"", 0, 1000, NULL, NULL,
     "Certificates (PEM) to trust. Empty: the system's.", false,
     BIT(PROBE_HTTP) | BIT(PROBE_TLS) | BIT(PROBE_PROMETHEUS)},
    {"probe", "credentials_file", SETTING_SECRET, PROBE(credentials_file),
     "\"\"", 0, 1000, NULL, NULL,
     "File with user:password in its first line, readable by nobody else\n"
     "(chmod 600), for an https:// target or one on this machine. Empty: none\n"
     "are sent.", false,
     BIT(PROBE_HTTP) | BIT(PROBE_PROMETHEUS)},
    {"probe", "expect_status", SETTING_INTEGER, PROBE(expect_status),
     "0", 0, 599, NULL, NULL,
     "The only good status, such as 204. 0: any 2xx or 3xx.", false,
     BIT(PROBE_HTTP)},
    {"probe", "expect_text", SETTING_TEXT, PROBE(expect_text),
     "\"\"", 0, 500, NULL, NULL,
     "Must stand in the first 64 kB of the page. Empty: anything may.", false,
     BIT(PROBE_HTTP)},
    {"probe", "slower_than_ms", SETTING_INTEGER, PROBE(slower_than_ms),
     "0", 0, 60000, NULL, NULL,
     "An answer that takes longer is bad. 0: only timeout_s counts.", false,
     BIT(PROBE_HTTP)},
    {"probe", "follow_redirects", SETTING_FLAG, PROBE(follow_redirects),
     "false", 0, 0, NULL, NULL,
     "Check the page that a redirect leads to, not the redirect.", false,
     BIT(PROBE_HTTP)},
    {"probe", "days_left", SETTING_INTEGER, PROBE(days_left),
     "14", 0, 365, NULL, NULL,
     "Warn when the certificate is valid for fewer days, and again below 7, 3 and\n"
     "1. It is down when the certificate is not valid.", false, BIT(PROBE_TLS)},
    {"probe", "server_name", SETTING_TEXT, PROBE(server_name),
     "\"\"", 0, 253, NULL, check_server_name,
     "The name that the certificate must be for. Empty: the host of target.",
     false, BIT(PROBE_TLS)},
    {"probe", "answers", SETTING_TEXT_LIST, PROBE(answers),
     "[]", 0, 50, NULL, check_address,
     "The addresses it must resolve to: all of these and no other, in any order.\n"
     "Empty: any will do.", false, BIT(PROBE_DNS)},
    {"probe", "query", SETTING_TEXT, PROBE(query),
     "\"sum(rate(errors_total[5m]))\"", 1, 2000, NULL, NULL,
     "An instant query with one number as its answer.", true,
     BIT(PROBE_PROMETHEUS)},
    {"probe", "bad_when", SETTING_CHOICE, PROBE(bad_when),
     "\">\"", 0, 0, "> >= < <= == !=", NULL,
     "Bad when the answer compares so to threshold.", true,
     BIT(PROBE_PROMETHEUS)},
    {"probe", "threshold", SETTING_NUMBER, PROBE(threshold),
     "0.5", 0, 0, NULL, NULL,
     "What the answer is compared with.", true, BIT(PROBE_PROMETHEUS)},

    {"alert", "name", SETTING_TEXT, ALERT(name),
     "\"prometheus\"", 1, SERVICE_BYTES - 1, NULL, check_source_name,
     "Who speaks in the record; it sends its alerts to /alerts/NAME. Lower-case\n"
     "letters, digits and dashes.", true, 0},
    {"alert", "form", SETTING_WORD, ALERT(form),
     "\"alertmanager\"", 0, 0, &ALERT_FORM_LIST(BLANK_AND_WORD)[1], NULL,
     "Whose webhook it is. generic: any JSON, see below.", true, 0},
    {"alert", "secret_file", SETTING_SECRET, ALERT(secret_file),
     "\"prometheus.secret\"", 1, 1000, NULL, NULL,
     "File with the secret that the sender shows, 16 to 200 characters, readable\n"
     "by nobody else (chmod 600). The header is Authorization: Bearer SECRET, or\n"
     "it is the password of basic auth; who can send neither puts ?secret=SECRET\n"
     "after the address.",
     true, 0},
    {"alert", "service", SETTING_TEXT, ALERT(service),
     "\"\"", 0, SERVICE_BYTES - 1, NULL, NULL,
     "The [[service]] of alerts that name none. Empty: none."},
    {"alert", "service_label", SETTING_TEXT, ALERT(service_label),
     "\"service\"", 1, 100, NULL, NULL,
     "The label that names the service; Uptime Kuma's tag of that name.", false,
     BIT(ALERT_FORM_ALERTMANAGER) | BIT(ALERT_FORM_KUMA) |
         BIT(ALERT_FORM_GRAFANA)},
    {"alert", "list_path", SETTING_TEXT, ALERT(list_path),
     "\"\"", 0, 200, NULL, check_json_path,
     "Where the alerts are in the JSON: \"data.alerts\". Empty: it is one alert.\n"
     "The other paths begin at an alert. Empty: it is not told.", false,
     BIT(ALERT_FORM_GENERIC)},
    {"alert", "key_path", SETTING_TEXT, ALERT(key_path),
     "\"\"", 0, 200, NULL, check_json_path,
     "What stays the same while it is the same alert.", false,
     BIT(ALERT_FORM_GENERIC)},
    {"alert", "title_path", SETTING_TEXT, ALERT(title_path),
     "\"title\"", 1, 200, NULL, check_json_path,
     "What is wrong, in one line.", true, BIT(ALERT_FORM_GENERIC)},
    {"alert", "text_path", SETTING_TEXT, ALERT(text_path),
     "\"\"", 0, 200, NULL, check_json_path,
     "More about it.", false, BIT(ALERT_FORM_GENERIC)},
    {"alert", "link_path", SETTING_TEXT, ALERT(link_path),
     "\"\"", 0, 200, NULL, check_json_path,
     "Its page.", false, BIT(ALERT_FORM_GENERIC)},
    {"alert", "service_path", SETTING_TEXT, ALERT(service_path),
     "\"\"", 0, 200, NULL, check_json_path,
     "The service, by name.", false, BIT(ALERT_FORM_GENERIC)},
    {"alert", "severity_path", SETTING_TEXT, ALERT(severity_path),
     "\"\"", 0, 200, NULL, check_json_path,
     "How bad it is.", false, BIT(ALERT_FORM_GENERIC)},
    {"alert", "state_path", SETTING_TEXT, ALERT(state_path),
     "\"\"", 0, 200, NULL, check_json_path,
     "Whether it fires or is over. Empty: all fire, and the same is\n"
     "told as another one after 36 hours without it.", false, BIT(ALERT_FORM_GENERIC)},
    {"alert", "started_path", SETTING_TEXT, ALERT(started_path),
     "\"\"", 0, 200, NULL, check_json_path,
     "When it began.", false, BIT(ALERT_FORM_GENERIC)},
    {"alert", "ended_path", SETTING_TEXT, ALERT(ended_path),
     "\"\"", 0, 200, NULL, check_json_path,
     "When it was over.", false, BIT(ALERT_FORM_GENERIC)},
    {"alert", "resolved_word", SETTING_TEXT, ALERT(resolved_word),
     "\"resolved\"", 1, 100, NULL, NULL,
     "The state that means it is over; any other fires.", false,
     BIT(ALERT_FORM_GENERIC)},

    {"assignee", "user", SETTING_ID, ASSIGNEE(user_id),
     "\"1046523456789012345\"", 0, 0, NULL, NULL,
     "A Discord user.", true, 0},
    {"assignee", "login", SETTING_TEXT, ASSIGNEE(login),
     "\"nova\"", 1, 100, NULL, check_forge_name,
     "The same person's login on the forge.", true, 0},
};
/* clang-format on */
const size_t setting_count = sizeof settings / sizeof *settings;

/* clang-format off */
const struct setting_list setting_lists[] = {
    {"service", FIELD(services.all), FIELD(services.count),
     sizeof(struct service), 200, "name", NULL,
     "The services you run: write [[service]] for each."},
    {"probe", FIELD(probes.all), FIELD(probes.count),
     sizeof(struct probe), 1000, "name", "kind",
     "What the bot checks by itself: write [[probe]] for each check."},
    {"alert", FIELD(alert_sources.all), FIELD(alert_sources.count),
     sizeof(struct alert_source), 50, "name", "form",
     "Who may send alerts to the listener: write [[alert]] for each."},
    {"assignee", FIELD(assignees), FIELD(assignee_count),
     sizeof(struct assignee), 500, "user", NULL,
     "Who is who on the forge, to assign issues: write [[assignee]] for each."},
};
/* clang-format on */
const size_t setting_list_count = sizeof setting_lists / sizeof *setting_lists;

const struct setting_list *setting_list_find(const char *section)
{
    for (size_t i = 0; i < setting_list_count; i++)
        if (strcmp(setting_lists[i].section, section) == 0)
            return &setting_lists[i];
    return NULL;
}

bool setting_is_text(const struct setting *setting)
{
    return setting->kind == SETTING_TEXT || setting->kind == SETTING_FILE ||
           setting->kind == SETTING_SECRET;
}

struct str setting_choice(const struct setting *setting, unsigned place)
{
    struct str rest = str_of(setting->choices), choice = STR_NONE;
    for (unsigned i = 0; i <= place; i++)
        (void)str_cut(&rest, ' ', &choice);
    return choice;
}

bool setting_place(const struct setting *setting, struct str word,
                   unsigned *out)
{
    struct str rest = str_of(setting->choices), choice;
    for (unsigned i = 0; str_cut(&rest, ' ', &choice); i++)
        if (str_eq(choice, word)) {
            *out = i;
            return true;
        }
    return false;
}
