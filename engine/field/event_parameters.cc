// Falco types `evt.rawarg.NAME` by the first event of its table that has such a parameter, and its table still has the
// events of twenty schema versions. Ours has the current ones alone: where an old event differs it is written down
// here.
#include "engine/field/event_parameters.h"

#include <algorithm>
#include <vector>

namespace bewit::field {
namespace {

using event::ParamType;
using event::PrintFormat;

constexpr EventParameter from_old_events[] = {
    {"fdlimit", ParamType::Uint64, PrintFormat::Dec}, {"gid", ParamType::Uint32, PrintFormat::Dec},
    {"image", ParamType::CharBuf, PrintFormat::None}, {"request", ParamType::Uint64, PrintFormat::Hex},
    {"res_or_fd", ParamType::Dyn, PrintFormat::Dec},  {"tags", ParamType::CharBufArray, PrintFormat::None},
    {"tty", ParamType::Int32, PrintFormat::Dec},      {"uid", ParamType::Uint32, PrintFormat::Dec},
};

std::vector<EventParameter> build() {
    std::vector<EventParameter> result(std::begin(from_old_events), std::end(from_old_events));
    const auto known = [&](std::string_view name) {
        return std::ranges::find(result, name, &EventParameter::name) != result.end();
    };
    for (const event::EventInfo& info : event::all_events()) {
        for (const event::ParamInfo& param : info.params) {
            if (!known(param.name)) result.push_back({param.name, param.type, param.format});
        }
    }
    std::ranges::sort(result, {}, &EventParameter::name);
    return result;
}

}  // namespace

std::span<const EventParameter> event_parameters() {
    static const std::vector<EventParameter> all = build();
    return all;
}

std::optional<EventParameter> find_event_parameter(std::string_view name) {
    const auto all = event_parameters();
    const auto found = std::ranges::lower_bound(all, name, {}, &EventParameter::name);
    if (found == all.end() || found->name != name) return std::nullopt;
    return *found;
}

}  // namespace bewit::field
