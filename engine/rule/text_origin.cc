#include "engine/rule/text_origin.h"

#include <algorithm>
#include <iterator>

#include "engine/rule/scalar_places.h"

namespace bewit::rule {

std::optional<SourcePoint> locate(const TextOrigin& origin, std::string_view text, size_t offset) {
    if (origin.empty()) return std::nullopt;
    // What is missing at the end is missed behind the last word, not behind the blanks and line feeds that block
    // scalars end with.
    text = text.substr(0, text.find_last_not_of(" \t\r\n") + 1);  // npos + 1 is 0
    offset = std::min(offset, text.size());
    const auto behind = [](size_t at, const TextPiece& piece) { return at < piece.begin; };
    auto next = std::upper_bound(std::next(origin.begin()), origin.end(), offset, behind);
    const TextPiece& piece = *std::prev(next);
    if (piece.begin >= text.size()) return piece.scalar;
    // The blank that joins two pieces belongs to neither.
    const size_t end = next == origin.end() ? text.size() : std::min<size_t>(next->begin - 1, text.size());
    const std::string_view decoded = text.substr(piece.begin, end - piece.begin);
    const size_t wanted = std::min(offset - piece.begin, decoded.size());
    const size_t place = scalar_place(piece.scalar.source->text(), piece.scalar.offset, decoded, wanted);
    return SourcePoint{piece.scalar.source, static_cast<uint32_t>(place)};
}

std::optional<uint32_t> MacroTexts::add(std::shared_ptr<const ConditionOrigin> origin, size_t size) {
    // One more than the text: an error may stand behind its last byte.
    if (size >= UINT32_MAX - end_) return std::nullopt;
    const uint32_t begin = end_;
    entries_.push_back({begin, std::move(origin)});
    end_ += static_cast<uint32_t>(size + 1);
    return begin;
}

MacroTexts::Found MacroTexts::find(uint32_t offset) const {
    const auto behind = [](uint32_t at, const Entry& entry) { return at < entry.begin; };
    const auto next = std::upper_bound(entries_.begin(), entries_.end(), offset, behind);
    if (next == entries_.begin()) return {};
    const Entry& entry = *std::prev(next);
    return {entry.origin.get(), offset - entry.begin};
}

}  // namespace bewit::rule
