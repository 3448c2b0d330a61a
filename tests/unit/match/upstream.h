// The rule files that the community maintains. They are no part of the project: tests that want them are skipped where
// they are not to be had.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "engine/rule/rule_set.h"

namespace bewit::match {

// From $BEWIT_UPSTREAM_RULES, or from ../shared/upstream-rules beside the source tree. nullopt, and a message, when the
// file is not there.
std::optional<rule::RuleSet> upstream(std::string_view file_name);
std::optional<rule::RuleSet> upstream(std::initializer_list<std::string_view> file_names);

}  // namespace bewit::match
