// What Falco finds out of date in outputs.
#pragma once

#include "engine/rule/report.h"
#include "engine/rule/rule_set.h"

namespace bewit::rule {

// Looks at the text alone: `%container.info`, and the names of fields that count as deprecated, wherever they stand in
// it.
void warn_of_output(const Rule& rule, Report& report);

}  // namespace bewit::rule
