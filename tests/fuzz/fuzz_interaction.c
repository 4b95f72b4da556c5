/*
 * Any JSON as an interaction: refused in words, or within its bounds and fit to
 * be answered.
 */
#include "bot/discord/interaction.h"

#include "bot/discord/json.h"
#include "bot/discord/rest_call.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cJSON *json = json_parse((struct str){(const char *)data, size});
    struct interaction in;
    const char *why = NULL;
    if (interaction_parse(json, &in, &why) == ERR_OK) {
        assert(in.id != 0 && in.user.id != 0 && in.token.n > 0);
        assert(in.option_count >= 0 && in.option_count <= INTERACTION_OPTIONS);
        assert(in.role_count >= 0 && in.role_count <= INTERACTION_ROLES);
        for (int i = 0; i < in.option_count; i++)
            assert(in.options[i].name.n > 0);
        assert(in.target_message.file_count <= INTERACTION_FILES);
        assert(in.target_message.id == 0 || in.target_message.author.id != 0);
        (void)interaction_mention(&in.target_message, in.user.id);
        struct rest_call call =
            rest_interaction_callback(in.id, in.token, cJSON_CreateObject());
        rest_call_release(&call);
        call = rest_interaction_edit(in.application_id, in.token, NULL);
        rest_call_release(&call);
    } else {
        assert(why != NULL);
    }
    cJSON_Delete(json);
    return 0;
}
