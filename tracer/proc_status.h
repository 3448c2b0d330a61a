// The few lines of /proc/TID/status that the tracer itself goes by (proc_pid_status(5)).
#pragma once

#include <optional>

#include "engine/event/kernel_types.h"

namespace bewit::tracer {

struct ProcStatus {
    Pid pid = Pid::None;     // Tgid
    Pid parent = Pid::None;  // PPid
    Pid tracer = Pid::None;  // TracerPid, 0 if none
    int seccomp = 0;         // 0 none, 1 strict, 2 filter
    uint32_t uid = 0;        // real
    uint64_t ignored = 0;    // SigIgn, SigCgt, ShdPnd: signal N is bit N - 1
    uint64_t caught = 0;
    uint64_t pending = 0;  // for the process as a whole
    char state = '?';      // 'Z' has ended and was not waited for
};

// nullopt when the thread is gone. Allocates nothing.
std::optional<ProcStatus> read_proc_status(Tid tid);

}  // namespace bewit::tracer
