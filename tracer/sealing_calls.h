// The calls that end the runtime's work in a process, and in what descends from it (tracer/runtime/runtime.h): they
// stop wherever there is one.
#pragma once

#include <linux/seccomp.h>
#include <sys/prctl.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "tracer/syscall_stop.h"

namespace bewit::tracer {

struct SealingCall {
    std::string_view name;
    std::optional<uint32_t> operation;  // the first argument, where only this one seals
};

inline constexpr std::array<SealingCall, 8> sealing_calls = {{
    // A program of the process's own, or its dispatcher, would be asked about calls that the process never made.
    {"seccomp", SECCOMP_SET_MODE_STRICT},
    {"seccomp", SECCOMP_SET_MODE_FILTER},
    {"prctl", PR_SET_SECCOMP},
    {"prctl", PR_SET_SYSCALL_USER_DISPATCH},
    // With another root the names of directories are other ones to the process than to bewit.
    {"chroot", {}},
    {"pivot_root", {}},
    {"setns", {}},
    {"unshare", {}},
}};

// Whether the thread stands at one of them, in whatever ABI that bewit has a table for, or in x32.
bool seals(const SyscallStop& stop);

}  // namespace bewit::tracer
