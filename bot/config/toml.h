/*
 * TOML as a cJSON tree that remembers where each value stood. The tree keeps
 * the order of the file. What JSON cannot hold exactly (decimal numbers, dates,
 * integers above 2^53) is a cJSON_Raw with the text as written.
 */
#ifndef BOT_CONFIG_TOML_H
#define BOT_CONFIG_TOML_H

#include <cjson/cJSON.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Lines and columns count from 1; columns in code points. */
struct toml_place {
    int line, column;
};

struct toml_mark {
    const cJSON *node;
    struct toml_place key;   /* of an array's element: the element's */
    struct toml_place value; /* of a table: its [header] */
};

struct toml_doc {
    cJSON *root;             /* an object */
    struct toml_mark *marks; /* by node */
    size_t count;
};

struct toml_error {
    struct toml_place place;
    char text[200];
};

/* 0, or -1 with `error` filled. */
int toml_parse(const char *text, size_t bytes, struct toml_doc *out,
               struct toml_error *error);
void toml_release(struct toml_doc *doc); /* zeroed; may be repeated */
/* Of a node of the tree; never NULL. */
const struct toml_mark *toml_mark_of(const struct toml_doc *doc,
                                     const cJSON *node);

#ifdef __cplusplus
}
#endif

#endif
