// loader/*.yaml: rule files and what the loader makes of them.
//
//   case:      what must be so
//   files:     one text or several, loaded in order; the last one's result counts, those before it must be valid
//   error:     {code, message, line, column, remedy, snippet}   none: the file is valid
//   warnings:  [codes, in order]    all of them; with `told: [parts of their sentences]`
//   rules:     {name: {condition, output, priority, enabled, tags, source, ...}}   order: [names of rules]
//   macros:    {name: condition}    lists: {name: [items]}
#include <algorithm>

#include <doctest/doctest.h>

#include "engine/filter/print.h"
#include "injector/rule_setup.h"
#include "tests/conformance/case_files.h"

namespace bewit::conformance {
namespace {

using rule::Diagnostic;
using rule::LoadResult;

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::vector<std::string> file_texts(const YAML::Node& files) { return texts(files); }

std::string all_text(const std::vector<Diagnostic>& diagnostics) {
    std::string text;
    for (const Diagnostic& diagnostic : diagnostics) text += rule::to_text(diagnostic) + "\n";
    return text;
}

void check_error(const YAML::Node& expected, const LoadResult& result) {
    CAPTURE(all_text(result.errors));
    CHECK_FALSE(result.ok);
    REQUIRE(result.errors.size() >= 1);
    check_keys(expected, {"code", "message", "line", "column", "remedy", "snippet"});
    const Diagnostic& error = result.errors.front();
    CHECK(std::string(rule::code_text(error.code)) == "LOAD_ERR_" + expected["code"].Scalar());
    if (expected["message"]) CHECK(contains(error.message, expected["message"].Scalar()));
    if (expected["remedy"]) CHECK(contains(error.message + " " + error.remedy, expected["remedy"].Scalar()));
    if (expected["snippet"]) CHECK(contains(error.snippet, expected["snippet"].Scalar()));
    REQUIRE_FALSE(error.context.empty());
    const rule::Place& place = error.context.back().place;
    if (expected["line"]) CHECK(place.line == expected["line"].as<uint32_t>());
    if (expected["column"]) CHECK(place.column == expected["column"].as<uint32_t>());
}

void check_warnings(const YAML::Node& one, const LoadResult& result) {
    CAPTURE(all_text(result.warnings));
    if (one["warnings"]) {
        std::string codes, wanted;
        for (const Diagnostic& warning : result.warnings) codes += std::string(rule::code_text(warning.code)) + " ";
        for (const std::string& code : texts(one["warnings"])) wanted += "LOAD_" + code + " ";
        CHECK(codes == wanted);
    }
    for (const std::string& part : texts(one["told"])) CHECK(contains(all_text(result.warnings), part));
}

template <class Items>
const auto* find(const Items& items, const std::string& name) {
    const auto found = std::ranges::find_if(items, [&](const auto& item) { return item.name == name; });
    return found == items.end() ? nullptr : &*found;
}

std::string joined(const auto& items) {
    std::string text;
    for (const std::string& item : items) text += (text.empty() ? "" : ", ") + item;
    return text;
}

void check_rule(const YAML::Node& expected, const rule::Rule& rule) {
    check_keys(expected, {"condition", "text", "output", "desc", "priority", "source", "enabled", "tags", "capture",
                          "capture_duration", "exceptions", "runs"});
    if (expected["condition"]) {
        REQUIRE(rule.resolved != nullptr);
        CHECK(filter::print(*rule.resolved) == expected["condition"].Scalar());
    }
    if (expected["text"]) CHECK(rule.resolved_text == expected["text"].Scalar());
    if (expected["runs"]) CHECK((rule.resolved != nullptr) == expected["runs"].as<bool>());
    if (expected["output"]) CHECK(rule.output == expected["output"].Scalar());
    if (expected["desc"]) CHECK(rule.description == expected["desc"].Scalar());
    if (expected["priority"]) CHECK(std::string(rule::priority_name(rule.priority)) == expected["priority"].Scalar());
    if (expected["source"]) CHECK(rule.source == expected["source"].Scalar());
    if (expected["enabled"]) CHECK(rule.enabled == expected["enabled"].as<bool>());
    if (expected["capture"]) CHECK(rule.capture == expected["capture"].as<bool>());
    if (expected["capture_duration"]) CHECK(rule.capture_duration_ms == expected["capture_duration"].as<uint32_t>());
    if (expected["tags"]) CHECK(joined(rule.tags) == joined(texts(expected["tags"])));
}

void check_set(const YAML::Node& one, const rule::RuleSet& set) {
    for (const auto& pair : one["rules"]) {
        const std::string name = pair.first.Scalar();
        CAPTURE(name);
        const rule::Rule* rule = find(set.rules, name);
        REQUIRE(rule != nullptr);
        check_rule(pair.second, *rule);
    }
    for (const auto& pair : one["macros"]) {
        const std::string name = pair.first.Scalar();
        CAPTURE(name);
        const rule::Macro* macro = find(set.macros, name);
        REQUIRE(macro != nullptr);
        REQUIRE(macro->compiled != nullptr);
        CHECK(filter::print(*macro->compiled) == pair.second.Scalar());
    }
    for (const auto& pair : one["lists"]) {
        const std::string name = pair.first.Scalar();
        CAPTURE(name);
        const rule::List* list = find(set.lists, name);
        REQUIRE(list != nullptr);
        CHECK(joined(list->items) == joined(texts(pair.second)));
    }
    if (one["order"]) {
        std::vector<std::string> names;
        for (const rule::Rule& rule : set.rules) names.push_back(rule.name);
        CHECK(joined(names) == joined(texts(one["order"])));
    }
}

void run(const YAML::Node& one) {
    check_keys(one, {"case", "files", "error", "warnings", "told", "rules", "macros", "lists", "order"});
    const std::string truth = one["case"].Scalar();
    CAPTURE(truth);
    const std::vector<std::string> files = file_texts(one["files"]);
    REQUIRE_FALSE(files.empty());
    rule::Loader loader;
    for (size_t i = 0; i < files.size(); ++i) {
        const LoadResult result =
            check_source({.name = "file" + std::to_string(i + 1) + ".yaml", .text = files[i]}, loader);
        const bool last = i + 1 == files.size();
        if (last && one["error"]) {
            check_error(one["error"], result);
        } else {
            CHECK_MESSAGE(result.ok, all_text(result.errors));
        }
        if (last) check_warnings(one, result);
    }
    check_set(one, loader.rules());
}

}  // namespace

TEST_CASE("rule files") {
    size_t valid = 0, invalid = 0;
    for_each_case("loader", [&](const YAML::Node& one) {
        run(one);
        ++(one["error"] ? invalid : valid);
    });
    MESSAGE("loader: ", valid, " valid, ", invalid, " not");
    CHECK(valid >= 75);
    CHECK(invalid >= 75);
}

}  // namespace bewit::conformance
