// `--stats`: what it cost and what came of it.
#pragma once

#include <cstdint>
#include <string>

#include "injector/message.h"
#include "injector/monitor.h"
#include "tracer/tracer.h"

namespace bewit {

// Of a source in the kernel.
struct KernelStatistics {
    uint64_t events = 0;
    uint64_t lost = 0;            // events that the ring had no room for, whatever the reason
    uint64_t unreadable = 0;      // parts of events whose memory was not there
    uint64_t not_remembered = 0;  // calls whose entry was not remembered at their exit
};

// Lines for people that begin with `bewit: `, or one line of JSON: the source's counters by their names (of the tracer
// also `microseconds_per_stop`), alerts delivered and dropped, matches by rule. To be taken after Monitor::close(),
// when alerts are settled.
std::string stats_text(const tracer::Statistics& statistics, const Monitor& monitor);
std::string stats_json(const tracer::Statistics& statistics, const Monitor& monitor);
std::string stats_text(const KernelStatistics& statistics, const Monitor& monitor);
std::string stats_json(const KernelStatistics& statistics, const Monitor& monitor);

// Prints what `--stats` asks for, `text` or `json`; nothing where `form` is empty.
template <typename Statistics>
void report_stats(const std::string& form, const Statistics& statistics, const Monitor& monitor) {
    if (!form.empty()) write_report(form == "json" ? stats_json(statistics, monitor) : stats_text(statistics, monitor));
}

}  // namespace bewit
