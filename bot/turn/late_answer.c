#include "bot/turn/late_answer.h"

#include "bot/base/civil.h"
#include "bot/base/mem.h"
#include "bot/discord/json.h"
#include "bot/discord/message.h"

#include <stdlib.h>

/* The first answer is due within 3 s. A slow line sends so much in half a
 * second. */
#define FILE_AT_ONCE (64u << 10)
#define TIMEOUT_MS   (2 * MS_PER_MINUTE)

/* `answer` is taken. */
static cJSON *edit_of(cJSON *answer)
{
    cJSON *data = cJSON_DetachItemFromObjectCaseSensitive(answer, "data");
    cJSON_DeleteItemFromObjectCaseSensitive(data, "flags");
    cJSON_Delete(answer);
    return data;
}

char *late_answer_edit(char *answer)
{
    cJSON *data = edit_of(cJSON_Parse(answer));
    free(answer);
    return json_printed(data);
}

struct rest_call *late_answer_take(const struct interaction *it, char **answer,
                                   const struct rest_file *kind,
                                   struct buf *file)
{
    int64_t flags = 0;
    if (file->n <= FILE_AT_ONCE)
        return NULL;
    cJSON *whole = cJSON_Parse(*answer);
    (void)json_whole(json_get(json_get(whole, "data"), "flags"), &flags);
    if ((flags & FLAG_EPHEMERAL) == 0) { /* it takes a message's place */
        cJSON_Delete(whole);
        return NULL;
    }
    struct rest_call *later = mem_alloc(sizeof *later);
    *later =
        rest_interaction_edit(it->application_id, it->token, edit_of(whole));
    rest_call_attach(
        later, &(struct rest_file){kind->name, kind->type, buf_str(file)}, 1);
    later->timeout_ms = TIMEOUT_MS;
    buf_release(file);
    free(*answer);
    *answer = json_printed(answer_later());
    return later;
}
