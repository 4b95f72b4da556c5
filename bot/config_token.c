/*
 * The one secret of the daemon: the bot token. Read from a file that nobody
 * else may read, or from the environment; never from the settings, never from
 * the command line.
 */
#include "bot/config.h"

#include "bot/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TOKEN_LEAST 20
#define TOKEN_MOST  200
#define FILE_BYTES  4096

/* systemd shows an access list on its credentials as the group's bits; nobody
 * but the service can reach the folder. */
static bool is_systemd_credential(const char *file)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    return folder != NULL && folder[0] == '/' &&
           str_starts(str_of(file), folder) && file[strlen(folder)] == '/' &&
           strstr(file, "/../") == NULL;
}

static enum err read_token_file(const char *file, struct buf *out,
                                struct buf *why)
{
    struct stat about;
    enum err err = ERR_INVALID;
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &about) != 0) {
        buf_addf(why, "discord.token_file: %s cannot be read: %s", file,
                 strerror(errno));
        err = ERR_IO;
    } else if (!S_ISREG(about.st_mode)) {
        buf_addf(why, "discord.token_file: %s is not a file", file);
    } else if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0 &&
               !is_systemd_credential(file)) {
        buf_addf(why,
                 "discord.token_file: others may read %s; run chmod 600 %s",
                 file, file);
    } else {
        ssize_t n =
            buf_reserve(out, FILE_BYTES) ? read(fd, out->s, FILE_BYTES) : -1;
        if (n > 0) {
            out->n = (size_t)n;
            out->s[out->n] = '\0';
        }
        err = ERR_OK; /* no bytes: the caller says that it is no token */
    }
    if (fd >= 0)
        (void)close(fd);
    return err;
}

/* It goes into an HTTP header: nothing but plain visible characters. */
static const char *token_problem(struct str token)
{
    if (token.n < TOKEN_LEAST || token.n > TOKEN_MOST)
        return "is not 20 to 200 characters long";
    for (size_t i = 0; i < token.n; i++)
        if (token.s[i] <= ' ' || token.s[i] > '~')
            return "holds a blank or a character that no token has (leave "
                   "out \"Bot \")";
    return NULL;
}

enum err config_token(const struct config *config, char **out, struct buf *why)
{
    struct buf text = BUF_INIT(FILE_BYTES);
    struct str rest, token = STR_NONE;
    bool from_file = config->token_file[0] != '\0';
    enum err err = ERR_OK;
    if (from_file)
        err = read_token_file(config->token_file, &text, why);
    else if (getenv("DISCORD_TOKEN") != NULL)
        buf_add_text(&text, getenv("DISCORD_TOKEN"));
    if (err == ERR_OK) {
        rest = buf_str(&text);
        (void)str_cut(&rest, '\n', &token);
        if (str_ends(token, "\r"))
            token.n--;
        const char *problem = token_problem(token);
        err = problem == NULL ? ERR_OK : ERR_INVALID;
        if (token.n == 0 && !from_file)
            buf_add_text(why, "no bot token: set discord.token_file, or the "
                              "environment variable DISCORD_TOKEN");
        else if (problem != NULL)
            buf_addf(why, "the bot token in %s %s",
                     from_file ? config->token_file : "DISCORD_TOKEN", problem);
    }
    if (err == ERR_OK) {
        *out = mem_alloc(token.n + 1);
        memcpy(*out, token.s, token.n);
    }
    if (text.s != NULL)
        explicit_bzero(text.s, text.room);
    buf_release(&text);
    return err;
}
