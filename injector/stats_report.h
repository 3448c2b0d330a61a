// `--stats` of what is watched by ptrace: what it cost and what came of it.
#pragma once

#include <string>

#include "injector/monitor.h"
#include "tracer/tracer.h"

namespace bewit {

// Lines for people that begin with `bewit: `, or one line of JSON: counters of the tracer by their names,
// `microseconds_per_stop`, alerts delivered and dropped, matches by rule. To be taken after Monitor::close(), when
// alerts are settled.
std::string stats_text(const tracer::Statistics& statistics, const Monitor& monitor);
std::string stats_json(const tracer::Statistics& statistics, const Monitor& monitor);

}  // namespace bewit
