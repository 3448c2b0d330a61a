#include "engine/match/flag_classes.h"

#include <algorithm>

namespace bewit::match {

void FlagClasses::look_at(const Clauses& clauses, uint8_t argument) {
    for (const Clause& clause : clauses.clauses()) {
        for (const RegisterTest& test : clause) {
            if (test.argument == argument && !test.high) seen_ |= test.mask;
        }
    }
}

void FlagClasses::finish() {
    for (uint8_t bit = 0; bit < 32 && bits_.size() < 6; ++bit) {
        if ((seen_ >> bit & 1) == 0) continue;
        bits_.push_back(bit);
        known_ |= 1u << bit;
    }
}

uint64_t FlagClasses::with(const Clauses& clauses, uint8_t argument) const {
    uint64_t result = 0;
    for (unsigned number = 0; number < 64; ++number) {
        const uint32_t flags = flags_of(number);
        const bool may = std::ranges::any_of(clauses.clauses(), [&](const Clause& clause) {
            return std::ranges::all_of(clause,
                                       [&](const RegisterTest& test) { return may_hold(test, argument, flags); });
        });
        if (may) result |= uint64_t{1} << number;
    }
    return result;
}

uint32_t FlagClasses::flags_of(unsigned number) const {
    uint32_t flags = 0;
    for (size_t i = 0; i < bits_.size(); ++i) flags |= (number >> i & 1u) << bits_[i];
    return flags;
}

bool FlagClasses::may_hold(const RegisterTest& test, uint8_t argument, uint32_t flags) const {
    if (test.argument != argument || test.high) return true;
    const uint32_t mask = test.mask & known_;
    const bool same = (flags & mask) == (test.value & mask);
    return test.equal ? same : !same || mask != test.mask;
}

}  // namespace bewit::match
