// New values as text.
#pragma once

#include <string>

#include "injector/patch/document.h"

namespace bewit::patch {

// How the collections around a new value are written.
struct FlowStyle {
    std::string indent{};     // what the lines of this value's collection begin with
    std::string unit = "  ";  // one level more
    std::string line_end = "\n";
    bool multi_line = false;  // items on lines of their own
    bool spaced = true;       // `"a": 1, "b": 2` rather than `"a":1,"b":2`
};

// JSON, which every YAML reader understands, too.
std::string flow_text(const Json& value, const FlowStyle& style);

// YAML in block style, from where the cursor stands in column `indent`: later lines are indented, there is no line end
// behind the last one. Lists of words are written in brackets.
std::string block_text(const Json& value, size_t indent, const std::string& line_end);
// `key: value` likewise.
std::string block_pair(const std::string& key, const Json& value, size_t indent, const std::string& line_end);

}  // namespace bewit::patch
