#include "tracer/runtime/runtime.h"

#include <linux/sched.h>

namespace bewit::tracer {

RuntimeState Runtime::born(const RuntimeState& parent, uint64_t flags) {
    RuntimeState child = parent;
    child.stops = 0;
    // Memory that two processes share is left as it is.
    if ((flags & CLONE_VM) != 0) child.stage = RuntimeState::Stage::Off;
    return child;
}

void Runtime::executed(RuntimeState& state) {
    state = {.sealed = state.sealed};
}

}  // namespace bewit::tracer
