// The life of one syscall under the tracer, from its entry to its exit: what is read, what is asked, and whether it is
// worth a second stop.
#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "tracer/bpf_program.h"
#include "tracer/ptrace_request.h"
#include "tracer/workload.h"

namespace bewit::tracer {

class Calls {
public:
    // `software_filter`: the seccomp program to go by where the kernel has none of it and every call stops. `workload`
    // must outlive this.
    Calls(Workload& workload, std::optional<BpfProgram> software_filter);

    // At the entry of a call that the filter wants to be seen, or, with a software filter, of any call: how the thread
    // is to go on.
    Resume at_entry(Tracee& tracee, const SyscallInfo& info);
    // At the exit of a call, whether its entry was wanted or not.
    void at_exit(Tracee& tracee, int64_t result);

    // What was read at the entry of the execve(2) or execveat(2) that the thread is in; null when that was not seen.
    const PendingCall* pending_exec(const Tracee& tracee) const;
    // Forgets the call that the thread is in.
    void release(Tracee& tracee);

private:
    Resume watch(Tracee& tracee, const SyscallStop& stop);
    bool is_exec(event::Kind kind) const { return std::ranges::find(execs_, kind) != execs_.end(); }
    bool is_birth(event::Kind kind) const { return std::ranges::find(births_, kind) != births_.end(); }
    bool may_change_root(event::Kind kind) const {
        return std::ranges::find(root_changes_, kind) != root_changes_.end();
    }
    PendingCall& acquire();

    Workload& workload_;
    std::optional<BpfProgram> software_filter_;
    event::Kind ptrace_;
    std::array<event::Kind, 4> births_;
    std::array<event::Kind, 2> execs_;
    std::array<event::Kind, 5> root_changes_;  // of the root directory or of what is mounted
    // As many as there ever were calls on their way at one time; their strings keep their memory.
    std::vector<std::unique_ptr<PendingCall>> all_;
    std::vector<PendingCall*> free_;
};

}  // namespace bewit::tracer
