// What Falco's drivers take from the kernel and a tracer cannot see (the length of a listener's queue, the layer of an
// overlay) is absent or 0.
#include "tracer/decode_table.h"

namespace bewit::tracer {

using namespace event::encoding;
using namespace fields;

std::span<const CallFields> decode_table() {
    static const std::vector<CallFields> table = {
#include "engine/event/call_table.inc"
    };
    return table;
}

}  // namespace bewit::tracer
