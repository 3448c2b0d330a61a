// Every key of the configuration, in one table: what is read, what `bewit config schema` prints and what is warned
// about are read off it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace bewit {

enum class KeyType : uint8_t {
    Bool,
    Number,  // not negative
    Text,
    Texts,  // a text or a list of texts
    List,   // of maps
    Map,
    Any,  // whatever stands below it
};

struct ConfigKey {
    std::string_view path;  // dotted
    KeyType type = KeyType::Any;
    std::string_view initial;  // the default as JSON; empty: none
    std::string_view
        text;  // what it does; empty: a key of falco.yaml that is accepted and has no meaning inside one container
    std::string_view choices = {};  // separated by |

    bool has_meaning() const { return !text.empty(); }
};

// In the order in which they are shown.
std::span<const ConfigKey> config_keys();
// Null when there is none of exactly this path.
const ConfigKey* find_config_key(std::string_view path);
// Whether any key begins with `path` and a dot.
bool is_config_section(std::string_view path);

// JSON Schema (draft 2020-12) of the whole file, as text. Unknown keys are allowed, as bewit allows them.
std::string config_schema();

}  // namespace bewit
