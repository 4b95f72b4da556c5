#include "commands/import_plan.h"

#include "commands/actor.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ORIGIN_BYTES (2 * SHA256_HEX + 20)

/* ---- reading ---- */

struct reader {
    const struct call *call;
    struct import_plan *plan;
};

static void keep_entry(void *to, const struct import_entry *entry)
{
    struct reader *reader = to;
    struct import_plan *plan = reader->plan;
    if (plan->count == IMPORT_ENTRIES)
        return;
    struct import_entry *kept = &plan->entries[plan->count++];
    *kept = *entry;
    kept->actor = call_copy(reader->call, entry->actor);
    kept->text = call_copy(reader->call, entry->text);
    for (int i = 0; i < entry->block_count; i++)
        kept->blocks[i] = call_copy(reader->call, entry->blocks[i]);
}

static void keep_problem(void *to, int line, struct str words)
{
    struct reader *reader = to;
    (void)line; /* the words say it */
    for (int i = 0; i < PLAN_PROBLEMS; i++) {
        if (reader->plan->problems[i].s == NULL) {
            reader->plan->problems[i] = call_copy(reader->call, words);
            return;
        }
    }
}

static void count_line(void *to, int line, enum import_line what)
{
    struct reader *reader = to;
    (void)line;
    reader->plan->headings += what == IMPORT_HEADING || what == IMPORT_TABLE;
}

static void plan_steps(const struct call *call, struct import_plan *plan)
{
    int total = plan->count;
    for (int i = 0; i < plan->count; i++)
        total += plan->entries[i].block_count;
    plan->steps = call_alloc(call, (size_t)total * sizeof *plan->steps);
    for (int i = 0; i < plan->count; i++)
        for (int block = -1; block < plan->entries[i].block_count; block++)
            plan->steps[plan->step_count++] = (struct import_step){i, block};
}

struct import_plan *import_plan_read(const struct call *call, struct str text,
                                     const struct import_basis *basis)
{
    struct import_plan *plan = call_alloc(call, sizeof *plan);
    struct reader reader = {call, plan};
    struct when_base base = incident_when_base(call->in, basis->now_ms);
    const struct import_source source = {
        .text = text,
        .base = &base,
        .has_date = true,
        .date_ms = basis->date_ms,
        .has_zone = basis->has_zone,
        .zone_min = basis->zone_min,
    };
    const struct import_sink sink = {&reader, keep_entry, keep_problem,
                                     count_line};
    plan->basis = *basis;
    plan->text = text;
    plan->entries = call_alloc(call, IMPORT_ENTRIES * sizeof *plan->entries);
    plan->result = import_read(&source, &sink);
    plan_steps(call, plan);
    return plan;
}

/* ---- keeping ---- */

/* What our own page puts behind an entry, "Disk full *(confirmed)*", so that a
 * page comes back as what it was. A change is more than its text: it stays a
 * note. */
static void take_mark(struct event *draft)
{
    static const struct {
        const char *mark;
        enum event_kind kind;
        enum confidence confidence;
    } marks[] = {
        {"*(theory)*", EVENT_FINDING, CONFIDENCE_THEORY},
        {"*(confirmed)*", EVENT_FINDING, CONFIDENCE_CONFIRMED},
        {"*(ruled out)*", EVENT_FINDING, CONFIDENCE_RULED_OUT},
        {"*(decision)*", EVENT_DECISION, CONFIDENCE_NONE},
        {"*(alert)*", EVENT_ALERT, CONFIDENCE_NONE},
        {"*(evidence)*", EVENT_EVIDENCE, CONFIDENCE_NONE},
        {"*(public notice)*", EVENT_COMMS, CONFIDENCE_NONE},
    };
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        struct str text = draft->text;
        if (!str_ends(text, marks[i].mark) || text.n == strlen(marks[i].mark))
            continue;
        text.n -= strlen(marks[i].mark);
        draft->text = str_trim(text);
        draft->kind = marks[i].kind;
        draft->confidence = marks[i].confidence;
    }
}

/* A monitor is called as it is written. */
static struct actor actor_of(const struct call *call,
                             const struct import_entry *entry, bool is_robot)
{
    struct buf name = BUF_INIT(NAME_BYTES);
    if (entry->has_at && is_robot)
        buf_add_char(&name, '@');
    buf_add(&name, entry->actor);
    struct actor actor = actor_named(call_copy(call, buf_str(&name)), is_robot);
    buf_release(&name);
    return actor;
}

/* "import:" and the digest; of a block with its own behind it: two entries of
 * one minute may say the same, "See the evidence.", above different logs. */
static struct str origin_of(const struct call *call,
                            const struct import_entry *entry, int block)
{
    struct sha256 key = import_entry_key(entry), bytes;
    char hex[SHA256_HEX], of_block[SHA256_HEX];
    char *text = call_alloc(call, ORIGIN_BYTES);
    sha256_hex(&key, hex);
    if (block < 0) {
        (void)snprintf(text, ORIGIN_BYTES, "import:%s", hex);
    } else {
        bytes = sha256_of(entry->blocks[block]);
        sha256_hex(&bytes, of_block);
        (void)snprintf(text, ORIGIN_BYTES, "import:%s:%s", hex, of_block);
    }
    return str_of(text);
}

bool import_plan_known(const struct call *call, const struct import_plan *plan,
                       int *out)
{
    int known = 0;
    for (int i = 0; i < plan->count; i++) {
        int64_t seq;
        if (store_entry_of_origin(call->store, call->in->id,
                                  origin_of(call, &plan->entries[i], -1),
                                  &seq) != ERR_OK)
            return false;
        known += seq != 0;
    }
    *out = known;
    return true;
}

static void add_block(const struct call *call, const struct import_entry *entry,
                      int block, struct request *request)
{
    struct event *draft = &request->draft;
    struct str bytes = entry->blocks[block];
    struct sha256 hash = sha256_of(bytes);
    char *hex = call_alloc(call, SHA256_HEX);
    sha256_hex(&hash, hex);
    draft->kind = EVENT_EVIDENCE;
    draft->confidence = CONFIDENCE_NONE;
    draft->text = STR_NONE;
    draft->file_name = STR("evidence.txt");
    draft->file_type = STR("text/plain; charset=utf-8");
    draft->file_sha256 = str_of(hex);
    draft->file_bytes = (int64_t)bytes.n;
    request->file_bytes = bytes;
    /* When it fails, so does the request. */
    enum err err = store_entry_of_origin(
        call->store, call->in->id, origin_of(call, entry, -1), &draft->target);
    (void)err;
}

void import_plan_request(const struct call *call,
                         const struct import_plan *plan, int step,
                         struct request *request)
{
    int block = plan->steps[step].block;
    const struct import_entry *entry = &plan->entries[plan->steps[step].entry];
    struct event *draft = &request->draft;
    request->kind = REQUEST_ADD;
    draft->kind = EVENT_NOTE;
    draft->text = entry->text;
    take_mark(draft);
    draft->source = SOURCE_IMPORT;
    draft->occurred = entry->when;
    draft->actor = actor_of(call, entry, draft->kind == EVENT_ALERT);
    draft->visibility = plan->basis.visibility;
    draft->origin = origin_of(call, entry, block);
    if (block < 0)
        draft->phase = entry->phase;
    else
        add_block(call, entry, block, request);
}

void import_plan_count(const struct call *call, struct import_plan *plan,
                       int step)
{
    plan->new_entries +=
        plan->steps[step].block < 0 && call->accepted > plan->seen;
    plan->seen = call->accepted;
}

/* ---- between two steps of a person ---- */

void import_draft_write(const struct import_plan *plan, struct buf *out)
{
    const struct import_basis *basis = &plan->basis;
    buf_addf(out, "%" PRId64 " %" PRId64 " %d ", basis->date_ms, basis->now_ms,
             (int)basis->visibility);
    if (basis->has_zone)
        buf_addf(out, "%d ", basis->zone_min);
    buf_add_text(out, basis->has_date ? "dated\n" : "\n");
    buf_add(out, plan->text);
}

bool import_draft_read(struct str draft, struct import_basis *basis,
                       struct str *text)
{
    struct str head;
    char line[80];
    int visibility = 0;
    *basis = (struct import_basis){.has_zone = false};
    if (!str_cut(&draft, '\n', &head) || draft.s == NULL)
        return false;
    str_copy_to(line, head);
    int read = sscanf(line, "%" SCNd64 " %" SCNd64 " %d %d", &basis->date_ms,
                      &basis->now_ms, &visibility, &basis->zone_min);
    basis->visibility = (enum visibility)visibility;
    basis->has_zone = read == 4;
    basis->has_date = str_ends(head, "dated");
    *text = draft;
    return read >= 3;
}
