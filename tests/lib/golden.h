/*
 * What a test expects, kept in a file that reads well in a review. With
 * UPDATE_GOLDEN=1 the file is written instead of compared: look at the diff.
 */
#ifndef TESTS_LIB_GOLDEN_H
#define TESTS_LIB_GOLDEN_H

#include "bot/base/str.h"

#include <cjson/cJSON.h>

/* `name` is below tests/golden/; fails the test on a difference. */
void golden_text(const char *name, struct str text);
void golden_json(const char *name, const cJSON *json);

#endif
