#include "tests/fuzz/alert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct alert_source source = alert_source_of(ALERT_FORM_GRAFANA);
    check_body(&source, (struct str){(const char *)data, size});
    return 0;
}
