// What bewit was started with and its workload must find unchanged: the signal mask, ignored signals, and which
// descriptors are the workload's at all.
#pragma once

#include <cstdint>
#include <vector>

namespace bewit::tracer {

// A set of signals as the kernel has it: bit N-1 for signal N. The C library's sigset_t hides signals 32 and 33, which
// exist all the same.
using SignalBits = uint64_t;
constexpr SignalBits signal_bit(int signal) { return SignalBits{1} << (signal - 1); }

class Inheritance {
public:
    // The first call in a process takes the picture, blocks every signal in the calling thread, so that signals that
    // arrive from now on are kept for the workload, and lets children be waited for; later calls give the same object.
    // Call it first thing in main(): threads that are made before it must block every signal themselves, and
    // descriptors that are open before it count as the workload's.
    static const Inheritance& take();

    // In the forked child, before the exec: descriptors that bewit opened become close-on-exec, dispositions are what
    // they were. Signals stay blocked. Async-signal-safe (signal-safety(7)).
    void restore_descriptors_and_dispositions() const;
    // The last thing before the exec. Async-signal-safe.
    void restore_mask() const;

    SignalBits mask() const { return mask_; }
    SignalBits ignored() const { return ignored_; }

private:
    Inheritance();

    SignalBits mask_ = 0;
    SignalBits ignored_ = 0;
    std::vector<int> descriptors_;  // rising
};

// Blocks or restores; for the calling thread.
void set_signal_mask(SignalBits mask);

}  // namespace bewit::tracer
