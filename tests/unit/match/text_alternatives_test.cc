#include "engine/match/text_alternatives.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <random>

#include "engine/filter/parser.h"
#include "engine/match/condition_compiler.h"
#include "engine/match/fuse.h"

using namespace bewit;
using namespace bewit::match;
using filter::Operator;

namespace {

constexpr std::array operators = {Operator::Equal,    Operator::In,        Operator::StartsWith, Operator::EndsWith,
                                  Operator::Contains, Operator::IContains, Operator::Glob,       Operator::PMatch};

std::string random_text(std::mt19937& random, size_t most) {
    constexpr std::string_view letters = "abA/*";
    std::string text;
    for (size_t size = random() % (most + 1); size > 0; --size) text += letters[random() % letters.size()];
    return text;
}

}  // namespace

TEST_CASE("alternatives in one pass hold when one of them does alone") {
    std::mt19937 random(11);
    int held = 0;
    for (int i = 0; i < 3000; ++i) {
        std::vector<std::pair<Operator, std::vector<std::string>>> tests(1 + random() % 5);
        std::vector<TextAlternative> alternatives;
        std::vector<ComparisonPtr> alone;
        for (auto& [op, literals] : tests) {
            op = operators[random() % operators.size()];
            literals.resize(op == Operator::In || op == Operator::PMatch ? random() % 3 : 1);
            for (std::string& literal : literals) literal = random_text(random, 4);
            alternatives.push_back({op, &literals});
            alone.push_back(*make_text_comparison(op, literals));
        }
        const ComparisonPtr together = make_text_alternatives(alternatives);
        field::Scratch scratch;
        for (int j = 0; j < 30; ++j) {
            const std::string text = random_text(random, 6);
            const field::Value value = field::Value::of_text(text);
            const bool expected =
                std::ranges::any_of(alone, [&](const ComparisonPtr& one) { return one->holds(value, scratch); });
            CAPTURE(text);
            REQUIRE(together->holds(value, scratch) == expected);
            held += expected ? 1 : 0;
        }
    }
    CHECK(held > 10000);
}

TEST_CASE("string tests of one field that stand side by side become one leaf") {
    LeafTable leaves;
    Graph graph;
    std::vector<CompileWarning> warnings;
    ConditionCompiler compiler(leaves, graph, nullptr, warnings);
    Fuser fuser(leaves, graph);
    const auto leaves_of = [&](std::string_view condition) {
        const NodeId root = *compiler.compile(**filter::parse(condition));
        return graph.leaves_below(std::vector{fuser.fused(root)}).size();
    };
    CHECK(leaves_of("fd.name startswith /a or fd.name = /b or fd.name endswith c") == 1);
    CHECK(leaves_of("fd.name startswith /a or proc.name = b or (fd.name contains c or fd.name in (d, e))") == 2);
    CHECK(leaves_of("not fd.name startswith /a and not fd.name = /b and evt.num = 2") == 2);
    // Of these each means something else than one of several.
    CHECK(leaves_of("fd.name startswith /a and fd.name endswith b") == 2);
    CHECK(leaves_of("fd.name startswith /a or not fd.name endswith b") == 2);
    CHECK(leaves_of("fd.name startswith /a or fd.name != b") == 2);
    CHECK(leaves_of("fd.name startswith /a or fd.name startswith allof (b, c)") == 2);
    CHECK(leaves_of("fd.sip.name = a.org or fd.sip.name = b.org") == 2);
    CHECK(leaves_of("fd.num = 1 or fd.num = 2") == 2);
}
