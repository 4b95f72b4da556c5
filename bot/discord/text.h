/*
 * Text within Discord's limits, counted in UTF-16 units (Discord says
 * "characters"; units are never fewer). What is too long ends with "…".
 */
#ifndef BOT_DISCORD_TEXT_H
#define BOT_DISCORD_TEXT_H

#include "bot/base/str.h"

#include <cjson/cJSON.h>

void text_set(cJSON *object, const char *name, struct str text, size_t units);
/* Shortens a string item in place; `units` > 0. */
void text_cut_item(cJSON *string, size_t units);

#endif
