#include "commands/sections.h"

#include "commands/words.h"

bool sections_empty(const struct call *call, int64_t incident_id, unsigned *out)
{
    return store_empty_sections(call->store, incident_id, out) == ERR_OK;
}

void say_empty(struct buf *words, unsigned empty)
{
    const char *comma = "Sections not written in Discord yet: ";
    for (int i = SECTION_NONE + 1; i < SECTION_COUNT; i++) {
        if ((empty & 1u << i) == 0)
            continue;
        buf_addf(words, "%s%s", comma, word_of(&section_words, i));
        comma = ", ";
    }
    buf_add_text(words, empty == 0 ? "Every section is written." : ".");
}

void offer_sections(struct answer *answer, unsigned empty)
{
    (void)answer_select(answer, "Write a section", "postmortem write",
                        "section", "%s", "");
    for (int pass = 0; pass < 2; pass++)
        for (int i = SECTION_NONE + 1; i < SECTION_COUNT; i++) {
            bool is_empty = (empty & 1u << i) != 0;
            struct str word = str_of(word_of(&section_words, i));
            if (is_empty == (pass == 0))
                answer_select_row(answer, word, word,
                                  is_empty ? STR("not written in Discord yet")
                                           : STR("written; opens to change"));
        }
}
