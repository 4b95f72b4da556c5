/*
 * What somebody may have meant who typed a name that there is not.
 */
#ifndef BOT_BASE_CLOSEST_H
#define BOT_BASE_CLOSEST_H

#include <stddef.h>

/* The nearest of the names that it was shown; NULL: none is near. */
struct closest {
    const char *to, *name;
    size_t least;
};

struct closest closest_to(const char *name);
void closest_show(struct closest *closest, const char *name);

#endif
