#include "bot/outbox/pull_text.h"

#include "bot/base/utf8.h"
#include "bot/forge/pull_job.h"
#include "bot/postmortem/checklist.h"

#include <inttypes.h>

#define TITLE_UNITS_MOST 200

/* ---- the pull request ---- */

static enum err add_list(struct store *store, const struct incident *in,
                         struct buf *out, bool *is_done)
{
    struct checklist list;
    enum err err = postmortem_checklist(store, in, STR_NONE, &list);
    if (err != ERR_OK)
        return err;
    *is_done = checklist_is_done(&list);
    if (*is_done) {
        buf_add_text(out, "Every section is written.\n\n");
        return ERR_OK;
    }
    buf_add_text(out, "### Still to do\n\n");
    checklist_print(&list, forge_literal, out);
    buf_add_text(out, "\n`/postmortem write` in Discord opens a form for each "
                      "section.\n\n");
    return ERR_OK;
}

/* Who may not see the room need not know where it is. */
static void add_room(const struct incident *in, struct buf *out)
{
    if (in->is_private || in->war_channel_id == 0)
        return;
    buf_addf(out,
             "Room: <https://discord.com/channels/%" PRIu64 "/%" PRIu64 ">\n\n",
             in->guild_id, in->war_channel_id);
}

enum err pull_text_body(struct store *store, const struct incident *in,
                        struct buf *out, bool *is_done)
{
    struct buf summary = BUF_INIT(SUMMARY_UNITS * 3u);
    enum err err =
        store_shown_section(store, in->id, SECTION_SUMMARY, &summary);
    buf_add_text(out, FORGE_BODY_BEGIN "\n");
    if (summary.n > 0)
        forge_literal(out, buf_str(&summary));
    else
        buf_add_text(out, "No summary was written yet.");
    buf_add_text(out, "\n\n");
    if (err == ERR_OK)
        err = add_list(store, in, out, is_done);
    add_room(in, out);
    incident_print_name(in, out);
    buf_addf(out, ", %s. Merging this closes it.\n" FORGE_BODY_END "\n",
             word_of(&severity_words, (int)in->severity));
    buf_release(&summary);
    return err == ERR_OK && out->overflow ? ERR_TOO_LONG : err;
}

/* ---- the issue ---- */

void issue_text_mark(struct store *store, const struct incident *in,
                     int64_t seq, struct buf *out)
{
    buf_addf(out, "<!-- opsroom: %s INC-%" PRId64 " #%" PRId64 " -->",
             store_instance(store), in->id, seq);
}

void issue_text_title(const struct stored_item *item, struct buf *out)
{
    struct str rest = item->text, line = STR_NONE;
    (void)str_cut(&rest, '\n', &line);
    line = str_trim(line);
    size_t keep = utf8_cut_units(line, TITLE_UNITS_MOST);
    buf_add(out, (struct str){line.s, keep});
    if (keep < line.n)
        buf_add_text(out, "…");
}

void issue_text_body(struct store *store, const struct incident *in,
                     const struct stored_item *item, struct buf *out)
{
    char date[CIVIL_ISO_BYTES];
    forge_literal(out, item->text);
    buf_add_text(out, "\n\nAction item");
    if (item->item.kind != ITEM_KIND_NONE)
        buf_addf(out, " (%s)", word_of(&item_kind_words, (int)item->item.kind));
    buf_add_text(out, " of ");
    incident_print_name(in, out);
    if (in->pull_url[0] != '\0')
        buf_addf(out, ": <%s>", in->pull_url);
    buf_add_text(out, ".\n");
    if (item->item.due_ms != 0) {
        civil_date(item->item.due_ms, date);
        buf_addf(out, "Due %s.\n", date);
    }
    if (item->link.n > 0) {
        buf_add_text(out, "\n");
        forge_literal(out, item->link);
        buf_add_text(out, "\n");
    }
    buf_add_text(out, "\nClosing this issue makes the action item done.\n\n");
    issue_text_mark(store, in, item->item.seq, out);
    buf_add_text(out, "\n");
}
