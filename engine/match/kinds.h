// Which kinds of events a condition can hold for, as its `evt.type` checks tell (an over-approximation): the `events`
// of a rule.
#pragma once

#include "engine/event/catalogue.h"
#include "engine/filter/ast.h"

namespace bewit::match {

// And is intersection, Or union, Not goes down to the checks. Checks on anything but the event's type leave all kinds.
// Names that no event has stand for no kind.
event::KindSet kinds_of(const filter::Expression& expression);

// How many event types a rule is taken to name; generic syscalls share one. Above this it restricts nothing
// (LOAD_NO_EVTTYPE).
inline constexpr size_t many_event_types = 100;
size_t event_type_count(const event::KindSet& kinds);

}  // namespace bewit::match
