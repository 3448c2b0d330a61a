// Why a command did not start, in one sentence that says what to do, with the exit status that goes with it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/event/kernel_types.h"
#include "tracer/tracer.h"

namespace bewit::tracer {

// The step of bewit's child on its way to the command's image that failed. Plain data: it goes through a pipe.
struct ChildFailure {
    enum class Step : uint8_t { NoNewPrivileges, SeccompFilter, User, Execute };
    Step step = Step::Execute;
    bool file_exists = false;  // Execute: the file is there, so ENOENT means that its interpreter is missing
    int error = 0;             // errno
    uint32_t candidate = 0;    // Execute: which of the candidates
};

StartError explain_child_failure(const ChildFailure& failure, const Options& options,
                                 const std::vector<std::string>& candidates);
// PTRACE_SEIZE of `child` failed with `error`.
StartError explain_seize_failure(int error, Tid child);
// A process that runs already could not be seized.
StartError explain_attach_failure(int error, Pid pid);
// `what` failed with `error`: fork(2), pipe2(2).
StartError explain_system_failure(std::string what, int error);
StartError explain_old_kernel();

}  // namespace bewit::tracer
