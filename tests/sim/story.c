#include "tests/sim/story.h"
#include "storage/health.h"
#include "tests/sim/people.h"

#include "bot/app.h"
#include "bot/base/file.h"
#include "bot/base/log.h"
#include "bot/discord/json.h"
#include "tests/lib/room_world.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TOKEN        "simulated-token-simulated-token"
#define RESTART_MS   30 /* at the soonest */
#define LOOK_MS      (10 * MS_PER_SECOND)
#define REST_MS      (90 * MS_PER_SECOND)  /* after all is well */
#define SOON_MS      (20 * MS_PER_SECOND)  /* what is due is done by then */
#define SEEN_MS      (140 * MS_PER_SECOND) /* and probes have seen it */
#define HEAL_MOST_MS (15 * MS_PER_MINUTE)
#define REST_MOST_MS (3 * MS_PER_HOUR)
#define LIVE_DELAY_S 20 /* if any */

static struct config plain, watched, forged[FORGE_KIND_COUNT][2];
static struct config told_config; /* the one of the story, as it is by now */
static struct script told;        /* what its items are called back with */
static char folder[100], db[120];
static struct buf template; /* an empty database */
static int64_t restart_ms;
static bool is_moved; /* the setting that says where it is announced */

/* The story looks into the record of the running bot. */
enum err __real_store_open(const char *path, bool read_only, struct store **out,
                           struct buf *why);
enum err __wrap_store_open(const char *path, bool read_only, struct store **out,
                           struct buf *why);
enum err __wrap_store_open(const char *path, bool read_only, struct store **out,
                           struct buf *why)
{
    enum err err = __real_store_open(path, read_only, out, why);
    if (err == ERR_OK)
        sim.store = *out;
    return err;
}

/* It would make the memory of the test small, and slow. */
void __wrap_mem_trim(void);
void __wrap_mem_trim(void)
{
}

/* Out of memory the bot aborts: it is killed then and there. */
void *__real_mem_alloc(size_t bytes);
void *__wrap_mem_alloc(size_t bytes);
void *__wrap_mem_alloc(size_t bytes)
{
    if (sim.is_running && fault_fires(FAULT_ALLOC)) {
        sim.fuse = 1;
        (void)sim_thing();
    }
    return __real_mem_alloc(bytes);
}

/* ---- before the first ---- */

static void write_file(const char *path, struct str bytes)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, bytes.s, bytes.n) != (ssize_t)bytes.n)
        sim_fail("%s cannot be written", path);
    (void)close(fd);
}

static void remove_files(void)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal", ".lock"};
    char path[160];
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        (void)snprintf(path, sizeof path, "%s%s", db, ends[i]);
        (void)unlink(path);
    }
}

static void name_folder(pid_t player)
{
    (void)snprintf(folder, sizeof folder, "%s/opsroom-sim-%ld",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp",
                   (long)player);
    (void)snprintf(db, sizeof db, "%s/opsroom.db", folder);
}

static void remove_folder(void)
{
    char path[160];
    remove_files();
    (void)snprintf(path, sizeof path, "%s/c.toml", folder);
    (void)unlink(path);
    (void)snprintf(path, sizeof path, "%s/secret", folder);
    (void)unlink(path);
    (void)rmdir(folder);
}

/* As tests/sim/callers.c has them. */
static const char watching[] =
    "[access]\ndeclare = [\"501\", \"502\"]\nrespond = [\"501\", \"502\"]\n"
    "command = [\"501\"]\nresolve = [\"501\"]\nadmin = [\"81\"]\n"
    "[reminders]\ncommander_minutes = 1\nsev1_update_minutes = 2\n"
    "sev2_update_minutes = 2\nsev3_update_minutes = 3\nchange_hours = 1\n"
    "owner_days = 1\narchive_days = 1\nquiet_from = 4\nquiet_until = 5\n"
    "digest_weekday = 6\n"
    "[[service]]\nname = \"forum\"\nowner = \"nova\"\n"
    "[[service]]\nname = \"login\"\ndepends_on = [\"forum\"]\n"
    "[[service]]\nname = \"shop\"\n"
    "[[probe]]\nname = \"forum page\"\nkind = \"http\"\ninterval_s = 30\n"
    "target = \"https://forum.test/\"\nservice = \"forum\"\n"
    "[[probe]]\nname = \"shop port\"\nkind = \"tcp\"\ninterval_s = 40\n"
    "down_after = 1\nof = 1\n"
    "target = \"shop.test:443\"\nservice = \"shop\"\n";

static void add_forge(struct buf *text, enum forge_kind kind, bool is_hooked)
{
    static const char *const words[] = {"none", "github", "gitea", "gitlab"};
    buf_addf(text,
             "[forge]\nkind = \"%s\"\napi_base = \"https://forge.test\"\n"
             "repository = \"o/r\"\ntoken_file = \"%s/secret\"\n"
             "issues = true\npoll_minutes = %d\n",
             words[kind], folder, is_hooked ? 3 : 1);
    if (is_hooked)
        buf_addf(text, "webhook_secret_file = \"%s/secret\"\n", folder);
    if (is_hooked || kind != FORGE_GITHUB)
        buf_add_text(text, "labels = [\"postmortem\"]\n"
                           "reviewers = [\"quill\"]\n"
                           "issue_label = \"incident\"\n");
    buf_add_text(text, "[[assignee]]\nuser = \"" SIM_ASSIGNEE
                       "\"\nlogin = \"nova\"\n");
}

static void add_monitor(struct buf *text, const char *name, const char *service)
{
    buf_addf(text,
             "[[alert]]\nname = \"%s\"\nform = \"generic\"\n"
             "secret_file = \"%s/secret\"\nservice = \"%s\"\n"
             "list_path = \"alerts\"\nkey_path = \"key\"\n"
             "title_path = \"title\"\nservice_path = \"service\"\n"
             "state_path = \"state\"\nstarted_path = \"started\"\n"
             "ended_path = \"ended\"\n",
             name, folder, service);
}

static void load_settings(struct config *config, bool is_watched,
                          enum forge_kind forge, bool is_hooked)
{
    char path[160];
    struct buf text = BUF_INIT(6000), why = BUF_INIT(2000);
    buf_addf(&text,
             "[discord]\napi_base = \"https://discord.test/api/v10\"\n"
             "announce_channel = \"%" PRIu64 "\"\ncompress = false\n"
             "[storage]\npath = \"%s\"\n"
             "[postmortem]\nrepository = \"/nowhere/pages.git\"\n"
             "private = %s\n"
             "[http]\nlisten = \"%s\"\n",
             WORLD_ANNOUNCE, db, is_hooked ? "false" : "true",
             is_watched ? "127.0.0.1:0" : "");
    if (forge != FORGE_NONE)
        add_forge(&text, forge, is_hooked);
    if (is_watched) {
        buf_add_text(&text, watching);
        add_monitor(&text, "east", "");
        add_monitor(&text, "west", "forum");
    }
    (void)snprintf(path, sizeof path, "%s/secret", folder);
    write_file(path, STR(SIM_SECRET "\n"));
    (void)snprintf(path, sizeof path, "%s/c.toml", folder);
    write_file(path, buf_str(&text));
    if (config_load(path, config, &why) != ERR_OK)
        sim_fail("settings: %s", buf_text(&why));
    if (!is_watched) {
        memset(&config->reminders, 0, sizeof config->reminders);
        config->reminders.digest_weekday = 1;
    }
    buf_release(&text);
    buf_release(&why);
}

static void make_template(void)
{
    struct store *store = NULL;
    struct buf why = BUF_INIT(500);
    disk_begin(db);
    if (store_open(db, false, &store, &why) != ERR_OK)
        sim_fail("%s", buf_text(&why));
    store_close(store);
    sim.store = NULL;
    template = BUF_INIT(4u << 20);
    if (file_load(db, &template) != ERR_OK)
        sim_fail("no template");
    buf_release(&why);
}

void story_tidy(pid_t player)
{
    name_folder(player);
    remove_folder();
}

void story_prepare(void)
{
    story_tidy(getpid());
    if (mkdir(folder, 0700) != 0)
        sim_fail("no folder");
    (void)atexit(remove_folder);
    load_settings(&plain, false, FORGE_NONE, false);
    load_settings(&watched, true, FORGE_NONE, false);
    for (int kind = FORGE_NONE + 1; kind < FORGE_KIND_COUNT; kind++)
        for (int hooked = 0; hooked < 2; hooked++)
            load_settings(&forged[kind][hooked], true, (enum forge_kind)kind,
                          hooked != 0);
    sim.config = &plain;
    disk_install();
    make_template();
}

/* ---- what happens ---- */

static void die_soon(const struct item *item)
{
    if (sim.fuse > 0 || sim.is_dead)
        return;
    sim.fuse = item->a;
    sim.is_cut = item->kind == TURN_CUT;
    restart_ms = item->b * MS_PER_SECOND + RESTART_MS;
}

static void lose(const cJSON *list, int which, void (*take_away)(uint64_t id))
{
    int count = cJSON_GetArraySize(list);
    uint64_t id = 0;
    if (count == 0)
        return;
    (void)str_to_u64(json_text(cJSON_GetArrayItem(list, which % count), "id"),
                     &id);
    take_away(id);
}

/* Permissions, and room for channels, are there again. */
static void on_allowed(void *context)
{
    cJSON *role = json_object(), *channel = json_object();
    (void)context;
    json_set_id(role, "guild_id", WORLD_GUILD);
    gateway_dispatch("GUILD_ROLE_UPDATE", role);
    json_set_id(channel, "guild_id", WORLD_GUILD);
    json_set_id(channel, "id", WORLD_GUILD + 77);
    gateway_dispatch("CHANNEL_DELETE", channel);
}

static void stop(const struct item *item)
{
    restart_ms = item->b * MS_PER_SECOND;
    people_excuse_all();
    sim_stop();
}

static void on_item(void *context)
{
    const struct item *item = context;
    struct buf words = BUF_INIT(200);
    item_print(item, &words);
    sim_tell("* %s", buf_text(&words));
    buf_release(&words);
    switch (item->kind) {
    case TURN_ACT:
        sim.actor = item->c;
        people_act((enum people_act)item->a, item->b);
        break;
    case TURN_TROUBLE:
        if (item->a == SIM_LIMIT_CLOUD) /* everything is held back */
            people_excuse_all();
        trouble_begin((enum sim_trouble)item->a, item->b,
                      sim.now_ms + item->c * MS_PER_SECOND);
        if (item->a == SIM_FORBIDDEN || item->a == SIM_CROWDED)
            sim_at(sim.now_ms + item->c * MS_PER_SECOND, on_allowed, NULL);
        break;
    case TURN_CLOSE:
        gateway_send_close(item->a);
        break;
    case TURN_OP:
        gateway_send_op(item->a, item->b != 0);
        break;
    case TURN_FORGET:
        gateway_forget_session();
        break;
    case TURN_HANG:
        gateway_hang();
        break;
    case TURN_KILL:
    case TURN_CUT:
        die_soon(item);
        break;
    case TURN_STOP:
        stop(item);
        break;
    case TURN_SKEW:
        sim.skew_ms += item->a * MS_PER_MINUTE + 137 * item->b;
        sim.was_skewed = true;
        sim.set_ms = sim.now_ms;
        people_excuse_all();
        break;
    case TURN_LOSE_ROOM:
        lose(discord_world()->channels, item->a, discord_delete_channel);
        break;
    case TURN_LOSE_MESSAGE:
        lose(discord_world()->messages, item->a, discord_delete_message);
        break;
    case TURN_MONITOR:
        monitors_act((enum monitor_act)item->a, item->b);
        break;
    case TURN_TARGET:
        target_set(item->a, item->b % 2 == 0);
        break;
    case TURN_FORGE:
        forge_act((enum forge_act)item->a, item->b);
        break;
    case TURN_SHELVE:
        discord_shelve();
        break;
    case TURN_MOVE:
        is_moved = !is_moved;
        stop(item);
        break;
    case TURNS:
        break;
    }
}

/* ---- the end ---- */

static int64_t healed_ms, started_ms;

static void look_for_rest(void *context)
{
    int64_t waiting = -1;
    (void)context;
    bool can_look = sim.is_running && !sim.is_dead && !sim.is_stopping &&
                    sim.store != NULL && !store_in_transaction(sim.store);
    sim.is_looking = true;
    if (can_look && store_outbox_count(sim.store, &waiting) != ERR_OK)
        sim_fail("the outbox cannot be counted: %s", store_why(sim.store));
    sim.is_looking = false;
    int64_t rest_ms = sim.is_watched ? SEEN_MS : REST_MS;
    if (sim.config->forge.kind != FORGE_NONE) /* it has been looked at */
        rest_ms += sim.config->forge.poll_min * MS_PER_MINUTE;
    can_look = can_look && sim.now_ms - healed_ms >= SOON_MS &&
               sim.now_ms - started_ms >= SOON_MS;
    if (can_look)
        promises_check_due();
    bool rests = can_look && gateway_is_ready() && waiting == 0 &&
                 !people_wait() && !monitors_wait() && !forge_waits() &&
                 sim.now_ms - healed_ms >= rest_ms &&
                 sim.now_ms - started_ms >= rest_ms;
    bool is_mended = rests && promises_are_mended();
    if (rests && !is_mended && sim.now_ms - healed_ms > HEAL_MOST_MS)
        sim_fail("what failed is not mended");
    if (rests && is_mended) {
        sim_tell("at rest");
        promises_check_all();
        sim.is_stopping = true;
        healed_ms = 0;
        sim_stop();
        return;
    }
    if (sim.now_ms - healed_ms > REST_MOST_MS) {
        struct store_health health = {0};
        if (can_look && store_health(sim.store, 0, &health) != ERR_OK)
            sim_fail("%s", store_why(sim.store));
        sim_fail("no rest: running %d, ready %d, %" PRId64 " effects wait: %s "
                 "of INC-%" PRId64 ": %s",
                 sim.is_running, gateway_is_ready(), waiting,
                 word_of(&effect_kind_words, (int)health.kind),
                 health.incident_id, health.error);
    }
    sim_at(sim.now_ms + LOOK_MS, look_for_rest, NULL);
}

static void on_heal(void *context)
{
    (void)context;
    sim_tell("* all is well again");
    bool is_hindered =
        trouble_is_on(SIM_FORBIDDEN) || trouble_is_on(SIM_CROWDED);
    troubles_end();
    if (is_hindered)
        on_allowed(NULL);
    sim.fuse = 0;
    if (sim.skew_ms != 0)
        sim.set_ms = sim.now_ms;
    sim.skew_ms = 0;
    healed_ms = sim.now_ms;
    look_for_rest(NULL);
}

/* ---- playing ---- */

static const struct config *config_of(const struct script *script)
{
    if (script->forge != FORGE_NONE)
        return &forged[script->forge][script->is_hooked];
    return script->is_watched ? &watched : &plain;
}

static void begin(const struct script *script, uint64_t seed, const bool *kept)
{
    bool tells = sim.tells;
    told_config = *config_of(script);
    if (script->is_delayed)
        told_config.live_delay_s = LIVE_DELAY_S;
    is_moved = false;
    sim = (struct sim){.seed = seed,
                       .now_ms = SIM_BEGAN_MS,
                       .config = &told_config,
                       .is_watched = script->is_watched,
                       .is_filtered = script->is_filtered,
                       .tells = tells};
    fault_begin();
    lucks_reset(seed);
    troubles_end();
    clock_reset();
    gateway_reset();
    socket_reset();
    people_reset();
    promises_reset();
    helpers_reset();
    monitors_reset();
    targets_reset();
    forge_reset();
    wire_reset();
    discord_open();
    disk_begin(db);
    remove_files();
    sqlite3_randomness(0, NULL);
    if (!script->from_nothing)
        write_file(db, buf_str(&template));
    restart_ms = 2000;
    told = *script;
    for (int i = 0; i < told.count; i++)
        if (kept == NULL || kept[i])
            sim_at(SIM_BEGAN_MS + told.items[i].at_ms, on_item, &told.items[i]);
    sim_at(SIM_BEGAN_MS + script->ends_ms, on_heal, NULL);
}

void story_play(const struct script *script, uint64_t seed, const bool *kept)
{
    begin(script, seed, kept);
    healed_ms = -1;
    while (healed_ms != 0) {
        sim.process++;
        sim.is_stopping = false;
        sim.set_ms = 0;
        started_ms = sim.now_ms;
        people_meet_process();
        told_config.announce_channel_id =
            is_moved ? WORLD_ANNOUNCE_NEXT : WORLD_ANNOUNCE;
        sim_tell("the bot starts");
        int code = app_run(sim.config, TOKEN, "/nowhere");
        bool was_killed = sim.is_dead;
        sim.is_running = false;
        sim.store = NULL;
        people_excuse_all();
        sim_tell("the bot ended: %s %d", was_killed ? "killed" : "exit", code);
        if (healed_ms == 0 && !was_killed && code != 0)
            sim_fail("a clean stop ended with %d", code);
        if (was_killed)
            disk_after_death();
        sim.is_dead = sim.is_cut = false;
        sim_wait(sim.now_ms + restart_ms);
        restart_ms = 2000;
    }
    sim_wait(sim.now_ms + MS_PER_HOUR); /* what was under way is gone */
    discord_close();
}
