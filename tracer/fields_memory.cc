// What the thread hands over is read at the entry and nowhere else. What the kernel writes for it can only be read
// after the call: another thread may have changed it by then, and nothing of it is evidence.
#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "tracer/call_memory.h"
#include "tracer/record_field.h"
#include "tracer/tracee_memory.h"

namespace bewit::tracer::fields {
namespace {

constexpr size_t longest_text = 4096;
constexpr uint64_t nanoseconds_per_second = 1'000'000'000;

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

void read_text(const Field& field, PendingCall& call) {
    keep_text(call, field.slot, call.stop.arguments[field.argument]);
}

void write_text(const Field& field, RecordContext& context) {
    if (context.present(field.slot))
        context.out.add_text(context.call.memory[field.slot]);
    else
        context.out.add_absent();
}

void write_text_after(const Field& field, RecordContext& context) {
    std::string& text = context.evidence.scratch;
    if (context.succeeded() &&
        read_string(context.call.stop.tid, context.argument(field.argument), longest_text, text).readable) {
        context.out.add_text(text);
    } else {
        context.out.add_absent();
    }
}

void read_sent(const Field& field, PendingCall& call) {
    const auto& arguments = call.stop.arguments;
    keep_bytes(call, field.slot, arguments[field.argument], std::min<uint64_t>(arguments[field.second], data_limit));
}

// Of what was handed over no more counts than what the call took.
void write_sent(const Field& field, RecordContext& context) {
    const std::span<const std::byte> data = bytes_of(context.call.memory[field.slot]);
    const bool partly = context.result && *context.result > 0;
    const size_t size = partly ? std::min<uint64_t>(data.size(), static_cast<uint64_t>(*context.result)) : data.size();
    if (context.present(field.slot) && size > 0)
        context.out.add_bytes(data.first(size));
    else
        context.out.add_absent();
}

// How much of the data that came in goes into the record.
size_t received_size(const RecordContext& context) {
    return context.succeeded() ? std::min<uint64_t>(static_cast<uint64_t>(context.returned()), data_limit) : 0;
}

void write_received(const Field& field, RecordContext& context) {
    std::array<std::byte, data_limit> data;
    const auto wanted = std::span(data).first(received_size(context));
    const size_t size = read_memory(context.call.stop.tid, context.argument(field.argument), wanted);
    if (size > 0)
        context.out.add_bytes(wanted.first(size));
    else
        context.out.add_absent();
}

void read_sent_vector(const Field& field, PendingCall& call) {
    std::string& data = call.memory[0];
    data.clear();
    const auto& arguments = call.stop.arguments;
    const uint64_t total = gather(call.stop, arguments[field.argument], arguments[field.second], data_limit, data);
    if (!data.empty()) call.present |= 1;
    const std::array values = {total};
    keep_wide(call, 1, values);
}

// Its size stands behind the data.
void write_vector_size(const Field& field, RecordContext& context) {
    if (context.present(field.slot))
        context.out.add_uint(kept_wide(context.call, field.slot, 0));
    else
        context.out.add_absent();
}

void read_vector(const Field& field, PendingCall& call) {
    const auto& arguments = call.stop.arguments;
    const std::array values = {arguments[field.argument], arguments[field.second]};
    keep_wide(call, field.slot, values);
}

void write_received_vector(const Field& field, RecordContext& context) {
    std::string& data = context.evidence.scratch;
    data.clear();
    if (const size_t size = received_size(context); size > 0) {
        gather(context.call.stop, kept_wide(context.call, field.slot, 0), kept_wide(context.call, field.slot, 1), size,
               data);
    }
    if (data.empty())
        context.out.add_absent();
    else
        context.out.add_bytes(bytes_of(data));
}

void write_integer_after(const Field& field, RecordContext& context) {
    if (!context.at_exit()) return context.out.add_absent();
    int32_t value = -1;
    std::array<std::byte, sizeof value> bytes;
    const uint64_t address = context.argument(field.argument) + field.second * sizeof value;
    if (context.succeeded() && read_memory(context.call.stop.tid, address, bytes) == bytes.size()) {
        std::memcpy(&value, bytes.data(), sizeof value);
    }
    context.out.add_int(value);
}

// `second` is the position of the long, and the number of them where it is read.
template <Widen widen>
void read_longs_kept(const Field& field, PendingCall& call) {
    keep_longs(call, field.slot, call.stop.arguments[field.argument], field.second, widen);
}

void read_wide_kept(const Field& field, PendingCall& call) {
    keep_bytes(call, field.slot, call.stop.arguments[field.argument], field.second * sizeof(uint64_t));
}

void write_word(const Field& field, RecordContext& context) {
    if (!context.present(field.slot)) return context.out.add_absent();
    context.out.add_uint(kept_wide(context.call, field.slot, field.second));
}

// The first of the words that are read together.
void write_first_word(const Field& field, RecordContext& context) {
    Field first = field;
    first.second = 0;
    write_word(first, context);
}

void write_word_after(const Field& field, RecordContext& context) {
    std::array<uint64_t, 8> values{};
    const auto wanted = std::span(values).first(field.second + 1u);
    const bool good =
        context.succeeded() && read_longs(context.call.stop, context.argument(field.argument), wanted, Widen::Sign);
    if (good)
        context.out.add_uint(wanted.back());
    else
        context.out.add_absent();
}

// True when the whole of it could be read.
template <typename Value>
bool read_after(RecordContext& context, uint64_t address, Value& value) {
    const auto bytes = std::as_writable_bytes(std::span(&value, 1));
    return context.succeeded() && read_memory(context.call.stop.tid, address, bytes) == bytes.size();
}

void write_wide_word_after(const Field& field, RecordContext& context) {
    uint64_t value = 0;
    if (read_after(context, context.argument(field.argument) + field.second * sizeof value, value))
        context.out.add_uint(value);
    else
        context.out.add_absent();
}

void write_half_after(const Field& field, RecordContext& context) {
    uint32_t value = 0;
    if (!read_after(context, context.argument(field.argument) + field.second * sizeof value, value)) {
        return context.out.add_absent();
    }
    context.out.add_uint(field.translate == nullptr ? value : field.translate(value, context.call.stop.abi));
}

void read_time_span(const Field& field, PendingCall& call) {
    keep_longs(call, field.slot, call.stop.arguments[field.argument], 2, Widen::Sign);
}

void write_time_span(const Field& field, RecordContext& context) {
    if (!context.present(field.slot)) return context.out.add_absent();
    const uint64_t seconds = kept_wide(context.call, field.slot, 0);
    context.out.add_uint(seconds * nanoseconds_per_second + kept_wide(context.call, field.slot, 1));
}

}  // namespace

Field text(uint8_t argument, uint8_t slot) {
    return {.write = write_text, .shape = Field::Shape::Text, .argument = argument, .slot = slot, .read = read_text};
}

Field text_after(uint8_t argument) {
    return {.write = write_text_after, .shape = Field::Shape::Text, .argument = argument};
}

Field sent(uint8_t argument, uint8_t size_argument) {
    return {.write = write_sent,
            .shape = Field::Shape::Bytes,
            .argument = argument,
            .second = size_argument,
            .read = read_sent};
}

Field received(uint8_t argument) {
    return {.write = write_received, .shape = Field::Shape::Bytes, .argument = argument};
}

Field sent_vector(uint8_t argument, uint8_t count_argument) {
    return {.write = write_sent,
            .shape = Field::Shape::Bytes,
            .argument = argument,
            .second = count_argument,
            .read = read_sent_vector};
}

Field vector_size() { return {.write = write_vector_size, .slot = 1}; }

Field received_vector(uint8_t argument, uint8_t count_argument) {
    return {.write = write_received_vector,
            .shape = Field::Shape::Bytes,
            .argument = argument,
            .second = count_argument,
            .read = read_vector};
}

Field integer_after(uint8_t argument, uint8_t index) {
    return {.write = write_integer_after, .argument = argument, .second = index};
}

Field first_of_words(uint8_t argument, uint8_t count, uint8_t slot) {
    return {.write = write_first_word,
            .argument = argument,
            .second = count,
            .slot = slot,
            .read = read_longs_kept<Widen::Sign>};
}

Field first_of_wide_words(uint8_t argument, uint8_t count, uint8_t slot) {
    return {.write = write_first_word, .argument = argument, .second = count, .slot = slot, .read = read_wide_kept};
}

Field word_of(uint8_t index, uint8_t slot) { return {.write = write_word, .second = index, .slot = slot}; }

Field word_after(uint8_t argument, uint8_t index) {
    return {.write = write_word_after, .argument = argument, .second = index};
}

Field wide_word_after(uint8_t argument, uint8_t index) {
    return {.write = write_wide_word_after, .argument = argument, .second = index};
}

Field half_after(uint8_t argument, uint8_t index, Translate translate) {
    return {.write = write_half_after, .argument = argument, .second = index, .translate = translate};
}

Field time_span(uint8_t argument, uint8_t slot) {
    return {.write = write_time_span, .argument = argument, .slot = slot, .read = read_time_span};
}

}  // namespace bewit::tracer::fields
