// Arbitrary bytes as rule files: refused with a place, or a set in which everything has its tree and every node its
// place. A line `#next` begins another file, so that what files do to each other is tried too.
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <variant>

#include "engine/rule/diagnostic_place.h"
#include "engine/rule/loader.h"

namespace {

using namespace bewit;

constexpr std::string_view next_file = "#next\n";

void require(bool holds) {
    if (!holds) std::abort();
}

void check_diagnostic(const rule::Diagnostic& diagnostic) {
    require(!diagnostic.context.empty());
    require(!diagnostic.context.back().place.file.empty());
    const std::string text = rule::to_text(diagnostic);
    for (char c : text) require(static_cast<unsigned char>(c) >= 0x20 || c == '\n');
}

void check_result(const rule::LoadResult& result) {
    require(result.ok == result.errors.empty());
    require(result.errors.size() <= 1);
    for (const rule::Diagnostic& error : result.errors) {
        require(rule::is_error(error.code));
        check_diagnostic(error);
    }
    for (const rule::Diagnostic& warning : result.warnings) {
        require(!rule::is_error(warning.code));
        check_diagnostic(warning);
    }
}

// The places of a rule's first nodes, down its left edge.
void check_places(const rule::Rule& rule, const filter::Expression& expression) {
    check_diagnostic(rule::condition_diagnostic(rule, rule::Code::CompileCondition, expression.location, "m"));
    if (const auto* all = std::get_if<filter::And>(&expression.value))
        return check_places(rule, *all->children.front());
    if (const auto* any = std::get_if<filter::Or>(&expression.value)) return check_places(rule, *any->children.front());
    if (const auto* negation = std::get_if<filter::Not>(&expression.value)) return check_places(rule, *negation->child);
    require(std::holds_alternative<filter::Check>(expression.value));  // macros are gone
    for (const filter::OperandPtr& operand : std::get<filter::Check>(expression.value).right) {
        check_diagnostic(rule::condition_diagnostic(rule, rule::Code::CompileCondition, operand->location, "m"));
        return;
    }
}

void check_set(const rule::RuleSet& set, bool ok) {
    for (const rule::Macro& macro : set.macros) require(macro.compiled != nullptr || !ok);
    for (const rule::Rule& rule : set.rules) {
        check_diagnostic(rule::output_diagnostic(rule, rule::Code::ErrCompileOutput, rule.output.size() / 2, "m"));
        if (rule.resolved != nullptr) {
            check_places(rule, *rule.resolved);
        } else {
            require(rule.unknown_source || !ok);
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    rule::Loader loader;
    while (true) {
        const size_t end = rest.find(next_file);
        const rule::LoadResult result = loader.add("fuzz.yaml", rest.substr(0, end));
        check_result(result);
        check_set(loader.rules(), result.ok);
        if (end == std::string_view::npos) return 0;
        rest.remove_prefix(end + next_file.size());
    }
}
