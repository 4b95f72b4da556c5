/* bot/io/gateway_ws.h: frames travel between the bot and the simulated
 * gateway. */
#include "tests/sim/sim.h"

#include "bot/base/mem.h"
#include "bot/io/gateway_ws.h"

#include <stdlib.h>
#include <string.h>

struct gateway_ws {
    struct gateway_ws_handlers handlers;
    int id;
    struct gateway_link *link; /* NULL: none is open */
    bool is_connecting;
};

struct gateway_link {
    struct gateway_link *next;
    int ws_id; /* 0: the bot's end is gone */
    bool is_hung, is_closed;
    int64_t down_ms, up_ms; /* when the last frame arrives */
    int coming;             /* frames on their way to the bot */
};

struct frame {
    struct gateway_link *link;
    char *text; /* NULL: the end */
    int code;
    uint64_t interaction_id;
    int ws_id;
};

/* The bot has one. */
static struct gateway_ws *the_ws;
static int next_id;
static struct gateway_link *links;

static struct gateway_ws *find_ws(int id)
{
    return the_ws != NULL && the_ws->id == id ? the_ws : NULL;
}

static struct frame *frame_new(struct gateway_link *link, struct str text,
                               int code)
{
    struct frame *frame = mem_alloc(sizeof *frame);
    *frame = (struct frame){.link = link, .code = code};
    if (link != NULL)
        frame->ws_id = link->ws_id;
    if (text.s != NULL) {
        frame->text = mem_alloc(text.n + 1);
        memcpy(frame->text, text.s, text.n);
    }
    return frame;
}

static void frame_free(struct frame *frame)
{
    free(frame->text);
    free(frame);
}

static int64_t way_ms(void)
{
    return 5 + (int64_t)luck_below(LUCK_SOCKET, 60);
}

/* ---- to the bot ---- */

static void on_down(void *context)
{
    struct frame *frame = context;
    struct gateway_ws *ws = find_ws(frame->ws_id);
    bool is_ours = ws != NULL && ws->link == frame->link &&
                   !frame->link->is_hung && !frame->link->is_closed;
    frame->link->coming--;
    if (is_ours && sim_thing()) {
        if (frame->interaction_id != 0)
            people_delivered(frame->interaction_id);
        ws->handlers.received(str_of(frame->text), ws->handlers.context);
    }
    frame_free(frame);
}

void link_say(struct gateway_link *link, const char *text,
              uint64_t interaction_id)
{
    int64_t at_ms = sim.now_ms + way_ms();
    int times = 1;
    if (interaction_id != 0 && trouble_befalls(SIM_FRAME_LATE))
        at_ms += (int64_t)luck_below(LUCK_SOCKET, 4000);
    if (interaction_id != 0 && trouble_befalls(SIM_FRAME_TWICE))
        times = 2;
    at_ms = at_ms > link->down_ms ? at_ms : link->down_ms;
    link->down_ms = at_ms;
    for (int i = 0; i < times; i++) {
        struct frame *frame = frame_new(link, str_of(text), 0);
        frame->interaction_id = interaction_id;
        link->coming++;
        sim_at(at_ms, on_down, frame);
    }
}

static void tell_closed(void *context)
{
    struct frame *frame = context;
    struct gateway_ws *ws = find_ws(frame->ws_id);
    bool is_ours = ws != NULL && (ws->link == frame->link) &&
                   (frame->link != NULL || ws->is_connecting);
    if (is_ours && sim_thing()) {
        ws->link = NULL;
        ws->is_connecting = false;
        ws->handlers.closed(frame->code, STR("simulated"),
                            ws->handlers.context);
    }
    frame_free(frame);
}

static void on_close(void *context)
{
    struct frame *frame = context;
    if (frame->link->is_hung) {
        frame_free(frame);
        return;
    }
    frame->link->is_closed = true;
    tell_closed(frame);
}

void link_close(struct gateway_link *link, int code)
{
    int64_t at_ms = sim.now_ms + way_ms();
    struct frame *frame = frame_new(link, STR_NONE, code);
    if (code == 0) { /* frames on their way are lost */
        link->is_closed = true;
        sim_at(at_ms, tell_closed, frame);
        return;
    }
    at_ms = at_ms > link->down_ms ? at_ms : link->down_ms;
    link->down_ms = at_ms;
    sim_at(at_ms, on_close, frame);
}

void link_hang(struct gateway_link *link)
{
    link->is_hung = true;
}

/* ---- from the bot ---- */

static void on_up(void *context)
{
    struct frame *frame = context;
    if (!frame->link->is_hung && !frame->link->is_closed) {
        if (frame->text != NULL)
            gateway_hears(frame->link, str_of(frame->text));
        else
            gateway_left(frame->link);
    }
    frame_free(frame);
}

static void send_up(struct gateway_link *link, struct str text)
{
    int64_t at_ms = sim.now_ms + way_ms();
    at_ms = at_ms > link->up_ms ? at_ms : link->up_ms;
    link->up_ms = at_ms;
    sim_at(at_ms, on_up, frame_new(link, text, 0));
}

static void on_connected(void *context)
{
    struct frame *frame = context;
    struct gateway_ws *ws = find_ws(frame->ws_id);
    if (ws != NULL && ws->is_connecting && sim_thing()) {
        struct gateway_link *link = mem_alloc(sizeof *link);
        *link = (struct gateway_link){.next = links, .ws_id = ws->id};
        links = link;
        ws->link = link;
        ws->is_connecting = false;
        ws->handlers.opened(ws->handlers.context);
        gateway_opened_by(link);
    }
    frame_free(frame);
}

struct gateway_ws *gateway_ws_new(uv_loop_t *loop,
                                  const struct gateway_ws_handlers *handlers,
                                  const char *ca_file, const char *user_agent)
{
    (void)loop;
    (void)ca_file;
    (void)user_agent;
    the_ws = mem_alloc(sizeof *the_ws);
    *the_ws = (struct gateway_ws){.handlers = *handlers, .id = ++next_id};
    return the_ws;
}

/* No close frame, but the other end learns that nobody is there. */
void gateway_ws_free(struct gateway_ws *ws)
{
    if (ws == NULL)
        return;
    if (ws->link != NULL)
        send_up(ws->link, STR_NONE);
    the_ws = NULL;
    free(ws);
}

void gateway_ws_connect(struct gateway_ws *ws, const char *url, bool compressed)
{
    (void)url;
    (void)compressed;
    struct frame *frame = frame_new(NULL, STR_NONE, 0);
    frame->ws_id = ws->id;
    ws->is_connecting = true;
    if (!sim_thing() || trouble_befalls(SIM_NO_GATEWAY))
        sim_at(sim.now_ms + 10 * way_ms(), tell_closed, frame);
    else
        sim_at(sim.now_ms + way_ms(), on_connected, frame);
}

bool gateway_ws_has_more(const struct gateway_ws *ws)
{
    const struct gateway_link *link = ws->link;
    return link != NULL && link->coming > 0 && link->down_ms <= sim.now_ms &&
           !sim.is_dead;
}

void gateway_ws_send(struct gateway_ws *ws, struct str text)
{
    if (ws->link != NULL && sim_thing())
        send_up(ws->link, text);
}

void gateway_ws_close(struct gateway_ws *ws, int code)
{
    (void)code;
    if (!sim_thing())
        return;
    struct frame *frame = frame_new(ws->link, STR_NONE, 0);
    frame->ws_id = ws->id;
    if (ws->link != NULL) {
        send_up(ws->link, STR_NONE);
        ws->link->is_closed = true; /* for what comes down */
    }
    sim_at(sim.now_ms + way_ms(), tell_closed, frame);
}

void socket_reset(void)
{
    while (links != NULL) {
        struct gateway_link *link = links;
        links = link->next;
        free(link);
    }
}
