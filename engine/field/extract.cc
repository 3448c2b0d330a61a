#include "engine/field/extract.h"

#include <algorithm>
#include <cstring>

#include "engine/field/call_effect.h"
#include "engine/field/extractors.h"

namespace bewit::field {
namespace {

constexpr size_t block_size = size_t{16} * 1024;

}  // namespace

template <class T>
T& Scratch::Pool<T>::next() {
    if (used == items.size()) items.push_back(std::make_unique<T>());
    T& item = *items[used++];
    item.clear();
    return item;
}

char* Scratch::reserve(size_t size, size_t alignment) {
    for (; block_ < blocks_.size(); ++block_, used_ = 0) {
        const size_t start = (used_ + alignment - 1) & ~(alignment - 1);
        if (start + size <= sizes_[block_]) {
            used_ = start + size;
            return blocks_[block_].get() + start;
        }
    }
    sizes_.push_back(std::max(block_size, size));
    blocks_.push_back(std::make_unique<char[]>(sizes_.back()));
    used_ = size;
    return blocks_.back().get();
}

std::span<char> Scratch::take(size_t size) { return {reserve(size, 1), size}; }

std::string_view Scratch::keep(std::string_view text) {
    const std::span<char> copy = take(text.size());
    std::ranges::copy(text, copy.begin());
    return {copy.data(), copy.size()};
}

std::span<const Value> Scratch::keep(std::span<const Value> values) {
    Value* copy = reinterpret_cast<Value*>(reserve(values.size_bytes(), alignof(Value)));
    std::uninitialized_copy(values.begin(), values.end(), copy);
    return {copy, values.size()};
}

std::string& Scratch::text() { return texts_.next(); }
std::vector<Value>& Scratch::list() { return lists_.next(); }

void Scratch::clear() {
    block_ = 0;
    used_ = 0;
    texts_.used = 0;
    lists_.used = 0;
}

Presence extract(const Field& field, Context& context, Value& value) {
    value = {};
    const Definition& definition = *field.definition;
    if (context.shown && definition.has(FilterOnly)) return Presence::Absent;
    if (context.at_entry) {
        if (definition.at_entry == AtEntry::Unknown) return Presence::Unknown;
        const bool same = definition.at_entry == AtEntry::Same;
        if (same && (definition.facts & effect_of(context.event.kind()).facts) != 0) return Presence::Unknown;
    }
    return definition.extract(field, context, value);
}

Presence absent(const Field&, Context&, Value&) { return Presence::Absent; }

Presence zero_count(const Field&, Context&, Value& value) {
    value = Value::of_uint(0);
    return Presence::Present;
}

Presence zero_text(const Field&, Context&, Value& value) {
    value = Value::of_text("0ns");
    return Presence::Present;
}

}  // namespace bewit::field
