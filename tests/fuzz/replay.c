/*
 * Feeds a fuzzer every file of a folder, once, in order of their names. The
 * last name printed is the one that broke it.
 */
#include "tests/fuzz/fuzz.h"

#include "bot/base/file.h"
#include "bot/base/mem.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#define INPUT_BYTES ((size_t)1 << 20)

static int is_input(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static bool feed(const char *folder, const char *name)
{
    struct buf path = BUF_INIT(4096), bytes = BUF_INIT(INPUT_BYTES);
    buf_addf(&path, "%s/%s", folder, name);
    bool is_read = file_load(buf_text(&path), &bytes) == ERR_OK;
    /* Just its bytes, so that AddressSanitizer sees a read beyond them. */
    uint8_t *input = mem_copy(bytes.s, bytes.n);
    if (is_read)
        (void)LLVMFuzzerTestOneInput(input, bytes.n);
    free(input);
    buf_release(&bytes);
    buf_release(&path);
    return is_read;
}

int main(int count, char **words)
{
    struct dirent **entries = NULL;
    int inputs =
        count != 2 ? -1 : scandir(words[1], &entries, is_input, alphasort);
    int fed = 0;
    for (int i = 0; i < inputs; i++) {
        (void)printf("# %s\n", entries[i]->d_name);
        (void)fflush(stdout);
        fed += feed(words[1], entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    bool is_fine = inputs > 0 && fed == inputs;
    (void)printf("%s 1 - %d inputs\n1..1\n", is_fine ? "ok" : "not ok", fed);
    return is_fine ? EXIT_SUCCESS : EXIT_FAILURE;
}
