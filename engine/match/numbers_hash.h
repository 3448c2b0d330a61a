// A hash of vectors of numbers.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace bewit::match {

struct NumbersHash {
    template <class Number>
    size_t operator()(const std::vector<Number>& numbers) const {
        uint64_t hash = 0xcbf29ce484222325;
        for (const Number number : numbers) hash = std::rotl((hash ^ number) * 0x9e3779b97f4a7c15, 29);
        return hash;
    }
};

}  // namespace bewit::match
