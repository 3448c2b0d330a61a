// How large things may grow while rule files are read. Far beyond what people write; in reach of what a broken
// generator, or somebody with a grudge, does. Whatever stays below is answered within seconds and a gigabyte
// (tests/e2e/rule_limits_test.py).
#pragma once

#include <cstddef>

namespace bewit::rule::limits {

inline constexpr size_t file_size = 16u << 20;
inline constexpr size_t yaml_depth = 100;
// Brackets opened and not closed: the YAML parser keeps a note of each before it says anything.
inline constexpr size_t open_brackets = 100'000;
inline constexpr size_t yaml_values = 2'500'000;
// What a file's items may hold once aliases are followed.
inline constexpr size_t decoded_values = 6'000'000;
inline constexpr size_t decoded_bytes = 64u << 20;
// Items of all lists together, lists within lists resolved; and their text.
inline constexpr size_t list_items = 4'000'000;
inline constexpr size_t list_bytes = 64u << 20;
// A condition with its exceptions and lists, and all conditions together, in bytes. One condition is smaller than
// MacroTexts::base.
inline constexpr size_t condition_size = 24u << 20;
inline constexpr size_t all_conditions_size = 64u << 20;
// Uses of lists in one condition, those within lists counted.
inline constexpr size_t list_uses = 1'000'000;
// Lists whose names have blanks or commas in them are looked for one after the other: bytes looked through.
inline constexpr size_t odd_name_search = 2'000'000'000;
// A condition's tree, macros resolved, and all trees together: nodes, operands counted; and levels. A node takes about
// 120 bytes, and what is compiled from it as much again.
inline constexpr size_t condition_nodes = 2'000'000;
inline constexpr size_t all_nodes = 3'000'000;
inline constexpr size_t condition_depth = 2'000;
// Macros within macros that come later in the files.
inline constexpr size_t macro_depth = 500;
// Warnings that are told of one file, and about one condition: finding a place takes time in proportion to the text
// before it.
inline constexpr size_t warnings = 1'000;
inline constexpr size_t condition_warnings = 20;

// Of one file, where all are asked for.
inline constexpr size_t errors = 100;

}  // namespace bewit::rule::limits
