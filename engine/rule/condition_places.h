// The way from a byte of a resolved condition to the place in a file that it stands for.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "engine/rule/diagnostic.h"
#include "engine/rule/text_origin.h"

namespace bewit::rule {

// "rules content": the first step of every way.
ContextItem file_context(const SourceText& source);

// A condition as steps show it: its first characters in quotes.
std::string abbreviated(std::string_view condition);

// Adds to `diagnostic` the steps from the rule or macro down to the byte `offset` of its resolved condition, and the
// snippet there. The caller has added the steps that come before.
void add_condition_steps(Diagnostic& diagnostic, const ConditionOrigin& origin, size_t offset);

// A diagnostic for a byte of the resolved condition of `origin`.
Diagnostic origin_diagnostic(const ConditionOrigin& origin, Code code, size_t offset, std::string message,
                             std::string remedy = {});

}  // namespace bewit::rule
