// Which rules are evaluated.
#pragma once

#include <string>
#include <vector>

#include "engine/match/rules.h"

namespace bewit::match {

// Enabled, important enough, and neither its name nor its tags left out.
bool is_selected(const rule::Rule& rule, const Options& options);

// What the options name and no rule of `set` has, one sentence each: `no rule has the tag 'x'`.
std::vector<std::string> without_rules(const rule::RuleSet& set, const Options& options);

}  // namespace bewit::match
