/*
 * With a list and without one, with a key and without one.
 */
#include "tests/fuzz/alert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str body = {(const char *)data, size};
    static char list[] = "data.1.items", none[] = "";
    struct alert_source source = alert_source_of(ALERT_FORM_GENERIC);
    check_body(&source, body);
    source.key_path = none;
    check_body(&source, body);
    source.list_path = list;
    check_body(&source, body);
    return 0;
}
