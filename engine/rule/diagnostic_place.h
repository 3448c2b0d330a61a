// Diagnostics for places inside of conditions and outputs, for those who find out later what is wrong with them.
#pragma once

#include <cstddef>
#include <string>

#include "engine/filter/ast.h"
#include "engine/rule/diagnostic.h"
#include "engine/rule/rule_set.h"

namespace bewit::rule {

// `location` is that of a node of Rule::resolved. The result leads from the file to the place in the rule's condition,
// its exceptions, or the macro that the node came from. A rule that no loader made has no file: what is known of it is
// told.
Diagnostic condition_diagnostic(const Rule& rule, Code code, filter::Location location, std::string message,
                                std::string remedy = {});

// `offset` counts in output_format(rule); beyond its end (what a configuration appended) the place is the output's own.
Diagnostic output_diagnostic(const Rule& rule, Code code, size_t offset, std::string message, std::string remedy = {});

// About the rule as a whole.
Diagnostic rule_diagnostic(const Rule& rule, Code code, std::string message, std::string remedy = {});

// About a macro's condition; `location` is that of a node of Macro::compiled.
Diagnostic condition_diagnostic(const Macro& macro, Code code, filter::Location location, std::string message,
                                std::string remedy = {});

}  // namespace bewit::rule
