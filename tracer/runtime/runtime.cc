#include "tracer/runtime/runtime.h"

#include <linux/sched.h>

#include <algorithm>

namespace bewit::tracer {

RuntimeState Runtime::born(const RuntimeState& parent, uint64_t flags) {
    RuntimeState child = parent;
    child.places = {};
    // Memory that two processes share is left as it is.
    if ((flags & CLONE_VM) != 0) child.off = true;
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

void Runtime::executed(RuntimeState& state) {
    state = {.sealed = state.sealed};
}

}  // namespace bewit::tracer
