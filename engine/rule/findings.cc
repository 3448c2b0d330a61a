#include "engine/rule/findings.h"

#include <string>

#include <fmt/format.h>

#include "engine/rule/load_limits.h"

namespace bewit::rule {
namespace {

constexpr size_t longest_name = 200;
constexpr size_t longest_sentence = 1000;

// Whole characters, where it is UTF-8.
void cut(std::string& text, size_t longest) {
    if (text.size() <= longest) return;
    size_t end = longest;
    while (end > longest - 4 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    text.resize(end);
    text.shrink_to_fit();
    text += "...";
}

}  // namespace

bool Findings::is_full(const SourceText* file) const {
    const auto known = told_.find(file);
    return known != told_.end() && known->second > limits::warnings;
}

void Findings::put(const SourceText* file, Diagnostic diagnostic) {
    const size_t before = told_[file]++;
    if (before == limits::warnings && !is_error(diagnostic.code)) {
        diagnostic.message = fmt::format("There are more than {} warnings: the rest is left out", limits::warnings);
        diagnostic.remedy.clear();
    }
    abbreviate(diagnostic);
    out_.push_back(std::move(diagnostic));
}

void abbreviate(Diagnostic& diagnostic) {
    cut(diagnostic.message, longest_sentence);
    cut(diagnostic.remedy, longest_sentence);
    for (ContextItem& item : diagnostic.context) cut(item.name, longest_name);
}

}  // namespace bewit::rule
