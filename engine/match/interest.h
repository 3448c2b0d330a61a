// What the loaded rules can possibly care about: the one thing that flows down to the sources. Derived from the
// compiled rules, never written by hand. Each source compiles it into its own medium; `bewit explain` prints it.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/event/catalogue.h"
#include "engine/match/path_test.h"

namespace bewit::match {

// A test of one register argument, as the kernel sees it at the call's entry: (args[argument] & mask) == value, or !=.
// Of an int argument only bits 0 to 31 are tested: the kernel ignores the rest.
struct RegisterTest {
    uint8_t argument = 0;  // 0 to 5, in the order of the syscall's prototype
    bool equal = true;
    uint32_t mask = 0;
    uint32_t value = 0;
    bool high = false;  // of bits 32 to 63 instead: only pointers are tested there, for being null
    bool operator==(const RegisterTest&) const = default;
};
// All of its tests hold.
using Clause = std::vector<RegisterTest>;

struct KindInterest {
    enum class Level : uint8_t {
        Never,  // no rule, no state: the call runs at native speed
        Tests,  // only when one of `clauses` holds
        Always,
    };
    Level level = Level::Never;
    std::vector<Clause> clauses;
    bool for_rules = false;  // a rule can match it
    bool for_state = false;  // the state needs its result: the exit is looked at whatever rules say
    // Nothing but the call's entry is needed: no rule and no state asks for its result.
    bool entry_is_enough = false;
    std::vector<std::string> rules;  // names of the rules that care; only in Rules::explained_interest()
};

struct Interest {
    std::array<KindInterest, event::max_kinds> kinds;  // by event::Kind
    uint32_t facts = 0;                                // event::FactGroup bits that conditions and outputs use
    // Of open(2) and openat(2), what names can decide; made when it is asked for, since that takes time (tens of
    // milliseconds for the community's stable rules). Empty where there are no rules, where names decide nothing, or
    // where the table would be too large. What it was made from must live as long as this. Of any thread; asked to
    // stop, it soon returns what is of no use.
    std::function<PathTest(const std::stop_token&)> open_names;

    const KindInterest& of(event::Kind kind) const { return kinds[event::index(kind)]; }
    KindInterest& of(event::Kind kind) { return kinds[event::index(kind)]; }
};

}  // namespace bewit::match
