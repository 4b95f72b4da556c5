#include "bot/helpers/git.h"

#include "bot/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAM "/usr/bin/ssh-keygen"

/* The commit goes through a pipe of the size of its text: it is written before
 * anything is read. A pipe holds 64 KiB, and ssh-keygen reads all of it first.
 */
static enum err talk(int to, int from, struct str commit, struct buf *signature)
{
    size_t sent = 0;
    while (sent < commit.n) {
        ssize_t n = write(to, commit.s + sent, commit.n - sent);
        if (n < 0 && errno != EINTR)
            break;
        sent += n > 0 ? (size_t)n : 0;
    }
    (void)close(to);
    enum err err = file_read(from, signature);
    (void)close(from);
    return sent == commit.n ? err : ERR_IO;
}

static int spawn(const struct git_job *job, int in, int out, pid_t *child)
{
    char program[] = "ssh-keygen", action[] = "-Y", sign[] = "sign";
    char space[] = "-n", git[] = "git", file[] = "-f", quiet[] = "-q";
    struct buf key = BUF_INIT(4096);
    buf_add(&key, job->signing_key);
    char *const arguments[] = {program, action, sign,  quiet, space,
                               git,     file,   key.s, NULL};
    char *const environment[] = {NULL};
    posix_spawn_file_actions_t actions;
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    (void)posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    (void)posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null",
                                           O_WRONLY, 0);
    int rc =
        posix_spawn(child, PROGRAM, &actions, NULL, arguments, environment);
    (void)posix_spawn_file_actions_destroy(&actions);
    buf_release(&key);
    return rc;
}

enum err git_sign(struct git_work *work, struct str commit,
                  struct buf *signature)
{
    int to[2], from[2], status = -1;
    pid_t child;
    if (pipe2(to, O_CLOEXEC) != 0 || pipe2(from, O_CLOEXEC) != 0)
        return git_fail(work->trouble, GIT_REASON_OTHER, "signing: %s",
                        strerror(errno));
    int rc = spawn(work->job, to[0], from[1], &child);
    (void)close(to[0]);
    (void)close(from[1]);
    if (rc != 0)
        return git_fail(work->trouble, GIT_REASON_JOB, PROGRAM ": %s",
                        strerror(rc));
    enum err err = talk(to[1], from[0], commit, signature);
    if (waitpid(child, &status, 0) < 0 || !WIFEXITED(status) ||
        WEXITSTATUS(status) != 0 || err != ERR_OK || signature->n == 0)
        return git_fail(work->trouble, GIT_REASON_JOB,
                        "ssh-keygen could not sign with %s: it must be a "
                        "private key without a passphrase",
                        work->job->signing_key.s);
    buf_cut(signature, str_trim(buf_str(signature)).n);
    return ERR_OK;
}
