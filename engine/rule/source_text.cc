#include "engine/rule/source_text.h"

#include <algorithm>

#include "engine/filter/characters.h"

namespace bewit::rule {
namespace {

constexpr size_t snippet_width = 160;
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

// A window on a line around one of its bytes, with whole characters at its ends.
struct Window {
    size_t begin, end;
};

Window window_around(std::string_view line, size_t column) {
    size_t begin = column > snippet_width / 2 ? column - snippet_width / 2 : 0;
    while (begin > 0 && begin < line.size() && continues_character(line[begin])) --begin;
    size_t end = std::min(line.size(), column + snippet_width / 2);
    while (end < line.size() && continues_character(line[end])) ++end;
    return {begin, end};
}

// What is shown, and how many characters of it stand left of the mark.
struct Shown {
    std::string text;
    size_t left_of_mark = 0;

    void add(std::string_view character, bool left) {
        text += character;
        if (left) ++left_of_mark;
    }
};

void show_bytes(std::string_view line, const Window& window, size_t column, Shown& shown) {
    for (size_t at = window.begin; at < window.end;) {
        const size_t length = std::max<size_t>(filter::utf8_length(line.substr(at)), 1);
        const auto byte = static_cast<unsigned char>(line[at]);
        const bool left = at + length <= column;
        if (byte == '\t') {
            shown.add(" ", left);
        } else if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && length == 1)) {
            shown.add("?", left);
        } else {
            shown.add(line.substr(at, length), left);
        }
        at += length;
    }
}

}  // namespace

std::string marked_line(std::string_view line, size_t column) {
    while (line.ends_with('\r')) line.remove_suffix(1);
    column = std::min(column, line.size());
    const Window window = window_around(line, column);
    Shown shown;
    if (window.begin > 0) {
        shown.text = "...";
        shown.left_of_mark = 3;
    }
    show_bytes(line, window, column, shown);
    if (window.end < line.size()) shown.text += "...";
    return shown.text + "\n" + std::string(shown.left_of_mark, ' ') + "^\n";
}

SourceText::SourceText(std::string_view name, std::string_view text) : name_(name) {
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    text_ = text;
    line_starts_.push_back(0);
    for (size_t at = text_.find('\n'); at != std::string::npos; at = text_.find('\n', at + 1)) {
        line_starts_.push_back(static_cast<uint32_t>(at + 1));
    }
}

uint32_t SourceText::offset_of(int line, int column) const {
    if (line < 0) return 0;
    if (static_cast<size_t>(line) >= line_starts_.size()) return static_cast<uint32_t>(text_.size());
    const size_t offset = line_starts_[static_cast<size_t>(line)] + static_cast<size_t>(std::max(column, 0));
    return static_cast<uint32_t>(std::min(offset, text_.size()));
}

size_t SourceText::line_of(uint32_t offset) const {
    const auto next = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
    return static_cast<size_t>(next - line_starts_.begin()) - 1;
}

std::string_view SourceText::line(size_t index) const {
    const size_t begin = line_starts_[index];
    const size_t end = index + 1 < line_starts_.size() ? line_starts_[index + 1] - 1 : text_.size();
    return std::string_view(text_).substr(begin, end - begin);
}

Place SourceText::place(uint32_t offset) const {
    offset = std::min(offset, static_cast<uint32_t>(text_.size()));
    const size_t index = line_of(offset);
    return {name_, static_cast<uint32_t>(index + 1), offset - line_starts_[index] + 1, offset};
}

std::string SourceText::snippet(uint32_t offset) const {
    if (text_.empty()) return {};
    offset = std::min(offset, static_cast<uint32_t>(text_.size()));
    size_t index = line_of(offset);
    // What is missing at the end of a file is missed behind its last line.
    if (offset == text_.size() && index > 0 && line(index).empty()) {
        --index;
        return marked_line(line(index), line(index).size());
    }
    return marked_line(line(index), offset - line_starts_[index]);
}

}  // namespace bewit::rule
