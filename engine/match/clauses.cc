#include "engine/match/clauses.h"

#include <algorithm>

namespace bewit::match {
namespace {

// Of the two ways to test one bit, always the same.
RegisterTest normal(RegisterTest test) {
    const bool one_bit = (test.mask & (test.mask - 1)) == 0;
    if (one_bit && !test.equal) {
        test.equal = true;
        test.value ^= test.mask;
    }
    return test;
}

RegisterTest negation(RegisterTest test) {
    test.equal = !test.equal;
    return normal(test);
}

bool same_register(const RegisterTest& a, const RegisterTest& b) {
    return a.argument == b.argument && a.high == b.high;
}

// Every test of `weak` follows from one of `strong`.
bool clause_implies(const Clause& strong, const Clause& weak) {
    return std::ranges::all_of(weak, [&](const RegisterTest& wanted) {
        return std::ranges::any_of(strong, [&](const RegisterTest& given) { return match::implies(given, wanted); });
    });
}

// Adds `test` to the clause. False when no registers satisfy both.
bool add_test(Clause& clause, const RegisterTest& test) {
    for (const RegisterTest& given : clause) {
        if (match::implies(given, negation(test))) return false;
        if (match::implies(given, test)) return true;
    }
    std::erase_if(clause, [&](const RegisterTest& given) { return match::implies(test, given); });
    if (clause.size() < Clauses::longest) clause.push_back(test);
    return true;
}

}  // namespace

bool implies(const RegisterTest& a, const RegisterTest& b) {
    if (!same_register(a, b)) return false;
    const bool covers = (a.mask & b.mask) == b.mask;
    if (a.equal && covers) return ((a.value & b.mask) == b.value) == b.equal;
    // An equality on some bits contradicts one on other bits where both look at a bit and differ.
    if (a.equal && !b.equal) return ((a.value ^ b.value) & a.mask & b.mask) != 0;
    // x & a.mask != a.value excludes every x that has those bits.
    return !a.equal && !b.equal && (a.mask & b.mask) == a.mask && (b.value & a.mask) == a.value;
}

Clauses Clauses::always() {
    Clauses result;
    result.clauses_.emplace_back();
    return result;
}

Clauses Clauses::test(const RegisterTest& test) {
    Clauses result;
    result.clauses_.push_back({normal(test)});
    return result;
}

Clauses Clauses::not_null(uint8_t argument) {
    return differs(argument, UINT32_MAX, 0) |
           test({.argument = argument, .equal = false, .mask = UINT32_MAX, .value = 0, .high = true});
}

bool Clauses::is_always() const { return clauses_.size() == 1 && clauses_.front().empty(); }

void Clauses::add(Clause clause) {
    if (std::ranges::any_of(clauses_, [&](const Clause& known) { return clause_implies(clause, known); })) return;
    std::erase_if(clauses_, [&](const Clause& known) { return clause_implies(known, clause); });
    clauses_.push_back(std::move(clause));
    widen_if_exhaustive();
}

// Two clauses of one test each of which one always holds, or too many of them.
void Clauses::widen_if_exhaustive() {
    const auto complements = [](const Clause& a, const Clause& b) {
        return a.size() == 1 && b.size() == 1 && match::implies(negation(a.front()), b.front());
    };
    const Clause& last = clauses_.back();
    const bool exhaustive =
        std::ranges::any_of(clauses_, [&](const Clause& clause) { return complements(clause, last); });
    if (exhaustive || clauses_.size() > limit) *this = always();
}

Clauses operator|(const Clauses& a, const Clauses& b) {
    Clauses result = a;
    for (const Clause& clause : b.clauses_) result.add(clause);
    return result;
}

Clauses operator&(const Clauses& a, const Clauses& b) {
    if (a.is_always()) return b;
    if (b.is_always()) return a;
    Clauses result;
    for (const Clause& left : a.clauses_) {
        for (const Clause& right : b.clauses_) {
            Clause both = left;
            if (std::ranges::all_of(right, [&](const RegisterTest& test) { return add_test(both, test); })) {
                result.add(std::move(both));
            }
        }
    }
    // Either side alone is what the whole implies; the narrower one is the better when their product got too large.
    if (!result.is_always()) return result;
    return a.clauses_.size() <= b.clauses_.size() ? a : b;
}

}  // namespace bewit::match
