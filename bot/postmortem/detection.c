#include "bot/postmortem/charts.h"
#include "bot/postmortem/data.h"

#include "bot/core/detect.h"
#include "bot/postmortem/escape.h"

/* Escaping makes a text at most six times longer. */
#define IMAGE_BYTES (6 * CHART_ALT + 200)

static void add_chart(const struct chart *chart, const char *name,
                      void *context)
{
    cJSON *object = add_to(context, cJSON_CreateObject());
    struct buf alt = BUF_INIT(CHART_ALT), image = BUF_INIT(IMAGE_BYTES);
    chart_alt(chart, &alt);
    buf_add_text(&image, "![");
    markdown_escape(&image, buf_str(&alt));
    buf_addf(&image, "](%s.svg)", name);
    put_line(object, "title", chart->title);
    put_line(object, "alt", buf_str(&alt));
    put_text(object, "name", str_of(name));
    put_text(object, "image_md", buf_str(&image));
    buf_release(&alt);
    buf_release(&image);
}

enum err put_detection(cJSON *root, struct store *store,
                       const struct incident *in,
                       const struct postmortem_settings *set)
{
    struct buf proposal = BUF_INIT(TEXT_UNITS * 3u);
    cJSON *charts = put(root, "charts", cJSON_CreateArray());
    bool has_item = false;
    enum err err = postmortem_charts(store, in, set, add_chart, charts);
    put_flag(root, "has_charts", charts->child != NULL);
    if (err == ERR_OK)
        err = store_has_item(store, in->id, ITEM_KIND_DETECT, &has_item);
    if (err == ERR_OK && detect_is_lacking(in) && !has_item) {
        const struct probe *probe =
            set->probes == NULL ? NULL : measured_first(set->probes, in);
        detect_propose(in, probe == NULL ? STR_NONE : str_of(probe->name),
                       &proposal);
    }
    put_text(root, "proposal", buf_str(&proposal));
    buf_release(&proposal);
    return err;
}
