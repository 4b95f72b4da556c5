#include "bot/postmortem/page.h"

#include "bot/base/file.h"
#include "bot/base/mem.h"
#include "bot/base/utf8.h"
#include "bot/postmortem/escape.h"
#include "templates/builtin.h"
#include "templates/mustache.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define TEMPLATE_BYTES (256u << 10)
#define PATH_BYTES     1200
#define SUFFIX         ".md"
#define ROOT           "page"
#define FOLDER_FILES   200
#define CHECK_BYTES    (4u << 20)

/* ---- where it comes from ---- */

static void set(cJSON *object, const char *name, const char *text)
{
    cJSON_DeleteItemFromObjectCaseSensitive(object, name);
    if (cJSON_AddStringToObject(object, name, text) == NULL)
        abort();
}

static void set_builtin(struct page_template *template,
                        const struct builtin *builtin)
{
    struct buf text = BUF_INIT(builtin->text.n), file = BUF_INIT(100);
    buf_add(&text, builtin->text);
    buf_addf(&file, "templates/%s" SUFFIX, builtin->name);
    set(template->partials, builtin->name, buf_text(&text));
    set(template->files, builtin->name, buf_text(&file));
    buf_release(&text);
    buf_release(&file);
}

static enum err read_file(const char *file, struct buf *out, struct buf *why)
{
    enum err err = file_load(file, out);
    if (err == ERR_IO)
        buf_addf(why, "%s cannot be read: %s", file, strerror(errno));
    else if (err == ERR_TOO_LONG)
        buf_addf(why, "%s is longer than 256 KiB", file);
    else if (err == ERR_OK && memchr(buf_text(out), '\0', out->n) != NULL) {
        buf_addf(why, "%s is no text: it holds a NUL", file);
        err = ERR_INVALID;
    }
    return err;
}

/* What an editor put before it is not of the page. */
static const char *text_of(const struct buf *file)
{
    struct str text = utf8_without_mark(buf_str(file));
    return text.n == 0 ? "" : text.s;
}

static enum err add_part(struct page_template *template, const char *folder,
                         const char *name, struct buf *why)
{
    char path[PATH_BYTES + 256], part[256];
    struct buf text = BUF_INIT(TEMPLATE_BYTES);
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    str_copy_to(part, ((struct str){name, strlen(name) - strlen(SUFFIX)}));
    enum err err = read_file(path, &text, why);
    if (err == ERR_OK) {
        set(template->partials, part, text_of(&text));
        set(template->files, part, path);
    }
    buf_release(&text);
    return err;
}

/* What lies beside it. */
static enum err add_folder(struct page_template *template, const char *folder,
                           struct buf *why)
{
    DIR *dir = opendir(folder);
    enum err err = ERR_OK;
    const struct dirent *file;
    int count = 0;
    if (dir == NULL) {
        buf_addf(why, "%s cannot be read: %s", folder, strerror(errno));
        return ERR_IO;
    }
    while (err == ERR_OK && (file = readdir(dir)) != NULL) {
        struct str name = str_of(file->d_name);
        if (!str_ends(name, SUFFIX) || name.s[0] == '.')
            continue;
        if (count++ == FOLDER_FILES) {
            buf_addf(why, "%s holds more than %d templates", folder,
                     FOLDER_FILES);
            err = ERR_TOO_LONG;
        } else {
            err = add_part(template, folder, file->d_name, why);
        }
    }
    (void)closedir(dir);
    return err;
}

static enum err load_own(struct page_template *template, const char *name,
                         struct buf *why)
{
    char file[PATH_BYTES], folder[PATH_BYTES];
    struct stat stat_of;
    struct buf text = BUF_INIT(TEMPLATE_BYTES);
    if (stat(name, &stat_of) != 0) {
        buf_addf(why,
                 "%s cannot be read: %s; a template is hugo, markdown, or a "
                 "folder with " ROOT SUFFIX,
                 name, strerror(errno));
        return ERR_IO;
    }
    bool is_folder = S_ISDIR(stat_of.st_mode);
    const char *slash = strrchr(name, '/');
    (void)snprintf(file, sizeof file, "%s%s", name,
                   is_folder ? "/" ROOT SUFFIX : "");
    if (is_folder)
        str_copy_to(folder, str_of(name));
    else if (slash == NULL)
        str_copy_to(folder, STR("."));
    else
        str_copy_to(folder, ((struct str){name, (size_t)(slash - name)}));
    enum err err = read_file(file, &text, why);
    if (err == ERR_OK)
        err = add_folder(template, folder, why);
    if (err == ERR_OK) {
        template->file = mem_text(file);
        template->text = mem_text(text_of(&text));
    }
    buf_release(&text);
    return err;
}

enum err page_template_load(const char *name, struct page_template *out,
                            struct buf *why)
{
    struct builtin builtins[BUILTINS];
    struct page_template template = {.partials = cJSON_CreateObject(),
                                     .files = cJSON_CreateObject()};
    enum err err = ERR_OK;
    if (template.partials == NULL || template.files == NULL)
        abort();
    if (name == NULL || name[0] == '\0')
        name = "hugo";
    template_builtins(builtins);
    for (int i = 0; i < BUILTINS; i++) {
        if (!builtins[i].is_page) {
            set_builtin(&template, &builtins[i]);
        } else if (strcmp(name, builtins[i].name) == 0) {
            struct buf text = BUF_INIT(builtins[i].text.n);
            buf_add(&text, builtins[i].text);
            template.text = mem_text(buf_text(&text));
            template.file = mem_text(name);
            buf_release(&text);
        }
    }
    if (template.text == NULL)
        err = load_own(&template, name, why);
    if (err == ERR_OK)
        *out = template;
    else
        page_template_release(&template);
    return err;
}

void page_template_release(struct page_template *template)
{
    if (template == NULL)
        return;
    free(template->file);
    free(template->text);
    cJSON_Delete(template->partials);
    cJSON_Delete(template->files);
    *template = (struct page_template){.file = NULL};
}

enum err page_template_check(const char *name, struct buf *why)
{
    struct page_template template;
    enum err err = page_template_load(name, &template, why);
    if (err != ERR_OK)
        return err;
    struct str names = template_names();
    cJSON *data = cJSON_ParseWithLength(names.s, names.n);
    if (data == NULL)
        abort();
    const struct mustache job = {.template = str_of(template.text),
                                 .data = data,
                                 .partials = template.partials,
                                 .file = template.file,
                                 .files = template.files,
                                 .escape = markdown_escape,
                                 .strict = true,
                                 .check = true};
    struct buf page = BUF_INIT(CHECK_BYTES);
    err = mustache_render(&job, &page, why);
    if (err == ERR_TOO_LONG)
        buf_addf(why, "%s makes more than 4 MiB of one entry", template.file);
    buf_release(&page);
    cJSON_Delete(data);
    page_template_release(&template);
    return err;
}
