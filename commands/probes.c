#include "commands/probes.h"

#include "commands/complete.h"
#include "commands/words.h"

const struct process_probes *probes_of(const struct call *call)
{
    static const struct process_probes none;
    return call->process == NULL ? &none : &call->process->probes;
}

bool probe_typed(const struct call *call, int *index, struct answer *answer)
{
    const struct process_probes *probes = probes_of(call);
    struct str typed = call_value(call, "target")->text;
    int found =
        probes->runner == NULL ? -1 : probes->find(probes->runner, typed);
    if (found >= 0) {
        *index = found;
        return true;
    }
    if (probes->runner == NULL) {
        buf_add_text(&answer->words,
                     "The settings have no [[probe]], so there is nothing to "
                     "check. config.example.toml shows how one is written.");
        return false;
    }
    buf_add_text(&answer->words, "There is no probe called ");
    say_excerpt(&answer->words, typed, 80);
    buf_add_text(&answer->words, ". `/probe list` shows all of them.");
    return false;
}

void complete_probes(const struct call *call, struct str typed,
                     struct choices *out)
{
    const struct process_probes *probes = probes_of(call);
    int count = probes->runner == NULL ? 0 : probes->count(probes->runner);
    for (int i = 0; i < count && !choices_full(out); i++) {
        struct probe_status status = probes->status(probes->runner, i);
        struct buf shown = BUF_INIT(400);
        buf_addf(&shown, "%s (%s)", status.probe->name,
                 word_of(&probe_state_words, (int)status.state));
        if (text_holds(buf_str(&shown), typed))
            choices_add(out, str_of(status.probe->name), buf_str(&shown));
        buf_release(&shown);
    }
}

static void say_until(struct buf *words, const char *what, int64_t until_ms,
                      int64_t now_ms)
{
    struct when until = when_exact(until_ms);
    if (until_ms <= now_ms)
        return;
    buf_addf(words, " · %s until ", what);
    say_time(words, &until, now_ms);
}

void say_probe(struct buf *words, const struct probe_status *status,
               int64_t now_ms)
{
    struct when since = when_exact(status->since_ms);
    buf_add_text(words, "**");
    say_excerpt(words, str_of(status->probe->name), 80);
    buf_addf(words, "** is %s",
             word_of(&probe_state_words, (int)status->state));
    if (status->since_ms != 0) {
        buf_add_text(words, " since ");
        say_time(words, &since, now_ms);
    }
    if (status->last_ms == 0) {
        buf_add_text(words, ": not checked yet");
    } else {
        buf_addf(words, ": %s", status->last.is_good ? "" : "bad, ");
        say_excerpt(words, str_of(status->last.words), 200);
    }
    say_until(words, "muted", status->muted_until_ms, now_ms);
    say_until(words, "watched closely", status->watched_until_ms, now_ms);
}
