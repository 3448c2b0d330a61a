#include "kernel/sample_witness.h"

#include <time.h>

#include "base/clock.h"

namespace bewit::kernel {
namespace {}  // namespace

uint32_t SampleWitness::process(Tid tid, uint32_t wanted, event::ProcessFacts& facts) {
    uint32_t known = 0;
    if (sample_.is_of(tid) && (wanted & event::WorkingDirectory) != 0) {
        if (const auto directory = sample_.working_directory()) {
            facts.cwd = *directory;
            known = event::WorkingDirectory;
        }
    }
    return wanted == known ? known : known | proc_.process(tid, wanted & ~known, facts);
}

bool SampleWitness::descriptor(Tid tid, Fd fd, event::Descriptor& out) {
    const DescriptorFact* fact = sample_.is_of(tid) ? sample_.descriptor(fd) : nullptr;
    if (fact == nullptr) return proc_.descriptor(tid, fd, out);
    describe(*fact, out);
    return true;
}

uint64_t boot_offset_ns() { return nanoseconds_of(CLOCK_REALTIME) - nanoseconds_of(CLOCK_BOOTTIME); }

}  // namespace bewit::kernel
