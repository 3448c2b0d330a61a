#include "injector/metrics.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

#include "injector/message.h"
#include "injector/text_file.h"
#include "injector/version.h"

namespace bewit {
namespace {

constexpr uint64_t ns_per_second = 1'000'000'000, ns_per_ms = 1'000'000;

uint64_t now() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(since).count());
}

// As Falco names a rule in a metric: what is no letter, digit or colon becomes one underscore.
std::string metric_name(std::string_view rule) {
    std::string name;
    for (const char c : rule) {
        const bool kept = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ':';
        if (kept) {
            name += c;
        } else if (!name.ends_with('_')) {
            name += '_';
        }
    }
    return name;
}

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

// bewit's own use, not the workload's.
void add_resources(nlohmann::json& fields, double running_seconds, bool in_mb) {
    rusage usage{};
    if (getrusage(RUSAGE_SELF, &usage) == 0 && running_seconds > 0) {
        fields["falco.cpu_usage_perc"] = 100.0 * (seconds(usage.ru_utime) + seconds(usage.ru_stime)) / running_seconds;
    }
    unsigned long pages = 0, resident = 0;
    const auto text = read_text_file("/proc/self/statm");
    if (!text || std::sscanf(text->c_str(), "%lu %lu", &pages, &resident) != 2) return;
    const auto amount = [&](unsigned long count) {
        const uint64_t bytes = count * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
        return in_mb ? nlohmann::json(static_cast<double>(bytes) / (1024.0 * 1024.0)) : nlohmann::json(bytes / 1024);
    };
    const char* unit = in_mb ? "mb" : "kb";
    fields[std::string("falco.memory_vsz_") + unit] = amount(pages);
    fields[std::string("falco.memory_rss_") + unit] = amount(resident);
}

}  // namespace

std::optional<uint64_t> parse_interval(std::string_view text) {
    struct Unit {
        std::string_view name;
        uint64_t ns;
    };
    constexpr std::array units = {Unit{"y", uint64_t{365} * 86400 * ns_per_second},
                                  Unit{"w", uint64_t{7} * 86400 * ns_per_second},
                                  Unit{"d", 86400 * ns_per_second},
                                  Unit{"h", 3600 * ns_per_second},
                                  Unit{"m", 60 * ns_per_second},
                                  Unit{"s", ns_per_second},
                                  Unit{"ms", ns_per_ms}};
    constexpr uint64_t least = 100 * ns_per_ms, most = ns_per_second * 86400 * 365 * 100;
    uint64_t total = 0;
    size_t allowed = 0;  // units from here on
    while (!text.empty()) {
        uint64_t number = 0;
        const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
        if (parsed.ec != std::errc{}) return std::nullopt;
        text.remove_prefix(static_cast<size_t>(parsed.ptr - text.data()));
        const std::string_view name = text.substr(0, text.find_first_of("0123456789"));
        size_t unit = allowed;
        while (unit < units.size() && units[unit].name != name) ++unit;
        if (unit == units.size() || number > most / units[unit].ns) return std::nullopt;
        total += number * units[unit].ns;
        allowed = unit + 1;
        text.remove_prefix(name.size());
    }
    if (total < least || total > most) return std::nullopt;
    return total;
}

Metrics::Metrics(MetricsOptions options, std::string hostname)
    : options_(std::move(options)), hostname_(std::move(hostname)), started_ns_(now()), previous_ns_(started_ns_) {
    if (!options_.enabled || options_.file.empty()) return;
    fd_ = open(options_.file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd_ < 0) warning("metrics cannot be written to " + options_.file);
}

nlohmann::json Metrics::fields(uint64_t now_ns, const MetricsCounts& counts) const {
    const double running = static_cast<double>(now_ns - started_ns_) / static_cast<double>(ns_per_second);
    const double since = static_cast<double>(now_ns - previous_ns_) / static_cast<double>(ns_per_second);
    utsname system{};
    uname(&system);
    nlohmann::json fields = {
        {"evt.time", now_ns},
        {"evt.hostname", hostname_},
        {"evt.source", "syscall"},
        {"falco.version", version},
        {"falco.kernel_release", system.release},
        {"falco.start_ts", started_ns_},
        {"falco.duration_sec", static_cast<uint64_t>(running)},
        {"falco.host_num_cpus", sysconf(_SC_NPROCESSORS_ONLN)},
        {"falco.num_evts", counts.events},
        {"falco.num_evts_prev", previous_events_},
        {"falco.evts_rate_sec", since > 0 ? static_cast<double>(counts.events - previous_events_) / since : 0.0},
        {"falco.outputs_queue_num_drops", counts.alerts_dropped},
    };
    if (options_.resources) add_resources(fields, running, options_.memory_in_mb);
    if (!options_.rules) return fields;
    uint64_t total = 0;
    for (const auto& [rule, count] : counts.matches) {
        total += count;
        if (count != 0 || options_.with_zeros) fields["falco.rules." + metric_name(rule)] = count;
    }
    fields["falco.rules.matches_total"] = total;
    return fields;
}

std::optional<alert::Alert> Metrics::take(uint64_t now_ns, const MetricsCounts& counts) {
    if (now_ns < previous_ns_) now_ns = previous_ns_;  // a clock that was set back
    alert::Alert alert;
    alert.output_fields = fields(now_ns, counts);
    ++samples_;
    previous_ns_ = now_ns;
    previous_events_ = counts.events;
    next_ns_ = now_ns + options_.interval_ns;
    if (fd_ >= 0) {
        const nlohmann::json line = {{"sample", samples_}, {"output_fields", alert.output_fields}};
        const std::string text = line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
        [[maybe_unused]] const auto written = write(fd_, text.data(), text.size());
    }
    if (!options_.as_alert) return std::nullopt;
    alert.time_ns = now_ns;
    alert.rule = "Falco internal: metrics snapshot";
    alert.priority = rule::Priority::Informational;
    alert.source = "internal";
    alert.message = "Falco metrics snapshot";
    alert.hostname = hostname_;
    alert.uuid = alert::new_uuid(now_ns);
    return alert;
}

}  // namespace bewit
