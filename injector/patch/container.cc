#include "injector/patch/container.h"

#include <algorithm>

#include <fmt/format.h>

namespace bewit::patch {
namespace {

tl::unexpected<Problem> refuse(const std::string& key, std::string message) {
    return tl::unexpected(Problem{.message = std::move(message), .pointer = "/" + key});
}

// Absent, null, or an empty list.
bool says_nothing(const Json& container, const std::string& key) {
    const Json* value = member(container, key);
    return value == nullptr || value->is_null() || (value->is_array() && value->empty());
}

// A word may be an intrinsic function, which is known only when a template is deployed.
tl::expected<void, Problem> check_words(const Json& container, const std::string& key) {
    const Json* value = member(container, key);
    if (value == nullptr) return {};
    if (value->is_object()) {
        return refuse(key,
                      "this is known only when the template is deployed, so nothing can be put before it: write it as "
                      "a list, whose items may be functions");
    }
    if (!value->is_array()) return refuse(key, "this must be a list of words");
    for (size_t i = 0; i < value->size(); ++i) {
        const Json& word = (*value)[i];
        if (!word.is_string() && !word.is_object())
            return refuse(fmt::format("{}/{}", key, i), "this must be a string: put it in quotes");
    }
    return {};
}

Json words_of(const std::vector<std::string>& words, bool expands_variables) {
    Json list = Json::array();
    for (std::string word : words) {
        // Kubernetes replaces `$(NAME)`, and `$$` by `$`; an image means both as they stand.
        for (size_t at = 0; expands_variables && (at = word.find('$', at)) != std::string::npos; ++at) {
            if (word.find_first_of("$(", at + 1) == at + 1) word.insert(at++, "$");
        }
        list.push_back(std::move(word));
    }
    return list;
}

}  // namespace

void Record::note(const char* how, const std::string& key) { json_[how].push_back(key); }

Json* Record::open(Json& object, const std::string& key, Json empty) {
    Json* value = member(object, key);
    if (value == nullptr) {
        note("added", key);
        return &(object[key] = std::move(empty));
    }
    if (value->is_null()) {
        note("nulled", key);
        return &(*value = std::move(empty));
    }
    return value->type() == empty.type() ? value : nullptr;
}

void Record::set(Json& object, const std::string& key, Json value) {
    const Json* present = member(object, key);
    note(present == nullptr ? "added" : present->is_null() ? "nulled" : "emptied", key);
    object[key] = std::move(value);
}

std::optional<size_t> Record::capability() const {
    const Json* made = member(json_, "capability");
    if (made == nullptr || !made->is_number_unsigned()) return std::nullopt;
    return made->get<size_t>();
}

void Record::undo(Json& object, const std::vector<std::string>& keys) const {
    const auto each = [&](const char* how, const auto& action) {
        const Json* made = member(json_, how);
        if (made == nullptr || !made->is_array()) return;
        for (const std::string& key : keys) {
            if (object.contains(key) && std::find(made->begin(), made->end(), key) != made->end()) action(key);
        }
    };
    each("added", [&](const std::string& key) {
        // What somebody else has put there since stays.
        const Json& value = object[key];
        if (!value.is_structured() || value.empty()) erase(object, key);
    });
    each("emptied", [&](const std::string& key) { object[key] = Json::array(); });
    each("nulled", [&](const std::string& key) {
        if (!object[key].is_structured() || object[key].empty()) object[key] = nullptr;
    });
}

tl::expected<void, Problem> put_in_front(Json& container, const CommandKeys& keys,
                                         const std::vector<std::string>& prefix, ImageSource& images,
                                         const Platform& platform, Record& record) {
    for (const std::string& key : {keys.entry, keys.arguments}) {
        if (key == keys.arguments && member(container, key) != nullptr && member(container, key)->is_object())
            continue;  // stays as it is
        if (auto fit = check_words(container, key); !fit && !(member(container, key)->is_null())) return fit;
    }
    Json words = words_of(prefix, false);
    record.set_prefix(prefix.size());
    if (!says_nothing(container, keys.entry)) {
        Json& entry = container[keys.entry];
        for (const Json& word : entry) words.push_back(word);
        entry = std::move(words);
        return {};
    }
    const auto image = images.find(string_of(container, "name") + string_of(container, "Name"),
                                   string_of(container, "image") + string_of(container, "Image"), platform);
    if (!image) return refuse("", image.error());
    const bool stated = !says_nothing(container, keys.arguments);
    if (!stated && image->entrypoint.empty() && image->command.empty()) {
        return refuse("", fmt::format("neither the definition nor the image says what to run: state {} or {}",
                                      keys.entry, keys.arguments));
    }
    if (stated && container[keys.arguments].is_object() && !image->command.empty()) {
        return refuse(keys.arguments,
                      fmt::format("this is known only when the template is deployed, and may then be nothing, which "
                                  "would mean the image's own command: write it as a list, or state {}",
                                  keys.entry));
    }
    for (const Json& word : words_of(image->entrypoint, keys.expands_variables)) words.push_back(word);
    record.set(container, keys.entry, std::move(words));
    // An overridden ENTRYPOINT drops the image's CMD.
    if (!stated && !image->command.empty())
        record.set(container, keys.arguments, words_of(image->command, keys.expands_variables));
    return {};
}

bool bears_out(const Json& container, const CommandKeys& keys, const Record& record) {
    const Json* words = member(container, keys.entry);
    const size_t prefix = record.prefix();
    if (words == nullptr || !words->is_array() || prefix < 3 || words->size() < prefix) return false;
    return (*words)[0].is_string() && (*words)[1] == "run" && (*words)[prefix - 1] == "--";
}

void take_from_front(Json& container, const CommandKeys& keys, const Record& record) {
    const auto made = [&](const std::string& key) {
        for (const char* how : {"added", "emptied", "nulled"}) {
            const Json* names = member(record.json(), how);
            if (names != nullptr && names->is_array() && std::find(names->begin(), names->end(), key) != names->end())
                return true;
        }
        return false;
    };
    for (const std::string& key : {keys.entry, keys.arguments}) {
        Json* words = member(container, key);
        if (words == nullptr || !words->is_array()) continue;
        if (made(key)) {
            *words = Json::array();  // undo() decides what becomes of it
        } else if (key == keys.entry) {
            Json rest = Json::array();
            for (size_t i = std::min(record.prefix(), words->size()); i < words->size(); ++i)
                rest.push_back((*words)[i]);
            *words = std::move(rest);
        }
    }
}

std::string string_of(const Json& object, const std::string& key) {
    const Json* value = member(object, key);
    return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

const Json* member(const Json& object, const std::string& key) {
    if (!object.is_object()) return nullptr;
    const auto found = object.find(key);
    return found == object.end() ? nullptr : &*found;
}

Json* member(Json& object, const std::string& key) { return const_cast<Json*>(member(std::as_const(object), key)); }

void erase(Json& object, const std::string& key) { object.erase(key); }

void erase_items(Json& object, const std::string& list, const std::string& key, const std::string& value) {
    Json* items = member(object, list);
    if (items == nullptr || !items->is_array()) return;
    Json kept = Json::array();
    for (Json& item : *items) {
        if (string_of(item, key) != value) kept.push_back(std::move(item));
    }
    *items = std::move(kept);
}

Problem problem_of(std::string message, std::string pointer) {
    return {.message = std::move(message), .pointer = std::move(pointer)};
}

std::string escaped(std::string step) {
    for (size_t at = 0; (at = step.find_first_of("~/", at)) != std::string::npos; at += 2)
        step.replace(at, 1, step[at] == '~' ? "~0" : "~1");
    return step;
}

tl::unexpected<Problem> within(Problem problem, const std::string& step) {
    problem.pointer = "/" + escaped(step) + (problem.pointer == "/" ? "" : problem.pointer);
    return tl::unexpected(std::move(problem));
}

tl::unexpected<Problem> within(Problem problem, const std::vector<std::string>& way) {
    for (auto step = way.rbegin(); step != way.rend(); ++step) problem = within(std::move(problem), *step).value();
    return tl::unexpected(std::move(problem));
}

}  // namespace bewit::patch
