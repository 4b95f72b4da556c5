#include "bot/discord/json_blocks.h"

#include <cjson/cJSON.h>

#include <sanitizer/asan_interface.h>
#include <stdbool.h>
#include <stdint.h>

#define BLOCK_BYTES 4096
#define BLOCKS      128 /* the commands of one turn; resident once used */
#define ALIGNMENT   16  /* malloc's */

struct block {
    struct block *next; /* of the empty ones */
    uint32_t used;      /* bytes of the pieces */
    uint32_t held;      /* pieces not given back */
    unsigned char pieces[BLOCK_BYTES - 16];
};

_Static_assert(sizeof(struct block) == BLOCK_BYTES, "no gap");

/* cJSON's hooks have no context, so this is the process's own. */
static _Alignas(BLOCK_BYTES) struct block blocks[BLOCKS];
static struct block *current, *empty;
static uint32_t ever_used;
static long held;

/* AddressSanitizer watches what is not in use as it does with malloc. */
static void clear(struct block *block)
{
    block->used = 0;
    ASAN_POISON_MEMORY_REGION(block->pieces, sizeof block->pieces);
}

static bool next_block(void)
{
    if (empty != NULL) {
        current = empty;
        empty = empty->next;
        return true;
    }
    if (ever_used == BLOCKS)
        return false;
    current = &blocks[ever_used++];
    clear(current);
    return true;
}

static void *take(size_t bytes)
{
    size_t size = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    bool fits =
        bytes <= JSON_PIECE_BYTES &&
        ((current != NULL && current->used + size <= sizeof current->pieces) ||
         next_block());
    if (!fits)
        return malloc(bytes);
    void *piece = &current->pieces[current->used];
    current->used += (uint32_t)size;
    current->held++;
    held++;
    ASAN_UNPOISON_MEMORY_REGION(piece, bytes);
    return piece;
}

static void give_back(void *memory)
{
    size_t at = (uintptr_t)memory - (uintptr_t)blocks;
    if (at >= sizeof blocks) {
        free(memory);
        return;
    }
    struct block *block = &blocks[at / BLOCK_BYTES];
    ASAN_POISON_MEMORY_REGION(memory, ALIGNMENT); /* how long is not known */
    held--;
    if (--block->held > 0)
        return;
    clear(block);
    if (block != current) {
        block->next = empty;
        empty = block;
    }
}

long json_pieces_held(void)
{
    return held;
}

void json_use_blocks(void)
{
    cJSON_Hooks hooks = {take, give_back};
    cJSON_InitHooks(&hooks);
}
