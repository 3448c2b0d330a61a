#include "injector/patch/unified_diff.h"

#include <algorithm>

#include <fmt/format.h>

#include "injector/patch/alignment.h"

namespace bewit::patch {
namespace {

constexpr size_t context = 3;

std::vector<Json> lines_of(std::string_view text) {
    std::vector<Json> lines;
    while (!text.empty()) {
        const size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
        lines.emplace_back(std::string(text.substr(0, end)));
        text.remove_prefix(end);
    }
    return lines;
}

std::string line_text(char sign, const Json& line) {
    const auto& text = line.get_ref<const std::string&>();
    return sign + text + (text.ends_with('\n') ? "" : "\n\\ No newline at end of file\n");
}

std::string range(size_t first, size_t count) {
    const size_t shown = count == 0 ? first : first + 1;
    return count == 1 ? std::to_string(shown) : fmt::format("{},{}", shown, count);
}

}  // namespace

std::string unified_diff(std::string_view before, std::string_view after, std::string_view from, std::string_view to) {
    if (before == after) return {};
    const std::vector<Json> old_lines = lines_of(before);
    const Json new_lines(lines_of(after));
    const std::vector<Alignment> steps = align(old_lines, new_lines);
    const auto changed = [&](size_t i) { return steps[i].kind != Alignment::Kind::Kept; };

    std::string text = fmt::format("--- {}\n+++ {}\n", from, to);
    size_t old_line = 0, new_line = 0, done = 0;  // before steps[done]
    const auto pass = [&](size_t i) {
        old_line += steps[i].kind != Alignment::Kind::Added ? 1 : 0;
        new_line += steps[i].kind != Alignment::Kind::Removed ? 1 : 0;
    };
    for (size_t i = 0; i < steps.size(); ++i) {
        if (!changed(i)) continue;
        size_t last = i;  // the last change of this hunk
        for (size_t j = i; j < steps.size() && j <= last + 2 * context; ++j) {
            if (changed(j)) last = j;
        }
        const size_t begin = std::max(done, i - std::min(i, context)), end = std::min(last + 1 + context, steps.size());
        while (done < begin) pass(done++);
        const size_t old_first = old_line, new_first = new_line;
        std::string body;
        for (; done < end; ++done) {
            const Alignment& step = steps[done];
            if (step.kind == Alignment::Kind::Removed) {
                body += line_text('-', old_lines[step.index]);
            } else {
                body += line_text(step.kind == Alignment::Kind::Added ? '+' : ' ', *step.wanted);
            }
            pass(done);
        }
        text += fmt::format("@@ -{} +{} @@\n{}", range(old_first, old_line - old_first),
                            range(new_first, new_line - new_first), body);
        i = end - 1;
    }
    return text;
}

}  // namespace bewit::patch
