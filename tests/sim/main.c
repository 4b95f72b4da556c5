/*
 * Plays stories, each in a child process's hands:
 *
 *   SEEDS=300 sim          so many, from FIRST=1 on; with JOBS=1 at a time
 *   SEED=7 sim             one, told aloud; LOG=1: with the bot's log
 *   SEED=7 KEEP=0,3 sim    of its script only these items
 *   SCENE=FILE sim         a scene, told aloud
 *   sim scenes             those of tests/sim/scenes, and no others
 *
 * A story that breaks a promise is told again and again with less in it, until
 * nothing more can be left out; what is left is a scene. Told aloud, it leaves
 * its record as it was.
 */
#include "tests/sim/story.h"

#include "bot/base/log.h"
#include "bot/base/mem.h"

#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define STORY_S 20 /* of real time: longer is a loop */

static uint64_t *playing; /* shared with the children: their seeds */

static void quiet(void)
{
    int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    (void)dup2(fd, STDOUT_FILENO);
    (void)dup2(fd, STDERR_FILENO);
    (void)close(fd);
}

/* Whether it ends as it should. */
static bool is_fine(const struct script *script, uint64_t seed,
                    const bool *kept)
{
    int status;
    (void)fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        quiet();
        (void)alarm(STORY_S);
        story_prepare();
        story_play(script, seed, kept);
        exit(0);
    }
    (void)waitpid(pid, &status, 0);
    story_tidy(pid);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* ---- the shortest ---- */

static int count_kept(const bool *kept, int count)
{
    int n = 0;
    for (int i = 0; i < count; i++)
        n += kept[i];
    return n;
}

/* Leaves out `size` kept items from the `from`-th on. */
static void leave_out(const bool *kept, int count, int from, int size,
                      bool *out)
{
    int n = 0;
    for (int i = 0; i < count; i++) {
        out[i] = kept[i] && !(n >= from && n < from + size);
        n += kept[i];
    }
}

static void shorten(const struct script *script, uint64_t seed, bool *kept)
{
    bool less[ITEMS];
    int size = count_kept(kept, script->count) / 2;
    while (size >= 1) {
        bool any = false;
        for (int from = 0; from < count_kept(kept, script->count);) {
            leave_out(kept, script->count, from, size, less);
            if (is_fine(script, seed, less)) {
                from += size;
                continue;
            }
            memcpy(kept, less, sizeof less);
            any = true;
        }
        if (!any || size > 1)
            size = size == 1 ? 0 : size / 2;
    }
}

static void print_scene(const struct script *script, uint64_t seed,
                        const bool *kept)
{
    struct buf scene = BUF_INIT(10000);
    scene_print(script, seed, kept, &scene);
    (void)printf("# as a scene:\n%s", buf_text(&scene));
    (void)fflush(stdout);
    buf_release(&scene);
}

static void tell_shortest(const char *program, uint64_t seed)
{
    struct script script;
    bool kept[ITEMS] = {false};
    script_make(&script, seed);
    for (int i = 0; i < script.count; i++)
        kept[i] = true;
    shorten(&script, seed, kept);
    (void)printf("not ok - seed %" PRIu64 ", its shortest script:\n", seed);
    char keep[ITEMS * 4] = "";
    struct buf list = BUF_IN(keep);
    for (int i = 0; i < script.count; i++) {
        struct buf words = BUF_INIT(300);
        if (!kept[i])
            continue;
        buf_addf(&list, "%s%d", list.n > 0 ? "," : "", i);
        item_print(&script.items[i], &words);
        (void)printf("#   %2d  %s\n", i, buf_text(&words));
        buf_release(&words);
    }
    (void)printf("# told aloud: SEED=%" PRIu64 " KEEP=%s %s\n", seed,
                 keep[0] == '\0' ? "none" : keep, program);
    print_scene(&script, seed, kept);
    pid_t pid = fork();
    int status;
    if (pid == 0) {
        (void)alarm(STORY_S);
        story_prepare();
        story_play(&script, seed, kept);
        exit(0);
    }
    (void)waitpid(pid, &status, 0);
    story_tidy(pid);
    if (WIFSIGNALED(status))
        (void)printf("# ended by signal %d\n", WTERMSIG(status));
}

/* ---- many ---- */

static int setting(const char *name, int otherwise)
{
    const char *text = getenv(name);
    return text == NULL ? otherwise : (int)strtol(text, NULL, 10);
}

/* A child plays every jobs-th, until one fails. */
static pid_t start_player(int job, int jobs, uint64_t from, uint64_t until)
{
    (void)fflush(NULL);
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    struct script script;
    quiet();
    story_prepare();
    for (uint64_t seed = from; seed < until; seed += (uint64_t)jobs) {
        playing[job] = seed;
        (void)alarm(STORY_S);
        script_make(&script, seed);
        story_play(&script, seed, NULL);
    }
    exit(0);
}

#define JOBS_MOST     64
#define FAILURES_MOST 5

static int play_many(const char *program, uint64_t first, int count, int jobs)
{
    uint64_t until = first + (uint64_t)count;
    pid_t players[JOBS_MOST] = {0};
    int failures = 0, left = 0, status;
    for (int job = 0; job < jobs; job++, left++)
        players[job] = start_player(job, jobs, first + (uint64_t)job, until);
    while (left > 0) {
        pid_t pid = wait(&status);
        int job = 0;
        while (job < jobs && players[job] != pid)
            job++;
        left--;
        story_tidy(pid);
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
            continue;
        uint64_t seed = playing[job];
        tell_shortest(program, seed);
        if (++failures >= FAILURES_MOST)
            break;
        players[job] = start_player(job, jobs, seed + (uint64_t)jobs, until);
        left++;
    }
    for (int job = 0; job < jobs && left > 0; job++)
        (void)kill(players[job], SIGTERM);
    for (pid_t pid; left > 0 && (pid = wait(&status)) > 0; left--)
        story_tidy(pid);
    if (failures == 0)
        (void)printf("ok 1 - %d stories, seeds %" PRIu64 " to %" PRIu64 "\n",
                     count, first, until - 1);
    return failures == 0 ? 0 : 1;
}

/* ---- one ---- */

static int play_one(uint64_t seed)
{
    struct script script;
    bool kept[ITEMS] = {false};
    const char *list = getenv("KEEP");
    script_make(&script, seed);
    for (int i = 0; i < script.count; i++)
        kept[i] = list == NULL;
    struct str rest = str_of(list), number;
    while (list != NULL && str_cut(&rest, ',', &number)) {
        uint64_t i;
        if (str_to_u64(number, &i) && i < ITEMS)
            kept[i] = true;
    }
    print_scene(&script, seed, kept);
    sim.tells = true;
    if (setting("LOG", 0) != 0)
        log_set_level(LOG_DEBUG);
    story_prepare();
    story_play(&script, seed, kept);
    (void)printf("ok 1 - seed %" PRIu64 "\n", seed);
    return 0;
}

static int play_scene(const char *path)
{
    struct script script;
    uint64_t seed = 1;
    if (!scene_read(path, &script, &seed)) {
        (void)printf("%s is no scene\n", path);
        return 2;
    }
    sim.tells = true;
    if (setting("LOG", 0) != 0)
        log_set_level(LOG_DEBUG);
    story_prepare();
    story_play(&script, seed, NULL);
    (void)printf("ok 1 - %s\n", path);
    return 0;
}

/* ---- what mattered once ---- */

static int play_scenes(const char *program)
{
    glob_t found;
    int bad = 0;
    if (glob("tests/sim/scenes/*.txt", 0, NULL, &found) != 0)
        return 2;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct script script;
        uint64_t seed = 1;
        bool ok = scene_read(found.gl_pathv[i], &script, &seed) &&
                  is_fine(&script, seed, NULL);
        (void)printf("%s %zu - %s\n", ok ? "ok" : "not ok", i + 1,
                     found.gl_pathv[i]);
        if (ok)
            continue;
        bad++;
        (void)printf("# told aloud: SCENE=%s %s\n", found.gl_pathv[i], program);
    }
    globfree(&found);
    return bad == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    const char *one = getenv("SEED");
    int jobs = setting("JOBS", 1);
    const char *scene = getenv("SCENE");
    log_set_level((enum log_level)(LOG_ERROR + 1));
    if (scene != NULL)
        return play_scene(scene);
    if (argc > 1 && strcmp(argv[1], "scenes") == 0)
        return play_scenes(argv[0]);
    if (one != NULL)
        return play_one(strtoull(one, NULL, 10));
    playing = mmap(NULL, JOBS_MOST * sizeof *playing, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return play_many(argv[0], (uint64_t)setting("FIRST", 1),
                     setting("SEEDS", 300),
                     jobs > JOBS_MOST ? JOBS_MOST : jobs);
}
