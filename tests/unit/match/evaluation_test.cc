// Shared, folded and kept answers are the same as those of each check for itself.
#include <doctest/doctest.h>

#include <random>

#include "tests/unit/match/calls.h"
#include "tests/unit/match/single_rule.h"

using namespace bewit;
using namespace bewit::match;

namespace {

const std::vector<std::string> checks = {"evt.type = open",
                                         "evt.type in (openat, socket)",
                                         "evt.type != chmod",
                                         "evt.is_open_write = true",
                                         "evt.arg.flags contains O_CREAT",
                                         "evt.arg.domain = AF_INET",
                                         "evt.arg[1] exists",
                                         "evt.arg.mode contains S_ISUID",
                                         "fd.name startswith /etc",
                                         "fd.num >= 0",
                                         "evt.res = SUCCESS",
                                         "evt.rawres < 0",
                                         "proc.name = nginx",
                                         "proc.name in (bash, cat)",
                                         "proc.aname = init",
                                         "proc.pname = bash",
                                         "proc.name startswith n",
                                         "proc.pname in (bash, nginx)",
                                         "evt.num = 0",
                                         "fd.typechar = 'f'",
                                         "container.id = host",
                                         "proc.cmdline contains '-x'",
                                         "proc.name = val(proc.pname)"};

// A condition, and how it is made of checks.
struct Tree {
    std::string text;
    std::function<bool(const std::vector<bool>&)> value;
};

Tree random_tree(std::mt19937& random, int depth) {
    if (depth == 0 || random() % 5 == 0) {
        const size_t i = random() % checks.size();
        return {checks[i], [i](const std::vector<bool>& answers) { return answers[i]; }};
    }
    const Tree a = random_tree(random, depth - 1);
    const Tree b = random_tree(random, depth - 1);
    const auto value_a = a.value;
    const auto value_b = b.value;
    switch (random() % 3) {
        case 0:
            return {"(" + a.text + " and " + b.text + ")",
                    [=](const auto& answers) { return value_a(answers) && value_b(answers); }};
        case 1:
            return {"(" + a.text + " or " + b.text + ")",
                    [=](const auto& answers) { return value_a(answers) || value_b(answers); }};
        default:
            return {"not (" + a.text + ")", [=](const auto& answers) { return !value_a(answers); }};
    }
}

std::vector<SingleRule> compiled_checks() {
    std::vector<SingleRule> rules;
    for (const std::string& check : checks) rules.emplace_back(check);
    return rules;
}

// What each check answers alone.
std::vector<bool> answers_of(const std::vector<SingleRule>& rules, World& world, const event::View& event) {
    world.scratch.clear();
    world.state.apply(event);
    field::Context context = world.context(event);
    std::vector<bool> answers;
    for (const SingleRule& rule : rules) answers.push_back(rule.matches(context));
    world.state.finish(event);
    return answers;
}

event::View random_record(World& world, std::mt19937& random) {
    const Call& call = calls()[random() % calls().size()];
    Registers registers{};
    for (uint64_t& value : registers) value = call.likely_values[random() % call.likely_values.size()];
    constexpr std::array<int64_t, 3> threads{100, 50, 10};
    return world.record(call.kind, call.record(registers, random() % 2 == 0 ? 3 : -13), Tid{threads[random() % 3]});
}

}  // namespace

TEST_CASE("many rules at once answer as each of their checks does alone") {
    std::mt19937 random(7);
    const std::vector<SingleRule> alone = compiled_checks();
    int matched = 0;
    for (int round = 0; round < 20; ++round) {
        std::vector<std::pair<std::string, std::string>> texts;
        std::vector<Tree> trees;
        for (int i = 0; i < 30; ++i) {
            trees.push_back(random_tree(random, 4));
            texts.emplace_back(std::to_string(i), trees.back().text);
        }
        const rule::RuleSet set = rule_set(texts);
        std::vector<rule::Diagnostic> diagnostics;
        const Rules rules(set, {.matching = RuleMatching::All}, diagnostics);
        World world;
        for (int i = 0; i < 100; ++i) {
            const event::View event = random_record(world, random);
            const std::vector<bool> answers = answers_of(alone, world, event);
            std::vector<std::string> expected;
            for (size_t rule = 0; rule < trees.size(); ++rule) {
                if (trees[rule].value(answers)) expected.push_back(std::to_string(rule));
            }
            REQUIRE(matches(rules, world, event) == expected);
            matched += static_cast<int>(expected.size());
        }
    }
    CHECK(matched > 1000);
}
