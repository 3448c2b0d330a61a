// The key `override` of an item: which of its other keys change what is there, and how.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/rule/item_reader.h"

namespace bewit::rule {

struct Override {
    std::set<std::string> append, replace;

    bool any() const { return !append.empty() || !replace.empty(); }
};

// The keys that an item of this kind lets one append to, and replace.
struct Overridable {
    std::vector<std::string_view> append, replace;
};

// False when an error was reported. An item without the key leaves `out` empty.
bool read_override(const ItemReader& reader, const Overridable& allowed, Override& out);

// The key `append`, with the warning that it is out of use, and what `override` says. False when an error was reported:
// they exclude each other.
bool read_append_and_override(const ItemReader& reader, const Overridable& allowed, bool& append, Override& out);

}  // namespace bewit::rule
