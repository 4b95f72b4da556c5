#include "bot/helpers/git.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/landlock.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

void git_fence_begin(void)
{
    static const struct rlimit none = {0, 0};
    (void)prctl(PR_SET_DUMPABLE, 0);
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)close_range(STDERR_FILENO + 1, ~0u, 0);
    (void)clearenv();
}

#define READ                                                                   \
    (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE |               \
     LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITE                                                                  \
    (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |           \
     LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |            \
     LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REFER)
/* What may be asked of a file that is no folder. */
#define OF_FILES                                                               \
    (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE |               \
     LANDLOCK_ACCESS_FS_WRITE_FILE)
/* The first whose renames from folder to folder can be allowed. */
#define ABI_WITH_RENAMES 2

/* What is not there cannot be allowed, and need not be. */
static void allow(int rules, const char *path, __u64 access)
{
    struct stat stat;
    int file = open(path, O_PATH | O_CLOEXEC);
    if (file < 0)
        return;
    if (fstat(file, &stat) == 0) {
        const struct landlock_path_beneath_attr attr = {
            .allowed_access =
                S_ISDIR(stat.st_mode) ? access : access & OF_FILES,
            .parent_fd = file,
        };
        (void)syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH,
                      &attr, 0);
    }
    (void)close(file);
}

static void allow_text(int rules, struct str path)
{
    if (path.n == 0)
        return;
    allow(rules, path.s, READ);
    /* A public key beside its own. */
    struct buf beside = BUF_INIT(path.n + 10);
    buf_addf(&beside, "%s.pub", path.s);
    allow(rules, buf_text(&beside), READ);
    buf_release(&beside);
}

void git_fence_close(const struct git_job *job, const char *folder)
{
    /* Names of hosts, certificates, and ssh-keygen with its libraries. */
    static const char *const system[] = {
        "/usr",
        "/lib",
        "/lib64",
        "/etc/hosts",
        "/etc/host.conf",
        "/etc/nsswitch.conf",
        "/etc/resolv.conf",
        "/etc/gai.conf",
        "/etc/services",
        "/etc/passwd",
        "/etc/ld.so.cache",
        "/etc/ssl/certs",
        "/etc/ssl/openssl.cnf",
        "/run/systemd/resolve",
        "/run/nscd",
        "/dev/urandom",
        "/dev/random",
    };
    const struct landlock_ruleset_attr attr = {.handled_access_fs =
                                                   READ | WRITE};
    if (syscall(SYS_landlock_create_ruleset, NULL, 0,
                LANDLOCK_CREATE_RULESET_VERSION) < ABI_WITH_RENAMES)
        return;
    int rules =
        (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
    if (rules < 0)
        return;
    for (size_t i = 0; i < sizeof system / sizeof system[0]; i++)
        allow(rules, system[i], READ);
    allow(rules, "/dev/null", READ | LANDLOCK_ACCESS_FS_WRITE_FILE);
    allow(rules, folder, READ | WRITE);
    allow_text(rules, job->ca_file);
    allow_text(rules, job->ssh_key);
    allow_text(rules, job->signing_key);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
        (void)syscall(SYS_landlock_restrict_self, rules, 0);
    (void)close(rules);
}
