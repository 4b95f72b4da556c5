#include "tests/lib/play.h"

/* clang-format off */
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

const struct actor nova = {ACTOR_MEMBER, 1, {"nova", 4}};
const struct actor dma = {ACTOR_MEMBER, 2, {"dma", 3}};

static void list_effects(struct play *play)
{
    struct buf wanted = BUF_IN(play->wanted);
    play->wanted[0] = '\0';
    for (int i = 0; i < play->out.effect_count; i++)
        buf_addf(&wanted, "%s%s", i == 0 ? "" : " ",
                 word_of(&effect_kind_words, (int)play->out.effects[i].kind));
}

enum verdict take(struct play *play, struct request request)
{
    struct incident before = play->in;
    play->now_ms += MS_PER_MINUTE;
    incident_step(&play->in, &request, &play->subject, play->now_ms,
                  &play->out);
    assert_memory_equal(&before, &play->in, sizeof before);
    for (int i = 0; i < play->out.event_count; i++) {
        assert_int_equal(play->out.events[i].seq, play->in.last_seq + 1);
        incident_apply(&play->in, &play->out.events[i]);
    }
    if (play->out.verdict != VERDICT_ACCEPTED) {
        assert_int_equal(play->out.event_count, 0);
        assert_int_equal(play->out.effect_count, 0);
        assert_true(play->out.words[0] != '\0');
    }
    list_effects(play);
    return play->out.verdict;
}

void accepts(struct play *play, struct request request)
{
    if (take(play, request) != VERDICT_ACCEPTED)
        fail_msg("not accepted: %s", play->out.words);
}

void answers(struct play *play, enum verdict verdict, struct request request,
             const char *says)
{
    assert_int_equal(take(play, request), verdict);
    if (strstr(play->out.words, says) == NULL)
        fail_msg("says: %s", play->out.words);
}

struct when at(int64_t ms, const char *typed)
{
    struct when when = {.from_ms = ms, .to_ms = ms, .precision = WHEN_MINUTE};
    str_copy_to(when.typed, str_of(typed));
    return when;
}

struct request declaring(const char *title)
{
    return (struct request){.kind = REQUEST_DECLARE,
                            .draft = {.kind = EVENT_DECLARED,
                                      .recorder = nova,
                                      .text = str_of(title)},
                            .new_id = 12,
                            .guild_id = 100,
                            .origin_channel_id = 200};
}

struct request moving(enum incident_state to, const char *message)
{
    return (struct request){.kind = REQUEST_MOVE,
                            .draft = {.kind = EVENT_STATE,
                                      .actor = dma,
                                      .state_to = to,
                                      .text = str_of(message)}};
}

struct request assigning(struct actor holder, enum role role)
{
    return (struct request){
        .kind = REQUEST_ASSIGN,
        .draft = {.actor = nova, .holder = holder, .role = role}};
}

struct request adding(enum event_kind kind, const char *text)
{
    return (struct request){
        .kind = REQUEST_ADD,
        .draft = {.kind = kind, .actor = nova, .text = str_of(text)}};
}

struct request finished(enum effect_kind effect, uint64_t ref_id)
{
    return (struct request){.kind = REQUEST_EFFECT,
                            .draft = {.effect = effect, .ref_id = ref_id}};
}

struct request failed(enum effect_kind effect)
{
    struct request request = finished(effect, 0);
    request.draft.failed = true;
    request.draft.text = STR("Discord said no");
    return request;
}

struct request committed(const char *commit)
{
    struct request request = finished(EFFECT_POSTMORTEM, 0);
    request.draft.ref = str_of(commit);
    request.draft.text = STR("postmortem/2022-12-13-logins");
    return request;
}

struct play declared(void)
{
    struct play play = {.now_ms = T0 - MS_PER_MINUTE};
    accepts(&play, declaring("Logins fail"));
    return play;
}

struct play in_state(enum incident_state state)
{
    struct play play = declared();
    if (state == STATE_REVIEW || state == STATE_CLOSED)
        accepts(&play, moving(STATE_RESOLVED, NULL));
    if (state == STATE_CLOSED)
        accepts(&play, moving(STATE_REVIEW, NULL));
    if (state != STATE_INVESTIGATING)
        accepts(&play, moving(state, "because"));
    assert_int_equal(play.in.state, state);
    return play;
}

/* n characters; longer than any limit is not needed */
const char *chars(size_t n)
{
    static char text[4096];
    assert_true(n < sizeof text);
    memset(text, 'x', n);
    text[n] = '\0';
    return text;
}

struct request adding_at(enum event_kind kind, int64_t ms)
{
    struct request request = adding(kind, "t");
    request.draft.occurred = at(ms, "typed");
    return request;
}
