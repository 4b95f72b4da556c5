#include "bot/outbox/work.h"

#include "bot/io/child.h"
#include "bot/outbox/chart_work.h"
#include "bot/outbox/forge_work.h"
#include "bot/outbox/page_work.h"

#include <stdlib.h>
#include <string.h>

#define GIT_OUTPUT_BYTES (64u << 10)
/* opsroom-git says what it waited for; a little later it is killed. */
#define GIT_GRACE_MS (5 * MS_PER_SECOND)

static void on_rest(const struct rest_answer *answer, void *context)
{
    struct work *work = context;
    work->rest = *answer;
    work->rest.text = STR_NONE;
    work->rest.json =
        answer->json == NULL ? NULL : cJSON_Duplicate(answer->json, 1);
    work->answered(work);
}

/* A job holds the token. */
static void forget_bytes(struct work *work)
{
    if (work->ask == WORK_ASK_GIT && work->bytes.s != NULL)
        explicit_bzero(work->bytes.s, work->bytes.room);
    buf_release(&work->bytes);
}

static void keep_bytes(struct work *work, struct str bytes)
{
    buf_release(&work->bytes);
    work->bytes = BUF_INIT(bytes.n);
    buf_add(&work->bytes, bytes);
}

static void on_fetched(enum rest_fate fate, int status, struct str bytes,
                       void *context)
{
    (void)status;
    struct work *work = context;
    work->fetch_fate = fate;
    keep_bytes(work, bytes);
    work->answered(work);
}

static void on_git(int status, struct str output, void *context)
{
    (void)status; /* the output says it in words */
    struct work *work = context;
    work->child = NULL;
    keep_bytes(work, output);
    work->answered(work);
}

static void on_drawn(int status, struct str output, void *context)
{
    struct work *work = context;
    work->child = NULL;
    pictures_drawn(&work->pictures, status, output);
    work->answered(work);
}

static void say(struct delivery *delivery, const char *words)
{
    str_copy_to(delivery->words, str_of(words));
}

struct event *work_result(struct work *work)
{
    struct delivery *delivery = &work->delivery;
    delivery->has_result = true;
    delivery->result = (struct request){
        .kind = REQUEST_EFFECT,
        .draft = {.kind = EVENT_TASK,
                  .source = SOURCE_SYSTEM,
                  .effect = delivery->row.kind,
                  .target = delivery->row.kind == EFFECT_FETCH
                                ? fetch_seq(delivery->row.target)
                                : delivery->row.target},
    };
    return &delivery->result.draft;
}

enum delivery_verdict work_retry(struct work *work, const char *words)
{
    work->delivery.has_result = false;
    say(&work->delivery, words);
    return DELIVERY_RETRY;
}

static enum delivery_verdict fail(struct work *work, const char *words)
{
    say(&work->delivery, words);
    struct event *draft = work_result(work);
    draft->failed = true;
    draft->text = str_of(work->delivery.words);
    return DELIVERY_FAILED;
}

enum delivery_verdict work_later_or_fail(struct work *work, const char *words,
                                         const char *for_good)
{
    return work->delivery.row.attempts < WORK_ATTEMPTS ? work_retry(work, words)
                                                       : fail(work, for_good);
}

enum delivery_verdict work_draw(struct work *work)
{
    work->ask = WORK_ASK_DRAW;
    return pictures_next(&work->pictures) != NULL ? DELIVERY_CALL
                                                  : DELIVERY_DONE;
}

struct last_word {
    const char *words;
    struct work_past past;
};

static bool read_last_word(const struct event *task, void *context)
{
    struct last_word *last = context;
    last->past.has_failed = task->failed;
    last->past.is_same = task->failed && str_is(task->text, last->words);
    return false;
}

struct work_past work_past(const struct work *work, struct store *store,
                           const char *words)
{
    const struct delivery *delivery = &work->delivery;
    struct last_word last = {.words = words};
    if (store_last_task(store, delivery->in.id, delivery->row.kind,
                        delivery->row.target, read_last_word, &last) != ERR_OK)
        return (struct work_past){false, false};
    return last.past;
}

enum delivery_verdict work_fail_once(struct work *work, struct store *store,
                                     const char *words)
{
    say(&work->delivery, words);
    if (!work_past(work, store, words).is_same) {
        struct event *draft = work_result(work);
        draft->failed = true;
        draft->text = str_of(words);
    }
    return DELIVERY_FAILED;
}

/* ---- an attached file ---- */

/* What was taken back is not shown to everybody by its file, which was promised
 * and is kept. */
static enum visibility file_visibility(const struct entry *stored)
{
    bool is_live = stored->event.visibility == VISIBILITY_LIVE;
    return is_live && stored->state.struck != 0 ? VISIBILITY_ROOM
                                                : stored->event.visibility;
}

/* The file becomes evidence with its entry's time and people, as that one
 * stands when it arrives. */
static bool copy_entry(const struct entry *stored, void *context)
{
    struct work *work = context;
    const struct event *entry = &stored->event;
    struct event *draft = work_result(work);
    str_copy_to(work->name, str_of(work->delivery.row.file_name));
    str_copy_to(work->type, str_of(work->delivery.row.file_type));
    str_copy_to(work->actor, entry->actor.name);
    str_copy_to(work->recorder, entry->recorder.name);
    draft->occurred = entry->occurred;
    draft->visibility = file_visibility(stored);
    draft->actor = entry->actor;
    draft->actor.name = str_of(work->actor);
    draft->recorder = entry->recorder;
    draft->recorder.name = str_of(work->recorder);
    return false;
}

static enum delivery_verdict keep_file(struct work *work,
                                       const struct outbox_config *config)
{
    struct delivery *delivery = &work->delivery;
    struct sha256 hash;
    if (store_entry(config->store, delivery->in.id,
                    fetch_seq(delivery->row.target), copy_entry,
                    work) != ERR_OK ||
        store_put_attachment(config->store, buf_str(&work->bytes), &hash) !=
            ERR_OK) {
        return work_retry(work, store_why(config->store));
    }
    sha256_hex(&hash, work->sha256);
    struct event *draft = &delivery->result.draft;
    draft->file_name = str_of(work->name);
    draft->file_type = str_of(work->type);
    draft->file_sha256 = str_of(work->sha256);
    draft->file_bytes = (int64_t)work->bytes.n;
    return DELIVERY_DONE;
}

static enum delivery_verdict step_fetch(struct work *work,
                                        const struct outbox_config *config)
{
    struct delivery *delivery = &work->delivery;
    if (delivery->step++ == 0) {
        work->ask = WORK_ASK_FETCH;
        return DELIVERY_CALL;
    }
    if (work->fetch_fate == REST_DONE)
        return keep_file(work, config);
    if (work->fetch_fate == REST_UNREACHABLE)
        return work_later_or_fail(
            work, "The attached file could not be downloaded yet.",
            "The attached file could not be downloaded: "
            "Discord did not answer. Attach it again.");
    return fail(work, "The attached file could not be kept: it is gone or "
                      "too large. Attach it again.");
}

/* ---- any ---- */

/* Nor told to the forge. What is on its way there is heard to its end, and an
 * issue that may have arrived is looked for. */
static bool is_withheld(const struct work *work,
                        const struct outbox_config *config)
{
    enum effect_kind kind = work->delivery.row.kind;
    bool is_told_there = kind == EFFECT_POSTMORTEM || kind == EFFECT_PULL ||
                         kind == EFFECT_ISSUE;
    bool is_under_way = work->state != WORK_BEGUN && work->ask != WORK_ASK_DRAW;
    bool is_sought = kind == EFFECT_ISSUE && work->delivery.row.attempts > 0;
    return is_told_there && !is_under_way && !is_sought &&
           incident_page_is_withheld(&work->delivery.in,
                                     config->postmortem.private_pages);
}

enum delivery_verdict work_step(struct work *work,
                                const struct outbox_config *config,
                                const struct room_settings *rooms,
                                int64_t wall_ms)
{
    struct delivery *delivery = &work->delivery;
    if (is_withheld(work, config))
        return DELIVERY_DONE;
    if (delivery->row.kind == EFFECT_FETCH)
        return step_fetch(work, config);
    if (delivery->row.kind == EFFECT_POSTMORTEM)
        return page_work_step(work, config);
    if (delivery->row.kind == EFFECT_CHART)
        return chart_work_step(work, config, rooms, wall_ms);
    if (delivery->row.kind == EFFECT_POLL && config->forge == NULL)
        return page_work_look(work, config, wall_ms);
    if (delivery->row.kind == EFFECT_PULL ||
        delivery->row.kind == EFFECT_ISSUE || delivery->row.kind == EFFECT_POLL)
        return forge_work_step(work, config, wall_ms);
    work->ask = WORK_ASK_REST;
    const struct rest_answer *answer =
        work->state == WORK_BEGUN ? NULL : &work->rest;
    enum delivery_verdict verdict =
        room_deliver(delivery, config->store, rooms, answer, wall_ms);
    cJSON_Delete(work->rest.json);
    work->rest.json = NULL;
    return verdict;
}

void work_send(struct work *work, const struct outbox_config *config)
{
    work->state = WORK_SENT;
    if (work->ask == WORK_ASK_FETCH) {
        rest_fetch(config->rest, work->delivery.row.url,
                   (size_t)config->attachment_max_bytes, on_fetched, work);
    } else if (work->ask == WORK_ASK_GIT) {
        struct child_job job = {.program = config->git_helper,
                                .input = buf_str(&work->bytes),
                                .timeout_ms =
                                    postmortem_timeout_ms(&config->postmortem) +
                                    GIT_GRACE_MS,
                                .output_limit = GIT_OUTPUT_BYTES};
        work->child = child_run(config->loop, &job, on_git, work);
        forget_bytes(work);
    } else if (work->ask == WORK_ASK_DRAW) {
        struct child_job job = {
            .program = config->draw_helper,
            .input = buf_str(&pictures_next(&work->pictures)->bytes),
            .timeout_ms = CHART_TIMEOUT_MS,
            .output_limit = CHART_PICTURE};
        work->child = child_run(config->loop, &job, on_drawn, work);
    } else if (work->ask == WORK_ASK_FORGE) {
        forge_work_send(work);
    } else {
        rest_send(config->rest, &work->delivery.call, on_rest, work);
    }
}

void work_release(struct work *work)
{
    if (work->child != NULL)
        child_cancel(work->child);
    forge_work_free(work->forge);
    rest_call_release(&work->delivery.call);
    cJSON_Delete(work->rest.json);
    page_work_free(work->page);
    forget_bytes(work);
    buf_release(&work->text);
    buf_release(&work->alt);
    pictures_release(&work->pictures);
    *work = (struct work){.state = WORK_FREE};
}
