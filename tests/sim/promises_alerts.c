/* What monitors and probes saw, held against the record and the cards. */
#include "storage/alert_cards.h"
#include "tests/sim/monitors.h"
#include "tests/sim/people.h"
#include "tests/sim/promises.h"

#include "bot/base/mem.h"
#include "bot/discord/json.h"
#include "bot/probe/service.h"
#include "storage/alerts.h"
#include "storage/store_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define NAMED     5 /* of a storm, in the words of its entry */
#define FLAPS     4 /* changes: it may be called flapping */
#define SETTLE_MS (130 * MS_PER_SECOND) /* of a probe, to see a change */

/* ---- every step ---- */

static int64_t number(const char *sql, struct str source, struct str key)
{
    struct query query = query_new(sim.store, sql);
    query_text(&query, source);
    query_text(&query, key);
    int64_t found = query_row(&query) ? row_int(&query, 0) : 0;
    must_read(query_end(&query));
    return found;
}

/* From a duplicate to the incident that goes on: it is one. */
#define FOLLOWED                                                               \
    "EXISTS (SELECT 1 FROM alert AS b WHERE b.source = a.source"               \
    " AND b.key = a.key AND b.title = a.title AND b.id > a.id"                 \
    " AND a.incident <> 0 AND b.incident <> a.incident)"

static void check_alarm(struct alarm *alarm)
{
    struct str source =
        str_of(sim.config->alert_sources.all[alarm->source].name);
    struct str key = str_of(alarm->key);
    int64_t all = number("SELECT count(*) FROM alert AS a WHERE source = ?"
                         " AND key = ? AND NOT " FOLLOWED,
                         source, key);
    int64_t firing = number("SELECT count(*) FROM alert WHERE source = ?"
                            " AND key = ? AND ended_ms = 0",
                            source, key);
    uint32_t may_be = alarm->may_be[firing > 0];
    if (firing > 1 || all > 31 || (may_be >> all & 1) == 0)
        sim_fail("%s is there %" PRId64 " times, %" PRId64
                 " firing, which cannot be: %x over, %x firing",
                 alarm->title, all, firing, alarm->may_be[0], alarm->may_be[1]);
    alarm->may_be[firing > 0] = UINT32_C(1) << all;
    alarm->may_be[firing == 0] = 0;
}

void alerts_check(void)
{
    for (int i = 0; i < alarm_count(); i++)
        if (alarm_at(i)->under_way == 0)
            check_alarm(alarm_at(i));
}

/* ---- at rest: entries ---- */

/* A person corrected it, or struck it: its words are theirs. */
static bool is_touched(int64_t incident_id, int64_t seq)
{
    struct query query = query_new(
        sim.store, "SELECT count(*) FROM event WHERE incident = ? AND target ="
                   " ? AND kind IN ('edit', 'strike')"
                   " AND recorder_type = 'member'");
    query_int(&query, incident_id);
    query_int(&query, seq);
    int64_t found = query_row(&query) ? row_int(&query, 0) : 0;
    must_read(query_end(&query));
    return found > 0;
}

struct telling {
    int64_t incident_id, seq;
    struct alert_sums sums;
    struct str text;
    bool is_there;
};

static bool check_named(const struct stored_alert *stored, void *context)
{
    const struct telling *telling = context;
    struct str title = stored->alert.title;
    if (memmem(telling->text.s, telling->text.n, title.s, title.n) == NULL)
        sim_fail("INC-%" PRId64 " #%" PRId64 " does not tell %.*s: %.*s",
                 telling->incident_id, telling->seq, STR_ARG(title),
                 STR_ARG(telling->text));
    return true;
}

static bool check_entry(const struct entry *entry, void *context)
{
    struct telling *telling = context;
    telling->is_there = entry->event.kind == EVENT_ALERT;
    telling->text = entry->event.text;
    if (entry->event.alert_count != telling->sums.count)
        sim_fail("INC-%" PRId64 " #%" PRId64 " tells %" PRId64
                 " alerts, and it has %" PRId64,
                 telling->incident_id, telling->seq, entry->event.alert_count,
                 telling->sums.count);
    if (telling->sums.count <= NAMED)
        must_read(store_each_alert_of_entry(sim.store, telling->incident_id,
                                            telling->seq, ALERTS_ALL,
                                            check_named, telling));
    return false;
}

/* Nothing more is told, also when a storm was not yet told to its end. */
static bool is_final(int64_t incident_id)
{
    struct incident in;
    must_read(store_incident(sim.store, incident_id, &in));
    return incident_is_final(&in);
}

/* Some of its alerts go on elsewhere. */
static bool is_followed(int64_t incident_id, int64_t seq)
{
    struct query query =
        query_new(sim.store, "SELECT 1 FROM alert AS a WHERE incident = ? AND "
                             "seq = ? AND " FOLLOWED);
    query_int(&query, incident_id);
    query_int(&query, seq);
    bool found = query_row(&query);
    must_read(query_end(&query));
    return found;
}

static void check_over(int64_t incident_id, int64_t seq)
{
    bool fire;
    must_read(store_alerts_fire(sim.store, incident_id, seq, &fire));
    if (fire || is_followed(incident_id, seq))
        return;
    struct query query = query_new(
        sim.store, "SELECT count(*) FROM event WHERE incident = ? AND target ="
                   " ? AND kind = 'alert' AND alert_state = 'over'");
    query_int(&query, incident_id);
    query_int(&query, seq);
    int64_t found = query_row(&query) ? row_int(&query, 0) : 0;
    must_read(query_end(&query));
    if (found == 0)
        sim_fail("INC-%" PRId64 " #%" PRId64 " is over, and nobody says so",
                 incident_id, seq);
}

static void check_told(int64_t incident_id, int64_t seq)
{
    struct telling telling = {.incident_id = incident_id, .seq = seq};
    if (is_touched(incident_id, seq) || is_final(incident_id))
        return;
    must_read(store_sum_alerts_of_entry(sim.store, incident_id, seq, ALERTS_ALL,
                                        &telling.sums));
    must_read(store_entry(sim.store, incident_id, seq, check_entry, &telling));
    if (!telling.is_there)
        sim_fail("INC-%" PRId64 " #%" PRId64 " is to tell of alerts",
                 incident_id, seq);
    check_over(incident_id, seq);
}

/* The rows, an incident and a seq, are of entries that are not as they should.
 */
static void none(const char *sql, const char *words)
{
    struct query query = query_new(sim.store, sql);
    if (query_row(&query))
        sim_fail("INC-%" PRId64 " #%" PRId64 " %s", row_int(&query, 0),
                 row_int(&query, 1), words);
    must_read(query_end(&query));
}

static void check_entries(void)
{
    struct query query = query_new(
        sim.store, "SELECT DISTINCT incident, seq FROM alert WHERE incident <>"
                   " 0");
    while (query_row(&query))
        check_told(row_int(&query, 0), row_int(&query, 1));
    must_read(query_end(&query));
    none("SELECT e.incident, e.seq FROM event AS e WHERE e.kind = 'alert'"
         " AND e.alert_state = 'firing' AND e.source IN ('webhook', 'probe')"
         " AND NOT EXISTS (SELECT 1 FROM alert AS a WHERE a.incident ="
         " e.incident AND a.seq = e.seq)",
         "tells of alerts that are not");
    none("SELECT incident, target FROM event WHERE kind = 'alert'"
         " AND alert_state = 'over' GROUP BY incident, target, alert_count"
         " HAVING count(*) > 1",
         "is over, and it is said twice");
    none("SELECT a.incident, a.seq FROM alert AS a"
         " JOIN incident AS i ON i.id = a.incident"
         " JOIN incident AS heir ON heir.id = i.duplicate_of"
         " WHERE a.ended_ms = 0 AND heir.state NOT IN ('closed', 'cancelled')"
         " AND (heir.is_private OR NOT i.is_private)",
         "fires in the record of a duplicate");
}

/* ---- at rest: who has it ---- */

struct homes {
    struct incident *live;
    int count;
};

static bool note_live(const struct incident *in, void *context)
{
    struct homes *homes = context;
    if (!incident_is_live(in))
        return true;
    homes->live = mem_resize(homes->live,
                             ((size_t)homes->count + 1) * sizeof *homes->live);
    homes->live[homes->count++] = *in;
    return true;
}

static bool is_about(const struct incident *in, struct str service)
{
    struct str rest = str_of(in->services), name;
    while (service.n > 0 && incident_next_service(&rest, &name))
        if (services_are_related(&sim.config->services, name, service))
            return true;
    return false;
}

static void check_homeless(const struct homes *homes, struct str title,
                           struct str service, int64_t card_id)
{
    struct alert_card card;
    if (card_id == 0)
        sim_fail("%.*s is in no record, and on no card", STR_ARG(title));
    must_read(store_alert_card(sim.store, card_id, &card));
    /* Somebody was told that no incident gets it. */
    bool is_ignored =
        card.state == ALERT_CARD_IGNORED && card.by_name[0] != '\0';
    for (int i = 0; i < homes->count; i++) {
        const struct incident *in = &homes->live[i];
        bool is_its =
            card.state == ALERT_CARD_DECLARED && card.incident_id == in->id;
        if (is_its || (!is_ignored && !in->is_drill && is_about(in, service)))
            sim_fail("%.*s fires, and INC-%" PRId64 " does not have it",
                     STR_ARG(title), in->id);
    }
}

static void check_owners(void)
{
    struct homes homes = {NULL, 0};
    must_read(store_each_incident(sim.store, note_live, &homes));
    struct query query = query_new(
        sim.store, "SELECT title, service, card, is_told, ended_ms, incident"
                   " FROM alert");
    while (query_row(&query)) {
        struct str title = row_text(&query, 0);
        if (row_int(&query, 3) == 0 &&
            (row_int(&query, 5) == 0 || !is_final(row_int(&query, 5))))
            sim_fail("%.*s is in no entry's words", STR_ARG(title));
        if (row_int(&query, 4) == 0 && row_int(&query, 5) == 0)
            check_homeless(&homes, title, row_text(&query, 1),
                           row_int(&query, 2));
        if (row_int(&query, 5) == 0 && row_int(&query, 2) == 0)
            sim_fail("%.*s is nowhere", STR_ARG(title));
    }
    must_read(query_end(&query));
    free(homes.live);
}

/* ---- at rest: cards ---- */

static bool is_card(const cJSON *message, const char *footer)
{
    const cJSON *embed = cJSON_GetArrayItem(json_get(message, "embeds"), 0);
    return str_is(json_text(json_get(embed, "footer"), "text"), footer);
}

static int count_cards(int64_t id)
{
    const cJSON *message;
    char footer[40];
    int found = 0;
    (void)snprintf(footer, sizeof footer, "Alerts %" PRId64, id);
    cJSON_ArrayForEach(message, discord_world()->messages)
    {
        found += !json_is_true(message, "deleted") && is_card(message, footer);
    }
    return found;
}

/* What the bot would make of it now. */
static cJSON *wanted_look(int64_t id)
{
    const struct access access = sim.config->access;
    const struct room_settings set = {
        .bot_user_id = WORLD_BOT,
        .announce_channel_id = sim.config->announce_channel_id,
        .access = &access,
        .role_names = (const char *const *)sim.config->role_names,
        .services = &sim.config->services,
    };
    struct delivery *delivery = mem_alloc(sizeof *delivery);
    delivery->row =
        (struct outbox_row){.kind = EFFECT_ALERT_CARD, .target = id};
    if (room_deliver(delivery, sim.store, &set, NULL, sim.now_ms) !=
        DELIVERY_CALL)
        sim_fail("card %" PRId64 " is not to be shown", id);
    cJSON *body = json_parse(str_of(delivery->call.body));
    rest_call_release(&delivery->call);
    free(delivery);
    return body;
}

static void check_look(int64_t id, const cJSON *stands)
{
    static const char *const parts[] = {"embeds", "components"};
    cJSON *want = wanted_look(id);
    for (size_t i = 0; i < 2; i++) {
        char *a = cJSON_PrintUnformatted(json_get(stands, parts[i]));
        char *b = cJSON_PrintUnformatted(json_get(want, parts[i]));
        if (strcmp(a, b) != 0)
            sim_fail("card %" PRId64 " shows %s\nand should show %s", id, a, b);
        free(a);
        free(b);
    }
    cJSON_Delete(want);
}

static void check_card_of_alerts(const struct alert_card *card)
{
    const cJSON *stands = world_message(discord_world(), card->message_id);
    bool is_gone = stands == NULL || json_is_true(stands, "deleted");
    int found = count_cards(card->id);
    bool any = false;
    must_read(store_card_has_homeless(sim.store, card->id, &any));
    if (found > 1)
        sim_fail("card %" PRId64 " is there %d times", card->id, found);
    if (card->message_id == 0 && card->state == ALERT_CARD_OPEN && any)
        sim_fail("alerts %" PRId64 " fire, and are not shown", card->id);
    if (found == 1 && is_gone)
        sim_fail("card %" PRId64 " is there, and not known", card->id);
    if (!is_gone)
        check_look(card->id, stands);
}

#define GO_MS      (10 * MS_PER_SECOND) /* what comes in one go */
#define SERVICE_MS (30 * MS_PER_MINUTE) /* what is about the same service */

static bool has_service(int64_t card, int64_t before_id, struct str service)
{
    struct query query =
        query_new(sim.store, "SELECT 1 FROM alert WHERE card = ? AND id < ?"
                             " AND service = ? COLLATE NOCASE LIMIT 1");
    query_int(&query, card);
    query_int(&query, before_id);
    query_text(&query, service);
    bool has = query_row(&query);
    must_read(query_end(&query));
    return has;
}

/* Its alerts belong together: gives when the last of them came. What went on
 * from a duplicate was received anew then, and stays on the card it was on. */
static int64_t check_group(int64_t card)
{
    int64_t newest_ms = 0;
    struct query query =
        query_new(sim.store,
                  "SELECT id, received_ms, service, title FROM alert AS one"
                  " WHERE card = ? AND NOT EXISTS (SELECT 1 FROM alert AS left"
                  " WHERE left.source = one.source AND left.key = one.key"
                  " AND left.incident <> 0 AND left.ended_ms = one.received_ms)"
                  " ORDER BY id");
    query_int(&query, card);
    while (query_row(&query)) {
        int64_t gap_ms = row_int(&query, 1) - newest_ms;
        bool is_first = newest_ms == 0;
        newest_ms = row_int(&query, 1);
        if (is_first || gap_ms <= GO_MS)
            continue;
        if (gap_ms > SERVICE_MS ||
            !has_service(card, row_int(&query, 0), row_text(&query, 2)))
            sim_fail("%.*s does not belong on card %" PRId64,
                     STR_ARG(row_text(&query, 3)), card);
    }
    must_read(query_end(&query));
    return newest_ms;
}

/* `next`: the card after it. */
static void check_groups(const struct alert_card *card,
                         const struct alert_card *next)
{
    int64_t newest_ms = check_group(card->id);
    int64_t gap_ms = next->opened_ms - newest_ms;
    if (next->id != 0 && card->state == ALERT_CARD_OPEN && newest_ms != 0 &&
        gap_ms >= 0 && gap_ms <= GO_MS)
        sim_fail("card %" PRId64 " was opened beside card %" PRId64, next->id,
                 card->id);
}

/* Whoever saw to its alerts was told so. */
static void check_seen_to(const struct ask *ask)
{
    static const char *const claims[] = {" is declared, ",
                                         " go into the record of ",
                                         "Ignored: no incident gets "};
    struct alert_card card;
    bool is_told = false;
    for (size_t i = 0; ask->said != NULL && i < 3; i++)
        is_told = is_told || strstr(ask->said, claims[i]) != NULL;
    if (!is_told || ask->card == 0)
        return;
    must_read(store_alert_card(sim.store, ask->card, &card));
    if (card.state == ALERT_CARD_OPEN)
        sim_fail("card %" PRId64 " is open; %s was told: %s", card.id,
                 ask->word, ask->said);
}

static void check_cards(void)
{
    struct alert_card card;
    enum err err = store_last_alert_card(sim.store, &card);
    if (err == ERR_NOT_FOUND)
        return;
    must_read(err);
    for (int i = 0; i < people_ask_count(); i++)
        check_seen_to(people_ask(i));
    struct alert_card next = {.id = 0};
    for (int64_t id = card.id; id > 0; id--) {
        must_read(store_alert_card(sim.store, id, &card));
        check_card_of_alerts(&card);
        check_groups(&card, &next);
        next = card;
    }
}

/* Nothing in the announce channel names what is private. */
static void check_names(void)
{
    const cJSON *message;
    cJSON_ArrayForEach(message, discord_world()->messages)
    {
        uint64_t channel = 0;
        (void)str_to_u64(json_text(message, "channel_id"), &channel);
        if (!world_is_announce(channel) || json_is_true(message, "deleted"))
            continue;
        char *text = cJSON_PrintUnformatted(message);
        for (const char *at = text; (at = strstr(at, "INC-")) != NULL;) {
            struct incident in;
            at += 4;
            if (store_incident(sim.store, strtoll(at, NULL, 10), &in) ==
                    ERR_OK &&
                in.is_private)
                sim_fail("INC-%" PRId64 " is private, and this stands: %s",
                         in.id, text);
        }
        free(text);
    }
}

/* ---- at rest: probes ---- */

/* Between the answer and the end of its minutes nothing was told of it. */
static void check_mute(const struct ask *ask, const char *name)
{
    if (ask->act != ACT_MUTE || ask->said == NULL || sim.was_skewed ||
        strstr(ask->said, "tells nobody") == NULL ||
        strstr(ask->said, name) == NULL)
        return;
    struct query query =
        query_new(sim.store, "SELECT count(*) FROM alert WHERE source = ?"
                             " AND received_ms > ? AND received_ms < ?");
    query_text(&query, str_of(name));
    query_int(&query, ask->answered_ms);
    query_int(&query, ask->created_ms + MUTED_MS);
    int64_t told = query_row(&query) ? row_int(&query, 0) : 0;
    must_read(query_end(&query));
    if (told > 0)
        sim_fail("%s is muted (%s), and told", name, ask->word);
}

static void check_target(int which)
{
    struct str name = str_of(sim.config->probes.all[which].name);
    int64_t firing = number("SELECT count(*) FROM alert WHERE source = ?1"
                            " AND key = ?2 AND ended_ms = 0",
                            name, name);
    if (sim.now_ms - target_changed_ms(which) < SETTLE_MS ||
        sim.now_ms - target_muted_ms(which) < SETTLE_MS ||
        (sim.was_skewed && target_muted_ms(which) != 0))
        return;
    if (target_is_down(which) && firing != 1)
        sim_fail("%s is down, and %" PRId64 " alerts fire", name.s, firing);
    if (!target_is_down(which) && firing != 0 && target_changes(which) < FLAPS)
        sim_fail("%s is up, and %" PRId64 " alerts fire", name.s, firing);
}

void alerts_check_all(void)
{
    alerts_check();
    check_owners();
    check_entries();
    check_cards();
    check_names();
    for (int i = 0; i < sim.config->probes.count; i++) {
        check_target(i);
        for (int k = 0; k < people_ask_count(); k++)
            check_mute(people_ask(k), sim.config->probes.all[i].name);
    }
}
