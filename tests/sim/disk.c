/* A VFS around SQLite's: it fails on demand, and knows what was not synced. */
#include "tests/sim/sim.h"

#include "bot/base/mem.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SLOW_SYNC_MS 8000

struct undo {
    struct undo *older;
    int64_t at, n, size; /* what was there, and how long the file was */
    char bytes[];
};

/* The database and its log. */
#define FILES 8
static struct disk_file {
    char path[200];
    struct undo *newest;
} files[FILES];

struct handle {
    sqlite3_file base;
    struct disk_file *file; /* NULL: temporary */
    sqlite3_file *real;
};

static sqlite3_vfs shim, *below;

static sqlite3_file *real_of(sqlite3_file *file)
{
    return ((struct handle *)file)->real;
}

/* ---- what is not synced ---- */

static void forget(struct disk_file *file)
{
    while (file->newest != NULL) {
        struct undo *undo = file->newest;
        file->newest = undo->older;
        free(undo);
    }
}

void disk_begin(const char *path)
{
    (void)path;
    for (int i = 0; i < FILES; i++) {
        forget(&files[i]);
        files[i].path[0] = '\0';
    }
}

static struct disk_file *file_of(const char *path)
{
    if (path == NULL)
        return NULL;
    for (int i = 0; i < FILES; i++) {
        if (files[i].path[0] == '\0')
            (void)snprintf(files[i].path, sizeof files[i].path, "%s", path);
        if (strcmp(files[i].path, path) == 0)
            return &files[i];
    }
    sim_fail("more files than expected: %s", path);
}

static void remember(struct handle *handle, int64_t at, int64_t n)
{
    sqlite3_file *real = handle->real;
    sqlite3_int64 size = 0;
    if (handle->file == NULL)
        return;
    (void)real->pMethods->xFileSize(real, &size);
    struct undo *undo = mem_alloc(sizeof *undo + (size_t)n);
    undo->at = at;
    undo->n = at >= size ? 0 : at + n > size ? size - at : n;
    undo->size = size;
    undo->older = handle->file->newest;
    handle->file->newest = undo;
    if (undo->n > 0)
        (void)real->pMethods->xRead(real, undo->bytes, (int)undo->n, at);
}

static void take_back(const struct disk_file *file)
{
    int fd = open(file->path, O_RDWR | O_CLOEXEC);
    for (const struct undo *undo = file->newest; fd >= 0 && undo != NULL;
         undo = undo->older)
        if (pwrite(fd, undo->bytes, (size_t)undo->n, undo->at) != undo->n ||
            ftruncate(fd, undo->size) != 0)
            sim_fail("%s cannot be taken back", file->path);
    if (fd >= 0)
        (void)close(fd);
}

void disk_after_death(void)
{
    for (int i = 0; i < FILES; i++) {
        if (sim.is_cut)
            take_back(&files[i]);
        forget(&files[i]);
    }
}

/* ---- the file ---- */

static int on_close(sqlite3_file *file)
{
    return real_of(file)->pMethods->xClose(real_of(file));
}

static bool is_ours(sqlite3_file *file)
{
    return ((struct handle *)file)->file != NULL;
}

static int on_read(sqlite3_file *file, void *out, int n, sqlite3_int64 at)
{
    if (is_ours(file) && fault_fires(FAULT_READ))
        return SQLITE_IOERR_READ;
    return real_of(file)->pMethods->xRead(real_of(file), out, n, at);
}

static int on_write(sqlite3_file *file, const void *bytes, int n,
                    sqlite3_int64 at)
{
    if (is_ours(file)) {
        if (!sim_thing() || trouble_befalls(SIM_DISK_WRITE) ||
            fault_fires(FAULT_WRITE))
            return SQLITE_IOERR_WRITE;
        if (trouble_befalls(SIM_DISK_FULL) || fault_fires(FAULT_FULL))
            return SQLITE_FULL;
        if (trouble_befalls(SIM_DISK_READ_ONLY))
            return SQLITE_READONLY;
        remember((struct handle *)file, at, n);
    }
    return real_of(file)->pMethods->xWrite(real_of(file), bytes, n, at);
}

static int on_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    sqlite3_int64 old = 0;
    if (!sim_thing() || trouble_befalls(SIM_DISK_READ_ONLY))
        return SQLITE_IOERR_TRUNCATE;
    (void)real_of(file)->pMethods->xFileSize(real_of(file), &old);
    if (old > size)
        remember((struct handle *)file, size, old - size);
    return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

/* The bot stands still meanwhile, and the world does not. */
static void take_time(void)
{
    if (sim.is_looking || !trouble_befalls(SIM_DISK_SLOW))
        return;
    people_excuse_all();
    sim.now_ms += 100 + (int64_t)luck_below(LUCK_DISK, SLOW_SYNC_MS);
}

/* Memory is as good as a disk here: nothing has to be waited for. */
static int on_sync(sqlite3_file *file, int flags)
{
    (void)flags;
    take_time();
    if (!sim_thing() || trouble_befalls(SIM_DISK_SYNC) ||
        fault_fires(FAULT_SYNC))
        return SQLITE_IOERR_FSYNC;
    if (is_ours(file))
        forget(((struct handle *)file)->file);
    return SQLITE_OK;
}

static int on_size(sqlite3_file *file, sqlite3_int64 *out)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), out);
}

static int on_lock(sqlite3_file *file, int level)
{
    if (is_ours(file) && fault_fires(FAULT_LOCK))
        return SQLITE_BUSY;
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int on_unlock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int on_check_lock(sqlite3_file *file, int *out)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), out);
}

static int on_control(sqlite3_file *file, int op, void *argument)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), op, argument);
}

static int on_sector(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int on_traits(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int on_shm_map(sqlite3_file *file, int page, int bytes, int extend,
                      void volatile **out)
{
    return real_of(file)->pMethods->xShmMap(real_of(file), page, bytes, extend,
                                            out);
}

static int on_shm_lock(sqlite3_file *file, int at, int n, int flags)
{
    if ((flags & SQLITE_SHM_LOCK) != 0 && fault_fires(FAULT_LOCK))
        return SQLITE_BUSY;
    return real_of(file)->pMethods->xShmLock(real_of(file), at, n, flags);
}

static void on_shm_barrier(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int on_shm_unmap(sqlite3_file *file, int is_delete)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), is_delete);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = on_close,
    .xRead = on_read,
    .xWrite = on_write,
    .xTruncate = on_truncate,
    .xSync = on_sync,
    .xFileSize = on_size,
    .xLock = on_lock,
    .xUnlock = on_unlock,
    .xCheckReservedLock = on_check_lock,
    .xFileControl = on_control,
    .xSectorSize = on_sector,
    .xDeviceCharacteristics = on_traits,
    .xShmMap = on_shm_map,
    .xShmLock = on_shm_lock,
    .xShmBarrier = on_shm_barrier,
    .xShmUnmap = on_shm_unmap,
};

/* ---- the file system ---- */

static int on_open(sqlite3_vfs *vfs, sqlite3_filename path, sqlite3_file *file,
                   int flags, int *flags_out)
{
    (void)vfs;
    struct handle *handle = (struct handle *)file;
    handle->base.pMethods = NULL;
    handle->real = (sqlite3_file *)(handle + 1);
    handle->file = file_of(path);
    /* Neither would there be the lock of bot's own beside it. */
    if ((flags & SQLITE_OPEN_READWRITE) != 0 && handle->file != NULL &&
        !sim.is_looking && trouble_befalls(SIM_DISK_READ_ONLY))
        return SQLITE_CANTOPEN;
    int rc = below->xOpen(below, path, handle->real, flags, flags_out);
    if (handle->real->pMethods != NULL)
        handle->base.pMethods = &methods;
    return rc;
}

static int on_delete(sqlite3_vfs *vfs, const char *path, int sync)
{
    (void)vfs;
    struct disk_file *file = file_of(path);
    if (!sim_thing() || trouble_befalls(SIM_DISK_READ_ONLY))
        return SQLITE_IOERR_DELETE;
    forget(file);
    return below->xDelete(below, path, sync);
}

/* The same in each story. */
static int on_random(sqlite3_vfs *vfs, int n, char *out)
{
    (void)vfs;
    for (int i = 0; i < n; i++)
        out[i] = (char)luck_below(LUCK_DISK, 256);
    return n;
}

void disk_install(void)
{
    below = sqlite3_vfs_find(NULL);
    shim = *below;
    shim.zName = "simulated";
    shim.szOsFile = (int)sizeof(struct handle) + below->szOsFile;
    shim.xOpen = on_open;
    shim.xDelete = on_delete;
    shim.xRandomness = on_random;
    (void)sqlite3_vfs_register(&shim, 1);
}
