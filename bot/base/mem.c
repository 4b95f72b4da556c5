#include "bot/base/mem.h"

#include <link.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void *or_abort(void *got, size_t bytes)
{
    if (got == NULL) {
        (void)fprintf(stderr, "level=error event=out_of_memory bytes=%zu\n",
                      bytes);
        abort();
    }
    return got;
}

void *mem_alloc(size_t bytes)
{
    return or_abort(calloc(1, bytes == 0 ? 1 : bytes), bytes);
}

void *mem_resize(void *old, size_t bytes)
{
    return or_abort(realloc(old, bytes == 0 ? 1 : bytes), bytes);
}

void *mem_copy(const void *from, size_t bytes)
{
    void *copy = mem_alloc(bytes);
    if (bytes > 0)
        memcpy(copy, from, bytes);
    return copy;
}

char *mem_text(const char *text)
{
    return mem_copy(text, strlen(text) + 1);
}

/* Only what can be executed and not written: none of it was ever changed. */
static int drop_code(struct dl_phdr_info *object, size_t size, void *context)
{
    long page = sysconf(_SC_PAGESIZE);
    (void)size;
    (void)context;
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[i];
        uintptr_t from = object->dlpi_addr + part->p_vaddr;
        uintptr_t until = from + part->p_memsz;
        if (part->p_type != PT_LOAD || (part->p_flags & PF_X) == 0 ||
            (part->p_flags & PF_W) != 0)
            continue;
        from -= from % (uintptr_t)page;
        (void)madvise((void *)from, until - from, MADV_DONTNEED);
    }
    return 0;
}

void mem_trim(void)
{
    (void)malloc_trim(0);
    (void)dl_iterate_phdr(drop_code, NULL);
}
