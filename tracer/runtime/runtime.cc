#include "tracer/runtime/runtime.h"

#include <linux/sched.h>

#include <algorithm>

namespace bewit::tracer {

RuntimeState Runtime::born(RuntimeState& parent, uint64_t flags) {
    constexpr uint64_t own_view = CLONE_NEWNS | CLONE_NEWUSER;
    // A parent of a vfork(2) waits.
    if ((flags & (CLONE_VM | CLONE_VFORK | CLONE_THREAD)) == CLONE_VM) parent.shared = true;
    RuntimeState child = parent;
    child.places = {};
    // Memory that two processes share is left as it is.
    if ((flags & CLONE_VM) != 0) child.off = true;
    // It may put another /proc before the one that names of directories are asked of.
    if ((flags & own_view) != 0) child.sealed = true;
    return child;
}

RuntimeState::Place& RuntimeState::place_of(uint64_t site) {
    const auto known = std::ranges::find(places, site, &Place::site);
    if (known != places.end()) return *known;
    // The coldest makes room.
    Place& place = *std::ranges::min_element(places, {}, &Place::stops);
    place = {.site = site};
    return place;
}

void Runtime::executed(RuntimeState& state) { state = {.sealed = state.sealed}; }

}  // namespace bewit::tracer
