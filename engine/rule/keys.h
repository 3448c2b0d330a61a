// The keys of a rule file's items: one table, from which the readers, `override` and the documentation take them.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "engine/rule/override.h"

namespace bewit::rule {

struct KeyInfo {
    std::string_view item;  // the key that tells what an item is: "rule", "macro", "list", ...
    std::string_view key;
    std::string_view type;    // in words
    bool required;            // in an item that defines something; by `override` and `append` less is enough
    bool appendable = false;  // by `override`
    bool replaceable = false;
    std::string_view help;
};

// By item, in the order in which people write them.
std::span<const KeyInfo> all_keys();

struct ItemKeys {
    std::vector<std::string_view> known;
    Overridable overridable;
};
// Of one kind of item.
const ItemKeys& keys_of(std::string_view item);

}  // namespace bewit::rule
