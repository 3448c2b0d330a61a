#include "tracer/runtime/runtime.h"

#include <linux/sched.h>

namespace bewit::tracer {

void Runtime::born(const RuntimeState& parent, RuntimeState& child, uint64_t flags) {
    child = parent;
    child.stops = 0;
    // Memory that two processes share is left as it is.
    if ((flags & CLONE_VM) != 0 || parent.busy != Tid::None) child.stage = RuntimeState::Stage::Off;
    child.busy = Tid::None;
}

void Runtime::executed(RuntimeState& state) {
    state = {.sealed = state.sealed};
}

}  // namespace bewit::tracer
