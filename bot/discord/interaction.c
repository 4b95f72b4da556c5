/*
 * INTERACTION_CREATE into struct interaction (Discord docs, Receiving and
 * Responding to Interactions; Component Reference for forms). Reads only what
 * the program uses; anything else in the payload may be missing, new or wrong.
 */
#include "bot/discord/interaction.h"

#include "bot/base/ascii.h"
#include "bot/base/handle.h"
#include "bot/discord/json.h"
#include "bot/discord/message.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define EPOCH_MS INT64_C(1420070400000) /* 2015-01-01, snowflake zero */

/* Action row, label: what may hold a form's fields; and fields whose values are
 * ids. */
#define COMPONENT_ROW    1
#define COMPONENT_USERS  5
#define COMPONENT_LABEL  18
#define COMPONENT_UPLOAD 19

#define CHANNEL_NEWS_THREAD    10
#define CHANNEL_PRIVATE_THREAD 12

#define MENU_USER    2
#define MENU_MESSAGE 3

#define OPTION_SUBCOMMAND       1
#define OPTION_SUBCOMMAND_GROUP 2

int64_t snowflake_ms(uint64_t id)
{
    return (int64_t)(id >> 22) + EPOCH_MS;
}

/* It becomes part of a URL path, so only characters that need no escaping there
 * pass, and not "..". */
static bool is_token(struct str token)
{
    bool has_more_than_dots = false;
    if (token.n == 0 || token.n > INTERACTION_TOKEN_BYTES)
        return false;
    for (size_t i = 0; i < token.n; i++) {
        char c = token.s[i];
        if (!is_alnum(c) && strchr("-._~=+:", c) == NULL)
            return false;
        has_more_than_dots = has_more_than_dots || c != '.';
    }
    return has_more_than_dots;
}

/* Nick, else global name, else user name. `member` may be NULL. */
static struct interaction_user user_of(const cJSON *user, const cJSON *member)
{
    const cJSON *roles = json_get(member, "roles");
    struct str name = json_text(member, "nick");
    if (name.n == 0)
        name = json_text(user, "global_name");
    if (name.n == 0)
        name = json_text(user, "username");
    return (struct interaction_user){
        .id = json_get_id(user, "id"),
        .name = name,
        .is_bot = json_is_true(user, "bot"),
        .roles = cJSON_IsArray(roles) ? roles : NULL,
    };
}

/* For behind an @: the name, or the user name where only that is one that a
 * page for everybody can take out, see bot/postmortem/people.c. */
static struct str handle_of(const cJSON *user, const cJSON *member)
{
    struct str name = user_of(user, member).name;
    struct str user_name = json_text(user, "username");
    return handle_is(name) || !handle_is(user_name) ? name : user_name;
}

size_t interaction_role_ids(const struct interaction_user *user,
                            uint64_t out[static INTERACTION_ROLES])
{
    const cJSON *role;
    size_t count = 0;
    cJSON_ArrayForEach(role, user->roles)
    {
        uint64_t id = json_id_of(role);
        if (id != 0 && count < INTERACTION_ROLES)
            out[count++] = id;
    }
    return count;
}

/* An id that is not among the resolved ones is shown as its digits. */
static bool user_option(const cJSON *resolved, const cJSON *value,
                        struct interaction_user *out)
{
    uint64_t id = json_id_of(value);
    if (id == 0)
        return false;
    const char *digits = cJSON_GetStringValue(value);
    *out = user_of(json_get(json_get(resolved, "users"), digits),
                   json_get(json_get(resolved, "members"), digits));
    out->id = id;
    if (out->name.n == 0)
        out->name = str_of(digits);
    return true;
}

/* Without its address a file is of no use: then there is none. */
static bool file_of(const cJSON *json, struct interaction_file *out)
{
    struct interaction_file found = {
        .id = json_get_id(json, "id"),
        .name = json_text(json, "filename"),
        .type = json_text(json, "content_type"),
        .url = json_text(json, "url"),
    };
    if (found.url.n == 0 || !json_whole(json_get(json, "size"), &found.bytes) ||
        found.bytes < 0)
        return false;
    *out = found;
    return true;
}

struct str interaction_mention(const struct interaction_message *message,
                               uint64_t user_id)
{
    const cJSON *user;
    if (!cJSON_IsArray(message->mentions))
        return STR_NONE;
    cJSON_ArrayForEach(user, message->mentions)
    {
        if (json_get_id(user, "id") == user_id)
            return handle_of(user, json_get(user, "member"));
    }
    return STR_NONE;
}

static const cJSON *resolved_of(const struct interaction *in, const char *what,
                                uint64_t id)
{
    char digits[24];
    (void)snprintf(digits, sizeof digits, "%" PRIu64, id);
    return json_get(json_get(in->resolved, what), digits);
}

struct str interaction_handle(const struct interaction *in, uint64_t user_id)
{
    return handle_of(resolved_of(in, "users", user_id),
                     resolved_of(in, "members", user_id));
}

bool interaction_knows(const struct interaction *in, uint64_t user_id,
                       struct interaction_user *out)
{
    struct interaction_user user = user_of(resolved_of(in, "users", user_id),
                                           resolved_of(in, "members", user_id));
    if (user.id == 0 || user.name.n == 0)
        return false;
    *out = user;
    return true;
}

static bool file_option(const cJSON *resolved, const cJSON *value,
                        struct interaction_file *out)
{
    uint64_t id = json_id_of(value);
    if (id == 0 || !file_of(json_get(json_get(resolved, "attachments"),
                                     cJSON_GetStringValue(value)),
                            out))
        return false;
    out->id = id;
    return true;
}

/* What a forwarded message shows; NULL: it is none (Discord docs, Message
 * Snapshot Object). */
static const cJSON *forwarded(const cJSON *json)
{
    const cJSON *snapshots = json_get(json, "message_snapshots");
    return cJSON_IsArray(snapshots) ? json_get(snapshots->child, "message")
                                    : NULL;
}

bool interaction_message_parse(const cJSON *json,
                               struct interaction_message *out)
{
    const cJSON *snapshot = forwarded(json), *file;
    const cJSON *shown = snapshot == NULL ? json : snapshot;
    const cJSON *files = json_get(shown, "attachments");
    struct interaction_message message = {
        .id = json_get_id(json, "id"),
        .channel_id = json_get_id(json, "channel_id"),
        .author = user_of(json_get(json, "author"), NULL),
        .content = json_text(shown, "content"),
        .embeds = json_get(shown, "embeds"),
        .components = json_get(shown, "components"),
        .poll = json_get(shown, "poll"),
        .mentions = json_get(shown, "mentions"),
        .is_forwarded = snapshot != NULL,
    };
    if (message.id == 0 || message.author.id == 0)
        return false;
    cJSON_ArrayForEach(file, files)
    {
        if (message.file_count < INTERACTION_FILES &&
            file_of(file, &message.files[message.file_count]))
            message.file_count++;
    }
    *out = message;
    return true;
}

/* False: of no type we use, or its value does not fit the type. What a person
 * is still typing (focused) is text, whatever the option's type. */
static bool option_value(const cJSON *item, const cJSON *resolved,
                         struct interaction_option *out)
{
    const cJSON *value = json_get(item, "value");
    int64_t type;
    if (!json_whole(json_get(item, "type"), &type))
        return false;
    out->name = json_text(item, "name");
    out->focused = json_is_true(item, "focused");
    out->text = json_text_of(value);
    switch (type) {
    case OPTION_TYPE_STRING:
        out->type = OPTION_TYPE_STRING;
        return out->text.s != NULL;
    case OPTION_TYPE_INTEGER:
        out->type = OPTION_TYPE_INTEGER;
        return json_whole(value, &out->number) ||
               (out->focused && out->text.s != NULL);
    case OPTION_TYPE_BOOLEAN:
        out->type = OPTION_TYPE_BOOLEAN;
        out->flag = cJSON_IsTrue(value);
        return cJSON_IsBool(value);
    case OPTION_TYPE_USER:
        out->type = OPTION_TYPE_USER;
        return user_option(resolved, value, &out->user);
    case OPTION_TYPE_CHANNEL:
    case OPTION_TYPE_ROLE:
        out->type = (enum option_type)type;
        out->id = json_id_of(value);
        return out->id != 0;
    case OPTION_TYPE_ATTACHMENT:
        out->type = OPTION_TYPE_ATTACHMENT;
        return file_option(resolved, value, &out->file);
    default:
        return false;
    }
}

static void add_option(struct interaction *out,
                       const struct interaction_option *option)
{
    if (out->option_count < INTERACTION_OPTIONS && option->name.n > 0)
        out->options[out->option_count++] = *option;
}

/* A subcommand or group holds the rest of the command's name and its options:
 * command -> [group ->] subcommand -> options. */
static const cJSON *find_nested(const cJSON *options)
{
    const cJSON *first = cJSON_IsArray(options) ? options->child : NULL;
    int64_t type;
    if (json_whole(json_get(first, "type"), &type) &&
        (type == OPTION_SUBCOMMAND || type == OPTION_SUBCOMMAND_GROUP))
        return first;
    return NULL;
}

static void parse_target(const cJSON *data, struct interaction *out)
{
    const cJSON *resolved = json_get(data, "resolved");
    const cJSON *id = json_get(data, "target_id");
    if (json_id_of(id) == 0)
        return;
    if (out->command_type == MENU_USER) {
        (void)user_option(resolved, id, &out->target_user);
        return;
    }
    const cJSON *message =
        json_get(json_get(resolved, "messages"), cJSON_GetStringValue(id));
    if (!interaction_message_parse(message, &out->target_message))
        return;
    out->target_json = message;
    if (out->target_message.channel_id == 0)
        out->target_message.channel_id = out->channel_id;
}

static void parse_options(const cJSON *options, const cJSON *resolved,
                          struct interaction *out)
{
    const cJSON *item;
    if (!cJSON_IsArray(options))
        return;
    cJSON_ArrayForEach(item, options)
    {
        struct interaction_option option = {0};
        if (option_value(item, resolved, &option))
            add_option(out, &option);
    }
}

static bool parse_command(const cJSON *data, struct interaction *out)
{
    int64_t type = 1;
    struct str name = json_text(data, "name");
    if (name.n == 0)
        return false;
    (void)json_whole(json_get(data, "type"), &type);
    out->command_type = type >= 1 && type <= 3 ? (int)type : 0;
    int n = snprintf(out->command, sizeof out->command, "%.*s", STR_ARG(name));
    const cJSON *options = json_get(data, "options");
    const cJSON *nested;
    for (int depth = 0; depth < 2 && (nested = find_nested(options)) != NULL;
         depth++) {
        struct str word = json_text(nested, "name");
        if (n < (int)sizeof out->command)
            n += snprintf(out->command + n, sizeof out->command - (size_t)n,
                          " %.*s", STR_ARG(word));
        options = json_get(nested, "options");
    }
    /* Names have at most 32 characters; longer is not ours. */
    if (n >= (int)sizeof out->command)
        return false;
    out->resolved = json_get(data, "resolved");
    parse_options(options, out->resolved, out);
    if (out->command_type == MENU_USER || out->command_type == MENU_MESSAGE)
        parse_target(data, out);
    return true;
}

/* A text input has a `value`; a select has `values`, of which the first counts;
 * those of an upload are ids of files, and all count. */
static void add_field(const cJSON *component, const cJSON *resolved,
                      struct interaction *out)
{
    const cJSON *values = json_get(component, "values"), *value;
    int64_t type = 0;
    struct interaction_option option = {
        .name = json_text(component, "custom_id"),
        .type = OPTION_TYPE_STRING,
        .text = json_text(component, "value"),
    };
    (void)json_whole(json_get(component, "type"), &type);
    if (type == COMPONENT_UPLOAD && cJSON_IsArray(values)) {
        option.type = OPTION_TYPE_ATTACHMENT;
        cJSON_ArrayForEach(value, values)
        {
            if (file_option(resolved, value, &option.file))
                add_option(out, &option);
        }
        return;
    }
    const cJSON *first = cJSON_IsArray(values) ? values->child : NULL;
    if (type == COMPONENT_USERS) {
        option.type = OPTION_TYPE_USER;
        if (user_option(resolved, first, &option.user))
            add_option(out, &option);
        return;
    }
    if (option.text.s == NULL)
        option.text = json_text_of(first);
    if (option.text.s != NULL)
        add_option(out, &option);
}

/* Today a label holds one `component`; before, a row held `components`. */
static void parse_fields(const cJSON *data, struct interaction *out)
{
    const cJSON *components = json_get(data, "components");
    const cJSON *resolved = json_get(data, "resolved");
    const cJSON *item, *field;
    if (!cJSON_IsArray(components))
        return;
    cJSON_ArrayForEach(item, components)
    {
        int64_t type = 0;
        (void)json_whole(json_get(item, "type"), &type);
        const cJSON *row = json_get(item, "components");
        if (type == COMPONENT_LABEL) {
            add_field(json_get(item, "component"), resolved, out);
        } else if (type == COMPONENT_ROW && cJSON_IsArray(row)) {
            cJSON_ArrayForEach(field, row)
            {
                add_field(field, resolved, out);
            }
        }
    }
}

static void parse_component(const cJSON *interaction, const cJSON *data,
                            struct interaction *out)
{
    const cJSON *message = json_get(interaction, "message");
    const cJSON *values = json_get(data, "values");
    int64_t flags = 0;
    out->custom_id = json_text(data, "custom_id");
    if (out->type == INTERACTION_COMPONENT && cJSON_IsArray(values))
        out->chosen = json_text_of(values->child);
    out->message_id = json_get_id(message, "id");
    (void)json_whole(json_get(message, "flags"), &flags);
    out->on_private = out->message_id != 0 && (flags & FLAG_EPHEMERAL) != 0;
}

static void parse_caller(const cJSON *data, struct interaction *out)
{
    const cJSON *member = json_get(data, "member");
    const cJSON *user = json_get(member, "user");
    out->user = user_of(user != NULL ? user : json_get(data, "user"), member);
    out->role_count = (int)interaction_role_ids(&out->user, out->roles);
}

static bool is_thread(const cJSON *channel)
{
    int64_t type = 0;
    (void)json_whole(json_get(channel, "type"), &type);
    return type >= CHANNEL_NEWS_THREAD && type <= CHANNEL_PRIVATE_THREAD;
}

static enum err refuse(const char **why, const char *words)
{
    *why = words;
    return ERR_INVALID;
}

/* What the type says, and `data` beside it, into `out`. */
static bool parse_body(const cJSON *interaction, struct interaction *out)
{
    const cJSON *data = json_get(interaction, "data");
    switch (out->type) {
    case INTERACTION_COMMAND:
    case INTERACTION_AUTOCOMPLETE:
        return parse_command(data, out);
    case INTERACTION_FORM:
        parse_fields(data, out);
        __attribute__((fallthrough));
    case INTERACTION_COMPONENT:
        parse_component(interaction, data, out);
        return out->custom_id.n > 0;
    }
    return false;
}

enum err interaction_parse(const cJSON *data, struct interaction *out,
                           const char **why)
{
    int64_t type;
    struct interaction in = {
        .id = json_get_id(data, "id"),
        .application_id = json_get_id(data, "application_id"),
        .guild_id = json_get_id(data, "guild_id"),
        .channel_id = json_get_id(data, "channel_id"),
        .token = json_text(data, "token"),
    };
    if (in.id == 0)
        return refuse(why, "The interaction has no id.");
    if (!is_token(in.token))
        return refuse(why, "The interaction has no usable token.");
    if (!json_whole(json_get(data, "type"), &type) ||
        type < INTERACTION_COMMAND || type > INTERACTION_FORM)
        return refuse(why, "The interaction is of a type we do not use.");
    in.type = (enum interaction_type)type;
    const cJSON *channel = json_get(data, "channel");
    if (in.channel_id == 0)
        in.channel_id = json_get_id(channel, "id");
    if (is_thread(channel))
        in.parent_id = json_get_id(channel, "parent_id");
    (void)str_to_u64(json_text(data, "app_permissions"), &in.app_permissions);
    parse_caller(data, &in);
    if (in.user.id == 0)
        return refuse(why, "The interaction names nobody who made it.");
    if (!parse_body(data, &in))
        return refuse(why, "The interaction names no command and no button.");
    *out = in;
    return ERR_OK;
}
