/*
 * Any bytes as a settings file: refused with a place on every line, or settings
 * within their rows' bounds.
 */
#include "bot/config/config.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

static void assert_each_has_a_place(struct str why, struct str file)
{
    struct str line, path;
    while (str_cut(&why, '\n', &line) && line.n > 0) {
        int row = 0, column = 0, end = 0;
        path = line;
        path.n = file.n;
        assert(line.n > file.n && str_eq(path, file));
        (void)sscanf(line.s + file.n, ":%d:%d: %n", &row, &column, &end);
        assert(end > 0 && row > 0 && column > 0);
        assert(line.n > file.n + (size_t)end);
    }
}

static void assert_lists_are_whole(const struct config *config)
{
    for (int i = 0; i < config->services.count; i++) {
        const struct service *service = &config->services.all[i];
        assert(service_find(&config->services, str_of(service->name)) ==
               service);
        for (int n = 0; n < service->depends_on.count; n++)
            assert(service_find(&config->services,
                                str_of(service->depends_on.texts[n])) != NULL);
    }
    for (int i = 0; i < config->probes.count; i++) {
        const struct probe *probe = &config->probes.all[i];
        assert(probe->kind < PROBE_KIND_COUNT && probe->target[0] != '\0');
        assert(probe->timeout_s < probe->interval_s);
        assert(probe->down_after > 0 && probe->down_after <= probe->of);
        assert((probe->kind == PROBE_PROMETHEUS) == (probe->query[0] != '\0'));
        assert((probe->kind == PROBE_PROMETHEUS) ==
               (probe->bad_when[0] != '\0'));
        assert(probe->answers.count == 0 || probe->kind == PROBE_DNS);
    }
    for (int i = 0; i < config->alert_sources.count; i++) {
        const struct alert_source *source = &config->alert_sources.all[i];
        assert(source->form < ALERT_FORM_COUNT);
        assert(source->name[0] != '\0' && source->secret_file[0] != '\0');
        assert((source->form == ALERT_FORM_GENERIC) ==
               (source->title_path[0] != '\0'));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf why = BUF_INIT(1u << 20);
    struct config config;
    char path[40];
    int fd = memfd_create("config.toml", MFD_CLOEXEC);
    assert(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    enum err err = config_load(path, &config, &why);
    (void)close(fd);
    if (err == ERR_OK) {
        assert(why.n == 0);
        assert(config.storage_path[0] != '\0' && config.branch[0] != '\0');
        assert(config.postmortem_enabled == (config.repository[0] != '\0'));
        assert(config.attachment_max_bytes > 0);
        assert_lists_are_whole(&config);
        config_release(&config);
    } else {
        assert(err == ERR_INVALID && why.n > 0 && !why.overflow);
        assert_each_has_a_place(buf_str(&why), str_of(path));
    }
    buf_release(&why);
    return 0;
}
