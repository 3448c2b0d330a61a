// grammar/*.yaml: conditions that parse, with their canonical form, and conditions that do not, with the sentence.
//
//   - accept: a condition       as: its canonical form, where that differs
//   - reject: a condition       error: part of the sentence    at: the column, from 1
#include <doctest/doctest.h>

#include "engine/filter/parser.h"
#include "engine/filter/print.h"
#include "tests/conformance/case_files.h"

namespace bewit::conformance {
namespace {

void check_accepted(const std::string& text, const std::string& canonical) {
    const auto parsed = filter::parse(text);
    const std::string error = parsed ? "" : parsed.error().message;
    CHECK_MESSAGE(parsed.has_value(), error);
    if (!parsed) return;
    const std::string printed = filter::print(**parsed);
    CHECK(printed == canonical);
    // What is printed is the same condition.
    const auto again = filter::parse(printed);
    REQUIRE(again.has_value());
    CHECK(filter::print(**again) == printed);
}

void check_rejected(const std::string& text, const YAML::Node& one) {
    const auto parsed = filter::parse(text);
    CHECK_MESSAGE(!parsed.has_value(), "it parses as: " << (parsed ? filter::print(**parsed) : ""));
    if (parsed) return;
    CAPTURE(parsed.error().message);
    if (one["error"]) CHECK(parsed.error().message.find(one["error"].Scalar()) != std::string::npos);
    if (one["at"]) CHECK(parsed.error().location.column == one["at"].as<uint32_t>());
}

}  // namespace

TEST_CASE("the grammar of conditions") {
    size_t accepted = 0, rejected = 0;
    for_each_case("grammar", [&](const YAML::Node& one) {
        check_keys(one, {"accept", "as", "reject", "error", "at"});
        for (const std::string& text : texts(one["accept"])) {
            CAPTURE(text);
            check_accepted(text, text_or(one["as"], text));
            ++accepted;
        }
        for (const std::string& text : texts(one["reject"])) {
            CAPTURE(text);
            check_rejected(text, one);
            ++rejected;
        }
    });
    MESSAGE("grammar: ", accepted, " accepted, ", rejected, " rejected");
    CHECK(accepted >= 250);
    CHECK(rejected >= 200);
}

}  // namespace bewit::conformance
