// A parameter of type fdlist: u16 count, then i64 descriptor and i16 events for each (poll(2), scap format).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "engine/field/extract.h"

namespace bewit::field {

// `visit(int64_t number, int16_t events)` for each that is whole.
template <class Visit>
void for_each_polled(std::span<const std::byte> bytes, Visit&& visit) {
    uint16_t count = 0;
    if (bytes.size() < sizeof(count)) return;
    std::memcpy(&count, bytes.data(), sizeof(count));
    bytes = bytes.subspan(sizeof(count));
    int64_t number = 0;
    int16_t events = 0;
    constexpr size_t item = sizeof(number) + sizeof(events);
    for (; count > 0 && bytes.size() >= item; --count, bytes = bytes.subspan(item)) {
        std::memcpy(&number, bytes.data(), sizeof(number));
        std::memcpy(&events, bytes.data() + sizeof(number), sizeof(events));
        visit(number, events);
    }
}

// What a descriptor of the event's thread refers to; nullptr when there is none of that number.
inline const event::Descriptor* descriptor_numbered(Context& context, int64_t number) {
    if (number < 0 || number > INT32_MAX) return nullptr;
    return context.state.descriptor(context.event.tid(), static_cast<Fd>(number));
}

}  // namespace bewit::field
