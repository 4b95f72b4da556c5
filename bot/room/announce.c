#include "bot/room/deliver.h"

#include "bot/discord/json.h"
#include "bot/discord/message.h"

#include <inttypes.h>
#include <stdio.h>

enum { LOOK = 1, POST };

/* `**SEV1** Global outage · declared 2 minutes ago by nova · follow it in
 * #inc-12-live, help in #inc-12-global-outage` */
static cJSON *announcement(const struct incident *in)
{
    struct buf text = BUF_INIT(8000);
    if (in->is_drill)
        buf_add_text(&text, "**Drill** · ");
    buf_addf(&text, "**%s** · **", word_of(&severity_words, (int)in->severity));
    markdown_add_line(&text, str_of(in->title));
    buf_add_text(&text, "** · declared ");
    markdown_add_timestamp(&text, in->declared_at_ms, 'R');
    if (in->declared_by.name[0] != '\0') {
        buf_add_text(&text, " by ");
        markdown_add_line(&text, str_of(in->declared_by.name));
    }
    if (in->live_channel_id != 0)
        buf_addf(&text, " · follow it in <#%" PRIu64 ">", in->live_channel_id);
    buf_addf(&text, " · help in <#%" PRIu64 ">", in->war_channel_id);
    cJSON *message = message_new(buf_str(&text));
    buf_release(&text);
    return message;
}

static bool says_the_same(const cJSON *message, const void *line)
{
    return str_eq(json_text(message, "content"), json_text(line, "content"));
}

static uint64_t find_line(const struct visit *visit)
{
    cJSON *line = announcement(&visit->delivery->in);
    uint64_t id = listing_find(visit, says_the_same, line);
    cJSON_Delete(line);
    return id;
}

static enum delivery_verdict post(struct visit *visit)
{
    char key[48];
    (void)snprintf(key, sizeof key, "announce/%" PRId64,
                   visit->delivery->in.id);
    return visit_post(visit, POST, visit->set->announce_channel_id,
                      announcement(&visit->delivery->in), key);
}

enum delivery_verdict deliver_announce(struct visit *visit)
{
    static const struct refusal refusal = {
        "The incident could not be announced", "Send Messages",
        "Tell people yourself, and see discord.announce_channel_id in the "
        "settings."};
    const struct incident *in = &visit->delivery->in;
    uint64_t channel = visit->set->announce_channel_id;
    uint64_t id;

    switch (visit->delivery->step) {
    case 0:
        if (channel == 0 || in->announce_message_id != 0 || in->is_private)
            return DELIVERY_DONE;
        /* Both rooms are made at the same time; this one was slower. */
        if (in->war_channel_id == 0)
            return visit_retry(visit, "The war room is not there yet.");
        if (visit_is_repeat(visit))
            return visit_look(visit, LOOK, channel,
                              visit->delivery->row.first_attempt_ms);
        return post(visit);
    case LOOK:
        if (visit->answer->fate != REST_DONE)
            return visit_refused(visit, &refusal);
        id = find_line(visit);
        if (id != 0)
            return visit_made(visit, id);
        return listing_goes_on(visit, channel) ? DELIVERY_CALL : post(visit);
    default:
        if (visit->answer->fate == REST_DONE)
            return visit_made(visit, id_of(visit->answer->json));
        return visit_refused(visit, &refusal);
    }
}
