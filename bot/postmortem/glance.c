/* At a glance: the table of what, when and who. */
#include "bot/postmortem/data.h"

#include "bot/base/ascii.h"

#define LINE_BYTES 8000

struct glance glance_new(void)
{
    struct glance glance = {.open = BUF_INIT(LINE_BYTES)};
    for (int i = 0; i < ROLE_COUNT; i++)
        glance.roles[i] = BUF_INIT(LINE_BYTES);
    return glance;
}

void glance_release(struct glance *glance)
{
    for (int i = 0; i < ROLE_COUNT; i++)
        buf_release(&glance->roles[i]);
    buf_release(&glance->open);
}

/* ---- what the entries tell ---- */

/* "@quintessence, from 01:56; nobody, from 02:40". In a write-up nobody may
 * have told when. */
static void note_role(struct glance *glance, const struct incident *in,
                      const struct event *event)
{
    struct buf *line = &glance->roles[event->role];
    struct when when = incident_time_told(in, event);
    bool leaves = event->holder.type == ACTOR_NOBODY;
    bool is_vacant = leaves && event->role == ROLE_COMMANDER;
    if (line->n > 0)
        buf_add_text(line, "; ");
    if (is_vacant)
        buf_add_text(line, "nobody");
    else if (leaves)
        actor_print(line, event->actor.type, event->actor.name);
    else
        actor_print(line, event->holder.type, event->holder.name);
    bool ends = leaves && !is_vacant;
    if (when_is_set(&when)) {
        buf_add_text(line, ends ? ", until " : ", from ");
        when_print(&when, true, line);
    } else if (ends) {
        buf_add_text(line, ", who left");
    }
}

/* From each opening to the end that follows it. */
static void note_move(struct glance *glance, const struct incident *in,
                      const struct event *event)
{
    struct when when = incident_time_told(in, event);
    bool opens =
        event->kind == EVENT_DECLARED ||
        (state_is_live(event->state_to) && !state_is_live(event->state_from));
    bool ends =
        state_is_live(event->state_from) && !state_is_live(event->state_to);
    if (!opens && (event->kind != EVENT_STATE || !ends))
        return;
    if (opens && glance->open.n > 0)
        buf_add_text(&glance->open, "; again from ");
    else
        buf_add_text(&glance->open, opens ? "from " : " to ");
    when_print(&when, true, &glance->open);
}

void glance_note(struct glance *glance, const struct incident *in,
                 const struct event *event)
{
    if (event->kind == EVENT_ROLE || event->kind == EVENT_HANDOFF)
        note_role(glance, in, event);
    note_move(glance, in, event);
}

/* ---- the table ---- */

static void add_row(cJSON *rows, const char *name, struct str value)
{
    cJSON *row = add_to(rows, cJSON_CreateObject());
    struct buf label = BUF_INIT(200);
    buf_add_text(&label, name);
    label.s[0] = to_upper(label.s[0]);
    put_text(row, "name", buf_str(&label));
    put_line(row, "value", value.n > 0 ? value : STR("not recorded"));
    buf_release(&label);
}

static const char *state_shown(const struct incident *in)
{
    /* Review and closed come from the page itself, which would otherwise
     * change its own bytes. */
    bool resolved = in->state == STATE_REVIEW || in->state == STATE_CLOSED;
    return resolved ? "resolved" : word_of(&state_words, (int)in->state);
}

static void add_milestones(cJSON *rows, const struct incident *in)
{
    for (int i = MILESTONE_NONE + 1; i < MILESTONE_COUNT; i++) {
        struct buf value = BUF_INIT(300);
        if (i == MILESTONE_PR_OPENED || i == MILESTONE_PR_MERGED)
            continue; /* later than the page */
        when_print(&in->milestones[i], true, &value);
        add_row(rows, milestone_words.all[i], buf_str(&value));
        buf_release(&value);
    }
}

static void add_spans(cJSON *rows, const struct incident *in)
{
    static const struct {
        const char *name;
        enum milestone from, to;
    } spans[] = {
        {"First human report to first public notice", MILESTONE_FIRST_REPORT,
         MILESTONE_FIRST_NOTICE},
        {"First human report to identified", MILESTONE_FIRST_REPORT,
         MILESTONE_IDENTIFIED},
        {"First human report to resolved", MILESTONE_FIRST_REPORT,
         MILESTONE_RESOLVED},
    };
    for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
        struct buf value = BUF_INIT(300);
        when_print_span(&in->milestones[spans[i].from],
                        &in->milestones[spans[i].to], &value);
        add_row(rows, spans[i].name, buf_str(&value));
        buf_release(&value);
    }
}

static void add_roles(cJSON *rows, const struct page_view *view,
                      const struct glance *glance)
{
    for (int i = ROLE_COMMANDER; i < ROLE_COUNT; i++)
        if (i == ROLE_COMMANDER || glance->roles[i].n > 0)
            add_row(rows, role_name(view->role_names, (enum role)i),
                    buf_str(&glance->roles[i]));
}

void put_glance(cJSON *root, const struct page_view *view,
                const struct glance *glance)
{
    const struct incident *in = view->in;
    cJSON *rows = put(root, "glance", cJSON_CreateArray());
    struct buf gap = BUF_INIT(300);
    incident_print_alarm_gap(in, &gap);
    put_text(root, "alarm_gap", buf_str(&gap));
    put_text(root, "state", str_of(state_shown(in)));
    add_row(rows, "Severity",
            str_of(word_of(&severity_words, (int)in->severity)));
    add_row(rows, "Type", str_of(word_of(&type_words, (int)in->type)));
    add_row(rows, "State", str_of(state_shown(in)));
    if (in->is_private)
        add_row(rows, "Private", STR("yes: for responders only"));
    if (in->is_drill)
        add_row(rows, "Drill", STR("yes: an exercise"));
    add_milestones(rows, in);
    if (in->reopened > 0)
        add_row(rows, "Open", buf_str(&glance->open));
    add_spans(rows, in);
    add_row(rows, "Human-alarm gap", buf_str(&gap));
    if (view->people == NULL)
        add_roles(rows, view, glance);
    buf_release(&gap);
}
