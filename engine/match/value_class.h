// Types of values as comparisons see them, and which operators each of them has.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/event/catalogue.h"
#include "engine/filter/ast.h"

namespace bewit::match {

enum class ValueClass : uint8_t { Signed, Unsigned, Real, Boolean, Text, Bytes, Address, Network, Other };

ValueClass class_of(event::ParamType type);
// Bits of an integer type; 64 for those that are none.
unsigned width_of(event::ParamType type);

// Why `left op right` cannot be asked of values of that type, in Falco's words; nullopt when it can.
std::optional<std::string> unsupported(filter::Operator op, filter::Modifier modifier, event::ParamType type,
                                       bool list);

}  // namespace bewit::match
