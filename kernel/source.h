// What a source of events in the kernel is, whichever way its programs got there. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "engine/event/sink.h"
#include "engine/event/witness.h"
#include "kernel/plan.h"

namespace bewit::kernel {

struct Options {
    size_t ring_bytes = 8u << 20;  // a power of two, at least a page
};

// Which of the steps failed, and why.
struct Failure {
    enum class Step : uint8_t { NotBuiltIn, Open, Load, Attach, Ring };
    Step step = Step::Open;
    int error = 0;        // errno
    std::string message;  // one sentence for the user
};

// Detached from the kernel when it ends.
class Source {
public:
    virtual ~Source() = default;

    // Answers from what came with the event that the sink is looking at, and from `proc`.
    virtual event::Witness& witness() = 0;
    // Hands over what the ring holds, after having waited for it up to `timeout_ms`. The number of events; negative
    // errno on failure.
    virtual int read(event::Sink& sink, int timeout_ms) = 0;
    // Sums over all CPUs since the start.
    virtual bewit_counters counters() const = 0;
};

}  // namespace bewit::kernel
