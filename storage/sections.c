#include "storage/store_internal.h"

/* The sections of the postmortem that people write. */

static bool take_text(const struct event *event, void *context)
{
    buf_add(context, event->text);
    return false;
}

enum err store_section(struct store *store, int64_t incident_id,
                       enum section section, struct buf *out)
{
    enum err err =
        store_last_section(store, incident_id, section, take_text, out);
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

static bool take_resolution(const struct entry *entry, void *context)
{
    const struct event *event = &entry->event;
    bool is_it = event_resolves(event);
    if (is_it && event->visibility != VISIBILITY_PRIVATE)
        buf_add(context, str_trim(event->text));
    return !is_it;
}

enum err store_shown_section(struct store *store, int64_t incident_id,
                             enum section section, struct buf *out)
{
    const enum event_kind kind = EVENT_STATE;
    const struct entry_page page = {
        .order = EVENTS_BY_TIME, .newest_first = true, .kind = &kind};
    size_t before = out->n;
    enum err err = store_section(store, incident_id, section, out);
    if (err != ERR_OK || section != SECTION_SUMMARY ||
        str_trim(str_from(buf_str(out), before)).n > 0)
        return err;
    buf_cut(out, before);
    return store_each_entry(store, incident_id, &page, take_resolution, out);
}

enum err store_empty_sections(struct store *store, int64_t incident_id,
                              unsigned *out)
{
    struct buf text = BUF_INIT(SUMMARY_UNITS * 3u);
    unsigned empty = 0;
    enum err err = ERR_OK;
    for (int i = SECTION_NONE + 1; i < SECTION_COUNT && err == ERR_OK; i++) {
        buf_clear(&text);
        err = store_shown_section(store, incident_id, (enum section)i, &text);
        if (str_trim(buf_str(&text)).n == 0)
            empty |= 1u << i;
    }
    buf_release(&text);
    if (err == ERR_OK)
        *out = empty;
    return err;
}
