// For every event type that a syscall makes: where each parameter comes from.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "kernel/words.h"

namespace bewit::kernel {

struct CallParameters {
    std::string_view event;             // its name in the catalogue
    std::vector<Parameter> parameters;  // one for each of its own, in the catalogue's order
};

// Every event type but those that tell of a process: births, execs, ends (kernel/plans.h). A call that is not here
// makes a generic record.
std::span<const CallParameters> plan_table();

}  // namespace bewit::kernel
