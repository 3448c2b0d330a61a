#include "injector/stats_report.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace bewit {
namespace {

using Object = nlohmann::ordered_json;

// The counters of the source, then what came of the events.
std::string text_of(const std::string& counters, const Monitor& monitor) {
    const AlertQueue::Counts alerts = monitor.alerts();
    std::string text =
        fmt::format("bewit: {}, {} alerts delivered, {} dropped\n", counters, alerts.delivered, alerts.dropped);
    for (const auto& [rule, count] : monitor.matches()) text += fmt::format("bewit:   {} x {}\n", count, rule);
    return text;
}

std::string json_of(Object counters, const Monitor& monitor) {
    const AlertQueue::Counts alerts = monitor.alerts();
    counters["alerts"] = {{"delivered", alerts.delivered}, {"dropped", alerts.dropped}};
    counters["matches"] = Object::object();
    for (const auto& [rule, count] : monitor.matches()) counters["matches"][rule] = count;
    return counters.dump(-1, ' ', false, Object::error_handler_t::replace) + "\n";
}

}  // namespace

std::string stats_text(const tracer::Statistics& statistics, const Monitor& monitor) {
    return text_of(fmt::format("{}, {} calls unreadable", tracer::to_text(statistics), monitor.unreadable()), monitor);
}

std::string stats_json(const tracer::Statistics& s, const Monitor& monitor) {
    Object object = {
        {"events", s.events},
        {"stops", s.stops},
        {"syscall_entries", s.syscall_entries},
        {"entry_only", s.entry_only},
        {"syscall_exits", s.syscall_exits},
        {"signals", s.signals},
        {"processes", s.processes},
        {"threads", s.threads},
        {"unreadable", monitor.unreadable()},
        {"runtime_sites", s.runtime_sites},
        {"stop_time_ns", s.stop_time_ns},
    };
    object["microseconds_per_stop"] =
        s.stops == 0 ? 0.0 : static_cast<double>(s.stop_time_ns) / static_cast<double>(s.stops) / 1000.0;
    return json_of(std::move(object), monitor);
}

std::string stats_text(const KernelStatistics& s, const Monitor& monitor) {
    return text_of(fmt::format("{} events, {} lost, {} parts unreadable, {} calls not remembered from their entry",
                               s.events, s.lost, s.unreadable, s.not_remembered),
                   monitor);
}

std::string stats_json(const KernelStatistics& s, const Monitor& monitor) {
    return json_of(
        {{"events", s.events}, {"lost", s.lost}, {"unreadable", s.unreadable}, {"not_remembered", s.not_remembered}},
        monitor);
}

}  // namespace bewit
