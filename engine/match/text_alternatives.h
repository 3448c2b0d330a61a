// The alternatives of an Or over one text: equal to one of these, or beginning with one of those, ...
#pragma once

#include <string>
#include <vector>

#include "engine/filter/ast.h"
#include "engine/match/comparison.h"

namespace bewit::match {

struct TextAlternative {
    filter::Operator op;
    const std::vector<std::string>* literals;  // one of them is enough
};

// Whether make_text_alternatives() takes the operator.
bool is_text_alternative(filter::Operator op);

// Holds when one of the alternatives does.
ComparisonPtr make_text_alternatives(const std::vector<TextAlternative>& alternatives);

}  // namespace bewit::match
