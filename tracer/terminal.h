// The controlling terminal, handed from bewit's process group to the workload's and back (tcsetpgrp(3),
// credentials(7)).
#pragma once

#include <sys/types.h>

#include <optional>

#include "base/unique_fd.h"

namespace bewit::tracer {

class Terminal {
public:
    // The terminal of this session, when there is one and bewit's process group is in its foreground.
    static std::optional<Terminal> in_foreground();

    // Makes `group` the foreground group. SIGTTOU must be blocked or ignored. Async-signal-safe.
    void hand_to(pid_t group) const;

private:
    explicit Terminal(UniqueFd fd) : fd_(std::move(fd)) {}

    UniqueFd fd_;
};

}  // namespace bewit::tracer
