// What commands end with where it is not the workload's own status.
#pragma once

namespace bewit {

inline constexpr int failed = 1, usage_error = 2;
// Of `run`, whose other statuses are the workload's (tracer/tracer.h).
inline constexpr int cannot_start = 125;

}  // namespace bewit
