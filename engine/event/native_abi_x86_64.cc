#include "engine/event/syscalls.h"

namespace bewit::event {

Abi native_abi() { return Abi::X86_64; }

}  // namespace bewit::event
