/*
 * How long something took, by the prose and by the milestones. A sentence says
 * what it is about by its words: "down", "restored", "alert". One that is about
 * none of these is not looked at ("files older than 5 days").
 */
#include "bot/postmortem/prose.h"

#include <string.h>

/* As the prose says it: any length from least to most fits. */
struct span {
    int64_t least_ms, most_ms;
    int first, count; /* its words */
};

/* ---- what the prose says ---- */

static int64_t unit_of(struct str word)
{
    static const struct {
        const char *words;
        int64_t ms;
    } units[] = {
        {" second seconds sec secs ", MS_PER_SECOND},
        {" minute minutes min mins ", MS_PER_MINUTE},
        {" hour hours hr hrs h ", MS_PER_HOUR},
        {" day days ", MS_PER_DAY},
    };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (word_in(units[i].words, word))
            return units[i].ms;
    return 0;
}

/* "7", "seven", "an", "half"; in halves, so that half an hour is one. */
static int halves_of(struct str word)
{
    if (word_in(" a an the ", word))
        return 2;
    if (word_in(" half ", word))
        return 1;
    return 2 * word_number(word);
}

/* "7 minutes", "half an hour", "1 h 30 min", "an hour and a half", "7-minute":
 * words taken; 0: no length. */
static int read_length(const struct sentence *sentence, int at, int64_t *ms,
                       int64_t *unit)
{
    struct str word = word_at(sentence, at);
    const char *dash = word.n > 0 ? memchr(word.s, '-', word.n) : NULL;
    if (dash != NULL) {
        struct str number = {word.s, (size_t)(dash - word.s)};
        *unit = unit_of(str_from(word, number.n + 1));
        *ms = word_number(number) * *unit;
        return *ms > 0 ? 1 : 0;
    }
    int halves = halves_of(word), taken = 1;
    bool is_article = word_in(" a an the ", word);
    if (word_in(" the ", word) &&
        !word_in(" within ", word_at(sentence, at - 1)))
        return 0;
    if (halves == 1 && word_in(" a an ", word_at(sentence, at + 1)))
        taken++;
    *unit = unit_of(word_at(sentence, at + taken));
    /* "a second report" */
    if (halves == 0 || *unit == 0 || (is_article && *unit < MS_PER_MINUTE))
        return 0;
    *ms = halves * *unit / 2;
    return taken + 1;
}

static bool read_span(const struct sentence *sentence, int at, struct span *out)
{
    int64_t ms, unit, more, smaller;
    int n = read_length(sentence, at, &ms, &unit);
    if (n == 0)
        return false;
    int joined = n + (str_is_nocase(word_at(sentence, at + n), "and") ? 1 : 0);
    int rest = read_length(sentence, at + joined, &more, &smaller);
    bool goes_on = !sentence->words[at + n - 1].is_last;
    if (goes_on && rest > 0 && smaller < unit) {
        ms += more;
        unit = smaller;
        n = joined + rest;
    } else if (joined > n && word_in(" a ", word_at(sentence, at + joined)) &&
               word_in(" half ", word_at(sentence, at + joined + 1))) {
        ms += unit / 2;
        n = joined + 2;
    }
    /* People round: 52 minutes are "an hour", 100 are not. */
    int64_t slack = unit <= MS_PER_MINUTE ? unit - 1 : unit / 2;
    if (unit == MS_PER_DAY)
        slack = unit;
    if (ms < unit)
        slack = ms / 4;
    *out = (struct span){ms - slack, ms + slack, at, n};
    return true;
}

/* "about 7 minutes", "within the hour", "more than two days" */
static void loosen(const struct sentence *sentence, struct span *span)
{
    struct str before = word_at(sentence, span->first - 1);
    struct str earlier = word_at(sentence, span->first - 2);
    int64_t middle = (span->least_ms + span->most_ms) / 2;
    bool is_than = word_in(" than ", before);
    if (word_in(" about around roughly some almost nearly approximately circa "
                "approx ~ ",
                before) ||
        (word_in(" or ", word_at(sentence, span->first + span->count)) &&
         word_in(" so ", word_at(sentence, span->first + span->count + 1)))) {
        span->least_ms -= middle / 4;
        span->most_ms += middle / 4;
    } else if (word_in(" within under below ", before) ||
               (is_than && word_in(" less fewer ", earlier)) ||
               (word_in(" most to ", before) && word_in(" at up ", earlier))) {
        span->least_ms = 0;
    } else if (word_in(" over ", before) ||
               (is_than && word_in(" more longer ", earlier)) ||
               (word_in(" least ", before) && word_in(" at ", earlier))) {
        span->most_ms = INT64_MAX / 4;
    }
}

/* "every 5 minutes", "older than 5 days", "the next 20 minutes", "an hour
 * later", "a quarter of an hour": not how long it took, or not all of it. */
static bool is_of_something_else(const struct sentence *sentence,
                                 const struct span *span)
{
    for (int i = 1; i <= 3; i++)
        if (word_in(" every each per older next another last past ttl timeout "
                    "interval retention expires expire quarter quarters ",
                    word_at(sentence, span->first - i)))
            return true;
    return word_in(" old ago apart later earlier before old-fashioned timeout "
                   "interval ttl retention ",
                   word_at(sentence, span->first + span->count));
}

/* ---- what it is about ---- */

#define BIT(milestone) (1u << (milestone))
#define ENDS                                                                   \
    (BIT(MILESTONE_MITIGATED) | BIT(MILESTONE_IMPACT_END) |                    \
     BIT(MILESTONE_RESOLVED))

/* From where to where the sentence could speak of. */
struct ways {
    unsigned starts, ends;
};

/* People count from the first sign, unless they say from what else. */
static unsigned first_signs(const struct recorded *record)
{
    unsigned early = BIT(MILESTONE_IMPACT_START) | BIT(MILESTONE_FIRST_REPORT);
    bool is_known = when_is_set(&record->milestones[MILESTONE_IMPACT_START]) ||
                    when_is_set(&record->milestones[MILESTONE_FIRST_REPORT]);
    return is_known ? early
                    : BIT(MILESTONE_FIRST_ALERT) | BIT(MILESTONE_DECLARED);
}

static struct ways ways_of(const struct recorded *record,
                           const struct sentence *sentence)
{
    static const struct {
        const char *words;
        unsigned ends;
    } cues[] = {
        {" outage downtime down lasted unavailable unreachable offline "
         "incident "
         "degraded interruption interrupted broken fixed fix restored restore "
         "recovered recover recovery resolved resolve mitigated repaired "
         "repair respond responded response back ",
         ENDS},
        {" alert alerts alerted alarm monitor monitors monitoring noticed "
         "detected detection detect ",
         BIT(MILESTONE_FIRST_ALERT) | BIT(MILESTONE_FIRST_REPORT)},
        {" identified identify diagnosed diagnose cause found find ",
         BIT(MILESTONE_IDENTIFIED)},
        {" status announced announcement announce public told ",
         BIT(MILESTONE_FIRST_NOTICE)},
        {" declared declare ", BIT(MILESTONE_DECLARED)},
    };
    struct ways ways = {first_signs(record), 0};
    for (int i = 0; i < sentence->count; i++)
        for (size_t j = 0; j < sizeof cues / sizeof *cues; j++)
            if (word_in(cues[j].words, word_at(sentence, i)))
                ways.ends |= cues[j].ends;
    ways.starts |= ways.ends & ~ENDS;
    return ways;
}

/* An imprecise time makes it longer or shorter. */
static bool fits(const struct when *from, const struct when *to,
                 const struct span *span)
{
    int64_t least = to->from_ms - from->to_ms;
    int64_t most = to->to_ms - from->from_ms;
    return most >= span->least_ms && least <= span->most_ms;
}

static bool is_way(const struct recorded *record, int from, int to)
{
    const struct when *all = record->milestones;
    return from != to && when_is_set(&all[from]) && when_is_set(&all[to]) &&
           all[from].from_ms <= all[to].to_ms;
}

static bool any_fits(const struct recorded *record, const struct ways *ways,
                     const struct span *span)
{
    for (int to = MILESTONE_NONE + 1; to < MILESTONE_COUNT; to++)
        for (int from = MILESTONE_NONE + 1; from < MILESTONE_COUNT; from++)
            if ((ways->starts & BIT(from)) != 0 &&
                (ways->ends & BIT(to)) != 0 && is_way(record, from, to) &&
                fits(&record->milestones[from], &record->milestones[to], span))
                return true;
    return false;
}

/* The way that a reader would measure: from the first sign to the first of
 * these ends. False: the record does not know. */
static bool longest_way(const struct recorded *record, unsigned ends, int *from,
                        int *to)
{
    static const int signs[] = {MILESTONE_IMPACT_START, MILESTONE_FIRST_REPORT,
                                MILESTONE_FIRST_ALERT, MILESTONE_DECLARED};
    static const int goals[] = {MILESTONE_IMPACT_END,   MILESTONE_RESOLVED,
                                MILESTONE_MITIGATED,    MILESTONE_IDENTIFIED,
                                MILESTONE_FIRST_NOTICE, MILESTONE_FIRST_ALERT,
                                MILESTONE_FIRST_REPORT, MILESTONE_DECLARED};
    for (size_t i = 0; i < sizeof goals / sizeof *goals; i++)
        for (size_t j = 0; j < sizeof signs / sizeof *signs; j++)
            if ((ends & BIT(goals[i])) != 0 &&
                is_way(record, signs[j], goals[i])) {
                *from = signs[j];
                *to = goals[i];
                return true;
            }
    return false;
}

static struct str words_of(const struct sentence *sentence,
                           const struct span *span)
{
    struct str first = word_at(sentence, span->first);
    struct str last = word_at(sentence, span->first + span->count - 1);
    return (struct str){first.s, (size_t)(last.s + last.n - first.s)};
}

static void check_span(const struct check *check,
                       const struct sentence *sentence, struct span *span)
{
    const struct ways ways = ways_of(check->record, sentence);
    int from, to;
    loosen(sentence, span);
    if (ways.ends == 0 || is_of_something_else(sentence, span) ||
        !longest_way(check->record, ways.ends, &from, &to) ||
        any_fits(check->record, &ways, span))
        return;
    struct finding *finding = finding_new(check, words_of(sentence, span));
    if (finding == NULL)
        return;
    struct buf words = BUF_IN(finding->record);
    when_print_span(&check->record->milestones[from],
                    &check->record->milestones[to], &words);
    buf_addf(&words, " from %s to %s", word_of(&milestone_words, from),
             word_of(&milestone_words, to));
}

void check_spans(const struct check *check, const struct sentence *sentence)
{
    struct span span;
    for (int i = 0; i < sentence->count; i++)
        if (read_span(sentence, i, &span)) {
            check_span(check, sentence, &span);
            i += span.count - 1;
        }
}
