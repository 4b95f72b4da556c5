#include "bot/outbox/chart_work.h"

#include "bot/discord/json.h"
#include "bot/discord/message.h"
#include "bot/probe/measured.h"
#include "bot/room/deliver.h"
#include "storage/samples.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- freezing ---- */

struct gathering {
    struct measured_probe *probe;
    struct measured_span span;
};

/* Of five minutes in one row, the worst of them stands for all. */
static bool take_sample(const struct sample *stored, void *context)
{
    struct gathering *gathering = context;
    struct chart_sample sample = {
        .at_ms = stored->at_ms,
        .value = gathering->probe->below_is_bad ? stored->least : stored->most,
        .good = stored->bad == 0};
    measured_add_sample(gathering->probe, &gathering->span, sample);
    return true;
}

static enum err gather(const struct outbox_config *config,
                       const struct incident *in, int64_t wall_ms,
                       struct measured *out)
{
    const struct probe *found[MEASURED_PROBES];
    struct gathering gathering = {.span = measured_span(in, wall_ms)};
    int count = measured_find(config->probes, config->services, in, found,
                              MEASURED_PROBES);
    enum err err = ERR_OK;
    for (int i = 0; i < count && err == ERR_OK; i++) {
        gathering.probe = measured_add(out, found[i]);
        err = store_each_sample(
            config->store, str_of(found[i]->name), gathering.span.from_ms,
            gathering.span.to_ms + 1, take_sample, &gathering);
        if (gathering.probe->count == 0)
            out->count--;
    }
    return err;
}

/* As many charts as an entry's description holds. */
static void describe(struct work *work, const struct measured *measured)
{
    struct measured_charts charts;
    struct buf alt = BUF_INIT(CHART_ALT);
    measured_charts(measured, &work->delivery.in, &charts);
    for (int i = 0; i < charts.count; i++) {
        buf_clear(&alt);
        chart_alt(&charts.all[i], &alt);
        if (work->alt.n > 0 && work->alt.n + alt.n < CHART_ALT)
            buf_add_char(&work->alt, ' ');
        if (work->alt.n + alt.n <= CHART_ALT)
            buf_add(&work->alt, buf_str(&alt));
    }
    buf_release(&alt);
    buf_add_text(&work->text, "Measured by ");
    measured_names(measured, &work->text);
}

static enum delivery_verdict keep(struct work *work,
                                  const struct outbox_config *config,
                                  const struct measured *measured)
{
    struct sha256 hash;
    buf_release(&work->bytes);
    work->bytes = BUF_INIT(MEASURED_BYTES);
    work->text = BUF_INIT(2000);
    work->alt = BUF_INIT(CHART_ALT);
    measured_print(measured, &work->bytes);
    if (store_put_attachment(config->store, buf_str(&work->bytes), &hash) !=
        ERR_OK)
        return work_retry(work, store_why(config->store));
    describe(work, measured);
    sha256_hex(&hash, work->sha256);
    (void)snprintf(work->origin, sizeof work->origin, "probes/%s",
                   work->sha256);
    struct event *draft = work_result(work);
    draft->occurred = when_exact(measured_last_ms(measured));
    draft->actor = draft->recorder =
        (struct actor){.type = ACTOR_ROBOT, .name = STR("opsroom")};
    draft->origin = str_of(work->origin);
    draft->text = buf_str(&work->text);
    draft->file_name = STR(MEASURED_FILE);
    draft->file_type = STR(MEASURED_TYPE);
    draft->file_sha256 = str_of(work->sha256);
    draft->file_bytes = (int64_t)work->bytes.n;
    draft->file_alt = buf_str(&work->alt);
    return DELIVERY_DONE;
}

static enum delivery_verdict
freeze(struct work *work, const struct outbox_config *config, int64_t wall_ms)
{
    struct measured measured = {.count = 0};
    enum err err = gather(config, &work->delivery.in, wall_ms, &measured);
    enum delivery_verdict verdict = DELIVERY_DONE;
    if (err != ERR_OK)
        verdict = work_retry(work, store_why(config->store));
    else if (measured.count > 0)
        verdict = keep(work, config, &measured);
    measured_release(&measured);
    return verdict;
}

/* ---- showing ---- */

enum { LOOK = 1, DRAW, POST };

struct showing {
    struct work *work;
    const struct outbox_config *config;
    struct visit visit;
    bool is_shown; /* struck, or private, it is not */
    bool is_live;
    int64_t recorded_ms;
    char sha256[SHA256_HEX];
    struct buf words; /* the message, by which it is found again */
};

static bool read_entry(const struct entry *entry, void *context)
{
    struct showing *showing = context;
    const struct event *event = &entry->event;
    showing->is_shown = measured_is(event) && entry->state.struck == 0 &&
                        event->visibility != VISIBILITY_PRIVATE;
    showing->is_live = event->visibility == VISIBILITY_LIVE;
    showing->recorded_ms = event->recorded_at_ms;
    str_copy_to(showing->sha256, event->file_sha256);
    buf_addf(&showing->words, "**#%" PRId64 "** ", entry->state.seq);
    markdown_add_line(&showing->words, event->text);
    return false;
}

static enum delivery_verdict look_in_next_room(struct showing *showing)
{
    struct work *work = showing->work;
    const struct incident *in = &work->delivery.in;
    if (work->room == ROOM_WAR && incident_awaits_room(in)) {
        work->delivery.again_ms = showing->visit.now_ms + MS_PER_MINUTE;
        return DELIVERY_AGAIN;
    }
    for (; work->room < ROOM_COUNT; work->room++) {
        uint64_t channel = room_channel(in, work->room);
        int64_t due_ms =
            showing->recorded_ms + showing->visit.set->live_delay_ms;
        if (channel == 0 || (work->room == ROOM_LIVE && !showing->is_live))
            continue;
        if (work->room == ROOM_LIVE && due_ms > showing->visit.now_ms &&
            showing->recorded_ms <= showing->visit.now_ms) {
            work->delivery.again_ms = due_ms;
            return DELIVERY_AGAIN;
        }
        work->ask = WORK_ASK_REST;
        return visit_look(&showing->visit, LOOK, channel, showing->recorded_ms);
    }
    return delivery_end(&work->delivery);
}

static enum delivery_verdict post(struct showing *showing)
{
    struct work *work = showing->work;
    struct pictures *pictures = &work->pictures;
    struct rest_file files[MEASURED_CHARTS];
    uint64_t channel = room_channel(&work->delivery.in, work->room);
    char key[80];
    if (channel == 0) /* private by now */
        return DELIVERY_DONE;
    cJSON *message = message_new(buf_str(&showing->words));
    for (int i = 0; i < pictures->count; i++) {
        struct picture *picture = &pictures->all[i];
        files[i] =
            (struct rest_file){picture->name, picture_type(picture->format),
                               buf_str(&picture->bytes)};
        message_add_attachment(message, i, picture->name, str_of(picture->alt));
    }
    (void)snprintf(key, sizeof key, "chart/%" PRId64 "/%" PRId64 "/%d",
                   work->delivery.in.id, work->delivery.row.target,
                   (int)work->room);
    work->ask = WORK_ASK_REST;
    enum delivery_verdict verdict =
        visit_post(&showing->visit, POST, channel, message, key);
    rest_call_attach(&work->delivery.call, files, pictures->count);
    return verdict;
}

static enum delivery_verdict begin_drawing(struct showing *showing)
{
    struct work *work = showing->work;
    struct buf csv = BUF_INIT(MEASURED_BYTES);
    struct measured measured = {.count = 0};
    struct measured_charts charts;
    enum err err =
        store_attachment(showing->config->store, str_of(showing->sha256), &csv);
    if (err == ERR_OK)
        err = measured_read(buf_str(&csv), &measured);
    if (err == ERR_OK) {
        measured_charts(&measured, &work->delivery.in, &charts);
        for (int i = 0; i < charts.count; i++) {
            char name[40];
            (void)snprintf(name, sizeof name, "chart-%d.png", i + 1);
            pictures_add(&work->pictures, &charts.all[i], CHART_PNG, name);
        }
    }
    buf_release(&csv);
    measured_release(&measured);
    if (err == ERR_STORAGE)
        return work_retry(work, store_why(showing->config->store));
    work->delivery.step = DRAW;
    return work_draw(work); /* DONE: there is nothing to be drawn in it */
}

static enum delivery_verdict drawn(struct showing *showing)
{
    struct work *work = showing->work;
    if (work_draw(work) == DELIVERY_CALL)
        return DELIVERY_CALL;
    if (pictures_are_whole(&work->pictures))
        return post(showing);
    return work_later_or_fail(
        work, "The chart could not be drawn yet.",
        "The chart could not be drawn; what was measured is kept. Run `opsroom "
        "check` to see whether opsroom-draw is there.");
}

static bool says_the_same(const cJSON *message, const void *context)
{
    return str_eq(json_text(message, "content"), *(const struct str *)context);
}

static enum delivery_verdict looked(struct showing *showing)
{
    struct work *work = showing->work;
    struct str words = buf_str(&showing->words);
    uint64_t channel = room_channel(&work->delivery.in, work->room);
    if (listing_find(&showing->visit, says_the_same, &words) != 0) {
        work->room++;
        return look_in_next_room(showing);
    }
    if (listing_goes_on(&showing->visit, channel))
        return DELIVERY_CALL;
    return work->pictures.count > 0 ? post(showing) : begin_drawing(showing);
}

/* The live room may take what the war room refuses. */
static enum delivery_verdict refused(struct showing *showing)
{
    static const struct refusal refusal = {
        "The chart could not be posted", "Attach Files",
        "What was measured is kept in the record."};
    struct work *work = showing->work;
    enum delivery_verdict verdict = visit_refused_in(
        &showing->visit, &refusal,
        work->room == ROOM_WAR ? EFFECT_WAR_ROOM : EFFECT_LIVE_ROOM);
    if (verdict != DELIVERY_FAILED)
        return verdict;
    work->room++;
    return look_in_next_room(showing);
}

static enum delivery_verdict take_answer(struct showing *showing)
{
    struct work *work = showing->work;
    showing->visit.answer = &work->rest;
    if (work->rest.fate != REST_DONE)
        return refused(showing);
    if (work->delivery.step == LOOK)
        return looked(showing);
    work->room++;
    return look_in_next_room(showing);
}

static enum delivery_verdict show(struct showing *showing)
{
    struct work *work = showing->work;
    enum err err = store_entry(showing->config->store, work->delivery.in.id,
                               work->delivery.row.target, read_entry, showing);
    if (err != ERR_OK && err != ERR_NOT_FOUND)
        return work_retry(work, store_why(showing->config->store));
    if (!showing->is_shown)
        return DELIVERY_DONE;
    /* Taken out of it while the picture was drawn. */
    if (work->room == ROOM_LIVE && !showing->is_live)
        return delivery_end(&work->delivery);
    switch (work->delivery.step) {
    case 0:
        return look_in_next_room(showing);
    case DRAW:
        return drawn(showing);
    default:
        return take_answer(showing);
    }
}

enum delivery_verdict chart_work_step(struct work *work,
                                      const struct outbox_config *config,
                                      const struct room_settings *rooms,
                                      int64_t wall_ms)
{
    if (work->delivery.row.target == 0)
        return freeze(work, config, wall_ms);
    struct showing showing = {
        .work = work,
        .config = config,
        .visit = {.delivery = &work->delivery,
                  .store = config->store,
                  .set = rooms,
                  .now_ms = wall_ms},
        .words = BUF_INIT(TEXT_UNITS * 8u),
    };
    enum delivery_verdict verdict = show(&showing);
    buf_release(&showing.words);
    cJSON_Delete(work->rest.json);
    work->rest.json = NULL;
    return verdict;
}
