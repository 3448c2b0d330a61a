// Snapshots of what bewit did: the `metrics` section of falco.yaml, with Falco's names for the values that mean the
// same here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "engine/alert/alert.h"

namespace bewit {

struct MetricsOptions {
    bool enabled = false;
    uint64_t interval_ns = 3'600'000'000'000;
    bool as_alert = true;      // metrics.output_rule
    std::string file{};        // metrics.output_file: one JSON object a line; empty: none
    bool rules = true;         // metrics.rules_counters_enabled
    bool resources = true;     // metrics.resource_utilization_enabled
    bool memory_in_mb = true;  // metrics.convert_memory_to_mb
    bool with_zeros = false;   // metrics.include_empty_values
};

// "1h30m", "15s", "100ms", as Prometheus writes durations (y, w, d, h, m, s, ms, each once, in this order);
// nanoseconds. A unit is needed, and 100 ms at least.
std::optional<uint64_t> parse_interval(std::string_view text);

// What is counted elsewhere, at one moment.
struct MetricsCounts {
    uint64_t events = 0;
    uint64_t alerts_dropped = 0;
    std::vector<std::pair<std::string_view, uint64_t>> matches{};  // by rule
};

// For one thread.
class Metrics {
public:
    Metrics(MetricsOptions options, std::string hostname);

    // Whether a snapshot is due: the first once an interval has passed since the first call. Costs a comparison.
    bool due(uint64_t now_ns) {
        if (next_ns_ == 0) next_ns_ = now_ns + options_.interval_ns;
        return now_ns >= next_ns_;
    }
    // Takes one: appended to the file, and given back as an alert where the options ask for it.
    std::optional<alert::Alert> take(uint64_t now_ns, const MetricsCounts& counts);

private:
    nlohmann::json fields(uint64_t now_ns, const MetricsCounts& counts) const;

    MetricsOptions options_;
    std::string hostname_;
    uint64_t started_ns_;
    uint64_t next_ns_ = 0;
    uint64_t previous_ns_, previous_events_ = 0;
    uint64_t samples_ = 0;
    int fd_ = -1;  // of the file, for good
};

}  // namespace bewit
