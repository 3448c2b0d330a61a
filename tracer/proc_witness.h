// The witness of a live workload: /proc, pidfd_getfd(2) and the sockets' own names, asked while the thread is stopped.
#pragma once

#include <memory>

#include "engine/event/witness.h"

namespace bewit::tracer {

// Looks at every process of bewit's own /proc but bewit itself: its parent is shown as none. Not thread-safe.
class ProcWitness final : public event::Witness {
public:
    ProcWitness();
    ~ProcWitness() override;

    uint32_t process(Tid tid, uint32_t wanted, event::ProcessFacts& facts) override;
    bool descriptor(Tid tid, Fd fd, event::Descriptor& out) override;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace bewit::tracer
