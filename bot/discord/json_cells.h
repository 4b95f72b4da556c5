/*
 * Where the parts of a JSON tree lie. cJSON asks for each node, name and text
 * by itself: 200 allocations a command, a tenth of what it cost. Nearly all are
 * no longer than a node, so they come from one row of cells as long as that,
 * and the one given back last, still in the processor's cache, is taken next.
 * What is longer, and what finds no cell, comes from malloc.
 */
#ifndef BOT_DISCORD_JSON_CELLS_H
#define BOT_DISCORD_JSON_CELLS_H

/* For the whole process, at any time. From then on what cJSON allocated is
 * given to cJSON_Delete or cJSON_free, never to free(); what json_print printed
 * may be given to free() nevertheless. */
void json_use_cells(void);
/* How many are in use: 0 when every tree was deleted. Tools that look for leaks
 * do not see into cells. */
long json_cells_held(void);

#endif
