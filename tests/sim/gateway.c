/* Discord's gateway (docs: Gateway; Opcodes and Status Codes). */
#include "tests/sim/sim.h"

#include "bot/base/mem.h"
#include "bot/discord/json.h"
#include "tests/lib/room_world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define INTERVAL_MS     41250
#define IDENTIFY_GAP_MS 5000 /* one in 5 s */
#define IDENTIFIES_MOST 40   /* of a story: far fewer than a day's 1000 */

struct kept_frame {
    char *text;
    uint64_t interaction_id;
};

/* The session that Discord knows of; frames are kept for a resume. */
static struct {
    bool is_known;
    int number;
    int64_t seq;
    struct kept_frame *frames;
    size_t count, room;
    struct gateway_link *link; /* NULL: nobody listens */
    int process;               /* that began or resumed it last */
} session;
static struct gateway_link *newest; /* the connection there is, or was */
static int identifies, sessions;
static int64_t identified_ms, identified_skew_ms;
static bool was_disk_ill; /* at that time */

static void forget_frames(void)
{
    for (size_t i = 0; i < session.count; i++)
        free(session.frames[i].text);
    free(session.frames);
    session.frames = NULL;
    session.count = session.room = 0;
}

void gateway_reset(void)
{
    forget_frames();
    session.is_known = false;
    session.link = newest = NULL;
    session.seq = 0;
    identifies = sessions = 0;
    identified_ms = 0;
}

/* ---- what Discord says ---- */

static void say(struct gateway_link *link, const char *text)
{
    link_say(link, text, 0);
}

static void keep_frame(char *text, uint64_t interaction_id)
{
    if (session.count == session.room) {
        session.room = session.room == 0 ? 64 : session.room * 2;
        session.frames =
            mem_resize(session.frames, session.room * sizeof *session.frames);
    }
    session.frames[session.count++] = (struct kept_frame){text, interaction_id};
}

static void dispatch(const char *name, cJSON *data, uint64_t interaction_id)
{
    cJSON *frame = json_object();
    json_set_number(frame, "op", 0);
    json_set_number(frame, "s", (double)++session.seq);
    json_set_text(frame, "t", str_of(name));
    json_set(frame, "d", data);
    char *text = json_print(frame);
    cJSON_Delete(frame);
    keep_frame(text, interaction_id);
    if (session.link != NULL)
        link_say(session.link, text, interaction_id);
}

void gateway_dispatch(const char *name, cJSON *data)
{
    uint64_t interaction_id = 0;
    if (!session.is_known) { /* nobody will ever hear of it */
        cJSON_Delete(data);
        return;
    }
    if (str_is(str_of(name), "INTERACTION_CREATE"))
        (void)str_to_u64(json_text(data, "id"), &interaction_id);
    dispatch(name, data, interaction_id);
}

static void say_ready(struct gateway_link *link)
{
    char text[32];
    cJSON *data = json_object(), *user = json_object(), *app = json_object();
    forget_frames();
    session.is_known = true;
    session.number = ++sessions;
    session.seq = 0;
    session.link = link;
    session.process = sim.process;
    (void)snprintf(text, sizeof text, "session-%d", session.number);
    json_set_text(data, "session_id", str_of(text));
    json_set_text(data, "resume_gateway_url", STR("wss://gateway.test"));
    json_set_id(user, "id", WORLD_BOT);
    json_set_id(app, "id", WORLD_BOT);
    json_set(data, "user", user);
    json_set(data, "application", app);
    json_set(data, "guilds", json_array());
    dispatch("READY", data, 0);
}

/* ---- what the bot says ---- */

static void on_identify(struct gateway_link *link)
{
    identifies++;
    sim_tell("identify %d", identifies);
    /* How long ago that was a new process can tell by its wall clock and its
     * disk only. */
    if (identified_ms != 0 && sim.now_ms - identified_ms < IDENTIFY_GAP_MS &&
        sim.skew_ms <= identified_skew_ms && !was_disk_ill)
        sim_fail("identified twice within %" PRId64 " ms",
                 sim.now_ms - identified_ms);
    if (identifies > IDENTIFIES_MOST)
        sim_fail("the budget of identifies is being burnt");
    identified_ms = sim.now_ms;
    identified_skew_ms = sim.skew_ms;
    was_disk_ill =
        trouble_is_on(SIM_DISK_WRITE) || trouble_is_on(SIM_DISK_SYNC) ||
        trouble_is_on(SIM_DISK_FULL) || trouble_is_on(SIM_DISK_READ_ONLY);
    say_ready(link);
}

static void on_resume(struct gateway_link *link, const cJSON *data)
{
    char known[32];
    int64_t seq = 0;
    (void)snprintf(known, sizeof known, "session-%d", session.number);
    (void)json_whole(json_get(data, "seq"), &seq);
    if (!session.is_known || !str_is(json_text(data, "session_id"), known) ||
        seq > session.seq) {
        session.is_known = false;
        say(link, "{\"op\":9,\"d\":false}");
        return;
    }
    sim_tell("resumed after %" PRId64 " of %" PRId64, seq, session.seq);
    session.link = link;
    for (size_t i = 0; i < (size_t)seq && session.process != sim.process; i++)
        people_passed_over(session.frames[i].interaction_id);
    session.process = sim.process;
    for (size_t i = (size_t)seq; i < session.count; i++) {
        people_excuse(session.frames[i].interaction_id);
        link_say(link, session.frames[i].text,
                 session.frames[i].interaction_id);
    }
    dispatch("RESUMED", json_object(), 0);
}

void gateway_hears(struct gateway_link *link, struct str text)
{
    cJSON *frame = json_parse(text);
    int64_t op = -1;
    (void)json_whole(json_get(frame, "op"), &op);
    if (op == 1 && !trouble_befalls(SIM_NO_ACK))
        say(link, "{\"op\":11}");
    else if (op == 2)
        on_identify(link);
    else if (op == 6)
        on_resume(link, json_get(frame, "d"));
    cJSON_Delete(frame);
}

void gateway_opened_by(struct gateway_link *link)
{
    char hello[80];
    (void)snprintf(hello, sizeof hello,
                   "{\"op\":10,\"d\":{\"heartbeat_interval\":%d}}",
                   INTERVAL_MS);
    newest = link;
    say(link, hello);
}

void gateway_left(struct gateway_link *link)
{
    if (session.link == link)
        session.link = NULL;
    if (newest == link)
        newest = NULL;
}

/* ---- its troubles ---- */

void gateway_send_close(int code)
{
    static const int ends[] = {1000, 1001, 4003, 4007, 4009};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (code == ends[i])
            session.is_known = false;
    if (newest == NULL)
        return;
    if (session.link == newest)
        session.link = NULL;
    people_excuse_all();
    link_close(newest, code);
    newest = NULL;
}

void gateway_forget_session(void)
{
    session.is_known = false;
    gateway_send_close(0);
}

void gateway_send_op(int op, bool resumable)
{
    if (newest == NULL)
        return;
    people_excuse_all();
    if (op == 9 && !resumable)
        session.is_known = false;
    if (op == 9)
        say(newest,
            resumable ? "{\"op\":9,\"d\":true}" : "{\"op\":9,\"d\":false}");
    else if (op == 7)
        say(newest, "{\"op\":7,\"d\":null}");
    else
        say(newest, "{\"op\":1,\"d\":null}");
}

void gateway_hang(void)
{
    if (newest == NULL)
        return;
    people_excuse_all();
    link_hang(newest);
    if (session.link == newest)
        session.link = NULL;
}

bool gateway_is_ready(void)
{
    return session.link != NULL;
}

int gateway_identifies(void)
{
    return identifies;
}

int64_t gateway_identified_ms(void)
{
    return identified_ms;
}
