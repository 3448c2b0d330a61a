#include "engine/match/clauses.h"

#include <doctest/doctest.h>

#include <random>

#include "tests/unit/match/registers.h"

using namespace bewit::match;

namespace {

// A condition on registers kept exactly, beside the Clauses that stand for it.
struct Pair {
    Clauses clauses;
    std::function<bool(const Registers&)> exact;
};

Pair random_pair(std::mt19937& random, int depth) {
    if (depth == 0) {
        const RegisterTest test{.argument = static_cast<uint8_t>(random() % 2),
                                .equal = random() % 2 == 0,
                                .mask = std::array<uint32_t, 4>{1, 2, 3, 7}[random() % 4],
                                .value = 0,
                                .high = random() % 8 == 0};
        RegisterTest with_value = test;
        with_value.value = static_cast<uint32_t>(random()) & test.mask;
        return {Clauses::test(with_value), [with_value](const Registers& r) { return satisfies(r, with_value); }};
    }
    const Pair a = random_pair(random, depth - 1);
    const Pair b = random_pair(random, depth - 1);
    if (random() % 2 == 0) {
        return {a.clauses & b.clauses, [=](const Registers& r) { return a.exact(r) && b.exact(r); }};
    }
    return {a.clauses | b.clauses, [=](const Registers& r) { return a.exact(r) || b.exact(r); }};
}

Registers small_registers(std::mt19937& random) {
    Registers registers{};
    for (uint64_t& value : registers) value = (uint64_t{random() % 8} << 32) | random() % 8;
    return registers;
}

}  // namespace

TEST_CASE("clauses hold wherever the condition that they stand for holds") {
    std::mt19937 random(2);
    int told_no = 0;
    for (int i = 0; i < 20000; ++i) {
        const Pair pair = random_pair(random, static_cast<int>(random() % 4));
        for (int j = 0; j < 20; ++j) {
            const Registers registers = small_registers(random);
            const bool possible = satisfies(registers, pair.clauses);
            REQUIRE((possible || !pair.exact(registers)));
            told_no += possible ? 0 : 1;
        }
    }
    CHECK(told_no > 10000);
}

TEST_CASE("a test and its opposite are everything together and nothing at once") {
    CHECK((Clauses::equal(0, 3, 1) | Clauses::differs(0, 3, 1)).is_always());
    CHECK((Clauses::equal(0, 3, 1) & Clauses::differs(0, 3, 1)).is_never());
    CHECK((Clauses::differs(0, 3, 1) | Clauses::differs(0, 3, 0)).is_always());
    CHECK((Clauses::equal(0, 3, 1) & Clauses::equal(0, 3, 2)).is_never());
}

TEST_CASE("the one bit of a mask is tested in one way only") {
    CHECK(Clauses::differs(1, 4, 0) == Clauses::equal(1, 4, 4));
    CHECK((Clauses::differs(1, 4, 0) | Clauses::equal(1, 4, 0)).is_always());
}

TEST_CASE("what another clause covers is left out") {
    const Clauses wide = Clauses::differs(1, 3, 0);
    const Clauses narrow = Clauses::equal(1, 0xff, 1) & Clauses::equal(2, 1, 1);
    CHECK((wide | narrow) == wide);
    CHECK((narrow | wide) == wide);
}

TEST_CASE("too many clauses are everything") {
    Clauses all;
    for (uint32_t i = 0; i <= Clauses::limit; ++i) {
        CHECK_FALSE(all.is_always());
        all = all | Clauses::equal(0, UINT32_MAX, i);
    }
    CHECK(all.is_always());
}

TEST_CASE("where a product gets too large, one of its sides stands for it") {
    Clauses a, b;
    for (uint32_t i = 0; i < 6; ++i) {
        a = a | Clauses::equal(0, UINT32_MAX, i);
        b = b | Clauses::equal(1, UINT32_MAX, i);
    }
    CHECK((a & b) == a);
}

TEST_CASE("a pointer is null only when both of its halves are") {
    const Clauses not_null = Clauses::not_null(4);
    Registers registers{};
    CHECK_FALSE(satisfies(registers, not_null));
    registers[4] = uint64_t{1} << 40;
    CHECK(satisfies(registers, not_null));
    registers[4] = 1;
    CHECK(satisfies(registers, not_null));
}
