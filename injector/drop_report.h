// When a source loses events, the user is told: what was lost and why, with the names that Falco gives to the counts,
// and not in a flood.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "kernel/plan.h"

namespace bewit {

struct DropNotice {
    std::string sentence;
    std::map<std::string, std::string> fields;  // n_evts, n_drops, n_drops_buffer_total, ...: since the notice before
};

class DropReport {
public:
    // Notices are this far apart at least: Falco's rate of 0.03333 a second.
    static constexpr uint64_t interval_ns = 30'000'000'000;

    // The sums at this moment (any clock that does not go back). A notice when something was lost and the last one is
    // long enough ago; what is lost meanwhile is in the next one.
    std::optional<DropNotice> update(const bewit_counters& counters, uint64_t now_ns);
    // What no notice has told yet, at the end.
    std::optional<DropNotice> finish(const bewit_counters& counters);

private:
    bewit_counters told_{};
    std::optional<uint64_t> last_ns_;
};

// Events that were lost as a whole.
uint64_t lost_events(const bewit_counters& counters);

}  // namespace bewit
