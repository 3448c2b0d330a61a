// The key `exceptions` of a rule.
#pragma once

#include <vector>

#include "engine/rule/item_reader.h"
#include "engine/rule/rule_set.h"

namespace bewit::rule {

// `append`: they are for a rule that is there, which may have them already; so `fields` may be missing, and `values`
// should not. False when an error was reported.
bool read_exceptions(const ItemReader& rule, bool append, std::vector<Exception>& out);

}  // namespace bewit::rule
