// Strong types for the kernel's numbers, so that a thread id is never taken for a process id or a descriptor.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace bewit {

// A thread id (gettid(2)), as seen from bewit's own pid namespace.
enum class Tid : int64_t { None = -1 };
// A thread group id (getpid(2)), same namespace. The leader's Tid has the same number.
enum class Pid : int64_t { None = -1 };
// A file descriptor number of some process; negative when the call that should have made it failed.
enum class Fd : int32_t { None = -1, WorkingDirectory = -100 };  // AT_FDCWD, openat(2)

constexpr int64_t raw(Tid tid) { return static_cast<int64_t>(tid); }
constexpr int64_t raw(Pid pid) { return static_cast<int64_t>(pid); }
constexpr int32_t raw(Fd fd) { return static_cast<int32_t>(fd); }
// As system calls take it (pid_t).
constexpr int32_t number_of(Tid tid) { return static_cast<int32_t>(raw(tid)); }
constexpr Tid leader_of(Pid pid) { return static_cast<Tid>(pid); }

}  // namespace bewit
