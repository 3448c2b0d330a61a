#include "injector/drop_report.h"

#include <string_view>

#include <fmt/format.h>

namespace bewit {
namespace {

struct Named {
    bewit_drop cause;
    std::string_view name;
};
// The names of Falco's alert. Parts of events that could not be read are no lost events.
constexpr Named buffer_drops[] = {
    {BEWIT_DROP_CLONE, "n_drops_buffer_clone_fork_exit"}, {BEWIT_DROP_EXEC, "n_drops_buffer_execve_exit"},
    {BEWIT_DROP_CONNECT, "n_drops_buffer_connect_exit"},  {BEWIT_DROP_OPEN, "n_drops_buffer_open_exit"},
    {BEWIT_DROP_FILE, "n_drops_buffer_dir_file_exit"},    {BEWIT_DROP_OTHER, "n_drops_buffer_other_interest_exit"},
    {BEWIT_DROP_CLOSE, "n_drops_buffer_close_exit"},      {BEWIT_DROP_PROCESS, "n_drops_buffer_proc_exit"},
};

DropNotice notice(const bewit_counters& now, const bewit_counters& before) {
    DropNotice made;
    uint64_t lost = 0;
    for (const auto& [cause, name] : buffer_drops) {
        const uint64_t count = now.drops[cause] - before.drops[cause];
        lost += count;
        made.fields.emplace(name, std::to_string(count));
    }
    made.fields["n_drops"] = made.fields["n_drops_buffer_total"] = std::to_string(lost);
    made.fields["n_drops_scratch_map"] =
        std::to_string(now.drops[BEWIT_DROP_SCRATCH] - before.drops[BEWIT_DROP_SCRATCH]);
    made.fields["n_drops_page_faults"] =
        std::to_string(now.drops[BEWIT_DROP_PAGE_FAULT] - before.drops[BEWIT_DROP_PAGE_FAULT]);
    made.fields["n_evts"] = std::to_string(now.events - before.events);
    made.fields["ebpf_enabled"] = "1";
    made.sentence =
        fmt::format("{} events were lost, since bewit could not keep up: what they tell was not seen", lost);
    return made;
}

}  // namespace

uint64_t lost_events(const bewit_counters& counters) {
    uint64_t lost = 0;
    for (const auto& [cause, name] : buffer_drops) lost += counters.drops[cause];
    return lost;
}

std::optional<DropNotice> DropReport::update(const bewit_counters& counters, uint64_t now_ns) {
    if (last_ns_ && now_ns - *last_ns_ < interval_ns) return {};
    auto made = finish(counters);
    if (made) last_ns_ = now_ns;
    return made;
}

std::optional<DropNotice> DropReport::finish(const bewit_counters& counters) {
    if (lost_events(counters) == lost_events(told_)) return {};
    DropNotice made = notice(counters, told_);
    told_ = counters;
    return made;
}

}  // namespace bewit
