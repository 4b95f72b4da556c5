/*
 * What a menu was used on, as options: a message's words, author, time, link
 * and files, or a member. Others wrote it, so nothing in it is refused: it is
 * cleaned, and cut to what the option takes.
 */
#include "commands/attempt.h"
#include "commands/words.h"

#include "bot/base/utf8.h"

#include <inttypes.h>

void set_message(struct command_run *run,
                 const struct interaction_message *message)
{
    struct buf link = BUF_IN(run->message_link);
    buf_addf(&link,
             "https://discord.com/channels/%" PRIu64 "/%" PRIu64 "/%" PRIu64,
             run->call.guild_id, message->channel_id, message->id);
    run->call.message = message;
    run->call.message_link = buf_str(&link);
}

static void add_words(struct buf *out, const struct interaction_message *from)
{
    add_printable(out, str_trim(from->content));
    if (out->n > 0)
        return;
    /* A monitor says it in an embed. */
    add_printable(out, str_trim(from->embed_title));
    if (out->n > 0 && from->embed_text.n > 0)
        buf_add_char(out, '\n');
    add_printable(out, str_trim(from->embed_text));
}

static void add_file_names(struct buf *out, const struct call *call)
{
    for (int i = 0; i < call->file_count; i++) {
        buf_add_text(out, i == 0 ? "Attached: " : ", ");
        buf_add(out, call->files[i].name);
    }
}

static struct str words_for(struct attempt *attempt,
                            const struct option *option)
{
    struct buf *text = &attempt->run->message_text;
    size_t most = (size_t)option_max_units(option);
    buf_clear(text);
    add_words(text, attempt->run->call.message);
    if (text->n == 0)
        add_file_names(text, &attempt->run->call);
    for (size_t i = 0; i < text->n && !option->many_lines; i++)
        if (text->s[i] == '\n')
            text->s[i] = ' ';
    if (utf16_units(buf_str(text)) > most) {
        buf_cut(text, utf8_cut_units(buf_str(text), most - 1));
        buf_add_text(text, "…");
    }
    return buf_str(text);
}

static bool receives(const struct option *option, const char *name)
{
    return name != NULL && str_is(str_of(name), option->name);
}

static void fill_author(struct attempt *attempt, struct value *out)
{
    *out = (struct value){.given = true,
                          .user = attempt->run->call.message->author};
    out->text = clean_name(attempt->run->author_name, &out->user);
    out->user.name = out->text;
}

/* Discord's clock wrote it: exact. The text is for the form. */
static void fill_time(struct attempt *attempt, struct value *out)
{
    struct command_run *run = attempt->run;
    struct when when = when_exact(snowflake_ms(run->call.message->id));
    struct when shown = when;
    struct buf text = BUF_INIT(WHEN_TYPED_BYTES);
    shown.precision = WHEN_SECOND;
    when_print(&shown, true, &text);
    str_copy_to(run->message_time, buf_str(&text));
    buf_release(&text);
    *out = (struct value){
        .given = true, .when = when, .text = str_of(run->message_time)};
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
        fill_author(attempt, out);
    else if (receives(option, menu->time))
        fill_time(attempt, out);
    else if (receives(option, menu->link))
        raw.text = call->message_link;
    else if (receives(option, menu->content))
        raw.text = words_for(attempt, option);
    return raw.text.n == 0 || check_option(check, option, &raw, out);
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
