#include "tests/sim/people.h"
#include "tests/sim/story.h"

#include "bot/base/file.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const kind_names[] = {
#define KIND_NAME(name) #name,
    TURN_LIST(KIND_NAME)};

static uint64_t below(uint64_t *luck, uint64_t n)
{
    return chance_below(luck, n);
}

static struct item *add(struct script *script, int64_t at_ms,
                        enum story_turn kind)
{
    struct item *item =
        &script->items[script->count < ITEMS - 1 ? script->count++ : ITEMS - 1];
    *item = (struct item){.at_ms = at_ms, .kind = kind};
    return item;
}

static void add_acts(struct script *script, uint64_t *luck)
{
    int count = 4 + (int)below(luck, 16);
    int64_t at_ms = 4000;
    add(script, at_ms, TURN_ACT)->a =
        below(luck, 5) == 0 ? ACT_DECLARE_PRIVATE : ACT_DECLARE;
    for (int i = 0; i < count; i++) {
        if (below(luck, 4) != 0) /* else in the same turn */
            at_ms += (int64_t)below(luck, 20000);
        struct item *item = add(script, at_ms, TURN_ACT);
        item->a = (int)below(luck, script->is_watched ? ACTS : ACTS_UNWATCHED);
        item->b = (int)below(luck, 1000);
        item->c = below(luck, 3) == 0 ? (int)below(luck, CALLERS) : 0;
        if (item->a <= ACT_DECLARE_PRIVATE && below(luck, 3) != 0)
            item->a = ACT_ADD;
    }
    script->ends_ms = at_ms + 5000;
}

static void add_trouble(struct script *script, uint64_t *luck)
{
    static const int codes[] = {0,    0,    1000, 1001, 4000, 4001,
                                4002, 4003, 4004, 4005, 4007, 4008,
                                4009, 4010, 4011, 4012, 4013, 4014};
    static const int ops[] = {1, 7, 9, 9};
    int64_t at_ms = (int64_t)below(luck, (uint64_t)script->ends_ms);
    struct item *item = add(script, at_ms, TURN_TROUBLE);
    switch (below(luck, 10)) {
    case 0:
        item->kind = TURN_CLOSE;
        item->a = codes[below(luck, sizeof codes / sizeof codes[0])];
        break;
    case 1:
        item->kind = TURN_OP;
        item->a = ops[below(luck, 4)];
        item->b = (int)below(luck, 2);
        break;
    case 2:
        item->kind = below(luck, 2) == 0 ? TURN_FORGET : TURN_HANG;
        break;
    case 3:
    case 4:
        item->kind = below(luck, 2) == 0 ? TURN_KILL : TURN_CUT;
        item->a = 1 + (int)below(luck, 60); /* things later */
        item->b = (int)below(luck, below(luck, 4) == 0 ? 600 : 10); /* s */
        break;
    case 5:
        item->kind = below(luck, 2) == 0 ? TURN_STOP : TURN_SKEW;
        item->a = (int)below(luck, 8) - 4; /* minutes, or days */
        item->a *= below(luck, 4) == 0 ? 24 * 60 : 1;
        item->b = 1 + (int)below(luck, 10);
        break;
    case 6:
        item->kind = below(luck, 2) == 0 ? TURN_LOSE_ROOM : TURN_LOSE_MESSAGE;
        item->a = (int)below(luck, 1000);
        break;
    default:
        item->a = (int)below(luck, SIM_TROUBLES);
        item->b = 10 + (int)below(luck, 91);                  /* percent */
        item->c = 1 + (int)below(luck, 1u << below(luck, 8)); /* s */
        break;
    }
}

/* What there is to see for monitors and probes. */
static void add_alarms(struct script *script, uint64_t *luck)
{
    int count = (int)below(luck, 8);
    for (int i = 0; i < count; i++) {
        int64_t at_ms = (int64_t)below(luck, (uint64_t)script->ends_ms);
        bool is_target = below(luck, 5) == 0;
        struct item *item =
            add(script, at_ms, is_target ? TURN_TARGET : TURN_MONITOR);
        item->a = (int)below(luck, is_target ? SIM_TARGETS : MONITOR_ACTS);
        item->b = (int)below(luck, 1000);
        if (!is_target && item->a == MONITOR_FLOOD && below(luck, 8) != 0)
            item->a = MONITOR_FIRE;
    }
}

/* Nothing happens for hours, or days: reminders come. */
static void add_pause(struct script *script, uint64_t *luck)
{
    int64_t hours = below(luck, 24) == 0 ? 60 : 5;
    int64_t from_ms = (int64_t)below(luck, (uint64_t)script->ends_ms);
    int64_t pause_ms =
        (int64_t)below(luck, (uint64_t)(hours * MS_PER_HOUR)) + MS_PER_MINUTE;
    for (int i = 0; i < script->count; i++)
        if (script->items[i].at_ms >= from_ms)
            script->items[i].at_ms += pause_ms;
    script->ends_ms += pause_ms;
}

/* Nothing but the forge has them; they may last for hours. */
static void add_forge_trouble(struct script *script, uint64_t *luck)
{
    int64_t at_ms = (int64_t)below(luck, (uint64_t)script->ends_ms);
    struct item *item = add(script, at_ms, TURN_TROUBLE);
    item->a = SIM_FORGE_DOWN + (int)below(luck, SIM_TROUBLES - SIM_FORGE_DOWN);
    item->b = 10 + (int)below(luck, 91);
    item->c = 1 + (int)below(luck, 1u << below(luck, 14));
}

/* Somebody merges and closes, and there is more to open. */
static void add_forge(struct script *script, uint64_t *luck)
{
    static const enum people_act acts[] = {
        ACT_RESOLVE,   ACT_RESOLVE,     ACT_ITEM,   ACT_ITEM,
        ACT_ITEM_DONE, ACT_ITEM_ASSIGN, ACT_REOPEN, ACT_HIDE};
    for (int i = 1; i < script->count; i++)
        if (script->items[i].kind == TURN_ACT && below(luck, 2) == 0)
            script->items[i].a = (int)acts[below(luck, 8)];
    int count = (int)below(luck, 8);
    for (int i = 0; i < count; i++) {
        int64_t at_ms = (int64_t)below(luck, (uint64_t)script->ends_ms);
        struct item *item = add(script, at_ms, TURN_FORGE);
        item->a = (int)below(luck, FORGE_ACTS);
        item->b = (int)below(luck, 1000);
    }
    script->forge =
        FORGE_NONE + 1 + (enum forge_kind)below(luck, FORGE_KIND_COUNT - 1);
    script->is_hooked = below(luck, 2) == 0;
    int troubles = (int)below(luck, 4);
    for (int i = 0; i < troubles; i++)
        add_forge_trouble(script, luck);
    if (below(luck, 4) == 0)
        add_pause(script, luck);
}

/* It is announced elsewhere from then on, which takes a start. */
static void add_move(struct script *script, uint64_t *luck)
{
    int64_t at_ms = (int64_t)below(luck, (uint64_t)script->ends_ms);
    add(script, at_ms, TURN_MOVE)->b = 1 + (int)below(luck, 10);
    if (below(luck, 4) == 0) /* and back */
        add(script, at_ms + MS_PER_MINUTE, TURN_MOVE)->b = 1;
}

/* A thread serves as the war room, and is archived now and then. */
static void add_thread(struct script *script, uint64_t *luck)
{
    struct item *item = add(script, 0, TURN_TROUBLE);
    item->a = SIM_CROWDED;
    item->b = 100;
    item->c = 5 + (int)below(luck, (uint64_t)script->ends_ms / MS_PER_SECOND);
    int count = 1 + (int)below(luck, 4);
    for (int i = 0; i < count; i++)
        (void)add(script, (int64_t)below(luck, (uint64_t)script->ends_ms),
                  TURN_SHELVE);
}

void script_make(struct script *script, uint64_t seed)
{
    uint64_t luck = seed;
    *script = (struct script){.count = 0};
    (void)chance_next(&luck);
    script->is_watched = below(&luck, 4) != 0;
    add_acts(script, &luck);
    int troubles = (int)below(&luck, 9);
    for (int i = 0; i < troubles; i++)
        add_trouble(script, &luck);
    script->from_nothing = below(&luck, 8) == 0;
    if (script->is_watched)
        add_alarms(script, &luck);
    if (script->is_watched && below(&luck, 10) == 0)
        add_pause(script, &luck);
    if (script->is_watched && below(&luck, 2) == 0)
        add_forge(script, &luck);
    if (below(&luck, 8) == 0)
        add_move(script, &luck);
    script->is_delayed = below(&luck, 4) == 0;
    script->is_filtered = below(&luck, 4) == 0;
    if (below(&luck, 6) == 0)
        add_thread(script, &luck);
}

void item_print(const struct item *item, struct buf *out)
{
    buf_addf(out, "%7.3f s  ", (double)item->at_ms / 1000);
    if (item->kind == TURN_ACT)
        buf_addf(out, "people: %s %d by %s", act_name((enum people_act)item->a),
                 item->b, caller_name(item->c));
    else if (item->kind == TURN_MONITOR)
        buf_addf(out, "monitors: %s %d",
                 monitor_act_name((enum monitor_act)item->a), item->b);
    else if (item->kind == TURN_TROUBLE)
        buf_addf(out, "%d %% for %d s: %s", item->b, item->c,
                 trouble_words((enum sim_trouble)item->a));
    else
        buf_addf(out, "%s %d %d", kind_names[item->kind], item->a, item->b);
}

/* ---- scenes ---- */

static const char *const forge_words[FORGE_KIND_COUNT] = {
    [FORGE_NONE] = "",
    [FORGE_GITHUB] = " forged",
    [FORGE_GITEA] = " forged by gitea",
    [FORGE_GITLAB] = " forged by gitlab"};

#define TROUBLE_NAME(name, words) #name,
static const char *const trouble_names[] = {TROUBLE_LIST(TROUBLE_NAME)};

static void print_name(const struct item *item, struct buf *out)
{
    if (item->kind == TURN_ACT)
        buf_add_text(out, act_name((enum people_act)item->a));
    else if (item->kind == TURN_TROUBLE)
        buf_add_text(out, trouble_names[item->a]);
    else if (item->kind == TURN_MONITOR)
        buf_add_text(out, monitor_act_name((enum monitor_act)item->a));
    else
        buf_addf(out, "%d", item->a);
}

void scene_print(const struct script *script, uint64_t seed, const bool *kept,
                 struct buf *out)
{
    buf_addf(out, "seed %" PRIu64 "%s%s%s%s%s%s\nends %" PRId64 "\n", seed,
             script->from_nothing ? " from nothing" : "",
             script->is_watched ? " watched" : "", forge_words[script->forge],
             script->is_hooked ? " hooked" : "",
             script->is_delayed ? " delayed" : "",
             script->is_filtered ? " filtered" : "", script->ends_ms);
    for (int i = 0; i < script->count; i++) {
        const struct item *item = &script->items[i];
        if (!kept[i])
            continue;
        buf_addf(out, "%" PRId64 " %s ", item->at_ms, kind_names[item->kind]);
        print_name(item, out);
        buf_addf(out, " %d %d\n", item->b, item->c);
    }
}

static int find_name(const char *const *names, int count, const char *name)
{
    for (int i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

static bool read_item(const char *line, struct script *script)
{
    char kind[20], name[20];
    int64_t at_ms, number;
    int b, c;
    if (sscanf(line, "%" SCNd64 " %19s %19s %d %d", &at_ms, kind, name, &b,
               &c) != 5)
        return false;
    int turn = find_name(kind_names, TURNS, kind);
    if (turn < 0)
        return false;
    struct item *item = add(script, at_ms, (enum story_turn)turn);
    item->b = b;
    item->c = c;
    item->a = -1;
    for (int i = 0; turn == TURN_ACT && i < ACTS; i++)
        if (strcmp(act_name((enum people_act)i), name) == 0)
            item->a = i;
    if (turn == TURN_TROUBLE)
        item->a = find_name(trouble_names, SIM_TROUBLES, name);
    for (int i = 0; turn == TURN_MONITOR && i < MONITOR_ACTS; i++)
        if (strcmp(monitor_act_name((enum monitor_act)i), name) == 0)
            item->a = i;
    if (turn == TURN_ACT || turn == TURN_TROUBLE || turn == TURN_MONITOR)
        return item->a >= 0;
    if (sscanf(name, "%" SCNd64, &number) != 1)
        return false;
    item->a = (int)number;
    return true;
}

static void read_kind(const char *words, struct script *script)
{
    script->from_nothing = strstr(words, "from nothing") != NULL;
    script->is_watched = strstr(words, "watched") != NULL;
    script->is_hooked = strstr(words, "hooked") != NULL;
    script->is_delayed = strstr(words, "delayed") != NULL;
    script->is_filtered = strstr(words, "filtered") != NULL;
    for (int kind = FORGE_NONE + 1; kind < FORGE_KIND_COUNT; kind++)
        if (strstr(words, forge_words[kind]) != NULL)
            script->forge = (enum forge_kind)kind;
}

bool scene_read(const char *path, struct script *script, uint64_t *seed)
{
    struct buf text = BUF_INIT(10000);
    struct str rest, line;
    char words[200];
    bool ok = file_load(path, &text) == ERR_OK;
    *script = (struct script){.count = 0};
    rest = buf_str(&text);
    while (ok && str_cut(&rest, '\n', &line)) {
        str_copy_to(words, line);
        if (line.n == 0 || line.s[0] == '#')
            continue;
        if (sscanf(words, "seed %" SCNu64, seed) == 1)
            read_kind(words, script);
        else if (sscanf(words, "ends %" SCNd64, &script->ends_ms) != 1)
            ok = read_item(words, script);
    }
    buf_release(&text);
    return ok && script->count > 0;
}
