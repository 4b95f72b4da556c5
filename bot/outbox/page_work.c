#include "bot/outbox/page_work.h"

#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/base/utf8.h"
#include "bot/postmortem/charts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_BYTES (8u << 20)
/* JSON escaping makes a page at most six times longer; and its pictures. */
#define JOB_BYTES  (6u * PAGE_BYTES + 2u * PICTURES * CHART_PICTURE)
#define LOOK_BYTES 20000
/* Of a helper that waited, or tried several times, itself. */
#define LONG_ATTEMPTS 1
#define WORDS_BYTES   1400
/* Of a conflict, with its branch and three times the name of its block. */
#define TOLD_BYTES 700

/* What the result borrows. */
struct page_work {
    struct postmortem_result result;
    char words[WORDS_BYTES];
    char told[OUTCOME_EVENTS - 1][TOLD_BYTES];
    char origins[OUTCOME_EVENTS - 1][SHA256_HEX + 16];
};

void page_work_free(struct page_work *page)
{
    free(page);
}

/* ---- its charts, then the page ---- */

enum { DRAW = 1, COMMIT };

static void add_pictures(const struct chart *chart, const char *name,
                         void *context)
{
    struct pictures *pictures = context;
    char file[60];
    (void)snprintf(file, sizeof file, "%s.svg", name);
    pictures_add(pictures, chart, CHART_SVG, file);
    (void)snprintf(file, sizeof file, "%s.png", name);
    pictures_add(pictures, chart, CHART_PNG, file);
}

static void need_page(struct work *work)
{
    if (work->page == NULL)
        work->page = mem_alloc(sizeof *work->page);
}

static void begin_ask(struct work *work, size_t bytes)
{
    buf_release(&work->bytes);
    work->bytes = BUF_INIT(bytes);
    work->ask = WORK_ASK_GIT;
    work->delivery.step = COMMIT;
    need_page(work);
}

/* What could not be drawn is left out: its page says in words what it shows. */
static void make_job(struct work *work, const struct outbox_config *config,
                     struct str page)
{
    const struct pictures *pictures = &work->pictures;
    struct postmortem_file all[PICTURES];
    struct postmortem_files files = {all, 0};
    for (int i = 0; i < pictures->count; i++) {
        const struct picture *picture = &pictures->all[i];
        if (picture->bytes.n > 0)
            all[files.count++] = (struct postmortem_file){
                picture->name, buf_str(&picture->bytes),
                picture->format == CHART_SVG};
    }
    begin_ask(work, JOB_BYTES);
    postmortem_job(&work->delivery.in, &config->postmortem, page, &files,
                   &work->bytes);
}

static enum delivery_verdict fail(struct work *work,
                                  const struct outbox_config *config,
                                  const char *what,
                                  const struct postmortem_failure *failure)
{
    need_page(work);
    int most = failure->has_waited ? LONG_ATTEMPTS : WORK_ATTEMPTS;
    struct buf words = BUF_IN(work->page->words);
    if (failure->may_pass && work->delivery.row.attempts < most)
        return work_retry(work, buf_text(&failure->words));
    struct str said = buf_str(&failure->words);
    said.n = utf8_cut_bytes(said, WORDS_BYTES - 200);
    buf_addf(&words,
             "%s: %.*s. It is tried again by itself, and with the next entry.",
             what, STR_ARG(said));
    return work_fail_once(work, config->store, buf_text(&words));
}

#define NOT_THERE "The postmortem is not in its repository yet"

static enum delivery_verdict ask_git(struct work *work,
                                     const struct outbox_config *config)
{
    struct postmortem_failure failure = {.words = BUF_INIT(WORDS_BYTES)};
    struct buf page = BUF_INIT(PAGE_BYTES);
    enum err err =
        postmortem_render(config->store, &work->delivery.in,
                          &config->postmortem, &page, &failure.words);
    enum delivery_verdict verdict = DELIVERY_CALL;
    if (err != ERR_OK && failure.words.n == 0)
        buf_add_text(&failure.words, err_words(err));
    if (err == ERR_OK)
        make_job(work, config, buf_str(&page));
    else
        verdict = fail(work, config, NOT_THERE, &failure);
    buf_release(&page);
    buf_release(&failure.words);
    return verdict;
}

/* ---- what came of it ---- */

static void tell(struct work *work, const char *origin, const char *words)
{
    struct request *result = &work->delivery.result;
    struct page_work *page = work->page;
    int at = result->told_count++;
    str_copy_to(page->told[at], str_of(words));
    str_copy_to(page->origins[at], str_of(origin));
    result->told[at] =
        (struct room_word){str_of(page->told[at]), str_of(page->origins[at])};
}

static void tell_conflict(struct work *work, const char *origin,
                          const struct postmortem_conflict *conflict)
{
    const struct postmortem_result *result = &work->page->result;
    struct buf words = BUF_INIT(TOLD_BYTES - 1);
    buf_addf(&words,
             "Somebody changed \"%s\" on %s, and the record says something "
             "else now. Their text stays. Put what they wrote into the record "
             "(/timeline edit, /postmortem write), or below \"%s\" on the "
             "page, and there take the lines from opsroom:begin %s to its end "
             "back as they were.",
             conflict->block, result->branch, conflict->block, conflict->block);
    tell(work, origin, buf_text(&words));
    buf_release(&words);
}

/* Each once; what finds no place now is told with the next commit. */
static enum err tell_conflicts(struct work *work, struct store *store)
{
    const struct postmortem_result *result = &work->page->result;
    enum err err = ERR_OK;
    for (int i = 0; i < result->conflict_count && err == ERR_OK; i++) {
        char origin[SHA256_HEX + 16];
        int64_t seq = 0;
        if (work->delivery.result.told_count == OUTCOME_EVENTS - 1)
            break;
        (void)snprintf(origin, sizeof origin, "conflict:%s",
                       result->conflicts[i].key);
        err = store_entry_of_origin(store, work->delivery.in.id, str_of(origin),
                                    &seq);
        if (err == ERR_OK && seq == 0)
            tell_conflict(work, origin, &result->conflicts[i]);
    }
    return err;
}

static enum delivery_verdict tell_done(struct work *work,
                                       const struct outbox_config *config)
{
    const struct postmortem_result *result = &work->page->result;
    /* The page's own line tells it, too. */
    bool is_news = work->delivery.in.state == STATE_RESOLVED;
    struct event *draft = work_result(work);
    draft->ref = str_of(result->commit);
    draft->text = str_of(result->branch);
    if (!is_news && work_past(work, config->store, "").has_failed)
        tell(work, "", "What hindered it is out of the way.");
    if (tell_conflicts(work, config->store) != ERR_OK)
        return work_retry(work, store_why(config->store));
    /* Not the branch or the path: they hold the title, which may be private. */
    log_info("postmortem_kept", LOG_INT("incident", work->delivery.in.id),
             LOG_TEXT("commit", result->commit),
             LOG_TEXT("base", result->base_commit),
             LOG_INT("conflicts", result->conflict_count));
    return DELIVERY_DONE;
}

static enum err read_result(struct work *work,
                            const struct outbox_config *config,
                            struct postmortem_failure *failure)
{
    *failure = (struct postmortem_failure){.words = BUF_INIT(WORDS_BYTES)};
    return postmortem_result_read(buf_str(&work->bytes), &config->postmortem,
                                  &work->page->result, failure);
}

static enum delivery_verdict read_git(struct work *work,
                                      const struct outbox_config *config)
{
    struct postmortem_failure failure;
    bool is_done = read_result(work, config, &failure) == ERR_OK;
    if (is_done && work->page->result.commit[0] == '\0') {
        buf_add_text(&failure.words, "opsroom-git names no commit");
        is_done = false;
    }
    enum delivery_verdict verdict =
        is_done ? tell_done(work, config)
                : fail(work, config, NOT_THERE, &failure);
    buf_release(&failure.words);
    return verdict;
}

enum delivery_verdict page_work_step(struct work *work,
                                     const struct outbox_config *config)
{
    if (config->postmortem.repository[0] == '\0')
        return DELIVERY_DONE;
    if (work->delivery.step == COMMIT)
        return read_git(work, config);
    if (work->delivery.step == 0 &&
        postmortem_charts(config->store, &work->delivery.in,
                          &config->postmortem, add_pictures,
                          &work->pictures) != ERR_OK)
        return work_retry(work, store_why(config->store));
    work->delivery.step = DRAW;
    if (work_draw(work) == DELIVERY_CALL)
        return DELIVERY_CALL;
    if (!pictures_are_whole(&work->pictures) &&
        work->delivery.row.attempts < WORK_ATTEMPTS)
        return work_retry(work, "The page's charts could not be drawn yet.");
    return ask_git(work, config);
}

/* ---- what became of the branch ---- */

static bool waits_for_a_merge(const struct work *work,
                              const struct outbox_config *config)
{
    const struct incident *in = &work->delivery.in;
    return config->postmortem.repository[0] != '\0' &&
           in->state == STATE_REVIEW && in->postmortem_ref[0] != '\0';
}

/* As a merged pull request would. */
static void tell_merged(struct work *work)
{
    struct event *draft = work_result(work);
    draft->effect = EFFECT_PULL;
    draft->pull_state = PULL_MERGED;
    draft->ref = str_of(work->page->result.merged_commit);
}

static void read_look(struct work *work, const struct outbox_config *config)
{
    struct postmortem_failure failure;
    if (read_result(work, config, &failure) == ERR_OK) {
        if (work->page->result.merged_commit[0] != '\0')
            tell_merged(work);
        else if (work_past(work, config->store, "").has_failed)
            work_result(work)->text =
                STR("What hindered it is out of the way.");
    } else if (failure.may_pass) {
        log_warn("branch_not_seen", LOG_INT("incident", work->delivery.in.id),
                 LOG_STR("words", buf_str(&failure.words)));
    } else {
        (void)fail(work, config,
                   "Whether the postmortem was merged cannot be seen",
                   &failure);
    }
    buf_release(&failure.words);
}

/* Until it is merged, its row stays. */
enum delivery_verdict page_work_look(struct work *work,
                                     const struct outbox_config *config,
                                     int64_t wall_ms)
{
    if (!waits_for_a_merge(work, config))
        return DELIVERY_DONE;
    if (work->state == WORK_BEGUN) {
        begin_ask(work, LOOK_BYTES);
        postmortem_look(&work->delivery.in, &config->postmortem, &work->bytes);
        return DELIVERY_CALL;
    }
    read_look(work, config);
    work->delivery.again_ms = wall_ms + config->poll_ms;
    return DELIVERY_AGAIN;
}
