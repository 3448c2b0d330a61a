// What `diff -u` prints.
#pragma once

#include <string>
#include <string_view>

namespace bewit::patch {

// Empty when the texts are equal. `from` and `to` are the names in the header.
std::string unified_diff(std::string_view before, std::string_view after, std::string_view from, std::string_view to);

}  // namespace bewit::patch
