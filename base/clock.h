// The kernel's clocks in nanoseconds (clock_gettime(2)).
#pragma once

#include <time.h>

#include <cstdint>

namespace bewit {

constexpr uint64_t nanoseconds_per_second = 1'000'000'000;

// What CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME and the like say now. Allocates nothing.
inline uint64_t nanoseconds_of(clockid_t clock) {
    timespec time{};
    clock_gettime(clock, &time);
    return static_cast<uint64_t>(time.tv_sec) * nanoseconds_per_second + static_cast<uint64_t>(time.tv_nsec);
}

}  // namespace bewit
