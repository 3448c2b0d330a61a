// Which fields have their last word at a call's entry.
#pragma once

#include "engine/event/catalogue.h"
#include "engine/field/catalogue.h"

namespace bewit::match {

// Whether the field has the same value before a call of that kind and after it, whatever the call returns. Says no
// where that is not sure.
bool settled_at_entry(const field::Field& field, event::Kind kind);
// False: it says no for every field.
bool any_settled_at_entry(event::Kind kind);

}  // namespace bewit::match
