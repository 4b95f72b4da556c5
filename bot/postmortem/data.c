#include "bot/postmortem/data.h"

#include "bot/base/mem.h"
#include "bot/discord/json.h"
#include "bot/postmortem/escape.h"

#include <assert.h>
#include <stdlib.h>

struct tree {
    const struct page_view *view;
    const struct incident *in; /* the view's */
    cJSON *root;
    cJSON *timeline; /* entries, to be split into days */
    cJSON *causes, *theories, *changes, *notices, *ideas, *links, *files;
    cJSON *report, *alert; /* the first of each, borrowed; NULL: none */
    struct glance glance;
    struct buf resolution; /* the words when it was last resolved */
    cJSON *resolved;       /* the timeline's entry of those, borrowed */
    bool resolved_untold;  /* its time says nothing */
    cJSON **by_seq;        /* timeline's entries and ideas, borrowed */
    /* seq of what is shown: evidence of a private or struck entry is not. */
    bool *shown;
    bool *evidence; /* seq of what belongs to another entry */
    enum err err;   /* the first failure of a callback */
};

static bool is_known(const struct tree *tree, int64_t seq)
{
    return seq > 0 && seq <= tree->in->last_seq;
}

/* ---- one event ---- */

static cJSON *new_entry(struct tree *tree, const struct event *event)
{
    return entry_new(tree->view, event);
}

/* Only what the live room showed is for everybody. */
static bool is_shown(const struct tree *tree, const struct event *event)
{
    return tree->view->people == NULL ? event->visibility != VISIBILITY_PRIVATE
                                      : event->visibility == VISIBILITY_LIVE;
}

/* A page tells of nothing that became private after it was linked. */
static bool may_name(const struct tree *tree, int64_t incident_id)
{
    struct incident other;
    return incident_id != 0 &&
           store_incident(tree->view->store, incident_id, &other) == ERR_OK &&
           (!other.is_private ||
            (tree->in->is_private && tree->view->people == NULL));
}

static void add_link(struct tree *tree, const struct event *event)
{
    if (event->other_id != 0 && !may_name(tree, event->other_id))
        return;
    cJSON *link = add_to(tree->links, new_entry(tree, event));
    struct buf other = BUF_INIT(SERVICE_BYTES);
    if (event->other_id != 0)
        incident_print_name(&(struct incident){.id = event->other_id}, &other);
    else
        text_on_one_line(&other, event->service);
    put_text(link, "other", buf_str(&other));
    buf_release(&other);
}

/* What is set aside, and where else things stand, is the team's. */
static void add_to_own_lists(struct tree *tree, const struct entry *entry)
{
    const struct event *event = &entry->event;
    if (tree->view->people != NULL)
        return;
    if (event->kind == EVENT_LINK)
        add_link(tree, event);
    if (event->kind != EVENT_IDEA)
        return;
    tree->by_seq[event->seq] = add_to(tree->ideas, new_entry(tree, event));
    put_settled(tree->by_seq[event->seq], &entry->state);
}

static void add_to_lists(struct tree *tree, const struct entry *entry)
{
    const struct event *event = &entry->event;
    switch ((int)event->kind) {
    case EVENT_REPORT:
        if (tree->report == NULL)
            tree->report = put(tree->root, "report", new_entry(tree, event));
        break;
    case EVENT_ALERT:
        if (tree->alert == NULL)
            tree->alert = put(tree->root, "alert", new_entry(tree, event));
        break;
    case EVENT_CHANGE:
        put_settled(add_to(tree->changes, new_entry(tree, event)),
                    &entry->state);
        break;
    case EVENT_COMMS:
        add_to(tree->notices, new_entry(tree, event));
        break;
    default:
        add_to_own_lists(tree, entry);
        break;
    }
    if (event->confidence == CONFIDENCE_CONFIRMED)
        add_to(tree->causes, new_entry(tree, event));
    else if (event->confidence == CONFIDENCE_THEORY)
        add_to(tree->theories, new_entry(tree, event));
}

/* Files and output may hold anything: the team's alone. */
static bool add_evidence(struct tree *tree, cJSON *entry,
                         const struct event *event)
{
    bool is_idea = cJSON_HasObjectItem(entry, "settled") != 0;
    if (tree->view->people == NULL)
        tree->err = entry_add_evidence(tree->view, event,
                                       tree->view->is_table && !is_idea, entry,
                                       tree->files);
    return tree->err == ERR_OK;
}

/* Of an incident that is written up: nobody told when that was. */
static bool is_untold(const struct tree *tree, const struct event *event)
{
    struct when told = incident_time_told(tree->in, event);
    return (event->kind == EVENT_STATE || event->kind == EVENT_ROLE ||
            event->kind == EVENT_SET) &&
           !when_is_set(&told);
}

/* Its words are ours, and say nothing without a time. */
static bool has_no_words(const struct event *event)
{
    bool takes =
        event->kind == EVENT_ROLE && event->holder.type != ACTOR_NOBODY;
    return takes || event->kind == EVENT_SET || event->text.n == 0;
}

static bool on_entry(const struct entry *stored, void *context)
{
    struct tree *tree = context;
    const struct event *event = &stored->event;
    if (!is_known(tree, event->seq) || stored->state.struck != 0)
        return true;
    /* Who led, and when, is no secret, but what a private entry says is. */
    glance_note(&tree->glance, tree->in, event);
    /* Words that nobody may read are no reason to show older ones. */
    bool resolves = event->kind == EVENT_STATE && event_resolves(event);
    if (resolves) {
        buf_clear(&tree->resolution);
        tree->resolved = NULL;
        tree->resolved_untold = is_untold(tree, event);
    }
    if (!is_shown(tree, event))
        return true;
    tree->shown[event->seq] = true;
    if (event->kind == EVENT_EVIDENCE && event->target != 0)
        tree->evidence[event->seq] = true;
    add_to_lists(tree, stored);
    if (resolves)
        buf_add(&tree->resolution, event->text);
    if (!event_in_timeline(event) ||
        (has_no_words(event) && is_untold(tree, event)))
        return true;
    cJSON *entry = add_to(tree->timeline, new_entry(tree, event));
    tree->by_seq[event->seq] = entry;
    if (resolves)
        tree->resolved = entry;
    return add_evidence(tree, entry, event);
}

static bool on_evidence(const struct entry *stored, void *context)
{
    struct tree *tree = context;
    const struct event *event = &stored->event;
    cJSON *entry = NULL;
    if (is_known(tree, event->target) && tree->shown[event->target])
        entry = tree->by_seq[event->target];
    return entry == NULL || add_evidence(tree, entry, event);
}

/* Afterwards, and as it was recorded: evidence may come before its entry in
 * time. */
static enum err walk_evidence(struct tree *tree)
{
    enum err err = ERR_OK;
    for (int64_t seq = 1; seq <= tree->in->last_seq && err == ERR_OK; seq++) {
        if (!tree->evidence[seq])
            continue;
        err = store_entry(tree->view->store, tree->in->id, seq, on_evidence,
                          tree);
        if (err == ERR_OK)
            err = tree->err;
    }
    return err;
}

/* ---- the rest ---- */

/* The day that an entry's time stands under: 24:XX belongs to the day it was
 * typed for. */
static struct str day_of(const cJSON *entry)
{
    const cJSON *when = cJSON_GetObjectItemCaseSensitive(entry, "when");
    assert(cJSON_IsString(when));
    struct str text = str_of(when->valuestring);
    text.n = text.n < 10 ? text.n : 10;
    return text;
}

static void number_evidence(cJSON *entry, int *count)
{
    char number[16];
    if (cJSON_GetObjectItemCaseSensitive(entry, "evidence")->child == NULL)
        return;
    (void)snprintf(number, sizeof number, "%d", ++*count);
    cJSON_DeleteItemFromObjectCaseSensitive(entry, "evidence_number");
    put_text(entry, "evidence_number", str_of(number));
}

static void set_ideas_apart(const struct tree *tree)
{
    bool after_fence = false;
    cJSON *idea;
    cJSON_ArrayForEach(idea, tree->ideas)
    {
        put_flag(idea, "apart", after_fence);
        after_fence = entry_ends_in_fence(idea);
    }
}

/* Entries under the day they belong to; the heading only when there are
 * several. */
static void put_days(struct tree *tree)
{
    cJSON *days = put(tree->root, "days", cJSON_CreateArray());
    cJSON *list = NULL, *entry;
    struct str day = STR_NONE;
    bool after_fence = false;
    int evidence = 0;
    while ((entry = cJSON_DetachItemFromArray(tree->timeline, 0)) != NULL) {
        put_flag(entry, "apart", after_fence);
        after_fence = entry_ends_in_fence(entry);
        number_evidence(entry, &evidence);
        if (list == NULL || !str_eq(day, day_of(entry))) {
            cJSON *object = add_to(days, cJSON_CreateObject());
            put_text(object, "day", day_of(entry));
            list = put(object, "entries", cJSON_CreateArray());
        }
        day = day_of(add_to(list, entry));
    }
    bool several = days->child != NULL && days->child->next != NULL;
    put_flag(tree->root, "several_days", several);
    put_text(tree->root, "one_day", several ? STR("") : day);
}

static void put_times(struct tree *tree)
{
    const struct when *milestones = tree->in->milestones;
    const struct when *began = &milestones[incident_beginning(tree->in)];
    const struct when *ended = &milestones[MILESTONE_RESOLVED];
    struct buf lasted = BUF_INIT(300);
    put_flag(tree->root, "has_begun", when_is_set(began));
    put_when(tree->root, "began", began, true);
    put_flag(tree->root, "has_ended", when_is_set(ended));
    put_when(tree->root, "ended", ended, true);
    if (when_is_set(began) && when_is_set(ended) &&
        ended->to_ms < began->from_ms)
        buf_add_text(&lasted, "which cannot be: one of the times is wrong");
    else
        when_print_span(began, ended, &lasted);
    put_text(tree->root, "lasted", buf_str(&lasted));
    buf_release(&lasted);
}

static void put_yaml(const struct tree *tree, cJSON *object, const char *name,
                     struct str text)
{
    struct buf line = BUF_INIT(10000), quoted = BUF_INIT(700000);
    struct buf redacted = BUF_INIT(100000);
    text_on_one_line(&line, text);
    if (tree->view->people != NULL)
        people_redact(tree->view->people, buf_str(&line), &redacted);
    else
        buf_add(&redacted, buf_str(&line));
    yaml_quote(&quoted, buf_str(&redacted));
    put_text(object, name, buf_str(&quoted));
    buf_release(&line);
    buf_release(&redacted);
    buf_release(&quoted);
}

static void put_front_matter(struct tree *tree)
{
    const struct incident *in = tree->in;
    const struct role_holder *commander = incident_commander(in);
    char date[CIVIL_ISO_BYTES];
    struct str author = str_of(in->declared_by.name);
    civil_date(incident_began_ms(in), date);
    if (commander != NULL)
        author = str_of(commander->name);
    while (str_starts(author, "@"))
        author = str_from(author, 1);
    cJSON *yaml = put(tree->root, "yaml", cJSON_CreateObject());
    put_text(yaml, "date", str_of(date));
    if (author.n == 0 || tree->view->people != NULL)
        author = STR("the responders");
    put_yaml(tree, yaml, "title", str_of(in->title));
    put_yaml(tree, yaml, "author", author);
    if (in->impact[0] != '\0')
        put_yaml(tree, yaml, "description", str_of(in->impact));
    else
        put_yaml(tree, yaml, "description",
                 STR("What happened, and what was done"));
}

static void put_facts(struct tree *tree)
{
    const struct incident *in = tree->in;
    struct buf name = BUF_INIT(100);
    incident_print_name(in, &name);
    put_text(tree->root, "incident", buf_str(&name));
    put_said_line(tree->root, "title", tree->view, str_of(in->title));
    put_said(tree->root, "impact", tree->view, str_of(in->impact));
    put_flag(tree->root, "public", tree->view->people != NULL);
    put_flag(tree->root, "table", tree->view->is_table);
    put_text(tree->root, "severity",
             str_of(word_of(&severity_words, (int)in->severity)));
    put_text(tree->root, "type", str_of(word_of(&type_words, (int)in->type)));
    buf_clear(&name);
    if (may_name(tree, in->duplicate_of))
        incident_print_name(&(struct incident){.id = in->duplicate_of}, &name);
    put_text(tree->root, "duplicate_of", buf_str(&name));
    put_flag(tree->root, "private", in->is_private);
    put_flag(tree->root, "drill", in->is_drill);
    put(tree->root, "entry_count", cJSON_CreateNumber((double)in->entries));
    if (tree->report == NULL)
        put_flag(tree->root, "report", false);
    if (tree->alert == NULL)
        put_flag(tree->root, "alert", false);
    buf_release(&name);
}

static enum err put_record_hash(struct tree *tree)
{
    struct sha256 hash;
    char hex[SHA256_HEX];
    enum err err = store_record_hash(tree->view->store, tree->in->id, &hash);
    if (err != ERR_OK)
        return err;
    sha256_hex(&hash, hex);
    put_text(tree->root, "record_sha256", str_of(hex));
    return ERR_OK;
}

/* Words that open the page leave the timeline, the time stays if it was told.
 * Of an incident that was opened again they belong to their time, too. */
static void say_resolution_once(struct tree *tree)
{
    const cJSON *written = json_get(tree->root, "written");
    cJSON *line = tree->resolved;
    if (line == NULL || tree->in->reopened > 0 ||
        json_text(written, "summary").n > 0)
        return;
    if (tree->resolved_untold && json_get(line, "evidence")->child == NULL) {
        cJSON_Delete(cJSON_DetachItemViaPointer(tree->timeline, line));
        return;
    }
    (void)cJSON_SetValuestring(cJSON_GetObjectItem(line, "text"), "");
    (void)cJSON_SetValuestring(cJSON_GetObjectItem(line, "line"), "");
}

static enum err walk(struct tree *tree)
{
    const struct page_view *view = tree->view;
    enum err err =
        store_each_entry(view->store, view->in->id, NULL, on_entry, tree);
    if (err == ERR_OK)
        err = tree->err;
    if (err == ERR_OK)
        err = walk_evidence(tree);
    if (err == ERR_OK)
        err = put_items(tree->root, view);
    if (err == ERR_OK)
        err = put_written(tree->root, view, buf_str(&tree->resolution));
    if (err == ERR_OK)
        say_resolution_once(tree);
    return err;
}

/* "causes": the list, and "has_causes" for the words around it. */
static cJSON *put_list(struct tree *tree, const char *name)
{
    return put(tree->root, name, cJSON_CreateArray());
}

static void put_has(struct tree *tree, const char *name, const cJSON *list)
{
    put_flag(tree->root, name, list->child != NULL);
}

static void finish(struct tree *tree)
{
    put_days(tree);
    set_ideas_apart(tree);
    put_glance(tree->root, tree->view, &tree->glance);
    put_times(tree);
    put_front_matter(tree);
    put_facts(tree);
    put_has(tree, "has_causes", tree->causes);
    put_has(tree, "has_theories", tree->theories);
    put_has(tree, "has_changes", tree->changes);
    put_has(tree, "has_notices", tree->notices);
    put_has(tree, "has_ideas", tree->ideas);
    put_has(tree, "has_links", tree->links);
    put_has(tree, "has_files", tree->files);
}

static void make_lists(struct tree *tree)
{
    tree->causes = put_list(tree, "causes");
    tree->theories = put_list(tree, "theories");
    tree->changes = put_list(tree, "changes");
    tree->notices = put_list(tree, "notices");
    tree->ideas = put_list(tree, "ideas");
    tree->links = put_list(tree, "links");
    tree->files = put_list(tree, "files");
}

enum err postmortem_data(const struct page_view *view, cJSON **out)
{
    size_t places = (size_t)view->in->last_seq + 1;
    struct tree tree = {.view = view,
                        .in = view->in,
                        .root = cJSON_CreateObject(),
                        .timeline = cJSON_CreateArray(),
                        .resolution = BUF_INIT(SUMMARY_UNITS * 3u),
                        .glance = glance_new(),
                        .by_seq = mem_alloc(places * sizeof(cJSON *)),
                        .shown = mem_alloc(places * sizeof(bool)),
                        .evidence = mem_alloc(places * sizeof(bool))};
    assert(tree.root != NULL && tree.timeline != NULL);
    make_lists(&tree);
    enum err err = walk(&tree);
    if (err == ERR_OK)
        err = put_record_hash(&tree);
    if (err == ERR_OK) {
        finish(&tree);
        *out = tree.root;
    } else {
        cJSON_Delete(tree.root);
    }
    glance_release(&tree.glance);
    buf_release(&tree.resolution);
    cJSON_Delete(tree.timeline);
    free(tree.by_seq);
    free(tree.shown);
    free(tree.evidence);
    return err;
}
