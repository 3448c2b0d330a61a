// Registers at a call's entry, and what the tests of an Interest say of them.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>

#include "engine/match/clauses.h"
#include "engine/match/interest.h"

namespace bewit::match {

using Registers = std::array<uint64_t, 6>;

inline bool satisfies(const Registers& registers, const RegisterTest& test) {
    const auto half = static_cast<uint32_t>(registers[test.argument] >> (test.high ? 32 : 0));
    return ((half & test.mask) == test.value) == test.equal;
}

inline bool satisfies(const Registers& registers, const std::vector<Clause>& clauses) {
    return std::ranges::any_of(clauses, [&](const Clause& clause) {
        return std::ranges::all_of(clause, [&](const RegisterTest& test) { return satisfies(registers, test); });
    });
}

inline bool satisfies(const Registers& registers, const Clauses& clauses) {
    return satisfies(registers, clauses.clauses());
}

inline bool satisfies(const Registers& registers, const KindInterest& interest) {
    if (interest.level != KindInterest::Level::Tests) return interest.level == KindInterest::Level::Always;
    return satisfies(registers, interest.clauses);
}

}  // namespace bewit::match
