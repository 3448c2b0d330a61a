#include "tracer/placement.h"

#include <sys/types.h>

#include <algorithm>

#include "engine/event/syscalls.h"

namespace bewit::tracer {
namespace {

constexpr uint32_t watch = 1024;       // stops in a row until a thread is tried: what has just started is left alone
constexpr uint32_t window = 256;       // stops in which a pace is measured then
constexpr uint32_t term = 16384;       // stops after which it is measured anew whether the place is worth it
constexpr uint32_t most_foreign = 32;  // of a window, or in a row
constexpr uint64_t slow = 1'000'000;   // ns between stops: such a thread does not stop often
constexpr uint64_t first_pause = 100'000'000, longest_pause = 60'000'000'000;  // ns

bool is_about_affinity(const SyscallStop& stop) {
    static const auto getaffinity = event::syscall_numbers("sched_getaffinity"),
                      setaffinity = event::syscall_numbers("sched_setaffinity");
    const auto abi = static_cast<size_t>(stop.abi);
    return stop.number == getaffinity[abi] || stop.number == setaffinity[abi];
}

}  // namespace

bool Placement::possible() {
    cpu_set_t own;
    return sched_getaffinity(0, sizeof own, &own) == 0 && CPU_COUNT(&own) > 1;
}

Placement::Placement() { enabled_ = sched_getaffinity(0, sizeof own_, &own_) == 0 && CPU_COUNT(&own_) > 1; }

void Placement::restart(uint64_t now) {
    stops_ = 0;
    foreign_ = 0;
    since_ = now;
}

void Placement::stopped(Tid tid, bool alone, uint64_t now) {
    if (!enabled_) return;
    if (placed_ != Tid::None && tid != placed_) {
        if (++foreign_ <= most_foreign) return;
        release();
    }
    if (tid != candidate_) {
        candidate_ = tid;
        return restart(now);
    }
    own_stop(alone, now);
}

void Placement::own_stop(bool alone, uint64_t now) {
    if (placed_ != Tid::None && !alone) release();
    const uint32_t enough = phase_ == Phase::Watching ? watch : phase_ == Phase::Trying ? window : term;
    ++stops_;
    if (phase_ == Phase::Placed && stops_ % window == 0) foreign_ = 0;
    if (stops_ < enough) return;

    const uint64_t pace = (now - since_) / stops_;
    switch (phase_) {
        case Phase::Watching:
            if (alone && pace < slow && now >= not_before_ && place()) {
                pace_before_ = pace;
                phase_ = Phase::Trying;
            }
            break;
        case Phase::Trying:
            // A tenth, since what the workload itself does between its stops varies.
            if (pace * 10 <= pace_before_ * 9) {
                phase_ = Phase::Placed;
                pause_ = 0;
            } else {
                release();
                pause_ = std::clamp(pause_ * 2, first_pause, longest_pause);
                not_before_ = now + pause_;
            }
            break;
        case Phase::Placed:
            release();
            break;
    }
    restart(now);
}

bool Placement::place() {
    const pid_t pid = number_of(candidate_);
    const int core = sched_getcpu();
    if (core < 0 || sched_getaffinity(pid, sizeof theirs_, &theirs_) != 0 || !CPU_ISSET(core, &theirs_) ||
        CPU_COUNT(&theirs_) < 2)
        return false;
    CPU_ZERO(&shared_);
    CPU_SET(core, &shared_);
    // It may be another user's (EPERM).
    if (sched_setaffinity(pid, sizeof shared_, &shared_) != 0) return false;
    placed_ = candidate_;
    sched_setaffinity(0, sizeof shared_, &shared_);
    return true;
}

void Placement::release() {
    if (placed_ == Tid::None) return;
    // What somebody else has set meanwhile stays.
    cpu_set_t now;
    if (sched_getaffinity(number_of(placed_), sizeof now, &now) == 0 && CPU_EQUAL(&now, &shared_))
        sched_setaffinity(number_of(placed_), sizeof theirs_, &theirs_);
    sched_setaffinity(0, sizeof own_, &own_);
    placed_ = Tid::None;
    candidate_ = Tid::None;
    phase_ = Phase::Watching;
}

void Placement::born(Tid child) {
    sched_setaffinity(number_of(child), sizeof theirs_, &theirs_);
    release();
}

void Placement::ended(Tid tid) {
    if (holds(tid)) release();
}

void Placement::entering(const SyscallStop& stop, uint64_t (*clock)()) {
    if (!enabled_ || !is_about_affinity(stop)) return;
    release();
    // The call is yet to be made.
    not_before_ = std::max(not_before_, clock() + first_pause);
}

}  // namespace bewit::tracer
