// A condition as the product has it: that of the only rule of a set.
#pragma once

#include <string>
#include <string_view>

#include "engine/field/extract.h"
#include "engine/match/rules.h"
#include "engine/rule/rule_set.h"

namespace bewit::match {

// A rule that no file has. The sentence with which the parser refuses the condition, else empty.
std::string make_rule(std::string_view name, std::string_view condition, rule::Rule& out);

class SingleRule {
public:
    explicit SingleRule(std::string_view condition);

    // The sentence with which the parser or the compiler refuses the condition; empty when it is one.
    const std::string& refusal() const { return refusal_; }
    // False when the condition is refused.
    bool matches(field::Context& context) const;

private:
    std::string refusal_;  // filled while the others are made
    rule::RuleSet set_;
    Rules rules_;
};

}  // namespace bewit::match
