#include "bot/turn/answers.h"

#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/turn/flights.h"
#include "bot/turn/late_answer.h"
#include "bot/turn/plain_answer.h"
#include "bot/turn/rivals.h"

#include <stdlib.h>

struct answers {
    struct answers_config config;
    struct probe_runner *probes;
    struct waits *waits;
    struct flights flights;
    struct rivals rivals;
};

struct answers *answers_new(const struct answers_config *config)
{
    struct answers *answers = mem_alloc(sizeof *answers);
    answers->config = *config;
    answers->waits = waits_new(config->rest, config->waited, config->context);
    answers->flights.context = answers;
    return answers;
}

void answers_free(struct answers *answers)
{
    if (answers == NULL)
        return;
    flights_end_all(&answers->flights);
    waits_free(answers->waits);
    free(answers);
}

void answers_set_probes(struct answers *answers, struct probe_runner *probes)
{
    answers->probes = probes;
}

static struct flight *begin_flight(struct answers *answers, struct item *item)
{
    struct flight flight = {
        .interaction_id = item->interaction.id,
        .seq = item->seq,
        .came_ms = item->is_second ? -1 : item->came_ms,
        .is_new = item->is_new && !item->is_second,
        .is_kept = item->is_kept,
        .application_id = item->interaction.application_id,
        .wants_file = item->wants_file,
        .wants_probe = item->wants_probe,
    };
    if (item->interaction.type != INTERACTION_AUTOCOMPLETE)
        str_copy_to(flight.token, item->interaction.token);
    if (flight.wants_file != NULL || flight.wants_probe != 0) {
        flight.data = item->data;
        item->data = NULL;
    }
    return flights_add(&answers->flights, &flight);
}

/* The first answer stands; what it waits for begins. */
static void wait_for(struct answers *answers, struct flight *flight)
{
    cJSON *data = flight->data;
    flight->data = NULL;
    if (flight->wants_file != NULL)
        waits_for_file(answers->waits, data, flight->wants_file, DRAFT_BYTES);
    else
        waits_for_probe(answers->waits, data, answers->probes,
                        flight->wants_probe - 1);
}

/* What became of it, for whoever runs the bot. */
static void note(struct answers *answers, const struct flight *flight,
                 const struct rest_answer *answer)
{
    const struct answers_config *config = &answers->config;
    int64_t now_ms = loop_now_ms(config->loop);
    if (answer->fate == REST_DONE) {
        if (flight->came_ms >= 0)
            metrics_answered(config->metrics, now_ms - flight->came_ms);
        return;
    }
    log_warn("answer_lost", LOG_ID("interaction", flight->interaction_id),
             LOG_INT("status", answer->status), LOG_INT("code", answer->code));
    config->metrics->answers_lost++;
    if (answer->fate == REST_REJECTED &&
        answer->code == REST_ANSWERED_ALREADY && flight->is_new &&
        rivals_saw(&answers->rivals, now_ms))
        config->rival(config->rival_context);
}

static void on_answered(const struct rest_answer *answer, void *context)
{
    struct flight *flight = context;
    struct answers *answers = flight->flights->context;
    struct rest *rest = answers->config.rest;
    struct rest_call plain;
    if (plain_answer(flight, answer, &plain)) {
        rest_send(rest, &plain, on_answered, flight);
        return;
    }
    note(answers, flight, answer);
    if (flight->later != NULL && answer->fate == REST_DONE) {
        flight->came_ms = -1;
        rest_send(rest, flight->later, on_answered, flight);
        free(flight->later);
        flight->later = NULL;
        return;
    }
    if (flight->data != NULL && answer->fate == REST_DONE)
        wait_for(answers, flight);
    flight_end(flight);
    answers->config.arrived(answers->config.context);
}

void answers_send(struct answers *answers, struct item *item)
{
    const struct interaction *it = &item->interaction;
    struct rest_file file = {.name = item->file_name, .type = item->file_type};
    struct flight *flight = begin_flight(answers, item);
    if (item->is_second)
        item->answer = late_answer_edit(item->answer);
    else
        flight->later = late_answer_take(it, &item->answer, &file, &item->file);
    struct rest_call call =
        item->is_second
            ? rest_interaction_edit(it->application_id, it->token, NULL)
            : rest_interaction_callback(it->id, it->token, NULL);
    call.body = item->answer;
    item->answer = NULL;
    file.bytes = buf_str(&item->file);
    if (file.bytes.n > 0)
        rest_call_attach(&call, &file, 1);
    rest_send(answers->config.rest, &call, on_answered, flight);
}

bool answers_owed(const struct answers *answers)
{
    return answers->flights.oldest != NULL;
}

int64_t answers_safe_seq(const struct answers *answers, int64_t seq)
{
    return flights_safe_seq(&answers->flights, seq);
}

void answers_renewed(struct answers *answers)
{
    flights_renewed(&answers->flights);
}
