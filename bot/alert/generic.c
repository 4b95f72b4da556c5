/*
 * Any JSON, read where the settings say: paths as "incident.title", with the
 * index of an array as a name ("alerts.0.name").
 */
#include "bot/alert/forms.h"

#include <string.h>

#define NAME_BYTES 128
/* What is left of the path may be one name: "labels.example.org/service". */
static const cJSON *at_path(const cJSON *item, const char *path)
{
    char name[NAME_BYTES];
    struct str rest = str_of(path), piece;
    uint64_t index;
    while (item != NULL && str_cut(&rest, '.', &piece)) {
        const cJSON *whole = json_get(item, piece.s);
        if (whole != NULL)
            return whole;
        if (piece.n >= sizeof name)
            return NULL;
        str_copy_to(name, piece);
        if (!cJSON_IsArray(item))
            item = json_get(item, name);
        else if (str_to_u64(piece, &index) && index < ALERTS_PER_BODY)
            item = cJSON_GetArrayItem(item, (int)index);
        else
            item = NULL;
    }
    return item;
}

/* "" is nowhere. */
static const cJSON *told_at(const cJSON *item, const char *path)
{
    return path[0] == '\0' ? NULL : at_path(item, path);
}

static struct buf text_at(const cJSON *item, const char *path)
{
    struct buf text = BUF_INIT(PART_BYTES);
    value_text(told_at(item, path), &text);
    return text;
}

static bool fires(const struct alert_source *source, const cJSON *item)
{
    struct buf state = text_at(item, source->state_path);
    bool is_over = state.n > 0 && str_is_nocase(str_trim(buf_str(&state)),
                                                source->resolved_word);
    buf_release(&state);
    return !is_over;
}

static enum err check_names(const struct reading *reading, bool is_firing,
                            struct str key, struct str title)
{
    const struct alert_source *source = reading->source;
    bool is_keyed = source->key_path[0] != '\0';
    if (is_keyed && key.n == 0)
        return alert_refuse(reading->why, "Neither text nor a number is at %s.",
                            source->key_path);
    if (title.n == 0 && (is_firing || !is_keyed))
        return alert_refuse(reading->why, "Neither text nor a number is at %s.",
                            source->title_path[0] != '\0' ? source->title_path
                                                          : "title_path");
    return ERR_OK;
}

static void set_parts(struct draft *draft, const struct reading *reading,
                      const cJSON *item)
{
    const struct alert_source *source = reading->source;
    struct buf text = text_at(item, source->text_path);
    struct buf link = text_at(item, source->link_path);
    struct buf service = text_at(item, source->service_path);
    struct buf severity = text_at(item, source->severity_path);
    draft_set_text(draft, buf_str(&text), STR_NONE);
    draft_offer_link(draft, buf_str(&link));
    draft_set_service(draft, reading, buf_str(&service));
    draft->severity = value_severity(buf_str(&severity));
    draft->started_ms = value_time(told_at(item, source->started_path));
    draft->ended_ms = value_time(told_at(item, source->ended_path));
    buf_release(&text);
    buf_release(&link);
    buf_release(&service);
    buf_release(&severity);
}

/* Without a key, alerts of the same title are the same. */
static enum err read_one(const struct reading *reading, const cJSON *item)
{
    struct buf key = text_at(item, reading->source->key_path);
    struct buf title = text_at(item, reading->source->title_path);
    bool is_firing = fires(reading->source, item);
    struct str name = str_trim(buf_str(&title));
    enum err err =
        check_names(reading, is_firing, str_trim(buf_str(&key)), name);
    if (err == ERR_OK) {
        struct draft draft = draft_new();
        draft.is_firing = is_firing;
        draft_set_key(&draft, key.n > 0 ? str_trim(buf_str(&key)) : name);
        draft_set_title(&draft, name);
        set_parts(&draft, reading, item);
        draft_take(&draft, reading);
    }
    buf_release(&key);
    buf_release(&title);
    return err;
}

enum err generic_read(const struct reading *reading, const cJSON *root)
{
    const char *path = reading->source->list_path;
    const cJSON *list = root, *item;
    if (path[0] == '\0' && cJSON_IsObject(root))
        return read_one(reading, root);
    if (path[0] != '\0')
        list = at_path(root, path);
    enum err err =
        list_check(reading, list, path[0] == '\0' ? "The body" : path);
    if (err != ERR_OK)
        return err;
    cJSON_ArrayForEach(item, list)
    {
        err = read_one(reading, item);
        if (err != ERR_OK)
            return err;
    }
    return ERR_OK;
}
