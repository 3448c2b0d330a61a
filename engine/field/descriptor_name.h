// The names of the event's descriptor: `fd.name` and what is cut out of it. Apart, because a call that opens a file has
// them before there is a descriptor, and without there ever being one.
#pragma once

#include "engine/field/extract.h"

namespace bewit::field {

Presence give_name(Context& context, Value& value);
Presence give_raw_name(Context& context, Value& value);
Presence give_directory(Context& context, Value& value);
Presence give_filename(Context& context, Value& value);

// Before a call that opens a file: `fd.type` and `fd.typechar` of what it will make. Unknown for all other calls.
Presence type_before_open(Context& context, Value& value);
Presence letter_before_open(Context& context, Value& value);

}  // namespace bewit::field
