// Structures in a stopped thread's memory, the same for ABIs of 32 and 64 bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "tracer/decoder.h"

namespace bewit::tracer {

// How a 32-bit value becomes one of 64 bits.
enum class Widen : uint8_t { Zero, Sign };

// The longs at `address`, of the size that the call's ABI gives them; true when all could be read.
bool read_longs(const SyscallStop& stop, uint64_t address, std::span<uint64_t> out, Widen widen = Widen::Zero);

// Bytes into a slot, up to `size`: present when at least one could be read, truncated when not all.
void keep_bytes(PendingCall& call, uint8_t slot, uint64_t address, size_t size);
// A string of at most 4096 bytes likewise.
void keep_text(PendingCall& call, uint8_t slot, uint64_t address);
// Longs likewise, widened to 64 bits: all or nothing.
void keep_longs(PendingCall& call, uint8_t slot, uint64_t address, size_t count, Widen widen);
void keep_wide(PendingCall& call, uint8_t slot, std::span<const uint64_t> values);
// The `index`-th of what was kept so.
uint64_t kept_wide(const PendingCall& call, uint8_t slot, size_t index);

// The first `limit` bytes that `count` struct iovec at `address` describe, appended to `out`. The bytes that they
// describe in all.
uint64_t gather(const SyscallStop& stop, uint64_t address, uint64_t count, size_t limit, std::string& out);

// struct msghdr
struct MessageHeader {
    uint64_t name = 0, name_size = 0, vector = 0, count = 0, control = 0, control_size = 0;
};
bool read_message_header(const SyscallStop& stop, uint64_t address, MessageHeader& out);

}  // namespace bewit::tracer
