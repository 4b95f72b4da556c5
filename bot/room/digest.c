#include "bot/room/announced.h"
#include "bot/room/deliver.h"

#include "bot/discord/json.h"
#include "bot/discord/message.h"

#include <stdlib.h>
#include <string.h>

/* Digests in the announce channel name the action items of all incidents that
 * were public then: what has become private since is taken out of them. */

enum { LOOK = 1, CHANGE };

#define DIGEST_BYTES 10000

/* Of a line such as "- INC-12 #3: a text"; 0: of another. */
static int64_t incident_in(struct str line)
{
    char text[32];
    if (!str_starts(line, DIGEST_ITEM))
        return 0;
    str_copy_to(text, str_from(line, strlen(DIGEST_ITEM)));
    return strtoll(text, NULL, 10);
}

static bool is_hidden(const struct visit *visit, struct str line)
{
    struct incident in;
    int64_t id = incident_in(line);
    return id != 0 && store_incident(visit->store, id, &in) == ERR_OK &&
           in.is_private;
}

bool digest_is_of_server(const struct visit *visit, struct str text)
{
    struct str line;
    int64_t id = 0;
    struct incident in;
    if (!str_starts(text, DIGEST_HEADING))
        return false;
    while (id == 0 && str_cut(&text, '\n', &line))
        id = incident_in(line);
    return id != 0 && store_incident(visit->store, id, &in) == ERR_OK &&
           in.guild_id == visit->delivery->in.guild_id;
}

struct rest_of_it {
    struct buf text;
    int items;
    bool is_less;
};

static void strip(const struct visit *visit, struct str text,
                  struct rest_of_it *out)
{
    struct str line;
    *out = (struct rest_of_it){.text = BUF_INIT(DIGEST_BYTES)};
    while (str_cut(&text, '\n', &line)) {
        if (is_hidden(visit, line)) {
            out->is_less = true;
            continue;
        }
        out->items += incident_in(line) != 0;
        if (out->text.n > 0)
            buf_add_char(&out->text, '\n');
        buf_add(&out->text, line);
    }
}

static bool tells_hidden(const cJSON *message, const void *context)
{
    struct str text = json_text(message, "content");
    struct rest_of_it rest;
    if (!str_starts(text, DIGEST_HEADING))
        return false;
    strip(context, text, &rest);
    buf_release(&rest.text);
    return rest.is_less;
}

static struct str content_of(const struct visit *visit, uint64_t id)
{
    const cJSON *message;
    cJSON_ArrayForEach(message, visit->answer->json)
    {
        if (json_get_id(message, "id") == id)
            return json_text(message, "content");
    }
    return STR_NONE;
}

static enum delivery_verdict change(struct visit *visit, uint64_t id)
{
    uint64_t channel = announce_channel(visit);
    struct rest_of_it rest;
    strip(visit, content_of(visit, id), &rest);
    struct rest_call call =
        rest.items > 0
            ? rest_message_edit(channel, id, message_new(buf_str(&rest.text)))
            : rest_message_delete(channel, id, "The incident is private now");
    buf_release(&rest.text);
    return visit_call(visit, CHANGE, call);
}

static enum delivery_verdict look(struct visit *visit)
{
    return visit_look(visit, LOOK, announce_channel(visit),
                      visit->delivery->in.declared_at_ms);
}

static enum delivery_verdict refused(struct visit *visit)
{
    static const struct refusal refusal = {
        "The digest that names this incident could not be changed",
        "View Channel", "Delete it by hand: the incident is private now."};
    return visit_refused_until_allowed(visit, &refusal);
}

static enum delivery_verdict at_end(struct visit *visit)
{
    return visit_was_shut(visit) ? refused(visit) : DELIVERY_DONE;
}

static bool note_item(const struct stored_item *stored, void *context)
{
    (void)stored;
    *(bool *)context = true;
    return false;
}

/* By a digest of before, and nobody may know of it now. */
static enum err may_be_named(const struct visit *visit, bool *out)
{
    const struct incident *in = &visit->delivery->in;
    const struct item_filter filter = {.incident_id = in->id};
    *out = false;
    return in->is_private
               ? store_each_item(visit->store, &filter, note_item, out)
               : ERR_OK;
}

/* In the setting's channel stands what was said last, with words about others,
 * too. */
static enum delivery_verdict past_shut(struct visit *visit)
{
    bool is_named = true;
    if (visit->delivery->older_channel != 0 &&
        may_be_named(visit, &is_named) != ERR_OK)
        return visit_store_failed(visit);
    return is_named ? visit_past_shut(visit, look, at_end)
                    : visit_elsewhere(visit, look, at_end);
}

/* One after the other, until there is none. */
enum delivery_verdict deliver_digests(struct visit *visit)
{
    const struct rest_answer *answer = visit->answer;
    if (answer == NULL)
        return visit_where_announced(visit, look);
    bool is_gone = answer->fate == REST_GONE && answer->code == 10008;
    if (is_barred(visit))
        return past_shut(visit);
    if (is_shut(visit) && !is_gone)
        return visit_elsewhere(visit, look, at_end);
    if (answer->fate != REST_DONE && !is_gone)
        return refused(visit);
    if (visit->delivery->step == CHANGE)
        return look(visit);
    uint64_t id = listing_find(visit, tells_hidden, visit);
    if (id != 0)
        return change(visit, id);
    return listing_goes_on(visit, announce_channel(visit))
               ? DELIVERY_CALL
               : visit_elsewhere(visit, look, at_end);
}
