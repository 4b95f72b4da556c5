#include "bot/discord/json_cells.h"

#include <cjson/cJSON.h>

#include <sanitizer/asan_interface.h>
#include <stdint.h>

/* Enough for the commands of one turn; only what was ever used is resident. */
#define CELLS 8192

union cell {
    union cell *next; /* of the free ones */
    cJSON node;
};

/* cJSON's hooks have no context, so this is the process's own. */
static _Alignas(sizeof(union cell)) union cell cells[CELLS];
static union cell *given_back;
static uint32_t ever_used;
static long held;

static void *take(size_t bytes)
{
    union cell *cell = given_back;
    if (bytes > sizeof *cell || (cell == NULL && ever_used == CELLS))
        return malloc(bytes);
    held++;
    if (cell == NULL)
        return &cells[ever_used++];
    /* AddressSanitizer watches what was given back as it does with free(). */
    ASAN_UNPOISON_MEMORY_REGION(cell, sizeof *cell);
    given_back = cell->next;
    return cell;
}

static void give_back(void *memory)
{
    union cell *cell = memory;
    if ((uintptr_t)memory - (uintptr_t)cells >= sizeof cells) {
        free(memory);
        return;
    }
    held--;
    cell->next = given_back;
    given_back = cell;
    ASAN_POISON_MEMORY_REGION(cell, sizeof *cell);
}

long json_cells_held(void)
{
    return held;
}

void json_use_cells(void)
{
    cJSON_Hooks hooks = {take, give_back};
    cJSON_InitHooks(&hooks);
}
