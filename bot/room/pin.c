#include "bot/room/deliver.h"

/* Pinning twice is pinning once. */
enum delivery_verdict deliver_pin(struct visit *visit)
{
    static const struct refusal refusal = {
        "The card could not be pinned", "Pin Messages",
        "It stands in the room all the same."};
    const struct incident *in = &visit->delivery->in;
    uint64_t channel = incident_room(in);

    if (channel == 0 || in->card_message_id == 0)
        return DELIVERY_DONE;
    if (visit->answer == NULL)
        return visit_call(visit, 1,
                          rest_message_pin(channel, in->card_message_id,
                                           "The incident's card"));
    if (visit->answer->fate == REST_DONE)
        return DELIVERY_DONE;
    /* It is pinned as soon as it is posted. */
    if (visit->answer->fate == REST_GONE && visit->answer->code == 10008 &&
        visit_is_new(visit, in->card_message_id))
        return visit_retry(visit, "Discord does not know the card yet.");
    return visit_refused(visit, &refusal);
}
