// Hashes of numbers in a row.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace bewit::match {

// The hash of what `hash` is of, and one number more.
constexpr uint64_t mix(uint64_t hash, uint64_t number) { return std::rotl((hash ^ number) * 0x9e3779b97f4a7c15u, 29); }

// Of numbers, or of an enumeration.
struct NumbersHash {
    template <class Number>
    size_t operator()(const std::vector<Number>& numbers) const {
        uint64_t hash = 0xcbf29ce484222325u;
        for (const Number number : numbers) hash = mix(hash, static_cast<uint64_t>(number));
        return hash;
    }
};

}  // namespace bewit::match
