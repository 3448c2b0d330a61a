// From a field, an event and the state to a value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "engine/event/view.h"
#include "engine/field/catalogue.h"
#include "engine/field/value.h"
#include "engine/state/state.h"

namespace bewit::field {

// Memory for values that have to be put together; empty again with every event, and never given back.
class Scratch {
public:
    std::string_view keep(std::string_view text);
    std::span<const Value> keep(std::span<const Value> values);
    // `size` bytes that the caller fills.
    std::span<char> take(size_t size);
    void clear();

private:
    std::vector<std::unique_ptr<char[]>> blocks_;
    std::vector<size_t> sizes_;
    size_t block_ = 0;
    size_t used_ = 0;
};

// All that an extraction may look at.
struct Context {
    const event::View& event;
    state::State& state;
    Scratch& scratch;
    uint64_t number = 0;      // evt.num
    bool at_entry = false;    // the look before the call: what only the result can tell is Unknown
};

Presence extract(const Field& field, Context& context, Value& value);

}  // namespace bewit::field
