#include "kernel/plan_table.h"

namespace bewit::kernel {

using namespace event::encoding;
using namespace words;

std::span<const CallParameters> plan_table() {
    static const std::vector<CallParameters> table = {
#include "engine/event/call_table.inc"
    };
    return table;
}

}  // namespace bewit::kernel
