/*
 * Traces of the gateway session on a virtual clock. A line that begins with
 * '>' goes in, the lines with '<' after it are all that may come out, '=' is
 * the state. Quotes are single in the traces.
 *
 *   > next A..B       the next tick is due in A to B ms: do it
 *   > wait N          N ms pass, in which nothing may be due
 *   > pass N          N ms pass, with beats that are not shown; or fewer, when
 *                     something else happens
 *   > opened          the socket
 *   > closed CODE
 *   > url URL LEFT RESET_AFTER SPENT
 *   > {…}             a payload
 */
#ifndef TESTS_LIB_GATEWAY_TRACE_H
#define TESTS_LIB_GATEWAY_TRACE_H

#include "bot/discord/gateway.h"

#define CONNECT                                                                \
    "> next 0..0\n"                                                            \
    "< FIND_URL\n"                                                             \
    "> url wss://gw.test 1000 0 0\n"                                           \
    "< CONNECT wss://gw.test/?v=10&encoding=json\n"
#define CONNECT_AGAIN  "< CONNECT wss://gw.test/?v=10&encoding=json\n"
#define CONNECT_RESUME "< CONNECT wss://re.test/?v=10&encoding=json\n"
#define HELLO          "> opened\n> {'op':10,'d':{'heartbeat_interval':40000}}\n"
#define IDENTIFY       "< IDENTIFIED\n< SEND IDENTIFY\n= identifying\n"
#define RESUME_1       "< SEND RESUME s1 1\n= resuming\n"
#define READY                                                                  \
    "> {'op':0,'s':1,'t':'READY','d':{'session_id':'s1',"                      \
    "'resume_gateway_url':'wss://re.test'}}\n"                                 \
    "< SESSION s1 wss://re.test 1\n"                                           \
    "< DISPATCH READY 1\n"                                                     \
    "= ready\n"
#define RESUMED                                                                \
    "> {'op':0,'s':2,'t':'RESUMED','d':{}}\n"                                  \
    "< DISPATCH RESUMED 2\n"                                                   \
    "= ready\n"
#define LOGGED_IN   CONNECT HELLO IDENTIFY READY
#define DROPPED     "< SESSION none\n"
#define LEAVE       "< CLOSE 4000\n= waiting to connect\n> closed 4000\n"
#define NEW_SESSION HELLO IDENTIFY READY

struct play {
    struct gateway *gateway;
    struct gateway_out out;
    int next; /* of out->actions */
    int64_t now;
    int line; /* for failures */
    const char *script;
};

/* Plays a script, for many seeds: each is another course of jitter. */
void play(const char *script);
void play_with(const struct gateway_config *config, const char *script);
/* Plays a script on; the gateway is the caller's. */
void play_on(struct play *play, const char *script);
/* Token "secret", no compression. */
extern const struct gateway_config play_config;

#endif
