#include "bot/preview.h"

#include "bot/cli/cli.h"
#include "bot/discord/message.h"
#include "bot/postmortem/checklist.h"
#include "bot/postmortem/postmortem.h"

enum err preview_render(struct store *store, const struct config *config,
                        const struct incident *in, bool is_public,
                        struct buf *page, struct buf *why)
{
    struct postmortem_settings settings;
    cli_postmortem_settings(config, &settings);
    settings.is_public = is_public;
    return postmortem_render(store, in, &settings, page, why);
}

enum err preview_check(struct store *store, const struct incident *in,
                       struct buf *out)
{
    struct checklist list;
    enum err err = postmortem_checklist(store, in, STR_NONE, &list);
    if (err != ERR_OK)
        return err;
    list.empty = 0; /* the command tells them itself */
    checklist_print(&list, markdown_add_line, out);
    return ERR_OK;
}
