// Whether a new exception of a rule makes sense.
#pragma once

#include <string_view>

#include "engine/rule/report.h"
#include "engine/rule/rule_set.h"

namespace bewit::rule {

// Fills in operators that were left out and trims the others. False when an error was reported. Fields are looked up
// only if `check_fields`: those of other sources are not known here.
bool check_exception(Exception& exception, bool check_fields, const Context& context, Report& report);

// `in`, `intersects`, `pmatch`, or an operator on strings with a modifier: what takes a list on its right side.
bool takes_list(std::string_view operator_text);

}  // namespace bewit::rule
