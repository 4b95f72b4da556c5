#include "bot/postmortem/data.h"

#include "bot/postmortem/escape.h"

/* ---- what people wrote ---- */

enum err put_written(cJSON *root, const struct page_view *view,
                     struct str resolution)
{
    static const struct {
        const char *name;
        enum section section;
    } sections[] = {
        {"summary", SECTION_SUMMARY},         {"impact", SECTION_IMPACT},
        {"causes", SECTION_CAUSES},           {"went_well", SECTION_WENT_WELL},
        {"went_poorly", SECTION_WENT_POORLY}, {"lucky", SECTION_LUCKY},
    };
    cJSON *written = put(root, "written", cJSON_CreateObject());
    struct buf text = BUF_INIT(SUMMARY_UNITS * 3u);
    enum err err = ERR_OK;
    for (size_t i = 0;
         i < sizeof sections / sizeof sections[0] && err == ERR_OK; i++) {
        buf_clear(&text);
        err = store_section(view->store, view->in->id, sections[i].section,
                            &text);
        if (err != ERR_OK)
            break;
        put_said(written, sections[i].name, view, str_trim(buf_str(&text)));
        if (sections[i].section == SECTION_SUMMARY)
            put_said(root, "summary", view,
                     text.n > 0 ? str_trim(buf_str(&text)) : resolution);
    }
    buf_release(&text);
    return err;
}

/* ---- action items ---- */

struct items {
    const struct page_view *view;
    cJSON *list;
};

static void put_owner(cJSON *object, const struct page_view *view,
                      const struct action_item *item)
{
    struct buf owner = BUF_INIT(1000), code = BUF_INIT(4000);
    if (view->people == NULL)
        actor_print(&owner, item->owner_type, str_of(item->owner_name));
    if (owner.n > 0)
        markdown_code(&code, buf_str(&owner));
    put_text(object, "owner", buf_str(&owner));
    put_text(object, "owner_md", buf_str(&code));
    buf_release(&owner);
    buf_release(&code);
}

static bool add_item(const struct stored_item *stored, void *context)
{
    const struct items *items = context;
    const struct page_view *view = items->view;
    const struct action_item *item = &stored->item;
    cJSON *object = add_to(items->list, cJSON_CreateObject());
    struct buf link = BUF_INIT(16000);
    char due[CIVIL_ISO_BYTES] = "";
    if (item->due_ms != 0)
        civil_date(item->due_ms, due);
    if (view->people == NULL)
        markdown_link(&link, stored->link);
    put(object, "number", cJSON_CreateNumber((double)item->seq));
    put_said(object, "text", view, stored->text);
    put_said_line(object, "line", view, stored->text);
    put_text(object, "kind",
             item->kind == ITEM_KIND_NONE
                 ? STR("")
                 : str_of(word_of(&item_kind_words, (int)item->kind)));
    put_owner(object, view, item);
    put_text(object, "due", str_of(due));
    put_text(object, "state",
             str_of(word_of(&item_state_words, (int)item->state)));
    put_said_line(object, "note", view, stored->note);
    put_text(object, "link_md", buf_str(&link));
    buf_release(&link);
    return true;
}

enum err put_items(cJSON *root, const struct page_view *view)
{
    const struct item_filter filter = {.incident_id = view->in->id};
    struct items items = {view, put(root, "items", cJSON_CreateArray())};
    enum err err = store_each_item(view->store, &filter, add_item, &items);
    put_flag(root, "has_items", items.list->child != NULL);
    return err;
}

/* ---- changes and ideas ---- */

void put_settled(cJSON *entry, const struct entry_state *state)
{
    const char *words = "nothing to settle";
    if (state->settlement != SETTLEMENT_NONE)
        words = word_of(&settlement_words, (int)state->settlement);
    else if (state->needs_settling)
        words = "still open";
    put_text(entry, "settled", str_of(words));
}
