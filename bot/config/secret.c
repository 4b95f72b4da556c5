/*
 * The secrets of the daemon: the bot token, those of alert sources and checks.
 * Read from a file that nobody else may read, the token also from the
 * environment; never from the settings, never from the command line.
 *
 * "credential:NAME" is what systemd hands over in $CREDENTIALS_DIRECTORY
 * (systemd.exec(5), Credentials). What it loads as a folder it names
 * FOLDER_FILE; the unit loads the folder `secrets`. Without systemd, as when
 * somebody types `opsroom check`, it is the file in that folder itself.
 */
#include "bot/base/ascii.h"
#include "bot/config/config.h"

#include "bot/base/mem.h"
#include "bot/core/secrets.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TOKEN_LEAST  20
#define TOKEN_MOST   200
#define SECRET_LEAST 16
#define SECRET_MOST  200
#define FILE_BYTES   4096

#define CREDENTIAL     "credential:"
#define LOADED_FOLDER  "secrets"
#define SECRETS_FOLDER "/etc/opsroom/" LOADED_FOLDER

/* systemd shows an access list on its credentials as the group's bits; nobody
 * but the service can reach the folder. */
static bool is_systemd_credential(const char *file)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    return folder != NULL && folder[0] == '/' &&
           str_starts(str_of(file), folder) && file[strlen(folder)] == '/' &&
           strstr(file, "/../") == NULL;
}

static bool is_credential_name(const char *name)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVW"
                            "XYZ0123456789._-");
    return n > 0 && name[n] == '\0' && name[0] != '.';
}

/* False: it names nothing that can be read. */
static bool file_of(const char *setting, char path[static PATH_MAX])
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    const char *name = setting + strlen(CREDENTIAL);
    int n;
    if (!str_starts(str_of(setting), CREDENTIAL)) {
        n = snprintf(path, PATH_MAX, "%s", setting);
        return n < PATH_MAX;
    }
    if (!is_credential_name(name))
        return false;
    if (folder == NULL || folder[0] != '/')
        folder = SECRETS_FOLDER;
    n = snprintf(path, PATH_MAX, "%s/%s", folder, name);
    if (n < PATH_MAX && access(path, F_OK) != 0 && errno == ENOENT) {
        char loaded[PATH_MAX];
        n = snprintf(loaded, sizeof loaded, "%s/" LOADED_FOLDER "_%s", folder,
                     name);
        if (n < PATH_MAX && access(loaded, F_OK) == 0)
            memcpy(path, loaded, (size_t)n + 1);
    }
    return n < PATH_MAX;
}

struct secret_rule {
    const char *setting, *what; /* "discord.token_file", "the bot token" */
    size_t least, most;
    /* What else than the plain visible characters of an HTTP header is in it,
     * in words; NULL: any line of text will do. */
    const char *plain_hint;
    const char *also; /* beside letters and digits; NULL: what is visible */
};

/* Somebody wrote the secret itself where its file is to be named: what is said
 * of it goes to the log. */
static bool looks_like_secret(const char *name)
{
    struct buf scrubbed = BUF_INIT((size_t)8 * PATH_MAX);
    struct secrets_found found;
    (void)secrets_scrub(str_of(name), &scrubbed, &found);
    buf_release(&scrubbed);
    return found.count[SECRET_TOKEN] + found.count[SECRET_KEY] +
               found.count[SECRET_PASSWORD] >
           0;
}

static void cannot_read(const struct secret_rule *rule, const char *file,
                        struct buf *why)
{
    int error = errno;
    if (error == ENOENT && looks_like_secret(file))
        buf_addf(why,
                 "%s: holds a secret, it seems, and not the name of a file: "
                 "write the secret into a file, and name that one",
                 rule->setting);
    else
        buf_addf(why, "%s: %s cannot be read: %s", rule->setting, file,
                 strerror(error));
}

static enum err read_secret_file(const struct secret_rule *rule,
                                 const char *file, struct buf *out,
                                 struct buf *why)
{
    struct stat about;
    enum err err = ERR_INVALID;
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &about) != 0) {
        cannot_read(rule, file, why);
        err = ERR_IO;
    } else if (!S_ISREG(about.st_mode)) {
        buf_addf(why, "%s: %s is not a file", rule->setting, file);
    } else if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0 &&
               !is_systemd_credential(file)) {
        buf_addf(why, "%s: others may read %s; run chmod 600 %s", rule->setting,
                 file, file);
    } else {
        ssize_t n =
            buf_reserve(out, FILE_BYTES) ? read(fd, out->s, FILE_BYTES) : -1;
        if (n > 0) {
            out->n = (size_t)n;
            out->s[out->n] = '\0';
        }
        err = ERR_OK; /* no bytes: the caller says that it is no secret */
    }
    if (fd >= 0)
        (void)close(fd);
    return err;
}

/* What is in it that must not be, in words; NULL: nothing. */
static const char *stranger_in(const struct secret_rule *rule,
                               struct str secret)
{
    for (size_t i = 0; i < secret.n; i++) {
        unsigned char c = (unsigned char)secret.s[i];
        if (rule->plain_hint != NULL && (c <= ' ' || c > '~'))
            return rule->plain_hint;
        if (c < ' ' || c == 0x7F)
            return "a control character";
        if (rule->also != NULL && !is_alnum((char)c) &&
            strchr(rule->also, c) == NULL)
            return rule->plain_hint;
    }
    return NULL;
}

/* Its first line. `file` only for the words. The characters are looked at
 * first: of a comment above the secret it is not the length that is wrong. */
static enum err take_secret(const struct secret_rule *rule, const char *file,
                            struct str text, char **out, struct buf *why)
{
    struct str secret = STR_NONE;
    (void)str_cut(&text, '\n', &secret);
    if (str_ends(secret, "\r"))
        secret.n--;
    const char *hint = stranger_in(rule, secret);
    if (hint != NULL) {
        buf_addf(why, "%s in %s holds %s", rule->what, file, hint);
        return ERR_INVALID;
    }
    if (secret.n < rule->least || secret.n > rule->most) {
        buf_addf(why,
                 "%s in %s is not %zu to %zu characters long; the first line "
                 "is what counts",
                 rule->what, file, rule->least, rule->most);
        return ERR_INVALID;
    }
    *out = mem_alloc(secret.n + 1);
    memcpy(*out, secret.s, secret.n);
    return ERR_OK;
}

static enum err secret_of_file(const struct secret_rule *rule, const char *file,
                               char **out, struct buf *why)
{
    char path[PATH_MAX];
    struct buf text = BUF_INIT(FILE_BYTES);
    if (!file_of(file, path)) {
        buf_addf(why, "%s: %s is no name of a credential", rule->setting, file);
        return ERR_INVALID;
    }
    file = path;
    enum err err = read_secret_file(rule, file, &text, why);
    if (err == ERR_OK)
        err = take_secret(rule, file, buf_str(&text), out, why);
    if (text.s != NULL)
        explicit_bzero(text.s, text.room);
    buf_release(&text);
    return err;
}

enum err config_token(const struct config *config, char **out, struct buf *why)
{
    static const struct secret_rule rule = {
        .setting = "discord.token_file",
        .what = "the bot token",
        .least = TOKEN_LEAST,
        .most = TOKEN_MOST,
        .plain_hint =
            "what no token has: a token is letters, digits, \".\", \"-\" and "
            "\"_\". Write it alone into the first line, without quotes, "
            "without \"Bot \" and without a name before it",
        .also = ".-_",
    };
    const char *variable = getenv("DISCORD_TOKEN");
    if (config->token_file[0] != '\0')
        return secret_of_file(&rule, config->token_file, out, why);
    if (variable != NULL && variable[0] != '\0')
        return take_secret(&rule, "DISCORD_TOKEN", str_of(variable), out, why);
    buf_add_text(why, "no bot token: set discord.token_file, or the "
                      "environment variable DISCORD_TOKEN");
    return ERR_INVALID;
}

enum err config_secret(const char *path, char **out, struct buf *why)
{
    static const struct secret_rule rule = {
        .setting = "alert.secret_file",
        .what = "the secret",
        .least = SECRET_LEAST,
        .most = SECRET_MOST,
        .plain_hint = "a blank or a character that no header can hold",
    };
    return secret_of_file(&rule, path, out, why);
}

enum err config_credentials(const char *path, char **out, struct buf *why)
{
    static const struct secret_rule rule = {
        .setting = "probe.credentials_file",
        .what = "user:password",
        .least = 2,
        .most = SECRET_MOST,
    };
    char *credentials;
    enum err err = secret_of_file(&rule, path, &credentials, why);
    if (err != ERR_OK)
        return err;
    if (strchr(credentials, ':') != NULL) {
        *out = credentials;
        return ERR_OK;
    }
    buf_addf(why, "%s: %s has no \":\" between user and password", rule.setting,
             path);
    explicit_bzero(credentials, strlen(credentials));
    free(credentials);
    return ERR_INVALID;
}

enum err config_forge_token(const char *path, char **out, struct buf *why)
{
    static const struct secret_rule rule = {
        .setting = "forge.token_file",
        .what = "the token of the forge",
        .least = SECRET_LEAST,
        .most = SECRET_MOST,
        .plain_hint = "a blank or a character that no token has",
    };
    return secret_of_file(&rule, path, out, why);
}

enum err config_forge_secret(const char *path, char **out, struct buf *why)
{
    static const struct secret_rule rule = {
        .setting = "forge.webhook_secret_file",
        .what = "the secret",
        .least = SECRET_LEAST,
        .most = SECRET_MOST,
        .plain_hint = "a blank or a character that no header can hold",
    };
    return secret_of_file(&rule, path, out, why);
}

enum err config_git_token(const char *path, char **out, struct buf *why)
{
    static const struct secret_rule rule = {
        .setting = "postmortem.token_file",
        .what = "the token of the repository",
        .least = 1,
        .most = SECRET_MOST,
    };
    return secret_of_file(&rule, path, out, why);
}

/* OpenSSH's own form begins with "openssh-key-v1", NUL and the cipher, in
 * base64: here as far as the cipher "none". */
static bool has_passphrase(struct str key)
{
    return str_has(key, STR("ENCRYPTED")) ||
           (str_has(key, STR("OPENSSH PRIVATE KEY")) &&
            !str_has(key, STR("b3BlbnNzaC1rZXktdjEAAAAABG5vbmU")));
}

/* opsroom-git reads it; what is in it stays unknown here. */
enum err config_key(const char *name, const char *file, char **out,
                    struct buf *why)
{
    const struct secret_rule rule = {
        .setting = name,
        .what = "the key",
        .least = 1,
        .most = FILE_BYTES,
    };
    char path[PATH_MAX];
    struct buf text = BUF_INIT(FILE_BYTES);
    if (!file_of(file, path)) {
        buf_addf(why, "%s: %s is no name of a credential", name, file);
        return ERR_INVALID;
    }
    enum err err = read_secret_file(&rule, path, &text, why);
    if (err == ERR_OK && !str_has(buf_str(&text), STR("PRIVATE KEY"))) {
        buf_addf(why, "%s: %s is not a private key", name, path);
        err = ERR_INVALID;
    } else if (err == ERR_OK && has_passphrase(buf_str(&text))) {
        buf_addf(why,
                 "%s: %s has a passphrase, and nobody types it for the bot; "
                 "make a key without one",
                 name, path);
        err = ERR_INVALID;
    }
    if (text.s != NULL)
        explicit_bzero(text.s, text.room);
    buf_release(&text);
    if (err == ERR_OK)
        *out = mem_text(path);
    return err;
}

enum err config_certificates(const char *setting, const char *file,
                             struct buf *why)
{
    if (file[0] == '\0' || access(file, R_OK) == 0)
        return ERR_OK;
    buf_addf(why, "%s: %s cannot be read: %s", setting, file, strerror(errno));
    return ERR_IO;
}
