// Where the tracer and a thread that stops often run. A stop is two wakeups, and one across cores costs ten times one
// on the same core where an idle core is slow to wake (a virtual one is), so the two share a core while that thread is
// the only one that stops.
//
// What it gains is measured, not assumed: the pace of the stops before and after, now and again anew, and the thread is
// let go where it gained nothing. Only a process of one thread is placed: others are left what they have to run at the
// same time.
//
// The workload is not to see it. sched_getaffinity(2) and sched_setaffinity(2) stop (FilterOptions::watch_affinity) and
// find the thread's own mask; a child gets its parent's. /proc/PID/status (Cpus_allowed) tells of it.
#pragma once

#include <sched.h>

#include <cstdint>

#include "tracer/syscall_stop.h"
#include "tracer/tracee.h"

namespace bewit::tracer {

// Not thread-safe: of the tracer's thread, whose own mask it changes.
class Placement {
public:
    Placement();
    ~Placement() { release(); }
    Placement(const Placement&) = delete;
    Placement& operator=(const Placement&) = delete;

    // Whether there is more than one core for this thread to run on.
    static bool possible();

    // At each stop, before it is let go. `alone`: its thread group has no other thread. `now`: nanoseconds of
    // CLOCK_MONOTONIC.
    void stopped(Tid tid, bool alone, uint64_t now);
    bool holds(Tid tid) const { return placed_ != Tid::None && placed_ == tid; }
    // The thread that is held made `child`, which has not run yet.
    void born(Tid child);
    void ended(Tid tid);
    // At the entry of any call: before one that asks for or sets a mask, all masks are the workload's own. `clock`
    // tells `now`.
    void entering(const SyscallStop& stop, uint64_t (*clock)());

private:
    void own_stop(bool alone, uint64_t now);
    bool place();
    void release();
    void restart(uint64_t now);

    enum class Phase : uint8_t { Watching, Trying, Placed };

    bool enabled_ = false;
    cpu_set_t own_{};                // of the tracer's thread, as it was
    cpu_set_t theirs_{}, shared_{};  // of the thread that is placed: as it was, and the one core
    Tid candidate_ = Tid::None;      // the thread that stopped last
    Tid placed_ = Tid::None;
    Phase phase_ = Phase::Watching;
    uint32_t stops_ = 0;    // of the candidate since `since_`
    uint32_t foreign_ = 0;  // of others since then, while one is placed
    uint64_t since_ = 0;
    uint64_t pace_before_ = 0;  // nanoseconds from stop to stop, before it was placed
    uint64_t not_before_ = 0;   // no attempt earlier
    uint64_t pause_ = 0;        // until the next attempt, where the last one gained nothing
};

}  // namespace bewit::tracer
