// The descriptor that an event is about: what `fd.*` asks of.
#pragma once

#include <cstdint>

#include "engine/event/descriptor.h"
#include "engine/field/call_effect.h"
#include "engine/field/extract.h"

namespace bewit::field {

struct EventDescriptor {
    bool applies = false;       // the event is about a descriptor at all
    bool number_known = false;  // false only before the call
    bool known = false;         // likewise, for what the descriptor refers to
    int64_t number = -1;        // -1 when there is none
    const event::Descriptor* what =
        nullptr;  // nullptr when there is none, or nobody knows it; valid until the next event
};

// Before the call a descriptor counts as known when the call, whatever it returns, leaves it as it is.
EventDescriptor event_descriptor(Context& context);

// Before the call: the numeric kind of socket stays what it is, even where its addresses do not.
bool keeps_type(const EventDescriptor& subject);

}  // namespace bewit::field
