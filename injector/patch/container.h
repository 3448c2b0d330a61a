// What is the same for a container of ECS and of Kubernetes: the command gets bewit in front, lists get entries, and
// all of it is written down so that it can be undone.
//
// The two name the same things differently: ENTRYPOINT and CMD of the image are overridden by `entryPoint` and
// `command` on ECS, by `command` and `args` on Kubernetes. Both drop the image's CMD when the ENTRYPOINT is overridden;
// for both, an empty list says nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "injector/patch/document.h"
#include "injector/patch/options.h"

namespace bewit::patch {

// What was done to one object, as it is kept in a label or an annotation: {"prefix": 3, "added": [...], "emptied":
// [...], "nulled": [...]}.
class Record {
public:
    Record() = default;
    explicit Record(Json json) : json_(json.is_object() ? std::move(json) : Json::object()) {}

    // `object[key]`, made a list or an object if it is absent, null or empty. Null when it is something else.
    Json* list(Json& object, const std::string& key) { return open(object, key, Json::array()); }
    Json* map(Json& object, const std::string& key) { return open(object, key, Json::object()); }
    // Sets `object[key]`, which must be absent, null or an empty list.
    void set(Json& object, const std::string& key, Json value);

    void set_prefix(size_t words) { json_["prefix"] = words; }
    size_t prefix() const {
        return json_.contains("prefix") && json_["prefix"].is_number_unsigned() ? json_["prefix"].get<size_t>() : 0;
    }
    // SYS_PTRACE was added, and this many of the keys on the way to it.
    void set_capability(size_t made) { json_["capability"] = made; }
    std::optional<size_t> capability() const;
    // Puts back those of `keys` that set(), list() or map() made. A record is a text that anybody may have written: no
    // other key is touched.
    void undo(Json& object, const std::vector<std::string>& keys) const;

    const Json& json() const { return json_; }

private:
    Json* open(Json& object, const std::string& key, Json empty);
    void note(const char* how, const std::string& key);
    static bool says_nothing(const Json& value) { return value.is_null() || (value.is_array() && value.empty()); }

    Json json_ = Json::object();
};

struct CommandKeys {
    std::string entry, arguments;    // "entryPoint", "command"; or "command", "args"
    bool expands_variables = false;  // `$(NAME)` is replaced (Kubernetes)
};

// Puts `prefix` before the command of `container`; asks `images` only for what the definition leaves open.
tl::expected<void, Problem> put_in_front(Json& container, const CommandKeys& keys,
                                         const std::vector<std::string>& prefix, ImageSource& images,
                                         const Platform& platform, Record& record);
// Whether the command of `container` begins with the words of bewit that the record speaks of.
bool bears_out(const Json& container, const CommandKeys& keys, const Record& record);
// Takes them away again, from a command that bears the record out.
void take_from_front(Json& container, const CommandKeys& keys, const Record& record);

// `object[key]` as a string; empty when it is none.
std::string string_of(const Json& object, const std::string& key);
const Json* member(const Json& object, const std::string& key);
Json* member(Json& object, const std::string& key);
void erase(Json& object, const std::string& key);
// Removes the items of a list whose `key` is `value`.
void erase_items(Json& object, const std::string& list, const std::string& key, const std::string& value);

Problem problem_of(std::string message, std::string pointer = {});
// A key as a step of a pointer (RFC 6901).
std::string escaped(std::string step);
// Puts a step before the problem's pointer.
tl::unexpected<Problem> within(Problem problem, const std::string& step);
// The same of all steps of a way, the outermost first.
tl::unexpected<Problem> within(Problem problem, const std::vector<std::string>& way);

}  // namespace bewit::patch
