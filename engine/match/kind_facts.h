// What a kind of event decides about a leaf before any event is seen.
#pragma once

#include <optional>

#include "engine/event/catalogue.h"
#include "engine/match/leaf.h"

namespace bewit::match {

// The leaf's answer for every event, where it is one and the same: numbers of events start at 1.
std::optional<bool> constant_for_all(const Leaf& leaf, const field::Expression& left);

// What holds of a field in every event of a kind: nothing known, no value at all, or always the same value.
struct Fixed {
    enum class What : uint8_t { Nothing, Absent, Always };
    What what = What::Nothing;
    field::Value value;
};
Fixed fixed_for(const field::Expression& left, event::Kind kind);
// False: fixed_for() knows nothing for any kind.
bool depends_on_kind(const field::Expression& left);

// The leaf's answer for every event of a kind for which its left side is `fixed`: the type's name is known, and fields
// that the kind does not have are null.
std::optional<bool> constant_with(const Leaf& leaf, const Fixed& fixed);

// The event of a kind; for generic syscalls the one that they share.
const event::EventInfo& info_of(event::Kind kind);

}  // namespace bewit::match
