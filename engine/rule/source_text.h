// The text of a rule file, kept for as long as something may have to be said about a place in it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/rule/diagnostic.h"

namespace bewit::rule {

class SourceText {
public:
    // A UTF-8 byte order mark at the start is left out.
    SourceText(std::string_view name, std::string_view text);

    const std::string& name() const { return name_; }
    std::string_view text() const { return text_; }

    // Line and column count from 0 here, as YAML's marks do. What lies outside of the text becomes its nearest place.
    uint32_t offset_of(int line, int column) const;
    Place place(uint32_t offset) const;
    Place start() const { return place(0); }
    // The line of `offset`, cut to 160 characters, and a line with ^ below it.
    std::string snippet(uint32_t offset) const;

private:
    size_t line_of(uint32_t offset) const;
    std::string_view line(size_t index) const;

    std::string name_;
    std::string text_;
    std::vector<uint32_t> line_starts_;
};

using SourcePtr = std::shared_ptr<const SourceText>;

// `line` and, below it, a line with ^ under the byte `column` (from 0). Control characters and what is not UTF-8 become
// `?`.
std::string marked_line(std::string_view line, size_t column);

}  // namespace bewit::rule
