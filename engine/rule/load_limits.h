// How large things may grow while rule files are read. Far beyond what people write; in reach of what a broken
// generator, or somebody with a grudge, does.
#pragma once

#include <cstddef>

namespace bewit::rule::limits {

inline constexpr size_t file_size = 16u << 20;
inline constexpr size_t yaml_depth = 100;
// Brackets opened and not closed: the YAML parser keeps a note of each before it says anything.
inline constexpr size_t open_brackets = 100'000;
inline constexpr size_t yaml_values = 4'000'000;
// What a file's items may hold once aliases are followed.
inline constexpr size_t decoded_values = 8'000'000;
inline constexpr size_t decoded_bytes = 256u << 20;
// Items of all lists together, lists within lists resolved; and their text.
inline constexpr size_t list_items = 16'000'000;
inline constexpr size_t list_bytes = 256u << 20;
// A condition with its exceptions and lists, and all conditions together, in bytes. One condition is smaller than
// MacroTexts::base.
inline constexpr size_t condition_size = 32u << 20;
inline constexpr size_t all_conditions_size = 256u << 20;
// Uses of lists in one condition, those within lists counted.
inline constexpr size_t list_uses = 1'000'000;
// A condition's tree, macros resolved, and all trees together: nodes, operands counted; and levels.
inline constexpr size_t condition_nodes = 2'000'000;
inline constexpr size_t all_nodes = 8'000'000;
inline constexpr size_t condition_depth = 2'000;
// Macros within macros that come later in the files.
inline constexpr size_t macro_depth = 500;

// Of one file, where all are asked for.
inline constexpr size_t errors = 100;

}  // namespace bewit::rule::limits
