// Diagnostics as people read them. Everything that comes from a file is made harmless for a terminal first.
#include <algorithm>

#include <fmt/format.h>

#include "engine/filter/characters.h"
#include "engine/rule/condition_remedy.h"
#include "engine/rule/diagnostic.h"

namespace bewit::rule {
namespace {

// Control characters and bytes that are not UTF-8 become `?`.
std::string harmless(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        const size_t length = std::max<size_t>(filter::utf8_length(text), 1);
        const auto byte = static_cast<unsigned char>(text[0]);
        const bool printable = byte >= 0x20 && byte != 0x7f && (byte < 0x80 || length > 1);
        if (printable) {
            result += text.substr(0, length);
        } else {
            result += byte == '\n' || byte == '\t' ? ' ' : '?';
        }
        text.remove_prefix(length);
    }
    return result;
}

std::string place_text(const Place& place) {
    std::string text = harmless(place.file);
    if (place.line == 0) return text;
    text += fmt::format(":{}", place.line);
    if (place.column != 0) text += fmt::format(":{}", place.column);
    return text;
}

std::string context_line(const ContextItem& item) {
    std::string text = "  in " + item.type;
    if (!item.name.empty()) text += fmt::format(" '{}'", harmless(item.name));
    return text + fmt::format(" ({})\n", place_text(item.place));
}

std::string snippet_lines(std::string_view snippet) {
    std::string text;
    while (!snippet.empty()) {
        const size_t end = std::min(snippet.find('\n'), snippet.size());
        text += "    | " + std::string(snippet.substr(0, end)) + "\n";
        snippet.remove_prefix(std::min(end + 1, snippet.size()));
    }
    return text;
}

}  // namespace

std::string_view remedy_of(const Diagnostic& diagnostic) {
    const bool of_condition = diagnostic.code == Code::ErrCompileCondition || diagnostic.code == Code::ErrCompileOutput;
    if (!diagnostic.remedy.empty() || !of_condition) return diagnostic.remedy;
    return condition_remedy(diagnostic.message);
}

std::string to_text(const Diagnostic& diagnostic) {
    std::string text;
    if (!diagnostic.context.empty()) text += place_text(diagnostic.context.back().place) + ": ";
    text += fmt::format("{}: {}: {}\n", is_error(diagnostic.code) ? "error" : "warning", code_text(diagnostic.code),
                        harmless(diagnostic.message));
    // The first step is the file, which the place names; a value without a name is the place itself.
    for (size_t i = 1; i < diagnostic.context.size(); ++i) {
        const ContextItem& item = diagnostic.context[i];
        if (item.type != "value for" || !item.name.empty()) text += context_line(item);
    }
    text += snippet_lines(diagnostic.snippet);
    if (const std::string_view remedy = remedy_of(diagnostic); !remedy.empty())
        text += fmt::format("  {}\n", harmless(remedy));
    text.pop_back();
    return text;
}

}  // namespace bewit::rule
