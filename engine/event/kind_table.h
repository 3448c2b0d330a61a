// The numbering of kinds: a Kind is the position of its name among all names of `evt.type`, sorted.
#pragma once

#include <algorithm>
#include <array>

#include "engine/event/event_table.h"
#include "engine/event/generic_syscalls.h"

namespace bewit::event::table {

// A name that several events share (`drop`) is there once.
struct EventNames {
    std::array<std::string_view, std::size(rows)> sorted{};
    size_t count = 0;
};

inline constexpr EventNames event_names = [] {
    EventNames names;
    std::ranges::transform(rows, names.sorted.begin(), &Row::name);
    std::ranges::sort(names.sorted);
    names.count = static_cast<size_t>(std::unique(names.sorted.begin(), names.sorted.end()) - names.sorted.begin());
    return names;
}();

static_assert(std::ranges::is_sorted(generic_syscalls, {}, &GenericSyscall::name));

inline constexpr size_t kind_total = event_names.count + std::size(generic_syscalls);
static_assert(kind_total <= max_kinds);

inline constexpr std::array<std::string_view, kind_total> kinds = [] {
    std::array<std::string_view, kind_total> all{};
    std::copy_n(event_names.sorted.begin(), event_names.count, all.begin());
    std::ranges::transform(generic_syscalls, all.begin() + event_names.count, &GenericSyscall::name);
    std::ranges::sort(all);
    return all;
}();

static_assert(std::ranges::adjacent_find(kinds) == kinds.end(), "a name is generic or has an event, not both");

// kind_total when there is no such name.
constexpr size_t position_of_kind(std::string_view name) {
    const auto found = std::ranges::lower_bound(kinds, name);
    return found != kinds.end() && *found == name ? static_cast<size_t>(found - kinds.begin()) : kind_total;
}

inline constexpr Kind unknown_kind{static_cast<uint16_t>(position_of_kind("unknown"))};
static_assert(index(unknown_kind) < kind_total);

}  // namespace bewit::event::table
