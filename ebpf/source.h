// A source of events in the kernel, and the one that our BPF programs are: loaded, attached and read here; detached when this ends. One thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include <tl/expected.hpp>

#include "ebpf/plan.h"
#include "engine/event/sink.h"
#include "engine/event/witness.h"
#include "engine/match/interest.h"

namespace bewit::ebpf {

struct Options {
    size_t ring_bytes = 8u << 20;  // a power of two, at least a page
};

// Which of the steps failed, and why.
struct Failure {
    enum class Step : uint8_t { NotBuiltIn, Open, Load, Attach, Ring };
    Step step = Step::Open;
    int error = 0;         // errno
    std::string message;   // one sentence for the user
};

class Source {
public:
    // Loads and attaches: from here on events wait in the ring. Needs CAP_BPF and CAP_PERFMON, or CAP_SYS_ADMIN, and a kernel with BTF. `proc`
    // is asked for what no event says; both must outlive the source.
    static tl::expected<std::unique_ptr<Source>, Failure> open(const match::Interest& interest, event::Witness& proc, const Options& options);
    virtual ~Source() = default;

    // Answers from what came with the event that the sink is looking at, and from `proc`.
    virtual event::Witness& witness() = 0;
    // Hands over what the ring holds, after having waited for it up to `timeout_ms`. The number of events; negative errno on failure.
    virtual int read(event::Sink& sink, int timeout_ms) = 0;
    // Sums over all CPUs since the start.
    virtual bewit_counters counters() const = 0;
};

// Whether this program has the source built in.
bool built_in();

}  // namespace bewit::ebpf
