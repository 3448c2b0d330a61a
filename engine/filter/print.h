// Tree to text: the canonical form, with the parentheses that Falco's describe output has.
#pragma once

#include <string>

#include "engine/filter/ast.h"

namespace bewit::filter {

// parse(print(e)) gives an equal tree; print(parse(print(e))) == print(e).
std::string print(const Expression& expression);
std::string print(const Operand& operand);

}  // namespace bewit::filter
