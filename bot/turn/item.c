#include "bot/turn/item.h"

#include "bot/discord/json.h"
#include "commands/run.h"

#include <stdlib.h>

void item_take_file(struct item *item, struct answer *answer)
{
    buf_release(&item->file);
    item->file = answer->file;
    answer->file = BUF_INIT(0);
    str_copy_to(item->file_name, str_of(answer->file_name));
    str_copy_to(item->file_type, str_of(answer->file_type));
}

void item_say_sorry(struct item *item)
{
    struct answer answer;
    free(item->answer);
    item->answer = json_printed(command_sorry(&item->interaction, &answer));
    item_take_file(item, &answer);
    answer_release(&answer);
    item->is_kept = false;
    item->wants_file = NULL;
    item->wants_probe = 0;
}

void item_clear(struct item *item)
{
    cJSON_Delete(item->data);
    free(item->answer);
    buf_release(&item->file);
    buf_release(&item->file_text);
    *item = (struct item){.data = NULL};
}
