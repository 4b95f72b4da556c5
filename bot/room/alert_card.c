#include "bot/room/announced.h"
#include "bot/room/deliver.h"

#include "bot/base/utf8.h"
#include "bot/discord/custom_id.h"
#include "bot/discord/json.h"
#include "bot/discord/message.h"
#include "storage/alert_cards.h"
#include "storage/alerts.h"

#include <inttypes.h>
#include <stdio.h>

/* Alerts that no incident has, as one message in the announce channel: declare
 * an incident from them, or ignore them. Of a storm the first are named, what
 * fires before what is over. */

#define NAMED      8
#define LINE_UNITS 160
/* What to do comes below the lines, and Discord takes 4096 units in all. */
#define LINES_UNITS       3000
#define LINK_UNITS_AROUND 20
#define NAMED_UNITS       120 /* of a line without a link, mostly */
#define COLOR_OPEN        0xD35400
#define COLOR_OVER        0x7F8C8D
#define WORDS_BYTES       16000

enum { LOOK = 1, POST, EDIT };

/* ---- the message ---- */

struct look {
    struct buf lines;
    struct alert_counts count;
    int64_t shown;
    char service[SERVICE_BYTES];
    char title[ALERT_TITLE_UNITS * 3 + 1];
};

/* The date is told of what was not on the day when the card got it. */
static void add_moment(struct buf *out, int64_t ms,
                       const struct stored_alert *stored)
{
    bool is_that_day =
        civil_day_start(ms) == civil_day_start(stored->received_ms);
    markdown_add_timestamp(out, ms, is_that_day ? 't' : 'f');
}

/* A monitor's warning that has ended was given again; a probe takes its own
 * back. */
static void add_span(struct buf *out, const struct stored_alert *stored)
{
    const struct alert *alert = &stored->alert;
    const char *began = " since ";
    const char *ended =
        stored->end == ALERT_END_UNTOLD ? " to, at the latest, " : " to ";
    if (alert->is_warning && !alert->by_probe) {
        began = " at ";
        ended = " and again at ";
    } else if (!alert->is_firing) {
        began = " from ";
    }
    buf_add_text(out, began);
    add_moment(out, stored_alert_began_ms(stored), stored);
    if (alert->ended_ms > 0) {
        buf_add_text(out, ended);
        add_moment(out, alert->ended_ms, stored);
    }
}

static bool add_alert(const struct stored_alert *stored, void *context)
{
    struct look *look = context;
    const struct alert *alert = &stored->alert;
    if (look->shown == 0) {
        str_copy_to(look->service, alert->service);
        str_copy_to(look->title, alert->title);
    }
    struct buf line = BUF_INIT(WORDS_BYTES), *out = &line;
    const char *over =
        stored->end == ALERT_END_UNKNOWN ? "No longer watched" : "Over";
    const char *state = alert->is_firing ? "Firing" : over;
    buf_addf(out, "%s- %s: **", look->lines.n > 0 ? "\n" : "",
             alert->is_warning ? "Warning" : state);
    markdown_add_line(
        out,
        (struct str){alert->title.s, utf8_cut_units(alert->title, LINE_UNITS)});
    buf_add_text(out, "**");
    add_span(out, stored);
    buf_addf(out, " (%.*s)", STR_ARG(alert->source));
    size_t room = LINES_UNITS - utf16_units(buf_str(&look->lines));
    size_t units = utf16_units(buf_str(out));
    /* A name tells more than a link: the later ones have room first. */
    size_t kept = (size_t)(NAMED - 1 - look->shown) * NAMED_UNITS;
    if (alert->link.n > 0 &&
        units + LINK_UNITS_AROUND + alert->link.n + kept <= room)
        buf_addf(out, " · [details](<%.*s>)", STR_ARG(alert->link));
    bool fits = units <= room;
    if (fits)
        buf_add(&look->lines, buf_str(out));
    look->shown += fits;
    buf_release(&line);
    return fits && look->shown < NAMED;
}

static void add_title(struct buf *out, const struct look *look)
{
    if (look->count.all == 0)
        buf_add_text(out, "Alerts");
    else if (look->count.all == 1)
        markdown_add_line(out, str_of(look->title));
    else
        buf_addf(out, "%" PRId64 " alerts", look->count.all);
    if (look->count.services == 1 && look->service[0] != '\0') {
        buf_add_text(out, " · ");
        markdown_add_line(out, str_of(look->service));
    }
}

/* A monitor that calls a service otherwise than the settings do reaches no
 * incident: whoever set it up should see that. */
static void add_service(struct buf *out, const struct look *look,
                        const struct services *services)
{
    struct str name = str_of(look->service);
    if (services == NULL || services->count == 0 || name.n == 0 ||
        look->count.services > 1)
        return;
    const struct service *service = service_find(services, name);
    if (service == NULL) {
        buf_add_text(out, "\nThe settings know no service called ");
        markdown_add_line(out, name);
        buf_add_text(out, ".");
        return;
    }
    if (service->owner[0] != '\0') {
        buf_add_text(out, "\nOwner: ");
        markdown_add_line(out, str_of(service->owner));
    }
    if (service->runbook[0] != '\0')
        buf_addf(out, "\nRunbook: <%s>", service->runbook);
}

/* Everybody reads this: of a private incident not even the number. */
static bool may_be_named(const struct visit *visit,
                         const struct alert_card *card, struct incident *in)
{
    return store_incident(visit->store, card->incident_id, in) == ERR_OK &&
           !in->is_private;
}

static void add_home(struct buf *out, const struct visit *visit,
                     const struct alert_card *card)
{
    struct incident in;
    if (!may_be_named(visit, card, &in)) {
        buf_add_text(out, "Responders see to it.");
        return;
    }
    buf_add_text(out, "They are in the record of ");
    incident_print_name(&in, out);
    if (card->by_name[0] != '\0') {
        buf_add_text(out, ", which was declared by ");
        markdown_add_line(out, str_of(card->by_name));
    }
    if (in.live_channel_id != 0)
        buf_addf(out, ": follow it in <#%" PRIu64 ">", in.live_channel_id);
    buf_add_text(out, ".");
}

static void add_fate(struct buf *out, const struct visit *visit,
                     const struct look *look, const struct alert_card *card)
{
    const char *by = card->by_name[0] != '\0' ? card->by_name : "somebody";
    buf_add_text(out, "\n");
    if (card->state == ALERT_CARD_DECLARED) {
        add_home(out, visit, card);
    } else if (card->state == ALERT_CARD_IGNORED) {
        buf_add_text(out, "Ignored by ");
        markdown_add_line(out, str_of(by));
        buf_add_text(out, ".");
    } else if (look->count.firing == 0) {
        buf_add_text(out, "None of it goes on, and no incident has it.");
    } else {
        buf_addf(out,
                 "No open incident is about this. In the room of one: "
                 "`/incident link alerts:#%" PRId64 "`",
                 card->id);
    }
}

static void add_footer(struct buf *out, const struct visit *visit)
{
    buf_addf(out, "Alerts %" PRId64, visit->delivery->row.target);
}

static void add_button(cJSON *message, enum button_style style,
                       const char *label, const char *command, int64_t card)
{
    char id[CUSTOM_ID_BYTES], preset[40];
    (void)snprintf(preset, sizeof preset, "alerts=%" PRId64, card);
    (void)custom_id_make(id, command, 0, preset);
    message_add_button(message, style, label, id);
}

static enum err read_alerts(struct visit *visit, struct alert_card *card,
                            struct look *look)
{
    int64_t id = visit->delivery->row.target;
    enum err err = store_alert_card(visit->store, id, card);
    if (err == ERR_OK)
        err = store_count_alerts_on_card(visit->store, id, &look->count);
    return err == ERR_OK
               ? store_each_alert_on_card(visit->store, id, add_alert, look)
               : err;
}

static cJSON *words_of(const struct visit *visit, const struct alert_card *card,
                       struct look *look)
{
    struct buf title = BUF_INIT(WORDS_BYTES), text = BUF_INIT(WORDS_BYTES);
    struct buf footer = BUF_INIT(64);
    bool is_open = card->state == ALERT_CARD_OPEN;
    add_title(&title, look);
    if (look->count.all > look->shown)
        buf_addf(&look->lines, "\n- and %" PRId64 " more",
                 look->count.all - look->shown);
    buf_add(&text, buf_str(&look->lines));
    add_service(&text, look, visit->set->services);
    add_fate(&text, visit, look, card);
    add_footer(&footer, visit);
    cJSON *embed =
        embed_new(buf_str(&title), buf_str(&text),
                  is_open && look->count.firing > 0 ? COLOR_OPEN : COLOR_OVER);
    embed_set_footer(embed, buf_str(&footer));
    buf_release(&title);
    buf_release(&text);
    buf_release(&footer);
    return embed;
}

/* Alerts that were over long ago are forgotten: what the message says of them
 * nobody can say again. It stays, unless it names what is private now. */
static cJSON *card_of(const struct visit *visit, const struct alert_card *card,
                      struct look *look)
{
    struct incident in;
    cJSON *message = message_new(STR_NONE);
    bool is_hidden =
        card->state == ALERT_CARD_DECLARED && !may_be_named(visit, card, &in);
    if (look->count.all > 0 || is_hidden)
        message_add_embed(message, words_of(visit, card, look));
    message_clear_buttons(message);
    if (card->state == ALERT_CARD_OPEN) {
        add_button(message, BUTTON_PRIMARY, "Declare incident",
                   "incident declare", card->id);
        add_button(message, BUTTON_SECONDARY, "Ignore", "alert ignore",
                   card->id);
    }
    return message;
}

/* ---- the delivery ---- */

static bool is_its_card(const cJSON *message, const void *context)
{
    char footer[48] = "";
    struct buf text = BUF_IN(footer);
    const cJSON *embed = cJSON_GetArrayItem(json_get(message, "embeds"), 0);
    add_footer(&text, context);
    return str_eq(json_text(json_get(embed, "footer"), "text"), buf_str(&text));
}

static enum delivery_verdict keep_id(struct visit *visit, uint64_t id)
{
    struct alert_card card;
    enum err err =
        store_alert_card(visit->store, visit->delivery->row.target, &card);
    if (err == ERR_OK) {
        card.message_id = id;
        err = store_put_alert_card(visit->store, &card, &card.id);
    }
    return err == ERR_OK ? DELIVERY_DONE : visit_store_failed(visit);
}

/* Takes the message. */
static enum delivery_verdict post(struct visit *visit, cJSON *message)
{
    char key[64];
    (void)snprintf(key, sizeof key, "alerts/%" PRId64,
                   visit->delivery->row.target);
    return visit_announce(visit, POST, message, key);
}

static enum delivery_verdict look(struct visit *visit)
{
    return visit_look(visit, LOOK, announce_channel(visit),
                      visit->delivery->row.first_attempt_ms);
}

/* Never posted: it was taken away since, or nobody knows any more what it would
 * say. */
static bool is_pointless(const struct alert_card *card, const struct look *look)
{
    return card->state == ALERT_CARD_IGNORED || look->count.all == 0;
}

static enum delivery_verdict show(struct visit *visit)
{
    struct look words = {.lines = BUF_INIT(WORDS_BYTES)};
    struct alert_card card;
    enum delivery_verdict verdict;
    bool was_sent = visit_is_repeat(visit) && !visit->delivery->looked;
    if (read_alerts(visit, &card, &words) != ERR_OK)
        verdict = visit_store_failed(visit);
    else if (card.message_id != 0)
        verdict = visit_call(visit, EDIT,
                             rest_message_edit(announce_channel(visit),
                                               card.message_id,
                                               card_of(visit, &card, &words)));
    else if (visit->set->announce_channel_id == 0 ||
             (!was_sent && is_pointless(&card, &words)))
        verdict = DELIVERY_DONE;
    else if (was_sent)
        verdict = look(visit);
    else
        verdict = post(visit, card_of(visit, &card, &words));
    buf_release(&words.lines);
    return verdict;
}

static enum delivery_verdict not_found(struct visit *visit)
{
    visit->delivery->looked = true;
    return show(visit);
}

static enum delivery_verdict looked(struct visit *visit)
{
    uint64_t id = listing_find(visit, is_its_card, visit);
    if (id != 0)
        return keep_id(visit, id) == DELIVERY_DONE ? show(visit)
                                                   : DELIVERY_RETRY;
    return listing_goes_on(visit, announce_channel(visit))
               ? DELIVERY_CALL
               : visit_elsewhere(visit, look, not_found);
}

/* The nonce may have given us an earlier try, as it was then. */
static enum delivery_verdict posted(struct visit *visit)
{
    enum delivery_verdict verdict =
        keep_id(visit, json_get_id(visit->answer->json, "id"));
    return verdict == DELIVERY_DONE && visit_is_repeat(visit) ? show(visit)
                                                              : verdict;
}

/* Whoever takes the card away has seen it. */
static enum delivery_verdict ignored(struct visit *visit)
{
    struct alert_card card;
    enum err err =
        store_alert_card(visit->store, visit->delivery->row.target, &card);
    if (err == ERR_OK) {
        card.message_id = 0;
        if (card.state == ALERT_CARD_OPEN)
            card.state = ALERT_CARD_IGNORED;
        err = store_put_alert_card(visit->store, &card, &card.id);
    }
    return err == ERR_OK ? DELIVERY_DONE : visit_store_failed(visit);
}

/* No incident records that it failed: the log does. */
static enum delivery_verdict refused(struct visit *visit)
{
    static const struct refusal refusal = {
        "Alerts could not be shown", "Send Messages",
        "See discord.announce_channel in the settings."};
    enum delivery_verdict verdict =
        visit_refused_until_allowed(visit, &refusal);
    visit->delivery->has_result = false;
    return verdict;
}

static enum delivery_verdict not_edited(struct visit *visit)
{
    return visit_was_shut(visit) ? refused(visit) : ignored(visit);
}

enum delivery_verdict deliver_alert_card(struct visit *visit)
{
    if (visit->answer == NULL)
        return visit_where_announced(visit, show);
    if (visit->delivery->step == LOOK && is_shut(visit))
        return visit_elsewhere(visit, look, not_found);
    if (visit->delivery->step == EDIT && is_not_here(visit))
        return visit_elsewhere(visit, show, not_edited);
    if (visit->delivery->step == EDIT && is_barred(visit))
        return visit_past_shut(visit, show, not_edited);
    if (visit->answer->fate != REST_DONE)
        return is_not_here(visit) ? ignored(visit) : refused(visit);
    if (visit->delivery->step == LOOK)
        return looked(visit);
    return visit->delivery->step == POST ? posted(visit) : DELIVERY_DONE;
}
