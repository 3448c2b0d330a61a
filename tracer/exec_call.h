// What a thread says when it asks for another program: execve(2), execveat(2).
#pragma once

#include <string_view>

#include "tracer/decoder.h"

namespace bewit::tracer {

// Slots of PendingCall::memory.
struct ExecSlots {
    static constexpr uint8_t filename = 0, arguments = 1, environment = 2;
};

// Reads the file's name, argv and, if it is wanted, the environment: at most 4096 bytes of each list, strings with a
// NUL each. A list that cannot be read to its end is marked truncated.
void read_exec_call(PendingCall& call, bool is_execveat, bool with_environment);

// argv[0], and what follows it.
struct ExecArguments {
    std::string_view exe, rest;
};
ExecArguments split_arguments(std::string_view list);

}  // namespace bewit::tracer
