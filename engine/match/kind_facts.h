// What a kind of event decides about a leaf before any event is seen.
#pragma once

#include <optional>

#include "engine/event/catalogue.h"
#include "engine/match/leaf.h"

namespace bewit::match {

// The leaf's answer for every event, where it is one and the same: numbers of events start at 1.
std::optional<bool> constant_for_all(const Leaf& leaf, const field::Expression& left);

// The leaf's answer for every event of that kind: its type's name is known, and fields that the kind does not have are
// null.
std::optional<bool> constant_for_kind(const Leaf& leaf, const field::Expression& left, event::Kind kind);

// The event of a kind; for generic syscalls the one that they share.
const event::EventInfo& info_of(event::Kind kind);

}  // namespace bewit::match
