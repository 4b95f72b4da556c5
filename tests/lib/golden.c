#include "tests/lib/golden.h"

#include "bot/base/file.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

void golden_text(const char *name, struct str text)
{
    char path[300];
    (void)snprintf(path, sizeof path, "tests/golden/%s", name);
    if (getenv("UPDATE_GOLDEN") != NULL) {
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        (void)fprintf(file, "%.*s\n", STR_ARG(text));
        assert_int_equal(fclose(file), 0);
        return;
    }
    struct buf want = BUF_INIT(1u << 20), got = BUF_INIT(1u << 20);
    buf_add(&got, text);
    buf_add_char(&got, '\n');
    if (file_load(path, &want) != ERR_OK ||
        !str_eq(buf_str(&want), buf_str(&got)))
        print_message("differs from %s (UPDATE_GOLDEN=1 rewrites it)\n", path);
    assert_string_equal(buf_text(&got), buf_text(&want));
    buf_release(&want);
    buf_release(&got);
}

void golden_json(const char *name, const cJSON *json)
{
    char *text = cJSON_Print(json);
    golden_text(name, str_of(text));
    free(text);
}
