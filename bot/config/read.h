/*
 * Within bot/config only: one settings file while it is read. config.c goes
 * through the document, read.c reads values, whole.c looks at what the values
 * say together.
 */
#ifndef BOT_CONFIG_READ_H
#define BOT_CONFIG_READ_H

#include "bot/config/settings.h"
#include "bot/config/toml.h"

struct reading {
    const char *file;
    const struct toml_doc *doc;
    struct config *config;
    struct buf *why;
    bool failed;
    const cJSON *list_defaults; /* by section: the defaults of its elements */
    void *into;                 /* what the rows' offsets count from */
    unsigned kind; /* bit of the element's kind; 0: none, or not known */
};

void reading_complain(struct reading *reading, struct toml_place place,
                      const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Where a value stands; of a table: its [header]. */
struct toml_place reading_place(const struct reading *reading,
                                const cJSON *item);
/* "text", for "… is what, … is allowed". */
const char *reading_type(const cJSON *item);
/* Sets the row's field, or complains. */
void reading_value(struct reading *reading, const struct setting *setting,
                   const cJSON *item);
void reading_clear_text(struct reading *reading, const struct setting *setting);
/* `base`: what the row's offset counts from. */
void reading_release_field(const struct setting *setting, void *base);

/* Once all values are right: names are unique, what is named exists, numbers
 * agree. */
void reading_check_whole(struct reading *reading);

#endif
