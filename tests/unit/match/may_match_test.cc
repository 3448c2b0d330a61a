// The look before the call: what it says no to, no result makes true.
#include <doctest/doctest.h>

#include <random>

#include "tests/unit/match/calls.h"

using namespace bewit;
using namespace bewit::match;

namespace {

bool may_match(const Rules& rules, World& world, const event::View& at_entry) {
    world.scratch.clear();
    world.state.apply(at_entry);
    field::Context context = world.context(at_entry, true);
    const bool answer = rules.may_match(context);
    world.state.finish(at_entry);
    return answer;
}

Rules compile(const rule::RuleSet& set) {
    std::vector<rule::Diagnostic> diagnostics;
    return {set, {.matching = RuleMatching::All}, diagnostics};
}

// The record before the call: without its result.
Arguments at_entry(Arguments arguments) {
    arguments.erase(arguments.begin());
    return arguments;
}

const std::vector<std::string> checks_of_results = {
    "evt.rawres >= 0",   "evt.failed = true", "evt.res = SUCCESS", "evt.res startswith E",
    "fd.num >= 0",       "fd.num = 3",        "fd.name = /etc/x",  "fd.name contains no",
    "fd.typechar = 'f'", "proc.name = nginx", "proc.name = other", "proc.aname = bash",
    "user.uid = 0",      "evt.num = 0",       "fd.name exists",    "fd.directory = /etc"};

std::string random_condition(std::mt19937& random, const Call& call, int depth) {
    if (depth == 0) {
        const auto& checks = random() % 2 == 0 ? checks_of_results : call.checks;
        const std::string& check = checks[random() % checks.size()];
        return random() % 3 == 0 ? "not (" + check + ")" : check;
    }
    const char* join = random() % 2 == 0 ? " and " : " or ";
    const std::string both =
        random_condition(random, call, depth - 1) + join + random_condition(random, call, depth - 1);
    return random() % 4 == 0 ? "not (" + both + ")" : "(" + both + ")";
}

}  // namespace

TEST_CASE("what can never hold after the call is told before it") {
    World world;
    const rule::RuleSet set = rule_set({{"a", "evt.type = open and fd.name startswith /etc/ssh and evt.rawres >= 0"},
                                        {"b", "evt.type = open and proc.name = other"}});
    const Rules rules = compile(set);
    const auto entry = [&](const char* path) {
        return world.record("open", {{"name", path}, {"flags", 1}, {"mode", 0}});
    };
    CHECK_FALSE(may_match(rules, world, entry("/etc/passwd")));
    CHECK(may_match(rules, world, entry("/etc/ssh/sshd_config")));
    CHECK_FALSE(may_match(rules, world, world.record("mkdir", {{"path", "/x"}, {"mode", 0}})));
}

TEST_CASE("a directory that is to be opened is its own or below another, and so both are asked about") {
    World world;
    const auto may = [&](const std::string& check) {
        const Rules rules = compile(rule_set({{"r", "evt.type = open and " + check}}));
        return may_match(rules, world, world.record("open", {{"name", "/etc/ssl"}, {"flags", 0x401}, {"mode", 0}}));
    };
    for (const char* check : {"fd.directory = /etc", "fd.directory = /etc/ssl", "fd.directory in (/x, /etc)",
                              "fd.directory startswith /etc/s", "not fd.directory = /etc",
                              "not fd.directory = /etc/ssl", "fd.directory exists", "toupper(fd.directory) = /X"}) {
        CAPTURE(check);
        CHECK(may(check));
    }
    for (const char* check : {"fd.directory = /", "fd.directory in (/x, /y)", "fd.directory startswith /etc/t",
                              "not fd.directory startswith /etc", "not fd.directory exists"}) {
        CAPTURE(check);
        CHECK_FALSE(may(check));
    }
}

TEST_CASE("a process that the call is about to change is not judged by what it was") {
    World world;
    const rule::RuleSet set = rule_set({{"e", "evt.type = execve and proc.name = cat"},
                                        {"p", "evt.type = prctl and proc.name = cat"},
                                        {"o", "evt.type = open and proc.name = cat"},
                                        {"u", "evt.type = setuid and user.uid = 33"}});
    const Rules rules = compile(set);
    // The answers for the old image are kept with the process.
    const event::View open = world.record("open", {{"fd", 3}, {"name", "/x"}, {"flags", 1}, {"mode", 0}});
    CHECK(matches(rules, world, open).empty());
    CHECK_FALSE(may_match(rules, world, world.record("open", {{"name", "/x"}, {"flags", 1}, {"mode", 0}})));
    CHECK(may_match(rules, world, world.record("execve", {})));
    CHECK(may_match(rules, world, world.record("prctl", {{"option", 15}, {"arg2_str", "cat"}})));
    CHECK(may_match(rules, world, world.record("setuid", {{"uid", 33}})));
}

TEST_CASE("an answer found before a call is not taken for the answer after it") {
    World world;
    const rule::RuleSet set = rule_set({{"r", "evt.type = setuid and user.uid = 33"}});
    const Rules rules = compile(set);
    world.witness.processes[100].uid = 0;
    CHECK(may_match(rules, world, world.record("setuid", {{"uid", 33}})));
    world.witness.processes[100].uid = 33;
    CHECK(matches(rules, world, world.record("setuid", {{"res", 0}, {"uid", 33}})) == std::vector<std::string>{"r"});
}

TEST_CASE("no rule matches a call that the look before it said no to") {
    std::mt19937 random(5);
    int told_no = 0;
    int matched = 0;
    for (const Call& call : calls()) {
        for (int i = 0; i < 60; ++i) {
            const std::string condition = "evt.type = " + std::string(call.kind) + " and " +
                                          random_condition(random, call, static_cast<int>(random() % 4));
            CAPTURE(call.kind);
            CAPTURE(condition);
            World world;
            const rule::RuleSet set = rule_set({{"r", condition}});
            const Rules rules = compile(set);
            for (int j = 0; j < 10; ++j) {
                Registers registers{};
                for (uint64_t& value : registers) value = call.likely_values[random() % call.likely_values.size()];
                const int64_t result = random() % 2 == 0 ? 3 : -2;
                const bool possible =
                    may_match(rules, world, world.record(call.kind, at_entry(call.record(registers, 0))));
                const auto names = matches(rules, world, world.record(call.kind, call.record(registers, result)));
                REQUIRE((possible || names.empty()));
                told_no += possible ? 0 : 1;
                matched += names.empty() ? 0 : 1;
            }
        }
    }
    CHECK(told_no > 1000);
    CHECK(matched > 1000);
}
