/*
 * Which machines, and how many. A host is what is written like one
 * ("cdn-frankfurt-1", "social.example.org"), what stands in a list with one
 * ("sally and esme"), where a change was made, and who wrote a line of syslog.
 *
 * A sentence tells of an entry when both name the same file, or share two words
 * that say something; then the entry's hosts are those that count.
 */
#include "bot/postmortem/prose.h"

#include "bot/base/ascii.h"

#include <string.h>

#define TELLING_BYTES 5 /* shorter words say little */

/* ---- what a host looks like ---- */

/* "cdn-frankfurt-1"; not "utf-8". */
static bool is_numbered(struct str word)
{
    const char *dash = word.n == 0 ? NULL : memrchr(word.s, '-', word.n);
    if (dash == NULL || !is_lower(word.s[0]))
        return false;
    struct str head = {word.s, (size_t)(dash - word.s)};
    struct str tail = str_from(word, head.n + 1);
    for (size_t i = 0; i < tail.n; i++)
        if (!is_digit(tail.s[i]))
            return false;
    return tail.n > 0 && tail.n <= 3 &&
           !word_in(" utf sha iso part step phase version issue page option "
                    "item type inc ",
                    head);
}

/* "social.example.org": three labels, the last of letters. */
static bool is_domain(struct str word)
{
    struct str label = STR_NONE;
    int labels = 0;
    if (word.n == 0 || !is_lower(word.s[0]))
        return false;
    for (size_t i = 0; i < word.n; i++)
        if (!is_lower(word.s[i]) && !is_digit(word.s[i]) && word.s[i] != '-' &&
            word.s[i] != '.')
            return false;
    while (word.n > 0 && str_cut(&word, '.', &label)) {
        if (label.n == 0)
            return false;
        labels++;
    }
    return labels >= 3 && label.n >= 2 && is_lower(label.s[0]);
}

static bool is_hostlike(struct str word)
{
    return is_numbered(word) || is_domain(word);
}

/* "sally": what a host may be called, where others stand, too. */
static bool is_bare_name(struct str word)
{
    for (size_t i = 0; i < word.n; i++)
        if (!is_lower(word.s[i]) && !is_digit(word.s[i]))
            return false;
    return word.n >= 3 && word.n <= 20 && is_lower(word.s[0]) &&
           !word_in(" the and for then was were all both others other are has "
                    "have with from now nginx ",
                    word);
}

/* ---- the hosts of a text ---- */

static bool has_host(const struct hosts *hosts, struct str name)
{
    for (int i = 0; i < hosts->count; i++)
        if (str_eq_nocase(hosts->all[i], name))
            return true;
    return false;
}

static void add_host(struct hosts *hosts, struct str name)
{
    if (name.n > 0 && hosts->count < HOSTS_MOST && !has_host(hosts, name))
        hosts->all[hosts->count++] = name;
}

/* From a host on: "cdn-1, sally and esme" */
static void add_list(const struct sentence *sentence, int i,
                     struct hosts *hosts)
{
    bool goes_on = sentence->words[i].is_last;
    for (i++; i < sentence->count; i++) {
        struct str word = word_at(sentence, i);
        bool is_and = str_is_nocase(word, "and");
        if (is_and)
            word = word_at(sentence, ++i);
        if ((!goes_on && !is_and) || !(is_hostlike(word) || is_bare_name(word)))
            return;
        add_host(hosts, word);
        if (is_and || i >= sentence->count)
            return;
        goes_on = sentence->words[i].is_last;
    }
}

/* "Dec 13 18:59:01 fritz bundle[588687]:" */
static bool is_syslog(const struct sentence *sentence, int i)
{
    struct str time = word_at(sentence, i - 1);
    struct str program = word_at(sentence, i + 1);
    return time.n == strlen("18:59:01") && time.s[2] == ':' &&
           time.s[5] == ':' && program.n > 0 &&
           memchr(program.s, '[', program.n) != NULL;
}

static void add_hosts_of_text(struct str text, struct hosts *hosts)
{
    struct sentence sentence;
    while (sentence_next(&text, &sentence))
        for (int i = 0; i < sentence.count; i++) {
            struct str word = word_at(&sentence, i);
            if (is_hostlike(word)) {
                add_host(hosts, word);
                add_list(&sentence, i, hosts);
            } else if (is_syslog(&sentence, i)) {
                add_host(hosts, word);
            }
        }
}

static struct host_set named_in(const struct hosts *known, struct str text)
{
    struct host_set set = {{0, 0}};
    struct sentence sentence;
    while (sentence_next(&text, &sentence))
        for (int i = 0; i < sentence.count; i++)
            for (int j = 0; j < known->count; j++)
                if (str_eq_nocase(known->all[j], word_at(&sentence, i)))
                    set.bits[j / 64] |= UINT64_C(1) << (j % 64);
    return set;
}

static void add_set(const struct hosts *known, const struct host_set *set,
                    struct hosts *out)
{
    for (int j = 0; j < known->count; j++)
        if ((set->bits[j / 64] >> (j % 64) & 1) != 0)
            add_host(out, known->all[j]);
}

void hosts_of(const struct recorded *record, struct hosts *out,
              struct host_set *named)
{
    struct str places = record->places, place;
    out->count = 0;
    while (places.n > 0 && str_cut(&places, '\n', &place))
        if (is_hostlike(place) || is_bare_name(place))
            add_host(out, place);
    for (int i = 0; i < record->entry_count; i++)
        add_hosts_of_text(record->entries[i].text, out);
    for (int i = 0; i < record->entry_count && out->count > 0; i++)
        named[i] = named_in(out, record->entries[i].text);
}

static void name_hosts(const struct hosts *hosts, struct buf *out)
{
    for (int i = 0; i < hosts->count && i < 8; i++)
        buf_addf(out, "%s%.*s", i == 0 ? "" : ", ", STR_ARG(hosts->all[i]));
    if (hosts->count > 8)
        buf_add_text(out, " and others");
}

/* ---- which entries a sentence tells of ---- */

static bool holds(struct str text, struct str word)
{
    char first = to_lower(word.s[0]);
    for (size_t i = 0; i + word.n <= text.n; i++)
        if (to_lower(text.s[i]) == first &&
            strncasecmp(text.s + i, word.s, word.n) == 0)
            return true;
    return false;
}

/* ".env.production", "/var/lib/postgres" */
static bool is_file(struct str word)
{
    bool has_letter = false, has_mark = false;
    for (size_t i = 0; i < word.n; i++) {
        has_letter |= is_lower(word.s[i]);
        has_mark |= word.s[i] == '.' || word.s[i] == '/' || word.s[i] == '_';
    }
    return word.n >= TELLING_BYTES && has_letter && has_mark &&
           !is_hostlike(word) && !str_has(word, STR("//")) && word.s[0] != '@';
}

static bool is_telling(const struct check *check, struct str word)
{
    return word.n >= TELLING_BYTES && !has_host(check->hosts, word) &&
           !word_in(" server servers hosts nodes machines which where there "
                    "their these those after before other about again every "
                    "three seven eight incident outage service services ",
                    word);
}

/* The words of a sentence that say what it tells of. */
struct topic {
    struct str files[WORDS_MOST], words[WORDS_MOST];
    int file_count, word_count;
};

static void topic_of(const struct check *check, const struct sentence *sentence,
                     struct topic *out)
{
    out->file_count = out->word_count = 0;
    for (int i = 0; i < sentence->count; i++) {
        struct str word = word_at(sentence, i);
        if (is_file(word))
            out->files[out->file_count++] = word;
        else if (is_telling(check, word))
            out->words[out->word_count++] = word;
    }
}

/* How much it has in common with an entry: a file is enough. */
#define ENOUGH 2
static int in_common(const struct topic *topic, struct str entry)
{
    int common = 0;
    for (int i = 0; i < topic->file_count; i++)
        if (holds(entry, topic->files[i]))
            return ENOUGH;
    for (int i = 0; i < topic->word_count && common < ENOUGH; i++)
        common += holds(entry, topic->words[i]);
    return common;
}

/* The hosts of the entries that the sentence tells of, and those of entries
 * that it may tell of; the time of one of the former. */
struct told_of {
    struct hosts sure, perhaps;
    const struct when *at;
};

static void tell(const struct check *check, const struct sentence *sentence,
                 struct told_of *out)
{
    struct topic topic;
    *out = (struct told_of){.at = NULL};
    topic_of(check, sentence, &topic);
    for (int i = 0; i < check->record->entry_count; i++) {
        const struct told *entry = &check->record->entries[i];
        const struct host_set *named = &check->named[i];
        if (named->bits[0] == 0 && named->bits[1] == 0)
            continue;
        if (--*check->looks < 0) {
            *out = (struct told_of){.at = NULL};
            return;
        }
        int common = in_common(&topic, entry->text);
        if (common > 0)
            add_set(check->hosts, named, &out->perhaps);
        if (common < ENOUGH)
            continue;
        add_set(check->hosts, named, &out->sure);
        if (out->at == NULL)
            out->at = &entry->at;
    }
}

static void say_told(const struct told_of *told, struct buf *words)
{
    buf_add_text(words, "the entry of ");
    when_print(told->at, false, words);
    buf_addf(words, " names %d: ", told->sure.count);
    name_hosts(&told->sure, words);
}

/* ---- the checks ---- */

/* "three servers", "two of the CDN nodes" */
static void check_count(const struct check *check,
                        const struct sentence *sentence, int i,
                        const struct told_of *told)
{
    int number = word_number(word_at(sentence, i)), noun = 0;
    for (int j = i + 1; j <= i + 3 && noun == 0; j++)
        if (word_in(" servers hosts nodes machines vms ", word_at(sentence, j)))
            noun = j;
    if (number == 0 || noun == 0)
        return;
    bool is_sure = told->sure.count > 0;
    int known = is_sure ? told->sure.count : check->hosts->count;
    if (number == known || (!is_sure && (known < 2 || number < known)))
        return;
    struct str first = word_at(sentence, i), last = word_at(sentence, noun);
    struct finding *finding = finding_new(
        check, (struct str){first.s, (size_t)(last.s + last.n - first.s)});
    if (finding == NULL)
        return;
    struct buf words = BUF_IN(finding->record);
    if (is_sure) {
        say_told(told, &words);
    } else {
        buf_addf(&words, "the record names %d: ", known);
        name_hosts(check->hosts, &words);
    }
}

static void check_host(const struct check *check,
                       const struct sentence *sentence, int i,
                       const struct told_of *told)
{
    struct str word = word_at(sentence, i);
    bool is_known = has_host(check->hosts, word);
    bool is_new = !is_known && is_hostlike(word) && check->hosts->count > 0;
    bool is_wrong =
        is_known && told->sure.count > 0 && !has_host(&told->perhaps, word);
    if (!is_new && !is_wrong)
        return;
    struct finding *finding = finding_new(check, word);
    if (finding == NULL)
        return;
    struct buf words = BUF_IN(finding->record);
    if (is_wrong) {
        say_told(told, &words);
    } else {
        buf_add_text(&words, "the record never names it, but ");
        name_hosts(check->hosts, &words);
    }
}

static bool is_worth_it(const struct check *check,
                        const struct sentence *sentence)
{
    for (int i = 0; i < sentence->count; i++) {
        struct str word = word_at(sentence, i);
        if (is_hostlike(word) || has_host(check->hosts, word) ||
            word_in(" servers hosts nodes machines vms ", word))
            return true;
    }
    return false;
}

void check_hosts(const struct check *check, const struct sentence *sentence)
{
    struct told_of told;
    if (check->hosts->count == 0 || !is_worth_it(check, sentence))
        return;
    tell(check, sentence, &told);
    for (int i = 0; i < sentence->count; i++) {
        check_count(check, sentence, i, &told);
        check_host(check, sentence, i, &told);
    }
}
