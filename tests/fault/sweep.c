/*
 * One story, told with one fault at the first place where it could be, then at
 * the second, the third… until there is no such place any more: after each, all
 * promises hold (tests/sim/promises.c).
 *
 *   sweep                   all faults; STRIDE=7: only every seventh place
 *   FAULT=sync NTH=12 sweep one, told aloud; LOG=1: with the bot's log
 */
#include "tests/sim/story.h"

#include "bot/base/log.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define STORY_S   300
#define SWEEP_BIG 100000 /* places: there are not so many */

static const struct kind {
    const char *name;
    enum sim_fault fault;
    int detail;
} kinds[] = {
    {"kill", FAULT_KILL, 0},
    {"power-cut", FAULT_CUT, 0},
    {"allocation", FAULT_ALLOC, 0},
    {"write", FAULT_WRITE, 0},
    {"sync", FAULT_SYNC, 0},
    {"full", FAULT_FULL, 0},
    {"read", FAULT_READ, 0},
    {"lock", FAULT_LOCK, 0},
    {"request-lost", FAULT_REQUEST, SIM_LOSE_REQUEST},
    {"answer-lost", FAULT_REQUEST, SIM_LOSE_ANSWER},
    {"refused", FAULT_REQUEST, SIM_REFUSE},
    {"slow", FAULT_REQUEST, SIM_SLOW},
    {"sent-twice", FAULT_REQUEST, SIM_RESEND},
    {"500", FAULT_REQUEST, SIM_ERROR_BEFORE},
    {"502-done", FAULT_REQUEST, SIM_ERROR_AFTER},
    {"429-user", FAULT_REQUEST, SIM_LIMIT_USER},
    {"429-shared", FAULT_REQUEST, SIM_LIMIT_SHARED},
    {"429-global", FAULT_REQUEST, SIM_LIMIT_GLOBAL},
    {"429-cloud", FAULT_REQUEST, SIM_LIMIT_CLOUD},
    {"git-fails", FAULT_CHILD, SIM_GIT_FAILS},
    {"git-slow", FAULT_CHILD, SIM_GIT_SLOW},
    {"git-dies", FAULT_CHILD, SIM_GIT_DIES},
    {"draw-fails", FAULT_CHILD, SIM_DRAW_FAILS},
    {"clock-ahead", FAULT_JUMP, 180},
    {"clock-back", FAULT_JUMP, -180},
};
#define KINDS (sizeof kinds / sizeof kinds[0])

/* Everything that people do, and little time for it. */
static void make_script(struct script *script)
{
    static const struct {
        int64_t at_ms;
        int act, which;
    } acts[] = {
        {4000, ACT_DECLARE, 0},      {4000, ACT_DECLARE_PRIVATE, 0},
        {4600, ACT_ADD, 0},          {4600, ACT_ADD, 1},
        {6000, ACT_ADD_ROOM, 1},     {6000, ACT_ADD_PRIVATE, 1},
        {7000, ACT_CHANGE, 1},       {8000, ACT_EDIT, 1},
        {9000, ACT_STRIKE, 1},       {10000, ACT_HIDE, 1},
        {10500, ACT_ADD, 1},         {14000, ACT_SHOW, 1},
        {15000, ACT_PRESS_TWICE, 1}, {16000, ACT_ITEM, 1},
        {17000, ACT_RESOLVE, 1},     {17000, ACT_RESOLVE, 1},
        {20000, ACT_REOPEN, 1},      {20000, ACT_TITLE, 1},
        {24000, ACT_RESOLVE, 1},     {24500, ACT_RESOLVE, 0},
        {11000, ACT_PRESS_CARD, 0},  {18500, ACT_WRITE, 1},
        {26000, ACT_WRITE, 1},       {27000, ACT_LINK_SERVICE, 0},
        {100000, ACT_CHART, 0},
    };
    static const struct {
        int64_t at_ms;
        enum monitor_act act;
        int which;
    } alarms[] = {
        {9500, MONITOR_FIRE, 2},
        {15500, MONITOR_STORM, 2},
        {19000, MONITOR_END, 0},
        {22000, MONITOR_AGAIN, 3},
    };
    *script = (struct script){
        .ends_ms = 102000, .from_nothing = true, .is_watched = true};
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++)
        script->items[script->count++] = (struct item){.at_ms = acts[i].at_ms,
                                                       .kind = TURN_ACT,
                                                       .a = acts[i].act,
                                                       .b = acts[i].which};
    for (size_t i = 0; i < sizeof alarms / sizeof alarms[0]; i++)
        script->items[script->count++] = (struct item){.at_ms = alarms[i].at_ms,
                                                       .kind = TURN_MONITOR,
                                                       .a = (int)alarms[i].act,
                                                       .b = alarms[i].which};
}

static int64_t *place; /* shared with the child that tells */

static void quiet(void)
{
    int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    (void)dup2(fd, STDOUT_FILENO);
    (void)dup2(fd, STDERR_FILENO);
    (void)close(fd);
}

static void tell(const struct kind *kind, int64_t nth)
{
    struct script script;
    make_script(&script);
    (void)alarm(STORY_S);
    fault_plan((struct fault_plan){kind->fault, nth, kind->detail});
    story_play(&script, 1, NULL);
}

/* False: a promise was broken at *place. */
static bool sweep(const struct kind *kind, int64_t stride)
{
    int status;
    (void)fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        quiet();
        story_prepare();
        for (*place = 1; *place < SWEEP_BIG; *place += stride) {
            tell(kind, *place);
            if (!fault_has_fired())
                exit(0);
        }
        exit(1);
    }
    (void)waitpid(pid, &status, 0);
    story_tidy(pid);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static int64_t setting(const char *name, int64_t otherwise)
{
    const char *text = getenv(name);
    return text == NULL ? otherwise : strtoll(text, NULL, 10);
}

static const struct kind *find_kind(const char *name)
{
    for (size_t i = 0; i < KINDS; i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    (void)printf("no such fault: %s\n", name);
    exit(2);
}

static void tell_aloud(const struct kind *kind, int64_t nth)
{
    (void)fflush(NULL);
    sim.tells = true;
    story_prepare();
    tell(kind, nth);
}

int main(int argc, char **argv)
{
    const char *one = getenv("FAULT");
    int bad = 0;
    (void)argc;
    log_set_level((enum log_level)(LOG_ERROR + 1));
    if (setting("LOG", 0) != 0)
        log_set_level(LOG_DEBUG);
    if (one != NULL && getenv("NTH") != NULL) {
        tell_aloud(find_kind(one), setting("NTH", 1));
        return 0;
    }
    place = mmap(NULL, sizeof *place, PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (size_t i = 0; i < KINDS; i++) {
        if (one != NULL && strcmp(one, kinds[i].name) != 0)
            continue;
        bool is_fine = sweep(&kinds[i], setting("STRIDE", 1));
        (void)printf("%s %zu - %s, at %" PRId64 " places\n",
                     is_fine ? "ok" : "not ok", i + 1, kinds[i].name,
                     *place - 1);
        if (is_fine)
            continue;
        bad++;
        (void)printf("# again: FAULT=%s NTH=%" PRId64 " %s\n", kinds[i].name,
                     *place, argv[0]);
    }
    return bad == 0 ? 0 : 1;
}
