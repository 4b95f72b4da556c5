/*
 * Between the files that print an event as lines of a message only.
 */
#ifndef BOT_ROOM_ENTRY_LINE_H
#define BOT_ROOM_ENTRY_LINE_H

#include "bot/room/room.h"

/* How much of what people typed is shown, and how: whole and escaped; the text
 * in a fence, where nothing needs escaping; cut. */
struct style {
    size_t text_units, field_units;
    bool is_fenced;
    bool is_bare; /* the small line has its number and its fate only */
};

struct line {
    struct buf *out;
    const struct shown *shown;
    const struct event *event; /* of `shown` */
    struct style style;
    bool is_cut;
};

/* Between the stars: "finding, a theory". */
void line_add_label(struct line *line);
/* Behind the name: what happened, and lines of its own that belong to it. */
void line_add_content(struct line *line);
/* Whether a colon follows the name. */
bool line_has_content(const struct line *line);
/* Text of a person, on this line and no longer than the style has it. */
void line_add_field(struct line *line, struct str text);
bool same_actor(const struct actor *a, const struct actor *b);
/* A file is shown once its bytes are kept. */
bool has_file(const struct event *event);

#endif
