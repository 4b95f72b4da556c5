#include "templates/builtin.h"

/* The assembler reads the file from the repository's root; the Makefile knows
 * that this object depends on it. */
__asm__(".pushsection .rodata\n"
        "postmortem_hugo_start:\n"
        ".incbin \"templates/postmortem.hugo.md\"\n"
        "postmortem_hugo_end:\n"
        ".byte 0\n"
        ".popsection\n");

extern const char postmortem_hugo_start[], postmortem_hugo_end[];

struct str template_postmortem_hugo(void)
{
    size_t n = (size_t)(postmortem_hugo_end - postmortem_hugo_start);
    return (struct str){postmortem_hugo_start, n};
}
