/*
 * cJSON with our manners: text in and out as struct str, case-sensitive names,
 * numbers only where they are whole and exact, and no NULL to test for (cJSON
 * fails to build only when memory is out: that aborts).
 */
#ifndef BOT_DISCORD_JSON_H
#define BOT_DISCORD_JSON_H

#include "bot/base/str.h"

#include <cjson/cJSON.h>

/* The whole text is one JSON value (blanks around it are fine); else NULL.
 * U+0000 in a string reads as U+0001, half of a character as U+FFFD. Owned by
 * the caller. */
cJSON *json_parse(struct str text);
/* Without white space; the caller's, for free(). */
char *json_print(const cJSON *item);
/* The same for less; takes the tree. */
char *json_printed(cJSON *tree);

/* Readers: NULL items and wrong types give "absent". */
const cJSON *json_get(const cJSON *object, const char *name);
struct str json_text(const cJSON *object, const char *name);
struct str json_text_of(const cJSON *item);
/* A whole number within 2^53; false (and *out untouched) otherwise. */
bool json_whole(const cJSON *item, int64_t *out);
bool json_is_true(const cJSON *object, const char *name);
/* A snowflake, which Discord writes as a decimal string; 0 when it is none. */
uint64_t json_get_id(const cJSON *object, const char *name);
uint64_t json_id_of(const cJSON *string);

/* Writers: what was there under that name is replaced. Bytes that are not
 * UTF-8 become U+FFFD, because Discord refuses the whole body for one. */
void json_set(cJSON *object, const char *name, cJSON *item); /* takes it */
void json_set_text(cJSON *object, const char *name, struct str text);
void json_set_number(cJSON *object, const char *name, double number);
void json_set_true(cJSON *object, const char *name);
/* A snowflake as the decimal string Discord wants. */
void json_set_id(cJSON *object, const char *name, uint64_t id);
cJSON *json_object(void);
cJSON *json_array(void);
cJSON *json_string(struct str text);
cJSON *json_id(uint64_t id);
void json_add(cJSON *array, cJSON *item); /* takes it */

#endif
