// The patterns of names side by side, and where in them a name has got to that is read byte by byte.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "engine/match/path_patterns.h"

namespace bewit::match {

// Each pattern is a little nondeterministic automaton; their places are numbered through. What is not of a pattern's
// way any more has no place.
class NamePatterns {
public:
    using Place = uint32_t;
    using Places = std::vector<Place>;  // rising

    // The number of an equal pattern, or of this one.
    size_t add(const Pattern& pattern);
    size_t size() const { return patterns_.size(); }

    // The places before anything was read, and behind one byte more.
    Places begin() const;
    Places after(std::span<const Place> places, uint8_t byte) const;

    size_t pattern_of(Place place) const { return at_[place].first; }
    // Whether the pattern fits when the name ends there; and whether it does so whatever follows.
    bool fits(Place place) const { return at_[place].second == patterns_[at_[place].first].size(); }
    bool fits_for_good(Place place) const;

    // The bytes that one of the places waits for in particular.
    void mark_awaited(std::span<const Place> places, std::array<bool, 256>& awaited) const;
    // Bytes that patterns tell from others.
    std::set<uint8_t> bytes() const;

private:
    void enter(Places& places, size_t pattern, size_t at) const;

    std::map<Pattern, size_t> numbers_;
    std::vector<Pattern> patterns_;
    std::vector<Place> first_;                       // by pattern
    std::vector<std::pair<uint32_t, uint32_t>> at_;  // by place: its pattern, and where in it
};

}  // namespace bewit::match
