/*
 * Where the parts of a JSON tree lie. cJSON asks for each node, name and text
 * by itself: 200 allocations a command, a tenth of what it cost. Here they are
 * cut one after the other from blocks, so a tree lies together in the order in
 * which it is read, and a block is used anew when all of it was given back.
 * What is longer, and what finds no block, comes from malloc.
 */
#ifndef BOT_DISCORD_JSON_BLOCKS_H
#define BOT_DISCORD_JSON_BLOCKS_H

#define JSON_PIECE_BYTES 256 /* the longest that is cut from a block */

/* For the whole process, at any time. From then on what cJSON allocated is
 * given to cJSON_Delete or cJSON_free, never to free(); what json_print printed
 * may be given to free() nevertheless. */
void json_use_blocks(void);
/* How many pieces are in use: 0 when every tree was deleted. Tools that look
 * for leaks do not see into blocks. */
long json_pieces_held(void);

#endif
