#include "tracer/sealing_calls.h"

#include <algorithm>

#include "engine/event/syscalls.h"
#include "tracer/call_identity.h"

namespace bewit::tracer {

bool seals(const SyscallStop& stop) {
    static const auto numbers = [] {
        std::array<decltype(event::syscall_numbers("")), sealing_calls.size()> found;
        std::ranges::transform(sealing_calls, found.begin(),
                               [](const SealingCall& call) { return event::syscall_numbers(call.name); });
        return found;
    }();
    const auto abi = static_cast<size_t>(stop.abi);
    const uint32_t number = number_in_table(stop);
    for (size_t i = 0; i < sealing_calls.size(); ++i) {
        const auto& operation = sealing_calls[i].operation;
        if (number == numbers[i][abi] && (!operation || *operation == static_cast<uint32_t>(stop.arguments[0])))
            return true;
    }
    return false;
}

}  // namespace bewit::tracer
