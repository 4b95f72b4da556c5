#include "tests/lib/record.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define NOW_MS INT64_C(1670961600000) /* 2022-12-13T20:00:00Z */

const struct postmortem_settings record_settings = {
    .template = NULL,
    .repository = "postmortems.git",
    .branch = "main",
    .path = "content/en/blog/incidents/{date}-{slug}/index.md",
    .author_name = "opsroom",
    .author_email = "opsroom@example.org",
};

struct record record_new(const struct scratch *scratch, const char *title)
{
    struct record record = {.store = scratch_open(scratch), .now_ms = NOW_MS};
    (void)record_add(&record, scratch_declare(12, title));
    return record;
}

void record_close(struct record *record)
{
    store_close(record->store);
}

struct request record_said(const struct record *record, enum event_kind kind,
                           const char *time, const char *who, const char *text)
{
    struct request request = scratch_entry(kind, text);
    struct when_base base = incident_when_base(&record->in, record->now_ms);
    struct buf why = BUF_INIT(1000);
    request.draft.actor = (struct actor){ACTOR_NAME, 0, str_of(who)};
    if (who == NULL)
        request.draft.actor = (struct actor){.type = ACTOR_NOBODY};
    if (time != NULL && when_parse(str_of(time), &base, &request.draft.occurred,
                                   &why) != ERR_OK)
        fail_msg("%s: %s", time, buf_text(&why));
    buf_release(&why);
    return request;
}

int64_t record_add(struct record *record, struct request request)
{
    record->now_ms += MS_PER_MINUTE;
    assert_int_equal(
        scratch_take(record->store, &record->in, &request, record->now_ms),
        VERDICT_ACCEPTED);
    return record->in.last_seq;
}

int64_t record_say(struct record *record, enum event_kind kind,
                   const char *time, const char *who, const char *text)
{
    return record_add(record, record_said(record, kind, time, who, text));
}

void record_attach(struct record *record, int64_t entry, const char *name,
                   struct str bytes)
{
    struct sha256 hash;
    char hex[SHA256_HEX];
    assert_int_equal(store_put_attachment(record->store, bytes, &hash), ERR_OK);
    sha256_hex(&hash, hex);
    struct request request = {.kind = REQUEST_EFFECT,
                              .draft = {.kind = EVENT_TASK,
                                        .effect = EFFECT_FETCH,
                                        .target = entry,
                                        .file_name = str_of(name),
                                        .file_type = STR("text/plain"),
                                        .file_sha256 = str_of(hex),
                                        .file_bytes = (int64_t)bytes.n}};
    (void)record_add(record, request);
}

void record_resolve(struct record *record, const char *time,
                    const char *summary)
{
    struct request request =
        record_said(record, EVENT_STATE, time, "@nova", summary);
    request.kind = REQUEST_MOVE;
    request.draft.state_to = STATE_RESOLVED;
    (void)record_add(record, request);
}

struct buf record_page(const struct record *record)
{
    struct buf page = BUF_INIT(1u << 20), why = BUF_INIT(1000);
    enum err err = postmortem_render(record->store, &record->in,
                                     &record_settings, &page, &why);
    if (err != ERR_OK)
        fail_msg("%s: %s", err_words(err), buf_text(&why));
    buf_release(&why);
    return page;
}
