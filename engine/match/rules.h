// The compiled rule set: per kind of event, the rules that can match it, as boolean programs over shared leaves.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/field/extract.h"
#include "engine/match/interest.h"
#include "engine/rule/rule_set.h"

namespace bewit::match {

enum class RuleMatching : uint8_t { First, All };

struct Options {
    RuleMatching matching = RuleMatching::First;
    rule::Priority least_priority = rule::Priority::Debug;
    // Rules that are not selected are compiled, for their errors, and then left out.
    std::vector<std::string> disabled_tags, only_tags;
    std::vector<std::string> disabled_rules;  // `*` is the wildcard
    std::vector<std::string> only_rules;      // exact names; empty: all
};

// A rule that was selected, with what an alert needs of it. Borrowed from the rule set that was compiled.
struct CompiledRule {
    const rule::Rule* rule = nullptr;
    event::KindSet kinds;
    size_t index = 0;  // position in Rules::selected()
};

class Rules {
public:
    // Compiles every rule of `set`, which must outlive the result. Errors and warnings go to `diagnostics`; the result has
    // the rules that are free of errors. `extra` are field texts that outputs use besides: they count for the Interest.
    Rules(const rule::RuleSet& set, const Options& options, std::vector<rule::Diagnostic>& diagnostics);
    ~Rules();
    Rules(Rules&&) noexcept;

    const std::vector<CompiledRule>& selected() const;
    const Interest& interest() const;

    // Calls `matched(const CompiledRule&)` for the first rule that holds, or for every one. Allocates nothing after warm-up.
    template <class F> void match(field::Context& context, F&& matched) const;

    // At a call's entry: false when no rule can hold whatever the call returns.
    bool may_match(field::Context& context) const;

private:
    void collect(field::Context& context, std::vector<uint32_t>& hits) const;
    struct Impl;
    std::unique_ptr<Impl> impl_;
    mutable std::vector<uint32_t> hits_;
};

template <class F> void Rules::match(field::Context& context, F&& matched) const {
    hits_.clear();
    collect(context, hits_);
    for (uint32_t hit : hits_) matched(selected()[hit]);
}

// Compiles one condition alone, for `replay --filter`, tests and exceptions. The error is Falco's sentence.
class Condition {
public:
    static tl::expected<Condition, rule::Diagnostic> compile(const filter::Expression& expression, std::string_view text);
    bool matches(field::Context& context) const;
    event::KindSet kinds() const;
    ~Condition();
    Condition(Condition&&) noexcept;

private:
    Condition();
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace bewit::match
