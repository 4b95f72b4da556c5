#include "bot/room/room.h"

#include "bot/core/secrets.h"
#include "bot/discord/custom_id.h"
#include "bot/discord/message.h"

#include <inttypes.h>
#include <stdio.h>

/* The card says how the incident stands, in one embed. Colour repeats what the
 * title says in words. */

#define COLOR_OVER 0x7F8C8D
static const int severity_color[SEVERITY_COUNT] = {
    [SEVERITY_NONE] = 0x7F8C8D, [SEVERITY_1] = 0xC0392B,
    [SEVERITY_2] = 0xD35400,    [SEVERITY_3] = 0xF1C40F,
    [SEVERITY_4] = 0x2E86C1,
};

static const char *state_word(const struct incident *in)
{
    return word_of(&state_words, (int)in->state);
}

static void add_title(struct buf *out, const struct incident *in)
{
    if (in->is_drill)
        buf_add_text(out, "Drill · ");
    if (in->is_private)
        buf_add_text(out, "Private · ");
    if (!incident_is_live(in))
        buf_addf(out, "%s · ",
                 in->state == STATE_CANCELLED ? "Cancelled" : "Resolved");
    buf_addf(out, "%s · ", word_of(&severity_words, (int)in->severity));
    markdown_add_line(out, str_of(in->title));
}

static void add_ago(struct buf *out, int64_t ms)
{
    buf_add_text(out, " (");
    markdown_add_timestamp(out, ms, 'R');
    buf_add_char(out, ')');
}

/* "18:53 UTC (an hour ago)", as precisely as it was told; with the date when it
 * is not the day of the declaration: a bare time may have been taken for
 * another day. */
static void add_time(struct buf *out, const struct incident *in,
                     const struct when *when)
{
    struct buf text = BUF_INIT(400);
    when_print_utc(when,
                   civil_day_start(when->from_ms) !=
                       civil_day_start(in->declared_at_ms),
                   &text);
    markdown_add_line(out, buf_str(&text));
    buf_add_text(out, " UTC");
    if (when->from_ms == when->to_ms)
        add_ago(out, when->from_ms);
    buf_release(&text);
}

/* " · since 18:53 UTC (an hour ago)" */
static void add_begun(struct buf *out, const struct incident *in)
{
    const struct when *begun = &in->milestones[MILESTONE_IMPACT_START];
    if (!when_is_set(begun))
        return;
    buf_add_text(out, " · since ");
    add_time(out, in, begun);
}

/* "**Incident commander** " */
static void add_role(struct buf *out, const char *const *role_names,
                     enum role role)
{
    buf_add_text(out, "\n**");
    buf_add_capital(out, role_name(role_names, role));
    buf_add_text(out, "** ");
}

static void add_live(struct buf *out, const struct incident *in,
                     const char *const *role_names)
{
    const struct role_holder *commander = incident_commander(in);
    struct when since = incident_since(in);
    buf_add_text(out, "**");
    buf_add_capital(out, state_word(in));
    buf_add_text(out, "** since ");
    add_time(out, in, &since);
    add_role(out, role_names, ROLE_COMMANDER);
    if (commander == NULL)
        buf_add_text(out, incident_no_commander(in));
    else
        markdown_add_line(out, str_of(commander->name));
    buf_add_text(out, "\n**Impact** ");
    if (in->impact[0] == '\0')
        buf_add_text(out, "not known yet");
    else
        markdown_add_line(out, str_of(in->impact));
    add_begun(out, in);
    buf_add_text(out, "\n**Declared** ");
    add_time(out, in, &in->milestones[MILESTONE_DECLARED]);
    if (in->declared_by.name[0] != '\0') {
        buf_add_text(out, " by ");
        markdown_add_line(out, str_of(in->declared_by.name));
    }
    if (in->last_update_ms != 0) {
        buf_add_text(out, "\n**Last entry** ");
        markdown_add_timestamp(out, in->last_update_ms, 'R');
    }
    if (in->next_update_due_ms != 0) {
        buf_add_text(out, "\n**Next update** due ");
        markdown_add_timestamp(out, in->next_update_due_ms, 'R');
    }
}

static void add_other_roles(struct buf *out, const struct incident *in,
                            const char *const *role_names)
{
    for (int role = ROLE_COMMANDER + 1; role < ROLE_COUNT; role++) {
        bool named = false;
        for (int i = 0; i < ROLE_HOLDERS; i++) {
            if ((int)in->holders[i].role != role)
                continue;
            if (named)
                buf_add_text(out, ", ");
            else
                add_role(out, role_names, (enum role)role);
            markdown_add_line(out, str_of(in->holders[i].name));
            named = true;
        }
    }
}

/* `**From first human report** declared 4 minutes · resolved 23 minutes` */
static void add_durations(struct buf *out, const struct incident *in)
{
    static const enum milestone ends[] = {
        MILESTONE_DECLARED, MILESTONE_IDENTIFIED, MILESTONE_MITIGATED,
        MILESTONE_RESOLVED};
    enum milestone start = incident_beginning(in);
    bool any = false;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        const struct when *end = &in->milestones[ends[i]];
        bool tells = ends[i] != MILESTONE_DECLARED ||
                     !incident_is_written_up(in); /* not years later */
        if (ends[i] == start || !tells || !when_is_set(end) ||
            !when_is_set(&in->milestones[start]) ||
            when_compare(end, &in->milestones[start]) < 0)
            continue;
        if (!any)
            buf_addf(out, "\n**From %s** ",
                     word_of(&milestone_words, (int)start));
        buf_addf(out, "%s%s ", any ? " · " : "",
                 word_of(&milestone_words, (int)ends[i]));
        when_print_span(&in->milestones[start], end, out);
        any = true;
    }
    buf_add_text(out, "\n**Human-alarm gap** ");
    incident_print_alarm_gap(in, out);
}

static void add_postmortem(struct buf *out, const struct incident *in,
                           bool is_withheld)
{
    buf_add_text(out, "\n**Postmortem** ");
    if (in->postmortem_commit[0] == '\0') {
        buf_add_text(out, is_withheld ? "only in `/postmortem preview`"
                                      : "not written yet");
        return;
    }
    buf_addf(out, "`%.10s` on branch ", in->postmortem_commit);
    markdown_add_line(out, str_of(in->postmortem_ref));
    if (in->pull_state == PULL_NONE)
        return;
    buf_addf(out, "\n**Pull request** %s ",
             word_of(&pull_state_words, (int)in->pull_state));
    markdown_add_line(out, str_of(in->pull_url));
}

static void add_over(struct buf *out, const struct incident *in,
                     const struct card_parts *parts)
{
    const struct role_holder *commander = incident_commander(in);
    const struct when *resolved = &in->milestones[MILESTONE_RESOLVED];
    struct when since = incident_since(in);
    bool is_cancelled = in->state == STATE_CANCELLED;

    buf_addf(out, "**%s** ", is_cancelled ? "Cancelled" : "Resolved");
    add_time(out, in,
             is_cancelled || !when_is_set(resolved) ? &since : resolved);
    if (in->state == STATE_REVIEW || in->state == STATE_CLOSED)
        buf_addf(out, ", now %s",
                 in->state == STATE_REVIEW ? "in review" : "closed");
    if (in->duplicate_of != 0)
        buf_addf(out, "\n**Duplicate of** INC-%" PRId64, in->duplicate_of);
    add_role(out, parts->role_names, ROLE_COMMANDER);
    markdown_add_line(out, str_of(commander == NULL ? incident_no_commander(in)
                                                    : commander->name));
    if (in->impact[0] != '\0') {
        buf_add_text(out, "\n**Impact** ");
        markdown_add_line(out, str_of(in->impact));
    }
    if (!is_cancelled) {
        add_durations(out, in);
        add_postmortem(out, in, parts->page_is_withheld);
    }
    buf_addf(out, "\n**Entries** %" PRId64, in->entries);
}

static void add_button(cJSON *message, const struct incident *in,
                       enum button_style style, const char *label,
                       const char *command, const char *preset)
{
    char id[CUSTOM_ID_BYTES];
    (void)custom_id_make(id, command, in->id, preset);
    message_add_button(message, style, label, id);
}

static void add_buttons(cJSON *message, const struct incident *in)
{
    if (!incident_is_live(in))
        return;
    if (incident_commander(in) == NULL)
        add_button(message, in, BUTTON_PRIMARY, "I'll take command",
                   "ic assign", "user=me");
    add_button(message, in, BUTTON_SECONDARY, "Add note", "timeline add", "");
    add_button(message, in, BUTTON_SECONDARY, "Change", "timeline change", "");
    add_button(message, in, BUTTON_SECONDARY, "Update", "incident update", "");
    if (state_may_move(in->state, STATE_MITIGATED))
        add_button(message, in, BUTTON_SECONDARY, "Mitigated",
                   "incident update", "state=mitigated");
    if (in->state == STATE_MITIGATED)
        add_button(message, in, BUTTON_SECONDARY, "It is back",
                   "incident update", "state=investigating");
    if (state_may_move(in->state, STATE_RESOLVED))
        add_button(message, in, BUTTON_SUCCESS, "Resolve", "resolve", "");
}

static void add_open(struct buf *out, const struct open_counts *open)
{
    if (open->changes > 0)
        buf_addf(out, "\n**Open changes** %" PRId64, open->changes);
    if (open->ideas > 0)
        buf_addf(out, "\n**Parked ideas** %" PRId64, open->ideas);
}

static void add_rooms(struct buf *out, const struct incident *in,
                      enum room room)
{
    bool is_help_wanted = incident_is_live(in) && in->war_channel_id != 0;
    if (room == ROOM_LIVE && is_help_wanted)
        buf_addf(out, "\n**Help in** <#%" PRIu64 ">", in->war_channel_id);
    else if (room == ROOM_WAR && in->live_channel_id != 0 && !in->is_private)
        buf_addf(out, "\n**Live room** <#%" PRIu64 ">", in->live_channel_id);
}

static cJSON *card_embed(const struct incident *in,
                         const struct card_parts *parts, enum room room)
{
    const char *const *role_names = parts->role_names;
    struct buf title = BUF_INIT(2000), text = BUF_INIT(16000);
    struct buf name = BUF_INIT(60);
    bool is_live = incident_is_live(in);

    add_title(&title, in);
    if (is_live)
        add_live(&text, in, role_names);
    else
        add_over(&text, in, parts);
    add_other_roles(&text, in, role_names);
    if (room == ROOM_WAR)
        add_open(&text, &parts->open);
    if (is_live && parts->probes.n > 0) {
        buf_add_text(&text, "\n**Probes** ");
        buf_add(&text, parts->probes);
    }
    add_rooms(&text, in, room);
    cJSON *embed =
        embed_new(buf_str(&title), buf_str(&text),
                  is_live ? severity_color[in->severity] : COLOR_OVER);
    incident_print_name(in, &name);
    embed_set_footer(embed, buf_str(&name));
    buf_release(&title);
    buf_release(&text);
    buf_release(&name);
    return embed;
}

static void scrub(char *text, size_t bytes)
{
    struct buf clean = BUF_INIT(bytes * 8);
    if (secrets_scrub(str_of(text), &clean, NULL))
        str_copy(text, bytes, buf_str(&clean));
    buf_release(&clean);
}

void incident_without_secrets(const struct incident *in, struct incident *out)
{
    *out = *in;
    scrub(out->title, sizeof out->title);
    scrub(out->impact, sizeof out->impact);
}

cJSON *card_message(const struct incident *in, const struct card_parts *parts,
                    enum room room)
{
    struct incident clean;
    cJSON *message = message_new(STR_NONE);
    incident_without_secrets(in, &clean);
    message_add_embed(message,
                      card_embed(room == ROOM_WAR ? in : &clean, parts, room));
    message_clear_buttons(message);
    if (room == ROOM_WAR)
        add_buttons(message, in);
    else
        add_button(message, in, BUTTON_SECONDARY, "What is happening?",
                   "incident status", "");
    return message;
}
