// Everything that can be looked up is laid out by the compiler: there is nothing to do at start, and nothing to free.
//
// The tables are written for people (event_table.h, generic_syscalls.h). From them come, as constants:
//   events           EventInfo by rising id, their parameters in one array without gaps;
//   position_of_id   an event's position in `events`, by its id;
//   kinds            the names of `evt.type` (kind_table.h);
//   event_of_kind    the event of each kind, kind_of_event the reverse.
#include "engine/event/catalogue.h"

#include <algorithm>
#include <array>

#include "engine/event/event_table.h"
#include "engine/event/kind_table.h"

namespace bewit::event {
namespace {

using table::kind_total;
using table::kinds;
using table::unknown_kind;

constexpr size_t event_count = std::size(table::rows);
constexpr size_t id_limit = table::rows[event_count - 1].id + 1;
constexpr uint16_t no_position = UINT16_MAX;

constexpr size_t count_params(const table::Row& row) {
    size_t count = 0;
    while (!row.params[count].info.name.empty()) ++count;
    return count;
}

constexpr size_t param_total = [] {
    size_t total = 0;
    for (const table::Row& row : table::rows) total += count_params(row);
    return total;
}();

constexpr std::array<ParamInfo, param_total> params = [] {
    std::array<ParamInfo, param_total> all{};
    size_t used = 0;
    for (const table::Row& row : table::rows) {
        for (size_t i = 0; i < count_params(row); ++i) all[used++] = row.params[i].info;
    }
    return all;
}();

constexpr std::array<EventInfo, event_count> events = [] {
    std::array<EventInfo, event_count> all{};
    const ParamInfo* first = params.data();
    for (size_t i = 0; i < event_count; ++i) {
        const table::Row& row = table::rows[i];
        const size_t count = count_params(row);
        all[i] = {EventId{row.id}, row.name, row.category, row.flags, {first, count}};
        first += count;
    }
    return all;
}();

static_assert(std::ranges::is_sorted(events, std::ranges::less_equal{}, &EventInfo::id) &&
                  std::ranges::adjacent_find(events, {}, &EventInfo::id) == events.end(),
              "every id once, by rising id");

constexpr std::array<uint16_t, id_limit> position_of_id = [] {
    std::array<uint16_t, id_limit> positions{};
    positions.fill(no_position);
    for (size_t i = 0; i < event_count; ++i) positions[table::rows[i].id] = static_cast<uint16_t>(i);
    return positions;
}();

constexpr std::array<uint16_t, event_count> kind_of_event = [] {
    std::array<uint16_t, event_count> all{};
    for (size_t i = 0; i < event_count; ++i) all[i] = static_cast<uint16_t>(table::position_of_kind(events[i].name));
    return all;
}();

// Of several events with one name the last wins: the exit event has the higher id.
constexpr std::array<uint16_t, kind_total> event_of_kind = [] {
    std::array<uint16_t, kind_total> all{};
    all.fill(no_position);
    for (size_t i = 0; i < event_count; ++i) all[kind_of_event[i]] = static_cast<uint16_t>(i);
    return all;
}();

constexpr std::array<uint16_t, kind_total> capture_ids = [] {
    std::array<uint16_t, kind_total> all{};
    for (const auto& syscall : table::generic_syscalls) all[table::position_of_kind(syscall.name)] = syscall.capture_id;
    return all;
}();

}  // namespace

bool EventInfo::has_result() const { return has(SyscallCategory) && id != EventId::Generic && !params.empty(); }

std::optional<size_t> EventInfo::param(std::string_view wanted) const {
    const auto found = std::ranges::find(params, wanted, &ParamInfo::name);
    if (found == params.end()) return std::nullopt;
    return static_cast<size_t>(found - params.begin());
}

std::span<const EventInfo> all_events() { return events; }

const EventInfo* find_event(EventId id) {
    const auto number = static_cast<size_t>(id);
    if (number >= id_limit || position_of_id[number] == no_position) return nullptr;
    return &events[position_of_id[number]];
}

const EventInfo* find_event(std::string_view name) {
    const auto kind = find_kind(name);
    return kind ? kind_event(*kind) : nullptr;
}

size_t kind_count() { return kind_total; }

std::optional<Kind> find_kind(std::string_view evt_type_name) {
    const size_t position = table::position_of_kind(evt_type_name);
    if (position == kind_total) return std::nullopt;
    return Kind{static_cast<uint16_t>(position)};
}

std::string_view kind_name(Kind kind) {
    return index(kind) < kind_total ? kinds[index(kind)] : kinds[index(unknown_kind)];
}

const EventInfo* kind_event(Kind kind) {
    if (index(kind) >= kind_total || event_of_kind[index(kind)] == no_position) return nullptr;
    return &events[event_of_kind[index(kind)]];
}

Kind kind_of(EventId id, uint16_t syscall_id) {
    if (id == EventId::Generic) {
        const bool generic = syscall_id < kind_total && event_of_kind[syscall_id] == no_position;
        return generic ? Kind{syscall_id} : unknown_kind;
    }
    const EventInfo* info = find_event(id);
    return info == nullptr ? unknown_kind : Kind{kind_of_event[static_cast<size_t>(info - events.data())]};
}

uint16_t capture_syscall_id(Kind kind) {
    return index(kind) < kind_total ? capture_ids[index(kind)] : capture_ids[index(unknown_kind)];
}

Kind kind_of_capture_syscall_id(uint16_t capture_id) {
    const auto found = std::ranges::find(table::generic_syscalls, capture_id, &table::GenericSyscall::capture_id);
    if (found == std::end(table::generic_syscalls)) return unknown_kind;
    return Kind{static_cast<uint16_t>(table::position_of_kind(found->name))};
}

}  // namespace bewit::event
