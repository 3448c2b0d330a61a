#include "engine/rule/findings.h"

#include <string>

#include <fmt/format.h>

#include "base/utf8.h"
#include "engine/rule/load_limits.h"

namespace bewit::rule {
namespace {

constexpr size_t longest_name = 200;
constexpr size_t longest_sentence = 1000;

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
    cut_text(diagnostic.message, longest_sentence);
    cut_text(diagnostic.remedy, longest_sentence);
    for (ContextItem& item : diagnostic.context) cut_text(item.name, longest_name);
}

}  // namespace bewit::rule
