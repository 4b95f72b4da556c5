/*
 * People's text as data on a page: what is written here shows on the rendered
 * page exactly as it was typed, by CommonMark, GFM and Hugo (goldmark with its
 * typographer, link finder, definition lists and shortcodes), in a paragraph,
 * a list item or a table cell.
 */
#ifndef BOT_POSTMORTEM_ESCAPE_H
#define BOT_POSTMORTEM_ESCAPE_H

#include "bot/base/buf.h"

/* A URL stays a link. A line end becomes a hard break, which a table cell
 * cannot hold: see text_on_one_line. */
void markdown_escape(struct buf *out, struct str text);
/* A name in a code span; escaped where a code span cannot hold it. */
void markdown_code(struct buf *out, struct str text);
/* <https://…> when that is what it is, else escaped: "#217". */
void markdown_link(struct buf *out, struct str link);
/* Whether a fence can hold these bytes as they are. Not when Hugo would run
 * them: it looks for shortcodes in code, too; nor when they could be taken for
 * the marks around what is generated (bot/helpers/merge.h). */
bool markdown_may_fence(struct str bytes);
/* Fenced code of a list item, every line indented by two. No line end at its
 * own end. */
void markdown_fence(struct buf *out, struct str bytes);

/* A double-quoted YAML 1.2 scalar. */
void yaml_quote(struct buf *out, struct str text);
/* Blanks for line ends, none at either end: for titles and table cells. */
void text_on_one_line(struct buf *out, struct str text);

#endif
