// The calls that make processes and threads, and those that give a process another image. Both reach the tracer as
// ptrace events when they succeed (PTRACE_EVENT_FORK, _VFORK, _CLONE, _EXEC).
#pragma once

#include <array>
#include <string_view>

namespace bewit::tracer {

inline constexpr std::array<std::string_view, 4> birth_calls{"clone", "clone3", "fork", "vfork"};
inline constexpr std::array<std::string_view, 2> exec_calls{"execve", "execveat"};

}  // namespace bewit::tracer
