#include "injector/stats_report.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace bewit {

std::string stats_text(const tracer::Statistics& statistics, const Monitor& monitor) {
    const AlertQueue::Counts alerts = monitor.alerts();
    std::string text = fmt::format("bewit: {}, {} alerts delivered, {} dropped\n", tracer::to_text(statistics),
                                   alerts.delivered, alerts.dropped);
    for (const auto& [rule, count] : monitor.matches()) text += fmt::format("bewit:   {} x {}\n", count, rule);
    return text;
}

std::string stats_json(const tracer::Statistics& s, const Monitor& monitor) {
    const AlertQueue::Counts alerts = monitor.alerts();
    nlohmann::ordered_json object = {
        {"events", s.events},
        {"stops", s.stops},
        {"syscall_entries", s.syscall_entries},
        {"entry_only", s.entry_only},
        {"syscall_exits", s.syscall_exits},
        {"signals", s.signals},
        {"processes", s.processes},
        {"threads", s.threads},
        {"unreadable", s.unreadable},
        {"runtime_sites", s.runtime_sites},
        {"stop_time_ns", s.stop_time_ns},
    };
    object["microseconds_per_stop"] =
        s.stops == 0 ? 0.0 : static_cast<double>(s.stop_time_ns) / static_cast<double>(s.stops) / 1000.0;
    object["alerts"] = {{"delivered", alerts.delivered}, {"dropped", alerts.dropped}};
    object["matches"] = nlohmann::ordered_json::object();
    for (const auto& [rule, count] : monitor.matches()) object["matches"][rule] = count;
    return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace bewit
