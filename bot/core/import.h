/*
 * A timeline that people wrote somewhere else, pasted: list items, chat lines,
 * markdown tables, with code blocks as evidence. Pure: the caller shows a
 * preview, asks for what is missing, and keeps the entries. Nothing is lost
 * silently: every line that is not blank is part of an entry, a heading, the
 * frame of a table, a block, or named in a problem.
 *
 * Read as the beginning of an entry, each with or without a list mark:
 *   **18:53** `@dma` text      [13:12] dma: text       18:53 UTC @dma text
 *   13:12 - text   13:12: text   ~18:52 text   24:XX text   18:53-19:10 text
 *   Dec 17th 22:XX text        2023-07-09 19:16 text   | 18:53 | dma | text |
 *
 * A line without a time right below an entry, or indented, goes on with its
 * text. `## 2022-12-17`, `Dec 17th` or `**Dec 17**` alone sets the date of what
 * follows. A fenced block (``` or ~~~) is evidence of the entry above it.
 */
#ifndef BOT_CORE_IMPORT_H
#define BOT_CORE_IMPORT_H

#include "bot/base/sha256.h"
#include "bot/core/incident.h"

#define IMPORT_ENTRIES 500
#define IMPORT_BLOCKS  10 /* of one entry: as many as a request has files */

struct import_source {
    struct str text;
    const struct when_base *base; /* of the incident */
    /* The day of the first time without one. Absent: as `base` has it. */
    bool has_date;
    /* Midnight UTC of that date; any other moment stands for its day in the
     * zone of that time. */
    int64_t date_ms;
    /* Of the times that name none, where the paste does not say it at large
     * ("Time (CET)"). Absent: they are read as UTC and counted in `unzoned`. */
    bool has_zone;
    int zone_min; /* east of UTC */
};

/* Borrowed for the call. */
struct import_entry {
    int line; /* where it begins, from 1 */
    struct when when;
    struct str actor; /* without @; STR_NONE: nobody is named */
    bool has_at;      /* it was written with one */
    enum phase phase; /* of a table; PHASE_NONE: not told */
    struct str text;  /* printable, at most TEXT_UNITS, never empty */
    struct str blocks[IMPORT_BLOCKS]; /* byte for byte, without the fence's
                                         indentation */
    int block_count;
};

enum import_line {
    IMPORT_ENTRY,     /* an entry begins */
    IMPORT_CONTINUED, /* more text of the entry above */
    IMPORT_HEADING,   /* also a rule, a date, a comment, "all times UTC" */
    IMPORT_TABLE,     /* a table's header or rule */
    IMPORT_FENCE,     /* a fence, or a line of a block */
    IMPORT_PROBLEM,
};

struct import_sink {
    void *to;
    /* In the order of the text. */
    void (*entry)(void *to, const struct import_entry *entry);
    /* "Line 7: no time found." A problem with an entry's whole text, which is
     * then not given to `entry`, is told by its first line. */
    void (*problem)(void *to, int line, struct str words);
    /* May be NULL. How each line that is not blank was read. */
    void (*line)(void *to, int line, enum import_line what);
};

struct import_result {
    int entries, problems;
    bool has_zone;   /* some time, or the paste at large, named its zone */
    int unzoned;     /* times that no zone was told for: ask, and read again */
    int64_t date_ms; /* midnight UTC of the day of the first without one */
};

struct import_result import_read(const struct import_source *source,
                                 const struct import_sink *sink);

/* The same for the same time, actor and text (but for blanks): what was
 * imported before is known again. */
struct sha256 import_entry_key(const struct import_entry *entry);

#endif
