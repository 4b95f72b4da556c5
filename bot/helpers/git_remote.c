#include "bot/helpers/git.h"

#include "bot/base/utf8.h"

#include <git2/cert.h>
#include <git2/credential.h>
#include <git2/errors.h>
#include <git2/refs.h>
#include <git2/remote.h>

#include <string.h>

#define HASH_BASE64 43 /* of 32 bytes, without its padding */
#define SPECS       (GIT_NAMES + 1)
#define TRIES       1
#define WORDS_BYTES 400
/* Only what has a name can be pushed. */
#define PUSHED "refs/opsroom/pushed"

/* One connection; what its callbacks saw. */
struct line {
    struct git_work *work;
    git_remote *remote;
    int tries;                      /* so often the server asked who we are */
    enum git_reason reason;         /* OTHER: none of those below */
    char host_key[HASH_BASE64 + 1]; /* that was shown */
    struct buf refusal, words;
};

/* ---- what libgit2 asks ---- */

/* As `ssh-keygen -lf` prints it, without its "SHA256:". */
static void print_hash(const unsigned char *hash,
                       char out[static HASH_BASE64 + 1])
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t bits = 0;
    size_t n = 0;
    for (size_t i = 0; i < 33; i++) {
        bits = bits << 8 | (i < 32 ? hash[i] : 0u);
        if (i % 3 != 2)
            continue;
        for (int shift = 18; shift >= 0 && n < HASH_BASE64; shift -= 6)
            out[n++] = letters[bits >> shift & 63];
        bits = 0;
    }
    out[n] = '\0';
}

static int check_host_key(struct line *line, const git_cert_hostkey *key)
{
    struct str pinned = line->work->job->host_key;
    if (str_starts(pinned, "SHA256:"))
        pinned = str_from(pinned, strlen("SHA256:"));
    while (pinned.n > 0 && pinned.s[pinned.n - 1] == '=')
        pinned.n--;
    if (key->type & GIT_CERT_SSH_SHA256)
        print_hash(key->hash_sha256, line->host_key);
    if (pinned.n > 0 && str_is(pinned, line->host_key))
        return 0;
    line->reason = GIT_REASON_HOST_KEY;
    return GIT_ECERTIFICATE;
}

/* `valid` says nothing of ssh: libgit2 1.5 knows no known_hosts. */
static int on_certificate(git_cert *cert, int valid, const char *host,
                          void *payload)
{
    struct line *line = payload;
    (void)host;
    if (cert->cert_type == GIT_CERT_HOSTKEY_LIBSSH2)
        return check_host_key(line, (const git_cert_hostkey *)cert);
    if (valid)
        return 0;
    line->reason = GIT_REASON_CERTIFICATE;
    return GIT_ECERTIFICATE;
}

/* Asked again when what we gave was refused. */
static int on_credentials(git_credential **out, const char *url,
                          const char *user, unsigned types, void *payload)
{
    struct line *line = payload;
    const struct git_job *job = line->work->job;
    (void)url;
    if (user == NULL)
        user = job->user.n > 0 ? job->user.s : "git";
    if (types & GIT_CREDENTIAL_USERNAME)
        return git_credential_username_new(out, user);
    bool may = line->tries++ < TRIES;
    if (may && (types & GIT_CREDENTIAL_USERPASS_PLAINTEXT) &&
        job->way == GIT_WAY_HTTP && job->token.n > 0)
        return git_credential_userpass_plaintext_new(
            out, job->user.n > 0 ? job->user.s : "x-access-token",
            job->token.s);
    if (may && (types & GIT_CREDENTIAL_SSH_KEY) && job->ssh_key.n > 0)
        return git_credential_ssh_key_new(out, user, NULL, job->ssh_key.s,
                                          NULL);
    line->reason = GIT_REASON_AUTH;
    return GIT_EAUTH;
}

/* A refusal is told here, and nowhere else: the push itself returns 0. */
static int on_reference(const char *ref, const char *status, void *payload)
{
    struct line *line = payload;
    (void)ref;
    if (status != NULL)
        buf_addf(&line->refusal, "%s%s", line->refusal.n > 0 ? "; " : "",
                 status);
    return 0;
}

/* What a hook of the server prints: often the reason of a refusal. */
static int on_words(const char *words, int n, void *payload)
{
    struct line *line = payload;
    for (int i = 0; i < n && line->words.n < WORDS_BYTES; i++)
        buf_add_char(&line->words,
                     (unsigned char)words[i] < ' ' ? ' ' : words[i]);
    return 0;
}

static git_remote_callbacks callbacks(struct line *line)
{
    git_remote_callbacks calls = {.version = GIT_REMOTE_CALLBACKS_VERSION,
                                  .credentials = on_credentials,
                                  .certificate_check = on_certificate,
                                  .push_update_reference = on_reference,
                                  .sideband_progress = on_words,
                                  .payload = line};
    return calls;
}

/* ---- what went wrong ---- */

static enum err say_auth(const struct line *line)
{
    const struct git_job *job = line->work->job;
    const char *what = job->way == GIT_WAY_HTTP ? "token" : "ssh key";
    bool has = job->way == GIT_WAY_HTTP ? job->token.n > 0 : job->ssh_key.n > 0;
    if (!has)
        return git_fail(line->work->trouble, GIT_REASON_AUTH,
                        "%s asks who we are, and no %s is set",
                        job->repository.s, what);
    return git_fail(line->work->trouble, GIT_REASON_AUTH,
                    "%s did not take the %s. Check that it %s, and may write "
                    "there",
                    job->repository.s, what,
                    job->way == GIT_WAY_HTTP
                        ? "is right, has not expired"
                        : "is of ed25519 or ecdsa (rsa will not do)");
}

/* libssh2 has told us so, in words. */
static bool is_key_unreadable(const char *words)
{
    return strstr(words, "private key file") != NULL ||
           strstr(words, "Wrong passphrase") != NULL;
}

static enum err say_host_key(const struct line *line)
{
    const struct git_job *job = line->work->job;
    if (job->host_key.n == 0)
        return git_fail(line->work->trouble, GIT_REASON_HOST_KEY,
                        "no host key is set for %s. It shows SHA256:%s: "
                        "compare that with what its keeper says, and set it",
                        job->repository.s, line->host_key);
    return git_fail(line->work->trouble, GIT_REASON_HOST_KEY,
                    "%s shows the host key SHA256:%s and not the one that is "
                    "set. Nothing was sent. If the server has a new key, "
                    "compare it with what its keeper says, and set it",
                    job->repository.s, line->host_key);
}

/* libgit2 has the status of http only in words. */
static enum git_reason reason_in(const char *words, enum git_reason otherwise)
{
    static const struct {
        const char *words;
        enum git_reason reason;
    } known[] = {
        {"status code: 401", GIT_REASON_AUTH},
        {"status code: 403", GIT_REASON_AUTH},
        {"status code: 404", GIT_REASON_NOT_FOUND},
        {"does not appear to be a git repository", GIT_REASON_NOT_FOUND},
        {"epository not found", GIT_REASON_NOT_FOUND},
        {"Connection refused", GIT_REASON_NETWORK},
        {"unexpectedly", GIT_REASON_NETWORK},
        {"failed to connect", GIT_REASON_NETWORK},
        {"failed to resolve", GIT_REASON_NETWORK},
        {"remote hung up", GIT_REASON_NETWORK},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strstr(words, known[i].words) != NULL)
            return known[i].reason;
    return otherwise;
}

static enum err say_failure(const struct line *line, int rc)
{
    struct git_trouble *trouble = line->work->trouble;
    const struct git_job *job = line->work->job;
    if (line->reason == GIT_REASON_HOST_KEY)
        return say_host_key(line);
    if (line->reason == GIT_REASON_CERTIFICATE || rc == GIT_ECERTIFICATE)
        return git_fail(trouble, GIT_REASON_CERTIFICATE,
                        "the certificate of %s is not one we trust, or is for "
                        "another name. No token was sent. Check the address "
                        "and the file of trusted certificates",
                        job->repository.s);
    if (line->reason == GIT_REASON_AUTH || rc == GIT_EAUTH)
        return say_auth(line);
    (void)git_say(trouble, job->repository.s);
    if (is_key_unreadable(buf_text(&trouble->text)))
        return git_fail(trouble, GIT_REASON_AUTH,
                        "the ssh key %s cannot be read: it must be a private "
                        "key of ed25519 or ecdsa without a passphrase",
                        job->ssh_key.s);
    if (strstr(buf_text(&trouble->text), "cannot redirect") != NULL)
        return git_fail(trouble, GIT_REASON_NOT_FOUND,
                        "%s sends us to another host, and a token is for one. "
                        "If the repository has moved, set its new address",
                        job->repository.s);
    if (rc == GIT_ENONFASTFORWARD)
        trouble->reason = GIT_REASON_CONFLICT;
    else
        trouble->reason = reason_in(buf_text(&trouble->text), trouble->reason);
    if (trouble->reason == GIT_REASON_AUTH)
        return say_auth(line);
    if (trouble->reason == GIT_REASON_NOT_FOUND)
        return git_fail(trouble, GIT_REASON_NOT_FOUND,
                        "there is no repository %s, or we may not see it. "
                        "Check the address, and who may read it",
                        job->repository.s);
    return ERR_IO;
}

static enum err line_open(struct git_work *work, struct line *line)
{
    *line = (struct line){.work = work,
                          .reason = GIT_REASON_OTHER,
                          .refusal = BUF_INIT(2000),
                          .words = BUF_INIT(WORDS_BYTES)};
    if (git_remote_create_anonymous(&line->remote, work->repo,
                                    work->job->repository.s) < 0)
        return git_say(work->trouble, work->job->repository.s);
    return ERR_OK;
}

static void line_close(struct line *line)
{
    git_remote_free(line->remote);
    buf_release(&line->refusal);
    buf_release(&line->words);
}

/* ---- fetch ---- */

/* The branches we want, if the server has them. */
struct wanted {
    char names[SPECS][256];
    git_oid tips[SPECS];
    bool has[SPECS];
    size_t count;
};

static void want(struct wanted *wanted, struct str name)
{
    if (wanted->count == SPECS || name.n >= sizeof wanted->names[0])
        return;
    str_copy_to(wanted->names[wanted->count], name);
    wanted->count++;
}

static void list_wanted(const struct git_job *job, struct wanted *wanted)
{
    struct buf name = BUF_INIT(GIT_NAME_LIMIT);
    want(wanted, job->base);
    for (int n = 1; n <= GIT_NAMES; n++) {
        buf_clear(&name);
        git_print_name(&name, job->branch, n);
        want(wanted, buf_str(&name));
    }
    buf_release(&name);
}

static enum err read_heads(struct line *line, struct wanted *wanted)
{
    const git_remote_head **heads;
    size_t count;
    bool has_others = false;
    const struct git_job *job = line->work->job;
    if (git_remote_ls(&heads, &count, line->remote) < 0)
        return say_failure(line, GIT_ERROR);
    for (size_t i = 0; i < count; i++) {
        struct str name = str_of(heads[i]->name);
        if (!str_starts(name, "refs/heads/"))
            continue;
        name = str_from(name, strlen("refs/heads/"));
        has_others = has_others || !git_is_of_ours(job, name);
        for (size_t at = 0; at < wanted->count; at++)
            if (str_is(name, wanted->names[at])) {
                wanted->has[at] = true;
                wanted->tips[at] = heads[i]->oid;
            }
    }
    return !wanted->has[0] && has_others ? git_say_no_base(line->work) : ERR_OK;
}

static enum err download(struct line *line, const struct wanted *wanted)
{
    char specs[SPECS][600], *list[SPECS];
    git_strarray array = {.strings = list};
    git_fetch_options options = {
        .version = GIT_FETCH_OPTIONS_VERSION,
        .callbacks = callbacks(line),
        .download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE,
        .proxy_opts = {.version = GIT_PROXY_OPTIONS_VERSION},
    };
    for (size_t i = 0; i < wanted->count; i++) {
        if (!wanted->has[i])
            continue;
        (void)snprintf(specs[array.count], sizeof specs[0],
                       "+refs/heads/%s:%s%s", wanted->names[i],
                       line->work->heads, wanted->names[i]);
        list[array.count] = specs[array.count];
        array.count++;
    }
    int rc = array.count == 0
                 ? 0
                 : git_remote_download(line->remote, &array, &options);
    return rc < 0 ? say_failure(line, rc) : ERR_OK;
}

/* The cache has what the server has. */
static enum err keep_tips(struct git_work *work, const struct wanted *wanted)
{
    char name[600];
    for (size_t i = 0; i < wanted->count; i++) {
        git_reference *ref = NULL;
        int rc = 0;
        (void)snprintf(name, sizeof name, "%s%s", work->heads,
                       wanted->names[i]);
        if (wanted->has[i])
            rc = git_reference_create(&ref, work->repo, name, &wanted->tips[i],
                                      1, NULL);
        else if (git_reference_lookup(&ref, work->repo, name) == 0)
            rc = git_reference_delete(ref);
        git_reference_free(ref);
        if (rc < 0)
            return git_say(work->trouble, "keeping what was fetched");
    }
    return ERR_OK;
}

enum err git_fetch(struct git_work *work)
{
    struct line line;
    struct wanted wanted = {.count = 0};
    list_wanted(work->job, &wanted);
    git_watch_phase(work->watch, GIT_PHASE_FETCH);
    enum err err = line_open(work, &line);
    git_remote_connect_options options = {
        .version = GIT_REMOTE_CONNECT_OPTIONS_VERSION,
        .callbacks = callbacks(&line),
        .proxy_opts = {.version = GIT_PROXY_OPTIONS_VERSION},
        /* A token is for one host. */
        .follow_redirects = GIT_REMOTE_REDIRECT_NONE,
    };
    int rc =
        err == ERR_OK
            ? git_remote_connect_ext(line.remote, GIT_DIRECTION_FETCH, &options)
            : 0;
    if (rc < 0)
        err = say_failure(&line, rc);
    if (err == ERR_OK)
        err = read_heads(&line, &wanted);
    if (err == ERR_OK)
        err = download(&line, &wanted);
    if (err == ERR_OK)
        err = keep_tips(work, &wanted);
    line_close(&line);
    return err;
}

/* ---- push ---- */

/* Somebody was quicker: to be fetched, and tried again. */
static bool is_race(const char *refusal)
{
    static const char *const words[] = {
        "non-fast-forward", "fetch first", "stale info",     "already exists",
        "failed to update", "cannot lock", "failed to lock",
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strstr(refusal, words[i]) != NULL)
            return true;
    return false;
}

static enum err say_refusal(const struct line *line, const char *branch)
{
    const char *words = buf_text(&line->refusal);
    if (is_race(words))
        return git_fail(line->work->trouble, GIT_REASON_CONFLICT,
                        "%s moved while we pushed: %s", branch, words);
    struct str said = str_trim(buf_str(&line->words));
    while (!utf8_valid(said)) /* cut within a character */
        said.n--;
    return git_fail(line->work->trouble, GIT_REASON_REFUSED,
                    "%s refused the branch %s: %s%s%.*s",
                    line->work->job->repository.s, branch, words,
                    said.n > 0 ? ". It says: " : "", STR_ARG(said));
}

enum err git_send(struct git_work *work, const char *branch, const git_oid *old,
                  const git_oid *commit)
{
    struct line line;
    char text[400], *list[] = {text};
    git_strarray array = {list, 1};
    git_watch_phase(work->watch, GIT_PHASE_PUSH);
    enum err err = line_open(work, &line);
    git_push_options options = {
        .version = GIT_PUSH_OPTIONS_VERSION,
        .pb_parallelism = 1,
        .callbacks = callbacks(&line),
        .proxy_opts = {.version = GIT_PROXY_OPTIONS_VERSION},
        .follow_redirects = GIT_REMOTE_REDIRECT_NONE,
    };
    (void)snprintf(text, sizeof text, PUSHED ":refs/heads/%s", branch);
    git_reference *ref = NULL;
    int rc = err == ERR_OK ? git_reference_create(&ref, work->repo, PUSHED,
                                                  commit, 1, NULL)
                           : 0;
    git_reference_free(ref);
    if (err == ERR_OK && rc == 0)
        rc = git_remote_push(line.remote, &array, &options);
    if (rc < 0)
        err = say_failure(&line, rc);
    else if (err == ERR_OK && line.refusal.n > 0)
        err = say_refusal(&line, branch);
    line_close(&line);
    /* So that the next fetch need not ask for it. */
    return err == ERR_OK ? git_move(work, branch, old, commit) : err;
}
