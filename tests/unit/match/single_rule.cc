#include "tests/unit/match/single_rule.h"

#include "engine/filter/parser.h"

namespace bewit::match {
namespace {

rule::RuleSet set_of(std::string_view condition, std::string& refusal) {
    rule::RuleSet set;
    rule::Rule rule;
    refusal = make_rule("rule", condition, rule);
    if (refusal.empty()) set.rules.push_back(std::move(rule));
    return set;
}

Rules compile(const rule::RuleSet& set, std::string& refusal) {
    std::vector<rule::Diagnostic> diagnostics;
    Rules rules(set, {}, diagnostics);
    for (const rule::Diagnostic& diagnostic : diagnostics) {
        if (rule::is_error(diagnostic.code)) refusal = diagnostic.message;
    }
    return rules;
}

}  // namespace

std::string make_rule(std::string_view name, std::string_view condition, rule::Rule& out) {
    auto parsed = filter::parse(condition);
    if (!parsed) return parsed.error().message;
    out.name = name;
    out.condition = out.resolved_text = condition;
    out.resolved = std::move(*parsed);
    return {};
}

SingleRule::SingleRule(std::string_view condition)
    : set_(set_of(condition, refusal_)), rules_(compile(set_, refusal_)) {}

bool SingleRule::matches(field::Context& context) const {
    bool matched = false;
    rules_.match(context, [&](const CompiledRule&) { matched = true; });
    return matched;
}

}  // namespace bewit::match
