/*
 * What we say, as Discord's JSON. Every message carries explicit
 * allowed_mentions (nobody, unless told otherwise) and stays within Discord's
 * limits: text is cut with an ellipsis on a code point boundary, never rejected
 * by Discord for length.
 */
#ifndef BOT_DISCORD_MESSAGE_H
#define BOT_DISCORD_MESSAGE_H

#include "bot/base/buf.h"

#include <cjson/cJSON.h>

#define MESSAGE_UNITS     2000
#define EMBED_TITLE_UNITS 256
#define EMBED_TEXT_UNITS  4096
#define CUSTOM_ID_UNITS   100
#define NONCE_BYTES       26 /* with the NUL */

#define FLAG_NO_PREVIEWS 4 /* links show no preview */
#define FLAG_EPHEMERAL   64
#define FLAG_SILENT      4096 /* no push notification */

/* Adds text so that it renders literally: markdown escaped, mentions inert (a
 * zero-width space after '<' of a mention and after '@' of everyone/here),
 * http(s) links clickable and without a preview, control characters and those
 * that turn the reading direction left out. New lines stay. */
void markdown_add(struct buf *out, struct str text);
/* The same on one line: new lines become blanks. */
void markdown_add_line(struct buf *out, struct str text);
/* The same for words of ours, which may have such text in them: what stands
 * between two backticks shows as code. */
void markdown_add_words(struct buf *out, struct str words);
/* "```", "```sh", "```c++": somebody's own fence around what they pasted. It
 * says nothing where each line is shown by itself; "```数据库连接失败" does. */
bool markdown_is_fence(struct str line);
/* A fenced block that the text cannot close, its text cut to `units`. */
void markdown_add_fence(struct buf *out, struct str text, size_t units);
/* `18:53 UTC (<t:…:R>)` parts: <t:SECONDS:style> */
void markdown_add_timestamp(struct buf *out, int64_t ms, char style);

/* {content, allowed_mentions: nobody}; text is cut to MESSAGE_UNITS. */
cJSON *message_new(struct str content);
void message_set_content(cJSON *message, struct str content);
void message_set_flags(cJSON *message, int flags);
/* nonce + enforce_nonce: derived from the key, the same for every attempt. */
void message_set_nonce(cJSON *message, const char *nonce);
void nonce_make(char out[static NONCE_BYTES], const char *instance,
                const char *key);
/* Adds users who may be pinged by this message. */
void message_allow_user(cJSON *message, uint64_t user_id);

cJSON *embed_new(struct str title, struct str description, int color);
void embed_set_footer(cJSON *embed, struct str text);
/* Takes the finished embed: the 6000 units that all embeds of a message may
 * have together are kept here, by cutting the longest texts. At most 10. */
void message_add_embed(cJSON *message, cJSON *embed);

enum button_style {
    BUTTON_PRIMARY = 1,
    BUTTON_SECONDARY,
    BUTTON_SUCCESS,
    BUTTON_DANGER
};
/* Buttons go in rows of five; at most 25. custom_id: custom_id_make. */
void message_add_button(cJSON *message, enum button_style style,
                        const char *label, const char *custom_id);
/* The button that has to follow begins a row; there are at most five. */
void message_begin_row(cJSON *message);
/* Opens an address, of at most 512 units; presses of it are not told to us. */
void message_add_link_button(cJSON *message, const char *label,
                             const char *url);
void message_clear_buttons(cJSON *message); /* explicit empty list, on edits */
/* A list to choose one from, in a row of its own. Gives the place for its rows,
 * borrowed: 1 to 25 are to be added. value: at most 100 units. */
cJSON *message_add_select(cJSON *message, const char *custom_id,
                          const char *placeholder);
void select_add_row(cJSON *rows, struct str value, struct str label,
                    struct str hint);
#define SELECT_ROWS 25
/* Names the multipart body's files[number], so that it is shown; `description`
 * says what a picture shows, or STR_NONE. */
void message_add_attachment(cJSON *message, int number, const char *file_name,
                            struct str description);

/* A modal's data: at most 5 fields, each in a Label. */
cJSON *form_new(const char *custom_id, struct str title);
struct form_field {
    const char *field_id, *label;
    const char *hint; /* shown under the label; may be NULL */
    bool required;
};
struct form_text {
    bool paragraph;
    int max_length;   /* 0: Discord's 4000 */
    struct str value; /* filled in beforehand; cut to max_length */
};
void form_add_text(cJSON *form, const struct form_field *field,
                   const struct form_text *text);
/* Gives the place for 1 to 25 rows, borrowed. */
cJSON *form_add_select(cJSON *form, const struct form_field *field);
void form_select_row(cJSON *rows, const char *word, bool chosen);
/* A member; user_id beforehand, or 0. */
void form_add_user(cJSON *form, const struct form_field *field,
                   uint64_t user_id);
void form_add_upload(cJSON *form, const struct form_field *field,
                     int max_files);

/* Interaction answers: {type, data}. `data` is taken. */
cJSON *answer_message(cJSON *data); /* type 4 */
/* type 5: a private one comes as an edit, within 15 minutes. */
cJSON *answer_later(void);
/* type 7: instead of the message whose button was pressed. */
cJSON *answer_update(cJSON *data);
cJSON *answer_form(cJSON *form);       /* type 9 */
cJSON *answer_choices(cJSON *choices); /* type 8 */

#endif
