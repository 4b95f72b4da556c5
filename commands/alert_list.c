#include "bot/base/utf8.h"
#include "commands/alerts.h"
#include "commands/reach.h"
#include "commands/words.h"
#include "storage/alerts.h"

#include <inttypes.h>

#define LISTED 20
/* The rest is for the heading, and for how many more there are. */
#define PAGE_UNITS (MESSAGE_UNITS - 60)

struct listing {
    const struct call *call;
    struct buf *words;
    int64_t shown, left_out;
    size_t units;
    enum err err;
};

/* What a private incident has is nobody else's business. */
static bool may_know(struct listing *listing, int64_t incident_id)
{
    struct incident *in = call_alloc(listing->call, sizeof *in);
    listing->err = store_incident(listing->call->store, incident_id, in);
    return listing->err == ERR_OK && reach_may_know(listing->call, in);
}

static void say_fate(struct buf *words, const struct stored_alert *stored)
{
    if (stored->incident_id != 0)
        buf_addf(words, " · in **INC-%" PRId64 "** as #%" PRId64,
                 stored->incident_id, stored->seq);
    else if (stored->card != 0)
        buf_addf(words, " · no incident has it (alerts #%" PRId64 ")",
                 stored->card);
    else
        buf_add_text(words, " · no incident has it");
}

static void say_alert(struct buf *words, const struct stored_alert *stored,
                      int64_t now_ms)
{
    const struct alert *alert = &stored->alert;
    struct when since = when_exact(stored_alert_began_ms(stored));
    buf_add_text(words, "\n- **");
    say_public(words, alert->title, 120);
    buf_add_text(words, alert->is_warning ? "** was told at " : "** since ");
    say_time(words, &since, now_ms);
    buf_add_text(words, " (");
    say_excerpt(words, alert->source, 60);
    buf_add_text(words, ")");
    say_fate(words, stored);
}

/* Whole lines only, as many as a message holds; the others are counted. */
static bool list_alert(const struct stored_alert *stored, void *context)
{
    struct listing *listing = context;
    if (stored->incident_id != 0 && !may_know(listing, stored->incident_id))
        return listing->err == ERR_OK;
    if (listing->left_out > 0 || listing->shown == LISTED) {
        listing->left_out++;
        return true;
    }
    struct buf line = BUF_INIT(WORDS_BYTES);
    say_alert(&line, stored, listing->call->now_ms);
    size_t units = utf16_units(buf_str(&line));
    if (listing->units + units > PAGE_UNITS) {
        listing->left_out++;
    } else {
        listing->shown++;
        listing->units += units;
        buf_add(listing->words, buf_str(&line));
    }
    buf_release(&line);
    return true;
}

static enum reply run(const struct call *call, struct request *request,
                      struct answer *answer)
{
    struct buf *words = &answer->words;
    struct listing listing = {.call = call, .words = words};
    (void)request;
    buf_add_text(words, "**What fires now**");
    enum err err = store_each_firing_alert(call->store, list_alert, &listing);
    if (err != ERR_OK || listing.err != ERR_OK)
        return REPLY_FAILED;
    if (listing.shown == 0)
        buf_add_text(words, "\nNothing: no monitor reports an alert.");
    if (listing.left_out > 0)
        buf_addf(words, "\n… and %" PRId64 " more.", listing.left_out);
    return REPLY_TEXT;
}

const struct command command_alert_list = {
    .name = "alert list",
    .help = "What monitors report now, and which incident has it",
    .right = RIGHT_RESPOND,
    .reads = true,
    .scope = SCOPE_NONE,
    .run = run,
};
