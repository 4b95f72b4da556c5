/*
 * Preloaded into whoever is measured: counts fsync and fdatasync in the file
 * $BENCH_SYNCS, and makes each as much longer as stands there.
 */
#include "tests/bench/syncs.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* A preloaded library has nowhere else to keep it. */
static struct syncs *syncs;

__attribute__((constructor)) static void share(void)
{
    const char *path = getenv("BENCH_SYNCS");
    int fd = path == NULL ? -1 : open(path, O_RDWR | O_CREAT, 0600);
    if (fd < 0 || ftruncate(fd, sizeof *syncs) != 0)
        return;
    void *shared =
        mmap(NULL, sizeof *syncs, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (shared != MAP_FAILED)
        syncs = shared;
    (void)close(fd);
}

static int counted(long number, int fd)
{
    int rc = (int)syscall(number, fd);
    if (syncs == NULL)
        return rc;
    struct timespec longer = {.tv_nsec = (long)syncs->longer_us * 1000};
    (void)atomic_fetch_add(&syncs->count, 1);
    if (longer.tv_nsec > 0)
        (void)nanosleep(&longer, NULL);
    return rc;
}

int fsync(int fd)
{
    return counted(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    return counted(SYS_fdatasync, fd);
}
