// A rule's exceptions as part of its condition.
#pragma once

#include <string>

#include <tl/expected.hpp>

#include "engine/rule/rule_set.h"
#include "engine/rule/text_origin.h"

namespace bewit::rule {

struct ConditionWithExceptions {
    std::string text;
    Rewriting rewriting;  // Rule::condition -> text
};

// `(condition) and not (...) and not (...)`, or the condition as it is when the rule has no exceptions. Operators and
// values are taken as they are: lists are put in later. The error says which value does not fit its exception.
tl::expected<ConditionWithExceptions, Diagnostic> add_exceptions(const Rule& rule);

}  // namespace bewit::rule
