// Conditions on registers: clauses of which one must hold (disjunctive normal form), kept small. What does not fit is
// widened, never narrowed: whatever satisfied the exact condition satisfies this one.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/match/interest.h"

namespace bewit::match {

class Clauses {
public:
    // Beyond this many, anything is taken to satisfy them.
    static constexpr size_t limit = 16;
    // A clause keeps this many tests; those beyond are left out.
    static constexpr size_t longest = 16;

    static Clauses never() { return {}; }
    static Clauses always();
    static Clauses test(const RegisterTest& test);
    // (argument & mask) == value, or != value.
    static Clauses equal(uint8_t argument, uint32_t mask, uint32_t value) {
        return test({argument, true, mask, value});
    }
    static Clauses differs(uint8_t argument, uint32_t mask, uint32_t value) {
        return test({argument, false, mask, value});
    }
    // All 64 bits.
    static Clauses not_null(uint8_t argument);

    bool is_never() const { return clauses_.empty(); }
    bool is_always() const;
    const std::vector<Clause>& clauses() const { return clauses_; }

    friend Clauses operator|(const Clauses& a, const Clauses& b);
    friend Clauses operator&(const Clauses& a, const Clauses& b);
    bool operator==(const Clauses&) const = default;

private:
    void add(Clause clause);
    void widen_if_exhaustive();

    std::vector<Clause> clauses_;  // an empty clause is always satisfied, and then the only one
};

// Whether `a` holds for no registers for which `b` does not.
bool implies(const RegisterTest& a, const RegisterTest& b);

}  // namespace bewit::match
