// What an Interest says no to, no rule matches.
#include <doctest/doctest.h>

#include <random>

#include "tests/unit/match/calls.h"

using namespace bewit;
using namespace bewit::match;

namespace {

// Checks that have nothing to do with registers, some of them true.
const std::vector<std::string> other_checks = {"proc.name = nginx", "proc.name = bash", "evt.rawres >= 0",
                                               "fd.num >= 0",       "evt.num = 0",      "fd.name = /none",
                                               "proc.aname = init"};

std::string random_condition(std::mt19937& random, const Call& call, int depth) {
    if (depth == 0 || random() % 4 == 0) {
        const auto& checks = random() % 4 == 0 ? other_checks : call.checks;
        const std::string& check = checks[random() % checks.size()];
        return random() % 4 == 0 ? "not (" + check + ")" : check;
    }
    const std::string a = random_condition(random, call, depth - 1);
    const std::string b = random_condition(random, call, depth - 1);
    switch (random() % 3) {
        case 0:
            return "(" + a + " and " + b + ")";
        case 1:
            return "(" + a + " or " + b + ")";
        default:
            return "not (" + a + " and " + b + ")";
    }
}

Registers random_registers(std::mt19937& random, const Call& call) {
    Registers registers{};
    for (uint64_t& value : registers) {
        value = random() % 6 == 0 ? random() : call.likely_values[random() % call.likely_values.size()];
        if (random() % 6 == 0) value |= call.likely_values[random() % call.likely_values.size()];
    }
    return registers;
}

bool matches_any(const Rules& rules, World& world, const event::View& event) {
    return !matches(rules, world, event).empty();
}

struct Tally {
    int told_no = 0;
    int matched = 0;
};

void try_condition(const Call& call, const std::string& condition, std::mt19937& random, Tally& tally) {
    CAPTURE(condition);
    World world;
    const rule::RuleSet set = rule_set({{"r", condition}});
    std::vector<rule::Diagnostic> diagnostics;
    const Rules rules(set, {}, diagnostics);
    REQUIRE(rules.selected().size() == 1);
    const KindInterest& interest = rules.interest().of(*event::find_kind(call.kind));
    for (int i = 0; i < 40; ++i) {
        const Registers registers = random_registers(random, call);
        const int64_t result = random() % 2 == 0 ? 3 : -9;
        const bool matched = matches_any(rules, world, world.record(call.kind, call.record(registers, result)));
        const bool possible = interest.level == KindInterest::Level::Always || satisfies(registers, interest);
        CAPTURE(registers[0]);
        CAPTURE(registers[1]);
        CAPTURE(registers[2]);
        CAPTURE(registers[3]);
        REQUIRE((possible || !matched));
        tally.told_no += possible ? 0 : 1;
        tally.matched += matched ? 1 : 0;
    }
}

}  // namespace

TEST_CASE("no rule matches a call whose registers the Interest says no to") {
    std::mt19937 random(3);
    for (const Call& call : calls()) {
        CAPTURE(call.kind);
        Tally tally;
        const std::string type = "evt.type = " + std::string(call.kind) + " and ";
        for (const std::string& check : call.checks) {
            try_condition(call, type + check, random, tally);
            try_condition(call, type + "not " + check, random, tally);
        }
        for (int i = 0; i < 60; ++i) try_condition(call, type + random_condition(random, call, 3), random, tally);
        CHECK(tally.matched > 100);
        // openat2 has its flags in memory: nothing but the type can be told.
        if (call.kind != "openat2") CHECK(tally.told_no > 500);
    }
}
