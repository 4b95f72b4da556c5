#include "bot/base/closest.h"

#include <string.h>

#define NAME_BYTES_MOST 64 /* longest name worth comparing with ours */

/* Letters to insert, delete or change to make one name of the other. */
static size_t distance(const char *a, const char *b)
{
    size_t row[NAME_BYTES_MOST + 1], n = strlen(b);
    if (strlen(a) > NAME_BYTES_MOST || n > NAME_BYTES_MOST)
        return NAME_BYTES_MOST;
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t change = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            size_t other = 1 + (row[j] < row[j - 1] ? row[j] : row[j - 1]);
            row[j] = change < other ? change : other;
        }
    }
    return row[n];
}

struct closest closest_to(const char *name)
{
    /* At most one letter in three is wrong: [foo] is no slip for [log]. */
    return (struct closest){.to = name, .least = (strlen(name) + 1) / 3 + 1};
}

void closest_show(struct closest *closest, const char *name)
{
    size_t far = distance(closest->to, name);
    if (far < closest->least) {
        closest->least = far;
        closest->name = name;
    }
}
