#include "bot/helpers/git.h"

#include "bot/base/mem.h"
#include "bot/base/utf8.h"

#include <assert.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define ANSWER_BYTES 1000
#define EXIT_LATE    1

/* Written before the signal may come; the handler only picks one. */
struct git_watch {
    volatile sig_atomic_t phase;
    char answers[GIT_PHASES][ANSWER_BYTES];
    size_t lengths[GIT_PHASES];
};

static void on_late(int signal, siginfo_t *info, void *context)
{
    const struct git_watch *watch = info->si_value.sival_ptr;
    (void)signal;
    (void)context;
    size_t n = watch->lengths[watch->phase];
    _exit(write(STDOUT_FILENO, watch->answers[watch->phase], n) == (ssize_t)n
              ? EXIT_LATE
              : EXIT_LATE + 1);
}

static void print_answers(const struct git_job *job, struct git_watch *watch)
{
    static const char *const words[GIT_PHASES] = {
        [GIT_PHASE_WAIT] = "was kept busy by another job",
        [GIT_PHASE_FETCH] = "did not answer in time",
        [GIT_PHASE_PUSH] = ("did not say in time whether it took the branch; "
                            "it is looked at again"),
    };
    struct str repository = job->repository;
    repository.n = utf8_cut_bytes(repository, 200);
    for (int i = 0; i < GIT_PHASES; i++) {
        struct git_trouble trouble = {GIT_REASON_TIMEOUT,
                                      BUF_INIT(ANSWER_BYTES / 2)};
        struct buf out = BUF_IN(watch->answers[i]);
        buf_addf(&trouble.text, "%.*s %s", STR_ARG(repository), words[i]);
        cJSON *answer = git_trouble_print(&trouble);
        char *text = cJSON_PrintUnformatted(answer);
        assert(text != NULL);
        buf_addf(&out, "%s\n", text);
        watch->lengths[i] = out.n;
        cJSON_free(text);
        cJSON_Delete(answer);
        buf_release(&trouble.text);
    }
}

struct git_watch *git_watch_new(const struct git_job *job)
{
    struct git_watch *watch = mem_alloc(sizeof *watch);
    struct sigaction action = {.sa_sigaction = on_late, .sa_flags = SA_SIGINFO};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL,
                             .sigev_signo = SIGALRM,
                             .sigev_value.sival_ptr = watch};
    const struct itimerspec when = {
        .it_value = {job->timeout_ms / 1000,
                     (long)(job->timeout_ms % 1000) * 1000000}};
    timer_t timer;
    print_answers(job, watch);
    if (job->timeout_ms > 0 && sigaction(SIGALRM, &action, NULL) == 0 &&
        timer_create(CLOCK_MONOTONIC, &event, &timer) == 0)
        (void)timer_settime(timer, 0, &when, NULL);
    return watch;
}

void git_watch_phase(struct git_watch *watch, enum git_phase phase)
{
    watch->phase = (sig_atomic_t)phase;
}
