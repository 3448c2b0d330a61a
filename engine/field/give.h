// Short words for what extractors return.
#pragma once

#include <span>
#include <string_view>

#include "engine/field/value.h"

namespace bewit::field {

inline Presence give(Value& value, const Value& found) {
    value = found;
    return Presence::Present;
}
inline Presence give_text(Value& value, std::string_view text) { return give(value, Value::of_text(text)); }
inline Presence give_bool(Value& value, bool truth) { return give(value, Value::of_bool(truth)); }
inline Presence give_int(Value& value, int64_t number) { return give(value, Value::of_int(number)); }
inline Presence give_uint(Value& value, uint64_t number) { return give(value, Value::of_uint(number)); }
// Before the call: this value, or none.
inline Presence give_maybe(Value& value, const Value& expected) {
    value = expected;
    return Presence::Unknown;
}

// Before the call: one of these, which stay where they are.
inline Presence give_one_of(Value& value, std::span<const Value> values) {
    value = Value::of_list(values);
    return Presence::OneOf;
}

}  // namespace bewit::field
