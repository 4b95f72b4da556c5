#include "bot/postmortem/prose.h"

#include "bot/base/mem.h"

#include <stdlib.h>
#include <string.h>

/* Twenty sentences about hosts, with a record of 10,000 entries. */
#define LOOKS_MOST 200000

struct finding *finding_new(const struct check *check, struct str said)
{
    struct findings *out = check->out;
    for (int i = 0; i < out->count; i++)
        if (strcmp(out->all[i].where, check->prose->where) == 0 &&
            str_is(said, out->all[i].said))
            return NULL;
    if (out->count == FINDINGS_MOST) {
        out->left_out++;
        return NULL;
    }
    struct finding *finding = &out->all[out->count++];
    str_copy_to(finding->where, str_of(check->prose->where));
    str_copy_to(finding->said, said);
    for (char *c = finding->said; *c != '\0'; c++)
        if (*c == '\n' || *c == '\r')
            *c = ' ';
    finding->record[0] = '\0';
    return finding;
}

/* ---- people ---- */

static bool in_list(struct str list, struct str name)
{
    struct str one;
    while (list.n > 0 && str_cut(&list, '\n', &one))
        if (str_eq_nocase(one, name))
            return true;
    return false;
}

static bool in_entries(const struct recorded *record, struct str name)
{
    for (int i = 0; i < record->entry_count; i++) {
        struct str text = record->entries[i].text;
        if (str_has(text, name))
            return true;
    }
    return false;
}

static void name_people(const struct recorded *record, struct buf *out)
{
    struct str list = record->people, name;
    const char *comma = "the people of the record are ";
    int count = 0;
    while (list.n > 0 && str_cut(&list, '\n', &name) && count++ < 8) {
        buf_addf(out, "%s%.*s", comma, STR_ARG(name));
        comma = ", ";
    }
    if (count == 0)
        buf_add_text(out, "the record names nobody");
    else if (list.n > 0)
        buf_add_text(out, " and others");
}

static void check_people(const struct check *check,
                         const struct sentence *sentence)
{
    for (int i = 0; i < sentence->count; i++) {
        struct str word = sentence->words[i].text;
        if (!str_starts(word, "@") || word_in(" @everyone @here ", word))
            continue;
        struct str name = str_from(word, 1);
        /* "@nova@example.org" is of elsewhere. */
        if (name.n < 2 || memchr(name.s, '@', name.n) != NULL ||
            memchr(name.s, '/', name.n) != NULL)
            continue;
        if (in_list(check->record->people, name) ||
            in_entries(check->record, name))
            continue;
        struct finding *finding = finding_new(check, word);
        if (finding == NULL)
            continue;
        struct buf words = BUF_IN(finding->record);
        name_people(check->record, &words);
    }
}

static void check_prose(const struct check *check)
{
    struct str rest = check->prose->text;
    struct sentence sentence;
    while (sentence_next(&rest, &sentence)) {
        if (!check->prose->is_update)
            check_spans(check, &sentence);
        check_days(check, &sentence);
        check_hosts(check, &sentence);
        check_people(check, &sentence);
    }
}

/* Of the record itself: one time was typed wrong. */
static void check_order(const struct check *check)
{
    const struct when *milestones = check->record->milestones;
    enum milestone first, then;
    for (int i = 0; milestones_next_disorder(milestones, &i, &first, &then);) {
        const struct prose named = {.where =
                                        word_of(&milestone_words, (int)then)};
        struct check of_record = *check;
        of_record.prose = &named;
        struct buf early = BUF_INIT(300), late = BUF_INIT(300);
        when_print_utc(&milestones[then], true, &early);
        buf_add_text(&early, " UTC");
        when_print_utc(&milestones[first], true, &late);
        struct finding *finding = finding_new(&of_record, buf_str(&early));
        if (finding != NULL)
            (void)snprintf(finding->record, sizeof finding->record,
                           "before the %s, %s UTC: one of them is wrong",
                           word_of(&milestone_words, (int)first),
                           buf_text(&late));
        buf_release(&early);
        buf_release(&late);
    }
}

void consistency_check(const struct recorded *record, const struct prose *prose,
                       int count, struct findings *out)
{
    struct hosts hosts;
    int64_t looks = LOOKS_MOST;
    struct host_set *named =
        mem_alloc(((size_t)record->entry_count + 1) * sizeof *named);
    struct check check = {.record = record,
                          .out = out,
                          .reach = reach_of(record),
                          .hosts = &hosts,
                          .named = named,
                          .looks = &looks};
    hosts_of(record, &hosts, named);
    check_order(&check);
    for (int i = 0; i < count; i++) {
        check.prose = &prose[i];
        check_prose(&check);
    }
    free(named);
}
