#include "engine/match/name_patterns.h"

#include <algorithm>

namespace bewit::match {
namespace {

using Kind = PatternToken::Kind;

NamePatterns::Places tidy(NamePatterns::Places places) {
    std::ranges::sort(places);
    places.erase(std::unique(places.begin(), places.end()), places.end());
    return places;
}

}  // namespace

size_t NamePatterns::add(const Pattern& pattern) {
    const auto [place, is_new] = numbers_.try_emplace(pattern, patterns_.size());
    if (is_new) {
        first_.push_back(static_cast<Place>(at_.size()));
        for (uint32_t at = 0; at <= pattern.size(); ++at) at_.emplace_back(static_cast<uint32_t>(patterns_.size()), at);
        patterns_.push_back(pattern);
    }
    return place->second;
}

NamePatterns::Places NamePatterns::begin() const {
    Places result;
    for (size_t i = 0; i < patterns_.size(); ++i) enter(result, i, 0);
    return tidy(std::move(result));
}

NamePatterns::Places NamePatterns::after(std::span<const Place> places, uint8_t byte) const {
    Places result;
    for (const Place place : places) {
        const auto& [pattern, at] = at_[place];
        if (at == patterns_[pattern].size()) continue;
        const PatternToken& token = patterns_[pattern][at];
        switch (token.kind) {
            case Kind::Byte:
                if (byte == token.byte) enter(result, pattern, at + 1);
                break;
            case Kind::AnyByte:
                enter(result, pattern, at + 1);
                break;
            case Kind::NotSlash:
                if (byte != '/') enter(result, pattern, at + 1);
                break;
            case Kind::Star:
                enter(result, pattern, at);
                break;
            case Kind::NotSlashes:
                if (byte != '/') enter(result, pattern, at);
                break;
        }
    }
    return tidy(std::move(result));
}

bool NamePatterns::fits_for_good(Place place) const {
    const Pattern& tokens = patterns_[at_[place].first];
    return fits(place) && !tokens.empty() && tokens.back().kind == Kind::Star;
}

void NamePatterns::mark_awaited(std::span<const Place> places, std::array<bool, 256>& awaited) const {
    for (const Place place : places) {
        const auto& [pattern, at] = at_[place];
        if (at < patterns_[pattern].size() && patterns_[pattern][at].kind == Kind::Byte)
            awaited[patterns_[pattern][at].byte] = true;
    }
}

std::set<uint8_t> NamePatterns::bytes() const {
    std::set<uint8_t> result;
    for (const Pattern& pattern : patterns_) {
        for (const PatternToken& token : pattern) {
            if (token.kind == Kind::Byte) result.insert(token.byte);
        }
    }
    return result;
}

void NamePatterns::enter(Places& places, size_t pattern, size_t at) const {
    const Pattern& tokens = patterns_[pattern];
    for (;; ++at) {
        places.push_back(first_[pattern] + static_cast<Place>(at));
        const bool may_be_nothing =
            at < tokens.size() && (tokens[at].kind == Kind::Star || tokens[at].kind == Kind::NotSlashes);
        if (!may_be_nothing) return;
    }
}

}  // namespace bewit::match
