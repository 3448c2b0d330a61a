// Which call a thread stands at, whatever way it chose to ask for it.
#pragma once

#include <cstddef>

#include "engine/event/catalogue.h"
#include "tracer/syscall_stop.h"

namespace bewit::tracer {

// The kind of event that the call makes. `stop` is changed into the call by its own number where it is carried by
// another one (tracer/multiplexer.h): its arguments then are that call's. `unknown` for numbers that the ABI does not
// have.
event::Kind identify(SyscallStop& stop);

// The call's number in the table of its ABI: x32 asks for most of x86-64's by a number with a bit more.
uint32_t number_in_table(const SyscallStop& stop);

// The size of a pointer and of a long in the structures that the call's arguments point to: 4 for i386 and x32, else 8.
size_t word_size(const SyscallStop& stop);

}  // namespace bewit::tracer
