// The workload's first process: made as a child, traced before it has done anything, then sent on its way to the
// command's image.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "base/unique_fd.h"
#include "engine/event/kernel_types.h"
#include "tracer/bpf_program.h"
#include "tracer/inheritance.h"
#include "tracer/signal_forwarder.h"
#include "tracer/start_failure.h"
#include "tracer/terminal.h"
#include "tracer/tracer.h"

namespace bewit::tracer {

class Spawned {
public:
    pid_t pid() const { return pid_; }
    Grouping grouping() const { return grouping_; }

    // Lets it go on: to the filter, the user, the exec. Until then it waits and does nothing.
    void release();
    // Takes the terminal's foreground back to bewit's group, if it was given away.
    void take_terminal_back() const;

    // What it told on its way. Call read_messages() when its exec has succeeded or it has ended.
    void read_messages();
    const std::optional<ChildFailure>& failure() const { return failure_; }
    bool no_new_privileges() const { return no_new_privileges_; }
    bool kept_ptrace_capability() const { return kept_ptrace_capability_; }

private:
    friend tl::expected<Spawned, StartError> spawn(const Options&, const std::vector<std::string>&, const BpfProgram&,
                                                   const Inheritance&);

    pid_t pid_ = -1;
    Grouping grouping_ = Grouping::SharedGroup;
    std::optional<Terminal> terminal_;
    UniqueFd go_;
    UniqueFd messages_;
    std::optional<ChildFailure> failure_;
    bool no_new_privileges_ = false;
    bool kept_ptrace_capability_ = false;
};

// Forks. An empty `filter` installs none. `candidates` are tried in order (tracer/command_search.h). The child has its
// own process group, with the terminal, when bewit is PID 1 or leads its session; else it stays in bewit's.
tl::expected<Spawned, StartError> spawn(const Options& options, const std::vector<std::string>& candidates,
                                        const BpfProgram& filter, const Inheritance& inheritance);

}  // namespace bewit::tracer
