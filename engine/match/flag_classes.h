// The flags of an open as far as rules test them: at most 64 classes, a bit each.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/match/register_tests.h"

namespace bewit::match {

inline constexpr uint64_t every_class = UINT64_MAX;
// The class of flags none of which is set: an open for reading.
inline constexpr uint64_t without_flags = 1;

class FlagClasses {
public:
    // First all tests that there are, of the argument that holds the flags; then finish().
    void look_at(const Clauses& clauses, uint8_t argument);
    void finish();
    // At most 6: which bits tell the classes from each other.
    const std::vector<uint8_t>& bits() const { return bits_; }
    // The classes with which one of the clauses may hold.
    uint64_t with(const Clauses& clauses, uint8_t argument) const;

private:
    uint32_t flags_of(unsigned number) const;
    bool may_hold(const RegisterTest& test, uint8_t argument, uint32_t flags) const;

    uint32_t seen_ = 0, known_ = 0;
    std::vector<uint8_t> bits_;
};

}  // namespace bewit::match
