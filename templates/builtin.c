#include "templates/builtin.h"

/* The assembler reads the files from the repository's root; the Makefile knows
 * that this object depends on them. */
#define KEEP(name, file)                                                       \
    __asm__(".pushsection .rodata\n"                                           \
            "template_" #name "_start:\n"                                      \
            ".incbin \"templates/" file "\"\n"                                 \
            "template_" #name "_end:\n"                                        \
            ".byte 0\n"                                                        \
            ".popsection\n");                                                  \
    extern const char template_##name##_start[], template_##name##_end[];
#define TEXT(name)                                                             \
    {                                                                          \
        template_##name##_start,                                               \
            (size_t)(template_##name##_end - template_##name##_start)          \
    }

KEEP(hugo, "hugo.md")
KEEP(markdown, "markdown.md")
KEEP(internal, "internal.md")
KEEP(public, "public.md")
KEEP(timeline_list, "timeline_list.md")
KEEP(timeline_table, "timeline_table.md")
KEEP(names, "names.json")

void template_builtins(struct builtin out[static BUILTINS])
{
    const struct builtin all[BUILTINS] = {
        {"hugo", true, TEXT(hugo)},
        {"markdown", true, TEXT(markdown)},
        {"internal", false, TEXT(internal)},
        {"public", false, TEXT(public)},
        {"timeline_list", false, TEXT(timeline_list)},
        {"timeline_table", false, TEXT(timeline_table)},
    };
    for (int i = 0; i < BUILTINS; i++)
        out[i] = all[i];
}

struct str template_names(void)
{
    return (struct str)TEXT(names);
}
