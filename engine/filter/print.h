// Tree to text: the canonical form, as Falco's describe output (`condition_compiled`) has it.
//
//   (a and b), (a or b)       every chain of two or more has parentheses, one level of them
//   not x                     no parentheses of its own
//   proc.name = x             one blank around operators; `==` stays `==`
//   proc.name in (a, b)       lists with a comma and a blank; `proc.name in a` stays without parentheses
//   join("-",(fd.name,"x"))   arguments of transformers with commas alone
//   "a b", ["a b"]            quotes where a value has a blank, a quote, `=`, a backslash or a control character
//
// Falco's form does not always parse back to the same tree. Where it would not, ours has more quotes or parentheses:
// the empty string, values with parentheses or commas, strings among the arguments of transformers, values that end in
// a backslash or that are not UTF-8 (`\xHH`), a `not` directly inside a `not` (`not (not x)`) and a macro that is
// called `not`.
#pragma once

#include <string>

#include "engine/filter/ast.h"

namespace bewit::filter {

// For every tree that the parser gives: parse(print(e)) gives an equal tree, if its `max_depth` allows for the
// parentheses; print(parse(print(e))) == print(e). The text is on one line and well-formed UTF-8.
std::string print(const Expression& expression);
std::string print(const Operand& operand);

// The operator as the condition has it, with its modifier: "==", "in", "startswith anyof".
std::string print_operator(const Check& check);

}  // namespace bewit::filter
