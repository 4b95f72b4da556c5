/*
 * Between the import*.c files only.
 */
#ifndef BOT_CORE_IMPORT_PARTS_H
#define BOT_CORE_IMPORT_PARTS_H

#include "bot/core/import.h"
#include "bot/core/when_read.h"

/* ---- import_line.c: what stands at the beginning of a line ---- */

#define IMPORT_WHY_BYTES 600 /* for the `why` of all of these */
#define HEAD_BYTES       80  /* a zone must fit behind it in when.typed */

struct import_head {
    bool has_time;
    char typed[HEAD_BYTES]; /* the time, without markup */
    struct when_reading reading;
    bool bracketed;  /* [13:12]: a bare name may follow */
    struct str rest; /* behind the time and its marks; trimmed */
};

/* The longest beginning of the line that is a time. Without one, `why` has a
 * sentence if it looks like one all the same. */
void import_read_head(struct str line, struct import_head *out,
                      struct buf *why);
/* Takes the name off the front of head->rest; STR_NONE without one. */
struct str import_take_actor(struct import_head *head);
/* The date in a heading's words. */
bool import_find_date(struct str line, struct import_head *out);
/* "All times UTC", "Time (CET)": the zone that the words name. */
bool import_find_zone(struct str text, int *zone_min);
/* The sentence without the examples. */
struct str import_shorten(struct str why);

/* ---- import_time.c: what day is meant ---- */

struct import_clock {
    struct when_base base;
    bool has_day; /* day_ms: midnight of the day in the zone of the paste */
    int64_t day_ms;
    bool is_moment;       /* day_ms: of the day that it has in that zone */
    int64_t first_day_ms; /* of the first time that has no date before it */
    bool has_last;        /* no date has been told since this entry */
    int64_t last_ms;
    bool has_zone;
    int zone_min;
};

/* Takes the entry's time; false with a sentence in `why`. */
bool import_place(struct import_clock *clock, const struct import_head *head,
                  struct when *out, struct buf *why);
/* A date for what follows. */
bool import_set_day(struct import_clock *clock, const struct import_head *head,
                    struct buf *why);

/* ---- import_table.c ---- */

#define IMPORT_CELLS 12

enum import_column {
    COLUMN_OTHER, /* kept with its heading before it */
    COLUMN_TIME,
    COLUMN_DATE,
    COLUMN_PHASE,
    COLUMN_ACTOR,
    COLUMN_TEXT,
    COLUMN_COUNT
};

struct import_columns {
    enum import_column kinds[IMPORT_CELLS];
    char names[IMPORT_CELLS][40];
    int count; /* 0: no header yet, the time comes first */
};

struct import_row {
    struct str cells[IMPORT_CELLS]; /* trimmed; the last has what is too many */
    int count;
};

bool import_is_table_rule(struct str line); /* |---|:--:| */
void import_split_row(struct str line, struct import_row *out);
/* True when the row names columns. */
bool import_is_header(const struct import_row *row);
void import_set_columns(const struct import_row *row,
                        struct import_columns *out);
/* The columns of a row where no header told them. */
void import_guess_columns(const struct import_row *row,
                          struct import_columns *out);
/* Adds a cell without its escapes. */
void import_add_cell(struct str cell, struct buf *out);

/* ---- the machine: import.c, import_entry.c, import_rows.c ---- */

struct import_reader {
    const struct import_sink *sink;
    struct import_result result;
    struct import_clock clock;
    int line;
    bool after_blank;

    /* The entry that is being read. Its text and blocks are only put together
     * when it is complete: the buffers still move. */
    bool is_open;
    struct import_entry entry;
    struct buf text, blocks;
    size_t block_ends[IMPORT_BLOCKS];

    struct import_fence {
        bool is_open, is_first; /* no line of it read yet */
        bool is_kept;           /* there is an entry for it */
        char mark;
        size_t length, indent;
        int line;
    } fence;

    bool in_table;
    struct import_columns columns;
};

/* import_entry.c */
void import_told(struct import_reader *reader, enum import_line what);
void import_problem(struct import_reader *reader, int line, const char *format,
                    ...) __attribute__((format(printf, 3, 4)));
/* Closes the open entry and tells why this line is none. */
void import_refuse_line(struct import_reader *reader, struct str why);
/* Gives the open entry, if any, to the sink. */
void import_finish_entry(struct import_reader *reader);
/* Tells how the line was read; false, with a problem, when its time cannot be.
 * Otherwise the entry is open, without actor and text. */
bool import_begin_entry(struct import_reader *reader,
                        const struct import_head *head);
void import_add_text(struct import_reader *reader, struct str text);
/* Text may open a block at its end, also where it cannot be read itself. */
void import_look_for_fence(struct import_reader *reader, struct str text);
/* True when the line opens a block, or is one of its own. */
bool import_read_fence(struct import_reader *reader, struct str line);
void import_read_in_fence(struct import_reader *reader, struct str line);
void import_close_fence(struct import_reader *reader);
/* The zone that a heading names holds from here on. */
bool import_set_zone(struct import_reader *reader, struct str text);

/* import_rows.c: true when the line is part of a table; `next` is the line
 * below. */
bool import_read_table(struct import_reader *reader, struct str line,
                       struct str next);

#endif
