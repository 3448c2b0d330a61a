#include "tracer/call_memory.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "tracer/call_identity.h"
#include "tracer/tracee_memory.h"

namespace bewit::tracer {
namespace {

constexpr size_t longest_text = 4096;
constexpr uint64_t most_vectors = 1024;  // UIO_MAXIOV: the kernel takes no more

void mark(PendingCall& call, uint8_t slot, uint64_t address, bool present, bool truncated) {
    const auto bit = static_cast<uint8_t>(1u << slot);
    if (present) call.present |= bit;
    if (truncated) call.truncated |= bit;
    if (address != 0 && !present) call.unreadable = true;
}

}  // namespace

bool read_longs(const SyscallStop& stop, uint64_t address, std::span<uint64_t> out, Widen widen) {
    const auto bytes = std::as_writable_bytes(out);
    const size_t size = out.size() * word_size(stop);
    if (address == 0 || read_memory(stop.tid, address, bytes.first(size)) != size) return false;
    if (size == bytes.size()) return true;
    // From the last to the first, so that none is overwritten before it is widened.
    for (size_t i = out.size(); i-- > 0;) {
        uint32_t narrow;
        std::memcpy(&narrow, bytes.data() + i * sizeof narrow, sizeof narrow);
        out[i] = widen == Widen::Sign ? static_cast<uint64_t>(int64_t{static_cast<int32_t>(narrow)}) : narrow;
    }
    return true;
}

void keep_bytes(PendingCall& call, uint8_t slot, uint64_t address, size_t size) {
    std::string& memory = call.memory[slot];
    memory.resize(size);
    const size_t got =
        address == 0 ? 0 : read_memory(call.stop.tid, address, std::as_writable_bytes(std::span(memory)));
    memory.resize(got);
    mark(call, slot, size == 0 ? 0 : address, got > 0, got > 0 && got < size);
}

void keep_text(PendingCall& call, uint8_t slot, uint64_t address) {
    const StringRead read = read_string(call.stop.tid, address, longest_text, call.memory[slot]);
    mark(call, slot, address, read.readable, read.truncated);
}

void keep_wide(PendingCall& call, uint8_t slot, std::span<const uint64_t> values) {
    const auto bytes = std::as_bytes(values);
    call.memory[slot].assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    mark(call, slot, 0, true, false);
}

void keep_longs(PendingCall& call, uint8_t slot, uint64_t address, size_t count, Widen widen) {
    std::array<uint64_t, 8> values{};
    const auto wanted = std::span(values).first(count);
    if (read_longs(call.stop, address, wanted, widen)) return keep_wide(call, slot, wanted);
    mark(call, slot, address, false, false);
}

uint64_t kept_wide(const PendingCall& call, uint8_t slot, size_t index) {
    const std::string& memory = call.memory[slot];
    uint64_t value = 0;
    const size_t at = index * sizeof value;
    if (at + sizeof value <= memory.size()) std::memcpy(&value, memory.data() + at, sizeof value);
    return value;
}

uint64_t gather(const SyscallStop& stop, uint64_t address, uint64_t count, size_t limit, std::string& out) {
    uint64_t total = 0;
    count = std::min(count, most_vectors);
    // A few at a time: mostly there are no more.
    std::array<uint64_t, 16> vectors;
    for (uint64_t done = 0; done < count;) {
        const size_t number = std::min<uint64_t>(count - done, vectors.size() / 2);
        const uint64_t at = address + done * 2 * word_size(stop);
        if (!read_longs(stop, at, std::span(vectors).first(2 * number))) break;
        for (size_t i = 0; i < number; ++i) {
            const uint64_t base = vectors[2 * i];
            const uint64_t length = vectors[2 * i + 1];
            total += length;
            const size_t before = out.size();
            const size_t wanted = std::min<uint64_t>(length, limit - before);
            if (wanted == 0) continue;
            out.resize(before + wanted);
            out.resize(before + read_memory(stop.tid, base, std::as_writable_bytes(std::span(out)).subspan(before)));
            // What follows a hole is not told: it would look as if it stood where the hole is.
            if (out.size() < before + wanted) limit = out.size();
        }
        done += number;
    }
    return total;
}

bool read_message_header(const SyscallStop& stop, uint64_t address, MessageHeader& out) {
    std::array<uint64_t, 6> values{};
    if (!read_longs(stop, address, values)) return false;
    // msg_namelen is an int beside padding.
    out = {values[0], values[1] & UINT32_MAX, values[2], values[3], values[4], values[5]};
    return true;
}

}  // namespace bewit::tracer
