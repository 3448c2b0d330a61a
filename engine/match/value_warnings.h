// Literals that load but are probably not what their author meant.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/filter/ast.h"

namespace bewit::match {

// The sentence of the first warning that fits, in Falco's words.
std::optional<std::string> value_warning(filter::Operator op, std::string_view literal);

}  // namespace bewit::match
