// The compiled rule set: per kind of event, the rules that can match it, as boolean programs over shared leaves.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/field/extract.h"
#include "engine/match/interest.h"
#include "engine/match/name_resolver.h"
#include "engine/rule/rule_set.h"

namespace bewit::match {

enum class RuleMatching : uint8_t { First, All };

struct Options {
    RuleMatching matching = RuleMatching::First;
    rule::Priority least_priority = rule::Priority::Debug;
    // Rules that are not selected are compiled, for their errors, and then left out.
    std::vector<std::string> disabled_tags = {}, only_tags = {};
    std::vector<std::string> disabled_rules = {};  // `*` is the wildcard
    std::vector<std::string> only_rules = {};      // exact names; empty: all
    // Exact names of rules that are not even compiled: their outputs name what does not exist, and they say that they
    // may be skipped then.
    std::set<std::string> skipped_rules = {};
    // For conditions on host names; must outlive the rules. Null: no name stands for any address.
    NameResolver* names = nullptr;
};

// A rule that was selected, with what an alert needs of it. Borrowed from the rule set that was compiled.
struct CompiledRule {
    const rule::Rule* rule = nullptr;
    event::KindSet kinds;
    size_t index = 0;  // position in Rules::selected()
};

// Not thread-safe, although matching is const: what was computed for one event is kept for the next.
class Rules {
public:
    // Compiles every rule of `set`, which must outlive the result. Errors and warnings go to `diagnostics`, as many as
    // one reads (rule::Findings); the result has the rules that are free of errors.
    Rules(const rule::RuleSet& set, const Options& options, std::vector<rule::Diagnostic>& diagnostics);
    ~Rules();
    Rules(Rules&&) noexcept;

    // In the order in which they are evaluated.
    const std::vector<CompiledRule>& selected() const;

    RuleMatching matching() const;

    // Says what the output of a selected rule prints, everything that is appended to it included: an alert's fields
    // count for the Interest. Until it is said, the rule counts as printing the call's result and no facts.
    void set_output(const CompiledRule& rule, std::span<const field::Field* const> fields);
    // Out of date after the next set_output().
    const Interest& interest() const;
    // The same with the names of the rules that care.
    Interest explained_interest() const;

    // Calls `matched(const CompiledRule&)` for the first rule that holds, or for every one. Allocates nothing after
    // warm-up.
    template <class F>
    void match(field::Context& context, F&& matched) const;

    // At a call's entry (`context.at_entry`): false when no rule can hold whatever the call returns.
    bool may_match(field::Context& context) const;

private:
    void collect(field::Context& context, std::vector<uint32_t>& hits) const;
    struct Impl;
    std::unique_ptr<Impl> impl_;
    mutable std::vector<uint32_t> hits_;
};

template <class F>
void Rules::match(field::Context& context, F&& matched) const {
    hits_.clear();
    collect(context, hits_);
    for (uint32_t hit : hits_) matched(selected()[hit]);
}

}  // namespace bewit::match
