// Answers from what the kernel sent with an event, for every source that sends samples.
#pragma once

#include "engine/event/witness.h"
#include "kernel/sample.h"

namespace bewit::kernel {

// Facts that came with the event, then whoever can look. Both must outlive it.
class SampleWitness final : public event::Witness {
public:
    SampleWitness(const Sample& sample, event::Witness& proc) : sample_(sample), proc_(proc) {}

    uint32_t process(Tid tid, uint32_t wanted, event::ProcessFacts& facts) override;
    bool descriptor(Tid tid, Fd fd, event::Descriptor& out) override;

private:
    const Sample& sample_;
    event::Witness& proc_;
};

// What CLOCK_REALTIME is ahead of CLOCK_BOOTTIME now, in nanoseconds: samples carry the latter.
uint64_t boot_offset_ns();

}  // namespace bewit::kernel
