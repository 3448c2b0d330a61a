// The witness of a live workload: /proc, pidfd_getfd(2) and the sockets' own names, asked while the thread is stopped.
#pragma once

#include <memory>

#include "engine/event/witness.h"

namespace bewit::tracer {

// Looks at every process of bewit's own /proc but bewit itself: its children have no parent (Pid::None). Not
// thread-safe.
//
// What cannot be looked at is not in the bits that process() returns: the environment and the working directory of a
// thread that changed its uid, where bewit lacks CAP_SYS_PTRACE. ImageFacts are then argv alone.
//
// argv and the environment are cut at 4096 bytes each, as Falco's are. Start times are as exact as the kernel's clock
// ticks (10 ms).
class ProcWitness final : public event::Witness {
public:
    ProcWitness();
    ~ProcWitness() override;

    uint32_t process(Tid tid, uint32_t wanted, event::ProcessFacts& facts) override;
    bool descriptor(Tid tid, Fd fd, event::Descriptor& out) override;
    event::NameLeads name(Tid tid, Fd from, std::string_view name, std::string& to) override;
    void share_root(bool shared) override;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace bewit::tracer
