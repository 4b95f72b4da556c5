#include "storage/store_internal.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

/* Members are read and written through copies: a column knows its member's
 * size, not its alignment or its enum's type. */
static int64_t number_of(const struct column *column, const void *from)
{
    const char *at = (const char *)from + column->offset;
    int64_t number = 0;
    int word = 0;
    switch (column->bytes) {
    case sizeof(bool):
        return *at != 0;
    case sizeof word:
        memcpy(&word, at, sizeof word);
        return word;
    default:
        assert(column->bytes == sizeof number);
        memcpy(&number, at, sizeof number);
        return number;
    }
}

static void set_number(const struct column *column, void *to, int64_t number)
{
    char *at = (char *)to + column->offset;
    int word = (int)number;
    bool flag = number != 0;
    switch (column->bytes) {
    case sizeof flag:
        memcpy(at, &flag, sizeof flag);
        break;
    case sizeof word:
        memcpy(at, &word, sizeof word);
        break;
    default:
        assert(column->bytes == sizeof number);
        memcpy(at, &number, sizeof number);
        break;
    }
}

static struct str text_of(const struct column *column, const void *from)
{
    return str_of((const char *)from + column->offset);
}

void columns_bind(struct query *query, const struct columns *columns,
                  const void *from)
{
    for (int i = 0; i < columns->count; i++) {
        const struct column *column = &columns->all[i];
        if (column->type == COLUMN_TEXT)
            query_text(query, text_of(column, from));
        else if (column->type == COLUMN_ENUM)
            query_text(query, str_of(word_of(column->words,
                                             (int)number_of(column, from))));
        else
            query_int(query, number_of(column, from));
    }
}

bool columns_read(const struct query *query, int first,
                  const struct columns *columns, void *to, const char **damaged)
{
    for (int i = 0; i < columns->count; i++) {
        const struct column *column = &columns->all[i];
        *damaged = column->name;
        if (column->type == COLUMN_TEXT) {
            struct str text = row_text(query, first + i);
            if (text.n >= column->bytes)
                return false;
            str_copy((char *)to + column->offset, column->bytes, text);
        } else if (column->type == COLUMN_ENUM) {
            int word = word_find(column->words, row_text(query, first + i));
            if (word < 0)
                return false;
            set_number(column, to, word);
        } else {
            set_number(column, to, row_int(query, first + i));
        }
    }
    return true;
}

bool column_equal(const struct column *column, const void *a, const void *b)
{
    if (column->type != COLUMN_TEXT)
        return number_of(column, a) == number_of(column, b);
    return strcmp((const char *)a + column->offset,
                  (const char *)b + column->offset) == 0;
}

bool columns_equal(const struct columns *columns, const void *a, const void *b)
{
    for (int i = 0; i < columns->count; i++)
        if (!column_equal(&columns->all[i], a, b))
            return false;
    return true;
}

void column_print(const struct column *column, const void *from,
                  struct buf *out)
{
    switch (column->type) {
    case COLUMN_TEXT:
        buf_addf(out, "\"%s\"", text_of(column, from).s);
        break;
    case COLUMN_ENUM:
        buf_add_text(out, word_of(column->words, (int)number_of(column, from)));
        break;
    case COLUMN_BOOL:
        buf_add_text(out, number_of(column, from) != 0 ? "yes" : "no");
        break;
    case COLUMN_ID:
        buf_addf(out, "%" PRIu64, (uint64_t)number_of(column, from));
        break;
    case COLUMN_INT64:
        buf_addf(out, "%" PRId64, number_of(column, from));
        break;
    }
}
