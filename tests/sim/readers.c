/* What people ask to know, and what they type; and long texts, which are to
 * come back when they are not kept. */
#include "tests/sim/people.h"

#include "bot/base/buf.h"
#include "bot/base/mem.h"

#include <stdio.h>

static void ask_about(enum people_act act, const struct incident *in,
                      const char *command)
{
    const struct option_given options[] = {{NULL, 0, NULL, false}};
    people_ask_command(people_ask_new(act, people_kind(in)), command, options,
                       NULL);
}

static void ask_alone(enum people_act act, const char *command)
{
    const struct option_given options[] = {{NULL, 0, NULL, false}};
    people_ask_alone(people_ask_new(act, "w"), command, options);
}

static void type(const struct incident *in, int which)
{
    static const char *const typed[][2] = {
        {"incident status", "incident"},   {"timeline edit", "id"},
        {"timeline settle", "id"},         {"action done", "id"},
        {"timeline change", "where"},      {"incident link", "alerts"},
        {"postmortem preview", "incident"}};
    int n = which % (int)(sizeof typed / sizeof typed[0]);
    struct ask *ask = people_ask_new(ACT_TYPE, people_kind(in));
    const struct option_given options[] = {{typed[n][1], 3, "", false},
                                           {NULL, 0, NULL, false}};
    if (strcmp(typed[n][1], "incident") == 0)
        people_ask_alone(ask, typed[n][0], options);
    else
        people_ask_command(ask, typed[n][0], options, NULL);
}

static const char *typed(struct ask *ask, int n, const char *words)
{
    struct buf text = BUF_INIT(1000);
    buf_addf(&text, "%s%s", n == 0 ? ask->word : "", words);
    ask->typed[n] = mem_text(buf_text(&text));
    buf_release(&text);
    return ask->typed[n];
}

static void add_long(const struct incident *in)
{
    struct ask *ask = people_ask_new(ACT_ADD_LONG, people_kind(in));
    const struct option_given options[] = {
        {"text", 3,
         typed(ask, 0,
               ": what `df -h` says, *all* of it:\n/dev/vda1 100 % <@77> "
               "|/srv\n\tand \\ some _more_ that nobody wants to type twice"),
         false},
        {NULL, 0, NULL, false}};
    people_ask_command(ask, "timeline add", options, NULL);
}

static void change_long(const struct incident *in)
{
    struct ask *ask = people_ask_new(ACT_CHANGE_LONG, people_kind(in));
    const struct option_given options[] = {
        {"what", 3, typed(ask, 0, " is the limit of open connections"), false},
        {"where", 3, typed(ask, 1, "on db-1 and db-2, in pgbouncer.ini"),
         false},
        {"from", 3, typed(ask, 2, "a hundred, as it was since 2019"), false},
        {"to", 3, typed(ask, 3, "two hundred, for as long as it lasts"), false},
        {NULL, 0, NULL, false}};
    people_ask_command(ask, "timeline change", options, NULL);
}

void readers_act(enum people_act act, int which, const struct incident *in)
{
    switch ((int)act) {
    case ACT_STATUS:
        ask_about(act, in, "incident status");
        break;
    case ACT_INCIDENTS:
        ask_alone(act, "incident list");
        break;
    case ACT_ITEMS:
        ask_alone(act, "action list");
        break;
    case ACT_WHO:
        ask_about(act, in, "ic who");
        break;
    case ACT_PREVIEW:
        ask_about(act, in, "postmortem preview");
        break;
    case ACT_ALERTS:
        ask_alone(act, "alert list");
        break;
    case ACT_TYPE:
        type(in, which);
        break;
    case ACT_ADD_LONG:
        add_long(in);
        break;
    case ACT_CHANGE_LONG:
        change_long(in);
        break;
    default:
        break;
    }
}
