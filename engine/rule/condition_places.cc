// A condition is rewritten twice before it is parsed: its exceptions are added, then lists are put in. Both rewritings
// are undone here in the opposite order.
#include "engine/rule/condition_places.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace bewit::rule {
namespace {

struct Undone {
    size_t offset = 0;                     // in the text before the rewriting
    const Insertion* insertion = nullptr;  // what put the byte in; null when it was there before
};

Undone undo(const Rewriting& rewriting, size_t offset) {
    if (rewriting.spans.empty()) return {offset, nullptr};
    const auto behind = [](size_t at, const Span& span) { return at < span.begin; };
    const auto next = std::upper_bound(rewriting.spans.begin(), rewriting.spans.end(), offset, behind);
    if (next == rewriting.spans.begin()) return {0, nullptr};
    const Span& span = *std::prev(next);
    if (span.insertion == Span::copied) return {span.old + (offset - span.begin), nullptr};
    return {span.old, &rewriting.insertions[span.insertion]};
}

void add_snippet(Diagnostic& diagnostic, const SourcePoint& point) {
    diagnostic.snippet = point.source->snippet(point.offset);
}

// A rule that was made without a loader: its own text is all that there is.
void add_text_only(Diagnostic& diagnostic, const ConditionOrigin& origin, size_t offset) {
    Place place = origin.condition_place;
    place.offset += static_cast<uint32_t>(offset);
    diagnostic.context.push_back({"condition expression", abbreviated(origin.written), place});
    diagnostic.snippet = marked_line(origin.written, offset);
}

}  // namespace

ContextItem file_context(const SourceText& source) { return {"rules content", "", source.start()}; }

std::string abbreviated(std::string_view condition) {
    std::string text = condition.size() > 20 ? std::string(condition.substr(0, 17)) + "..." : std::string(condition);
    std::replace(text.begin(), text.end(), '\n', ' ');
    std::replace(text.begin(), text.end(), '\r', ' ');
    return fmt::format("\"{}\"", text);
}

void add_condition_steps(Diagnostic& diagnostic, const ConditionOrigin& origin, size_t offset) {
    diagnostic.context.push_back({origin.type, origin.name, origin.place});
    diagnostic.context.push_back({origin.type + " condition", "", origin.condition_place});
    const Undone list = undo(origin.lists, offset);
    if (list.insertion != nullptr) diagnostic.context.push_back(list.insertion->item);
    const Undone exception = undo(origin.exceptions, list.offset);
    if (exception.insertion != nullptr) {
        const ContextItem& item = exception.insertion->item;
        diagnostic.context.push_back(item);
        if (const SourcePtr& source = exception.insertion->source) add_snippet(diagnostic, {source, item.place.offset});
        return;
    }
    const auto point = locate(origin.pieces, origin.written, exception.offset);
    if (!point) return add_text_only(diagnostic, origin, exception.offset);
    diagnostic.context.push_back(
        {"condition expression", abbreviated(origin.written), point->source->place(point->offset)});
    add_snippet(diagnostic, *point);
}

Diagnostic origin_diagnostic(const ConditionOrigin& origin, Code code, size_t offset, std::string message,
                             std::string remedy) {
    Diagnostic diagnostic{code, std::move(message), std::move(remedy), {}, {}};
    if (!origin.pieces.empty()) diagnostic.context.push_back(file_context(*origin.pieces.front().scalar.source));
    add_condition_steps(diagnostic, origin, offset);
    return diagnostic;
}

}  // namespace bewit::rule
