#include "commands/command.h"
#include "commands/words.h"

#include <inttypes.h>

/* Discord's permission bits that opsroom needs, and what breaks without. */
static const struct permission {
    int bit;
    const char *name, *use;
} permissions[] = {
    {4, "Manage Channels", "make, name and archive the rooms"},
    {10, "View Channels", "see the rooms"},
    {11, "Send Messages", "write in them"},
    {14, "Embed Links", "show the card"},
    {15, "Attach Files", "send previews and exports"},
    {16, "Read Message History", "find its own messages again"},
    {28, "Manage Roles",
     "close private rooms to others; Discord shows it as "
     "Manage Permissions on a channel"},
    {31, "Use Application Commands", "let people use commands in its rooms"},
    {35, "Create Public Threads",
     "use a thread where no room can be made, and close the live room to them"},
    {36, "Create Private Threads", "close the live room to them"},
    {38, "Send Messages in Threads", "write there, and let nobody else"},
    {51, "Pin Messages", "pin the card"},
    {6, "Add Reactions",
     "close the live room to them: Discord lets it take from others only what "
     "it has"},
};
#define ADMINISTRATOR 3
#define IDS_SHOWN     8

static bool has(uint64_t held, int bit)
{
    return (held >> bit & 1) != 0 || (held >> ADMINISTRATOR & 1) != 0;
}

static uint64_t needed(void)
{
    uint64_t all = 0;
    for (size_t i = 0; i < sizeof permissions / sizeof permissions[0]; i++)
        all |= UINT64_C(1) << permissions[i].bit;
    return all;
}

static void add_permissions(const struct call *call, struct buf *words)
{
    int missing = 0;
    for (size_t i = 0; i < sizeof permissions / sizeof permissions[0]; i++) {
        const struct permission *permission = &permissions[i];
        if (has(call->app_permissions, permission->bit))
            continue;
        if (missing++ == 0)
            buf_add_text(words, "**Missing in this channel**\n");
        buf_addf(words, "- %s: to %s\n", permission->name, permission->use);
    }
    if (missing == 0) {
        buf_add_text(words, "opsroom has every permission it needs in this "
                            "channel.\n");
        return;
    }
    buf_add_text(words, "What is missing is done without: entries are kept, "
                        "and the room says what could not be shown.\n");
    if (call->process != NULL && call->process->application_id != 0)
        buf_addf(words,
                 "To grant all of them, invite it again: "
                 "<https://discord.com/oauth2/authorize?client_id=%" PRIu64
                 "&scope=bot+applications.commands&permissions=%" PRIu64
                 "&guild_id=%" PRIu64 ">\n",
                 call->process->application_id, needed(), call->guild_id);
}

static void add_channel(struct buf *words, const char *name, uint64_t id,
                        const char *without)
{
    buf_addf(words, "- %s: ", name);
    if (id == 0)
        buf_add_text(words, without);
    else
        buf_addf(words, "<#%" PRIu64 ">", id);
    buf_add_char(words, '\n');
}

/* The settings do not say whether an id is a role's or a member's, and only
 * the caller's own are known here. */
static void add_allowed_id(const struct call *call, uint64_t id,
                           struct buf *words)
{
    for (int i = 0; i < call->role_count; i++)
        if (call->roles[i] == id) {
            buf_addf(words, "<@&%" PRIu64 ">", id);
            return;
        }
    buf_addf(words, id == call->caller.id ? "<@%" PRIu64 ">" : "`%" PRIu64 "`",
             id);
}

static void add_allowed(const struct call *call, enum right right,
                        struct buf *words)
{
    const struct id_list *list = &call->config->access.allowed[right];
    buf_addf(words, "- may %s: ", right_words(right));
    if (list->count == 0)
        buf_add_text(words, right == RIGHT_ADMIN ? "nobody" : "every member");
    for (size_t i = 0; i < list->count && i < IDS_SHOWN; i++) {
        buf_add_text(words, i == 0 ? "" : ", ");
        add_allowed_id(call, list->ids[i], words);
    }
    if (list->count > IDS_SHOWN)
        buf_addf(words, " and %zu more", list->count - IDS_SHOWN);
    buf_add_char(words, '\n');
}

static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    struct buf *words = &answer->words;
    const struct config *config = call->config;
    (void)request;
    add_permissions(call, words);
    buf_add_text(words, "**Settings**\n");
    add_channel(words, "announcements", config->announce_channel_id,
                "none (`announce_channel`)");
    add_channel(words, "category of new rooms", config->category_id,
                "none (`category`)");
    buf_addf(words, "- postmortem: %s\n",
             config->postmortem_enabled
                 ? "is committed to the repository of the settings"
                 : "not written: `[postmortem] repository` is empty");
    for (int right = 0; right < RIGHT_COUNT; right++)
        add_allowed(call, (enum right)right, words);
    buf_add_text(words, "Nothing was changed. The settings are a file on the "
                        "server; after a change, start opsroom again.");
    return REPLY_TEXT;
}

const struct command command_opsroom_setup = {
    .name = "opsroom setup",
    .help = "What is configured, and which permissions are missing here",
    .right = RIGHT_ADMIN,
    .scope = SCOPE_NONE,
    .run = run,
};
