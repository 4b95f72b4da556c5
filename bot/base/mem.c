#include "bot/base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
