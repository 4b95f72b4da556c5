/*
 * GitHub, Gitea (and Forgejo) and GitLab, as data: which requests to send and
 * what their answers mean. Pure: no socket, no clock, no secret. Carried out by
 * bot/io/forge_http; pull_job.h and issue_job.h say in which order.
 *
 * Rules: the forges' REST references. GitHub: "Pull requests", "Issues", "Rate
 * limits for the REST API", "Best practices"; Gitea: its swagger description;
 * GitLab: "Merge requests API", "Issues API".
 */
#ifndef BOT_FORGE_FORGE_H
#define BOT_FORGE_FORGE_H

#include "bot/base/buf.h"
#include "bot/core/incident.h"

#include <cjson/cJSON.h>

/* X(NAME, word, what people call it) */
#define FORGE_KIND_LIST(X)                                                     \
    X(NONE, "none", "no forge")                                                \
    X(GITHUB, "github", "GitHub")                                              \
    X(GITEA, "gitea", "the forge") /* Forgejo, too */                          \
    X(GITLAB, "gitlab", "GitLab")
#define FORGE_KIND_ENUM(name, word, called) FORGE_##name,
enum forge_kind { FORGE_KIND_LIST(FORGE_KIND_ENUM) FORGE_KIND_COUNT };
const char *forge_name(enum forge_kind kind);

#define FORGE_NAMES_MOST 10 /* labels, reviewers */
/* Everything is borrowed and outlives what it is given to. */
struct forge_settings {
    enum forge_kind kind;
    const char *repository; /* "owner/name"; GitLab: "group/subgroup/name" */
    const char *base;       /* the branch that a pull request is for */
    const char *const *labels, *const *reviewers;
    int label_count, reviewer_count;
    const char *issue_label; /* "" : none */
};

/* ---- requests ---- */

enum forge_method { FORGE_GET, FORGE_POST, FORGE_PUT, FORGE_PATCH };
const char *forge_method_name(enum forge_method method);

#define FORGE_PATH_BYTES 1000
#define FORGE_ETAG_BYTES 128
struct forge_call {
    enum forge_method method;
    char path[FORGE_PATH_BYTES]; /* below api_base; "" with is_graphql */
    bool is_graphql; /* GitHub has it there only: see forge_graphql_base */
    char *body;      /* owned JSON text; NULL: none */
    char etag[FORGE_ETAG_BYTES]; /* If-None-Match; "" : whatever it is now */
};
void forge_call_release(struct forge_call *call); /* frees; zeroed */
/* The header lines of every request but Authorization, one after the other;
 * NULL: no more. */
const char *forge_header(enum forge_kind kind, int n);
/* "Authorization: Bearer …", or what this forge calls it. */
void forge_auth_header(enum forge_kind kind, const char *token,
                       struct buf *line);
/* Where GitHub answers GraphQL: beside REST, on a server of one's own
 * (https://host/api/v3) one level up. */
void forge_graphql_base(const char *api_base, struct buf *out);

/* ---- answers ---- */

/* Everything is borrowed. Absent headers are STR_NONE. */
struct forge_answer {
    int status;        /* 0: none came */
    const cJSON *json; /* NULL: none */
    struct str etag, retry_after, limit_left, limit_reset;
    const char *error; /* without an answer: why, in a few words */
};

enum forge_fate {
    FORGE_DONE,        /* 2xx */
    FORGE_UNCHANGED,   /* 304 */
    FORGE_LATER,       /* over a limit: not before retry_at_ms */
    FORGE_UNREACHABLE, /* no answer, or 5xx: it may have been done */
    FORGE_BAD_TOKEN,
    FORGE_NOT_ALLOWED,
    FORGE_NOT_FOUND,
    FORGE_CONFLICT, /* it is there already */
    FORGE_INVALID,  /* the forge says why */
};
/* With what the forge itself says, and the repository twice. */
#define FORGE_WORDS_BYTES 700
struct forge_verdict {
    enum forge_fate fate;
    int64_t retry_at_ms; /* LATER; wall */
    /* What happened, and what to do; "" when DONE. */
    char words[FORGE_WORDS_BYTES];
};
void forge_judge(const struct forge_settings *set,
                 const struct forge_answer *answer, int64_t now_ms,
                 struct forge_verdict *out);
/* Why, in the forge's own words; fit to be shown. */
void forge_print_said(const cJSON *json, struct buf *out);

/* Of who did it: as much as the record takes of a name. */
#define LOGIN_BYTES (NAME_UNITS + 1)

/* A pull request, or GitLab's merge request. */
struct forge_pull {
    int64_t number;
    enum pull_state state; /* NONE: there is none */
    bool is_draft;
    char url[FORGE_URL_BYTES];
    char head[72];         /* the last commit of its branch; "" : not told */
    char node[128];        /* GitHub's name of it in GraphQL */
    char merge_commit[72]; /* MERGED */
    int64_t ended_ms;      /* MERGED, CLOSED; 0: not told */
    char ended_by[LOGIN_BYTES]; /* "" : not told */
};
struct forge_issue {
    int64_t number;
    char url[FORGE_URL_BYTES];
    bool is_closed, is_dropped;  /* closed as not planned */
    char closed_by[LOGIN_BYTES]; /* "" : not told */
};

/* False: that is no such thing, or its address is none. */
bool forge_read_pull(enum forge_kind kind, const cJSON *json,
                     struct forge_pull *out);
bool forge_read_issue(enum forge_kind kind, const cJSON *json,
                      struct forge_issue *out);
/* As the forge has them. The title is without the mark of a draft. */
struct str forge_title_of(enum forge_kind kind, const cJSON *json);
struct str forge_body_of(enum forge_kind kind, const cJSON *json);
/* Of a listing: whether it is that branch's. */
bool forge_is_of_branch(const struct forge_settings *set, const cJSON *json,
                        const char *branch);
/* Of one that was asked for by its number: false when it is another branch's,
 * so that its number is of another repository. */
bool forge_may_be_of_branch(enum forge_kind kind, const cJSON *json,
                            const char *branch);
/* "2022-12-13T18:53:00Z", "…00.123+01:00"; 0: it is no time. */
int64_t forge_time(struct str text);

/* ---- the calls ---- */

#define FORGE_PAGE_SIZE 50

/* Open ones of that branch, or (Gitea) of any, newest first; page 1, 2… */
struct forge_call forge_find_pull(const struct forge_settings *set,
                                  const char *branch, bool also_ended,
                                  int page);
struct forge_call forge_get_pull(const struct forge_settings *set,
                                 int64_t number);
struct forge_text {
    const char *title, *body;
    bool is_draft;
};
struct forge_call forge_open_pull(const struct forge_settings *set,
                                  const char *branch,
                                  const struct forge_text *text);
struct forge_call forge_update_pull(const struct forge_settings *set,
                                    int64_t number,
                                    const struct forge_text *text);
/* GitHub only: elsewhere the title says it. */
struct forge_call forge_set_draft(const char *node, bool is_draft);
/* GitLab has them with the pull request. */
struct forge_call forge_add_labels(const struct forge_settings *set,
                                   int64_t number, const char *const *labels,
                                   int count);
/* Whether its answer has that one: Gitea leaves out what it does not know. */
bool forge_has_label(const cJSON *json, const char *label);
/* GitLab knows people by number: the answer to this has it. */
struct forge_call forge_find_person(const char *login);
bool forge_read_person(const cJSON *json, const char *login, int64_t *id);
struct forge_call forge_ask_reviewers(const struct forge_settings *set,
                                      int64_t number, const int64_t *ids,
                                      int id_count);

/* Issues that were made or changed since; page 1, 2… */
struct forge_call forge_list_issues(const struct forge_settings *set,
                                    int64_t since_ms, int page);
struct forge_call forge_get_issue(const struct forge_settings *set,
                                  int64_t number);
struct forge_issue_text {
    const char *title, *body;
    const char *assignee;    /* login; "" : nobody */
    int64_t assignee_number; /* GitLab; 0: nobody */
};
struct forge_call forge_open_issue(const struct forge_settings *set,
                                   const struct forge_issue_text *text);

/* ---- people's text in a description ---- */

/* Shows as typed in all three, mentions nobody, closes no issue, and is no
 * command to GitLab. Lines stay lines. */
void forge_literal(struct buf *out, struct str text);

#endif
