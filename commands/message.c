/*
 * What a menu was used on, as options: a message's words, author, time, link
 * and files, or a member. Others wrote it, so nothing in it is refused: it is
 * cleaned, and cut to what the option takes.
 */
#include "commands/attempt.h"
#include "commands/mention.h"
#include "commands/words.h"

#include "bot/base/utf8.h"
#include "bot/discord/embedded.h"
#include "bot/discord/json.h"
#include "storage/rooms.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Content, embeds and components of a message at their most: 14,000 UTF-16
 * units, and names in place of mentions. */
#define SHOWN_BYTES 64000

static struct str handle_in(const void *context, uint64_t user_id)
{
    return interaction_mention(context, user_id);
}

/* is_short: neither an embed's fields nor the names of files. */
static void add_shown(struct buf *out, const struct interaction_message *from,
                      bool is_short)
{
    struct buf raw = BUF_INIT(SHOWN_BYTES), words = BUF_INIT(SHOWN_BYTES);
    buf_add(&raw, str_trim(from->content));
    embedded_add(&raw, from, !is_short);
    mentions_add(&words, buf_str(&raw), handle_in, from);
    buf_release(&raw);
    /* More than an entry takes is cut in the end, and the answer says so. */
    buf_cut(&words, utf8_cut_units(buf_str(&words), 2 * TEXT_UNITS));
    add_printable(out, buf_str(&words));
    buf_release(&words);
    if (is_short || out->n > 0)
        return;
    for (int i = 0; i < from->file_count; i++) {
        buf_add_text(out, i == 0 ? "Attached: " : ", ");
        add_printable(out, from->files[i].name);
    }
}

/* Who brought it here did not write it. */
static void add_words(struct buf *out, const struct interaction_message *from,
                      bool is_short)
{
    struct buf shown = BUF_INIT(WORDS_BYTES);
    add_shown(&shown, from, is_short);
    if (from->is_forwarded && shown.n > 0)
        buf_add_text(out, "Forwarded: ");
    buf_add(out, buf_str(&shown));
    buf_release(&shown);
}

static bool cut(struct buf *text, size_t most)
{
    if (utf16_units(buf_str(text)) <= most)
        return false;
    buf_cut(text, utf8_cut_units(buf_str(text), most - 1));
    buf_add_text(text, "…");
    return true;
}

void set_message(struct command_run *run,
                 const struct interaction_message *message)
{
    struct call *call = &run->call;
    struct buf link = BUF_IN(run->message_link);
    buf_addf(&link,
             "https://discord.com/channels/%" PRIu64 "/%" PRIu64 "/%" PRIu64,
             call->guild_id, message->channel_id, message->id);
    buf_clear(&run->message_words);
    add_words(&run->message_words, message, false);
    call->message_is_cut = cut(&run->message_words, TEXT_UNITS);
    call->message = message;
    call->message_link = buf_str(&link);
    call->message_words = buf_str(&run->message_words);
    call->message_author = (struct actor){
        message->author.is_bot ? ACTOR_ROBOT : ACTOR_MEMBER, message->author.id,
        clean_name(run->author_name, &message->author)};
    /* Discord's clock wrote it: exact, but not after a clock of ours that is
     * behind. */
    int64_t written_ms = snowflake_ms(message->id);
    call->message_time =
        when_exact(written_ms < call->now_ms ? written_ms : call->now_ms);
}

bool comes_from_message(const struct attempt *attempt)
{
    return attempt->interaction->target_json != NULL;
}

void bring_message(struct attempt *attempt, struct buf *presets)
{
    char *json = json_print(attempt->interaction->target_json);
    buf_add_text(&attempt->run->answer.draft, json);
    free(json);
    buf_addf(presets, "%s" PRESET_MESSAGE "=%" PRIu64,
             presets->n > 0 ? "|" : "", attempt->run->call.id);
}

/* On one line, and short if that says anything, where the option takes one: a
 * title. */
static struct str words_for(struct attempt *attempt,
                            const struct option *option)
{
    const struct call *call = &attempt->run->call;
    struct buf *text = &attempt->run->message_title;
    buf_clear(text);
    if (!option->many_lines)
        add_words(text, call->message, true);
    if (text->n == 0)
        buf_add(text, call->message_words);
    for (size_t i = 0; i < text->n && !option->many_lines; i++)
        if (text->s[i] == '\n')
            text->s[i] = ' ';
    (void)cut(text, (size_t)option_max_units(option));
    return buf_str(text);
}

static bool receives(const struct option *option, const char *name)
{
    return name != NULL && str_is(str_of(name), option->name);
}

static void fill_author(const struct call *call, struct value *out)
{
    *out = (struct value){.given = true,
                          .text = call->message_author.name,
                          .user = call->message->author};
    out->user.name = out->text;
}

/* The text is for the form. */
static void fill_time(struct attempt *attempt, struct value *out)
{
    struct command_run *run = attempt->run;
    struct when shown = run->call.message_time;
    struct buf text = BUF_INIT(WHEN_TYPED_BYTES);
    shown.precision = WHEN_SECOND;
    when_print(&shown, true, &text);
    str_copy_to(run->message_time, buf_str(&text));
    buf_release(&text);
    *out = (struct value){.given = true,
                          .when = run->call.message_time,
                          .text = str_of(run->message_time)};
}

bool fill_from_menu(struct attempt *attempt, const struct check *check,
                    const struct option *option, struct value *out)
{
    const struct menu *menu = attempt->menu;
    const struct call *call = &attempt->run->call;
    struct interaction_option raw = {.name = str_of(option->name),
                                     .type = OPTION_TYPE_STRING};
    if (call->target_user != NULL && receives(option, menu->user)) {
        raw.type = OPTION_TYPE_USER;
        raw.user = *call->target_user;
        return check_option(check, option, &raw, out);
    }
    if (call->message == NULL)
        return true;
    if (receives(option, menu->author))
        fill_author(call, out);
    else if (receives(option, menu->time))
        fill_time(attempt, out);
    else if (receives(option, menu->link))
        raw.text = call->message_link;
    else if (receives(option, menu->content))
        raw.text = words_for(attempt, option);
    return raw.text.n == 0 || check_option(check, option, &raw, out);
}

static bool refuse_own(struct attempt *attempt, int64_t incident_id)
{
    struct answer *answer = &attempt->run->answer;
    buf_add_text(&answer->words, "opsroom wrote that message: what it shows ");
    if (incident_id != 0)
        buf_addf(&answer->words, "stands in the record of **INC-%" PRId64 "**",
                 incident_id);
    else
        buf_add_text(&answer->words, "stands in the record");
    buf_add_text(&answer->words,
                 " already. Nothing was kept. An entry is corrected with "
                 "`/timeline edit` and its number; an action item wants words "
                 "of its own.");
    (void)answer_button(answer, BUTTON_SECONDARY, "Write an action item",
                        "action add", "%s", "");
    return false;
}

bool is_by_others(struct attempt *attempt)
{
    const struct call *call = &attempt->run->call;
    int64_t incident_id, ordinal;
    enum room room;
    if (call->message == NULL || attempt->menu == NULL || attempt->menu->form)
        return true;
    enum err err = store_room_message_of(call->store, call->message->id,
                                         &incident_id, &room, &ordinal);
    if (err == ERR_OK)
        return refuse_own(attempt, incident_id);
    if (err != ERR_NOT_FOUND)
        return attempt_fail(attempt, err);
    bool is_ours =
        call->message->author.is_bot &&
        call->message->author.id == attempt->interaction->application_id;
    return !is_ours || refuse_own(attempt, 0);
}

void take_message_files(struct attempt *attempt, const struct check *check)
{
    struct call *call = &attempt->run->call;
    for (int i = 0; i < call->message->file_count; i++) {
        const struct interaction_file *file = &call->message->files[i];
        size_t at;
        if (file->bytes > check->file_bytes || !utf8_printable(file->name, &at))
            call->files_left_out++;
        else if (call->file_count < CALL_FILES)
            call->files[call->file_count++] = *file;
    }
}
