// i386's calls that carry another call: socketcall(2), ipc(2), and the first mmap(2), whose arguments lie in memory.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "engine/event/catalogue.h"
#include "tracer/syscall_stop.h"

namespace bewit::tracer {

// Every kind of event that the call may turn out to be; empty when its number says what it is.
std::span<const event::Kind> carried_kinds(event::Abi abi, uint32_t number);

// What the call really is. Reads the stopped thread's memory and puts the real call's arguments into `stop`, as if it
// had been called by its own number; `stop` is left alone, and the answer is empty, when the number says what it is,
// when the carried call has no arguments that can be read, or when its code is unknown.
std::optional<event::Kind> demultiplex(SyscallStop& stop);

}  // namespace bewit::tracer
