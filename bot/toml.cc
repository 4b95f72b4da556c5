// The whole of our C++: toml++ behind the C interface of toml.h. Exceptions
// end here. Header only, with libstdc++ linked in: the shared libraries would
// keep 1.6 MB of the daemon resident for a file that is read once.
#define TOML_HEADER_ONLY 1

#include "bot/toml.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <sstream>
#include <string>
#include <toml++/toml.h>
#include <vector>

namespace
{
// Above 2^53 a double, and so cJSON, no longer tells neighbours apart.
constexpr int64_t exact_limit = INT64_C(9007199254740992);

class reader
{
  public:
    std::vector<toml_mark> marks;
    // Where a text holds a NUL: C would read only what stands before it.
    std::optional<toml::source_position> nul;

    cJSON *convert(const toml::node &node, toml::source_position key)
    {
        cJSON *item = make(node);
        marks.push_back({item, place(key), place(node.source().begin)});
        return item;
    }

  private:
    static toml_place place(toml::source_position at)
    {
        return {static_cast<int>(at.line), static_cast<int>(at.column)};
    }

    const char *text(const std::string &s, toml::source_position at)
    {
        if (s.find('\0') != std::string::npos)
            nul = at;
        return s.c_str();
    }

    cJSON *make(const toml::node &node)
    {
        auto at = node.source().begin;
        if (auto table = node.as_table())
            return make_table(*table);
        if (auto array = node.as_array()) {
            cJSON *list = cJSON_CreateArray();
            for (auto &&element : *array)
                cJSON_AddItemToArray(
                    list, convert(element, element.source().begin));
            return list;
        }
        if (auto s = node.as_string())
            return cJSON_CreateString(text(s->get(), at));
        if (auto b = node.as_boolean())
            return cJSON_CreateBool(b->get());
        if (auto i = node.as_integer())
            if (i->get() <= exact_limit && i->get() >= -exact_limit)
                return cJSON_CreateNumber(static_cast<double>(i->get()));
        std::ostringstream raw;
        node.visit([&](auto &&value) { raw << value; });
        return cJSON_CreateRaw(raw.str().c_str());
    }

    // toml++ sorts by name; people read messages in the order of their file.
    cJSON *make_table(const toml::table &table)
    {
        struct entry {
            const toml::key *key;
            const toml::node *node;
        };
        std::vector<entry> entries;
        for (auto &&[key, node] : table)
            entries.push_back({&key, &node});
        std::sort(entries.begin(), entries.end(), [](auto &a, auto &b) {
            return a.key->source().begin < b.key->source().begin;
        });
        cJSON *object = cJSON_CreateObject();
        for (auto &e : entries) {
            auto at = e.key->source().begin;
            std::string name(e.key->str());
            cJSON_AddItemToObject(object, text(name, at),
                                  convert(*e.node, at));
        }
        return object;
    }
};

int fail(toml_error *error, toml::source_position at, const char *text)
{
    error->place = {static_cast<int>(at.line), static_cast<int>(at.column)};
    std::snprintf(error->text, sizeof error->text, "%s", text);
    return -1;
}
} // namespace

int toml_parse(const char *text, size_t bytes, toml_doc *out, toml_error *error)
{
    try {
        toml::table table = toml::parse(std::string_view(text, bytes));
        reader reader;
        cJSON *root = reader.convert(table, {1, 1});
        if (reader.nul) {
            cJSON_Delete(root);
            return fail(error, *reader.nul, "a NUL character is not allowed");
        }
        size_t size = reader.marks.size() * sizeof(toml_mark);
        auto marks = static_cast<toml_mark *>(std::malloc(size));
        if (marks == nullptr)
            std::abort();
        std::copy(reader.marks.begin(), reader.marks.end(), marks);
        *out = {root, marks, reader.marks.size()};
        return 0;
    } catch (const toml::parse_error &e) {
        return fail(error, e.source().begin, e.what());
    }
}

void toml_release(toml_doc *doc)
{
    cJSON_Delete(doc->root);
    std::free(doc->marks);
    *doc = {};
}

const toml_mark *toml_mark_of(const toml_doc *doc, const cJSON *node)
{
    for (size_t i = 0; i < doc->count; i++)
        if (doc->marks[i].node == node)
            return &doc->marks[i];
    std::abort();
}
