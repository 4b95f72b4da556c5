/*
 * What a request is about, as the record has it: read here, so that
 * incident_step stays pure.
 */
#include "storage/alert_cards.h"
#include "storage/store_internal.h"

struct search {
    const struct incident *in;
    struct subject *subject;
    enum milestone milestone; /* of moves */
};

static bool look_at(const struct entry *entry, void *context)
{
    struct search *search = context;
    search->subject->rest_milestone =
        incident_time_told(search->in, &entry->event);
    return false;
}

/* The earliest of the other entries that tell this milestone: they are of one
 * kind. */
static enum err find_rest_milestone(struct store *store,
                                    const struct incident *in,
                                    struct subject *subject)
{
    const struct entry_state *entry = &subject->entry;
    enum milestone milestone = milestone_of_entry(
        entry->kind, entry->confidence, entry_is_over(entry));
    struct search search = {in, subject, milestone};
    enum err err = ERR_OK;
    if (milestone == MILESTONE_NONE)
        return ERR_OK;
    struct query query = query_new(
        store, "SELECT seq, confidence, target FROM entry WHERE incident = ?"
               " AND kind = ? AND struck = 0 AND seq <> ?"
               " ORDER BY from_ms, seq");
    query_int(&query, in->id);
    query_text(&query, str_of(word_of(&event_kind_words, (int)entry->kind)));
    query_int(&query, entry->seq);
    while (err == ERR_OK && !when_is_set(&subject->rest_milestone) &&
           query_row(&query)) {
        int confidence = word_find(&confidence_words, row_text(&query, 1));
        if (confidence >= 0 &&
            milestone_of_entry(entry->kind, (enum confidence)confidence,
                               entry->kind == EVENT_ALERT &&
                                   row_int(&query, 2) != 0) == milestone)
            err = store_entry(store, in->id, row_int(&query, 0), look_at,
                              &search);
    }
    enum err ended = query_end(&query);
    return err == ERR_OK ? ended : err;
}

static bool look_at_move(const struct entry *entry, void *context)
{
    const struct event *event = &entry->event;
    const struct search *search = context;
    struct subject *subject = search->subject;
    bool is_move = event->kind == EVENT_STATE && event_moves(event);
    if (is_move && event->seq > subject->entry.seq &&
        move_outdoes(event->state_to, search->milestone))
        subject->is_outdone = true;
    /* Of moves that outdo each other only the last one counts. */
    struct when told = incident_time_told(search->in, event);
    if (milestone_of_move(event->kind, event) == search->milestone &&
        !move_outdoes(event->state_to, search->milestone) &&
        when_is_set(&told) && !when_is_set(&subject->rest_milestone))
        subject->rest_milestone = told;
    return true;
}

/* The earliest of the other moves that tell this milestone, and whether a later
 * one counts instead. */
static enum err find_rest_moves(struct store *store, const struct incident *in,
                                const struct event *draft,
                                struct subject *subject)
{
    struct search search = {in, subject,
                            milestone_of_move(subject->entry.kind, draft)};
    enum err err = ERR_OK;
    if (search.milestone == MILESTONE_NONE)
        return ERR_OK;
    struct query query =
        query_new(store, "SELECT seq FROM entry WHERE incident = ? AND seq <> ?"
                         " AND kind IN ('state', 'role', 'handoff')"
                         " ORDER BY from_ms, seq");
    query_int(&query, in->id);
    query_int(&query, subject->entry.seq);
    while (err == ERR_OK && query_row(&query))
        err = store_entry(store, in->id, row_int(&query, 0), look_at_move,
                          &search);
    enum err ended = query_end(&query);
    return err == ERR_OK ? ended : err;
}

/* What a person said of milestones counts as an event's time; `but` is the one
 * that is said anew. */
static void add_told_times(const struct incident *in, enum milestone but,
                           struct subject *subject)
{
    for (int i = MILESTONE_NONE + 1; i < MILESTONE_COUNT; i++) {
        const struct when *when = &in->milestones[i];
        bool told = i == MILESTONE_IMPACT_START ||
                    milestone_is_told(in, (enum milestone)i);
        if (!told || i == (int)but || !when_is_set(when))
            continue;
        if (subject->rest_first_ms == 0 ||
            when->from_ms < subject->rest_first_ms)
            subject->rest_first_ms = when->from_ms;
        if (when->typed[0] != '\0' && when->from_ms > subject->rest_typed_ms)
            subject->rest_typed_ms = when->from_ms;
    }
}

static enum err find_rest_times(struct store *store, const struct incident *in,
                                enum milestone but, struct subject *subject)
{
    struct query query = query_new(
        store, "SELECT (SELECT from_ms FROM entry WHERE incident = ?1"
               "  AND struck = 0 AND seq <> ?2"
               "  AND (kind <> 'evidence' OR target = 0)"
               "  ORDER BY from_ms, seq LIMIT 1),"
               " (SELECT n.from_ms FROM event AS v JOIN entry AS n"
               "  ON n.incident = v.incident AND n.version = v.seq"
               "  AND n.seq = iif(v.kind = 'edit', v.target, v.seq)"
               "  WHERE v.incident = ?1 AND v.occurred_typed IS NOT NULL"
               "  AND n.struck = 0 AND n.seq <> ?2"
               "  AND (n.kind <> 'evidence' OR n.target = 0)"
               "  ORDER BY v.occurred_from_ms DESC LIMIT 1),"
               /* what happened, and what a monitor said, whatever is thought of
                  that: see latest_typed_ms */
               " (SELECT from_ms FROM entry WHERE incident = ?1"
               "  AND struck = 0 AND seq <> ?2 AND kind IN ('report', 'note',"
               "  'finding', 'action', 'change', 'decision', 'comms')"
               "  ORDER BY from_ms DESC LIMIT 1),"
               /* else it goes back through all entries for one */
               " (SELECT n.recorded_at_ms FROM entry AS n INDEXED BY"
               "  entry_by_kind JOIN event AS v"
               "  ON v.incident = n.incident AND v.seq = n.seq"
               "  WHERE n.incident = ?1 AND n.kind = 'alert'"
               "  AND v.source IN ('webhook', 'probe')"
               "  ORDER BY n.seq DESC LIMIT 1)");
    query_int(&query, in->id);
    query_int(&query, subject->entry.seq);
    if (query_row(&query)) {
        subject->rest_first_ms = row_int(&query, 0);
        for (int i = 1; i <= 3; i++)
            if (row_int(&query, i) > subject->rest_typed_ms)
                subject->rest_typed_ms = row_int(&query, i);
    }
    enum err err = query_end(&query);
    if (err == ERR_OK)
        add_told_times(in, but, subject);
    return err;
}

static enum err find_rest(struct store *store, const struct incident *in,
                          const struct event *draft, struct subject *subject)
{
    enum err err = find_rest_milestone(store, in, subject);
    if (err == ERR_OK)
        err = find_rest_moves(store, in, draft, subject);
    if (err == ERR_OK)
        err = find_rest_times(store, in, MILESTONE_NONE, subject);
    return err;
}

/* What a machine hands in again, or a text that is imported again, does not
 * bring back what somebody struck; a person who takes the same message does. */
static bool brings_back(enum source source)
{
    return source == SOURCE_SLASH || source == SOURCE_MENU ||
           source == SOURCE_BUTTON || source == SOURCE_MODAL;
}

/* A report's kind is the default, and stands there as NULL. */
static enum err first_of_origin(struct store *store, int64_t incident_id,
                                struct str origin, bool is_item,
                                bool skips_struck, int64_t *seq)
{
    int64_t found = 0;
    struct query query =
        query_new(store, "SELECT seq FROM event INDEXED BY event_by_origin"
                         " WHERE incident = ? AND origin = ?"
                         " AND origin IS NOT NULL"
                         " AND kind IS NOT 'edit' AND (kind IS 'item') = ?"
                         " AND NOT (? AND EXISTS (SELECT 1 FROM entry AS n"
                         "  WHERE n.incident = event.incident"
                         "  AND n.seq = event.seq AND n.struck <> 0))"
                         " ORDER BY seq LIMIT 1");
    query_int(&query, incident_id);
    query_text(&query, origin);
    query_int(&query, is_item);
    query_int(&query, skips_struck);
    if (query_row(&query))
        found = row_int(&query, 0);
    enum err err = query_end(&query);
    if (err == ERR_OK)
        *seq = found;
    return err;
}

enum err store_entry_of_origin(struct store *store, int64_t incident_id,
                               struct str origin, int64_t *seq)
{
    return first_of_origin(store, incident_id, origin, false, false, seq);
}

/* The same link, as it stands. The other incident's own word is the same only
 * in the same words: a link does not say that it is a duplicate. */
static enum err find_same_link(struct store *store, int64_t incident_id,
                               const struct event *draft,
                               struct subject *subject)
{
    struct query query = query_new(
        store,
        "SELECT n.seq FROM entry AS n INDEXED BY entry_by_kind"
        " JOIN event AS v ON v.incident = n.incident AND v.seq = n.version"
        " WHERE n.incident = ? AND n.kind = 'link' AND n.struck = 0"
        " AND coalesce(v.link, '') = ? AND coalesce(v.other_id, 0) = ?"
        " AND coalesce(v.service, '') = ?"
        " AND (? OR coalesce(v.text, '') = ?) ORDER BY n.seq LIMIT 1");
    query_int(&query, incident_id);
    query_text(&query, draft->link.n > 0 ? draft->link : STR(""));
    query_int(&query, draft->other_id);
    query_text(&query, draft->service.n > 0 ? draft->service : STR(""));
    query_int(&query, draft->source != SOURCE_SYSTEM);
    query_text(&query, draft->text.n > 0 ? draft->text : STR(""));
    if (query_row(&query))
        subject->same_origin = row_int(&query, 0);
    return query_end(&query);
}

static enum err find_other(struct store *store, const struct incident *in,
                           int64_t other_id, struct subject *subject)
{
    struct query query = query_new(
        store,
        "WITH RECURSIVE stands_for (id) AS (SELECT ?1 UNION"
        "  SELECT i.duplicate_of FROM stands_for AS s"
        "  JOIN incident AS i ON i.id = s.id WHERE i.duplicate_of <> 0)"
        " SELECT guild_id, is_private, state IN ('closed', 'cancelled'),"
        " ?2 IN (SELECT id FROM stands_for) FROM incident WHERE id = ?1");
    query_int(&query, other_id);
    query_int(&query, in->id);
    if (query_row(&query) && row_id(&query, 0) == in->guild_id) {
        subject->other_exists = true;
        subject->other_is_private = row_int(&query, 1) != 0;
        subject->other_is_final = row_int(&query, 2) != 0;
        subject->other_is_duplicate = row_int(&query, 3) != 0;
    }
    return query_end(&query);
}

static enum err find_card(struct store *store, int64_t id,
                          struct subject *subject)
{
    struct alert_card card;
    enum err err = store_alert_card(store, id, &card);
    if (err != ERR_OK)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    subject->card_exists = true;
    subject->card_is_open = card.state == ALERT_CARD_OPEN;
    return ERR_OK;
}

enum err store_subject(struct store *store, const struct incident *in,
                       const struct request *request, struct subject *out)
{
    const struct event *draft = &request->draft;
    struct subject subject = {0};
    bool corrects =
        request->kind == REQUEST_EDIT || request->kind == REQUEST_STRIKE;
    enum err err = ERR_OK;
    if (draft->target != 0 && request->kind != REQUEST_EFFECT) {
        err = entry_state(store, in->id, draft->target, &subject.entry);
        if (err == ERR_OK)
            err = item_state(store, in->id, draft->target, &subject.item);
    }
    /* Of finished effects, only that one is about an item. */
    if (draft->target != 0 && request->kind == REQUEST_EFFECT &&
        draft->effect == EFFECT_ISSUE)
        err = item_state(store, in->id, draft->target, &subject.item);
    if (err == ERR_OK && corrects && subject.entry.seq != 0)
        err = find_rest(store, in, draft, &subject);
    if (err == ERR_OK && request->kind == REQUEST_SET &&
        draft->milestone != MILESTONE_NONE)
        err = find_rest_times(store, in, draft->milestone, &subject);
    if (err == ERR_OK && draft->origin.n > 0 && !corrects)
        err = first_of_origin(store, in->id, draft->origin,
                              request->kind == REQUEST_ITEM,
                              brings_back(draft->source), &subject.same_origin);
    if (err == ERR_OK && request->kind == REQUEST_LINK)
        err = find_same_link(store, in->id, draft, &subject);
    if (err == ERR_OK && draft->other_id != 0)
        err = find_other(store, in, draft->other_id, &subject);
    if (err == ERR_OK && request->alert_card != 0)
        err = find_card(store, request->alert_card, &subject);
    if (err == ERR_OK)
        *out = subject;
    return err;
}
