#include "tests/lib/replay.h"

#include "bot/base/file.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

const char *const replay_names[REPLAYS] = {
    "2022-12-13-root-filesystem-full",
    "2022-12-18-media-cache-and-queue-latency",
    "2023-02-27-tls-media",
};

static const char *text_of(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsString(item) ? item->valuestring : NULL;
}

static int choice_of(const struct words *words, const cJSON *options,
                     const char *name)
{
    const char *word = text_of(options, name);
    int choice = word == NULL ? 0 : word_find(words, str_of(word));
    assert_true(choice >= 0);
    return choice;
}

static struct actor member(const char *name)
{
    return (struct actor){ACTOR_MEMBER, 7, str_of(name)};
}

static struct actor actor_of(const cJSON *step, const cJSON *options)
{
    const char *by = text_of(options, "by");
    if (by == NULL)
        return member(text_of(step, "member"));
    if (strcmp(by, "nobody") == 0)
        return (struct actor){.type = ACTOR_NOBODY};
    return (struct actor){ACTOR_ROBOT, 0, str_of(by)};
}

static struct when time_of(const struct record *record, const char *typed)
{
    const struct when_base base =
        incident_when_base(&record->in, record->now_ms);
    struct when when = {.precision = WHEN_NEVER};
    struct buf why = BUF_INIT(1000);
    if (typed != NULL &&
        when_parse(str_of(typed), &base, &when, &why) != ERR_OK)
        fail_msg("%s: %s", typed, buf_text(&why));
    buf_release(&why);
    return when;
}

static void declare(struct record *record, const cJSON *step,
                    const cJSON *options)
{
    struct request request = scratch_declare(12, text_of(options, "title"));
    struct when started;
    const struct when_base base = {.now_ms = INT64_MAX / 2};
    const char *typed = text_of(options, "started");
    assert_int_equal(when_parse(str_of(typed), &base, &started, NULL), ERR_OK);
    record->now_ms = started.from_ms + 4 * MS_PER_DAY;
    request.draft.impact_from = started;
    request.draft.impact = str_of(text_of(options, "impact"));
    request.draft.severity =
        (enum severity)choice_of(&severity_words, options, "severity");
    request.draft.actor = request.draft.recorder =
        member(text_of(step, "member"));
    (void)record_add(record, request);
}

static void attach(struct record *record, int64_t seq, const cJSON *step)
{
    const cJSON *file = cJSON_GetObjectItemCaseSensitive(step, "file");
    if (file != NULL)
        record_attach(record, seq, text_of(file, "name"),
                      str_of(text_of(file, "text")));
}

static void add_entry(struct record *record, const cJSON *step,
                      const cJSON *options)
{
    struct request request =
        scratch_entry(EVENT_NOTE, text_of(options, "text"));
    if (text_of(options, "kind") != NULL)
        request.draft.kind =
            (enum event_kind)choice_of(&event_kind_words, options, "kind");
    request.draft.confidence =
        (enum confidence)choice_of(&confidence_words, options, "confidence");
    request.draft.link = str_of(text_of(options, "link"));
    request.draft.occurred = time_of(record, text_of(options, "time"));
    request.draft.actor = actor_of(step, options);
    attach(record, record_add(record, request), step);
}

static void add_change(struct record *record, const cJSON *step,
                       const cJSON *options)
{
    struct request request = scratch_entry(EVENT_CHANGE, "");
    request.draft.change_what = str_of(text_of(options, "what"));
    request.draft.change_where = str_of(text_of(options, "where"));
    request.draft.change_from = str_of(text_of(options, "from"));
    request.draft.change_to = str_of(text_of(options, "to"));
    request.draft.change_undo = str_of(text_of(options, "undo"));
    request.draft.change_verified = str_of(text_of(options, "verified"));
    request.draft.change_temporary =
        cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(options, "temporary"));
    request.draft.occurred = time_of(record, text_of(options, "time"));
    request.draft.actor = actor_of(step, options);
    attach(record, record_add(record, request), step);
}

static void assign(struct record *record, const cJSON *step,
                   const cJSON *options)
{
    struct request request = {
        .kind = REQUEST_ASSIGN,
        .draft = {.kind = EVENT_ROLE,
                  .role = (enum role)choice_of(&role_words, options, "role"),
                  .holder = member(text_of(options, "user")),
                  .actor = member(text_of(step, "member")),
                  .recorder = member(text_of(step, "member")),
                  .occurred = time_of(record, text_of(options, "at"))}};
    (void)record_add(record, request);
}

static void resolve(struct record *record, const cJSON *step,
                    const cJSON *options)
{
    struct request request =
        scratch_move(STATE_RESOLVED, text_of(options, "summary"));
    request.draft.occurred = time_of(record, text_of(options, "at"));
    request.draft.actor = request.draft.recorder =
        member(text_of(step, "member"));
    (void)record_add(record, request);
}

static void take_step(struct record *record, const cJSON *step)
{
    static const struct {
        const char *command;
        void (*take)(struct record *, const cJSON *, const cJSON *);
    } commands[] = {
        {"incident declare", declare},
        {"timeline add", add_entry},
        {"timeline change", add_change},
        {"ic assign", assign},
        {"resolve", resolve},
    };
    const char *command = text_of(step, "command");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(command, commands[i].command) == 0) {
            commands[i].take(record, step,
                             cJSON_GetObjectItemCaseSensitive(step, "options"));
            return;
        }
    fail_msg("there is no command \"%s\"", command);
}

struct record replay_play(const struct scratch *scratch, const char *name)
{
    struct record record = {.store = scratch_open(scratch)};
    struct buf text = BUF_INIT(1u << 20);
    char path[200];
    (void)snprintf(path, sizeof path, "tests/replays/%s.json", name);
    assert_int_equal(file_load(path, &text), ERR_OK);
    cJSON *replay = cJSON_Parse(buf_text(&text));
    const cJSON *step;
    assert_non_null(replay);
    cJSON_ArrayForEach(step, cJSON_GetObjectItemCaseSensitive(replay, "steps"))
        take_step(&record, step);
    cJSON_Delete(replay);
    buf_release(&text);
    return record;
}
