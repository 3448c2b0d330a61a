// evaluation/*.yaml and values/*.yaml: scenes (scene.h), what is true in them, and what their fields are.
//
//   scene:    what happens, in words
//   holds:    [conditions that are true]      fails: [conditions that are false]
//   refused:  {condition: part of the sentence with which it is refused}
//   values:   {field or transformer call: its value as text, for a comparison}
//   shown:    {template: what an output prints}
//   absent:   [fields without a value]
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "engine/alert/template.h"
#include "engine/filter/parser.h"
#include "tests/conformance/case_files.h"
#include "tests/conformance/scene.h"
#include "tests/unit/match/single_rule.h"

namespace bewit::conformance {
namespace {

using field::Presence;

void check_condition(Scene& scene, const std::string& text, bool expected) {
    CAPTURE(text);
    const match::SingleRule rule(text);
    CHECK_MESSAGE(rule.refusal().empty(), rule.refusal());
    field::Context context = scene.context();
    CHECK(rule.matches(context) == expected);
}

std::optional<std::string> value_of(Scene& scene, const std::string& text) {
    const auto prefix = filter::parse_operand_prefix(text);
    REQUIRE_MESSAGE(prefix.has_value(), text);
    REQUIRE_MESSAGE(prefix->length == text.size(), text);
    const auto expression = field::Expression::compile(*prefix->operand);
    REQUIRE_MESSAGE(expression.has_value(), text);
    field::Context context = scene.context();
    field::Value value;
    if (expression->evaluate(context, value) != Presence::Present) return std::nullopt;
    std::string out;
    field::append_text(value, expression->format(), out);
    return out;
}

std::string printed(Scene& scene, const std::string& text) {
    const auto compiled = alert::Template::compile(text);
    if (!compiled) return "error: " + compiled.error().message;
    field::Context context = scene.context(true);
    std::string out;
    compiled->fill(context, out);
    return out;
}

struct Counts {
    size_t holds = 0, fails = 0, refused = 0, values = 0, absent = 0;
};

void run(const YAML::Node& one, Counts& counts) {
    check_keys(one, {"scene", "processes", "descriptors", "users", "groups", "container", "before", "event", "holds",
                     "fails", "refused", "values", "shown", "absent"});
    const std::string name = one["scene"].Scalar();
    CAPTURE(name);
    Scene scene(one);
    for (const std::string& text : texts(one["holds"])) check_condition(scene, text, true), ++counts.holds;
    for (const std::string& text : texts(one["fails"])) check_condition(scene, text, false), ++counts.fails;
    for (const auto& pair : one["refused"]) {
        const std::string text = pair.first.Scalar(), sentence = pair.second.Scalar();
        CAPTURE(text);
        const std::string refused = match::SingleRule(text).refusal();
        CHECK_MESSAGE(!refused.empty(), "it is a condition");
        CHECK_MESSAGE(refused.find(sentence) != std::string::npos, refused);
        ++counts.refused;
    }
    for (const auto& pair : one["values"]) {
        const std::string text = pair.first.Scalar();
        CAPTURE(text);
        CHECK(value_of(scene, text).value_or("(absent)") == pair.second.Scalar());
        ++counts.values;
    }
    for (const auto& pair : one["shown"]) {
        const std::string text = pair.first.Scalar();
        CAPTURE(text);
        CHECK(printed(scene, text) == pair.second.Scalar());
        ++counts.values;
    }
    for (const std::string& text : texts(one["absent"])) {
        CAPTURE(text);
        CHECK(value_of(scene, text).value_or("(absent)") == "(absent)");
        ++counts.absent;
    }
}

}  // namespace

// At least so many cases are asked of each family, so that none is lost unseen.
TEST_CASE("conditions on events") {
    Counts counts;
    for_each_case("evaluation", [&](const YAML::Node& one) { run(one, counts); });
    MESSAGE("evaluation: ", counts.holds, " hold, ", counts.fails, " fail, ", counts.refused, " refused");
    CHECK(counts.holds >= 400);
    CHECK(counts.fails >= 200);
}

TEST_CASE("fields of events") {
    Counts counts;
    for_each_case("values", [&](const YAML::Node& one) { run(one, counts); });
    MESSAGE("values: ", counts.values, ", absent: ", counts.absent);
    CHECK(counts.values >= 200);
    CHECK(counts.absent >= 50);
}

}  // namespace bewit::conformance
